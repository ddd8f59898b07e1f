import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios

import pytest

from support import Corten


@pytest.mark.parametrize("words", [["--version"], ["help"], ["completion", "fish"], ["version", "-f=json"]])
def test_a_full_disk_is_an_error(corten: Corten, words: list[str]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [str(corten.binary), *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=10, check=False
        )
    assert done.returncode == 1
    assert done.stderr == "corten: writing standard output: No space left on device\n"


@pytest.mark.parametrize("restore_signals", [True, False], ids=["default SIGPIPE", "ignored SIGPIPE"])
def test_a_reader_that_went_away_ends_it_quietly(corten: Corten, restore_signals: bool) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [str(corten.binary), "completion", "bash"],
        stdout=writer, stderr=subprocess.PIPE, restore_signals=restore_signals, timeout=10, check=False,
    )
    os.close(writer)
    assert done.returncode == -signal.SIGPIPE
    assert done.stderr == b""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_descriptors_are_not_reused(corten: Corten, closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" version {closed}', str(corten.binary)], capture_output=True, timeout=10, check=False
    )
    assert done.returncode == 0
    assert (done.stdout != b"") == (">&-" not in closed.replace("2>&-", ""))


def test_an_empty_argument_vector_is_survived(corten: Corten) -> None:
    # Linux passes [""] for an empty vector since 5.18 (after CVE-2021-4034).
    script = "import ctypes, sys; ctypes.CDLL(None).execve(sys.argv[1].encode(), (ctypes.c_char_p * 1)(), None)"
    done = subprocess.run(
        [sys.executable, "-c", script, str(corten.binary)], capture_output=True, timeout=10, check=False
    )
    assert done.returncode == 0
    assert done.stderr.startswith(b"Usage:  corten ")


def on_terminal(corten: Corten, columns: int, *words: str) -> list[str]:
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    subprocess.run([str(corten.binary), *words], stdout=terminal, timeout=10, check=True)
    os.close(terminal)
    text = b""
    try:
        while chunk := os.read(controller, 65536):
            text += chunk
    except OSError:  # Linux says EIO when the other side is closed
        pass
    os.close(controller)
    return text.decode().splitlines()


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_help_fits_the_terminal(corten: Corten, columns: int) -> None:
    lines = on_terminal(corten, columns, "help")
    assert max(map(len, lines)) <= columns
    assert max(map(len, lines)) > columns - 20


@pytest.mark.parametrize("columns", [60, 80])
def test_help_fits_columns_of_the_environment(corten: Corten, columns: int) -> None:
    lines = corten.bare("help", env={"COLUMNS": str(columns)}).out.splitlines()
    assert columns - 20 < max(map(len, lines)) <= columns


def test_tables_fit_the_terminal_and_are_whole_elsewhere(corten: Corten) -> None:
    words = ["--root", "/" + "long" * 20, "system", "features"]
    shown = on_terminal(corten, 60, *words)
    assert max(map(len, shown[:shown.index("")])) <= 60
    whole = corten.bare(*words, env={"COLUMNS": "60"}).out
    assert max(map(len, whole.split("\n\n")[0].splitlines())) > 60
