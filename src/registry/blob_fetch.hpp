#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "oci/descriptor.hpp"
#include "registry/resuming_source.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// Where one blob comes from: opens it at any byte, at the first of its endpoints that has it. Shared by the
/// pieces of one download. Thread-safe.
class BlobFetch {
 public:
  /// `sessions` as in RemoteRepository: mirrors first.
  BlobFetch(std::shared_ptr<Context> context, std::vector<std::shared_ptr<Session>> sessions,
            const oci::Descriptor& descriptor)
      : context_(std::move(context)), sessions_(std::move(sessions)), descriptor_(descriptor) {}

  enum class Answer : std::uint8_t {
    whole,  ///< The server ignored the range; the Source skips what was not asked for.
    part,   ///< 206
  };
  struct Opened {
    std::unique_ptr<Source> source;  ///< Begins at span.begin and may break off.
    Answer answer;
  };

  enum class Ask : std::uint8_t {
    rest,   ///< From span.begin on, without saying where the end is.
    piece,  ///< Exactly the span.
  };
  Result<Opened> open(const ByteSpan& span, Ask ask, const std::stop_token& stop);

  /// For what is read from open().
  Retries retries(const std::stop_token& stop) const;
  std::uint64_t size_bytes() const { return static_cast<std::uint64_t>(descriptor_.size_bytes); }

 private:
  Result<Opened> open_at(Session& session, const ByteSpan& span, Ask ask, const std::stop_token& stop) const;
  Result<Opened> open_foreign(const ByteSpan& span, Ask ask, const std::stop_token& stop) const;
  Result<Opened> open_url(const std::string& url, const ByteSpan& span, Ask ask,
                          const std::stop_token& stop) const;
  Result<Opened> check(Exchange exchange, const ByteSpan& span, const std::string& doing) const;

  std::shared_ptr<Context> context_;
  std::vector<std::shared_ptr<Session>> sessions_;
  oci::Descriptor descriptor_;
  std::atomic<std::size_t> current_ = 0;  // the session that had it; those before do not
  std::atomic<bool> is_foreign_ = false;  // none had it, one of the URLs did
};

}  // namespace corten::registry
