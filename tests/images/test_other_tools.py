"""Our store and archives read by skopeo, umoci, podman and docker, and theirs by us."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Callable, Iterator

import pytest

import samples
import services
from daemons import Registry
from stores import assert_sound, files_of, image_ids, names_in, ok, skopeo, umoci
from support import Corten, needs


@pytest.fixture
def pulled(registry: Registry, repository: str, corten: Corten) -> str:
    """The name of samples.hello() in the store."""
    name = registry.put(repository, "1", samples.hello())
    ok(corten("pull", name, timeout=30))
    return name


def test_skopeo_reads_our_store_in_place(pulled: str, corten: Corten, tmp_path: Path) -> None:
    seen = json.loads(skopeo("inspect", f"oci:{corten.root}:{pulled}"))
    assert seen["Digest"] == samples.hello().manifest.digest
    skopeo("copy", f"oci:{corten.root}:{pulled}", f"oci:{tmp_path}/copy:it")


def test_umoci_unpacks_our_store_in_place(pulled: str, corten: Corten, tmp_path: Path) -> None:
    # umoci takes the whole name with its tag: what stands behind the first colon is the name.
    listed = umoci("ls", "--layout", str(corten.root))
    assert pulled in listed.out.split(), listed.err
    done = umoci("unpack", "--rootless", "--image", f"{corten.root}:{pulled}", str(tmp_path / "bundle"))
    assert done.code == 0, done.err
    rootfs = tmp_path / "bundle/rootfs"
    assert {name: (rootfs / name).read_bytes() for name in samples.HELLO_FILES} == samples.HELLO_FILES
    assert not [name for name in samples.HELLO_ABSENT if (rootfs / name).exists()]
    assert_sound(corten)


def test_a_layout_made_by_umoci_is_loaded(corten: Corten, tmp_path: Path) -> None:
    layout, name = tmp_path / "layout", "example.com/made/by-umoci:1"

    def do(*words: str) -> None:
        done = umoci(*words)
        assert done.code == 0, done.err

    do("init", "--layout", str(layout))
    do("new", "--image", f"{layout}:{name}")
    do("unpack", "--rootless", "--image", f"{layout}:{name}", str(tmp_path / "bundle"))
    (tmp_path / "bundle/rootfs/file").write_text("from umoci\n")
    do("repack", "--image", f"{layout}:{name}", str(tmp_path / "bundle"))
    (tmp_path / "bundle/rootfs/file").unlink()
    (tmp_path / "bundle/rootfs/second").write_text("in its second layer\n")
    do("repack", "--refresh-bundle", "--image", f"{layout}:{name}", str(tmp_path / "bundle"))
    ok(corten("load", "-i", str(layout), timeout=30))
    assert name in names_in(corten)
    files = files_of(corten, name)
    assert files["second"] == b"in its second layer\n"
    assert_sound(corten)


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
def test_skopeo_reads_what_we_save(form: str, pulled: str, corten: Corten, tmp_path: Path) -> None:
    archive = tmp_path / "saved.tar"
    ok(corten("save", "--format", form, "-o", str(archive), pulled, timeout=30))
    skopeo("copy", f"{form}:{archive}", f"oci:{tmp_path}/copy:it")
    seen = json.loads(skopeo("inspect", "--config", f"oci:{tmp_path}/copy:it"))
    assert seen["config"]["Cmd"] == ["/bin/hello"]
    assert len(seen["rootfs"]["diff_ids"]) == 3


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
@pytest.mark.parametrize("how", ["file", "stdin"])
def test_we_load_what_skopeo_writes(form: str, compression: str, how: str, corten: Corten, tmp_path: Path) -> None:
    image, archive = samples.hello(), tmp_path / "archive.tar"
    layout = samples.write_layout(tmp_path / "layout", {"it": image})
    skopeo("copy", f"oci:{layout}:it", f"{form}:{archive}:example.com/hello:1")
    if compression != "none":
        packed = archive.with_suffix(".packed")
        with open(archive, "rb") as source, open(packed, "wb") as target:
            subprocess.run([compression, "-c"], stdin=source, stdout=target, check=True, timeout=20)
        archive = packed
    if how == "file":
        out = ok(corten("load", "-i", str(archive), timeout=30))
    else:
        with open(archive, "rb") as source:
            done = subprocess.run(
                [str(corten.binary), "--root", str(corten.root), "--run-root", str(corten.run_root), "load"],
                stdin=source, capture_output=True, text=True, timeout=30, env=corten.environment(), check=False,
            )
        assert done.returncode == 0, done.stderr
        out = done.stdout
    assert "example.com/hello:1" in out
    # skopeo writes a docker-archive with a config of its own making.
    assert len(image_ids(corten)) == 1
    if form == "oci-archive":
        assert names_in(corten)["example.com/hello:1"] == image.manifest.digest
    files = files_of(corten, "example.com/hello:1")
    assert {path: files[path] for path in samples.HELLO_FILES} == samples.HELLO_FILES
    assert_sound(corten)


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
def test_save_and_load_keep_the_image(form: str, pulled: str, corten: Corten, another: Callable[[], Corten],
                                      tmp_path: Path) -> None:
    archive, other = tmp_path / "saved.tar", another()
    ok(corten("save", "--format", form, "-o", str(archive), pulled, timeout=30))
    ok(other("load", "-i", str(archive), timeout=30))
    assert image_ids(other) == image_ids(corten)
    if form == "oci-archive":
        assert names_in(other)[pulled] == names_in(corten)[pulled]
    assert_sound(other)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name, which podman and sockets want."""
    made = Path(tempfile.mkdtemp(prefix="eng-"))
    yield made
    services.clear(made)


