"""config-linux.md, "Control groups", where there is only version 2: the limits at work, and what is new in it.

Not collected elsewhere (conftest.py); scripts/test-vm has such a machine."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bundle import CGROUP_PARENT, Bundle, mount
from engine import CGROUPS, Container, Runtime, leftovers, wait_until
from test_oci_cgroups import limit

_MIB = 1 << 20
_HUGE_PAGE = 2 * _MIB


def shown(bundle: Bundle, file: str) -> str:
    return limit(bundle, "", file)


def count(bundle: Bundle, file: str, key: str) -> int:
    """The number of one line of a file such as memory.events."""
    return int(dict(line.split() for line in shown(bundle, file).splitlines())[key])


def with_resources(bundle: Bundle, **resources: Any) -> Bundle:
    bundle.linux["resources"] = resources
    return bundle


def with_own_cgroups(bundle: Bundle, access: str = "rw") -> Bundle:
    """A cgroup namespace, and its hierarchy in /sys/fs/cgroup."""
    bundle.namespace("cgroup")
    bundle.mounts.append(mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", access))
    return bundle


def test_the_killer_is_counted(runtime: Runtime, bundle: Bundle) -> None:
    with_resources(bundle, memory={"limit": 40 * _MIB, "swap": 40 * _MIB})
    container = runtime.started(bundle.runs(f"use-memory {100 * _MIB}", "wait"))
    assert container.answers(1) == ["signal 9"]
    assert shown(bundle, "memory.swap.max") == "0"
    assert count(bundle, "memory.events", "oom_kill") == 1


def test_swap_is_counted_alone(runtime: Runtime, bundle: Bundle) -> None:
    """The specification counts memory and swap together, version 2 does not."""
    container = runtime.create(with_resources(bundle, memory={"limit": 40 * _MIB, "swap": 60 * _MIB}))
    assert shown(bundle, "memory.swap.max") == str(20 * _MIB)
    runtime.ok("update", "--memory", str(50 * _MIB), "--memory-swap", str(51 * _MIB), container.id)
    assert (shown(bundle, "memory.max"), shown(bundle, "memory.swap.max")) == (str(50 * _MIB), str(_MIB))


def test_forks_over_the_limit_are_counted(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(with_resources(bundle, pids={"limit": 5}).runs("spawn 9", "wait"))
    assert container.answers(1)[0].endswith("EAGAIN")
    assert count(bundle, "pids.events", "max") > 0
    assert shown(bundle, "pids.current") == "5"


def test_the_quota_throttles(runtime: Runtime, bundle: Bundle) -> None:
    with_resources(bundle, cpu={"quota": 1000, "period": 50_000})
    container = runtime.started(bundle.runs(f"use-memory {20 * _MIB}", "wait"))
    container.answers(1)
    assert count(bundle, "cpu.stat", "nr_throttled") > 0


def test_huge_pages(runtime: Runtime, bundle: Bundle) -> None:
    if int(Path("/proc/sys/vm/nr_hugepages").read_text()) < 4:
        pytest.skip("this machine has set no huge pages aside")
    with_resources(bundle, hugepageLimits=[{"pageSize": "2MB", "limit": 2 * _HUGE_PAGE}])
    container = runtime.started(bundle.runs("use-huge-pages 1", "use-huge-pages 4", "wait"))
    assert container.answers(2)[0] == "ok"
    assert container.answers(2)[1] in ("ENOMEM", "signal 7")
    assert shown(bundle, "hugetlb.2MB.max") == str(2 * _HUGE_PAGE)
    assert count(bundle, "hugetlb.2MB.events", "max") > 0 or container.answers(2)[1] == "ENOMEM"


def test_the_weight_of_disks(runtime: Runtime, bundle: Bundle) -> None:
    runtime.create(with_resources(bundle, blockIO={"weight": 500}))
    assert shown(bundle, "io.weight").splitlines()[0] == "default 4950"


def test_unified(runtime: Runtime, bundle: Bundle) -> None:
    """config-linux.md, "Unified": file names of version 2 and what to write to them."""
    with_resources(bundle, pids={"limit": 30}, unified={
        "memory.high": str(32 * _MIB), "memory.low": str(_MIB), "memory.oom.group": "1", "pids.max": "31",
        "cpu.weight": "42"})
    runtime.create(bundle)
    assert (shown(bundle, "memory.high"), shown(bundle, "memory.low")) == (str(32 * _MIB), str(_MIB))
    assert (shown(bundle, "memory.oom.group"), shown(bundle, "cpu.weight")) == ("1", "42")
    assert shown(bundle, "pids.max") == "31", "the file is the last word"


@pytest.mark.parametrize("name", ["memory.no-such-file", "cgroup.procs", "../memory.max", "nothing.max", "memory"])
@pytest.mark.known_fault("runc", "1.1 writes to cgroup.procs and ../memory.max")
@pytest.mark.known_fault("crun", "1.8 does too")
def test_other_files_are_refused(runtime: Runtime, bundle: Bundle, name: str) -> None:
    assert name in runtime.fails(with_resources(bundle, unified={name: "1"}))
    assert leftovers(bundle) == []


def test_unified_in_an_update(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle)
    runtime.ok("update", "--resources", "-", container.id, text=json.dumps({"unified": {"memory.high": str(_MIB * 64)}}))
    assert shown(bundle, "memory.high") == str(64 * _MIB)


@pytest.mark.parametrize("memory", [{"swappiness": 30}, {"disableOOMKiller": True}, {"kernelTCP": _MIB}])
@pytest.mark.known_fault("runc", "1.1 ignores what version 2 lacks")
@pytest.mark.known_fault("crun", "1.8 knows fewer of them")
def test_what_only_version_1_has_is_refused(runtime: Runtime, bundle: Bundle, memory: dict[str, Any]) -> None:
    assert next(iter(memory)) in runtime.fails(with_resources(bundle, memory=memory))


def test_frozen_ones_do_not_run(runtime: Runtime, bundle: Bundle) -> None:
    bundle.folder("x")
    container = runtime.started(bundle.runs("echo ready", "await /x/go", "echo gone", "wait"))
    container.answers(1)
    runtime.ok("pause", container.id)
    assert shown(bundle, "cgroup.freeze") == "1"
    assert count(bundle, "cgroup.events", "frozen") == 1
    bundle.file("x/go")
    before = count(bundle, "cpu.stat", "usage_usec")
    assert container.status == "paused"
    assert count(bundle, "cpu.stat", "usage_usec") == before
    runtime.ok("resume", container.id)
    assert container.answers(3)[2] == "gone"
    assert shown(bundle, "cgroup.freeze") == "0"


def test_a_paused_one_can_be_killed(runtime: Runtime, bundle: Bundle) -> None:
    """In version 2 a frozen process can die."""
    container = runtime.started(bundle)
    runtime.ok("pause", container.id)
    container.kill()
    container.wait_for("stopped")
    container.delete()
    assert leftovers(bundle) == []


def test_all_are_killed(runtime: Runtime, bundle: Bundle) -> None:
    """Without a pid namespace nobody but the cgroup knows who belongs together."""
    container = runtime.started(bundle.without_namespace("pid").runs("spawn 5", "wait"))
    container.answers(1)
    assert len(json.loads(runtime.ok("ps", "--format", "json", container.id))) == 6
    container.kill("KILL", "--all")
    wait_until(lambda: shown(bundle, "cgroup.procs") == "", "the last process to end")
    container.wait_for("stopped")
    container.delete()
    assert leftovers(bundle) == []


def test_statistics(runtime: Runtime, bundle: Bundle) -> None:
    if runtime.name == "crun":
        return  # 1.8 has no such verb
    with_resources(bundle, memory={"limit": 64 * _MIB}, pids={"limit": 20}, cpu={"quota": 50_000, "period": 100_000})
    container = runtime.started(bundle.runs(f"use-memory {10 * _MIB}", "spawn 2", "wait"))
    container.answers(2)
    data = json.loads(runtime.ok("events", "--stats", container.id))["data"]
    assert (data["pids"]["current"], data["pids"]["limit"]) == (3, 20)
    usage = data["memory"]["usage"]
    assert usage["limit"] == 64 * _MIB and 0 < usage["usage"] < 64 * _MIB
    assert data["memory"]["raw"]["anon"] > 0
    assert data["cpu"]["usage"]["total"] > 0 and data["cpu"]["usage"]["kernel"] > 0
    assert data["cpu"]["throttling"]["periods"] > 0


def test_exec_is_in_the_same_cgroup(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle)
    [answer] = container.ask("cat /proc/self/cgroup")
    assert answer == f"0::{bundle.cgroup}"


def test_it_sees_its_own_part(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(with_resources(with_own_cgroups(bundle), pids={"limit": 44}))
    path, shown_limit, made, lifted = container.ask(
        "cat /proc/self/cgroup", "cat /sys/fs/cgroup/pids.max", "try-mkdir /sys/fs/cgroup/own",
        "try-write /sys/fs/cgroup/pids.max max")
    assert (path, shown_limit, made) == ("0::/", "44", "ok")
    assert lifted == "EPERM", "nsdelegate: the limits of a namespace's root belong to those outside"
    assert shown(bundle, "pids.max") == "44"


@pytest.mark.parametrize("own", [True, False], ids=["own-namespace", "namespace-of-the-caller"])
@pytest.mark.parametrize("mapped", [False, True], ids=["root", "user-namespace"])
def test_the_hierarchy_is_read_only(runtime: Runtime, bundle: Bundle, own: bool, mapped: bool) -> None:
    """Also where it cannot be mounted: in a user namespace without a cgroup namespace."""
    with_own_cgroups(bundle, "ro")
    if not own:
        bundle.without_namespace("cgroup")
    if mapped:
        bundle.mapped()
    names, made, written = runtime.ask(bundle, "ls /sys/fs/cgroup", "try-mkdir /sys/fs/cgroup/x",
                                       "try-write /sys/fs/cgroup/cgroup.procs 0")
    assert {"cgroup.procs", "cgroup.controllers"} <= set(names.split())
    assert made == "EROFS" and written in ("EROFS", "EACCES")


def manages_its_own(runtime: Runtime, bundle: Bundle) -> Container:
    """As systemd or a container engine in a container does: processes in leaves, controllers for the leaves."""
    own = "/sys/fs/cgroup"
    container = runtime.started(with_own_cgroups(bundle).runs(
        f"try-mkdir {own}/leaf", f"try-write {own}/leaf/cgroup.procs 0",
        f"try-write {own}/cgroup.subtree_control +memory", "wait"))
    assert container.answers(3) == ["ok"] * 3
    return container


@pytest.mark.known_fault("crun", "1.8 fails with EBUSY")
def test_exec_where_processes_are_in_leaves(runtime: Runtime, bundle: Bundle) -> None:
    """No process may enter a cgroup that gives controllers to its children: it goes where the first one is."""
    container = manages_its_own(runtime, bundle)
    assert container.ask("cat /proc/1/cgroup") == ["0::/leaf"]
    assert container.ask("cat /proc/self/cgroup") == ["0::/leaf"]


def owners(bundle: Bundle) -> dict[str, int]:
    directory = CGROUPS / bundle.cgroup.lstrip("/")
    return {name: (directory / name).stat().st_uid for name in (".", "cgroup.procs", "cgroup.subtree_control",
                                                                "pids.max", "memory.max")}


@pytest.mark.known_fault("crun", "1.8 gives the cgroup to nobody")
def test_the_root_of_a_user_namespace_owns_its_cgroup(runtime: Runtime, bundle: Bundle) -> None:
    """config-linux.md, "Cgroup ownership": what is delegated, and nothing that sets limits."""
    manages_its_own(runtime, bundle.mapped())
    assert owners(bundle) == {".": 100_000, "cgroup.procs": 100_000, "cgroup.subtree_control": 100_000, "pids.max": 0,
                              "memory.max": 0}


@pytest.mark.parametrize("access,own", [("ro", True), ("rw", False)], ids=["read-only", "namespace-of-the-caller"])
def test_otherwise_nobody_else_owns_the_cgroup(runtime: Runtime, bundle: Bundle, access: str, own: bool) -> None:
    with_own_cgroups(bundle.mapped(), access)
    if not own:
        bundle.without_namespace("cgroup")
    runtime.create(bundle)
    assert set(owners(bundle).values()) == {0}


@pytest.mark.known_fault("crun", "ps of 1.8 crashes")
def test_cgroups_of_its_own_go_with_it(runtime: Runtime, bundle: Bundle) -> None:
    container = manages_its_own(runtime, bundle)
    assert len(json.loads(runtime.ok("ps", "--format", "json", container.id))) == 1
    container.delete("--force")
    assert leftovers(bundle) == []


def test_a_relative_path_begins_beside_the_caller(runtime: Runtime, bundle: Bundle) -> None:
    """Not below: the caller's cgroup has processes, so it cannot give controllers away."""
    bundle.linux["cgroupsPath"] = f"{CGROUP_PARENT.lstrip('/')}-relative/{bundle.id}"
    container = runtime.started(with_resources(bundle, pids={"limit": 12}))
    path = Path(f"/proc/{container.pid}/cgroup").read_text().strip().removeprefix("0::")
    assert path.endswith(bundle.linux["cgroupsPath"])
    own = CGROUPS / path.lstrip("/")
    assert (own / "pids.max").read_text().strip() == "12"
    container.delete("--force")
    assert not own.exists()
    os.rmdir(own.parent)


