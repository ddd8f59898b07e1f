#include "cgroup/stats_text.hpp"

#include <fcntl.h>

#include <charconv>

#include "base/strings.hpp"
#include "cgroup/stats.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"

namespace corten::cgroup {

namespace {

double parse_share(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Pressure::Share parse_pressure_line(std::string_view line) {
  Pressure::Share share;
  for (const auto word : split(line, ' ')) {
    const auto pair = cut(word, '=');
    if (!pair) continue;
    if (pair->before == "avg10") share.avg10 = parse_share(pair->after);
    if (pair->before == "avg60") share.avg60 = parse_share(pair->after);
    if (pair->before == "avg300") share.avg300 = parse_share(pair->after);
    if (pair->before == "total") share.total_us = parse_number(pair->after).value_or(0);
  }
  return share;
}

}  // namespace

std::map<std::string, std::uint64_t> keyed_numbers(std::string_view text) {
  std::map<std::string, std::uint64_t> numbers;
  for (const auto line : split(text, '\n')) {
    const auto pair = cut(line, ' ');
    const auto number = pair ? parse_number(trim(pair->after)) : std::nullopt;
    if (number) numbers[std::string(pair->before)] = *number;
  }
  return numbers;
}

std::uint64_t number_of(const std::map<std::string, std::uint64_t>& numbers, const std::string& key) {
  const auto found = numbers.find(key);
  return found == numbers.end() ? 0 : found->second;
}

std::string hugepage_name(std::uint64_t kibibytes) {
  constexpr std::uint64_t kStep = 1024;
  if (kibibytes >= kStep * kStep) return std::to_string(kibibytes / (kStep * kStep)) + "GB";
  if (kibibytes >= kStep) return std::to_string(kibibytes / kStep) + "MB";
  return std::to_string(kibibytes) + "KB";
}

std::vector<std::string> hugepage_sizes() {
  std::vector<std::string> sizes;
  const auto dir = sys::open("/sys/kernel/mm/hugepages", O_RDONLY | O_DIRECTORY);
  const auto entries = dir ? sys::read_directory(*dir) : Result<std::vector<sys::DirectoryEntry>>();
  if (!entries) return sizes;
  constexpr std::string_view kPrefix = "hugepages-";  // "hugepages-2048kB"
  for (const auto& entry : *entries) {
    std::string_view name = entry.name;
    if (!name.starts_with(kPrefix) || !name.ends_with("kB")) continue;
    name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - 2);
    if (const auto kibibytes = parse_number(name)) sizes.push_back(hugepage_name(*kibibytes));
  }
  return sizes;
}

Pressure parse_pressure(std::string_view text) {
  Pressure pressure;
  for (const auto line : split(text, '\n')) {
    if (line.starts_with("some ")) pressure.some = parse_pressure_line(line);
    if (line.starts_with("full ")) pressure.full = parse_pressure_line(line);
  }
  return pressure;
}

}  // namespace corten::cgroup
