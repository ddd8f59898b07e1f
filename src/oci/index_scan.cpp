#include "oci/index_scan.hpp"

#include "base/json_scanner.hpp"
#include "oci/media_type.hpp"

namespace corten::oci {
namespace {

class IndexScan {
 public:
  explicit IndexScan(std::string_view bytes) : json_(bytes) {}

  std::optional<Index> scan(const DocumentLimits& limits) {
    std::optional<std::int64_t> version;
    std::optional<std::string> media_type;
    std::optional<std::vector<Descriptor>> manifests;
    const bool read = json_.read_object([&](std::string_view name) {
      if (name == "schemaVersion") return read_number(version);
      if (name == "mediaType") return read_text(media_type);
      return name == "manifests" && read_manifests(manifests);
    });
    const bool typed = !media_type || *media_type == media_type::kOciIndex;
    if (!read || !json_.at_end() || !typed || version != kSchemaVersion || !manifests ||
        manifests->size() > limits.max_descriptors || json_.values() > limits.max_values) {
      return std::nullopt;
    }
    return Index{.media_type = std::move(media_type).value_or(""), .manifests = std::move(*manifests)};
  }

 private:
  // Each of these gives up at a member that was there before.

  bool read_number(std::optional<std::int64_t>& out) {
    if (out) return false;
    out = json_.read_number();
    return out.has_value();
  }

  bool read_text(std::optional<std::string>& out) {
    if (out) return false;
    const auto text = json_.read_string();
    if (text) out = *text;
    return text.has_value();
  }

  bool read_digest(std::optional<Digest>& out) {
    if (out) return false;
    const auto text = json_.read_string();
    if (!text) return false;
    const auto digest = Digest::parse(*text);
    if (digest) out = *digest;
    return digest.has_value();
  }

  bool read_annotations(std::optional<std::map<std::string, std::string>>& out) {
    if (out) return false;
    out.emplace();
    return json_.read_object([&](std::string_view name) {
      const auto text = json_.read_string();
      return text && out->emplace(name, *text).second;
    });
  }

  bool read_platform(std::optional<Platform>& out) {
    if (out) return false;
    std::optional<std::string> os;
    std::optional<std::string> architecture;
    std::optional<std::string> variant;
    const bool read = json_.read_object([&](std::string_view name) {
      if (name == "os") return read_text(os);
      if (name == "architecture") return read_text(architecture);
      return name == "variant" && read_text(variant);
    });
    if (!read) return false;
    out = Platform{.os = std::move(os).value_or(""),
                   .architecture = std::move(architecture).value_or(""),
                   .variant = std::move(variant).value_or("")};
    return true;
  }

  bool read_manifests(std::optional<std::vector<Descriptor>>& out) {
    if (out) return false;
    out.emplace();
    return json_.read_array([&] { return read_descriptor(out->emplace_back()); });
  }

  bool read_descriptor(Descriptor& out) {
    std::optional<std::string> media_type;
    std::optional<Digest> digest;
    std::optional<std::int64_t> size;
    std::optional<std::map<std::string, std::string>> annotations;
    std::optional<std::string> artifact_type;
    const bool read = json_.read_object([&](std::string_view name) {
      if (name == "mediaType") return read_text(media_type);
      if (name == "digest") return read_digest(digest);
      if (name == "size") return read_number(size);
      if (name == "annotations") return read_annotations(annotations);
      if (name == "platform") return read_platform(out.platform);
      return name == "artifactType" && read_text(artifact_type);
    });
    if (!read || !media_type || !is_media_type(*media_type) || !digest || !size) return false;
    out.media_type = std::move(*media_type);
    out.digest = *digest;
    out.size_bytes = *size;
    if (annotations) out.annotations = std::move(*annotations);
    if (artifact_type) out.artifact_type = std::move(*artifact_type);
    return true;
  }

  JsonScanner json_;
};

}  // namespace

std::optional<Index> scan_index(std::string_view bytes, const DocumentLimits& limits) {
  if (bytes.size() > limits.max_bytes) return std::nullopt;
  return IndexScan(bytes).scan(limits);
}

}  // namespace corten::oci