_LOOP = {"type": "b", "major": 7, "minor": 0}


@pytest.mark.known_fault("runc", "update of 1.1 passes over devices")
@pytest.mark.known_fault("crun", "update of 1.8 passes over devices")
def test_device_rules_can_change(runtime: Runtime, bundle: Bundle) -> None:
    """An update replaces the program."""
    forbid = {"allow": False, "access": "rwm"}
    with_resources(bundle, devices=[forbid, {"allow": True, "access": "rm", **_LOOP}])
    bundle.folder("nodes")
    container = runtime.started(bundle)
    assert container.ask("try-mknod /nodes/loop b 7 0", "try-open /nodes/loop r", "try-open /nodes/loop w") == \
        ["ok", "ok", "EPERM"]
    rules = [forbid, {"allow": True, "access": "rwm", **_LOOP}]
    runtime.ok("update", "--resources", "-", container.id, text=json.dumps({"devices": rules}))
    assert container.ask("try-open /nodes/loop w") == ["ok"]
    runtime.ok("update", "--resources", "-", container.id, text=json.dumps({"devices": [forbid]}))
    assert container.ask("try-open /nodes/loop r", "try-write /dev/null x") == ["EPERM", "ok"]


@pytest.mark.known_fault("crun", "1.8 allows all devices")
def test_without_rules_there_are_those_of_every_container(runtime: Runtime, bundle: Bundle) -> None:
    bundle.folder("nodes")
    assert runtime.ask(bundle, "try-mknod /nodes/loop b 7 0", "try-open /nodes/loop r", "try-write /dev/null x",
                       "try-read /dev/urandom") == ["ok", "EPERM", "ok", "ok"]
