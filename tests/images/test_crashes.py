"""kill -9, ENOSPC and EIO at each step of pull, load and rmi: the store stays sound and the command works again.

CORTEN_TEST_EVERY_STEP=1 tries every system call instead of a choice; it takes some minutes.
"""

import shutil
import signal
from pathlib import Path
from typing import Callable, Optional

import pytest

import samples
from daemons import Registry
from steps import EVERY, Step, choose, copy_store, inject, steps_of, trace, was_injected
from stores import assert_sound, files_of, names_in, ok
from support import Corten, Outcome

pytestmark = pytest.mark.timeout(1800 if EVERY else 180)

ERRORS = ("renameat2", "renameat", "linkat", "mkdirat", "fdatasync", "fsync", "syncfs", "write", "pwrite64",
          "copy_file_range", "ftruncate", "fallocate", "unlinkat")


class Scenario:
    """A command, the store it begins with and how that looks when it is done."""

    def __init__(self, corten: Corten, words: list[str], name: str, begin: Optional[Path], present: bool) -> None:
        self.corten, self.words, self.name, self.begin, self.present = corten, words, name, begin, present

    def reset(self) -> None:
        for path in (self.corten.root, self.corten.run_root):
            shutil.rmtree(path, ignore_errors=True)
        if self.begin:
            copy_store(self.begin, self.corten.root)

    def steps(self, log: Path) -> list[Step]:
        self.reset()
        ok(trace(self.corten, log, self.words))
        self.assert_done(log.parent)
        return steps_of(log)

    def assert_done(self, directory: Path) -> None:
        assert (self.name in names_in(self.corten)) == self.present
        if self.present:
            files = files_of(self.corten, self.name)
            assert {path: files[path] for path in samples.HELLO_FILES} == samples.HELLO_FILES
            assert not [path for path in samples.HELLO_ABSENT if path in files]

    def again(self, directory: Path) -> None:
        """After the fault: sound as it is, and the same command does it."""
        if self.corten.root.exists():
            assert_sound(self.corten)
        done = self.corten(*self.words, timeout=30)
        if self.present or done.code == 0:
            ok(done)
        else:
            # rmi that was ended after its last visible step has nothing left to remove.
            assert self.name not in names_in(self.corten), done.err
        self.assert_done(directory)
        assert_sound(self.corten)


@pytest.fixture(params=["pull", "load", "rmi"])
def scenario(request: pytest.FixtureRequest, registry: Registry, repository: str, corten: Corten,
             tmp_path: Path) -> Scenario:
    image = samples.hello()
    name = registry.put(repository, "1", image)
    if request.param == "pull":
        return Scenario(corten, ["pull", name], name, None, True)
    if request.param == "load":
        layout = samples.write_layout(tmp_path / "layout", {name: image})
        return Scenario(corten, ["load", "-i", str(layout)], name, None, True)
    ok(corten("pull", name))
    begin = tmp_path / "begin"
    copy_store(corten.root, begin)
    return Scenario(corten, ["rmi", name], name, begin, False)


def each(scenario: Scenario, steps: list[Step], what: str, check: Callable[[Step, Outcome], None],
         tmp_path: Path) -> None:
    """Tries them all and tells of all that failed."""
    failures, tried = [], 0
    for step in steps:
        scenario.reset()
        log = tmp_path / "inject.log"
        done = inject(scenario.corten, step, what, scenario.words, log)
        tried += was_injected(done, log)
        try:
            check(step, done)
            scenario.again(tmp_path)
        except (AssertionError, OSError, KeyError) as failure:
            failures.append(f"{what} at {step}: {failure}\nthe command said: {done.out}{done.err}")
    assert not failures, f"{len(failures)} of {len(steps)}\n\n" + "\n\n".join(failures[:5])
    # Threads share the work differently each time, so that some steps are not reached.
    assert tried >= len(steps) * 0.7, f"only {tried} of {len(steps)} steps were reached"


def test_kill_at_each_step(scenario: Scenario, tmp_path: Path) -> None:
    steps = choose(scenario.steps(tmp_path / "trace.log"), 40)
    assert any(step.call.startswith("rename") for step in steps), "nothing was published"

    def check(step: Step, done: Outcome) -> None:
        assert done.code in (-signal.SIGKILL, 0), f"exit status {done.code}"

    each(scenario, steps, "signal=SIGKILL", check, tmp_path)


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_an_error_at_each_step(error: str, scenario: Scenario, tmp_path: Path) -> None:
    steps = choose([s for s in scenario.steps(tmp_path / "trace.log") if s.call in ERRORS], 20)

    def check(step: Step, done: Outcome) -> None:
        assert 0 <= done.code < 126, f"exit status {done.code}"
        if done.code != 0 and step.call != "write":  # the write may have been that of the message
            assert "corten: " in done.err

    each(scenario, steps, f"error={error}", check, tmp_path)
