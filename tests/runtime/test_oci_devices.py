"""config-linux.md, "Devices" and "Default Devices"; config.md, "Default Filesystems" and symbolic links of /dev."""

import os
import stat
from typing import Any

import pytest

from bundle import Bundle, mount
from engine import Runtime

_DEFAULT = {"null": "1:3", "zero": "1:5", "full": "1:7", "random": "1:8", "urandom": "1:9", "tty": "5:0"}


def test_default_devices(runtime: Runtime, bundle: Bundle) -> None:
    names = list(_DEFAULT)
    [answer] = runtime.ask(bundle, "stat " + " ".join(f"/dev/{name}" for name in names))
    for name, line in zip(names, answer.splitlines()):
        kind, mode, uid, gid, number, _ = line.split()
        assert (kind, mode, uid, gid, number) == ("char", "0666", "0", "0", _DEFAULT[name]), name


def test_default_devices_work(runtime: Runtime, bundle: Bundle) -> None:
    answers = runtime.ask(bundle, "try-write /dev/null x", "try-write /dev/full x", "try-read /dev/zero",
                          "try-read /dev/urandom")
    assert answers == ["ok", "ENOSPC", "ok", "ok"]


def test_links(runtime: Runtime, bundle: Bundle) -> None:
    [answer] = runtime.ask(bundle, "readlink /dev/fd /dev/stdin /dev/stdout /dev/stderr /dev/ptmx")
    *streams, ptmx = answer.splitlines()
    assert streams == ["/proc/self/fd", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"]
    assert ptmx in ("pts/ptmx", "/dev/pts/ptmx")


def test_dev_holds_nothing_else(runtime: Runtime, bundle: Bundle) -> None:
    [answer] = runtime.ask(bundle, "ls /dev")
    expected = {*_DEFAULT, "fd", "stdin", "stdout", "stderr", "ptmx", "pts", "shm", "mqueue"}
    assert set(answer.split()) - {"core"} == expected  # /dev/core: an old link to /proc/kcore


def device(path: str, kind: str = "c", major: int = 1, minor: int = 3, **more: Any) -> dict[str, Any]:
    return {"path": path, "type": kind, "major": major, "minor": minor, **more}


def test_further_devices(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["devices"] = [
        device("/dev/mine", major=1, minor=5, fileMode=0o640, uid=7, gid=8),
        device("/dev/deep/er/block", "b", major=7, minor=0, fileMode=0o600, uid=0, gid=0),
        {"path": "/dev/pipe", "type": "p", "fileMode": 0o622, "uid": 1, "gid": 2},
    ]
    bundle.linux["resources"] = {"devices": [{"allow": True, "access": "rwm"}]}
    [answer] = runtime.ask(bundle, "stat /dev/mine /dev/deep/er/block /dev/pipe")
    assert [line.split()[:4] for line in answer.splitlines()] == [
        ["char", "0640", "7", "8"], ["block", "0600", "0", "0"], ["fifo", "0622", "1", "2"]]
    assert [line.split()[4] for line in answer.splitlines()][:2] == ["1:5", "7:0"]


def test_the_mask_of_the_caller_does_not_touch_modes(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["devices"] = [device("/dev/mine", minor=5, fileMode=0o666, uid=0, gid=0)]
    bundle.linux["resources"] = {"devices": [{"allow": True, "access": "rwm"}]}
    runtime.command = ("sh", "-c", "umask 077; exec \"$@\"", "sh", *runtime.command)
    [answer] = runtime.ask(bundle, "stat /dev/mine /dev/null")
    assert [line.split()[1] for line in answer.splitlines()] == ["0666", "0666"]


def test_a_device_outside_dev(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["devices"] = [device("/opt/zero", minor=5, fileMode=0o666, uid=0, gid=0)]
    assert runtime.ask(bundle, "try-read /opt/zero") == ["ok"]


@pytest.mark.known_fault("crun", "1.8 leaves the device out")
def test_an_unknown_type_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["devices"] = [device("/dev/odd", "x")]
    runtime.fails(bundle)


def test_in_a_user_namespace_they_are_the_hosts(runtime: Runtime, bundle: Bundle) -> None:
    """mknod(2) is forbidden there: the devices are bind mounts, and work."""
    bundle.mapped()
    answers = runtime.ask(bundle, "try-write /dev/null x", "try-write /dev/full x", "try-read /dev/urandom",
                          "stat /dev/null")
    assert answers[:3] == ["ok", "ENOSPC", "ok"]
    assert " 1:3 " in answers[3]


def test_a_device_that_is_already_there(runtime: Runtime, bundle: Bundle) -> None:
    """config-linux.md: a file at the path is an error, unless it is the device that was asked for."""
    bundle.spec["mounts"] = [each for each in bundle.mounts if not each["destination"].startswith("/dev")]
    os.mknod(bundle.rootfs / "dev/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    bundle.linux["devices"] = [device("/dev/null", fileMode=0o666, uid=0, gid=0)]
    bundle.linux["resources"] = {"devices": [{"allow": True, "access": "rwm"}]}
    assert runtime.ask(bundle, "try-write /dev/null x") == ["ok"]


def test_dev_from_the_host_is_left_alone(runtime: Runtime, bundle: Bundle) -> None:
    """With /dev bind-mounted nothing is made in it."""
    volume = bundle.path / "dev"
    volume.mkdir()
    os.mknod(volume / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    bundle.spec["mounts"] = [mount("/proc", "proc"),
                             mount("/dev", "none", "bind", source=str(volume))]
    runtime.ask(bundle, "echo started")
    assert os.listdir(volume) == ["null"]


def test_a_new_instance_of_pts(runtime: Runtime, bundle: Bundle) -> None:
    names, info = runtime.ask(bundle, "ls /dev/pts", "stat /dev/pts /dev/pts/ptmx")
    assert names == "ptmx"
    assert info.splitlines()[1].split()[1] == "0666"


@pytest.mark.parametrize("path", ["/dev/shm", "/dev/mqueue"])
def test_shared_memory_and_queues_are_new(runtime: Runtime, bundle: Bundle, path: str) -> None:
    assert runtime.ask(bundle, f"ls {path}") == [""]
