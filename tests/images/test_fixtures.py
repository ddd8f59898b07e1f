"""The registries and samples themselves, seen by skopeo and umoci: if these fail, the other tests say nothing."""

import http.client
import json
from pathlib import Path
from typing import Callable

import pytest

import samples
from daemons import Registry
from faults import BLOB, FaultProxy
from stores import skopeo, umoci


def test_skopeo_uses_each_registry(any_registry: Registry, repository: str, tmp_path: Path) -> None:
    image = samples.hello()
    layout = samples.write_layout(tmp_path / "layout", {"hello": image})
    remote = f"docker://{any_registry.host}/{repository}:1"
    skopeo("copy", *any_registry.skopeo("dest"), f"oci:{layout}:hello", remote)
    assert json.loads(skopeo("inspect", *any_registry.skopeo(""), remote))["Digest"] == image.manifest.digest


@pytest.mark.parametrize("kind", ["tls", "token"])
def test_a_registry_with_authentication_refuses_strangers(
    kind: str, _registries: Callable[[str], Registry], repository: str
) -> None:
    registry = _registries(kind)
    connection = registry.connect()
    connection.request("GET", f"/v2/{repository}/tags/list")
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic" if kind == "tls" else "Bearer")


def test_a_registry_takes_plain_uploads(registry: Registry, repository: str) -> None:
    image = samples.two_platforms()
    registry.put(repository, "two", image)
    assert registry.manifest_digest(repository, "two") == image.index.digest


def test_umoci_unpacks_a_sample(tmp_path: Path) -> None:
    layout = samples.write_layout(tmp_path / "layout", {"hello": samples.hello()})
    done = umoci("unpack", "--rootless", "--image", f"{layout}:hello", str(tmp_path / "bundle"))
    assert done.code == 0, done.err
    rootfs = tmp_path / "bundle/rootfs"
    assert {name: (rootfs / name).read_bytes() for name in samples.HELLO_FILES} == samples.HELLO_FILES
    assert not [name for name in samples.HELLO_ABSENT if (rootfs / name).exists()]


def test_samples_are_the_same_each_time() -> None:
    samples._gzip.cache_clear()
    first = samples.hello().manifest.digest
    samples._gzip.cache_clear()
    assert samples.hello().manifest.digest == first
    assert samples.hello(2).manifest.digest != first


def test_the_proxy_drops_and_remembers(proxy: FaultProxy, registry: Registry, repository: str) -> None:
    image = samples.single(samples.noise(100_000))
    registry.put(repository, "1", image)
    layer = image.layers[0]
    proxy.add("GET", BLOB + layer.digest[7:], drop_after=1000)
    path = f"/v2/{repository}/blobs/{layer.digest}"
    connection = http.client.HTTPConnection(proxy.host, timeout=20)
    connection.request("GET", path)
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        connection.getresponse().read()
    connection.close()
    connection.request("GET", path, headers={"Range": "bytes=500-"})
    assert connection.getresponse().read() == layer.data[500:]
    connection.close()
    assert [(s.status, s.sent, s.range) for s in proxy.seen] == [
        (200, 1000, None),
        (206, len(layer.data) - 500, "bytes=500-"),
    ]
