import fcntl
import os
import re
import sqlite3
import struct
import subprocess
import time
from pathlib import Path

import pytest

from images_support import Layout
from support import Corten, Outcome

SOUND = "The store is sound: "


@pytest.fixture
def layout(corten: Corten) -> Layout:
    return Layout(corten.root)


def problems(outcome: Outcome) -> list[str]:
    assert outcome.code == 1, outcome.out
    return [line for line in outcome.out.splitlines() if line.startswith("problem: ")]


def test_a_sound_store(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    layout.image(layers=[{"b": ""}])
    outcome = corten("system", "check")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(r"The store is sound: 2 images, 6 blobs \([\d.]+k?B\), 0 layers \(0B\)\n", outcome.out)
    assert corten("system", "check", "--repair").out == outcome.out


def test_a_damaged_layer_blob(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    layer = image.layers[0]["digest"]
    layout.damage_blob(layer)
    (problem,) = problems(corten("system", "check"))
    assert layer in problem
    assert "--repair" in problem
    assert corten("system", "check", "--quick").code == 0, "bytes are not read"
    repaired = corten("system", "check", "--repair")
    assert f"repaired: removed the damaged blob '{layer}'\n" in repaired.out
    assert problems(repaired) == [
        f"problem: image 'a:1': its layer '{layer}' is not in the store; run 'corten pull a:1'"
    ]
    assert not layout.blob_path(layer).exists()


def test_a_damaged_manifest_takes_its_name_along(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    layout.image("docker.io/library/b:1", layers=[{"b": ""}])
    layout.damage_blob(image.digest)
    assert len(problems(corten("system", "check"))) == 1
    repaired = corten("system", "check", "--repair")
    assert repaired.code == 0
    assert "repaired: dropped the name 'docker.io/library/a:1'" in repaired.out
    assert layout.names() == ["docker.io/library/b:1"]


def test_a_lost_manifest(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    layout.remove_blob(image.digest)
    (problem,) = problems(corten("system", "check", "--quick"))
    assert problem.startswith(f"problem: image 'a:1': its manifest '{image.digest}' is not in the store")
    assert layout.names() == ["docker.io/library/a:1"], "only looking changes nothing"


@pytest.mark.parametrize("what", ["config", "layer"])
def test_a_lost_part(corten: Corten, layout: Layout, what: str) -> None:
    image = layout.image("docker.io/library/a:1")
    digest = image.id if what == "config" else image.layers[0]["digest"]
    layout.remove_blob(digest)
    (problem,) = problems(corten("system", "check"))
    assert f"its {what} '{digest}' is not in the store; run 'corten pull a:1'" in problem
    assert problems(corten("system", "check", "--repair")) == [problem]


def test_platforms_that_were_never_pulled_are_no_problem(corten: Corten, layout: Layout) -> None:
    one = layout.image(layers=[{"a": ""}], named=False)
    other = layout.image(layers=[{"b": ""}], architecture="arm64", named=False)
    layout.index("docker.io/library/a:1", images=[(one, "amd64"), (other, "arm64")])
    for digest in [other.digest, other.id, other.layers[0]["digest"]]:
        layout.remove_blob(digest)
    assert corten("system", "check").out.startswith(SOUND + "1 image, 4 blobs")


def test_a_wrong_summary(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1", config={"Labels": {"k": "v"}})
    assert corten("images").code == 0
    database = sqlite3.connect(corten.root / "corten.db")
    with database:
        database.execute("UPDATE images SET labels = '{}'")
    database.close()
    (problem,) = problems(corten("system", "check"))
    assert image.id in problem
    assert corten("system", "check", "--repair").code == 0
    assert corten("images", "-q", "--filter", "label=k=v").out != ""
    assert corten("tag", image.short_id, "new:1").code == 0
    assert layout.names() == ["docker.io/library/a:1", "docker.io/library/new:1"]


def test_a_media_type_that_was_forgotten(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    assert corten("images").code == 0
    database = sqlite3.connect(corten.root / "corten.db")
    with database:
        database.execute("UPDATE images SET media_type = ''")
    database.close()
    assert corten("tag", image.short_id, "new:1").code == 1, "a name of no type would be the end of all names"
    assert corten("images", "-q").out == image.short_id + "\n"
    assert len(problems(corten("system", "check"))) == 1
    assert corten("system", "check", "--repair").code == 0
    assert corten("tag", image.short_id, "new:1").code == 0


def test_a_newer_database_is_not_touched(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    assert corten("images").code == 0
    database = sqlite3.connect(corten.root / "corten.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    outcome = corten("system", "check", "--repair")
    assert outcome.code == 1
    assert "version 99" in outcome.err
    assert not (corten.root / "corten.db.damaged").exists()


def test_a_damaged_database(corten: Corten, layout: Layout) -> None:
    for number in range(40):
        layout.image(f"docker.io/library/a:{number}", layers=[{"n": str(number)}])
    assert corten("images").code == 0
    path = corten.root / "corten.db"
    data = bytearray(path.read_bytes())
    data[5000:12000] = b"\xff" * 7000
    path.write_bytes(data)
    assert len(problems(corten("system", "check"))) >= 1
    assert corten("system", "check", "--repair").code == 0
    assert (corten.root / "corten.db.damaged").exists()
    assert len(corten("images", "-q").out.splitlines()) == 40


@pytest.mark.parametrize("text", ["{", '{"schemaVersion":2,"manifests":7}', ""])
def test_names_that_cannot_be_read(corten: Corten, layout: Layout, text: str) -> None:
    image = layout.image("docker.io/library/a:1")
    (corten.root / "index.json").write_text(text)
    assert len(problems(corten("system", "check"))) == 1
    repaired = corten("system", "check", "--repair")
    assert repaired.code == 0, repaired.out
    assert "repaired: made a new 'index.json'; the old one is 'index.json.damaged-1'" in repaired.out
    assert corten("images", "-q").out == image.short_id + "\n"
    assert (corten.root / "index.json.damaged-1").read_text() == text


def test_names_that_are_lost_twice(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    for text in ("first", "second"):
        (corten.root / "index.json").write_text(text)
        assert corten("system", "check", "--repair").code == 0
    assert (corten.root / "index.json.damaged-1").read_text() == "first"
    assert (corten.root / "index.json.damaged-2").read_text() == "second"
    assert corten("images", "-q").out == image.short_id + "\n"


def test_names_that_are_gone(corten: Corten, layout: Layout) -> None:
    image = layout.image("docker.io/library/a:1")
    (corten.root / "index.json").unlink()
    for verb in (["images"], ["image", "prune", "-f"], ["system", "check"]):
        outcome = corten(*verb)
        assert outcome.code == 1
        assert "'corten system check --repair'" in outcome.err
    repaired = corten("system", "check", "--repair")
    assert repaired.code == 0, repaired.out
    assert "repaired: made a new 'index.json', which was missing" in repaired.out
    assert corten("images", "-q").out == image.short_id + "\n"


def test_repair_waits_for_gc_and_other_writers(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    assert corten("images").code == 0
    index = corten.root / "index.json"
    index.write_text("{")
    for lock in ("gc.lock", "index.lock"):
        with (corten.root / lock).open("w") as held:
            # F_OFD_SETLK, which excludes even other descriptors of one process.
            fcntl.fcntl(held, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
            with pytest.raises(subprocess.TimeoutExpired):
                corten("system", "check", "--repair", timeout=1)
        assert index.read_text() == "{", "until it has the locks it changes nothing"


def test_repair_on_a_full_disk_leaves_the_names(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    index = corten.root / "index.json"
    index.write_text("{")
    limited = ["sh", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "sh"]
    binary = [str(corten.binary), "--root", str(corten.root), "system", "check", "--repair"]
    outcome = subprocess.run([*limited, *binary], capture_output=True, text=True, check=False, timeout=30)
    assert outcome.returncode != 0
    assert index.read_text() == "{"


def test_a_marker_that_cannot_be_read(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    (corten.root / "oci-layout").write_text("{")
    assert corten("system", "check").code == 1
    assert corten("system", "check", "--repair").code == 0
    assert corten("system", "check").code == 0


def test_a_newer_layout_is_not_touched(corten: Corten, layout: Layout) -> None:
    (corten.root / "oci-layout").write_text('{"imageLayoutVersion":"7.0.0"}')
    assert corten("system", "check", "--repair").code == 1
    assert "7.0.0" in (corten.root / "oci-layout").read_text()


def test_leftovers_are_no_problem(corten: Corten, layout: Layout) -> None:
    layout.image("docker.io/library/a:1")
    old, new = corten.root / ".corten-write-old", corten.root / ".corten-new-new"
    for path in (old, new):
        path.write_text("")
    pretend_age(old)
    outcome = corten("system", "check")
    assert outcome.code == 0
    assert outcome.out.startswith("note: 1 file of an interrupted command")
    assert "removed 1 file of an" in corten("system", "check", "--repair").out
    assert not old.exists()
    assert new.exists()


def pretend_age(path: Path) -> None:
    past = time.time() - 7200
    os.utime(path, (past, past))


def test_an_artifact_of_another_tool_is_no_problem(corten: Corten, layout: Layout) -> None:
    config = layout.blob(b"{}", "application/vnd.oci.empty.v1+json")
    part = layout.blob(b"weights", "application/octet-stream")
    document = (
        '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",'
        f'"artifactType":"application/x-model","config":{{"mediaType":"{config["mediaType"]}",'
        f'"digest":"{config["digest"]}","size":2}},"layers":[{{"mediaType":"{part["mediaType"]}",'
        f'"digest":"{part["digest"]}","size":7}}]}}'
    )
    descriptor = layout.blob(document.encode(), "application/vnd.oci.image.manifest.v1+json")
    layout.name(descriptor, "docker.io/library/model:1")
    assert corten("system", "check").out.startswith(SOUND + "0 images, 3 blobs")
    layout.remove_blob(part["digest"])
    assert len(problems(corten("system", "check"))) == 1
