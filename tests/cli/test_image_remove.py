import json

import pytest

from images_support import Layout
from support import Corten

BASE = {"base": "of both"}


@pytest.fixture
def layout(corten: Corten) -> Layout:
    return Layout(corten.root)


def test_a_tag_goes_alone_while_others_are_there(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1", "docker.io/library/a:2")
    outcome = corten("rmi", "a:1")
    assert (outcome.code, outcome.out, outcome.err) == (0, "Untagged: a:1\n", "")
    assert layout.names() == ["docker.io/library/a:2"]
    assert len(layout.blobs()) == 3


def test_the_last_tag_takes_all(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    layout.name(image.descriptor, f"docker.io/library/a@{image.digest}")
    outcome = corten("rmi", "a:1")
    assert outcome.code == 0
    assert outcome.out == f"Untagged: a:1\nUntagged: a@{image.digest}\nDeleted: {image.id}\n"
    assert layout.names() == []
    assert layout.blobs() == set()


def test_layers_that_another_image_has_stay(corten: Corten, layout: Layout) -> None:
    base = layout.image("docker.io/library/base:1", layers=[BASE])
    child = layout.image("docker.io/library/child:1", layers=[BASE, {"more": "x"}])
    outcome = corten("image", "rm", "base:1")
    assert outcome.code == 0, outcome.err
    assert f"Deleted: {base.id}\n" in outcome.out
    assert layout.blobs() == {child.digest, child.id, *(layer["digest"] for layer in child.layers)}
    assert corten("system", "check").code == 0


def test_by_id_with_names_of_two_repositories(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1", "docker.io/library/b:1")
    refused = corten("rmi", image.short_id)
    assert refused.code == 1
    assert (
        f"conflict: unable to delete {image.short_id} (must be forced) - "
        "image is referenced in multiple repositories" in refused.err
    )
    assert len(layout.names()) == 2
    forced = corten("rmi", "--force", image.short_id)
    assert (forced.code, forced.out) == (0, f"Untagged: a:1\nUntagged: b:1\nDeleted: {image.id}\n")


@pytest.mark.parametrize("form", ["id", "prefix", "digest"])
def test_by_id(corten: Corten, layout: Layout, form: str) -> None:
    image = layout.image("docker.io/library/a:1")
    layout.name(image.descriptor, f"docker.io/library/a@{image.digest}")
    name = {"id": image.id, "prefix": image.short_id[:7], "digest": image.digest}[form]
    assert corten("image", "remove", name).code == 0
    assert layout.names() == []


def test_by_name_and_digest(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    layout.name(image.descriptor, f"docker.io/library/a@{image.digest}")
    outcome = corten("rmi", f"a@{image.digest}")
    assert (outcome.code, outcome.out) == (0, f"Untagged: a@{image.digest}\n")
    assert layout.names() == ["docker.io/library/a:1"]


def test_an_unnamed_image(corten: Corten, layout: Layout) -> None:
    image = layout.image()
    outcome = corten("rmi", image.short_id)
    assert (outcome.code, outcome.out) == (0, f"Deleted: {image.id}\n")
    assert layout.blobs() == set()


def test_one_that_is_not_there_does_not_keep_the_others(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    layout.image("docker.io/library/b:1", layers=[{"b": ""}])
    outcome = corten("rmi", "none", "a:1", "a:1", "b:1", "--no-prune")
    assert outcome.code == 1
    assert outcome.err.count("corten: no such image") == 2
    assert layout.names() == []


def test_force_does_not_mind_what_is_not_there(corten: Corten) -> None:
    outcome = corten("rmi", "--force", "none")
    assert (outcome.code, outcome.out) == (0, "")
    assert "no such image: 'none'" in outcome.err


def test_the_images_of_an_index_go_with_its_name(corten: Corten, layout: Layout) -> None:
    one = layout.image(layers=[{"a": ""}], named=False)
    other = layout.image(layers=[{"b": ""}], architecture="arm64", named=False)
    layout.index("docker.io/library/a:1", images=[(one, "amd64"), (other, "arm64")])
    outcome = corten("rmi", "a:1")
    assert outcome.code == 0
    assert sorted(outcome.out.splitlines()) == sorted(["Untagged: a:1", f"Deleted: {one.id}", f"Deleted: {other.id}"])
    assert layout.blobs() == set()


def test_a_name_whose_image_is_lost(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    layout.remove_blob(image.digest)
    outcome = corten("rmi", "a:1")
    assert (outcome.code, outcome.out) == (0, "Untagged: a:1\n")
    assert layout.blobs() == set()


def test_removed_images_are_forgotten_by_the_list(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    assert corten("images", "-q").out != ""
    assert corten("rmi", "a").code == 1
    assert corten("rmi", "a:1").code == 0
    assert corten("images", "-q").out == ""


def test_tag(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    assert corten("tag", "a:1", "ghcr.io/user/b").code == 0
    assert corten("image", "tag", image.short_id, "c:2").code == 0
    assert layout.names() == ["docker.io/library/a:1", "docker.io/library/c:2", "ghcr.io/user/b:latest"]


def test_tag_keeps_all_platforms(corten: Corten, layout: Layout) -> None:
    one = layout.image(layers=[{"a": ""}], named=False)
    other = layout.image(layers=[{"b": ""}], architecture="arm64", named=False)
    layout.index("docker.io/library/a:1", images=[(one, "amd64"), (other, "arm64")])
    assert corten("tag", "a:1", "b:1").code == 0
    assert corten("rmi", "a:1").out == "Untagged: a:1\n"
    assert len(corten("images", "-q", "b:1").out.splitlines()) == 2


def test_tag_takes_a_name_from_another_image(corten: Corten, layout: Layout) -> None:
    old = layout.image("docker.io/library/a:1", layers=[{"old": ""}])
    layout.image("docker.io/library/b:1")
    assert corten("tag", "b:1", "a:1").code == 0
    assert corten("images", "-q", "--filter", "dangling=true").out == old.short_id + "\n"


@pytest.mark.parametrize(
    "words, message",
    [
        (["none", "b:1"], "no such image: 'none'"),
        (["a:1", "UPPER"], "UPPER"),
        (["a:1", "b@sha256:" + "0" * 64], "has a digest"),
    ],
)
def test_tag_refuses(corten: Corten, layout: Layout, words: list[str], message: str) -> None:
    layout.image("docker.io/library/a:1")
    outcome = corten("tag", *words)
    assert outcome.code == 1
    assert message in outcome.err
    assert layout.names() == ["docker.io/library/a:1"]


def test_prune_removes_what_has_no_tag(corten: Corten, layout: Layout) -> None:
    kept = layout.image("docker.io/library/a:1")
    unnamed = layout.image(layers=[{"b": ""}])
    layout.blob(b"nothing needs this", "text/plain")
    outcome = corten("image", "prune", "--force")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Deleted Images:\ndeleted: {unnamed.id}\n\nTotal reclaimed space: ")
    assert layout.blobs() == {kept.digest, kept.id, kept.layers[0]["digest"]}


def test_a_prune_that_fails_later_tells_what_it_removed(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    assert corten("image", "prune", "--force").code == 0
    unnamed = layout.image(layers=[{"b": ""}])
    # A lock that cannot be taken: what killed pulls left cannot be told from what is being unpacked.
    (corten.root / "layers" / ".new-1" / "lock").mkdir(parents=True)
    outcome = corten("system", "prune", "--force")
    assert outcome.code == 1
    assert outcome.out.startswith(f"Deleted Images:\ndeleted: {unnamed.id}\n\nTotal reclaimed space: ")
    assert "lock" in outcome.err


def test_what_a_killed_pull_left_is_shown_and_removed(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    assert corten("image", "prune", "--force").code == 0
    leftover = corten.root / "layers" / ".new-1"
    (leftover / "fs").mkdir(parents=True)
    (leftover / "fs" / "file").write_text("x" * 1000)
    usage = json.loads(corten("system", "df", "-v", "--format", "json").out)
    assert usage["Store"]["Leftovers"] == {"Count": 1, "Bytes": 1000}
    assert "note: half unpacked or half removed layers: 1 (1kB)" in corten("system", "check").out
    assert corten("image", "prune", "--force").out == "Total reclaimed space: 1kB\n"
    assert not leftover.exists()


def test_prune_all_by_filter(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/old:1", created="2020-01-01T00:00:00Z", config={"Labels": {"keep": "no"}})
    layout.image("docker.io/library/kept:1", created="2020-01-01T00:00:00Z", config={"Labels": {"keep": "yes"}})
    layout.image("docker.io/library/new:1", created="2024-01-01T00:00:00Z")
    outcome = corten("image", "prune", "-a", "-f", "--filter", "until=2021-01-01", "--filter", "label!=keep=yes")
    assert outcome.code == 0, outcome.err
    assert "untagged: old:1\n" in outcome.out
    assert layout.names() == ["docker.io/library/kept:1", "docker.io/library/new:1"]
    assert corten("system", "prune", "--all", "--force").code == 0
    assert layout.blobs() == set()


@pytest.mark.parametrize("verb", ["image", "system"])
def test_prune_asks(corten: Corten, layout: Layout, verb: str) -> None:
    layout.image()
    before = layout.blobs()
    outcome = corten(verb, "prune")  # standard input is empty: no
    assert (outcome.code, outcome.out) == (0, "Total reclaimed space: 0B\n")
    assert outcome.err.startswith("WARNING! This will remove")
    assert outcome.err.endswith("Are you sure you want to continue? [y/N] ")
    assert layout.blobs() == before


def test_blobs_that_no_registry_gives_back_stay(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    before = layout.blobs()
    assert corten("system", "prune", "--blobs", "--force").out == "Total reclaimed space: 0B\n"
    assert layout.blobs() == before
