"""Bundles: a minimal config.json, and a root filesystem that holds nothing but the helper /init."""

import itertools
import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any, Optional

Spec = dict[str, Any]

# What Docker gives a container.
DEFAULT_CAPABILITIES = [f"CAP_{name}" for name in (
    "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL "
    "AUDIT_WRITE").split()]
CAPABILITY_SETS = ("bounding", "effective", "inheritable", "permitted", "ambient")

# Below this cgroup are those of all containers of one test run.
CGROUP_PARENT = f"/corten-test-{os.getpid()}"

_numbers = itertools.count(1)


def new_id(word: str = "t") -> str:
    return f"{word}{os.getpid()}-{next(_numbers)}"


def capabilities(*names: str, sets: tuple[str, ...] = ("bounding", "effective", "permitted")) -> Spec:
    """The same capabilities in several sets, and none in the others."""
    return {each: list(names) if each in sets else [] for each in CAPABILITY_SETS}


def standard_mounts() -> list[Spec]:
    return [
        mount("/proc", "proc"),
        mount("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
        mount("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
        mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k", source="shm"),
        mount("/dev/mqueue", "mqueue", "nosuid", "noexec", "nodev"),
        mount("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"),
    ]


def mount(destination: str, kind: str, *options: str, source: Optional[str] = None, **more: Any) -> Spec:
    return {"destination": destination, "type": kind, "source": source or kind, "options": list(options), **more}


def bind(source: Path, destination: str, *options: str, **more: Any) -> Spec:
    return mount(destination, "none", *(options or ("rbind",)), source=str(source), **more)


def steps(*wanted: str) -> list[str]:
    """The command line of the helper for these steps: steps("id", "cat /etc/x")."""
    words = ["/init"]
    for number, step in enumerate(wanted):
        words += ([","] if number else []) + shlex.split(step)
    return words


class Bundle:
    """A folder with a rootfs; `spec` is written to config.json by write(), which engine.py calls."""

    def __init__(self, path: Path, init: Path) -> None:
        self.path = path
        self.rootfs = path / "rootfs"
        self.rootfs.mkdir(parents=True)
        for name in ("proc", "sys", "dev", "tmp", "etc"):
            (self.rootfs / name).mkdir()
        shutil.copy(init, self.rootfs / "init")
        self.id = new_id()
        self.cgroup = f"{CGROUP_PARENT}/{self.id}"
        self.spec: Spec = {
            "ociVersion": "1.0.2",
            "root": {"path": "rootfs"},
            "process": {
                "user": {"uid": 0, "gid": 0},
                "args": ["/init", "wait"],
                "env": ["PATH=/bin:/", "TERM=xterm"],
                "cwd": "/",
                "capabilities": capabilities(*DEFAULT_CAPABILITIES),
            },
            "mounts": standard_mounts(),
            "linux": {
                "cgroupsPath": self.cgroup,
                "namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts", "network")],
            },
        }

    @property
    def process(self) -> Spec:
        return self.spec["process"]

    @property
    def linux(self) -> Spec:
        return self.spec["linux"]

    @property
    def mounts(self) -> list[Spec]:
        return self.spec["mounts"]

    def runs(self, *wanted: str) -> "Bundle":
        """The process does these steps of the helper."""
        self.process["args"] = steps(*wanted)
        return self

    def namespace(self, kind: str, path: Optional[str] = None) -> "Bundle":
        """Adds a namespace, or replaces that of its kind."""
        self.without_namespace(kind)
        self.linux["namespaces"].append({"type": kind} | ({"path": path} if path else {}))
        return self

    def without_namespace(self, kind: str) -> "Bundle":
        self.linux["namespaces"] = [each for each in self.linux["namespaces"] if each["type"] != kind]
        return self

    def mapped(self, first: int = 100_000, count: int = 65_536) -> "Bundle":
        """Runs in a user namespace whose root is `first` outside; the rootfs is given to it."""
        self.namespace("user")
        mapping = [{"containerID": 0, "hostID": first, "size": count}]
        self.linux["uidMappings"] = mapping
        self.linux["gidMappings"] = mapping
        for path in (self.rootfs, *self.rootfs.rglob("*")):
            os.lchown(path, first, first)
        self.path.chmod(0o755)
        return self

    def file(self, name: str, text: str = "", mode: int = 0o644) -> Path:
        """A file in the rootfs, with the folders above it."""
        path = self.rootfs / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def folder(self, name: str) -> Path:
        path = self.rootfs / name.lstrip("/")
        path.mkdir(parents=True, exist_ok=True)
        return path

    def write(self) -> None:
        (self.path / "config.json").write_text(json.dumps(self.spec))
