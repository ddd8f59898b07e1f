#pragma once

#include <cstddef>
#include <cstdio>

#include "base/stream.hpp"

namespace corten::process {

class StandardInput final : public Source {
 public:
  Result<std::size_t> read(MutableBytes buffer) override;
};

/// Standard output or standard error. A pipe that nobody reads any more ends the process there and then,
/// quietly, as it ends other tools.
class StandardOutput final : public Sink {
 public:
  /// Borrows `file`. `name` is for errors: "standard output".
  StandardOutput(std::FILE* file, const char* name) : file_(file), name_(name) {}

  Result<> write(Bytes bytes) override;
  /// Writes what stdio has buffered and fails if it cannot: the disk may be full. Silent if write() has
  /// already failed.
  Result<> finish() override;

 private:
  std::unexpected<Error> failure(int errnum);

  std::FILE* file_;
  const char* name_;
  bool failed_ = false;
};

}  // namespace corten::process
