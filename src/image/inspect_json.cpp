#include "image/inspect_json.hpp"

#include <nlohmann/json.hpp>

namespace corten::image {
namespace {

constexpr auto kZeroTime = "0001-01-01T00:00:00Z";  // Go's, where there is none

Json texts(const std::vector<oci::Reference>& names) {
  Json list = Json::array();
  for (const auto& name : names) list.push_back(name.familiar());
  return list;
}

Json texts(const std::vector<oci::Digest>& digests) {
  Json list = Json::array();
  for (const auto& digest : digests) list.push_back(digest.to_string());
  return list;
}

// The document's own form, and null for what it does not have: Go's zero values of Docker's type.
Json config_json(const oci::ContainerConfig& config) {
  Json json = oci::to_json(config);
  for (const auto* name :
       {"Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "OnBuild", "Shell", "Volumes"}) {
    json.emplace(name, nullptr);
  }
  for (const auto* name : {"StopSignal", "User", "WorkingDir"}) json.emplace(name, "");
  return json;
}

// The comment of the image is that of its last step, as Docker's own converter has it.
std::string comment_of(const oci::ImageConfig& config) {
  return config.history.empty() ? std::string() : config.history.back().comment;
}

Json driver_json(ImageStore& store, const ImageSummary& summary) {
  std::string name;
  // A store that may only be read has images to inspect even if it has no layers to use.
  const auto snapshots = store.find_snapshots();
  if (snapshots && *snapshots != nullptr) name = (*snapshots)->driver();
  Json data = nullptr;
  if (!summary.chain_ids.empty()) {
    std::string chains;
    for (const auto& chain : summary.chain_ids) chains += (chains.empty() ? "" : ",") + chain.to_string();
    data = {{"ChainIDs", chains}};
  }
  return {{"Name", name}, {"Data", std::move(data)}};
}

}  // namespace

Result<Json> inspect_image(ImageStore& store, const ImageRecord& image) {
  const auto& summary = image.summary;
  const auto documents = TRY(read_documents(store.content(), summary.manifest));
  const auto& config = documents.config.value();
  return Json{
      {"Id", summary.id.to_string()},
      {"RepoTags", texts(image.tags)},
      {"RepoDigests", texts(image.digests)},
      {"Parent", ""},
      {"Comment", comment_of(config)},
      {"Created", config.created ? format_rfc3339(*config.created) : kZeroTime},
      {"Author", config.author},
      {"Config", config_json(config.config)},
      {"Architecture", config.architecture},
      {"Variant", config.variant},
      {"Os", config.os},
      {"OsVersion", config.os_version},
      {"Size", summary.size_bytes},
      {"VirtualSize", summary.size_bytes},
      {"GraphDriver", driver_json(store, summary)},
      {"RootFS", {{"Type", config.rootfs.type}, {"Layers", texts(config.rootfs.diff_ids)}}},
      {"Metadata", {{"LastTagTime", kZeroTime}}},
      {"Descriptor", oci::to_json(summary.manifest)},
  };
}

}  // namespace corten::image
