"""config-linux.md, "Seccomp": actions, conditions on arguments, architectures, flags."""

import errno
from typing import Any

import pytest

from bundle import Bundle, capabilities
from engine import Runtime

_PERSONALITY, _GETPRIORITY, _SETPRIORITY = 135, 140, 141  # of x86_64; none of them is needed to start or to answer


def filtered(bundle: Bundle, *rules: dict[str, Any], default: str = "SCMP_ACT_ALLOW", **more: Any) -> Bundle:
    bundle.linux["seccomp"] = {"defaultAction": default, "syscalls": list(rules), **more}
    return bundle


def rule(*names: str, action: str = "SCMP_ACT_ERRNO", **more: Any) -> dict[str, Any]:
    return {"names": list(names), "action": action, **more}


def test_the_mode(runtime: Runtime, bundle: Bundle) -> None:
    assert runtime.ask(bundle, "status Seccomp") == ["0"]
    assert runtime.ask(filtered(bundle, rule("getpriority")), "status Seccomp") == ["2"]


def test_an_error(runtime: Runtime, bundle: Bundle) -> None:
    refused, other = runtime.ask(filtered(bundle, rule("getpriority")), f"try-call {_GETPRIORITY}", "try-call 39")
    assert (refused, other) == ("EPERM", "ok")


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EACCES, errno.ENOENT])
def test_an_error_of_choice(runtime: Runtime, bundle: Bundle, number: int) -> None:
    filtered(bundle, rule("getpriority", errnoRet=number))
    assert runtime.ask(bundle, f"try-call {_GETPRIORITY}") == [errno.errorcode[number]]


def test_a_default_error_of_choice(runtime: Runtime, bundle: Bundle) -> None:
    """Everything that the process needs is allowed."""
    needed = (
        "read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask ioctl execve exit "
        "exit_group arch_prctl set_tid_address set_robust_list rseq prlimit64 getrandom readlink readlinkat "
        "futex clone wait4 uname openat newfstatat pread64 access fcntl dup3 dup2 prctl capset capget setuid "
        "setgid setgroups getuid getgid getppid chdir fchdir getcwd epoll_ctl epoll_create1 epoll_pwait "
        "eventfd2 pipe2 sigaltstack gettid nanosleep getdents64 tgkill statfs fstatfs sched_getaffinity "
        "sched_yield clock_gettime clone3 close_range fchown setresuid setresgid umask rt_sigreturn getpid "
        "seccomp madvise mincore sendto recvfrom sendmsg recvmsg sendmmsg socket connect accept poll ppoll "
        "select pselect6 execveat openat2 statx getpgid"
    ).split()
    filtered(bundle, rule(*needed, action="SCMP_ACT_ALLOW"), default="SCMP_ACT_ERRNO", defaultErrnoRet=errno.ENOSYS)
    assert runtime.ask(bundle, f"try-call {_PERSONALITY} 0xffffffff") == ["ENOSYS"]


@pytest.mark.parametrize("action,signal", [("SCMP_ACT_KILL", 31), ("SCMP_ACT_KILL_THREAD", 31),
                                           ("SCMP_ACT_KILL_PROCESS", 31), ("SCMP_ACT_TRAP", 31)])
def test_an_end(runtime: Runtime, bundle: Bundle, action: str, signal: int) -> None:
    filtered(bundle, rule("getpriority", action=action))
    assert runtime.ask(bundle, f"try-call {_GETPRIORITY}")[0].endswith(f"signal {signal}")


def test_a_tracer_that_is_not_there(runtime: Runtime, bundle: Bundle) -> None:
    filtered(bundle, rule("getpriority", action="SCMP_ACT_TRACE"))
    assert runtime.ask(bundle, f"try-call {_GETPRIORITY}") == ["ENOSYS"]


def test_a_log(runtime: Runtime, bundle: Bundle) -> None:
    filtered(bundle, rule("getpriority", action="SCMP_ACT_LOG"))
    assert runtime.ask(bundle, f"try-call {_GETPRIORITY}") == ["ok"]


_COMPARISONS = [
    # operator, value, valueTwo, refused arguments, allowed arguments
    ("SCMP_CMP_EQ", 5, 0, [5], [4, 6]),
    ("SCMP_CMP_NE", 5, 0, [4, 6], [5]),
    ("SCMP_CMP_LT", 5, 0, [0, 4], [5, 6]),
    ("SCMP_CMP_LE", 5, 0, [0, 5], [6]),
    ("SCMP_CMP_GT", 5, 0, [6], [0, 5]),
    ("SCMP_CMP_GE", 5, 0, [5, 6], [4]),
    ("SCMP_CMP_MASKED_EQ", 0xF0, 0x50, [0x5F, 0x150], [0x4F, 0x05]),
    ("SCMP_CMP_EQ", 0x1_0000_0005, 0, [0x1_0000_0005], [5]),  # all 64 bits
]


