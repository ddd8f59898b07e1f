// The program that runs inside the containers of tests/runtime: static, so that a root filesystem needs
// nothing else.
//
//   /init STEP [, STEP]...      STEP = WORD [ARGUMENT]...
//
// Each step prints lines and then a line that holds only ASCII 30 (record separator), so that one container
// answers many questions. A step that shows something prints it; a step that tries something prints "ok" or
// the name of the error (EPERM). A failing show prints "error: ENOENT".
#pragma once

#include <stddef.h>

// argv[0] is the word of the step.
typedef void (*StepFunction)(int argc, char** argv);

struct Step {
  const char* word;
  int arguments;  // at least
  StepFunction run;
};

// Each table ends with a null word.
extern const struct Step kShowSteps[];     // files and mounts
extern const struct Step kProcessSteps[];  // what the process is: ids, limits, namespaces
extern const struct Step kTrySteps[];      // what it may do
extern const struct Step kActSteps[];      // waiting, ending, using up

void say(const char* format, ...) __attribute__((format(printf, 1, 2)));

// Prints "ok" when `status` is not negative, else the name of errno.
void say_outcome(long status);

// Prints "error: NAME".
void say_error(void);

// The only raw system call: for tests of filters and of calls that libc has no name for.
long raw_call(long number, long a, long b, long c, long d, long e);

// A whole number in any base that strtol knows; ends the program with status 99 at anything else.
long number(const char* text);

// Copies a file to standard output.
void show_file(const char* path);
