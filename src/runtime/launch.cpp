#include "runtime/launch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "runtime/channel.hpp"
#include "runtime/init_file.hpp"
#include "sys/memfd.hpp"
#include "sys/pid_identity.hpp"

namespace corten::runtime {
namespace {

constexpr int kFirstPreserved = 3;

// Descriptors 3 to 3 + n - 1 under their own numbers, as the caller was asked to.
Result<std::vector<sys::InheritedFd>> preserved_fds(std::uint32_t count) {
  std::vector<sys::InheritedFd> inherited;
  for (int fd = kFirstPreserved; fd < kFirstPreserved + static_cast<int>(count); ++fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    // What we opened ourselves is CLOEXEC, what we were handed on cannot be.
    if (flags < 0 || (flags & FD_CLOEXEC) != 0) {
      return with_hint(
          fail(Errc::invalid_argument, "--preserve-fds {}: descriptor {} is not open", count, fd),
          "the caller must hand on descriptors {} to {}", kFirstPreserved,
          kFirstPreserved + static_cast<int>(count) - 1);
    }
    inherited.push_back({.source = sys::BorrowedFd(fd), .target = fd});
  }
  return inherited;
}

Result<sys::Child> start_helper(const sys::UniqueFd& channel, const LaunchOptions& launching) {
  log::debug("starting the init helper");
  const auto preserve_fds = launching.plan.preserve_fds;
  const auto program = TRY_CTX(open_init_program(launching.program_directory), "starting the init helper");
  auto inherited = TRY(preserved_fds(preserve_fds));
  const int channel_fd = kFirstPreserved + static_cast<int>(preserve_fds);
  inherited.push_back({.source = channel, .target = channel_fd});
  const sys::SpawnOptions options = {
      .argv = {std::string(kInitProgramName), std::to_string(channel_fd)},
      .program_fd = program,
      // What the host's environment says is none of the container's business, and nothing may steer the
      // helper.
      .env = std::vector<std::string>{},
      .inherited = std::move(inherited),
  };
  return sys::spawn(options);
}

Result<> send_plan(Channel& channel, const LaunchOptions& options) {
  const auto text = to_json_text(options.plan);
  const auto plan = TRY(sys::sealed_memfd_of("corten-plan", as_bytes(text)));
  std::vector<sys::BorrowedFd> fds = {plan};
  fds.insert(fds.end(), options.fds.begin(), options.fds.end());
  return channel.send(MessageType::plan, {}, fds);
}

class Session {
 public:
  Session(Channel channel, sys::Child helper, InitRequests& requests, Interruption* interruption)
      : channel_(std::move(channel)),
        helper_(std::move(helper)),
        requests_(requests),
        interruption_(interruption) {}

  Result<> begin(const LaunchOptions& options) {
    TRY(requests_.helper_started(helper_.pid()));
    return send_plan(channel_, options);
  }

  Result<sys::Child> serve(Until until) {
    while (true) {
      if (interruption_ != nullptr) TRY(interruption_->wait_for(channel_.socket()));
      auto message = TRY(channel_.receive());
      if (!message) {
        if (until == Until::executed && process_) return std::move(*process_);
        return ended_early();
      }
      if (message->type == MessageType::ready && process_) {
        if (until == Until::ready) return std::move(*process_);
        continue;
      }
      TRY(answer(*message));
    }
  }

 private:
  Result<> answer(Message& message) {
    switch (message.type) {
      case MessageType::need_id_maps:
        TRY(requests_.write_id_maps(helper_.pid()));
        return channel_.send(MessageType::id_maps_written);
      case MessageType::init_process:
        return take_process(message);
      case MessageType::run_hooks:
        TRY(requests_.run_hooks());
        return channel_.send(MessageType::hooks_done);
      case MessageType::terminal:
        if (message.fds.size() != 1) break;
        return requests_.take_terminal(std::move(message.fds.front()));
      case MessageType::seccomp_listener:
        return take_listener(message);
      case MessageType::warning:
        log::warning("{}", message.text);
        return {};
      default:
        break;
    }
    return fail(Errc::data_loss, "the init helper sent something out of place (message {})",
                static_cast<int>(message.type));
  }

  Result<> take_listener(Message& message) {
    sys::UniqueFd listener;
    if (!message.fds.empty()) {
      listener = std::move(message.fds.front());
    } else {
      const auto number = TRY(parse_int64(message.text, "the listener of the init helper"));
      if (!process_) return fail(Errc::data_loss, "the init helper has a listener, but no process");
      auto fetched = sys::fetch_descriptor(process_->pidfd(), static_cast<int>(number));
      if (!fetched) {
        log::debug("{}", fetched.error().message());
        return channel_.send(MessageType::send_listener);
      }
      listener = std::move(*fetched);
    }
    TRY(requests_.take_seccomp_listener(std::move(listener)));
    return channel_.send(MessageType::proceed);
  }

  Result<> take_process(Message& message) {
    const auto pid = TRY(parse_int64(message.text, "the process number of the init helper"));
    if (message.fds.size() != 1 || pid <= 1) return fail(Errc::data_loss, "the init helper named no process");
    process_.emplace(static_cast<pid_t>(pid), std::move(message.fds.front()));
    TRY(requests_.process_made(process_->pid()));
    return channel_.send(MessageType::proceed, message.text);
  }

  // Killed from outside, or out of memory, or a bug: whoever ended last knows how.
  std::unexpected<Error> ended_early() {
    auto& last = process_ ? *process_ : helper_;
    const auto status = last.wait_for(std::chrono::seconds(1));
    if (!status || !*status)
      return fail(Errc::internal, "the init helper closed its channel and does not end");
    if ((*status)->signal != 0) {
      return fail(Errc::internal, "the container's init process was killed by signal {}", (*status)->signal);
    }
    return fail(Errc::internal, "the container's init process ended with status {} and said nothing",
                (*status)->code);
  }

  Channel channel_;
  sys::Child helper_;
  std::optional<sys::Child> process_;
  InitRequests& requests_;
  Interruption* interruption_;
};

}  // namespace

Result<sys::Child> launch(const LaunchOptions& options, InitRequests& requests) {
  auto pair = TRY(Channel::create());
  auto helper = TRY(start_helper(pair.theirs.socket(), options));
  {
    const auto theirs = std::move(pair.theirs);
  }  // or its end would never be seen here
  Session session(std::move(pair.ours), std::move(helper), requests, options.interruption);
  // When the helper is dead already, what it said last tells more than that nobody listens.
  const auto begun = session.begin(options);
  if (!begun && begun.error().kind() != Errc::unavailable) return std::unexpected(begun.error().clone());
  return session.serve(options.until);
}

}  // namespace corten::runtime
