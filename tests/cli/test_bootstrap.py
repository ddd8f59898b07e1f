"""image bootstrap: a base image from the apt mirror of this machine, the same each time."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest

from archives import index_names, read_image
from support import Corten, needs, run

# Installing a hundred packages takes from half a minute to some minutes, as busy as the machine is.
SECONDS = 600
NAME = "docker.io/library/debian:bookworm"


def bootstrap(corten: Corten) -> str:
    done = corten("image", "bootstrap", "debian:bookworm", "-q", timeout=SECONDS)
    assert done.code == 0, done.err
    return done.out.strip()


@pytest.fixture(scope="session")
def base(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corten]:
    """A store with debian:bookworm in it, made once for all tests."""
    needs("mmdebstrap")
    if os.geteuid() != 0:
        pytest.skip("needs root: mmdebstrap as a user depends on the machine's user namespaces")
    corten = Corten(binary, tmp_path_factory.mktemp("bootstrap"))
    plan = corten("image", "bootstrap", "debian:bookworm", "--dry-run")
    if "no suite 'bookworm'" in plan.err:
        pytest.skip("needs apt sources of Debian 12")
    bootstrap(corten)
    yield corten


@pytest.mark.timeout(SECONDS)
def test_image_is_debian(base: Corten) -> None:
    manifest, config = read_image(base, NAME)
    assert config["config"]["Cmd"] == ["bash"]
    assert config["created"] == config["history"][0]["created"]
    assert config["created"] == manifest["annotations"]["org.opencontainers.image.created"]
    assert config["history"][0]["created_by"].startswith("corten image bootstrap debian:bookworm")
    assert [layer["mediaType"] for layer in manifest["layers"]] == ["application/vnd.oci.image.layer.v1.tar"]


@pytest.mark.timeout(SECONDS)
def test_layer_holds_the_system_and_nothing_of_the_host(base: Corten) -> None:
    manifest, _ = read_image(base, NAME)
    layer = base.root / "blobs" / manifest["layers"][0]["digest"].replace(":", "/")
    listing = run(["tar", "--full-time", "--numeric-owner", "-tvf", str(layer)], env={"PATH": "/usr/bin:/bin", "TZ": "UTC"})
    names = {line.split(maxsplit=5)[5].split(" -> ")[0] for line in listing.out.splitlines()}
    assert {"etc/debian_version", "var/lib/dpkg/status"} <= names
    assert not names & {"etc/hostname", "etc/resolv.conf", "dev/null", "var/log/dpkg.log"}
    assert not [name for name in names if name.startswith("./") and name != "./"]
    created = json.dumps(read_image(base, NAME)[1]["created"])[1:11]
    assert max(line.split()[3] for line in listing.out.splitlines()) <= created


@pytest.mark.timeout(SECONDS)
def test_second_run_gives_the_same_digest(base: Corten, binary: Path, tmp_path: Path) -> None:
    again = Corten(binary, tmp_path)
    bootstrap(again)
    assert index_names(again)[NAME] == index_names(base)[NAME]


@pytest.mark.timeout(SECONDS)
def test_base_travels(base: Corten, binary: Path, tmp_path: Path) -> None:
    path = tmp_path / "base.tar"
    assert base("save", "-o", str(path), "debian:bookworm", timeout=120).code == 0
    site = Corten(binary, tmp_path)
    assert site("load", "-i", str(path), timeout=300).out == "Loaded image: debian:bookworm\n"
    assert index_names(site) == index_names(base)


def test_dry_run_prints_the_command(corten: Corten) -> None:
    done = corten(
        *["image", "bootstrap", "debian:trixie", "--dry-run", "--mirror", "http://mirror.example/debian"],
        *["--include", "python3,git", "--include", "curl", "--arch", "arm64", "--variant", "apt"],
    )
    assert done.code == 0, done.err
    assert done.out == (
        "mmdebstrap --format=tar --variant=apt --architectures=arm64 --include=curl,git,python3 trixie - "
        "'deb http://mirror.example/debian trixie main'\n"
    )
    assert not corten.root.exists()


@pytest.mark.parametrize(
    "words, expected",
    [
        (["debian"], "expected DISTRIBUTION:SUITE, found 'debian'"),
        (["debian:no-such-suite"], "the apt sources of this machine have no suite 'no-such-suite'"),
        (["debian:x", "--mirror", "http://m.example", "--include", "--x"], "'--x' is no package"),
        (["debian:x", "--mirror", "nothing"], "'nothing' is no mirror"),
        (["debian:x", "--mirror", "http://u:p@m.example"], "has a password in its URI"),
        (["debian:x", "--mirror", "http://m.example", "--arch", "vax"], "'vax' is no architecture of Debian"),
        (["debian:x", "--mirror", "http://m.example", "--variant", "custom"], "'custom' is no variant"),
    ],
)
def test_wrong_input(corten: Corten, words: list[str], expected: str) -> None:
    done = corten("image", "bootstrap", *words)
    assert done.code == 1
    assert expected in done.err
    assert not corten.root.exists()


def test_mirror_that_is_not_there(corten: Corten, tmp_path: Path) -> None:
    needs("mmdebstrap")
    done = corten("image", "bootstrap", "debian:x", "--mirror", f"file:{tmp_path}/nothing", timeout=60)
    assert done.code == 1
    assert "InRelease" in done.err


def test_missing_mmdebstrap(corten: Corten, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror/dists/x"
    mirror.mkdir(parents=True)
    (mirror / "InRelease").write_text("Date: Sat, 11 Nov 2023 10:03:32 UTC\n")
    if not Path("/usr/lib/apt/apt-helper").exists():
        pytest.skip("needs apt, which is not installed")
    done = corten(
        *["image", "bootstrap", "debian:x", "--mirror", f"file:{tmp_path}/mirror"],
        env={"PATH": str(tmp_path)},
    )
    assert done.code == 1
    assert "apt install mmdebstrap" in done.err


def test_an_interrupted_bootstrap_ends_mmdebstrap_and_leaves_nothing(corten: Corten, tmp_path: Path) -> None:
    if not Path("/usr/lib/apt/apt-helper").exists():
        pytest.skip("needs apt, which is not installed")
    mirror = tmp_path / "mirror/dists/x"
    mirror.mkdir(parents=True)
    (mirror / "InRelease").write_text("Date: Sat, 11 Nov 2023 10:03:32 UTC\n")
    program = tmp_path / "mmdebstrap"
    program.write_text(
        f"#!/bin/sh\ntrap 'echo ended > {tmp_path}/ended; exit 1' TERM\necho > {tmp_path}/begun\n"
        "while :; do sleep 0.1; done\n"
    )
    program.chmod(0o755)
    command = [str(corten.binary), "--root", str(corten.root), "--run-root", str(corten.run_root)]
    process = subprocess.Popen(
        [*command, "image", "bootstrap", "debian:x", "--mirror", f"file:{tmp_path}/mirror"],
        env={**corten.environment(), "PATH": f"{tmp_path}:/usr/bin:/bin"},
    )
    try:
        deadline = time.monotonic() + 20
        while not (tmp_path / "begun").exists():
            assert time.monotonic() < deadline and process.poll() is None, "mmdebstrap was not begun"
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.wait()
    assert (tmp_path / "ended").exists()
    assert not list((corten.root / "leases").iterdir()) and not list((corten.root / "ingests").iterdir())
