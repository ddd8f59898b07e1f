"""save and load: every archive that other tools write or read, and those that nobody should."""

import gzip
import json
import lzma
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from archives import (
    LAYERS,
    blob_name,
    descriptor,
    digest,
    feed,
    index_names,
    make_config,
    make_tar,
    oci_layout,
    old_docker_archive,
    read_blob,
    read_image,
    read_tar,
    write_files,
)
from support import Corten, needs, run

NAME = "docker.io/library/app:1"


def other_store(corten: Corten, tmp_path: Path) -> Corten:
    directory = tmp_path / "other"
    directory.mkdir()
    return Corten(corten.binary, directory)


def load(corten: Corten, files: dict[str, bytes], *words: str):
    return feed(corten, make_tar(files), "load", *words)


def snapshot_count(corten: Corten) -> int:
    layers = corten.root / "layers"
    return sum(1 for path in layers.glob("sha256/*")) if layers.is_dir() else 0


# --- commands that are asked to stop


def start(corten: Corten, *words: str) -> subprocess.Popen[bytes]:
    command = [str(corten.binary), "--root", str(corten.root), "--run-root", str(corten.run_root), *words]
    return subprocess.Popen(command, env=corten.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def entries(corten: Corten, directory: str) -> list[str]:
    path = corten.root / directory
    return sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []


def start_and_stall(corten: Corten, verb: str) -> subprocess.Popen[bytes]:
    """A load or import that has got half of what it waits for."""
    half = make_tar({"layer.tar" if verb == "load" else "etc/big": bytes(1 << 20)})[: 1 << 19]
    process = start(corten, verb) if verb == "load" else start(corten, verb, "-", "app:1")
    assert process.stdin
    process.stdin.write(half)
    process.stdin.flush()
    deadline = time.monotonic() + 20
    while not entries(corten, "ingests"):
        assert time.monotonic() < deadline, "no ingest was begun"
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("verb", ["load", "import"])
def test_an_interrupted_command_leaves_nothing(verb: str, number: signal.Signals, corten: Corten) -> None:
    process = start_and_stall(corten, verb)
    try:
        assert entries(corten, "leases")
        process.send_signal(number)
        assert process.wait(20) == 130, "although nothing more came on its standard input"
    finally:
        process.kill()
        process.communicate()
    assert (entries(corten, "leases"), entries(corten, "ingests")) == ([], [])


@pytest.mark.parametrize("verb", ["load", "import"])
def test_prune_takes_what_a_killed_command_left(verb: str, corten: Corten) -> None:
    process = start_and_stall(corten, verb)
    try:
        note = corten("system", "check").out
        assert "unfinished blobs of loads and imports" in note and "pull goes on" not in note
        corten("system", "prune", "--force")
        assert entries(corten, "leases") and entries(corten, "ingests"), "it still runs"
    finally:
        process.kill()
        process.communicate()
    assert entries(corten, "leases") and entries(corten, "ingests")
    corten("system", "prune", "--force")
    assert (entries(corten, "leases"), entries(corten, "ingests")) == ([], [])


def test_an_interrupted_save_leaves_no_lease(corten: Corten) -> None:
    size = 32 << 20
    layer = make_tar({"zero": bytes(size)})
    assert load(corten, old_docker_archive([layer], tags=["app:1"])).code == 0
    process = start(corten, "save", "app:1")
    try:
        assert process.stdout
        process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        assert len(process.stdout.read()) < size
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.communicate()
    assert entries(corten, "leases") == []


# --- load: forms of archives


def test_names_of_an_archive_are_written_once(corten: Corten, tmp_path: Path) -> None:
    names = [f"app:{i}" for i in range(800)]
    archive = tmp_path / "many.tar"
    archive.write_bytes(make_tar(old_docker_archive(tags=names)))
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-y", "-e", "trace=rename,renameat,renameat2,link,linkat", "-o", str(trace)]
    binary = [str(corten.binary), "--root", str(corten.root), "--run-root", str(corten.run_root)]
    subprocess.run([*command, *binary, "load", "-q", "-i", str(archive)],
                   env=corten.environment(), check=True, capture_output=True)
    assert len(index_names(corten)) == 800
    writes = [line for line in trace.read_text().splitlines() if '"index.json"' in line]
    assert 1 <= len(writes) <= 2, "once when the store is made, once for all names"


def test_old_docker_archive(corten: Corten) -> None:
    config = make_config(LAYERS)
    done = load(corten, old_docker_archive(tags=["app:1", "user/other:2"]))
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == ["Loaded image: app:1", "Loaded image: user/other:2"]
    assert set(index_names(corten)) == {NAME, "docker.io/user/other:2"}
    manifest, _ = read_image(corten, NAME)
    assert manifest["config"]["digest"] == digest(config), "the image's ID is that of the archive"
    assert [layer["digest"] for layer in manifest["layers"]] == [digest(layer) for layer in LAYERS]
    assert {layer["mediaType"] for layer in manifest["layers"]} == {"application/vnd.oci.image.layer.v1.tar"}


def test_shared_layer_of_an_old_archive_is_a_symlink(corten: Corten) -> None:
    files = old_docker_archive(layers=[LAYERS[0], LAYERS[0]], tags=["app:1"])
    first, second = f"{0:064x}/layer.tar", f"{1:064x}/layer.tar"
    del files[second]
    done = feed(corten, make_tar(files, links={second: f"../{0:064x}/layer.tar"}), "load")
    assert done.code == 0, done.err
    manifest, _ = read_image(corten, NAME)
    assert len(manifest["layers"]) == 2
    assert first in files


def test_archive_without_names(corten: Corten) -> None:
    done = load(corten, old_docker_archive())
    assert done.out == f"Loaded image ID: {digest(make_config(LAYERS))}\n"
    assert set(index_names(corten)) == {""}


def test_manifest_may_come_first(corten: Corten) -> None:
    files = old_docker_archive(tags=["app:1"])
    first = {"manifest.json": files.pop("manifest.json")}
    assert load(corten, {**first, **files}).code == 0


def test_oci_archive_keeps_its_manifest(corten: Corten) -> None:
    files = oci_layout(name="app:1")
    done = load(corten, files)
    assert (done.code, done.out) == (0, "Loaded image: app:1\n"), done.err
    entry = json.loads(files["index.json"])["manifests"][0]
    assert index_names(corten)[NAME] == entry["digest"]


def test_bare_tag_is_no_name(corten: Corten) -> None:
    done = load(corten, oci_layout(name="latest"))
    assert done.out.startswith("Loaded image ID: sha256:")


def test_oci_directory(corten: Corten, tmp_path: Path) -> None:
    directory = write_files(tmp_path / "layout", oci_layout(name="app:1"))
    done = corten("load", "-i", str(directory))
    assert (done.code, done.out) == (0, "Loaded image: app:1\n"), done.err


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: run_zstd(data)], ids=["gzip", "zstd"])
def test_compressed_archive(corten: Corten, pack) -> None:
    done = feed(corten, pack(make_tar(oci_layout(name="app:1"))), "load", "-q")
    assert done.out == "Loaded image: app:1\n", done.err


