#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "base/errc.hpp"

namespace corten {

/// Why something failed: a kind for programs, a trail of frames for people, an errno if a system call failed.
///
/// The innermost frame says what failed, with names in single quotes; each caller that knows the purpose adds
/// one. Printed newest first, the cause last:
///   loading bundle 'b1': opening 'config.json': No such file or directory
///
/// One pointer wide, so that Result<int> is 16 bytes. Move-only; clone() copies on purpose. Not thread-safe.
class Error {
 public:
  Error(Errc kind, std::string frame, int errnum = 0);
  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  Error(const Error&) = delete;
  Error& operator=(const Error&) = delete;
  ~Error() = default;

  Error clone() const;

  Errc kind() const;
  /// 0 if no system call was involved.
  int errnum() const;
  /// Innermost first.
  const std::vector<std::string>& frames() const;
  /// What the user can do about it, or empty. Shown on a line of its own.
  std::string_view hint() const;

  void add_frame(std::string frame);
  void set_hint(std::string hint);
  void set_kind(Errc kind);

  /// All frames newest first, then the text of errno. May hold bytes from outside: print it through
  /// `printable()` (base/strings.hpp).
  std::string message() const;

 private:
  struct Rep {
    Errc kind;
    int errnum;
    std::vector<std::string> frames;
    std::string hint;
  };
  explicit Error(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

Error make_error(Errc kind, int errnum, fmt::string_view format, fmt::format_args args);

/// The text of an errno value; unlike strerror() safe in threads and the same in every locale.
std::string errno_text(int errnum);

}  // namespace corten
