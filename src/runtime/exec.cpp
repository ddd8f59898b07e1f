#include "runtime/exec.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/console.hpp"
#include "runtime/container_cgroup.hpp"
#include "runtime/filter.hpp"
#include "runtime/foreground.hpp"
#include "runtime/launch.hpp"
#include "runtime/pid_file.hpp"
#include "runtime/pidfd_socket.hpp"
#include "runtime/status.hpp"
#include "runtime/validate.hpp"
#include "sys/file.hpp"
#include "sys/pid_identity.hpp"

namespace corten::runtime {
namespace {

Result<> check_status(const FoundContainer& found, bool ignore_paused) {
  const auto& id = found.record.id;
  switch (found.status) {
    case oci::ContainerStatus::created:
    case oci::ContainerStatus::running:
      return {};
    case oci::ContainerStatus::paused:
      if (ignore_paused) return {};
      return with_hint(fail(Errc::failed_precondition, "cannot execute in container '{}': it is paused", id),
                       "resume it, or give --ignore-paused to wait for that");
    default:
      return fail(Errc::failed_precondition, "cannot execute in container '{}': it is {}", id,
                  oci::to_string(found.status));
  }
}

Result<oci::Process> read_process(const std::string& file) {
  constexpr std::size_t kMaxBytes = std::size_t{4} * 1024 * 1024;
  const auto text = TRY_CTX(sys::read_file(sys::BorrowedFd::cwd(), file, kMaxBytes), "--process");
  auto process = TRY_CTX(oci::parse_process(text), "--process '{}'", file);
  TRY_CTX(validate_process(process, "process"), "--process '{}'", file);
  return process;
}

Result<oci::Process> wanted_process(const oci::Spec& spec, const ExecOptions& options) {
  if (!options.process_file.empty()) return read_process(options.process_file);
  auto process = TRY(process_for_exec(spec.process.value_or(oci::Process{}), options.changes));
  TRY(validate_process(process, "process"));
  return process;
}

// What the host may not lack: what --cap has added to the container's own.
std::vector<std::string> added_capabilities(const oci::Process& container, const oci::Process& process) {
  std::vector<std::string> added;
  if (!process.capabilities) return added;
  const auto own = container.capabilities.value_or(oci::Capabilities{}).bounding;
  for (const auto& name : process.capabilities->bounding) {
    if (std::ranges::find(own, name) == own.end()) added.push_back(name);
  }
  return added;
}

// One process on its way into a container; answers the init helper.
class Execution : public InitRequests {
 public:
  Execution(const Settings& settings, const ExecOptions& options, FoundContainer found)
      : settings_(settings), options_(options), found_(std::move(found)) {}

  Result<> prepare();
  bool has_terminal() const { return plan_.spec.process->terminal; }
  Result<sys::Child> start() {
    return launch({.plan = plan_,
                   .fds = borrowed_,
                   .program_directory = settings_.program_directory,
                   .until = Until::executed},
                  *this);
  }
  /// The controlling end, unless it went to the console socket.
  sys::UniqueFd take_terminal() { return std::move(terminal_); }

  Result<> helper_started(pid_t /*helper*/) override { return {}; }
  Result<> write_id_maps(pid_t /*helper*/) override { return out_of_place(); }
  Result<> process_made(pid_t process) override;
  Result<> run_hooks() override { return out_of_place(); }
  Result<> take_terminal(sys::UniqueFd terminal) override;
  Result<> take_seccomp_listener(sys::UniqueFd listener) override;

 private:
  static Result<> out_of_place() {
    return fail(Errc::data_loss, "the init helper asked for what only a new container needs");
  }
  Result<> prepare_seccomp();
  Result<> prepare_cgroup();
  std::uint32_t pass(sys::UniqueFd fd);

