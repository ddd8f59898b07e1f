"""Looks at stores and runs corten the ways that the tests of images need."""

import hashlib
import io
import json
import os
import stat
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import pytest

from support import Corten, Outcome


def ok(done: Outcome) -> str:
    """Standard output of a command that must succeed."""
    assert done.code == 0, f"exit status {done.code}\n{done.out}{done.err}"
    return done.out


def refused(done: Outcome) -> str:
    """Standard error of a command that must fail in words: no crash, no bare number, no trace."""
    assert done.code > 0, f"exit status {done.code}\n{done.out}{done.err}"
    assert done.code < 128, f"exit status {done.code}\n{done.out}{done.err}"
    first = next((line for line in done.err.splitlines() if line.startswith("corten: ")), None)
    assert first is not None, f"no message: {done.err!r}"
    assert "Sanitizer" not in done.err and "internal error" not in done.err, done.err
    return done.err


def assert_sound(corten: Corten, prefix: Optional[list[str]] = None) -> None:
    """`system check` finds nothing wrong."""
    done = run_in(corten, prefix or [], "system", "check", timeout=30)
    assert done.code == 0, f"system check: exit status {done.code}\n{done.out}{done.err}"


def run_in(corten: Corten, prefix: list[str], *words: str, timeout: float = 20) -> Outcome:
    """`PREFIX corten --root ... WORDS`: the prefix is strace, nsenter or the like."""
    command = [*prefix, str(corten.binary), "--root", str(corten.root), "--run-root", str(corten.run_root), *words]
    done = subprocess.run(
        command, env=corten.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def start(corten: Corten, *words: str) -> "subprocess.Popen[str]":
    return start_in(corten, [], *words)


def start_in(corten: Corten, prefix: list[str], *words: str) -> "subprocess.Popen[str]":
    command = [*prefix, str(corten.binary), "--root", str(corten.root), "--run-root", str(corten.run_root), *words]
    return subprocess.Popen(
        command, env=corten.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]", timeout: float = 30) -> Outcome:
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"did not end within {timeout} s:\n{out}{err}") from None
    return Outcome(process.returncode, out, err)


def index_of(corten: Corten) -> dict:
    return json.loads((corten.root / "index.json").read_text())


def names_in(corten: Corten) -> dict[str, str]:
    """Name -> digest of what it stands for, from index.json."""
    return {
        entry["annotations"]["org.opencontainers.image.ref.name"]: entry["digest"]
        for entry in index_of(corten)["manifests"]
        if "org.opencontainers.image.ref.name" in entry.get("annotations", {})
    }


def has_blob(corten: Corten, digest: str) -> bool:
    return (corten.root / "blobs" / digest.replace(":", "/")).is_file()


def image_ids(corten: Corten) -> list[str]:
    return ok(corten("images", "-q", "--no-trunc")).split()


def files_of(corten: Corten, name: str) -> dict[str, bytes]:
    """The regular files of an image, read from the store's layout without corten's help."""
    document = _read_json(corten, names_in(corten)[name])
    if "manifests" in document:
        document = next(_read_json(corten, d["digest"]) for d in document["manifests"] if has_blob(corten, d["digest"]))
    files: dict[str, bytes] = {}
    for layer in document["layers"]:
        data = _read_blob(corten, layer["digest"])
        if layer["mediaType"].endswith("zstd"):
            data = subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=True, timeout=20).stdout
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
            _apply(files, archive)
    return files


def _read_json(corten: Corten, digest: str) -> dict:
    return json.loads(_read_blob(corten, digest))


def _read_blob(corten: Corten, digest: str) -> bytes:
    data = (corten.root / "blobs" / digest.replace(":", "/")).read_bytes()
    assert "sha256:" + hashlib.sha256(data).hexdigest() == digest, f"the store has a wrong blob {digest}"
    return data


def _apply(files: dict[str, bytes], layer: tarfile.TarFile) -> None:
    for member in layer:
        folder, _, last = member.name.removeprefix("./").rpartition("/")
        path = f"{folder}/{last}" if folder else last
        if last == ".wh..wh..opq":
            for old in [p for p in files if p.startswith(f"{folder}/")]:
                del files[old]
        elif last.startswith(".wh."):
            gone = f"{folder}/{last[4:]}" if folder else last[4:]
            for old in [p for p in files if p == gone or p.startswith(gone + "/")]:
                del files[old]
        elif member.isreg():
            files[path] = layer.extractfile(member).read()  # type: ignore[union-attr]
        elif member.islnk():
            files[path] = files[member.linkname.removeprefix("./")]


@dataclass(frozen=True)
class FileState:
    kind: int
    mode: int
    links: int
    size: int
    modified: int
    content: bytes


def state_of(directory: Path) -> dict[str, FileState]:
    """Everything below a directory, to see afterwards that nobody touched it."""
    found = {}
    for path in [directory, *sorted(directory.rglob("*"))]:
        info = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(info.st_mode) else b""
        found[str(path)] = FileState(
            stat.S_IFMT(info.st_mode), info.st_mode, info.st_nlink, info.st_size, info.st_mtime_ns, content
        )
    return found


class MountNamespace:
    """A mount namespace of its own, held by a sleeping process; `prefix` runs commands in it.

    Skips the test where no namespace can be made: the machine forbids it to this user.
    """

    def __init__(self, script: str, *words: str) -> None:
        command = ["unshare", "--mount", "--propagation", "private"]
        if os.geteuid() != 0:
            command += ["--user", "--map-root-user"]
        self.process = subprocess.Popen(
            [*command, "sh", "-ec", script + "\necho ready; exec sleep 300", "sh", *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        assert self.process.stdout and self.process.stderr
        if self.process.stdout.readline() != "ready\n":
            self.process.wait(timeout=10)
            pytest.skip(f"cannot mount in a namespace of its own: {self.process.stderr.read().strip()}")
        self.prefix = ["nsenter", "--target", str(self.process.pid), "--mount"]
        if os.geteuid() != 0:
            self.prefix += ["--user", "--preserve-credentials"]
        self.prefix.append("--")

    def __enter__(self) -> "MountNamespace":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(timeout=10)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def run(self, *command: str) -> None:
        subprocess.run([*self.prefix, *command], check=True, capture_output=True, timeout=20)


def skopeo(*words: str, timeout: float = 30) -> str:
    done = subprocess.run(
        ["skopeo", "--insecure-policy", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=timeout, check=False, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )
    assert done.returncode == 0, f"skopeo {' '.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout


def umoci(*words: str, timeout: float = 30) -> Outcome:
    done = subprocess.run(
        ["umoci", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