def run_zstd(data: bytes) -> bytes:
    return subprocess.run([needs("zstd"), "-q", "-c"], input=data, capture_output=True, check=True).stdout


def test_an_image_alone_must_be_for_the_platform_that_was_asked_for(corten: Corten, tmp_path: Path) -> None:
    files = oci_layout(name="app:1")
    assert load(corten, files, "--platform", "linux/arm64").code == 1
    assert index_names(corten) == {}
    assert load(corten, files, "--platform", "linux/amd64").code == 0
    for words in (("save", "-o", str(tmp_path / "out.tar")), ("history",), ("push",)):
        done = corten(*words, "--platform", "linux/arm64", "app:1")
        assert done.code == 1, words
        assert "linux/amd64, not for linux/arm64" in done.err, done.err
    assert not (tmp_path / "out.tar").exists()


def test_index_gives_the_platform_that_was_asked_for(corten: Corten) -> None:
    arm = oci_layout(config=make_config(LAYERS, architecture="arm64"))
    amd = oci_layout()
    children = []
    for files, architecture in [(arm, "arm64"), (amd, "amd64")]:
        entry = json.loads(files["index.json"])["manifests"][0]
        children.append({**entry, "platform": {"os": "linux", "architecture": architecture}})
    inner = json.dumps({"schemaVersion": 2, "manifests": children}).encode()
    outer = descriptor("index.v1+json", inner, annotations={"org.opencontainers.image.ref.name": "app:1"})
    files = {
        **arm,
        **amd,
        blob_name(inner): inner,
        "index.json": json.dumps({"schemaVersion": 2, "manifests": [outer]}).encode(),
    }
    done = load(corten, files, "--platform", "linux/arm64")
    assert done.code == 0, done.err
    assert read_image(corten, NAME)[1]["architecture"] == "arm64"
    missing = load(corten, files, "--platform", "linux/s390x")
    assert missing.code == 1
    assert "linux/amd64" in missing.err + missing.out or "arm64" in missing.err


