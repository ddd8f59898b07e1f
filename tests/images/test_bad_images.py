"""Images whose documents and blobs lie: each is a clear error, by pull and by load, and leaves a sound store."""

import gzip
import json
from pathlib import Path
from typing import Any, Callable

import pytest

import samples
from daemons import Registry
from samples import Blob, Entry, Image, Layer
from stores import assert_sound, image_ids, ok, refused
from support import Corten, Outcome

Deliver = Callable[[Image], Outcome]


@pytest.fixture(params=["pull", "load dir", "load archive"])
def deliver(request: pytest.FixtureRequest, registry: Registry, repository: str, corten: Corten,
            tmp_path: Path) -> Deliver:
    """Gives an image to corten, one way or the other."""

    def give(image: Image) -> Outcome:
        if request.param == "pull":
            return corten("pull", registry.put(repository, "1", image), timeout=50)
        layout = samples.write_layout(tmp_path / "layout", {"example.com/bad:1": image})
        if request.param == "load archive":
            layout = samples.write_oci_archive(tmp_path / "archive.tar", layout)
        return corten("load", "-i", str(layout), timeout=50)

    return give


def good() -> Image:
    return samples.single(b"good\n" * 1000, compression="gzip")


def with_manifest(image: Image, change: Callable[[dict[str, Any]], None]) -> Image:
    document = json.loads(image.manifest.data)
    change(document)
    manifest = Blob(json.dumps(document).encode(), image.manifest.media_type)
    return Image(manifest, image.config, image.layers, image.platform)


def with_config(image: Image, change: Callable[[dict[str, Any]], None]) -> Image:
    document = json.loads(image.config.data)
    change(document)
    config = Blob(json.dumps(document).encode(), image.config.media_type)
    return Image(samples.manifest_of(config, image.layers), config, image.layers, image.platform)


def with_layer(image: Image, data: bytes) -> Image:
    layer = Blob(data, image.layers[0].media_type)
    return Image(samples.manifest_of(image.config, [layer]), image.config, (layer,), image.platform)


def set_size(by: int) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["layers"][0]["size"] += by

    return change


def truncated(compression: str) -> Image:
    image = samples.single(samples.noise(50_000), compression=compression)
    return with_layer(image, image.layers[0].data[:-2000])


CASES: dict[str, tuple[Callable[[], Image], tuple[str, ...]]] = {
    "layer size one too large": (lambda: with_manifest(good(), set_size(1)), ("size", "bytes", "length")),
    "layer size one too small": (lambda: with_manifest(good(), set_size(-1)), ("size", "bytes", "length")),
    "layer size negative": (lambda: with_manifest(good(), set_size(-1_000_000)), ("size",)),
    "layer size absurd": (lambda: with_manifest(good(), set_size(1 << 62)), ("size", "bytes", "length", "space")),
    "config size wrong": (
        lambda: with_manifest(good(), lambda d: d["config"].update(size=d["config"]["size"] - 3)),
        ("size", "bytes", "length"),
    ),
    "truncated gzip": (lambda: truncated("gzip"), ("gzip", "truncated", "end", "diff")),
    "truncated zstd": (lambda: truncated("zstd"), ("zstd", "truncated", "end", "diff")),
    "truncated tar": (lambda: with_layer(good(), gzip.compress(b"x" * 700)), ("tar", "end", "header")),
    "gzip followed by garbage": (
        lambda: with_layer(good(), good().layers[0].data + b"garbage"), ("gzip", "garbage", "trailing", "after", "diff"),
    ),
    "another diff id": (
        lambda: with_config(good(), lambda d: d["rootfs"].update(diff_ids=["sha256:" + "1" * 64])), ("diff", "digest"),
    ),
    "too few diff ids": (lambda: with_config(good(), lambda d: d["rootfs"].update(diff_ids=[])), ("diff", "layers")),
    "a digest that is a path": (
        lambda: with_manifest(good(), lambda d: d["layers"][0].update(digest="sha256:../../../etc/passwd")), ("digest",),
    ),
    "config that is no JSON": (
        lambda: (lambda c: Image(samples.manifest_of(c, good().layers), c, good().layers, good().platform))(
            Blob(b"{ not json", samples.OCI_CONFIG)),
        ("config", "json"),
    ),
    "manifest that is also an index": (
        lambda: with_manifest(good(), lambda d: d.update(manifests=[good().manifest.descriptor()])),
        ("manifests", "index", "both"),
    ),
    "media type that contradicts": (
        lambda: with_manifest(good(), lambda d: d.update(mediaType=samples.OCI_INDEX)), ("mediatype", "media type", "index"),
    ),
}


