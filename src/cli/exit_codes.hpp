#pragma once

/// What the shell sees. Taken from the Docker command line 28.2, tried one by one:
///
///   0    success, also for help that was asked for and for a bare `corten` or `corten system`
///   1    the command failed; unknown verb; unknown help topic; wrong number of arguments
///   125  unknown flag, flag without its value, value that the flag does not accept
///   130  stopped by the user (Errc::canceled)
///   141  nobody reads our output any more: killed by SIGPIPE, as `docker | head` is
///
/// A command that fails takes the code of its error's kind (errc_info in base/errc.hpp). `run` and `exec`
/// give 125, 126, 127 or the container's own code and decide that themselves.
namespace corten::cli {

inline constexpr int kExitSuccess = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitBadFlag = 125;

}  // namespace corten::cli
