"""What is left after many containers, one after the other and at once: nothing."""

import os
import threading
from pathlib import Path
from typing import Callable

import pytest

from bundle import CGROUP_PARENT, Bundle
from engine import Runtime, cgroup_directories, leftovers, split, wait_until

# The references only show that the tests are right.
_MANY = {"corten": 200}
_AT_ONCE = {"corten": 100}
_FEW = 10


def mounts() -> int:
    return len(Path("/proc/self/mountinfo").read_text().splitlines())


def processes_of(place: Path) -> list[str]:
    """Processes that still name the folder of this test, or that have their root in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(place).encode() in (process / "cmdline").read_bytes() or \
                    str(place) in os.readlink(process / "root"):
                found.append((process / "comm").read_text())
        except OSError:  # it has ended
            continue
    return found


def children() -> list[str]:
    """Of the tests themselves: whoever is left as an orphan, a zombie too, may end up here."""
    return [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def held_namespaces() -> int:
    """Mounts of namespaces: the only way to keep one without a process."""
    return sum(" - nsfs " in line for line in Path("/proc/self/mountinfo").read_text().splitlines())


def everything() -> tuple[object, ...]:
    """What the machine has of each kind."""
    return (mounts(), cgroups(), held_namespaces(), children(), len(os.listdir("/proc/self/fd")),
            sorted(os.listdir("/dev/shm")))


def cgroups() -> int:
    return sum(len([each for each in path.iterdir() if each.is_dir()])
               for path in cgroup_directories(CGROUP_PARENT).values())


def test_one_after_the_other(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    before = mounts(), cgroups()
    for _ in range(_FEW):
        container = runtime.started(bundle)
        assert container.exec("/init", "echo", "x").code == 0
        container.kill()
        container.wait_for("stopped")
        container.delete()
    assert (mounts(), cgroups()) == before
    assert leftovers(bundle) == []
    assert runtime.containers() == []
    wait_until(lambda: processes_of(place) == [], "the last process to end")


@pytest.mark.timeout(240)
def test_run(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    before = everything()
    for _ in range(_MANY.get(runtime.name, _FEW)):
        assert runtime.ask(bundle, "echo x") == ["x"]
    assert everything() == before
    assert processes_of(place) == []
    assert runtime.containers() == []
    assert sorted(each.name for each in bundle.path.iterdir()) == ["config.json", "rootfs"]


def test_failures(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    """Each in another phase of the creation."""
    before = mounts(), cgroups()
    failing = {"path": "/bin/sh", "args": ["sh", "-c", "cat >/dev/null; exit 1"]}
    changes: list[Callable[[Bundle], None]] = [
        lambda b: b.process.update(args=["/no/such"]),
        lambda b: b.process.update(rlimits=[{"type": "RLIMIT_NOFILE", "soft": 2, "hard": 1}]),
        lambda b: b.mounts.append({"destination": "/mnt", "type": "no-such-fs", "source": "x", "options": []}),
        lambda b: b.namespace("network", "/not/there"),
        lambda b: b.linux.update(sysctl={"net.no.such.thing": "1"}),
        lambda b: b.spec.update(hooks={"createRuntime": [failing]}),
    ]
    for number, change in enumerate(changes):
        made = Bundle(place / f"failing-{number}", bundle.rootfs / "init")
        change(made)
        made.runs("echo x") if made.process["args"][0] == "/init" else None
        done = runtime.run(made)
        assert done.code > 0, number
        if runtime.name == "corten":
            assert runtime.containers() == [] and leftovers(made) == [], number
        runtime("delete", "--force", made.id)
    assert (mounts(), cgroups()) == before
    wait_until(lambda: processes_of(place) == [], "the last process to end")


@pytest.mark.timeout(240)
def test_many_at_once(runtime: Runtime, make_bundle: Callable[[], Bundle], place: Path) -> None:
    bundles = [make_bundle().runs("echo x") for _ in range(_AT_ONCE.get(runtime.name, _FEW))]
    before = everything()
    others = [Runtime(runtime.name, runtime.command, each.path) for each in bundles]  # output files of their own
    for other in others:
        other.root = runtime.root
    running = [other.begin_run(bundle) for other, bundle in zip(others, bundles)]
    ended = [each.wait(timeout=200) for each in running]
    assert [(done.code, split(done.out)) for done in ended] == [(0, ["x"])] * len(bundles), ended
    assert runtime.containers() == []
    assert [leftovers(each) for each in bundles if leftovers(each)] == []
    assert everything() == before
    wait_until(lambda: processes_of(place) == [], "the last process to end")


def test_one_id_at_once(runtime: Runtime, make_bundle: Callable[[], Bundle]) -> None:
    """Of several that create the same id exactly one does."""
    bundles = [make_bundle() for _ in range(5)]
    codes: list[int] = []

    def create(bundle: Bundle) -> None:
        bundle.id = bundles[0].id
        bundle.write()
        other = Runtime(runtime.name, runtime.command, bundle.path)
        other.root = runtime.root
        codes.append(other("create", "--bundle", str(bundle.path), bundle.id).code)

    threads = [threading.Thread(target=create, args=(each,)) for each in bundles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code == 0 for code in codes) == [False] * 4 + [True]
    assert '"created"' in runtime.ok("state", bundles[0].id)
