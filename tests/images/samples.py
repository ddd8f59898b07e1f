"""Images made in memory, the same bytes on each run: layers, manifests, indexes, and layouts of them on disk."""

import gzip
import hashlib
import io
import json
import random
import subprocess
import tarfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Union

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"

REF_NAME = "org.opencontainers.image.ref.name"
BORN = 1_600_000_000  # the time of every file: 2020-09-13T12:26:40Z


def digest_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Blob:
    data: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return digest_of(self.data)

    def descriptor(self, **more: Any) -> dict[str, Any]:
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.data), **more}


@dataclass(frozen=True)
class Entry:
    """One member of a layer's tar, exactly as given: names are not cleaned, so that they can lie."""

    name: str
    data: bytes = b""
    kind: bytes = tarfile.REGTYPE
    mode: int = 0o644
    link: str = ""
    uid: int = 0
    gid: int = 0
    device: tuple[int, int] = (0, 0)
    pax: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.name, self.data, self.kind, self.link))


def directory(name: str, mode: int = 0o755) -> Entry:
    return Entry(name, kind=tarfile.DIRTYPE, mode=mode)


def symlink(name: str, target: str) -> Entry:
    return Entry(name, kind=tarfile.SYMTYPE, link=target, mode=0o777)


def hardlink(name: str, target: str) -> Entry:
    return Entry(name, kind=tarfile.LNKTYPE, link=target)


def tar_of(entries: Iterable[Entry]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry in entries:
            info = tarfile.TarInfo(entry.name)
            info.size, info.type, info.mode, info.linkname = len(entry.data), entry.kind, entry.mode, entry.link
            info.uid, info.gid, info.mtime = entry.uid, entry.gid, BORN
            info.devmajor, info.devminor = entry.device
            info.pax_headers = dict(entry.pax)
            archive.addfile(info, io.BytesIO(entry.data) if entry.data else None)
    return buffer.getvalue()


@lru_cache(maxsize=None)
def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that no compression makes smaller."""
    return random.Random(seed).randbytes(size)


@dataclass(frozen=True)
class Layer:
    tar: bytes
    compression: str = "gzip"  # gzip, zstd, none
    docker: bool = False

    @property
    def diff_id(self) -> str:
        return digest_of(self.tar)

    @property
    def blob(self) -> Blob:
        if self.docker:
            return Blob(_gzip(self.tar), DOCKER_LAYER)
        if self.compression == "gzip":
            return Blob(_gzip(self.tar), OCI_LAYER + "+gzip")
        if self.compression == "zstd":
            return Blob(_zstd(self.tar), OCI_LAYER + "+zstd")
        return Blob(self.tar, OCI_LAYER)


@lru_cache(maxsize=64)
def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=1, mtime=0)


@lru_cache(maxsize=64)
def _zstd(data: bytes) -> bytes:
    return subprocess.run(
        ["zstd", "-q", "-3", "--single-thread", "-c"], input=data, stdout=subprocess.PIPE, check=True, timeout=20
    ).stdout


@dataclass(frozen=True)
class Image:
    """A manifest with everything below it."""

    manifest: Blob
    config: Blob
    layers: tuple[Blob, ...]
    platform: Mapping[str, str]

    @property
    def top(self) -> Blob:
        return self.manifest

    @property
    def blobs(self) -> list[Blob]:
        return [*self.layers, self.config, self.manifest]

    @property
    def id(self) -> str:
        """Docker's IMAGE ID."""
        return self.config.digest


@dataclass(frozen=True)
class Index:
    """Images of several platforms under one name."""

    index: Blob
    images: tuple[Image, ...]

    @property
    def top(self) -> Blob:
        return self.index

    @property
    def blobs(self) -> list[Blob]:
        return [blob for image in self.images for blob in image.blobs] + [self.index]


Sample = Union[Image, Index]


def make_image(
    layers: Iterable[Layer],
    *,
    architecture: str = "amd64",
    docker: bool = False,
    config: Optional[Mapping[str, Any]] = None,
    annotations: Optional[Mapping[str, str]] = None,
) -> Image:
    layers = tuple(layers)
    platform = {"architecture": architecture, "os": "linux"}
    document = {
        "created": "2020-09-13T12:26:40Z",
        **platform,
        "config": {"Env": ["PATH=/bin"], "Cmd": ["/bin/hello"], **(config or {})},
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        "history": [{"created": "2020-09-13T12:26:40Z", "created_by": f"layer {i}"} for i in range(len(layers))],
    }
    config_blob = Blob(_json(document), DOCKER_CONFIG if docker else OCI_CONFIG)
    blobs = tuple(layer.blob for layer in layers)
    return Image(manifest_of(config_blob, blobs, docker, annotations), config_blob, blobs, platform)


def manifest_of(
    config: Blob, layers: Iterable[Blob], docker: bool = False, annotations: Optional[Mapping[str, str]] = None
) -> Blob:
    media_type = DOCKER_MANIFEST if docker else OCI_MANIFEST
    document = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": config.descriptor(),
        "layers": [layer.descriptor() for layer in layers],
    }
    if annotations:
        document["annotations"] = dict(annotations)
    return Blob(_json(document), media_type)


