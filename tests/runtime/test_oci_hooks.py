"""config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle"."""

import json
import os
from pathlib import Path
from typing import Any, Callable

import pytest

from bundle import Bundle
from engine import Runtime, leftovers, wait_until

POINTS = ("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop")
# prestart is deprecated, and runtimes disagree on whether it comes before createRuntime or beside it.
_BEFORE_START = ("prestart", "createRuntime", "createContainer")


def shell(script: str) -> dict[str, Any]:
    """A hook that reads its state first: crun does not survive one that ends without."""
    return {"path": "/bin/sh", "args": ["sh", "-c", f"cat >/dev/null; {script}"]}


@pytest.fixture
def log(bundle: Bundle) -> Path:
    """Where hooks write, seen inside (startContainer) at /tmp/log too."""
    return bundle.rootfs / "tmp/log"


@pytest.fixture
def hook(init: Path, log: Path) -> Callable[..., dict[str, Any]]:
    """A hook that writes its name and its standard input."""

    def make(point: str, name: str = "", **more: Any) -> dict[str, Any]:
        program, file = ("/init", "/tmp/log") if point == "startContainer" else (str(init), str(log))
        return {"path": program, "args": ["hook", "record", file, name or point], **more}

    return make


def records(log: Path) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for line in log.read_text().splitlines():
        name, _, state = line.partition(" ")
        found.append((name, json.loads(state)))
    return found


@pytest.mark.known_fault("runc", "1.1 runs poststart in create")
def test_all_points_in_their_order(runtime: Runtime, bundle: Bundle, hook: Callable[..., Any], log: Path) -> None:
    bundle.spec["hooks"] = {point: [hook(point)] for point in POINTS}
    container = runtime.create(bundle.runs("try-create /tmp/ran", "exit 0"))
    assert sorted(name for name, _ in records(log)) == sorted(_BEFORE_START)
    assert [name for name, _ in records(log)][-1] == "createContainer"
    container.start()
    container.wait_for("stopped")
    # Nothing in the text makes poststart wait for the process, nor the process for poststart.
    wait_until(lambda: len(records(log)) == 5, "the hooks of start")
    assert sorted(name for name, _ in records(log)[3:]) == ["poststart", "startContainer"]
    container.delete()
    assert [name for name, _ in records(log)][5:] == ["poststop"]


@pytest.mark.known_fault("runc", "1.1 runs poststart in create")
@pytest.mark.known_fault("crun", "1.8 tells startContainer a bundle of /")
def test_the_state_on_standard_input(runtime: Runtime, bundle: Bundle, hook: Callable[..., Any], log: Path) -> None:
    bundle.spec["annotations"] = {"key": "value"}
    bundle.spec["hooks"] = {point: [hook(point)] for point in POINTS}
    container = runtime.started(bundle)
    pid = container.pid
    container.delete("--force")
    for name, state in records(log):
        assert state["id"] == bundle.id, name
        assert state["bundle"] == str(bundle.path), name
        assert state["ociVersion"], name
        assert state["annotations"] == {"key": "value"}, name
    states = dict(records(log))
    assert states["createRuntime"]["pid"] == pid
    assert {states[name]["status"] for name in ("createRuntime", "createContainer")} <= {"creating", "created"}
    assert states["startContainer"]["status"] in ("created", "starting")
    assert states["poststart"]["status"] == "running"
    assert states["poststop"]["status"] == "stopped"


def test_several_run_in_their_order(runtime: Runtime, bundle: Bundle, hook: Callable[..., Any], log: Path) -> None:
    bundle.spec["hooks"] = {"createRuntime": [hook("createRuntime", name) for name in ("one", "two", "three")]}
    runtime.ask(bundle, "echo done")
    assert [name for name, _ in records(log)] == ["one", "two", "three"]


@pytest.mark.parametrize("point", POINTS)
def test_where_they_run(runtime: Runtime, bundle: Bundle, place: Path, point: str) -> None:
    """startContainer runs in the container's root, createContainer in its namespaces, the others in ours."""
    outside = place / "namespaces"
    if point == "startContainer":
        body = ["/init", "record", "/tmp/inside"]
        bundle.spec["hooks"] = {point: [{"path": body[0], "args": body}]}
    else:
        script = f"readlink /proc/self/ns/mnt /proc/self/ns/uts > {outside}; pwd >> {outside}"
        bundle.spec["hooks"] = {point: [shell(script)]}
    container = runtime.started(bundle.runs("ns", "wait"))
    inside = container.answers(1)[0].splitlines()
    container.delete("--force")
    if point == "startContainer":
        assert (bundle.rootfs / "tmp/inside").exists()
        return
    mount, uts, _ = outside.read_text().split("\n", 2)
    assert (mount == inside[2]) == (point == "createContainer")
    assert (uts == inside[7]) == (point == "createContainer")


