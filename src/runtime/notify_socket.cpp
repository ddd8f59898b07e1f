#include "runtime/notify_socket.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/env.hpp"
#include "base/log.hpp"
#include "base/strings.hpp"
#include "runtime/interruption.hpp"
#include "sys/names.hpp"
#include "sys/pid_identity.hpp"
#include "sys/socket.hpp"

namespace corten::runtime {
namespace {

constexpr const char* kVariable = "NOTIFY_SOCKET";
constexpr const char* kDirectory = "notify";
constexpr const char* kSocket = "notify.sock";
constexpr const char* kInside = "/run/notify";
constexpr std::size_t kMaxMessageBytes = 4096;

// systemd has a path; an abstract name would be that of whichever network namespace we are in.
std::optional<std::string> socket_of_manager() {
  auto path = find_nonempty_env(kVariable);
  if (!path || path->starts_with('/')) return path;
  log::warning("{} '{}' is no path; nobody is told when the container is ready", kVariable, *path);
  return std::nullopt;
}

bool says_ready(std::string_view message) {
  const auto lines = split(message, '\n');
  return std::ranges::find(lines, "READY=1") != lines.end();
}

}  // namespace

Result<> offer_notify_socket(const ContainerDirectory& directory, oci::Spec& spec) {
  const bool mounts =
      spec.linux_part && spec.linux_part->find_namespace(oci::NamespaceType::mount) != nullptr;
  if (!mounts || !socket_of_manager()) return {};
  constexpr mode_t kMode = 0755;  // what is above is closed to others
  TRY_CTX(sys::mkdirat(directory.fd(), kDirectory, kMode), "making the place of the notify socket");
  spec.mounts.push_back({.destination = kInside,
                         .type = "bind",
                         .source = directory.path(kDirectory),
                         .options = {"bind", "nosuid", "noexec", "nodev", "ro"}});
  auto& env = spec.process->env;
  std::erase_if(env, [](const std::string& each) { return each.starts_with("NOTIFY_SOCKET="); });
  env.push_back(fmt::format("{}={}/{}", kVariable, kInside, kSocket));
  return {};
}

Result<std::optional<NotifyRelay>> NotifyRelay::begin(const ContainerDirectory& directory) {
  if (!find_nonempty_env(kVariable)) return std::nullopt;
  const auto place = sys::open_directory(directory.fd(), kDirectory);
  auto manager = socket_of_manager();
  if (!place || !manager) return std::nullopt;
  constexpr mode_t kForAll = 0666;  // whichever user the program is
  auto socket =
      TRY_CTX(sys::bind_datagram(directory.path(fmt::format("{}/{}", kDirectory, kSocket)), kForAll),
              "making the notify socket of container '{}'", directory.id());
  return NotifyRelay(std::move(socket), std::move(*manager));
}

Result<bool> NotifyRelay::serve(pid_t main_process) {
  std::string buffer(kMaxMessageBytes, '\0');
  // What is too long, or brings descriptors for the manager to keep, is not for us; the program may send it.
  const auto received =
      sys::receive_message(socket_, {reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()});
  if (!received || !says_ready(std::string_view(buffer).substr(0, received->size))) return false;
  std::string text = "READY=1\n";
  if (main_process > 0) text = fmt::format("MAINPID={}\n{}", main_process, text);
  const auto told = sys::send_datagram(manager_, as_bytes(text));
  // The container runs all the same.
  if (!told)
    log::warning("telling the service manager that the container is ready: {}", told.error().message());
  return true;
}

Result<> wait_until_ready(NotifyRelay& relay, const ContainerRecord& record) {
  constexpr std::chrono::milliseconds kLookEvery(100);
  const auto process = sys::open_process(record.process);
  if (!process) return {};
  while (true) {
    const bool spoke = TRY(wait_for(relay.fd(), kLookEvery, nullptr));
    if (spoke) {
      const bool ready = TRY(relay.serve(record.process.pid));
      if (ready) return {};
    }
    const bool ended = TRY(process->has_ended());
    if (ended) return {};
  }
}

}  // namespace corten::runtime
