#include "runtime/ps.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "runtime/container_cgroup.hpp"
#include "runtime/status.hpp"
#include "sys/run_capture.hpp"

namespace corten::runtime {
namespace {

// The words of a line; the last columns of ps hold spaces, those up to PID do not.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const auto word : split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

bool is_among(std::string_view text, const std::vector<pid_t>& pids) {
  const auto pid = parse_int64(text, "PID");
  return pid && std::ranges::find(pids, *pid) != pids.end();
}

}  // namespace

Result<std::vector<pid_t>> processes(const Settings& settings, const ContainerId& id) {
  const auto found = TRY(find_container(settings.root, id));
  if (found.status == oci::ContainerStatus::stopped) {
    return fail(Errc::failed_precondition, "container '{}' is stopped: it has no processes", id.text());
  }
  const auto cgroup = TRY(open_cgroup(found.record));
  if (!cgroup || cgroup->location().places.empty()) return std::vector{found.record.process.pid};
  return cgroup->pids();
}

Result<std::string> select_processes(std::string_view output, const std::vector<pid_t>& pids) {
  std::string text;
  std::optional<std::size_t> column;
  for (const auto line : split(output, '\n')) {
    const auto words = words_of(line);
    if (!column) {
      const auto heading = std::ranges::find(words, "PID");
      if (heading == words.end()) {
        return with_hint(fail(Errc::unsupported, "the output of ps has no column PID"),
                         "ask for it: -o pid,...");
      }
      column = static_cast<std::size_t>(heading - words.begin());
    } else if (*column >= words.size() || !is_among(words[*column], pids)) {
      continue;
    }
    text += line;
    text += '\n';
  }
  return text;
}

Result<std::string> process_table(const std::vector<pid_t>& pids, const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {"ps"};
  if (arguments.empty()) argv.emplace_back("-ef");
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  constexpr std::size_t kMaxBytes = std::size_t{64} * 1024 * 1024;
  const auto done = TRY(sys::run_capture(argv, {.max_output_bytes = kMaxBytes}));
  if (!done.status.success()) {
    return fail(Errc::invalid_argument, "ps ended with status {}: {}", done.status.combined(),
                printable(trim(done.error_output)));
  }
  return select_processes(done.output, pids);
}

}  // namespace corten::runtime
