"""The documents against the tree: links, dependencies, modules, packages."""

import re

from .cmake_modules import module_folders, read_modules, without_comments
from .findings import Finding, Tree, conclude, line_of, parser

ARCHITECTURE = "ARCHITECTURE.md"
PACKAGES = "scripts/packages.txt"
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_PATH = re.compile(r"`((?:src|bench|cmake|docs|scripts|tests|tools)/[\w./-]+)`")
_ROW = re.compile(r"^\|(.*)\|\s*$", re.MULTILINE)
_NOT_LIBRARIES = {"PkgConfig", "Threads"}


def main(arguments: list[str] | None = None) -> int:
    chosen = parser("check_docs", (
        "Checks that relative links and paths in backticks in *.md lead somewhere, that ARCHITECTURE.md lists every module with its layer "
        "and every library with its Debian package, and that scripts/packages.txt installs those packages.")) \
        .parse_args(arguments)
    tree = Tree(chosen.root)
    findings = check(tree)
    return conclude("check_docs", findings, f"{len(tree.matching('.md'))} documents")


def check(tree: Tree) -> list[Finding]:
    findings = check_links(tree) + check_paths(tree)
    if ARCHITECTURE not in tree.files:
        return findings + [Finding(ARCHITECTURE, 0, "missing", "there is no such file")]
    return findings + check_modules(tree) + check_dependencies(tree) + check_packages(tree)


def check_links(tree: Tree) -> list[Finding]:
    findings = []
    for path in tree.matching(".md"):
        text = _CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), tree.read(path))
        for match in _LINK.finditer(text):
            target, _, fragment = match.group(1).partition("#")
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            place = (tree.root / path).parent / target if target else tree.root / path
            problem = None
            if not place.exists():
                problem = "leads nowhere"
            elif fragment and place.suffix == ".md" and fragment not in anchors(place.read_text("utf-8")):
                problem = "names a heading that is not there"
            if problem:
                findings.append(Finding(path, line_of(text, match.start()), "link", f"'{match.group(1)}' {problem}"))
    return findings


def check_paths(tree: Tree) -> list[Finding]:
    """A path in backticks is a promise too, at least outside the history."""
    return [Finding(path, line_of(text, match.start()), "path", f"'{match.group(1)}' is not there")
            for path in tree.matching(".md") if path != "CHANGELOG.md"
            for text in [re.sub(r"```.*?```", lambda block: re.sub(r"[^\n]", " ", block.group()), tree.read(path),
                                flags=re.DOTALL)]
            for match in _PATH.finditer(text) if not (tree.root / match.group(1)).exists()]


def anchors(text: str) -> set[str]:
    """The fragments of a document's headings, by the usual rule: lower case, words joined by dashes."""
    headings = re.findall(r"^#+\s+(.*?)\s*$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower())) for heading in headings}


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of each table row below a heading, up to the next heading."""
    section = re.search(rf"^#+\s+{re.escape(heading)}\s*$(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        return []
    return [[cell.strip() for cell in row.split("|")] for row in _ROW.findall(section.group(1))]


def check_modules(tree: Tree) -> list[Finding]:
    """Each folder of src/ has a row `| layer | name | ...` under "Layers"; the number is the one of CMake."""
    modules = read_modules(tree)
    stated = {}
    for cells in rows(tree.read(ARCHITECTURE), "Layers"):
        if len(cells) >= 2 and cells[0].isdigit():
            for name in re.findall(r"\[(\w+)\]", cells[1]):
                stated[name] = int(cells[0])
    findings = []
    for name in module_folders(tree):
        if name not in stated:
            findings.append(Finding(ARCHITECTURE, 0, "module", f"src/{name} has no row in the table under 'Layers'"))
        elif name in modules and modules[name].layer != stated[name]:
            findings.append(Finding(ARCHITECTURE, 0, "module", (
                f"says that src/{name} is layer {stated[name]}, its CMakeLists.txt says {modules[name].layer}")))
    for name in sorted(set(stated) - set(module_folders(tree))):
        findings.append(Finding(ARCHITECTURE, 0, "module", f"lists src/{name} as present, which is not there"))
    return findings


def libraries(tree: Tree) -> list[str]:
    """The names CMake looks for: packages, and what pkg-config calls them."""
    text = without_comments(tree.read("cmake/CortenDependencies.cmake"))
    names = re.findall(r"find_package\(\s*([\w.+-]+)", text)
    for match in re.finditer(r"pkg_check_modules\(([^)]*)\)", text):
        words = match.group(1).split()[1:]
        names += [re.split(r"[<>=]", word)[0] for word in words
                  if word not in ("REQUIRED", "QUIET", "IMPORTED_TARGET", "GLOBAL", "STATIC")]
    return [name for name in dict.fromkeys(names) if name not in _NOT_LIBRARIES]


def _dependency_rows(tree: Tree) -> dict[str, str]:
    """CMake's name of each library in the dependency table -> its Debian package."""
    found = {}
    for cells in rows(tree.read(ARCHITECTURE), "Dependencies"):
        names = re.findall(r"`([^`]+)`", cells[0])
        packages = re.findall(r"`([^`]+)`", cells[1]) if len(cells) > 1 else []
        for name in names:
            found[name] = packages[0] if packages else ""
    return found


def check_dependencies(tree: Tree) -> list[Finding]:
    stated, used = _dependency_rows(tree), libraries(tree)
    findings = [Finding(ARCHITECTURE, 0, "dependency", (
        f"'{name}' of cmake/CortenDependencies.cmake has no row in the table under 'Dependencies'"))
        for name in used if name not in stated]
    findings += [Finding(ARCHITECTURE, 0, "dependency", f"lists '{name}', which cmake/CortenDependencies.cmake does not use")
                 for name in stated if name not in used]
    return findings


def check_packages(tree: Tree) -> list[Finding]:
    installed, listed, findings = set(), set(), []
    for number, line in enumerate(tree.read(PACKAGES).splitlines(), 1):
        words = line.split(None, 2)
        if not words or words[0].startswith("#"):
            continue
        if len(words) < 3:
            findings.append(Finding(PACKAGES, number, "package", "gives no reason: GROUP PACKAGE REASON"))
        elif (words[0], words[1]) in listed:
            findings.append(Finding(PACKAGES, number, "package", f"'{words[1]}' is listed twice in '{words[0]}'"))
        listed.add(tuple(words[:2]))
        installed.update(words[1:2])
    findings += [Finding(PACKAGES, 0, "package", f"does not install '{package}', which {ARCHITECTURE} names for {name}")
                 for name, package in _dependency_rows(tree).items() if package not in installed]
    return findings
