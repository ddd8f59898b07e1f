#include "runtime/creation.hpp"

#include <fcntl.h>
#include <signal.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/timestamp.hpp"
#include "runtime/bundle.hpp"
#include "runtime/cgroup_owner.hpp"
#include "runtime/console.hpp"
#include "runtime/container_cgroup.hpp"
#include "runtime/filter.hpp"
#include "runtime/hooks.hpp"
#include "runtime/id_maps.hpp"
#include "runtime/launch.hpp"
#include "runtime/notify_socket.hpp"
#include "runtime/passed_fds.hpp"
#include "runtime/pid_file.hpp"
#include "runtime/pidfd_socket.hpp"
#include "runtime/validate.hpp"
#include "sys/file.hpp"
#include "sys/pid_identity.hpp"
#include "sys/socket.hpp"
#include "sys/users.hpp"

namespace corten::runtime {
namespace {

std::string name_of_owner() {
  const auto uid = sys::outer_uid();
  if (uid == 0) return "root";  // asking for it would be the longest way of all
  const auto user = sys::find_host_user(uid);
  return user && *user ? (*user)->name : std::to_string(uid);
}

bool has_own(const oci::Spec& spec, oci::NamespaceType type) {
  const auto* found = spec.linux_part ? spec.linux_part->find_namespace(type) : nullptr;
  return found != nullptr && found->path.empty();
}

ContainerRecord new_record(const CreateOptions& options, const Bundle& bundle) {
  const auto& hooks = bundle.spec.hooks;
  return {
      .id = options.id.text(),
      .oci_version = std::string(oci::kRuntimeSpecVersion),
      .bundle = bundle.path,
      .rootfs = bundle.rootfs,
      .annotations = bundle.spec.annotations,
      .owner = name_of_owner(),
      .created = now(),
      .own_pid_namespace = has_own(bundle.spec, oci::NamespaceType::pid),
      .new_keyring = !options.no_new_keyring,
      .has_poststart = hooks && !hooks->poststart.empty(),
      .has_poststop = hooks && !hooks->poststop.empty(),
  };
}

// One container on its way; answers the init helper.
class Creation : public InitRequests {
 public:
  Creation(const Settings& settings, const CreateOptions& options, Bundle bundle,
           ContainerDirectory directory, Interruption* interruption)
      : settings_(settings),
        options_(options),
        interruption_(interruption),
        bundle_(std::move(bundle)),
        directory_(std::move(directory)),
        record_(new_record(options, bundle_)) {}

  Result<CreatedContainer> make();
  /// After a failure: everything that make() left.
  void undo();

  Result<> helper_started(pid_t helper) override;
  Result<> write_id_maps(pid_t helper) override;
  Result<> process_made(pid_t process) override;
  Result<> run_hooks() override;
  Result<> take_terminal(sys::UniqueFd terminal) override;
  Result<> take_seccomp_listener(sys::UniqueFd listener) override;

 private:
  Result<> make_plan();
  Result<> prepare_seccomp();
  Result<> prepare_cgroup(pid_t helper);
  Result<> listen_for_start();
  std::uint32_t pass(sys::UniqueFd fd);
  const oci::Linux& linux_part() const;

