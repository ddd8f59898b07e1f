#include "runtime/init/affinity.hpp"

#include <cerrno>

#include "base/strings.hpp"

namespace corten::runtime {
namespace {

Result<> add_range(std::string_view part, cpu_set_t& set) {
  const auto ends = cut(part, '-');
  const auto first = TRY(parse_uint64(ends ? ends->before : part, "a processor"));
  const auto last = TRY(parse_uint64(ends ? ends->after : part, "a processor"));
  if (first > last || last >= CPU_SETSIZE) {
    return fail(Errc::invalid_argument, "'{}' is no range of processors", printable(part));
  }
  for (auto cpu = first; cpu <= last; ++cpu) CPU_SET(cpu, &set);
  return {};
}

Result<> run_on(std::string_view list) {
  if (list.empty()) return {};
  const auto set = TRY(parse_cpu_list(list));
  if (::sched_setaffinity(0, sizeof set, &set) != 0) {
    const int err = errno;
    return fail_errno(err, "choosing the processors '{}'", list);
  }
  return {};
}

}  // namespace

Result<cpu_set_t> parse_cpu_list(std::string_view list) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const auto part : split(list, ',')) TRY(add_range(trim(part), set));
  return set;
}

Result<> set_initial_affinity(InitContext& context) {
  const auto& wanted = context.process().exec_cpu_affinity;
  return wanted ? run_on(wanted->initial) : Result<>();
}

Result<> set_final_affinity(InitContext& context) {
  const auto& wanted = context.process().exec_cpu_affinity;
  return wanted ? run_on(wanted->final) : Result<>();
}

}  // namespace corten::runtime
