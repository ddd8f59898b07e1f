"""Shows outcomes: a table for people, JSON for machines."""

from __future__ import annotations

import os
import platform
from typing import Any

from .measure import median
from .model import Outcome, Row


def _speed(row: Row, seconds: float) -> str:
    if not row.input or seconds <= 0:
        return ""
    return f"{row.input_bytes() / seconds / 1e6:,.0f} MB/s"


def _seconds(value: float) -> str:
    return f"{value * 1000:.2f} ms" if value < 1 else f"{value:.2f} s"


def _peak(outcome: Outcome) -> str:
    peak = max(s.peak_kib for s in outcome.samples)
    floor = max(s.floor_kib for s in outcome.samples)
    # The kernel's counts differ by some pages.
    return f"below {floor // 1024 + 1} MiB" if peak <= floor + 1024 else f"{peak // 1024} MiB"


def table(row: Row, outcomes: list[Outcome]) -> str:
    """One block: a line for each contender, the ratio against corten (over 1: the peer needs more)."""
    ours = outcomes[0]
    base = median(ours, row.metric) if ours.samples else 0.0
    lines = [f"{row.name}  (compared by {row.metric}{'; goal: ' + row.goal if row.goal else ''})"]
    for outcome in outcomes:
        name = outcome.contender.name
        if outcome.problem:
            lines.append(f"  {name:<28} {outcome.problem}")
            continue
        value = median(outcome, row.metric)
        ratio = f"{value / base:.2f}x" if base else "-"
        lines.append(
            f"  {name:<28} wall {_seconds(median(outcome, 'wall')):>11}   cpu {_seconds(median(outcome, 'cpu')):>11}"
            f"   {ratio:>8}   {_speed(row, value):>12}   peak {_peak(outcome)}"
        )
    if row.note:
        lines.append(f"  note: {row.note}")
    return "\n".join(lines)


def document(results: list[tuple[Row, list[Outcome]]], rounds: int) -> dict[str, Any]:
    return {
        "machine": {
            "cpus": os.cpu_count(),
            "kernel": platform.release(),
            "load_average": os.getloadavg(),
        },
        "rounds": rounds,
        "rows": [_row(row, outcomes) for row, outcomes in results],
    }


def _row(row: Row, outcomes: list[Outcome]) -> dict[str, Any]:
    contenders = []
    for outcome in outcomes:
        entry: dict[str, Any] = {"name": outcome.contender.name, "program": outcome.contender.program()}
        if outcome.problem:
            entry["problem"] = outcome.problem
        else:
            entry["argv"] = outcome.contender.command()
            entry["wall_s"] = median(outcome, "wall")
            entry["cpu_s"] = median(outcome, "cpu")
            entry["peak_kib"] = max(s.peak_kib for s in outcome.samples)
            entry["peak_floor_kib"] = max(s.floor_kib for s in outcome.samples)
            entry["samples"] = [vars(s) for s in outcome.samples]
        contenders.append(entry)
    return {
        "name": row.name,
        "metric": row.metric,
        "goal": row.goal,
        "note": row.note,
        "input_bytes": row.input_bytes(),
        "contenders": contenders,
    }
