"""What a stage of scripts/test is."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Stage:
    name: str
    what: str
    commands: tuple[tuple[str, ...], ...]  # run in order until one fails
    limit_seconds: float  # for the whole stage
    needs: tuple[str, ...] = ()  # stages that must have passed
    reports: tuple[pathlib.Path, ...] = ()  # JUnit files it writes; without one it counts as a single test
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    quick: bool = False  # part of --quick
    on_request: bool = False  # run only when it is named


@dataclasses.dataclass(frozen=True)
class Case:
    """One test of a report."""

    name: str
    status: str  # passed, failed or skipped
    reason: str = ""  # why it was skipped


@dataclasses.dataclass
class Outcome:
    """What became of a stage."""

    stage: Stage
    seconds: float = 0.0
    problem: str = ""  # why the stage itself failed; empty when only tests in it did, or nothing
    not_run: str = ""  # why it was not run
    cases: list[Case] = dataclasses.field(default_factory=list)
    log: pathlib.Path | None = None

    def count(self, status: str) -> int:
        counted = sum(1 for case in self.cases if case.status == status)
        if self.not_run:
            return 0
        if status == "failed" and self.problem:
            return max(counted, 1)
        if status == "passed" and not self.stage.reports and not self.problem:
            return 1
        return counted

    @property
    def ok(self) -> bool:
        return not self.not_run and self.count("failed") == 0
