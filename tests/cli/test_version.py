import json
import platform
import re

from support import Corten


def test_version_is_one_line(corten: Corten) -> None:
    outcome = corten.bare("--version")
    assert outcome.code == 0
    assert outcome.err == ""
    assert re.fullmatch(r"corten version \d+\.\d+\.\d+, build [0-9a-z-]+\n", outcome.out)
    assert corten.bare("-v").out == outcome.out


def test_version_as_json_agrees(corten: Corten) -> None:
    client = json.loads(corten("version", "--format", "json").out)["Client"]
    line = f"corten version {client['Version']}, build {client['GitCommit']}\n"
    assert corten.bare("--version").out == line
    assert client["Os"] == "linux"
    assert client["Arch"] == {"x86_64": "amd64", "aarch64": "arm64"}.get(
        platform.machine(), platform.machine()
    )


def test_version_works_without_any_environment(corten: Corten) -> None:
    assert corten.bare("--version", env={"HOME": "", "PATH": ""}).code == 0


def test_version_by_template_is_dockers(corten: Corten) -> None:
    version = corten("version", "--format", "{{.Client.Version}}").out
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", version)
