#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/strings.hpp"
#include "runtime/validate.hpp"

namespace corten::runtime {
namespace {

constexpr std::array<std::string_view, 16> kRlimits = {
    "RLIMIT_AS",      "RLIMIT_CORE",     "RLIMIT_CPU",        "RLIMIT_DATA",   "RLIMIT_FSIZE", "RLIMIT_LOCKS",
    "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE", "RLIMIT_NICE",       "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_RSS",
    "RLIMIT_RTPRIO",  "RLIMIT_RTTIME",   "RLIMIT_SIGPENDING", "RLIMIT_STACK"};

constexpr std::array<std::string_view, 7> kPolicies = {
    "SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"};

constexpr std::array<std::string_view, 7> kSchedulerFlags = {
    "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM",     "SCHED_FLAG_DL_OVERRUN",
    "SCHED_FLAG_KEEP_POLICY",   "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN",
    "SCHED_FLAG_UTIL_CLAMP_MAX"};

constexpr std::array<std::string_view, 3> kIoClasses = {"IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE",
                                                        "IOPRIO_CLASS_IDLE"};

bool is_one_of(std::string_view text, std::span<const std::string_view> names) {
  return std::ranges::find(names, text) != names.end();
}

std::unexpected<Error> wrong(std::string_view where, std::string_view field, std::string_view problem) {
  return fail(Errc::invalid_argument, "{}.{}: {}", where, field, problem);
}

Result<> check_texts(const std::vector<std::string>& texts, std::string_view where, std::string_view field) {
  for (const auto& text : texts) {
    if (text.find('\0') != std::string::npos) return wrong(where, field, "holds a NUL character");
  }
  return {};
}

Result<> check_command(const oci::Process& process, std::string_view where) {
  if (process.args.empty()) return wrong(where, "args", "must not be empty, it names the program");
  if (process.args.front().empty()) return wrong(where, "args[0]", "must not be empty, it names the program");
  TRY(check_texts(process.args, where, "args"));
  TRY(check_texts(process.env, where, "env"));
  for (std::size_t i = 0; i < process.env.size(); ++i) {
    const auto equals = process.env[i].find('=');
    if (equals != std::string::npos && equals != 0) continue;
    return wrong(where, fmt::format("env[{}]", i),
                 fmt::format("'{}' is not NAME=VALUE", printable(process.env[i])));
  }
  if (process.cwd.empty()) return wrong(where, "cwd", "must not be empty");
  TRY(check_texts({process.cwd}, where, "cwd"));
  if (!process.cwd.starts_with('/')) {
    return wrong(where, "cwd", fmt::format("must be an absolute path, not '{}'", printable(process.cwd)));
  }
  return {};
}

Result<> check_rlimits(const oci::Process& process, std::string_view where) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < process.rlimits.size(); ++i) {
    const auto& limit = process.rlimits[i];
    const auto field = fmt::format("rlimits[{}]", i);
    if (!is_one_of(limit.type, kRlimits)) {
      return wrong(where, field + ".type", fmt::format("unknown limit '{}'", printable(limit.type)));
    }
    if (!seen.insert(limit.type).second) {
      return wrong(where, field + ".type", fmt::format("'{}' is there twice", limit.type));
    }
    if (limit.soft > limit.hard) {
      return wrong(where, field + ".soft",
                   fmt::format("{}: {} is more than the hard limit {}", limit.type, limit.soft, limit.hard));
    }
  }
  return {};
}

Result<> check_scheduler(const oci::Scheduler& scheduler, std::string_view where) {
  if (!is_one_of(scheduler.policy, kPolicies)) {
    return wrong(where, "scheduler.policy", fmt::format("unknown policy '{}'", printable(scheduler.policy)));
  }
  for (const auto& flag : scheduler.flags) {
    if (is_one_of(flag, kSchedulerFlags)) continue;
    return wrong(where, "scheduler.flags", fmt::format("unknown flag '{}'", printable(flag)));
  }
  if (scheduler.nice < -20 || scheduler.nice > 19) {
    return wrong(where, "scheduler.nice", fmt::format("{} is not between -20 and 19", scheduler.nice));
  }
  const bool real_time = scheduler.policy == "SCHED_FIFO" || scheduler.policy == "SCHED_RR";
  if (!real_time && scheduler.priority != 0) {
    return wrong(where, "scheduler.priority", "only SCHED_FIFO and SCHED_RR have priorities");
  }
  const bool deadline = scheduler.policy == "SCHED_DEADLINE";
  if (!deadline && (scheduler.runtime_ns != 0 || scheduler.deadline_ns != 0 || scheduler.period_ns != 0)) {
    return wrong(where, "scheduler", "runtime, deadline and period belong to SCHED_DEADLINE");
  }
  return {};
}

Result<> check_io_priority(const oci::IoPriority& priority, std::string_view where) {
  if (!is_one_of(priority.io_class, kIoClasses)) {
    return wrong(where, "ioPriority.class", fmt::format("unknown class '{}'", printable(priority.io_class)));
  }
  if (priority.priority < 0 || priority.priority > 7) {
    return wrong(where, "ioPriority.priority", fmt::format("{} is not between 0 and 7", priority.priority));
  }
  return {};
}

Result<> check_console(const oci::Process& process, std::string_view where) {
  constexpr std::uint32_t kMaxSide = 65535;  // unsigned short in struct winsize
  if (!process.console_size) return {};
  if (process.console_size->height > kMaxSide || process.console_size->width > kMaxSide) {
    return wrong(where, "consoleSize", fmt::format("at most {} by {}", kMaxSide, kMaxSide));
  }
  return {};
}

}  // namespace

Result<> validate_process(const oci::Process& process, std::string_view where) {
  TRY(check_command(process, where));
  TRY(check_rlimits(process, where));
  TRY(check_console(process, where));
  if (process.scheduler) TRY(check_scheduler(*process.scheduler, where));
  if (process.io_priority) TRY(check_io_priority(*process.io_priority, where));
  if (process.oom_score_adj && (*process.oom_score_adj < -1000 || *process.oom_score_adj > 1000)) {
    return wrong(where, "oomScoreAdj",
                 fmt::format("{} is not between -1000 and 1000", *process.oom_score_adj));
  }
  if (process.user.umask && *process.user.umask > 0777) {
    return wrong(where, "user.umask", fmt::format("{:#o} is more than 0777", *process.user.umask));
  }
  return {};
}

}  // namespace corten::runtime
