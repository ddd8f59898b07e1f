"""Inputs that all contenders share, made under build/bench when first asked for, from what every Debian system has."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SOURCE = Path("/usr")


class Inputs:
    """The default of 256 MiB is large enough that start-up does not matter and stays in the page cache."""

    def __init__(self, directory: Path, sample_mib: int) -> None:
        self.directory = directory
        self.sample_mib = sample_mib

    def tar(self) -> Path:
        """A tar of real files: libraries, programs, headers and text from /usr, near the wanted size."""
        path = self.directory / self._name("")
        if not path.exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            names = "\0".join(_sample_files(self.sample_mib * 1024 * 1024))
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
        return self._derived(".gz", ["gzip", "-6", "-n", "-c"])

    def zstd(self) -> Path:
        return self._derived(".zst", ["zstd", "-3", "-q", "-c"])

    def _name(self, suffix: str) -> str:
        return f"sample-{self.sample_mib}.tar{suffix}"

    def _derived(self, suffix: str, argv: list[str]) -> Path:
        path = self.directory / self._name(suffix)
        if not path.exists():
            partial = path.with_suffix(".partial")
            with open(self.tar(), "rb") as source, open(partial, "wb") as target:
                subprocess.run(argv, stdin=source, stdout=target, check=True)
            partial.rename(path)
        return path


def _sample_files(wanted_bytes: int) -> list[str]:
    """Every file of /usr in name order, thinned out evenly so that the total is near `wanted_bytes`."""
    found: list[tuple[str, int]] = []
    for directory, subdirectories, names in os.walk(SOURCE):
        subdirectories.sort()
        for name in sorted(names):
            path = os.path.join(directory, name)
            size = os.lstat(path).st_size
            # One huge file would be most of the sample.
            if size < wanted_bytes // 8:
                found.append((path, size))
    total = sum(size for _, size in found)
    step = max(1, round(total / wanted_bytes))
    return [path for path, _ in found[::step]]
