"""The image verbs for ordinary users: with ids of /etc/subuid, with their own id only, and where neither is to be had."""

import json
import os
import shutil
import signal
import stat
import struct
import subprocess
import tarfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable, Iterator, Optional

import pytest

import samples
from accounts import COUNT, FIRST, NAME, UID, Account, Machine, child_of, processes_with
from daemons import Registry
from faults import BLOB, FaultProxy
from samples import Entry, directory
from stores import ok, refused, skopeo
from support import Outcome

WARNING = "WARNING: files of other owners in images become yours, because "
# vfs_cap_data of revision 2: cap_net_bind_service, effective.
CAPABILITY = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0).decode("latin-1")


@pytest.fixture
def machine(binary: Path, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(binary, tmp_path)
    yield made
    made.close()


def of_many_owners() -> samples.Image:
    """What only root can unpack as it stands."""
    base = samples.tar_of([
        directory("bin/"),
        Entry("bin/su", b"su", mode=0o4755),
        Entry("bin/other", b"other", mode=0o6755, uid=1000, gid=1001),
        Entry("bin/ping", b"ping", mode=0o755, pax={"SCHILY.xattr.security.capability": CAPABILITY}),
        Entry("noted", b"x", pax={"SCHILY.xattr.user.note": "hello"}),
        Entry("last", b"l", uid=COUNT, gid=COUNT - 1),
        Entry("beyond", b"b", uid=COUNT + 1, gid=5),
        Entry("dev/null", kind=tarfile.CHRTYPE, mode=0o666, device=(1, 3)),
        Entry("closed/", kind=tarfile.DIRTYPE, mode=0, uid=7, gid=8),
        Entry("closed/in", b"in", mode=0, uid=7, gid=8),
        Entry("gone", b"g", uid=9, gid=9),
        directory("cut/"),
        Entry("cut/gone", b"g"),
    ])
    top = samples.tar_of([
        Entry(".wh.gone"), directory("cut/"), Entry("cut/.wh..wh..opq"), Entry("cut/new", b"n", uid=11, gid=12),
    ])
    return samples.make_image([samples.Layer(base), samples.Layer(top, "zstd")])


def unpacked(root: Path) -> dict[str, Path]:
    """Everything in the unpacked layers by its name in the image; of two, the one of the upper layer is not sure."""
    found = {}
    for tree in (root / "layers").glob("*/fs"):
        for path in tree.rglob("*"):
            found[str(path.relative_to(tree))] = path
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come to it"
        time.sleep(0.02)


def owner_of(path: Path) -> tuple[int, int]:
    info = path.lstat()
    return info.st_uid, info.st_gid


def strangers_in(root: Path) -> list[Path]:
    """What the user cannot remove without help: files of other ids."""
    return [path for path in root.rglob("*") if os.path.lexists(path) and path.lstat().st_uid != UID]


def layer_digests(archive: Path) -> list[str]:
    """Of what `save` wrote."""
    with tarfile.open(archive) as tar:
        index = json.load(tar.extractfile("index.json"))  # type: ignore[arg-type]
        name = "blobs/" + index["manifests"][0]["digest"].replace(":", "/")
        manifest = json.load(tar.extractfile(name))  # type: ignore[arg-type]
    return [layer["digest"] for layer in manifest["layers"]]


def run_all_verbs(user: Account, registry: Registry, name: str, image: samples.Image) -> None:
    """From one registry back to it and over another store; the image is left in the first store."""
    ok(user("pull", name))
    assert ok(user("images", "-q", "--no-trunc")).split() == [image.id]
    assert json.loads(ok(user("inspect", name)))[0]["Id"] == image.id
    assert "layer 1" in ok(user("history", name))
    ok(user("save", "-o", f"{user.seen}/home/saved.tar", name))
    assert layer_digests(user.real / "home/saved.tar") == [layer.digest for layer in image.layers]
    other = user.store("home/other")
    ok(other("load", "-i", f"{user.seen}/home/saved.tar"))
    copy = name.rsplit(":", 1)[0] + "/copy:1"
    ok(other("tag", name, copy))
    ok(other("push", copy))
    repository = copy.removeprefix(registry.host + "/").removesuffix(":1")
    assert registry.manifest_digest(repository, "1") == image.manifest.digest
    ok(other("rmi", name, copy))
    assert "Images" in ok(user("system", "df"))
    ok(user("system", "check"))
    ok(other("system", "prune", "-a", "-f"))
    ok(other("system", "check"))


def test_every_verb_with_ids_of_ones_own(machine: Machine, registry: Registry, repository: str) -> None:
    user, image = machine.account(), of_many_owners()
    name = registry.put(repository, "1", image)
    run_all_verbs(user, registry, name, image)

    files = unpacked(user.root)
    # Inside, 0 is the user and 1 the first id of the range.
    assert owner_of(files["bin/su"]) == (UID, UID)
    assert owner_of(files["bin/other"]) == (FIRST + 999, FIRST + 1000)
    assert owner_of(files["last"]) == (FIRST + COUNT - 1, FIRST + COUNT - 2)
    assert owner_of(files["closed/in"]) == (FIRST + 6, FIRST + 7)
    assert owner_of(files["cut/new"]) == (FIRST + 10, FIRST + 11)
    assert owner_of(files["beyond"]) == (UID, UID), "an id that is not to be had is left out"
    assert stat.S_IMODE(files["bin/su"].lstat().st_mode) == 0o4755
    assert stat.S_IMODE(files["bin/other"].lstat().st_mode) == 0o6755
    assert os.getxattr(files["noted"], "user.note") == b"hello"
    # The kernel adds the user namespace that it counts in: revision 3.
    assert os.getxattr(files["bin/ping"], "security.capability")[4:8] == CAPABILITY.encode("latin-1")[4:8]
    assert stat.S_ISREG(files["dev/null"].lstat().st_mode), "a place to mount the device on"
    assert_nobody_else_gets_in(user)

    ok(user("rmi", name))
    assert not strangers_in(user.root)


def assert_nobody_else_gets_in(user: Account) -> None:
    """Setuid files of an image must be out of the other users' reach."""
    assert stat.S_IMODE((user.root / "layers").lstat().st_mode) == 0o700


def test_images_of_archives_with_ids_of_ones_own(machine: Machine) -> None:
    user = machine.account()
    (user.real / "home/rootfs.tar").write_bytes(samples.tar_of([Entry("theirs", b"t", uid=33, gid=34)]))
    ok(user("import", "rootfs.tar", "example.com/imported:1"))
    assert owner_of(unpacked(user.root)["theirs"]) == (FIRST + 32, FIRST + 33)
    ok(user("system", "check"))
    # Without a name it is what `image prune` removes.
    ok(user("import", "rootfs.tar"))
    ok(user("rmi", "example.com/imported:1"))
    ok(user("image", "prune", "-f"))
    assert ok(user("images", "-q", "-a")) == ""
    assert not strangers_in(user.root)


def test_the_rest_of_a_pull_that_was_killed_is_swept(machine: Machine, proxy: FaultProxy, registry: Registry,
                                                     repository: str) -> None:
    """Files of other ids, in a layer that was never finished: more than the user could remove by hand."""
    user = machine.account()
    layer = samples.Layer(samples.tar_of([Entry("theirs", b"t", uid=33), Entry("noise", samples.noise(8_000_000))]))
    registry.put(repository, "1", samples.make_image([layer]))
    slow = proxy.add("GET", BLOB + layer.blob.digest[7:], bytes_per_second=1_000_000, times=9)
    process = user.start("pull", f"{proxy.host}/{repository}:1")
    try:
        wait_until(lambda: bool(strangers_in(user.root)))
    finally:
        process.kill()
        process.communicate(timeout=20)
    assert_ended(proxy.host)
    assert slow.used and strangers_in(user.root)
    ok(user("system", "prune", "-a", "-f"))
    assert not strangers_in(user.root)
    ok(user("system", "check"))


# What mmdebstrap does that an ordinary user cannot: files of other owners, and mounts below them.
BUILDER = """#!/bin/sh -e
system=$(mktemp -d)
echo text > "$system/theirs"
chown 33:34 "$system/theirs"
touch "$system/null"
mount --bind /dev/null "$system/null"
test -c "$system/null"
umount "$system/null"
rm "$system/null"
tar -C "$system" --numeric-owner -c theirs
rm -r "$system"
"""


def test_base_images_are_made_with_ids_of_ones_own(machine: Machine) -> None:
    user = machine.account()
    home = user.real / "home"
    (home / "mirror/dists/x").mkdir(parents=True)
    (home / "mirror/dists/x/InRelease").write_text("Date: Sat, 11 Nov 2023 10:03:32 UTC\n")
    (home / "bin").mkdir()
    (home / "bin/mmdebstrap").write_text(BUILDER)
    (home / "bin/mmdebstrap").chmod(0o755)
    user = user.with_variables(PATH=f"{user.seen}/home/bin:{user.environment()['PATH']}",
                               TMPDIR=f"{user.seen}/runtime")
    ok(user("image", "bootstrap", "debian:x", "--mirror", f"file:{user.seen}/home/mirror"))
    assert owner_of(unpacked(user.root)["theirs"]) == (FIRST + 32, FIRST + 33)
    ok(user("system", "check"))


def warnings_in(done: Outcome) -> list[str]:
    assert "WARNING" not in done.out
    return [line for line in done.err.splitlines() if line.startswith("WARNING")]


@dataclass(frozen=True)
class Lack:
    """A machine that gives a user no ids, and what must be said about it."""

    reason: str
    remedy: str
    subuid: Optional[str] = None
    subgid: Optional[str] = None
    missing: str = ""


LACKS = {
    "no uids": Lack(f"/etc/subuid has no ids for {NAME}", f"usermod --add-subuids 100000-165535 {NAME}", subuid=""),
    "no gids": Lack(f"/etc/subgid has no ids for {NAME}", f"usermod --add-subgids 100000-165535 {NAME}", subgid=""),
    "ids of another user": Lack(f"/etc/subuid has no ids for {NAME}",
                                f"usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {NAME}",
                                subuid="rootlesser:100000:65536\n", subgid="4243:100000:65536\n"),
    "no newuidmap": Lack("newuidmap", "apt install uidmap", missing="newuidmap"),
    "no newgidmap": Lack("newgidmap", "apt install uidmap", missing="newgidmap"),
}


@pytest.mark.parametrize("lack", LACKS.values(), ids=LACKS.keys())
def test_one_id_does_and_the_reason_is_said(lack: Lack, machine: Machine, registry: Registry,
                                            repository: str) -> None:
    user = machine.account(lack.subuid, lack.subgid, lack.missing)
    name = registry.put(repository, "1", of_many_owners())
    pulled = user("pull", name)
    ok(pulled)
    assert len(warnings_in(pulled)) == 1, pulled.err
    warning = warnings_in(pulled)[0]
    assert warning.startswith(WARNING) and lack.reason in warning and lack.remedy in warning
    # It is said where files are at stake, and only there.
    assert warnings_in(user("images")) == []
    assert {owner_of(path) for path in unpacked(user.root).values()} == {(UID, UID)}
    ok(user("rmi", name))
    ok(user("system", "check"))


def test_every_verb_with_one_id(machine: Machine, registry: Registry, repository: str) -> None:
    user, image = machine.account(subuid="", subgid=""), of_many_owners()
    name = registry.put(repository, "1", image)
    run_all_verbs(user, registry, name, image)
    files = unpacked(user.root)
    assert not strangers_in(user.root)
    # A setuid file of somebody else must not become one of the user.
    assert stat.S_IMODE(files["bin/su"].lstat().st_mode) == 0o4755
    assert stat.S_IMODE(files["bin/other"].lstat().st_mode) == 0o755
    ok(user("rmi", name))
    shutil.rmtree(user.root)


def test_every_verb_as_root_of_a_namespace_of_one_id(machine: Machine, registry: Registry, repository: str) -> None:
    inside = machine.self().within("unshare", "--user", "--map-root-user")
    probe = subprocess.run(inside.command("true"), capture_output=True, timeout=20, check=False)
    if probe.returncode != 0:
        pytest.skip("an ordinary user may be forbidden to make user namespaces")
    # Such a root is not known to be an ordinary user, so it must say where the store is to be.
    root = f"{inside.seen}/home/root"
    user = inside.with_variables(CORTEN_ROOT=root, CORTEN_RUN_ROOT=f"{inside.seen}/runtime/corten")
    image = of_many_owners()
    name = registry.put(repository, "1", image)
    pulled = user("pull", name)
    ok(pulled)
    assert warnings_in(pulled) == [], "there is nothing more to be had by starting anew"
    assert {owner_of(path)[0] for path in unpacked(inside.real / "home/root").values()} == {inside.uid}
    ok(user("system", "check"))
    ok(user("save", "-o", f"{user.seen}/home/saved.tar", name))
    ok(user("rmi", name))
    ok(user("load", "-i", f"{user.seen}/home/saved.tar"))
    ok(user("push", name))
    assert registry.manifest_digest(repository, "1") == image.manifest.digest
    ok(user("system", "prune", "-a", "-f"))


def test_refused_user_namespaces_are_explained(machine: Machine, registry: Registry, repository: str) -> None:
    # The limit of a namespace is that of all below it, and only its root sets it. newuidmap must let this root
    # have the ids of the machine: they stay the same inside.
    all_ids = f"{NAME}:{FIRST}:{COUNT}\nroot:0:200000\n"
    outside = ("unshare", "--user", "--map-users=0,0,200000", "--map-groups=0,0,200000", "--mount", "--propagation",
               "private", "sh", "-ec", 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', "sh")
    user = machine.account(all_ids, all_ids, outside=outside)
    name = registry.put(repository, "1", samples.hello())
    for words in (["pull", name], ["load", "-i", "nothing"], ["rmi", name], ["system", "prune", "-f"]):
        message = refused(user(*words))
        assert "making a user namespace: " in message
        assert "hint: " in message and "user.max_user_namespaces" in message
    # What reads only needs none.
    assert ok(user("images", "-q")) == ""
    assert json.loads(ok(user("info", "--format", "json")))["DockerRootDir"] == f"{user.seen}/home/.local/share/corten"


def test_setuid_programs_without_effect_are_explained(machine: Machine) -> None:
    user = machine.account(setpriv=("--no-new-privs",))
    message = refused(user("system", "check"))
    assert "newuidmap" in message and "no_new_privs" in message


def test_a_range_that_is_wrong_is_named(machine: Machine) -> None:
    user = machine.account(subuid=f"{NAME}:many:65536\n")
    assert "/etc/subuid: line 1" in refused(user("system", "check"))


# What the command that is started anew has in common with the one that was typed.


class SilentRegistry:
    """Answers nothing until it may, and then that there is nothing."""

    def __init__(self) -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                outer.asked.set()
                outer.may_answer.wait()
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_HEAD = answer

            def log_message(self, *_: object) -> None:
                pass

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:  # whoever asked has ended
                    pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.image = f"127.0.0.1:{self.http.server_port}/silent:1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.may_answer.set()
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def silent() -> Iterator[SilentRegistry]:
    registry = SilentRegistry()
    yield registry
    registry.close()


@pytest.fixture
def pulling(silent: SilentRegistry) -> Iterator[Callable[[Account], "subprocess.Popen[str]"]]:
    """pulling(user): a pull that waits for its registry."""
    started: list["subprocess.Popen[str]"] = []

    def start(user: Account) -> "subprocess.Popen[str]":
        started.append(user.start("pull", silent.image))
        assert silent.asked.wait(20), "the registry was not asked"
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=20)


def assert_ended(text: str) -> None:
    """No process has this text in its arguments, or has it much longer."""
    wait_until(lambda: not processes_with(text))


Pulling = Callable[[Account], "subprocess.Popen[str]"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_command(number: signal.Signals, machine: Machine, silent: SilentRegistry,
                                    pulling: Pulling) -> None:
    process = pulling(machine.self())
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 1, f"{out}{err}"
    assert err.count("corten: ") == 1, err
    assert_ended(silent.image)


def test_a_signal_from_outside_of_the_pid_namespace_stops_the_command(machine: Machine, silent: SilentRegistry,
                                                                      pulling: Pulling) -> None:
    """As when a container with corten in it is stopped: the kernel then shows no sender."""
    user = machine.account(outside=("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"))
    process = pulling(user)
    # unshare, and below it corten.
    os.kill(child_of(process.pid), signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1, err
    assert_ended(silent.image)


def test_nothing_is_left_of_a_command_that_was_killed(machine: Machine, silent: SilentRegistry,
                                                      pulling: Pulling) -> None:
    process = pulling(machine.self())
    process.kill()
    process.communicate(timeout=20)
    assert_ended(silent.image)


def test_a_death_by_signal_is_passed_on(machine: Machine, pulling: Pulling) -> None:
    """Shells say "Killed" then, as of any other program."""
    process = pulling(machine.self())
    os.kill(child_of(process.pid), signal.SIGKILL)
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGKILL


def test_ignored_signals_stay_ignored(machine: Machine, silent: SilentRegistry, pulling: Pulling) -> None:
    """nohup corten pull IMAGE."""
    process = pulling(machine.self().within("env", "--ignore-signal=HUP"))
    for pid in (child_of(process.pid), process.pid):
        os.kill(pid, signal.SIGHUP)
    silent.may_answer.set()
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "404" in err or "not found" in err.lower(), err


def variables_of(pid: int) -> list[str]:
    return sorted(Path(f"/proc/{pid}/environ").read_text().rstrip("\0").split("\0"))


@pytest.mark.parametrize("told", ["", "0", "77", "nobody"])
def test_the_environment_passes_through(told: str, machine: Machine, pulling: Pulling) -> None:
    """With one variable of corten's own, which must not be believed when it comes from elsewhere."""
    user = machine.self()
    given = user.with_variables(_CORTEN_OUTER_UID=told) if told else user
    process = pulling(given)
    expected = [f"{k}={v}" for k, v in {**user.environment(), "_CORTEN_OUTER_UID": str(user.uid)}.items()]
    assert variables_of(child_of(process.pid)) == sorted(expected)


@pytest.mark.parametrize("told", ["0", "77", "nobody"])
def test_nobody_else_is_believed_to_have_typed_the_command(told: str, machine: Machine) -> None:
    user = machine.self().with_variables(_CORTEN_OUTER_UID=told)
    (user.real / "home/rootfs.tar").write_bytes(samples.tar_of([Entry("file", b"f")]))
    ok(user("import", "rootfs.tar", "example.com/imported:1"))
    assert (user.root / "index.json").is_file()
    assert json.loads(ok(user("info", "--format", "json")))["Rootless"] is True
    # Not even by a root that is one only in a namespace.
    inside = user.within("unshare", "--user", "--map-root-user")
    probe = subprocess.run(inside.command("true"), capture_output=True, timeout=20, check=False)
    if probe.returncode == 0:
        assert json.loads(ok(inside("info", "--format", "json")))["Rootless"] is False


def test_streams_and_the_current_directory_pass_through(machine: Machine) -> None:
    user = machine.self()
    tar = samples.tar_of([Entry("file", b"f")])
    script = '"$1" --root ./here import - example.com/piped:1 | cat > id; "$1" --root ./here save example.com/piped:1' \
             ' | "$1" --root there load | cat'
    done = subprocess.run(user.command("sh", "-ec", script, "sh", user.binary), input=tar, capture_output=True,
                          timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"Loaded image: example.com/piped:1\n"
    image = (user.real / "home/id").read_text().strip()
    for store in ("here", "there"):
        assert ok(user("--root", f"{user.seen}/home/{store}", "images", "-q", "--no-trunc")).split() == [image]


@pytest.mark.parametrize("words, code", [
    (["load", "--no-such-flag"], 125), (["rmi", "example.com/none:1"], 1), (["load", "-i", "none.tar"], 1),
    (["pull"], 1), (["system", "check"], 0),
])
def test_exit_codes_are_those_of_root(words: list[str], code: int, machine: Machine) -> None:
    assert machine.self()(*words).code == code


def test_output_that_cannot_be_written_is_no_success(machine: Machine) -> None:
    user = machine.self()
    done = subprocess.run(user.command("sh", "-c", '"$0" system df > /dev/full', user.binary), capture_output=True,
                          text=True, timeout=30, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 1 and "standard output" in done.stderr


# Places.


@pytest.mark.parametrize("variables, store", [
    ({}, "home/.local/share/corten"),
    ({"XDG_DATA_HOME": "{}/home/data"}, "home/data/corten"),
    ({"XDG_DATA_HOME": "data"}, "home/.local/share/corten"),
    ({"CORTEN_ROOT": "{}/home/mine", "XDG_DATA_HOME": "{}/home/data"}, "home/mine"),
], ids=["HOME", "XDG_DATA_HOME", "not absolute", "CORTEN_ROOT"])
def test_the_store_is_in_the_same_place_for_all_verbs(variables: dict[str, str], store: str,
                                                      machine: Machine) -> None:
    user = machine.self()
    user = user.with_variables(**{name: value.format(user.seen) for name, value in variables.items()})
    (user.real / "home/rootfs.tar").write_bytes(samples.tar_of([Entry("file", b"f")]))
    image = ok(user("import", "rootfs.tar", "example.com/imported:1")).strip()
    assert (user.real / store / "index.json").is_file()
    assert ok(user("images", "-q", "--no-trunc")).split() == [image]
    info = json.loads(ok(user("info", "--format", "json")))
    assert (info["DockerRootDir"], info["RunRootDir"]) == (f"{user.seen}/{store}", f"{user.seen}/runtime/corten")


def test_a_missing_home_is_explained(machine: Machine) -> None:
    user = machine.self()
    for words in (["images"], ["system", "check"]):
        done = user(*words, without="HOME")
        assert done.code == 1 and "HOME is not set" in done.err
    assert user("system", "check", without="XDG_RUNTIME_DIR").code == 0, "no sockets, no need for their place"


@pytest.mark.parametrize("without", ["", "HOME"])
def test_certificates_and_credentials_are_those_of_the_user(without: str, machine: Machine, tls_registry: Registry,
                                                            repository: str, tmp_path: Path) -> None:
    """Without HOME, those of the user's home in /etc/passwd: the user's, not root's."""
    user = machine.account()
    layout = samples.write_layout(tmp_path / "layout", {"it": samples.hello()})
    name = f"{tls_registry.host}/{repository}:1"
    skopeo("copy", *tls_registry.skopeo("dest"), f"oci:{layout}:it", f"docker://{name}")
    certificates = user.real / "home/.config/docker/certs.d" / tls_registry.host
    certificates.mkdir(parents=True)
    assert tls_registry.ca and tls_registry.credentials
    shutil.copy(tls_registry.ca / "ca.crt", certificates)
    account, password = tls_registry.credentials.split(":")
    login = subprocess.run(user.command(user.binary, "login", "-u", account, "--password-stdin", tls_registry.host),
                           input=password, capture_output=True, text=True, timeout=30, check=False)
    assert login.returncode == 0, login.stderr
    store = ["--root", f"{user.seen}/home/store"]
    ok(user(*store, "pull", name, without=without))
    ok(user(*store, "push", name, without=without))
