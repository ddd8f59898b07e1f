"""`system prune --blobs`, and everything that then wants the blobs back."""

from pathlib import Path
from typing import Callable

import pytest

import samples
from daemons import PASSWORD, USER, Registry
from faults import BLOB, FaultProxy
from stores import assert_sound, files_of, has_blob, ok, refused
from support import Corten

IMAGE = samples.hello()


def drop_blobs(corten: Corten) -> None:
    ok(corten("system", "prune", "--blobs", "--force"))
    assert not [layer for layer in IMAGE.layers if has_blob(corten, layer.digest)]
    assert_sound(corten)


@pytest.fixture
def name(proxy: FaultProxy, registry: Registry, repository: str, corten: Corten) -> str:
    """An image that was pulled through the proxy."""
    registry.put(repository, "1", IMAGE)
    name = f"{proxy.host}/{repository}:1"
    ok(corten("pull", name))
    return name


def test_save_fetches_what_was_dropped(name: str, proxy: FaultProxy, corten: Corten, tmp_path: Path) -> None:
    before, after = tmp_path / "before.tar", tmp_path / "after.tar"
    ok(corten("save", "-o", str(before), name))
    drop_blobs(corten)
    proxy.forget()
    saved = corten("--progress", "plain", "save", "-o", str(after), name)
    ok(saved)
    assert after.read_bytes() == before.read_bytes()
    assert len(proxy.requests("GET", BLOB)) == len(IMAGE.layers)
    assert f"Fetching {IMAGE.layers[0].digest[7:19]} from {name[:-2]}" in saved.err
    assert files_of(corten, name)["etc/version"] == b"1\n", "what was fetched stays"
    assert_sound(corten)


def test_save_says_why_it_cannot_fetch(name: str, proxy: FaultProxy, corten: Corten, tmp_path: Path) -> None:
    drop_blobs(corten)
    proxy.close()
    assert "127.0.0.1" in refused(corten("save", "-o", str(tmp_path / "x.tar"), name))
    assert not (tmp_path / "x.tar").exists()


def test_push_fetches_what_was_dropped(name: str, token_registry: Registry, repository: str, corten: Corten) -> None:
    drop_blobs(corten)
    elsewhere = f"{token_registry.host}/{repository}:1"
    ok(corten("tag", name, elsewhere))
    ok(corten("push", *token_registry.flags, elsewhere))
    assert all(has_blob(corten, layer.digest) for layer in IMAGE.layers)
    assert_sound(corten)


@pytest.mark.parametrize("verb", ["save", "push"])
def test_a_lost_database_is_mended_by_a_pull(verb: str, name: str, proxy: FaultProxy, token_registry: Registry,
                                             repository: str, corten: Corten, tmp_path: Path) -> None:
    drop_blobs(corten)
    for file in corten.root.glob("corten.db*"):
        file.unlink()
    elsewhere = f"{token_registry.host}/{repository}:1"
    ok(corten("tag", name, elsewhere))
    words = {
        "save": ["save", "-o", str(tmp_path / "x.tar"), name],
        "push": ["push", *token_registry.flags, elsewhere],
    }[verb]
    assert corten("system", "check").code != 0
    assert "pull the image again" in refused(corten(*words))
    proxy.forget()
    ok(corten("pull", name))
    assert len(proxy.seen) <= 2, proxy.transcript()
    assert not proxy.requests(path=BLOB), "nothing but a note is made"
    assert_sound(corten)
    ok(corten(*words))
    assert_sound(corten)


def test_credentials_for_the_target_are_not_shown_to_the_source(
    registry: Registry, make_proxy: Callable[..., FaultProxy], repository: str, corten: Corten
) -> None:
    source, target = (make_proxy(registry.host, basic_auth=True) for _ in range(2))
    registry.put(repository, "1", IMAGE)
    name, copy = f"{source.host}/{repository}:1", f"{target.host}/{repository}/copy:1"
    credentials = ["--creds", f"{USER}:{PASSWORD}"]
    ok(corten("pull", *credentials, name))
    drop_blobs(corten)
    ok(corten("tag", name, copy))
    source.forget()
    push = ["push", *credentials, copy]
    assert f"corten login {source.host}" in refused(corten(*push))
    assert source.seen and not [seen for seen in source.seen if seen.authorization], source.transcript()
    ok(corten.bare("login", "-u", USER, "-p", PASSWORD, source.host))
    ok(corten(*push))
    assert_sound(corten)
