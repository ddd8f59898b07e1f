#include "image/push.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/log.hpp"
#include "content/lease.hpp"
#include "image/blob_sources.hpp"
#include "image/naming.hpp"
#include "image/push_blobs.hpp"
#include "image/push_plan.hpp"
#include "oci/media_type.hpp"

namespace corten::image {
namespace {

CompressOptions compress_options(const PushOptions& options) {
  return {.compression = options.compression, .level = options.compression_level};
}

bool is_image(const oci::Manifest& manifest) {
  return oci::classify_media_type(manifest.config.media_type).kind == oci::BlobKind::config;
}

// A layer that a registry had goes back as it is, so that its image keeps its digest.
bool wants_compression(const PushJob& job, const PushOptions& options) {
  const auto blob = oci::classify_media_type(job.blob.media_type);
  return options.compression != LayerCompression::keep && blob.kind == oci::BlobKind::layer &&
         blob.compression == oci::Compression::none && blob.distribution == oci::Distribution::free &&
         job.sources.empty();
}

// Registries only name where foreign layers are.
bool is_foreign(const oci::Descriptor& blob) {
  return oci::classify_media_type(blob.media_type).distribution == oci::Distribution::foreign &&
         !blob.urls.empty();
}

// Each blob of all manifests once.
class JobList {
 public:
  JobList(ImageStore& store, const PushOptions& options) : store_(store), options_(options) {}

  Result<> add(const oci::Manifest& manifest) {
    for (const auto& layer : manifest.layers) {
      if (is_foreign(layer)) {
        options_.progress.message(fmt::format("{}: Skipped foreign layer", layer.digest.short_hex()));
      } else {
        TRY(add(layer, is_image(manifest)));
      }
    }
    return add(manifest.config, false);
  }

  const std::vector<PushJob>& jobs() const { return jobs_; }
  std::size_t position(const oci::Digest& digest) const { return positions_.at(digest); }
  bool contains(const oci::Digest& digest) const { return positions_.contains(digest); }

 private:
  Result<> add(const oci::Descriptor& blob, bool is_layer) {
    if (!positions_.emplace(blob.digest, jobs_.size()).second) return {};
    PushJob job = {.blob = blob, .show = is_layer};
    job.sources = find_sources(store_, blob.digest);
    job.compress = is_layer && wants_compression(job, options_);
    if (job.compress) {
      auto before = find_compressed(store_, blob.digest, compress_options(options_));
      if (before) job.compressed_before = std::move(*before);
      if (!before) log::debug("finding a compressed layer: {}", before.error().message());
    }
    jobs_.push_back(std::move(job));
    return {};
  }

  ImageStore& store_;
  const PushOptions& options_;
  std::vector<PushJob> jobs_;
  std::map<oci::Digest, std::size_t> positions_;
};

class Push {
 public:
  Push(ImageStore& store, registry::Repository& repository, const OpenRepository& open,
       const oci::Reference& reference, const PushOptions& options)
      : store_(store), repository_(repository), open_(open), reference_(reference), options_(options) {}

  Result<PushResult> run();

 private:
  Result<content::NamedDescriptor> require_entry() const;
  Result<PushPlan> make_plan(content::Lease& lease, content::NamedDescriptor& entry);
  Result<StoredDocument> rewrite(content::Lease& lease, StoredDocument manifest, const JobList& jobs,
                                 const std::vector<PushedBlob>& pushed);
  Result<StoredDocument> rewrite_index(content::Lease& lease, StoredDocument index,
                                       const std::vector<StoredDocument>& before,
                                       const std::vector<StoredDocument>& after);
  Result<StoredDocument> keep(content::Lease& lease, oci::Descriptor descriptor, std::string bytes);
  Result<> put_documents(const PushPlan& plan, const std::string& tag);
  void note(const JobList& jobs, const std::vector<PushedBlob>& pushed);
  Result<> name(const PushPlan& plan, const oci::Descriptor& before, const oci::Descriptor& after);

