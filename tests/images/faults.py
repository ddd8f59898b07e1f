"""An HTTP proxy in front of a registry that misbehaves as a test tells it to, and remembers every request."""

import http.client
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable, Mapping, Optional

from daemons import BASIC

# Not passed on: they belong to one connection, or are made anew.
_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}

BLOB = r"/v2/.+/blobs/sha256:"
MANIFEST = r"/v2/.+/manifests/"
UPLOAD = r"/v2/.+/blobs/uploads/"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Seen:
    """A request that the proxy got."""

    method: str
    path: str
    headers: Mapping[str, str]
    status: int = 0
    sent: int = 0  # bytes of body in the answer
    received: int = 0  # bytes of body in the request

    @property
    def range(self) -> Optional[str]:
        return self.headers.get("Range")

    @property
    def authorization(self) -> Optional[str]:
        return self.headers.get("Authorization")


@dataclass
class Fault:
    """What to do instead of passing on, for requests that match; `times` such requests, then no more."""

    method: str
    path: str  # a regular expression
    times: int = 1
    # All are optional; they come in this order.
    before: Optional[Callable[[Seen], None]] = None  # runs before anything else
    answer: Optional[Answer] = None  # instead of the registry's
    hide_range: bool = False  # the registry does not see Range
    change: Optional[Callable[[Answer], Answer]] = None  # of the registry's answer
    length: Optional[int] = None  # said in Content-Length, whatever the body is
    drop_after: Optional[int] = None  # bytes of body, then the connection is reset
    bytes_per_second: Optional[int] = None
    used: int = field(default=0, init=False)

    def matches(self, seen: Seen) -> bool:
        return (
            self.used < self.times
            and re.fullmatch(self.method, seen.method) is not None
            and re.match(self.path, seen.path) is not None
        )


class FaultProxy:
    """Listens on a port of 127.0.0.1; passes on to `host` (HOST:PORT, http)."""

    def __init__(self, host: str, *, basic_auth: bool = False, address: str = "127.0.0.1") -> None:
        self.upstream = host
        self.basic_auth = basic_auth
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30  # of a connection that says nothing

            def __getattr__(self, name: str) -> Callable[[], None]:
                if name.startswith("do_"):
                    return lambda: proxy._handle(self)
                raise AttributeError(name)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_: object) -> None:
                pass  # a client that goes away is what some tests are about

        self._server = Server((address, 0), Handler)
        self.host = f"{address}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    # What a test says.

    def add(self, method: str, path: str, **how: object) -> Fault:
        fault = Fault(method, path, **how)  # type: ignore[arg-type]
        self.faults.append(fault)
        return fault

    def forget(self) -> None:
        self.faults.clear()
        self.seen.clear()

    # What a test asks.

    def requests(self, method: str = ".*", path: str = "") -> list[Seen]:
        return [s for s in self.seen if re.fullmatch(method, s.method) and re.match(path, s.path)]

    def transcript(self) -> str:
        return "\n".join(
            f"{s.method} {re.sub('_state=[^&]*', '_state=...', s.path)} {s.range or ''} -> {s.status}, "
            f"{s.sent} bytes, got {s.received}"
            for s in self.seen
        )

    # The work.

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        # skopeo sends one Accept for each media type.
        headers = {name: ", ".join(handler.headers.get_all(name, [])) for name in handler.headers}
        seen = Seen(handler.command, handler.path, headers)
        body = self._read_body(handler)
        seen.received = len(body)
        with self._lock:
            self.seen.append(seen)
            fault = next((f for f in self.faults if f.matches(seen)), None)
            if fault:
                fault.used += 1
        if fault and fault.before:
            fault.before(seen)
        if fault and fault.answer:
            answer = fault.answer
        elif self.basic_auth and seen.authorization != BASIC:
            answer = Answer(401, {"WWW-Authenticate": 'Basic realm="test"'}, b"")
        else:
            answer = self._pass_on(seen, body, hide_range=bool(fault and fault.hide_range))
        if fault and fault.change:
            answer = fault.change(answer)
        self._send(handler, seen, answer, fault or Fault("", ""))

    @staticmethod
    def _read_body(handler: BaseHTTPRequestHandler) -> bytes:
        if handler.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(handler.rfile.readline().split(b";")[0], 16):
                parts.append(handler.rfile.read(size))
                handler.rfile.readline()
            handler.rfile.readline()
            return b"".join(parts)
        return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))

    def _pass_on(self, seen: Seen, body: bytes, *, hide_range: bool) -> Answer:
        headers = {k: v for k, v in seen.headers.items() if k.lower() not in _HOP | {"expect"}}
        if self.basic_auth:
            headers.pop("Authorization", None)
        if hide_range:
            headers.pop("Range", None)
        if body or seen.method in ("PUT", "POST", "PATCH"):
            headers["Content-Length"] = str(len(body))
        connection = http.client.HTTPConnection(self.upstream, timeout=30)
        try:
            connection.request(seen.method, seen.path, body=body or None, headers=headers)
            answer = connection.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() not in _HOP}
            if seen.method == "HEAD":
                kept["Content-Length"] = answer.headers.get("Content-Length", "0")
            if hide_range:
                kept.pop("Accept-Ranges", None)
            return Answer(answer.status, kept, answer.read())
        finally:
            connection.close()

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, seen: Seen, answer: Answer, fault: Fault) -> None:
        seen.status = answer.status
        handler.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() != "content-length" or seen.method == "HEAD":
                handler.send_header(name, value)
        if seen.method != "HEAD" and answer.status not in (204, 304):
            handler.send_header("Content-Length", str(len(answer.body) if fault.length is None else fault.length))
        handler.end_headers()
        if seen.method == "HEAD":
            return
        rest = answer.body if fault.drop_after is None else answer.body[: fault.drop_after]
        pause, step = 0.0, 64 * 1024
        if fault.bytes_per_second:
            pause, step = 0.1, max(1, fault.bytes_per_second // 10)
        for at in range(0, len(rest), step):
            # Counted first: whoever has got it may look at the count at once.
            seen.sent += len(rest[at : at + step])
            handler.wfile.write(rest[at : at + step])
            if pause:
                time.sleep(pause)
        if fault.drop_after is not None:
            handler.wfile.flush()
            time.sleep(0.05)  # a reset discards what the other side has not read yet
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
        elif fault.length is not None and fault.length != len(answer.body):
            handler.close_connection = True


def flip_last_byte(answer: Answer) -> Answer:
    return Answer(answer.status, answer.headers, answer.body[:-1] + bytes([answer.body[-1] ^ 1]))


def cut(count: int) -> Callable[[Answer], Answer]:
    """The body without its last `count` bytes, in an answer that looks whole."""
    return lambda answer: Answer(answer.status, answer.headers, answer.body[:-count])


def redirect(host: str, path: str) -> Answer:
    return Answer(307, {"Location": f"http://{host}{path}"}, b"")


HTML = Answer(
    200, {"Content-Type": "text/html; charset=utf-8"}, b"<!DOCTYPE html><html><body>Please log in</body></html>"
)
