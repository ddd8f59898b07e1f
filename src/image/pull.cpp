#include "image/pull.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/units.hpp"
#include "content/lease.hpp"
#include "image/blob_sources.hpp"
#include "image/catalog.hpp"
#include "image/layer_unpack.hpp"
#include "image/naming.hpp"
#include "image/pull_documents.hpp"
#include "image/pull_layers.hpp"
#include "oci/platform_match.hpp"
#include "sys/disk_space.hpp"

namespace corten::image {
namespace {

// What the registry has under the name, and the image of it that is wanted.
struct Wanted {
  oci::Descriptor target;
  oci::Descriptor descriptor;
  oci::Manifest manifest;
  oci::ImageConfig config;
};

// The names that a pull gives: the tag and the digest, or the digest alone.
struct Names {
  std::optional<oci::Reference> tag;
  oci::Reference digest;
};

Names names_for(const oci::Reference& reference, const oci::Digest& target) {
  auto digest = reference.without_version().with_digest(target);
  if (reference.digest()) return {.tag = std::nullopt, .digest = std::move(digest)};
  return {.tag = reference, .digest = std::move(digest)};
}

Result<bool> stands_for(const ImageStore& store, const oci::Reference& name, const oci::Digest& target) {
  const auto entry = TRY(store.names().find(name.canonical()));
  return entry && entry->descriptor.digest == target;
}

Result<bool> has_names(const ImageStore& store, const Names& names, const oci::Digest& target) {
  const auto digest = TRY(stands_for(store, names.digest, target));
  if (!digest || !names.tag) return digest;
  return stands_for(store, *names.tag, target);
}

// An image for another platform than this machine's may be wanted, and says nothing of itself in its
// manifest: only an index is chosen from.
Result<> check_platform(const oci::ImageConfig& config, const PullOptions& options) {
  auto offered = config.platform();
  if (!offered.os.empty() && offered.os != "linux") {
    return fail(Errc::unsupported, "the image is for the operating system '{}'", offered.os);
  }
  if (offered.os.empty()) offered.os = "linux";
  const auto wanted = options.platform.value_or(this_platform());
  if (oci::may_run_on(offered, wanted)) return {};
  const auto text = fmt::format("the image is for {}, not for {}", oci::to_string(oci::normalize(offered)),
                                oci::to_string(oci::normalize(wanted)));
  if (options.platform) return fail(Errc::not_found, "{}", text);
  options.progress.message("Warning: " + text);
  return {};
}

Result<Wanted> find_wanted(ImageStore& store, DocumentFetcher& fetcher, const oci::Reference& reference,
                           const PullOptions& options) {
  bool known = false;
  if (!reference.digest()) {
    const auto entry = TRY(store.names().find(reference.canonical()));
    known = entry.has_value();
  }
  auto target = TRY(fetcher.fetch_target(reference, known));
  auto top = target.descriptor;
  auto image = TRY(fetcher.choose(std::move(target), options.platform.value_or(this_platform())));
  const auto& manifest = *image.document->manifest();
  TRY(require_image(manifest));
  auto config = TRY(fetcher.fetch_config(manifest));
  TRY(check_platform(config, options));
  return Wanted{.target = std::move(top),
                .descriptor = std::move(image.descriptor),
                .manifest = manifest,
                .config = std::move(config)};
}

// Leased before they are looked for: what is found stays.
Result<std::vector<LayerJob>> find_jobs(ImageStore& store, content::Lease& lease, const Wanted& wanted) {
  auto* const snapshots = TRY(store.snapshots());
  const auto names = TRY(layer_names(wanted.config));
  std::vector<LayerJob> jobs;
  jobs.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& blob = wanted.manifest.layers[i];
    TRY(lease.hold(blob.digest));
    TRY(lease.hold(names[i].chain_id));
    const auto snapshot = TRY(snapshots->find(names[i].chain_id));
    jobs.push_back({.layer = {.blob = blob, .name = names[i]}, .unpacked = snapshot.has_value()});
  }
  return jobs;
}

// The least that is needed: the blobs that are not here, and their content, which is hardly smaller.
Result<std::uint64_t> bytes_needed(const content::Store& content, std::span<const LayerJob> jobs) {
  std::uint64_t needed = 0;
  std::vector<oci::Digest> seen;
  for (const auto& job : jobs) {
    if (job.unpacked) continue;
    const auto size = static_cast<std::uint64_t>(job.layer.blob.size_bytes);
    needed += size;
    const auto blob = TRY(content.find(job.layer.blob.digest));
    if (blob || std::ranges::find(seen, job.layer.blob.digest) != seen.end()) continue;
    seen.push_back(job.layer.blob.digest);
    needed += size;
  }
  const auto ingests = TRY(content.list_ingests());
  for (const auto& ingest : ingests) {
    const bool ours = std::ranges::any_of(
        seen, [&](const oci::Digest& digest) { return ingest.ref == ingest_ref(digest); });
    if (ours) needed -= std::min(needed, ingest.size_bytes);
  }
  return needed;
}

Result<> check_disk_space(const ImageStore& store, std::span<const LayerJob> jobs) {
  const auto needed = TRY(bytes_needed(store.content(), jobs));
  if (needed == 0) return {};
  const auto space = TRY(sys::find_disk_space(store.content().directory()));
  if (needed <= space.available_bytes) return {};
  return with_hint(
      fail(Errc::unavailable, "not enough disk space in '{}': at least {} needed, {} free", store.root(),
           format_size_decimal(needed), format_size_decimal(space.available_bytes)),
      "free some with 'corten system prune', or use another directory with --root");
}

// Where the blobs can be had again. The note is worth no failure of a pull that has everything else.
void note_sources(ImageStore& store, const oci::Reference& reference, const Wanted& wanted) {
  std::vector<oci::Digest> digests = {wanted.manifest.config.digest};
  for (const auto& layer : wanted.manifest.layers) digests.push_back(layer.digest);
  const auto noted = note_blob_sources(store, digests, reference.name());
  if (!noted) log::debug("noting where blobs came from: {}", noted.error().message());
}

void note_summary(ImageStore& store, const Wanted& wanted) {
  const auto summary = summarize(store, wanted.descriptor, Remembered::renew);
  if (!summary) log::debug("summing up the image: {}", summary.error().message());
}

Result<> set_names(ImageStore& store, const Names& names, const oci::Descriptor& target) {
  std::vector<content::NamedDescriptor> entries;
  entries.push_back({.name = names.digest.canonical(), .descriptor = target});
  if (names.tag) entries.push_back({.name = names.tag->canonical(), .descriptor = target});
  return store.names().set_all(entries, content::Names::Displaced::keep_unnamed);
}

oci::Descriptor plain(const oci::Descriptor& descriptor) {
  oci::Descriptor plain;
  plain.media_type = descriptor.media_type;
  plain.digest = descriptor.digest;
  plain.size_bytes = descriptor.size_bytes;
  return plain;
}

Result<PullResult> pull_image(ImageStore& store, registry::Repository& repository,
                              const oci::Reference& reference, const PullOptions& options) {
  auto lease = TRY(content::Lease::create(store.content()));
  DocumentFetcher fetcher(store.content(), repository, lease, options.stop);
  const auto wanted = TRY(find_wanted(store, fetcher, reference, options));
  const auto jobs = TRY(find_jobs(store, lease, wanted));
  const auto names = names_for(reference, wanted.target.digest);
  PullResult result = {.target = plain(wanted.target),
                       .manifest = plain(wanted.descriptor),
                       .id = wanted.manifest.config.digest};
  const bool named = TRY(has_names(store, names, wanted.target.digest));
  const bool complete = std::ranges::all_of(jobs, &LayerJob::unpacked);
  result.up_to_date = named && complete;
  if (result.up_to_date) {
    // The database may be younger than the image, and blobs may have been dropped.
    note_sources(store, reference, wanted);
    return result;
  }
  if (!complete) {
    // First of all what pulls before this one left when they were killed: it may be what fills the disk.
    auto* const snapshots = TRY(store.snapshots());
    if (const auto removed = snapshots->remove_leftovers(); !removed) {
      log::debug("removing leftovers: {}", removed.error().message());
    }
    TRY(check_disk_space(store, jobs));
  }
  TRY(pull_layers(
      store, repository, jobs,
      {.max_parallel = options.max_parallel, .stop = options.stop, .progress = options.progress}));
  note_sources(store, reference, wanted);
  note_summary(store, wanted);
  TRY(set_names(store, names, result.target));
  return result;
}

}  // namespace

Result<PullResult> pull_from(ImageStore& store, registry::Repository& repository,
                             const oci::Reference& reference, const PullOptions& options) {
  const auto& version = reference.digest() ? reference.digest()->to_string()
                                           : reference.tag().value_or(std::string(oci::kDefaultTag));
  options.progress.message(fmt::format("{}: Pulling from {}", version, reference.repository()));
  auto pulled = pull_image(store, repository, reference, options);
  if (pulled || pulled.error().kind() == Errc::canceled) return pulled;
  return with_frame(std::move(pulled).error(), "pulling '{}'", reference.familiar());
}

Result<PullResult> pull(ImageStore& store, const registry::Client& client, const oci::Reference& reference,
                        const PullOptions& options) {
  const auto repository = TRY(client.open(reference));
  return pull_from(store, *repository, reference, options);
}

}  // namespace corten::image
