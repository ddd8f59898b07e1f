"""config-linux.md, "Control groups": version 2 for ordinary users, with a delegated cgroup (cgroups(7)) and without.

Not collected where there is another version (conftest.py); scripts/test-vm has such a machine."""

import os
import shutil
from pathlib import Path

import pytest

from bundle import CGROUP_PARENT, Bundle
from engine import CGROUPS, Runtime
from test_oci_cgroups_v2 import with_resources

_MIB = 1 << 20
_UID = 4242


def give(directory: Path) -> None:
    """Delegates a cgroup (cgroups(7), "delegation"): the directory and these files, not the limits."""
    for path in (directory, *(directory / f"cgroup.{file}" for file in ("procs", "subtree_control", "threads"))):
        os.chown(path, _UID, _UID)


@pytest.fixture
def users_bundle(runtime: Runtime, bundle: Bundle) -> Bundle:
    """A bundle of an ordinary user, with one id. The runtime is run by that user, in a cgroup below `users`."""
    bundle.namespace("user").without_namespace("network")
    for name in ("uidMappings", "gidMappings"):
        bundle.linux[name] = [{"containerID": 0, "hostID": _UID, "size": 1}]
    del bundle.linux["cgroupsPath"]
    bundle.spec["mounts"] = [each for each in bundle.mounts if each["destination"] not in ("/sys", "/dev/pts")]
    runtime.root.mkdir()
    for path in (runtime.place, runtime.root, bundle.path, bundle.rootfs, *bundle.rootfs.rglob("*")):
        os.chown(path, _UID, _UID)
    if runtime.name == "corten":  # its build tree may be closed to the user
        shutil.copy(runtime.command[0], runtime.place / "corten")
        runtime.command = (str(runtime.place / "corten"), *runtime.command[1:])
    runtime.variables = {"XDG_RUNTIME_DIR": str(runtime.root)}
    return bundle


def run_in(runtime: Runtime, cgroup: Path) -> None:
    """The runtime is called by an ordinary user in this cgroup from now on."""
    runtime.command = ("sh", "-ec", f"echo 0 >{cgroup}/cgroup.procs; exec \"$@\"", "sh", "setpriv", f"--reuid={_UID}",
                       f"--regid={_UID}", "--clear-groups", "--", *runtime.command)


@pytest.fixture
def delegated(runtime: Runtime, users_bundle: Bundle) -> Path:
    """The cgroup of a user's session manager; the runtime is in a child of it."""
    top = CGROUPS / CGROUP_PARENT.lstrip("/")
    parent = top / f"users-{users_bundle.id}"  # of its own: other tests may enable more controllers in `top`
    users = parent / "user"
    (users / "session").mkdir(parents=True)
    for each in (CGROUPS, top, parent):
        (each / "cgroup.subtree_control").write_text("+cpu +memory +pids")
    give(users)
    give(users / "session")
    run_in(runtime, users / "session")
    return users


@pytest.mark.known_fault("crun", "1.8 makes no cgroup without systemd")
def test_limits_of_an_ordinary_user(runtime: Runtime, users_bundle: Bundle, delegated: Path) -> None:
    with_resources(users_bundle, memory={"limit": 40 * _MIB, "swap": 40 * _MIB}, pids={"limit": 20},
                   cpu={"shares": 512})
    container = runtime.started(users_bundle.runs(f"use-memory {100 * _MIB}", "spawn 40", "wait"))
    killed, made = container.answers(2)
    assert int(made.split()[0]) < 20 and killed == "signal 9"
    own = delegated / users_bundle.id
    assert (own / "cgroup.procs").read_text().count("\n") > 1
    assert (own / "memory.max").read_text().strip() == str(40 * _MIB)
    runtime.ok("update", "--pids-limit", "33", container.id)
    assert (own / "pids.max").read_text().strip() == "33"
    runtime.ok("pause", container.id)
    assert container.status == "paused"
    runtime.ok("resume", container.id)
    assert container.ask("cat /proc/self/cgroup") == [f"0::/{own.relative_to(CGROUPS)}"]
    container.kill()
    container.wait_for("stopped")
    container.delete()
    assert not own.exists()


@pytest.mark.known_fault("runc", "1.1 starts without the limit")
@pytest.mark.known_fault("crun", "1.8 makes no cgroup without systemd")
def test_a_controller_that_was_not_delegated(runtime: Runtime, users_bundle: Bundle, delegated: Path) -> None:
    with_resources(users_bundle, blockIO={"weight": 500})
    assert "io" in runtime.fails(users_bundle).lower()
    assert not (delegated / users_bundle.id).exists()


@pytest.fixture
def foreign(runtime: Runtime, users_bundle: Bundle) -> Path:
    """Nothing is delegated."""
    cgroup = CGROUPS / CGROUP_PARENT.lstrip("/") / f"foreign-{users_bundle.id}"
    cgroup.mkdir(parents=True)
    run_in(runtime, cgroup)
    return cgroup


def test_an_ordinary_user_without_a_cgroup(runtime: Runtime, users_bundle: Bundle, foreign: Path) -> None:
    container = runtime.started(users_bundle)
    assert container.ask("cat /proc/self/cgroup") == [f"0::/{foreign.relative_to(CGROUPS)}"]
    container.delete("--force")


@pytest.mark.known_fault("crun", "1.8 says nothing of cgroups")
def test_limits_without_a_cgroup_are_refused(runtime: Runtime, users_bundle: Bundle, foreign: Path) -> None:
    message = runtime.fails(with_resources(users_bundle, pids={"limit": 20}))
    assert "cgroup" in message and foreign.is_dir()
