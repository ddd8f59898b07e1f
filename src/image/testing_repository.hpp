#pragma once

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "codec/gzip_sink.hpp"
#include "codec/tar_writer.hpp"
#include "content/store.hpp"
#include "oci/image_config.hpp"
#include "oci/index.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "registry/repository.hpp"

/// A registry in memory, and images whose layers can be unpacked. For tests.
namespace corten::image::testing {

/// A repository that answers from memory, writes down what it was asked, and can be told to misbehave.
class FakeRepository : public registry::Repository {
 public:
  /// What a blob's reader gets in place of the truth.
  struct Fault {
    std::optional<std::string> bytes = {};          ///< Other bytes.
    std::optional<std::uint64_t> break_after = {};  ///< The connection breaks after so many from the offset.
    bool stalls = false;                            ///< Nothing comes until the reader is to stop.
  };

  std::map<std::string, std::string> blobs;                              ///< By digest.
  std::map<std::string, std::pair<std::string, std::string>> documents;  ///< Digest: media type, bytes.
  std::map<std::string, std::string> tags;                               ///< Tag: digest.
  std::map<std::string, Fault> faults;                                   ///< By digest.
  std::vector<std::string> log;  ///< "HEAD t", "GET t", "BLOB digest 0".
  std::vector<std::string> mount_requests;

  std::string put_blob(const std::string& bytes) {
    const auto digest = content::digest_of(bytes).to_string();
    blobs[digest] = bytes;
    return digest;
  }
  oci::Descriptor put_document(const std::string& bytes, std::string_view media_type,
                               const std::string& tag = {}) {
    const auto digest = content::digest_of(bytes);
    documents[digest.to_string()] = {std::string(media_type), bytes};
    if (!tag.empty()) tags[tag] = digest.to_string();
    return {.media_type = std::string(media_type),
            .digest = digest,
            .size_bytes = static_cast<std::int64_t>(bytes.size())};
  }
  std::size_t count(std::string_view prefix) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(log, [&](const std::string& line) { return line.starts_with(prefix); }));
  }

  Result<oci::Descriptor> resolve(std::string_view name) override {
    note("HEAD " + std::string(name));
    const auto fetched = TRY(find(name));
    return fetched.descriptor;
  }
  Result<registry::FetchedDocument> fetch_document(std::string_view name) override {
    note("GET " + std::string(name));
    return find(name);
  }
  Result<std::unique_ptr<Source>> fetch_blob(const oci::Descriptor& descriptor, std::uint64_t offset,
                                             const std::stop_token& stop) override {
    const auto digest = descriptor.digest.to_string();
    note("BLOB " + digest + " " + std::to_string(offset));
    const std::lock_guard lock(mutex_);
    const auto& fault = faults[digest];
    const auto found = blobs.find(digest);
    if (found == blobs.end()) return fail(Errc::not_found, "no blob '{}'", digest);
    if (fault.stalls) return std::make_unique<StalledSource>(stop);
    return std::make_unique<BlobSource>(fault.bytes.value_or(found->second), offset, fault.break_after);
  }
  Result<bool> has_blob(const oci::Digest& digest) override {
    note("HAS " + digest.to_string());
    const std::lock_guard lock(mutex_);
    return blobs.contains(digest.to_string());
  }
  Result<registry::PushOutcome> push_blob(const oci::Descriptor& descriptor, const registry::BlobOpener& open,
                                          const registry::PushBlobOptions& options) override {
    const auto digest = descriptor.digest.to_string();
    {
      const std::lock_guard lock(mutex_);
      for (const auto& from : options.mount_from) mount_requests.push_back(from);
      if (blobs.contains(digest)) return registry::PushOutcome::already_there;
    }
    const auto source = TRY(open(0));
    MemorySink sink;
    TRY(copy_stream(*source, sink));
    if (options.on_bytes) options.on_bytes(static_cast<std::int64_t>(sink.text().size()));
    if (content::digest_of(sink.text()) != descriptor.digest) return fail(Errc::data_loss, "digest invalid");
    note("PUT " + digest);
    const std::lock_guard lock(mutex_);
    blobs[digest] = sink.take();
    return registry::PushOutcome::uploaded;
  }
  Result<> push_document(std::string_view bytes, std::string_view media_type,
                         std::string_view name) override {
    const bool by_digest = name.find(':') != std::string_view::npos;
    put_document(std::string(bytes), media_type, by_digest ? std::string() : std::string(name));
    return {};
  }
  Result<std::vector<oci::Descriptor>> list_referrers(const oci::Digest&, std::string_view) override {
    return std::vector<oci::Descriptor>{};
  }
  Result<std::vector<std::string>> list_tags() override {
    std::vector<std::string> names;
    for (const auto& [tag, digest] : tags) names.push_back(tag);
    return names;
  }
  Result<> delete_document(const oci::Digest&) override { return {}; }

 private:
  class BlobSource : public Source {
   public:
    BlobSource(std::string bytes, std::uint64_t offset, std::optional<std::uint64_t> break_after)
        : bytes_(std::move(bytes)), position_(offset), left_(break_after) {}

    Result<std::size_t> read(MutableBytes buffer) override {
      if (left_ && *left_ == 0) return fail(Errc::unavailable, "the connection broke");
      auto size = std::min<std::uint64_t>(buffer.size(), bytes_.size() - std::min(position_, bytes_.size()));
      if (left_) size = std::min(size, *left_);
      std::copy_n(bytes_.data() + position_, size, buffer.data());
      position_ += size;
      if (left_) *left_ -= size;
      return static_cast<std::size_t>(size);
    }

   private:
    std::string bytes_;
    std::uint64_t position_;
    std::optional<std::uint64_t> left_;
  };

  class StalledSource : public Source {
   public:
    explicit StalledSource(std::stop_token stop) : stop_(std::move(stop)) {}

    Result<std::size_t> read(MutableBytes) override {
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any().wait(lock, stop_, [] { return false; });
      return fail(Errc::canceled, "canceled");
    }

   private:
    std::stop_token stop_;
  };

  void note(std::string line) {
    const std::lock_guard lock(mutex_);
    log.push_back(std::move(line));
  }
  Result<registry::FetchedDocument> find(std::string_view name) const {
    const auto tag = tags.find(std::string(name));
    const auto digest = tag == tags.end() ? std::string(name) : tag->second;
    const auto found = documents.find(digest);
    if (found == documents.end()) return fail(Errc::not_found, "no manifest '{}'", name);
    auto document = TRY(oci::receive_document(found->second.second, found->second.first));
    return registry::FetchedDocument{
        .descriptor = {.media_type = found->second.first,
                       .digest = content::digest_of(found->second.second),
                       .size_bytes = static_cast<std::int64_t>(found->second.second.size())},
        .document = std::move(document)};
  }

  std::mutex mutex_;
};

