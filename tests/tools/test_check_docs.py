"""Each rule of tools/check_docs can fail, and documents that are true pass."""

import pytest
from checks.docs import anchors, check
from checks.tree import Tree

GOOD = {
    "README.md": "# The house\n[a](ARCHITECTURE.md) [b](ARCHITECTURE.md#layers) [c](https://example.org/x) [d](#the-house)\n"
                 "`[not](a-link.md)` and `src/base/error.hpp`\n",
    "ARCHITECTURE.md": "# Layers\n\n| # | folder | what |\n|---|---|---|\n| 0 | [base](src/base) | errors |\n\n"
                       "## Planned\n\n| 1 | later | x |\n\n"
                       "# Dependencies\n\n| name | package |\n|---|---|\n| `fmt` | `libfmt-dev` |\n"
                       "| `libzstd` | `libzstd-dev` |\n",
    "src/base/CMakeLists.txt": "corten_module(base LAYER 0 SOURCES a.cpp)\n",
    "src/base/error.hpp": "#pragma once\n",
    "cmake/CortenDependencies.cmake": "find_package(PkgConfig REQUIRED)\nfind_package(fmt REQUIRED)\n# find_package(old)\n"
                                      "pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd>=1.5)\n",
    "scripts/packages.txt": "# comment\nbuild libfmt-dev text\nbuild libzstd-dev zstd\n",
}


def problems(write_tree, changes):
    return [str(finding) for finding in check(Tree(write_tree(GOOD | changes)))]


def test_true_documents_pass(write_tree):
    assert problems(write_tree, {}) == []


@pytest.mark.parametrize("changes, expected", [
    ({"README.md": "[x](docs/none.md)\n"}, "README.md:1: [link] 'docs/none.md' leads nowhere"),
    ({"README.md": "[x](ARCHITECTURE.md#no-such)\n"}, "names a heading that is not there"),
    ({"README.md": "a\nsee `src/base/gone.hpp`\n"}, "README.md:2: [path] 'src/base/gone.hpp' is not there"),
    ({"src/sys/CMakeLists.txt": "corten_module(sys LAYER 1 SOURCES a.cpp)\n"}, "src/sys has no row"),
    ({"src/base/CMakeLists.txt": "corten_module(base LAYER 1 SOURCES a.cpp)\n"},
     "says that src/base is layer 0, its CMakeLists.txt says 1"),
    ({"cmake/CortenDependencies.cmake": GOOD["cmake/CortenDependencies.cmake"] + "find_package(Boost)\n"},
     "'Boost' of cmake/CortenDependencies.cmake has no row"),
    ({"cmake/CortenDependencies.cmake": "find_package(fmt REQUIRED)\n"},
     "lists 'libzstd', which cmake/CortenDependencies.cmake does not use"),
    ({"scripts/packages.txt": "build libfmt-dev text\n"}, "does not install 'libzstd-dev'"),
    ({"scripts/packages.txt": GOOD["scripts/packages.txt"] + "build cmake\n"}, "gives no reason"),
    ({"scripts/packages.txt": GOOD["scripts/packages.txt"] + "build libfmt-dev again\n"},
     "'libfmt-dev' is listed twice in 'build'"),
])
def test_each_rule_can_fail(write_tree, changes, expected):
    found = problems(write_tree, changes)
    assert any(expected in finding for finding in found), found


def test_a_module_listed_as_present_must_be_there(write_tree):
    layers = GOOD["ARCHITECTURE.md"].replace("| errors |\n", "| errors |\n| 1 | [gone](src/base) | x |\n")
    assert any("lists src/gone as present" in finding for finding in problems(write_tree, {"ARCHITECTURE.md": layers}))


def test_headings_become_anchors_by_the_usual_rule():
    assert anchors("# What it is\n## On-disk state (planned)\n```\n# not this\n```\n") == {
        "what-it-is", "on-disk-state-planned"}
