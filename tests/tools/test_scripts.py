"""scripts/install-packages and scripts/test from odd places and on odd systems, with apt-get and dpkg faked."""

import os
import re
import shutil
import subprocess

import pytest

DEBIAN_12 = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'
UBUNTU = 'PRETTY_NAME="Ubuntu 24.04 LTS"\nID=ubuntu\nVERSION_ID="24.04"\n'


@pytest.fixture
def machine(root, tmp_path):
    """A machine whose installed packages are the lines of `installed`; what apt-get was asked is in `calls`."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("cat", "dirname", "env", "grep", "readlink", "sed", "sleep", "tr", "true", "wc"):  # and no sudo
        (programs / name).symlink_to(shutil.which(name))
    (tmp_path / "installed").touch()
    (tmp_path / "calls").touch()

    def program(name, text):
        (programs / name).write_text("#!/bin/sh\n" + text.replace("@/", f"{tmp_path}/"))
        (programs / name).chmod(0o755)

    program("dpkg-query", 'for p; do :; done\nif grep -qx "$p" @/installed; then echo installed; else exit 1; fi\n')
    program("apt-get", 'echo "$DEBIAN_FRONTEND apt-get $*" >> @/calls\n'
                       'case "$*" in\n'
                       '  *update*) if [ -s @/failures ]; then sed -i 1d @/failures; exit 100; fi ;;\n'
                       '  *) for p; do echo "$p" >> @/installed; done ;;\nesac\n')
    program("id", "echo 0\n")

    class Machine:
        path = tmp_path

        @staticmethod
        def run(*arguments, system=DEBIAN_12):
            (tmp_path / "os-release").write_text(system)
            return subprocess.run(
                [str(root / "scripts/install-packages"), *arguments], capture_output=True, text=True, timeout=60,
                check=False, stdin=subprocess.DEVNULL, cwd="/",
                env={"PATH": str(programs), "CORTEN_OS_RELEASE": str(tmp_path / "os-release"),
                     "CORTEN_RETRY_SECONDS": "0"})

        @staticmethod
        def calls():
            return (tmp_path / "calls").read_text().splitlines()

    Machine.program = staticmethod(program)
    return Machine


def test_installs_what_is_missing_without_questions_and_only_once(machine):
    done = machine.run()
    assert done.returncode == 0, done.stderr
    update, install = machine.calls()
    assert "update" in update
    assert install.startswith("noninteractive apt-get") and "--no-install-recommends" in install
    assert " cmake " in install and " podman" not in install and " hyperfine" not in install
    again = machine.run()
    assert again.returncode == 0 and len(machine.calls()) == 2
    assert "packages are installed" in again.stdout


def test_installs_only_what_is_missing(machine):
    wanted = machine.run("--list", "build").stdout.split()
    (machine.path / "installed").write_text("\n".join(name for name in wanted if name != "cmake") + "\n")
    assert machine.run("build").returncode == 0
    assert machine.calls()[-1].endswith(" install cmake")


def test_peers_come_only_on_request(machine):
    assert machine.run("--peers").returncode == 0
    assert " podman" in machine.calls()[-1] and " cmake " in machine.calls()[-1]


def test_a_mirror_that_refuses_is_asked_again(machine):
    (machine.path / "failures").write_text("1\n2\n")
    assert machine.run("build").returncode == 0
    assert [("update" in call) for call in machine.calls()] == [True, True, True, False]


def test_a_mirror_that_is_gone_is_an_error(machine):
    (machine.path / "failures").write_text("x\n" * 50)
    done = machine.run("build")
    assert done.returncode == 1
    assert "is the Debian mirror reachable?" in done.stderr
    assert len(machine.calls()) == 4


def test_another_system_is_refused_by_name(machine):
    done = machine.run(system=UBUNTU)
    assert done.returncode == 1
    assert "this system is 'Ubuntu 24.04 LTS'" in done.stderr and "Debian 12" in done.stderr
    assert machine.calls() == []


def test_check_says_what_is_missing_and_installs_nothing(machine):
    done = machine.run("--check", "build")
    assert done.returncode == 1 and "cmake" in done.stdout
    assert machine.calls() == []


def test_a_package_that_is_missing_after_the_installation_is_an_error(machine):
    machine.program("apt-get", "exit 0\n")
    done = machine.run("build")
    assert done.returncode == 1 and "these are still missing" in done.stderr


def test_an_ordinary_user_without_sudo_is_told(machine):
    machine.program("id", "echo 1000\n")
    done = machine.run("build")
    assert done.returncode == 1 and "needs root" in done.stderr
    assert machine.calls() == []


def test_a_sudo_that_wants_a_password_is_said_so(machine):
    machine.program("id", "echo 1000\n")
    machine.program("sudo", "exit 1\n")
    done = machine.run("build")
    assert done.returncode == 1 and "sudo refuses" in done.stderr
    assert machine.calls() == []


def test_an_ordinary_user_goes_through_sudo_without_questions(machine):
    machine.program("id", "echo 1000\n")
    machine.program("sudo", 'echo "sudo $1" >> @/sudo\nshift\nexec "$@"\n')
    assert machine.run("build").returncode == 0
    assert set((machine.path / "sudo").read_text().splitlines()) == {"sudo -n"}


def test_a_package_of_two_groups_is_installed_once(machine):
    listed = machine.run("--list", "test", "bench").stdout.split()
    assert listed.count("python3") == 1 and listed.count("zstd") == 1
    assert len(listed) == len(set(listed))


def test_the_demo_installs_what_its_steps_run(root, machine):
    groups = re.search(r"scripts/install-packages ([a-z ]+)$", (root / "scripts/demo").read_text(), re.MULTILINE)
    packages = machine.run("--list", *groups.group(1).split()).stdout.split()
    assert {"cmake", "g++", "python3", "zstd"} <= set(packages)


def test_unknown_groups_and_options_are_refused(machine):
    assert "no group 'nothing'" in machine.run("nothing").stderr
    assert machine.run("--nothing").returncode == 2
    assert machine.calls() == []


@pytest.mark.parametrize("script", ["scripts/test", "scripts/demo", "scripts/install-packages", "scripts/test-vm",
                                    "tools/run_tests", "tools/check_layers", "tools/check_style", "tools/check_format",
                                    "tools/check_tidy", "tools/check_shell", "tools/check_docs"])
def test_everything_explains_itself_from_anywhere(root, script):
    done = subprocess.run([str(root / script), "--help"], capture_output=True, text=True, timeout=30, check=False,
                          cwd="/", env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")


@pytest.mark.parametrize("words,said", [
    ((), "there is no qemu-system-x86_64: run 'scripts/install-packages vm'"),
    (("--timeout",), "--timeout needs a value"),
    (("--timeout", "long"), "'long' is no number of seconds"),
])
def test_a_virtual_machine_that_cannot_be_had(root, tmp_path, words, said):
    for name in ("dirname", "readlink"):
        (tmp_path / name).symlink_to(shutil.which(name))
    done = subprocess.run([str(root / "scripts/test-vm"), *words], capture_output=True, text=True, timeout=30,
                          check=False, cwd="/", env={"PATH": str(tmp_path)}, stdin=subprocess.DEVNULL)
    assert done.returncode == 2 and said in done.stderr


def test_the_stages_are_listed_through_a_link_and_without_an_environment(root, tmp_path):
    os.symlink(root / "scripts/test", tmp_path / "t")
    done = subprocess.run([str(tmp_path / "t"), "--list"], capture_output=True, text=True, timeout=30, check=False,
                          cwd="/", env={}, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("layers ")


def test_an_unknown_stage_is_refused(run_tool):
    done = run_tool("run_tests", "--only", "nothing")
    assert done.returncode == 2 and "there is no stage 'nothing'" in done.stderr
