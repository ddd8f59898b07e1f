// One function per kind of entry.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "snapshot/unpack.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::snapshot {

namespace {

Result<> write_plain(codec::TarReader& reader, sys::BorrowedFd file) {
  while (true) {
    const auto chunk = TRY(reader.take_body_chunk());
    if (chunk.empty()) return {};
    TRY_CTX(sys::write_all(file, chunk), "writing the content");
  }
}

// The segments one after the other, each to its place; what lies between stays a hole.
Result<> write_sparse(codec::TarReader& reader, const codec::TarEntry& entry, sys::BorrowedFd file) {
  Bytes chunk;
  for (const auto& segment : *entry.sparse) {
    for (std::uint64_t done = 0; done < segment.length;) {
      if (chunk.empty()) chunk = TRY(reader.take_body_chunk());
      if (chunk.empty()) return fail(Errc::data_loss, "the content ends within a segment");
      const auto piece = chunk.first(std::min<std::uint64_t>(chunk.size(), segment.length - done));
      TRY_CTX(sys::pwrite_full(file, piece, segment.offset + done), "writing the content");
      chunk = chunk.subspan(piece.size());
      done += piece.size();
    }
  }
  auto sized = sys::ftruncate(file, entry.size);
  // The archive claims more than any file of this file system can have.
  if (!sized && sized.error().errnum() == EFBIG) sized.error().set_kind(Errc::invalid_argument);
  return sized;
}

sys::FileType type_of_node(codec::TarType type) {
  switch (type) {
    case codec::TarType::char_device:
      return sys::FileType::character_device;
    case codec::TarType::block_device:
      return sys::FileType::block_device;
    default:
      return sys::FileType::fifo;
  }
}

}  // namespace

Result<> Unpacker::make_file(codec::TarReader& reader, const codec::TarEntry& entry,
                             const Attributes& attributes, const Place& place, const std::string& name) {
  auto file = TRY(make_replacing(place, name, [&] {
    return sys::openat(place.fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                       setter_.initial_mode(attributes.mode));
  }));
  if (entry.sparse) {
    TRY(write_sparse(reader, entry, file));
  } else if (entry.size > 0) {
    TRY(write_plain(reader, file));
  }
  TRY(setter_.finish_file(file, attributes));
  return file.close();
}

