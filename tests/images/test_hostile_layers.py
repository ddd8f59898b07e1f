"""Layers that try to leave the store. Whatever corten says of them, nothing outside the store may change."""

import os
import sys
import tarfile
from pathlib import Path

import pytest

import samples
from daemons import Registry
from samples import Entry, Layer, directory, hardlink, symlink, tar_of
from stores import FileState, assert_sound, image_ids, ok, refused, run_in, state_of
from support import Corten

OUTSIDE = "OUTSIDE"  # in the entries below: the absolute path of a directory outside the store

UP = "../" * 30


def device(name: str, kind: bytes, numbers: tuple[int, int]) -> Entry:
    return Entry(name, kind=kind, device=numbers, mode=0o666)


# Each is a list of layers, the lowest first.
ATTACKS: dict[str, list[list[Entry]]] = {
    "dot dot": [[Entry(f"{UP}OUTSIDE/pwned", b"x")]],
    "dot dot in the middle": [[directory("a"), Entry(f"a/{UP}OUTSIDE/pwned", b"x")]],
    "absolute": [[Entry("OUTSIDE/pwned", b"x")]],
    "absolute overwrites": [[Entry("OUTSIDE/secret", b"x")]],
    "symlink then file": [[symlink("a", OUTSIDE), Entry("a/pwned", b"x")]],
    "relative symlink then file": [[symlink("a", f"{UP}OUTSIDE"), Entry("a/pwned", b"x")]],
    "symlinks through symlinks": [[symlink("b", OUTSIDE), symlink("a", "b/."), Entry("a/pwned", b"x")]],
    "symlink then file in the next layer": [[symlink("a", OUTSIDE)], [Entry("a/pwned", b"x")]],
    "file through a symlink to a file": [[symlink("a", f"{OUTSIDE}/secret"), Entry("a", b"x")]],
    "file through a symlink below": [[symlink("a", f"{OUTSIDE}/secret")], [Entry("a", b"x")]],
    "directory through a symlink": [[symlink("a", OUTSIDE), directory("a/pwned")]],
    "mode of a directory through a symlink": [[symlink("a", OUTSIDE), directory("a/", 0o777)]],
    "mode of the target of a symlink": [[symlink("a", f"{OUTSIDE}/secret")], [directory("a", 0o777)]],
    "hard link to outside, absolute": [[hardlink("a", f"{OUTSIDE}/secret")]],
    "hard link to outside, relative": [[hardlink("a", f"{UP}OUTSIDE/secret")]],
    "hard link through a symlink": [[symlink("d", OUTSIDE), hardlink("a", "d/secret")]],
    "hard link through a symlink, then written": [
        [symlink("d", OUTSIDE), hardlink("a", "d/secret"), Entry("a", b"x")]],
    "hard link to a symlink, then written": [
        [symlink("s", f"{OUTSIDE}/secret"), hardlink("a", "s"), Entry("a", b"x")]],
    "hard link into the layer below through a symlink": [[symlink("d", OUTSIDE)], [hardlink("a", "d/secret")]],
    "hard link below dot dot": [[hardlink("a", "../../../../corten.db")]],
    "whiteout of a parent": [[directory("a"), Entry("a/.wh...")]],
    "whiteout of this directory": [[directory("a"), Entry("a/.wh..")]],
    "whiteout without a name": [[Entry(".wh.")]],
    "whiteout through a symlink": [[symlink("a", OUTSIDE), Entry("a/.wh.secret")]],
    "whiteout through a symlink below": [[symlink("a", OUTSIDE)], [Entry("a/.wh.secret")]],
    "whiteout with dot dot": [[Entry(f"{UP}OUTSIDE/.wh.secret")]],
    "opaque through a symlink": [[symlink("a", OUTSIDE)], [Entry("a/.wh..wh..opq")]],
    "opaque root": [[Entry("a", b"x")], [Entry(".wh..wh..opq")]],
    "opaque with dot dot": [[Entry(f"{UP}OUTSIDE/.wh..wh..opq")]],
    "directory that becomes a symlink": [
        [directory("a"), Entry("a/f", b"x"), symlink("a", OUTSIDE), Entry("a/pwned", b"x")]],
    "root that becomes a symlink": [[symlink(".", OUTSIDE), Entry("pwned", b"x")]],
    "root that becomes a file": [[Entry(".", b"x")]],
    "name that is only slashes": [[Entry("///", b"x")]],
    "empty name": [[Entry("", b"x")]],
    "name of 5,000 bytes": [[Entry("a" * 5000, b"x")]],
    "path of 500 levels": [[Entry("d/" * 500 + "f", b"x")]],
    "name with a newline and escapes": [[Entry("a\n\x1b[31mb", b"x")]],
    "name that is no UTF-8": [[Entry("a\udcff", b"x", pax={})]],
    "trusted.overlay attributes": [
        [Entry("a", b"x", pax={"SCHILY.xattr.trusted.overlay.redirect": "/../../.."})]],
    "overlay redirect of a directory": [
        [Entry("a", kind=tarfile.DIRTYPE, mode=0o755, pax={"SCHILY.xattr.trusted.overlay.redirect": OUTSIDE})]],
    "overlay's own whiteout": [[device("a", tarfile.CHRTYPE, (0, 0))]],
    "device of the disk": [[device("disk", tarfile.BLKTYPE, (254, 0)), device("mem", tarfile.CHRTYPE, (1, 1))]],
    "fifo and then a file in its place": [[Entry("a", kind=tarfile.FIFOTYPE), Entry("a", b"x")]],
    "setuid program": [[Entry("su", b"x", mode=0o6755)]],
    "negative and huge owners": [[Entry("a", b"x", pax={"uid": "4294967295", "gid": "99999999999"})]],
    "sparse beyond its size": [
        [Entry("a", b"x", pax={"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "1"})]],
    "file of 8 EiB in its pax header": [[Entry("a", b"x", pax={"size": "9223372036854775807"})]],
    "file under a file": [[Entry("a", b"x"), Entry("a/b", b"x")]],
    "cycle of symlinks": [[symlink("a", "b"), symlink("b", "a"), Entry("a/f", b"x")]],
    "hard link to itself": [[hardlink("a", "a")]],
    "unknown kind of entry": [[Entry("a", b"x", kind=b"Z")]],
    "plan file of aufs": [[Entry(".wh..wh.plnk/x", b"x")]],
}

HARMLESS = ("opaque root", "setuid program", "name with a newline and escapes", "path of 500 levels")


def placed(layers: list[list[Entry]], outside: Path) -> samples.Image:
    def put(text: str) -> str:
        return text.replace("/" + OUTSIDE, str(outside)).replace(OUTSIDE, str(outside))

    return samples.make_image(
        Layer(tar_of(
            Entry(put(e.name), e.data, e.kind, e.mode, put(e.link), e.uid, e.gid, e.device,
                  {key: put(value) for key, value in e.pax.items()})
            for e in layer
        ))
        for layer in layers
    )


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside"
    (path / "inner").mkdir(parents=True, mode=0o755)
    (path / "secret").write_text("a secret\n")
    (path / "secret").chmod(0o600)
    (path / "inner/file").write_text("inner\n")
    return path


def around(tmp_path: Path, corten: Corten) -> dict[str, FileState]:
    """Everything in the test's directory but the store, and the store's own files beside its blobs and layers."""
    state = state_of(tmp_path / "outside")
    state.update({str(p): FileState(0, 0, 0, 0, 0, b"") for p in tmp_path.iterdir()})
    state.update({str(p): FileState(0, 0, 0, 0, 0, b"") for p in Path("/").iterdir()})
    return state


def test_a_naive_unpacker_falls_for_it(outside: Path, tmp_path: Path) -> None:
    """The attacks are real: Python's tarfile without its filter follows the symlink."""
    image = placed(ATTACKS["symlink then file"], outside)
    (tmp_path / "layer.tar.gz").write_bytes(image.layers[0].data)
    with tarfile.open(tmp_path / "layer.tar.gz") as archive:
        archive.extraction_filter = lambda member, _: member  # as before Python 3.14
        archive.extractall(tmp_path / "naive")
    assert (outside / "pwned").exists()


@pytest.mark.parametrize("how", ["pull", "load"])
@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_outside_the_store_changes(name: str, how: str, outside: Path, registry: Registry, repository: str,
                                           corten: Corten, tmp_path: Path) -> None:
    image = placed(ATTACKS[name], outside)
    if how == "load":
        archive = tmp_path / "layout"
        samples.write_layout(archive, {"example.com/hostile:1": image})
        words = ["load", "-i", str(archive)]
    else:
        words = ["pull", registry.put(repository, "1", image)]
    corten.root.mkdir()
    corten.run_root.mkdir()
    before = around(tmp_path, corten)
    done = corten(*words, timeout=40)
    assert around(tmp_path, corten) == before
    if done.code != 0:
        assert name not in HARMLESS, done.err
        message = refused(done)
        assert "\x1b" not in message, "an escape sequence of the layer reached the terminal"
        assert image_ids(corten) == []
    else:
        assert image_ids(corten) == [image.id]
    assert_sound(corten)
    if done.code == 0:
        ok(corten("rmi", image_ids(corten)[0]))
        assert around(tmp_path, corten) == before
        assert_sound(corten)


def test_no_layer_directory_can_be_walked_by_others(registry: Registry, repository: str, corten: Corten) -> None:
    # CVE-2021-41091: a setuid file in the store must not be reachable by another user of the host.
    ok(corten("pull", registry.put(repository, "1", samples.make_image(
        [Layer(tar_of([Entry("su", b"x", mode=0o6755)]))]))))
    assert os.stat(corten.root).st_mode & 0o077 == 0


@pytest.mark.parametrize("attribute", ["trusted.overlay.redirect", "trusted.overlay.opaque", "user.overlay.redirect"])
def test_attributes_of_overlay_are_not_taken_from_layers(attribute: str, registry: Registry, repository: str,
                                                         corten: Corten) -> None:
    entry = Entry("a", kind=tarfile.DIRTYPE, mode=0o755, pax={f"SCHILY.xattr.{attribute}": "/etc"})
    if corten("pull", registry.put(repository, "1", samples.make_image([Layer(tar_of([entry]))]))).code == 0:
        values = [os.getxattr(path, attribute, follow_symlinks=False)
                  for path in corten.root.rglob("*") if attribute in os.listxattr(path, follow_symlinks=False)]
        assert b"/etc" not in values
    assert_sound(corten)


@pytest.mark.parametrize("bomb", ["gzip", "many entries"])
def test_a_bomb_does_not_take_the_memory(bomb: str, registry: Registry, repository: str, corten: Corten) -> None:
    if bomb == "gzip":
        tar = tar_of([Entry("zeros", b"\0" * 200_000_000)])
    else:
        tar = tar_of(Entry(f"d{n % 97}/f{n}") for n in range(20_000))
    name = registry.put(repository, "1", samples.make_image([Layer(tar)]))
    measure = (
        "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
    )
    done = run_in(corten, [sys.executable, "-c", measure], "pull", name, timeout=50)
    ok(done)
    assert int(done.err.split()[-1]) < 128 * 1024, "KiB"
    assert_sound(corten)
