"""tools/check_format, check_shell and check_tidy: they choose the right files and fail when their program does."""

import json
import subprocess

import pytest
from checks.shell import shell_scripts
from checks.tidy import choose, compile_commands, find_base, translation_units
from checks.tree import Tree


def test_format_fails_on_a_file_and_mends_it(root, write_tree, run_tool):
    tree = write_tree({".clang-format": (root / ".clang-format").read_text(), "src/a/good.cpp": "int a;\n",
                       "src/a/bad.cpp": "int  a ;\n"})
    done = run_tool("check_format", "--root", tree)
    assert done.returncode == 1
    assert "src/a/bad.cpp:1: [format]" in done.stdout and "good.cpp" not in done.stdout
    assert run_tool("check_format", "--root", tree, "--fix").returncode == 0
    assert run_tool("check_format", "--root", tree).returncode == 0
    assert (tree / "src/a/bad.cpp").read_text() == "int a;\n"


def test_shell_scripts_are_found_by_name_or_first_line(write_tree):
    tree = Tree(write_tree({"a.sh": "", "b": "#!/bin/sh\n", "c": "#!/usr/bin/env bash\n", "d": "#!/usr/bin/python3\n",
                            "e": "#!/usr/bin/zsh\n", "f.txt": "#!/bin/sh\n", "g": "text\n"}))
    assert shell_scripts(tree) == ["a.sh", "b", "c"]


def test_shell_fails_on_a_script(write_tree, run_tool):
    done = run_tool("check_shell", "--root", write_tree({"run": "#!/bin/sh\ncd $1\n"}))
    assert done.returncode == 1
    assert "run:2: [shellcheck]" in done.stdout


@pytest.fixture
def repository(write_tree):
    """A repository with one commit, and a function that runs git in it."""
    root = write_tree({"src/a/old.cpp": "int a;\n", "src/a/new.cpp": "int b;\n", ".clang-tidy": "Checks: '-*'\n"})

    def git(*words):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
        return subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    return root, git


class Chosen:
    files: list = []
    all = False
    base = None


def test_tidy_looks_at_everything_after_a_single_commit(repository):
    root, _ = repository
    assert choose(Tree(root), Chosen)[0] == ["src/a/new.cpp", "src/a/old.cpp"]


def test_tidy_looks_at_the_last_commit_on_main_and_at_what_is_not_committed(repository):
    root, git = repository
    (root / "src/a/new.cpp").write_text("int c;\n")
    git("commit", "-qam", "two")
    assert choose(Tree(root), Chosen)[0] == ["src/a/new.cpp"]
    (root / "src/a/more.cpp").write_text("int d;\n")
    assert choose(Tree(root), Chosen)[0] == ["src/a/more.cpp", "src/a/new.cpp"]


def test_tidy_looks_at_a_branch_since_it_left_main(repository):
    root, git = repository
    first = git("rev-parse", "HEAD").strip()
    git("checkout", "-qb", "work")
    for name in ("x", "y"):
        (root / f"src/a/{name}.cpp").write_text("int a;\n")
        git("add", "-A")
        git("commit", "-qm", name)
    assert find_base(Tree(root)) == first
    assert choose(Tree(root), Chosen)[0] == ["src/a/x.cpp", "src/a/y.cpp"]


def test_tidy_looks_at_everything_when_its_settings_change(repository):
    root, git = repository
    (root / ".clang-tidy").write_text("Checks: '-*,bugprone-*'\n")
    git("commit", "-qam", "settings")
    assert len(choose(Tree(root), Chosen)[0]) == 2


def test_tidy_sees_a_header_through_its_source_or_one_that_includes_it(write_tree):
    tree = Tree(write_tree({"src/a/a.hpp": "", "src/a/a.cpp": '#include "a/a.hpp"\n', "src/a/only.hpp": "",
                            "src/a/b_test.cpp": '#include "a/only.hpp"\n', "src/a/alone.hpp": ""}))
    commands = {name: ("build/asan", "clang++") for name in ("src/a/a.cpp", "src/a/b_test.cpp")}
    assert translation_units(tree, ["src/a/a.hpp"], commands) == (["src/a/a.cpp"], [])
    assert translation_units(tree, ["src/a/only.hpp", "src/a/a.cpp"], commands) == (["src/a/a.cpp", "src/a/b_test.cpp"], [])
    assert translation_units(tree, ["src/a/alone.hpp"], commands) == ([], ["src/a/alone.hpp"])


def test_tidy_fails_on_a_finding_and_remembers_what_was_clean(write_tree, run_tool):
    root = write_tree({".clang-tidy": "Checks: '-*,modernize-use-nullptr'\nWarningsAsErrors: '*'\n",
                       "src/a/good.cpp": '#include "a/a.hpp"\nint* p = nullptr;\n', "src/a/a.hpp": "#pragma once\n",
                       "src/a/bad.cpp": "int* p = 0;\n"})
    entries = [{"directory": str(root), "file": str(root / name), "command": f"clang++-19 -I{root}/src -c {root / name}"}
               for name in ("src/a/good.cpp", "src/a/bad.cpp")]
    (root / "build/asan").mkdir(parents=True)
    (root / "build/asan/compile_commands.json").write_text(json.dumps(entries))
    assert set(compile_commands(Tree(root))) == {"src/a/good.cpp", "src/a/bad.cpp"}
    done = run_tool("check_tidy", "--root", root)
    assert done.returncode == 1
    assert "modernize-use-nullptr" in done.stdout and "1 files with problems (2 of 2 files checked, 0 of" in done.stdout
    assert "2 of 2 files checked, 1 of them unchanged" in run_tool("check_tidy", "--root", root).stdout
    (root / "src/a/a.hpp").write_text("#pragma once\nint x;\n")
    assert "2 of 2 files checked, 0 of them unchanged" in run_tool("check_tidy", "--root", root).stdout


def test_tidy_lists_what_it_did_not_reach(write_tree, run_tool):
    root = write_tree({".clang-tidy": "Checks: '-*,bugprone-*'\n", "src/a/a.cpp": "int a;\n"})
    (root / "build/asan").mkdir(parents=True)
    (root / "build/asan/compile_commands.json").write_text(json.dumps(
        [{"directory": str(root), "file": str(root / "src/a/a.cpp"), "command": "clang++-19 -c a.cpp"}]))
    done = run_tool("check_tidy", "--root", root, "--seconds", "0")
    assert "src/a/a.cpp: not reached within the time" in done.stdout
    assert "0 of 1 files checked" in done.stdout


def test_tidy_without_a_build_says_what_to_run(write_tree, run_tool):
    done = run_tool("check_tidy", "--root", write_tree({".clang-tidy": "", "src/a/a.cpp": ""}))
    assert done.returncode == 2 and "cmake --preset asan" in done.stdout
