"""Fixtures of the whole-program tests: they run the real binary and look at what it prints and returns.

CORTEN_BINARY   the binary under test (default build/dev/bin/corten)
CORTEN_ACCEPT   1: rewrite golden files; the tests that did so count as skipped, never as passed
"""

import os
import signal
from pathlib import Path
from typing import Callable

import pytest

from support import Corten


def pytest_configure() -> None:
    # Whoever starts the tests in the background of a script has them ignore SIGINT, and so would the programs tested.
    signal.signal(signal.SIGINT, signal.default_int_handler)


REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def binary() -> Path:
    path = Path(os.environ.get("CORTEN_BINARY", REPOSITORY / "build/dev/bin/corten")).resolve()
    if not path.is_file():
        pytest.exit(f"no binary at {path}: build it, or set CORTEN_BINARY", returncode=2)
    return path


@pytest.fixture
def corten(binary: Path, tmp_path: Path) -> Corten:
    """The program with a store of its own, below this test's temporary directory."""
    return Corten(binary, tmp_path)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """golden("help.txt", text): text must equal the file in `golden/` beside the test."""
    directory = request.path.parent / "golden"

    def check(name: str, text: str) -> None:
        path = directory / name
        if os.environ.get("CORTEN_ACCEPT") == "1":
            directory.mkdir(exist_ok=True)
            path.write_text(text)
            pytest.skip(f"accepted {name}")
        expected = path.read_text() if path.exists() else ""
        assert text == expected, f"{path} differs; CORTEN_ACCEPT=1 accepts the new text"

    return check
