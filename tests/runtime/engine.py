"""An OCI runtime as the tests see it: a command line, and the containers it made."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Optional

from bundle import CGROUP_PARENT, Bundle, steps
from support import SLOWNESS, Outcome, wait_until

CGROUPS = Path("/sys/fs/cgroup")
V2 = (CGROUPS / "cgroup.controllers").exists()  # there is only version 2
_SEPARATOR = "\x1e\n"

# crun 1.8 refuses a machine where the version 2 hierarchy beside version 1 has controllers; it never sees it here.
HIDE_UNIFIED = "umount /sys/fs/cgroup/unified 2>/dev/null || true"


def cgroup_directories(path: str) -> dict[str, Path]:
    """The directories of one cgroup that exist, by hierarchy ("" where there is only version 2)."""
    if V2:
        found = {"": CGROUPS / path.lstrip("/")}
    else:
        found = {each.name: each / path.lstrip("/") for each in CGROUPS.iterdir() if not each.is_symlink()}
    return {name: directory for name, directory in found.items() if directory.is_dir()}


def remove_cgroups(path: str) -> None:
    """Ends what runs in this cgroup and those below it, and removes them."""
    for top in cgroup_directories(path).values():
        for directory, _, _ in os.walk(top, topdown=False):
            procs = Path(directory) / "cgroup.procs"
            frozen = Path(directory) / "freezer.state"
            if frozen.exists():
                frozen.write_text("THAWED")
            for pid in procs.read_text().split():
                os.kill(int(pid), signal.SIGKILL)
            wait_until(lambda procs=procs: not procs.read_text(), f"{procs} to become empty")
            os.rmdir(directory)


@dataclass
class Running:
    """A foreground `run`, with where its output goes."""

    process: "subprocess.Popen[bytes]"
    out: Path
    err: Path

    def wait(self, timeout: float = 15) -> Outcome:
        code = self.process.wait(timeout * SLOWNESS)
        return Outcome(code, self.out.read_text(errors="replace"), self.err.read_text(errors="replace"))


def name_of(command: tuple[str, ...]) -> str:
    """"corten", "runc" or "crun"."""
    return "corten" if command[-1] == "oci" else command[0]


class Runtime:
    """Runs verbs with a state directory of its own."""

    def __init__(self, name: str, command: tuple[str, ...], place: Path) -> None:
        self.name = name
        self.command = command
        self.place = place
        self.root = place / "state"
        self.variables: dict[str, str] = {}
        # Shell commands to do in a mount namespace of the runtime's own, all of it private, before it starts.
        self.setup = ""
        self.always = HIDE_UNIFIED if name == "crun" else ""
        self._count = 0
        self._running: list[Running] = []

    def begin(self, *words: str, options: tuple[str, ...] = (), stdin: Any = subprocess.DEVNULL,
              fds: tuple[int, ...] = (), cwd: Optional[Path] = None) -> Running:
        """Starts `RUNTIME --root ROOT OPTIONS WORDS`. Output goes to files: a container may hold it open."""
        self._count += 1
        out, err = (self.place / f"{kind}-{self._count}" for kind in ("out", "err"))
        command = [*self.command, "--root", str(self.root), *options, *words]
        if self.always or self.setup:
            prepare = f"{self.always}\n{self.setup}\nexec \"$@\""
            command = ["unshare", "--mount", "sh", "-ec", prepare, "sh", *command]
        with open(out, "wb") as output, open(err, "wb") as errors:
            process = subprocess.Popen(command, stdin=stdin, stdout=output, stderr=errors, env=self.environment(),
                                       pass_fds=fds, cwd=cwd or self.place)
        started = Running(process, out, err)
        self._running.append(started)
        return started

    def environment(self) -> Mapping[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.place), **self.variables}

    def __call__(self, *words: str, text: Optional[str] = None, timeout: float = 15, **how: Any) -> Outcome:
        if text is not None:
            with open(self.place / "stdin", "w+", encoding="utf-8") as file:
                file.write(text)
                file.seek(0)
                return self.begin(*words, stdin=file, **how).wait(timeout)
        return self.begin(*words, **how).wait(timeout)

    def ok(self, *words: str, **how: Any) -> str:
        """What it printed; any failure of the command is one of the test."""
        done = self(*words, **how)
        assert done.code == 0, f"{self.name} {' '.join(words)} ended with {done.code}: {done.err}{done.out}"
        return done.out

    def refused(self, *words: str, **how: Any) -> str:
        """The error message of a command that has to fail."""
        done = self(*words, **how)
        assert done.code > 0, f"{self.name} {' '.join(words)} ended with {done.code}"
        assert done.err.strip(), f"{self.name} {' '.join(words)} failed without a word"
        return done.err

    def begin_run(self, bundle: Bundle, *flags: str, **how: Any) -> Running:
        bundle.write()
        return self.begin("run", "--bundle", str(bundle.path), *flags, bundle.id, **how)

    def run(self, bundle: Bundle, *flags: str, **how: Any) -> Outcome:
        """`run` in the foreground."""
        bundle.write()
        return self("run", "--bundle", str(bundle.path), *flags, bundle.id, **how)

    def ask(self, bundle: Bundle, *wanted: str, **how: Any) -> list[str]:
        """The answers of the helper to these steps, from a container of its own."""
        done = self.run(bundle.runs(*wanted), **how)
        assert done.code == 0, f"run ended with {done.code}: {done.err}{done.out}"
        return split(done.out)

    def fails(self, bundle: Bundle, **how: Any) -> str:
        """The message of a `run` that has to fail before the process starts; nothing may be left of it."""
        if bundle.process.get("args") == ["/init", "wait"]:  # a runtime that starts it must not wait for it
            bundle.runs("echo started")
        done = self.run(bundle, **how)
        assert done.code > 0, f"run ended with {done.code}: {done.out}"
        assert done.err.strip(), "run failed without a word"
        assert not (self.root / bundle.id).exists(), "the failed run left its state behind"
        return done.err

    def create(self, bundle: Bundle, *flags: str, **how: Any) -> "Container":
        bundle.write()
        begun = self.begin("create", "--bundle", str(bundle.path), *flags, bundle.id, **how)
        done = begun.wait()
        assert done.code == 0, f"create ended with {done.code}: {done.err}"
        return Container(self, bundle, begun)

    def started(self, bundle: Bundle, *flags: str, **how: Any) -> "Container":
        made = self.create(bundle, *flags, **how)
        made.start()
        return made

    def containers(self) -> list[str]:
        return sorted(each.name for each in self.root.iterdir()) if self.root.is_dir() else []

    def close(self) -> None:
        for name in self.containers():
            self("delete", "--force", name)
        for each in self._running:
            if each.process.poll() is None:
                each.process.kill()
                each.process.wait()


@dataclass
class Container:
    runtime: Runtime
    bundle: Bundle
    begun: Running

    @property
    def id(self) -> str:
        return self.bundle.id

    def start(self) -> None:
        self.runtime.ok("start", self.id)

    def state(self) -> dict[str, Any]:
        return json.loads(self.runtime.ok("state", self.id))

    @property
    def status(self) -> str:
        return self.state()["status"]

    @property
    def pid(self) -> int:
        return self.state()["pid"]

    @property
    def output(self) -> str:
        return self.begun.out.read_text(errors="replace")

    def answers(self, count: int) -> list[str]:
        """The output of this many finished steps."""
        wait_until(lambda: self.output.count(_SEPARATOR) >= count, f"{count} answers of {self.id}")
        return split(self.output)[:count]

    def kill(self, what: str = "KILL", *flags: str) -> None:
        self.runtime.ok("kill", *flags, self.id, what)

    def delete(self, *flags: str) -> None:
        self.runtime.ok("delete", *flags, self.id)

    def wait_for(self, status: str) -> None:
        wait_until(lambda: self.status == status, f"{self.id} to be {status}")

    def exec(self, *words: str, flags: tuple[str, ...] = (), **how: Any) -> Outcome:
        return self.runtime("exec", *flags, self.id, *words, **how)

    def ask(self, *wanted: str, flags: tuple[str, ...] = (), **how: Any) -> list[str]:
        """The answers of the helper, run by `exec`."""
        done = self.exec(*steps(*wanted), flags=flags, **how)
        assert done.code == 0, f"exec ended with {done.code}: {done.err}{done.out}"
        return split(done.out)


def split(output: str) -> list[str]:
    return [answer.rstrip("\n") for answer in output.split(_SEPARATOR)][:-1]


def leftovers(bundle: Bundle) -> list[str]:
    """Cgroups that a container left."""
    return [str(path) for path in cgroup_directories(bundle.cgroup).values()]


def remove_all_cgroups() -> None:
    remove_cgroups(CGROUP_PARENT)
