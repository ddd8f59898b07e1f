#include <sys/utsname.h>

#include <fstream>
#include <string>

#include "content/store.hpp"
#include "image/catalog.hpp"
#include "oci/document.hpp"
#include "oci/media_type.hpp"
#include "sys/file.hpp"

namespace corten::image {
namespace {

// The flags of the first processor: those of the others are the same where it matters.
std::string read_cpu_flags() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.starts_with("flags")) return line.substr(line.find(':') + 1);
  }
  return {};
}

oci::Platform find_platform() {
  utsname name{};
  const std::string machine = ::uname(&name) == 0 ? name.machine : "";
  return oci::host_platform(machine, machine == "x86_64" ? read_cpu_flags() : "");
}

}  // namespace

Result<ImageDocuments> read_documents(const content::Store& store, const oci::Descriptor& manifest) {
  const auto what = manifest.digest.to_string();
  auto manifest_bytes = TRY(store.read_blob(manifest.digest, oci::kMaxDocumentBytes));
  const auto document = TRY(oci::parse_document(manifest_bytes, manifest.media_type, what));
  if (document.manifest() == nullptr) {
    return fail(Errc::invalid_argument, "'{}' is an index, not the manifest of one image", what);
  }
  const auto& config = document.manifest()->config;
  if (oci::classify_media_type(config.media_type).kind != oci::BlobKind::config) {
    return fail(Errc::unsupported, "'{}' is an artifact (its config has the type '{}'), not an image", what,
                config.media_type);
  }
  auto config_bytes =
      TRY_CTX(store.read_blob(config.digest, oci::kMaxConfigBytes), "reading image '{}'", what);
  auto parsed = TRY_CTX(oci::receive_image_config(std::move(config_bytes)), "reading image '{}'", what);
  TRY(oci::validate_against_manifest(parsed.value(), *document.manifest()));
  return ImageDocuments{.manifest = {std::move(manifest_bytes), *document.manifest()},
                        .config = std::move(parsed)};
}

Result<std::optional<ImageDocuments>> find_documents(const content::Store& store,
                                                     const oci::Descriptor& manifest) {
  auto documents = read_documents(store, manifest);
  if (documents) return std::move(*documents);
  if (documents.error().kind() == Errc::not_found) return std::nullopt;
  return std::unexpected(std::move(documents).error());
}

std::vector<oci::Digest> chain_ids_of(const oci::ImageConfig& config) {
  return oci::chain_ids(config.rootfs.diff_ids, content::digest_of);
}

const oci::Platform& this_platform() {
  static const oci::Platform platform = find_platform();
  return platform;
}

}  // namespace corten::image
