"""config-linux.md, "Offset for Time Namespace"."""

import os
import time

import pytest

from bundle import Bundle
from engine import Runtime

pytestmark = [pytest.mark.known_fault("runc", "1.1 has no time namespaces"),
              pytest.mark.known_fault("crun", "1.8 cannot make one on kernels since 6")]


def test_clocks_are_moved(runtime: Runtime, bundle: Bundle) -> None:
    bundle.namespace("time")
    bundle.linux["timeOffsets"] = {"monotonic": {"secs": 10_000_000}, "boottime": {"secs": 20_000_000, "nanosecs": 5}}
    before = time.clock_gettime(time.CLOCK_MONOTONIC), time.clock_gettime(time.CLOCK_BOOTTIME)
    clocks, shown = runtime.ask(bundle, "clocks", "readlink /proc/self/ns/time")
    monotonic, boot = map(int, clocks.split())
    # A wide margin for a slow machine; the offsets are years.
    assert 0 <= monotonic - before[0] - 10_000_000 + 1 < 1000
    assert 0 <= boot - before[1] - 20_000_000 + 1 < 1000
    assert shown != os.readlink("/proc/self/ns/time")


def test_offsets_without_the_namespace_are_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["timeOffsets"] = {"monotonic": {"secs": 1000}}
    runtime.fails(bundle)


def test_without_offsets(runtime: Runtime, bundle: Bundle) -> None:
    bundle.namespace("time")
    assert runtime.ask(bundle, "readlink /proc/self/ns/time") != [os.readlink("/proc/self/ns/time")]


def test_exec_has_the_same_clocks(runtime: Runtime, bundle: Bundle) -> None:
    bundle.namespace("time")
    bundle.linux["timeOffsets"] = {"boottime": {"secs": 20_000_000}}
    container = runtime.started(bundle)
    assert container.ask("readlink /proc/self/ns/time") == [os.readlink(f"/proc/{container.pid}/ns/time")]
