#include "image/new_image.hpp"

#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "codec/detect.hpp"
#include "codec/hashing_stream.hpp"
#include "content/once.hpp"
#include "content/store.hpp"
#include "image/catalog.hpp"
#include "image/naming.hpp"
#include "oci/media_type.hpp"

namespace corten::image {
namespace {

oci::Digest to_digest(const codec::HashValue& hash) {
  return oci::Digest::from_sha256(hash.bytes().first<32>());
}

// Writes down what passes.
class RecordingSource : public Source {
 public:
  RecordingSource(Source& inner, Sink& record) : inner_(inner), record_(record) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    const auto count = TRY(inner_.read(buffer));
    TRY(record_.write(buffer.first(count)));
    return count;
  }

 private:
  Source& inner_;
  Sink& record_;
};

std::string_view layer_media_type(codec::Compression compression) {
  switch (compression) {
    case codec::Compression::gzip:
      return oci::media_type::kOciLayerGzip;
    case codec::Compression::zstd:
      return oci::media_type::kOciLayerZstd;
    default:
      return oci::media_type::kOciLayer;
  }
}

}  // namespace

struct LayerIntake::State {
  snapshot::Snapshotter* snapshots;
  std::unique_ptr<snapshot::LayerWriter> writer;
  std::optional<content::Ingest> ingest;
  oci::Descriptor blob;
  oci::Digest diff_id;

  ~State() {
    if (ingest) (void)std::move(*ingest).abort();
  }
};

LayerIntake::LayerIntake(std::unique_ptr<State> state) : state_(std::move(state)) {}
LayerIntake::LayerIntake(LayerIntake&&) noexcept = default;
LayerIntake& LayerIntake::operator=(LayerIntake&&) noexcept = default;
LayerIntake::~LayerIntake() = default;

std::uint64_t LayerIntake::size_bytes() const { return static_cast<std::uint64_t>(state_->blob.size_bytes); }

Result<LayerIntake> LayerIntake::read(ImageStore& store, Source& tar) {
  auto state = std::make_unique<State>();
  state->snapshots = TRY(store.snapshots());
  state->writer = TRY(state->snapshots->begin_layer());
  const auto ref = TRY(content::once_name());
  // gc may look at it for a moment before it is locked.
  auto ingest = TRY(store.content().begin_ingest(ref, {.timeout = std::chrono::seconds{30}}));
  state->ingest.emplace(std::move(ingest));

  RecordingSource recorded(tar, *state->ingest);
  // The blob's digest must be known before it is published, so that the lease holds it from the beginning; of
  // a plain tar it is the diffID.
  codec::HashingSource hashed(recorded);
  auto plain = TRY(codec::open_decompressed(hashed));
  codec::HashingSource contents(*plain.source);
  TRY(state->writer->apply(contents));
  TRY(codec::discard_rest(contents));
  TRY(codec::discard_rest(hashed));

  // What a download that failed gives to a pipe; a tar without entries has 1024 bytes.
  if (contents.size_bytes() == 0) return fail(Errc::invalid_argument, "the input is empty");

  state->diff_id = to_digest(contents.finish_hash());
  state->blob = {.media_type = std::string(layer_media_type(plain.compression)),
                 .digest = to_digest(hashed.finish_hash()),
                 .size_bytes = static_cast<std::int64_t>(hashed.size_bytes())};
  return LayerIntake(std::move(state));
}

Result<NewLayer> LayerIntake::commit(content::Lease& lease) && {
  const auto state = std::move(state_);
  // The lowest layer's chain id is its diffID.
  TRY(lease.hold(state->diff_id));
  TRY(lease.hold(state->blob.digest));
  auto ingest = std::move(*state->ingest);
  state->ingest.reset();
  TRY(std::move(ingest).commit(state->blob.digest, static_cast<std::uint64_t>(state->blob.size_bytes)));
  TRY(state->snapshots->commit(std::move(state->writer),
                               {.chain_id = state->diff_id, .diff_id = state->diff_id, .parent = {}}));
  return NewLayer{.blob = state->blob, .diff_id = state->diff_id};
}

Result<oci::Digest> put_leased(const ImageStore& store, content::Lease& lease, std::string_view bytes) {
  TRY(lease.hold(content::digest_of(bytes)));
  return store.content().put(bytes);
}

Result<NewImage> store_image(const ImageStore& store, content::Lease& lease, oci::ImageConfig config,
                             const std::vector<NewLayer>& layers,
                             const std::map<std::string, std::string>& annotations) {
  oci::Manifest manifest{.media_type = std::string(oci::media_type::kOciManifest),
                         .annotations = annotations};
  config.rootfs.diff_ids.clear();
  for (const auto& layer : layers) {
    config.rootfs.diff_ids.push_back(layer.diff_id);
    manifest.layers.push_back(layer.blob);
  }
  const auto config_text = to_json_text(to_json(config));
  const auto id = TRY(put_leased(store, lease, config_text));
  manifest.config = {.media_type = std::string(oci::media_type::kOciConfig),
                     .digest = id,
                     .size_bytes = static_cast<std::int64_t>(config_text.size())};
  const auto manifest_text = to_json_text(to_json(manifest));
  const auto digest = TRY(put_leased(store, lease, manifest_text));
  return NewImage{.manifest = {.media_type = manifest.media_type,
                               .digest = digest,
                               .size_bytes = static_cast<std::int64_t>(manifest_text.size())},
                  .id = id};
}

Result<> name_image(ImageStore& store, const std::optional<oci::Reference>& name,
                    const oci::Descriptor& manifest) {
  if (!name) return store.names().add_unnamed(manifest);
  TRY(set_name(store, *name, manifest));
  return {};
}

oci::Platform platform_of_new_images() {
  auto platform = this_platform();
  if (platform.architecture != "arm") platform.variant.clear();
  return platform;
}

}  // namespace corten::image
