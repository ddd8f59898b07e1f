"""Exit codes of the Docker command line, and a comparison with the real one where it is installed."""

import os

import pytest

from support import Corten, needs, run

CASES = [
    ((), 0),
    (("--help",), 0),
    (("-h",), 0),
    (("--version",), 0),
    (("-vD",), 0),
    (("-D",), 0),
    (("help",), 0),
    (("help", "version"), 0),
    (("version", "--help"), 0),
    (("system",), 0),
    (("system", "--help"), 0),
    (("frobnicate",), 1),
    (("",), 1),
    (("system", "frob"), 1),
    (("system", ""), 1),
    (("help", "frob"), 1),
    (("help", "version", "frob"), 1),
    (("version", "extra"), 1),
    (("version", "--", "--extra"), 1),
    (("version", "-"), 1),
    (("--nosuchflag",), 125),
    (("-x",), 125),
    (("--debug=maybe", "version"), 125),
    (("--log-level",), 125),
    (("version", "--nosuch"), 125),
    (("version", "-Z"), 125),
    (("version", "--debug", "--help"), 125),
    (("version", "--help", "--nosuch"), 125),
    (("version", "--format"), 125),
    (("version", "-f"), 125),
    (("version", "--=x"), 125),
    (("version", "---x"), 125),
    (("version", "-=x"), 125),
    (("system", "--nosuch"), 125),
    (("--", "version", "--nosuch"), 125),
]


@pytest.mark.parametrize(("words", "code"), CASES, ids=lambda value: repr(value))
def test_exit_code(corten: Corten, words: tuple[str, ...], code: int) -> None:
    assert corten.bare(*words).code == code


@pytest.mark.parametrize(("words", "code"), CASES, ids=lambda value: repr(value))
def test_docker_gives_the_same(corten: Corten, words: tuple[str, ...], code: int) -> None:
    docker = needs("docker")
    environment = {"PATH": os.environ["PATH"], "HOME": str(corten.home)}
    assert run([docker, *words], env=environment).code == code


def test_unknown_verb_names_the_nearest(corten: Corten) -> None:
    outcome = corten("versoin")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err == (
        "corten: 'versoin' is not a corten command. See 'corten --help'\n"
        "hint: did you mean 'corten version'?\n"
    )


def test_unknown_flag_names_the_nearest(corten: Corten) -> None:
    outcome = corten("version", "--fromat", "json")
    assert outcome.code == 125
    assert outcome.err.startswith(
        "corten: unknown flag: --fromat\nhint: did you mean '--format'?\n\nUsage:  corten version [OPTIONS]\n"
    )


def test_messages_do_not_control_the_terminal(corten: Corten) -> None:
    outcome = corten("\x1b[31m\nred")
    assert "\x1b" not in outcome.err
    assert "'\\x1b[31m\\nred'" in outcome.err
