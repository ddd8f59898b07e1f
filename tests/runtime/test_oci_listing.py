"""The verbs that list: list, ps, spec, features, --version; and the name corten-oci."""

import json
import os
from pathlib import Path
from typing import Callable

import pytest

from bundle import Bundle, capabilities
from engine import Runtime


def test_list_of_none(runtime: Runtime) -> None:
    assert runtime.ok("list", "--quiet").split() == []
    assert json.loads(runtime.ok("list", "--format", "json") or "null") in (None, [])


def test_list(runtime: Runtime, bundle: Bundle, make_bundle: Callable[[], Bundle]) -> None:
    first = runtime.started(bundle)
    second = runtime.create(make_bundle())
    assert sorted(runtime.ok("list", "--quiet").split()) == sorted([first.id, second.id])
    rows = {row["id"]: row for row in json.loads(runtime.ok("list", "--format", "json"))}
    assert rows[first.id]["status"] == "running"
    assert rows[second.id]["status"] == "created"
    assert rows[first.id]["bundle"] == str(bundle.path)
    assert rows[first.id]["pid"] == first.pid
    assert rows[first.id]["owner"] == "root"
    table = runtime.ok("list").splitlines()
    assert table[0].split()[:4] == ["ID", "PID", "STATUS", "BUNDLE"] or runtime.name == "crun"
    assert len(table) == 3


def test_ps(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle.runs("spawn 2", "wait"))
    container.answers(1)
    pids = json.loads(runtime.ok("ps", "--format", "json", container.id))
    assert len(pids) == 3
    assert container.pid in pids


@pytest.mark.known_fault("crun", "1.8 prints pids only")
def test_ps_as_a_table(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle)
    head, *rows = runtime.ok("ps", container.id).splitlines()
    assert "PID" in head
    assert len(rows) == 1 and str(container.pid) in rows[0]


@pytest.mark.known_fault("crun", "1.8 has no such verb")
def test_features(runtime: Runtime) -> None:
    """features.md: what is there, for callers to choose from."""
    features = json.loads(runtime.ok("features"))
    assert features["ociVersionMin"].startswith("1.0")
    assert {"ro", "rbind", "nosuid", "rslave"} <= set(features["mountOptions"])
    assert {"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"} <= \
        set(features["hooks"])
    linux = features["linux"]
    assert {"cgroup", "ipc", "mount", "network", "pid", "user", "uts"} <= set(linux["namespaces"])
    assert "CAP_SYS_ADMIN" in linux["capabilities"]
    assert linux["cgroup"]["v1"] is True
    assert linux["seccomp"]["enabled"] is True
    assert "SCMP_ACT_ERRNO" in linux["seccomp"]["actions"]


def test_a_new_specification_runs(runtime: Runtime, bundle: Bundle) -> None:
    """`spec` writes a config.json that works once its program is there; it does not overwrite one."""
    runtime.ok("spec", cwd=bundle.path)
    written = json.loads((bundle.path / "config.json").read_text())
    assert written["process"]["args"] == ["sh"]
    runtime.refused("spec", cwd=bundle.path)
    written["process"] |= {"args": ["/init", "caps"], "terminal": False, "rlimits": []}
    bundle.spec = written
    assert runtime.run(bundle).code == 0


def test_a_new_specification_elsewhere(runtime: Runtime, bundle: Bundle) -> None:
    runtime.ok("spec", "--bundle", str(bundle.path))
    assert (bundle.path / "config.json").is_file()


@pytest.mark.known_fault("crun", "1.8 writes no mappings")
def test_a_specification_for_ordinary_users(runtime: Runtime, bundle: Bundle) -> None:
    runtime.ok("spec", "--rootless", cwd=bundle.path)
    linux = json.loads((bundle.path / "config.json").read_text())["linux"]
    assert "user" in [each["type"] for each in linux["namespaces"]]
    assert linux["uidMappings"] == [{"containerID": 0, "hostID": os.geteuid(), "size": 1}]
    assert "network" not in [each["type"] for each in linux["namespaces"]]


def test_the_version(runtime: Runtime) -> None:
    assert "spec: 1." in runtime.ok("--version")


def test_an_unknown_verb(runtime: Runtime) -> None:
    runtime.refused("frobnicate")


def test_the_name_decides(corten_oci: tuple[str, ...], bundle: Bundle) -> None:
    """Called as corten-oci, the program takes the command line of a runtime."""
    link = bundle.path / "corten-oci"
    link.symlink_to(corten_oci[0])
    again = Runtime("corten", (str(link),), bundle.path.parent)
    assert "spec: 1." in again.ok("--version")
    if os.geteuid() == 0:
        assert again.ask(bundle, "echo done") == ["done"]


@pytest.mark.known_fault("runc", "can do it, with CRIU")
@pytest.mark.known_fault("crun", "can do it, with CRIU")
@pytest.mark.parametrize("verb", ["checkpoint", "restore"])
def test_checkpoints_are_refused_clearly(runtime: Runtime, bundle: Bundle, verb: str) -> None:
    container = runtime.started(bundle)
    assert "support" in runtime.refused(verb, container.id)
    assert container.status == "running"


@pytest.mark.known_fault("crun", "1.8 warns of nothing")
def test_the_log(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    """Engines read the last record of level "error"; warnings are there too, with --debug what is done as well."""
    log = place / "log.json"
    flags = ("--log", str(log), "--log-format", "json")
    bundle.process["capabilities"] = capabilities("CAP_CHOWN", "CAP_NO_SUCH")
    done = runtime.run(bundle.runs("echo x"), options=flags)
    assert done.code == 0, done.err
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert {record["level"] for record in records} == {"warning"}
    assert "CAP_NO_SUCH" in records[-1]["msg"] and records[-1]["time"]
    runtime.refused("state", "nobody", options=flags)
    last = json.loads(log.read_text().splitlines()[-1])
    assert last["level"] == "error" and "nobody" in last["msg"] or runtime.name == "runc"
    assert runtime.run(bundle, options=(*flags, "--debug")).code == 0
    assert "debug" in {json.loads(line)["level"] for line in log.read_text().splitlines()}


@pytest.mark.known_fault("runc", "calls it runc:[2:INIT]")
@pytest.mark.known_fault("crun", "calls it by its own name")
def test_the_name_of_one_that_waits(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.create(bundle)
    process = Path(f"/proc/{container.pid}")
    assert (process / "comm").read_text() == "corten-init\n"
    assert (process / "cmdline").read_bytes().split(b"\0")[0] == b"corten-init"
