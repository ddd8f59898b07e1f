#pragma once

#include <stop_token>

#include "base/stream.hpp"
#include "sys/fd.hpp"
#include "sys/stop_fd.hpp"

namespace corten::sys {

/// A FdSource that is `canceled` once stop is requested, also while it waits for bytes.
class StoppableSource : public Source {
 public:
  static Result<StoppableSource> create(BorrowedFd fd, std::stop_token stop);
  Result<std::size_t> read(MutableBytes buffer) override;

 private:
  StoppableSource(BorrowedFd fd, std::stop_token stop, StopFd stop_fd)
      : fd_(fd), stop_(std::move(stop)), stop_fd_(std::move(stop_fd)) {}

  BorrowedFd fd_;
  std::stop_token stop_;
  StopFd stop_fd_;
};

}  // namespace corten::sys
