"""pull and push with Debian's docker-registry, four ways, and skopeo on the other side."""

import json
import re
import stat
import subprocess
import time
from pathlib import Path
from typing import Callable

import pytest

import samples
from daemons import PASSWORD, USER, Registry
from faults import BLOB, MANIFEST, UPLOAD, FaultProxy, redirect
from stores import assert_sound, files_of, has_blob, image_ids, names_in, ok, refused, skopeo
from support import Corten

MakeProxy = Callable[..., FaultProxy]


def upload(registry: Registry, repository: str, tag: str, sample: samples.Sample, directory: Path) -> str:
    """Lets skopeo push the sample, as a peer would; its name afterwards."""
    layout = samples.write_layout(directory / f"upload-{tag}", {"it": sample})
    name = f"{registry.host}/{repository}:{tag}"
    skopeo("copy", "--all", *registry.skopeo("dest"), f"oci:{layout}:it", f"docker://{name}")
    return name


def digest_at(registry: Registry, name: str) -> str:
    return json.loads(skopeo("inspect", *registry.skopeo(""), f"docker://{name}"))["Digest"]


def assert_hello(corten: Corten, name: str, directory: Path) -> None:
    files = files_of(corten, name)
    assert {path: files[path] for path in samples.HELLO_FILES} == samples.HELLO_FILES
    assert not [path for path in samples.HELLO_ABSENT if path in files]


def test_round_trip(any_registry: Registry, repository: str, corten: Corten, tmp_path: Path) -> None:
    image = samples.hello()
    name = upload(any_registry, repository, "1", image, tmp_path)
    pulled = corten("pull", *any_registry.flags, name, timeout=30)
    ok(pulled)
    assert f"Digest: {image.manifest.digest}" in pulled.out + pulled.err
    assert names_in(corten)[name] == image.manifest.digest
    assert image_ids(corten) == [image.id]
    assert_hello(corten, name, tmp_path)

    copy = f"{any_registry.host}/{repository}/copy:2"
    ok(corten("tag", name, copy))
    pushed = corten("push", *any_registry.flags, copy, timeout=30)
    ok(pushed)
    assert image.manifest.digest in pushed.out + pushed.err
    assert digest_at(any_registry, copy) == image.manifest.digest
    back = tmp_path / "back"
    skopeo("copy", *any_registry.skopeo("src"), f"docker://{copy}", f"oci:{back}:it")
    for blob in image.blobs:
        assert (back / "blobs/sha256" / blob.digest[7:]).read_bytes() == blob.data

    ok(corten("rmi", name, copy))
    assert image_ids(corten) == []
    assert not has_blob(corten, image.layers[0].digest), "rmi of the last name removes what only it needed"
    ok(corten("pull", *any_registry.flags, copy, timeout=30))
    assert_hello(corten, copy, tmp_path)
    assert_sound(corten)


@pytest.mark.parametrize("form", ["docker", "zstd", "none", "mixed"])
def test_a_pull_and_push_elsewhere_keeps_the_digest(
    form: str, registry: Registry, token_registry: Registry, repository: str, corten: Corten
) -> None:
    image = {
        "docker": lambda: samples.hello(docker=True),
        "mixed": samples.mixed,
    }.get(form, lambda: samples.hello(compression=form))()
    name = registry.put(repository, "1", image)
    ok(corten("pull", name, timeout=30))
    elsewhere = f"{token_registry.host}/{repository}:other"
    ok(corten("tag", name, elsewhere))
    ok(corten("push", *token_registry.flags, elsewhere, timeout=30))
    assert digest_at(token_registry, elsewhere) == image.manifest.digest
    assert_sound(corten)


def test_a_pull_by_digest(registry: Registry, repository: str, corten: Corten, tmp_path: Path) -> None:
    image = samples.hello()
    registry.put(repository, "1", image)
    name = f"{registry.host}/{repository}@{image.manifest.digest}"
    ok(corten("pull", name))
    assert image_ids(corten) == [image.id]
    assert_hello(corten, name, tmp_path)


def test_an_unknown_tag_and_repository(registry: Registry, repository: str, corten: Corten) -> None:
    registry.put(repository, "1", samples.hello())
    for name in (f"{registry.host}/{repository}:2", f"{registry.host}/{repository}-none:1"):
        assert name.rsplit(":", 1)[0] in refused(corten("pull", name))
    assert_sound(corten)


@pytest.mark.parametrize("docker", [False, True], ids=["oci", "docker"])
def test_a_platform_is_chosen(
    docker: bool, registry: Registry, repository: str, corten: Corten, another: Callable[[], Corten], tmp_path: Path
) -> None:
    index = samples.two_platforms(docker)
    name = registry.put(repository, "1", index)
    other = another()
    ok(other("pull", "--platform", "linux/arm64", name))
    assert image_ids(other) == [index.images[1].id]
    assert files_of(other, name)["arch"] == b"arm64"
    assert not has_blob(other, index.images[0].layers[0].digest)
    assert_sound(other)
    assert "s390x" in refused(corten("pull", "--platform", "linux/s390x", name))
    ok(corten("pull", name))  # this machine's
    assert len(image_ids(corten)) == 1
    assert_sound(corten)


