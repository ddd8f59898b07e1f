"""Sizes: soft budgets are reported, hard limits are errors."""

import collections
import re

from .cpp import Source
from .findings import Finding, Tree
from .functions import functions

FILE_LINES, FILE_LINES_HARD = 400, 700
FUNCTION_LINES, FUNCTION_LINES_HARD = 60, 100
FOLDER_SOURCES = 25
COMMENT_SHARE = (0.12, 0.20)
# A table of data (capability names, seccomp lists) has no sensible limit; it says so in its first lines and
# stands in a file of its own.
_DATA_TABLE = re.compile(r"^// check_style: data table\b", re.MULTILINE)


class Budgets:
    """Collects what each file costs; `findings` are hard limits, `notes` what a reader should look at."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.notes: list[str] = []
        self._code = self._comments = 0

    def add(self, path: str, text: str, source: Source) -> None:
        if not path.endswith(("_test.cpp", "_fuzz.cpp")) and path.startswith("src/"):
            code, comments = source.line_counts()
            self._code += code
            self._comments += comments
        if _DATA_TABLE.search(text[:2000]):
            return
        lines = text.count("\n")
        if lines > FILE_LINES_HARD:
            self.findings.append(Finding(path, 0, "file-size", f"{lines} lines, at most {FILE_LINES_HARD}"))
        elif lines > FILE_LINES:
            self.notes.append(f"{path}: {lines} lines (budget {FILE_LINES})")
        for function in functions(source):
            if function.length > FUNCTION_LINES_HARD:
                self.findings.append(Finding(path, function.line, "function-size", (
                    f"'{function.name}' has {function.length} lines, at most {FUNCTION_LINES_HARD}")))
            elif function.length > FUNCTION_LINES:
                self.notes.append(f"{path}:{function.line}: '{function.name}' has {function.length} lines "
                                  f"(budget {FUNCTION_LINES})")

    def add_folders(self, tree: Tree) -> None:
        """Sources without tests, fuzzers and headers: a header and its .cpp are one thing to a reader."""
        counts = collections.Counter(name.rpartition("/")[0] for name in tree.cpp()
                                     if name.endswith((".cpp", ".c"))
                                     and not name.endswith(("_test.cpp", "_fuzz.cpp")))
        self.notes += [f"{folder}/: {count} sources (budget {FOLDER_SOURCES})"
                       for folder, count in sorted(counts.items()) if count > FOLDER_SOURCES]

    @property
    def comment_share(self) -> float:
        return self._comments / max(1, self._comments + self._code)
