"""config-linux.md, "Namespaces": new, joined by path, and left out."""

import os
import subprocess
from pathlib import Path
from typing import Iterator

import pytest

from bundle import Bundle, bind
from engine import Runtime

_ORDER = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")
_FILE = {"network": "net", "mount": "mnt"}


def file_of(kind: str) -> str:
    return _FILE.get(kind, kind)


def namespaces_of(answer: str) -> dict[str, str]:
    return dict(zip(_ORDER, answer.splitlines()))


def mine() -> dict[str, str]:
    return {name: os.readlink(f"/proc/self/ns/{name}") for name in _ORDER}


def test_all_new(runtime: Runtime, bundle: Bundle) -> None:
    bundle.namespace("cgroup")
    [answer] = runtime.ask(bundle, "ns")
    found = namespaces_of(answer)
    assert {name for name in _ORDER if found[name] != mine()[name]} == set(_ORDER) - {"time", "user"}


@pytest.mark.parametrize("kind", ["ipc", "network", "uts", "pid"])
def test_without_one_that_of_the_caller_is_used(runtime: Runtime, bundle: Bundle, kind: str) -> None:
    bundle.without_namespace(kind)
    if kind == "ipc":  # its file systems belong to it
        bundle.spec["mounts"] = [each for each in bundle.mounts if each["type"] != "mqueue"]
    [answer] = runtime.ask(bundle, "ns")
    name = file_of(kind)
    assert namespaces_of(answer)[name] == mine()[name]


@pytest.fixture
def other() -> Iterator[Path]:
    """The namespaces of a process that is neither ours nor a container's."""
    holder = subprocess.Popen(["unshare", "--ipc", "--net", "--uts", "--cgroup", "--mount", "sh", "-c",
                               "echo; exec sleep 1000"], stdout=subprocess.PIPE)
    assert holder.stdout
    holder.stdout.readline()
    yield Path(f"/proc/{holder.pid}/ns")
    holder.kill()
    holder.wait()
    holder.stdout.close()


@pytest.mark.parametrize("kind", ["ipc", "network", "uts", "cgroup"])
def test_joined_by_path(runtime: Runtime, bundle: Bundle, other: Path, kind: str) -> None:
    name = file_of(kind)
    bundle.namespace(kind, str(other / name))
    [answer] = runtime.ask(bundle, "ns")
    assert namespaces_of(answer)[name] == os.readlink(other / name)


def test_a_pid_namespace_joined_by_path(runtime: Runtime, bundle: Bundle, make_bundle: type) -> None:
    first = runtime.started(bundle)
    second: Bundle = make_bundle()
    second.namespace("pid", f"/proc/{first.pid}/ns/pid")
    pids, answer, names = runtime.ask(second, "pids", "ns", "ls /proc")
    assert namespaces_of(answer)["pid"] == os.readlink(f"/proc/{first.pid}/ns/pid")
    assert int(pids.split()[0]) > 1
    assert "1" in names.split()


def test_a_path_of_another_kind_is_refused(runtime: Runtime, bundle: Bundle, other: Path) -> None:
    bundle.namespace("network", str(other / "uts"))
    runtime.fails(bundle)


def test_a_path_that_is_not_there_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.namespace("network", "/not/there")
    assert "/not/there" in runtime.fails(bundle) or runtime.name == "crun"


@pytest.mark.known_fault("crun", "1.8 takes the last one")
def test_one_given_twice_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    """config-linux.md: with duplicated namespaces "the runtime MUST generate an error"."""
    bundle.linux["namespaces"].append({"type": "uts"})
    runtime.fails(bundle)


def test_an_unknown_one_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.namespace("weather")
    assert "weather" in runtime.fails(bundle)


def test_the_process_is_the_first(runtime: Runtime, bundle: Bundle) -> None:
    pids, names = runtime.ask(bundle, "pids", "ls /proc")
    assert pids.split()[:2] == ["1", "0"]
    assert [name for name in names.split() if name.isdigit()] == ["1"]


def test_it_leads_a_session(runtime: Runtime, bundle: Bundle) -> None:
    assert runtime.ask(bundle, "pids")[0].split()[2:] == ["1", "1"]


def test_loopback_is_up(runtime: Runtime, bundle: Bundle) -> None:
    flags = runtime.ask(bundle, "cat /sys/class/net/lo/flags")[0]
    assert int(flags, 16) & 1


def test_a_host_network_with_sys(runtime: Runtime, bundle: Bundle) -> None:
    bundle.without_namespace("network")
    bundle.spec["mounts"] = [each for each in bundle.mounts if each["destination"] != "/sys"]
    bundle.mounts.append(bind(Path("/sys"), "/sys", "rbind", "ro"))
    assert "lo" in runtime.ask(bundle, "ls /sys/class/net")[0].split()
