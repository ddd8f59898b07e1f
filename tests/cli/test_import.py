"""import: a tar of a root filesystem becomes an image."""

import bz2
import gzip
import json
from pathlib import Path

import pytest

from archives import digest, feed, index_names, make_tar, read_blob, read_image
from support import Corten

ROOTFS = make_tar({"bin/sh": b"#!", "etc/hostname": b"x"})
NAME = "docker.io/library/base:1"


def test_makes_an_image_of_one_layer(corten: Corten) -> None:
    done = feed(corten, ROOTFS, "import", "-", "base:1")
    assert done.code == 0, done.err
    manifest, config = read_image(corten, NAME)
    assert done.out.strip() == manifest["config"]["digest"]
    assert config["rootfs"]["diff_ids"] == [digest(ROOTFS)]
    assert config["history"][0]["comment"] == "Imported from -"
    assert config["os"] == "linux"
    assert [layer["digest"] for layer in manifest["layers"]] == [digest(ROOTFS)]


@pytest.mark.parametrize("pack, ending", [(lambda data: data, "tar"), (gzip.compress, "tar+gzip")])
def test_layer_is_the_file_as_it_is(corten: Corten, tmp_path: Path, pack, ending: str) -> None:
    data = pack(ROOTFS)
    (tmp_path / "rootfs").write_bytes(data)
    assert corten("import", str(tmp_path / "rootfs"), "base:1").code == 0
    manifest, config = read_image(corten, NAME)
    assert manifest["layers"][0]["mediaType"] == f"application/vnd.oci.image.layer.v1.{ending}"
    assert read_blob(corten, manifest["layers"][0]["digest"]) == data
    assert config["rootfs"]["diff_ids"] == [digest(ROOTFS)]


def test_changes_are_applied_in_order(corten: Corten) -> None:
    changes = ["ENV A=1", "ENV B=$A$A", 'CMD ["sh"]', "EXPOSE 80", "LABEL x='y z'", "WORKDIR /srv", "USER 5"]
    words = [word for change in changes for word in ("--change", change)]
    assert feed(corten, ROOTFS, "import", *words, "-m", "why", "-", "base:1").code == 0
    _, config = read_image(corten, NAME)
    assert config["config"] == {
        "Env": ["A=1", "B=11"],
        "Cmd": ["sh"],
        "ExposedPorts": {"80/tcp": {}},
        "Labels": {"x": "y z"},
        "WorkingDir": "/srv",
        "User": "5",
    }
    assert config["history"][0]["comment"] == "why"


def test_without_a_name(corten: Corten) -> None:
    assert feed(corten, ROOTFS, "import", "-").code == 0
    assert set(index_names(corten)) == {""}


def test_platform(corten: Corten) -> None:
    assert feed(corten, ROOTFS, "import", "--platform", "linux/arm64", "-", "base:1").code == 0
    assert read_image(corten, NAME)[1]["architecture"] == "arm64"


def test_fixed_time_gives_the_same_image(corten: Corten, tmp_path: Path) -> None:
    (tmp_path / "rootfs").write_bytes(ROOTFS)
    command = ["import", str(tmp_path / "rootfs")]
    first, second = (corten(*command, env={"SOURCE_DATE_EPOCH": "1700000000"}) for _ in range(2))
    assert first.code == 0 and first.out == second.out


def nothing_kept(corten: Corten) -> None:
    assert index_names(corten) == {}
    assert list((corten.root / "ingests").iterdir()) == []


def test_what_is_no_tar(corten: Corten) -> None:
    done = feed(corten, b"hello " * 1000, "import", "-", "base:1")
    assert done.code == 1
    assert "tar" in done.err
    nothing_kept(corten)


@pytest.mark.parametrize("nothing", [b"", gzip.compress(b"")])
def test_nothing_is_refused_and_takes_no_name(corten: Corten, nothing: bytes) -> None:
    assert feed(corten, ROOTFS, "import", "-", "base:1").code == 0
    before = index_names(corten)
    done = feed(corten, nothing, "import", "-", "base:1")
    assert done.code == 1
    assert "empty" in done.err
    assert index_names(corten) == before


def test_an_archive_without_members_is_an_image(corten: Corten) -> None:
    assert feed(corten, make_tar({}), "import", "-", "base:1").code == 0


def test_nobody_else_can_read_the_images(corten: Corten) -> None:
    assert feed(corten, ROOTFS, "import", "-", "base:1").code == 0
    assert corten("images").code == 0
    for name in ("blobs/sha256", "layers", "corten.db"):
        assert (corten.root / name).stat().st_mode & 0o077 == 0, name


def test_truncated_tar(corten: Corten) -> None:
    done = feed(corten, ROOTFS[:512], "import", "-", "base:1")
    assert done.code == 1 and "tar: at byte" in done.err
    nothing_kept(corten)


def test_bzip2_is_named(corten: Corten) -> None:
    done = feed(corten, bz2.compress(ROOTFS), "import", "-", "base:1")
    assert done.code == 1 and "bzip2" in done.err
    nothing_kept(corten)


def test_member_outside_the_root(corten: Corten, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    done = feed(corten, make_tar({f"../../../../../../../../{outside}": b"x"}), "import", "-", "base:1")
    assert not outside.exists()
    assert done.code in (0, 1)


def test_wrong_change_is_refused_before_the_tar_is_read(corten: Corten) -> None:
    done = feed(corten, b"", "import", "-c", "EXPOSE http", "-", "base:1")
    assert done.code == 1
    assert "change 'EXPOSE http': at character 8: expected a port" in done.err


def test_urls_are_not_fetched(corten: Corten) -> None:
    done = corten("import", "https://host.example/rootfs.tar", "base:1")
    assert done.code == 1
    assert "curl -fL URL | corten import - NAME" in done.err


def test_digest_is_no_name_for_a_new_image(corten: Corten) -> None:
    done = feed(corten, ROOTFS, "import", "-", "base@sha256:" + "a" * 64)
    assert done.code == 1 and "cannot be named by a digest" in done.err


def test_missing_file(corten: Corten, tmp_path: Path) -> None:
    done = corten("import", str(tmp_path / "nothing"))
    assert done.code == 1 and "No such file" in done.err


def test_import_save_load_round_trip(corten: Corten, tmp_path: Path) -> None:
    feed(corten, gzip.compress(ROOTFS), "import", "-", "base:1")
    assert corten("save", "-o", str(tmp_path / "x.tar"), "base:1").code == 0
    directory = tmp_path / "other"
    directory.mkdir()
    other = Corten(corten.binary, directory)
    assert other("load", "-i", str(tmp_path / "x.tar")).out == "Loaded image: base:1\n"
    assert json.dumps(read_image(other, NAME)) == json.dumps(read_image(corten, NAME))
