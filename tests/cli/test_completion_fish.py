import subprocess
from pathlib import Path

import pytest

from support import Corten, needs, verbs


@pytest.fixture
def script(corten: Corten, tmp_path: Path) -> Path:
    needs("fish")
    path = tmp_path / "corten.fish"
    path.write_text(corten("completion", "fish").out)
    return path


def fish(corten: Corten, *words: str) -> str:
    done = subprocess.run(
        [needs("fish"), "--no-config", *words],
        env=corten.environment({"XDG_CONFIG_HOME": str(corten.home)}), cwd=corten.home,
        capture_output=True, text=True, timeout=20, check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_fish_accepts_the_script(corten: Corten, script: Path) -> None:
    fish(corten, "--no-execute", str(script))


CASES = [
    ("corten ver", ["version"]),
    ("corten --root /x sys", ["system"]),
    ("corten --pro", ["--progress"]),
    ("corten --progress p", ["plain"]),
    ("corten --progress=p", ["--progress=plain"]),
    ("corten version --f", ["--format"]),
    ("corten version ", []),
    ("corten completion z", ["zsh"]),
    ("corten help ver", ["version"]),
    ("corten system fe", []),
    ("corten system features ", []),
    ("corten system features --f", ["--format"]),
    ("corten system features --format ", []),
    ("corten man --d", ["--dir"]),
]


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
def test_offers(corten: Corten, script: Path, line: str, expected: list[str]) -> None:
    out = fish(corten, "-c", f"source {script}; complete -C '{line}'")
    assert [offer.split("\t")[0] for offer in out.splitlines()] == expected


@pytest.mark.parametrize("before", ["", "help ", "man "])
def test_all_verbs_of_a_group_are_offered(corten: Corten, script: Path, before: str) -> None:
    out = fish(corten, "-c", f"source {script}; complete -C 'corten {before}system '")
    assert sorted(offer.split("\t")[0] for offer in out.splitlines()) == verbs(corten, "system")


def test_offers_are_explained(corten: Corten, script: Path) -> None:
    out = fish(corten, "-c", f"source {script}; complete -C 'corten ver'")
    assert out == "version\tShow the version of corten\n"
