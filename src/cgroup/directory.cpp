#include "cgroup/directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <limits>

#include "base/stream.hpp"
#include "base/strings.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/openat2.hpp"

namespace corten::cgroup {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{4} * 1024 * 1024;
constexpr mode_t kDirectoryMode = 0755;

bool means_absent(int err) { return err == ENOENT || err == EOPNOTSUPP || err == ENODEV; }

std::unexpected<Error> explain_write(int err, std::string_view value, std::string_view file) {
  auto failure = fail_errno(err, "writing '{}' to '{}'", printable(value), file);
  switch (err) {
    case ENOENT:
      return with_hint(
          std::move(failure),
          "the kernel has no such file: its controller is missing or not enabled for this cgroup");
    case EINVAL:
    case ERANGE:
      return with_hint(std::move(failure),
                       "the kernel refuses this value; limits of the parent cgroup bound it too");
    case EACCES:
    case EPERM:
    case EROFS:
      return with_hint(
          std::move(failure),
          "only the owner of the cgroup may set this: run as root, or have the cgroup delegated");
    default:
      return failure;
  }
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text == "max") return std::numeric_limits<std::uint64_t>::max();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<Directory> Directory::open(const std::string& path) {
  auto fd = TRY(sys::open(path, O_RDONLY | O_DIRECTORY));
  return Directory(std::move(fd), path == "/" ? "" : path);
}

Result<Directory> Directory::open_below(const std::string& below) const {
  auto path = below == "." ? path_ : path_ + "/" + below;
  auto fd = sys::open_beneath(fd_, below, O_RDONLY | O_DIRECTORY);
  if (!fd) return with_frame(std::move(fd).error(), "opening the cgroup '{}'", path);
  return Directory(std::move(*fd), std::move(path));
}

Result<bool> Directory::make_child(const std::string& name) const {
  auto made = sys::mkdirat(fd_, name, kDirectoryMode);
  if (made) return true;
  if (made.error().errnum() == EEXIST) return false;
  return with_frame(std::move(made).error(), "making the cgroup '{}/{}'", path_, name);
}

Result<Directory> Directory::ensure_child(const std::string& name) const {
  TRY(make_child(name));
  return open_below(name);
}

bool Directory::has(sys::PathArg file) const { return ::faccessat(fd_.get(), file.c_str(), F_OK, 0) == 0; }

Result<std::string> Directory::read(sys::PathArg file) const {
  auto text = sys::read_file(fd_, file, kMaxFileBytes);
  if (!text) return with_frame(std::move(text).error(), "cgroup '{}'", path_);
  return std::string(trim(*text));
}

Result<std::optional<std::string>> Directory::find(sys::PathArg file) const {
  auto text = read(file);
  if (text) return std::optional(std::move(*text));
  if (means_absent(text.error().errnum())) return std::nullopt;
  return std::unexpected(std::move(text).error());
}

Result<std::string> Directory::find_text(sys::PathArg file) const {
  auto text = TRY(find(file));
  return text ? std::move(*text) : std::string();
}

Result<std::optional<std::uint64_t>> Directory::find_number(sys::PathArg file) const {
  const auto text = TRY(find(file));
  if (!text) return std::nullopt;
  return parse_number(*text);
}

Result<std::optional<std::uint64_t>> Directory::find_keyed(sys::PathArg file, std::string_view key) const {
  const auto text = TRY(find(file));
  if (!text) return std::nullopt;
  for (const auto line : split(*text, '\n')) {
    const auto parts = cut(line, ' ');
    if (parts && parts->before == key) return parse_number(trim(parts->after));
  }
  return std::nullopt;
}

Result<sys::UniqueFd> Directory::open_for_writing(sys::PathArg file) const {
  // The kernel ignores O_TRUNC here; plain files, as in tests, get what a control file would show.
  auto fd = sys::openat(fd_, file, O_WRONLY | O_TRUNC | O_NOFOLLOW);
  if (!fd) return with_frame(std::move(fd).error(), "cgroup '{}'", path_);
  return std::move(*fd);
}

Result<> Directory::write(sys::PathArg file, std::string_view value) const {
  return write_each(file, {std::string(value)});
}

Result<> Directory::write_each(sys::PathArg file, const std::vector<std::string>& values) const {
  if (values.empty()) return {};
  const auto shown = path_ + "/" + std::string(file.shown());
  auto fd = sys::openat(fd_, file, O_WRONLY | O_TRUNC | O_NOFOLLOW);
  if (!fd) return explain_write(fd.error().errnum(), values.front(), shown);
  for (const auto& value : values) {
    const auto written = sys::write_all(*fd, as_bytes(value));
    if (!written) return explain_write(written.error().errnum(), value, shown);
  }
  return {};
}

Result<std::vector<std::string>> Directory::children() const {
  // A descriptor of its own: reading moves the position.
  const auto fd = TRY(sys::openat(fd_, ".", O_RDONLY | O_DIRECTORY));
  const auto entries = TRY_CTX(sys::read_directory(fd), "reading the cgroup '{}'", path_);
  std::vector<std::string> names;
  for (const auto& entry : entries) {
    if (entry.type == sys::FileType::directory) names.push_back(entry.name);
  }
  return names;
}

}  // namespace corten::cgroup
