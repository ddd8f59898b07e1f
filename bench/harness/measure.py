"""Measures processes: wall seconds, CPU seconds of the process and the children it waited for, peak memory."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import time

from .model import Contender, Outcome, Row, Sample


def _run_once(contender: Contender) -> Sample:
    if contender.prepare:
        contender.prepare()
    command = contender.command()
    # Linux counts the memory of the process that starts a program to that program's peak.
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, close_fds=True
    )
    error = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    # wait4 reaped it; tell Popen so that it does not wait again.
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stderr:
        process.stderr.close()
    if process.returncode != 0:
        text = error.decode(errors="replace").strip().splitlines()
        raise RuntimeError(f"exit {process.returncode}: {text[-1] if text else 'no message'}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, floor)


def sample(contender: Contender, repeat: int) -> Sample:
    """The mean of `repeat` runs in a row."""
    runs = [_run_once(contender) for _ in range(repeat)]
    return Sample(
        sum(run.wall_s for run in runs) / repeat,
        sum(run.cpu_s for run in runs) / repeat,
        max(run.peak_kib for run in runs),
        max(run.floor_kib for run in runs),
    )


def measure(row: Row, rounds: int) -> list[Outcome]:
    """Runs the contenders in turn, `rounds` times after one unmeasured warm-up each."""
    outcomes = [Outcome(contender) for contender in row.contenders]
    for outcome in outcomes:
        program = outcome.contender.program()
        if shutil.which(program) is None:
            outcome.problem = f"missing: {program} is not installed"
    for round_number in range(rounds + 1):
        for outcome in outcomes:
            if outcome.problem:
                continue
            try:
                taken = sample(outcome.contender, row.repeat if round_number else 1)
            except (RuntimeError, OSError) as error:
                outcome.problem = f"failed: {error}"
                continue
            if round_number:
                outcome.samples.append(taken)
    return outcomes


def median(outcome: Outcome, metric: str) -> float:
    values = [s.wall_s if metric == "wall" else s.cpu_s for s in outcome.samples]
    return statistics.median(values)
