"""Kernels and sandboxes without the newest calls: each answers ENOSYS in turn, and everything goes on."""

from pathlib import Path

import pytest

from bundle import Bundle, bind
from engine import Runtime

# Of x86_64; the same numbers on every architecture since 5.0, when tables were joined.
_CALLS = {"pidfd_open": 434, "open_tree": 428, "move_mount": 429, "fsopen": 430, "clone3": 435, "close_range": 436,
          "openat2": 437, "mount_setattr": 442}


@pytest.mark.parametrize("name", _CALLS)
def test_without(runtime: Runtime, bundle: Bundle, init: Path, place: Path, name: str) -> None:
    (place / "volume").mkdir()
    bundle.mounts.append(bind(place / "volume", "/mnt", "rbind", "ro", "nosuid"))
    bundle.linux["maskedPaths"] = ["/proc/keys", "/sys/firmware"]
    bundle.linux["readonlyPaths"] = ["/proc/sys"]
    bundle.spec["root"]["readonly"] = True
    runtime.command = (str(init), "without", str(_CALLS[name]), *runtime.command)
    container = runtime.started(bundle.runs("fds", "try-create /mnt/x", "try-write /proc/sys/kernel/shmmax 1",
                                            "try-call 39", "wait"))
    fds, made, written, called = container.answers(4)
    assert [line.split()[0] for line in fds.splitlines()] == ["0", "1", "2"]
    assert (made, written, called) == ("EROFS", "EROFS", "ok")
    assert container.ask("cat /proc/keys") == [""]
    container.delete("--force")
    assert runtime.containers() == []


def test_the_launcher_works(runtime: Runtime, bundle: Bundle, init: Path) -> None:
    """The filter is there inside too: the call above did fail."""
    runtime.command = (str(init), "without", str(_CALLS["openat2"]), *runtime.command)
    assert runtime.ask(bundle, f"try-call {_CALLS['openat2']}") == ["ENOSYS"]