/// The tar of a layer with these files.
inline std::string layer_tar(const std::vector<std::pair<std::string, std::string>>& files) {
  MemorySink sink;
  codec::TarWriter writer(sink);
  for (const auto& [name, text] : files) {
    MemorySource body(text);
    EXPECT_TRUE(writer.add({.name = name, .mode = 0644, .size = text.size()}, body));
  }
  EXPECT_TRUE(writer.finish());
  return sink.take();
}

inline std::string gzip(const std::string& text) {
  MemorySink sink;
  const auto compressor = codec::GzipSink::create(sink);
  EXPECT_TRUE((*compressor)->write(as_bytes(text)));
  EXPECT_TRUE((*compressor)->finish());
  return sink.take();
}

struct RemoteOptions {
  std::string architecture = "amd64";
  bool docker = false;
  /// In place of the digests of the tars.
  std::optional<std::vector<oci::Digest>> diff_ids = {};
};

/// Puts an image with layers of these tars, compressed, into the registry.
inline oci::Descriptor put_remote(FakeRepository& remote, const std::vector<std::string>& tars,
                                  const std::string& tag, const RemoteOptions& options = {}) {
  namespace mt = oci::media_type;
  const auto type = [&](std::string_view docker, std::string_view oci) {
    return std::string(options.docker ? docker : oci);
  };
  oci::ImageConfig config{.architecture = options.architecture, .os = "linux"};
  oci::Manifest manifest{.media_type = type(mt::kDockerManifest, mt::kOciManifest)};
  for (const auto& tar : tars) {
    const auto blob = gzip(tar);
    config.rootfs.diff_ids.push_back(content::digest_of(tar));
    manifest.layers.push_back({.media_type = type(mt::kDockerLayerGzip, mt::kOciLayerGzip),
                               .digest = oci::Digest::parse(remote.put_blob(blob)).value(),
                               .size_bytes = static_cast<std::int64_t>(blob.size())});
  }
  if (options.diff_ids) config.rootfs.diff_ids = *options.diff_ids;
  const auto text = to_json_text(oci::to_json(config));
  manifest.config = {.media_type = type(mt::kDockerConfig, mt::kOciConfig),
                     .digest = oci::Digest::parse(remote.put_blob(text)).value(),
                     .size_bytes = static_cast<std::int64_t>(text.size())};
  return remote.put_document(to_json_text(oci::to_json(manifest)), manifest.media_type, tag);
}

}  // namespace corten::image::testing
