"""Makes stores without a network: a store is an OCI image layout, so blobs and index.json are all it takes."""

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

OCI = "application/vnd.oci.image."
MANIFEST = OCI + "manifest.v1+json"
INDEX = OCI + "index.v1+json"
CONFIG = OCI + "config.v1+json"
LAYER = OCI + "layer.v1.tar"
REF_NAME = "org.opencontainers.image.ref.name"

Descriptor = dict[str, Any]


def tar_of(files: Mapping[str, str]) -> bytes:
    """A layer: the same bytes for the same files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def digest_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Image:
    descriptor: Descriptor
    id: str
    layers: list[Descriptor]
    chain_ids: list[str]

    @property
    def short_id(self) -> str:
        return self.id.removeprefix("sha256:")[:12]

    @property
    def digest(self) -> str:
        return self.descriptor["digest"]


@dataclass
class Layout:
    """An OCI image layout in `root`."""

    root: Path
    entries: list[Descriptor] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.root / "blobs/sha256").mkdir(parents=True, exist_ok=True)
        (self.root / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self.write_index()

    def write_index(self) -> None:
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self.entries}
        (self.root / "index.json").write_text(json.dumps(index))

    def blob_path(self, digest: str) -> Path:
        return self.root / "blobs" / digest.replace(":", "/")

    def blob(self, data: bytes, media_type: str) -> Descriptor:
        digest = digest_of(data)
        path = self.blob_path(digest)
        if not path.exists():
            path.write_bytes(data)
            path.chmod(0o444)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def name(self, descriptor: Descriptor, *names: str) -> None:
        """Gives whole names ("docker.io/library/a:1"); none: an entry without one."""
        for name in names:
            self.entries.append({**descriptor, "annotations": {REF_NAME: name}})
        if not names:
            self.entries.append(dict(descriptor))
        self.write_index()

    def image(
        self,
        *names: str,
        layers: Sequence[Mapping[str, str]] = ({"etc/os-release": "ID=test\n"},),
        created: Optional[str] = "2024-05-01T12:00:00Z",
        config: Optional[Mapping[str, Any]] = None,
        history: Optional[Sequence[Mapping[str, Any]]] = None,
        architecture: str = "amd64",
        named: bool = True,
        compressed: bool = True,
    ) -> Image:
        tars = [tar_of(files) for files in layers]
        diff_ids = [digest_of(tar) for tar in tars]
        document: dict[str, Any] = {
            "architecture": architecture,
            "os": "linux",
            "config": dict(config or {}),
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        }
        if created is not None:
            document["created"] = created
        if history is not None:
            document["history"] = list(history)
        # Not compressed, a layer has the same size with every zlib.
        if compressed:
            blobs = [self.blob(gzip.compress(tar, mtime=0), LAYER + "+gzip") for tar in tars]
        else:
            blobs = [self.blob(tar, LAYER) for tar in tars]
        config_blob = self.blob(json.dumps(document).encode(), CONFIG)
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config_blob, "layers": blobs}
        descriptor = self.blob(json.dumps(manifest).encode(), MANIFEST)
        if named:
            self.name(descriptor, *names)
        return Image(descriptor, config_blob["digest"], blobs, chain_ids(diff_ids))

    def index(self, *names: str, images: Sequence[tuple[Image, str]]) -> Descriptor:
        """A name for images of several architectures."""
        manifests = [
            {**image.descriptor, "platform": {"os": "linux", "architecture": architecture}}
            for image, architecture in images
        ]
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}
        descriptor = self.blob(json.dumps(document).encode(), INDEX)
        self.name(descriptor, *names)
        return descriptor

    def remove_blob(self, digest: str) -> None:
        self.blob_path(digest).unlink()

    def damage_blob(self, digest: str) -> None:
        path = self.blob_path(digest)
        path.chmod(0o644)
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))

    def names(self) -> list[str]:
        entries = json.loads((self.root / "index.json").read_text())["manifests"]
        return sorted(entry.get("annotations", {}).get(REF_NAME, "") for entry in entries)

    def blobs(self) -> set[str]:
        return {"sha256:" + path.name for path in (self.root / "blobs/sha256").iterdir()}


def chain_ids(diff_ids: Sequence[str]) -> list[str]:
    """image-spec config.md, "Layer ChainID"."""
    chain = []
    for diff_id in diff_ids:
        chain.append(diff_id if not chain else digest_of(f"{chain[-1]} {diff_id}".encode()))
    return chain
