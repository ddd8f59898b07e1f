#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace corten::runtime {

/// The name of a container, which is also that of its directory: 1 to 1024 of A-Z a-z 0-9 _ + - . but neither
/// "." nor
/// "..", as runc has it (its validateID). What file systems allow is less: 255.
class ContainerId {
 public:
  static Result<ContainerId> parse(std::string_view text);

  const std::string& text() const { return text_; }
  bool operator==(const ContainerId&) const = default;

 private:
  explicit ContainerId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace corten::runtime
