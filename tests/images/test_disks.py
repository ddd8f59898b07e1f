"""A store that cannot be written, or that is full."""

import os
from pathlib import Path

import pytest

import samples
from daemons import Registry
from stores import MountNamespace, assert_sound, ok, refused, run_in
from support import Corten

READ_ONLY = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"'
SMALL = 'mount -t tmpfs -o "size=$2,mode=0755" none "$1"'


@pytest.fixture
def pulled(registry: Registry, repository: str, corten: Corten) -> str:
    name = registry.put(repository, "1", samples.hello())
    ok(corten("pull", name, timeout=30))
    return name


def test_a_read_only_store_is_read_and_refuses_the_rest(pulled: str, registry: Registry, repository: str,
                                                        corten: Corten, tmp_path: Path) -> None:
    second = registry.put(repository, "2", samples.hello(2))
    with MountNamespace(READ_ONLY, str(corten.root)) as space:
        assert ok(run_in(corten, space.prefix, "images", "-q")).strip()
        ok(run_in(corten, space.prefix, "inspect", pulled))
        ok(run_in(corten, space.prefix, "history", pulled))
        ok(run_in(corten, space.prefix, "save", "-o", str(tmp_path / "saved.tar"), pulled))
        ok(run_in(corten, space.prefix, "system", "check"))
        for words in (["pull", second], ["rmi", pulled], ["tag", pulled, "example.com/other:1"],
                      ["load", "-i", str(tmp_path / "saved.tar")], ["image", "prune", "-a", "-f"]):
            message = refused(run_in(corten, space.prefix, *words)).lower()
            assert "read-only" in message, f"{words}: {message}"
    assert_sound(corten)


def test_a_root_that_cannot_be_made_is_named(registry: Registry, repository: str, corten: Corten,
                                             tmp_path: Path) -> None:
    name = registry.put(repository, "1", samples.hello())
    (tmp_path / "file").write_text("in the way")
    corten.root = tmp_path / "file" / "root"
    assert str(tmp_path / "file") in refused(corten("pull", name))


def test_a_store_without_permission_is_named(pulled: str, corten: Corten) -> None:
    # Root without the capabilities to pass over permissions is like everybody else.
    prefix = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    corten.root.chmod(0o500)
    try:
        assert "permission" in refused(run_in(corten, prefix, "rmi", pulled)).lower()
    finally:
        corten.root.chmod(0o700)
    assert_sound(corten)


@pytest.mark.parametrize("size", ["1m", "3m", "6m", "7m"])
def test_a_full_disk_is_an_error_and_then_it_goes_on(size: str, registry: Registry, repository: str,
                                                     corten: Corten) -> None:
    # 4 MB of layer, which is kept and unpacked: 8 MB would do.
    image = samples.single(samples.noise(4_000_000))
    name = registry.put(repository, "1", image)
    corten.root.mkdir()
    with MountNamespace(SMALL, str(corten.root), size) as space:
        message = refused(run_in(corten, space.prefix, "pull", name, timeout=40)).lower()
        assert "space" in message, message
        assert ok(run_in(corten, space.prefix, "images", "-q")) == ""
        assert_sound(corten, space.prefix)
        space.run("mount", "-o", "remount,size=64m", str(corten.root))
        ok(run_in(corten, space.prefix, "pull", name, timeout=40))
        assert ok(run_in(corten, space.prefix, "images", "-q", "--no-trunc")).split() == [image.id]
        assert_sound(corten, space.prefix)


def test_a_full_disk_while_loading(corten: Corten, tmp_path: Path) -> None:
    image = samples.single(samples.noise(4_000_000))
    layout = samples.write_layout(tmp_path / "layout", {"example.com/big:1": image})
    corten.root.mkdir()
    with MountNamespace(SMALL, str(corten.root), "3m") as space:
        assert "space" in refused(run_in(corten, space.prefix, "load", "-i", str(layout))).lower()
        assert_sound(corten, space.prefix)
        space.run("mount", "-o", "remount,size=64m", str(corten.root))
        ok(run_in(corten, space.prefix, "load", "-i", str(layout)))
        assert_sound(corten, space.prefix)


def test_a_full_disk_still_lets_images_go(registry: Registry, repository: str, corten: Corten) -> None:
    name = registry.put(repository, "1", samples.single(samples.noise(4_000_000)))
    corten.root.mkdir()
    with MountNamespace(SMALL, str(corten.root), "16m") as space:
        ok(run_in(corten, space.prefix, "pull", name, timeout=40))
        space.run("sh", "-c", 'dd if=/dev/zero of="$1/filler" bs=4096 2>/dev/null || true', "sh", str(corten.root))
        ok(run_in(corten, space.prefix, "rmi", name))
        assert ok(run_in(corten, space.prefix, "images", "-q")) == ""
        space.run("rm", str(corten.root / "filler"))
        assert_sound(corten, space.prefix)


def test_the_target_of_save_is_full(pulled: str, corten: Corten) -> None:
    message = refused(corten("save", "-o", "/dev/full", pulled)).lower()
    assert "no space left" in message
    assert_sound(corten)
