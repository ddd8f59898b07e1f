"""config-linux.md, "User namespace mappings"."""

import os

import pytest

from bundle import Bundle
from engine import Runtime, wait_until


def test_root_is_somebody_else_outside(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mapped(100_000, 65_536)
    container = runtime.started(bundle.runs("id", "cat /proc/self/uid_map", "cat /proc/self/gid_map", "wait"))
    ids, users, groups = container.answers(3)
    assert ids.splitlines()[:2] == ["0 0 0", "0 0 0"]
    assert users.split() == groups.split() == ["0", "100000", "65536"]
    assert os.stat(f"/proc/{container.pid}").st_uid == 100_000


def test_several_ranges(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mapped()
    bundle.linux["uidMappings"] = [{"containerID": 0, "hostID": 100_000, "size": 10},
                                   {"containerID": 10, "hostID": 200_000, "size": 5}]
    [answer] = runtime.ask(bundle, "cat /proc/self/uid_map")
    assert [line.split() for line in answer.splitlines()] == [["0", "100000", "10"], ["10", "200000", "5"]]


def test_users_and_groups_of_the_namespace(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mapped()
    bundle.process["user"] = {"uid": 1000, "gid": 1001, "additionalGids": [7]}
    assert runtime.ask(bundle, "id") == ["1000 1000 1000\n1001 1001 1001\n7"]


def test_a_user_without_a_mapping_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mapped(count=10)
    bundle.process["user"] = {"uid": 5000, "gid": 0}
    runtime.fails(bundle)


def test_files_are_made_as_the_outer_user(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mapped()
    assert runtime.ask(bundle, "try-create /tmp/new") == ["ok"]
    assert (bundle.rootfs / "tmp/new").stat().st_uid == 100_000


def test_capabilities_are_of_the_namespace(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mapped()
    changed, host = runtime.ask(bundle, "try-chown /init 5 5", "try-write /proc/sys/kernel/hostname x")
    assert changed == "ok"
    assert host in ("EACCES", "EROFS", "EPERM", "ok")  # its own host name at most


@pytest.mark.known_fault("runc", "1.1 ignores them")
@pytest.mark.known_fault("crun", "1.8 ignores them")
def test_mappings_without_the_namespace_are_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.mapped()
    bundle.without_namespace("user")
    assert "namespace" in runtime.fails(bundle)


@pytest.mark.known_fault("crun", "1.8 makes a mapping of its own choice")
def test_the_namespace_without_mappings_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.namespace("user")
    runtime.fails(bundle)


@pytest.mark.known_fault("runc", "1.1 wants the mappings of a namespace that has its own")
def test_joined_by_path(runtime: Runtime, bundle: Bundle, make_bundle: type) -> None:
    first = runtime.started(bundle.mapped())
    second: Bundle = make_bundle()
    second.mapped()
    second.namespace("user", f"/proc/{first.pid}/ns/user")
    for name in ("uidMappings", "gidMappings"):
        del second.linux[name]
    shown, users = runtime.ask(second, "readlink /proc/self/ns/user", "cat /proc/self/uid_map")
    assert shown == os.readlink(f"/proc/{first.pid}/ns/user")
    assert users.split() == ["0", "100000", "65536"]


def test_exec_enters_it(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle.mapped().runs("wait"))
    wait_until(lambda: container.status == "running", "the container")
    ids, shown = container.ask("id", "readlink /proc/self/ns/user")
    assert ids.startswith("0 0 0")
    assert shown == os.readlink(f"/proc/{container.pid}/ns/user")


def test_setgroups_stays_allowed(runtime: Runtime, bundle: Bundle) -> None:
    """Root wrote the maps: nothing forbids groups in there."""
    assert runtime.ask(bundle.mapped(), "cat /proc/self/setgroups") == ["allow"]
