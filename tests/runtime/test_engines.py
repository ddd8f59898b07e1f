"""Podman and Docker with corten as their runtime: what their users do all day."""

import os
from pathlib import Path

import pytest

from bundle import CGROUP_PARENT
from engine import cgroup_directories, split, wait_until
from engines import IMAGE, Engine

def cgroup_value(engine: Engine, container: str, hierarchy: str, file: str) -> str:
    """A file of the container's cgroup, of whichever version; "" where that hierarchy is not there."""
    pid = int(engine.inspect(container, ".State.Pid"))
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if hierarchy in controllers.split(","):
            return (Path("/sys/fs/cgroup") / hierarchy / path.lstrip("/") / file).read_text().strip()
    return ""


def test_output_and_exit_code(container_engine: Engine) -> None:
    done = container_engine.run("echo", "hello", ",", "exit", "7")
    assert (done.code, split(done.out)) == (7, ["hello"]), done.err


def test_it_is_ours(container_engine: Engine) -> None:
    """With another runtime these tests would prove nothing."""
    container = container_engine.started()
    bundles = [each.read_text() for each in Path(container_engine.env["HOME"]).parent.rglob("config.json")]
    assert any(container in each for each in bundles)
    template = ".HostConfig.Runtime" if container_engine.name == "docker" else ".OCIRuntime"
    assert "corten" in container_engine.inspect(container, template)


def test_what_the_process_sees(container_engine: Engine) -> None:
    flags = ("--hostname", "box", "--user", "12:34", "--env", "COLOR=blue", "--workdir", "/etc")
    names, ids, env, cwd = container_engine.ask("names", ",", "id", ",", "env", ",", "cwd", flags=flags)
    assert names.split()[0] == "box"
    assert ids.splitlines()[:2] == ["12 12 12", "34 34 34"]
    assert "COLOR=blue" in env.splitlines()
    assert cwd == "/etc"


