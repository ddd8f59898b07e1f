#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/stream.hpp"
#include "http/url.hpp"
#include "oci/digest.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// Why a step of an upload failed: by the status of the registry's answer, or 0 when there was none.
struct Refusal {
  Refusal(Error why, int answered = 0) : error(std::move(why)), status(answered) {}

  Error error;
  int status;
};
/// TRY over a Result works in a function that returns a Step; a Step itself is checked with `if`.
template <typename T = void>
using Step = std::expected<T, Refusal>;

/// An upload that a registry has begun for us: where its next request goes.
struct UploadSession {
  http::Url location;
  std::uint64_t min_chunk_bytes = 0;  ///< OCI-Chunk-Min-Length: of every piece but the last.
};

/// A part of a blob on its way: in memory, which survives redirects and retries, or streamed.
struct Piece {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
  std::string bytes = {};
  Source* stream = nullptr;  ///< Used instead of `bytes` when set.
};

/// The requests of distribution-spec "Pushing a blob", one function each. They wait for nothing and decide
/// nothing: what a refusal means is the caller's business.
class UploadWire {
 public:
  /// Both must outlive it.
  UploadWire(Session& session, const oci::Digest& digest) : session_(session), digest_(digest) {}

  Step<bool> exists();

  /// POST: a new upload. With a `mount_from` repository the registry may take the blob from there instead:
  /// then there is no upload to go on with.
  Step<std::optional<UploadSession>> begin(std::string_view mount_from = {});

  /// PATCH: appends a piece; how many bytes of the blob the registry now has. `announce` sends Content-Range,
  /// which Docker does not for a whole blob.
  enum class Announce : std::uint8_t { range, nothing };
  Step<std::uint64_t> append(UploadSession& upload, Piece piece, Announce announce);

  /// PUT: ends the upload, with its last (or only) piece.
  Step<> finish(const UploadSession& upload, Piece piece);

  /// GET: how many bytes the registry has. Nothing when it cannot say, so that only a new upload helps.
  Step<std::optional<std::uint64_t>> ask_offset(UploadSession& upload);

 private:
  std::string repository_path() const { return "/v2/" + session_.endpoint().repository; }
  std::string doing(std::string_view what) const;
  Refusal refuse(Exchange& exchange, std::string_view what) const;
  Result<http::Url> read_location(const Exchange& exchange, std::string_view what) const;

  Session& session_;
  const oci::Digest& digest_;
};

/// The registry's own words about what it has: "0-999" is 1000 bytes. Nothing for "0-0", which means one byte
/// as well as none, and for what cannot be read.
std::optional<std::uint64_t> parse_upload_range(std::string_view text);

/// data_loss if the answer names another digest than that of the bytes we sent.
Result<> check_answered_digest(const http::Response& response, const oci::Digest& digest);

}  // namespace corten::registry
