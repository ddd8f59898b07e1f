#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace corten::http {

/// Header fields in order, names compared without case, several of one name allowed. Every field in it is
/// well-formed (RFC 9110 section 5): names are tokens, values hold no CR, LF, NUL or other control
/// characters, so nothing can be injected into a message.
class Headers {
 public:
  struct Field {
    std::string name;
    std::string value;

    bool operator==(const Field&) const = default;
  };

  /// Appends a field; white space around the value is dropped. invalid_argument names the field, never the
  /// value, which may be a secret.
  Result<> add(std::string_view name, std::string_view value);
  /// As add(), in place of all fields of that name.
  Result<> set(std::string_view name, std::string_view value);
  /// How many fields were removed.
  std::size_t remove(std::string_view name);

  /// The first of that name; valid until the Headers change.
  std::optional<std::string_view> find(std::string_view name) const;
  std::vector<std::string_view> find_all(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  void clear() { fields_.clear(); }

  bool operator==(const Headers&) const = default;

 private:
  std::vector<Field> fields_;
};

/// One line as it comes over the wire, with or without its line end. Fails with data_loss: it is the peer's
/// mistake. Continuation lines (RFC 9112 section 5.2, obsolete) are refused.
Result<Headers::Field> parse_header_line(std::string_view line);

/// What Content-Length says; nothing if it is absent or overruled by Transfer-Encoding. data_loss if it is no
/// number or given twice with different values (RFC 9112 section 6.3).
Result<std::optional<std::uint64_t>> find_content_length(const Headers& headers);

/// What a server's headers may take; more is an error.
struct HeaderLimits {
  std::size_t max_bytes = std::size_t{128} * 1024;
  std::size_t max_fields = 256;
};

}  // namespace corten::http
