#include "oci/runtime_spec/seccomp.hpp"

#include <array>

#include "oci/json_fields.hpp"

namespace corten::oci {
namespace {

constexpr std::array<std::string_view, 9> kActionNames{
    "SCMP_ACT_KILL",  "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP",  "SCMP_ACT_ERRNO",
    "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW",        "SCMP_ACT_LOG",         "SCMP_ACT_NOTIFY"};
constexpr std::array<std::string_view, 7> kOperatorNames{"SCMP_CMP_NE",       "SCMP_CMP_LT", "SCMP_CMP_LE",
                                                         "SCMP_CMP_EQ",       "SCMP_CMP_GE", "SCMP_CMP_GT",
                                                         "SCMP_CMP_MASKED_EQ"};
static_assert(kActionNames.size() == static_cast<std::size_t>(SeccompAction::notify) + 1);
static_assert(kOperatorNames.size() == static_cast<std::size_t>(SeccompOperator::masked_eq) + 1);

}  // namespace

std::span<const std::string_view> names_of(SeccompAction) { return kActionNames; }
std::span<const std::string_view> names_of(SeccompOperator) { return kOperatorNames; }

void fields(auto& visit, Is<SeccompArg> auto& arg) {
  visit("index", arg.index, Presence::required);
  visit("value", arg.value, Presence::required);
  visit("valueTwo", arg.value_two);
  visit("op", arg.op, Presence::required);
}

void fields(auto& visit, Is<SeccompSyscall> auto& rule) {
  visit("names", rule.names, Presence::required);
  visit("action", rule.action, Presence::required);
  visit("errnoRet", rule.errno_ret);
  visit("args", rule.args);
}

void fields(auto& visit, Is<Seccomp> auto& seccomp) {
  visit("defaultAction", seccomp.default_action, Presence::required);
  visit("defaultErrnoRet", seccomp.default_errno_ret);
  visit("architectures", seccomp.architectures);
  visit("flags", seccomp.flags);
  visit("listenerPath", seccomp.listener_path);
  visit("listenerMetadata", seccomp.listener_metadata);
  visit("syscalls", seccomp.syscalls);
}

Result<> read_json(const JsonView& view, Seccomp& out) { return read_fields(view, out); }
Json to_json(const Seccomp& seccomp) { return write_fields(seccomp); }

}  // namespace corten::oci
