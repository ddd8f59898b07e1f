#pragma once

#include <optional>
#include <utility>

#include "base/result.hpp"

namespace corten::codec {

/// The first failure of a stream, kept so that every later call repeats it, as Source and Sink promise.
class StickyError {
 public:
  bool failed() const { return error_.has_value(); }
  std::unexpected<Error> repeat() const { return std::unexpected(error_->clone()); }

  template <typename T>
  Result<T> keep(Result<T> result) {
    if (!result) error_ = result.error().clone();
    return result;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace corten::codec
