"""Finds function bodies by matching braces: good enough to measure their length."""

import bisect
import dataclasses
import re

from .cpp import Source

_MARK = re.compile(r"[{};()]")
_TYPE = re.compile(r"\b(?:class|struct|union|enum)\b")
_NAMESPACE = re.compile(r"\bnamespace\b[\w\s:]*$|\bextern\s*\"[^\"]*\"\s*$")
_NAME = re.compile(r"(operator\s*(?:\(\)|[^\s\w(]{1,3}|[\w:]+)|[~\w:]+)\s*\(")
_TEST_MACRO = re.compile(r"TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP")
_PARENS = "\x01"  # stands for a whole (...) where only the shape of a declaration matters
_QUALIFIERS = rf"(?:\s|const\b|noexcept\b|override\b|final\b|&|{_PARENS})*"
_INITIALIZERS = re.compile(rf"{_PARENS}{_QUALIFIERS}:(?!:)")
_FUNCTION_END = re.compile(rf"{_PARENS}{_QUALIFIERS}(?:->.*|requires\b.*)?$", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Function:
    name: str
    line: int
    length: int


def functions(source: Source) -> list[Function]:
    """Functions at namespace or class scope; what is nested in a body counts as part of it."""
    code = source.statements
    found = []
    offset = header = 0  # header: where the declaration before the next brace begins
    line_starts = _line_starts(code)
    while (mark := _MARK.search(code, offset)) is not None:
        offset = mark.end()
        character = mark.group()
        if character == "(":
            offset = _skip(code, mark.start(), "(", ")")
        elif character in ";}":
            header = offset
        elif character == "{":
            text = code[header : mark.start()]
            kind = _kind(text)
            if kind == "scope":
                header = offset
                continue
            end = _skip(code, mark.start(), "{", "}")
            if kind == "function":
                start = header + len(text) - len(text.lstrip())
                first, last = _line(line_starts, start), _line(line_starts, end - 1)
                found.append(Function(_function_name(text), first, last - first + 1))
                header = end
            offset = end  # a braced value is part of the declaration around it
    return found


def _kind(header: str) -> str:
    """What a brace behind this text opens: a "scope" to look into, a "function", or a "value" to step over."""
    flat = _shape(header)
    if _NAMESPACE.search(flat):
        return "scope"
    if re.search(r"(?<!operator)=(?!=)", flat.replace("operator==", "")):
        return "value"
    if _TYPE.search(flat) and not _FUNCTION_END.search(flat):
        return "scope"
    if _PARENS not in flat:
        return "value"
    # Foo() : a_{1}, b_{2} {: a brace directly behind a member's name is that member's value.
    if _INITIALIZERS.search(flat) and re.search(r"[\w>]\s*$", flat):
        return "value"
    return "function"


def _shape(header: str) -> str:
    """The declaration without template heads and attributes, and with each (...) as one mark."""
    while (shorter := re.sub(r"\([^()]*\)", _PARENS, header)) != header:
        header = shorter
    header = re.sub(r"\[\[.*?\]\]", " ", header)
    while (head := re.search(r"\btemplate\s*<", header)) is not None:
        header = header[: head.start()] + " " + header[_skip(header, head.end() - 1, "<", ">") :]
    return header


def _function_name(header: str) -> str:
    match = _NAME.search(header)
    if match is None:
        return "?"
    if _TEST_MACRO.fullmatch(match.group(1)):
        arguments = header[match.end() : header.find(")", match.end())]
        return match.group(1) + "(" + " ".join(arguments.split()) + ")"
    return match.group(1)


def _skip(code: str, start: int, opening: str, closing: str) -> int:
    """Offset behind the bracket that closes the one at `start`."""
    depth = 0
    for match in re.compile(re.escape(opening) + "|" + re.escape(closing)).finditer(code, start):
        depth += 1 if match.group() == opening else -1
        if depth == 0:
            return match.end()
    return len(code)


def _line_starts(code: str) -> list[int]:
    return [0] + [match.end() for match in re.finditer("\n", code)]


def _line(starts: list[int], offset: int) -> int:
    return bisect.bisect_right(starts, offset)
