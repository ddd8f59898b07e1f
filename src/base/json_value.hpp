#pragma once

#include <memory>

#include "base/json.hpp"

namespace corten {

/// A JSON document as a value that headers can hold without the JSON library: parts of a document that we do
/// not interpret but must give back as they came. Empty means absent. Copies are deep.
class JsonValue {
 public:
  JsonValue();
  explicit JsonValue(Json value);
  JsonValue(const JsonValue& other);
  JsonValue(JsonValue&& other) noexcept;
  JsonValue& operator=(const JsonValue& other);
  JsonValue& operator=(JsonValue&& other) noexcept;
  ~JsonValue();

  bool empty() const { return value_ == nullptr; }
  /// The document; null for an empty value.
  const Json& get() const;

  bool operator==(const JsonValue& other) const;

 private:
  std::unique_ptr<Json> value_;
};

}  // namespace corten
