#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sys/fd.hpp"

namespace corten::snapshot {

/// What a name in a layer's tar means (image-spec layer.md, "Whiteouts").
enum class NameKind : std::uint8_t {
  ordinary,
  whiteout,      ///< ".wh.NAME": the lower layers' NAME is hidden.
  opaque,        ///< ".wh..wh..opq": all that lower layers have in this directory is hidden.
  aufs_private,  ///< Other ".wh..wh.*": housekeeping of aufs, not content.
};
NameKind kind_of_name(std::string_view name);

/// How names start that are whiteouts and how the opaque mark is called.
inline constexpr std::string_view kWhiteoutPrefix = ".wh.";
inline constexpr std::string_view kAufsPrefix = ".wh..wh.";
inline constexpr std::string_view kOpaqueName = ".wh..wh..opq";

/// How a driver writes down in a layer's directory what hides lower layers. Whiteouts speak of lower layers
/// only: hiding a name that the layer itself has leaves it there, cut off from what is below it.
class WhiteoutForm {
 public:
  virtual ~WhiteoutForm() = default;

  virtual Result<> hide(sys::BorrowedFd parent, const std::string& name) const = 0;
  /// Whether this layer hides what lower ones have under the name.
  virtual Result<bool> hides(sys::BorrowedFd parent, const std::string& name) const = 0;
  /// Makes the place of a whiteout free for an entry of the same name; false if no whiteout stood there.
  virtual Result<bool> make_room(sys::BorrowedFd parent, const std::string& name) const = 0;
  /// Hides all that lower layers have in this directory.
  virtual Result<> set_opaque(sys::BorrowedFd directory) const = 0;
  virtual Result<bool> is_opaque(sys::BorrowedFd directory) const = 0;
  /// Whether the name is not content but one of the marks above.
  virtual Result<bool> is_mark(sys::BorrowedFd parent, const std::string& name) const = 0;
};

/// Which attributes overlay reads: the trusted ones need privilege in the initial user namespace.
enum class OverlayAttributes : std::uint8_t {
  trusted,  ///< trusted.overlay.*
  user,     ///< user.overlay.*, mount option "userxattr" (kernel 5.11)
};

/// The kernel's own (Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories"): character
/// device 0:0, which anybody may make since kernel 5.8, and the attribute "overlay.opaque".
std::unique_ptr<WhiteoutForm> overlay_whiteouts(OverlayAttributes attributes);

/// The names of image-spec as they are, for a driver that reads them itself.
std::unique_ptr<WhiteoutForm> named_whiteouts();

}  // namespace corten::snapshot
