#pragma once

// For the tests of src/registry only.

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "codec/sha256.hpp"
#include "http/test_server.hpp"
#include "oci/media_type.hpp"
#include "registry/context.hpp"
#include "registry/remote_repository.hpp"

namespace corten::registry::testing {

/// What the code under test told and waited for, instead of waiting.
struct Diary {
  std::mutex mutex;
  std::vector<std::string> told;
  std::vector<std::chrono::milliseconds> slept;
  Timestamp now{.seconds = 1'700'000'000, .nanoseconds = 0};
  int lookups = 0;  ///< Of credentials.
};

struct Wiring {
  std::shared_ptr<Diary> diary = std::make_shared<Diary>();
  ContextOptions options;

  Wiring() {
    // A test that hangs must end.
    options.timeouts = {.connect = std::chrono::seconds(5),
                        .response = std::chrono::seconds(5),
                        .stall = std::chrono::seconds(5),
                        .stall_min_bytes = 1};
    options.sleep = [book = diary](std::chrono::milliseconds delay) {
      const std::scoped_lock lock(book->mutex);
      book->slept.push_back(delay);
    };
    options.on_retry = [book = diary](const std::string& text) {
      const std::scoped_lock lock(book->mutex);
      book->told.push_back(text);
    };
    options.clock = [book = diary] {
      const std::scoped_lock lock(book->mutex);
      return book->now;
    };
  }

  void log_in(const Credentials& credentials) {
    options.find_credentials = [book = diary,
                                credentials](const std::string&) -> Result<std::optional<Credentials>> {
      const std::scoped_lock lock(book->mutex);
      ++book->lookups;
      return credentials;
    };
  }
  std::shared_ptr<Context> context() const { return std::make_shared<Context>(options); }
};

/// A server that answers the question for its scheme by itself and everything else by `script`.
inline http::test::Script registry_script(http::test::Script script) {
  return [script = std::move(script)](http::test::Exchange& e) {
    if (e.request().target == "/v2/") {
      e.reply(200, "{}");
    } else {
      script(e);
    }
  };
}

inline Endpoint endpoint_of(const http::test::Server& server, std::string_view repository = "a/b") {
  const auto host = fmt::format("127.0.0.1:{}", server.port());
  return {.host = host, .repository = std::string(repository), .registry = host};
}

/// The requests but those for the scheme.
inline std::vector<http::test::Received> requests_of(const http::test::Server& server) {
  auto requests = server.requests();
  std::erase_if(requests, [](const auto& request) { return request.target == "/v2/"; });
  return requests;
}

inline oci::Descriptor describe(std::string_view blob) {
  return {.media_type = std::string(oci::media_type::kOciLayer),
          .digest = oci::Digest::from_sha256(codec::sha256(as_bytes(blob))),
          .size_bytes = static_cast<std::int64_t>(blob.size())};
}

/// Everything that a Source gives, or "error: ..." with the message behind what came before.
inline std::string drain(Source& source, std::size_t step = 65536) {
  std::string text;
  std::string buffer(step, '\0');
  while (true) {
    const auto size = source.read({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()});
    if (!size) return text + "error: " + size.error().message();
    if (*size == 0) return text;
    text.append(buffer, 0, *size);
  }
}

inline std::string drain(Result<std::unique_ptr<Source>> source) {
  if (!source) return "error: " + source.error().message();
  return drain(**source);
}

/// Answers a GET of `blob` as a registry does, with or without Range.
inline void reply_blob(http::test::Exchange& e, std::string_view blob) {
  const auto range = e.request().header("Range");
  if (range.empty()) return e.reply(200, blob);
  const auto ends = *cut(std::string_view(range).substr(6), '-');
  const auto first = *parse_uint64(ends.before, "first");
  const auto last = ends.after.empty() ? blob.size() - 1 : *parse_uint64(ends.after, "last");
  e.reply(206, blob.substr(first, last - first + 1),
          fmt::format("Content-Range: bytes {}-{}/{}\r\n", first, last, blob.size()));
}

/// Bytes that differ from place to place, so that a lost or doubled piece shows.
inline std::string make_pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (auto& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return text;
}

}  // namespace corten::registry::testing
