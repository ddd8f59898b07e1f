#pragma once

namespace corten::process {

/// Opens /dev/null in place of standard descriptors that the parent closed: otherwise the next file opened
/// would get number 1 and receive our output (as the C library does for setuid programs). False if even that
/// fails.
bool ensure_standard_descriptors();

/// A write to a pipe without a reader shall fail with EPIPE instead of killing the process, since sockets
/// break at any time. By a handler that does nothing, not by ignoring the signal: exec resets handlers, so
/// containers and tools that we start get the default back.
void survive_broken_pipes();

/// Ends the process as this signal does when nobody handles it: after SIGPIPE `corten ... | head` looks like
/// any other tool to the shell. Without a core file.
[[noreturn]] void die_of(int signal_number);

}  // namespace corten::process
