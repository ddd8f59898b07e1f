#include "codec/testing_threads.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <limits>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CORTEN_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CORTEN_SANITIZED 1
#endif
#endif

namespace corten::codec::testing {

namespace {
std::atomic<int> allowed_threads = std::numeric_limits<int>::max();
std::atomic<int> refused_threads = 0;

[[maybe_unused]] bool admit_thread() {
  if (allowed_threads.fetch_sub(1) > 0) return true;
  refused_threads.fetch_add(1);
  return false;
}
}  // namespace

bool can_refuse_threads() {
#ifdef CORTEN_SANITIZED
  return false;
#else
  return true;
#endif
}

ThreadRefusal::ThreadRefusal(int allowed) {
  refused_threads = 0;
  allowed_threads = allowed;
}
ThreadRefusal::~ThreadRefusal() { allowed_threads = std::numeric_limits<int>::max(); }
int ThreadRefusal::refused() { return refused_threads; }

}  // namespace corten::codec::testing

#ifndef CORTEN_SANITIZED
// The definition in the program comes before the one in libc, also for calls from shared libraries.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*function)(void*),
                              void* argument) noexcept {
  if (!corten::codec::testing::admit_thread()) return EAGAIN;
  static const auto real = reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  return real(thread, attributes, function, argument);
}
#endif
