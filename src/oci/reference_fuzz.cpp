#include <cstdint>
#include <cstdlib>

#include "oci/image_id.hpp"
#include "oci/reference.hpp"

// Both printed forms of what was read are read back as the same reference.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using corten::oci::ImpliedTag;
  using corten::oci::Reference;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)corten::oci::ImageIdPrefix::find(text);
  const auto reference = Reference::parse(text, ImpliedTag::none);
  if (!reference) return 0;
  for (const auto& form : {reference->canonical(), reference->familiar()}) {
    const auto again = Reference::parse(form, ImpliedTag::none);
    if (!again || *again != *reference) std::abort();
  }
  return 0;
}
