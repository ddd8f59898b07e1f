#include "oci/runtime_spec/process.hpp"

#include "oci/json_fields.hpp"

namespace corten::oci {

void fields(auto& visit, Is<ConsoleSize> auto& size) {
  visit("height", size.height, Presence::required);
  visit("width", size.width, Presence::required);
}

void fields(auto& visit, Is<User> auto& user) {
  visit("uid", user.uid, Presence::always);
  visit("gid", user.gid, Presence::always);
  visit("umask", user.umask);
  visit("additionalGids", user.additional_gids);
}

void fields(auto& visit, Is<Capabilities> auto& sets) {
  visit("bounding", sets.bounding);
  visit("effective", sets.effective);
  visit("inheritable", sets.inheritable);
  visit("permitted", sets.permitted);
  visit("ambient", sets.ambient);
}

void fields(auto& visit, Is<Rlimit> auto& limit) {
  visit("type", limit.type, Presence::required);
  visit("soft", limit.soft, Presence::required);
  visit("hard", limit.hard, Presence::required);
}

void fields(auto& visit, Is<Scheduler> auto& scheduler) {
  visit("policy", scheduler.policy, Presence::required);
  visit("nice", scheduler.nice);
  visit("priority", scheduler.priority);
  visit("flags", scheduler.flags);
  visit("runtime", scheduler.runtime_ns);
  visit("deadline", scheduler.deadline_ns);
  visit("period", scheduler.period_ns);
}

void fields(auto& visit, Is<IoPriority> auto& priority) {
  visit("class", priority.io_class, Presence::required);
  visit("priority", priority.priority, Presence::always);
}

void fields(auto& visit, Is<ExecCpuAffinity> auto& affinity) {
  visit("initial", affinity.initial);
  visit("final", affinity.final);
}

// "user" is required by the specification and left out by people; 0:0 is what every runtime then takes.
void fields(auto& visit, Is<Process> auto& process) {
  visit("terminal", process.terminal);
  visit("consoleSize", process.console_size);
  visit("user", process.user, Presence::always);
  visit("args", process.args);
  visit("env", process.env);
  visit("cwd", process.cwd, Presence::required);
  visit("capabilities", process.capabilities);
  visit("rlimits", process.rlimits);
  visit("noNewPrivileges", process.no_new_privileges);
  visit("apparmorProfile", process.apparmor_profile);
  visit("oomScoreAdj", process.oom_score_adj);
  visit("scheduler", process.scheduler);
  visit("selinuxLabel", process.selinux_label);
  visit("ioPriority", process.io_priority);
  visit("execCPUAffinity", process.exec_cpu_affinity);
}

Result<> read_json(const JsonView& view, Process& out) { return read_fields(view, out); }
Json to_json(const Process& process) { return write_fields(process); }

}  // namespace corten::oci
