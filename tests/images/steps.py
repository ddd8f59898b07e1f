"""Ends a command at each of its system calls in turn, or makes that call fail, with strace's fault injection.

strace counts calls for each thread by itself: "when=3" is the third call of whichever thread makes three first.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from stores import run_in, start_in
from support import Corten, Outcome

# What changes something on disk. Opening is not among them: O_CREAT of a file without a name or under a
# temporary one changes nothing that a later call does not.
CHANGES = (
    "renameat2", "renameat", "rename", "linkat", "link", "symlinkat", "mkdirat", "mkdir", "mknodat", "unlinkat",
    "unlink", "rmdir", "ftruncate", "fallocate", "fdatasync", "fsync", "syncfs", "write", "pwrite64", "pwritev",
    "writev", "copy_file_range", "fsetxattr", "fchmod", "fchown", "fchownat", "utimensat",
)
EVERY = os.environ.get("CORTEN_TEST_EVERY_STEP") == "1"


@dataclass(frozen=True)
class Step:
    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call} {self.number}"


def trace(corten: Corten, log: Path, words: list[str], calls: tuple[str, ...] = CHANGES) -> Outcome:
    return run_in(corten, ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=" + _known(calls), "-e", "signal=none"],
                  *words, timeout=40)


def steps_of(log: Path, calls: tuple[str, ...] = CHANGES) -> list[Step]:
    """Every call of these that the traced command made, in the order of first appearance."""
    count: Counter[tuple[str, str]] = Counter()
    steps: dict[Step, None] = {}
    for line in log.read_text(errors="replace").splitlines():
        found = re.match(r"(\d+) +(\w+)\(", line)
        if found and found[2] in calls:
            count[found[1], found[2]] += 1
            steps.setdefault(Step(found[2], count[found[1], found[2]]))
    return list(steps)


def choose(steps: list[Step], count: int) -> list[Step]:
    """All of them, or so many, evenly; renames and links, which make things visible, first of all."""
    if EVERY or len(steps) <= count:
        return steps
    weighty = [s for s in steps if s.call.startswith(("rename", "link"))][:count]
    others = [s for s in steps if s not in weighty]
    room = count - len(weighty)
    chosen = {*weighty, *(others[i * len(others) // room] for i in range(room))}
    return [s for s in steps if s in chosen]


def inject(corten: Corten, step: Step, what: str, words: list[str], log: Path) -> Outcome:
    """Runs it with `what` ("signal=SIGKILL", "error=EIO") at that step."""
    return run_in(
        corten,
        ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={step.call}", "-e", "signal=none", "-e",
         f"inject={step.call}:{what}:when={step.number}"],
        *words, timeout=40,
    )


def start_stopped_at(corten: Corten, path: str, words: list[str], log: Path) -> tuple["subprocess.Popen[str]", int]:
    """Starts a command that is stopped when it first opens this path, as it calls it; SIGCONT to the second of the
    two, a process id, lets it go on."""
    tracer = start_in(
        corten,
        ["strace", "-f", "-qq", "-o", str(log), "-P", path, "-e", "trace=openat", "-e", "inject=openat:signal=SIGSTOP:when=1"],
        *words,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and tracer.poll() is None:
        found = re.search(r"^(\d+) +--- stopped by SIGSTOP ---", log.read_text() if log.exists() else "", re.MULTILINE)
        if found:
            return tracer, int(found[1])
        time.sleep(0.02)
    tracer.kill()
    out, err = tracer.communicate(timeout=10)
    raise AssertionError(f"it did not open {path}\n{out}{err}")


def was_injected(done: Outcome, log: Path) -> bool:
    # strace ends by the signal that ended its command, and writes down the calls that it made fail.
    return done.code == -signal.SIGKILL or "(INJECTED)" in log.read_text(errors="replace")


def copy_store(source: Path, target: Path) -> None:
    """With everything in it: devices, attributes, links."""
    if target.exists():
        shutil.rmtree(target)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True, timeout=30)


def _known(calls: tuple[str, ...]) -> str:
    return ",".join("?" + call for call in calls)  # "?": calls that this architecture lacks are passed over
