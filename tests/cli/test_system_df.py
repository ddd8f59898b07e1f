import json

from images_support import Layout
from support import Corten

EMPTY = """\
TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE
Images          0         0         0B        0B
Containers      0         0         0B        0B
Local Volumes   0         0         0B        0B
Build Cache     0         0         0B        0B
"""


def test_an_empty_store(corten: Corten) -> None:
    outcome = corten("system", "df")
    assert (outcome.code, outcome.out) == (0, EMPTY)


def test_images_and_their_blobs(corten: Corten) -> None:
    layout = Layout(corten.root)
    layout.image("docker.io/library/a:1", "docker.io/library/a:2")
    total = sum(layout.blob_path(blob).stat().st_size for blob in layout.blobs())
    rows = [json.loads(line) for line in corten("system", "df", "--format", "json").out.splitlines()]
    images = rows[0]
    assert (images["Type"], images["TotalCount"], images["Active"]) == ("Images", "1", "0")
    assert images["Reclaimable"] == images["Size"] + " (100%)"
    assert (images["BlobBytes"], images["LayerBytes"], images["IngestBytes"]) == (total, 0, 0)


def test_shared_layers(corten: Corten) -> None:
    layout = Layout(corten.root)
    layout.image("docker.io/library/a:1", layers=[{"both": "x"}])
    layout.image("docker.io/library/b:1", layers=[{"both": "x"}, {"own": "y"}], created="2024-06-01T00:00:00Z")
    outcome = corten("system", "df", "-v", "--format", "json")
    usage = json.loads(outcome.out)
    b, a = usage["Images"]
    assert (a["Repository"], b["Repository"]) == ("a", "b")
    assert a["UniqueSize"] == "0B"
    assert a["SharedSize"] == b["SharedSize"] == a["Size"]
    assert usage["Store"]["Blobs"]["Count"] == 6
    table = corten("system", "df", "--verbose").out
    assert table.startswith("Images space usage:\n\nREPOSITORY   TAG")
    assert "SHARED SIZE   UNIQUE SIZE" in table
    assert "Unfinished downloads" in table
    assert "Leftovers of interrupted commands" in table


def test_a_template(corten: Corten) -> None:
    outcome = corten("system", "df", "--format", "{{.Type}}={{.Active}}")
    assert outcome.out.splitlines() == ["Images=0", "Containers=0", "Local Volumes=0", "Build Cache=0"]
