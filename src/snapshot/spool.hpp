#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sys/fd.hpp"
#include "sys/temp.hpp"

namespace corten::snapshot {

/// A list of records that is written once and then read in order, in constant memory: what does not fit goes
/// to a file without a name. An archive decides how many records there are, so they cannot stay in memory.
class Spool {
 public:
  /// `directory` must outlive the spool: the file is made there, if one is needed.
  explicit Spool(sys::BorrowedFd directory) : directory_(directory) {}

  bool empty() const { return buffer_.empty() && !file_; }
  Result<> add(std::string_view record);
  Result<> for_each(const std::function<Result<>(std::string_view)>& visit);

 private:
  Result<> flush();

  sys::BorrowedFd directory_;
  std::string buffer_;
  std::optional<sys::TempFile> file_;
};

/// Numbers in records: as they lie in memory, for a spool never outlives its process.
template <typename Number>
void append_number(std::string& record, Number number) {
  record.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// Takes the number off the front.
template <typename Number>
Number take_number(std::string_view& record) {
  Number number{};
  record.copy(reinterpret_cast<char*>(&number), sizeof number);
  record.remove_prefix(sizeof number);
  return number;
}

}  // namespace corten::snapshot
