import json
import re
from typing import Callable

import pytest

from images_support import Layout
from support import Corten

# Rows in a zone of their own, whatever that of the machine is.
UTC = {"TZ": "UTC0"}


@pytest.fixture
def layout(corten: Corten) -> Layout:
    return Layout(corten.root)


def names(corten: Corten, *words: str) -> list[str]:
    outcome = corten("images", "--format", "{{.Repository}}:{{.Tag}}", *words)
    assert outcome.code == 0, outcome.err
    return outcome.out.splitlines()


def ageless(table: str) -> str:
    """Ages grow."""
    return re.sub(r"\d+ years ago", "N years ago", table)


def test_an_empty_store(corten: Corten) -> None:
    outcome = corten("images")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n"


def test_the_table(corten: Corten, layout: Layout, golden: Callable[[str, str], None]) -> None:
    layout.image(
        "docker.io/library/old:1", "docker.io/library/old:2", created="2023-01-01T00:00:00Z", compressed=False
    )
    layout.image(
        "ghcr.io/user/new:1", layers=[{"a": "x" * 30000}], created="2023-06-01T00:00:00Z", compressed=False
    )
    layout.image(layers=[{"b": ""}], created=None, compressed=False)
    golden("images.txt", ageless(corten("images").out))


def test_digests_have_a_column(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    layout.name(image.descriptor, f"docker.io/library/a@{image.digest}")
    only_digest = layout.image(layers=[{"b": ""}], named=False)
    layout.name(only_digest.descriptor, f"docker.io/library/b@{only_digest.digest}")
    assert names(corten) == ["a:1", "b:<none>"] or names(corten) == ["b:<none>", "a:1"]
    lines = corten("images", "--digests").out.splitlines()
    assert lines[0].split() == ["REPOSITORY", "TAG", "DIGEST", "IMAGE", "ID", "CREATED", "SIZE"]
    assert {tuple(line.split()[:4]) for line in lines[1:]} == {
        ("a", "1", image.digest, image.short_id),
        ("b", "<none>", only_digest.digest, only_digest.short_id),
    }


def test_ids_alone(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1", "docker.io/library/a:2")
    assert corten("images", "-q").out.splitlines() == [image.short_id] * 2
    assert corten("image", "ls", "--quiet", "--no-trunc").out.splitlines() == [image.id] * 2


def test_json_has_the_fields_of_docker(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    row = json.loads(corten("image", "list", "--format", "json", env=UTC).out)
    assert row.pop("CreatedSince").endswith(" years ago")
    size = row.pop("Size")
    assert row == {
        "Containers": "N/A",
        "CreatedAt": "2024-05-01 12:00:00 +0000 UTC",
        "Digest": "<none>",
        "ID": image.short_id,
        "Repository": "a",
        "SharedSize": "N/A",
        "Tag": "1",
        "UniqueSize": "N/A",
        "VirtualSize": size,
    }


def test_times_are_local(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    outcome = corten("images", "--format", "{{.CreatedAt}}", env={"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"})
    assert outcome.out == "2024-05-01 14:00:00 +0200 CEST\n"
    table = corten("images", "--format", "table {{.CreatedAt}}", env=UTC)
    assert table.out == "CREATED AT\n2024-05-01 12:00:00 +0000 UTC\n"


@pytest.mark.parametrize(
    "words, expected",
    [
        (["a"], ["a:1", "a:2"]),
        (["a:2"], ["a:2"]),
        (["docker.io/library/a"], ["a:1", "a:2"]),
        (["ghcr.io/user/b"], ["ghcr.io/user/b:1"]),
        (["nothing"], []),
        (["--filter", "reference=*:1"], ["a:1"]),
        (["--filter", "reference=ghcr.io/*/*"], ["ghcr.io/user/b:1"]),
        (["--filter", "reference=a:1", "--filter", "reference=a:2"], ["a:1", "a:2"]),
        (["--filter", "dangling=true"], ["<none>:<none>"]),
        (["--filter", "dangling=false"], ["ghcr.io/user/b:1", "a:1", "a:2"]),
        (["--filter", "label=k"], ["a:1", "a:2"]),
        (["--filter", "label=k=v", "--filter", "label=l"], ["a:1", "a:2"]),
        (["--filter", "label=k=w"], []),
        (["--filter", "before=ghcr.io/user/b:1"], ["a:1", "a:2", "<none>:<none>"]),
        (["--filter", "since=a:1"], ["ghcr.io/user/b:1"]),
        (["--filter", "until=2023-03-01"], ["a:1", "a:2", "<none>:<none>"]),
    ],
)
def test_filters(corten: Corten, layout: Layout, words: list[str], expected: list[str]) -> None:
    layout.image(
        "docker.io/library/a:1",
        "docker.io/library/a:2",
        created="2023-01-01T00:00:00Z",
        config={"Labels": {"k": "v", "l": ""}},
    )
    layout.image("ghcr.io/user/b:1", created="2023-06-01T00:00:00Z")
    layout.image(created="2022-01-01T00:00:00Z")
    assert names(corten, *words) == expected


@pytest.mark.parametrize(
    "term, message",
    [
        ("dangling=maybe", "filter 'dangling=maybe': expected true or false"),
        ("colour=red", "unknown filter 'colour=red'"),
        ("dangling", "filter 'dangling' has no '='"),
        ("before=nothing", "no such image: 'nothing'"),
        ("reference=[", "pattern '[': '[' is not closed"),
        ("until=yesterday", "'yesterday' is not a moment"),
    ],
)
def test_wrong_filters(corten: Corten, layout: Layout, term: str, message: str) -> None:
    layout.image("docker.io/library/a:1")
    outcome = corten("images", "--filter", term)
    assert outcome.code == 1
    assert message in outcome.err


def test_the_images_of_an_index_are_lines_each(corten: Corten, layout: Layout) -> None:
    amd64 = layout.image(layers=[{"a": ""}], named=False)
    arm64 = layout.image(layers=[{"b": ""}], architecture="arm64", named=False)
    layout.index("docker.io/library/a:1", images=[(amd64, "amd64"), (arm64, "arm64")])
    layout.remove_blob(arm64.digest)
    assert corten("images", "-q").out.splitlines() == [amd64.short_id]


def test_an_image_that_cannot_be_read_is_told(corten: Corten, layout: Layout) -> None:
    broken = layout.image("docker.io/library/broken:1", layers=[{"a": ""}])
    layout.image("docker.io/library/a:1")
    layout.remove_blob(broken.digest)
    outcome = corten("images", "--format", "{{.Repository}}")
    assert (outcome.code, outcome.out) == (0, "a\n")
    assert "WARNING: image 'docker.io/library/broken:1'" in outcome.err
    assert "corten system check" in outcome.err


def test_a_tree_is_refused(corten: Corten) -> None:
    outcome = corten("images", "--tree")
    assert outcome.code == 1
    assert "--tree is not supported" in outcome.err


def test_names_of_images_do_not_steer_the_terminal(corten: Corten, layout: Layout) -> None:
    layout.image("evil\x1b[2J")
    outcome = corten("images")
    assert "\x1b" not in outcome.out + outcome.err
