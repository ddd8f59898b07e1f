"""config.md, "Mounts": what is mounted where, in which order, from where."""

from pathlib import Path

import pytest

import mountinfo
from bundle import Bundle, bind, mount
from engine import V2, Runtime


@pytest.fixture
def volume(place: Path) -> Path:
    """A folder of the host with a file and a folder."""
    path = place / "volume"
    (path / "sub").mkdir(parents=True)
    (path / "file").write_text("of the host")
    return path


def test_a_folder_of_the_host(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    bundle.mounts.append(bind(volume, "/mnt"))
    text, made = runtime.ask(bundle, "cat /mnt/file", "try-create /mnt/new x")
    assert (text, made) == ("of the host", "ok")
    assert (volume / "new").read_text() == "x"


def test_a_file_of_the_host(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    """The file to mount it on is made, with the folders above it."""
    bundle.mounts.append(bind(volume / "file", "/a/b/c", "bind", "ro"))
    text, written, info = runtime.ask(bundle, "cat /a/b/c", "try-write /a/b/c x", "stat /a/b /a/b/c")
    assert (text, written) == ("of the host", "EROFS")
    assert [line.split()[0] for line in info.splitlines()] == ["directory", "file"]


def test_a_missing_source_is_named(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    bundle.mounts.append(bind(volume / "nothing", "/mnt"))
    assert "nothing" in runtime.fails(bundle) or runtime.name == "crun"  # which names the destination only


def test_a_relative_source_is_of_the_bundle(runtime: Runtime, bundle: Bundle) -> None:
    (bundle.path / "data").mkdir()
    (bundle.path / "data/file").write_text("of the bundle")
    bundle.mounts.append(bind(Path("data"), "/mnt"))
    assert runtime.ask(bundle, "cat /mnt/file") == ["of the bundle"]


def test_mounts_are_made_in_their_order(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    (volume / "sub/deep").write_text("deep")
    bundle.spec["mounts"] += [mount("/mnt", "tmpfs"), bind(volume, "/mnt/a"), mount("/mnt/a/sub", "tmpfs"),
                      bind(volume / "sub", "/mnt/a/sub/again")]
    names, text = runtime.ask(bundle, "ls /mnt/a/sub", "cat /mnt/a/sub/again/deep")
    assert (names, text) == ("again", "deep")


def test_a_later_mount_covers_an_earlier_one(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    bundle.spec["mounts"] += [bind(volume, "/mnt"), mount("/mnt", "tmpfs")]
    assert runtime.ask(bundle, "ls /mnt") == [""]


@pytest.mark.parametrize("option,seen", [("bind", ""), ("rbind", "inner")])
def test_what_is_mounted_below_the_source(runtime: Runtime, bundle: Bundle, volume: Path, option: str,
                                          seen: str) -> None:
    runtime.setup = f"mount -t tmpfs none {volume}/sub; touch {volume}/sub/inner"
    bundle.mounts.append(bind(volume, "/mnt", option))
    assert runtime.ask(bundle, "ls /mnt/sub") == [seen]


def test_a_destination_with_spaces(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    bundle.mounts.append(bind(volume, "/with a space/ünd mehr"))
    assert runtime.ask(bundle, "ls '/with a space/ünd mehr'") == ["file\nsub"]


def test_a_source_without_type(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    """config.md: with "bind" among the options the type is ignored, and need not be there."""
    bundle.mounts.append({"destination": "/mnt", "source": str(volume), "options": ["bind"]})
    assert runtime.ask(bundle, "ls /mnt") == ["file\nsub"]


def test_data_of_a_file_system(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mounts.append(mount("/mnt", "tmpfs", "size=1m", "mode=711", "nr_inodes=100"))
    mounted, info = runtime.ask(bundle, "mounts", "stat /mnt")
    found = mountinfo.at(mounted, "/mnt")
    assert {"size=1024k", "nr_inodes=100"} <= found.data
    assert info.split()[1] == "0711"


def test_wrong_data_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mounts.append(mount("/mnt", "tmpfs", "size=many"))
    assert "/mnt" in runtime.fails(bundle) or runtime.name == "crun"


def test_an_unknown_file_system_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mounts.append(mount("/mnt", "no-such-fs"))
    message = runtime.fails(bundle)
    assert "no-such-fs" in message or "no such device" in message.lower()


def test_a_relative_destination_is_below_the_root(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    """Later texts forbid it for new bundles; runtimes warn and take it as they always did."""
    bundle.mounts.append(bind(volume, "mnt"))
    assert runtime.ask(bundle, "ls /mnt") == ["file\nsub"]


def test_tmpcopyup(runtime: Runtime, bundle: Bundle) -> None:
    """What the image has at the destination is in the new tmpfs."""
    bundle.file("data/file", "of the image", mode=0o640)
    bundle.folder("data/sub/deep")
    (bundle.rootfs / "data/link").symlink_to("file")
    bundle.mounts.append(mount("/data", "tmpfs", "tmpcopyup"))
    text, info, made, names = runtime.ask(bundle, "cat /data/link", "stat /data/file /data/sub/deep /data/link",
                                          "try-create /data/new", "ls /data")
    assert (text, made, names) == ("of the image", "ok", "file\nlink\nnew\nsub")
    assert [line.split()[0] for line in info.splitlines()] == ["file", "directory", "symlink"]
    assert info.split()[1] == "0640"
    assert not (bundle.rootfs / "data/new").exists()


def test_the_cgroup_file_system(runtime: Runtime, bundle: Bundle) -> None:
    """Read-only, and in a cgroup namespace only one's own part of it."""
    bundle.namespace("cgroup")
    bundle.mounts.append(mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"))
    names, made, shown = runtime.ask(bundle, "ls /sys/fs/cgroup",
                                     f"try-mkdir /sys/fs/cgroup/{'' if V2 else 'pids/'}x", "cat /proc/self/cgroup")
    assert ({"pids.max", "memory.max"} if V2 else {"pids", "memory"}) <= set(names.split())
    assert made == "EROFS"
    assert all(line.endswith(":/") or line.startswith("0::") for line in shown.splitlines())


@pytest.mark.known_fault("crun", "1.8 mounts it")
@pytest.mark.parametrize("destination", ["/proc", "/proc/self", "/proc/sys", "/proc/1/attr"])
def test_a_folder_over_proc_is_refused(runtime: Runtime, bundle: Bundle, volume: Path, destination: str) -> None:
    """It would make the runtime write into files of the container's choice instead of its own /proc."""
    bundle.mounts.append(bind(volume, destination))
    runtime.fails(bundle)
