#include "runtime/bundle.hpp"

#include <fcntl.h>

#include <filesystem>
#include <system_error>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{4} * 1024 * 1024;

Result<std::string> find_rootfs(const Bundle& bundle) {
  if (!bundle.spec.root || bundle.spec.root->path.empty()) {
    return fail(Errc::invalid_argument, "config.json: root.path: is missing, it names the root filesystem");
  }
  const auto& path = bundle.spec.root->path;
  auto rootfs = path.starts_with('/') ? path : bundle.path + "/" + path;
  const auto status = sys::fstatat(sys::BorrowedFd::cwd(), rootfs, sys::Symlinks::follow);
  if (!status) return with_frame(status.error().clone(), "config.json: root.path: '{}'", path);
  if (!status->is_directory()) {
    return fail(Errc::invalid_argument, "config.json: root.path: '{}' is not a directory", rootfs);
  }
  std::error_code error;
  const auto real = std::filesystem::canonical(rootfs, error);
  return error ? rootfs : real.string();
}

}  // namespace

Result<oci::Spec> parse_config(std::string_view text) { return oci::parse_spec(text); }

Result<Bundle> load_bundle(const std::string& directory, const std::string& config) {
  Bundle bundle;
  std::error_code error;
  const auto real = std::filesystem::canonical(directory.empty() ? "." : directory, error);
  if (error) return fail_errno(error.value(), "finding the bundle '{}'", directory);
  bundle.path = real.string();
  const auto dir = TRY_CTX(sys::open_directory(sys::BorrowedFd::cwd(), bundle.path), "opening the bundle");
  bundle.config_text =
      TRY_CTX(sys::read_file(dir, config, kMaxConfigBytes), "loading the bundle '{}'", bundle.path);
  bundle.spec = TRY(parse_config(bundle.config_text));
  bundle.rootfs = TRY(find_rootfs(bundle));
  return bundle;
}

}  // namespace corten::runtime
