"""A runtime that an ordinary user runs, and system calls that older kernels do not have."""

import os
from pathlib import Path
from typing import Any

from engine import Running, Runtime

# The same numbers on every architecture since 5.0, when the tables were joined.
OLD_CALLS = {"open_tree": 428, "move_mount": 429, "fsopen": 430, "pidfd_open": 434, "clone3": 435, "close_range": 436,
             "openat2": 437, "pidfd_getfd": 438, "mount_setattr": 442}

UID = 4242
# Where the user sees the folder of the test: those above it may be closed to others.
SEEN = "/mnt"


class UsersRuntime(Runtime):
    """A runtime that an ordinary user runs; paths are told as that user sees them."""

    def __init__(self, name: str, command: tuple[str, ...], place: Path) -> None:
        user = ("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--")
        super().__init__(name, (*user, *command), place)
        self.setup = f"mount --rbind {place} {SEEN}"
        self.root.mkdir()
        runtime_directory = place / "runtime"
        runtime_directory.mkdir(mode=0o700)
        self.variables = {"XDG_RUNTIME_DIR": f"{SEEN}/runtime", "HOME": SEEN}
        for path in (self.root, runtime_directory):
            os.chown(path, UID, UID)

    def begin(self, *words: str, options: tuple[str, ...] = (), **how: Any) -> Running:
        told = [word.replace(str(self.place), SEEN) for word in words]
        root, self.root = self.root, Path(SEEN) / "state"
        try:
            return super().begin(*told, options=options, **how)
        finally:
            self.root = root
