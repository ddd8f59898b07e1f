#include "registry/upload.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "codec/hasher.hpp"
#include "codec/hashing_stream.hpp"
#include "codec/verify.hpp"
#include "registry/context.hpp"
#include "registry/piece_source.hpp"
#include "registry/upload_wire.hpp"

namespace corten::registry {
namespace {

// Docker asks for no more either: each candidate costs a round trip and often a token.
constexpr std::size_t kMaxMountCandidates = 4;

// In place of a status: not the registry's fault.
constexpr int kLocalFailure = -1;

codec::HashValue to_hash(const oci::Digest& digest) {
  const auto algorithm = digest.algorithm() == oci::DigestAlgorithm::sha256 ? codec::HashAlgorithm::sha256
                                                                            : codec::HashAlgorithm::sha512;
  return {algorithm, digest.bytes()};
}

// One blob on its way to one registry.
class BlobUpload {
 public:
  BlobUpload(Session& session, const oci::Descriptor& descriptor, const BlobOpener& open,
             const PushBlobOptions& options, const UploadTuning& tuning)
      : context_(session.context()),
        wire_(session, descriptor.digest),
        descriptor_(descriptor),
        open_(open),
        options_(options),
        tuning_(tuning),
        size_bytes_(static_cast<std::uint64_t>(descriptor.size_bytes)) {}

  Result<PushOutcome> run();

 private:
  Result<std::optional<PushOutcome>> try_without_bytes();
  Result<bool> try_mounts();
  Step<> send();
  Step<> send_single_put();
  Step<> send_pieces();
  Step<Piece> make_piece(std::uint64_t size_bytes);
  std::unexpected<Refusal> fail_locally(Error error) const;
  Result<> recover(Refusal refusal);
  Result<> use_smaller_pieces(Error error);
  Result<> check_local_copy() const;
  Result<> wait_for_next_try(Refusal& refusal);
  Result<bool> resume();
  void begin_again();
  void move_to(std::uint64_t offset);
  void report(std::uint64_t sent_bytes);
  std::uint64_t next_piece_bytes() const;

  Context& context_;
  UploadWire wire_;
  const oci::Descriptor& descriptor_;
  const BlobOpener& open_;
  const PushBlobOptions& options_;
  const UploadTuning& tuning_;
  std::uint64_t size_bytes_;

