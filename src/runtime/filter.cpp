#include "runtime/filter.hpp"

#include <array>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/log.hpp"
#include "seccomp/cache.hpp"
#include "seccomp/compile.hpp"
#include "sys/memfd.hpp"
#include "sys/names.hpp"
#include "sys/socket.hpp"

namespace corten::runtime {
namespace {

Result<seccomp::FilterCache> open_cache(const std::string& directory) {
  const std::filesystem::path path(directory);
  const auto above = path.parent_path().string();
  TRY(sys::ensure_directory(sys::BorrowedFd::cwd(), above, 0700));
  const auto parent = TRY(sys::open_directory(sys::BorrowedFd::cwd(), above));
  return seccomp::FilterCache::open(parent, path.filename().string());
}

Result<seccomp::Filter> compile(const oci::Seccomp& profile, const std::string& directory) {
  if (directory.empty()) return seccomp::compile(profile);
  const auto cache = open_cache(directory);
  if (cache) return cache->compile(profile);
  log::debug("compiling the seccomp filter anew: {}", cache.error().message());
  return seccomp::compile(profile);
}

}  // namespace

Result<PreparedFilter> prepare_filter(const oci::Seccomp& profile, const std::string& cache) {
  const auto filter = TRY_CTX(compile(profile, cache), "config.json");
  auto program = TRY(sys::sealed_memfd_of("corten-seccomp", filter.program));
  return PreparedFilter{.program = std::move(program), .flags = filter.flags};
}

Result<> send_listener(const oci::Seccomp& profile, const oci::State& state, pid_t process,
                       sys::BorrowedFd listener) {
  const oci::ContainerProcessState told = {
      .oci_version = std::string(state.oci_version),
      .fds = {"seccompFd"},
      .pid = process,
      .metadata = profile.listener_metadata,
      .state = state,
  };
  const auto text = to_json_text(oci::to_json(told));
  const std::array<sys::BorrowedFd, 1> fds = {listener};
  const auto send = [&]() -> Result<> {
    const auto socket = TRY(sys::connect_unix(profile.listener_path));
    return sys::send_message(socket, as_bytes(text), fds);
  };
  TRY_CTX(send(), "config.json: linux.seccomp.listenerPath: sending the listener to '{}'",
          profile.listener_path);
  return {};
}

}  // namespace corten::runtime
