#pragma once

#include <cstddef>
#include <string_view>

#include <fmt/core.h>

#include "base/stream.hpp"

namespace corten::cli {

/// The three streams a command talks through, so that a test can give it memory instead of a terminal.
/// Results go to `out`, everything said about them to `err`.
struct Io {
  Source& in;
  Sink& out;
  Sink& err;
  /// Width to which text for people is wrapped.
  std::size_t columns = 80;
  /// Width of the terminal that `out` is, to which tables are cut; 0 if it is none.
  std::size_t terminal_columns = 0;

  Result<> print(std::string_view text) const { return out.write(as_bytes(text)); }

  /// Messages: a standard error that cannot be written to leaves nobody to tell.
  void complain(std::string_view text) const { (void)err.write(as_bytes(text)); }
};

}  // namespace corten::cli
