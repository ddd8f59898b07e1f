"""Rules for every text file: white space, and words that belong to one machine."""

import re

from .findings import Finding, Tree, line_of

_TEXT = (".cpp", ".hpp", ".c", ".h", ".py", ".md", ".cmake", ".json", ".txt", ".sh", ".csv", ".clang-format",
         ".clang-tidy", ".editorconfig", ".gitignore")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
# The systems' own configuration says where packages come from; a project that names a mirror breaks behind
# another one.
_MIRROR = re.compile(r"\b(?:deb|security|snapshot|ftp(?:\.\w\w)?|archive|httpredir)\.(?:debian|ubuntu)\.(?:org|com)\b")


def is_text(name: str) -> bool:
    if "/testdata/" in name or name.startswith("tests/golden/"):
        return False
    base = name.rpartition("/")[2]
    return name.endswith(_TEXT) or "." not in base


def check(tree: Tree) -> list[Finding]:
    findings = []
    here = _checkout_path(tree)
    for path in tree.files:
        if not is_text(path):
            continue
        text = tree.read(path)
        for match in _TRAILING.finditer(text):
            findings.append(Finding(path, line_of(text, match.start()), "white-space", "white space at the end of the line"))
        if "\t" in text and not path.endswith(("Makefile", ".mk")):
            findings.append(Finding(path, line_of(text, text.index("\t")), "white-space", "a tab: indent with spaces"))
        if "\r" in text:
            findings.append(Finding(path, line_of(text, text.index("\r")), "white-space", "a carriage return"))
        if text and not text.endswith("\n"):
            findings.append(Finding(path, line_of(text, len(text)), "white-space", "no newline at the end of the file"))
        for match in _MIRROR.finditer(text):
            findings.append(Finding(path, line_of(text, match.start()), "machine", f"'{match.group()}': name no package mirror"))
        for match in here.finditer(text) if here else ():
            findings.append(Finding(path, line_of(text, match.start()), "machine", "the path of this checkout: use a relative one"))
    return findings


def _checkout_path(tree: Tree) -> re.Pattern[str] | None:
    """The absolute path of the checkout, unless it is so short that it could be meant as an example."""
    path = str(tree.root)
    return re.compile(re.escape(path) + r"(?![\w-])") if path.count("/") > 1 and len(path) > 8 else None
