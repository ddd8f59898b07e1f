"""What a check found, and how it says so."""

import argparse
import dataclasses
import pathlib
import sys

from .tree import Tree


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: [{self.rule}] {self.message}"


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def parser(name: str, description: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=f"tools/{name}", description=description)
    made.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parents[2],
                      help="the checkout to look at (default: this one)")
    return made


def conclude(name: str, findings: list[Finding], summary: str) -> int:
    """Prints the findings and a last line; the exit status of the check."""
    for finding in sorted(findings):
        print(finding)
    verdict = f"{len(findings)} problem{'s' if len(findings) != 1 else ''}" if findings else "ok"
    print(f"{name}: {verdict} ({summary})")
    sys.stdout.flush()
    return 1 if findings else 0


__all__ = ["Finding", "Tree", "conclude", "line_of", "parser"]
