#include "runtime/init/limits.hpp"

#include <sys/resource.h>

#include "sys/limits.hpp"

namespace corten::runtime {

Result<int> parse_limit_name(std::string_view name) {
  struct Name {
    std::string_view name;
    int resource;
  };
  // getrlimit(2)
  static constexpr Name kNames[] = {
      {"RLIMIT_AS", RLIMIT_AS},           {"RLIMIT_CORE", RLIMIT_CORE},
      {"RLIMIT_CPU", RLIMIT_CPU},         {"RLIMIT_DATA", RLIMIT_DATA},
      {"RLIMIT_FSIZE", RLIMIT_FSIZE},     {"RLIMIT_LOCKS", RLIMIT_LOCKS},
      {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK}, {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
      {"RLIMIT_NICE", RLIMIT_NICE},       {"RLIMIT_NOFILE", RLIMIT_NOFILE},
      {"RLIMIT_NPROC", RLIMIT_NPROC},     {"RLIMIT_RSS", RLIMIT_RSS},
      {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},   {"RLIMIT_RTTIME", RLIMIT_RTTIME},
      {"RLIMIT_STACK", RLIMIT_STACK},     {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
  };
  for (const auto& known : kNames) {
    if (known.name == name) return known.resource;
  }
  return fail(Errc::invalid_argument, "process.rlimits: unknown limit '{}'", name);
}

Result<> set_resource_limits(InitContext& context) {
  for (const auto& limit : context.process().rlimits) {
    const int resource = TRY(parse_limit_name(limit.type));
    TRY_CTX(sys::set_resource_limit(resource, {.soft = limit.soft, .hard = limit.hard}),
            "process.rlimits: {}", limit.type);
  }
  return {};
}

}  // namespace corten::runtime
