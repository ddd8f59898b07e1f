"""Several commands on one store at once."""

import os
import signal
from pathlib import Path

import pytest

import samples
from daemons import Registry
from faults import BLOB, MANIFEST, FaultProxy
from steps import start_stopped_at
from stores import assert_sound, files_of, finish, has_blob, image_ids, names_in, ok, refused, start
from support import Corten


def test_two_pulls_of_one_image_fetch_each_blob_once(proxy: FaultProxy, registry: Registry, repository: str,
                                                     corten: Corten, tmp_path: Path) -> None:
    image = samples.single(samples.noise(1_000_000))
    registry.put(repository, "1", image)
    name = f"{proxy.host}/{repository}:1"
    proxy.add("GET", BLOB, bytes_per_second=1_000_000, times=100)
    running = [start(corten, "pull", name) for _ in range(3)]
    for process in running:
        ok(finish(process, 50))
    fetched = sum(s.sent for s in proxy.requests("GET", BLOB + image.layers[0].digest[7:]))
    assert fetched < 1.5 * len(image.layers[0].data), proxy.transcript()
    assert image_ids(corten) == [image.id]
    assert files_of(corten, name)["file"] == samples.noise(1_000_000)
    assert_sound(corten)


def test_images_that_share_layers_are_pulled_at_once(registry: Registry, repository: str, corten: Corten,
                                                     tmp_path: Path) -> None:
    shared = samples.Layer(samples.tar_of([samples.Entry("shared", samples.noise(500_000))]))
    names = []
    for number in range(4):
        own = samples.Layer(samples.tar_of([samples.Entry("own", b"%d" % number)]))
        names.append(registry.put(repository, str(number), samples.make_image([shared, own])))
    running = [start(corten, "pull", name) for name in names]
    for process in running:
        ok(finish(process, 40))
    for number, name in enumerate(names):
        files = files_of(corten, name)
        assert files == {"shared": samples.noise(500_000), "own": b"%d" % number}
    assert_sound(corten)


def test_pulls_while_the_image_is_removed(registry: Registry, repository: str, corten: Corten,
                                          tmp_path: Path) -> None:
    image = samples.hello(size=200_000)
    name = registry.put(repository, "1", image)
    for _ in range(12):
        pulls = [start(corten, "pull", name) for _ in range(2)]
        removal = start(corten, "rmi", name)
        pruning = start(corten, "image", "prune", "-a", "-f")
        for pull in pulls:
            ok(finish(pull))
        removed = finish(removal)
        assert removed.code in (0, 1), removed.err
        if removed.code == 1:
            assert "no such image" in removed.err.lower() or "not found" in removed.err.lower(), removed.err
        ok(finish(pruning))
        assert_sound(corten)
    ok(corten("pull", name))
    assert image_ids(corten) == [image.id]
    assert files_of(corten, name)["etc/version"] == b"1\n"
    assert_sound(corten)


def test_many_readers_while_names_change(registry: Registry, repository: str, corten: Corten) -> None:
    name = registry.put(repository, "1", samples.hello())
    ok(corten("pull", name))
    writers = [start(corten, "tag", name, f"{registry.host}/{repository}:t{number}") for number in range(10)]
    readers = [start(corten, "images", "-q") for _ in range(10)]
    for process in writers + readers:
        ok(finish(process))
    listed = ok(corten("images", "--format", "{{.Tag}}")).split()
    assert sorted(listed) == sorted(["1", *(f"t{number}" for number in range(10))])
    assert_sound(corten)


def test_loads_of_different_images_at_once(corten: Corten, tmp_path: Path) -> None:
    running = []
    for number in range(4):
        layout = samples.write_layout(tmp_path / str(number), {f"example.com/{number}:1": samples.hello(number)})
        running.append(start(corten, "load", "-i", str(layout)))
    for process in running:
        ok(finish(process))
    assert len(image_ids(corten)) == 4
    assert_sound(corten)


