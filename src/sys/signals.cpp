#include "sys/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "base/strings.hpp"
#include "sys/retry.hpp"

namespace corten::sys {

namespace {

// The kernel's range, which containers may use whole; glibc keeps 32 and 33 for itself and starts SIGRTMIN
// at 34, as Docker's table does.
constexpr int kFirstRealtime = 34;
constexpr int kLastSignal = 64;

struct NamedSignal {
  std::string_view name;
  int number;
};

// The first name of a number is the one printed.
constexpr NamedSignal kSignals[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT},     {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT}, {"IOT", SIGIOT},   {"BUS", SIGBUS},       {"FPE", SIGFPE},   {"KILL", SIGKILL},
    {"USR1", SIGUSR1}, {"SEGV", SIGSEGV}, {"USR2", SIGUSR2},     {"PIPE", SIGPIPE}, {"ALRM", SIGALRM},
    {"TERM", SIGTERM}, {"STKFLT", 16},    {"CHLD", SIGCHLD},     {"CLD", SIGCHLD},  {"CONT", SIGCONT},
    {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},     {"TTOU", SIGTTOU}, {"URG", SIGURG},
    {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM}, {"PROF", SIGPROF}, {"WINCH", SIGWINCH},
    {"IO", SIGIO},     {"POLL", SIGPOLL}, {"PWR", SIGPWR},       {"SYS", SIGSYS},   {"UNUSED", SIGSYS},
};

std::optional<int> parse_small_number(std::string_view text) {
  int value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

// "RTMIN", "RTMIN+3", "RTMAX", "RTMAX-2".
std::optional<int> parse_realtime(std::string_view name) {
  const bool from_min = name.starts_with("RTMIN");
  if (!from_min && !name.starts_with("RTMAX")) return std::nullopt;
  const auto rest = name.substr(5);
  const int base = from_min ? kFirstRealtime : kLastSignal;
  if (rest.empty()) return base;
  if (rest.front() != (from_min ? '+' : '-')) return std::nullopt;
  const auto distance = parse_small_number(rest.substr(1));
  if (!distance || *distance < 0 || *distance > kLastSignal - kFirstRealtime) return std::nullopt;
  return from_min ? base + *distance : base - *distance;
}

bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Result<int> parse_signal(std::string_view text) {
  const auto upper = to_upper(text);
  if (const auto number = parse_small_number(upper); number && *number >= 1 && *number <= kLastSignal) {
    return *number;
  }
  auto name = std::string_view(upper);
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (const auto& signal : kSignals) {
    if (signal.name == name) return signal.number;
  }
  if (const auto realtime = parse_realtime(name)) return *realtime;
  return with_hint(fail(Errc::invalid_argument, "'{}' is not a signal", text),
                   "a name such as SIGTERM or RTMIN+3, or a number from 1 to {}", kLastSignal);
}

std::string signal_name(int signal) {
  for (const auto& known : kSignals) {
    if (known.number == signal) return "SIG" + std::string(known.name);
  }
  if (signal == kFirstRealtime) return "SIGRTMIN";
  if (signal == kLastSignal) return "SIGRTMAX";
  // Counted from the nearer end, as shells do.
  if (signal > kFirstRealtime && signal <= kFirstRealtime + 15) {
    return fmt::format("SIGRTMIN+{}", signal - kFirstRealtime);
  }
  if (signal > kFirstRealtime && signal < kLastSignal) {
    return fmt::format("SIGRTMAX-{}", kLastSignal - signal);
  }
  return std::to_string(signal);
}

Result<SignalFd> SignalFd::create(std::initializer_list<int> signals) {
  sigset_t mask;
  sigset_t old_mask;
  ::sigemptyset(&mask);
  for (const int signal : signals) {
    // The kernel would queue it all the same while it is blocked.
    if (!is_ignored(signal)) ::sigaddset(&mask, signal);
  }
  UniqueFd fd(::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) {
    const int err = errno;
    return fail_errno(err, "making a signal descriptor");
  }
  if (const int err = ::pthread_sigmask(SIG_BLOCK, &mask, &old_mask); err != 0) {
    return fail_errno(err, "blocking signals");
  }
  return SignalFd(std::move(fd), old_mask);
}

SignalFd::~SignalFd() {
  if (fd_) ::pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
}

Result<std::optional<SignalFd::Received>> SignalFd::read() {
  signalfd_siginfo info{};
  const auto size = retry_on_eintr([&] { return ::read(fd_.get(), &info, sizeof info); });
  if (size < 0) {
    const int err = errno;
    if (err == EAGAIN) return std::nullopt;
    return fail_errno(err, "reading a signal");
  }
  return Received{.signal = static_cast<int>(info.ssi_signo),
                  .sender_pid = info.ssi_pid,
                  .sender_uid = info.ssi_uid,
                  .from_kernel = info.ssi_code == SI_KERNEL};
}

}  // namespace corten::sys
