"""What it costs to start the program at all."""

from __future__ import annotations

import subprocess
from pathlib import Path

from harness.inputs import Inputs
from harness.model import Contender, Row


def _library_count(program: Path) -> int:
    """How many shared libraries the dynamic linker loads, the linker and the kernel's page aside."""
    listing = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return sum(1 for line in listing.splitlines() if "=>" in line)


def rows(bin_dir: Path, _inputs: Inputs) -> list[Row]:
    corten = bin_dir / "corten"
    return [
        Row(
            name="process start: --version",
            metric="wall",
            goal="<= 4 ms",
            repeat=20,
            note=f"corten loads {_library_count(corten)} shared libraries (ldd)",
            contenders=[
                Contender("corten --version", [str(corten), "--version"]),
                Contender("true (floor)", ["true"]),
                Contender("docker --version", ["docker", "--version"]),
                Contender("podman --version", ["podman", "--version"]),
                Contender("crun --version", ["crun", "--version"]),
                Contender("runc --version", ["runc", "--version"]),
            ],
        )
    ]