# --- load: wrong input


def refused(corten: Corten, data: bytes, *expected: str) -> None:
    """The archive is refused with these words, and nothing of it has a name afterwards."""
    done = feed(corten, data, "load")
    assert done.code == 1, done.out
    for text in expected:
        assert text in done.err
    assert index_names(corten) == {}


def test_truncated_archive(corten: Corten) -> None:
    refused(corten, make_tar(old_docker_archive(tags=["app:1"]))[:2000], "reading the archive", "truncated")


def test_truncated_gzip(corten: Corten) -> None:
    refused(corten, gzip.compress(make_tar(oci_layout()))[:-20], "gzip")


def test_xz_is_named(corten: Corten) -> None:
    refused(corten, lzma.compress(make_tar(oci_layout())), "xz-compressed", "xz -dc FILE | corten load")


def test_blob_that_is_another(corten: Corten) -> None:
    files = oci_layout(name="app:1")
    name = next(name for name in files if name.startswith("blobs/"))
    files[name] += b" "
    refused(corten, make_tar(files), name, "expected digest")


def test_layer_that_is_another_than_its_diff_id(corten: Corten) -> None:
    config = make_config([LAYERS[0], LAYERS[0]])
    refused(corten, make_tar(old_docker_archive(config=config, tags=["app:1"])), "layer 2 of the image", "found sha256:")


def test_config_with_another_number_of_layers(corten: Corten) -> None:
    config = make_config([LAYERS[0]])
    refused(corten, make_tar(old_docker_archive(config=config, tags=["app:1"])), "layers")


def test_member_that_leads_out(corten: Corten) -> None:
    for name in ["../x.tar", "/etc/x.json", "blobs/../../x"]:
        refused(corten, make_tar({name: b"x", **oci_layout()}), "leads out of it", name)


def test_layer_name_that_leads_out(corten: Corten) -> None:
    files = old_docker_archive()
    manifest = json.loads(files["manifest.json"])
    manifest[0]["Layers"][0] = "../../../etc/passwd"
    files["manifest.json"] = json.dumps(manifest).encode()
    refused(corten, make_tar(files), "'../../../etc/passwd' of manifest.json leads out of the archive")


def test_link_that_leads_out(corten: Corten) -> None:
    files = old_docker_archive()
    layer = f"{0:064x}/layer.tar"
    del files[layer]
    refused(corten, make_tar(files, links={layer: "/etc/passwd"}), "is not in the archive")


def test_links_in_a_circle(corten: Corten) -> None:
    files = old_docker_archive()
    layer = f"{0:064x}/layer.tar"
    del files[layer]
    refused(corten, make_tar(files, links={layer: "../a.tar", "a.tar": layer}), "too many links")


