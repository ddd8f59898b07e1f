"""Terminals: the socket that a runtime sends the master of a container's terminal to, and one of our own."""

import array
import os
import select
import socket
import time
from pathlib import Path

from support import SLOWNESS


class ConsoleSocket:
    """What engines listen on for --console-socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen()
        self.listener.settimeout(15 * SLOWNESS)

    def receive(self) -> int:
        """The master; the caller closes it."""
        connection, _ = self.listener.accept()
        with connection:
            _, control, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
        descriptors = array.array("i")
        for _, _, data in control:
            descriptors.frombytes(data)
        assert len(descriptors) == 1
        return descriptors[0]

    def close(self) -> None:
        self.listener.close()


def read_until(master: int, end: str, seconds: float = 15) -> str:
    """What the terminal shows up to and with this text."""
    text = b""
    deadline = time.monotonic() + seconds * SLOWNESS
    while end.encode() not in text.replace(b"\r\n", b"\n"):
        assert time.monotonic() < deadline, f"no {end!r} in {text!r}"
        if not select.select([master], [], [], 0.1)[0]:
            continue
        try:
            text += os.read(master, 4096)
        except OSError:  # the other side has gone
            break
    return text.decode().replace("\r\n", "\n")
