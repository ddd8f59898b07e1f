#include "seccomp/canonical.hpp"

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.hpp"

namespace corten::seccomp {
namespace {

std::vector<std::string> as_set(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

}  // namespace

std::string canonical_text(const oci::Seccomp& profile) {
  oci::Seccomp program{.default_action = profile.default_action,
                       .default_errno_ret = profile.default_errno_ret,
                       .architectures = as_set(profile.architectures)};
  for (const auto& rule : profile.syscalls) {
    auto& copy = program.syscalls.emplace_back(
        oci::SeccompSyscall{.names = as_set(rule.names), .action = rule.action, .errno_ret = rule.errno_ret});
    for (const auto& arg : rule.args) {
      copy.args.push_back({.index = arg.index, .value = arg.value, .value_two = arg.value_two, .op = arg.op});
    }
  }
  return to_json_text(oci::to_json(program));
}

}  // namespace corten::seccomp
