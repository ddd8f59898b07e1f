"""runtime.md, "Errors" and "Operations": what a state does not allow, and ids that cannot be."""

import json
from typing import Callable

import pytest

from bundle import Bundle
from engine import Runtime, leftovers


def test_start_twice(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle)
    runtime.refused("start", container.id)
    assert container.status == "running"


def test_start_of_a_stopped_one(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle.runs("exit 0"))
    container.wait_for("stopped")
    runtime.refused("start", container.id)


def test_delete_of_a_running_one(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle)
    runtime.refused("delete", container.id)
    assert container.status == "running"


def test_kill_of_a_stopped_one(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle.runs("exit 0"))
    container.wait_for("stopped")
    runtime.refused("kill", container.id, "TERM")


@pytest.mark.known_fault("crun", "1.8 sends nothing and calls it done")
def test_kill_with_an_unknown_signal(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle)
    message = runtime.refused("kill", container.id, "NOSUCH")
    assert "signal" in message.lower()
    assert container.status == "running"


def test_exec_in_a_stopped_one(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle.runs("exit 0"))
    container.wait_for("stopped")
    assert container.exec("/init", "echo", "x").code > 0


def test_the_same_id_twice(runtime: Runtime, bundle: Bundle, make_bundle: Callable[[], Bundle]) -> None:
    container = runtime.started(bundle)
    second = make_bundle()
    second.id = bundle.id
    second.write()
    assert "exist" in runtime.refused("create", "--bundle", str(second.path), second.id)
    assert container.status == "running"
    assert container.state()["bundle"] == str(bundle.path)


@pytest.mark.parametrize("verb", ["start", "state", "kill", "delete", "pause", "resume", "ps"])
def test_an_unknown_id(runtime: Runtime, verb: str) -> None:
    message = runtime.refused(verb, "never-was")
    assert "never-was" in message or "container does not exist" in message  # as runc has it


_CRUN_TAKES_IT = pytest.mark.known_fault("crun", "1.8 refuses little more than slashes")


@pytest.mark.parametrize("name", ["a/b", "../up", "", pytest.param(".", marks=_CRUN_TAKES_IT),
                                  pytest.param("..", marks=_CRUN_TAKES_IT), pytest.param("a b", marks=_CRUN_TAKES_IT),
                                  pytest.param("a\nb", marks=_CRUN_TAKES_IT), pytest.param("é", marks=_CRUN_TAKES_IT)])
def test_an_id_that_cannot_be(runtime: Runtime, bundle: Bundle, name: str) -> None:
    bundle.write()
    done = runtime("create", "--bundle", str(bundle.path), name)
    assert done.code > 0
    assert leftovers(bundle) == []


@pytest.mark.parametrize("name", ["a", "A-b_c.d+e", "0", "x" * 200])
def test_an_id_that_can_be(runtime: Runtime, bundle: Bundle, name: str) -> None:
    bundle.id = name
    assert runtime.create(bundle).state()["id"] == name


def test_a_bundle_that_is_not_there(runtime: Runtime) -> None:
    assert "/not/there" in runtime.refused("create", "--bundle", "/not/there", "x") or runtime.name == "crun"


def test_a_bundle_without_config(runtime: Runtime, bundle: Bundle) -> None:
    assert "config.json" in runtime.refused("create", "--bundle", str(bundle.path), bundle.id)
    assert runtime.containers() == []


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{\"ociVersion\": }", "\x00\x01"])
def test_a_config_that_is_no_document(runtime: Runtime, bundle: Bundle, text: str) -> None:
    (bundle.path / "config.json").write_text(text)
    runtime.refused("create", "--bundle", str(bundle.path), bundle.id)
    assert runtime.containers() == []


def test_a_failed_start_says_why_and_leaves_nothing(runtime: Runtime, bundle: Bundle) -> None:
    """The error of the process is that of `start`, or already of `create`, which looks for the program."""
    bundle.process["args"] = ["/no/such/program"]
    bundle.write()
    created = runtime("create", "--bundle", str(bundle.path), bundle.id)
    failed = created if created.code else runtime("start", bundle.id)
    assert failed.code > 0
    assert "/no/such/program" in failed.err
    runtime.ok("delete", "--force", bundle.id)
    assert leftovers(bundle) == []


def test_create_looks_for_the_program(runtime: Runtime, bundle: Bundle) -> None:
    """Engines tell "there is no such program" from other failures by the error of `create`."""
    bundle.process["args"] = ["no-such-program"]
    bundle.write()
    message = runtime.refused("create", "--bundle", str(bundle.path), bundle.id)
    assert "executable file" in message and "no-such-program" in message
    assert runtime.name != "corten" or runtime.containers() == []


def test_errors_in_a_log_of_json(runtime: Runtime, bundle: Bundle) -> None:
    """What containerd reads: the last record of level "error"."""
    log = bundle.path / "log.json"
    done = runtime("state", "never-was", options=("--log", str(log), "--log-format", "json"))
    assert done.code > 0
    records = [json.loads(line) for line in log.read_text().splitlines()]
    errors = [record["msg"] for record in records if record["level"] == "error"]
    assert errors and ("never-was" in errors[-1] or "does not exist" in errors[-1])


def test_a_log_of_text(runtime: Runtime) -> None:
    log = runtime.place / "log"
    runtime.refused("state", "never-was", options=("--log", str(log)))
    assert log.read_text().strip()
