#include "runtime/exec_process.hpp"

#include <algorithm>
#include <limits>

#include "base/strings.hpp"

namespace corten::runtime {
namespace {

Result<std::uint32_t> parse_id(std::string_view text, std::string_view what) {
  constexpr auto kUnset = std::numeric_limits<std::uint32_t>::max();  // -1, "leave as it is" to the kernel
  const auto number = TRY(parse_uint64(text, what));
  if (number >= kUnset)
    return fail(Errc::invalid_argument, "{}: less than {}, found '{}'", what, kUnset, text);
  return static_cast<std::uint32_t>(number);
}

void set_variable(std::vector<std::string>& env, const std::string& entry) {
  const auto parts = cut(entry, '=');
  const std::string name = (parts ? std::string(parts->before) : entry) + "=";
  std::erase_if(env, [&](const std::string& each) { return each.starts_with(name); });
  env.push_back(entry);
}

std::string capability(const std::string& name) {
  auto upper = to_upper(name);
  return upper.starts_with("CAP_") ? upper : "CAP_" + upper;
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

void add_capabilities(oci::Process& process, const std::vector<std::string>& names) {
  if (names.empty()) return;
  if (!process.capabilities) process.capabilities.emplace();
  auto& sets = *process.capabilities;
  for (const auto& each : names) {
    const auto name = capability(each);
    for (auto* set : {&sets.bounding, &sets.effective, &sets.permitted}) add_once(*set, name);
  }
}

}  // namespace

Result<UserIds> parse_user(std::string_view text) {
  const auto parts = cut(text, ':');
  UserIds ids;
  ids.uid = TRY(parse_id(parts ? parts->before : text, "--user"));
  if (parts) ids.gid = TRY(parse_id(parts->after, "--user"));
  return ids;
}

Result<oci::Process> process_for_exec(const oci::Process& container, const ProcessChanges& changes) {
  if (changes.args.empty()) {
    return with_hint(fail(Errc::invalid_argument, "there is no command to execute"),
                     "write one after the container, or give --process FILE");
  }
  auto process = container;
  process.args = changes.args;
  process.terminal = changes.terminal;
  process.console_size.reset();
  if (changes.cwd) process.cwd = *changes.cwd;
  for (const auto& entry : changes.env) set_variable(process.env, entry);
  if (changes.user) {
    process.user.uid = changes.user->uid;
    if (changes.user->gid) process.user.gid = *changes.user->gid;
  }
  auto& groups = process.user.additional_gids;
  groups.insert(groups.end(), changes.additional_gids.begin(), changes.additional_gids.end());
  add_capabilities(process, changes.capabilities);
  if (changes.apparmor_profile) process.apparmor_profile = *changes.apparmor_profile;
  if (changes.selinux_label) process.selinux_label = *changes.selinux_label;
  if (changes.no_new_privileges) process.no_new_privileges = true;
  return process;
}

}  // namespace corten::runtime
