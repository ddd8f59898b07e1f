"""A pytest plugin: each test has a time limit, by default a minute.

`@pytest.mark.timeout(SECONDS)` sets another one. A test that waits in Python or in a child process fails with
the line where it waited; what cannot be interrupted ends with its stage.
"""

import signal

import pytest

DEFAULT_SECONDS = 60


def pytest_configure(config):
    config.addinivalue_line("markers", "timeout(seconds): fail the test when it runs longer")


def _limited(item):
    marker = item.get_closest_marker("timeout")
    seconds = float(marker.args[0]) if marker and marker.args else DEFAULT_SECONDS

    def ring(_number, _frame):
        pytest.fail(f"ran longer than {seconds:g} s, its limit")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    yield from _limited(item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    yield from _limited(item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    yield from _limited(item)
