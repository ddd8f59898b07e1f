import json
import re
from typing import Callable

import pytest

from images_support import Layout
from support import Corten

CONFIG = {"Env": ["A=1"], "Cmd": ["sh"], "Labels": {"k": "v"}, "ExposedPorts": {"80/tcp": {}}}
HISTORY = [
    {"created": "2023-04-30T12:00:00Z", "created_by": "/bin/sh -c #(nop) ADD file:0123456789abcdef0123456789 in / ", "comment": "base"},
    {"created": "2023-05-01T12:00:00Z", "created_by": "ENV\tA=1", "comment": "buildkit", "empty_layer": True},
    {"created": "2023-05-01T12:00:00Z", "created_by": "RUN x", "comment": "last"},
]


@pytest.fixture
def layout(corten: Corten) -> Layout:
    return Layout(corten.root)


@pytest.mark.parametrize("verb", [["inspect"], ["image", "inspect"]])
def test_what_docker_shows(corten: Corten, layout: Layout, verb: list[str]) -> None:
    image = layout.image("docker.io/library/a:1", config=CONFIG)
    layout.name(image.descriptor, f"docker.io/library/a@{image.digest}")
    outcome = corten(*verb, "a:1")
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith('[\n    {\n        "Architecture": "amd64",\n')
    (shown,) = json.loads(outcome.out)
    assert shown["Id"] == image.id
    assert shown["RepoTags"] == ["a:1"]
    assert shown["RepoDigests"] == [f"a@{image.digest}"]
    assert shown["Created"] == "2024-05-01T12:00:00Z"
    assert shown["Config"]["Env"] == ["A=1"]
    assert shown["Config"]["Labels"] == {"k": "v"}
    assert shown["Config"]["Entrypoint"] is None
    assert shown["RootFS"] == {"Type": "layers", "Layers": [image.chain_ids[0]]}
    assert shown["GraphDriver"]["Data"] == {"ChainIDs": ",".join(image.chain_ids)}
    assert {"Parent", "Comment", "Author", "Os", "Size", "VirtualSize", "Metadata"} <= shown.keys()


def test_templates(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1", config=CONFIG)
    template = "{{.ID}} {{index .Config.Env 0}} {{.Config.Labels.k}} {{.Config.Labels.none}} {{json .Config.Cmd}}"
    outcome = corten("inspect", "--format", template, "a:1")
    assert outcome.out == f'{image.id} A=1 v <no value> ["sh"]\n'
    wrong = corten("inspect", "-f", "{{.Cofig}}", "a:1")
    assert wrong.code == 1
    assert "Config" in wrong.err


def test_those_found_are_printed_and_the_others_told(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    outcome = corten("image", "inspect", "none", "a:1", "nope:2")
    assert outcome.code == 1
    assert [shown["Id"] for shown in json.loads(outcome.out)] == [image.id]
    assert "corten: no such image: 'none'\n" in outcome.err
    assert "corten: no such image: 'nope:2'\n" in outcome.err


def test_nothing_found(corten: Corten) -> None:
    assert corten("inspect", "none").out == "[]\n"
    assert corten("inspect", "--format", "{{.Id}}", "none").out == "\n"
    assert corten("inspect", "--format", "json", "none").out == "[]\n"


def test_by_id_and_digest(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    layout.name(image.descriptor, f"docker.io/library/a@{image.digest}")
    for name in [image.id, image.short_id, image.short_id[:6], image.digest, f"a@{image.digest}", "docker.io/library/a:1"]:
        outcome = corten("inspect", "--format", "{{.Id}}", name)
        assert (outcome.code, outcome.out) == (0, image.id + "\n"), name


def test_the_platform_of_an_index(corten: Corten, layout: Layout) -> None:
    one = layout.image(layers=[{"a": ""}], architecture="riscv64", named=False)
    other = layout.image(layers=[{"b": ""}], architecture="s390x", named=False)
    layout.index("docker.io/library/a:1", images=[(one, "riscv64"), (other, "s390x")])
    outcome = corten("image", "inspect", "--platform", "linux/s390x", "--format", "{{.Architecture}}", "a:1")
    assert outcome.out == "s390x\n"
    assert corten("inspect", "--format", "{{.Architecture}}", "a:1").out == "riscv64\n"
    assert corten("image", "inspect", "--platform", "linux/ppc64le", "a:1").code == 1


def test_only_images_are_known(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    assert corten("inspect", "--type", "image", "-s", "a:1").code == 0
    refused = corten("inspect", "--type", "volume", "a:1")
    assert refused.code == 1
    assert "'volume'" in refused.err


def test_history(corten: Corten, layout: Layout, golden: Callable[[str, str], None]) -> None:
    layout.image(
        "docker.io/library/a:1",
        layers=[{"a": "x"}, {"b": "y" * 5000}],
        created="2023-05-01T12:00:00Z",
        history=HISTORY,
        compressed=False,
    )
    golden("history.txt", re.sub(r"\d+ years ago", "N years ago", corten("history", "a:1").out))


def test_history_in_full(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1", layers=[{"a": "x"}, {"b": "y"}], history=HISTORY)
    lines = corten("image", "history", "--no-trunc", "--human=false", "a:1", env={"TZ": "UTC0"}).out.splitlines()
    assert lines[0].split() == ["IMAGE", "CREATED", "AT", "CREATED", "BY", "SIZE", "COMMENT"]
    assert lines[1].split() == [image.id, "2023-05-01T12:00:00Z", "RUN", "x", str(image.layers[1]["size"]), "last"]
    assert lines[3].startswith("<missing>")
    assert "ADD file:0123456789abcdef0123456789 in /" in lines[3]
    assert corten("history", "-q", "a:1").out.splitlines() == [image.short_id, "<missing>", "<missing>"]


def test_history_as_json(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1", history=HISTORY[:2])
    rows = [json.loads(line) for line in corten("history", "--format", "json", "a:1").out.splitlines()]
    assert [row["Comment"] for row in rows] == ["buildkit", "base"]
    assert rows[0].keys() == {"ID", "CreatedSince", "CreatedAt", "CreatedBy", "Size", "Comment"}
    assert rows[0]["CreatedBy"] == "ENV A=1"


def test_layers_without_history_are_shown(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1", layers=[{"a": ""}, {"b": ""}])
    assert len(corten("history", "-q", "a:1").out.splitlines()) == 2
