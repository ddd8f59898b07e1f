"""config.md, "Process": arguments, environment, working directory, user, exit status."""

import pytest

from bundle import Bundle
from engine import Runtime


def test_arguments_arrive_as_they_are(runtime: Runtime, bundle: Bundle) -> None:
    odd = ["", "two words", "quote\"s", "back\\slash", "ünïcode", "line\nbreak", "$HOME", "-x"]
    bundle.process["args"] = ["/init", "args", *odd]
    assert runtime.run(bundle).out == "\n".join(["/init", "args", *odd]) + "\n"


def test_a_bare_name_is_looked_up_in_path_of_the_container(runtime: Runtime, bundle: Bundle) -> None:
    bundle.folder("opt/tools")
    (bundle.rootfs / "init").rename(bundle.rootfs / "opt/tools/tool")
    bundle.process["env"] = ["PATH=/nowhere:/opt/tools"]
    bundle.process["args"] = ["tool", "args"]
    assert runtime.run(bundle).out == "tool\nargs\n"


def test_the_environment_is_only_what_the_spec_says(runtime: Runtime, bundle: Bundle) -> None:
    runtime.variables["LEAKED"] = "yes"
    bundle.process["env"] = ["PATH=/bin", "A=1", "EMPTY=", "WITH=a=b c"]
    [env] = runtime.ask(bundle, "env")
    # HOME may be added from the user database of the container.
    assert sorted(line for line in env.splitlines() if not line.startswith("HOME=")) == \
        ["A=1", "EMPTY=", "PATH=/bin", "WITH=a=b c"]


def test_home_comes_from_the_user_database(runtime: Runtime, bundle: Bundle) -> None:
    bundle.file("etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1234:1234::/home/ann:/bin/sh\n")
    bundle.process["user"] = {"uid": 1234, "gid": 1234}
    [env] = runtime.ask(bundle, "env")
    assert "HOME=/home/ann" in env.splitlines()


