"""What the compilers and clang-tidy do not check."""

import re

from . import banned, budgets, text, try_position
from .cpp import Source
from .findings import Finding, Tree, conclude, line_of, parser

# `// check_style: allow(rule) why` on the line of the finding or the one above it.
_ALLOW = re.compile(r"//\s*check_style:\s*allow\(([\w-]+)\)(.*)")
# What clang-tidy was told about a descriptor holds here too.
_TIDY_CLOEXEC = re.compile(r"//\s*NOLINT(NEXTLINE)?\(android-cloexec-")


def main(arguments: list[str] | None = None) -> int:
    options = parser("check_style", (
        "Checks where TRY stands, banned calls, CLOEXEC, headers, white space and sizes. Hard limits are errors; "
        "soft budgets are reported. '// check_style: allow(RULE) reason' excuses one line, "
        "'// check_style: data table' at the top of a file lifts its size limits."))
    options.add_argument("--no-report", action="store_true", help="print errors only, not the budgets")
    chosen = options.parse_args(arguments)
    tree = Tree(chosen.root)
    findings, sizes = check(tree)
    if not chosen.no_report:
        for note in sizes.notes:
            print(f"budget: {note}")
    low, high = budgets.COMMENT_SHARE
    return conclude("check_style", findings, (
        f"{len(tree.cpp())} C++ files; {len(sizes.notes)} over a soft budget; "
        f"comments {sizes.comment_share:.0%} of non-test lines, aim {low:.0%} to {high:.0%}"))


def check(tree: Tree) -> tuple[list[Finding], budgets.Budgets]:
    sizes = budgets.Budgets()
    findings = []
    for path in tree.cpp():
        content = tree.read(path)
        source = tree.source(path)
        found = try_position.check(path, source) + banned.check(path, source) + check_header(path, content, source)
        findings += excuse(path, content, found)
        sizes.add(path, content, source)
    sizes.add_folders(tree)
    return findings + sizes.findings + text.check(tree), sizes


def check_header(path: str, content: str, source: Source) -> list[Finding]:
    if not path.endswith(".hpp"):
        return []
    if not source.directives.lstrip().startswith("#pragma once"):
        return [Finding(path, 1, "header", "does not begin with #pragma once")]
    return []


def excuse(path: str, content: str, found: list[Finding]) -> list[Finding]:
    """Drops what a comment allows; a comment that gives no reason or excuses nothing is a finding itself."""
    allowed = {}
    for match in _ALLOW.finditer(content):
        allowed[line_of(content, match.start())] = (match.group(1), match.group(2).strip())
    told = {line_of(content, match.start()) + (1 if match.group(1) else 0) for match in _TIDY_CLOEXEC.finditer(content)}
    kept, used = [], set()
    for finding in found:
        if finding.rule == "cloexec" and finding.line in told:
            continue
        line = next((each for each in (finding.line, finding.line - 1)
                     if each in allowed and allowed[each][0] == finding.rule), None)
        if line is None:
            kept.append(finding)
        else:
            used.add(line)
    for line, (rule, reason) in allowed.items():
        if line not in used:
            kept.append(Finding(path, line, "allow", f"allow({rule}) excuses nothing here"))
        elif not reason:
            kept.append(Finding(path, line, "allow", f"allow({rule}) gives no reason"))
    return kept
