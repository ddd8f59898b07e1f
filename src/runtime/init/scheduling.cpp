#include "runtime/init/scheduling.hpp"

#include <linux/sched.h>
#include <sys/personality.h>

#include <cerrno>

#include "base/strings.hpp"
#include "sys/task_settings.hpp"

namespace corten::runtime {
namespace {

struct Name {
  std::string_view name;
  std::uint64_t value;
};

constexpr Name kPolicies[] = {
    {"SCHED_OTHER", SCHED_NORMAL},     {"SCHED_FIFO", SCHED_FIFO}, {"SCHED_RR", SCHED_RR},
    {"SCHED_BATCH", SCHED_BATCH},      {"SCHED_ISO", 4},           {"SCHED_IDLE", SCHED_IDLE},
    {"SCHED_DEADLINE", SCHED_DEADLINE}};

constexpr Name kSchedulerFlags[] = {{"SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK},
                                    {"SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM},
                                    {"SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN},
                                    {"SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY},
                                    {"SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS},
                                    {"SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN},
                                    {"SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX}};

// The numbers of linux/ioprio.h, which cannot be read as C++.
constexpr Name kIoClasses[] = {{"IOPRIO_CLASS_RT", 1}, {"IOPRIO_CLASS_BE", 2}, {"IOPRIO_CLASS_IDLE", 3}};

constexpr Name kDomains[] = {{"LINUX", PER_LINUX}, {"LINUX32", PER_LINUX32}};

Result<std::uint64_t> find_name(std::span<const Name> names, std::string_view text) {
  for (const auto& each : names) {
    if (each.name == text) return each.value;
  }
  return fail(Errc::invalid_argument, "unknown name '{}'", printable(text));
}

}  // namespace

Result<> set_scheduler(InitContext& context) {
  const auto& wanted = context.process().scheduler;
  if (!wanted) return {};
  sys::SchedulerSettings settings = {.nice = wanted->nice,
                                     .priority = static_cast<std::uint32_t>(wanted->priority),
                                     .runtime_ns = wanted->runtime_ns,
                                     .deadline_ns = wanted->deadline_ns,
                                     .period_ns = wanted->period_ns};
  const auto policy = TRY(find_name(kPolicies, wanted->policy));
  settings.policy = static_cast<std::uint32_t>(policy);
  for (const auto& flag : wanted->flags) {
    const auto value = TRY(find_name(kSchedulerFlags, flag));
    settings.flags |= value;
  }
  return sys::set_scheduler(settings);
}

Result<> set_io_priority(InitContext& context) {
  const auto& wanted = context.process().io_priority;
  if (!wanted) return {};
  const auto io_class = TRY(find_name(kIoClasses, wanted->io_class));
  return sys::set_io_priority(static_cast<int>(io_class), wanted->priority);
}

Result<> set_personality(InitContext& context) {
  const auto& wanted = context.linux_part().personality;
  if (!wanted) return {};
  const auto domain = TRY_CTX(find_name(kDomains, wanted->domain), "linux.personality.domain");
  if (!wanted->flags.empty()) {
    return fail(Errc::unsupported, "linux.personality.flags: no flag is supported yet, '{}' was asked for",
                printable(wanted->flags.front()));
  }
  if (::personality(static_cast<unsigned long>(domain)) < 0) {
    const int err = errno;
    return fail_errno(err, "linux.personality: '{}'", wanted->domain);
  }
  return {};
}

}  // namespace corten::runtime
