"""CVE-2019-5736: a container that writes to the program that started it.

The runtime is run from a copy, so that a success here costs nothing.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from bundle import DEFAULT_CAPABILITIES, Bundle, capabilities
from engine import Runtime


@pytest.fixture
def hunter(bundle: Bundle, place: Path) -> Bundle:
    """A container that looks for other programs until /tmp/enough is there, and may look at all of them.

    It writes only to those below the folder of the test, which are copies, and to memory.
    """
    bundle.process["capabilities"] = capabilities(*DEFAULT_CAPABILITIES, "CAP_SYS_PTRACE")
    return bundle.runs(f"hunt /tmp/enough /{place.name}/")


@pytest.fixture
def copied(runtime: Runtime, place: Path) -> Path:
    """The copy that `runtime` now is."""
    program = shutil.which(runtime.command[0])
    assert program
    copy = place / Path(program).name
    shutil.copy(program, copy)
    runtime.command = (str(copy), *runtime.command[1:])
    return copy


def test_from_exec(runtime: Runtime, hunter: Bundle, copied: Path) -> None:
    before = copied.read_bytes()
    container = runtime.started(hunter)
    for _ in range(20):
        assert container.ask("echo x") == ["x"]
    # The program that the container asks for is the runtime itself, as the container sees it.
    container.exec("/proc/self/exe", "echo", "x")
    (hunter.rootfs / "tmp/enough").touch()
    container.wait_for("stopped")
    assert copied.read_bytes() == before


def test_from_the_first_process(runtime: Runtime, bundle: Bundle, copied: Path) -> None:
    """/proc/self/exe as the program: what is executed is not the file on disk."""
    before = copied.read_bytes()
    bundle.process["args"] = ["/proc/self/exe", "try-overwrite", "/proc/self/exe", "10"]
    runtime.run(bundle)
    assert copied.read_bytes() == before


def test_from_a_link(runtime: Runtime, hunter: Bundle, copied: Path) -> None:
    before = copied.read_bytes()
    (hunter.rootfs / "shell").symlink_to("/proc/self/exe")
    container = runtime.started(hunter)
    for _ in range(5):
        container.exec("/shell", "--version")
    (hunter.rootfs / "tmp/enough").touch()
    container.wait_for("stopped")
    assert copied.read_bytes() == before


def test_the_hunter_works(runtime: Runtime, hunter: Bundle, place: Path) -> None:
    """A program that enters the container unprotected is overwritten: the tests above can fail."""
    prey = place / "prey"
    shutil.copy("/bin/sleep", prey)
    before = prey.read_bytes()
    container = runtime.started(hunter)
    subprocess.run(["nsenter", "--target", str(container.pid), "--pid", str(prey), "1"], check=True)
    (hunter.rootfs / "tmp/enough").touch()
    container.wait_for("stopped")
    assert "ok" in container.output
    assert prey.read_bytes() != before
