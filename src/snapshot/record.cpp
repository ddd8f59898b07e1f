#include "snapshot/record.hpp"

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/json_view.hpp"

namespace corten::snapshot {

namespace {

constexpr auto kReadOnly = "read-only";
constexpr auto kReadWrite = "read-write";

Result<oci::Digest> require_digest(const JsonView& view, std::string_view name) {
  const auto text = TRY(view.require_string(name));
  return oci::Digest::parse(text);
}

Result<std::optional<oci::Digest>> find_digest(const JsonView& view, std::string_view name) {
  const auto text = TRY(view.find_string(name));
  if (!text) return std::nullopt;
  return oci::Digest::parse(*text);
}

Result<Timestamp> require_time(const JsonView& view, std::string_view name) {
  const auto text = TRY(view.require_string(name));
  return parse_rfc3339(text);
}

Result<std::uint64_t> require_count(const JsonView& view, std::string_view name) {
  const auto count = TRY(view.find_uint(name));
  if (!count) return view.fail_at(name, "is missing");
  return *count;
}

Result<LayerRecord> read_layer(std::string_view text) {
  const auto json = TRY(parse_json(text, "record"));
  const auto view = TRY(JsonView::of_object(json, "record"));
  LayerRecord record;
  record.info.name.chain_id = TRY(require_digest(view, "chainId"));
  record.info.name.diff_id = TRY(require_digest(view, "diffId"));
  record.info.name.parent = TRY(find_digest(view, "parent"));
  record.info.size_bytes = TRY(require_count(view, "size"));
  record.info.entries = TRY(require_count(view, "entries"));
  record.info.created = TRY(require_time(view, "created"));
  auto link = TRY(view.find_string("link"));
  record.link = std::move(link).value_or("");
  const auto has_whiteouts = TRY(view.find_bool("whiteouts"));
  record.has_whiteouts = has_whiteouts.value_or(false);
  const auto hides_all = TRY(view.find_bool("opaque"));
  record.hides_all = hides_all.value_or(false);
  const auto foreign_owners = TRY(view.find_uint("foreignOwners"));
  record.info.foreign_owners = foreign_owners.value_or(0);
  return record;
}

Result<ActiveInfo> read_active(std::string_view text) {
  const auto json = TRY(parse_json(text, "record"));
  const auto view = TRY(JsonView::of_object(json, "record"));
  ActiveInfo active;
  active.key = TRY(view.require_string("key"));
  active.parent = TRY(find_digest(view, "parent"));
  const auto access = TRY(view.require_string("access"));
  if (access != kReadOnly && access != kReadWrite) {
    return view.fail_at("access", "is neither read-only nor read-write");
  }
  active.access = access == kReadOnly ? Access::read_only : Access::read_write;
  active.created = TRY(require_time(view, "created"));
  return active;
}

// Records are ours: one that cannot be read is damaged, whatever is wrong with it.
template <typename Record>
Result<Record> as_damage(Result<Record> record) {
  if (!record) record.error().set_kind(Errc::data_loss);
  return record;
}

}  // namespace

std::string to_json(const LayerRecord& record) {
  const auto& info = record.info;
  Json json{{"chainId", info.name.chain_id.to_string()},
            {"diffId", info.name.diff_id.to_string()},
            {"size", info.size_bytes},
            {"entries", info.entries},
            {"created", format_rfc3339(info.created)}};
  if (info.name.parent) json["parent"] = info.name.parent->to_string();
  if (!record.link.empty()) json["link"] = record.link;
  if (record.has_whiteouts) json["whiteouts"] = true;
  if (record.hides_all) json["opaque"] = true;
  if (record.info.foreign_owners > 0) json["foreignOwners"] = record.info.foreign_owners;
  return to_json_text(json);
}

Result<LayerRecord> parse_layer_record(std::string_view text) { return as_damage(read_layer(text)); }

std::string to_json(const ActiveInfo& active) {
  Json json{{"key", active.key},
            {"access", active.access == Access::read_only ? kReadOnly : kReadWrite},
            {"created", format_rfc3339(active.created)}};
  if (active.parent) json["parent"] = active.parent->to_string();
  return to_json_text(json);
}

Result<ActiveInfo> parse_active_record(std::string_view text) { return as_damage(read_active(text)); }

}  // namespace corten::snapshot