  ImageStore& store_;
  registry::Repository& repository_;
  const OpenRepository& open_;
  const oci::Reference& reference_;
  const PushOptions& options_;
};

Result<StoredDocument> Push::keep(content::Lease& lease, oci::Descriptor descriptor, std::string bytes) {
  descriptor.digest = content::digest_of(bytes);
  descriptor.size_bytes = static_cast<std::int64_t>(bytes.size());
  descriptor.data.reset();
  TRY(lease.hold(descriptor.digest));
  TRY(store_.content().put(bytes));
  auto document = TRY(oci::receive_document(std::move(bytes), descriptor.media_type));
  return StoredDocument{.descriptor = std::move(descriptor), .document = std::move(document)};
}

Result<StoredDocument> Push::rewrite(content::Lease& lease, StoredDocument manifest, const JobList& jobs,
                                     const std::vector<PushedBlob>& pushed) {
  const auto& old = *manifest.document->manifest();
  std::vector<std::optional<BlobName>> blobs;
  for (const auto& layer : old.layers) {
    const bool moved = jobs.contains(layer.digest);
    blobs.push_back(moved ? pushed[jobs.position(layer.digest)].compressed : std::nullopt);
  }
  if (std::ranges::none_of(blobs, [](const auto& blob) { return blob.has_value(); })) return manifest;
  const auto changed = with_compressed_layers(old, blobs, options_.compression);
  auto descriptor = manifest.descriptor;
  if (!changed.media_type.empty()) descriptor.media_type = changed.media_type;
  if (options_.compression == LayerCompression::zstd) {
    descriptor.media_type = std::string(oci::media_type::kOciManifest);
  }
  return keep(lease, std::move(descriptor), to_json(changed).dump());
}

Result<StoredDocument> Push::rewrite_index(content::Lease& lease, StoredDocument index,
                                           const std::vector<StoredDocument>& before,
                                           const std::vector<StoredDocument>& after) {
  auto changed = *index.document->index();
  bool any = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].descriptor.digest == after[i].descriptor.digest) continue;
    any = true;
    for (auto& entry : changed.manifests) {
      if (entry.digest != before[i].descriptor.digest) continue;
      entry.digest = after[i].descriptor.digest;
      entry.size_bytes = after[i].descriptor.size_bytes;
      entry.media_type = after[i].descriptor.media_type;
      entry.data.reset();
    }
  }
  if (!any) return index;
  return keep(lease, index.descriptor, to_json(changed).dump());
}

Result<> Push::put_documents(const PushPlan& plan, const std::string& tag) {
  for (const auto& manifest : plan.manifests) {
    if (options_.stop.stop_requested()) return fail(Errc::canceled, "canceled");
    const auto name = plan.index ? manifest.descriptor.digest.to_string() : tag;
    TRY(repository_.push_document(manifest.document.bytes(), manifest.descriptor.media_type, name));
  }
  if (!plan.index) return {};
  return repository_.push_document(plan.index->document.bytes(), plan.index->descriptor.media_type, tag);
}

// Notes make the next push cheaper; without them this one has succeeded all the same.
void Push::note(const JobList& jobs, const std::vector<PushedBlob>& pushed) {
  std::vector<oci::Digest> digests;
  for (std::size_t i = 0; i < pushed.size(); ++i) {
    const auto& job = jobs.jobs()[i];
    const auto& compressed = pushed[i].compressed;
    digests.push_back(compressed ? compressed->digest : job.blob.digest);
    if (!compressed || compressed == job.compressed_before) continue;
    const auto noted = note_compressed(store_, job.blob.digest, compress_options(options_), *compressed);
    if (!noted) log::debug("noting a compressed layer: {}", noted.error().message());
  }
  const auto noted = note_blob_sources(store_, digests, reference_.name());
  if (!noted) log::debug("noting where blobs went: {}", noted.error().message());
}

