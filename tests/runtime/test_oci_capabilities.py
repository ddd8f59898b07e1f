"""config.md, "Linux Process": the five sets of capabilities and no_new_privs."""

import os

import pytest

from bundle import CAPABILITY_SETS, DEFAULT_CAPABILITIES, Bundle, capabilities
from engine import Runtime, split

# The order of /proc/PID/status, as the helper prints it.
_FIELDS = ("inheritable", "permitted", "effective", "bounding", "ambient")
_NUMBERS = {"CAP_CHOWN": 0, "CAP_DAC_OVERRIDE": 1, "CAP_KILL": 5, "CAP_SETUID": 7, "CAP_NET_BIND_SERVICE": 10,
            "CAP_NET_RAW": 13, "CAP_SYS_CHROOT": 18, "CAP_SYS_ADMIN": 21}


def sets_of(answer: str) -> dict[str, int]:
    return dict(zip(_FIELDS, (int(line, 16) for line in answer.splitlines())))


def bits(*names: str) -> int:
    return sum(1 << _NUMBERS[name] for name in names)


def test_each_set_is_its_own(runtime: Runtime, bundle: Bundle) -> None:
    """None of the sets is derived from another, as far as the kernel lets them differ."""
    bundle.process["capabilities"] = {
        "bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID", "CAP_NET_RAW"],
        "permitted": ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"],
        "inheritable": ["CAP_CHOWN", "CAP_KILL"],
        "ambient": ["CAP_CHOWN"],
        "effective": ["CAP_CHOWN"],
    }
    # Not as root: the kernel would fill the sets of a program of root's from the bounding set.
    bundle.process["user"] = {"uid": 1000, "gid": 1000}
    [answer] = runtime.ask(bundle, "caps")
    chown = bits("CAP_CHOWN")
    assert sets_of(answer) == {
        "bounding": bits("CAP_CHOWN", "CAP_KILL", "CAP_SETUID", "CAP_NET_RAW"), "permitted": chown,
        "inheritable": bits("CAP_CHOWN", "CAP_KILL"), "ambient": chown, "effective": chown,
    }


def test_root_has_what_the_bounding_set_gives(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["capabilities"] = capabilities("CAP_CHOWN", "CAP_KILL")
    [answer] = runtime.ask(bundle, "caps")
    both = bits("CAP_CHOWN", "CAP_KILL")
    assert sets_of(answer) == {"bounding": both, "permitted": both, "effective": both, "inheritable": 0, "ambient": 0}


def test_no_capabilities(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["capabilities"] = {each: [] for each in CAPABILITY_SETS}
    answer, changed = runtime.ask(bundle, "caps", "try-chown /init 1 1")
    assert set(sets_of(answer).values()) == {0}
    assert changed == "EPERM"


def test_a_spec_without_the_object_gives_none(runtime: Runtime, bundle: Bundle) -> None:
    del bundle.process["capabilities"]
    [answer] = runtime.ask(bundle, "caps")
    assert sets_of(answer)["effective"] == 0


def test_ambient_capabilities_reach_an_ordinary_user(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["user"] = {"uid": 1000, "gid": 1000}
    bundle.process["capabilities"] = capabilities("CAP_CHOWN", sets=CAPABILITY_SETS)
    answer, changed = runtime.ask(bundle, "caps", "try-chown /init 1 1")
    assert set(sets_of(answer).values()) == {bits("CAP_CHOWN")}
    assert changed == "ok"


def test_an_ordinary_user_has_none_without_them(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["user"] = {"uid": 1000, "gid": 1000}
    [answer] = runtime.ask(bundle, "caps")
    sets = sets_of(answer)
    assert (sets["effective"], sets["permitted"], sets["ambient"]) == (0, 0, 0)
    assert bin(sets["bounding"]).count("1") == len(DEFAULT_CAPABILITIES)


def test_nothing_of_the_callers_is_inherited(runtime: Runtime, bundle: Bundle) -> None:
    """CVE-2022-24769, CVE-2022-29162: a full inheritable set of the caller, an empty one of the container."""
    runtime.command = ("setpriv", "--inh-caps=+chown,+kill", *runtime.command)
    [answer] = runtime.ask(bundle, "caps")
    assert sets_of(answer)["inheritable"] == 0


def test_an_unknown_name_is_left_out(runtime: Runtime, bundle: Bundle) -> None:
    """config.md: what cannot be mapped to a kernel interface MUST be logged as a warning, and is no failure."""
    bundle.process["capabilities"] = capabilities("CAP_CHOWN", "CAP_NO_SUCH")
    [answer] = runtime.ask(bundle, "caps")
    assert sets_of(answer)["effective"] == bits("CAP_CHOWN")


@pytest.fixture
def poor(runtime: Runtime) -> Runtime:
    """On a host that lacks a capability."""
    runtime.command = ("capsh", "--drop=cap_checkpoint_restore", "--", "-c", "exec \"$@\"", "sh", *runtime.command)
    return runtime


@pytest.mark.known_fault("runc", "1.1 refuses the container")
@pytest.mark.known_fault("crun", "1.8 refuses the container")
def test_a_capability_that_the_host_lacks_is_left_out(poor: Runtime, bundle: Bundle) -> None:
    """config.md: runtimes SHOULD NOT fail for what cannot be granted, and MUST log it as a warning."""
    bundle.process["capabilities"] = capabilities("CAP_CHOWN", "CAP_CHECKPOINT_RESTORE")
    done = poor.run(bundle.runs("caps"))
    assert done.code == 0, done.err
    assert sets_of(split(done.out)[0])["bounding"] == bits("CAP_CHOWN")
    if poor.name == "corten":
        assert done.err.count("CAP_CHECKPOINT_RESTORE") == 1


@pytest.mark.known_fault("runc", "starts without the capability and says so in its log only")
@pytest.mark.known_fault("crun", "1.8 starts without the capability")
def test_a_capability_that_exec_asks_for_is_refused_by_name(poor: Runtime, bundle: Bundle) -> None:
    container = poor.started(bundle)
    assert container.exec("/init", "echo", "x", flags=("--cap", "CAP_CHOWN")).code == 0
    done = container.exec("/init", "echo", "x", flags=("--cap", "CAP_CHECKPOINT_RESTORE"))
    assert done.code == 1 and "CAP_CHECKPOINT_RESTORE" in done.err


@pytest.mark.parametrize("wish,expected", [(True, "1"), (False, "0")])
def test_no_new_privileges(runtime: Runtime, bundle: Bundle, wish: bool, expected: str) -> None:
    bundle.process["noNewPrivileges"] = wish
    assert runtime.ask(bundle, "status NoNewPrivs") == [expected]


@pytest.mark.parametrize("wish,euid", [(True, "1000"), (False, "0")])
def test_a_setuid_program(runtime: Runtime, bundle: Bundle, wish: bool, euid: str) -> None:
    tool = bundle.file("tool")
    tool.write_bytes((bundle.rootfs / "init").read_bytes())
    os.chmod(tool, 0o4755)
    bundle.process["noNewPrivileges"] = wish
    bundle.process["user"] = {"uid": 1000, "gid": 1000}
    answer = runtime.ask(bundle, "try-exec /tool id")[0]
    assert answer.split()[1] == euid
