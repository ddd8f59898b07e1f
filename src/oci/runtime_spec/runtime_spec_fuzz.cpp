#include <cstdint>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "oci/runtime_spec/features.hpp"
#include "oci/runtime_spec/spec.hpp"
#include "oci/runtime_spec/state.hpp"

namespace {

template <typename T>
void check(std::string_view text, corten::Result<T> (*parse)(std::string_view)) {
  const auto value = parse(text);
  if (!value) return;
  const auto again = parse(corten::to_json_text(to_json(*value)));
  if (!again || *again != *value) std::abort();
}

}  // namespace

// What is written of any document of runtime-spec that was read is read back as the same value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, corten::oci::parse_spec);
  check(text, corten::oci::parse_process);
  check(text, corten::oci::parse_resources);
  check(text, corten::oci::parse_state);
  check(text, corten::oci::parse_features);
  return 0;
}
