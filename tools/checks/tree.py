"""The files of a checkout, as the checks see them."""

import functools
import os
import pathlib
import subprocess

from .cpp import Source

NOT_OURS = {".git", "build", "__pycache__", ".pytest_cache"}


class Tree:
    """Every file that git tracks or would track; in a folder without git, every file outside build/."""

    def __init__(self, root: pathlib.Path):
        self.root = root.resolve()
        self._texts: dict[str, str] = {}
        self._sources: dict[str, Source] = {}

    @functools.cached_property
    def files(self) -> list[str]:
        """Sorted paths relative to the root."""
        names = self._from_git()
        if names is None:
            names = self._from_walk()
        return sorted(name for name in names if (self.root / name).is_file())

    @functools.cached_property
    def file_set(self) -> set[str]:
        return set(self.files)

    def _from_git(self) -> list[str] | None:
        # Only when the root itself is the top of a work tree: a test's folder may lie inside another one.
        if not (self.root / ".git").exists():
            return None
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        try:
            listing = subprocess.run(command, cwd=self.root, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None  # no git, or it refuses a checkout of another user
        return [name for name in os.fsdecode(listing.stdout).split("\0") if name]

    def _from_walk(self) -> list[str]:
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name not in NOT_OURS]
            found += [os.path.relpath(os.path.join(folder, name), self.root) for name in names]
        return found

    def read(self, name: str) -> str:
        if name not in self._texts:
            # Bytes, so that carriage returns survive.
            self._texts[name] = (self.root / name).read_bytes().decode("utf-8", errors="surrogateescape")
        return self._texts[name]

    def source(self, name: str) -> Source:
        """A C++ file in its views."""
        if name not in self._sources:
            self._sources[name] = Source(self.read(name))
        return self._sources[name]

    def matching(self, *suffixes: str, under: tuple[str, ...] = ("",)) -> list[str]:
        return [name for name in self.files if name.endswith(suffixes) and name.startswith(under)]

    def cpp(self) -> list[str]:
        """C++ and C sources and headers of ours: src/, bench/ and tests/, without test data."""
        names = self.matching(".cpp", ".hpp", ".c", ".h", under=("src/", "bench/", "tests/"))
        return [name for name in names if "/testdata/" not in name]

