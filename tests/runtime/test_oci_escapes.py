"""Known escapes of other runtimes: descriptors, symbolic links in images, groups, cgroups."""

import os
from pathlib import Path

import pytest

from bundle import Bundle, bind, capabilities, mount
from engine import Runtime


@pytest.fixture
def victim(place: Path) -> Path:
    """A folder of the host that nothing was given of."""
    path = place / "victim"
    path.mkdir()
    (path / "secret").write_text("secret")
    return path


def untouched(victim: Path) -> bool:
    return os.listdir(victim) == ["secret"] and (victim / "secret").read_text() == "secret"


# CVE-2024-21626: a working directory that is a descriptor of the runtime's on the host.
@pytest.mark.parametrize("number", range(3, 13))
def test_a_working_directory_of_the_host(runtime: Runtime, bundle: Bundle, number: int) -> None:
    bundle.process["cwd"] = f"/proc/self/fd/{number}"
    done = runtime.run(bundle.runs("cwd", "ls ../../../../../../../.."))
    assert done.code > 0 or "boot" not in done.out.split() and "usr" not in done.out.split(), done.out


@pytest.mark.parametrize("number", range(3, 13))
def test_a_working_directory_of_the_host_in_exec(runtime: Runtime, bundle: Bundle, number: int) -> None:
    (bundle.rootfs / "link").symlink_to(f"/proc/self/fd/{number}")
    container = runtime.started(bundle)
    for path in (f"/proc/self/fd/{number}", "/link"):
        done = container.exec("/init", "cwd", ",", "ls", "../../../../../../..", flags=("--cwd", path))
        assert done.code > 0 or "boot" not in done.out.split() and "usr" not in done.out.split(), done.out


def test_no_descriptor_leaks(runtime: Runtime, bundle: Bundle, victim: Path) -> None:
    """Neither the caller's nor the runtime's own, in run and in exec."""
    runtime.command = ("sh", "-c", f"exec 7<{victim} 9<{victim}/secret; exec \"$@\"", "sh", *runtime.command)
    [answer] = runtime.ask(bundle, "fds")
    assert [line.split()[0] for line in answer.splitlines()] == ["0", "1", "2"]
    bundle.id += "x"
    container = runtime.started(bundle.runs("wait"))
    assert [line.split()[0] for line in container.ask("fds")[0].splitlines()] == ["0", "1", "2"]


# CVE-2021-30465, CVE-2019-19921, CVE-2023-28642: destinations that are symbolic links in the image.
@pytest.mark.parametrize("target", ["{victim}", "../../../../../../../../../../..{victim}"])
def test_a_destination_behind_a_link(runtime: Runtime, bundle: Bundle, place: Path, victim: Path,
                                     target: str) -> None:
    """It is resolved inside the root: there is nothing of the victim there."""
    volume = place / "volume"
    volume.mkdir()
    (bundle.rootfs / "link").symlink_to(target.format(victim=victim))
    bundle.spec["mounts"] += [bind(volume, "/link/below"), mount("/link/tmpfs", "tmpfs")]
    runtime.run(bundle.runs("echo started"))
    assert untouched(victim)


@pytest.mark.parametrize("name,kind", [("proc", "proc"), ("sys", "sysfs")])
def test_proc_and_sys_as_links(runtime: Runtime, bundle: Bundle, victim: Path, name: str, kind: str) -> None:
    bundle.folder("elsewhere")
    (bundle.rootfs / name).rmdir()
    (bundle.rootfs / name).symlink_to("/elsewhere")
    done = runtime.run(bundle.runs("mounts"))
    assert done.code > 0 or runtime.name != "corten"
    if name == "proc" and done.code == 0:  # never a /proc that is not the kernel's
        assert f"- {kind} " in done.out
    assert untouched(victim)


@pytest.mark.known_fault("runc", "1.1 makes the links of /dev through it")
def test_dev_as_a_link(runtime: Runtime, bundle: Bundle, victim: Path) -> None:
    (bundle.rootfs / "dev").rmdir()
    (bundle.rootfs / "dev").symlink_to(victim)
    runtime.run(bundle.runs("echo started"))
    assert untouched(victim)


