"""Ordinary users to run corten as: with ids of /etc/subuid or without, made for one test by bind mounts."""

import os
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Mapping, Optional

import pytest

from stores import MountNamespace
from support import Outcome

UID = 4242
FIRST, COUNT = 100_000, 65_536
NAME = "rootless"

# Below here a user sees its directory, whatever the permissions of those above it: a build tree and the
# temporary directories of a test run are often closed to others.
PLACE = Path("/mnt")

_SETUP = """
mount --bind "$1" "$2/corten"
for file in passwd group subuid subgid; do
  mount --bind "$2/etc/$file" "/etc/$file"
done
for program in $4; do
  found=$(command -v "$program") && mount --bind /dev/null "$found"
done
mount --rbind "$2" "$3"
"""


@dataclass(frozen=True)
class Account:
    """Somebody who runs corten. `seen` is the user's directory as the user names it, `real` as the test does."""

    prefix: tuple[str, ...]
    binary: str
    real: Path
    seen: Path
    uid: int
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The default store, as the test names it."""
        return self.real / "home/.local/share/corten"

    def environment(self) -> dict[str, str]:
        return {
            "HOME": f"{self.seen}/home",
            "XDG_RUNTIME_DIR": f"{self.seen}/runtime",
            "LC_ALL": "C.UTF-8",
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            **self.variables,
        }

    def with_variables(self, **variables: str) -> "Account":
        return replace(self, variables={**self.variables, **variables})

    def within(self, *prefix: str) -> "Account":
        """The same user behind one more program that starts others, such as unshare."""
        return replace(self, prefix=(*self.prefix, *prefix))

    def command(self, *words: str, without: str = "") -> list[str]:
        """Any program as this user, in HOME, with nothing of our environment; `without`: a variable less."""
        variables = [f"{k}={v}" for k, v in self.environment().items() if k != without]
        return [*self.prefix, "env", "-i", f"--chdir={self.seen}/home", *variables, *words]

    def __call__(self, *words: str, without: str = "", timeout: float = 30) -> Outcome:
        """Runs `corten WORDS` with its default store."""
        done = subprocess.run(
            self.command(self.binary, *words, without=without), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=timeout, check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """`corten WORDS` as a process whose pid is that of corten."""
        return subprocess.Popen(
            self.command(self.binary, *words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )

    def store(self, corten_home: str) -> "Account":
        """The same user with another default store."""
        return self.with_variables(XDG_DATA_HOME=f"{self.seen}/{corten_home}")


class Machine:
    """Makes accounts, each in a mount namespace of its own, and ends these."""

    def __init__(self, binary: Path, directory: Path) -> None:
        self.binary = binary
        self.directory = directory
        self.spaces: list[MountNamespace] = []

    def close(self) -> None:
        for space in self.spaces:
            space.__exit__()

    def account(self, subuid: Optional[str] = None, subgid: Optional[str] = None, missing: str = "",
                setpriv: tuple[str, ...] = (), outside: tuple[str, ...] = ()) -> Account:
        """A user with this text in /etc/subuid and /etc/subgid and without the `missing` programs.

        `outside` is run as root before the user is: what a machine does to all its users.
        """
        if os.geteuid() != 0:
            pytest.skip("needs root, to make a user")
        real = self.directory / f"account-{len(self.spaces)}"
        self._make_files(real, subuid, subgid)
        space = MountNamespace(_SETUP, str(self.binary), str(real), str(PLACE), missing)
        self.spaces.append(space)
        become = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", *setpriv]
        return Account((*space.prefix, *outside, *become), f"{PLACE}/corten", real, PLACE, UID)

    def self(self) -> Account:
        """Whoever runs the tests, unless that is root: then a user with ranges of ids."""
        if os.geteuid() == 0:
            return self.account()
        real = self.directory / "self"
        for name in ("home", "runtime"):
            (real / name).mkdir(parents=True)
        return Account((), str(self.binary), real, real, os.geteuid())

    def _make_files(self, real: Path, subuid: Optional[str], subgid: Optional[str]) -> None:
        etc = real / "etc"
        etc.mkdir(parents=True)
        ranges = f"{NAME}:{FIRST}:{COUNT}\n"
        (etc / "passwd").write_text(f"root:x:0:0::/root:/bin/sh\n{NAME}:x:{UID}:{UID}::{PLACE}/home:/bin/sh\n")
        (etc / "group").write_text(f"root:x:0:\n{NAME}:x:{UID}:\n")
        (etc / "subuid").write_text(ranges if subuid is None else subuid)
        (etc / "subgid").write_text(ranges if subgid is None else subgid)
        (real / "corten").touch()
        for name in ("home", "runtime"):
            (real / name).mkdir(mode=0o700)
            os.chown(real / name, UID, UID)
        for path in (real, etc, *etc.iterdir()):
            path.chmod(0o755)


def processes_with(text: str) -> list[int]:
    """The processes that have this text in their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has ended
            continue
    return found


def child_of(pid: int) -> int:
    """The one child of a process."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text())
