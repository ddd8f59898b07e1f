"""The allow-list of skips: a skip that nobody listed is a failure."""

import dataclasses
import fnmatch
import pathlib


@dataclasses.dataclass(frozen=True)
class Entry:
    pattern: str
    reason: str


def load(path: pathlib.Path) -> list[Entry]:
    """Lines of `PATTERN REASON`; # starts a comment line. Raises ValueError for a line without a reason."""
    if not path.exists():
        return []
    entries = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        words = line.split(None, 1)
        if not words or words[0].startswith("#"):
            continue
        if len(words) < 2:
            raise ValueError(f"{path}:{number}: '{words[0]}' gives no reason")
        entries.append(Entry(words[0], words[1].strip()))
    return entries


def find(entries: list[Entry], name: str) -> Entry | None:
    return next((entry for entry in entries if fnmatch.fnmatchcase(name, entry.pattern)), None)
