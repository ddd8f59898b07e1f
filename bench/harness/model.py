"""What a row is, and what measuring it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

# A word of a command line; one that names an input is a function, called when the command runs, which makes it.
Word = str | Callable[[], str | Path]


@dataclass(frozen=True)
class Contender:
    """One way to do the work of a row."""

    name: str
    argv: list[Word]
    # Done before every run and not measured: an empty directory, a registry with the image in it.
    prepare: Callable[[], None] | None = None

    def program(self) -> str:
        """What must be installed for it to run."""
        return str(self.argv[0])

    def command(self) -> list[str]:
        """The command line, with its inputs made."""
        return [word if isinstance(word, str) else str(word()) for word in self.argv]


@dataclass(frozen=True)
class Row:
    """The same work done by several contenders; the first is corten."""

    name: str
    contenders: list[Contender]
    # What the ratio compares: CPU seconds for work, wall seconds for latency.
    metric: str = "cpu"
    goal: str = ""
    note: str = ""
    # Repetitions inside one measurement, for work too short for the clock.
    repeat: int = 1
    # What goes through, for MB/s; None when that means nothing.
    input: Callable[[], Path] | None = None

    def input_bytes(self) -> int:
        return self.input().stat().st_size if self.input else 0


@dataclass
class Sample:
    wall_s: float
    cpu_s: float
    peak_kib: int
    # What the peak cannot be below, as the harness itself needs that much: a peak near it is unknown.
    floor_kib: int


@dataclass
class Outcome:
    """What became of one contender: samples, or why there are none."""

    contender: Contender
    samples: list[Sample] = field(default_factory=list)
    problem: str = ""
