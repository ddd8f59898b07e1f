#pragma once

#include <cstdint>
#include <string_view>

namespace corten::http {

/// The ones that registries and APIs use. "DELETE" is `erase` here, since delete is a keyword.
enum class Method : std::uint8_t { get, head, put, post, patch, erase };

constexpr std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::put:
      return "PUT";
    case Method::post:
      return "POST";
    case Method::patch:
      return "PATCH";
    case Method::erase:
      return "DELETE";
  }
  return "?";
}

/// True if doing it twice means the same as once (RFC 9110 section 9.2.2), so that it may be tried again even
/// when nobody knows whether the first try arrived.
constexpr bool is_idempotent(Method method) { return method != Method::post && method != Method::patch; }

}  // namespace corten::http
