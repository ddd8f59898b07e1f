"""Malformed config.json: every field of the wrong type in turn, for corten only.

Each has to end `create` with status 1 and one line that names the field, and to leave nothing behind.
"""

import copy
import json
from typing import Any, Iterator, Union

import pytest

from bundle import Bundle
from engine import Runtime, leftovers

pytestmark = [pytest.mark.known_fault("runc", "names Go types, not fields"),
              pytest.mark.known_fault("crun", "takes most of them for absent")]

Path = tuple[Union[str, int], ...]

_RULE = {"allow": False, "type": "c", "major": 1, "minor": 3, "access": "rwm"}
_DISK = {"major": 7, "minor": 0}
_HOOK = {"path": "/bin/true", "args": ["true"], "env": ["A=1"], "timeout": 5}
_MAP = {"containerID": 0, "hostID": 100000, "size": 1000}
_COMPARISON = {"index": 0, "value": 1, "valueTwo": 2, "op": "SCMP_CMP_EQ"}

# Every field of the specification that means something on Linux, right as it stands.
_FULL: dict[str, dict[str, Any]] = {
    "top": {"ociVersion": "1.0.2", "hostname": "box", "domainname": "example", "annotations": {"key": "value"},
            "root": {"path": "rootfs", "readonly": True}},
    "process": {"process": {
        "terminal": False, "consoleSize": {"height": 10, "width": 20},
        "user": {"uid": 1, "gid": 2, "umask": 18, "additionalGids": [3]},
        "args": ["/init"], "env": ["A=1"], "cwd": "/",
        "capabilities": {name: ["CAP_KILL"] for name in ("bounding", "effective", "inheritable", "permitted",
                                                         "ambient")},
        "rlimits": [{"type": "RLIMIT_CORE", "soft": 1, "hard": 2}], "noNewPrivileges": True, "oomScoreAdj": 10,
        "apparmorProfile": "profile", "selinuxLabel": "label", "ioPriority": {"class": "IOPRIO_CLASS_BE",
                                                                             "priority": 4},
        "scheduler": {"policy": "SCHED_OTHER", "nice": 1, "priority": 0, "flags": [], "runtime": 0, "deadline": 0,
                      "period": 0}}},
    "mounts": {"mounts": [{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid"],
                           "uidMappings": [_MAP], "gidMappings": [_MAP]}]},
    "hooks": {"hooks": {name: [_HOOK] for name in ("prestart", "createRuntime", "createContainer", "startContainer",
                                                   "poststart", "poststop")}},
    "linux": {"linux": {
        "uidMappings": [_MAP], "gidMappings": [_MAP], "sysctl": {"net.ipv4.ip_forward": "1"}, "cgroupsPath": "/x",
        "namespaces": [{"type": "network", "path": "/proc/self/ns/net"}],
        "devices": [{"path": "/dev/x", "type": "c", "major": 1, "minor": 3, "fileMode": 438, "uid": 0, "gid": 0}],
        "rootfsPropagation": "rslave", "maskedPaths": ["/x"], "readonlyPaths": ["/y"], "mountLabel": "label",
        "personality": {"domain": "LINUX", "flags": []}, "intelRdt": {"closID": "x", "l3CacheSchema": "y"},
        "timeOffsets": {"monotonic": {"secs": 1, "nanosecs": 2}}}},
    "resources": {"linux": {"resources": {
        "devices": [_RULE], "unified": {"memory.high": "1"}, "pids": {"limit": 5},
        "memory": {"limit": 1, "reservation": 1, "swap": 1, "kernel": 1, "kernelTCP": 1, "swappiness": 1,
                   "disableOOMKiller": False, "useHierarchy": True, "checkBeforeUpdate": True},
        "cpu": {"shares": 2, "quota": 1000, "burst": 0, "period": 1000, "realtimeRuntime": 1, "realtimePeriod": 1,
                "cpus": "0", "mems": "0", "idle": 0},
        "blockIO": {"weight": 10, "leafWeight": 10, "weightDevice": [{**_DISK, "weight": 10, "leafWeight": 10}],
                    "throttleReadBpsDevice": [{**_DISK, "rate": 1}], "throttleWriteBpsDevice": [{**_DISK, "rate": 1}],
                    "throttleReadIOPSDevice": [{**_DISK, "rate": 1}],
                    "throttleWriteIOPSDevice": [{**_DISK, "rate": 1}]},
        "hugepageLimits": [{"pageSize": "2MB", "limit": 1}],
        "network": {"classID": 1, "priorities": [{"name": "lo", "priority": 1}]},
        "rdma": {"mlx5_1": {"hcaHandles": 1, "hcaObjects": 1}}}}},
    "seccomp": {"linux": {"seccomp": {
        "defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 1, "architectures": ["SCMP_ARCH_X86_64"],
        "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "/x", "listenerMetadata": "y",
        "syscalls": [{"names": ["getpid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "args": [_COMPARISON]}]}}},
}
_WRONG: list[Any] = ["text", 1.5, -7, True, None, [], {}, ["text"], {"key": "value"}]


def fields(value: Any, path: Path = ()) -> Iterator[Path]:
    """The place of everything below a value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from fields(child, (*path, key))


def wrong_for(value: Any) -> list[Any]:
    """A few values of types that cannot stand for this one. null may mean "absent", and is not among them."""
    def kind(each: Any) -> str:
        return "number" if isinstance(each, int) and not isinstance(each, bool) else type(each).__name__

    return [each for each in _WRONG if each is not None and kind(each) != kind(value)]


def merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}
    return copy.deepcopy(over)


def replaced(spec: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed: Any = copy.deepcopy(spec)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


def named(path: Path) -> str:
    """The last word of the path: the field that the message must name."""
    return next(key for key in reversed(path) if isinstance(key, str))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("section", _FULL)
def test_a_field_of_the_wrong_type(runtime: Runtime, bundle: Bundle, section: str) -> None:
    full = merged(bundle.spec, _FULL[section])
    wrong: list[str] = []
    for path in fields(_FULL[section]):
        original: Any = full
        for key in path:
            original = original[key]
        for number, value in enumerate(wrong_for(original)[:3]):
            bundle.spec = replaced(full, path, value)
            bundle.write()
            done = runtime("create", "--bundle", str(bundle.path), bundle.id)
            text = ".".join(map(str, path)) + f" = {json.dumps(value)} ({number}): {done.code}: {done.err}"
            if done.code != 1 or named(path) not in done.err or done.err.count("\n") != 1:
                wrong.append(text)
            if runtime.containers() or leftovers(bundle):
                wrong.append(f"left something behind: {text}")
                runtime("delete", "--force", bundle.id)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("path", [("ociVersion",), ("root", "path"), ("process", "cwd"), ("process", "args")],
                         ids=lambda path: ".".join(path))
def test_a_field_that_must_be_there(runtime: Runtime, bundle: Bundle, path: tuple[str, ...]) -> None:
    at: Any = bundle.spec
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    bundle.write()
    done = runtime("create", "--bundle", str(bundle.path), bundle.id)
    assert done.code == 1
    assert path[-1] in done.err and done.err.count("\n") == 1
    assert runtime.containers() == []


@pytest.mark.parametrize("path,value", [
    (("process", "user", "uid"), -1), (("process", "user", "uid"), 1 << 32), (("process", "oomScoreAdj"), 1001),
    (("process", "args"), ["a\0b"]), (("process", "env"), ["A\0=1"]), (("process", "cwd"), "/a\0b"),
    (("mounts",), [{"destination": ""}]), (("ociVersion",), "2.0.0"),
    (("ociVersion",), "one"), (("hostname",), "h" * 65),
], ids=lambda part: ".".join(map(str, part)) if isinstance(part, tuple) else None)
def test_a_value_out_of_range(runtime: Runtime, bundle: Bundle, path: tuple[str, ...], value: Any) -> None:
    bundle.spec = replaced(bundle.spec | {"hostname": "x"}, path, value)
    bundle.write()
    done = runtime("create", "--bundle", str(bundle.path), bundle.id)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert runtime.containers() == [] and leftovers(bundle) == []


def test_a_document_that_is_too_deep(runtime: Runtime, bundle: Bundle) -> None:
    (bundle.path / "config.json").write_text("[" * 100_000)
    done = runtime("create", "--bundle", str(bundle.path), bundle.id)
    assert done.code == 1 and "config.json" in done.err
