#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "sys/process.hpp"

namespace corten::sys {

struct CaptureOptions {
  std::string input = {};                                   ///< Standard input; empty for none.
  std::size_t max_output_bytes = std::size_t{1024} * 1024;  ///< Of each stream.
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  std::optional<std::vector<std::string>> env = std::nullopt;
  std::optional<BorrowedFd> working_directory = std::nullopt;
};

struct Captured {
  ExitStatus status;
  std::string output;
  std::string error_output;
};

/// Runs a helper program to its end and returns what it printed; its exit code is the caller's to judge. The
/// program and, at the time limit or over the cap, everything in its session's process group are killed:
/// `canceled` and failed_precondition. Does not wait for background processes that keep the streams open.
Result<Captured> run_capture(const std::vector<std::string>& argv, const CaptureOptions& options = {});

}  // namespace corten::sys
