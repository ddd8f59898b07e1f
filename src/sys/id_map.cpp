#include "sys/id_map.hpp"

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "sys/file.hpp"

namespace corten::sys {

namespace {

constexpr std::size_t kMaxLines = 340;  // kernel 4.15; five before
constexpr std::uint64_t kIdCount = std::uint64_t{1} << 32U;
constexpr std::size_t kMaxMapBytes = std::size_t{64} * 1024;

Result<> check_side(std::span<const IdMapping> mappings, std::uint32_t IdMapping::* start,
                    std::string_view side) {
  std::vector<IdMapping> sorted(mappings.begin(), mappings.end());
  std::ranges::sort(sorted, {}, start);
  std::uint64_t free_from = 0;
  for (const auto& mapping : sorted) {
    const std::uint64_t first = mapping.*start;
    if (mapping.count == 0) return fail(Errc::invalid_argument, "id map: an empty range at {}", first);
    if (first + mapping.count > kIdCount) {
      return fail(Errc::invalid_argument, "id map: {} ids from {} on are more than there are", mapping.count,
                  first);
    }
    if (first < free_from) {
      return fail(Errc::invalid_argument, "id map: two ranges {} share id {}", side, first);
    }
    free_from = first + mapping.count;
  }
  return {};
}

// White space apart, of any width: the kernel pads with spaces.
std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (const auto word : split(line, ' ')) {
    if (!word.empty()) found.push_back(word);
  }
  return found;
}

}  // namespace

Result<> check_id_mappings(std::span<const IdMapping> mappings) {
  if (mappings.empty()) return fail(Errc::invalid_argument, "id map: no ranges");
  if (mappings.size() > kMaxLines) {
    return fail(Errc::invalid_argument, "id map: {} ranges, the kernel takes {}", mappings.size(), kMaxLines);
  }
  TRY(check_side(mappings, &IdMapping::inside, "inside"));
  return check_side(mappings, &IdMapping::outside, "outside");
}

std::string format_id_map(std::span<const IdMapping> mappings) {
  std::string text;
  for (const auto& mapping : mappings) {
    text += fmt::format("{} {} {}\n", mapping.inside, mapping.outside, mapping.count);
  }
  return text;
}

Result<std::vector<IdMapping>> parse_id_map(std::string_view text) {
  std::vector<IdMapping> mappings;
  int line_number = 0;
  for (const auto line : split(text, '\n')) {
    ++line_number;
    const auto fields = words(line);
    if (fields.empty()) continue;
    std::uint32_t values[3]{};
    if (fields.size() != 3) {
      return fail(Errc::invalid_argument, "id map: line {}: expected 3 numbers, found {} words", line_number,
                  fields.size());
    }
    for (std::size_t i = 0; i < 3; ++i) {
      const auto value = TRY(parse_uint64(fields[i], fmt::format("id map: line {}", line_number)));
      if (value >= kIdCount) {
        return fail(Errc::invalid_argument, "id map: line {}: {} is over 32 bits", line_number, value);
      }
      values[i] = static_cast<std::uint32_t>(value);
    }
    mappings.push_back({.inside = values[0], .outside = values[1], .count = values[2]});
  }
  return mappings;
}

Result<IdMaps> current_id_maps() {
  IdMaps maps;
  const auto uids = TRY(read_file(BorrowedFd::cwd(), "/proc/self/uid_map", kMaxMapBytes));
  const auto gids = TRY(read_file(BorrowedFd::cwd(), "/proc/self/gid_map", kMaxMapBytes));
  maps.uids = TRY(parse_id_map(uids));
  maps.gids = TRY(parse_id_map(gids));
  return maps;
}

}  // namespace corten::sys
