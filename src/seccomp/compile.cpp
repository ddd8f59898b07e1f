#include "seccomp/compile.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/log.hpp"
#include "seccomp/actions.hpp"
#include "seccomp/api.hpp"
#include "seccomp/architectures.hpp"
#include "seccomp/flags.hpp"
#include "seccomp/newer_calls.hpp"
#include "sys/file.hpp"
#include "sys/memfd.hpp"
#include "sys/seccomp_filter.hpp"

namespace corten::seccomp {
namespace {

// SCMP_FLTATR_CTL_OPTIMIZE: a call is found in 9 steps and not in 400. Loading takes less than half the time,
// because the kernel (5.11) then walks the program once for each call. Compiling takes longer, but only once.
constexpr std::uint32_t kBinaryTree = 2;
constexpr std::uint32_t kMaxArguments = 6;
constexpr std::size_t kMaxProgramBytes = sys::kMaxFilterInstructions * sizeof(sock_filter);

struct ContextRelease {
  const Api* api;
  void operator()(void* context) const { api->release(context); }
};
using Context = std::unique_ptr<void, ContextRelease>;

// libseccomp returns errno values as negative numbers.
Result<> check(int code, std::string_view what) {
  if (code >= 0) return {};
  return fail_errno(-code, "libseccomp: {}", what);
}

scmp_compare compare_of(oci::SeccompOperator op) {
  switch (op) {
    case oci::SeccompOperator::ne:
      return SCMP_CMP_NE;
    case oci::SeccompOperator::lt:
      return SCMP_CMP_LT;
    case oci::SeccompOperator::le:
      return SCMP_CMP_LE;
    case oci::SeccompOperator::eq:
      return SCMP_CMP_EQ;
    case oci::SeccompOperator::ge:
      return SCMP_CMP_GE;
    case oci::SeccompOperator::gt:
      return SCMP_CMP_GT;
    case oci::SeccompOperator::masked_eq:
      return SCMP_CMP_MASKED_EQ;
  }
  return SCMP_CMP_EQ;
}

Result<std::vector<scmp_arg_cmp>> conditions_of(const oci::SeccompSyscall& rule) {
  std::vector<scmp_arg_cmp> conditions;
  for (std::size_t i = 0; i < rule.args.size(); ++i) {
    const auto& arg = rule.args[i];
    if (arg.index >= kMaxArguments) {
      return fail(Errc::invalid_argument, "args[{}].index: {}, but a system call has arguments 0 to 5", i,
                  arg.index);
    }
    // For a masked comparison libseccomp wants the mask first, as the specification has it.
    conditions.push_back(
        {.arg = arg.index, .op = compare_of(arg.op), .datum_a = arg.value, .datum_b = arg.value_two});
  }
  return conditions;
}

bool compares_one_argument_twice(const std::vector<scmp_arg_cmp>& conditions) {
  std::array<bool, kMaxArguments> seen{};
  return std::ranges::any_of(
      conditions, [&](const auto& condition) { return std::exchange(seen.at(condition.arg), true); });
}

Result<> add_rule(const Api& api, void* context, std::uint32_t action, int number,
                  const std::vector<scmp_arg_cmp>& conditions) {
  const auto add = [&](unsigned count, const scmp_arg_cmp* first) -> Result<> {
    const int code = api.rule_add_array(context, action, number, count, first);
    if (code == -EDOM) return {};  // a system call that an architecture does not have
    if (code == -EEXIST) {
      return fail(Errc::invalid_argument, "an earlier rule has the same comparisons and another action");
    }
    return check(code, "adding a rule");
  };
  if (!compares_one_argument_twice(conditions)) {
    return add(static_cast<unsigned>(conditions.size()), conditions.data());
  }
  // libseccomp compares an argument once in a rule. Then each comparison is a rule of its own and one of them
  // is enough: what runc and crun make of such profiles, which exist.
  for (const auto& condition : conditions) TRY(add(1, &condition));
  return {};
}

Result<> add_calls(const Api& api, void* context, const oci::Seccomp& profile,
                   const oci::SeccompSyscall& rule) {
  const auto action = TRY(kernel_action(rule.action, rule.errno_ret));
  const auto default_action = TRY(kernel_action(profile.default_action, profile.default_errno_ret));
  const auto conditions = TRY(conditions_of(rule));
  if (action == default_action) return {};  // libseccomp refuses a rule that changes nothing
  for (const auto& name : rule.names) {
    if (rule.action == oci::SeccompAction::notify && name == "write") {
      return fail(Errc::invalid_argument,
                  "'SCMP_ACT_NOTIFY' for 'write': telling the supervisor needs that call");
    }
    const int number = api.syscall_resolve_name_arch(SCMP_ARCH_NATIVE, name.c_str());
    if (number == __NR_SCMP_ERROR) {
      log::debug("seccomp: libseccomp does not know the system call '{}', leaving it out", name);
      continue;
    }
    TRY_CTX(add_rule(api, context, action, number, conditions), "'{}'", name);
  }
  return {};
}

Result<Context> make_context(const Api& api, const oci::Seccomp& profile,
                             const std::vector<std::uint32_t>& architectures) {
  if (profile.default_action == oci::SeccompAction::notify) {
    return fail(Errc::invalid_argument, "defaultAction: 'SCMP_ACT_NOTIFY' would stop the runtime itself");
  }
  const auto action =
      TRY_CTX(kernel_action(profile.default_action, profile.default_errno_ret), "defaultAction");
  Context context(api.init(action), ContextRelease{&api});
  if (!context) return fail(Errc::internal, "libseccomp: no filter for default action {:#x}", action);
  TRY(check(api.attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, kBinaryTree), "asking for a binary tree"));
  for (const std::uint32_t token : architectures) {
    const int code = api.arch_add(context.get(), token);
    if (code != -EEXIST) TRY(check(code, fmt::format("adding architecture {:#x}", token)));
  }
  return context;
}

Result<std::vector<std::uint8_t>> export_program(const Api& api, void* context) {
  const auto memory = TRY(sys::create_memfd("corten-seccomp"));
  TRY(check(api.export_bpf(context, memory.get()), "writing the program"));
  TRY(sys::seek(memory, 0));
  const auto text = TRY(sys::read_all(memory, kMaxProgramBytes * 16));
  return std::vector<std::uint8_t>(text.begin(), text.end());
}

}  // namespace

