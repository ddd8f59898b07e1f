"""Services that belong to one folder: started with a limit, ended by their number with all that they started."""

import ctypes
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Callable

from support import wait_until

_PR_SET_PDEATHSIG = 1


def start(command: list[str], log: Path, ready: Callable[[], bool]) -> "subprocess.Popen[bytes]":
    """Comes back when it is ready; what it says is in `log`."""
    with open(log, "ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   preexec_fn=_end_with_the_tests)
    wait_until(lambda: process.poll() is not None or ready(), f"{command[0]} to answer")
    assert process.poll() is None, f"{command[0]} ended: {log.read_text()[-2000:]}"
    return process


def _end_with_the_tests() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)


def processes_naming(place: Path) -> list[int]:
    """Processes with this folder in their command line or as their root."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{place}/".encode() in (process / "cmdline").read_bytes() or \
                    os.readlink(process / "root").startswith(f"{place}/"):
                found.append(int(process.name))
        except OSError:  # it has ended
            continue
    return found


def clear(place: Path) -> None:
    """Ends what was left behind below this folder, takes its mounts away and removes it."""
    for pid in processes_naming(place):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait_until(lambda: not processes_naming(place), f"the processes of {place} to end")
    for line in reversed(Path("/proc/self/mountinfo").read_text().splitlines()):
        target = line.split()[4].encode().decode("unicode_escape")
        if target.startswith(f"{place}/"):
            subprocess.run(["umount", "--lazy", target], check=True, timeout=20)
    shutil.rmtree(place)