def test_an_image_that_is_there_costs_two_requests(proxy: FaultProxy, registry: Registry, repository: str,
                                                   corten: Corten) -> None:
    registry.put(repository, "1", samples.hello())
    name = f"{proxy.host}/{repository}:1"
    ok(corten("pull", name))
    proxy.forget()
    ok(corten("pull", name))
    assert len(proxy.seen) <= 2, proxy.transcript()
    assert not proxy.requests(path=BLOB)


def test_layers_that_are_there_are_not_fetched(proxy: FaultProxy, registry: Registry, repository: str,
                                               corten: Corten) -> None:
    layers = [samples.Layer(samples.tar_of([samples.Entry("a", b"a")]))]
    registry.put(repository, "1", samples.make_image(layers))
    second = samples.make_image(layers, config={"Env": ["A=2"]})
    registry.put(repository, "2", second)
    ok(corten("pull", f"{proxy.host}/{repository}:1"))
    proxy.forget()
    ok(corten("pull", f"{proxy.host}/{repository}:2"))
    assert len(proxy.requests(path=MANIFEST)) <= 2, proxy.transcript()
    assert [s.path.rsplit("/", 1)[1] for s in proxy.requests("GET", BLOB)] == [second.config.digest]


def test_blobs_of_another_repository_are_mounted(proxy: FaultProxy, registry: Registry, repository: str,
                                                 corten: Corten) -> None:
    image = samples.hello()
    registry.put(repository, "1", image)
    name, copy = f"{proxy.host}/{repository}:1", f"{proxy.host}/{repository}/copy:1"
    ok(corten("pull", name))
    ok(corten("tag", name, copy))
    proxy.forget()
    ok(corten("push", copy))
    mounts = proxy.requests("POST", UPLOAD + r"\?(.*&)?mount=")
    assert [s.status for s in mounts] == [201] * (len(image.layers) + 1), proxy.transcript()
    assert not proxy.requests("PATCH|PUT", UPLOAD), "nothing is uploaded"
    assert registry.manifest_digest(f"{repository}/copy", "1") == image.manifest.digest


def test_a_mount_with_tokens_asks_for_both_repositories(token_registry: Registry, repository: str, corten: Corten,
                                                        tmp_path: Path, make_proxy: MakeProxy) -> None:
    front = make_proxy(token_registry.host)
    upload(token_registry, repository, "1", samples.hello(), tmp_path)
    name, copy = f"{front.host}/{repository}:1", f"{front.host}/{repository}/copy:1"
    ok(corten("pull", *token_registry.flags, name))
    ok(corten("tag", name, copy))
    front.forget()
    ok(corten("push", *token_registry.flags, copy))
    assert not front.requests("PATCH|PUT", UPLOAD), front.transcript()


def test_a_push_of_what_is_there_uploads_nothing(proxy: FaultProxy, registry: Registry, repository: str,
                                                 corten: Corten) -> None:
    image = samples.hello()
    registry.put(repository, "1", image)
    name = f"{proxy.host}/{repository}:1"
    ok(corten("pull", name))
    proxy.forget()
    ok(corten("push", name))
    assert not proxy.requests("POST|PATCH|PUT", UPLOAD), proxy.transcript()
    assert {s.status for s in proxy.requests("HEAD", BLOB)} <= {200}


def test_a_large_layer_goes_both_ways(proxy: FaultProxy, registry: Registry, repository: str, corten: Corten,
                                      tmp_path: Path) -> None:
    # Large enough for several ranged connections and several chunks.
    image = samples.single(samples.noise(40_000_000))
    registry.put(repository, "1", image)
    name, copy = f"{proxy.host}/{repository}:1", f"{registry.host}/{repository}/copy:1"
    ok(corten("pull", name, timeout=50))
    got = sum(s.sent for s in proxy.requests("GET", BLOB + image.layers[0].digest[7:]))
    assert got < 1.1 * len(image.layers[0].data), proxy.transcript()
    ok(corten("tag", name, copy))
    ok(corten("push", copy, timeout=50))
    assert registry.manifest_digest(f"{repository}/copy", "1") == image.manifest.digest
    assert_sound(corten)


# Credentials.


@pytest.mark.parametrize("kind", ["tls", "token"])
def test_login_is_remembered_until_logout(kind: str, _registries: Callable[[str], Registry], repository: str,
                                          corten: Corten, tmp_path: Path) -> None:
    registry = _registries(kind)
    name = upload(registry, repository, "1", samples.hello(), tmp_path)
    where = ["--cert-dir", str(registry.ca)] if registry.ca else []

    def login(password: str) -> "subprocess.CompletedProcess[str]":
        command = [str(corten.binary), "login", *where, "-u", USER, "--password-stdin", registry.host]
        return subprocess.run(command, input=password, env=corten.environment(), capture_output=True, text=True,
                              timeout=20, check=False)

    refused(corten("pull", *where, name))
    wrong = login("no such password")
    assert wrong.returncode == 1 and "no such password" not in wrong.stderr + wrong.stdout
    done = login(PASSWORD)
    assert done.returncode == 0, done.stderr
    config = corten.home / ".docker/config.json"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    ok(corten("pull", *where, name))
    ok(corten.bare("logout", registry.host))
    ok(corten("rmi", name))
    refused(corten("pull", *where, name))


