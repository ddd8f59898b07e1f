"""Making and taking apart image archives: what the tests of save, load and import share."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any, Optional

from support import Corten, Outcome

Files = dict[str, bytes]


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def make_tar(files: Files, links: Optional[dict[str, str]] = None) -> bytes:
    """A tar of regular files (parents are made) and symlinks, always the same bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.mode = 0o644
            tar.addfile(member, io.BytesIO(data))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type = tarfile.SYMTYPE
            member.linkname = target
            tar.addfile(member)
    return out.getvalue()


def read_tar(data: bytes) -> Files:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}  # type: ignore[union-attr]


def make_config(layers: list[bytes], **members: Any) -> bytes:
    """The config of an image of these uncompressed layers."""
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["/bin/true"]},
        "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]},
        "history": [{"created_by": "test"} for _ in layers],
        **members,
    }
    return json.dumps(config).encode()


LAYERS = [make_tar({"etc/a": b"one"}), make_tar({"etc/b": b"two"})]


def old_docker_archive(
    layers: list[bytes] = LAYERS,
    tags: Optional[list[str]] = None,
    config: Optional[bytes] = None,
) -> Files:
    """What Docker wrote before 25: a directory for each layer, the config beside."""
    config = config or make_config(layers)
    names = [f"{i:064x}/layer.tar" for i in range(len(layers))]
    config_name = digest(config).removeprefix("sha256:") + ".json"
    manifest = [{"Config": config_name, "RepoTags": tags, "Layers": names}]
    return {
        **dict(zip(names, layers)),
        config_name: config,
        "manifest.json": json.dumps(manifest).encode(),
        "repositories": b"{}",
    }


def blob_name(data: bytes) -> str:
    return "blobs/" + digest(data).replace(":", "/")


def descriptor(kind: str, data: bytes, **members: Any) -> dict[str, Any]:
    media_type = f"application/vnd.oci.image.{kind}"
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **members}


def oci_layout(
    layers: list[bytes] = LAYERS,
    name: Optional[str] = None,
    config: Optional[bytes] = None,
) -> Files:
    """An OCI layout of one image with gzip layers."""
    config = config or make_config(layers)
    packed = [gzip.compress(layer, mtime=0) for layer in layers]
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("config.v1+json", config),
            "layers": [descriptor("layer.v1.tar+gzip", layer) for layer in packed],
        }
    ).encode()
    annotations = {"org.opencontainers.image.ref.name": name} if name else {}
    entry = descriptor("manifest.v1+json", manifest, annotations=annotations)
    return {
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode(),
        **{blob_name(blob): blob for blob in [config, manifest, *packed]},
    }


def feed(corten: Corten, data: bytes, *words: str, timeout: float = 60) -> Outcome:
    """Runs a verb with `data` on standard input, through a pipe."""
    command = [str(corten.binary), "--root", str(corten.root), "--run-root", str(corten.run_root), *words]
    done = subprocess.run(
        command,
        env=corten.environment(),
        input=data,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def index_names(corten: Corten) -> dict[str, str]:
    """The names of the store and what they stand for."""
    index = json.loads((corten.root / "index.json").read_text())
    names = {}
    for entry in index["manifests"]:
        name = entry.get("annotations", {}).get("org.opencontainers.image.ref.name", "")
        names[name] = entry["digest"]
    return names


def read_blob(corten: Corten, blob: str) -> bytes:
    return (corten.root / "blobs" / blob.replace(":", "/")).read_bytes()


def read_image(corten: Corten, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Manifest and config of a name."""
    manifest = json.loads(read_blob(corten, index_names(corten)[name]))
    return manifest, json.loads(read_blob(corten, manifest["config"]["digest"]))


def write_files(directory: Path, files: Files) -> Path:
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return directory
