#include "codec/tar_test_support.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "codec/pax.hpp"
#include "codec/tar_header.hpp"
#include "codec/tar_reader.hpp"

namespace corten::codec::testing {
namespace {

using detail::TarField;
using detail::TarLayout;

void put(std::string& block, TarField field, std::string_view text) {
  std::ranges::copy(text.substr(0, field.length), block.begin() + static_cast<std::ptrdiff_t>(field.offset));
}

// FNV-1a: enough to see that two contents differ.
std::uint64_t hash(std::string_view bytes) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : bytes) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return value;
}

Result<std::string> read_text(Source& source) {
  MemorySink sink;
  TRY(copy_stream(source, sink));
  return sink.take();
}

}  // namespace

std::string with_checksum(std::string block) {
  put(block, TarLayout::kChecksum, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  auto text = fmt::format("{:06o}", sum);
  text += '\0';
  put(block, TarLayout::kChecksum, text);
  return block;
}

std::string raw_header(const RawHeader& fields) {
  std::string block(detail::kTarBlockBytes, '\0');
  put(block, TarLayout::kName, fields.name);
  put(block, TarLayout::kMode, fields.mode);
  put(block, TarLayout::kUid, fields.uid);
  put(block, TarLayout::kGid, fields.gid);
  put(block, TarLayout::kSize, fields.size);
  put(block, TarLayout::kMtime, fields.mtime);
  put(block, TarLayout::kType, {&fields.type, 1});
  put(block, TarLayout::kLinkName, fields.link);
  put(block, TarLayout::kMagic, fields.magic);
  put(block, TarLayout::kUserName, fields.user_name);
  put(block, TarLayout::kDevMajor, fields.dev_major);
  put(block, TarLayout::kDevMinor, fields.dev_minor);
  put(block, TarLayout::kPrefix, fields.prefix);
  return with_checksum(std::move(block));
}

std::string padded(std::string_view body) {
  std::string out(body);
  out.resize((out.size() + detail::kTarBlockBytes - 1) / detail::kTarBlockBytes * detail::kTarBlockBytes,
             '\0');
  return out;
}

std::string raw_member(RawHeader fields, std::string_view body) {
  const auto size = fmt::format("{:011o}", body.size());
  fields.size = size;
  return raw_header(fields) + padded(body);
}

std::string pax_records(const std::vector<std::pair<std::string, std::string>>& records) {
  std::string out;
  for (const auto& [key, value] : records) detail::append_pax_record(out, key, value);
  return out;
}

std::string raw_extension(char type, std::string_view body) {
  return raw_member({.name = "extension", .type = type}, body);
}

std::string end_marker() {
  std::string zeros;
  zeros.resize(2 * detail::kTarBlockBytes);
  return zeros;
}

Result<std::vector<ReadEntry>> read_archive(std::string_view archive, const TarLimits& limits) {
  MemorySource source(archive);
  TarReader reader(source, limits);
  std::vector<ReadEntry> out;
  while (true) {
    auto entry = TRY(reader.next());
    if (!entry) return out;
    auto content = TRY(read_text(reader.content()));
    out.push_back({.entry = std::move(*entry), .content = std::move(content)});
  }
}

Result<std::string> write_archive(const std::vector<WriteEntry>& entries, const TarWriterOptions& options) {
  MemorySink sink;
  TarWriter writer(sink, options);
  for (const auto& [entry, body] : entries) {
    MemorySource source(body);
    TRY(writer.add(entry, source));
  }
  TRY(writer.finish());
  return sink.take();
}

std::string error_of(std::string_view archive, const TarLimits& limits) {
  const auto read = read_archive(archive, limits);
  return read ? "no error" : read.error().message();
}

std::string describe(const ReadEntry& read) {
  const auto& entry = read.entry;
  auto out = fmt::format("{} {:04o} {}/{} {} {} '{}'", to_string(entry.type), entry.mode, entry.uid,
                         entry.gid, entry.size, detail::format_pax_time(entry.mtime), printable(entry.name));
  if (!entry.link_target.empty()) out += fmt::format(" -> '{}'", printable(entry.link_target));
  if (entry.dev_major != 0 || entry.dev_minor != 0) {
    out += fmt::format(" device={},{}", entry.dev_major, entry.dev_minor);
  }
  if (!entry.user_name.empty() || !entry.group_name.empty()) {
    out += fmt::format(" names={}/{}", printable(entry.user_name), printable(entry.group_name));
  }
  if (entry.atime) out += fmt::format(" atime={}", detail::format_pax_time(*entry.atime));
  if (entry.ctime) out += fmt::format(" ctime={}", detail::format_pax_time(*entry.ctime));
  if (entry.sparse) {
    out += " sparse=";
    for (const auto& segment : *entry.sparse) out += fmt::format("[{}+{}]", segment.offset, segment.length);
  }
  for (const auto& [name, value] : entry.xattrs) {
    out += fmt::format(" xattr {}='{}'", printable(name), printable(value));
  }
  for (const auto& [key, value] : entry.pax_records) {
    out += fmt::format(" pax {}='{}'", printable(key), printable(value));
  }
  if (entry.type == TarType::regular) out += fmt::format(" content={:016x}", hash(read.content));
  return out + "\n";
}

Result<std::size_t> LargeSource::read(MutableBytes buffer) {
  const auto head = TRY(head_.read(buffer));
  if (head > 0 || buffer.empty()) return head;
  if (zeros_ == 0) return tail_.read(buffer);
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), zeros_));
  std::ranges::fill(buffer.first(size), std::uint8_t{0});
  zeros_ -= size;
  return size;
}

}  // namespace corten::codec::testing
