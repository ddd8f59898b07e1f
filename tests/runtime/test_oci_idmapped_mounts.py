"""config.md, "Mounts": uidMappings and gidMappings, idmap and ridmap."""

import os
from pathlib import Path
from typing import Any

import pytest

from bundle import Bundle, bind
from engine import Runtime

pytestmark = pytest.mark.known_fault("runc", "1.1 has no idmapped mounts")


@pytest.fixture
def volume(place: Path) -> Path:
    path = place / "volume"
    (path / "sub").mkdir(parents=True)
    for name, owner in (("zero", 0), ("one", 1), ("thousand", 1000)):
        (path / name).touch()
        os.chown(path / name, owner, owner)
    return path


def mapping(container: int, host: int, size: int = 1) -> list[dict[str, int]]:
    return [{"containerID": container, "hostID": host, "size": size}]


def owners(answer: str) -> list[str]:
    return [line.split()[2] for line in answer.splitlines()]


@pytest.mark.known_fault("crun", "1.8 has its own form of the option and ignores the fields of the specification")
def test_with_a_mapping_of_its_own(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    maps: dict[str, Any] = {"uidMappings": mapping(0, 5000, 100), "gidMappings": mapping(0, 5000, 100)}
    bundle.mounts.append(bind(volume, "/mnt", "bind", "idmap", **maps))
    [answer] = runtime.ask(bundle, "stat /mnt/zero /mnt/one /mnt/thousand")
    assert owners(answer) == ["5000", "5001", "65534"]


@pytest.mark.known_fault("crun", "1.8 ignores the fields of the specification")
def test_new_files_are_the_hosts(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    """What the container's root makes belongs to root of the host, though the container runs elsewhere."""
    bundle.mapped()
    maps: dict[str, Any] = {"uidMappings": mapping(0, 100_000, 65_536), "gidMappings": mapping(0, 100_000, 65_536)}
    bundle.mounts.append(bind(volume, "/mnt", "bind", "idmap", **maps))
    answer, made = runtime.ask(bundle, "stat /mnt/zero /mnt/thousand", "try-create /mnt/new")
    assert (owners(answer), made) == (["0", "1000"], "ok")
    assert (volume / "new").stat().st_uid == 0


def test_by_the_user_namespace_of_the_container(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    bundle.mapped()
    bundle.mounts.append(bind(volume, "/mnt", "bind", "idmap"))
    answer, made = runtime.ask(bundle, "stat /mnt/zero /mnt/thousand", "try-create /mnt/new")
    assert (owners(answer), made) == (["0", "1000"], "ok")
    assert (volume / "new").stat().st_uid == 0


def test_without_it_the_owners_are_nobody(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    """Shows that the tests above can fail."""
    bundle.mapped()
    volume.chmod(0o755)
    bundle.mounts.append(bind(volume, "/mnt", "bind"))
    answer, made = runtime.ask(bundle, "stat /mnt/zero", "try-create /mnt/new")
    assert (owners(answer), made) == (["65534"], "EACCES")


@pytest.mark.known_fault("crun", "1.8 maps the top only")
@pytest.mark.parametrize("option,below", [("idmap", "65534"), ("ridmap", "0")])
def test_below_the_source(runtime: Runtime, bundle: Bundle, volume: Path, option: str, below: str) -> None:
    # Not a tmpfs, whose owners cannot be mapped before Linux 6.3.
    runtime.setup = f"mkdir {volume}/other; touch {volume}/other/file; mount --bind {volume}/other {volume}/sub"
    bundle.mapped()
    maps: dict[str, Any] = {"uidMappings": mapping(0, 100_000, 65_536), "gidMappings": mapping(0, 100_000, 65_536)}
    bundle.mounts.append(bind(volume, "/mnt", "rbind", option, **maps))
    top, inner = runtime.ask(bundle, "stat /mnt/zero", "stat /mnt/sub/file")
    assert (owners(top), owners(inner)) == (["0"], [below])
