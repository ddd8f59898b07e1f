#pragma once

#include <string>
#include <utility>

namespace corten::oci {

/// A document next to the bytes it came as. A digest is always that of these bytes: writing the parsed value
/// again may give others (order of members, white space, numbers), so what was received is kept, hashed and
/// passed on, never re-made.
template <typename T>
class Received {
 public:
  /// `value` must have been parsed from `bytes`: the receive_x() functions see to it.
  Received(std::string bytes, T value) : bytes_(std::move(bytes)), value_(std::move(value)) {}

  const std::string& bytes() const { return bytes_; }
  const T& value() const { return value_; }
  const T* operator->() const { return &value_; }

 private:
  std::string bytes_;
  T value_;
};

}  // namespace corten::oci
