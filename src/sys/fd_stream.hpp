#pragma once

#include "base/stream.hpp"
#include "sys/fd.hpp"

/// base's streams over descriptors, which the caller owns and which must outlive them. Neither buffers: give
/// them buffers of 64 KiB and more.
namespace corten::sys {

class FdSource : public Source {
 public:
  explicit FdSource(BorrowedFd fd) : fd_(fd) {}
  Result<std::size_t> read(MutableBytes buffer) override;

 private:
  BorrowedFd fd_;
};

/// finish() neither closes nor flushes to disk: the owner does (UniqueFd::close, fsync).
/// A regular file from the descriptor's position on. Skipping moves the position and reads nothing.
class FileSource : public SkippableSource {
 public:
  explicit FileSource(BorrowedFd fd) : fd_(fd) {}
  Result<std::size_t> read(MutableBytes buffer) override;
  Result<std::uint64_t> skip(std::uint64_t count) override;

 private:
  BorrowedFd fd_;
};

class FdSink : public Sink {
 public:
  explicit FdSink(BorrowedFd fd) : fd_(fd) {}
  Result<> write(Bytes bytes) override;
  Result<> finish() override { return {}; }

 private:
  BorrowedFd fd_;
};

}  // namespace corten::sys
