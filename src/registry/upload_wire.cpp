#include "registry/upload_wire.hpp"

#include <fmt/format.h>

#include "base/strings.hpp"
#include "http/percent.hpp"
#include "registry/next_address.hpp"
#include "registry/write_refusal.hpp"

namespace corten::registry {
namespace {

bool is_success(int status) { return status >= 200 && status < 300; }

std::uint64_t min_chunk_bytes(const http::Response& response) {
  const auto text = response.headers().find("OCI-Chunk-Min-Length");
  return text ? parse_uint64(*text, "OCI-Chunk-Min-Length").value_or(0) : 0;
}

}  // namespace

std::optional<std::uint64_t> parse_upload_range(std::string_view text) {
  // "0-999" by the specification; "bytes=0-999" has been seen as well.
  if (const auto unit = text.find_first_of("= "); unit != std::string_view::npos)
    text.remove_prefix(unit + 1);
  const auto ends = cut(trim(text), '-');
  if (!ends) return std::nullopt;
  const auto first = parse_uint64(ends->before, "Range");
  const auto last = parse_uint64(ends->after, "Range");
  if (!first || !last || *first != 0 || *last == 0) return std::nullopt;
  // No blob is that large; the sum must not overflow.
  if (*last >= std::uint64_t{1} << 62U) return std::nullopt;
  return *last + 1;
}

Result<> check_answered_digest(const http::Response& response, const oci::Digest& digest) {
  const auto answered = response.headers().find("Docker-Content-Digest");
  if (!answered || trim(*answered).empty()) return {};
  const auto parsed = oci::Digest::parse(trim(*answered));
  // Another algorithm is another name for perhaps the same bytes.
  if (parsed && (parsed->algorithm() != digest.algorithm() || *parsed == digest)) return {};
  return fail(Errc::data_loss, "the registry stored '{}' where '{}' was sent",
              printable(answered->substr(0, 140)), digest.to_string());
}

std::string UploadWire::doing(std::string_view what) const {
  return fmt::format("{} blob '{}' in '{}'", what, digest_.to_string(), session_.name());
}

Refusal UploadWire::refuse(Exchange& exchange, std::string_view what) const {
  const int status = exchange.response.status();
  return {write_refusal(session_, exchange, doing(what)), status};
}

Result<http::Url> UploadWire::read_location(const Exchange& exchange, std::string_view what) const {
  const auto location = exchange.response.headers().find("Location");
  if (!location || location->empty()) {
    return fail(Errc::data_loss, "{}: the registry's answer {} says not where to go on (no Location)",
                doing(what), exchange.response.status());
  }
  return TRY_CTX(resolve_next_address(exchange.response.url(), *location, session_.endpoint().insecure), "{}",
                 doing(what));
}

Step<bool> UploadWire::exists() {
  auto exchange = TRY(session_.send({.method = http::Method::head,
                                     .target = repository_path() + "/blobs/" + digest_.to_string(),
                                     .rights = Rights::push}));
  if (is_success(exchange.response.status())) return true;
  if (exchange.response.status() == 404) return false;
  return std::unexpected(refuse(exchange, "looking for"));
}

Step<std::optional<UploadSession>> UploadWire::begin(std::string_view mount_from) {
  Call call{
      .method = http::Method::post, .target = repository_path() + "/blobs/uploads/", .rights = Rights::push};
  if (!mount_from.empty()) {
    call.target += fmt::format("?mount={}&from={}", http::encode_query_value(digest_.to_string()),
                               http::encode_query_value(mount_from));
    call.also_pull.emplace_back(mount_from);
  }
  const auto what = mount_from.empty() ? "beginning to push" : "mounting";
  auto exchange = TRY(session_.send(call));
  const int status = exchange.response.status();
  if (status == 201 && !mount_from.empty()) {
    TRY_CTX(check_answered_digest(exchange.response, digest_), "{}", doing(what));
    return std::nullopt;
  }
  if (status != 202) return std::unexpected(refuse(exchange, what));
  auto location = TRY(read_location(exchange, what));
  const auto min_chunk = min_chunk_bytes(exchange.response);
  exchange.response.discard();
  return UploadSession{.location = std::move(location), .min_chunk_bytes = min_chunk};
}

Step<std::uint64_t> UploadWire::append(UploadSession& upload, Piece piece, Announce announce) {
  Call call{.method = http::Method::patch,
            .target = upload.location.to_string(),
            .body = std::move(piece.bytes),
            .stream = piece.stream,
            .rights = Rights::push};
  if (piece.stream != nullptr) call.stream_bytes = piece.size_bytes;
  const auto end = piece.offset + piece.size_bytes;
  call.body_may_leave = true;
  TRY(call.headers.add("Content-Type", "application/octet-stream"));
  if (announce == Announce::range) {
    TRY(call.headers.add("Content-Range", fmt::format("{}-{}", piece.offset, end - 1)));
  }
  auto exchange = TRY(session_.send(call));
  if (!is_success(exchange.response.status())) return std::unexpected(refuse(exchange, "pushing"));
  // Without a new address the old one stays good.
  if (exchange.response.headers().has("Location")) upload.location = TRY(read_location(exchange, "pushing"));
  const auto range = exchange.response.headers().find("Range");
  const auto has = range ? parse_upload_range(*range) : std::nullopt;
  exchange.response.discard();
  return has.value_or(end);
}

Step<> UploadWire::finish(const UploadSession& upload, Piece piece) {
  auto url = upload.location;
  url.add_query("digest", digest_.to_string());
  Call call{.method = http::Method::put,
            .target = url.to_string(),
            .body = std::move(piece.bytes),
            .stream = piece.stream,
            .rights = Rights::push};
  if (piece.stream != nullptr) call.stream_bytes = piece.size_bytes;
  call.body_may_leave = true;
  TRY(call.headers.add("Content-Type", "application/octet-stream"));
  auto exchange = TRY(session_.send(call));
  if (!is_success(exchange.response.status())) return std::unexpected(refuse(exchange, "pushing"));
  TRY_CTX(check_answered_digest(exchange.response, digest_), "{}", doing("pushing"));
  exchange.response.discard();
  return {};
}

Step<std::optional<std::uint64_t>> UploadWire::ask_offset(UploadSession& upload) {
  auto exchange = TRY(session_.send({.target = upload.location.to_string(), .rights = Rights::push}));
  const auto range = exchange.response.headers().find("Range");
  // 404: forgotten. Others: a registry that cannot be asked.
  if (!is_success(exchange.response.status()) || !range) return std::nullopt;
  const auto has = parse_upload_range(*range);
  if (has && exchange.response.headers().has("Location")) {
    upload.location = TRY(read_location(exchange, "resuming the push of"));
  }
  exchange.response.discard();
  return has;
}

}  // namespace corten::registry