  const Settings& settings_;
  const CreateOptions& options_;
  Interruption* interruption_;
  Bundle bundle_;
  ContainerDirectory directory_;
  ContainerRecord record_;
  InitPlan plan_;
  std::vector<sys::UniqueFd> passed_;      // the plan's descriptors, the first has place 1
  std::vector<sys::BorrowedFd> borrowed_;  // the same for launch()
  std::optional<cgroup::Cgroup> cgroup_;
  std::optional<oci::Seccomp> seccomp_;
  sys::UniqueFd terminal_;
};

const oci::Linux& Creation::linux_part() const {
  static const oci::Linux none;
  return plan_.spec.linux_part ? *plan_.spec.linux_part : none;
}

std::uint32_t Creation::pass(sys::UniqueFd fd) {
  passed_.push_back(std::move(fd));
  borrowed_.emplace_back(passed_.back());
  return static_cast<std::uint32_t>(passed_.size());  // the plan itself is at 0
}

Result<> Creation::make_plan() {
  const auto listen_fds = TRY(count_listen_fds());
  plan_.kind = InitKind::container;
  plan_.spec = bundle_.spec;
  TRY(offer_notify_socket(directory_, plan_.spec));
  plan_.state = to_state(record_, oci::ContainerStatus::creating);
  plan_.bundle = bundle_.path;
  plan_.rootfs = bundle_.rootfs;
  plan_.no_pivot = options_.no_pivot;
  plan_.new_keyring = !options_.no_new_keyring;
  plan_.rootless = settings_.rootless;
  plan_.preserve_fds = options_.preserve_fds + listen_fds;
  add_listen_variables(plan_.spec.process->env, listen_fds);
  if (plan_.spec.linux_part) seccomp_ = std::exchange(plan_.spec.linux_part->seccomp, std::nullopt);
  return {};
}

Result<> Creation::prepare_seccomp() {
  if (!seccomp_) return {};
  auto filter = TRY(prepare_filter(*seccomp_, settings_.filter_cache));
  plan_.seccomp_filter = pass(std::move(filter.program));
  plan_.seccomp_flags = filter.flags;
  return {};
}

Result<> Creation::prepare_cgroup(pid_t helper) {
  const CgroupRequest request = {.linux_part = linux_part(), .id = record_.id, .first_process = helper};
  const auto planned = TRY(plan_cgroup(settings_, request));
  // Written down before it is there: whoever kills us now finds it. process_made() writes what it became.
  record_.cgroup = to_record(planned.location);
  TRY(directory_.save(record_));
  cgroup_ = TRY(make_cgroup(settings_, request, planned));
  record_.cgroup = to_record(cgroup_->location());
  record_.cgroup_made = true;
  if (const auto owner = cgroup_owner(plan_.spec)) TRY(cgroup_->give_to(*owner));
  auto files = TRY(cgroup_->open_attach_files());
  for (auto& file : files.v1) plan_.cgroup_files.push_back(pass(std::move(file)));
  if (files.v2) plan_.cgroup_files.push_back(pass(std::move(*files.v2)));
  return {};
}

Result<> Creation::listen_for_start() {
  auto listener = TRY_CTX(sys::listen_unix(directory_.path(kStartSocket), sys::SocketType::seqpacket),
                          "making the place where the container waits for start");
  plan_.start_listener = pass(std::move(listener));
  return {};
}

// The helper comes up meanwhile.
Result<> Creation::helper_started(pid_t helper) {
  TRY(directory_.save_config(bundle_.config_text));
  TRY(prepare_seccomp());
  TRY(listen_for_start());
  return prepare_cgroup(helper);
}

Result<> Creation::write_id_maps(pid_t helper) {
  const auto maps = TRY(choose_id_maps(linux_part(), settings_.rootless));
  TRY_CTX(sys::write_id_maps(helper, maps), "mapping the ids of the user namespace");
  return {};
}

Result<> Creation::process_made(pid_t process) {
  record_.process = TRY(sys::identify_process(process));
  return directory_.save(record_);
}

Result<> Creation::run_hooks() {
  const auto& hooks = *bundle_.spec.hooks;
  const auto state = to_state(record_, oci::ContainerStatus::creating);
  const auto directory = TRY(sys::open(bundle_.path, O_PATH | O_DIRECTORY));
  HookRun run = {.point = "prestart", .state = state, .directory = directory, .interruption = interruption_};
  TRY(runtime::run_hooks(hooks.prestart, run));
  run.point = "createRuntime";
  return runtime::run_hooks(hooks.create_runtime, run);
}

Result<> Creation::take_terminal(sys::UniqueFd terminal) {
  if (!options_.console_socket.empty()) return send_terminal(options_.console_socket, terminal);
  terminal_ = std::move(terminal);
  return {};
}

Result<> Creation::take_seccomp_listener(sys::UniqueFd listener) {
  if (!seccomp_)
    return fail(Errc::data_loss, "the init helper sent a seccomp listener that nobody asked for");
  return send_listener(*seccomp_, to_state(record_, oci::ContainerStatus::creating), record_.process.pid,
                       listener);
}

Result<CreatedContainer> Creation::make() {
  const auto lock = TRY(directory_.lock());
  TRY(make_plan());
  auto process = TRY(launch({.plan = plan_,
                             .fds = borrowed_,
                             .program_directory = settings_.program_directory,
                             .until = Until::ready,
                             .interruption = interruption_},
                            *this));
  record_.created_whole = true;
  TRY(directory_.save(record_));
  TRY(send_pidfd(options_.pidfd_socket, kContainerProcess, process.pidfd()));
  TRY(write_pid_file(options_.pid_file, process.pid()));
  return CreatedContainer{.directory = std::move(directory_),
                          .record = record_,
                          .process = std::move(process),
                          .terminal = std::move(terminal_)};
}

void Creation::undo() {
  if (cgroup_) {
    // Hooks and the helper may have put others into it.
    (void)cgroup_->kill(SIGKILL);
    (void)cgroup_->destroy();
  }
  (void)directory_.remove();
  const auto& hooks = bundle_.spec.hooks;
  if (record_.process.pid <= 0 || !hooks || hooks->poststop.empty()) return;
  const auto directory = sys::open(bundle_.path, O_PATH | O_DIRECTORY);
  const auto state = to_state(record_, oci::ContainerStatus::stopped);
  if (directory) {
    run_all_hooks(
        hooks->poststop,
        {.point = "poststop", .state = state, .directory = *directory, .interruption = interruption_});
  }
}

}  // namespace

Result<CreatedContainer> create_container(const Settings& settings, const CreateOptions& options,
                                          Caller caller, Interruption* interruption) {
  auto bundle = TRY(load_bundle(options.bundle, options.config));
  TRY(validate(bundle.spec));
  TRY(check_console_socket(bundle.spec.process->terminal, options.console_socket, caller == Caller::leaves));
  auto directory = TRY(StateStore(settings.root).create(options.id));
  Creation creation(settings, options, std::move(bundle), std::move(directory), interruption);
  auto made = creation.make();
  if (!made) creation.undo();
  return made;
}

}  // namespace corten::runtime
