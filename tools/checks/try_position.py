"""Where TRY may stand.

TRY returns from inside an expression. GCC 12 does not destroy what the surrounding expression has already
built, so TRY is a whole initializer, assignment, `return` operand or statement and nothing smaller.
"""

import re

from .cpp import Source, matching_paren, opening_paren
from .findings import Finding, line_of

_USE = re.compile(r"\bTRY(?:_CTX)?\s*\(")
_STATEMENT_KEYWORDS = ("return", "co_return", "else", "do")
_CONTROL = re.compile(r"\b(?:if\s*(?:constexpr)?|for|while)\s*$")
_LABEL = re.compile(r"^\s*(?:\[\[[^\]]*\]\]\s*)?(?:case\b[^?]*|default\s*|\w+\s*)$")
_WORD_BEFORE = re.compile(r"\w+$")


def check(path: str, source: Source) -> list[Finding]:
    code = source.statements
    findings = []
    for match in _USE.finditer(code):
        problem = _problem(code, match.start(), matching_paren(code, match.end() - 1))
        if problem:
            findings.append(Finding(path, line_of(code, match.start()), "try-position", (
                f"TRY {problem}: give its value a name first; it may only be a whole initializer, assignment, "
                "return operand or statement")))
    return findings


def _problem(code: str, start: int, closing: int) -> str | None:
    after = code[closing + 1 : closing + 200].lstrip()
    if not after.startswith(";"):
        return f"is followed by '{after[:1]}'"
    before = code[:start].rstrip()
    if not before or before[-1] in ";{}":
        return None
    if before.endswith("="):
        return _assignment_problem(before)
    if before.endswith(")"):
        opening = opening_paren(before, len(before) - 1)
        return None if _CONTROL.search(before[:opening].rstrip()) else "stands behind a cast or a call"
    if before.endswith("]]"):
        return None  # if (x) [[unlikely]] TRY(f());
    if before.endswith(":") and not before.endswith("::"):
        return None if _LABEL.match(_statement_so_far(before[:-1])) else "stands in a conditional expression"
    word = _WORD_BEFORE.search(before)
    if word and word.group() in _STATEMENT_KEYWORDS:
        return None
    return f"stands behind '{before[-1]}'" if word is None else f"stands behind '{word.group()}'"


def _assignment_problem(before: str) -> str | None:
    if before.endswith(("==", "!=", "<=", ">=")):
        return "is an operand of a comparison"
    statement = _statement_so_far(before)
    if statement.count("(") > statement.count(")"):
        return "stands in a condition or an argument list"
    return None


def _statement_so_far(before: str) -> str:
    """What stands since the last ; or brace."""
    return before[max(before.rfind(mark) for mark in ";{}") + 1 :]
