import subprocess
from pathlib import Path

from support import Corten, needs

OCI_VERBS = ["create", "delete", "events", "exec", "features", "kill", "list", "pause", "ps", "resume", "run", "spec",
             "start", "state", "update"]
PAGES = ["corten", "corten-artifact", "corten-artifact-attach", "corten-artifact-ls", "corten-completion",
         "corten-help", "corten-image", "corten-image-bootstrap", "corten-image-history",
         "corten-image-inspect", "corten-image-ls", "corten-image-prune", "corten-image-rm",
         "corten-image-tag", "corten-import", "corten-inspect", "corten-load", "corten-login",
         "corten-logout", "corten-oci", *(f"corten-oci-{verb}" for verb in OCI_VERBS), "corten-pull", "corten-push", "corten-save", "corten-system",
         "corten-system-check", "corten-system-df", "corten-system-info", "corten-system-prune",
         "corten-version"]


def test_pages_of_all_visible_commands_are_written(corten: Corten, tmp_path: Path) -> None:
    pages = tmp_path / "man"
    pages.mkdir()
    assert corten("man", "--dir", str(pages)).code == 0
    assert sorted(path.name for path in pages.iterdir()) == sorted(f"{page}.1" for page in PAGES)
    assert (pages / "corten-version.1").read_text() == corten("man", "version").out


def test_a_missing_directory_is_named(corten: Corten, tmp_path: Path) -> None:
    outcome = corten("man", "--dir", str(tmp_path / "none"))
    assert outcome.code == 1
    assert outcome.err == f"corten: creating '{tmp_path}/none/corten.1': No such file or directory\n"


def test_mandoc_finds_nothing_to_complain_about(corten: Corten, tmp_path: Path) -> None:
    mandoc = needs("mandoc")
    corten("man", "--dir", str(tmp_path))
    pages = [str(tmp_path / f"{page}.1") for page in PAGES]
    done = subprocess.run(
        [mandoc, "-Tlint", "-W", "warning", *pages], capture_output=True, text=True, timeout=20, check=False
    )
    # A tarball has no commit and so no date.
    complaints = [line for line in done.stdout.splitlines() if "missing date" not in line]
    assert complaints == []


def test_groff_formats_without_a_warning(corten: Corten, tmp_path: Path) -> None:
    groff = needs("groff")
    corten("man", "--dir", str(tmp_path))
    for page in PAGES:
        done = subprocess.run(
            [groff, "-man", "-Tutf8", "-ww", str(tmp_path / f"{page}.1")],
            capture_output=True, text=True, timeout=20, check=False,
        )
        assert done.returncode == 0
        assert done.stderr == ""


def test_flags_can_be_pasted(corten: Corten, tmp_path: Path) -> None:
    mandoc = needs("mandoc")
    page = tmp_path / "corten.1"
    page.write_text(corten("man").out)
    shown = subprocess.run([mandoc, "-Tutf8", str(page)], capture_output=True, text=True, timeout=20, check=True)
    plain = shown.stdout.replace("\b", "")
    assert "\u2010" not in plain  # a typographic hyphen would not work in a shell
