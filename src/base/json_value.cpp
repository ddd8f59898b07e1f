#include "base/json_value.hpp"

#include <nlohmann/json.hpp>

namespace corten {

JsonValue::JsonValue() = default;
JsonValue::JsonValue(Json value) : value_(std::make_unique<Json>(std::move(value))) {}
JsonValue::JsonValue(const JsonValue& other)
    : value_(other.value_ ? std::make_unique<Json>(*other.value_) : nullptr) {}
JsonValue::JsonValue(JsonValue&& other) noexcept = default;
JsonValue& JsonValue::operator=(const JsonValue& other) {
  if (this != &other) value_ = other.value_ ? std::make_unique<Json>(*other.value_) : nullptr;
  return *this;
}
JsonValue& JsonValue::operator=(JsonValue&& other) noexcept = default;
JsonValue::~JsonValue() = default;

const Json& JsonValue::get() const {
  static const Json null;
  return value_ ? *value_ : null;
}

bool JsonValue::operator==(const JsonValue& other) const { return get() == other.get(); }

}  // namespace corten
