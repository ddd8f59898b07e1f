#include "registry/artifact.hpp"

#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "codec/hashing_stream.hpp"
#include "oci/annotations.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "registry/digest_of.hpp"
#include "sys/fd_stream.hpp"
#include "sys/file.hpp"

namespace corten::registry {
namespace {

constexpr std::string_view kEmptyConfig = "{}";

// A file that owns its descriptor.
class OwnedFile : public Source {
 public:
  explicit OwnedFile(sys::UniqueFd fd) : fd_(std::move(fd)), source_(fd_) {}
  Result<std::size_t> read(MutableBytes buffer) override { return source_.read(buffer); }

 private:
  sys::UniqueFd fd_;
  sys::FileSource source_;
};

std::string base_name(std::string_view path) {
  const auto parts = cut_last(path, '/');
  return std::string(parts ? parts->after : path);
}

// The parts of a descriptor that every document repeats.
oci::Descriptor reduced(const oci::Descriptor& descriptor) {
  return {
      .media_type = descriptor.media_type, .digest = descriptor.digest, .size_bytes = descriptor.size_bytes};
}

std::string make_manifest(const oci::Descriptor& subject, const oci::Descriptor& config,
                          const Artifact& artifact) {
  oci::Manifest manifest{.media_type = std::string(oci::media_type::kOciManifest),
                         .artifact_type = artifact.type,
                         .config = config,
                         .subject = reduced(subject),
                         .annotations = artifact.annotations};
  for (const auto& file : artifact.files) manifest.layers.push_back(file.descriptor);
  return to_json_text(oci::to_json(manifest));
}

}  // namespace

Result<ArtifactFile> read_artifact_file(const std::string& path, std::string_view media_type) {
  const auto open = [path](std::uint64_t offset) -> Result<std::unique_ptr<Source>> {
    auto fd = TRY(sys::open(path, O_RDONLY));
    TRY_CTX(sys::seek(fd, offset), "opening '{}' at byte {}", path, offset);
    return std::make_unique<OwnedFile>(std::move(fd));
  };
  auto file = TRY(open(0));
  codec::HashingSource hashed(*file);
  TRY_CTX(codec::discard_rest(hashed), "reading '{}'", path);
  const auto hash = hashed.finish_hash();
  oci::Descriptor descriptor{.media_type = std::string(media_type),
                             .digest = oci::Digest::from_sha256(hash.bytes().first<32>()),
                             .size_bytes = static_cast<std::int64_t>(hashed.size_bytes())};
  descriptor.annotations.emplace(oci::annotation::kTitle, base_name(path));
  return ArtifactFile{.descriptor = std::move(descriptor), .open = open};
}

Result<oci::Descriptor> attach_artifact(Repository& repository, const oci::Descriptor& subject,
                                        const Artifact& artifact) {
  for (const auto& file : artifact.files) TRY(repository.push_blob(file.descriptor, file.open));
  const oci::Descriptor config{.media_type = std::string(oci::media_type::kOciEmpty),
                               .digest = digest_of(kEmptyConfig),
                               .size_bytes = static_cast<std::int64_t>(kEmptyConfig.size())};
  const auto open_config = [](std::uint64_t offset) -> Result<std::unique_ptr<Source>> {
    return std::make_unique<MemorySource>(kEmptyConfig.substr(static_cast<std::size_t>(offset)));
  };
  TRY(repository.push_blob(config, open_config));

  const auto manifest = make_manifest(subject, config, artifact);
  oci::Descriptor descriptor{.media_type = std::string(oci::media_type::kOciManifest),
                             .digest = digest_of(manifest),
                             .size_bytes = static_cast<std::int64_t>(manifest.size()),
                             .artifact_type = artifact.type};
  TRY(repository.push_document(manifest, descriptor.media_type, descriptor.digest.to_string()));
  return descriptor;
}

}  // namespace corten::registry
