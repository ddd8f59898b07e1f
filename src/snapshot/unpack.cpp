#include "snapshot/unpack.hpp"

#include <fcntl.h>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/remove_tree.hpp"

namespace corten::snapshot {

namespace {

// ".wh." names are for files; as a directory such a name would be content of one driver and a mark of
// another.
Result<NameKind> kind_of_parents(const LayerPath& path) {
  for (const auto component : path_components(path.parent)) {
    switch (kind_of_name(component)) {
      case NameKind::ordinary:
        continue;
      case NameKind::aufs_private:
        return NameKind::aufs_private;
      case NameKind::whiteout:
      case NameKind::opaque:
        return fail(Errc::invalid_argument, "the directory '{}' has the name of a whiteout", component);
    }
  }
  return NameKind::ordinary;
}

}  // namespace

Unpacker::Unpacker(sys::BorrowedFd tree, sys::BorrowedFd scratch, const WhiteoutForm& form)
    : tree_(tree),
      form_(&form),
      directories_(tree, form, setter_),
      directory_times_(scratch),
      open_links_(scratch) {}

Result<> Unpacker::apply(Source& tar) {
  codec::TarReader reader(tar);
  while (true) {
    auto entry = TRY(reader.next());
    if (!entry) break;
    TRY_CTX(unpack(reader, *entry), "unpacking '{}'", entry->name);
  }
  TRY(reader.drain());
  return {};
}

Result<> Unpacker::unpack(codec::TarReader& reader, codec::TarEntry& entry) {
  const auto path = TRY(parse_layer_path(entry.name));
  const auto parents = TRY(kind_of_parents(path));
  if (parents == NameKind::aufs_private) return {};
  const auto kind = kind_of_name(path.name);
  if (kind != NameKind::ordinary) return unpack_mark(kind, path);
  return unpack_content(reader, entry, path);
}

Result<> Unpacker::unpack_mark(NameKind kind, const LayerPath& path) {
  if (kind == NameKind::aufs_private) return {};
  if (kind == NameKind::opaque) {
    const auto place = TRY(directories_.enter(path.parent));
    if (place.path.empty()) hides_all_ = true;
    has_whiteouts_ = true;
    return form_->set_opaque(place.fd);
  }
  const auto hidden = path.name.substr(kWhiteoutPrefix.size());
  if (hidden.empty() || hidden == "." || hidden == "..") {
    return fail(Errc::invalid_argument, "a whiteout of '{}' removes no file of its directory", hidden);
  }
  const auto place = TRY(directories_.enter(path.parent));
  directories_.set_hidden(join_path(place.path, hidden));
  has_whiteouts_ = true;
  return form_->hide(place.fd, hidden);
}

Result<> Unpacker::unpack_content(codec::TarReader& reader, codec::TarEntry& entry, const LayerPath& path) {
  if (entry.type == codec::TarType::hard_link) return make_hard_link(entry, path);
  const auto attributes = TRY(attributes_of(entry));
  if (path.name.empty()) {
    if (entry.type == codec::TarType::directory) return describe_root(attributes);
    return fail(Errc::invalid_argument, "the root of a layer is a directory, not a {}",
                codec::to_string(entry.type));
  }
  const auto place = TRY(directories_.enter(path.parent));
  switch (entry.type) {
    case codec::TarType::regular:
      return make_file(reader, entry, attributes, place, path.name);
    case codec::TarType::directory:
      return make_directory(attributes, place, path.name);
    case codec::TarType::symlink:
      return make_symlink(entry, attributes, place, path.name);
    default:
      return make_node(entry, attributes, place, path.name);
  }
}

Result<> Unpacker::clear_name(const Place& place, const std::string& name) {
  const auto room = TRY(form_->make_room(place.fd, name));
  if (room) return {};
  const auto status = TRY(sys::find_status(place.fd, name));
  if (!status) return {};
  if (!status->is_directory()) return sys::unlinkat(place.fd, name);
  // The place stays valid: what is forgotten lies below it.
  directories_.forget(join_path(place.path, name));
  return sys::remove_tree_at(place.fd, name);
}

}  // namespace corten::snapshot
