#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/attributes.hpp"
#include "snapshot/whiteout.hpp"
#include "sys/fd.hpp"

namespace corten::snapshot {

/// The directories of a layer that is being unpacked. Keeps those on the way to the last entry open, for the
/// next entry is mostly in the same one.
///
/// Symlinks on the way are followed as chroot(2) would: their text is walked component by component from a
/// descriptor of the layer, an absolute one starts at the layer's root and ".." ends there, so that nothing
/// can lead out of it.
class Directories {
 public:
  Directories(sys::BorrowedFd root, const WhiteoutForm& form, AttributeSetter& setter)
      : root_(root), form_(&form), setter_(&setter) {
    implied_.emplace("", Origin::inherits);
  }

  struct Place {
    sys::BorrowedFd fd;  ///< O_PATH; valid until the next call.
    std::string path;    ///< Without symlinks.
  };

  /// The directory `path` of a LayerPath; what is missing of it is made. invalid_argument when a file is in
  /// the way.
  Result<Place> enter(const std::string& path);
  /// The same without making anything.
  Result<std::optional<Place>> find(const std::string& path);

  /// The directory of this path, in the form of Place::path, is not what it was.
  void forget(std::string_view path);

  /// Directories that were made because an entry is in them, and that no entry has described (yet), by path.
  /// Their attributes are those that the layer below gives them.
  enum class Origin : std::uint8_t {
    inherits,
    hidden,  ///< The layer's own whiteout parts it from what is below.
  };
  using Implied = std::map<std::string, Origin, std::less<>>;
  const Implied& implied() const { return implied_; }
  void set_described(std::string_view path);
  void set_hidden(std::string_view path);

 private:
  struct Level {
    std::string name;
    sys::UniqueFd fd;        // none: closed, so that a deep tree does not use up the descriptors
    std::size_t path_bytes;  // of path_ down to here
  };
  enum class Missing : std::uint8_t { make, fail };

  Result<bool> walk(const std::string& path, Missing missing);
  /// Goes one component down from the top: false when it is missing and not to be made.
  Result<bool> step(std::string_view name, Missing missing);
  Result<> follow(const std::string& name, std::vector<std::string>& pending);
  Result<> make(const std::string& name, Origin origin);
  Result<> push(const std::string& name);
  void pop_to(std::size_t count);
  Result<sys::BorrowedFd> top();

  sys::BorrowedFd root_;
  const WhiteoutForm* form_;
  AttributeSetter* setter_;
  std::vector<Level> levels_;
  std::string path_;   // of the last level
  std::string asked_;  // that led there
  bool settled_ = false;
  Implied implied_;
  std::size_t implied_bytes_ = 0;
};

}  // namespace corten::snapshot
