#include "image/layer_unpack.hpp"

#include "codec/detect.hpp"
#include "codec/hashing_stream.hpp"
#include "codec/verify.hpp"
#include "content/store.hpp"
#include "image/digests.hpp"

namespace corten::image {

Result<std::unique_ptr<snapshot::LayerWriter>> unpack_layer(snapshot::Snapshotter& snapshots,
                                                            Source& compressed, const oci::Digest& diff_id) {
  auto writer = TRY(snapshots.begin_layer());
  const auto plain = TRY(codec::open_decompressed(compressed));
  // Without a size: only its read() that gives 0 says that the tar was the right one.
  codec::VerifyingSource tar(*plain.source, {.hash = hash_of(diff_id), .size_bytes = std::nullopt});
  TRY_CTX(writer->apply(tar), "unpacking the layer with diffID '{}'", diff_id.to_string());
  TRY_CTX(codec::discard_rest(tar), "unpacking the layer with diffID '{}'", diff_id.to_string());
  TRY(codec::discard_rest(compressed));
  return writer;
}

Result<std::vector<snapshot::LayerName>> layer_names(const oci::ImageConfig& config) {
  const auto& diff_ids = config.rootfs.diff_ids;
  if (diff_ids.size() > kMaxLayers) {
    return fail(Errc::unsupported, "the image has {} layers, and an image may have {} at most",
                diff_ids.size(), kMaxLayers);
  }
  const auto chain = oci::chain_ids(diff_ids, content::digest_of);
  std::vector<snapshot::LayerName> names;
  names.reserve(chain.size());
  for (std::size_t i = 0; i < chain.size(); ++i) {
    names.push_back({.chain_id = chain[i],
                     .diff_id = diff_ids[i],
                     .parent = i == 0 ? std::nullopt : std::optional(chain[i - 1])});
  }
  return names;
}

}  // namespace corten::image
