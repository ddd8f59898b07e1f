"""config.md, "Linux mount options": every option of the table, and its opposite after it."""

from pathlib import Path

import pytest

import mountinfo
from bundle import Bundle, bind, mount
from engine import Runtime

# Option -> what mountinfo then says of the mount.
_ON = {"ro": "ro", "rw": "rw", "nosuid": "nosuid", "nodev": "nodev", "noexec": "noexec", "noatime": "noatime",
       "nodiratime": "nodiratime", "relatime": "relatime"}
_OFF = {"rw": ("ro", "ro"), "suid": ("nosuid", "nosuid"), "dev": ("nodev", "nodev"), "exec": ("noexec", "noexec"),
        "atime": ("noatime", "noatime"), "diratime": ("nodiratime", "nodiratime")}
_RECURSIVE = {"rro": "ro", "rnosuid": "nosuid", "rnodev": "nodev", "rnoexec": "noexec", "rnoatime": "noatime",
              "rnodiratime": "nodiratime"}
# mount_setattr(2) wants the field of access times cleared before it is set.
_NOT_IN_CRUN = pytest.mark.known_fault("crun", "1.8 calls mount_setattr wrongly for access times")


@pytest.fixture
def volume(place: Path) -> Path:
    path = place / "volume"
    (path / "sub").mkdir(parents=True)
    return path


@pytest.mark.parametrize("option", _ON)
def test_of_a_new_file_system(runtime: Runtime, bundle: Bundle, option: str) -> None:
    bundle.mounts.append(mount("/mnt", "tmpfs", option))
    [answer] = runtime.ask(bundle, "mounts")
    assert _ON[option] in mountinfo.at(answer, "/mnt").options


@pytest.mark.parametrize("option", _ON)
def test_of_a_folder(runtime: Runtime, bundle: Bundle, volume: Path, option: str) -> None:
    bundle.mounts.append(bind(volume, "/mnt", "bind", option))
    [answer] = runtime.ask(bundle, "mounts")
    assert _ON[option] in mountinfo.at(answer, "/mnt").options


@pytest.mark.known_fault("crun", "1.8 only adds options")
@pytest.mark.parametrize("option", _OFF)
def test_the_later_of_two_wins(runtime: Runtime, bundle: Bundle, option: str) -> None:
    before, gone = _OFF[option]
    bundle.mounts.append(mount("/mnt", "tmpfs", before, option))
    [answer] = runtime.ask(bundle, "mounts")
    assert gone not in mountinfo.at(answer, "/mnt").options


def test_strictatime(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mounts.append(mount("/mnt", "tmpfs", "strictatime"))
    [answer] = runtime.ask(bundle, "mounts")
    assert not {"noatime", "relatime"} & mountinfo.at(answer, "/mnt").options


@pytest.mark.parametrize("option", ["sync", "dirsync", "lazytime"])
def test_of_the_file_system_itself(runtime: Runtime, bundle: Bundle, option: str) -> None:
    bundle.mounts.append(mount("/mnt", "tmpfs", option))
    [answer] = runtime.ask(bundle, "mounts")
    assert option in mountinfo.at(answer, "/mnt").data


@pytest.mark.known_fault("runc", "1.1 takes the word for one of the file system's")
def test_defaults_are_no_option(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mounts.append(mount("/mnt", "tmpfs", "defaults", "nodev"))
    [answer] = runtime.ask(bundle, "mounts")
    assert "nodev" in mountinfo.at(answer, "/mnt").options


def test_ro_is_not_recursive(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    runtime.setup = f"mount -t tmpfs none {volume}/sub"
    bundle.mounts.append(bind(volume, "/mnt", "rbind", "ro"))
    above, below = runtime.ask(bundle, "try-create /mnt/x", "try-create /mnt/sub/x")
    assert (above, below) == ("EROFS", "ok")


@pytest.mark.known_fault("runc", "1.1 has no recursive options")
@pytest.mark.parametrize("option", [pytest.param(each, marks=_NOT_IN_CRUN if "atime" in each or "dir" in each else ())
                                    for each in _RECURSIVE])
def test_recursive(runtime: Runtime, bundle: Bundle, volume: Path, option: str) -> None:
    runtime.setup = f"mount -t tmpfs none {volume}/sub; mkdir {volume}/sub/x; mount -t tmpfs none {volume}/sub/x"
    bundle.mounts.append(bind(volume, "/mnt", "rbind", option))
    [answer] = runtime.ask(bundle, "mounts")
    for point in ("/mnt", "/mnt/sub", "/mnt/sub/x"):
        assert _RECURSIVE[option] in mountinfo.at(answer, point).options, point


@pytest.mark.known_fault("runc", "1.1 has no recursive options")
def test_recursive_and_back(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    """Read-only below, writable at the top."""
    runtime.setup = f"mount -t tmpfs -o ro none {volume}/sub"
    bundle.mounts.append(bind(volume, "/mnt", "rbind", "rrw"))
    above, below = runtime.ask(bundle, "try-create /mnt/x", "try-create /mnt/sub/x")
    assert above == "ok"
    assert below in ("ok", "EROFS")  # the file system itself may have been made read-only


def test_what_the_options_are_for(runtime: Runtime, bundle: Bundle) -> None:
    """The kernel enforces them: a program is not executed, a device not opened."""
    bundle.file("data/tool").write_bytes((bundle.rootfs / "init").read_bytes())
    (bundle.rootfs / "data/tool").chmod(0o755)
    bundle.mounts.append(bind(bundle.rootfs / "data", "/mnt", "bind", "noexec", "nodev"))
    program, made, opened = runtime.ask(bundle, "try-exec /mnt/tool echo ran", "try-mknod /mnt/null c 1 3",
                                        "try-open /mnt/null r")
    assert (program, made, opened) == ("EACCES", "ok", "EACCES")
