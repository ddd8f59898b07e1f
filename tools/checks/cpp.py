"""A small C++ tokenizer: enough to tell code from comments, literals and preprocessor lines.

Every view has the length and the line breaks of the original, so an offset in one is an offset in all.
"""

import functools
import re

# Numbers come first so that the ' in 1'000 is not taken for a character literal.
_TOKEN = re.compile(
    r"""
    (?P<number>(?<![\w.])\.?\d(?:[eEpP][+-]|'(?=\w)|[\w.])*)
  | (?P<line>//[^\n]*(?:\\\n[^\n]*)*)
  | (?P<block>/\*.*?(?:\*/|\Z))
  | (?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<char>'(?:[^'\\\n]|\\.)+')
    """,
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_NOT_NEWLINE = re.compile(r"[^\n]")
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


def _blank(text: str) -> str:
    return _NOT_NEWLINE.sub(" ", text)


class Source:
    """One file in several views."""

    def __init__(self, text: str):
        self.text = text

    @functools.cached_property
    def code(self) -> str:
        """Comments blanked; literals keep their quotes and lose their contents."""

        def replace(match: re.Match[str]) -> str:
            kind = match.lastgroup if match.lastgroup != "delimiter" else "raw"
            token = match.group()
            if kind == "number":
                return token
            if kind in ("line", "block"):
                return _blank(token)
            if kind == "char":
                return "'" + _blank(token[1:-1]) + "'"
            start = token.index('"')
            return _blank(token[:start]) + '"' + _blank(token[start + 1 : -1]) + '"'

        return _TOKEN.sub(replace, self.text)

    @functools.cached_property
    def statements(self) -> str:
        """The code without preprocessor lines."""
        return _DIRECTIVE.sub(lambda match: _blank(match.group()), self.code)

    @functools.cached_property
    def directives(self) -> str:
        """Comments and raw strings blanked, other literals kept: what the preprocessor reads."""
        return _TOKEN.sub(
            lambda match: match.group() if match.lastgroup in ("number", "string", "char") else _blank(match.group()),
            self.text)

    @functools.cached_property
    def includes(self) -> list[tuple[int, bool, str]]:
        """(offset, whether in angle brackets, name) of each #include outside comments."""
        return [(match.start(), match.group(1) == "<", match.group(2))
                for match in _INCLUDE.finditer(self.directives)]

    def line_counts(self) -> tuple[int, int]:
        """(lines with code, lines with only a comment)."""
        code = [bool(line.strip()) for line in self.code.split("\n")]
        text = [bool(line.strip()) for line in self.text.split("\n")]
        return sum(code), sum(1 for has_code, has_text in zip(code, text) if has_text and not has_code)


def matching_paren(code: str, opening: int) -> int:
    """Offset of the parenthesis that closes the one at `opening`; the end of the text when there is none."""
    depth = 0
    for match in re.compile(r"[()]").finditer(code, opening):
        depth += 1 if match.group() == "(" else -1
        if depth == 0:
            return match.start()
    return len(code)


def opening_paren(code: str, closing: int) -> int:
    """Offset of the parenthesis that opens the one closed at `closing`, or -1."""
    depth = 0
    for offset in range(closing, -1, -1):
        if code[offset] == ")":
            depth += 1
        elif code[offset] == "(":
            depth -= 1
            if depth == 0:
                return offset
    return -1