def test_link_out_of_a_directory(corten: Corten, tmp_path: Path) -> None:
    files = oci_layout(name="app:1")
    name = next(name for name in files if name.startswith("blobs/"))
    directory = write_files(tmp_path / "layout", files)
    outside = tmp_path / "outside"
    outside.write_bytes(files[name])
    (directory / name).unlink()
    (directory / name).symlink_to(outside)
    done = corten("load", "-i", str(directory))
    assert done.code == 1
    assert name in done.err


def test_ten_thousand_layers(corten: Corten) -> None:
    files = old_docker_archive()
    manifest = json.loads(files["manifest.json"])
    manifest[0]["Layers"] *= 6000
    files["manifest.json"] = json.dumps(manifest).encode()
    refused(corten, make_tar(files), "12000 layers are more than 10000")


def test_giant_manifest(corten: Corten) -> None:
    files = {"manifest.json": b" " * (17 << 20)}
    refused(corten, gzip.compress(make_tar(files)), "manifest.json")


def test_two_manifests(corten: Corten) -> None:
    data = make_tar({"manifest.json": b"[]"})[:1024] + make_tar(old_docker_archive())
    refused(corten, data, "two different members called 'manifest.json'")


def test_root_filesystem_is_for_import(corten: Corten) -> None:
    refused(corten, make_tar({"bin/sh": b"x"}), "no archive of images", "corten import")


def test_empty_input(corten: Corten) -> None:
    refused(corten, b"")


def test_bad_names_are_told_and_not_used(corten: Corten) -> None:
    tags = ["app:1", "BAD NAME", "x\x1b[2Jy:1", "app@sha256:" + "a" * 64]
    done = load(corten, old_docker_archive(tags=tags))
    assert done.out == "Loaded image: app:1\n"
    assert done.err.count("WARNING: ") == 3
    assert "\x1b" not in done.err
    assert set(index_names(corten)) == {NAME}


def test_hole_of_an_exabyte(corten: Corten) -> None:
    """A sparse member costs its archive nothing: it must not cost us a disk."""
    import io
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("hole.tar")
        member.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "hole.tar",
            "GNU.sparse.realsize": str(1 << 60),
        }
        body = b"0\n".ljust(512, b"\0")
        member.size = len(body)
        tar.addfile(member, io.BytesIO(body))
    refused(corten, out.getvalue(), "sparse")


# --- save


@pytest.fixture
def loaded(corten: Corten) -> Corten:
    assert load(corten, oci_layout(name="app:1")).code == 0
    return corten


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
def test_what_was_saved_is_loaded(loaded: Corten, tmp_path: Path, form: str) -> None:
    path = tmp_path / "app.tar"
    saved = loaded("save", "--format", form, "-o", str(path), "app:1")
    assert (saved.code, saved.out, saved.err) == (0, "", "")
    other = other_store(loaded, tmp_path)
    assert other("load", "-i", str(path)).out == "Loaded image: app:1\n"
    assert index_names(other) == index_names(loaded)
    assert ("manifest.json" in read_tar(path.read_bytes())) == (form == "docker-archive")


def test_directory_is_a_layout(loaded: Corten, tmp_path: Path) -> None:
    path = tmp_path / "layout"
    assert loaded("save", "--format", "oci-dir", "-o", str(path), "app:1").code == 0
    other = other_store(loaded, tmp_path)
    assert other("load", "-i", str(path)).out == "Loaded image: app:1\n"
    again = loaded("save", "--format", "oci-dir", "-o", str(path), "app:1")
    assert again.code == 1, "what is there is not replaced"


def test_same_images_give_the_same_bytes(corten: Corten, tmp_path: Path) -> None:
    assert load(corten, oci_layout(name="app:1")).code == 0
    assert load(corten, old_docker_archive(tags=["old:1"])).code == 0
    for name, images in [("a", ["app:1", "old:1"]), ("b", ["old:1", "app:1", "app:1"])]:
        assert corten("save", "-o", str(tmp_path / name), *images).code == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_standard_output_gets_the_same(loaded: Corten, tmp_path: Path) -> None:
    path = tmp_path / "app.tar"
    loaded("save", "-o", str(path), "app:1")
    command = [str(loaded.binary), "--root", str(loaded.root), "save", "app:1"]
    piped = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    assert piped == path.read_bytes()


