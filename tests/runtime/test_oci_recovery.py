"""What a command that was killed leaves, and damaged records: `delete --force` takes all of it away."""

import itertools
import os
import shutil
from pathlib import Path

import pytest

from bundle import Bundle
from engine import CGROUPS, Runtime, leftovers, wait_until

pytestmark = [pytest.mark.known_fault("runc", "leaves cgroups"), pytest.mark.known_fault("crun", "leaves cgroups")]

# What changes something, or tells somebody: each of these calls of `create` is where it is killed in turn.
_CALLS = ("mkdirat", "renameat", "write", "fchmod", "bind", "memfd_create", "socketpair", "clone", "sendmsg", "recvmsg",
          "waitid", "exit_group")


def processes_of(bundle: Bundle) -> list[int]:
    """Init helpers and programs of this bundle that live, found by what they have as root or in memory."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            directory = os.readlink(entry / "cwd")
        except OSError:
            continue
        if words[0] in (b"corten-init", b"/init") and (directory == str(bundle.rootfs) or bundle.id in directory):
            found.append(int(entry.name))
    return found


def sleepers(bundle: Bundle) -> list[str]:
    """Hooks of this bundle that wait: the time that they wait is its mark."""
    mark = f"4{bundle.path.stat().st_ino}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == b"sleep" and mark in words:
            found.append(entry.parent.name)
    return found


def cgroups_named(bundle: Bundle) -> list[str]:
    return leftovers(bundle) + [str(path) for path in CGROUPS.glob(f"*/{bundle.id}")]


@pytest.fixture
def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.fail("needs strace, which scripts/install-packages installs")
    return found


@pytest.mark.parametrize("call", _CALLS)
def test_create_killed_at_every_step(runtime: Runtime, bundle: Bundle, strace: str, place: Path, call: str) -> None:
    """strace counts each call by itself."""
    command = runtime.command
    bundle.linux["resources"] = {"pids": {"limit": 20}}
    bundle.spec["hooks"] = {"createRuntime": [{"path": "/bin/true"}]}
    killed = 0
    for number in itertools.count(1):
        runtime.command = (strace, "-qq", "-o", str(place / "calls"), "-e", f"trace={call}",
                           "-e", f"inject={call}:signal=KILL:when={number}", *command)
        bundle.write()
        done = runtime("create", "--bundle", str(bundle.path), bundle.id)
        runtime.command = command
        survived = done.code == 0
        assert survived or "killed by SIGKILL" in (place / "calls").read_text(), done.err
        listed = runtime("list", "-q")
        assert listed.code == 0, listed.err
        runtime.ok("delete", "--force", bundle.id)
        where = f"{call} number {number}"
        assert runtime.containers() == [] and cgroups_named(bundle) == [], where
        wait_until(lambda: not processes_of(bundle), f"the end of all processes after {where}")
        if survived:
            break
        killed += 1
    assert killed > 0  # or the calls are no longer those of the runtime


@pytest.mark.parametrize("point", ["prestart", "createRuntime", "createContainer"])
def test_create_killed_while_a_hook_runs(runtime: Runtime, bundle: Bundle, point: str) -> None:
    flag = bundle.path / "flag"
    bundle.spec["hooks"] = {point: [{"path": "/bin/sh", "args": [
        "sh", "-c", f"cat >/dev/null; : > {flag}; exec sleep 4{bundle.path.stat().st_ino}"]}]}
    bundle.write()
    creating = runtime.begin("create", "--bundle", str(bundle.path), bundle.id)
    wait_until(flag.exists, "the hook")
    creating.process.kill()
    creating.process.wait()
    runtime.ok("delete", "--force", bundle.id)
    assert runtime.containers() == [] and cgroups_named(bundle) == []
    wait_until(lambda: not processes_of(bundle), "the end of the container's process")
    wait_until(lambda: not sleepers(bundle), "the end of the hook")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": 7}', "damaged"])
def test_a_damaged_record(runtime: Runtime, bundle: Bundle, text: str) -> None:
    container = runtime.started(bundle.runs("spawn 2", "wait"))
    container.answers(1)
    pid = container.pid
    (runtime.root / bundle.id / "state.json").write_text(text)
    assert "--force" in runtime.refused("delete", bundle.id)
    done = runtime("delete", "--force", bundle.id)
    assert done.code == 0, done.err
    assert bundle.id in done.err and "damaged" in done.err and "with the processes" in done.err
    assert runtime.containers() == [] and leftovers(bundle) == []
    assert not Path(f"/proc/{pid}").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text()


def test_a_damaged_record_beside_others(runtime: Runtime, bundle: Bundle, make_bundle) -> None:  # type: ignore
    other = make_bundle()
    runtime.create(bundle)
    runtime.create(other)
    (runtime.root / bundle.id / "state.json").write_text("{")
    done = runtime("list", "-q")
    assert done.code == 0 and done.out.split() == [other.id]
    assert bundle.id in done.err
    runtime.ok("delete", "--force", bundle.id)
    assert runtime.containers() == [other.id]


def test_a_damaged_record_and_no_configuration(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.create(bundle)
    pid = container.pid
    directory = runtime.root / bundle.id
    (directory / "state.json").write_text("{")
    (directory / "config.json").write_text("{")
    done = runtime("delete", "--force", bundle.id)
    assert done.code == 0 and "no process" in done.err
    assert runtime.containers() == []
    os.kill(pid, 9)
