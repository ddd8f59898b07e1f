"""config.md, "Process": terminal and consoleSize; /dev/console of config-linux.md, "Default Devices"."""

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Iterator

import pytest

from bundle import Bundle, steps
from console import ConsoleSocket, read_until
from engine import Runtime


@pytest.fixture
def console(place: Path) -> Iterator[ConsoleSocket]:
    made = ConsoleSocket(place / "console.sock")
    yield made
    made.close()


def shown(runtime: Runtime, bundle: Bundle, console: ConsoleSocket, *wanted: str) -> list[str]:
    """The answers of a container with a terminal, as the terminal shows them."""
    bundle.process["terminal"] = True
    container = runtime.create(bundle.runs(*wanted, "echo the-end"), "--console-socket", str(console.path))
    master = console.receive()
    try:
        container.start()
        return [each.strip("\n") for each in read_until(master, "the-end").split("\x1e\n")]
    finally:
        os.close(master)


def test_all_streams_are_the_terminal(runtime: Runtime, bundle: Bundle, console: ConsoleSocket) -> None:
    streams = shown(runtime, bundle, console, "tty")[0].splitlines()
    assert len(set(streams[:3])) == 1 and streams[0].startswith("/dev/")
    assert streams[3] == "controlling"


def test_dev_console(runtime: Runtime, bundle: Bundle, console: ConsoleSocket) -> None:
    info, mounts = shown(runtime, bundle, console, "stat /dev/console", "mounts")[:2]
    assert info.startswith("char")
    assert any(line.split()[4] == "/dev/console" for line in mounts.splitlines())


def test_its_size(runtime: Runtime, bundle: Bundle, console: ConsoleSocket) -> None:
    bundle.process["consoleSize"] = {"height": 11, "width": 22}
    assert shown(runtime, bundle, console, "winsize")[0] == "11 22"


def test_a_session_of_its_own(runtime: Runtime, bundle: Bundle, console: ConsoleSocket) -> None:
    assert shown(runtime, bundle, console, "pids")[0].split()[3] == "1"


def test_its_owner(runtime: Runtime, bundle: Bundle, console: ConsoleSocket) -> None:
    """An ordinary user can open the terminal again."""
    bundle.process["user"] = {"uid": 1000, "gid": 1000}
    info, opened = shown(runtime, bundle, console, "stat /dev/pts/0", "try-open /dev/pts/0 rw")[:2]
    assert info.split()[2] == "1000"
    assert opened == "ok"


def test_what_is_typed_arrives(runtime: Runtime, bundle: Bundle, console: ConsoleSocket) -> None:
    bundle.process["terminal"] = True
    container = runtime.create(bundle.runs("read-line"), "--console-socket", str(console.path))
    master = console.receive()
    container.start()
    os.write(master, b"typed\n")
    assert "got typed" in read_until(master, "got typed")
    os.close(master)


def test_the_terminal_of_the_caller(runtime: Runtime, bundle: Bundle) -> None:
    """`run` in the foreground carries everything between the two."""
    bundle.process["terminal"] = True
    bundle.runs("tty", "read-line", "echo the-end").write()
    master, slave = pty.openpty()
    command = [*runtime.command, "--root", str(runtime.root), "run", "--bundle", str(bundle.path), bundle.id]
    if runtime.always:
        command = ["unshare", "--mount", "sh", "-c", f"{runtime.always}; exec \"$@\"", "sh", *command]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                               env=runtime.environment())
    os.close(slave)
    assert "controlling" in read_until(master, "\x1e\n")
    os.write(master, b"typed\n")
    assert "got typed" in read_until(master, "the-end")
    assert process.wait(15) == 0
    os.close(master)


@pytest.mark.known_fault("crun", "1.8 makes a terminal that nobody has")
def test_a_detached_terminal_needs_a_socket(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["terminal"] = True
    bundle.write()
    assert "console" in runtime.refused("create", "--bundle", str(bundle.path), bundle.id)


@pytest.mark.known_fault("crun", "1.8 ignores it")
def test_a_socket_without_a_terminal_is_refused(runtime: Runtime, bundle: Bundle, console: ConsoleSocket) -> None:
    bundle.write()
    runtime.refused("create", "--console-socket", str(console.path), "--bundle", str(bundle.path), bundle.id)


def test_a_socket_that_is_not_there(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    bundle.process["terminal"] = True
    bundle.write()
    runtime.refused("create", "--console-socket", str(place / "none"), "--bundle", str(bundle.path), bundle.id)
    runtime("delete", "--force", bundle.id)


def test_exec_with_a_terminal(runtime: Runtime, bundle: Bundle, console: ConsoleSocket, place: Path) -> None:
    """As engines do it."""
    container = runtime.started(bundle)
    process = {"terminal": True, "args": steps("tty", "winsize", "echo the-end"), "cwd": "/", "env": [],
               "user": {"uid": 0, "gid": 0}, "consoleSize": {"height": 33, "width": 44}}
    (place / "process.json").write_text(json.dumps(process))
    done = container.exec(flags=("--process", str(place / "process.json"), "--console-socket", str(console.path),
                                 "--detach", "--pid-file", str(place / "pid")))
    assert done.code == 0, done.err
    master = console.receive()
    tty, size, *_ = read_until(master, "the-end").split("\x1e\n")
    os.close(master)
    assert tty.splitlines()[3] == "controlling"
    assert size == "33 44\n" or runtime.name != "corten"  # the references set it for the first process only


def test_exec_with_a_terminal_by_flag(runtime: Runtime, bundle: Bundle, console: ConsoleSocket) -> None:
    container = runtime.started(bundle)
    done = container.exec(*steps("tty", "echo the-end"), flags=("--tty", "--detach", "--console-socket",
                                                                str(console.path)))
    assert done.code == 0, done.err
    master = console.receive()
    assert "controlling" in read_until(master, "the-end")
    os.close(master)
