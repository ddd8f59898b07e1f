"""Processes that tests talk to: started with a limit, ended by pid, their logs kept."""

import base64
import ctypes
import http.client
import json
import re
import signal
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Optional
from urllib.parse import parse_qs, urlsplit

from samples import Sample

USER, PASSWORD = "alice", "s3cret"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """For preexec_fn: a test run that is killed leaves nothing behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)


def openssl(*words: str, data: Optional[bytes] = None) -> bytes:
    return subprocess.run(["openssl", *words], input=data, capture_output=True, timeout=20, check=True).stdout


@dataclass
class Registry:
    """Debian's docker-registry on a port of 127.0.0.1 that the kernel chose."""

    kind: str
    log: Path
    process: subprocess.Popen
    port: int
    ca: Optional[Path] = None  # of TLS: a directory with only ca.crt
    tokens: Optional["TokenServer"] = None
    credentials: Optional[str] = None  # USER:PASSWORD

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def flags(self) -> list[str]:
        """What corten must be told to use it."""
        return [
            *(["--cert-dir", str(self.ca)] if self.ca else []),
            *(["--creds", self.credentials] if self.credentials else []),
        ]

    def skopeo(self, side: str) -> list[str]:
        """The same for skopeo; side: src, dest, or nothing for inspect."""
        prefix = f"--{side}-" if side else "--"
        return [
            *([f"{prefix}cert-dir", str(self.ca)] if self.ca else [f"{prefix}tls-verify=false"]),
            *([f"{prefix}creds", self.credentials] if self.credentials else []),
        ]

    def connect(self) -> http.client.HTTPConnection:
        if not self.ca:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        context = ssl.create_default_context(cafile=str(self.ca / "ca.crt"))
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)

    def put(self, name: str, tag: str, sample: Sample) -> str:
        """Uploads it with plain requests, so that nothing but these bytes gets there; returns HOST/NAME:TAG."""
        assert self.kind == "plain"
        connection = self.connect()
        for blob in dict.fromkeys(sample.blobs):
            if "manifest" in blob.media_type or "index" in blob.media_type:
                self._send(connection, "PUT", f"/v2/{name}/manifests/{blob.digest}", blob.data, blob.media_type)
                continue
            location = self._send(connection, "POST", f"/v2/{name}/blobs/uploads/", b"", "")
            path = location.split(self.host, 1)[-1] + f"&digest={blob.digest}"
            self._send(connection, "PUT", path, blob.data, "application/octet-stream")
        self.tag(name, tag, sample)
        connection.close()
        return f"{self.host}/{name}:{tag}"

    def tag(self, name: str, tag: str, sample: Sample) -> None:
        connection = self.connect()
        self._send(connection, "PUT", f"/v2/{name}/manifests/{tag}", sample.top.data, sample.top.media_type)
        connection.close()

    def manifest_digest(self, name: str, tag: str) -> Optional[str]:
        connection = self.connect()
        accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, " \
                 "application/vnd.docker.distribution.manifest.v2+json, " \
                 "application/vnd.docker.distribution.manifest.list.v2+json"
        connection.request("HEAD", f"/v2/{name}/manifests/{tag}", headers={"Accept": accept})
        answer = connection.getresponse()
        connection.close()
        return answer.headers.get("Docker-Content-Digest") if answer.status == 200 else None

    @staticmethod
    def _send(connection: http.client.HTTPConnection, method: str, path: str, body: bytes, media_type: str) -> str:
        connection.request(method, path, body=body, headers={"Content-Type": media_type} if media_type else {})
        answer = connection.getresponse()
        text = answer.read()
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {text!r}"
        return answer.headers.get("Location", "")


