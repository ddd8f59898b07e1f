// What a tar leaves open and only the layers below can tell.
#include <fcntl.h>

#include "snapshot/copy_tree.hpp"
#include "snapshot/unpack.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::snapshot {

Result<> Unpacker::settle(const LowerLayers& lower) {
  TRY(settle_links(lower));
  TRY(settle_implied(lower));
  return settle_times();
}

Result<> Unpacker::settle_links(const LowerLayers& lower) {
  return open_links_.for_each([&](std::string_view record) -> Result<> {
    const auto path_bytes = take_number<std::uint32_t>(record);
    const std::string path(record.substr(0, path_bytes));
    const std::string target(record.substr(path_bytes));
    TRY_CTX(settle_link(lower, path, target), "hard link '{}'", path);
    return {};
  });
}

Result<> Unpacker::settle_link(const LowerLayers& lower, const std::string& path, const std::string& target) {
  const auto where = TRY(parse_layer_path(path));
  const auto existing = TRY(directories_.find(where.parent));
  if (existing) {
    const auto mark = TRY(form_->is_mark(existing->fd, where.name));
    const auto status = TRY(sys::find_status(existing->fd, where.name));
    if (status && !mark) return {};  // a later entry took the name
  }
  // An earlier open link may have made the target by now, or a later entry.
  const auto target_path = TRY(parse_layer_path(target));
  const auto fd = TRY(open_link_target(target_path, target));
  auto found = TRY(lower.find(target));
  const auto place = TRY(directories_.enter(where.parent));
  TRY(form_->make_room(place.fd, where.name));
  if (fd) return sys::link_fd(fd, place.fd, where.name);
  if (!found) {
    return fail(Errc::invalid_argument, "'{}' is neither in this layer nor in one below", target);
  }
  if (found->status.is_directory()) {
    return fail(Errc::invalid_argument, "'{}' is a directory in a layer below", target);
  }
  return copy_node(*found, place.fd, where.name, setter_);
}

Result<bool> Unpacker::below_opaque(const std::string& path) const {
  if (!has_whiteouts_) return false;
  sys::UniqueFd owned = TRY(sys::openat(tree_, ".", O_PATH | O_DIRECTORY));
  for (const auto component : path_components(path)) {
    const std::string name(component);
    const auto opaque = TRY(form_->is_opaque(owned));
    const auto hidden = TRY(form_->hides(owned, name));
    if (opaque || hidden) return true;
    owned = TRY(sys::openat(owned, name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  }
  return false;
}

Result<> Unpacker::settle_implied(const LowerLayers& lower) {
  // A copy: entering directories may change the list.
  const auto implied = directories_.implied();
  for (const auto& [path, origin] : implied) {
    if (origin == Directories::Origin::hidden) continue;
    const auto cut_off = TRY(below_opaque(path));
    if (cut_off) continue;
    auto found = TRY(lower.find(path));
    if (!found || !found->status.is_directory()) continue;
    const auto attributes = TRY(read_attributes(found->parent, found->name, found->status));
    const auto where = TRY(parse_layer_path(path));
    const auto place = TRY(directories_.enter(where.parent));
    TRY(setter_.finish_name(place.fd, where.name, sys::FileType::directory, attributes,
                            AttributeSetter::Made::before));
    std::string record;
    append_number(record, attributes.mtime.seconds);
    append_number(record, attributes.mtime.nanoseconds);
    TRY(directory_times_.add(record + path));
  }
  return {};
}

Result<> Unpacker::settle_times() {
  return directory_times_.for_each([&](std::string_view record) -> Result<> {
    Timestamp time;
    time.seconds = take_number<std::int64_t>(record);
    time.nanoseconds = take_number<std::int32_t>(record);
    const std::string path(record);
    const auto where = TRY(parse_layer_path(path));
    const auto place = TRY(directories_.find(where.parent));
    if (!place) return {};  // replaced since
    const auto name = where.name.empty() ? std::string(".") : where.name;
    const auto status = TRY(sys::find_status(place->fd, name));
    if (!status || !status->is_directory()) return {};
    return sys::utimensat(place->fd, name, {.accessed = {}, .modified = time});
  });
}

}  // namespace corten::snapshot
