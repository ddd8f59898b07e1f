#include "runtime/init/time_offsets.hpp"

#include <fmt/format.h>

#include "runtime/init/dumpable.hpp"

namespace corten::runtime {

Result<> set_time_offsets(const InitContext& context) {
  const auto& offsets = context.linux_part().time_offsets;
  if (offsets.empty()) return {};
  std::string text;
  for (const auto& [clock, offset] : offsets) {
    text += fmt::format("{} {} {}\n", clock, offset.seconds, offset.nanoseconds);
  }
  const DumpableWindow window;
  return context.procfs.write_self("timens_offsets", text);
}

}  // namespace corten::runtime
