#include <cstdint>
#include <cstdlib>

#include "oci/base64.hpp"
#include "oci/digest.hpp"
#include "oci/platform.hpp"

// The small texts: digests, platforms and base64 are written back as what was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto digest = corten::oci::Digest::parse(text);
  if (digest && digest->to_string() != text) std::abort();

  const corten::oci::Platform host{.os = "linux", .architecture = "amd64"};
  if (const auto platform = corten::oci::parse_platform(text, host)) {
    const auto again = corten::oci::parse_platform(to_string(*platform), host);
    if (!again || *again != *platform) std::abort();
  }

  const auto bytes = corten::oci::decode_base64(text);
  if (bytes && corten::oci::encode_base64(*bytes) != text) std::abort();
  return 0;
}
