#include "sys/run_capture.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sys/file.hpp"
#include "sys/memfd.hpp"
#include "sys/pipe.hpp"
#include "sys/poll.hpp"
#include "sys/retry.hpp"
#include "sys/stop_fd.hpp"

namespace corten::sys {

namespace {

// One of the program's output streams, read without blocking.
struct Stream {
  UniqueFd fd;
  std::string text;

  // Takes what is there now; closes the descriptor at the end of the stream.
  Result<> drain(std::size_t max_bytes) {
    std::array<char, 16 * 1024> buffer;
    while (fd) {
      const auto size = retry_on_eintr([&] { return ::read(fd.get(), buffer.data(), buffer.size()); });
      if (size < 0) {
        const int err = errno;
        if (err == EAGAIN) return {};
        return fail_errno(err, "reading a program's output");
      }
      if (size == 0) {
        fd.reset();
        return {};
      }
      if (text.size() + static_cast<std::size_t>(size) > max_bytes) {
        return fail(Errc::failed_precondition, "more than {} bytes of output", max_bytes);
      }
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return {};
  }
};

Result<UniqueFd> open_input(const std::string& text) {
  if (text.empty()) return open("/dev/null", O_RDONLY);
  return sealed_memfd_of("corten-input", as_bytes(text));
}

Result<> set_nonblocking(BorrowedFd fd) {
  if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) {
    const int err = errno;
    return fail_errno(err, "making a pipe non-blocking");
  }
  return {};
}

// Reads both streams until the program has ended.
Result<> follow(const Child& child, Stream& output, Stream& error_output, const CaptureOptions& options) {
  const auto deadline = std::chrono::steady_clock::now() + options.timeout;
  const auto stop = TRY(StopFd::create(options.stop));
  while (true) {
    std::array<pollfd, 4> waiting{{{.fd = child.pidfd().get(), .events = POLLIN, .revents = 0},
                                   {.fd = output.fd.get(), .events = POLLIN, .revents = 0},
                                   {.fd = error_output.fd.get(), .events = POLLIN, .revents = 0},
                                   {.fd = stop.fd().get(), .events = POLLIN, .revents = 0}}};
    const int ready = ::poll(waiting.data(), waiting.size(), poll_timeout(deadline));
    if (ready < 0 && errno != EINTR) {
      const int err = errno;
      return fail_errno(err, "waiting for a program");
    }
    if (ready == 0) {
      return fail(Errc::canceled, "still running after {} ms", options.timeout.count());
    }
    if (options.stop.stop_requested()) return fail(Errc::canceled, "canceled");
    const bool ended = waiting[0].revents != 0;
    // After its end once more: it may have printed between the two looks.
    TRY(output.drain(options.max_output_bytes));
    TRY(error_output.drain(options.max_output_bytes));
    if (ended) return {};
  }
}

}  // namespace

Result<Captured> run_capture(const std::vector<std::string>& argv, const CaptureOptions& options) {
  const auto input = TRY(open_input(options.input));
  auto output_pipe = TRY(create_pipe());
  auto error_pipe = TRY(create_pipe());
  TRY(set_nonblocking(output_pipe.reader));
  TRY(set_nonblocking(error_pipe.reader));
  auto child = TRY(spawn({.argv = argv,
                          .env = options.env,
                          .working_directory = options.working_directory,
                          .standard_input = input,
                          .standard_output = output_pipe.writer,
                          .standard_error = error_pipe.writer,
                          .session = Session::own,
                          .parent_death_signal = SIGKILL}));
  output_pipe.writer.reset();
  error_pipe.writer.reset();

  Stream output{.fd = std::move(output_pipe.reader), .text = {}};
  Stream error_output{.fd = std::move(error_pipe.reader), .text = {}};
  auto followed = follow(child, output, error_output, options);
  if (!followed) {
    // Not reaped yet, so the number of its group is still its own.
    (void)::kill(-child.pid(), SIGKILL);
    TRY(child.wait());
    return with_frame(std::move(followed).error(), "running '{}'", argv.front());
  }
  const auto status = TRY(child.wait());
  return Captured{
      .status = status, .output = std::move(output.text), .error_output = std::move(error_output.text)};
}

}  // namespace corten::sys
