#include "runtime/hooks.hpp"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/memfd.hpp"
#include "sys/process.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kShownOutputBytes = 2048;
constexpr std::size_t kMaxOutputBytes = std::size_t{16} * 1024 * 1024;

// Files in memory on both sides: no pipe that fills up while nobody reads.
struct HookStreams {
  sys::UniqueFd input;
  sys::UniqueFd output;
};

Result<HookStreams> open_streams(const oci::State& state) {
  const auto text = to_json_text(to_json(state));
  auto input = TRY(sys::sealed_memfd_of("corten-hook-state", as_bytes(text)));
  auto output = TRY(sys::create_memfd("corten-hook-output"));
  return HookStreams{.input = std::move(input), .output = std::move(output)};
}

// ", printed: ..." with the end of what the hook wrote; empty if that was nothing.
std::string shown_output(const sys::UniqueFd& output) {
  if (!sys::seek(output, 0)) return {};
  const auto text = sys::read_all(output, kMaxOutputBytes);
  if (!text) return {};
  auto end = trim(*text);
  if (end.size() > kShownOutputBytes) end = end.substr(end.size() - kShownOutputBytes);
  return end.empty() ? std::string() : fmt::format("; it printed: {}", printable(end));
}

std::optional<std::chrono::seconds> timeout_of(const oci::Hook& hook) {
  if (!hook.timeout_seconds) return std::nullopt;
  constexpr std::int64_t kLongestSeconds = std::int64_t{7} * 24 * 3600;  // poll(2) counts milliseconds as int
  return std::chrono::seconds(std::clamp<std::int64_t>(*hook.timeout_seconds, 0, kLongestSeconds));
}

Result<sys::ExitStatus> wait_for_hook(sys::Child& child, const oci::Hook& hook, Interruption* interruption) {
  const auto timeout = timeout_of(hook);
  const auto ended = wait_for(child.pidfd(), timeout, interruption);
  if (ended && *ended) return child.wait();
  // Its own session, so the group has its number; it is not reaped yet, so the number is still its own.
  (void)::kill(-child.pid(), SIGKILL);
  TRY(child.kill(SIGKILL));
  TRY(child.wait());
  if (!ended) return with_frame(ended.error().clone(), "it was killed");
  return fail(Errc::canceled, "it ran longer than its timeout of {} s and was killed", timeout->count());
}

Result<> run_hook(const oci::Hook& hook, const HookRun& run) {
  auto streams = TRY(open_streams(run.state));
  const sys::SpawnOptions options = {
      .argv = hook.args.empty() ? std::vector{hook.path} : hook.args,
      .program = hook.path,
      .env = hook.env,
      .working_directory = run.directory,
      .standard_input = streams.input,
      .standard_output = streams.output,
      .standard_error = streams.output,
      .session = sys::Session::own,
      // Nobody waits for it once we are gone, and it would go on with a container that is not made any more.
      .parent_death_signal = SIGKILL,
  };
  log::debug("running {} hook '{}'", run.point, hook.path);
  auto child = TRY(sys::spawn(options));
  const auto status = TRY(wait_for_hook(child, hook, run.interruption));
  if (status.success()) return {};
  const auto output = shown_output(streams.output);
  if (status.signal != 0) return fail(Errc::internal, "killed by signal {}{}", status.signal, output);
  return fail(Errc::internal, "exit status {}{}", status.code, output);
}

}  // namespace

Result<> run_hooks(const std::vector<oci::Hook>& hooks, const HookRun& run) {
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    TRY_CTX(run_hook(hooks[i], run), "running {} hook {} ('{}')", run.point, i, hooks[i].path);
  }
  return {};
}

void run_all_hooks(const std::vector<oci::Hook>& hooks, const HookRun& run) {
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    const auto done = run_hook(hooks[i], run);
    if (done) continue;
    log::warning("running {} hook {} ('{}'): {}", run.point, i, hooks[i].path, done.error().message());
  }
}

}  // namespace corten::runtime
