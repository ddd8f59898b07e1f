"""artifact attach and ls. Debian's docker-registry has no referrers API: the list is kept under a tag."""

import json
from pathlib import Path

import samples
from daemons import Registry
from stores import ok, refused, skopeo
from support import Corten

SBOM = "application/spdx+json"


def fetch(registry: Registry, path: str) -> dict:
    connection = registry.connect()
    connection.request("GET", path, headers={"Accept": "application/vnd.oci.image.index.v1+json, "
                                                       "application/vnd.oci.image.manifest.v1+json"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, body
    return json.loads(body)


def test_what_is_attached_is_listed(registry: Registry, repository: str, corten: Corten, tmp_path: Path) -> None:
    image = samples.hello()
    name = registry.put(repository, "1", image)
    assert ok(corten("artifact", "ls", "-q", name)) == ""
    sbom, note = tmp_path / "sbom.json", tmp_path / "note.txt"
    sbom.write_text('{"packages": []}')
    note.write_text("built on a Tuesday")
    first = ok(corten("artifact", "attach", "--type", SBOM, "--annotation", "made.by=us", name, f"{sbom}:{SBOM}"))
    assert first.startswith(f"Attached to {registry.host}/{repository}@{image.manifest.digest}\nDigest: sha256:")
    digest = first.split()[-1]
    second = ok(corten("artifact", "attach", "--type", "text/x-note", name, str(sbom), str(note))).split()[-1]

    assert ok(corten("artifact", "ls", "-q", name)).split() == [digest, second]
    assert ok(corten("artifact", "ls", "-q", "--type", SBOM, name)).split() == [digest]
    by_digest = f"{registry.host}/{repository}@{image.manifest.digest}"
    line = "{{.Digest}} {{.ArtifactType}} {{.Annotations}}"
    assert ok(corten("artifact", "ls", "--format", line, "--type", SBOM, by_digest)) == f"{digest} {SBOM} made.by=us\n"
    assert registry.manifest_digest(repository, "1") == image.manifest.digest, "the image does not change"

    # As the distribution specification has it for registries without the referrers API.
    index = fetch(registry, f"/v2/{repository}/manifests/{image.manifest.digest.replace(':', '-')}")
    assert [entry["digest"] for entry in index["manifests"]] == [digest, second]
    assert index["manifests"][0]["artifactType"] == SBOM
    manifest = fetch(registry, f"/v2/{repository}/manifests/{digest}")
    assert manifest["subject"]["digest"] == image.manifest.digest
    assert manifest["annotations"] == {"made.by": "us"}


def test_another_tool_fetches_what_was_attached(tls_registry: Registry, repository: str, corten: Corten,
                                                tmp_path: Path) -> None:
    layout = samples.write_layout(tmp_path / "layout", {"it": samples.hello()})
    name = f"{tls_registry.host}/{repository}:1"
    skopeo("copy", *tls_registry.skopeo("dest"), f"oci:{layout}:it", f"docker://{name}")
    note = tmp_path / "note.txt"
    note.write_text("built on a Tuesday")
    attached = ok(corten("artifact", "attach", *tls_registry.flags, name, f"{note}:text/plain")).split()[-1]
    assert ok(corten("artifact", "ls", "-q", *tls_registry.flags, name)).split() == [attached]
    text = skopeo("inspect", "--raw", *tls_registry.skopeo(""), f"docker://{name[:-2]}@{attached}")
    layer = json.loads(text)["layers"][0]
    assert layer["mediaType"] == "text/plain"
    assert layer["digest"] == samples.digest_of(note.read_bytes())


def test_what_cannot_be_attached_is_refused(registry: Registry, repository: str, corten: Corten,
                                            tmp_path: Path) -> None:
    missing = f"{registry.host}/{repository}:none"
    file = tmp_path / "file"
    file.write_text("x")
    assert "looking for" in refused(corten("artifact", "attach", missing, str(file)))
    name = registry.put(repository, "1", samples.hello())
    assert "nothing" in refused(corten("artifact", "attach", name, str(tmp_path / "nothing")))
    assert "--type" in refused(corten("artifact", "attach", "--type", "no type", name, str(file)))