def test_their_arguments_and_environment(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    """env of the hook and nothing else: neither the caller's nor the container's."""
    script = f"cat >/dev/null; echo \"$0\" \"$1\" > {place}/seen; env >> {place}/seen"
    runtime.variables["LEAKED"] = "yes"
    bundle.spec["hooks"] = {"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", script, "zero", "one two"],
                                               "env": ["A=1", "PATH=/usr/bin:/bin"]}]}
    runtime.ask(bundle, "echo done")
    first, *variables = (place / "seen").read_text().splitlines()
    assert first == "zero one two"
    assert {line for line in variables if not line.startswith(("PWD=", "SHLVL=", "_=", "OLDPWD="))} == \
        {"A=1", "PATH=/usr/bin:/bin"}


@pytest.mark.parametrize("point", _BEFORE_START)
def test_a_failure_before_start_ends_the_creation(runtime: Runtime, bundle: Bundle, hook: Callable[..., Any],
                                                  log: Path, point: str) -> None:
    bundle.spec["hooks"] = {point: [shell("echo told >&2; exit 7"), hook(point)],
                            "poststop": [hook("poststop")]}
    bundle.write()
    message = runtime.refused("create", "--bundle", str(bundle.path), bundle.id)
    assert "hook" in message or "told" in message or "status" in message
    runtime("delete", "--force", bundle.id)  # crun leaves it
    assert leftovers(bundle) == []
    assert point not in (log.read_text() if log.exists() else "")


def test_a_failure_of_start_container_ends_the_start(runtime: Runtime, bundle: Bundle) -> None:
    bundle.spec["hooks"] = {"startContainer": [{"path": "/init", "args": ["hook", "read-line", ",", "exit", "7"]}]}
    container = runtime.create(bundle.runs("try-create /tmp/ran", "wait"))
    runtime("start", container.id)
    container.wait_for("stopped")
    assert not (bundle.rootfs / "tmp/ran").exists()


@pytest.mark.known_fault("runc", "1.1 ends the container")
def test_a_failure_of_poststart_is_a_warning(runtime: Runtime, bundle: Bundle) -> None:
    """config.md: "a warning is logged, but the remaining hooks and lifecycle continue"."""
    bundle.spec["hooks"] = {"poststart": [shell("exit 7")]}
    assert runtime.started(bundle).status == "running"


@pytest.mark.known_fault("runc", "1.1 leaves out the remaining ones")
def test_a_failure_of_poststop_is_a_warning(runtime: Runtime, bundle: Bundle, hook: Callable[..., Any],
                                            log: Path) -> None:
    bundle.spec["hooks"] = {"poststop": [shell("exit 7"), hook("poststop")]}
    runtime.started(bundle).delete("--force")
    assert "poststop" in log.read_text()
    assert leftovers(bundle) == []


def test_a_hook_that_is_not_there_is_named(runtime: Runtime, bundle: Bundle) -> None:
    bundle.spec["hooks"] = {"createRuntime": [{"path": "/no/such/hook"}]}
    bundle.write()
    message = runtime.refused("create", "--bundle", str(bundle.path), bundle.id)
    assert "/no/such/hook" in message or runtime.name == "crun"
    runtime("delete", "--force", bundle.id)


@pytest.mark.known_fault("crun", "1.8 is ended by the broken pipe at times")
def test_a_hook_need_not_read_its_state(runtime: Runtime, bundle: Bundle) -> None:
    bundle.spec["annotations"] = {"long": "x" * 100_000}  # more than a pipe holds
    bundle.spec["hooks"] = {"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", "exec <&-; exit 0"]}]}
    assert runtime.ask(bundle, "echo done") == ["done"]


@pytest.mark.known_fault("runc", "1.1 goes on")
@pytest.mark.known_fault("crun", "1.8 goes on")
def test_a_relative_path_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    """config.md: path MUST be an absolute path."""
    bundle.spec["hooks"] = {"createRuntime": [{"path": "true"}]}
    runtime.fails(bundle)


def test_a_timeout_ends_the_hook(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    """It sleeps far longer than the limit of this test."""
    bundle.spec["hooks"] = {"createRuntime": [{"path": "/bin/sh", "timeout": 1,
                                               "args": ["sh", "-c", f"echo $$ > {place}/pid; exec sleep 1000"]}]}
    bundle.write()
    runtime.refused("create", "--bundle", str(bundle.path), bundle.id)
    pid = (place / "pid").read_text().strip()
    assert not os.path.exists(f"/proc/{pid}") or "sleep" not in Path(f"/proc/{pid}/comm").read_text()
    runtime("delete", "--force", bundle.id)


@pytest.mark.known_fault("crun", "1.8 waits for no time at all")
@pytest.mark.parametrize("seconds", [0, -1])
def test_a_timeout_of_no_time_is_refused(runtime: Runtime, bundle: Bundle, seconds: int) -> None:
    """config.md: "If set, timeout MUST be greater than zero"."""
    bundle.spec["hooks"] = {"createRuntime": [{"path": "/bin/true", "timeout": seconds}]}
    runtime.fails(bundle)


def test_hooks_inherit_no_descriptors(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    bundle.spec["hooks"] = {"createRuntime": [shell(f"exec /bin/ls -l /proc/self/fd > {place}/fds")]}
    runtime.ask(bundle, "echo done")
    numbers = [int(line.split()[8]) for line in (place / "fds").read_text().splitlines()[1:]]
    assert [number for number in numbers if number > 3] == []  # 3: ls itself, reading the folder
