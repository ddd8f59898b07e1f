#include "cgroup/make_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/strings.hpp"
#include "cgroup/limits/v1.hpp"
#include "sys/names.hpp"

namespace corten::cgroup {

namespace {

using Wanted = std::optional<std::vector<std::string>>;

bool contains(const std::vector<std::string_view>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// Lets the children of `dir` use what is wanted and there. Only what is missing is written: the kernel walks
// the whole tree for each change.
Result<> enable_controllers(const Directory& dir, const Wanted& wanted) {
  const auto available = TRY(dir.find_text("cgroup.controllers"));
  const auto enabled = TRY(dir.find_text("cgroup.subtree_control"));
  const auto has = split(enabled, ' ');
  std::vector<std::string> missing;
  for (const auto each : split(available, ' ')) {
    if (each.empty() || contains(has, each)) continue;
    if (!wanted || std::ranges::find(*wanted, each) != wanted->end())
      missing.push_back("+" + std::string(each));
  }
  if (missing.empty()) return {};
  if (dir.write("cgroup.subtree_control", join(missing, " "))) return {};
  // All or nothing: one that cannot be had (cpu while real-time processes exist) must not cost the others.
  // Who asks for a limit of it hears of it.
  for (const auto& each : missing) (void)dir.write("cgroup.subtree_control", each);
  return {};
}

Result<> check_type(const Directory& dir) {
  const auto type = TRY(dir.find("cgroup.type"));
  if (!type || *type != "domain invalid") return {};
  return with_hint(fail(Errc::failed_precondition, "the cgroup '{}' is below one of threads", dir.path()),
                   "choose another linux.cgroupsPath: a container needs a cgroup of processes");
}

class Maker {
 public:
  Maker(const Directory& mount, const Hierarchy& hierarchy, const Wanted& wanted)
      : mount_(mount), hierarchy_(hierarchy), wanted_(wanted) {}

  Result<MadeCgroup> make(const std::string& path) {
    auto made = make_all(path);
    if (made) return made;
    // Deepest first.
    std::ranges::reverse(made_);
    for (const auto& each : made_) (void)sys::unlinkat(mount_.fd(), each, sys::Removed::directory);
    return made;
  }

 private:
  Result<MadeCgroup> make_all(const std::string& path) {
    std::optional<Directory> deepest;
    std::string below;
    for (const auto part : split(path, '/')) {
      const auto& above = deepest ? *deepest : mount_;
      if (hierarchy_.unified) TRY(enable_controllers(above, wanted_));
      if (!below.empty()) below += '/';
      below += part;
      const std::string name(part);
      const bool is_new = TRY(above.make_child(name));
      if (is_new) made_.push_back(below);
      auto child = TRY(above.open_below(name));
      if (hierarchy_.has("cpuset")) TRY(inherit_cpuset_v1(above, child));
      deepest = std::move(child);
    }
    if (!deepest) deepest = TRY(mount_.open_below("."));
    auto dir = std::move(*deepest);
    if (hierarchy_.unified) TRY(check_type(dir));
    return MadeCgroup{.dir = std::move(dir), .is_new = made_.size() > 0 && made_.back() == path};
  }

  const Directory& mount_;
  const Hierarchy& hierarchy_;
  const Wanted& wanted_;
  std::vector<std::string> made_;  // below the mount
};

}  // namespace

Result<MadeCgroup> make_cgroup(const Directory& mount, const Hierarchy& hierarchy, const std::string& path,
                               const Wanted& wanted) {
  return Maker(mount, hierarchy, wanted).make(path);
}

}  // namespace corten::cgroup
