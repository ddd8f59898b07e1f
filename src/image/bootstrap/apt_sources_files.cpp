#include <fcntl.h>

#include <algorithm>
#include <iterator>

#include "image/bootstrap/apt_sources.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"

namespace corten::image {
namespace {

constexpr std::size_t kMaxSourcesBytes = std::size_t{1024} * 1024;

Result<> add_file(sys::BorrowedFd directory, const std::string& directory_name, const std::string& name,
                  std::vector<AptSource>& sources) {
  const auto text = sys::read_file(directory, name, kMaxSourcesBytes);
  if (!text && text.error().kind() == Errc::not_found) return {};
  if (!text) return with_frame(text.error().clone(), "reading the apt sources");
  const auto shown = directory_name + "/" + name;
  auto found =
      TRY(name.ends_with(".sources") ? parse_deb822_sources(*text, shown) : parse_sources_list(*text, shown));
  std::ranges::move(found, std::back_inserter(sources));
  return {};
}

// apt reads no other names of sources.list.d, as those that editors and dpkg leave (sources.list(5)).
bool is_sources_name(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return std::ranges::all_of(name, allowed) && (name.ends_with(".list") || name.ends_with(".sources"));
}

}  // namespace

Result<std::vector<AptSource>> load_apt_sources(const std::string& etc_apt) {
  std::vector<AptSource> sources;
  const auto directory = sys::open(etc_apt, O_RDONLY | O_DIRECTORY);
  if (!directory) return sources;  // no apt here: no sources
  TRY(add_file(*directory, etc_apt, "sources.list", sources));
  const auto parts_name = etc_apt + "/sources.list.d";
  const auto parts = sys::open(parts_name, O_RDONLY | O_DIRECTORY);
  if (!parts) return sources;
  const auto entries = TRY(sys::read_directory(*parts));
  for (const auto& entry : entries) {
    if (is_sources_name(entry.name)) TRY(add_file(*parts, parts_name, entry.name, sources));
  }
  return sources;
}

}  // namespace corten::image
