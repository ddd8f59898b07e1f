"""Images: unpacking a layer, pulling, pushing, listing, against the programs that do the same."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from harness import layouts
from harness.inputs import Inputs
from harness.model import Contender, Row
from harness.registry import Registry

NAME = "bench/sample"


class _Scene:
    """The directories and the registry that the rows share, each made when a row first needs it."""

    def __init__(self, corten: Path, inputs: Inputs) -> None:
        self.corten = str(corten)
        self.inputs = inputs
        self.base = inputs.directory / "images"
        self.scratch = self.base / "scratch"
        self.registry = Registry(self.base / "registry")

    def gzip_layout(self) -> Path:
        return layouts.one_layer(
            self.base / f"gzip-{self.inputs.sample_mib}", self.inputs.gzip(), self.inputs.tar(), "+gzip", "latest"
        )

    def plain_layout(self) -> Path:
        return layouts.one_layer(
            self.base / f"plain-{self.inputs.sample_mib}", self.inputs.tar(), self.inputs.tar(), "", "latest"
        )

    def fresh_scratch(self) -> None:
        """What is removed is not measured, and neither is writing it out."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        subprocess.run(["sync"], check=True)

    def filled_registry(self) -> None:
        self.fresh_scratch()
        address = self.registry.address()
        source = f"oci:{self.gzip_layout()}:latest"
        _quiet("skopeo", "copy", "-q", "--dest-tls-verify=false", source, f"docker://{address}/{NAME}:1")

    def pulled(self) -> None:
        """A store, a layout and podman's storage that have the image already."""
        self.filled_registry()
        image = f"{self.registry.address()}/{NAME}:1"
        _quiet(self.corten, "--root", self.root(), "pull", "-q", image)
        _quiet("skopeo", "copy", "-q", "--src-tls-verify=false", f"docker://{image}", self.oci())

    def unpushed(self) -> None:
        """An empty registry, and a store that has the image with its layer as a plain tar."""
        self.fresh_scratch()
        self.registry.empty()
        pristine = self.base / f"unpushed-{self.inputs.sample_mib}"
        if not pristine.exists():
            _quiet(self.corten, "--root", str(pristine), "load", "-q", "-i", str(self.plain_layout()))
        _quiet("cp", "-a", "--reflink=auto", str(pristine), self.root())
        loaded = _quiet(self.corten, "--root", self.root(), "images", "-q", "--no-trunc").strip()
        _quiet(self.corten, "--root", self.root(), "tag", loaded, f"{self.registry.address()}/{NAME}:1")
        subprocess.run(["sync"], check=True)

    def many(self) -> Path:
        return layouts.many_images(self.base / "many-500", 500)

    def root(self) -> str:
        return str(self.scratch / "root")

    def oci(self) -> str:
        return f"oci:{self.scratch / 'oci'}:1"

    def image(self) -> str:
        return f"{self.registry.address()}/{NAME}:1"


def _quiet(*argv: str) -> str:
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{argv[0]}: exit {done.returncode}: {done.stderr.strip()[-200:]}")
    return done.stdout


def rows(bin_dir: Path, inputs: Inputs) -> list[Row]:
    scene = _Scene(bin_dir / "corten", inputs)
    return [_unpack(scene, bin_dir), _pull(scene), _pull_again(scene), _push(scene), _list(scene)]


def _unpack(scene: _Scene, bin_dir: Path) -> Row:
    target = str(scene.scratch / "layer")

    def into(*argv: str | Callable[[], str | Path]) -> list[str | Callable[[], str | Path]]:
        return list(argv)

    def prepared() -> None:
        scene.fresh_scratch()
        (scene.scratch / "layer").mkdir()

    gzip = scene.inputs.gzip
    return Row(
        name="unpack a gzip layer",
        goal="<= 12 s for 2.3 GB where umoci takes 70",
        note="corten and umoci check both digests; tar and bsdtar check none",
        input=scene.inputs.tar,
        contenders=[
            Contender("corten-bench unpack", into(str(bin_dir / "corten-bench"), "unpack", target, gzip), prepared),
            Contender(
                "umoci unpack",
                into("umoci", "unpack", "--image", lambda: f"{scene.gzip_layout()}:latest", target + "/bundle"),
                prepared,
            ),
            Contender("tar -xzf", into("tar", "-x", "-z", "-f", gzip, "-C", target), prepared),
            Contender("bsdtar -xf", into("bsdtar", "-x", "-p", "-f", gzip, "-C", target), prepared),
        ],
    )


def _pull(scene: _Scene) -> Row:
    return Row(
        name="pull from a registry on loopback",
        goal="memory <= 64 MiB",
        note="skopeo only stores the blob; corten and podman unpack it too",
        input=scene.inputs.tar,
        contenders=[
            Contender("corten pull", [scene.corten, "--root", scene.root(), "pull", "-q", scene.image],
                      scene.filled_registry),
            Contender(
                "skopeo copy",
                ["skopeo", "copy", "-q", "--src-tls-verify=false", lambda: f"docker://{scene.image()}", scene.oci()],
                scene.filled_registry,
            ),
            Contender("podman pull", [*_podman(scene), "pull", "-q", "--tls-verify=false", scene.image],
                      scene.filled_registry),
        ],
    )


def _pull_again(scene: _Scene) -> Row:
    return Row(
        name="pull what is there already",
        goal="<= 2 requests",
        contenders=[
            Contender("corten pull", [scene.corten, "--root", scene.root(), "pull", "-q", scene.image], scene.pulled),
            Contender(
                "skopeo copy",
                ["skopeo", "copy", "-q", "--src-tls-verify=false", lambda: f"docker://{scene.image()}", scene.oci()],
                scene.pulled,
            ),
        ],
    )


def _push(scene: _Scene) -> Row:
    return Row(
        name="push a plain layer as zstd",
        note="gzip is what skopeo and docker push unless told otherwise",
        goal="<= 1/3 of skopeo's CPU",
        input=scene.inputs.tar,
        contenders=[
            Contender("corten push", [scene.corten, "--root", scene.root(), "push", "-q", scene.image],
                      scene.unpushed),
            Contender(
                "skopeo copy",
                ["skopeo", "copy", "-q", "--dest-tls-verify=false", "--dest-compress-format", "zstd",
                 lambda: f"oci:{scene.plain_layout()}:latest", lambda: f"docker://{scene.image()}"],
                scene.unpushed,
            ),
            Contender(
                "skopeo copy (gzip)",
                ["skopeo", "copy", "-q", "--dest-tls-verify=false",
                 lambda: f"oci:{scene.plain_layout()}:latest", lambda: f"docker://{scene.image()}"],
                scene.unpushed,
            ),
        ],
    )


def _list(scene: _Scene) -> Row:
    return Row(
        name="images: 500 of them",
        metric="wall",
        goal="<= 10 ms",
        repeat=10,
        note="true is the floor of starting any process",
        contenders=[
            Contender("corten images", [scene.corten, "--root", lambda: str(scene.many()), "images"]),
            Contender("true (floor)", ["true"]),
        ],
    )


def _podman(scene: _Scene) -> list[str]:
    return ["podman", "--root", str(scene.scratch / "podman"), "--runroot", str(scene.scratch / "podman-run")]
