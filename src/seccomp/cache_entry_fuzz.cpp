#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/sha256.hpp"
#include "seccomp/cache_entry.hpp"

namespace {

void check(corten::Bytes bytes) {
  const auto entry = corten::seccomp::decode(bytes);
  if (!entry) return;
  const auto again = corten::seccomp::encode(*entry);
  if (again != std::string(bytes.begin(), bytes.end())) std::abort();
}

}  // namespace

// A file that is read is written as the same bytes. No fuzzer guesses a digest, so the input is also tried as
// what follows a right one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const corten::Bytes input(data, size);
  check(input);
  const auto digest = corten::codec::sha256(input);
  std::string file = "CRTNBPF1";
  file.append(digest.begin(), digest.end());
  file.append(input.begin(), input.end());
  check(corten::as_bytes(file));
  return 0;
}
