"""config.md, "Linux mount options": propagation of single mounts, seen from inside and at work."""

import subprocess
from pathlib import Path

import pytest

import mountinfo
from bundle import Bundle, bind
from engine import Runtime, wait_until


@pytest.fixture
def volume(runtime: Runtime, place: Path) -> Path:
    """A shared mount, in the mount namespace that the runtime starts in."""
    path = place / "volume"
    path.mkdir()
    runtime.setup = f"mount -t tmpfs none {path}; mount --make-shared {path}; mkdir {path}/later"
    return path


@pytest.mark.parametrize("option,shared,slave", [
    ("private", False, False), ("rprivate", False, False), ("slave", False, True), ("rslave", False, True),
    ("shared", True, None), ("rshared", True, None),
])
def test_seen_from_inside(runtime: Runtime, bundle: Bundle, volume: Path, option: str, shared: bool,
                          slave: bool) -> None:
    bundle.linux["rootfsPropagation"] = "rshared" if shared else "rslave"
    bundle.mounts.append(bind(volume, "/mnt", "rbind", option))
    [answer] = runtime.ask(bundle, "mounts")
    found = mountinfo.at(answer, "/mnt").propagation
    assert ("shared" in found) == shared, found
    assert slave is None or ("master" in found) == slave, found


@pytest.mark.known_fault("crun", "1.8 leaves it private")
@pytest.mark.parametrize("option", ["unbindable", "runbindable"])
def test_unbindable(runtime: Runtime, bundle: Bundle, volume: Path, option: str) -> None:
    bundle.mounts.append(bind(volume, "/mnt", "rbind", option))
    [answer] = runtime.ask(bundle, "mounts")
    assert "unbindable" in mountinfo.at(answer, "/mnt").propagation


@pytest.mark.parametrize("option,arrives", [("rslave", True), ("rprivate", False)])
def test_a_later_mount_of_the_host(runtime: Runtime, bundle: Bundle, volume: Path, option: str,
                                   arrives: bool) -> None:
    bundle.linux["rootfsPropagation"] = "rslave"
    bundle.mounts.append(bind(volume, "/mnt", "rbind", option))
    bundle.runs("try-create /mnt/ready", "await /mnt/go", "mounts")
    running = runtime.begin_run(bundle)
    inside = ["nsenter", f"--mount=/proc/{running.process.pid}/ns/mnt"]
    exists = lambda name: subprocess.run([*inside, "test", "-e", str(volume / name)], check=False).returncode == 0
    wait_until(lambda: exists("ready"), "the container")
    subprocess.run([*inside, "mount", "-t", "tmpfs", "later", str(volume / "later")], check=True)
    subprocess.run([*inside, "touch", str(volume / "go")], check=True)
    done = running.wait()
    assert done.code == 0, done.err
    assert ("/mnt/later" in done.out) == arrives


def test_by_default_nothing_travels_to_the_host(runtime: Runtime, bundle: Bundle, volume: Path) -> None:
    bundle.process["capabilities"]["bounding"].append("CAP_SYS_ADMIN")
    for each in ("effective", "permitted"):
        bundle.process["capabilities"][each].append("CAP_SYS_ADMIN")
    bundle.mounts.append(bind(volume, "/mnt", "rbind"))
    bundle.runs("try-mount none /mnt/later tmpfs 0", "try-create /mnt/ready", "await /mnt/go")
    running = runtime.begin_run(bundle)
    inside = ["nsenter", f"--mount=/proc/{running.process.pid}/ns/mnt"]
    wait_until(lambda: subprocess.run([*inside, "test", "-e", str(volume / "ready")], check=False).returncode == 0,
               "the container")
    seen = subprocess.run([*inside, "cat", "/proc/self/mountinfo"], check=True, capture_output=True, text=True).stdout
    subprocess.run([*inside, "touch", str(volume / "go")], check=True)
    assert running.wait().out.startswith("ok")
    assert f"{volume}/later" not in seen
