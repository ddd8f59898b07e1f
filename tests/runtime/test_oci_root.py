"""config.md, "Root", and config-linux.md, "Rootfs Mount Propagation"."""

import os
import re

import pytest

from bundle import Bundle, mount
from engine import Runtime


def mount_line(answer: str, point: str) -> list[str]:
    """The fields of the topmost mount at `point` in a mountinfo."""
    found = [line.split() for line in answer.splitlines() if line.split()[4] == point]
    assert found, f"nothing is mounted at {point}:\n{answer}"
    return found[-1]


@pytest.mark.parametrize("readonly,expected", [(True, "EROFS"), (False, "ok")])
def test_readonly(runtime: Runtime, bundle: Bundle, readonly: bool, expected: str) -> None:
    bundle.spec["root"]["readonly"] = readonly
    made, mounted, scratch = runtime.ask(bundle, "try-create /file", "mounts", "try-create /dev/shm/file")
    assert (made, scratch) == (expected, "ok")
    assert mount_line(mounted, "/")[5].split(",")[0] == ("ro" if readonly else "rw")


def test_the_path_may_be_absolute(runtime: Runtime, bundle: Bundle) -> None:
    elsewhere = bundle.path.parent / "elsewhere"
    bundle.rootfs.rename(elsewhere)
    bundle.spec["root"]["path"] = str(elsewhere)
    assert runtime.ask(bundle, "echo here") == ["here"]


def test_a_missing_rootfs_is_named(runtime: Runtime, bundle: Bundle) -> None:
    bundle.spec["root"]["path"] = "not-there"
    assert "not-there" in runtime.fails(bundle)


def test_a_rootfs_that_is_a_file_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    (bundle.path / "file").touch()
    bundle.spec["root"]["path"] = "file"
    runtime.fails(bundle)


def test_a_spec_without_root_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    del bundle.spec["root"]
    assert "root" in runtime.fails(bundle).lower()


def test_nothing_of_the_host_is_mounted(runtime: Runtime, bundle: Bundle) -> None:
    [answer] = runtime.ask(bundle, "mounts")
    points = [line.split()[4] for line in answer.splitlines()]
    assert points[0] == "/"
    expected = {each["destination"] for each in bundle.mounts}
    # /dev/console belongs to a terminal only, default masks to nobody here.
    assert set(points[1:]) == expected


def test_the_old_root_is_out_of_reach(runtime: Runtime, bundle: Bundle) -> None:
    """Even with chroot and "..": the root was changed by pivot_root."""
    bundle.process["capabilities"]["bounding"].append("CAP_SYS_ADMIN")
    marker = bundle.path / "outside"
    marker.write_text("secret")
    bundle.folder("deep")
    climb = "/proc/self/cwd/" + "../" * 30
    answers = runtime.ask(bundle, "try-chroot /deep", f"ls {climb}".replace("/proc/self/cwd/", ""), "ls ..")
    assert answers[0] == "ok"
    assert set(answers[1].split()) <= {"deep", "dev", "etc", "init", "proc", "sys", "tmp"}
    assert answers[2].split() == answers[1].split()


def test_no_pivot(runtime: Runtime, bundle: Bundle) -> None:
    """--no-pivot, for a root that lies in a ramdisk."""
    bundle.runs("ls /", "cwd")
    done = runtime.run(bundle, "--no-pivot")
    assert done.code == 0, done.err
    assert "init" in done.out.split()


@pytest.mark.parametrize("propagation", ["private", "rprivate", "slave", "rslave"])
def test_a_root_that_tells_nobody(runtime: Runtime, bundle: Bundle, propagation: str) -> None:
    assert not re.search("shared|unbindable", propagation_of_root(runtime, bundle, propagation))


@pytest.mark.known_fault("runc", "1.1 sets it before the root is changed, which then is private")
@pytest.mark.parametrize("propagation", ["shared", "unbindable"])
def test_a_root_of_another_propagation(runtime: Runtime, bundle: Bundle, propagation: str) -> None:
    assert propagation in propagation_of_root(runtime, bundle, propagation)


def propagation_of_root(runtime: Runtime, bundle: Bundle, wish: str) -> str:
    """The optional fields of its line, where the rootfs lies on a shared mount."""
    place = bundle.path.parent
    runtime.setup = f"mount --bind {place} {place}; mount --make-shared {place}"
    bundle.linux["rootfsPropagation"] = wish
    [answer] = runtime.ask(bundle, "mounts")
    return " ".join(mount_line(answer, "/")[6:]).split("- ")[0]


@pytest.mark.known_fault("crun", "1.8 ignores it")
def test_an_unknown_propagation_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["rootfsPropagation"] = "sideways"
    assert "sideways" in runtime.fails(bundle)


def test_the_rootfs_is_left_as_it_was(runtime: Runtime, bundle: Bundle) -> None:
    """What the runtime mounts does not stay on the host."""
    bundle.mounts.append(mount("/tmp", "tmpfs"))
    runtime.ask(bundle, "try-create /tmp/file")
    assert os.listdir(bundle.rootfs / "tmp") == []
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        assert str(bundle.rootfs) not in file.read()
