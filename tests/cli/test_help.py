from typing import Callable

import pytest

from support import Corten

VERBS = ["completion", "help", "login", "logout", "man", "oci", "oci exec", "system", "system info", "version"]


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_text(corten: Corten, golden: Callable[[str, str], None], verb: str) -> None:
    name = "-".join(["help", *verb.split()])
    golden(f"{name}.txt", corten.bare("help", *verb.split()).out)


@pytest.mark.parametrize("verb", VERBS)
def test_help_and_the_flag_agree(corten: Corten, verb: str) -> None:
    asked = corten.bare("help", *verb.split())
    assert asked.code == 0
    assert corten.bare(*verb.split(), "--help") == asked
    assert corten.bare(*verb.split(), "-h") == asked


def test_main_help_is_the_same_however_asked_for(corten: Corten) -> None:
    asked = corten.bare("help")
    assert corten.bare("--help") == asked
    bare = corten.bare()
    assert (bare.code, bare.out, bare.err) == (0, "", asked.out)


def test_help_works_without_any_environment(corten: Corten) -> None:
    assert corten.bare("help", env={"HOME": ""}).code == 0
