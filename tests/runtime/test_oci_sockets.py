"""Sockets that the caller names: --pidfd-socket, and NOTIFY_SOCKET of a service manager."""

import array
import os
import re
import socket
from pathlib import Path
from typing import Iterator

import pytest

from bundle import Bundle, steps
from engine import Runtime, wait_until


class Receiver:
    """Takes one descriptor."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen()
        self.listener.settimeout(20)

    def take(self) -> tuple[str, int]:
        """The text that came along, and the process of the pidfd."""
        connection, _ = self.listener.accept()
        with connection:
            text, control, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
        descriptors = array.array("i")
        descriptors.frombytes(control[0][2])
        found = re.search(r"^Pid:\s+(\d+)$", Path(f"/proc/self/fdinfo/{descriptors[0]}").read_text(), re.MULTILINE)
        os.close(descriptors[0])
        assert found is not None
        return text.decode(), int(found[1])


@pytest.fixture
def receiver(place: Path) -> Iterator[Receiver]:
    made = Receiver(place / "pidfd.sock")
    yield made
    made.listener.close()


_NO_PIDFDS = [pytest.mark.known_fault("runc", "1.1 has no --pidfd-socket"),
              pytest.mark.known_fault("crun", "1.8 has no --pidfd-socket")]


class TestPidfdSocket:
    pytestmark = _NO_PIDFDS

    def test_create_and_exec(self, runtime: Runtime, bundle: Bundle, receiver: Receiver, place: Path) -> None:
        flag = ("--pidfd-socket", str(receiver.path))
        container = runtime.create(bundle, *flag)
        assert receiver.take() == ("standard", container.pid)
        container.start()
        done = container.exec(*steps("wait"), flags=(*flag, "--detach", "--pid-file", str(place / "pid")))
        assert done.code == 0, done.err
        assert receiver.take() == ("setns", int((place / "pid").read_text()))

    def test_run(self, runtime: Runtime, bundle: Bundle, receiver: Receiver) -> None:
        bundle.write()
        runtime.ok("run", "--detach", "--pidfd-socket", str(receiver.path), "--bundle", str(bundle.path), bundle.id)
        assert receiver.take()[1] > 1

    def test_nobody_listens(self, runtime: Runtime, bundle: Bundle, place: Path) -> None:
        bundle.write()
        message = runtime.refused("create", "--pidfd-socket", str(place / "none"), "--bundle", str(bundle.path),
                                  bundle.id)
        assert "--pidfd-socket" in message
        assert runtime.containers() == []


class Manager:
    """The receiving end of sd_notify(3)."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(20)

    def lines(self) -> list[str]:
        return self.socket.recv(4096).decode().splitlines()

    def is_silent(self) -> bool:
        self.socket.setblocking(False)
        try:
            self.socket.recv(4096)
        except BlockingIOError:
            return True
        finally:
            self.socket.settimeout(20)
        return False


@pytest.fixture
def manager(runtime: Runtime, place: Path) -> Iterator[Manager]:
    made = Manager(place / "manager.sock")
    runtime.variables["NOTIFY_SOCKET"] = str(place / "manager.sock")
    yield made
    made.socket.close()


class TestNotifySocket:
    pytestmark = [pytest.mark.known_fault("crun", "has another name for it inside")]

    def test_in_the_foreground(self, runtime: Runtime, bundle: Bundle, manager: Manager) -> None:
        running = runtime.begin_run(bundle.runs("notify STATUS=busy", "notify READY=1", "wait"))
        assert "READY=1" in manager.lines()
        running.process.terminate()
        runtime.ok("kill", bundle.id, "KILL")
        running.wait()

    def test_start_waits(self, runtime: Runtime, bundle: Bundle, manager: Manager) -> None:
        container = runtime.create(bundle.runs("await /tmp/go", "notify READY=1", "wait"))
        starting = runtime.begin("start", container.id)
        container.wait_for("running")
        assert starting.process.poll() is None and manager.is_silent()
        bundle.file("/tmp/go")
        told = manager.lines()
        assert starting.wait().code == 0
        while "READY=1" not in told:  # runc tells them one by one
            told += manager.lines()
        assert f"MAINPID={container.pid}" in told or runtime.name == "runc"

    def test_one_that_ends_instead(self, runtime: Runtime, bundle: Bundle, manager: Manager) -> None:
        container = runtime.create(bundle.runs("exit 3"))
        container.start()
        container.wait_for("stopped")
        assert manager.is_silent()

    def test_an_ordinary_user_of_a_user_namespace(self, runtime: Runtime, bundle: Bundle, manager: Manager) -> None:
        bundle.mapped()
        bundle.process["user"] = {"uid": 1000, "gid": 1000}
        runtime.begin_run(bundle.runs("notify READY=1", "wait"))
        assert "READY=1" in manager.lines()

    def test_nobody_asked(self, runtime: Runtime, bundle: Bundle) -> None:
        env, made = runtime.ask(bundle, "env", "try-create /run/notify/x")
        assert "NOTIFY_SOCKET" not in env and made == "ENOENT"
        wait_until(lambda: runtime.containers() == [], "the end")
