#include "cli/commands/image_rows.hpp"

#include <chrono>
#include <map>

#include "base/local_time.hpp"
#include "base/units.hpp"

namespace corten::cli {
namespace {

constexpr auto kNone = "<none>";
constexpr auto kUnknown = "N/A";

struct Names {
  std::vector<std::string> tags;
  std::vector<std::string> digests;
};

std::map<std::string, Names> by_repository(const image::ImageRecord& image) {
  std::map<std::string, Names> repositories;
  for (const auto& tag : image.tags) {
    repositories[tag.familiar_name()].tags.push_back(tag.tag().value_or(kNone));
  }
  for (const auto& digest : image.digests) {
    repositories[digest.familiar_name()].digests.push_back(digest.digest()->to_string());
  }
  return repositories;
}

std::vector<term::TextField> fields_of(const image::ImageSummary& summary, const ImageRowOptions& options,
                                       const std::optional<ImageSharing>& sharing) {
  const auto size = format_size_short(summary.size_bytes);
  std::vector<term::TextField> fields{
      {"ID", format_id(summary.id, options.ids)},
      {"CreatedSince", format_since(summary.created, options.now)},
      {"Size", size},
      {"VirtualSize", size},
      {"Containers", sharing ? "0" : kUnknown},
      {"SharedSize", sharing ? format_size_short(sharing->shared_bytes) : kUnknown},
      {"UniqueSize", sharing ? format_size_short(sharing->unique_bytes) : kUnknown},
  };
  if (options.fields == Fields::all) fields.push_back({"CreatedAt", format_created_at(summary.created)});
  return fields;
}

}  // namespace

std::string format_since(const std::optional<Timestamp>& time, Timestamp now) {
  // Docker's zero time and 1970, which reproducible images say, are no dates.
  if (!time || time->seconds <= 0) return kUnknown;
  // Nanoseconds in 63 bits hold 292 years.
  constexpr std::int64_t kMaxSeconds = std::int64_t{290} * 365 * 86400;
  const auto seconds = std::clamp<std::int64_t>(now.seconds - time->seconds, 0, kMaxSeconds);
  return format_age(std::chrono::seconds{seconds}) + " ago";
}

std::string format_created_at(const std::optional<Timestamp>& time) {
  return time ? format_local_time({.seconds = time->seconds}) : kUnknown;
}

std::string format_id(const oci::Digest& id, Ids ids) {
  return ids == Ids::whole ? id.to_string() : id.short_hex();
}

Fields fields_for(const term::FormatSpec& format) {
  return format.kind() == term::FormatSpec::Kind::table ? Fields::of_tables : Fields::all;
}

void append_image_rows(const image::ImageRecord& image, const ImageRowOptions& options,
                       const std::optional<ImageSharing>& sharing, std::vector<term::ListRow>& rows) {
  const auto fields = fields_of(image.summary, options, sharing);
  const auto append = [&](const std::string& repository, const std::string& tag, const std::string& digest) {
    auto row = fields;
    row.push_back({"Repository", repository});
    row.push_back({"Tag", tag});
    row.push_back({"Digest", digest});
    rows.push_back({.texts = std::move(row)});
  };
  if (image.tags.empty() && image.digests.empty()) return append(kNone, kNone, kNone);
  const bool show_digests = options.digests == Digests::shown;
  for (const auto& [repository, names] : by_repository(image)) {
    for (const auto& tag : names.tags) {
      if (!show_digests || names.digests.empty()) append(repository, tag, kNone);
      for (const auto& digest : names.digests) {
        if (show_digests) append(repository, tag, digest);
      }
    }
    if (!names.tags.empty()) continue;
    if (!show_digests) append(repository, kNone, kNone);
    for (const auto& digest : names.digests) {
      if (show_digests) append(repository, kNone, digest);
    }
  }
}

}  // namespace corten::cli
