"""What a row is, and what measuring it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Contender:
    """One way to do the work of a row."""

    name: str
    argv: list[str]
    stdin: Path | None = None
    # What must be installed for it to run; the first word of argv when empty.
    needs: str = ""


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
    # Bytes that go through, for MB/s; 0 when that means nothing.
    input_bytes: int = 0


@dataclass
class Sample:
    wall_s: float
    cpu_s: float
    peak_kib: int


@dataclass
class Outcome:
    """What became of one contender: samples, or why there are none."""

    contender: Contender
    samples: list[Sample] = field(default_factory=list)
    problem: str = ""
