#pragma once

/// Makes the system refuse new threads, for tests.
namespace corten::codec::testing {

/// False in builds with a sanitizer, whose own pthread_create() must stay in place.
bool can_refuse_threads();

/// While it lives, only the next `allowed` pthread_create() calls of this process succeed; the others fail
/// with EAGAIN, as under a pids limit.
class ThreadRefusal {
 public:
  explicit ThreadRefusal(int allowed);
  ThreadRefusal(const ThreadRefusal&) = delete;
  ThreadRefusal& operator=(const ThreadRefusal&) = delete;
  ~ThreadRefusal();

  static int refused();
};

}  // namespace corten::codec::testing
