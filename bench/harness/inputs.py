"""Inputs that all contenders share, made once under build/bench from what every Debian system has."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

# Large enough that start-up does not matter, small enough to stay in the page cache.
SAMPLE_BYTES = 256 * 1024 * 1024
SOURCE = Path("/usr")


class Inputs:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def tar(self) -> Path:
        """A tar of real files: libraries, programs, headers and text from /usr, about 256 MiB."""
        path = self._directory / "sample.tar"
        if not path.exists():
            names = "\0".join(_sample_files())
            partial = path.with_suffix(".partial")
            subprocess.run(
                ["tar", "-c", "-f", partial, "--format=posix", "--null", "--no-recursion", "-T", "-"],
                input=names.encode(errors="surrogateescape"),
                stderr=subprocess.DEVNULL,
                check=True,
            )
            partial.rename(path)
        return path

    def gzip(self) -> Path:
        return self._derived("sample.tar.gz", ["gzip", "-6", "-n", "-c"])

    def zstd(self) -> Path:
        return self._derived("sample.tar.zst", ["zstd", "-3", "-q", "-c"])

    def _derived(self, name: str, argv: list[str]) -> Path:
        path = self._directory / name
        if not path.exists():
            partial = path.with_suffix(".partial")
            with open(self.tar(), "rb") as source, open(partial, "wb") as target:
                subprocess.run(argv, stdin=source, stdout=target, check=True)
            partial.rename(path)
        return path


def _sample_files() -> list[str]:
    """Every file of /usr in name order, thinned out evenly so that the total is near SAMPLE_BYTES."""
    found: list[tuple[str, int]] = []
    for directory, subdirectories, names in os.walk(SOURCE):
        subdirectories.sort()
        for name in sorted(names):
            path = os.path.join(directory, name)
            found.append((path, os.lstat(path).st_size))
    total = sum(size for _, size in found)
    step = max(1, total // SAMPLE_BYTES)
    return [path for index, (path, size) in enumerate(found) if index % step == 0 and size < SAMPLE_BYTES // 8]
