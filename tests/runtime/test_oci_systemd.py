"""`--systemd-cgroup`: cgroups that systemd makes.

Not collected elsewhere (conftest.py); scripts/test-vm --systemd has a machine where systemd runs."""

import subprocess
from pathlib import Path

import pytest

from bundle import Bundle
from engine import CGROUPS, Container, Runtime, wait_until
from support import SLOWNESS

_MIB = 1 << 20

# systemd has no controllers of version 1 here, and crun and runc speak to it in ways of their own.
pytestmark = [pytest.mark.known_fault("runc", "not compared"), pytest.mark.known_fault("crun", "not compared")]


def systemctl(*words: str) -> str:
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, timeout=30 * SLOWNESS, check=False)
    assert done.returncode == 0, f"systemctl {' '.join(words)}: {done.stderr}"
    return done.stdout.strip()


def shown(bundle: Bundle, name: str) -> str:
    """A property of the container's unit."""
    return systemctl("show", "--value", "--property", name, unit_of(bundle))


def unit_of(bundle: Bundle) -> str:
    return f"corten-{bundle.id}.scope"


def directory(bundle: Bundle, parents: str = "system.slice") -> Path:
    return CGROUPS / parents / unit_of(bundle)


@pytest.fixture
def managed(runtime: Runtime) -> Runtime:
    runtime.command = (*runtime.command, "--systemd-cgroup")
    return runtime


@pytest.fixture
def scope(bundle: Bundle) -> Bundle:
    """A bundle whose cgroup is a unit of system.slice."""
    bundle.linux["cgroupsPath"] = f"system.slice:corten:{bundle.id}"
    return bundle


def place_of(container: Container) -> str:
    return Path(f"/proc/{container.pid}/cgroup").read_text().strip()


def test_the_unit_holds_the_container(managed: Runtime, scope: Bundle) -> None:
    container = managed.started(scope)
    assert place_of(container) == f"0::/system.slice/{unit_of(scope)}"
    assert shown(scope, "ActiveState") == "active"
    assert shown(scope, "Delegate") == "yes"
    assert shown(scope, "ControlGroup") == f"/system.slice/{unit_of(scope)}"
    container.kill()
    container.wait_for("stopped")
    container.delete()
    wait_until(lambda: shown(scope, "LoadState") == "not-found", "the end of the unit")
    assert not directory(scope).exists()


def test_limits_are_the_units(managed: Runtime, scope: Bundle) -> None:
    """In the files as the specification asks, and known to systemd, which would undo them otherwise."""
    scope.linux["resources"] = {"memory": {"limit": 64 * _MIB}, "pids": {"limit": 20},
                                "cpu": {"quota": 50_000, "period": 100_000, "shares": 512}}
    managed.started(scope)
    assert shown(scope, "MemoryMax") == str(64 * _MIB)
    assert shown(scope, "TasksMax") == "20"
    assert shown(scope, "CPUQuotaPerSecUSec") == "500ms"
    systemctl("daemon-reload")
    assert (directory(scope) / "memory.max").read_text().strip() == str(64 * _MIB)
    assert (directory(scope) / "pids.max").read_text().strip() == "20"
    assert (directory(scope) / "cpu.max").read_text().strip() == "50000 100000"


def test_an_update_reaches_systemd(managed: Runtime, scope: Bundle) -> None:
    scope.linux["resources"] = {"memory": {"limit": 64 * _MIB}, "pids": {"limit": 20}}
    container = managed.started(scope)
    managed.ok("update", "--memory", str(96 * _MIB), "--pids-limit", "30", container.id)
    assert shown(scope, "MemoryMax") == str(96 * _MIB)
    systemctl("daemon-reload")
    assert (directory(scope) / "memory.max").read_text().strip() == str(96 * _MIB)
    assert (directory(scope) / "pids.max").read_text().strip() == "30"


def test_device_rules_outlive_a_reload(managed: Runtime, scope: Bundle) -> None:
    scope.linux["resources"] = {"devices": [{"allow": False, "access": "rwm"}]}
    scope.folder("nodes")
    container = managed.started(scope.runs("try-mknod /nodes/kmsg c 1 11", "wait"))
    assert container.answers(1) == ["ok"]
    tries = ("try-open /nodes/kmsg r", "try-write /dev/null x")
    assert container.ask(*tries) == ["EPERM", "ok"]
    systemctl("daemon-reload")
    assert container.ask(*tries) == ["EPERM", "ok"]


def test_a_further_process_is_in_the_unit(managed: Runtime, scope: Bundle) -> None:
    container = managed.started(scope)
    assert container.ask("cat /proc/self/cgroup") == [f"0::/system.slice/{unit_of(scope)}"]


def test_pause_and_resume(managed: Runtime, scope: Bundle) -> None:
    container = managed.started(scope)
    managed.ok("pause", container.id)
    assert container.status == "paused"
    managed.ok("resume", container.id)
    assert container.status == "running"


def test_a_slice_below_slices(managed: Runtime, bundle: Bundle) -> None:
    bundle.linux["cgroupsPath"] = f"cortentest-deep.slice:corten:{bundle.id}"
    container = managed.started(bundle)
    assert place_of(container) == f"0::/cortentest.slice/cortentest-deep.slice/{unit_of(bundle)}"


def test_without_a_path(managed: Runtime, bundle: Bundle) -> None:
    bundle.linux.pop("cgroupsPath", None)
    container = managed.started(bundle)
    assert unit_of(bundle) in place_of(container)


@pytest.mark.parametrize("path", ["/plain/path", "system.slice:only", "notaslice:corten:x"])
def test_a_path_of_another_form(managed: Runtime, bundle: Bundle, path: str) -> None:
    bundle.linux["cgroupsPath"] = path
    assert "cgroupsPath" in managed.fails(bundle)


def test_a_failed_start_leaves_no_unit(managed: Runtime, scope: Bundle) -> None:
    scope.process["args"] = ["/missing"]
    managed.fails(scope)
    wait_until(lambda: shown(scope, "LoadState") == "not-found", "the end of the unit")
    assert not directory(scope).exists()


def test_a_container_that_ends_by_itself(managed: Runtime, scope: Bundle) -> None:
    done = managed.run(scope.runs("exit 3"))
    assert done.code == 3, done.err
    wait_until(lambda: shown(scope, "LoadState") == "not-found", "the end of the unit")