// A push takes its time, and meanwhile others may have moved the tag or removed the image: theirs is the last
// word, and what gc may have begun to remove gets no name again.
Result<> Push::name(const PushPlan& plan, const oci::Descriptor& before, const oci::Descriptor& after) {
  const auto with_digest = reference_.without_version().with_digest(after.digest);
  bool named = TRY(set_name_if(store_, with_digest, after, has_entry(before.digest)));
  // The compressed form of the same image takes its place, and nothing is left without a name.
  if (named && !plan.is_part && after.digest != before.digest) {
    const auto tag = reference_.canonical();
    named = TRY(store_.names().set_if(tag, after, stands_for(tag, before.digest)));
  }
  if (!named) {
    options_.progress.message(
        fmt::format("Warning: {} was moved or removed meanwhile and stays so", reference_.familiar()));
  }
  return {};
}

Result<content::NamedDescriptor> Push::require_entry() const {
  auto entry = TRY(store_.names().find(reference_.canonical()));
  if (entry) return std::move(*entry);
  return with_hint(
      fail(Errc::not_found, "an image does not exist locally with the tag: {}", reference_.familiar()),
      "'corten images' lists what is here; 'corten tag' gives an image another name");
}

// The name is looked up again: before all was leased, another command may have removed the image, or given
// the name to another one, which `entry` is then.
Result<PushPlan> Push::make_plan(content::Lease& lease, content::NamedDescriptor& entry) {
  while (true) {
    auto plan = plan_push(store_, lease, entry.descriptor, options_.platform);
    auto again = TRY(require_entry());
    if (again.descriptor.digest == entry.descriptor.digest) return plan;
    entry = std::move(again);
  }
}

Result<PushResult> Push::run() {
  auto entry = TRY(require_entry());
  auto lease = TRY(content::Lease::create(store_.content()));
  auto plan = TRY(make_plan(lease, entry));
  if (!plan.note.empty()) options_.progress.message(plan.note);
  JobList jobs(store_, options_);
  for (const auto& manifest : plan.manifests) TRY(jobs.add(*manifest.document->manifest()));
  const auto pushed = TRY(push_blobs({.store = store_,
                                      .repository = repository_,
                                      .open = open_,
                                      .reference = reference_,
                                      .lease = lease,
                                      .options = options_},
                                     jobs.jobs()));
  PushPlan changed = {.manifests = {}, .index = std::nullopt, .is_part = plan.is_part, .note = {}};
  for (const auto& manifest : plan.manifests) {
    auto rewritten = TRY(rewrite(lease, manifest, jobs, pushed));
    changed.manifests.push_back(std::move(rewritten));
  }
  if (plan.index) {
    changed.index = TRY(rewrite_index(lease, std::move(*plan.index), plan.manifests, changed.manifests));
  }
  TRY(put_documents(changed, *reference_.tag()));
  note(jobs, pushed);
  const auto& top = changed.index ? *changed.index : changed.manifests.front();
  PushResult result = {.target = {.media_type = top.descriptor.media_type,
                                  .digest = top.descriptor.digest,
                                  .size_bytes = top.descriptor.size_bytes}};
  TRY(name(plan, entry.descriptor, result.target));
  return result;
}

}  // namespace

Result<PushResult> push_to(ImageStore& store, registry::Repository& repository, const OpenRepository& open,
                           const oci::Reference& reference, const PushOptions& options) {
  if (reference.digest()) {
    return fail(Errc::invalid_argument, "cannot push a digest reference: '{}'", reference.familiar());
  }
  TRY(check_compress_options(compress_options(options)));
  options.progress.message(fmt::format("The push refers to repository [{}]", reference.name()));
  auto pushed = Push(store, repository, open, reference, options).run();
  if (pushed || pushed.error().kind() == Errc::canceled) return pushed;
  return with_frame(std::move(pushed).error(), "pushing '{}'", reference.familiar());
}

Result<PushResult> push(ImageStore& store, const registry::Client& client, const oci::Reference& reference,
                        const PushOptions& options) {
  const auto repository = TRY(client.open(reference));
  return push_to(
      store, *repository, [&](const oci::Reference& other) { return client.open(other); }, reference,
      options);
}

}  // namespace corten::image
