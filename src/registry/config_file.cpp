#include "registry/config_file.hpp"

#include <fcntl.h>

#include <utility>

#include "base/scope_exit.hpp"
#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/lock.hpp"
#include "sys/names.hpp"
#include "sys/temp.hpp"

namespace corten::registry {
namespace {

constexpr const char* kName = "config.json";
constexpr std::size_t kMaxBytes = std::size_t{1024} * 1024;
constexpr mode_t kMode = 0600;
constexpr std::chrono::seconds kLockTimeout{10};

// A file that may not exist yet, in an open directory.
struct Place {
  sys::UniqueFd directory;  // O_PATH
  std::string name;
};

// Where the file really is: dotfiles are often symlinks into a repository, and a rename over the symlink
// would cut that tie (as docker/cli notes in configfile.Save).
Result<Place> resolve(const std::string& directory) {
  constexpr int kMaxLinks = 40;  // as the kernel
  auto start = TRY(sys::open(directory, O_PATH | O_DIRECTORY));
  Place place{.directory = std::move(start), .name = kName};
  for (int links = 0; links < kMaxLinks; ++links) {
    const auto status = TRY(sys::find_status(place.directory, place.name));
    if (!status || !status->is_symlink()) return place;
    const auto target = TRY(sys::readlinkat(place.directory, place.name));
    const auto slash = target.rfind('/');
    if (slash == std::string::npos) {
      place.name = target;
      continue;
    }
    // An absolute target does not look at the directory it starts from.
    const auto parent = slash == 0 ? std::string("/") : target.substr(0, slash);
    place.directory = TRY(sys::openat(place.directory, parent, O_PATH | O_DIRECTORY));
    place.name = target.substr(slash + 1);
  }
  return fail(Errc::failed_precondition, "more than {} symlinks", kMaxLinks);
}

Result<std::string> read_place(const Place& place) {
  auto text = sys::read_file(place.directory, place.name, kMaxBytes);
  if (!text && text.error().kind() == Errc::not_found) return std::string();
  return text;
}

Result<> replace(const Place& place, std::string_view text) {
  const auto old = TRY(sys::find_status(place.directory, place.name));
  auto file = TRY(sys::TempFile::create(place.directory, ".config.json-", kMode));
  TRY(sys::write_all(file.fd(), as_bytes(text)));
  if (old) {
    const auto made = TRY(sys::fstat(file.fd()));
    // Only root can, and only root has to: `sudo corten login` with the home of somebody else.
    if (old->uid != made.uid || old->gid != made.gid) (void)sys::fchown(file.fd(), old->uid, old->gid);
    TRY(sys::fchmod(file.fd(), old->permissions & kMode));
  }
  TRY(sys::fdatasync(file.fd()));
  return std::move(file).persist(place.name, sys::RenameMode::replace);
}

Result<> change_place(const Place& place,
                      const std::function<Result<std::string>(const std::string& text)>& change) {
  const auto lock_name = place.name + ".lock";
  const auto lock =
      TRY(sys::FileLock::acquire(place.directory, lock_name, sys::LockMode::exclusive, kLockTimeout));
  // Removed while it is held, which FileLock knows how to meet: nothing of ours stays beside Docker's file.
  const ScopeExit cleanup([&] { (void)sys::unlinkat(place.directory, lock_name); });
  const auto old = TRY(read_place(place));
  const auto text = TRY(change(old));
  if (text == old) return {};
  return replace(place, text);
}

}  // namespace

Result<std::string> read_config_file(const std::string& directory) {
  auto text = sys::read_file(sys::BorrowedFd::cwd(), directory + "/" + kName, kMaxBytes);
  if (!text && text.error().kind() == Errc::not_found) return std::string();
  return text;
}

Result<> change_config_file(const std::string& directory,
                            const std::function<Result<std::string>(const std::string& text)>& change) {
  TRY_CTX(sys::ensure_directory(sys::BorrowedFd::cwd(), directory, 0700), "making '{}'", directory);
  const auto place = TRY_CTX(resolve(directory), "finding '{}/{}'", directory, kName);
  TRY_CTX(change_place(place, change), "changing '{}/{}'", directory, kName);
  return {};
}

}  // namespace corten::registry
