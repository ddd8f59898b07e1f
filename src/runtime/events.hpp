#pragma once

#include <chrono>
#include <functional>

#include "base/json.hpp"
#include "base/result.hpp"
#include "cgroup/stats.hpp"
#include "runtime/container_id.hpp"
#include "runtime/settings.hpp"

/// `events`: documents {"type", "id", "data"} in the form of runc (its types/events.go), which monitoring
/// reads.
namespace corten::runtime {

/// "data" of an event of type "stats".
Json stats_json(const cgroup::Stats& stats);

/// What the container uses now. failed_precondition for a stopped one, unsupported without a cgroup.
Result<Json> stats_event(const Settings& settings, const ContainerId& id);

using TakeEvent = std::function<Result<>(const Json& event)>;

/// Gives a "stats" event every `interval`, and an "oom" event when the kernel has killed a process for want
/// of memory since the last look. Returns when the container has ended; an error of `take` ends it too.
Result<> follow_events(const Settings& settings, const ContainerId& id, std::chrono::milliseconds interval,
                       const TakeEvent& take);

}  // namespace corten::runtime
