"""login and logout: Docker's config.json, credential helpers, prompts, and a registry that asks for passwords."""

import base64
import ctypes
import json
import os
import pty
import re
import select
import shutil
import signal
import stat
import subprocess
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Mapping, Optional

import pytest

from support import Corten, Outcome, needs

USER, PASSWORD = "alice", "s3cret"
NOBODY = 65534
AUTH = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

# Keeps what it is given in $KEPT, one file for each address, and writes down how it was called.
HELPER = r"""#!/bin/sh
echo "$#: $*" >> $KEPT/calls
case $1 in
get)
  name=$(tr -d /:)
  cat "$KEPT/$name" 2> /dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
store)
  text=$(cat)
  printf %s "$text" > "$KEPT/$(printf %s "$text" | sed 's/.*"ServerURL":"\([^"]*\)".*/\1/' | tr -d /:)" ;;
erase)
  rm "$KEPT/$(tr -d /:)" ;;
esac
"""


def call(corten: Corten, *words: str, stdin: str = "", env: Optional[Mapping[str, str]] = None) -> Outcome:
    done = subprocess.run([str(corten.binary), *words], env=corten.environment(env), input=stdin,
                          capture_output=True, text=True, timeout=20, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)


def config_path(corten: Corten) -> Path:
    return corten.home / ".docker" / "config.json"


def read_config(corten: Corten) -> dict:
    return json.loads(config_path(corten).read_text())


def write_config(corten: Corten, document: dict) -> None:
    config_path(corten).parent.mkdir(mode=0o700, exist_ok=True)
    config_path(corten).write_text(json.dumps(document, indent="\t"))


@pytest.fixture
def helper(corten: Corten, tmp_path: Path) -> dict[str, str]:
    """The environment in which `docker-credential-box` is installed."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "kept").mkdir()
    program = tmp_path / "bin" / "docker-credential-box"
    program.write_text(HELPER)
    program.chmod(0o755)
    return {"PATH": f"{tmp_path}/bin:{corten.environment()['PATH']}", "KEPT": str(tmp_path / "kept")}


@dataclass
class Registry:
    process: subprocess.Popen
    port: int
    cert_dir: Optional[Path] = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def make_certificates(directory: Path) -> Path:
    """A self-signed server.crt for 127.0.0.1; the directory for --cert-dir."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", f"{directory}/server.key", "-out", f"{directory}/server.crt"],
        capture_output=True, timeout=20, check=True)
    ca = directory / "ca"
    ca.mkdir()
    (ca / "ca.crt").write_text((directory / "server.crt").read_text())
    return ca


