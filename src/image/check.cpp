#include "image/check.hpp"

#include <map>

#include "base/units.hpp"
#include "image/catalog.hpp"
#include "image/check_images.hpp"
#include "image/fault.hpp"
#include "image/leftovers.hpp"
#include "image/summary_cache.hpp"

namespace corten::image {
namespace {

using Kind = Problem::Kind;

// Which bytes are read.
struct Scope {
  CheckDepth depth;
  const Suspects& suspects;

  bool has_blob(const oci::Digest& digest) const {
    return depth == CheckDepth::full || suspects.blobs.contains(digest);
  }
  bool has_layer(const oci::Digest& chain_id) const {
    return depth == CheckDepth::full || suspects.layers.contains(chain_id);
  }
};

Result<> check_blobs(const content::Store& store, const Scope& scope, Inventory& inventory,
                     CheckReport& report) {
  const auto blobs = TRY(store.list());
  for (const auto& blob : blobs) {
    inventory.blobs.emplace(blob.digest, blob.size_bytes);
    ++report.blobs.count;
    report.blobs.bytes += blob.size_bytes;
    if (!scope.has_blob(blob.digest)) continue;
    const auto verified = store.verify(blob.digest);
    if (!verified) TRY(tell_blob_fault(blob.digest, verified.error(), inventory, report));
  }
  return {};
}

// What the name of a layer must be: image-spec config.md, "Layer ChainID".
oci::Digest expected_chain_id(const snapshot::LayerName& name) {
  if (!name.parent) return name.diff_id;
  return content::digest_of(name.parent->to_string() + " " + name.diff_id.to_string());
}

Result<std::optional<Problem>> find_layer_problem(const snapshot::Snapshotter& snapshots,
                                                  const snapshot::LayerName& name, const Inventory& inventory,
                                                  const Scope& scope) {
  const auto damaged = [&](std::string_view what) {
    return Problem{.kind = Kind::damaged_layer,
                   .what = fmt::format("layer '{}': {}", name.chain_id.to_string(), what),
                   .advice = "run with --repair to unpack it again",
                   .digest = name.chain_id};
  };
  if (name.chain_id != expected_chain_id(name)) return damaged("its name is not that of its content");
  if (name.parent && !inventory.layers.contains(*name.parent)) {
    return damaged(fmt::format("the layer below it, '{}', is missing", name.parent->to_string()));
  }
  if (!scope.has_layer(name.chain_id)) return std::nullopt;
  const auto verified = snapshots.verify(name.chain_id);
  if (verified) return std::nullopt;
  const auto fault = fault_of(verified.error());
  if (fault == Fault::gone) return std::nullopt;
  if (fault == Fault::unknown) return std::unexpected(verified.error().clone());
  auto problem = damaged(verified.error().message());
  if (fault == Fault::unreadable) {
    problem.kind = Kind::unreadable;
    problem.advice = kUnreadableAdvice;
  }
  return problem;
}

Result<> check_layers(ImageStore& store, const Scope& scope, Inventory& inventory, CheckReport& report) {
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots == nullptr) return {};
  const auto layers = TRY(snapshots->list());
  for (const auto& layer : layers) inventory.layers.insert(layer.name.chain_id);
  for (const auto& layer : layers) {
    ++report.layers.count;
    report.layers.bytes += layer.size_bytes;
    auto problem = TRY(find_layer_problem(*snapshots, layer.name, inventory, scope));
    if (problem) report.problems.push_back(std::move(*problem));
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

// Sizes of images may differ after a command that was stopped between unpacking and remembering: no harm. The
// descriptor counts: names are set to it.
bool says_the_same(const ImageSummary& a, const ImageSummary& b) {
  return a.manifest == b.manifest && a.id == b.id && a.created == b.created && a.labels == b.labels &&
         a.chain_ids == b.chain_ids && oci::to_string(a.platform) == oci::to_string(b.platform);
}

Result<> check_database(ImageStore& store, CheckDepth depth, CheckReport& report) {
  // Locked, or written by a newer corten, is no damage.
  const auto tell = [&](const Error& error) -> Result<> {
    if (error.kind() != Errc::data_loss) return std::unexpected(error.clone());
    report.problems.push_back({.kind = Kind::damaged_database,
                               .what = error.message(),
                               .advice = "run with --repair to make it anew from the images"});
    return {};
  };
  const auto database = store.database();
  if (!database && database.error().kind() == Errc::not_found) return {};
  if (!database) return tell(database.error());
  const auto whole = depth == CheckDepth::full ? (*database)->check_integrity() : Result<>();
  const auto known = whole ? load_summaries(**database) : Result<std::map<oci::Digest, ImageSummary>>();
  if (!whole || !known) return tell(whole ? known.error() : whole.error());
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

Result<CheckReport> check_store(ImageStore& store, CheckDepth depth, const Suspects& suspects) {
  const Scope scope{.depth = depth, .suspects = suspects};
  CheckReport report;
  Inventory inventory;
  TRY(check_blobs(store.content(), scope, inventory, report));
  TRY_CTX(check_layers(store, scope, inventory, report), "checking the unpacked layers");
  TRY(check_images(store, inventory, report));
  TRY_CTX(check_database(store, depth, report), "checking the database");
  TRY(note_leftovers(store.content(), report));
  TRY(note_layer_leftovers(store, report));
  TRY(note_foreign_owners(store, report));
  return report;
}

}  // namespace corten::image
