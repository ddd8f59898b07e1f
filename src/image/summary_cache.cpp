#include "image/summary_cache.hpp"

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"

namespace corten::image {
namespace {

constexpr std::string_view kColumns =
    "manifest_digest, media_type, manifest_bytes, id, os, architecture, variant, os_version,"
    " created_seconds, created_nanoseconds, size_bytes";
constexpr std::string_view kDetailColumns = "labels, chain_ids";

std::string joined(const std::vector<oci::Digest>& digests) {
  std::string text;
  for (const auto& digest : digests) text += digest.to_string() + "\n";
  return text;
}

Result<std::vector<oci::Digest>> parse_digests(std::string_view text) {
  std::vector<oci::Digest> digests;
  for (const auto line : split(text, '\n')) {
    if (line.empty()) continue;
    auto digest = TRY(oci::Digest::parse(line));
    digests.push_back(digest);
  }
  return digests;
}

Result<std::map<std::string, std::string>> parse_labels(std::string_view text) {
  std::map<std::string, std::string> labels;
  if (text == "{}") return labels;  // most images
  const auto json = TRY(parse_json(text, "labels", {.max_bytes = oci::kMaxConfigBytes}));
  const auto view = TRY(JsonView::of_object(json, "labels"));
  for (const auto& [name, value] : view.json().items()) {
    if (value.is_string()) labels.emplace(name, value.get<std::string>());
  }
  return labels;
}

Result<ImageSummary> read_row(const db::Statement& row, Details details) {
  ImageSummary summary;
  summary.manifest.digest = TRY(oci::Digest::parse(row.text(0)));
  summary.manifest.media_type = row.text(1);
  summary.manifest.size_bytes = row.integer(2);
  summary.id = TRY(oci::Digest::parse(row.text(3)));
  summary.platform = {
      .os = row.text(4), .architecture = row.text(5), .variant = row.text(6), .os_version = row.text(7)};
  if (row.find_text(8)) {
    summary.created =
        Timestamp{.seconds = row.integer(8), .nanoseconds = static_cast<std::int32_t>(row.integer(9))};
  }
  summary.size_bytes = static_cast<std::uint64_t>(row.integer(10));
  if (details == Details::left_out) return summary;
  summary.labels = TRY(parse_labels(row.text(11)));
  summary.chain_ids = TRY(parse_digests(row.text(12)));
  return summary;
}

}  // namespace

Result<std::map<oci::Digest, ImageSummary>> load_summaries(const db::Database& database, Details details) {
  const auto columns =
      details == Details::included ? fmt::format("{}, {}", kColumns, kDetailColumns) : std::string(kColumns);
  auto query = TRY(database.prepare(fmt::format("SELECT {} FROM images", columns)));
  std::map<oci::Digest, ImageSummary> summaries;
  while (true) {
    const bool more = TRY(query.step());
    if (!more) return summaries;
    auto summary = read_row(query, details);
    if (summary) summaries.emplace(summary->manifest.digest, std::move(*summary));
  }
}

Result<std::optional<ImageSummary>> find_summary(const db::Database& database, const oci::Digest& manifest) {
  auto query = TRY(database.prepare(
      fmt::format("SELECT {}, {} FROM images WHERE manifest_digest = ?1", kColumns, kDetailColumns)));
  TRY(query.bind(1, manifest.to_string()));
  const bool found = TRY(query.step());
  if (!found) return std::nullopt;
  auto summary = read_row(query, Details::included);
  if (!summary) return std::nullopt;
  return std::move(*summary);
}

Result<> save_summary(const db::Database& database, const ImageSummary& summary) {
  auto insert = TRY(database.prepare(
      "INSERT OR REPLACE INTO images VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"));
  Json labels = Json::object();
  for (const auto& [name, value] : summary.labels) labels[name] = value;
  TRY(insert.bind(1, summary.manifest.digest.to_string()));
  TRY(insert.bind(2, summary.manifest.media_type));
  TRY(insert.bind(3, summary.manifest.size_bytes));
  TRY(insert.bind(4, summary.id.to_string()));
  TRY(insert.bind(5, summary.platform.os));
  TRY(insert.bind(6, summary.platform.architecture));
  TRY(insert.bind(7, summary.platform.variant));
  TRY(insert.bind(8, summary.platform.os_version));
  if (summary.created) {
    TRY(insert.bind(9, summary.created->seconds));
    TRY(insert.bind(10, std::int64_t{summary.created->nanoseconds}));
  }
  TRY(insert.bind(11, static_cast<std::int64_t>(summary.size_bytes)));
  TRY(insert.bind(12, to_json_text(labels)));
  TRY(insert.bind(13, joined(summary.chain_ids)));
  return insert.run();
}

Result<> forget_summary(const db::Database& database, const oci::Digest& manifest) {
  auto statement = TRY(database.prepare("DELETE FROM images WHERE manifest_digest = ?1"));
  TRY(statement.bind(1, manifest.to_string()));
  return statement.run();
}

}  // namespace corten::image
