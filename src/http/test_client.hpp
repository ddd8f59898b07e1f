#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "http/client.hpp"
#include "http/test_server.hpp"

/// Test support: short ways to make clients and requests.
namespace corten::http::test {

inline Client make_client(const ClientOptions& options = {}) {
  auto client = Client::create(options);
  if (!client) ADD_FAILURE() << client.error().message();
  return std::move(client).value();
}

inline Request make_request(std::string_view url, Method method = Method::get) {
  Request request{.method = method, .url = Url::parse(url).value()};
  // A test that hangs must end: these are the longest that any test waits.
  request.timeouts = {.connect = std::chrono::seconds(5),
                      .response = std::chrono::seconds(5),
                      .stall = std::chrono::seconds(5),
                      .stall_min_bytes = 1};
  return request;
}

/// The text of the answer, or "error: ..." with the whole message.
inline std::string fetch_text(Client& client, Request request) {
  auto response = client.send(std::move(request));
  if (!response) return "error: " + response.error().message();
  auto text = response->text();
  return text ? *text : "error: " + text.error().message();
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

}  // namespace corten::http::test
