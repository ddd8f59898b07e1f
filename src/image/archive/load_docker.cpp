#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "codec/detect.hpp"
#include "image/archive/archive_names.hpp"
#include "image/archive/docker_manifest.hpp"
#include "image/archive/unpack_image.hpp"
#include "image/catalog.hpp"
#include "oci/media_type.hpp"
#include "oci/platform_match.hpp"
#include "sys/fd_stream.hpp"

namespace corten::image {
namespace {

class DockerLoader {
 public:
  DockerLoader(ImageStore& store, content::Lease& lease, ArchiveSource& archive, const LoadOptions& options)
      : store_(store), lease_(lease), archive_(archive), options_(options) {}

  // Everything but the names: of an archive with one bad image, none is named.
  Result<std::optional<NewImage>> take(const DockerArchiveImage& image) {
    const auto config_member = TRY(require_member(image.config, "the config"));
    auto bytes = TRY(store_.content().read_blob(config_member.digest, oci::kMaxConfigBytes));
    const auto config = TRY_CTX(oci::parse_image_config(bytes), "config '{}'", printable(image.config));
    if (options_.platform && !oci::platform_matches(oci::normalize(config.platform()), *options_.platform)) {
      return std::nullopt;
    }
    oci::Manifest manifest{.media_type = std::string(oci::media_type::kOciManifest)};
    manifest.config = {.media_type = std::string(oci::media_type::kOciConfig),
                       .digest = config_member.digest,
                       .size_bytes = static_cast<std::int64_t>(config_member.size_bytes)};
    for (const auto& layer : image.layers) {
      auto descriptor = TRY(describe_layer(layer));
      manifest.layers.push_back(std::move(descriptor));
    }
    TRY_CTX(oci::validate_against_manifest(config, manifest), "image '{}'", printable(image.config));
    TRY(unpack_layers(store_, lease_, config, manifest.layers, options_));
    const auto text = to_json_text(to_json(manifest));
    const auto digest = TRY(put_leased(store_, lease_, text));
    return NewImage{.manifest = {.media_type = manifest.media_type,
                                 .digest = digest,
                                 .size_bytes = static_cast<std::int64_t>(text.size())},
                    .id = config_member.digest};
  }

 private:
  Result<ArchiveMember> require_member(const std::string& given, std::string_view what) {
    const auto name = normalize_member_name(given);
    if (!name) {
      return fail(Errc::invalid_argument, "{} '{}' of {} leads out of the archive", what, printable(given),
                  kDockerManifestFile);
    }
    const auto member = TRY(archive_.find_member(*name));
    if (!member) {
      return fail(Errc::invalid_argument, "{} '{}' of {} is not in the archive", what, printable(given),
                  kDockerManifestFile);
    }
    return *member;
  }

  // A docker-archive does not say how its layers are compressed: usually not at all.
  Result<oci::Descriptor> describe_layer(const std::string& name) {
    const auto member = TRY(require_member(name, "the layer"));
    const auto blob = TRY(store_.content().open_blob(member.digest));
    sys::FdSource bytes(blob);
    codec::PeekSource start(bytes);
    const auto first = TRY(start.peek(codec::kDetectBytes));
    const auto compression = codec::detect_compression(first);
    std::string_view media_type = oci::media_type::kOciLayer;
    if (compression == codec::Compression::gzip) media_type = oci::media_type::kOciLayerGzip;
    if (compression == codec::Compression::zstd) media_type = oci::media_type::kOciLayerZstd;
    return oci::Descriptor{.media_type = std::string(media_type),
                           .digest = member.digest,
                           .size_bytes = static_cast<std::int64_t>(member.size_bytes)};
  }

  ImageStore& store_;
  content::Lease& lease_;
  ArchiveSource& archive_;
  const LoadOptions& options_;
};

std::vector<oci::Reference> take_names(const std::vector<std::string>& tags,
                                       std::vector<std::string>& problems) {
  std::set<oci::Reference> names;
  for (const auto& tag : tags) {
    if (auto name = take_archive_name(tag, problems)) names.insert(std::move(*name));
  }
  return {names.begin(), names.end()};
}

}  // namespace

Result<Loaded> load_docker_archive(ImageStore& store, content::Lease& lease, ArchiveSource& archive,
                                   std::string_view manifest_text, const LoadOptions& options) {
  const auto images = TRY(parse_docker_manifest(manifest_text));
  DockerLoader loader(store, lease, archive, options);
  Loaded loaded;
  for (const auto& image : images) {
    auto taken = TRY(loader.take(image));
    if (!taken) continue;
    auto names = take_names(image.repo_tags, loaded.problems);
    loaded.images.push_back({.image = std::move(*taken), .names = std::move(names)});
  }
  return loaded;
}

}  // namespace corten::image
