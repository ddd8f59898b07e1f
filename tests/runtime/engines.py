"""Podman, Docker and containerd with a runtime of ours, each with all its files in a folder of its own."""

import hashlib
import io
import json
import os
import pty
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import services
from bundle import CGROUP_PARENT
from console import read_until
from engine import split, wait_until
from support import Outcome, needs, run

IMAGE = "localhost/helper:1"

# Podman's own settings come from one file. Its locks would otherwise lie in /dev/shm, for all of its stores together;
# its limits of resources are more than a machine without CAP_SYS_RESOURCE may give.
_CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
"""


@dataclass
class Engine:
    """The command line that Podman and Docker have in common."""

    name: str
    command: list[str]
    env: dict[str, str]
    run_flags: tuple[str, ...]
    remove_flags: tuple[str, ...]  # Podman would wait ten seconds for a process that ignores SIGTERM

    def __call__(self, *words: str, timeout: float = 40) -> Outcome:
        return run([*self.command, *words], env=self.env, timeout=timeout)

    def ok(self, *words: str) -> str:
        done = self(*words)
        assert done.code == 0, f"{self.name} {' '.join(words)} ended with {done.code}: {done.err}{done.out}"
        return done.out

    def run(self, *words: str, flags: tuple[str, ...] = ("--rm",)) -> Outcome:
        """`run` of the helper with these words."""
        return self("run", *self.run_flags, *flags, IMAGE, "/init", *words)

    def ask(self, *words: str, flags: tuple[str, ...] = ()) -> list[str]:
        """Its answers."""
        done = self.run(*words, flags=("--rm", *flags))
        assert done.code == 0, f"{self.name} run ended with {done.code}: {done.err}{done.out}"
        return split(done.out)

    def started(self, *words: str, flags: tuple[str, ...] = ()) -> str:
        """The id of a container in the background."""
        done = self.run(*(words or ("wait",)), flags=("--detach", *flags))
        assert done.code == 0, f"{self.name} run --detach ended with {done.code}: {done.err}"
        return done.out.strip()

    def inspect(self, container: str, template: str) -> str:
        return self.ok("inspect", "--format", "{{" + template + "}}", container).strip()

    def wait_for(self, container: str, status: str) -> None:
        wait_until(lambda: self.inspect(container, ".State.Status") == status, f"{container} to be {status}")

    def at_terminal(self, *words: str) -> tuple["subprocess.Popen[bytes]", int]:
        """Starts a command at a terminal of its own; the caller closes the other end."""
        master, slave = pty.openpty()
        process = subprocess.Popen([*self.command, *words], env=self.env, stdin=slave, stdout=slave, stderr=slave,
                                   start_new_session=True)
        os.close(slave)
        return process, master

    def converse(self, *words: str, expect: str, answer: Optional[str] = None) -> tuple[str, int]:
        """What a command at a terminal shows up to `expect`, answered by a line, to its end; and its exit status."""
        process, master = self.at_terminal(*words)
        try:
            shown = read_until(master, expect)
            if answer is not None:
                os.write(master, f"{answer}\n".encode())
                shown += read_until(master, f"got {answer}\n")
            return shown, process.wait(timeout=30)
        finally:
            os.close(master)
            if process.poll() is None:
                process.kill()
                process.wait()

    def remove_all(self) -> None:
        containers = self.ok("ps", "--all", "--quiet").split()
        if containers:
            self.remove(*containers)

    def remove(self, *containers: str) -> None:
        self.ok("rm", "--force", *self.remove_flags, *containers)


def image_archive(init: Path, target: Path) -> Path:
    """The root filesystem of the image: nothing but the helper."""
    with tarfile.open(target, "w") as tar:
        tar.add(init, "init")
    return target


def layout_archive(rootfs: Path, target: Path) -> Path:
    """The same as an image layout in an archive: image-spec, image-layout.md."""
    blobs: dict[str, bytes] = {}

    def add(data: bytes, media_type: str) -> dict[str, object]:
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = data
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    oci = "application/vnd.oci.image"
    layer = add(rootfs.read_bytes(), f"{oci}.layer.v1.tar")
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}
    manifest = {"schemaVersion": 2, "mediaType": f"{oci}.manifest.v1+json", "layers": [layer],
                "config": add(json.dumps(config).encode(), f"{oci}.config.v1+json")}
    entry = add(json.dumps(manifest).encode(), f"{oci}.manifest.v1+json")
    index = {"schemaVersion": 2, "manifests": [{**entry, "annotations": {"io.containerd.image.name": IMAGE}}]}
    blobs["index.json"] = json.dumps(index).encode()
    blobs["oci-layout"] = b'{"imageLayoutVersion":"1.0.0"}'
    with tarfile.open(target, "w") as tar:
        for name, data in blobs.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return target


def named_runtime(binary: Path, place: Path) -> Path:
    """The binary under the name that makes it a runtime."""
    path = place / "corten-oci"
    path.symlink_to(binary)
    return path


def _environment(place: Path) -> dict[str, str]:
    home = place / "home"
    home.mkdir(exist_ok=True)
    return {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "HOME": str(home)}


def make_podman(place: Path, runtime: Path, archive: Path) -> Engine:
    command = [needs("podman"), "--root", str(place / "storage"), "--runroot", str(place / "run"),
               "--tmpdir", str(place / "tmp"), "--storage-driver", "vfs", "--runtime", str(runtime)]
    settings = place / "containers.conf"
    settings.write_text(_CONTAINERS_CONF)
    podman = Engine("podman", command, {**_environment(place), "CONTAINERS_CONF": str(settings)},
                    ("--cgroup-parent", CGROUP_PARENT), ("--time", "0"))
    podman.ok("import", str(archive), IMAGE)
    return podman


class Containerd:
    """A containerd with a socket of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.socket = place / "containerd.sock"
        self.env = _environment(place)
        settings = place / "containerd.toml"
        settings.write_text(
            f'version = 2\nroot = "{place}/containerd"\nstate = "{place}/containerd-run"\n'
            'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]\n'
            f'[grpc]\naddress = "{self.socket}"\n')
        self.ctr = [needs("ctr"), "--address", str(self.socket)]
        self.process = services.start([needs("containerd"), "--config", str(settings)], place / "containerd.log",
                                     self._answers)

    def _answers(self) -> bool:
        return self.socket.exists() and self("version").code == 0

    def __call__(self, *words: str, timeout: float = 30) -> Outcome:
        return run([*self.ctr, *words], env=self.env, timeout=timeout)

    def ok(self, *words: str) -> str:
        done = self(*words)
        assert done.code == 0, f"ctr {' '.join(words)} ended with {done.code}: {done.err}{done.out}"
        return done.out


class Docker:
    """A dockerd with our runtime as its default, on a containerd that is ours too: left alone, it would use the one
    of the machine."""

    def __init__(self, place: Path, runtime: Path, containerd: Containerd, archive: Path) -> None:
        socket = f"unix://{place}/docker.sock"
        env = _environment(place)
        self.engine = Engine("docker", [needs("docker"), "--host", socket], env, ("--network", "none"), ())
        self.process = services.start(
            [needs("dockerd"), "--host", socket, "--containerd", str(containerd.socket),
             "--data-root", str(place / "docker"), "--exec-root", str(place / "docker-run"),
             "--pidfile", str(place / "docker.pid"), "--config-file", str(_empty_config(place)),
             "--storage-driver", "vfs", "--bridge", "none", "--iptables=false", "--ip-forward=false",
             "--cgroup-parent", CGROUP_PARENT, "--add-runtime", f"corten={runtime}", "--default-runtime", "corten"],
            place / "dockerd.log", lambda: self.engine("version").code == 0)
        self.engine.ok("import", str(archive), IMAGE)


def _empty_config(place: Path) -> Path:
    path = place / "daemon.json"
    path.write_text("{}")
    return path
