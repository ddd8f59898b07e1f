import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))


@pytest.fixture
def root():
    """The checkout that these tests belong to."""
    return ROOT


@pytest.fixture
def write_tree(tmp_path):
    """Writes {relative path: text} below a fresh folder and returns the folder."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


@pytest.fixture
def run_tool():
    """Runs tools/NAME with arguments; the completed process with its output as text."""

    def run(name, *arguments, **options):
        return subprocess.run([str(ROOT / "tools" / name), *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, check=False, stdin=subprocess.DEVNULL, **options)

    return run