def make_index(images: Iterable[Image], docker: bool = False) -> Index:
    images = tuple(images)
    media_type = DOCKER_LIST if docker else OCI_INDEX
    document = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "manifests": [image.manifest.descriptor(platform=dict(image.platform)) for image in images],
    }
    return Index(Blob(_json(document), media_type), images)


def _json(document: Mapping[str, Any]) -> bytes:
    # Not as any of our programs would write it: a document that is written anew instead of kept gets another digest.
    return json.dumps(document, indent=3).encode()


def write_layout(path: Path, names: Mapping[str, Sample]) -> Path:
    """An OCI image layout with these names."""
    blobs = path / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    for sample in names.values():
        for blob in sample.blobs:
            (blobs / blob.digest.removeprefix("sha256:")).write_bytes(blob.data)
    entries = [sample.top.descriptor(annotations={REF_NAME: name}) for name, sample in names.items()]
    (path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries}))
    return path


def write_oci_archive(path: Path, layout: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        for name in ("oci-layout", "index.json", "blobs"):
            archive.add(layout / name, arcname=name)
    return path


# The images that most tests use.


def hello(version: int = 1, compression: str = "gzip", docker: bool = False, size: int = 20_000) -> Image:
    """Three layers: files and links; a change, an addition and a whiteout; an opaque directory."""
    base = tar_of([
        directory("bin/"),
        Entry("bin/hello", b"#!/bin/sh\necho hello\n", mode=0o755),
        symlink("bin/hi", "hello"),
        hardlink("bin/hey", "bin/hello"),
        directory("etc/"),
        Entry("etc/gone", b"is removed above\n"),
        Entry("etc/kept", b"stays\n", uid=7, gid=8),
        directory("data/"),
        Entry("data/old", b"is hidden by an opaque directory\n"),
    ])
    middle = tar_of([
        directory("etc/"),
        Entry("etc/.wh.gone"),
        Entry("etc/version", f"{version}\n".encode()),
        Entry("etc/noise", noise(size, version)),
    ])
    top = tar_of([directory("data/"), Entry("data/.wh..wh..opq"), Entry("data/new", b"on top\n")])
    return make_image((Layer(tar, compression, docker) for tar in (base, middle, top)), docker=docker)


HELLO_FILES = {
    "bin/hello": b"#!/bin/sh\necho hello\n",
    "bin/hey": b"#!/bin/sh\necho hello\n",
    "etc/kept": b"stays\n",
    "data/new": b"on top\n",
}
HELLO_ABSENT = ("etc/gone", "data/old", "etc/.wh.gone", "data/.wh..wh..opq")


def mixed() -> Image:
    """One layer of each compression."""
    return make_image(
        Layer(tar_of([Entry(f"{form}.txt", form.encode())]), form) for form in ("gzip", "zstd", "none")
    )


def single(data: bytes, name: str = "file", compression: str = "none") -> Image:
    """One layer with one file."""
    return make_image([Layer(tar_of([Entry(name, data)]), compression)])


def two_platforms(docker: bool = False) -> Index:
    return make_index(
        (
            make_image(
                [Layer(tar_of([Entry("arch", architecture.encode())]), docker=docker)],
                architecture=architecture,
                docker=docker,
            )
            for architecture in ("amd64", "arm64")
        ),
        docker,
    )
