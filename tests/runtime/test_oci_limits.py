"""config.md, "Linux Process": rlimits, oom score, personality, io priority, scheduler."""

from typing import Any

import pytest

from bundle import Bundle, capabilities
from engine import Runtime

_BATCH, _IDLE = 3, 5


def limits_of(answer: str) -> dict[str, tuple[int, int]]:
    return {name: (int(soft), int(hard)) for name, soft, hard in (line.split() for line in answer.splitlines())}


def test_each_limit(runtime: Runtime, bundle: Bundle) -> None:
    """Every type of getrlimit(2), below what any machine gives."""
    wanted = {"CPU": (100, 200), "FSIZE": (1 << 30, 1 << 31), "DATA": (1 << 30, 1 << 31), "STACK": (1 << 20, 1 << 22),
              "CORE": (0, 0), "RSS": (1 << 30, 1 << 31), "NPROC": (500, 600), "NOFILE": (256, 512),
              "MEMLOCK": (4096, 65536), "AS": (1 << 31, 1 << 32), "LOCKS": (100, 200), "SIGPENDING": (10, 20),
              "MSGQUEUE": (1000, 2000), "NICE": (0, 0), "RTPRIO": (0, 0), "RTTIME": (100000, 200000)}
    bundle.process["rlimits"] = [{"type": f"RLIMIT_{name}", "soft": soft, "hard": hard}
                                 for name, (soft, hard) in wanted.items()]
    [answer] = runtime.ask(bundle, "rlimits")
    assert limits_of(answer) == wanted


def test_a_soft_limit_above_the_hard_one_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 512, "hard": 256}]
    assert "NOFILE" in runtime.fails(bundle) or runtime.name == "runc"  # runc: "error setting rlimit type 7"


def test_an_unknown_limit_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["rlimits"] = [{"type": "RLIMIT_NONE", "soft": 1, "hard": 1}]
    assert "RLIMIT_NONE" in runtime.fails(bundle)


@pytest.mark.known_fault("runc", "takes the last one")
@pytest.mark.known_fault("crun", "takes the last one")
def test_a_limit_given_twice_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    """config.md: "If rlimits contains duplicated entries with same type, the runtime MUST generate an error"."""
    bundle.process["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": soft, "hard": 512} for soft in (100, 200)]
    assert "RLIMIT_NOFILE" in runtime.fails(bundle)


@pytest.mark.parametrize("score", [0, 100, 1000])
def test_the_oom_score(runtime: Runtime, bundle: Bundle, score: int) -> None:
    bundle.process["oomScoreAdj"] = score
    assert runtime.ask(bundle, "cat /proc/self/oom_score_adj") == [str(score)]


def test_without_a_wish_the_oom_score_stays(runtime: Runtime, bundle: Bundle) -> None:
    runtime.command = ("choom", "-n", "77", "--", *runtime.command)
    assert runtime.ask(bundle, "cat /proc/self/oom_score_adj") == ["77"]


@pytest.mark.known_fault("runc", "1.1 has no personality")
@pytest.mark.parametrize("domain,expected", [("LINUX32", "8 i686"), ("LINUX", "0 x86_64")])
def test_personality(runtime: Runtime, bundle: Bundle, domain: str, expected: str) -> None:
    bundle.linux["personality"] = {"domain": domain}
    assert runtime.ask(bundle, "personality") == [expected]


@pytest.mark.known_fault("runc", "1.1 has no personality")
@pytest.mark.known_fault("crun", "passes over the flags")
def test_flags_of_a_personality_are_refused(runtime: Runtime, bundle: Bundle) -> None:
    """config-linux.md: "Currently no flag values are supported"."""
    bundle.linux["personality"] = {"domain": "LINUX", "flags": ["ADDR_NO_RANDOMIZE"]}
    message = runtime.fails(bundle)
    assert "linux.personality.flags" in message and "ADDR_NO_RANDOMIZE" in message


@pytest.mark.known_fault("runc", "1.1 has no ioPriority")
@pytest.mark.known_fault("crun", "1.8 has no ioPriority")
@pytest.mark.parametrize("name,number", [("IOPRIO_CLASS_RT", 1), ("IOPRIO_CLASS_BE", 2), ("IOPRIO_CLASS_IDLE", 3)])
def test_io_priority(runtime: Runtime, bundle: Bundle, name: str, number: int) -> None:
    priority = 0 if name == "IOPRIO_CLASS_IDLE" else 5
    bundle.process["ioPriority"] = {"class": name, "priority": priority}
    assert runtime.ask(bundle, "ioprio") == [f"{number} {priority}"]


@pytest.mark.known_fault("runc", "1.1 has no scheduler")
@pytest.mark.known_fault("crun", "1.8 has no scheduler")
@pytest.mark.parametrize("wish,expected", [
    ({"policy": "SCHED_OTHER", "nice": 5}, "0 5 0 0"),
    ({"policy": "SCHED_BATCH", "nice": 3, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}, f"{_BATCH} 3 0 1"),
    ({"policy": "SCHED_IDLE"}, f"{_IDLE} 0 0 0"),
])
def test_scheduler(runtime: Runtime, bundle: Bundle, wish: dict[str, Any], expected: str) -> None:
    bundle.process["scheduler"] = wish
    [answer] = runtime.ask(bundle, "scheduler")
    assert answer.split()[:4] == expected.split()


@pytest.mark.known_fault("runc", "1.1 has no scheduler")
@pytest.mark.known_fault("crun", "1.8 has no scheduler")
def test_an_unknown_policy_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["scheduler"] = {"policy": "SCHED_NONE"}
    assert "SCHED_NONE" in runtime.fails(bundle)


def test_the_session_keyring_is_new(runtime: Runtime, bundle: Bundle) -> None:
    bundle.process["capabilities"] = capabilities()
    [answer] = runtime.ask(bundle, "keyring")
    assert "_uid_ses" not in answer and answer.split()[1].startswith("keyring;")
    bundle.id += "-other"  # a keyring has the name of its container
    other = runtime.ask(bundle, "keyring")[0]
    assert answer.split()[0] != other.split()[0]


@pytest.mark.known_fault("crun", "1.8 leaves that of the caller")
@pytest.mark.parametrize("flags", [(), ("--no-new-keyring",)])
def test_exec_has_the_session_keyring_of_the_container(runtime: Runtime, bundle: Bundle,
                                                       flags: tuple[str, ...]) -> None:
    container = runtime.started(bundle.runs("keyring", "wait"), *flags)
    [own] = container.answers(1)
    assert container.ask("keyring") == [own]


def test_the_session_keyring_of_the_caller_on_request(runtime: Runtime, bundle: Bundle) -> None:
    bundle.runs("keyring")
    mine = runtime.run(bundle, "--no-new-keyring")
    bundle.id += "-other"
    again = runtime.run(bundle, "--no-new-keyring")
    assert mine.code == again.code == 0, mine.err
    assert mine.out == again.out
