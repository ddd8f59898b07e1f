"""What tests use besides fixtures."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Mapping, Optional

import pytest


# How many times longer than usual a test may wait: an emulated machine is slow (scripts/test-vm).
SLOWNESS = float(os.environ.get("CORTEN_TEST_SLOWNESS", "1"))
_STARTED_WITHIN_SECONDS = 20


@dataclass(frozen=True)
class Outcome:
    code: int  # negative: killed by that signal
    out: str
    err: str


class Corten:
    """Runs the binary with a store of its own and an environment in which nothing of the caller's counts."""

    def __init__(self, binary: Path, directory: Path) -> None:
        self.binary = binary
        self.root = directory / "root"
        self.run_root = directory / "run"
        self.home = directory / "home"
        self.home.mkdir()

    def environment(self, extra: Optional[Mapping[str, str]] = None) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "PATH": f"{self.binary.parent}:{os.environ['PATH']}",
            **(extra or {}),
        }

    def __call__(
        self, *words: str, env: Optional[Mapping[str, str]] = None, timeout: float = 10
    ) -> Outcome:
        """Runs `corten --root ... --run-root ... WORDS`."""
        store = ["--root", str(self.root), "--run-root", str(self.run_root)]
        return self.bare(*store, *words, env=env, timeout=timeout)

    def bare(
        self, *words: str, env: Optional[Mapping[str, str]] = None, timeout: float = 10
    ) -> Outcome:
        """Runs `corten WORDS`, without flags of ours."""
        return run([str(self.binary), *words], env=self.environment(env), timeout=timeout)


def run(command: list[str], env: Mapping[str, str], timeout: float = 10) -> Outcome:
    done = subprocess.run(
        command,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """Its first true result; a guard against waiting forever, not a measurement."""
    deadline = time.monotonic() + _STARTED_WITHIN_SECONDS * SLOWNESS
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)
    return found


def verbs(corten: Corten, *group: str) -> list[str]:
    """What `corten GROUP --help` lists under its headings of commands, sorted."""
    lines = corten.bare(*group, "--help").out.splitlines()
    found: list[str] = []
    listing = False
    for line in lines:
        if line and not line.startswith(" "):
            listing = line.endswith("Commands:")
        elif listing and line.startswith("  ") and line[2:3] not in ("", " "):
            found.append(line.split()[0])
    return sorted(found)


def needs(program: str) -> str:
    """The path of a program; the test is skipped with that reason where it is missing."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"needs {program}, which is not installed")
    return path
