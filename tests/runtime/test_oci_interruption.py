"""Signals to a foreground `run` before its program runs: it ends, and nothing is left."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bundle import Bundle
from engine import Runtime, leftovers, wait_until

_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
pytestmark = [pytest.mark.known_fault("runc", "passes the signal on once there is a program"),
              pytest.mark.known_fault("crun", "is ended by the signal and leaves the container")]


def hanging(flag: Path) -> dict[str, Any]:
    return {"path": "/bin/sh", "args": ["sh", "-c", f"cat >/dev/null; echo $$ > {flag}.new; mv {flag}.new {flag};"
                                                     " exec sleep 300"]}


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


@pytest.mark.parametrize("point", ["prestart", "createRuntime", "createContainer"])
@pytest.mark.parametrize("number", _SIGNALS)
def test_while_a_hook_hangs(runtime: Runtime, bundle: Bundle, point: str, number: signal.Signals) -> None:
    flag = bundle.path / "flag"
    after = bundle.path / "after"
    bundle.spec["hooks"] = {point: [hanging(flag)],
                            "poststop": [{"path": "/bin/sh", "args": ["sh", "-c", f"cat >/dev/null; : > {after}"]}]}
    running = runtime.begin_run(bundle)
    wait_until(flag.exists, "the hook")
    hook = int(flag.read_text())
    running.process.send_signal(number)
    done = running.wait()
    assert done.code == 128 + number
    assert number.name in done.err
    assert after.exists()
    assert runtime.containers() == [] and leftovers(bundle) == []
    # One that runs in the container goes with it: its number is then that of the host's namespace or none of ours.
    if point != "createContainer":
        wait_until(lambda: not is_alive(hook), "the end of the hook")


def test_while_the_hook_of_start_hangs(runtime: Runtime, bundle: Bundle) -> None:
    bundle.spec["hooks"] = {"startContainer": [{"path": "/init", "args": ["init", "try-create", "/tmp/flag", ",",
                                                                          "wait"]}]}
    running = runtime.begin_run(bundle)
    wait_until((bundle.rootfs / "tmp/flag").exists, "the hook")
    running.process.send_signal(signal.SIGTERM)
    assert running.wait().code == 128 + signal.SIGTERM
    assert runtime.containers() == [] and leftovers(bundle) == []


def test_while_the_hook_after_the_start_hangs(runtime: Runtime, bundle: Bundle) -> None:
    """The program runs: the signal is for it, the hook is given up."""
    flag = bundle.path / "flag"
    bundle.spec["hooks"] = {"poststart": [hanging(flag)]}
    running = runtime.begin_run(bundle.runs("catch /tmp/ready"))
    wait_until(flag.exists, "the hook")
    wait_until((bundle.rootfs / "tmp/ready").exists, "the program")
    running.process.send_signal(signal.SIGTERM)
    assert running.wait().code == 64 + signal.SIGTERM
    assert not is_alive(int(flag.read_text()))
    assert runtime.containers() == []


def test_while_the_last_hook_hangs(runtime: Runtime, bundle: Bundle) -> None:
    flag = bundle.path / "flag"
    bundle.spec["hooks"] = {"poststop": [hanging(flag)]}
    running = runtime.begin_run(bundle.runs("exit 7"))
    wait_until(flag.exists, "the hook")
    os.kill(running.process.pid, signal.SIGINT)
    assert running.wait().code == 7
    assert runtime.containers() == [] and leftovers(bundle) == []
