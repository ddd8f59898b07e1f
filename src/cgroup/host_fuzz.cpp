#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.hpp"
#include "cgroup/hierarchy.hpp"
#include "cgroup/path.hpp"

namespace {

// Below the mount, and no component that would lead elsewhere.
void check_place(std::string_view place) {
  for (const auto part : corten::split(place, '/')) {
    if (part.empty() || part == "." || part == "..") std::abort();
  }
}

}  // namespace

// Three texts, each ended by a line "---": mountinfo, /proc/self/cgroup, linux.cgroupsPath. Whatever they
// say, a container's cgroup is below the mount of its hierarchy.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kEnd = "---\n";
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto first = text.find(kEnd);
  const auto second = first == text.npos ? first : text.find(kEnd, first + kEnd.size());
  if (second == text.npos) return 0;
  const auto own = text.substr(first + kEnd.size(), second - first - kEnd.size());
  const auto cgroups_path = text.substr(second + kEnd.size());

  const auto path = corten::cgroup::parse_cgroups_path(cgroups_path, "id");
  (void)corten::cgroup::parse_systemd_path(cgroups_path, "id", corten::cgroup::SystemdManager::system);
  const auto host = corten::cgroup::parse_host(text.substr(0, first), own);
  if (!host || !path) return 0;
  for (const auto& hierarchy : host->hierarchies) check_place(corten::cgroup::place_in(hierarchy, *path));
  return 0;
}