def test_home_of_the_spec_wins(runtime: Runtime, bundle: Bundle) -> None:
    bundle.file("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    bundle.process["env"].append("HOME=/mine")
    [env] = runtime.ask(bundle, "env")
    assert [line for line in env.splitlines() if line.startswith("HOME=")] == ["HOME=/mine"]


def test_the_working_directory(runtime: Runtime, bundle: Bundle) -> None:
    bundle.folder("srv/app")
    bundle.process["cwd"] = "/srv/app"
    assert runtime.ask(bundle, "cwd") == ["/srv/app"]


def test_a_missing_working_directory_is_made(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["cwd"] = "/not/yet/there"
    assert runtime.ask(bundle, "cwd") == ["/not/yet/there"]


@pytest.mark.known_fault("crun", "takes a relative cwd for one below /")
def test_a_relative_working_directory_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["cwd"] = "tmp"
    assert "cwd" in runtime.fails(bundle).lower()


def test_a_working_directory_that_is_a_file_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.file("file")
    bundle.process["cwd"] = "/file"
    assert "/file" in runtime.fails(bundle)


def test_user_and_group(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["user"] = {"uid": 1000, "gid": 1001}
    assert runtime.ask(bundle, "id") == ["1000 1000 1000\n1001 1001 1001"]


def test_additional_groups(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["user"] = {"uid": 1000, "gid": 1001, "additionalGids": [5, 70000]}
    [answer] = runtime.ask(bundle, "id")
    assert answer.splitlines()[1:] == ["1001 1001 1001", "5 70000"]


def test_a_mask_of_new_files(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["user"]["umask"] = 0o27
    mask, made, info = runtime.ask(bundle, "umask", "try-create /tmp/new", "stat /tmp/new")
    assert (mask, made, info.split()[1]) == ("0027", "ok", "0640")


def test_the_mask_without_a_wish(runtime: Runtime, bundle: Bundle) -> None:
    assert runtime.ask(bundle, "umask") == ["0022"]


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_run_ends_with_the_status_of_the_process(runtime: Runtime, bundle: Bundle, code: int) -> None:
    assert runtime.run(bundle.runs(f"exit {code}")).code == code


def test_run_tells_a_signal_as_shells_do(runtime: Runtime, bundle: Bundle) -> None:
    bundle.without_namespace("pid")
    bundle.mounts[0] = {"destination": "/proc", "type": "none", "source": "/proc", "options": ["rbind"]}
    assert runtime.run(bundle.runs("end-by 15")).code == 128 + 15


@pytest.mark.parametrize("program", ["/no/such/program", "no-such-program"])
def test_a_missing_program_is_named(runtime: Runtime, bundle: Bundle, program: str) -> None:
    bundle.process["args"] = [program]
    message = runtime.fails(bundle)
    assert program in message
    assert "no such file or directory" in message.lower() or "not found" in message


def test_a_program_that_may_not_be_executed_is_named(runtime: Runtime, bundle: Bundle) -> None:
    bundle.file("plain", "text", mode=0o644)
    bundle.process["args"] = ["/plain"]
    message = runtime.fails(bundle)
    assert "permission denied" in message.lower()
    # crun says why, but not what.
    assert "/plain" in message or runtime.name == "crun"


def test_a_directory_is_no_program(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["args"] = ["/tmp"]
    runtime.fails(bundle)


def test_a_process_without_arguments_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["args"] = []
    message = runtime.fails(bundle)
    # crun says only "Invalid argument".
    assert "args" in message or runtime.name == "crun"


def test_standard_streams_are_those_of_the_caller(runtime: Runtime, bundle: Bundle) -> None:
    bundle.runs("read-line", "fds")
    done = runtime.run(bundle, text="hello\n")
    assert done.out.startswith("got hello\n")
    assert [line.split()[0] for line in done.out.split("\x1e\n")[1].splitlines()] == ["0", "1", "2"]


def test_no_signal_is_blocked_or_ignored(runtime: Runtime, bundle: Bundle) -> None:
    assert runtime.ask(bundle, "signals") == [""]


@pytest.mark.parametrize("verb", ["run", "create"])
def test_preserved_descriptors(runtime: Runtime, bundle: Bundle, verb: str) -> None:
    """--preserve-fds N: as many after standard error, and no more."""
    path = bundle.path / "preserved"
    path.write_text("preserved")
    runtime.command = ("sh", "-c", f"exec 3<{path} 4<{path} 5</dev/null; exec \"$@\"", "sh", *runtime.command)
    bundle.runs("read-fd 4", "fds", "wait" if verb == "create" else "exit 0")
    if verb == "run":
        answers = runtime.run(bundle, "--preserve-fds", "2").out.split("\x1e\n")
    else:
        container = runtime.create(bundle, "--preserve-fds", "2")
        container.start()
        answers = container.answers(2)
    assert answers[0].strip() == "preserved"
    assert [line.split()[0] for line in answers[1].splitlines()] == ["0", "1", "2", "3", "4"]


@pytest.mark.known_fault("runc", "1.1 hands on its own descriptor of the host's cgroups, and one of epoll")
def test_descriptors_that_are_not_there_cannot_be_preserved(runtime: Runtime, bundle: Bundle) -> None:
    runtime.command = ("sh", "-c", "exec 3<&- 4<&-; exec \"$@\"", "sh", *runtime.command)
    done = runtime.run(bundle.runs("fds"), "--preserve-fds", "2")
    assert done.code > 0 or [line.split()[0] for line in done.out.split("\x1e")[0].splitlines()] == ["0", "1", "2"], \
        done.out


@pytest.mark.known_fault("crun", "1.8 hands on LISTEN_PID without LISTEN_FDS")
def test_listening_sockets_of_systemd(runtime: Runtime, bundle: Bundle) -> None:
    """LISTEN_FDS: handed on without a flag, as sd_listen_fds(3) expects them."""
    path = bundle.path / "file"
    path.write_text("listening")
    runtime.variables = {"LISTEN_FDS": "1", "LISTEN_PID": "1"}
    runtime.command = ("sh", "-c", f"exec 3<{path}; LISTEN_PID=$$ exec \"$@\"", "sh", *runtime.command)
    text, env = runtime.ask(bundle, "read-fd 3", "env")
    assert text == "listening"
    assert {"LISTEN_FDS=1", "LISTEN_PID=1"} <= set(env.splitlines())
