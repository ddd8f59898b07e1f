"""Runs stages in order and says what came of them."""

import os
import pathlib
import sys

from . import process, reports, skips
from .stage import Case, Outcome, Stage

_HEARTBEAT_SECONDS = 60
_TAIL_LINES = 60


class Runner:
    def __init__(self, root: pathlib.Path, logs: pathlib.Path, allowed: list[skips.Entry],
                 environment: dict[str, str]):
        self._root = root
        self._logs = logs
        self._allowed = allowed
        self._environment = environment
        self.outcomes: list[Outcome] = []

    def run(self, stages: list[Stage]) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        process.adopt_orphans()
        for number, stage in enumerate(stages, 1):
            say(f"[{number}/{len(stages)}] {stage.name}: {stage.what}")
            outcome = self._run_or_pass_over(stage)
            self.outcomes.append(outcome)
            self._tell(outcome)

    def _run_or_pass_over(self, stage: Stage) -> Outcome:
        failed = [each.stage.name for each in self.outcomes if each.stage.name in stage.needs and not each.ok]
        if failed:
            return Outcome(stage, not_run=f"'{failed[0]}' did not pass")
        return self._run_stage(stage)

    def _run_stage(self, stage: Stage) -> Outcome:
        outcome = Outcome(stage, log=self._logs / f"{stage.name}.log")
        outcome.log.unlink(missing_ok=True)
        for report in stage.reports:
            report.parent.mkdir(parents=True, exist_ok=True)
            report.unlink(missing_ok=True)
        beat = Heartbeat(stage.name)
        for command in stage.commands:
            ended = process.run(command, cwd=self._root, environment=self._environment | stage.environment,
                                log=outcome.log, limit_seconds=stage.limit_seconds - outcome.seconds,
                                tick=lambda seconds, base=outcome.seconds: beat(base + seconds))
            outcome.seconds += ended.seconds
            for left in ended.left:
                say(f"    note: '{command[0]}' left a process running, now ended: {left}")
            if ended.timed_out:
                outcome.problem = f"ended after {stage.limit_seconds:.0f} s, its limit"
                for hung in ended.hung:
                    say(f"    hung: {hung}")
                break
            if ended.status != 0:
                outcome.problem = f"'{pathlib.Path(command[0]).name}' ended with status {ended.status}"
                break
        self._read_reports(outcome)
        return outcome

    def _read_reports(self, outcome: Outcome) -> None:
        for report in outcome.stage.reports:
            try:
                outcome.cases += reports.read(report)
            except reports.ReportError as error:
                outcome.problem = outcome.problem or str(error)
        if outcome.stage.reports and not outcome.cases and not outcome.problem:
            outcome.problem = "it ran no test"

    def _tell(self, outcome: Outcome) -> None:
        if outcome.not_run:
            say(f"    not run: {outcome.not_run}")
            return
        verdict = "ok" if outcome.ok else "FAILED"
        if outcome.problem:
            verdict += f", {outcome.problem}"
        say(f"    {verdict} in {outcome.seconds:.1f} s" + (f", {_counts([outcome])}" if outcome.cases else ""))
        for case in outcome.cases:
            if case.status == "failed":
                say(f"    failed: {case.name}")
            elif case.status == "skipped":
                say(f"    skipped: {case.name}: {case.reason or 'no reason given'}" +
                    ("" if skips.find(self._allowed, case.name) else " (NOT on the allow-list)"))
        if not outcome.ok and outcome.log:
            _print_tail(outcome.log, self._root)

    def unlisted(self) -> list[Case]:
        """Skips that fail the run: not on the allow-list, or without a printed reason."""
        return [case for outcome in self.outcomes for case in outcome.cases if case.status == "skipped"
                and (not case.reason or skips.find(self._allowed, case.name) is None)]

    def conclude(self, installed_seconds: float | None = None) -> int:
        """The table of times and the last line. 0 only if every stage ran and nothing failed."""
        say("")
        say(f"{'stage':<16}{'seconds':>9}{'passed':>8}{'failed':>8}{'skipped':>8}")
        if installed_seconds is not None:
            say(f"{'install':<16}{installed_seconds:>9.1f}")
        for outcome in self.outcomes:
            numbers = "".join(f"{outcome.count(status):>8}" for status in ("passed", "failed", "skipped"))
            say(f"{outcome.stage.name:<16}{outcome.seconds:>9.1f}{numbers}" + ("  not run" if outcome.not_run else ""))
        total = sum(outcome.seconds for outcome in self.outcomes) + (installed_seconds or 0)
        say(f"{'total':<16}{total:>9.1f}")
        for case in self.unlisted():
            say(f"not allowed to skip: {case.name}: {case.reason or 'no reason given'}")
        for outcome in self.outcomes:
            if outcome.not_run:
                say(f"not run: {outcome.stage.name}: {outcome.not_run}")
        say("")
        say(_counts(self.outcomes))
        return 0 if all(outcome.ok for outcome in self.outcomes) and not self.unlisted() else 1


class Heartbeat:
    """A line a minute, so that a long stage is not taken for a hung one."""

    def __init__(self, name: str):
        self._name = name
        self._next = _HEARTBEAT_SECONDS

    def __call__(self, seconds: float) -> None:
        if seconds >= self._next:
            self._next += _HEARTBEAT_SECONDS
            say(f"    {self._name} is still running ({seconds:.0f} s)")


def _counts(outcomes: list[Outcome]) -> str:
    return ", ".join(f"{sum(outcome.count(status) for outcome in outcomes)} {status}"
                     for status in ("passed", "failed", "skipped"))


def _print_tail(log: pathlib.Path, root: pathlib.Path) -> None:
    lines = log.read_text("utf-8", errors="replace").splitlines()
    shown = os.path.relpath(log, root)
    say(f"    --- the end of {shown} ({len(lines)} lines)")
    for line in lines[-_TAIL_LINES:]:
        say(f"    | {line}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
