// Waiting, ending, and using things up.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

static void echo(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) say("%s", argv[i]);
}

static void wait_forever(int argc, char** argv) {
  (void)argc, (void)argv;
  fflush(stdout);
  for (;;) pause();
}

static void finish(int argc, char** argv) {
  (void)argc;
  fflush(stdout);
  _exit((int)number(argv[1]));
}

// Ends itself by a signal; the first process of a pid namespace cannot, and then goes on.
static void end_by(int argc, char** argv) {
  (void)argc;
  fflush(stdout);
  raise((int)number(argv[1]));
}

static volatile sig_atomic_t g_signal = 0;

static void remember(int signal_number) { g_signal = signal_number; }

// Creates FILE when it is ready, waits for any signal that it may catch, and ends with 64 plus its number.
static void catch_signal(int argc, char** argv) {
  (void)argc;
  struct sigaction action = {.sa_handler = remember};
  sigset_t all, old;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &old);
  // SIGURG: programs in Go send it to themselves, and runc passes it on.
  for (int i = 1; i < 32; ++i)
    if (i != SIGCHLD && i != SIGURG) sigaction(i, &action, NULL);
  const int fd = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd >= 0) close(fd);
  sigset_t none;
  sigemptyset(&none);
  while (g_signal == 0) sigsuspend(&none);
  _exit(64 + g_signal);
}

// N children that only wait; prints how many there are.
static void spawn(int argc, char** argv) {
  (void)argc;
  fflush(stdout);
  long made = 0;
  int error = 0;
  for (long i = 0; i < number(argv[1]); ++i) {
    const pid_t child = fork();
    if (child == 0)
      for (;;) pause();
    if (child < 0)
      error = errno;
    else
      ++made;
  }
  say("%ld %s", made, error == 0 ? "ok" : strerrorname_np(error));
}

// In a child: touches memory of this size, mapped with these flags.
static void touch_memory(size_t size, int flags) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    char* memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (memory == MAP_FAILED) _exit(1);
    for (size_t i = 0; i < size; i += 4096) memory[i] = 1;
    _exit(0);
  }
  int ending = 0;
  waitpid(child, &ending, 0);
  if (WIFSIGNALED(ending))
    say("signal %d", WTERMSIG(ending));
  else
    say("%s", WEXITSTATUS(ending) == 0 ? "ok" : "ENOMEM");
}

// Touches BYTES of memory; "ok", or "signal 9" from the out-of-memory killer.
static void use_memory(int argc, char** argv) {
  (void)argc;
  touch_memory((size_t)number(argv[1]), 0);
}

// Touches N huge pages of 2 MB; "ok", "ENOMEM" or "signal 7".
static void use_huge_pages(int argc, char** argv) {
  (void)argc;
  touch_memory((size_t)number(argv[1]) << 21, MAP_HUGETLB);
}

// Waits until FILE is there, at most ten seconds.
static void await(int argc, char** argv) {
  (void)argc;
  fflush(stdout);
  struct stat info;
  for (int i = 0; i < 1000 && lstat(argv[1], &info) != 0; ++i) usleep(10 * 1000);
}

// Appends standard input, a text and a line break to FILE: a hook that remembers its state.
static void record(int argc, char** argv) {
  const int fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  char text[65536];
  size_t length = 0;
  ssize_t count = 0;
  while (length < sizeof text - 1 && (count = read(0, text + length, sizeof text - 1 - length)) > 0)
    length += (size_t)count;
  text[length] = '\0';
  dprintf(fd, "%s %s\n", argc > 2 ? argv[2] : "", text);
  close(fd);
}

static void nap(int argc, char** argv) {
  (void)argc;
  fflush(stdout);
  sleep((unsigned)number(argv[1]));
}

// Reads a line of standard input and prints it.
static void read_line(int argc, char** argv) {
  (void)argc, (void)argv;
  char line[1024];
  if (fgets(line, sizeof line, stdin) == NULL)
    say("end");
  else
    printf("got %s", line);
}

enum { kCaught = 64 };

// FILE WORD: keeps hold of the executables of other processes that it sees in /proc until FILE is there, then
// tries to write to each: how CVE-2019-5736 overwrote the runtime. Prints "TARGET ok" or "TARGET ERROR" for
// each. Only targets with WORD in their path, memory, and files that are mounted nowhere ("/": corten's init
// helper, which it can write anew) are written to: a success must cost nothing but a copy made for the test.
static void hunt(int argc, char** argv) {
  (void)argc;
  int caught[kCaught];
  char names[kCaught][PATH_MAX];
  int count = 0;
  struct stat info;
  fflush(stdout);
  for (int round = 0; round < 20000 && lstat(argv[1], &info) != 0; ++round) {
    for (int pid = 2; pid < 400 && count < kCaught; ++pid) {
      char path[64];
      snprintf(path, sizeof path, "/proc/%d/exe", pid);
      const int fd = open(path, O_PATH | O_CLOEXEC);
      if (fd < 0) continue;
      snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
      const ssize_t length = readlink(path, names[count], PATH_MAX - 1);
      if (length > 0) names[count][length] = '\0';
      const int harmless =
          length > 0 && (strstr(names[count], argv[2]) != NULL || strncmp(names[count], "/memfd:", 7) == 0 ||
                         strcmp(names[count], "/") == 0);
      if (!harmless)
        close(fd);
      else
        caught[count++] = fd;
    }
    usleep(200);
  }
  sleep(1);  // a running program cannot be written to
  for (int i = 0; i < count; ++i) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", caught[i]);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    printf("%s ", names[i]);
    say_outcome(fd < 0 ? -1 : write(fd, "X", 1));
  }
}

// To the service manager, as sd_notify(3) does it.
static void notify(int argc, char** argv) {
  (void)argc;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  // check_style: allow(banned) the C of the tests is its own
  const char* path = getenv("NOTIFY_SOCKET");
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path == NULL ? "" : path);
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  say_outcome(sendto(fd, argv[1], strlen(argv[1]), 0, (struct sockaddr*)&address, sizeof address));
  close(fd);
}

const struct Step kActSteps[] = {
    {"echo", 0, echo},
    {"wait", 0, wait_forever},
    {"exit", 1, finish},
    {"end-by", 1, end_by},
    {"catch", 1, catch_signal},
    {"notify", 1, notify},
    {"spawn", 1, spawn},
    {"use-memory", 1, use_memory},
    {"use-huge-pages", 1, use_huge_pages},
    {"await", 1, await},
    {"record", 1, record},
    {"sleep", 1, nap},
    {"read-line", 0, read_line},
    {"hunt", 2, hunt},
    {NULL, 0, NULL},
};
