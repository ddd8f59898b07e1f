#include "snapshot/attributes.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/users.hpp"
#include "sys/xattr.hpp"

namespace corten::snapshot {

namespace {

constexpr std::uint32_t kSetIdBits = S_ISUID | S_ISGID;
constexpr auto kAccessAcl = "system.posix_acl_access";
constexpr auto kDefaultAcl = "system.posix_acl_default";

// The number behind "NAME:" in /proc/self/status.
std::optional<std::uint64_t> find_number(std::string_view status, std::string_view name, unsigned base) {
  for (const auto line : split(status, '\n')) {
    const auto field = cut(line, ':');
    if (!field || field->before != name) continue;
    const auto digits = trim(field->after);
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(digits.begin(), digits.end(), number, static_cast<int>(base));
    if (parsed.ec == std::errc()) return number;
  }
  return std::nullopt;
}

bool has_capability(std::uint64_t capabilities, unsigned number) {
  return ((capabilities >> number) & 1U) != 0;
}

// Whether leaving the attribute out is all that can be done.
bool may_be_left_out(std::string_view attribute, sys::FileType type, int err) {
  // The file system has none of that kind, or the system it comes from was another one (com.apple.*).
  if (err == EOPNOTSUPP) return true;
  if (attribute.starts_with("user.")) {
    // Only regular files and directories have them.
    return err == EPERM && type != sys::FileType::regular && type != sys::FileType::directory;
  }
  if (attribute.starts_with("security.") || attribute.starts_with("trusted.")) return err == EPERM;
  // ACLs with ids that our user namespace does not map.
  return attribute.starts_with("system.") && (err == EINVAL || err == EPERM);
}

template <typename Set>
Result<> set_xattrs(const codec::TarRecords& xattrs, sys::FileType type, Set set) {
  for (const auto& [attribute, value] : xattrs) {
    if (belongs_to_overlay(attribute)) continue;
    auto done = set(attribute, as_bytes(value));
    if (!done && !may_be_left_out(attribute, type, done.error().errnum())) return done;
  }
  return {};
}

}  // namespace

bool belongs_to_overlay(std::string_view attribute) {
  return attribute.starts_with("trusted.overlay.") || attribute.starts_with("user.overlay.");
}

Result<Attributes> attributes_of(codec::TarEntry& entry) {
  // The highest id means "unchanged" to chown(2).
  constexpr std::uint64_t kMaxId = std::numeric_limits<std::uint32_t>::max() - 1;
  if (entry.uid > kMaxId || entry.gid > kMaxId) {
    return fail(Errc::invalid_argument, "the owner {}:{} is beyond the ids of Linux", entry.uid, entry.gid);
  }
  return Attributes{.uid = static_cast<std::uint32_t>(entry.uid),
                    .gid = static_cast<std::uint32_t>(entry.gid),
                    .mode = entry.mode & 07777U,
                    .mtime = entry.mtime,
                    .xattrs = std::move(entry.xattrs)};
}

Result<Attributes> read_attributes(sys::BorrowedFd parent, const std::string& name,
                                   const sys::FileStatus& status) {
  Attributes attributes{
      .uid = status.uid, .gid = status.gid, .mode = status.permissions, .mtime = status.modified};
  const auto path = name.empty() ? std::string(".") : name;
  const auto names = TRY(sys::list_xattrs(parent, path));
  for (const auto& attribute : names) {
    if (belongs_to_overlay(attribute)) continue;
    auto value = TRY(sys::find_xattr(parent, path, attribute));
    if (value) attributes.xattrs.emplace(attribute, std::move(*value));
  }
  return attributes;
}

AttributeSetter::AttributeSetter() {
  const auto user = sys::current_user();
  uid_ = user.uid;
  gid_ = user.gid;
  const auto status = sys::read_file(sys::BorrowedFd::cwd(), "/proc/self/status", std::size_t{64} * 1024);
  const std::string_view text = status ? std::string_view(*status) : std::string_view();
  // umask(2) itself can only be read by changing it under the feet of other threads. Where /proc does not say
  // (Umask: kernel 4.7) all bits, so that every mode is set.
  umask_ = static_cast<std::uint32_t>(find_number(text, "Umask", 8).value_or(0777));
  const auto capabilities = find_number(text, "CapEff", 16).value_or(0);
  may_chown_ = has_capability(capabilities, CAP_CHOWN);
  may_override_ = has_capability(capabilities, CAP_DAC_OVERRIDE);
}

bool AttributeSetter::needs_owner(const Attributes& attributes) const {
  return inheritance_ || attributes.uid != uid_ || attributes.gid != gid_;
}

Result<bool> AttributeSetter::judge_owner(Result<> changed) {
  if (changed) return true;
  const int err = changed.error().errnum();
  if (err == EINVAL || (err == EPERM && !may_chown_)) {
    ++foreign_owners_;
    return false;
  }
  return std::unexpected(std::move(changed).error());
}

std::uint32_t AttributeSetter::wanted_mode(const Attributes& attributes, sys::FileType type,
                                           bool owner_kept) const {
  auto mode = attributes.mode;
  if (!owner_kept) mode &= ~kSetIdBits;
  if (!may_override_) mode |= type == sys::FileType::directory ? S_IRWXU : S_IRUSR;
  return mode;
}

bool AttributeSetter::mode_differs(std::uint32_t wanted, std::uint32_t initial) const {
  return inheritance_ || (initial & umask_) != 0 || wanted != initial;
}

void AttributeSetter::note_inheritance(const Attributes& attributes, sys::FileType type) {
  if (type != sys::FileType::directory) return;
  if ((attributes.mode & S_ISGID) != 0 || attributes.xattrs.contains(kDefaultAcl)) inheritance_ = true;
}

Result<> AttributeSetter::finish_file(sys::BorrowedFd file, const Attributes& attributes) {
  bool owner_kept = true;
  if (needs_owner(attributes)) {
    owner_kept = TRY(judge_owner(sys::fchown(file, attributes.uid, attributes.gid)));
  }
  if (inheritance_) TRY(sys::remove_xattr(file, kAccessAcl));
  // After the owner: chown clears set-id bits.
  const auto mode = wanted_mode(attributes, sys::FileType::regular, owner_kept);
  if (mode_differs(mode, initial_mode(attributes.mode))) TRY(sys::fchmod(file, mode));
  TRY(set_xattrs(attributes.xattrs, sys::FileType::regular,
                 [&](const std::string& name, Bytes value) { return sys::set_xattr(file, name, value); }));
  return sys::futimens(file, {.accessed = {}, .modified = attributes.mtime});
}

Result<> AttributeSetter::finish_name(sys::BorrowedFd parent, const std::string& name, sys::FileType type,
                                      const Attributes& attributes, Made made) {
  const auto path = name.empty() ? std::string(".") : name;
  bool owner_kept = true;
  if (made == Made::before || needs_owner(attributes)) {
    owner_kept = TRY(judge_owner(sys::fchownat(parent, path, attributes.uid, attributes.gid)));
  }
  if (type != sys::FileType::symlink) {
    if (inheritance_) {
      TRY(sys::remove_xattr(parent, path, kAccessAcl));
      if (type == sys::FileType::directory) TRY(sys::remove_xattr(parent, path, kDefaultAcl));
    }
    const auto mode = wanted_mode(attributes, type, owner_kept);
    if (made == Made::before || mode_differs(mode, initial_mode(attributes.mode))) {
      TRY(sys::fchmodat(parent, path, mode));
    }
  }
  TRY(set_xattrs(attributes.xattrs, type, [&](const std::string& attribute, Bytes value) {
    return sys::set_xattr(parent, path, attribute, value);
  }));
  note_inheritance(attributes, type);
  if (type == sys::FileType::directory) return {};
  return sys::utimensat(parent, path, {.accessed = {}, .modified = attributes.mtime});
}

}  // namespace corten::snapshot