def test_a_name_that_moves_while_it_is_pushed_stays_moved(proxy: FaultProxy, repository: str, corten: Corten,
                                                          tmp_path: Path) -> None:
    archives = []
    for number in range(2):
        archive = tmp_path / f"{number}.tar"
        archive.write_bytes(samples.tar_of([samples.Entry("file", b"%d" % number)]))
        archives.append(str(archive))
    name = f"{proxy.host}/{repository}:1"
    ok(corten("import", archives[0], name))
    proxy.add("PUT", MANIFEST, before=lambda _: ok(corten("import", archives[1], name)))
    pushed = corten("push", name)
    ok(pushed)
    assert "was moved or removed meanwhile" in pushed.err
    assert files_of(corten, name) == {"file": b"1"}
    ok(corten("image", "prune", "-f"))
    assert files_of(corten, name) == {"file": b"1"}
    assert_sound(corten)


def test_an_image_that_is_removed_while_it_is_pushed_stays_removed(proxy: FaultProxy, registry: Registry,
                                                                   repository: str, corten: Corten) -> None:
    registry.put(repository, "1", samples.hello())
    name, copy = f"{proxy.host}/{repository}:1", f"{proxy.host}/{repository}:2"
    ok(corten("pull", name))
    ok(corten("tag", name, copy))
    ids = image_ids(corten)
    proxy.add("PUT", MANIFEST, before=lambda _: ok(corten("rmi", "-f", ids[0])))
    ok(corten("push", copy))
    assert image_ids(corten) == []
    assert_sound(corten)


def test_an_image_that_is_removed_before_it_is_leased_is_not_there(registry: Registry, repository: str,
                                                                   corten: Corten, tmp_path: Path) -> None:
    name = registry.put(repository, "1", samples.hello())
    ok(corten("pull", name))
    pushing, pid = start_stopped_at(corten, "leases", ["push", name], tmp_path / "trace")
    ok(corten("rmi", name))
    os.kill(pid, signal.SIGCONT)
    assert "an image does not exist locally with the tag" in refused(finish(pushing))


@pytest.mark.parametrize("words", [["images"], ["system", "df"], ["system", "prune", "-f"]], ids="-".join)
def test_an_image_that_is_removed_while_it_is_read_is_passed_over(words: list[str], registry: Registry,
                                                                  repository: str, corten: Corten,
                                                                  tmp_path: Path) -> None:
    name = registry.put(repository, "1", samples.hello())
    ok(corten("pull", name))
    path = "blobs/" + names_in(corten)[name].replace(":", "/")
    (corten.root / "corten.db").unlink()  # what is remembered need not be read
    reading, pid = start_stopped_at(corten, path, words, tmp_path / "trace")
    ok(corten("rmi", name))
    os.kill(pid, signal.SIGCONT)
    read = finish(reading)
    ok(read)
    assert read.err == ""
    assert image_ids(corten) == []


def test_a_name_that_moves_before_it_is_leased_is_pushed_as_it_is_then(registry: Registry, repository: str,
                                                                       corten: Corten, tmp_path: Path) -> None:
    before, after = (registry.put(repository, str(n), samples.hello(n)) for n in range(2))
    name = f"{registry.host}/{repository}:moves"
    for image in (before, after):
        ok(corten("pull", image))
    ok(corten("tag", before, name))
    pushing, pid = start_stopped_at(corten, "leases", ["push", name], tmp_path / "trace")
    ok(corten("tag", after, name))
    ok(corten("rmi", before))
    os.kill(pid, signal.SIGCONT)
    ok(finish(pushing))
    ok(corten("pull", name))
    assert files_of(corten, name)["etc/version"] == b"1\n"
    assert_sound(corten)


@pytest.mark.parametrize("repair", [[], ["--repair"]], ids=["check", "repair"])
def test_a_check_while_images_come_and_go(repair: list[str], registry: Registry, repository: str, corten: Corten,
                                          tmp_path: Path) -> None:
    staying, going, coming = (samples.hello(number) for number in range(3))
    names = [registry.put(repository, str(n), image) for n, image in enumerate((staying, going, coming))]
    ok(corten("pull", names[0]))
    ok(corten("pull", names[1]))
    path = "blobs/" + staying.layers[0].digest.replace(":", "/")
    checking, pid = start_stopped_at(corten, path, ["system", "check", *repair], tmp_path / "trace")
    ok(corten("pull", names[2]))
    ok(corten("rmi", names[1]))
    os.kill(pid, signal.SIGCONT)
    checked = ok(finish(checking))
    assert checked.startswith("The store is sound: 2 images"), checked
    assert names[2] in names_in(corten)
    ok(corten("image", "prune", "-f"))
    assert all(has_blob(corten, layer.digest) for layer in coming.layers)
    assert_sound(corten)