def start_registry(directory: Path, tls: bool) -> Registry:
    """Debian's docker-registry, which takes only USER with PASSWORD, on a port that the kernel chose."""
    needs("docker-registry")
    line = subprocess.run([needs("htpasswd"), "-Bbn", USER, PASSWORD], capture_output=True, timeout=20, check=True)
    (directory / "htpasswd").write_bytes(line.stdout)
    certificates = f"tls: {{certificate: {directory}/server.crt, key: {directory}/server.key}}" if tls else ""
    cert_dir = make_certificates(directory) if tls else None
    (directory / "config.yml").write_text(f"""\
version: 0.1
http:
  addr: 127.0.0.1:0
  {certificates}
storage: {{filesystem: {{rootdirectory: {directory}/data}}}}
auth: {{htpasswd: {{realm: test, path: {directory}/htpasswd}}}}
""")
    log = directory / "log"
    with open(log, "wb") as output:
        process = subprocess.Popen(["docker-registry", "serve", f"{directory}/config.yml"], stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=output, preexec_fn=die_with_parent)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", log.read_text())
        if found:
            return Registry(process, int(found[1]), cert_dir)
        time.sleep(0.02)
    process.kill()
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Over http, which is allowed because it is on this machine."""
    running = start_registry(tmp_path_factory.mktemp("plain"), tls=False)
    yield running
    running.process.kill()
    running.process.wait(timeout=10)


@pytest.fixture(scope="module")
def tls_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    running = start_registry(tmp_path_factory.mktemp("tls"), tls=True)
    yield running
    running.process.kill()
    running.process.wait(timeout=10)


# What needs no registry.


def test_password_and_password_stdin_exclude_each_other(corten: Corten) -> None:
    outcome = call(corten, "login", "-u", USER, "-p", PASSWORD, "--password-stdin", "localhost:1", stdin="x")
    assert outcome.code == 1
    assert "cannot specify both --password and --password-stdin" in outcome.err
    assert PASSWORD not in outcome.err


@pytest.mark.parametrize("words, message", [
    (["--password-stdin", "localhost:1"], "the --password-stdin option requires --username to be set"),
    (["-u", USER, "--password-stdin", "localhost:1"], "there is no password on standard input"),
    (["-u", USER, "-p", "", "localhost:1"], "the password is empty"),
    (["localhost:1"], "cannot perform an interactive login from a non TTY device"),
    (["-u", USER, "localhost:1"], "cannot perform an interactive login from a non TTY device"),
    (["not a host"], "'not a host' is not the name of a registry"),
    (["a", "b"], "accepts at most 1 argument"),
])
def test_what_cannot_work_is_refused_at_once(corten: Corten, words: list[str], message: str) -> None:
    outcome = call(corten, "login", *words)
    assert outcome.code == 1
    assert message in outcome.err
    assert outcome.out == ""
    assert not config_path(corten).exists()


def test_without_a_terminal_the_hint_says_how(corten: Corten) -> None:
    assert "--password-stdin" in call(corten, "login", "localhost:1").err.split("hint: ")[1]


def test_logout_removes_every_form_of_the_name(corten: Corten) -> None:
    write_config(corten, {"psFormat": "x", "auths": {"https://ghcr.io/v2/": {"auth": AUTH}, "ghcr.io": {},
                                                     "quay.io": {"auth": AUTH}}})
    outcome = call(corten, "logout", "https://ghcr.io")
    assert (outcome.code, outcome.out) == (0, "Removing login credentials for ghcr.io\n")
    assert read_config(corten) == {"psFormat": "x", "auths": {"quay.io": {"auth": AUTH}}}


def test_logout_without_login_succeeds(corten: Corten) -> None:
    outcome = call(corten, "logout", "ghcr.io")
    assert (outcome.code, outcome.out, outcome.err) == (0, "Not logged in to ghcr.io\n", "")
    assert not config_path(corten).parent.exists()


def test_docker_hub_is_the_default_under_dockers_name(corten: Corten) -> None:
    write_config(corten, {"auths": {"https://index.docker.io/v1/": {"auth": AUTH}}})
    outcome = call(corten, "logout")
    assert (outcome.code, outcome.out) == (0, "Removing login credentials for https://index.docker.io/v1/\n")
    assert read_config(corten) == {"auths": {}}


def test_docker_config_names_the_directory(corten: Corten, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"ghcr.io": {"auth": AUTH}}}))
    assert call(corten, "logout", "ghcr.io", env={"DOCKER_CONFIG": str(tmp_path)}).code == 0
    assert json.loads((tmp_path / "config.json").read_text()) == {"auths": {}}


def test_a_damaged_config_is_an_error_that_shows_no_secret(corten: Corten) -> None:
    write_config(corten, {})
    config_path(corten).write_text('{"auths": {"ghcr.io": {"auth": "' + AUTH)
    outcome = call(corten, "logout", "ghcr.io")
    assert outcome.code == 1
    assert f"{config_path(corten)}: line 1, column" in outcome.err
    assert AUTH not in outcome.err


def test_logout_asks_the_helper(corten: Corten, helper: dict[str, str], tmp_path: Path) -> None:
    write_config(corten, {"credsStore": "box", "auths": {"ghcr.io": {}}})
    (tmp_path / "kept/ghcr.io").write_text(json.dumps({"ServerURL": "ghcr.io", "Username": USER, "Secret": PASSWORD}))
    outcome = call(corten, "logout", "ghcr.io", env=helper)
    assert (outcome.code, outcome.out) == (0, "Removing login credentials for ghcr.io\n")
    assert not (tmp_path / "kept/ghcr.io").exists()
    assert read_config(corten) == {"credsStore": "box", "auths": {}}
    assert (tmp_path / "kept/calls").read_text() == "1: get\n1: erase\n"


def test_a_missing_helper_is_an_error(corten: Corten) -> None:
    write_config(corten, {"credsStore": "nowhere"})
    outcome = call(corten, "logout", "ghcr.io")
    assert outcome.code == 1
    assert "credential helper 'docker-credential-nowhere' is not installed" in outcome.err


# With a registry.


def test_login_asks_the_registry_and_keeps_the_credentials(corten: Corten, registry: Registry) -> None:
    outcome = call(corten, "login", "-u", USER, "--password-stdin", registry.host, stdin=PASSWORD + "\n")
    assert (outcome.code, outcome.out) == (0, "Login Succeeded\n"), outcome.err
    assert f"WARNING! Your credentials are stored unencrypted in '{config_path(corten)}'." in outcome.err
    assert read_config(corten) == {"auths": {registry.host: {"auth": AUTH}}}
    assert stat.S_IMODE(config_path(corten).stat().st_mode) == 0o600
    assert call(corten, "logout", registry.host).out == f"Removing login credentials for {registry.host}\n"
    assert read_config(corten) == {"auths": {}}


def test_what_login_writes_docker_reads(corten: Corten, registry: Registry) -> None:
    needs("docker")
    assert call(corten, "login", "-u", USER, "--password-stdin", registry.host, stdin=PASSWORD).code == 0
    before = config_path(corten).read_text()
    # Without a daemon the docker command line logs in by itself, and without flags from what is kept.
    done = subprocess.run(["docker", "login", registry.host], capture_output=True, text=True, timeout=20, check=False,
                          env=corten.environment({"DOCKER_HOST": f"unix://{corten.home}/none"}), input="")
    assert f"[Username: {USER}]" in done.stdout + done.stderr
    assert config_path(corten).read_text() == before


def test_a_wrong_password_is_refused_and_not_kept(corten: Corten, registry: Registry) -> None:
    outcome = call(corten, "login", "-u", USER, "--password-stdin", registry.host, stdin="no such password")
    assert outcome.code == 1
    assert f"logging in to '{registry.host}'" in outcome.err
    assert "no such password" not in outcome.err
    assert outcome.out == ""
    assert not config_path(corten).exists()


def test_a_password_on_the_command_line_is_warned_of(corten: Corten, registry: Registry) -> None:
    outcome = call(corten, "login", "-u", USER, "-p", PASSWORD, f"http://{registry.host}/v2/")
    assert (outcome.code, outcome.out) == (0, "Login Succeeded\n"), outcome.err
    assert outcome.err.startswith("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n")
    assert registry.host in read_config(corten)["auths"]


def test_a_bare_login_uses_what_is_kept(corten: Corten, registry: Registry) -> None:
    write_config(corten, {"auths": {registry.host: {"auth": AUTH}}})
    outcome = call(corten, "login", registry.host)
    assert (outcome.code, outcome.out) == (0, "Login Succeeded\n"), outcome.err
    assert outcome.err == f"Authenticating with existing credentials... [Username: {USER}]\n"


def test_the_helper_keeps_what_login_gives_it(
    corten: Corten, registry: Registry, helper: dict[str, str], tmp_path: Path
) -> None:
    write_config(corten, {"credHelpers": {registry.host: "box"}})
    outcome = call(corten, "login", "-u", USER, "--password-stdin", registry.host, stdin=PASSWORD, env=helper)
    assert (outcome.code, outcome.out, outcome.err) == (0, "Login Succeeded\n", "")
    kept = json.loads((tmp_path / "kept" / registry.host.replace(":", "")).read_text())
    assert kept == {"ServerURL": registry.host, "Username": USER, "Secret": PASSWORD}
    assert read_config(corten)["auths"] == {registry.host: {}}
    # And back: a bare login gets it from there.
    assert call(corten, "login", registry.host, env=helper).out == "Login Succeeded\n"


def test_a_registry_with_a_certificate_of_its_own(corten: Corten, tls_registry: Registry) -> None:
    def login(*words: str) -> Outcome:
        return call(corten, "login", *words, "-u", USER, "--password-stdin", tls_registry.host, stdin=PASSWORD)

    refused = login()
    assert refused.code == 1
    assert "certificate" in refused.err
    assert login("--cert-dir", str(tls_registry.cert_dir)).out == "Login Succeeded\n"
    assert login("--tls-verify=false").out == "Login Succeeded\n"


def test_certs_d_of_the_user(corten: Corten, tls_registry: Registry, tmp_path: Path) -> None:
    certs = corten.home / ".config/docker/certs.d" / tls_registry.host
    certs.mkdir(parents=True)
    (certs / "ca.crt").write_text((tls_registry.cert_dir / "ca.crt").read_text())
    binary, other = corten.binary, {}
    if os.geteuid() == 0:  # root has only /etc/docker/certs.d
        binary = Path(shutil.copy(corten.binary, tmp_path / "corten"))
        for directory in [binary, *binary.parents][:4]:
            directory.chmod(0o755)
        for path in [corten.home, *corten.home.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
        other = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    done = subprocess.run([str(binary), "login", "-u", USER, "--password-stdin", tls_registry.host], input=PASSWORD,
                          env=corten.environment(), cwd="/", capture_output=True, text=True, timeout=20, check=False,
                          **other)
    assert (done.returncode, done.stdout) == (0, "Login Succeeded\n"), done.stderr


def test_a_cert_dir_that_is_not_there_is_an_error(corten: Corten, tls_registry: Registry) -> None:
    outcome = call(corten, "login", "--cert-dir", "/nowhere", "-u", USER, "--password-stdin", tls_registry.host,
                   stdin=PASSWORD)
    assert outcome.code == 1
    assert "/nowhere" in outcome.err


def test_nobody_is_there(corten: Corten) -> None:
    outcome = call(corten, "login", "-u", USER, "--password-stdin", "127.0.0.1:1", stdin=PASSWORD)
    assert outcome.code == 1
    assert "127.0.0.1:1" in outcome.err


# At a terminal.


def begin_session() -> None:
    die_with_parent()
    # nohup, which the tests may run under, has it ignored.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Terminal:
    """corten with a terminal as its standard input and standard error."""

    def __init__(self, corten: Corten, *words: str) -> None:
        self.controller, self.terminal = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            [str(corten.binary), *words], stdin=self.terminal, stdout=subprocess.PIPE, stderr=self.terminal,
            env=corten.environment(), process_group=0, preexec_fn=begin_session)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 10
        while text not in self.shown:
            ready, _, _ = select.select([self.controller], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"expected {text!r}, found {self.shown!r}"
            self.shown += os.read(self.controller, 4096).decode()

    def type(self, text: str) -> None:
        os.write(self.controller, text.encode())

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def end(self) -> tuple[int, str]:
        out, _ = self.process.communicate(timeout=10)
        while select.select([self.controller], [], [], 0.1)[0]:
            self.shown += os.read(self.controller, 4096).decode()
        return self.process.returncode, out.decode()

    def close(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)
        os.close(self.controller)
        os.close(self.terminal)


@pytest.fixture
def terminal(corten: Corten) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def make(*words: str) -> Terminal:
        opened.append(Terminal(corten, *words))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def test_name_and_password_are_asked_for(terminal: Callable[..., Terminal], registry: Registry) -> None:
    session = terminal("login", registry.host)
    session.wait_for("Username: ")
    assert session.echoes()
    session.type(USER + "\n")
    session.wait_for("Password: ")
    assert not session.echoes()
    session.type(PASSWORD + "\n")
    assert session.end() == (0, "Login Succeeded\n")
    assert session.echoes()
    assert PASSWORD not in session.shown


def test_stored_credentials_that_are_refused_are_asked_for_anew(
    corten: Corten, terminal: Callable[..., Terminal], registry: Registry
) -> None:
    write_config(corten, {"auths": {registry.host: {"username": USER, "password": "old"}}})
    session = terminal("login", registry.host)
    session.wait_for("\nUsername: ")
    assert "Login did not succeed" in session.shown
    session.type(USER + "\n")
    session.wait_for("Password: ")
    session.type(PASSWORD + "\n")
    assert session.end() == (0, "Login Succeeded\n")
    assert read_config(corten)["auths"] == {registry.host: {"auth": AUTH}}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(terminal: Callable[..., Terminal], number: signal.Signals) -> None:
    session = terminal("login", "-u", USER, "localhost:1")
    session.wait_for("Password: ")
    assert not session.echoes()
    session.process.send_signal(number)
    assert session.end() == (-number, "")
    assert session.echoes()


def test_a_stop_shows_the_terminal_and_asks_again(terminal: Callable[..., Terminal]) -> None:
    session = terminal("login", "-u", USER, "localhost:1")
    session.wait_for("Password: ")
    session.process.send_signal(signal.SIGTSTP)
    deadline = time.monotonic() + 10
    while not session.echoes() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert session.echoes()
    session.shown = ""
    session.process.send_signal(signal.SIGCONT)
    session.wait_for("Password: ")
    assert not session.echoes()


def test_no_answer_ends_it(terminal: Callable[..., Terminal]) -> None:
    session = terminal("login", "-u", USER, "localhost:1")
    session.wait_for("Password: ")
    session.type("\x04")
    code, out = session.end()
    assert (code, out) == (130, "")
    assert session.echoes()
    session2 = terminal("login", "-u", USER, "localhost:1")
    session2.wait_for("Password: ")
    session2.type("\n")
    assert session2.end()[0] == 1
    assert "Password required" in session2.shown
