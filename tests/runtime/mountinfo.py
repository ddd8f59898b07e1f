"""Reads /proc/PID/mountinfo as the helper printed it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MountPoint:
    point: str
    root: str
    options: frozenset[str]  # of the mount
    propagation: str  # "shared:1 master:2", or nothing
    kind: str
    source: str
    data: frozenset[str]  # of the file system


def parse(text: str) -> list[MountPoint]:
    found = []
    for line in text.splitlines():
        left, right = line.split(" - ", 1) if " - " in line else (line, "? ? ?")
        fields, system = left.split(), right.split()
        found.append(MountPoint(fields[4], fields[3], frozenset(fields[5].split(",")), " ".join(fields[6:]), system[0],
                                system[1], frozenset(system[2].split(","))))
    return found


def at(text: str, point: str) -> MountPoint:
    """The topmost mount there."""
    found = [each for each in parse(text) if each.point == point]
    assert found, f"nothing is mounted at {point}:\n{text}"
    return found[-1]