def registry_refuses(name: str) -> bool:
    """docker-registry itself does not take these manifests; a layout can hold them."""
    return name in ("a digest that is a path", "manifest that is also an index", "media type that contradicts")


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused(name: str, deliver: Deliver, request: pytest.FixtureRequest, corten: Corten) -> None:
    make, words = CASES[name]
    if "pull" in request.node.name and registry_refuses(name):
        with pytest.raises(AssertionError, match="PUT .*: [45]00"):
            deliver(make())
        return
    message = refused(deliver(make())).lower()
    assert any(word in message for word in words), message
    assert image_ids(corten) == []
    assert_sound(corten)
    ok(deliver(good()))
    assert image_ids(corten) == [good().id]
    assert_sound(corten)


def test_an_index_that_miscalls_its_image_is_refused(deliver: Deliver, corten: Corten) -> None:
    index = samples.make_index([good()])
    document = json.loads(index.top.data)
    document["manifests"][0]["mediaType"] = samples.DOCKER_MANIFEST
    lying = samples.Index(Blob(json.dumps(document).encode(), samples.OCI_INDEX), index.images)
    message = refused(deliver(lying))
    assert samples.DOCKER_MANIFEST in message, message
    assert image_ids(corten) == []
    assert_sound(corten)


@pytest.mark.parametrize("count", [501, 10_000])
def test_more_layers_than_the_kernel_stacks_are_refused(count: int, deliver: Deliver, corten: Corten) -> None:
    layer = Layer(samples.tar_of([Entry("same", b"same")]))
    assert f"{count} layers" in refused(deliver(samples.make_image([layer] * count)))
    assert image_ids(corten) == []
    assert_sound(corten)


def test_128_layers_work(deliver: Deliver, corten: Corten) -> None:
    image = samples.make_image(
        Layer(samples.tar_of([Entry(f"f{number}", b"%d" % number)])) for number in range(128)
    )
    ok(deliver(image))
    assert image_ids(corten) == [image.id]
    assert_sound(corten)


def test_an_image_without_layers_works(deliver: Deliver, corten: Corten) -> None:
    image = samples.make_image([])
    ok(deliver(image))
    assert image_ids(corten) == [image.id]
    assert_sound(corten)


@pytest.mark.parametrize("which", ["layer", "config", "manifest"])
def test_a_layout_whose_blob_has_rotted_is_refused(which: str, corten: Corten, tmp_path: Path) -> None:
    image = good()
    layout = samples.write_layout(tmp_path / "layout", {"example.com/bad:1": image})
    blob = {"layer": image.layers[0], "config": image.config, "manifest": image.manifest}[which]
    path = layout / "blobs/sha256" / blob.digest[7:]
    path.write_bytes(blob.data[:-1] + b"?")
    assert "sha256:" in refused(corten("load", "-i", str(layout)))
    assert image_ids(corten) == []
    assert_sound(corten)
    path.unlink()
    refused(corten("load", "-i", str(layout)))
    assert_sound(corten)


@pytest.mark.parametrize("data", [b"", b"no archive", b"\0" * 10240, gzip.compress(b""), b"\x1f\x8b\x08broken"],
                         ids=["empty", "text", "zeros", "empty gzip", "broken gzip"])
def test_a_file_that_is_no_archive_is_refused(data: bytes, corten: Corten, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    refused(corten("load", "-i", str(path)))
    assert_sound(corten)


def test_system_check_finds_a_rotten_blob(corten: Corten, tmp_path: Path) -> None:
    image = good()
    ok(corten("load", "-i", str(samples.write_layout(tmp_path / "layout", {"example.com/good:1": image}))))
    assert_sound(corten)
    path = corten.root / "blobs/sha256" / image.layers[0].digest[7:]
    path.chmod(0o644)
    path.write_bytes(image.layers[0].data[:-1] + b"?")
    done = corten("system", "check", timeout=30)
    assert done.code != 0
    assert image.layers[0].digest[7:19] in done.out + done.err


def test_system_check_repair_makes_a_lost_database_anew(corten: Corten, tmp_path: Path) -> None:
    ok(corten("load", "-i", str(samples.write_layout(tmp_path / "layout", {"example.com/good:1": good()}))))
    ids = image_ids(corten)
    for path in corten.root.glob("*.db*"):
        path.write_bytes(b"this was a database" * 300)
    ok(corten("system", "check", "--repair", timeout=30))
    assert image_ids(corten) == ids
    assert_sound(corten)
