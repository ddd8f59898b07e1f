#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
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
  std::stop_token stop = {};
};

struct Captured {
  ExitStatus status;
  std::string output;
  std::string error_output;
};

/// Runs a helper program to its end and returns what it printed; its exit code is the caller's to judge. The
/// program has a session of its own, so that no signal of the terminal reaches it: at the time limit, when
/// asked to stop and over the cap, all of its process group are killed: `canceled` twice (options.stop tells
/// which) and failed_precondition. When this process dies, so does the program. Does not wait for background
/// processes that keep the streams open.
Result<Captured> run_capture(const std::vector<std::string>& argv, const CaptureOptions& options = {});

}  // namespace corten::sys
