"""OCI image layouts made of tar archives, as inputs of the image rows. image-spec: image-layout.md, manifest.md."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
TAG = "org.opencontainers.image.ref.name"


class Layout:
    """A layout being written. What it holds is the same for the same calls."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._blobs = directory / "blobs/sha256"
        self._blobs.mkdir(parents=True)
        self._entries: list[dict[str, object]] = []
        (directory / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')

    def add_file(self, path: Path, media_type: str) -> dict[str, object]:
        """Copies a file in as a blob; its descriptor."""
        digest = _sha256(path)
        target = self._blobs / digest
        if not target.exists():
            shutil.copyfile(path, target)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": path.stat().st_size}

    def add_json(self, document: dict[str, object], media_type: str) -> dict[str, object]:
        data = json.dumps(document).encode()
        digest = hashlib.sha256(data).hexdigest()
        (self._blobs / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    def add_image(self, name: str, layers: list[tuple[dict[str, object], str]], created: int = 0) -> None:
        """Names an image of these layers: each its descriptor and its diffID."""
        config = {
            "created": f"2024-01-01T00:00:{created % 60:02}Z",
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": {"number": str(created)}},
            "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.add_json(config, "application/vnd.oci.image.config.v1+json"),
            "layers": [layer for layer, _ in layers],
        }
        entry = self.add_json(manifest, MANIFEST)
        entry["annotations"] = {TAG: name}
        self._entries.append(entry)

    def finish(self) -> None:
        index = {"schemaVersion": 2, "manifests": self._entries}
        (self.directory / "index.json").write_text(json.dumps(index))


def one_layer(directory: Path, layer: Path, tar: Path, suffix: str, name: str) -> Path:
    """A layout with one image of one layer, unless it is there already."""
    if not directory.exists():
        partial = directory.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        layout = Layout(partial)
        layout.add_image(name, [(layout.add_file(layer, LAYER + suffix), f"sha256:{_sha256(tar)}")])
        layout.finish()
        partial.rename(directory)
    return directory


def many_images(directory: Path, count: int) -> Path:
    """A layout with `count` images that share one small layer."""
    if not directory.exists():
        partial = directory.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        layout = Layout(partial)
        empty = partial / "empty.tar"
        empty.write_bytes(bytes(1024))
        layer = layout.add_file(empty, LAYER)
        empty.unlink()
        for number in range(count):
            layout.add_image(f"docker.io/library/image{number}:latest", [(layer, str(layer["digest"]))], number)
        layout.finish()
        partial.rename(directory)
    return directory


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
