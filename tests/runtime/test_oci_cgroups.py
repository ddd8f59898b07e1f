"""config-linux.md, "Control groups": the path, and each limit, where the kernel shows it and at work."""

from pathlib import Path
from typing import Any

import pytest

from bundle import CGROUP_PARENT, Bundle
from engine import V2, Runtime, cgroup_directories

_MIB = 1 << 20


def limit(bundle: Bundle, controller: str, file: str) -> str:
    """What a file of the container's cgroup says; on version 1 that in the hierarchy of the controller."""
    return (cgroup_directories(bundle.cgroup)["" if V2 else controller] / file).read_text().strip()


def test_it_is_in_its_cgroup(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle)
    lines = Path(f"/proc/{container.pid}/cgroup").read_text().splitlines()
    paths = {line.split(":")[1]: line.split(":")[2] for line in lines}
    for controller in ("",) if V2 else ("memory", "pids", "cpu", "cpuset", "devices", "freezer", "blkio"):
        assert paths[controller] == bundle.cgroup


def test_a_relative_path(runtime: Runtime, bundle: Bundle) -> None:
    """The runtime chooses where it begins; the same path means the same cgroup."""
    bundle.linux["cgroupsPath"] = f"{CGROUP_PARENT.lstrip('/')}/{bundle.id}"
    container = runtime.started(bundle)
    for line in Path(f"/proc/{container.pid}/cgroup").read_text().splitlines():
        if not line.startswith("0::") and "name=" not in line:
            assert line.endswith(bundle.cgroup)


def test_without_a_path(runtime: Runtime, bundle: Bundle) -> None:
    del bundle.linux["cgroupsPath"]
    container = runtime.started(bundle)
    assert bundle.id in Path(f"/proc/{container.pid}/cgroup").read_text()
    assert len(runtime.ok("ps", "--format", "json", container.id)) > 2


# name, resources, controller, file and value of version 1, file and value of version 2
_LIMITS: list[tuple[str, dict[str, Any], str, str, str, str, str]] = [
    ("memory", {"memory": {"limit": 64 * _MIB}}, "memory", "memory.limit_in_bytes", str(64 * _MIB), "memory.max",
     str(64 * _MIB)),
    ("reservation", {"memory": {"reservation": 32 * _MIB}}, "memory", "memory.soft_limit_in_bytes", str(32 * _MIB),
     "memory.low", str(32 * _MIB)),
    ("unlimited", {"memory": {"limit": -1}}, "memory", "memory.limit_in_bytes", "9223372036854771712", "memory.max",
     "max"),
    ("shares", {"cpu": {"shares": 512}}, "cpu", "cpu.shares", "512", "cpu.weight", "59"),
    ("quota", {"cpu": {"quota": 20000, "period": 50000}}, "cpu", "cpu.cfs_quota_us", "20000", "cpu.max", "20000 50000"),
    ("period", {"cpu": {"quota": 20000, "period": 50000}}, "cpu", "cpu.cfs_period_us", "50000", "cpu.max",
     "20000 50000"),
    ("cpus", {"cpu": {"cpus": "0"}}, "cpuset", "cpuset.cpus", "0", "cpuset.cpus", "0"),
    ("mems", {"cpu": {"mems": "0"}}, "cpuset", "cpuset.mems", "0", "cpuset.mems", "0"),
    ("pids", {"pids": {"limit": 42}}, "pids", "pids.max", "42", "pids.max", "42"),
    ("no pids", {"pids": {"limit": -1}}, "pids", "pids.max", "max", "pids.max", "max"),
]


# A share of 512 is a weight of 59; before crun 1.23 and runc 1.4 the default of 1024 was not one of 100.
_OLD_WEIGHT = "20"

_CRUN_TAKES_IT = pytest.mark.known_fault("crun", "1.8 reads any form of number, and writes -1 as it is")


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0].replace(" ", "-"),
                                              marks=_CRUN_TAKES_IT if row[0] == "no pids" else ()) for row in _LIMITS])
