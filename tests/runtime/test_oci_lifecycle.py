"""runtime.md, "Lifecycle" and "Operations": create, start, state, kill, delete."""

import json
import os
import signal
from pathlib import Path

import pytest

from bundle import Bundle
from engine import Runtime, leftovers, wait_until


def test_the_words_of_the_state(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.create(bundle.runs("await /tmp/go", "exit 0"))
    assert container.status == "created"
    container.start()
    assert container.status == "running"
    (bundle.rootfs / "tmp/go").touch()
    container.wait_for("stopped")
    container.delete()
    runtime.refused("state", container.id)


def test_the_state(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.create(bundle)
    state = container.state()
    assert state["id"] == container.id
    assert state["status"] == "created"
    assert state["bundle"] == str(bundle.path)
    assert state["ociVersion"].startswith("1.")
    assert os.stat(f"/proc/{state['pid']}")


def test_create_does_not_run_the_process(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.create(bundle.runs("try-create /tmp/ran", "wait"))
    assert not (bundle.rootfs / "tmp/ran").exists()
    container.start()
    wait_until((bundle.rootfs / "tmp/ran").exists, "the process")


def test_the_specification_is_read_by_create(runtime: Runtime, bundle: Bundle) -> None:
    """runtime.md: changes of config.json after create have no effect."""
    container = runtime.create(bundle.runs("echo before", "wait"))
    bundle.runs("echo after", "wait").write()
    container.start()
    assert container.answers(1) == ["before"]


def test_a_pid_file(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    container = runtime.create(bundle, "--pid-file", str(place / "pid"))
    assert (place / "pid").read_text() == str(container.pid)


def test_a_pid_file_that_cannot_be_written(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    bundle.write()
    message = runtime.refused("create", "--bundle", str(bundle.path), "--pid-file", str(place / "no/where"), bundle.id)
    if runtime.name != "crun":  # which leaves the container behind
        assert "no/where" in message or "no such file" in message
        assert runtime.containers() == []


def test_the_bundle_is_the_working_directory_by_default(runtime: Runtime, bundle: Bundle) -> None:
    bundle.write()
    begun = runtime.begin("create", bundle.id, cwd=bundle.path)
    assert begun.wait().code == 0
    assert json.loads(runtime.ok("state", bundle.id))["bundle"] == str(bundle.path)


@pytest.mark.parametrize("name", ["TERM", "SIGTERM", "15"])
def test_kill_takes_names_and_numbers(runtime: Runtime, bundle: Bundle, name: str) -> None:
    container = runtime.started(bundle.runs("catch /tmp/ready"))
    wait_until((bundle.rootfs / "tmp/ready").exists, "the process")
    container.kill(name)
    container.wait_for("stopped")


def test_kill_sends_the_signal_itself(runtime: Runtime, bundle: Bundle) -> None:
    running = runtime.begin_run(bundle.runs("catch /tmp/ready"))
    wait_until((bundle.rootfs / "tmp/ready").exists, "the process")
    runtime.ok("kill", bundle.id, "USR1")
    assert running.wait().code == 64 + signal.SIGUSR1


def test_run_passes_signals_on(runtime: Runtime, bundle: Bundle) -> None:
    running = runtime.begin_run(bundle.runs("catch /tmp/ready"))
    wait_until((bundle.rootfs / "tmp/ready").exists, "the process")
    running.process.send_signal(signal.SIGUSR2)
    assert running.wait().code == 64 + signal.SIGUSR2


def test_kill_sends_term_by_default(runtime: Runtime, bundle: Bundle) -> None:
    running = runtime.begin_run(bundle.runs("catch /tmp/ready"))
    wait_until((bundle.rootfs / "tmp/ready").exists, "the process")
    runtime.ok("kill", bundle.id)
    assert running.wait().code == 64 + signal.SIGTERM


def test_kill_all(runtime: Runtime, bundle: Bundle) -> None:
    """Without a pid namespace of its own the children would go on."""
    bundle.without_namespace("pid")
    container = runtime.started(bundle.runs("spawn 3", "wait"))
    container.answers(1)
    pids = [int(pid) for pid in json.loads(runtime.ok("ps", "--format", "json", container.id))]
    assert len(pids) == 4
    container.kill("KILL", "--all")
    container.wait_for("stopped")
    wait_until(lambda: not any(_is_alive(pid) for pid in pids), "the children to end")


def _is_alive(pid: int) -> bool:
    try:
        return open(f"/proc/{pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def test_run_detached(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    done = runtime.run(bundle, "--detach", "--pid-file", str(place / "pid"))
    assert done.code == 0, done.err
    state = json.loads(runtime.ok("state", bundle.id))
    assert state["status"] == "running"
    assert (place / "pid").read_text() == str(state["pid"])


def test_run_leaves_nothing(runtime: Runtime, bundle: Bundle) -> None:
    assert runtime.ask(bundle, "echo done") == ["done"]
    assert runtime.containers() == []
    assert leftovers(bundle) == []


def test_run_keeps_the_container_on_request(runtime: Runtime, bundle: Bundle) -> None:
    if runtime.run(bundle.runs("exit 3"), "--keep").code != 3:
        assert runtime.name == "crun"  # 1.8: called so since, but not there yet
        return
    assert json.loads(runtime.ok("state", bundle.id))["status"] == "stopped"
    runtime.ok("delete", bundle.id)


def test_delete_removes_the_cgroups(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle)
    assert leftovers(bundle)
    container.kill()
    container.wait_for("stopped")
    container.delete()
    assert leftovers(bundle) == []
    assert runtime.containers() == []


def test_delete_by_force(runtime: Runtime, bundle: Bundle) -> None:
    container = runtime.started(bundle.runs("spawn 2", "wait"))
    container.answers(1)
    pid = container.pid
    container.delete("--force")
    assert not _is_alive(pid)
    assert leftovers(bundle) == []


def test_delete_by_force_of_what_is_gone(runtime: Runtime) -> None:
    """Engines call it twice."""
    runtime.ok("delete", "--force", "never-was")


def test_delete_by_force_of_a_created_one(runtime: Runtime, bundle: Bundle) -> None:
    runtime.create(bundle).delete("--force")
    assert leftovers(bundle) == []


def test_an_id_can_be_used_again(runtime: Runtime, bundle: Bundle) -> None:
    for _ in range(2):
        assert runtime.ask(bundle, "echo done") == ["done"]


def test_containers_of_another_root_are_others(runtime: Runtime, bundle: Bundle, place: Path) -> None:
    container = runtime.started(bundle)
    runtime.root = place / "other"
    runtime.refused("state", container.id)
    runtime.root = place / "state"
    assert container.status == "running"
