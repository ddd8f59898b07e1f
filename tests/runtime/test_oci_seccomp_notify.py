"""config-linux.md, "Seccomp": SCMP_ACT_NOTIFY, listenerPath, and "The Container Process State"."""

import array
import ctypes
import errno
import fcntl
import json
import os
import socket
import threading
from pathlib import Path
from typing import Any, Optional

import pytest

from bundle import Bundle
from engine import Runtime
from rootless import without
from support import SLOWNESS

_GETPRIORITY = 140
# struct seccomp_notif {u64 id; u32 pid, flags; seccomp_data {int nr; u32 arch; u64 ip; u64 args[6];}}
_CONTINUE = 1
_RECV, _SEND = 0xC0502100, 0xC0182101


class Notification(ctypes.Structure):
    _fields_ = [("id", ctypes.c_uint64), ("pid", ctypes.c_uint32), ("flags", ctypes.c_uint32),
                ("number", ctypes.c_int32), ("arch", ctypes.c_uint32), ("pointer", ctypes.c_uint64),
                ("arguments", ctypes.c_uint64 * 6)]


class Answer(ctypes.Structure):
    _fields_ = [("id", ctypes.c_uint64), ("value", ctypes.c_int64), ("error", ctypes.c_int32),
                ("flags", ctypes.c_uint32)]


class Agent:
    """Takes the listener of one container and answers its first call with an error."""

    def __init__(self, path: Path) -> None:
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen()
        self.listener.settimeout(20 * SLOWNESS)
        self.state: dict[str, Any] = {}
        self.descriptors: list[int] = []
        self.asked: Optional[int] = None
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            text, control, _, _ = connection.recvmsg(65536, socket.CMSG_SPACE(4 * 8))
            for _, _, data in control:
                descriptors = array.array("i")
                descriptors.frombytes(data)
                self.descriptors += descriptors
            self.state = json.loads(text)
        while self.asked is None:
            seen = Notification()
            try:
                fcntl.ioctl(self.descriptors[0], _RECV, seen)
            except OSError:  # the container has ended
                return
            fcntl.ioctl(self.descriptors[0], _SEND, self.answer(seen))

    def answer(self, seen: Notification) -> Answer:
        self.asked = seen.number
        return Answer(id=seen.id, error=-errno.EXDEV)

    def close(self) -> None:
        self.thread.join(20)
        self.listener.close()
        for descriptor in self.descriptors:
            os.close(descriptor)


def test_calls_are_answered_by_an_agent(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    agent = Agent(place / "agent.sock")
    bundle.spec["annotations"] = {"key": "value"}
    bundle.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": str(place / "agent.sock"),
                               "listenerMetadata": "some data",
                               "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_NOTIFY"}]}
    try:
        assert runtime.ask(bundle, f"try-call {_GETPRIORITY}") == ["EXDEV"]
    finally:
        agent.close()
    assert agent.asked == _GETPRIORITY
    state = agent.state
    assert state["fds"] == ["seccompFd"]
    assert state["metadata"] == "some data"
    assert state["pid"] > 1
    assert state["state"]["id"] == bundle.id
    assert state["state"]["bundle"] == str(bundle.path)
    assert state["state"]["annotations"] == {"key": "value"}
    assert state["state"]["status"] in ("creating", "created")


class PassingAgent(Agent):
    """Lets everything go on but one call."""

    def answer(self, seen: Notification) -> Answer:
        if seen.number == _GETPRIORITY:
            return super().answer(seen)
        return Answer(id=seen.id, flags=_CONTINUE)


@pytest.mark.parametrize("no_new_privileges", [False, True])
def test_a_filter_over_the_calls_that_hand_it_over(runtime: Runtime, bundle: Bundle, place: Path,
                                                   no_new_privileges: bool) -> None:
    agent = PassingAgent(place / "agent.sock")
    bundle.process["noNewPrivileges"] = no_new_privileges
    bundle.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": str(place / "agent.sock"),
                               "syscalls": [{"names": ["getpriority", "sendmsg", "recvmsg", "sendto", "recvfrom"],
                                             "action": "SCMP_ACT_NOTIFY"}]}
    try:
        assert runtime.ask(bundle, f"try-call {_GETPRIORITY}") == ["EXDEV"]
    finally:
        agent.close()
    assert agent.asked == _GETPRIORITY


@pytest.mark.known_fault("runc", "needs pidfd_getfd")
def test_a_kernel_where_the_listener_must_be_sent(runtime: Runtime, bundle: Bundle, place: Path, init: Path) -> None:
    agent = Agent(place / "agent.sock")
    runtime.command = (*without(init, "pidfd_getfd"), *runtime.command)
    bundle.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": str(place / "agent.sock"),
                               "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_NOTIFY"}]}
    try:
        assert runtime.ask(bundle, f"try-call {_GETPRIORITY}") == ["EXDEV"]
    finally:
        agent.close()


def test_an_agent_that_is_not_there(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    bundle.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": str(place / "none.sock"),
                               "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_NOTIFY"}]}
    runtime.fails(bundle)


@pytest.mark.known_fault("crun", "1.8 starts it, and the call waits forever")
def test_a_notification_without_an_agent_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW",
                               "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_NOTIFY"}]}
    runtime.fails(bundle)