  std::optional<UploadSession> upload_;
  std::unique_ptr<PieceSource> source_;  // Of the piece on its way; outlives its request.
  std::uint64_t offset_ = 0;             // What the registry has.
  std::uint64_t reported_ = 0;           // What on_bytes was told, less what it was told to take back.
  std::uint64_t farthest_ = 0;           // The best that a try has reached.
  std::uint64_t max_piece_bytes_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t last_piece_bytes_ = 0;
  int failures_ = 0;  // Since there was progress.
  int restarts_ = 0;
  bool refused_content_ = false;
};

Result<PushOutcome> BlobUpload::run() {
  while (true) {
    if (!upload_) {
      const auto outcome = TRY(try_without_bytes());
      if (outcome) return *outcome;
    }
    auto sent = send();
    if (sent) return PushOutcome::uploaded;
    TRY(recover(std::move(sent.error())));
  }
}

// What every new upload begins with; also how an upload shows that had succeeded without our hearing of it.
Result<std::optional<PushOutcome>> BlobUpload::try_without_bytes() {
  auto exists = wire_.exists();
  if (!exists) return std::unexpected(std::move(exists.error().error));
  if (*exists && restarts_ == 0) return PushOutcome::already_there;
  if (*exists) {
    report(size_bytes_);
    return PushOutcome::uploaded;
  }
  if (restarts_ > 0) return std::nullopt;
  const bool mounted = TRY(try_mounts());
  return mounted ? std::optional(PushOutcome::mounted) : std::nullopt;
}

Result<bool> BlobUpload::try_mounts() {
  for (const auto& from : options_.mount_from | std::views::take(kMaxMountCandidates)) {
    auto begun = wire_.begin(from);
    if (begun && !*begun) return true;
    if (begun) upload_ = std::move(**begun);
    if (begun) continue;
    // A mount saves work: whatever it is refused for, pushing the bytes is the answer.
    auto& error = begun.error().error;
    if (error.kind() == Errc::canceled) return std::unexpected(std::move(error));
    if (error.kind() == Errc::unavailable) break;
  }
  return false;
}

Step<> BlobUpload::send() {
  if (!upload_) {
    auto begun = wire_.begin();
    if (!begun) return std::unexpected(std::move(begun.error()));
    upload_ = std::move(**begun);
  }
  const bool single = size_bytes_ <= std::min(tuning_.single_put_bytes, max_piece_bytes_) && offset_ == 0;
  return single ? send_single_put() : send_pieces();
}

Step<> BlobUpload::send_single_put() {
  auto piece = make_piece(size_bytes_);
  if (!piece) return std::unexpected(std::move(piece.error()));
  auto ended = wire_.finish(*upload_, std::move(*piece));
  if (!ended) return ended;
  report(size_bytes_);
  return {};
}

Step<> BlobUpload::send_pieces() {
  while (offset_ < size_bytes_) {
    const auto size = next_piece_bytes();
    auto piece = make_piece(size);
    if (!piece) return std::unexpected(std::move(piece.error()));
    const auto announce = size == size_bytes_ ? UploadWire::Announce::nothing : UploadWire::Announce::range;
    const auto expected = offset_ + size;
    auto has = wire_.append(*upload_, std::move(*piece), announce);
    if (!has) return std::unexpected(std::move(has.error()));
    if (*has != expected) {
      return fail(Errc::unavailable, "the registry has {} bytes where {} were sent", *has, expected);
    }
    move_to(expected);
  }
  source_.reset();
  last_piece_bytes_ = 0;
  return wire_.finish(*upload_, {.offset = size_bytes_});
}

std::uint64_t BlobUpload::next_piece_bytes() const {
  const auto most = std::max(max_piece_bytes_, upload_->min_chunk_bytes);
  return std::min(most, size_bytes_ - offset_);
}

// The next part of the blob: read into memory, or opened to be read by the request.
Step<Piece> BlobUpload::make_piece(std::uint64_t size_bytes) {
  last_piece_bytes_ = size_bytes;
  const bool in_memory = size_bytes <= tuning_.in_memory_bytes;
  source_.reset();
  auto inner = open_(offset_);
  if (!inner) return fail_locally(std::move(inner).error());
  source_ =
      std::make_unique<PieceSource>(std::move(*inner), size_bytes, [this, in_memory](std::uint64_t count) {
        if (!in_memory) report(reported_ + count);
      });
  Piece piece{.offset = offset_, .size_bytes = size_bytes};
  if (!in_memory) {
    piece.stream = source_.get();
    return piece;
  }
  piece.bytes.resize(static_cast<std::size_t>(size_bytes));
  const MutableBytes buffer(reinterpret_cast<std::uint8_t*>(piece.bytes.data()), piece.bytes.size());
  auto read = read_full(*source_, buffer);
  if (!read) return fail_locally(std::move(read).error());
  return piece;
}

std::unexpected<Refusal> BlobUpload::fail_locally(Error error) const {
  error.add_frame(fmt::format("reading blob '{}' to push it", descriptor_.digest.to_string()));
  return std::unexpected(Refusal(std::move(error), kLocalFailure));
}

// Decides what follows a refusal: the rest, all again, or its error. Afterwards `upload_` is either good to
// go on with from `offset_`, or gone.
Result<> BlobUpload::recover(Refusal refusal) {
  // Behind a failed request the error of a blob that cannot be read would look like the network's.
  if (source_ && source_->failure()) refusal = fail_locally(source_->failure()->clone()).error();
  auto& error = refusal.error;
  // What the POST was told (no such repository, not allowed) holds for all further ones.
  if (refusal.status != 0 && !upload_) return std::unexpected(std::move(error));
  switch (refusal.status) {
    case 413:
      return use_smaller_pieces(std::move(error));
    case 400:
      // DIGEST_INVALID, SIZE_INVALID, BLOB_UPLOAD_INVALID: whose bytes were wrong is found out here. The
      // registry's may be damaged by a retry on its way: it gets a second chance, not a third.
      TRY(check_local_copy());
      error.set_kind(Errc::data_loss);
      if (std::exchange(refused_content_, true)) return std::unexpected(std::move(error));
      [[fallthrough]];
    case 404:
    case 416:
      TRY(wait_for_next_try(refusal));
      begin_again();
      return {};
    case 0:
      break;
    default:
      return std::unexpected(std::move(error));
  }
  if (error.kind() != Errc::unavailable) return std::unexpected(std::move(error));
  TRY(wait_for_next_try(refusal));
  const bool resumed = TRY(resume());
  if (!resumed) begin_again();
  return {};
}

Result<> BlobUpload::use_smaller_pieces(Error error) {
  const auto least = std::max(tuning_.min_piece_bytes, upload_->min_chunk_bytes);
  const auto chunk = std::max(tuning_.chunk_bytes, upload_->min_chunk_bytes);
  const auto next = last_piece_bytes_ > chunk ? chunk : last_piece_bytes_ / 4;
  if (next < least) {
    error.set_kind(Errc::failed_precondition);
    error.set_hint(
        "raise the limit for bodies of requests of the registry or of the proxy in front of it "
        "(nginx: client_max_body_size)");
    return std::unexpected(std::move(error));
  }
  max_piece_bytes_ = next;
  begin_again();
  return {};
}

Result<> BlobUpload::check_local_copy() const {
  auto blob = TRY_CTX(open_(0), "opening blob '{}' to check it", descriptor_.digest.to_string());
  codec::VerifyingSource checked(*blob, {.hash = to_hash(descriptor_.digest), .size_bytes = size_bytes_});
  auto read = codec::discard_rest(checked);
  if (read) return {};
  return with_hint(with_frame(std::move(read).error(), "the registry refused blob '{}', and rightly",
                              descriptor_.digest.to_string()),
                   "the local copy is damaged or was changed meanwhile: pull or build it again");
}

// Counts the failure and waits; its error when the tries are used up.
Result<> BlobUpload::wait_for_next_try(Refusal& refusal) {
  ++failures_;
  // 503 stands for everything that may pass, whatever the method was: this layer knows that a repetition does
  // no harm.
  const auto delay = http::retry_delay(context_.options().retry, {.number = failures_, .status = 503},
                                       context_.clock(), context_.random());
  if (!delay) return std::unexpected(std::move(refusal.error));
  if (refusal.status != 0) return {};  // it answered: nothing to wait for
  context_.tell(fmt::format("{}; trying again in {:.1f} s", refusal.error.message(),
                            static_cast<double>(delay->count()) / 1000));
  return context_.wait(*delay, context_.options().stop);
}

// True when the upload can go on where the registry says.
Result<bool> BlobUpload::resume() {
  if (!upload_ || size_bytes_ <= tuning_.single_put_bytes) return false;
  auto has = wire_.ask_offset(*upload_);
  if (!has) return std::unexpected(std::move(has.error().error));
  if (!*has || **has > size_bytes_) return false;
  move_to(**has);
  return true;
}

void BlobUpload::begin_again() {
  upload_.reset();
  source_.reset();
  offset_ = 0;
  last_piece_bytes_ = 0;
  report(0);
  // Twice is no accident: smaller pieces lose less.
  if (++restarts_ >= 2) max_piece_bytes_ = std::min(max_piece_bytes_, tuning_.chunk_bytes);
}

void BlobUpload::move_to(std::uint64_t offset) {
  offset_ = offset;
  report(offset);
  if (offset < farthest_ + tuning_.progress_bytes) return;
  farthest_ = offset;
  failures_ = 0;
}

void BlobUpload::report(std::uint64_t sent_bytes) {
  const auto step = static_cast<std::int64_t>(sent_bytes) - static_cast<std::int64_t>(reported_);
  reported_ = sent_bytes;
  if (step != 0 && options_.on_bytes) options_.on_bytes(step);
}

}  // namespace

Result<PushOutcome> push_blob(Session& session, const oci::Descriptor& descriptor, const BlobOpener& open,
                              const PushBlobOptions& options, const UploadTuning& tuning) {
  return BlobUpload(session, descriptor, open, options, tuning).run();
}

}  // namespace corten::registry