# CVE-2025-31133: what is bound over masked paths is the real /dev/null, or nothing is.
@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_false_null_device(runtime: Runtime, bundle: Bundle, victim: Path, kind: str) -> None:
    bundle.spec["mounts"] = [each for each in bundle.mounts if not each["destination"].startswith("/dev")]
    if kind == "link":
        (bundle.rootfs / "dev/null").symlink_to("/proc/sys/kernel/core_pattern")
    else:
        bundle.file("dev/null", "false")
    bundle.linux["maskedPaths"] = ["/proc/keys"]
    done = runtime.run(bundle.runs("cat /proc/keys", "try-write /proc/keys x"))
    if done.code == 0:
        shown = done.out.split("\x1e\n")[0]
        assert shown in ("", "error: EACCES\n"), shown
    assert untouched(victim)


# CVE-2025-52565: the terminal is bound over /dev/console, wherever that leads.
def test_a_false_console(runtime: Runtime, bundle: Bundle, victim: Path, place: Path) -> None:
    bundle.spec["mounts"] = [each for each in bundle.mounts if not each["destination"].startswith("/dev")]
    (bundle.rootfs / "dev/console").symlink_to(victim / "secret")
    bundle.process["terminal"] = True
    bundle.write()
    runtime("create", "--console-socket", str(place / "none"), "--bundle", str(bundle.path), bundle.id)
    runtime("delete", "--force", bundle.id)
    assert untouched(victim)


# CVE-2022-36109, CVE-2023-25173: groups of whoever called the runtime.
def test_no_group_of_the_caller(runtime: Runtime, bundle: Bundle) -> None:
    runtime.command = ("setpriv", "--groups=77,78", *runtime.command)
    container = runtime.started(bundle.runs("id", "wait"))
    assert container.answers(1)[0].splitlines()[2:] == []
    assert container.ask("id")[0].splitlines()[2:] == []


# CVE-2022-0492: release_agent of a version 1 hierarchy.
def test_no_cgroup_can_be_mounted(runtime: Runtime, bundle: Bundle) -> None:
    bundle.namespace("cgroup")
    bundle.mounts.append(mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"))
    bundle.folder("mnt")
    answers = runtime.ask(bundle, "try-mount cgroup /mnt cgroup 0", "try-unshare 0x10000000",
                          "try-write /sys/fs/cgroup/memory/release_agent /x",
                          "try-write /sys/fs/cgroup/memory/cgroup.procs 1", "try-mkdir /sys/fs/cgroup/pids/x")
    assert answers[0] == "EPERM"
    assert answers[2] in ("EROFS", "ENOENT", "EACCES")
    assert answers[3] in ("EROFS", "ENOENT")
    assert answers[4] in ("EROFS", "ENOENT")


def test_nothing_of_the_kernel_can_be_changed(runtime: Runtime, bundle: Bundle) -> None:
    """With Docker's capabilities and lists of paths."""
    bundle.linux["readonlyPaths"] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    tries = ["try-write /proc/sysrq-trigger h", "try-write /proc/sys/kernel/core_pattern x", "try-umount /proc",
             "try-mount none /tmp tmpfs 0", "try-sethostname x", "try-call 175 0 0 0", "try-call 169 0 0 0",
             "try-write /sys/kernel/uevent_helper /x"]
    answers = runtime.ask(bundle, *tries)
    assert set(answers) <= {"EROFS", "EPERM", "EACCES", "ENOENT", "ENOSYS"}, dict(zip(tries, answers))


def test_the_runtime_does_not_wait_on_the_container(runtime: Runtime, bundle: Bundle) -> None:
    """A process that the container cannot trace: neither memory nor descriptors of exec are open to it."""
    bundle.process["capabilities"] = capabilities()
    container = runtime.started(bundle)
    names, opened = container.ask("ls /proc", "try-open /proc/1/mem rw")
    assert [name for name in names.split() if name.isdigit()][0] == "1"
    assert opened in ("ok", "EACCES", "EPERM")