@pytest.mark.parametrize("operator,value,second,refused,allowed", _COMPARISONS)
def test_conditions(runtime: Runtime, bundle: Bundle, operator: str, value: int, second: int, refused: list[int],
                    allowed: list[int]) -> None:
    """On the third argument of setpriority(2), whose first is none that exists: EINVAL where it is allowed."""
    filtered(bundle, rule("setpriority", errnoRet=errno.ENOSYS,
                          args=[{"index": 2, "value": value, "valueTwo": second, "op": operator}]))
    asked = [f"try-call {_SETPRIORITY} 99 0 {argument}" for argument in refused + allowed]
    assert runtime.ask(bundle, *asked) == ["ENOSYS"] * len(refused) + ["EINVAL"] * len(allowed)


def test_all_conditions_of_a_rule(runtime: Runtime, bundle: Bundle) -> None:
    both = [{"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 2, "value": 2, "op": "SCMP_CMP_EQ"}]
    filtered(bundle, rule("setpriority", errnoRet=errno.ENOSYS, args=both))
    asked = [f"try-call {_SETPRIORITY} 99 {a} {b}" for a, b in ((1, 2), (1, 3), (0, 2))]
    assert runtime.ask(bundle, *asked) == ["ENOSYS", "EINVAL", "EINVAL"]


def test_conditions_on_the_same_argument_are_alternatives(runtime: Runtime, bundle: Bundle) -> None:
    """What runtimes have agreed on; libseccomp itself takes one condition an argument."""
    either = [{"index": 2, "value": value, "op": "SCMP_CMP_EQ"} for value in (1, 3)]
    filtered(bundle, rule("setpriority", errnoRet=errno.ENOSYS, args=either))
    asked = [f"try-call {_SETPRIORITY} 99 0 {value}" for value in (1, 2, 3)]
    assert runtime.ask(bundle, *asked) == ["ENOSYS", "EINVAL", "ENOSYS"]


def test_a_name_that_nobody_knows_is_left_out(runtime: Runtime, bundle: Bundle) -> None:
    filtered(bundle, rule("call_of_the_future", "getpriority"))
    assert runtime.ask(bundle, f"try-call {_GETPRIORITY}") == ["EPERM"]


def test_an_unknown_action_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    message = runtime.fails(filtered(bundle, rule("getpriority", action="SCMP_ACT_NONE")))
    assert "SCMP_ACT_NONE" in message or runtime.name == "crun"


def test_an_unknown_architecture_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    message = runtime.fails(filtered(bundle, rule("getpriority"), architectures=["SCMP_ARCH_NONE"]))
    assert "SCMP_ARCH_NONE" in message or runtime.name == "crun"


def test_architectures(runtime: Runtime, bundle: Bundle) -> None:
    filtered(bundle, rule("getpriority"), architectures=["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"])
    assert runtime.ask(bundle, f"try-call {_GETPRIORITY}") == ["EPERM"]


@pytest.mark.known_fault("runc", "1.1 has no flags")
@pytest.mark.parametrize("flags", [[], ["SECCOMP_FILTER_FLAG_LOG"], ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"],
                                   ["SECCOMP_FILTER_FLAG_TSYNC"]])
def test_flags(runtime: Runtime, bundle: Bundle, flags: list[str]) -> None:
    filtered(bundle, rule("getpriority"), flags=flags)
    assert runtime.ask(bundle, f"try-call {_GETPRIORITY}", "status Seccomp") == ["EPERM", "2"]


@pytest.mark.known_fault("runc", "1.1 has no flags")
@pytest.mark.known_fault("crun", "1.8 ignores it")
def test_an_unknown_flag_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    assert "SECCOMP_FILTER_FLAG_NONE" in runtime.fails(
        filtered(bundle, rule("getpriority"), flags=["SECCOMP_FILTER_FLAG_NONE"]))


@pytest.mark.parametrize("privileged", [True, False])
def test_with_and_without_new_privileges(runtime: Runtime, bundle: Bundle, privileged: bool) -> None:
    """The filter is set before or after the capabilities go; both orders have to work for an ordinary user."""
    bundle.process["noNewPrivileges"] = not privileged
    bundle.process["user"] = {"uid": 1000, "gid": 1000}
    bundle.process["capabilities"] = capabilities()
    filtered(bundle, rule("getpriority"))
    assert runtime.ask(bundle, f"try-call {_GETPRIORITY}") == ["EPERM"]
