"""Reads what CMake declares about our modules: order, layers, dependencies, files."""

import dataclasses
import re

from .tree import Tree

_LISTS = ("DEPS", "LIBS", "PRIVATE_LIBS", "SOURCES", "TESTS", "FUZZERS", "TEST_LIBS")
MAIN = "main"
MAIN_LAYER = 8
_SOURCE = re.compile(r"\.(?:cpp|c)$")


@dataclasses.dataclass
class Module:
    name: str
    layer: int | None
    line: int = 0
    deps: list[str] = dataclasses.field(default_factory=list)
    test_deps: list[str] = dataclasses.field(default_factory=list)  # further modules for its tests
    files: set[str] = dataclasses.field(default_factory=set)  # every .cpp and .c named in its CMakeLists.txt
    library: set[str] = dataclasses.field(default_factory=set)  # those listed under SOURCES
    tests: set[str] = dataclasses.field(default_factory=set)
    fuzzers: set[str] = dataclasses.field(default_factory=set)

    @property
    def path(self) -> str:
        return f"src/{self.name}/CMakeLists.txt"


def without_comments(text: str) -> str:
    return re.sub(r"#[^\n]*", lambda match: " " * len(match.group()), text)


def listed_modules(tree: Tree) -> list[str]:
    """The folders of src/ in the order of the root CMakeLists.txt."""
    text = without_comments(tree.read("CMakeLists.txt"))
    return re.findall(r"add_subdirectory\(\s*src/([\w-]+)", text)


def module_folders(tree: Tree) -> list[str]:
    return sorted({name.split("/")[1] for name in tree.files if name.startswith("src/") and name.count("/") > 1})


def read_modules(tree: Tree) -> dict[str, Module]:
    """Each folder of src/ that declares a module; src/main declares an executable instead."""
    found = {}
    for name in module_folders(tree):
        path = f"src/{name}/CMakeLists.txt"
        if path not in tree.files:
            continue
        text = without_comments(tree.read(path))
        module = _main(text) if name == MAIN else _library(name, text)
        if module is not None:
            module.files = {word for word in _words(text) if _SOURCE.search(word)}
            found[name] = module
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s()\"]+", text)


def _ours(words: list[str]) -> list[str]:
    return [word.removeprefix("corten_") for word in words
            if word.startswith("corten_") and word not in ("corten_flags", "corten_spdlog")]


def _library(name: str, text: str) -> Module | None:
    match = re.search(r"corten_module\(([^)]*)\)", text)
    if match is None:
        return None
    words = _words(match.group(1))
    groups: dict[str, list[str]] = {key: [] for key in _LISTS}
    layer = None
    current: list[str] | None = None
    for position, word in enumerate(words[1:], 1):
        if word == "LAYER":
            layer = int(words[position + 1]) if words[position + 1 : position + 2] else None
            current = None
        elif word in groups:
            current = groups[word]
        elif current is not None:
            current.append(word)
    return Module(name=words[0] if words else "", layer=layer, line=text.count("\n", 0, match.start()) + 1,
                  deps=groups["DEPS"], test_deps=_ours(groups["TEST_LIBS"]),
                  library=set(groups["SOURCES"]), tests=set(groups["TESTS"]), fuzzers=set(groups["FUZZERS"]))


def _main(text: str) -> Module | None:
    executable = re.search(r"add_executable\(", text)
    if executable is None:
        return None
    libraries: list[str] = []
    for match in re.finditer(r"target_link_libraries\(([^)]*)\)", text):
        libraries += _ours(_words(match.group(1))[1:])
    return Module(name=MAIN, layer=MAIN_LAYER, line=text.count("\n", 0, executable.start()) + 1, deps=libraries)