Result<> Unpacker::make_directory(const Attributes& attributes, const Place& place, const std::string& name) {
  const auto mode = setter_.initial_mode(attributes.mode);
  auto state = AttributeSetter::Made::now;
  bool opaque = false;
  auto made = sys::mkdirat(place.fd, name, mode);
  if (!made) {
    if (made.error().kind() != Errc::already_exists) return made;
    const auto status = TRY(sys::fstatat(place.fd, name));
    if (status.is_directory()) {
      state = AttributeSetter::Made::before;
    } else {
      opaque = TRY(form_->is_mark(place.fd, name));
      TRY(clear_name(place, name));
      TRY(sys::mkdirat(place.fd, name, mode));
    }
  }
  if (opaque) {
    const auto directory = TRY(sys::openat(place.fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    TRY(form_->set_opaque(directory));
  }
  const auto path = join_path(place.path, name);
  directories_.set_described(path);
  TRY(setter_.finish_name(place.fd, name, sys::FileType::directory, attributes, state));
  std::string record;
  append_number(record, attributes.mtime.seconds);
  append_number(record, attributes.mtime.nanoseconds);
  return directory_times_.add(record + path);
}

Result<> Unpacker::describe_root(const Attributes& attributes) {
  directories_.set_described("");
  TRY(setter_.finish_name(tree_, "", sys::FileType::directory, attributes, AttributeSetter::Made::before));
  std::string record;
  append_number(record, attributes.mtime.seconds);
  append_number(record, attributes.mtime.nanoseconds);
  return directory_times_.add(record);
}

Result<> Unpacker::make_symlink(const codec::TarEntry& entry, const Attributes& attributes,
                                const Place& place, const std::string& name) {
  if (entry.link_target.empty() || entry.link_target.size() > kMaxPathBytes) {
    return fail(Errc::invalid_argument, "a symbolic link to a text of {} bytes", entry.link_target.size());
  }
  TRY(make_replacing(place, name, [&] { return sys::symlinkat(entry.link_target, place.fd, name); }));
  return setter_.finish_name(place.fd, name, sys::FileType::symlink, attributes, AttributeSetter::Made::now);
}

Result<> Unpacker::make_node(const codec::TarEntry& entry, const Attributes& attributes, const Place& place,
                             const std::string& name) {
  const auto type = type_of_node(entry.type);
  const sys::DeviceNumber device{entry.dev_major, entry.dev_minor};
  if (type == sys::FileType::character_device && device == sys::DeviceNumber{}) {
    return fail(Errc::invalid_argument,
                "the character device 0:0 is overlay's own mark of a removed file; layers say '.wh.{}'",
                name);
  }
  auto made = make_replacing(place, name, [&] {
    return sys::mknodat(place.fd, name, type, setter_.initial_mode(attributes.mode), device);
  });
  // Devices are for the initial user namespace only (mknod(2)).
  if (!made && made.error().errnum() == EPERM && type != sys::FileType::fifo) {
    return make_placeholder(attributes, place, name);
  }
  if (!made) return made;
  return setter_.finish_name(place.fd, name, type, attributes, AttributeSetter::Made::now);
}

Result<> Unpacker::make_placeholder(Attributes attributes, const Place& place, const std::string& name) {
  attributes.mode = 0;
  attributes.xattrs.clear();
  auto file = TRY(make_replacing(
      place, name, [&] { return sys::openat(place.fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0); }));
  TRY(setter_.finish_file(file, attributes));
  return file.close();
}

// The target itself by descriptor, never what it leads to if it is a symlink; none if this layer lacks it.
Result<sys::UniqueFd> Unpacker::open_link_target(const LayerPath& target, const std::string& shown) {
  const auto place = TRY(directories_.find(target.parent));
  if (!place) return sys::UniqueFd();
  const auto mark = TRY(form_->is_mark(place->fd, target.name));
  if (mark) return sys::UniqueFd();
  auto fd = sys::openat(place->fd, target.name, O_PATH | O_NOFOLLOW);
  if (!fd) {
    if (fd.error().kind() == Errc::not_found) return sys::UniqueFd();
    return fd;
  }
  const auto status = TRY(sys::fstat(*fd));
  if (status.is_directory()) {
    return fail(Errc::invalid_argument, "a hard link to the directory '{}'", shown);
  }
  return fd;
}

Result<> Unpacker::make_hard_link(const codec::TarEntry& entry, const LayerPath& path) {
  const auto target = TRY_CTX(parse_layer_path(entry.link_target), "hard link");
  if (path.name.empty() || target.name.empty() || kind_of_name(target.name) != NameKind::ordinary) {
    return fail(Errc::invalid_argument, "a hard link to '{}' cannot be", entry.link_target);
  }
  auto fd = TRY(open_link_target(target, entry.link_target));
  const auto place = TRY(directories_.enter(path.parent));
  const auto canonical = join_path(place.path, path.name);
  if (!fd) {
    // The name is this layer's from now on, whatever was there before.
    TRY(clear_name(place, path.name));
    std::string record;
    append_number(record, static_cast<std::uint32_t>(canonical.size()));
    return open_links_.add(record + canonical + join_path(target.parent, target.name));
  }
  const auto existing = TRY(sys::find_status(place.fd, path.name));
  if (existing) {
    const auto linked = TRY(sys::fstat(fd));
    if (existing->same_file(linked)) return {};
    TRY(clear_name(place, path.name));
  }
  auto linked = sys::link_fd(fd, place.fd, path.name);
  // The target went away with the directory that this name was.
  if (!linked && linked.error().kind() == Errc::not_found) {
    return fail(Errc::invalid_argument, "a hard link to '{}', which it replaces", entry.link_target);
  }
  return linked;
}

}  // namespace corten::snapshot