Result<Program> compile_program(const oci::Seccomp& profile) {
  const auto* library = TRY(api());
  const auto architectures = TRY_CTX(resolve_architectures(*library, profile.architectures), "linux.seccomp");
  const auto context = TRY_CTX(make_context(*library, profile, architectures), "linux.seccomp");
  for (std::size_t i = 0; i < profile.syscalls.size(); ++i) {
    TRY_CTX(add_calls(*library, context.get(), profile, profile.syscalls[i]), "linux.seccomp.syscalls[{}]",
            i);
  }
  const auto filter = TRY_CTX(export_program(*library, context.get()), "linux.seccomp");
  const auto before = answer_newer_calls(*library, profile, architectures);
  Program program{.bytes = std::vector<std::uint8_t>(before.size() * sizeof(sock_filter)),
                  .library = library->path};
  if (!before.empty()) std::memcpy(program.bytes.data(), before.data(), program.bytes.size());
  program.bytes.insert(program.bytes.end(), filter.begin(), filter.end());
  if (program.bytes.size() > kMaxProgramBytes) {
    return fail(Errc::invalid_argument,
                "linux.seccomp: the profile is too large: {} instructions, the kernel takes {}",
                program.bytes.size() / sizeof(sock_filter), sys::kMaxFilterInstructions);
  }
  return program;
}

Result<Filter> compile(const oci::Seccomp& profile) {
  const auto flags = TRY_CTX(kernel_flags(profile), "linux.seccomp");
  auto program = TRY(compile_program(profile));
  return Filter{.program = std::move(program.bytes), .flags = flags, .needs_listener = uses_notify(profile)};
}

}  // namespace corten::seccomp
