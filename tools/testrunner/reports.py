"""Reads the JUnit files of ctest and pytest."""

import pathlib
import re
import xml.etree.ElementTree

from .stage import Case

# GoogleTest prints "file:line: Skipped", then the reason, then "[  SKIPPED ] name".
_GTEST_REASON = re.compile(r": Skipped\n(.*?)\n?\[  SKIPPED \]", re.DOTALL)


class ReportError(Exception):
    """A report is missing or cannot be read."""


def read(path: pathlib.Path) -> list[Case]:
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except FileNotFoundError:
        raise ReportError(f"it wrote no report {path.name}") from None
    except xml.etree.ElementTree.ParseError as error:
        raise ReportError(f"the report {path.name} is not well-formed: {error}") from None
    return [_case(element) for element in root.iter("testcase")]


def _case(element: xml.etree.ElementTree.Element) -> Case:
    name, group = element.get("name", ""), element.get("classname", "")
    full = name if not group or group == name else f"{group}.{name}"
    if element.find("failure") is not None or element.find("error") is not None or element.get("status") == "fail":
        return Case(full, "failed")
    skipped = element.find("skipped")
    if skipped is not None or element.get("status") in ("notrun", "disabled"):
        return Case(full, "skipped", _reason(element, skipped))
    return Case(full, "passed")


def _reason(element: xml.etree.ElementTree.Element, skipped: xml.etree.ElementTree.Element | None) -> str:
    output = element.findtext("system-out") or ""
    if match := _GTEST_REASON.search(output):
        return " ".join(match.group(1).split())
    if element.get("status") == "disabled":
        return "DISABLED_ in its name"
    message = skipped.get("message", "") if skipped is not None else ""
    return " ".join(message.split()) if message != "SKIP_REGULAR_EXPRESSION_MATCHED" else ""