@pytest.fixture
def docker(place: Path) -> Iterator[list[str]]:
    """Docker's command line with a daemon of our own."""
    client, daemon = needs("docker"), needs("dockerd")
    if os.geteuid() != 0:
        pytest.skip("needs root, as dockerd does")
    command = [client, "--host", f"unix://{place}/docker.sock"]
    settings = place / "daemon.json"
    settings.write_text("{}")
    process = services.start(
        [daemon, "--host", command[2], "--data-root", f"{place}/data", "--exec-root", f"{place}/run",
         "--pidfile", f"{place}/pid", "--config-file", str(settings), "--storage-driver", "vfs", "--bridge", "none",
         "--iptables=false", "--ip-forward=false"],
        place / "log",
        lambda: subprocess.run([*command, "version"], capture_output=True, timeout=20, check=False).returncode == 0)
    yield command
    services.stop(process)


def test_podman_loads_what_we_save(pulled: str, corten: Corten, tmp_path: Path, place: Path) -> None:
    podman = needs("podman")
    ok(corten("save", "-o", str(tmp_path / "saved.tar"), pulled, timeout=30))
    store = ["--root", str(place / "storage"), "--runroot", str(place / "run"), "--storage-driver", "vfs"]
    done = subprocess.run([podman, *store, "load", "-i", str(tmp_path / "saved.tar")], capture_output=True, text=True,
                          timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    back = tmp_path / "back.tar"
    subprocess.run([podman, *store, "save", "-o", str(back), pulled], check=True, capture_output=True, timeout=50)
    ok(corten("rmi", pulled))
    ok(corten("load", "-i", str(back), timeout=30))
    assert files_of(corten, pulled)["etc/version"] == b"1\n"


def test_docker_loads_what_we_save(docker: list[str], pulled: str, corten: Corten, tmp_path: Path) -> None:
    archive, back = tmp_path / "saved.tar", tmp_path / "back.tar"
    ok(corten("save", "-o", str(archive), pulled, timeout=30))
    subprocess.run([*docker, "load", "-i", str(archive)], check=True, capture_output=True, timeout=50)
    subprocess.run([*docker, "save", "-o", str(back), pulled], check=True, capture_output=True, timeout=50)
    ok(corten("rmi", pulled))
    ok(corten("load", "-i", str(back), timeout=30))
    assert files_of(corten, pulled)["etc/version"] == b"1\n"


def test_the_store_may_be_moved(pulled: str, corten: Corten, tmp_path: Path) -> None:
    # Nothing in it depends on where it is: air-gapped sites carry stores about.
    shutil.move(corten.root, tmp_path / "moved")
    corten.root = tmp_path / "moved"
    assert files_of(corten, pulled)["etc/version"] == b"1\n"
    assert_sound(corten)
