#include "image/fetch_layer.hpp"

#include <optional>
#include <utility>

#include "codec/hashing_stream.hpp"
#include "image/layer_stream.hpp"
#include "image/layer_unpack.hpp"
#include "sys/fd_stream.hpp"

namespace corten::image {
namespace {

using Writer = std::unique_ptr<snapshot::LayerWriter>;

// How often a wait for another process looks whether it is to stop.
constexpr std::chrono::milliseconds kWaitSlice{500};

std::uint64_t size_of(const oci::Descriptor& blob) { return static_cast<std::uint64_t>(blob.size_bytes); }

// The ingest, locked; nothing when the blob came into the store while we waited.
Result<std::optional<content::Ingest>> open_ingest(const content::Store& content, const oci::Descriptor& blob,
                                                   const std::stop_token& stop, const LayerEvents& events) {
  std::chrono::milliseconds timeout{0};
  while (true) {
    auto ingest = content.begin_ingest(ingest_ref(blob.digest),
                                       {.timeout = timeout, .algorithm = blob.digest.algorithm()});
    if (!ingest && ingest.error().kind() != Errc::unavailable)
      return std::unexpected(std::move(ingest).error());
    if (ingest) {
      const auto published = TRY(content.find(blob.digest));
      if (published) {
        // Made by us just now, and empty: whoever published the blob gave the ingest its name.
        TRY(std::move(*ingest).abort());
        return std::nullopt;
      }
      if (ingest->offset() > size_of(blob)) TRY(ingest->restart());
      return std::optional(std::move(*ingest));
    }
    if (stop.stop_requested()) return fail(Errc::canceled, "canceled");
    events.on_phase("Waiting for another pull");
    timeout = kWaitSlice;
  }
}

// Whether an error of unpacking may come from wrong bytes, rather than from this host.
bool is_about_content(const Error& error) {
  switch (error.kind()) {
    case Errc::data_loss:
    case Errc::invalid_argument:
    case Errc::failed_precondition:
    case Errc::unsupported:
      return true;
    default:
      return false;
  }
}

struct Pass {
  Result<Writer> unpacked;
  /// How the blob ended: published, or why it could not be.
  Result<> published;
};

// One pass over the whole blob. When unpacking fails of its content, the rest is still fetched: the digest
// tells whether the registry sent wrong bytes or the image was made so.
Pass run_pass(const LayerWorkshop& workshop, const MissingLayer& layer, content::Ingest ingest,
              const LayerEvents& events) {
  auto open_rest = [&](std::uint64_t offset) {
    events.on_phase("Downloading");
    return workshop.repository.fetch_blob(layer.blob, offset, workshop.stop);
  };
  LayerStream stream(ingest, size_of(layer.blob), open_rest, workshop.stop);
  stream.on_bytes(events.on_bytes);
  auto unpacked = unpack_layer(workshop.snapshots, stream, layer.name.diff_id);
  if (!unpacked) {
    const auto& error = unpacked.error();
    if (stream.failed() || !is_about_content(error) || !codec::discard_rest(stream)) {
      auto why = error.clone();
      return {.unpacked = std::move(unpacked), .published = std::unexpected(std::move(why))};
    }
  }
  events.on_phase("Verifying Checksum");
  auto committed = std::move(ingest).commit(layer.blob.digest, size_of(layer.blob));
  if (!committed) return {.unpacked = nullptr, .published = std::unexpected(std::move(committed).error())};
  return {.unpacked = std::move(unpacked), .published = {}};
}

Result<Writer> unpack_blob(const LayerWorkshop& workshop, const MissingLayer& layer,
                           const LayerEvents& events) {
  const auto present = TRY(workshop.snapshots.find(layer.name.chain_id));
  if (present) return Writer();
  events.on_phase("Extracting");
  const auto fd = TRY(workshop.content.open_blob(layer.blob.digest));
  sys::FdSource source(fd);
  auto unpacked = unpack_layer(workshop.snapshots, source, layer.name.diff_id);
  if (!unpacked && is_about_content(unpacked.error()) && unpacked.error().hint().empty()) {
    unpacked.error().set_hint("run 'corten system check' to see whether the stored blob is damaged");
  }
  return unpacked;
}

std::unexpected<Error> in_layer(Error error, const MissingLayer& layer) {
  // Nobody wants to know in which layer they stopped.
  if (error.kind() == Errc::canceled) return std::unexpected(std::move(error));
  return with_frame(std::move(error), "pulling layer '{}'", layer.blob.digest.to_string());
}

Result<Writer> fetch_or_unpack(const LayerWorkshop& workshop, const MissingLayer& layer,
                               const LayerEvents& events) {
  const auto blob = TRY(workshop.content.find(layer.blob.digest));
  if (blob) return unpack_blob(workshop, layer, events);
  while (true) {
    auto ingest = TRY(open_ingest(workshop.content, layer.blob, workshop.stop, events));
    if (!ingest) return unpack_blob(workshop, layer, events);
    const bool resumed = ingest->offset() > 0;
    auto pass = run_pass(workshop, layer, std::move(*ingest), events);
    if (pass.published) return std::move(pass.unpacked);
    // commit() dropped the wrong bytes. Those of an earlier try may be to blame: a crash of the machine can
    // leave a file whose end was never written.
    const bool again = resumed && pass.published.error().kind() == Errc::data_loss && pass.unpacked;
    if (!again) return std::unexpected(std::move(pass.published).error());
    events.on_phase("Fetching again");
  }
}

}  // namespace

std::string ingest_ref(const oci::Digest& digest) {
  // A sha512 in hexadecimal fills the longest ref there is; no sha256 is as long.
  return digest.algorithm() == oci::DigestAlgorithm::sha256 ? "blob-" + digest.hex() : digest.hex();
}

Result<Writer> fetch_layer(const LayerWorkshop& workshop, const MissingLayer& layer,
                           const LayerEvents& events) {
  auto writer = fetch_or_unpack(workshop, layer, events);
  if (!writer) return in_layer(std::move(writer).error(), layer);
  return writer;
}

Result<> fetch_blob(const content::Store& content, registry::Repository& repository,
                    const oci::Descriptor& blob, const std::stop_token& stop, const LayerEvents& events) {
  while (true) {
    const auto present = TRY(content.find(blob.digest));
    if (present) return {};
    auto ingest = TRY(open_ingest(content, blob, stop, events));
    if (!ingest) return {};
    const bool resumed = ingest->offset() > 0;
    LayerStream stream(
        *ingest, size_of(blob),
        [&](std::uint64_t offset) { return repository.fetch_blob(blob, offset, stop); }, stop);
    stream.on_bytes(events.on_bytes);
    TRY_CTX(codec::discard_rest(stream), "fetching blob '{}'", blob.digest.to_string());
    auto committed = std::move(*ingest).commit(blob.digest, size_of(blob));
    if (committed) return {};
    if (!resumed) return std::unexpected(std::move(committed).error());
  }
}

}  // namespace corten::image
