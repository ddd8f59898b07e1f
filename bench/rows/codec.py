"""Hashing, compression and archives against the command-line tools that do the same."""

from __future__ import annotations

from pathlib import Path

from harness.inputs import Inputs
from harness.model import Contender, Row, Word


def rows(bin_dir: Path, inputs: Inputs) -> list[Row]:
    tool = str(bin_dir / "corten-bench")
    tar, gzip, zstd = inputs.tar, inputs.gzip, inputs.zstd

    def label(words: list[Word]) -> str:
        return " ".join(word for word in words if isinstance(word, str))

    def row(name: str, ours: list[Word], peers: list[list[Word]], note: str = "") -> Row:
        contenders = [Contender(label(["corten-bench", *ours]), [tool, *ours])]
        contenders += [Contender(label(peer), peer) for peer in peers]
        return Row(name=name, contenders=contenders, input=tar, note=note)

    return [
        row("sha256", ["sha256", tar], [["sha256sum", tar], ["openssl", "dgst", "-sha256", tar]]),
        row(
            "gunzip: inflate",
            ["decompress", gzip],
            [["igzip", "-dc", gzip], ["pigz", "-dc", gzip], ["gzip", "-dc", gzip]],
        ),
        row("unzstd: decompress", ["decompress", zstd], [["zstd", "-dc", "-q", zstd]]),
        row(
            "gzip -1: deflate",
            ["gzip", "1", tar],
            [["igzip", "-1", "-c", tar], ["pigz", "-1", "-c", tar], ["gzip", "-1", "-c", tar]],
        ),
        row("gzip -6: deflate", ["gzip", "6", tar], [["pigz", "-6", "-c", tar], ["gzip", "-6", "-c", tar]]),
        row("zstd -3: compress", ["zstd", "3", tar], [["zstd", "-3", "-T0", "-q", "-c", tar]]),
        row(
            "tar scan",
            ["tar-scan", tar],
            [["tar", "-tf", tar], ["bsdtar", "-tf", tar]],
            note="all three seek over the contents",
        ),
        row(
            "tar write",
            ["tar-write", tar],
            [["bsdtar", "-c", "--format=pax", "-f", "-", lambda: f"@{tar()}"]],
            note="both read one archive and write it again; GNU tar cannot",
        ),
    ]
