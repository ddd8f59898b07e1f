import json
import os
import shutil
import subprocess

import pytest

from support import Corten

NOBODY = 65534


def store_of(text: str) -> tuple[str, str]:
    info = json.loads(text)
    return info["DockerRootDir"], info["RunRootDir"]


def test_flags_choose_the_store(corten: Corten) -> None:
    outcome = corten("system", "info", "--format", "json")
    assert store_of(outcome.out) == (str(corten.root), str(corten.run_root))


def test_environment_chooses_the_store_and_flags_go_over_it(corten: Corten) -> None:
    variables = {"CORTEN_ROOT": "/env/root", "CORTEN_RUN_ROOT": "/env/run"}
    outcome = corten.bare("info", "-f=json", env=variables)
    assert store_of(outcome.out) == ("/env/root", "/env/run")
    outcome = corten.bare("--root=/flag", "info", "-fjson", env=variables)
    assert store_of(outcome.out) == ("/flag", "/env/run")


def as_nobody(corten: Corten, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become another user")
    # The build directory may not be open to others.
    binary = corten.home.parent / "corten"
    shutil.copy(corten.binary, binary)
    for directory in [binary, *binary.parents][:4]:
        directory.chmod(0o755)
    return subprocess.run(
        [str(binary), "info", "--format", "json"],
        user=NOBODY, group=NOBODY, extra_groups=[], env=variables, cwd="/",
        capture_output=True, text=True, timeout=10, check=False,
    )


def test_an_ordinary_user_gets_a_store_of_their_own(corten: Corten) -> None:
    done = as_nobody(corten, {"HOME": "/home/n", "XDG_RUNTIME_DIR": "/run/user/65534"})
    assert done.returncode == 0, done.stderr
    assert store_of(done.stdout) == ("/home/n/.local/share/corten", "/run/user/65534/corten")


def test_a_missing_runtime_directory_is_explained(corten: Corten) -> None:
    done = as_nobody(corten, {"HOME": "/home/n"})
    assert done.returncode == 0, done.stderr
    info = json.loads(done.stdout)
    assert store_of(done.stdout) == ("/home/n/.local/share/corten", "")
    assert "XDG_RUNTIME_DIR is not set" in info["Warnings"][0]
    assert "--run-root DIR" in info["Warnings"][0]
