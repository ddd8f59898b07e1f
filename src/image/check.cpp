#include "image/check.hpp"

#include <map>

#include "base/units.hpp"
#include "image/catalog.hpp"
#include "image/check_images.hpp"
#include "image/leftovers.hpp"
#include "image/summary_cache.hpp"

namespace corten::image {
namespace {

using Kind = Problem::Kind;

Result<> check_blobs(const content::Store& store, CheckDepth depth, Inventory& inventory,
                     CheckReport& report) {
  const auto blobs = TRY(store.list());
  for (const auto& blob : blobs) {
    inventory.blobs.emplace(blob.digest, blob.size_bytes);
    ++report.blobs.count;
    report.blobs.bytes += blob.size_bytes;
    if (depth == CheckDepth::quick) continue;
    const auto verified = store.verify(blob.digest);
    if (verified || verified.error().kind() == Errc::not_found) continue;  // removed meanwhile
    inventory.damaged_blobs.insert(blob.digest);
    report.problems.push_back({.kind = Kind::damaged_blob,
                               .what = verified.error().message(),
                               .advice = "run with --repair to remove it, then pull its image again",
                               .digest = blob.digest});
  }
  return {};
}

// What the name of a layer must be: image-spec config.md, "Layer ChainID".
oci::Digest expected_chain_id(const snapshot::LayerName& name) {
  if (!name.parent) return name.diff_id;
  return content::digest_of(name.parent->to_string() + " " + name.diff_id.to_string());
}

std::optional<std::string> find_layer_problem(const snapshot::Snapshotter& snapshots,
                                              const snapshot::LayerName& name, const Inventory& inventory,
                                              CheckDepth depth) {
  if (name.chain_id != expected_chain_id(name)) return "its name is not that of its content";
  if (name.parent && !inventory.layers.contains(*name.parent)) {
    return fmt::format("the layer below it, '{}', is missing", name.parent->to_string());
  }
  if (depth == CheckDepth::quick) return std::nullopt;
  const auto verified = snapshots.verify(name.chain_id);
  if (verified || verified.error().kind() == Errc::not_found) return std::nullopt;
  return verified.error().message();
}

Result<> check_layers(ImageStore& store, CheckDepth depth, Inventory& inventory, CheckReport& report) {
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots == nullptr) return {};
  const auto layers = TRY(snapshots->list());
  for (const auto& layer : layers) inventory.layers.insert(layer.name.chain_id);
  for (const auto& layer : layers) {
    ++report.layers.count;
    report.layers.bytes += layer.size_bytes;
    const auto problem = find_layer_problem(*snapshots, layer.name, inventory, depth);
    if (!problem) continue;
    report.problems.push_back(
        {.kind = Kind::damaged_layer,
         .what = fmt::format("layer '{}': {}", layer.name.chain_id.to_string(), *problem),
         .advice = "run with --repair to unpack it again",
         .digest = layer.name.chain_id});
  }
  return {};
}

// Programs of the image may miss their owners: what a user without a range of ids unpacks is all the user's.
Result<> note_foreign_owners(ImageStore& store, CheckReport& report) {
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots == nullptr) return {};
  const auto layers = TRY(snapshots->list());
  std::uint64_t files = 0;
  std::size_t holders = 0;
  for (const auto& layer : layers) {
    files += layer.foreign_owners;
    if (layer.foreign_owners > 0) ++holders;
  }
  if (files == 0) return {};
  report.notes.push_back(
      fmt::format("files that became yours when they were unpacked, as their owners were out of reach: {} in "
                  "{} of {} layers",
                  files, holders, layers.size()));
  return {};
}

// Sizes may differ after a command that was stopped between unpacking and remembering: no harm.
bool says_the_same(const ImageSummary& a, const ImageSummary& b) {
  return a.id == b.id && a.created == b.created && a.labels == b.labels && a.chain_ids == b.chain_ids &&
         oci::to_string(a.platform) == oci::to_string(b.platform);
}

Result<> check_database(ImageStore& store, CheckDepth depth, CheckReport& report) {
  const auto tell = [&](const Error& error) {
    report.problems.push_back({.kind = Kind::damaged_database,
                               .what = error.message(),
                               .advice = "run with --repair to make it anew from the images"});
  };
  const auto database = store.database();
  if (!database && database.error().kind() == Errc::not_found) return {};
  if (!database) {
    tell(database.error());
    return {};
  }
  const auto whole = depth == CheckDepth::full ? (*database)->check_integrity() : Result<>();
  const auto known = whole ? load_summaries(**database) : Result<std::map<oci::Digest, ImageSummary>>();
  if (!whole || !known) {
    tell(whole ? known.error() : whole.error());
    return {};
  }
  for (const auto& image : report.images) {
    const auto remembered = known->find(image.digest);
    if (remembered == known->end()) continue;
    const auto summary = read_summary(store, image);
    if (!summary || says_the_same(*summary, remembered->second)) continue;
    report.problems.push_back(
        {.kind = Kind::wrong_summary,
         .what = fmt::format("what the database remembers of image '{}' is wrong", summary->id.to_string()),
         .advice = "run with --repair to read it again",
         .digest = image.digest});
  }
  return {};
}

Result<> note_layer_leftovers(ImageStore& store, CheckReport& report) {
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots == nullptr) return {};
  const auto found = TRY(snapshots->measure_leftovers());
  if (found.count == 0) return {};
  report.notes.push_back(fmt::format("half unpacked or half removed layers: {} ({}); --repair removes them",
                                     found.count, format_size_decimal(found.size_bytes)));
  return {};
}

Result<> note_leftovers(const content::Store& store, CheckReport& report) {
  Share unfinished;
  const auto ingests = TRY(store.list_ingests());
  for (const auto& ingest : ingests) {
    ++unfinished.count;
    unfinished.bytes += ingest.size_bytes;
  }
  if (unfinished.count > 0) {
    report.notes.push_back(fmt::format("{} unfinished downloads ({}); the next pull goes on with them",
                                       unfinished.count, format_size_decimal(unfinished.bytes)));
  }
  const auto files = TRY(find_leftover_files(store));
  if (!files.empty()) {
    report.notes.push_back(fmt::format("{}; --repair removes them", leftover_files_text(files.size())));
  }
  return {};
}

}  // namespace

Result<CheckReport> check_store(ImageStore& store, CheckDepth depth) {
  CheckReport report;
  Inventory inventory;
  TRY(check_blobs(store.content(), depth, inventory, report));
  TRY_CTX(check_layers(store, depth, inventory, report), "checking the unpacked layers");
  TRY(check_images(store, inventory, report));
  TRY(check_database(store, depth, report));
  TRY(note_leftovers(store.content(), report));
  TRY(note_layer_leftovers(store, report));
  TRY(note_foreign_owners(store, report));
  return report;
}

}  // namespace corten::image