def test_wrong_credentials_are_refused_without_showing_them(tls_registry: Registry, repository: str,
                                                            corten: Corten) -> None:
    done = corten("pull", "--cert-dir", str(tls_registry.ca), "--creds", "alice:hunter2",
                  f"{tls_registry.host}/{repository}:1")
    assert "hunter2" not in refused(done)


def test_an_unknown_authority_is_refused(tls_registry: Registry, repository: str, corten: Corten,
                                         tmp_path: Path) -> None:
    name = upload(tls_registry, repository, "1", samples.hello(), tmp_path)
    credentials = ["--creds", f"{USER}:{PASSWORD}"]
    assert "certificate" in refused(corten("pull", *credentials, name)).lower()
    ok(corten("pull", "--tls-verify=false", *credentials, name))


def test_anonymous_tokens_are_enough_for_a_public_repository(token_registry: Registry, corten: Corten,
                                                             tmp_path: Path) -> None:
    name = upload(token_registry, "public/hello", "1", samples.hello(), tmp_path)
    assert token_registry.tokens
    token_registry.tokens.requests.clear()
    ok(corten("pull", name))
    assert [r.account for r in token_registry.tokens.requests] == [None], "one token does for the whole pull"
    refused(corten("push", name))


@pytest.mark.parametrize("verb", ["pull", "push"])
def test_basic_credentials_do_not_follow_to_another_host(verb: str, registry: Registry, make_proxy: MakeProxy,
                                                         repository: str, corten: Corten, tmp_path: Path) -> None:
    front = make_proxy(registry.host, basic_auth=True)
    elsewhere = make_proxy(registry.host, address="127.0.0.2")
    credentials = ["--creds", f"{USER}:{PASSWORD}"]
    image = samples.hello()
    name = f"{front.host}/{repository}:1"
    if verb == "pull":
        registry.put(repository, "1", image)
        for layer in image.layers:
            path = f"/v2/{repository}/blobs/{layer.digest}"
            front.add("GET", re.escape(path), answer=redirect(elsewhere.host, path), times=10)
        ok(corten("pull", *credentials, name))
        assert len(elsewhere.requests("GET", BLOB)) >= len(image.layers)
        assert_hello(corten, name, tmp_path)
    else:
        layout = samples.write_layout(tmp_path / "layout", {name: image})
        ok(corten("load", "-i", str(layout)))

        def move(answer):  # the upload goes on at another host
            if "Location" in answer.headers:
                answer.headers["Location"] = answer.headers["Location"].replace(front.host, elsewhere.host)
            return answer

        front.add("POST", UPLOAD, change=move, times=100)
        ok(corten("push", *credentials, name))
        assert elsewhere.requests("PUT|PATCH", UPLOAD)
        assert registry.manifest_digest(repository, "1") == image.manifest.digest
    assert [s.authorization for s in elsewhere.seen if s.authorization] == []


def test_bearer_tokens_do_not_follow_to_another_host(token_registry: Registry, registry: Registry, repository: str,
                                                     make_proxy: MakeProxy, corten: Corten, tmp_path: Path) -> None:
    image = samples.hello()
    upload(token_registry, repository, "1", image, tmp_path)
    registry.put(repository, "1", image)
    front = make_proxy(token_registry.host)
    elsewhere = make_proxy(registry.host, address="127.0.0.2")
    for layer in image.layers:
        path = f"/v2/{repository}/blobs/{layer.digest}"
        # The first request comes without a token and must be refused by the registry.
        front.add("GET", re.escape(path), change=lambda answer, path=path: answer if answer.status == 401 else
                  redirect(elsewhere.host, path), times=10)
    ok(corten("pull", *token_registry.flags, f"{front.host}/{repository}:1"))
    assert elsewhere.requests("GET", BLOB)
    assert [s.authorization for s in elsewhere.seen if s.authorization] == []


def test_a_token_is_used_for_many_requests(token_registry: Registry, repository: str, corten: Corten,
                                           tmp_path: Path) -> None:
    image = samples.make_image(samples.Layer(samples.tar_of([samples.Entry(f"f{i}", b"x")])) for i in range(8))
    name = upload(token_registry, repository, "1", image, tmp_path)
    assert token_registry.tokens
    token_registry.tokens.requests.clear()
    begun = time.monotonic()
    ok(corten("pull", *token_registry.flags, name))
    assert len(token_registry.tokens.requests) <= 2, token_registry.tokens.requests
    assert time.monotonic() - begun < 20
