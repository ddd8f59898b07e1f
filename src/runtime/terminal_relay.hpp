#pragma once

#include <poll.h>
#include <termios.h>

#include <optional>
#include <string>
#include <vector>

#include "sys/fd.hpp"

namespace corten::runtime {

/// Copies between our standard streams and the controlling end of a container's terminal, as part of
/// somebody's poll loop. While it lives our own terminal, if standard input is one, is in raw mode: what is
/// typed is for the container to interpret.
class TerminalRelay {
 public:
  static Result<TerminalRelay> begin(sys::UniqueFd terminal);

  TerminalRelay(TerminalRelay&& other) noexcept;
  TerminalRelay& operator=(TerminalRelay&&) = delete;
  TerminalRelay(const TerminalRelay&) = delete;
  TerminalRelay& operator=(const TerminalRelay&) = delete;
  ~TerminalRelay();

  /// What to wait for: two entries, -1 as the descriptor where there is nothing more to come.
  void add_to(std::vector<pollfd>& entries) const;
  /// With the same two entries after poll().
  void serve(const pollfd& terminal, const pollfd& input);

  /// After the container's end: what the terminal still holds.
  void drain();

  /// The container's terminal gets the size of ours.
  void resize();

 private:
  explicit TerminalRelay(sys::UniqueFd terminal) : terminal_(std::move(terminal)) {}

  bool copy_output();
  void read_input();
  void write_input();

  sys::UniqueFd terminal_;
  std::string typed_;  // read, but not taken by the terminal yet
  bool input_ended_ = false;
  bool output_ended_ = false;
  std::optional<termios> saved_;
};

}  // namespace corten::runtime
