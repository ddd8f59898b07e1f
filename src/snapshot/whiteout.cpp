#include "snapshot/whiteout.hpp"

#include <fcntl.h>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/xattr.hpp"

namespace corten::snapshot {

namespace {

constexpr std::size_t kNameMax = 255;  // linux/limits.h

class OverlayWhiteouts : public WhiteoutForm {
 public:
  explicit OverlayWhiteouts(OverlayAttributes attributes)
      : opaque_(attributes == OverlayAttributes::trusted ? "trusted.overlay.opaque" : "user.overlay.opaque") {
  }

  Result<> hide(sys::BorrowedFd parent, const std::string& name) const override {
    auto made = sys::mknodat(parent, name, sys::FileType::character_device, 0);
    if (made || made.error().kind() != Errc::already_exists) return made;
    const auto status = TRY(sys::fstatat(parent, name));
    // A file of this layer covers whatever is below it by itself.
    if (!status.is_directory()) return {};
    const auto directory = TRY(sys::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    return set_opaque(directory);
  }

  Result<bool> hides(sys::BorrowedFd parent, const std::string& name) const override {
    const auto status = TRY(sys::find_status(parent, name));
    return status && is_whiteout(*status);
  }

  Result<bool> make_room(sys::BorrowedFd parent, const std::string& name) const override {
    const auto hidden = TRY(hides(parent, name));
    if (hidden) TRY(sys::unlinkat(parent, name));
    return hidden;
  }

  Result<> set_opaque(sys::BorrowedFd directory) const override {
    return sys::set_xattr(directory, opaque_, as_bytes("y"));
  }

  Result<bool> is_opaque(sys::BorrowedFd directory) const override {
    const auto value = TRY(sys::find_xattr(directory, opaque_));
    return value == "y";
  }

  Result<bool> is_mark(sys::BorrowedFd parent, const std::string& name) const override {
    return hides(parent, name);
  }

 private:
  static bool is_whiteout(const sys::FileStatus& status) {
    return status.type == sys::FileType::character_device && status.special_device == sys::DeviceNumber{};
  }

  const char* opaque_;
};

class NamedWhiteouts : public WhiteoutForm {
 public:
  Result<> hide(sys::BorrowedFd parent, const std::string& name) const override {
    if (name.size() + kWhiteoutPrefix.size() > kNameMax) return {};  // no tar could say it
    return touch(parent, mark_of(name));
  }

  Result<bool> hides(sys::BorrowedFd parent, const std::string& name) const override {
    if (name.size() + kWhiteoutPrefix.size() > kNameMax) return false;
    const auto status = TRY(sys::find_status(parent, mark_of(name)));
    return status.has_value();
  }

  // The mark has a name of its own and may stay beside the entry.
  Result<bool> make_room(sys::BorrowedFd, const std::string&) const override { return false; }

  Result<> set_opaque(sys::BorrowedFd directory) const override {
    return touch(directory, std::string(kOpaqueName));
  }

  Result<bool> is_opaque(sys::BorrowedFd directory) const override {
    const auto status = TRY(sys::find_status(directory, std::string(kOpaqueName)));
    return status.has_value();
  }

  Result<bool> is_mark(sys::BorrowedFd, const std::string& name) const override {
    return kind_of_name(name) != NameKind::ordinary;
  }

 private:
  static std::string mark_of(const std::string& name) { return std::string(kWhiteoutPrefix) + name; }

  static Result<> touch(sys::BorrowedFd parent, const std::string& name) {
    auto file = TRY(sys::openat(parent, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600));
    return file.close();
  }
};

}  // namespace

NameKind kind_of_name(std::string_view name) {
  if (!name.starts_with(kWhiteoutPrefix)) return NameKind::ordinary;
  if (name == kOpaqueName) return NameKind::opaque;
  return name.starts_with(kAufsPrefix) ? NameKind::aufs_private : NameKind::whiteout;
}

std::unique_ptr<WhiteoutForm> overlay_whiteouts(OverlayAttributes attributes) {
  return std::make_unique<OverlayWhiteouts>(attributes);
}

std::unique_ptr<WhiteoutForm> named_whiteouts() { return std::make_unique<NamedWhiteouts>(); }

}  // namespace corten::snapshot