def test_volumes(container_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    flags = ("--volume", f"{tmp_path}:/there:ro", "--tmpfs", "/scratch", "--read-only")
    answers = container_engine.ask("cat", "/there/file", ",", "try-write", "/there/file", "x", ",", "try-create",
                                   "/scratch/file", ",", "try-create", "/file", flags=flags)
    assert answers == ["text", "EROFS", "ok", "EROFS"]


def test_terminal(container_engine: Engine) -> None:
    words = ("run", "--rm", "-it", *container_engine.run_flags, IMAGE, "/init")
    shown, code = container_engine.converse(*words, "tty", ",", "read-line", ",", "exit", "3",
                                            expect="controlling", answer="hello")
    assert "/dev/pts/0\n" * 3 in shown or "/dev/console\n" * 3 in shown
    assert code == 3


def test_exec(container_engine: Engine) -> None:
    container = container_engine.started()
    done = container_engine("exec", "--env", "A=b", "--user", "5", container, "/init", "env", ",", "id", ",", "exit", "9")
    env, ids = split(done.out)
    assert done.code == 9 and "A=b" in env.splitlines() and ids.splitlines()[0] == "5 5 5", done.err


def test_exec_at_a_terminal(container_engine: Engine) -> None:
    container = container_engine.started()
    shown, code = container_engine.converse("exec", "-it", container, "/init", "tty", ",", "read-line", ",", "exit", "4",
                                            expect="controlling", answer="hello")
    assert "no" not in shown.split() and code == 4


def test_exec_in_the_background(container_engine: Engine) -> None:
    container = container_engine.started("await", "/done", ",", "echo", "seen")
    container_engine.ok("exec", "--detach", container, "/init", "try-create", "/done")
    container_engine.wait_for(container, "exited")
    assert split(container_engine.ok("logs", container)) == ["", "seen"]


def test_kill(container_engine: Engine) -> None:
    container = container_engine.started("catch", "/ready")
    wait_until(lambda: container_engine("exec", container, "/init", "stat", "/ready").out.startswith("file"),
               "the process to catch signals")
    container_engine.ok("kill", "--signal", "USR1", container)
    container_engine.wait_for(container, "exited")
    assert container_engine.inspect(container, ".State.ExitCode") == str(64 + 10)


def test_stop(container_engine: Engine) -> None:
    container = container_engine.started()
    container_engine.ok("stop", "--time", "0", container)
    assert container_engine.inspect(container, ".State.Status") == "exited"
    assert container_engine.inspect(container, ".State.ExitCode") == "137"


def test_start_again(container_engine: Engine) -> None:
    container = container_engine.started("echo", "again")
    container_engine.wait_for(container, "exited")
    container_engine.ok("start", container)
    container_engine.wait_for(container, "exited")
    assert split(container_engine.ok("logs", container)) == ["again", "again"]


def test_logs(container_engine: Engine) -> None:
    container = container_engine.started("echo", "one", "two")
    container_engine.wait_for(container, "exited")
    assert split(container_engine.ok("logs", container)) == ["one\ntwo"]


def test_pause(container_engine: Engine) -> None:
    container = container_engine.started()
    container_engine.ok("pause", container)
    assert container_engine.inspect(container, ".State.Status") == "paused"
    assert container_engine("exec", container, "/init", "echo").code > 0
    container_engine.ok("unpause", container)
    assert container_engine.inspect(container, ".State.Status") == "running"
    assert container_engine("exec", container, "/init", "echo", "x").code == 0


def test_limits(container_engine: Engine) -> None:
    container = container_engine.started(flags=("--memory", "64m", "--pids-limit", "12", "--cpu-shares", "300"))
    assert cgroup_value(container_engine, container, "memory", "memory.limit_in_bytes") in ("", str(64 << 20))
    assert cgroup_value(container_engine, container, "pids", "pids.max") in ("", "12")
    assert cgroup_value(container_engine, container, "cpu", "cpu.shares") in ("", "300")


def test_update(container_engine: Engine) -> None:
    container = container_engine.started(flags=("--memory", "64m", "--memory-swap", "64m"))
    container_engine.ok("update", "--memory", "80m", "--memory-swap", "80m", "--cpu-shares", "200", container)
    assert cgroup_value(container_engine, container, "memory", "memory.limit_in_bytes") in ("", str(80 << 20))
    assert cgroup_value(container_engine, container, "cpu", "cpu.shares") in ("", "200")


def test_stats(container_engine: Engine) -> None:
    container = container_engine.started()
    shown = container_engine.ok("stats", "--no-stream", "--format", "{{.PIDs}} {{.MemUsage}}", container)
    assert shown.split()[0] == "1"
    assert not shown.split()[1].startswith("0B")


def test_top(container_engine: Engine) -> None:
    container = container_engine.started("spawn", "2", ",", "wait")
    wait_until(lambda: split(container_engine.ok("logs", container)) == ["2 ok"], "two children")
    assert container_engine.ok("top", container, *(["pid"] if container_engine.name == "podman" else [])) \
        .count("\n") == 4


def test_a_program_that_is_missing(container_engine: Engine) -> None:
    done = container_engine("run", "--rm", *container_engine.run_flags, IMAGE, "/no/such")
    assert done.code == 127, done.err
    assert "/no/such" in done.err and "no such file" in done.err.lower()


def test_a_program_that_is_none(container_engine: Engine, tmp_path: Path) -> None:
    done = container_engine("run", "--rm", *container_engine.run_flags, IMAGE, "/etc")
    assert done.code == 126, done.err


def test_a_mount_that_fails(container_engine: Engine, tmp_path: Path) -> None:
    done = container_engine.run("echo", flags=("--rm", "--volume", f"{tmp_path}:/init/below"))
    assert done.code == (125 if container_engine.name == "docker" else 126), done.err
    assert "/init/below" in done.err


def test_an_exec_that_fails(container_engine: Engine) -> None:
    container = container_engine.started()
    done = container_engine("exec", container, "/no/such")
    assert done.code == (127 if container_engine.name == "podman" else 126), done.err
    assert "/no/such" in done.err + done.out


def test_removal_leaves_nothing(container_engine: Engine) -> None:
    container = container_engine.started("spawn", "3", ",", "wait")
    container_engine.remove(container)
    assert container_engine.ok("ps", "--all", "--quiet") == ""
    left = [path for top in cgroup_directories(CGROUP_PARENT).values() for path in top.rglob(f"*{container}*")]
    assert left == []
    assert container not in Path("/proc/self/mountinfo").read_text()


def test_unconfined(container_engine: Engine) -> None:
    mode, unshare = container_engine.ask("status", "Seccomp", ",", "try-unshare", "0x20000", flags=(
        "--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined"))
    assert mode.split()[-1] == "0"
    assert unshare == "ok"


def test_the_default_profile_is_loaded(container_engine: Engine) -> None:
    mode, unshare = container_engine.ask("status", "Seccomp", ",", "try-unshare", "0x20000")
    assert mode.split()[-1] == "2"
    assert unshare == "EPERM"


@pytest.mark.parametrize("kind", ["host", "container"])
def test_shared_namespaces(container_engine: Engine, kind: str) -> None:
    container = container_engine.started(flags=("--ipc", "shareable"))
    other = "host" if kind == "host" else f"container:{container}"
    pid = "self" if kind == "host" else container_engine.inspect(container, ".State.Pid")
    shown = container_engine.ask("ns", flags=("--pid", other, "--ipc", other))[0]
    for each in ("pid", "ipc"):
        assert os.readlink(f"/proc/{pid}/ns/{each}") in shown
