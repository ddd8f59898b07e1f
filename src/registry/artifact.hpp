#pragma once

#include <map>
#include <string>
#include <vector>

#include "oci/descriptor.hpp"
#include "registry/repository.hpp"

namespace corten::registry {

/// What an artifact is taken for that does not say its type.
inline constexpr std::string_view kUnknownArtifactType = "application/vnd.unknown.artifact.v1";

/// A file of an artifact: a blob with its name as an annotation.
struct ArtifactFile {
  oci::Descriptor descriptor;
  BlobOpener open;
};

/// Hashes a file that is to become part of an artifact; its title is the last part of its path. The file is
/// opened again to be pushed.
Result<ArtifactFile> read_artifact_file(const std::string& path, std::string_view media_type);

struct Artifact {
  std::string type = std::string(kUnknownArtifactType);
  std::map<std::string, std::string> annotations = {};
  std::vector<ArtifactFile> files = {};  ///< At least one.
};

/// Pushes an artifact that refers to `subject` in the same repository: its files, the empty config, then the
/// manifest by its digest (image-spec manifest.md "Guidelines for Artifact Usage"). The same artifact gives
/// the same manifest each time. Its descriptor.
Result<oci::Descriptor> attach_artifact(Repository& repository, const oci::Descriptor& subject,
                                        const Artifact& artifact);

}  // namespace corten::registry
