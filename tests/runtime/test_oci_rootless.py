"""The verbs for ordinary users: an ordinary user's `unshare -r`-like single mapping, without cgroups."""

import os
import subprocess
from pathlib import Path
from typing import Iterator

import pytest

from bundle import Bundle
from engine import Container, Runtime, name_of
from rootless import OLD_CALLS, UID, UsersRuntime, without
from test_oci_seccomp_notify import PassingAgent

@pytest.fixture
def users(runtime_command: tuple[str, ...], place: Path) -> Iterator[UsersRuntime]:
    if subprocess.run(["unshare", "--user", "true"], capture_output=True, timeout=20, check=False).returncode != 0:
        pytest.skip("may not make user namespaces here")
    made = UsersRuntime(name_of(runtime_command), runtime_command, place)
    if made.always and os.geteuid() != 0:
        pytest.skip("needs root, to hide a hierarchy of cgroups")
    yield made
    made.close()


@pytest.fixture
def own(bundle: Bundle) -> Bundle:
    """What `spec --rootless` makes: one id, no cgroup, no network of its own."""
    bundle.namespace("user").without_namespace("network")
    for name in ("uidMappings", "gidMappings"):
        bundle.linux[name] = [{"containerID": 0, "hostID": UID, "size": 1}]
    del bundle.linux["cgroupsPath"]
    bundle.spec["mounts"] = [each for each in bundle.mounts if each["destination"] != "/sys"]
    for each in bundle.mounts:
        each["options"] = [option for option in each["options"] if option != "gid=5"]
    for path in (bundle.path, bundle.rootfs, *bundle.rootfs.rglob("*")):
        os.chown(path, UID, UID)
    return bundle


def test_run(users: Runtime, own: Bundle) -> None:
    ids, maps, groups = users.ask(own, "id", "cat /proc/self/uid_map", "cat /proc/self/setgroups")
    assert ids.splitlines()[:2] == ["0 0 0", "0 0 0"]
    assert maps.split() == ["0", str(UID), "1"]
    assert groups == "deny"


def test_status_and_streams(users: Runtime, own: Bundle) -> None:
    assert users.run(own.runs("read-line", "exit 7"), text="typed\n").code == 7


def test_life_cycle(users: Runtime, own: Bundle) -> None:
    container: Container = users.create(own)
    assert container.status == "created"
    container.start()
    assert container.status == "running"
    assert container.ask("echo x") == ["x"]
    container.kill()
    container.wait_for("stopped")
    container.delete()
    assert users.containers() == []


def test_devices(users: Runtime, own: Bundle) -> None:
    assert users.ask(own, "try-write /dev/null x", "try-write /dev/full x", "try-read /dev/urandom") == \
        ["ok", "ENOSPC", "ok"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to have a file that is not the user's")
def test_nothing_of_others(users: UsersRuntime, own: Bundle) -> None:
    """Root in there is the user out here."""
    secret = own.path.parent / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    own.mounts.append({"destination": "/secret", "type": "none", "source": users.seen(secret), "options": ["bind"]})
    assert users.ask(own, "cat /secret", "try-write /secret x") == ["error: EACCES", "EACCES"]


def test_masks_and_readonly_paths(users: Runtime, own: Bundle) -> None:
    own.linux["maskedPaths"] = ["/proc/keys"]
    own.linux["readonlyPaths"] = ["/proc/sys"]
    own.spec["root"]["readonly"] = True
    assert users.ask(own, "cat /proc/keys", "try-create /x", "try-write /proc/sys/kernel/shmmax 1") == \
        ["", "EROFS", "EROFS"]


@pytest.mark.parametrize("no_new_privileges", [False, True])
def test_an_agent_of_the_users(users: UsersRuntime, own: Bundle, no_new_privileges: bool) -> None:
    """The listener of a filter that stops the calls which would hand it over."""
    path = own.path.parent / "agent.sock"
    agent = PassingAgent(path)
    path.chmod(0o777)
    own.process["noNewPrivileges"] = no_new_privileges
    own.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": users.seen(path), "syscalls": [
        {"names": ["getpriority", "sendmsg", "recvmsg"], "action": "SCMP_ACT_NOTIFY"}]}
    try:
        assert users.ask(own, "try-call 140") == ["EXDEV"]
    finally:
        agent.close()


def test_a_missing_program(users: Runtime, own: Bundle) -> None:
    own.process["args"] = ["/no/such/program"]
    assert "/no/such/program" in users.fails(own)


@pytest.mark.parametrize("name", [*OLD_CALLS, "all"])
def test_without(users: UsersRuntime, own: Bundle, init: Path, name: str) -> None:
    """As test_oci_old_kernels.py has it for root."""
    volume = own.path.parent / "volume"
    volume.mkdir(mode=0o755)
    own.mounts.append({"destination": "/mnt", "type": "none", "source": users.seen(volume), "options": ["bind", "ro"]})
    own.linux["maskedPaths"] = ["/proc/keys"]
    own.spec["root"]["readonly"] = True
    users.command = (*without(init, name), *users.command)
    container: Container = users.started(own.runs("cat /proc/keys", "try-create /x", "try-create /mnt/x", "wait"))
    assert container.answers(3) == ["", "EROFS", "EROFS"]
    assert container.status == "running"
    assert container.ask("echo x") == ["x"]
    container.kill()
    container.wait_for("stopped")
    container.delete()
    assert users.containers() == []


def inside_a_user_namespace(runtime: Runtime, own: Bundle) -> None:
    """`unshare -r`: root without the rights of root; the namespace is the caller's, the container makes none."""
    own.without_namespace("user").namespace("network")
    for name in ("uidMappings", "gidMappings"):
        del own.linux[name]
    for path in (own.path, own.rootfs, *own.rootfs.rglob("*")):
        os.chown(path, 0, 0)
    own.process["capabilities"] = {}
    runtime.command = ("unshare", "--user", "--map-root-user", "--mount", *runtime.command)


def test_root_of_a_user_namespace(runtime: Runtime, own: Bundle) -> None:
    inside_a_user_namespace(runtime, own)
    ids, text = runtime.ask(own, "id", "cat /proc/self/uid_map")
    assert ids.startswith("0 0 0")
    assert text.split() == ["0", "0", "1"]


@pytest.mark.parametrize("name", [*OLD_CALLS, "all"])
def test_root_of_a_user_namespace_without(runtime: Runtime, own: Bundle, init: Path, name: str) -> None:
    inside_a_user_namespace(runtime, own)
    own.linux["maskedPaths"] = ["/proc/keys"]
    runtime.command = (*without(init, name), *runtime.command)
    assert runtime.ask(own, "cat /proc/keys", "echo x") == ["", "x"]
