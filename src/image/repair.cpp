#include "image/repair.hpp"

#include <algorithm>

#include "image/catalog.hpp"
#include "image/leftovers.hpp"
#include "image/relayer.hpp"
#include "image/repair_one.hpp"

namespace corten::image {
namespace {

using Kind = Problem::Kind;

// Mending one thing shows others: a manifest that was damaged is then missing, and its name goes.
constexpr int kMaxRounds = 4;

class Repairer {
 public:
  explicit Repairer(ImageStore& store) : store_(store) {}

  // True if something was changed.
  Result<bool> mend(const CheckReport& report) {
    const auto before = done_.size();
    for (const auto& problem : report.problems) TRY(mend_one(problem, report));
    TRY(mend_layers(report));
    return done_.size() != before;
  }

  Result<> sweep() {
    const auto files = TRY(remove_leftover_files(store_.content()));
    if (files > 0) done_.push_back("removed " + leftover_files_text(files));
    auto* const snapshots = TRY(store_.find_snapshots());
    if (snapshots == nullptr) return {};
    const auto layers = TRY(snapshots->sweep());
    if (layers > 0) done_.push_back(fmt::format("removed {} leftovers of interrupted commands", layers));
    return {};
  }

  std::vector<std::string> take_done() { return std::move(done_); }

 private:
  Result<> mend_one(const Problem& problem, const CheckReport& report) {
    switch (problem.kind) {
      case Kind::damaged_blob:
        return remove_blob(*problem.digest);
      case Kind::lost_image:
        return forget_name(*problem.entry);
      case Kind::damaged_database:
        TRY(store_.renew_database());
        done_.emplace_back("made the database anew; the old one is beside it, with '.damaged' in its name");
        return {};
      case Kind::wrong_summary:
        return read_again(*problem.digest, report.images);
      case Kind::names:
      case Kind::unreadable:
      case Kind::missing_blob:
      case Kind::damaged_layer:
      case Kind::missing_layer:
        return {};  // not to be mended here, or by mend_layers()
    }
    return {};
  }

  Result<> remove_blob(const oci::Digest& digest) {
    const bool removed = TRY(remove_if_damaged(store_.content(), digest));
    if (removed) done_.push_back(fmt::format("removed the damaged blob '{}'", digest.to_string()));
    return {};
  }

  Result<> forget_name(const content::NamedDescriptor& entry) {
    const bool removed = TRY(forget_if_lost(store_, entry));
    if (!removed) return {};
    const auto& what = entry.name.empty() ? entry.descriptor.digest.to_string() : entry.name;
    done_.push_back(fmt::format("dropped the name '{}', of which the manifest is lost", what));
    return {};
  }

  // What is remembered includes the descriptor, to which names are set.
  Result<> read_again(const oci::Digest& manifest, const std::vector<oci::Descriptor>& images) {
    const auto image = std::ranges::find(images, manifest, &oci::Descriptor::digest);
    if (image == images.end()) return {};
    const auto summary = summarize(store_, *image, Remembered::renew);
    if (!summary && summary.error().kind() == Errc::not_found) return {};  // removed meanwhile
    if (!summary) return std::unexpected(summary.error().clone());
    done_.push_back(fmt::format("read image '{}' again", manifest.to_string()));
    return {};
  }

  Result<> mend_layers(const CheckReport& report) {
    std::set<oci::Digest> damaged;
    bool missing = false;
    for (const auto& problem : report.problems) {
      if (problem.kind == Kind::damaged_layer) damaged.insert(*problem.digest);
      missing = missing || problem.kind == Kind::missing_layer;
    }
    if (damaged.empty() && !missing) return {};
    auto done = TRY(unpack_again(store_, report.images, damaged));
    std::ranges::move(done, std::back_inserter(done_));
    return {};
  }

  ImageStore& store_;
  std::vector<std::string> done_;
};

// What was found wrong may still be there: a lease holds the blob, or a container lives on the layer.
Suspects suspects_of(const CheckReport& report) {
  Suspects suspects;
  for (const auto& problem : report.problems) {
    const bool unreadable = problem.kind == Kind::unreadable;
    if (problem.kind == Kind::damaged_blob || unreadable) suspects.blobs.insert(*problem.digest);
    if (problem.kind == Kind::damaged_layer || unreadable) suspects.layers.insert(*problem.digest);
  }
  return suspects;
}

}  // namespace

Result<Repaired> repair_store(ImageStore& store, CheckDepth depth) {
  Repairer repairer(store);
  TRY(repairer.sweep());
  auto report = TRY(check_store(store, depth));
  for (int round = 0; round < kMaxRounds && !report.problems.empty(); ++round) {
    const bool changed = TRY(repairer.mend(report));
    if (!changed) break;
    // Bytes that were found right need not be read again.
    report = TRY(check_store(store, CheckDepth::quick, suspects_of(report)));
  }
  return Repaired{.done = repairer.take_done(), .rest = std::move(report)};
}

}  // namespace corten::image
