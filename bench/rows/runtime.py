"""An OCI runtime runs one bundle: from its command to the end of a container that does nothing."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
from pathlib import Path

from harness.inputs import Inputs
from harness.model import Contender, Row

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "corten-bench"
_CLONE_NEWNS = 0x20000


def _hide_version_2() -> None:
    """crun 1.8 refuses a machine where the version 2 hierarchy beside version 1 has controllers: it goes away for this
    benchmark, in a mount namespace of its own."""
    unified = "/sys/fs/cgroup/unified"
    if not os.path.ismount(unified) or os.geteuid() != 0:
        return
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["umount", unified], check=True)


class _Scene:
    """The bundle and what goes with it, made when a row first needs it."""

    def __init__(self, bin_dir: Path, inputs: Inputs) -> None:
        self.bin_dir = bin_dir
        self.base = inputs.directory / "runtime"

    def bundle(self) -> Path:
        """`corten oci spec` with limits and the default seccomp profile; its program is the tests' helper."""
        _hide_version_2()
        directory = self.base / "bundle"
        if not (directory / "config.json").exists():
            shutil.rmtree(directory, ignore_errors=True)
            rootfs = directory / "rootfs"
            for name in ("proc", "sys", "dev"):
                (rootfs / name).mkdir(parents=True)
            sources = sorted(map(str, (ROOT / "tests/runtime/init").glob("*.c")))
            subprocess.run(["gcc", "-std=gnu17", "-O1", "-static", "-o", rootfs / "init", *sources], check=True)
            subprocess.run([self.bin_dir / "corten", "oci", "spec", "--bundle", directory], check=True)
            self._complete(directory / "config.json")
        return directory

    def _complete(self, config: Path) -> None:
        spec = json.loads(config.read_text())
        spec["ociVersion"] = "1.0.2"  # all that crun 1.8 knows
        spec["process"] |= {"args": ["/init", "exit", "0"], "terminal": False}
        spec["linux"]["cgroupsPath"] = f"/{NAME}"
        spec["linux"]["resources"] |= {"memory": {"limit": 1 << 28}, "pids": {"limit": 100}, "cpu": {"shares": 512}}
        spec["linux"]["seccomp"] = json.loads(self._made("profile"))
        config.write_text(json.dumps(spec))

    def rootfs(self) -> Path:
        return self.bundle() / "rootfs"

    def filter(self) -> Path:
        path = self.base / "filter"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._made("filter"))
        return path

    def _made(self, what: str) -> bytes:
        return subprocess.run([self.bin_dir / "corten-bench", what, "/dev/null"], capture_output=True, check=True).stdout

    @staticmethod
    def state(name: str) -> str:
        """In memory, as /run is on most machines, where runtimes keep their records."""
        return f"/dev/shm/{NAME}/{name}"


def rows(bin_dir: Path, inputs: Inputs) -> list[Row]:
    scene = _Scene(bin_dir, inputs)

    def run(name: str, *command: str) -> Contender:
        return Contender(name, [*command, "--root", scene.state(name.split()[0]), "run", "--bundle", scene.bundle, NAME])

    contenders = [
        run("corten oci run", str(bin_dir / "corten"), "oci"),
        Contender("corten-floor", [str(bin_dir / "corten-floor"), scene.rootfs, NAME, scene.filter, "/init", "exit", "0"]),
        run("crun run", "crun"),
        run("runc run", "runc"),
    ]
    note = "needs root; the floor is the kernel's part alone, see floor/main.c"
    return [
        Row("run a bundle (wall)", contenders, "wall", "<= 2x the floor, <= 0.6x crun", note, 5),
        Row("run a bundle (cpu)", contenders, "cpu", "<= 2x the floor, <= 0.6x crun", note, 5),
    ]