  const Settings& settings_;
  const ExecOptions& options_;
  FoundContainer found_;
  InitPlan plan_;
  std::vector<sys::UniqueFd> passed_;      // the plan's descriptors, the first has place 1
  std::vector<sys::BorrowedFd> borrowed_;  // the same for launch()
  std::optional<oci::Seccomp> seccomp_;
  pid_t process_ = 0;
  sys::UniqueFd terminal_;
};

std::uint32_t Execution::pass(sys::UniqueFd fd) {
  passed_.push_back(std::move(fd));
  borrowed_.emplace_back(passed_.back());
  return static_cast<std::uint32_t>(passed_.size());  // the plan itself is at 0
}

Result<> Execution::prepare() {
  const auto& record = found_.record;
  plan_.kind = InitKind::exec;
  plan_.spec = TRY(found_.directory.load_config());
  auto process = TRY(wanted_process(plan_.spec, options_));
  if (options_.process_file.empty()) {
    plan_.required_capabilities = added_capabilities(plan_.spec.process.value_or(oci::Process{}), process);
  }
  plan_.spec.process = std::move(process);
  plan_.state = to_state(record, oci::ContainerStatus::running);
  plan_.bundle = record.bundle;
  plan_.rootfs = record.rootfs;
  plan_.new_keyring = record.new_keyring;
  plan_.rootless = settings_.rootless;
  plan_.preserve_fds = options_.preserve_fds;
  auto init = TRY_CTX(sys::open_process(record.process), "container '{}'", record.id);
  plan_.init_process = pass(std::move(init).release());
  TRY(prepare_seccomp());
  return prepare_cgroup();
}

Result<> Execution::prepare_seccomp() {
  if (plan_.spec.linux_part) seccomp_ = std::exchange(plan_.spec.linux_part->seccomp, std::nullopt);
  if (!seccomp_) return {};
  auto filter = TRY(prepare_filter(*seccomp_, settings_.filter_cache));
  plan_.seccomp_filter = pass(std::move(filter.program));
  plan_.seccomp_flags = filter.flags;
  return {};
}

Result<> Execution::prepare_cgroup() {
  const auto cgroup = TRY(open_cgroup(found_.record));
  if (!cgroup) return {};
  auto files = TRY(cgroup->open_attach_files(options_.cgroup, found_.record.process.pid));
  for (auto& file : files.v1) plan_.cgroup_files.push_back(pass(std::move(file)));
  if (files.v2) plan_.cgroup_files.push_back(pass(std::move(*files.v2)));
  return {};
}

Result<> Execution::process_made(pid_t process) {
  process_ = process;
  return {};
}

Result<> Execution::take_terminal(sys::UniqueFd terminal) {
  if (!options_.console_socket.empty()) return send_terminal(options_.console_socket, terminal);
  terminal_ = std::move(terminal);
  return {};
}

Result<> Execution::take_seccomp_listener(sys::UniqueFd listener) {
  if (!seccomp_)
    return fail(Errc::data_loss, "the init helper sent a seccomp listener that nobody asked for");
  return send_listener(*seccomp_, to_state(found_.record, oci::ContainerStatus::running), process_, listener);
}

}  // namespace

Result<int> exec(const Settings& settings, const ExecOptions& options) {
  auto found = TRY(find_container(settings.root, options.id));
  TRY(check_status(found, options.ignore_paused));
  Execution execution(settings, options, std::move(found));
  TRY(execution.prepare());
  TRY(check_console_socket(execution.has_terminal(), options.console_socket, options.detach));
  std::optional<Foreground> foreground;
  // Before the process is there: a signal meant for it must not end us.
  if (!options.detach) {
    auto begun = TRY(Foreground::begin());
    foreground.emplace(std::move(begun));
  }
  auto process = TRY(execution.start());
  TRY(send_pidfd(options.pidfd_socket, kExecProcess, process.pidfd()));
  TRY(write_pid_file(options.pid_file, process.pid()));
  if (!foreground) {
    {
      const auto pidfd = std::move(process).detach();
    }
    return 0;
  }
  const auto status = TRY(foreground->wait(process, execution.take_terminal()));
  return status.combined();
}

}  // namespace corten::runtime
