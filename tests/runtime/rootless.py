"""A runtime that an ordinary user runs, and system calls that older kernels do not have."""

import os
from pathlib import Path
from typing import Any

from engine import Running, Runtime

# The same numbers on every architecture since 5.0, when the tables were joined.
OLD_CALLS = {"open_tree": 428, "move_mount": 429, "fsopen": 430, "pidfd_open": 434, "clone3": 435, "close_range": 436,
             "openat2": 437, "pidfd_getfd": 438, "mount_setattr": 442}
_ALL = ",".join(str(each) for each in OLD_CALLS.values())


def without(init: Path, name: str) -> tuple[str, ...]:
    """What to put before a command so that it lacks this call, or "all" of them."""
    return (str(init), "without", str(OLD_CALLS[name]) if name in OLD_CALLS else _ALL)

_IS_ROOT = os.geteuid() == 0
UID = 4242 if _IS_ROOT else os.geteuid()
# Where that user sees the folder of the test: those above it may be closed to others.
_SEEN = "/mnt"


class UsersRuntime(Runtime):
    """A runtime that an ordinary user runs: the one who runs the tests or, for root, somebody else."""

    def __init__(self, name: str, command: tuple[str, ...], place: Path) -> None:
        user = ("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--") if _IS_ROOT else ()
        super().__init__(name, (*user, *command), place)
        self.root.mkdir()
        runtime_directory = place / "runtime"
        runtime_directory.mkdir(mode=0o700)
        self.variables = {"XDG_RUNTIME_DIR": self.seen(runtime_directory), "HOME": self.seen(place)}
        if not _IS_ROOT:
            return
        for path in (self.root, runtime_directory):
            os.chown(path, UID, UID)
        self.setup = f"mount --rbind {place} {_SEEN}"
        if name == "corten":  # its build tree may be closed to the user too
            (place / "corten").touch()
            self.setup = f"mount --rbind {command[0]} {place}/corten; {self.setup}"
            self.command = (*user, f"{_SEEN}/corten", "oci")

    def seen(self, path: Path) -> str:
        """As the user sees it."""
        return str(path).replace(str(self.place), _SEEN) if _IS_ROOT else str(path)

    def begin(self, *words: str, options: tuple[str, ...] = (), **how: Any) -> Running:
        told = [self.seen(Path(word)) if word.startswith("/") else word for word in words]
        root, self.root = self.root, Path(self.seen(self.root))
        try:
            return super().begin(*told, options=options, **how)
        finally:
            self.root = root
