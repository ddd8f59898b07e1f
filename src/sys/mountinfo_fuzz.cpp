#include <cstdint>
#include <cstdlib>

#include "base/stream.hpp"
#include "sys/mountinfo.hpp"

// Whatever the text, no more mounts than lines and no field longer than the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto mounts = corten::sys::parse_mountinfo(text);
  if (!mounts) return 0;
  if (mounts->size() > size) std::abort();
  for (const auto& mount : *mounts) {
    if (mount.target.size() > size || mount.root.size() > size) std::abort();
  }
  return 0;
}
