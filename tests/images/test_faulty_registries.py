"""pull and push through a proxy that breaks things: the right result, or a clear error and a sound store."""

import json
import signal
import time
from pathlib import Path

import pytest

import samples
from daemons import Registry
from faults import BLOB, HTML, MANIFEST, UPLOAD, Answer, FaultProxy, cut, flip_last_byte
from stores import assert_sound, files_of, finish, has_blob, image_ids, names_in, ok, refused, start
from support import Corten

BIG = 2_000_000


@pytest.fixture
def big(registry: Registry, proxy: FaultProxy, repository: str) -> tuple[str, samples.Blob]:
    """An image with one layer of BIG bytes: its name behind the proxy, and the layer."""
    image = samples.single(samples.noise(BIG))
    registry.put(repository, "1", image)
    return f"{proxy.host}/{repository}:1", image.layers[0]


def assert_big(corten: Corten, name: str, directory: Path) -> None:
    assert files_of(corten, name)["file"] == samples.noise(BIG)
    assert_sound(corten)


@pytest.mark.parametrize("what", [BLOB, MANIFEST], ids=["blob", "manifest"])
@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_passing_fault_is_waited_for(what: str, status: int, big: tuple[str, samples.Blob], proxy: FaultProxy,
                                       corten: Corten, tmp_path: Path) -> None:
    name, _ = big
    headers = {"Retry-After": "1"} if status in (429, 503) else {}
    proxy.add("GET|HEAD", what, answer=Answer(status, headers, b""), times=2)
    begun = time.monotonic()
    ok(corten("pull", name, timeout=40))
    if headers:
        assert time.monotonic() - begun >= 1, "Retry-After was not waited for"
    assert_big(corten, name, tmp_path)


def test_a_lasting_fault_is_an_error(big: tuple[str, samples.Blob], proxy: FaultProxy, corten: Corten,
                                     tmp_path: Path) -> None:
    name, _ = big
    proxy.add("GET|HEAD", BLOB, answer=Answer(500, {}, b"out of order"), times=10_000)
    assert "500" in refused(corten("pull", name, timeout=50))
    assert image_ids(corten) == []
    assert_sound(corten)
    proxy.forget()
    ok(corten("pull", name))
    assert_big(corten, name, tmp_path)


