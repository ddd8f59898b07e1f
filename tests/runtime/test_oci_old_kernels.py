"""Kernels and sandboxes without the newest calls: each answers ENOSYS in turn, and everything goes on.

What has no fallback says so: recursive mount attributes need mount_setattr.
"""

from pathlib import Path

import pytest

from bundle import Bundle, bind
from engine import Runtime
from rootless import OLD_CALLS, without



@pytest.mark.parametrize("name", [*OLD_CALLS, "all"])
def test_without(runtime: Runtime, bundle: Bundle, init: Path, place: Path, name: str) -> None:
    (place / "volume").mkdir()
    bundle.mounts.append(bind(place / "volume", "/mnt", "rbind", "ro", "nosuid"))
    bundle.linux["maskedPaths"] = ["/proc/keys", "/sys/firmware"]
    bundle.linux["readonlyPaths"] = ["/proc/sys"]
    bundle.spec["root"]["readonly"] = True
    runtime.command = (*without(init, name), *runtime.command)
    container = runtime.started(bundle.runs("fds", "try-create /mnt/x", "try-write /proc/sys/kernel/shmmax 1",
                                            "try-call 39", "wait"))
    fds, made, written, called = container.answers(4)
    assert [line.split()[0] for line in fds.splitlines()] == ["0", "1", "2"]
    assert (made, written, called) == ("EROFS", "EROFS", "ok")
    assert container.status == "running"
    assert container.ask("cat /proc/keys") == [""]
    container.kill()
    container.wait_for("stopped")
    container.delete()
    assert runtime.containers() == []


@pytest.mark.parametrize("name", [*OLD_CALLS, "all"])
def test_a_user_namespace_without(runtime: Runtime, bundle: Bundle, init: Path, place: Path, name: str) -> None:
    """Bind mounts are then taken before the user namespace is entered."""
    (place / "volume").mkdir(mode=0o755)
    (place / "volume/file").write_text("shown")
    bundle.mapped()
    bundle.mounts.append(bind(place / "volume", "/mnt", "bind", "ro"))
    runtime.command = (*without(init, name), *runtime.command)
    container = runtime.started(bundle.runs("cat /mnt/file", "cat /proc/self/uid_map", "wait"))
    text, uid_map = container.answers(2)
    assert text == "shown"
    assert uid_map.split()[1] == "100000"
    assert container.ask("id")[0].startswith("0 0 0")
    container.delete("--force")
    assert runtime.containers() == []


def test_the_launcher_works(runtime: Runtime, bundle: Bundle, init: Path) -> None:
    """The filter is there inside too: the call above did fail."""
    runtime.command = (*without(init, "openat2"), *runtime.command)
    assert runtime.ask(bundle, f"try-call {OLD_CALLS['openat2']}") == ["ENOSYS"]