def test_id_has_no_name_in_the_archive(loaded: Corten, tmp_path: Path) -> None:
    path = tmp_path / "app.tar"
    image_id = digest(make_config(LAYERS)).removeprefix("sha256:")[:12]
    assert loaded("save", "-o", str(path), image_id).code == 0
    files = read_tar(path.read_bytes())
    assert json.loads(files["manifest.json"])[0]["RepoTags"] is None


def test_repository_means_all_its_tags(corten: Corten, tmp_path: Path) -> None:
    assert load(corten, old_docker_archive(tags=["app:1", "app:2", "other:1"])).code == 0
    path = tmp_path / "app.tar"
    assert corten("save", "-o", str(path), "app").code == 0
    files = read_tar(path.read_bytes())
    assert json.loads(files["manifest.json"])[0]["RepoTags"] == ["app:1", "app:2"]


def test_file_is_whole_or_the_old_one(loaded: Corten, tmp_path: Path) -> None:
    path = tmp_path / "app.tar"
    path.write_text("old")
    manifest, _ = read_image(loaded, NAME)
    layer = loaded.root / blob_name(b"").rsplit("/", 1)[0] / manifest["layers"][0]["digest"][7:]
    layer.chmod(0o600)
    damaged = bytearray(layer.read_bytes())
    damaged[-1] ^= 1
    layer.write_bytes(bytes(damaged))
    done = loaded("save", "-o", str(path), "app:1")
    assert done.code == 1
    assert manifest["layers"][0]["digest"] in done.err
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.glob(".corten*")] == []


def test_missing_blob_is_said(loaded: Corten, tmp_path: Path) -> None:
    manifest, _ = read_image(loaded, NAME)
    gone = manifest["layers"][0]["digest"]
    (loaded.root / "blobs" / gone.replace(":", "/")).unlink()
    done = loaded("save", "-o", str(tmp_path / "x"), "app:1")
    assert done.code == 1
    assert gone in done.err and "pull the image again" in done.err
    assert not (tmp_path / "x").exists()


def test_unknown_image(loaded: Corten, tmp_path: Path) -> None:
    done = loaded("save", "-o", str(tmp_path / "x"), "ap:1")
    assert done.code == 1
    assert "no such image: 'ap:1'" in done.err


def test_unknown_format(loaded: Corten) -> None:
    assert loaded("save", "--format", "zip", "app:1").code == 125
    assert "needs --output" in loaded("save", "--format", "oci-dir", "app:1").err


def test_terminal_gets_no_archive(loaded: Corten) -> None:
    line = f"{loaded.binary} --root {loaded.root} save app:1"
    done = run([needs("script"), "-qec", line, "/dev/null"], env=loaded.environment())
    assert done.code == 1
    assert "not written to a terminal" in done.out


def test_a_device_is_written_to(loaded: Corten, tmp_path: Path) -> None:
    done = loaded("save", "-o", "/dev/null", "app:1")
    assert done.code == 0, done.err
    assert Path("/dev/null").is_char_device()


