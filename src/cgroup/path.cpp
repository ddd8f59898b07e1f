#include "cgroup/path.hpp"

#include <vector>

#include "base/strings.hpp"

namespace corten::cgroup {

namespace {

constexpr std::string_view kSliceSuffix = ".slice";

// Lexical, as the kernel has no links in cgroup file systems; ".." stops at the top.
std::string clean_path(std::string_view text) {
  std::vector<std::string> kept;
  for (const auto part : split(text, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else {
      kept.emplace_back(part);
    }
  }
  return join(kept, "/");
}

std::string join_path(std::string_view first, std::string_view second) {
  return clean_path(std::string(first) + "/" + std::string(second));
}

}  // namespace

Result<CgroupPath> parse_cgroups_path(std::string_view cgroups_path, std::string_view id) {
  // A newline would end a line of /proc/PID/cgroup; the kernel refuses it too.
  if (cgroups_path.find('\0') != std::string_view::npos ||
      cgroups_path.find('\n') != std::string_view::npos) {
    return fail(Errc::invalid_argument, "linux.cgroupsPath: a NUL or newline in '{}'",
                printable(cgroups_path));
  }
  CgroupPath parsed;
  if (!cgroups_path.starts_with('/')) parsed.from = CgroupPath::From::caller;
  parsed.path = clean_path(cgroups_path.empty() ? id : cgroups_path);
  if (parsed.path.empty()) {
    return fail(Errc::invalid_argument,
                "linux.cgroupsPath: '{}' is the root of the hierarchy: name a cgroup below it", cgroups_path);
  }
  return parsed;
}

std::string place_in(const Hierarchy& hierarchy, const CgroupPath& path) {
  if (path.from == CgroupPath::From::root) return path.path;
  if (!hierarchy.unified) return join_path(hierarchy.own_path, path.path);
  return join_path(join_path(hierarchy.own_path, ".."), path.path);
}

Result<std::string> expand_slice(std::string_view slice) {
  const auto refuse = [&] {
    return fail(Errc::invalid_argument, "linux.cgroupsPath: '{}' is no name of a systemd slice ('a-b.slice')",
                slice);
  };
  if (!slice.ends_with(kSliceSuffix) || slice.find('/') != std::string_view::npos) return refuse();
  const auto name = slice.substr(0, slice.size() - kSliceSuffix.size());
  if (name == "-") return std::string();
  std::string path;
  std::string prefix;
  for (const auto part : split(name, '-')) {
    if (part.empty()) return refuse();
    prefix += part;
    if (!path.empty()) path += '/';
    path += prefix + std::string(kSliceSuffix);
    prefix += '-';
  }
  return path;
}

Result<SystemdUnit> parse_systemd_path(std::string_view cgroups_path, std::string_view id,
                                       SystemdManager manager) {
  std::string text(cgroups_path);
  if (text.empty()) text = ":corten:" + std::string(id);
  const auto parts = split(text, ':');
  if (parts.size() != 3) {
    return with_hint(
        fail(Errc::invalid_argument,
             "linux.cgroupsPath: '{}' is not 'slice:prefix:name', which --systemd-cgroup needs", text),
        "leave out --systemd-cgroup to use the path as it is");
  }
  SystemdUnit unit;
  unit.slice = parts[0];
  if (unit.slice.empty()) unit.slice = manager == SystemdManager::user ? "user.slice" : "system.slice";
  TRY(expand_slice(unit.slice));
  if (parts[2].empty() || parts[2].find('/') != std::string_view::npos ||
      parts[1].find('/') != std::string_view::npos) {
    return fail(Errc::invalid_argument, "linux.cgroupsPath: '{}' has no usable name of a unit", text);
  }
  unit.name = parts[2];
  if (unit.is_slice()) return unit;
  if (!parts[1].empty()) unit.name = std::string(parts[1]) + "-" + unit.name;
  unit.name += ".scope";
  return unit;
}

}  // namespace corten::cgroup