def test_a_dropped_connection_is_taken_up_by_range(big: tuple[str, samples.Blob], proxy: FaultProxy, corten: Corten,
                                                   tmp_path: Path) -> None:
    name, layer = big
    proxy.add("GET", BLOB + layer.digest[7:], drop_after=BIG // 2)
    ok(corten("pull", name, timeout=40))
    first, *rest = proxy.requests("GET", BLOB + layer.digest[7:])
    assert first.sent == BIG // 2
    assert rest and all(s.range and s.status == 206 for s in rest), proxy.transcript()
    assert first.sent + sum(s.sent for s in rest) < 1.2 * len(layer.data), "bytes came twice"
    assert_big(corten, name, tmp_path)


def test_many_drops_are_survived_while_it_goes_on(big: tuple[str, samples.Blob], proxy: FaultProxy, corten: Corten,
                                                  tmp_path: Path) -> None:
    name, layer = big
    proxy.add("GET", BLOB + layer.digest[7:], drop_after=BIG // 8, times=6)
    ok(corten("pull", name, timeout=50))
    assert_big(corten, name, tmp_path)


def test_a_registry_without_ranges_sends_it_again(big: tuple[str, samples.Blob], proxy: FaultProxy, corten: Corten,
                                                  tmp_path: Path) -> None:
    name, layer = big
    proxy.add("GET", BLOB + layer.digest[7:], drop_after=BIG // 2, hide_range=True)
    proxy.add("GET", BLOB + layer.digest[7:], hide_range=True, times=100)
    ok(corten("pull", name, timeout=40))
    assert_big(corten, name, tmp_path)


def test_a_body_that_ends_early_is_not_taken_for_whole(big: tuple[str, samples.Blob], proxy: FaultProxy,
                                                       corten: Corten, tmp_path: Path) -> None:
    name, layer = big
    # Content-Length says what the descriptor says, and the connection ends in good order before that.
    proxy.add("GET", BLOB + layer.digest[7:], change=cut(1000), length=len(layer.data))
    ok(corten("pull", name, timeout=40))
    assert_big(corten, name, tmp_path)


def longer(answer: Answer) -> Answer:
    return Answer(answer.status, answer.headers, answer.body + b"more")


@pytest.mark.parametrize("change, words", [
    (flip_last_byte, ["digest"]),
    (cut(1000), ["size", "length", "bytes"]),
    (longer, ["size", "length", "bytes"]),
    (lambda _: HTML, ["size", "length", "bytes", "html"]),
], ids=["flipped", "shorter", "longer", "html"])
def test_a_wrong_layer_never_becomes_visible(change, words: list[str], big: tuple[str, samples.Blob],
                                             proxy: FaultProxy, corten: Corten, tmp_path: Path) -> None:
    name, layer = big
    proxy.add("GET", BLOB + layer.digest[7:], change=change, times=10_000)
    message = refused(corten("pull", name, timeout=50)).lower()
    assert any(word in message for word in words), message
    assert image_ids(corten) == []
    assert not has_blob(corten, layer.digest)
    assert_sound(corten)
    proxy.forget()
    ok(corten("pull", name, timeout=30))
    assert_big(corten, name, tmp_path)


def test_a_slow_registry_is_waited_for(big: tuple[str, samples.Blob], proxy: FaultProxy, corten: Corten,
                                       tmp_path: Path) -> None:
    name, layer = big
    proxy.add("GET", BLOB + layer.digest[7:], bytes_per_second=BIG // 3)
    ok(corten("pull", name, timeout=40))
    assert_big(corten, name, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_ended_pull_goes_on_where_it_was(number: signal.Signals, big: tuple[str, samples.Blob], proxy: FaultProxy,
                                            corten: Corten, tmp_path: Path) -> None:
    name, layer = big
    proxy.add("GET", BLOB + layer.digest[7:], bytes_per_second=BIG // 4)
    process = start(corten, "pull", name)
    try:
        wait_until(lambda: sum(s.sent for s in proxy.requests("GET", BLOB + layer.digest[7:])) > BIG // 2)
        process.send_signal(number)
        begun = time.monotonic()
        done = finish(process)
    finally:
        process.kill()
    assert done.code != 0
    assert time.monotonic() - begun < 5, "it did not end at once"
    assert image_ids(corten) == []
    assert_sound(corten)
    proxy.forget()
    ok(corten("pull", name, timeout=30))
    again = sum(s.sent for s in proxy.requests("GET", BLOB + layer.digest[7:]))
    assert again < 0.8 * len(layer.data), proxy.transcript()
    assert_big(corten, name, tmp_path)


def wait_until(condition, timeout: float = 20) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_html_instead_of_a_manifest_says_so(big: tuple[str, samples.Blob], proxy: FaultProxy, corten: Corten) -> None:
    proxy.add("GET|HEAD", "/v2/", answer=HTML, times=10_000)
    assert "html" in refused(corten("pull", big[0], timeout=40)).lower()
    assert_sound(corten)


@pytest.mark.parametrize("said", [True, False], ids=["length said", "length hidden by HEAD"])
def test_a_manifest_beyond_4_mib_is_refused(said: bool, big: tuple[str, samples.Blob], proxy: FaultProxy,
                                            corten: Corten) -> None:
    body = json.dumps({"schemaVersion": 2, "annotations": {"a": "x" * (5 << 20)}}).encode()
    digest = samples.digest_of(body)
    headers = {"Content-Type": samples.OCI_MANIFEST, "Docker-Content-Digest": digest}
    head = {**headers, "Content-Length": str(len(body) if said else 1000)}
    proxy.add("HEAD", MANIFEST, answer=Answer(200, head, b""), times=100)
    proxy.add("GET", MANIFEST, answer=Answer(200, headers, body), times=100)
    message = refused(corten("pull", big[0], timeout=40))
    assert any(word in message for word in ("MiB", "large", "limit", "bytes")), message
    assert_sound(corten)


@pytest.mark.parametrize("when", ["HEAD", "GET"])
def test_a_tag_that_changes_gives_one_image_or_the_other(when: str, proxy: FaultProxy, registry: Registry,
                                                         repository: str, corten: Corten) -> None:
    images = {version: samples.hello(version) for version in (1, 2, 3)}
    for version in images:
        registry.put(repository, "1", images[version])
    name = f"{proxy.host}/{repository}:1"
    ok(corten("pull", name, timeout=30))  # one is here already, so that the next pull asks first
    registry.tag(repository, "1", images[1])

    def change(answer: Answer) -> Answer:
        registry.tag(repository, "1", images[2])  # after this answer, before the next request
        return answer

    fault = proxy.add(when, MANIFEST, change=change)
    ok(corten("pull", name, timeout=30))
    assert fault.used == 1, proxy.transcript()
    [version] = [v for v, image in images.items() if names_in(corten)[name] == image.manifest.digest]
    assert version in (1, 2)
    assert images[version].id in image_ids(corten)
    assert files_of(corten, name)["etc/version"] == b"%d\n" % version
    assert_sound(corten)
    ok(corten("pull", name, timeout=30))
    assert files_of(corten, name)["etc/version"] == b"2\n"


@pytest.fixture
def local(corten: Corten, proxy: FaultProxy, repository: str, tmp_path: Path) -> tuple[str, samples.Image]:
    """An image that is only in the store, under a name behind the proxy."""
    name = f"{proxy.host}/{repository}:1"
    # Compressed: layers that are not would be compressed on the way, with another digest.
    image = samples.single(samples.noise(BIG), compression="gzip")
    ok(corten("load", "-i", str(samples.write_layout(tmp_path / "layout", {name: image})), timeout=30))
    return name, image


@pytest.mark.parametrize("method, path", [("POST", UPLOAD), ("PATCH|PUT", UPLOAD), ("PUT", MANIFEST)],
                         ids=["begin", "upload", "manifest"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_push_survives_passing_faults(status: int, method: str, path: str, local: tuple[str, samples.Image],
                                        proxy: FaultProxy, registry: Registry, repository: str,
                                        corten: Corten) -> None:
    name, image = local
    proxy.add(method, path, answer=Answer(status, {"Retry-After": "1"} if status == 429 else {}, b""), times=2)
    ok(corten("push", name, timeout=50))
    assert registry.manifest_digest(repository, "1") == image.manifest.digest


def test_a_push_survives_an_answer_that_is_lost(local: tuple[str, samples.Image], proxy: FaultProxy,
                                                registry: Registry, repository: str, corten: Corten) -> None:
    name, image = local
    # The registry has done it, but the client does not hear so.
    proxy.add("PATCH|PUT", UPLOAD, change=lambda a: Answer(a.status, a.headers, b"x" * 100), drop_after=0, times=2)
    ok(corten("push", name, timeout=50))
    assert registry.manifest_digest(repository, "1") == image.manifest.digest


def test_a_push_that_stays_refused_is_an_error(local: tuple[str, samples.Image], proxy: FaultProxy, corten: Corten,
                                               ) -> None:
    body = json.dumps({"errors": [{"code": "DENIED", "message": "quota of this project is used up"}]}).encode()
    proxy.add("POST", UPLOAD, answer=Answer(403, {"Content-Type": "application/json"}, body), times=10_000)
    assert "quota of this project is used up" in refused(corten("push", local[0], timeout=40))