def test_a_fifo_is_written_to_when_its_reader_comes(loaded: Corten, tmp_path: Path) -> None:
    fifo, file = tmp_path / "fifo", tmp_path / "file"
    os.mkfifo(fifo)
    assert loaded("save", "-o", str(file), "app:1").code == 0
    with subprocess.Popen(
        [str(loaded.binary), "--root", str(loaded.root), "save", "-o", str(fifo), "app:1"],
        env=loaded.environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as saving:
        # A FIFO has no reader until somebody opens it: by then the command may long have looked at it.
        time.sleep(0.3)
        assert saving.poll() is None
        assert fifo.read_bytes() == file.read_bytes()
        assert saving.wait(timeout=20) == 0
    assert fifo.is_fifo()


# --- other tools


def skopeo(*words: str) -> str:
    done = run([needs("skopeo"), "--insecure-policy", *words], env={"PATH": "/usr/bin:/bin", "HOME": "/tmp"}, timeout=60)
    assert done.code == 0, done.err
    return done.out


def test_skopeo_reads_what_was_saved(loaded: Corten, tmp_path: Path) -> None:
    expected = index_names(loaded)[NAME]
    path = tmp_path / "app.tar"
    assert loaded("save", "-o", str(path), "app:1").code == 0
    assert json.loads(skopeo("inspect", f"oci-archive:{path}"))["Digest"] == expected
    assert json.loads(skopeo("inspect", f"docker-archive:{path}"))["Architecture"] == "amd64"
    # The docker-archive form of compressed layers: skopeo finds out by itself, and the config is the same.
    copy = tmp_path / "copy"
    skopeo("copy", "-q", f"docker-archive:{path}:app:1", f"dir:{copy}")
    _, config = read_image(loaded, NAME)
    assert config["rootfs"]["diff_ids"] == json.loads(
        (copy / json.loads((copy / "manifest.json").read_text())["config"]["digest"][7:]).read_text()
    )["rootfs"]["diff_ids"]


@pytest.mark.parametrize("transport", ["docker-archive", "oci-archive", "oci"])
def test_what_skopeo_writes_is_loaded(loaded: Corten, tmp_path: Path, transport: str) -> None:
    source = tmp_path / "app.tar"
    assert loaded("save", "-o", str(source), "app:1").code == 0
    target = tmp_path / "copy"
    skopeo("copy", "-q", f"oci-archive:{source}", f"{transport}:{target}:again/app:2")
    other = other_store(loaded, tmp_path)
    done = other("load", "-i", str(target))
    assert done.out == "Loaded image: again/app:2\n", done.err
    assert read_image(other, "docker.io/again/app:2")[1]["rootfs"] == read_image(loaded, NAME)[1]["rootfs"]


def test_skopeo_and_umoci_read_the_store_in_place(loaded: Corten, tmp_path: Path) -> None:
    assert json.loads(skopeo("inspect", f"oci:{loaded.root}:{NAME}"))["Digest"] == index_names(loaded)[NAME]


def test_umoci_unpacks_what_was_saved(loaded: Corten, tmp_path: Path) -> None:
    umoci = needs("umoci")
    layout, bundle = tmp_path / "layout", tmp_path / "bundle"
    assert loaded("save", "--format", "oci-dir", "-o", str(layout), "app:1").code == 0
    done = run(
        [umoci, "unpack", "--rootless", "--image", f"{layout}:1", str(bundle)], env=loaded.environment(), timeout=60
    )
    assert done.code == 0, done.err
    assert (bundle / "rootfs/etc/a").read_text() == "one"
    assert (bundle / "rootfs/etc/b").read_text() == "two"


def test_what_umoci_writes_is_loaded(corten: Corten, tmp_path: Path) -> None:
    umoci = needs("umoci")
    layout = tmp_path / "layout"
    rootfs = write_files(tmp_path / "rootfs", {"etc/x": b"by umoci"})
    for words in [
        ["init", "--layout", str(layout)],
        ["new", "--image", f"{layout}:1"],
        ["insert", "--rootless", "--image", f"{layout}:1", str(rootfs / "etc"), "/etc"],
    ]:
        done = run([umoci, *words], env=corten.environment(), timeout=60)
        assert done.code == 0, done.err
    loaded = corten("load", "-i", str(layout))
    assert loaded.code == 0, loaded.err
    assert loaded.out.startswith("Loaded image ID: sha256:")


def test_nothing_is_left_of_a_refused_archive(corten: Corten) -> None:
    feed(corten, make_tar(old_docker_archive(tags=["app:1"]))[:2000], "load")
    assert list((corten.root / "ingests").iterdir()) == []


def test_blobs_of_a_loaded_image_are_what_they_are_called(loaded: Corten) -> None:
    for path in (loaded.root / "blobs/sha256").iterdir():
        assert digest(read_blob(loaded, f"sha256:{path.name}")) == f"sha256:{path.name}"
