#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.hpp"
#include "base/result.hpp"

namespace corten {

/// Typed reading of a JSON document with the path in every error:
///   manifest.config.size: expected a whole number, found string "abc"
///
/// `find_x` gives nothing for a member that is absent or null (Go writes null for empty values); `require_x`
/// makes that an error too. A wrong type is always an error. A view borrows the document: keep it alive.
class JsonView {
 public:
  /// `path` names the document: "manifest". Fails unless the value is an object.
  static Result<JsonView> of_object(const Json& value, std::string path);

  const std::string& path() const { return path_; }
  const Json& json() const { return *value_; }
  bool has(std::string_view name) const;

  Result<std::string> require_string(std::string_view name) const;
  Result<std::int64_t> require_int(std::string_view name) const;
  Result<JsonView> require_object(std::string_view name) const;
  /// The elements must be objects.
  Result<std::vector<JsonView>> require_objects(std::string_view name) const;

  Result<std::optional<std::string>> find_string(std::string_view name) const;
  Result<std::optional<std::int64_t>> find_int(std::string_view name) const;
  /// Numbers over 2^63 - 1 too, as the runtime spec has them for limits.
  Result<std::optional<std::uint64_t>> find_uint(std::string_view name) const;
  Result<std::optional<double>> find_double(std::string_view name) const;
  Result<std::optional<bool>> find_bool(std::string_view name) const;
  Result<std::optional<JsonView>> find_object(std::string_view name) const;
  /// Absent and null give an empty list, here and below.
  Result<std::vector<JsonView>> find_objects(std::string_view name) const;
  Result<std::vector<std::string>> find_strings(std::string_view name) const;
  Result<std::map<std::string, std::string>> find_string_map(std::string_view name) const;
  /// The names of an object's members whose values do not matter: Docker's sets, `{"80/tcp": {}}`.
  Result<std::vector<std::string>> find_names(std::string_view name) const;

  /// The members not named in `known`, as an object; empty if there are none.
  JsonValue unknown(std::initializer_list<std::string_view> known) const;

  /// An error about this member: fail_at("size", "must not be negative").
  std::unexpected<Error> fail_at(std::string_view name, std::string_view problem) const;

 private:
  JsonView(const Json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  const Json* find(std::string_view name) const;
  std::unexpected<Error> wrong_type(std::string_view name, std::string_view expected,
                                    const Json& found) const;
  std::string child_path(std::string_view name) const;

  const Json* value_;
  std::string path_;
};

}  // namespace corten
