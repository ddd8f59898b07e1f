#include <fcntl.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/strings.hpp"
#include "snapshot/unpack.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/temp.hpp"

// Whatever the archive: nothing outside the layer changes, and the layer can be removed again. The first byte
// chooses the form of whiteouts.
namespace corten::snapshot {
namespace {

constexpr auto kSecret = "untouched";
constexpr auto kNothingElse = "layer outside secret ";

Result<std::string> list_all(sys::BorrowedFd scratch) {
  std::string text;
  for (const char* name : {".", "outside"}) {
    const auto directory = TRY(sys::openat(scratch, name, O_RDONLY | O_DIRECTORY));
    const auto entries = TRY(sys::read_directory(directory));
    for (const auto& entry : entries) text += entry.name + " ";
  }
  return text;
}

Result<> unpack(sys::BorrowedFd scratch, Bytes tar, const WhiteoutForm& form) {
  const auto tree = TRY(sys::openat(scratch, "layer", O_RDONLY | O_DIRECTORY));
  Unpacker unpacker(tree, tree, form);
  MemorySource source(tar);
  TRY(unpacker.apply(source));
  const LowerLayers lower(
      tree, [](std::size_t) -> Result<std::optional<std::string>> { return std::nullopt; }, form);
  return unpacker.settle(lower);
}

Result<> run(Bytes tar, const WhiteoutForm& form) {
  const auto memory = TRY(sys::open("/dev/shm", O_RDONLY | O_DIRECTORY));
  auto scratch = TRY(sys::TempDir::create(memory, "corten-unpack-fuzz-"));
  TRY(sys::mkdirat(scratch.fd(), "layer", 0755));
  TRY(sys::mkdirat(scratch.fd(), "outside", 0755));
  auto secret = TRY(sys::openat(scratch.fd(), "outside/secret", O_RDWR | O_CREAT, 0600));
  TRY(sys::write_all(secret, as_bytes(kSecret)));
  const auto before = TRY(sys::fstat(secret));

  (void)unpack(scratch.fd(), tar, form);

  const auto after = TRY(sys::fstat(secret));
  const auto text = TRY(sys::read_file(scratch.fd(), "outside/secret", 64));
  const auto names = TRY(list_all(scratch.fd()));
  if (text != kSecret || names != kNothingElse || before.changed != after.changed ||
      before.link_count != after.link_count) {
    std::abort();
  }
  return std::move(scratch).remove();
}

// A changed header is only interesting with a right checksum.
void repair_checksums(std::uint8_t* data, std::size_t size) {
  for (std::size_t at = 1; at + 512 <= size;) {
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
  if (size == 0) return 0;
  const auto form = data[0] % 2 == 0 ? overlay_whiteouts(OverlayAttributes::user) : named_whiteouts();
  // Errors here are of the machine (no /dev/shm), but for what cannot be removed again.
  const auto done = run(Bytes(data, size).subspan(1), *form);
  if (!done && done.error().message().find("removing") != std::string::npos) std::abort();
  return 0;
}

}  // namespace corten::snapshot
