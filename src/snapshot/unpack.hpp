#pragma once

#include <cstdint>
#include <string>

#include "base/stream.hpp"
#include "codec/tar_reader.hpp"
#include "snapshot/attributes.hpp"
#include "snapshot/layer_path.hpp"
#include "snapshot/lower_layers.hpp"
#include "snapshot/spool.hpp"
#include "snapshot/unpack_directories.hpp"
#include "snapshot/whiteout.hpp"
#include "sys/fd.hpp"

namespace corten::snapshot {

/// Turns the tar of one layer into a directory. Everything is made by descriptor of the directory it goes
/// into and no symlink is followed as the last component, so nothing outside the layer is touched.
///
/// As tars are unpacked everywhere, an entry replaces an earlier one of the same name; only a directory stays
/// and gets the new attributes. Devices that the kernel does not let us make (user namespaces) become empty
/// files of mode 0: a name to mount the host's device on, and nothing of a lower layer shows through. A
/// character device 0:0 is refused: to overlay it would be a whiteout. No limit on time or space but that of
/// the archive; memory does not depend on it.
class Unpacker {
 public:
  /// `tree` is an empty directory; lists that grow too long for memory go to files without names in
  /// `scratch`. Both and the form must outlive the unpacker.
  Unpacker(sys::BorrowedFd tree, sys::BorrowedFd scratch, const WhiteoutForm& form);

  /// Once; see LayerWriter::apply.
  Result<> apply(Source& tar);

  /// Settles what only the layers below can tell, and the times of directories. Once, after apply().
  Result<> settle(const LowerLayers& lower);

  bool has_whiteouts() const { return has_whiteouts_; }
  /// The layer hides everything below it.
  bool hides_all() const { return hides_all_; }
  std::uint64_t foreign_owners() const { return setter_.foreign_owners(); }

 private:
  using Place = Directories::Place;

  Result<> unpack(codec::TarReader& reader, codec::TarEntry& entry);
  Result<> unpack_mark(NameKind kind, const LayerPath& path);
  Result<> unpack_content(codec::TarReader& reader, codec::TarEntry& entry, const LayerPath& path);

  Result<> make_file(codec::TarReader& reader, const codec::TarEntry& entry, const Attributes& attributes,
                     const Place& place, const std::string& name);
  Result<> make_directory(const Attributes& attributes, const Place& place, const std::string& name);
  Result<> make_symlink(const codec::TarEntry& entry, const Attributes& attributes, const Place& place,
                        const std::string& name);
  Result<> make_node(const codec::TarEntry& entry, const Attributes& attributes, const Place& place,
                     const std::string& name);
  Result<> make_placeholder(Attributes attributes, const Place& place, const std::string& name);
  Result<> make_hard_link(const codec::TarEntry& entry, const LayerPath& path);
  Result<sys::UniqueFd> open_link_target(const LayerPath& target, const std::string& path);
  Result<> describe_root(const Attributes& attributes);

  /// Takes away what an earlier entry put there.
  Result<> clear_name(const Place& place, const std::string& name);
  /// Calls `make`, which fails with already_exists while the name is taken, once more after clearing it.
  template <typename Make>
  auto make_replacing(const Place& place, const std::string& name, Make make) -> decltype(make());

  Result<> settle_links(const LowerLayers& lower);
  Result<> settle_link(const LowerLayers& lower, const std::string& path, const std::string& target);
  Result<> settle_implied(const LowerLayers& lower);
  Result<bool> below_opaque(const std::string& path) const;
  Result<> settle_times();

  sys::BorrowedFd tree_;
  const WhiteoutForm* form_;
  AttributeSetter setter_;
  Directories directories_;
  Spool directory_times_;
  Spool open_links_;  ///< Hard links to files that the layer does not have.
  bool has_whiteouts_ = false;
  bool hides_all_ = false;
};

template <typename Make>
auto Unpacker::make_replacing(const Place& place, const std::string& name, Make make) -> decltype(make()) {
  auto made = make();
  if (made || made.error().kind() != Errc::already_exists) return made;
  TRY(clear_name(place, name));
  return make();
}

}  // namespace corten::snapshot
