"""The verbs for ordinary users: an ordinary user's `unshare -r`-like single mapping, without cgroups."""

import os
from pathlib import Path
from typing import Any, Iterator

import pytest

from bundle import Bundle
from engine import Container, Running, Runtime

_UID = 4242
# Where the user sees the folder of the test: those above it may be closed to others.
_SEEN = "/mnt"


class UsersRuntime(Runtime):
    """A runtime that an ordinary user runs; paths are told as that user sees them."""

    def __init__(self, name: str, command: tuple[str, ...], place: Path) -> None:
        user = ("setpriv", f"--reuid={_UID}", f"--regid={_UID}", "--clear-groups", "--")
        super().__init__(name, (*user, *command), place)
        self.setup = f"mount --bind {place} {_SEEN}"
        self.root.mkdir()
        runtime_directory = place / "runtime"
        runtime_directory.mkdir(mode=0o700)
        self.variables = {"XDG_RUNTIME_DIR": f"{_SEEN}/runtime", "HOME": _SEEN}
        for path in (self.root, runtime_directory):
            os.chown(path, _UID, _UID)

    def begin(self, *words: str, options: tuple[str, ...] = (), **how: Any) -> Running:
        told = [word.replace(str(self.place), _SEEN) for word in words]
        root, self.root = self.root, Path(_SEEN) / "state"
        try:
            return super().begin(*told, options=options, **how)
        finally:
            self.root = root


@pytest.fixture
def users(runtime: Runtime, place: Path) -> Iterator[Runtime]:
    made = UsersRuntime(runtime.name, runtime.command, place)
    if runtime.name == "corten":  # its build tree may be closed to the user too
        (place / "corten").touch()
        made.setup = f"mount --bind {runtime.command[0]} {place}/corten; {made.setup}"
        made.command = (*made.command[:-2], f"{_SEEN}/corten", "oci")
    yield made
    made.close()


@pytest.fixture
def own(bundle: Bundle) -> Bundle:
    """What `spec --rootless` makes: one id, no cgroup, no network of its own."""
    bundle.namespace("user").without_namespace("network")
    for name in ("uidMappings", "gidMappings"):
        bundle.linux[name] = [{"containerID": 0, "hostID": _UID, "size": 1}]
    del bundle.linux["cgroupsPath"]
    bundle.spec["mounts"] = [each for each in bundle.mounts if each["destination"] != "/sys"]
    for each in bundle.mounts:
        each["options"] = [option for option in each["options"] if option != "gid=5"]
    for path in (bundle.path, bundle.rootfs, *bundle.rootfs.rglob("*")):
        os.chown(path, _UID, _UID)
    return bundle


def test_run(users: Runtime, own: Bundle) -> None:
    ids, maps, groups = users.ask(own, "id", "cat /proc/self/uid_map", "cat /proc/self/setgroups")
    assert ids.splitlines()[:2] == ["0 0 0", "0 0 0"]
    assert maps.split() == ["0", str(_UID), "1"]
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


def test_nothing_of_others(users: Runtime, own: Bundle) -> None:
    """Root in there is the user out here."""
    secret = own.path.parent / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    own.mounts.append({"destination": "/secret", "type": "none", "source": f"{_SEEN}/secret", "options": ["bind"]})
    assert users.ask(own, "cat /secret", "try-write /secret x") == ["error: EACCES", "EACCES"]


def test_masks_and_readonly_paths(users: Runtime, own: Bundle) -> None:
    own.linux["maskedPaths"] = ["/proc/keys"]
    own.linux["readonlyPaths"] = ["/proc/sys"]
    own.spec["root"]["readonly"] = True
    assert users.ask(own, "cat /proc/keys", "try-create /x", "try-write /proc/sys/kernel/shmmax 1") == \
        ["", "EROFS", "EROFS"]


def test_a_missing_program(users: Runtime, own: Bundle) -> None:
    own.process["args"] = ["/no/such/program"]
    assert "/no/such/program" in users.fails(own)


def test_root_of_a_user_namespace(runtime: Runtime, own: Bundle) -> None:
    """`unshare -r`: root without the rights of root; the namespace is the caller's, the container makes none."""
    own.without_namespace("user").namespace("network")
    for name in ("uidMappings", "gidMappings"):
        del own.linux[name]
    for path in (own.path, own.rootfs, *own.rootfs.rglob("*")):
        os.chown(path, 0, 0)
    own.process["capabilities"] = {}
    runtime.command = ("unshare", "--user", "--map-root-user", "--mount", *runtime.command)
    ids, text = runtime.ask(own, "id", "cat /proc/self/uid_map")
    assert ids.startswith("0 0 0")
    assert text.split() == ["0", "0", "1"]