def test_a_limit(runtime: Runtime, bundle: Bundle, row: tuple[Any, ...]) -> None:
    _, resources, controller, file_v1, value_v1, file_v2, value_v2 = row
    bundle.linux["resources"] = resources
    runtime.create(bundle)
    if row[0] == "shares" and runtime.name != "corten":
        value_v2 = _OLD_WEIGHT
    assert limit(bundle, controller, file_v2 if V2 else file_v1) == (value_v2 if V2 else value_v1)


@pytest.mark.skipif(V2, reason="version 2 has no swappiness")
def test_swappiness(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["resources"] = {"memory": {"swappiness": 30}}
    runtime.create(bundle)
    assert limit(bundle, "memory", "memory.swappiness") == "30"


@pytest.mark.skipif(V2, reason="version 2 cannot turn the killer off")
def test_no_killer(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["resources"] = {"memory": {"limit": 64 * _MIB, "disableOOMKiller": True}}
    runtime.create(bundle)
    assert "oom_kill_disable 1" in limit(bundle, "memory", "memory.oom_control")


def test_throttled_disks(runtime: Runtime, bundle: Bundle) -> None:
    disk = next(each for each in sorted(Path("/sys/block").iterdir())
                if each.name.startswith(("vd", "sd", "nvme", "xvd", "loop")))
    major, minor = (disk / "dev").read_text().strip().split(":")
    where = {"major": int(major), "minor": int(minor)}
    bundle.linux["resources"] = {"blockIO": {"throttleReadBpsDevice": [{**where, "rate": _MIB}],
                                             "throttleWriteIOPSDevice": [{**where, "rate": 100}]}}
    runtime.create(bundle)
    if V2:
        assert f"rbps={_MIB}" in limit(bundle, "io", "io.max") and "wiops=100" in limit(bundle, "io", "io.max")
    else:
        assert limit(bundle, "blkio", "blkio.throttle.read_bps_device") == f"{major}:{minor} {_MIB}"
        assert limit(bundle, "blkio", "blkio.throttle.write_iops_device") == f"{major}:{minor} 100"


def test_the_limit_of_processes_works(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["resources"] = {"pids": {"limit": 20}}
    made, error = runtime.ask(bundle, "spawn 40")[0].split()
    assert int(made) < 20
    assert error == "EAGAIN"


def test_the_limit_of_memory_works(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["resources"] = {"memory": {"limit": 40 * _MIB, "swap": 40 * _MIB}}
    assert runtime.ask(bundle, f"use-memory {10 * _MIB}", f"use-memory {200 * _MIB}") == ["ok", "signal 9"]


def test_the_processors_are_those(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["resources"] = {"cpu": {"cpus": "0"}}
    assert runtime.ask(bundle, "cpus") == ["0"]


@pytest.mark.parametrize("resources", [
    {"cpu": {"cpus": "4096-5000"}}, {"memory": {"limit": 64 * _MIB, "swap": 32 * _MIB}},
    {"cpu": {"quota": 1, "period": 50000}}, pytest.param({"pids": {"limit": "many"}}, marks=_CRUN_TAKES_IT),
])
def test_what_cannot_be_is_refused(runtime: Runtime, bundle: Bundle, resources: dict[str, Any]) -> None:
    bundle.linux["resources"] = resources
    runtime.fails(bundle)


@pytest.mark.skipif(V2, reason="these are files of version 2")
@pytest.mark.known_fault("runc", "1.1 ignores it on version 1")
@pytest.mark.known_fault("crun", "1.8 ignores it on version 1")
def test_files_of_version_2_are_refused_on_version_1(runtime: Runtime, bundle: Bundle) -> None:
    """config-linux.md, "Unified": what cannot be applied MUST be an error."""
    bundle.linux["resources"] = {"unified": {"memory.high": "1073741824"}}
    assert "unified" in runtime.fails(bundle)


def test_intel_rdt_is_refused_where_it_is_not(runtime: Runtime, bundle: Bundle) -> None:
    if Path("/sys/fs/resctrl/schemata").exists():
        return
    bundle.linux["intelRdt"] = {"closID": "guaranteed", "l3CacheSchema": "L3:0=f"}
    done = runtime.run(bundle.runs("echo started"))
    assert done.code > 0 or runtime.name == "crun"  # which does not look
