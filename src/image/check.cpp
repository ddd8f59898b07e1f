#include "image/check.hpp"

#include <cerrno>
#include <map>

#include "base/units.hpp"
#include "content/layout.hpp"
#include "content/once.hpp"
#include "image/catalog.hpp"
#include "image/check_images.hpp"
#include "image/fault.hpp"
#include "image/leftovers.hpp"
#include "image/summary_cache.hpp"
#include "sys/lock.hpp"

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

// Takes its time: pulls and removals go on meanwhile, so that nothing here says what is missing.
Result<> verify_blobs(const content::Store& store, const Scope& scope, Inventory& inventory,
                      CheckReport& report) {
  const auto blobs = TRY(store.list());
  for (const auto& blob : blobs) {
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

Problem damaged_layer(const oci::Digest& chain_id, std::string_view what) {
  return {.kind = Kind::damaged_layer,
          .what = fmt::format("layer '{}': {}", chain_id.to_string(), what),
          .advice = "run with --repair to unpack it again",
          .digest = chain_id};
}

Result<std::optional<Problem>> verify_layer(const snapshot::Snapshotter& snapshots,
                                            const oci::Digest& chain_id) {
  const auto verified = snapshots.verify(chain_id);
  if (verified) return std::nullopt;
  const auto fault = fault_of(verified.error());
  if (fault == Fault::gone) return std::nullopt;
  if (fault == Fault::unknown) return std::unexpected(verified.error().clone());
  auto problem = damaged_layer(chain_id, verified.error().message());
  if (fault == Fault::unreadable) {
    problem.kind = Kind::unreadable;
    problem.advice = kUnreadableAdvice;
  }
  return problem;
}

// As verify_blobs().
Result<> verify_layers(ImageStore& store, const Scope& scope, CheckReport& report) {
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots == nullptr) return {};
  const auto layers = TRY(snapshots->list());
  for (const auto& layer : layers) {
    const auto& name = layer.name;
    if (!scope.has_layer(name.chain_id) || name.chain_id != expected_chain_id(name)) continue;
    auto problem = TRY(verify_layer(*snapshots, name.chain_id));
    if (problem) report.problems.push_back(std::move(*problem));
  }
  return {};
}

// A layer that was published while the list was made may be missing in it.
bool has_layer(const snapshot::Snapshotter& snapshots, const oci::Digest& chain_id,
               const Inventory& inventory) {
  if (inventory.layers.contains(chain_id)) return true;
  const auto found = snapshots.find(chain_id);
  return found && found->has_value();
}

Result<> check_layers(ImageStore& store, Inventory& inventory, CheckReport& report) {
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots == nullptr) return {};
  const auto layers = TRY(snapshots->list());
  for (const auto& layer : layers) inventory.layers.insert(layer.name.chain_id);
  for (const auto& layer : layers) {
    const auto& name = layer.name;
    ++report.layers.count;
    report.layers.bytes += layer.size_bytes;
    if (name.chain_id != expected_chain_id(name)) {
      report.problems.push_back(damaged_layer(name.chain_id, "its name is not that of its content"));
    } else if (name.parent && !has_layer(*snapshots, *name.parent, inventory)) {
      const auto what = fmt::format("the layer below it, '{}', is missing", name.parent->to_string());
      report.problems.push_back(damaged_layer(name.chain_id, what));
    }
  }
  return {};
}

// What was damaged and has been removed since is no problem any more.
Result<> drop_gone(ImageStore& store, CheckReport& report) {
  auto* const snapshots = TRY(store.find_snapshots());
  std::vector<Problem> rest;
  for (auto& problem : report.problems) {
    const auto blob = TRY(store.content().find(*problem.digest));
    bool here = blob.has_value();
    if (!here && snapshots != nullptr) {
      const auto layer = snapshots->find(*problem.digest);
      here = !layer || layer->has_value();
    }
    if (here) rest.push_back(std::move(problem));
  }
  report.problems = std::move(rest);
  return {};
}

Result<> list_blobs(const content::Store& store, Inventory& inventory, CheckReport& report) {
  const auto blobs = TRY(store.list());
  for (const auto& blob : blobs) {
    inventory.blobs.emplace(blob.digest, blob.size_bytes);
    ++report.blobs.count;
    report.blobs.bytes += blob.size_bytes;
  }
  return {};
}

// While it is held gc removes nothing. None where the store cannot be written: looking must do without.
Result<std::optional<sys::FileLock>> hold_gc_off(const content::Store& store) {
  auto lock = sys::FileLock::acquire(store.directory(), content::kGcLockFile, sys::LockMode::shared);
  if (lock) return std::move(*lock);
  const auto& error = lock.error();
  if (error.kind() == Errc::permission_denied || error.kind() == Errc::not_found) return std::nullopt;
  if (error.errnum() == EROFS) return std::nullopt;
  return std::unexpected(std::move(lock).error());
}

// Whether all is there that something needs. What a name stands for was complete before it got the name, and
// gc is held off: so what is missing in lists that were made after that of the names is lost. Removals wait
// for this to end, so nothing large is read here without need.
Result<> check_whole(ImageStore& store, Inventory& inventory, CheckReport& report) {
  const auto lock = TRY(hold_gc_off(store.content()));
  TRY(drop_gone(store, report));
  const auto entries = TRY(list_entries(store, report));
  TRY(list_blobs(store.content(), inventory, report));
  TRY_CTX(check_layers(store, inventory, report), "checking the unpacked layers");
  return check_images(store, entries, inventory, report);
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
  Share once;
  const auto ingests = TRY(store.list_ingests());
  for (const auto& ingest : ingests) {
    auto& share = content::is_once(ingest.ref) ? once : unfinished;
    ++share.count;
    share.bytes += ingest.size_bytes;
  }
  if (unfinished.count > 0) {
    report.notes.push_back(fmt::format("{} unfinished downloads ({}); the next pull goes on with them",
                                       unfinished.count, format_size_decimal(unfinished.bytes)));
  }
  if (once.count > 0) {
    report.notes.push_back(
        fmt::format("{} unfinished blobs of loads and imports ({}); prune removes those nobody writes",
                    once.count, format_size_decimal(once.bytes)));
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
  TRY(verify_blobs(store.content(), scope, inventory, report));
  TRY_CTX(verify_layers(store, scope, report), "checking the unpacked layers");
  TRY(check_whole(store, inventory, report));
  TRY_CTX(check_database(store, depth, report), "checking the database");
  TRY(note_leftovers(store.content(), report));
  TRY(note_layer_leftovers(store, report));
  TRY(note_foreign_owners(store, report));
  return report;
}

}  // namespace corten::image
