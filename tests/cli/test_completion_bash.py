import subprocess

import pytest

from support import Corten, needs, verbs

# Bash hands over the line split at spaces and at '='.
SCRIPT = """
source <(corten completion bash)
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_corten
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(corten: Corten, *words: str) -> list[str]:
    done = subprocess.run(
        [needs("bash"), "--norc", "-c", SCRIPT, "bash", *words],
        env=corten.environment(), cwd=corten.home, capture_output=True, text=True, timeout=20, check=True,
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


CASES = [
    (["corten", "ver"], ["version"]),
    (["corten", "--root", "/x", "sys"], ["system"]),
    (["corten", "--root", "=", "/x", "-D", "sys"], ["system"]),
    (["corten", "--debug", "=", "true", "sys"], ["system"]),
    (["corten", "--pro"], ["--progress"]),
    (["corten", "--progress", "p"], ["plain"]),
    (["corten", "--progress", "=", "p"], ["plain"]),
    (["corten", "--progress", "="], ["auto", "tty", "plain", "json"]),
    (["corten", "version", "--f"], ["--format"]),
    (["corten", "version", ""], []),
    (["corten", "completion", "z"], ["zsh"]),
    (["corten", "help", "ver"], ["version"]),
    (["corten", "frob", "x"], []),
    (["corten", "system", "f"], []),
    (["corten", "system", "features", ""], []),
    (["corten", "system", "features", "--f"], ["--format"]),
    (["corten", "system", "features", "--format", ""], []),
    (["corten", "oci", "cr"], ["create"]),
    (["corten", "oci", "--root", "/x", "--log-format", "json", "cr"], ["create"]),
    (["corten", "oci", "--rootless", "a"], ["auto"]),
    (["corten", "oci", "ps", "--format", "j"], ["json"]),
    (["corten", "man", "--d"], ["--dir"]),
    (["corten", "man", "ver"], ["version"]),
]


@pytest.mark.parametrize(("words", "expected"), CASES, ids=lambda value: " ".join(value))
def test_offers(corten: Corten, words: list[str], expected: list[str]) -> None:
    assert complete(corten, *words) == expected


@pytest.mark.parametrize("words", [[], ["system"], ["image"]], ids=lambda words: " ".join(words))
def test_all_verbs_are_offered(corten: Corten, words: list[str]) -> None:
    expected = verbs(corten, *words)
    assert len(expected) > 3
    for before in ([], ["help"], ["man"]) if words else ([],):
        assert sorted(complete(corten, "corten", *before, *words, "")) == expected


def test_directories_for_directory_flags(corten: Corten) -> None:
    (corten.home / "images").mkdir()
    (corten.home / "images.txt").touch()
    assert complete(corten, "corten", "--root", "im") == ["images"]


def test_script_can_be_loaded_inside_a_function(corten: Corten) -> None:
    script = "load() { source <(corten completion bash); }; load; complete -p corten; echo ${#_corten_verbs[@]}"
    done = subprocess.run(
        [needs("bash"), "--norc", "-c", script],
        env=corten.environment(), capture_output=True, text=True, timeout=20, check=True,
    )
    assert done.stdout.splitlines()[0] == "complete -F _corten corten"
    assert int(done.stdout.splitlines()[1]) > 3
