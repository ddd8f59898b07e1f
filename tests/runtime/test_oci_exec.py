"""The verb exec: a further process in a running container."""

import json
import os
from pathlib import Path

import pytest

from bundle import Bundle, capabilities, steps
from engine import Container, Runtime, wait_until


@pytest.fixture
def container(runtime: Runtime, bundle: Bundle) -> Container:
    return runtime.started(bundle)


def test_output_and_status(container: Container) -> None:
    assert container.ask("echo hello") == ["hello"]
    assert container.exec("/init", "exit", "7").code == 7


def test_it_is_in_all_namespaces(container: Container) -> None:
    [answer] = container.ask("ns")
    place = Path(f"/proc/{container.pid}/ns")
    found = dict(zip(("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"), answer.splitlines()))
    assert found == {name: os.readlink(place / name) for name in found}


def test_it_is_in_the_cgroups(container: Container) -> None:
    done = container.exec("/init", "wait", flags=("--detach",))
    assert done.code == 0, done.err
    assert len(json.loads(container.runtime.ok("ps", "--format", "json", container.id))) == 2


@pytest.mark.known_fault("crun", "1.8 takes cwd and no_new_privs from its command line only")
def test_it_has_what_the_container_has(runtime: Runtime, bundle: Bundle) -> None:
    bundle.folder("srv")
    bundle.spec["process"] |= {"cwd": "/srv", "noNewPrivileges": True, "capabilities": capabilities("CAP_CHOWN"),
                       "rlimits": [{"type": "RLIMIT_CORE", "soft": 10, "hard": 20}], "oomScoreAdj": 50}
    bundle.process["env"] = ["PATH=/bin", "A=1"]
    bundle.process["user"] = {"uid": 0, "gid": 0}
    container = runtime.started(bundle)
    cwd, nnp, caps, env, score = container.ask("cwd", "status NoNewPrivs", "caps", "env",
                                               "cat /proc/self/oom_score_adj")
    assert (cwd, nnp, score) == ("/srv", "1", "50")
    assert int(caps.splitlines()[3], 16) == 1
    assert "A=1" in env.splitlines()


def test_flags(container: Container) -> None:
    container.bundle.folder("srv")
    cwd, ids, env = container.ask("cwd", "id", "env", flags=("--cwd", "/srv", "--user", "12:34", "--env", "B=2"))
    assert cwd == "/srv"
    assert ids.splitlines()[:2] == ["12 12 12", "34 34 34"]
    assert "B=2" in env.splitlines()


def test_a_user_without_a_group(container: Container) -> None:
    assert container.ask("id", flags=("--user", "12"))[0].splitlines()[0] == "12 12 12"


@pytest.mark.known_fault("crun", "1.8 adds it to the effective set only, which the kernel then empties")
def test_one_more_capability(container: Container) -> None:
    [answer] = container.ask("caps", flags=("--cap", "CAP_SYS_NICE"))
    assert int(answer.splitlines()[2], 16) >> 23 & 1


def test_no_new_privileges_on_request(runtime: Runtime, container: Container) -> None:
    assert container.ask("status NoNewPrivs") == ["0"]
    assert container.ask("status NoNewPrivs", flags=("--no-new-privs",)) == ["1"]


def test_a_process_file(container: Container, place: Path) -> None:
    process = {"args": steps("cwd", "id", "env"), "cwd": "/tmp", "env": ["ONLY=this"],
               "user": {"uid": 5, "gid": 6, "additionalGids": [7]}, "capabilities": capabilities()}
    (place / "process.json").write_text(json.dumps(process))
    done = container.exec(flags=("--process", str(place / "process.json")))
    assert done.code == 0, done.err
    cwd, ids, env, _ = done.out.split("\x1e\n")
    assert cwd == "/tmp\n"
    assert ids == "5 5 5\n6 6 6\n7\n"
    assert "ONLY=this" in env.splitlines()


def test_detached(container: Container, place: Path) -> None:
    """As engines do it: the pid in a file, the process goes on."""
    process = {"args": steps("catch /tmp/ready"), "cwd": "/", "env": [], "user": {"uid": 0, "gid": 0}}
    (place / "process.json").write_text(json.dumps(process))
    done = container.exec(flags=("--pid-file", str(place / "pid"), "--process", str(place / "process.json"),
                                 "--detach"))
    assert done.code == 0, done.err
    wait_until((container.bundle.rootfs / "tmp/ready").exists, "the process")
    pid = int((place / "pid").read_text())
    assert b"catch" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_standard_input(container: Container) -> None:
    assert container.exec("/init", "read-line", text="abc\n").out.startswith("got abc")


def test_a_missing_program(container: Container) -> None:
    done = container.exec("/no/such/program")
    assert done.code > 0
    assert "/no/such/program" in done.err


def test_a_missing_working_directory(runtime: Runtime, container: Container) -> None:
    done = container.exec("/init", "cwd", flags=("--cwd", "/not/there"))
    assert done.code > 0 or done.out.startswith("/not/there")


def test_in_a_created_container(runtime: Runtime, bundle: Bundle) -> None:
    """Everything but the process is there."""
    container = runtime.create(bundle)
    done = container.exec("/init", "echo", "early")
    assert done.code == 0, done.err
    assert container.status == "created"


def test_its_seccomp_filter(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW",
                               "syscalls": [{"names": ["sethostname"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
    assert runtime.started(bundle).ask("status Seccomp", "try-sethostname x") == ["2", "ENOSYS"]


def test_preserved_descriptors(container: Container, place: Path) -> None:
    (place / "file").write_text("preserved")
    container.runtime.command = ("sh", "-c", f"exec 3<{place}/file; exec \"$@\"", "sh", *container.runtime.command)
    done = container.exec("/init", "read-fd", "3", flags=("--preserve-fds", "1"))
    assert done.out.startswith("preserved"), done.err


def test_further_groups(container: Container) -> None:
    flags = ("--user", "12:34", "--additional-gids", "56", "--additional-gids", "78")
    done = container.exec(*steps("id"), flags=flags)
    if container.runtime.name == "crun":  # 1.8 has no such flag
        return
    assert done.out.splitlines()[2] == "56 78", done.err


def test_a_terminal_of_the_container_is_not_its_own(container: Container) -> None:
    """Without --tty there is none, whatever the caller has."""
    assert container.ask("tty")[0].splitlines()[:3] == ["no", "no", "no"]


def test_its_parent_is_outside(container: Container) -> None:
    """0: nobody whom the container could signal."""
    assert container.ask("pids")[0].split()[1] == "0"


def test_many_at_once(container: Container) -> None:
    begun = [container.runtime.begin("exec", container.id, "/init", "echo", str(number)) for number in range(10)]
    assert [each.wait().out for each in begun] == [f"{number}\n\x1e\n" for number in range(10)]