def start_registry(directory: Path, kind: str) -> Registry:
    """kind: plain, tls (with basic auth), token."""
    directory.mkdir()
    config = [
        "version: 0.1",
        "log: {level: info}",
        "http:",
        "  addr: 127.0.0.1:0",
        "storage:",
        f"  filesystem: {{rootdirectory: {directory}/data}}",
        "  delete: {enabled: true}",
    ]
    ca = tokens = None
    if kind == "tls":
        ca = make_authority(directory)
        config.insert(4, f"  tls: {{certificate: {directory}/server.crt, key: {directory}/server.key}}")
        line = subprocess.run(["htpasswd", "-Bbn", USER, PASSWORD], capture_output=True, text=True, timeout=20, check=True)
        (directory / "htpasswd").write_text(line.stdout)
        config += ["auth:", f"  htpasswd: {{realm: test, path: {directory}/htpasswd}}"]
    elif kind == "token":
        tokens = TokenServer(directory)
        config += [
            "auth:", "  token:", f"    realm: {tokens.url}", f"    service: {TokenServer.SERVICE}",
            f"    issuer: {TokenServer.ISSUER}", f"    rootcertbundle: {directory}/token.crt",
        ]
    (directory / "config.yml").write_text("\n".join(config) + "\n")
    log = directory / "log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(directory / "config.yml")], stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, cwd=directory, preexec_fn=die_with_parent, env={"PATH": "/usr/bin:/bin"},
        )
    try:
        port = _wait_for_port(log, process)
    except BaseException:
        end(process)
        raise
    return Registry(kind, log, process, port, ca, tokens, None if kind == "plain" else f"{USER}:{PASSWORD}")


def _wait_for_port(log: Path, process: subprocess.Popen) -> int:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", log.read_text(errors="replace"))
        if found:
            return int(found[1])
        time.sleep(0.02)
    raise AssertionError(f"docker-registry did not start:\n{log.read_text(errors='replace')}")


def make_authority(directory: Path) -> Path:
    """server.key and server.crt for 127.0.0.1 and localhost, signed by an authority in a directory of its own."""
    ca = directory / "ca"
    ca.mkdir()
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=test authority", "-keyout", f"{directory}/ca.key", "-out", f"{ca}/ca.crt")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
            "-keyout", f"{directory}/server.key", "-out", f"{directory}/server.csr")
    (directory / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", f"{directory}/server.csr", "-CA", f"{ca}/ca.crt", "-CAkey", f"{directory}/ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", f"{directory}/names", "-out", f"{directory}/server.crt")
    for leftover in ca.iterdir():
        if leftover.name != "ca.crt":  # the serial number file
            leftover.unlink()
    return ca


@dataclass
class TokenRequest:
    account: Optional[str]  # as the Basic credentials say; None: anonymous
    scopes: list[str]
    granted: list[str] = field(default_factory=list)


class TokenServer:
    """Gives bearer tokens (distribution's token specification): USER may do anything, others pull from public/*."""

    SERVICE, ISSUER = "test registry", "test issuer"

    def __init__(self, directory: Path) -> None:
        self.key = directory / "token.key"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=token", "-keyout",
                str(self.key), "-out", str(directory / "token.crt"))
        self.x5c = base64.b64encode(openssl("x509", "-in", str(directory / "token.crt"), "-outform", "DER")).decode()
        self.requests: list[TokenRequest] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/token"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        query = parse_qs(urlsplit(handler.path).query)
        scopes = [word for text in query.get("scope", []) for word in text.split()]
        given = handler.headers.get("Authorization")
        request = TokenRequest(USER if given == BASIC else None, scopes)
        self.requests.append(request)
        if given is not None and given != BASIC:
            self._reply(handler, 401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong name or password"}]})
            return
        access = []
        for scope in scopes:
            kind, name, actions = scope.split(":")
            allowed = [a for a in actions.split(",")
                       if request.account or (a == "pull" and name.startswith("public/"))]
            access.append({"type": kind, "name": name, "actions": allowed})
            request.granted += [f"{name}:{a}" for a in allowed]
        now = int(time.time())
        claims = {"iss": self.ISSUER, "sub": request.account or "", "aud": self.SERVICE, "exp": now + 300,
                  "nbf": now - 10, "iat": now, "jti": str(len(self.requests)), "access": access}
        self._reply(handler, 200, {"token": self._sign(claims), "expires_in": 300})

    def _sign(self, claims: dict) -> str:
        header = {"typ": "JWT", "alg": "RS256", "x5c": [self.x5c]}
        text = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        return text + "." + _base64url(openssl("dgst", "-sha256", "-sign", str(self.key), data=text.encode()))

    @staticmethod
    def _reply(handler: BaseHTTPRequestHandler, status: int, document: dict) -> None:
        body = json.dumps(document).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
