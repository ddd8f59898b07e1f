#include "sys/mountinfo.hpp"

#include <charconv>
#include <optional>
#include <span>

#include "base/strings.hpp"
#include "sys/file.hpp"

namespace corten::sys {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} * 1024 * 1024;  // hosts with many thousand containers
constexpr std::size_t kFixedFields = 6;

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// The kernel writes space, tab, newline, backslash and '#' as \ooo.
std::string unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
        is_octal(text[i + 3])) {
      const int value = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
      plain += static_cast<char>(value & 0xff);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

std::optional<DeviceNumber> parse_device(std::string_view text) {
  const auto halves = cut(text, ':');
  if (!halves) return std::nullopt;
  const auto major_number = parse_number<std::uint32_t>(halves->before);
  const auto minor_number = parse_number<std::uint32_t>(halves->after);
  if (!major_number || !minor_number) return std::nullopt;
  return DeviceNumber{.major_number = *major_number, .minor_number = *minor_number};
}

// "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue". Nothing for any other
// shape.
std::optional<MountInfo> parse_line(std::string_view line) {
  const auto fields = split(line, ' ');
  std::size_t dash = kFixedFields;
  while (dash < fields.size() && fields[dash] != "-") ++dash;
  // The options of the file system may hold anything, so look at what must be there.
  if (dash + 3 >= fields.size()) return std::nullopt;
  const auto mount_id = parse_number<std::uint64_t>(fields[0]);
  const auto parent_id = parse_number<std::uint64_t>(fields[1]);
  const auto device = parse_device(fields[2]);
  if (!mount_id || !parent_id || !device) return std::nullopt;

  MountInfo info;
  info.mount_id = *mount_id;
  info.parent_id = *parent_id;
  info.device = *device;
  info.root = unescape(fields[3]);
  info.target = unescape(fields[4]);
  info.options = fields[5];
  for (std::size_t i = kFixedFields; i < dash; ++i) info.propagation.emplace_back(fields[i]);
  info.type = unescape(fields[dash + 1]);
  info.source = unescape(fields[dash + 2]);
  info.super_options = unescape(fields[dash + 3]);
  return info;
}

}  // namespace

Result<std::vector<MountInfo>> parse_mountinfo(std::string_view text) {
  std::vector<MountInfo> mounts;
  int line_number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    if (line.empty()) continue;
    auto info = parse_line(line);
    if (!info) {
      return fail(Errc::data_loss, "mountinfo: line {}: expected a mount, found '{}'", line_number,
                  printable(line.substr(0, 200)));
    }
    mounts.push_back(std::move(*info));
  }
  return mounts;
}

Result<std::vector<MountInfo>> list_mounts() {
  const auto text = TRY(read_file(BorrowedFd::cwd(), "/proc/self/mountinfo", kMaxBytes));
  return parse_mountinfo(text);
}

}  // namespace corten::sys
