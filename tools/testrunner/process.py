"""Runs a command with a time limit and leaves nothing of it behind."""

import ctypes
import dataclasses
import os
import pathlib
import signal
import subprocess
import time
from collections.abc import Callable

_PR_SET_CHILD_SUBREAPER = 36
_GRACE_SECONDS = 3.0


@dataclasses.dataclass
class Ended:
    status: int
    seconds: float
    timed_out: bool = False
    hung: tuple[str, ...] = ()  # the processes that were running when the time was over
    left: tuple[str, ...] = ()  # the processes it left running when it ended by itself


def adopt_orphans() -> None:
    """Makes this process the parent of any process below it whose own parent ends: none can hide from run()."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(command: tuple[str, ...], *, cwd: pathlib.Path, environment: dict[str, str], log: pathlib.Path,
        limit_seconds: float, tick: Callable[[float], None] = lambda seconds: None) -> Ended:
    """Appends the output to `log`; standard input is empty. `tick` is called several times a second."""
    started = time.monotonic()
    with open(log, "ab") as output:
        output.write(("$ " + " ".join(command) + "\n").encode())
        output.flush()
        try:
            child = subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                     stderr=subprocess.STDOUT, start_new_session=True)
        except OSError as error:
            output.write(f"{command[0]}: {error.strerror}\n".encode())
            return Ended(status=127, seconds=0.0)
        try:
            while child.poll() is None:
                seconds = time.monotonic() - started
                if seconds > limit_seconds:
                    hung = tuple(describe(pid) for pid in leaves())
                    kill_descendants()
                    child.wait()
                    return Ended(status=-signal.SIGKILL, seconds=seconds, timed_out=True, hung=hung)
                tick(seconds)
                _wait(child, 0.1 if seconds > 1 else 0.02)
                _reap_orphans(child)
        except BaseException:
            kill_descendants()
            raise
    left = tuple(describe(pid) for pid in descendants())
    kill_descendants()
    return Ended(status=child.returncode, seconds=time.monotonic() - started, left=left)


def _wait(child: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        pass


def _reap_orphans(child: subprocess.Popen[bytes]) -> None:
    """As an init would: whoever waits for an adopted process to be gone would else wait forever, and so would the first
    process of a pid namespace with it inside. The child itself is left to its Popen object."""
    while child.returncode is None:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None or ended.si_pid == child.pid:
            return
        os.waitpid(ended.si_pid, 0)


def descendants() -> list[int]:
    """Every live process below this one, parents first."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))) is not None and fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(entry))
    found: list[int] = []
    queue = [os.getpid()]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def leaves() -> list[int]:
    """The descendants without children of their own: what is being waited for."""
    below = descendants()
    parents = {int(fields[1]) for pid in below if (fields := _stat(pid)) is not None}
    return [pid for pid in below if pid not in parents]


def kill_descendants() -> None:
    """SIGTERM, a moment to clean up, then SIGKILL, and reaps what became ours."""
    deadline = time.monotonic() + _GRACE_SECONDS
    _signal_all(signal.SIGTERM)
    while descendants() and time.monotonic() < deadline:
        time.sleep(0.05)
        _reap()
    while descendants():
        _signal_all(signal.SIGKILL)
        time.sleep(0.02)
        _reap()


def _signal_all(number: int) -> None:
    for pid in descendants():
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass
        except PermissionError:
            pass  # became another user through newuidmap; it dies with its namespace's first process


def _reap() -> None:
    """Collects orphans that ended. The child that run() waits for is left to its Popen object."""
    for pid in _zombies():
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass


def _zombies() -> list[int]:
    me = os.getpid()
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()
            and (fields := _stat(int(entry))) is not None and fields[0] == "Z" and int(fields[1]) == me]


def _stat(pid: int) -> list[str] | None:
    """State, parent and what follows of /proc/PID/stat; the name before them may hold anything."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def describe(pid: int) -> str:
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return f"{pid}: gone"
    text = " ".join(os.fsdecode(word) for word in words).strip() or "(kernel)"
    return f"{pid}: {text[:200]}"
