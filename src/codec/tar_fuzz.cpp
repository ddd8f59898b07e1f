#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codec/tar_reader.hpp"
#include "codec/tar_writer.hpp"

// Whatever can be read and written is read back equal, and then written again byte for byte.
namespace corten::codec {
namespace {

constexpr std::size_t kMaxContentBytes = std::size_t{16} * 1024;
constexpr std::size_t kMaxArchiveBytes = std::size_t{16} * 1024 * 1024;
constexpr TarWriterOptions kKeepAll{.owner_names = TarOwnerNames::keep,
                                    .access_times = TarAccessTimes::keep,
                                    .mtime = TarMtime::nanoseconds,
                                    .sparse = TarSparseForm::gnu_1_0};

struct Member {
  TarEntry entry;
  std::string body;

  bool operator==(const Member&) const = default;
};

// A claimed hole may be endless: content() is read up to a cap.
void read_some_content(TarReader& reader) {
  std::uint8_t buffer[4096];
  for (std::size_t total = 0; total < kMaxContentBytes;) {
    const auto size = reader.content().read(buffer);
    if (!size || *size == 0) return;
    total += *size;
  }
}

Result<std::vector<Member>> read_all(std::string_view archive) {
  MemorySource source(archive);
  TarReader reader(source);
  std::vector<Member> members;
  while (true) {
    auto entry = TRY(reader.next());
    if (!entry) return members;
    MemorySink body(archive.size());  // a body is part of its archive
    TRY(copy_stream(reader.body(), body));
    if (body.text().size() != stored_size(*entry)) std::abort();
    members.push_back({.entry = std::move(*entry), .body = body.take()});
  }
}

// What can be read and not be written: sparse segments of odd lengths, and names and records at the limits,
// which grow when two headers become one.
bool may_be_refused(const std::vector<Member>& members, std::size_t archive_bytes) {
  const auto odd_segments = [](const Member& member) {
    return member.entry.sparse &&
           std::ranges::any_of(*member.entry.sparse, [](const TarSegment& s) { return s.length % 512 != 0; });
  };
  return archive_bytes > 8192 || std::ranges::any_of(members, odd_segments);
}

Result<std::string> write_all(const std::vector<Member>& members) {
  MemorySink sink(kMaxArchiveBytes);
  TarWriter writer(sink, kKeepAll);
  for (const auto& [entry, body] : members) {
    MemorySource source(body);
    TRY(writer.add(entry, source));
  }
  TRY(writer.finish());
  return sink.take();
}

// A changed header is only interesting with a right checksum: walks from header to header and repairs them.
void repair_checksums(std::uint8_t* data, std::size_t size) {
  for (std::size_t at = 0; at + 512 <= size;) {
    std::uint8_t* const block = data + at;
    std::fill(block + 148, block + 156, std::uint8_t{' '});
    unsigned sum = 0;
    std::size_t body = 0;
    for (std::size_t i = 0; i < 512; ++i) sum += block[i];
    for (std::size_t i = 124; i < 135; ++i) body = body * 8 + (block[i] & 7U);
    for (std::size_t i = 154; i-- > 148; sum /= 8) block[i] = static_cast<std::uint8_t>('0' + sum % 8);
    block[154] = 0;
    at += 512 + std::min(size, (body + 511) / 512 * 512);
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  const auto new_size = LLVMFuzzerMutate(data, size, max_size);
  if (seed % 16 != 0) repair_checksums(data, new_size);
  return new_size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view archive(reinterpret_cast<const char*>(data), size);
  MemorySource source(archive);
  TarReader reader(source);
  while (true) {
    const auto entry = reader.next();
    if (!entry || !*entry) break;
    read_some_content(reader);
  }

  auto members = read_all(archive);
  if (!members) return 0;
  // A directory without its '/' gets one.
  for (auto& [entry, body] : *members) {
    if (entry.type == TarType::directory && !entry.name.ends_with('/')) entry.name += '/';
  }
  const auto written = write_all(*members);
  if (!written) {
    if (written.error().kind() != Errc::invalid_argument || !may_be_refused(*members, size)) std::abort();
    return 0;
  }
  const auto again = read_all(*written);
  if (!again || *again != *members) std::abort();
  if (write_all(*again).value() != *written) std::abort();
  return 0;
}

}  // namespace corten::codec
