// From clone to execve. Everything the child needs is prepared before the clone: in between only
// async-signal-safe calls are allowed, no allocation, no lock, no exception.
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/env.hpp"
#include "base/strings.hpp"
#include "sys/clone.hpp"
#include "sys/file.hpp"
#include "sys/pipe.hpp"
#include "sys/process.hpp"

namespace corten::sys {

namespace {

constexpr int kExecFailed = 127;

enum class Step : int { session, death_signal, directory, descriptors, execute };

// What the child writes to the status pipe when it fails; execve closes the pipe when it does not.
struct Failure {
  Step step;
  int err;
};

struct Plan {
  std::vector<std::string> candidates;  // what to execute, in order; none when executes_fd
  std::vector<char*> argv;
  std::vector<char*> env;
  std::vector<int> sources;
  std::vector<int> targets;
  char** envp = nullptr;
  int first_free = 3;  // no target is this high
  int program_fd = -1;
  int directory_fd = -1;
  int status_fd = -1;
  pid_t parent = 0;
  int death_signal = 0;
  bool executes_fd = false;
  bool own_session = false;
  bool try_close_range = true;
};

std::vector<std::string> candidates_in_path(const std::string& name, std::string_view path) {
  std::vector<std::string> candidates;
  for (const auto directory : split(path, ':')) {
    // An empty or relative entry would execute what lies in the current directory.
    if (directory.starts_with('/')) candidates.push_back(std::string(directory) + "/" + name);
  }
  return candidates;
}

std::string search_path(const SpawnOptions& options) {
  constexpr std::string_view kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  constexpr std::string_view kName = "PATH=";
  if (!options.env) return find_nonempty_env("PATH").value_or(std::string(kDefaultPath));
  for (const auto& entry : *options.env) {
    if (entry.starts_with(kName)) return entry.substr(kName.size());
  }
  return std::string(kDefaultPath);
}

// execve takes char*; it does not write through it.
std::vector<char*> to_pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

void plan_descriptor(Plan& plan, const std::optional<BorrowedFd>& source, int target) {
  if (!source) return;
  plan.sources.push_back(source->get());
  plan.targets.push_back(target);
  plan.first_free = std::max(plan.first_free, target + 1);
}

Result<> check_texts(const std::vector<std::string>& texts, std::string_view what) {
  for (const auto& text : texts) {
    if (text.find('\0') != std::string::npos) {
      return fail(Errc::invalid_argument, "{} '{}' contains a NUL byte", what, printable(text));
    }
  }
  return {};
}

Result<Plan> make_plan(const SpawnOptions& options, const Kernel& kernel) {
  if (options.argv.empty()) return fail(Errc::invalid_argument, "no program to execute: empty argv");
  TRY(check_texts(options.argv, "the argument"));
  if (options.env) TRY(check_texts(*options.env, "the environment entry"));

  Plan plan;
  const auto& program = options.program.empty() ? options.argv.front() : options.program;
  if (program.empty() && !options.program_fd) {
    return fail(Errc::invalid_argument, "no program to execute: empty name");
  }
  if (program.find('\0') != std::string::npos) {
    return fail(Errc::invalid_argument, "the program '{}' contains a NUL byte", printable(program));
  }
  // The name of an open file is only for messages: nothing else may run in its place (CVE-2019-5736).
  plan.executes_fd = options.program_fd.has_value();
  if (!plan.executes_fd) {
    plan.candidates = program.find('/') == std::string::npos
                          ? candidates_in_path(program, search_path(options))
                          : std::vector{program};
  }
  plan.argv = to_pointers(options.argv);
  if (options.env) plan.env = to_pointers(*options.env);
  plan.envp = options.env ? plan.env.data() : ::environ;

  plan_descriptor(plan, options.standard_input, STDIN_FILENO);
  plan_descriptor(plan, options.standard_output, STDOUT_FILENO);
  plan_descriptor(plan, options.standard_error, STDERR_FILENO);
  for (const auto& inherited : options.inherited) {
    if (inherited.target < 0 || std::ranges::count(plan.targets, inherited.target) > 0) {
      return fail(Errc::invalid_argument, "descriptor {} cannot be a target, or is one twice",
                  inherited.target);
    }
    plan_descriptor(plan, inherited.source, inherited.target);
  }
  if (options.program_fd) plan.program_fd = options.program_fd->get();
  if (options.working_directory) plan.directory_fd = options.working_directory->get();
  plan.parent = ::getpid();
  plan.death_signal = options.parent_death_signal;
  plan.own_session = options.session == Session::own;
  plan.try_close_range = kernel.close_range;
  return plan;
}

// From here on in the child.

[[noreturn]] void fail_child(const Plan& plan, Step step, int err) noexcept {
  const Failure failure{.step = step, .err = err};
  (void)!::write(plan.status_fd, &failure, sizeof failure);
  ::_exit(kExecFailed);
}

// Above all targets, so that placing one descriptor cannot overwrite another that is still to be placed.
int moved_up(const Plan& plan, int fd) noexcept { return ::fcntl(fd, F_DUPFD_CLOEXEC, plan.first_free); }

void place_descriptors(Plan& plan) noexcept {
  for (auto& source : plan.sources) {
    source = moved_up(plan, source);
    if (source < 0) fail_child(plan, Step::descriptors, errno);
  }
  if (plan.executes_fd) {
    plan.program_fd = moved_up(plan, plan.program_fd);
    if (plan.program_fd < 0) fail_child(plan, Step::descriptors, errno);
  }
  if (const int err = mark_cloexec_from(3, plan.try_close_range); err != 0) {
    fail_child(plan, Step::descriptors, err);
  }
  for (std::size_t i = 0; i < plan.sources.size(); ++i) {
    if (::dup3(plan.sources[i], plan.targets[i], 0) < 0) fail_child(plan, Step::descriptors, errno);
  }
}

[[noreturn]] void execute(const Plan& plan) noexcept {
  if (plan.executes_fd) {
    ::execveat(plan.program_fd, "", plan.argv.data(), plan.envp, AT_EMPTY_PATH);
    fail_child(plan, Step::execute, errno);
  }
  // As execvp: go on past what is missing, but prefer to report what was there and refused.
  int err = ENOENT;
  for (const auto& candidate : plan.candidates) {
    ::execve(candidate.c_str(), plan.argv.data(), plan.envp);
    // A directory of PATH that we may not search says nothing about the program.
    if (errno == EACCES && plan.candidates.size() > 1 && ::access(candidate.c_str(), F_OK) != 0) continue;
    if (errno == ENOENT || errno == ENOTDIR) continue;
    err = errno;
    if (err != EACCES) break;
  }
  fail_child(plan, Step::execute, err);
}

[[noreturn]] void run_child(Plan& plan) noexcept {
  reset_signals();
  const int status = moved_up(plan, plan.status_fd);
  if (status < 0) fail_child(plan, Step::descriptors, errno);
  plan.status_fd = status;
  if (plan.own_session && ::setsid() < 0) fail_child(plan, Step::session, errno);
  if (plan.death_signal != 0) {
    if (::prctl(PR_SET_PDEATHSIG, plan.death_signal) != 0) fail_child(plan, Step::death_signal, errno);
    // The parent may have died before the request. 0: it lives outside of our new pid namespace.
    const pid_t now = ::getppid();
    if (now != plan.parent && now != 0) fail_child(plan, Step::death_signal, ESRCH);
  }
  if (plan.directory_fd >= 0 && ::fchdir(plan.directory_fd) != 0) fail_child(plan, Step::directory, errno);
  place_descriptors(plan);
  execute(plan);
}

// And in the parent again.

std::unexpected<Error> describe_failure(const Failure& failure, std::string_view program) {
  switch (failure.step) {
    case Step::session:
      return fail_errno(failure.err, "starting '{}': making a session", program);
    case Step::death_signal:
      return fail_errno(failure.err, "starting '{}': setting its parent-death signal", program);
    case Step::directory:
      return fail_errno(failure.err, "starting '{}': changing to its working directory", program);
    case Step::descriptors:
      return fail_errno(failure.err, "starting '{}': placing its descriptors", program);
    case Step::execute:
      break;
  }
  return fail_errno(failure.err, "executing '{}'", program);
}

}  // namespace

Result<Child> spawn(const SpawnOptions& options, const Kernel& kernel) {
  auto plan = TRY(make_plan(options, kernel));
  auto status = TRY(create_pipe());
  plan.status_fd = status.writer.get();

  auto clone = TRY(clone_to_execute([](void* child) { run_child(*static_cast<Plan*>(child)); }, &plan));
  Child child(clone.pid, std::move(clone.pidfd));
  status.writer.reset();

  Failure failure{};
  const auto size =
      TRY(read_some(status.reader, {reinterpret_cast<std::uint8_t*>(&failure), sizeof failure}));
  if (size == 0) return child;
  // A pipe passes on so few bytes whole.
  TRY(child.wait());
  return describe_failure(failure, options.program.empty() ? options.argv.front() : options.program);
}

std::optional<std::string> find_program(const std::string& name) {
  for (const auto& candidate : candidates_in_path(name, search_path({.argv = {}}))) {
    if (::faccessat(AT_FDCWD, candidate.c_str(), X_OK, AT_EACCESS) == 0) return candidate;
  }
  return std::nullopt;
}

}  // namespace corten::sys
