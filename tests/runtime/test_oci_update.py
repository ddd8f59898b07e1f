"""The verbs update, pause, resume and events."""

import json
from pathlib import Path
from typing import Any

import pytest

from bundle import Bundle
from engine import V2, Container, Runtime
from test_oci_cgroups import limit

_MIB = 1 << 20


@pytest.fixture
def container(runtime: Runtime, bundle: Bundle) -> Container:
    bundle.linux["resources"] = {"memory": {"limit": 64 * _MIB}, "pids": {"limit": 50}}
    return runtime.started(bundle)


def test_resources_from_standard_input(runtime: Runtime, container: Container) -> None:
    """As containerd does it."""
    resources = {"memory": {"limit": 96 * _MIB}, "pids": {"limit": 77}, "cpu": {"shares": 512}}
    runtime.ok("update", "--resources", "-", container.id, text=json.dumps(resources))
    assert limit(container.bundle, "memory", "memory.max" if V2 else "memory.limit_in_bytes") == str(96 * _MIB)
    assert limit(container.bundle, "pids", "pids.max") == "77"
    assert limit(container.bundle, "cpu", "cpu.weight" if V2 else "cpu.shares") in (("59", "20") if V2 else ("512",))


def test_resources_from_a_file(runtime: Runtime, container: Container, place: Path) -> None:
    (place / "resources.json").write_text(json.dumps({"pids": {"limit": 66}}))
    runtime.ok("update", f"--resources={place}/resources.json", container.id)
    assert limit(container.bundle, "pids", "pids.max") == "66"
    assert limit(container.bundle, "memory", "memory.max" if V2 else "memory.limit_in_bytes") == str(64 * _MIB)


def test_flags(runtime: Runtime, container: Container) -> None:
    runtime.ok("update", "--pids-limit", "55", "--memory", str(80 * _MIB), "--cpu-quota", "30000", "--cpu-period",
               "60000", "--cpuset-cpus", "0", container.id)
    assert limit(container.bundle, "pids", "pids.max") == "55"
    assert limit(container.bundle, "memory", "memory.max" if V2 else "memory.limit_in_bytes") == str(80 * _MIB)
    assert limit(container.bundle, "cpu", "cpu.max" if V2 else "cpu.cfs_quota_us").startswith("30000")
    assert limit(container.bundle, "cpuset", "cpuset.cpus") == "0"


_CRUN_TAKES_IT = pytest.mark.known_fault("crun", "1.8 takes it for none")


@pytest.mark.parametrize("text", ["{", pytest.param("[]", marks=_CRUN_TAKES_IT),
                                  pytest.param("{\"pids\": {\"limit\": \"many\"}}", marks=_CRUN_TAKES_IT)])
def test_wrong_resources_are_refused(runtime: Runtime, container: Container, text: str) -> None:
    runtime.refused("update", "--resources", "-", container.id, text=text)
    assert limit(container.bundle, "pids", "pids.max") == "50"


def test_pause_and_resume(runtime: Runtime, container: Container) -> None:
    runtime.ok("pause", container.id)
    assert container.status == "paused"
    if V2:
        assert "frozen 1" in limit(container.bundle, "", "cgroup.events")
    else:
        assert limit(container.bundle, "freezer", "freezer.state") == "FROZEN"
    runtime.ok("resume", container.id)
    assert container.status == "running"


def test_a_paused_one_can_be_deleted_by_force(runtime: Runtime, container: Container) -> None:
    runtime.ok("pause", container.id)
    container.delete("--force")
    assert runtime.containers() == []


def test_exec_in_a_paused_one_is_refused(runtime: Runtime, container: Container) -> None:
    """It would hang until the container is resumed."""
    runtime.ok("pause", container.id)
    done = container.exec("/init", "echo", "x")
    runtime.ok("resume", container.id)
    assert done.code > 0
    assert "paused" in done.err or runtime.name == "crun"


def test_resume_of_one_that_is_not_paused(runtime: Runtime, container: Container) -> None:
    if runtime.name == "runc":
        runtime.refused("resume", container.id)
    else:
        runtime("resume", container.id)
    assert container.status == "running"


@pytest.mark.known_fault("crun", "1.8 has no such verb")
def test_statistics(runtime: Runtime, container: Container) -> None:
    event: dict[str, Any] = json.loads(runtime.ok("events", "--stats", container.id))
    assert event["type"] == "stats"
    assert event["id"] == container.id
    data = event["data"]
    assert data["pids"]["current"] == 1
    assert data["pids"]["limit"] == 50
    assert data["memory"]["usage"]["limit"] == 64 * _MIB
    assert data["memory"]["usage"]["usage"] > 0
    assert data["cpu"]["usage"]["total"] > 0
