#include "runtime/exec.hpp"

#include <array>
#include <string>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

struct ExecFlags {
  std::vector<std::string> words;
  std::string process;
  std::string console_socket;
  std::string pid_file;
  std::string pidfd_socket;
  std::string cgroup;
  std::optional<std::string> cwd;
  std::optional<std::string> user;
  std::optional<std::string> apparmor;
  std::optional<std::string> label;
  std::vector<std::string> env;
  std::vector<std::string> capabilities;
  std::vector<std::uint32_t> groups;
  std::uint32_t preserve_fds = 0;
  bool detach = false;
  bool terminal = false;
  bool no_new_privs = false;
  bool ignore_paused = false;
};

Result<runtime::ProcessChanges> process_changes(const ExecFlags& flags) {
  runtime::ProcessChanges changes{
      .args = {flags.words.begin() + 1, flags.words.end()},
      .cwd = flags.cwd,
      .env = flags.env,
      .additional_gids = flags.groups,
      .capabilities = flags.capabilities,
      .apparmor_profile = flags.apparmor,
      .selinux_label = flags.label,
      .terminal = flags.terminal,
      .no_new_privileges = flags.no_new_privs,
  };
  if (flags.user) changes.user = TRY(runtime::parse_user(*flags.user));
  return changes;
}

Result<int> run_exec(const ExecFlags& flags, Context& context) {
  const auto settings = TRY(oci_settings(context));
  auto id = TRY(runtime::ContainerId::parse(flags.words.front()));
  auto changes = TRY(process_changes(flags));
  return runtime::exec(settings, {.id = std::move(id),
                                  .process_file = flags.process,
                                  .changes = std::move(changes),
                                  .console_socket = flags.console_socket,
                                  .pid_file = flags.pid_file,
                                  .pidfd_socket = flags.pidfd_socket,
                                  .cgroup = flags.cgroup,
                                  .preserve_fds = flags.preserve_fds,
                                  .detach = flags.detach,
                                  .ignore_paused = flags.ignore_paused});
}

constexpr std::array kFlags = {
    Flag{.name = "process",
         .letter = 'p',
         .value = "FILE",
         .help = "Take the process from this JSON document, in place of a command",
         .bind = bind<&ExecFlags::process>(),
         .complete = Completion::file},
    Flag{.name = "detach",
         .letter = 'd',
         .help = "Do not wait for its end",
         .bind = bind<&ExecFlags::detach>()},
    Flag{.name = "tty", .letter = 't', .help = "Give it a terminal", .bind = bind<&ExecFlags::terminal>()},
    Flag{.name = "console-socket",
         .value = "SOCKET",
         .help = "Send that terminal to this listening socket",
         .bind = bind<&ExecFlags::console_socket>(),
         .complete = Completion::file},
    Flag{.name = "pid-file",
         .value = "FILE",
         .help = "Write the number of the process to this file",
         .bind = bind<&ExecFlags::pid_file>(),
         .complete = Completion::file},
    Flag{.name = "pidfd-socket",
         .value = "SOCKET",
         .help = "Send a pidfd of the process to this listening socket",
         .bind = bind<&ExecFlags::pidfd_socket>(),
         .complete = Completion::file},
    Flag{.name = "cwd",
         .value = "DIR",
         .help = "Working directory in the container",
         .bind = bind<&ExecFlags::cwd>()},
    Flag{.name = "env",
         .letter = 'e',
         .value = "NAME=VALUE",
         .help = "Set a variable; may be repeated",
         .bind = bind<&ExecFlags::env>()},
    Flag{.name = "user",
         .letter = 'u',
         .value = "UID[:GID]",
         .help = "Numbers of user and group in the container",
         .bind = bind<&ExecFlags::user>()},
    Flag{.name = "additional-gids",
         .letter = 'g',
         .value = "GID",
         .help = "One more group; may be repeated",
         .bind = bind<&ExecFlags::groups>()},
    Flag{.name = "cap",
         .letter = 'c',
         .value = "CAP",
         .help = "One more capability; may be repeated",
         .bind = bind<&ExecFlags::capabilities>()},
    Flag{.name = "no-new-privs",
         .help = "Let no program that it executes gain privileges",
         .bind = bind<&ExecFlags::no_new_privs>()},
    Flag{.name = "apparmor",
         .value = "PROFILE",
         .help = "AppArmor profile",
         .bind = bind<&ExecFlags::apparmor>()},
    Flag{.name = "process-label",
         .value = "LABEL",
         .help = "SELinux label",
         .bind = bind<&ExecFlags::label>()},
    Flag{.name = "cgroup",
         .value = "PATH",
         .help = "Cgroup below that of the container to put it in",
         .bind = bind<&ExecFlags::cgroup>()},
    Flag{.name = "preserve-fds",
         .value = "N",
         .help = "Pass on N descriptors besides the standard streams",
         .bind = bind<&ExecFlags::preserve_fds>(),
         .default_text = "0"},
    Flag{.name = "ignore-paused",
         .help = "Do so in a paused container too: it starts when that is resumed",
         .bind = bind<&ExecFlags::ignore_paused>()},
};

constexpr std::array kExamples = {
    Example{.text = "A shell", .line = "corten oci exec -t web sh"},
};

}  // namespace

constexpr Command kOciExecCommand{
    .path = "oci exec",
    .summary = "Run one more process in a container",
    .doc = R"(
The process is like that of the container in everything that no flag changes. Its exit status is that of this
command, 128 + N after signal N, unless it is detached.)",
    .arguments = {.usage = "ID [COMMAND] [ARG...]",
                  .min = 1,
                  .max = kUnlimited,
                  .bind = bind<&ExecFlags::words>(),
                  .flags = FlagPlacement::before_arguments},
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<ExecFlags, run_exec>,
};

}  // namespace corten::cli
