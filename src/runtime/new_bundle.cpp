#include "runtime/new_bundle.hpp"

#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "runtime/default_spec.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/users.hpp"

namespace corten::runtime {
namespace {

constexpr const char* kConfig = "config.json";

oci::Spec spec_for(ConfigFor whom) {
  if (whom == ConfigFor::root) return default_spec();
  const auto user = sys::current_user();
  return default_spec(RootlessUser{.uid = user.uid, .gid = user.gid});
}

}  // namespace

Result<> write_new_config(const std::string& directory, ConfigFor whom) {
  const auto dir =
      TRY(sys::open_directory(sys::BorrowedFd::cwd(), directory.empty() ? std::string(".") : directory));
  constexpr mode_t kMode = 0666;  // passes the umask
  auto file = sys::openat(dir, kConfig, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, kMode);
  if (!file && file.error().kind() == Errc::already_exists) {
    return with_hint(fail(Errc::already_exists, "there is a '{}' already", kConfig), "remove it first");
  }
  if (!file) return std::unexpected(std::move(file).error());
  constexpr int kIndent = 4;
  const auto text = to_pretty_json_text(oci::to_json(spec_for(whom)), kIndent);
  TRY_CTX(sys::write_all(*file, as_bytes(text)), "writing '{}'", kConfig);
  return file->close();
}

}  // namespace corten::runtime
