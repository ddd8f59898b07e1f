#include "runtime/start.hpp"

#include <fcntl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error_wire.hpp"
#include "oci/enum_names.hpp"
#include "runtime/creation.hpp"
#include "runtime/hooks.hpp"
#include "runtime/notify_socket.hpp"
#include "runtime/status.hpp"
#include "sys/file.hpp"
#include "sys/poll.hpp"
#include "sys/socket.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kMaxErrorBytes = std::size_t{256} * 1024;

std::unexpected<Error> ended_before(const std::string& id) {
  return fail(Errc::failed_precondition,
              "starting container '{}': its process ended before it executed the program", id);
}

// execve closes the other end; a message is what went wrong instead.
Result<> wait_for_execution(const sys::UniqueFd& connection, const std::string& id,
                            Interruption* interruption) {
  const auto waited = wait_for(connection, std::nullopt, interruption);
  if (!waited) {
    // The program may run all the same, and then the signal is for it.
    const bool decided = TRY(sys::wait_readable(connection, std::chrono::milliseconds(0)));
    if (!decided) return std::unexpected(waited.error().clone());
  }
  // Not cleared: that would touch every page of it, and nearly always nothing comes.
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(kMaxErrorBytes);
  const auto received = sys::receive_message(connection, {buffer.get(), kMaxErrorBytes});
  if (!received) return ended_before(id);  // ECONNRESET: killed while it waited
  if (received->size == 0) return {};
  const std::string_view text(reinterpret_cast<const char*>(buffer.get()), received->size);
  auto error = TRY_CTX(decode_error(text), "reading why container '{}' did not start", id);
  return std::unexpected(std::move(error));
}

void run_poststart_hooks(const ContainerDirectory& directory, const ContainerRecord& record,
                         Interruption* interruption) {
  if (!record.has_poststart) return;
  const auto spec = directory.load_config();
  const auto bundle = sys::open(record.bundle, O_PATH | O_DIRECTORY);
  if (!spec || !spec->hooks || !bundle) return;
  const auto state = to_state(record, oci::ContainerStatus::running);
  run_all_hooks(spec->hooks->poststart,
                {.point = "poststart", .state = state, .directory = *bundle, .interruption = interruption});
}

}  // namespace

Result<> start_container(const ContainerDirectory& directory, const ContainerRecord& record,
                         Interruption* interruption) {
  {
    const auto connection = sys::connect_unix(directory.path(kStartSocket), sys::SocketType::seqpacket);
    if (!connection) return ended_before(record.id);
    TRY(wait_for_execution(*connection, record.id, interruption));
  }
  TRY(directory.remove_start_socket());
  run_poststart_hooks(directory, record, interruption);
  return {};
}

Result<> start(const Settings& settings, const ContainerId& id) {
  const auto first = TRY(find_container(settings.root, id));
  auto lock = TRY(first.directory.lock());
  // Again, now that nobody else changes it.
  const auto found = TRY(find_container(settings.root, id));
  if (found.status != oci::ContainerStatus::created) {
    return fail(Errc::failed_precondition, "cannot start container '{}': it is {}, not created", id.text(),
                oci::to_string(found.status));
  }
  auto relay = TRY(NotifyRelay::begin(found.directory));
  TRY(start_container(found.directory, found.record));
  if (!relay) return {};
  {
    const auto released = std::move(lock);
  }
  return wait_until_ready(*relay, found.record);
}

}  // namespace corten::runtime
