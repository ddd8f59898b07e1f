"""Registries, a proxy that misbehaves, and stores, for the tests of images."""

from pathlib import Path
from typing import Callable, Iterator

import pytest

import daemons
from daemons import Registry
from faults import FaultProxy
from support import Corten

_SERVICES: list[Registry] = []
_PROXIES = pytest.StashKey[list[FaultProxy]]()


@pytest.fixture(scope="session")
def _registries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Registry]]:
    """Started when first asked for, shared by all tests: each test uses repositories of its own name."""
    directory = tmp_path_factory.mktemp("registries")
    running: dict[str, Registry] = {}

    def get(kind: str) -> Registry:
        if kind not in running:
            running[kind] = daemons.start_registry(directory / kind, kind)
            _SERVICES.append(running[kind])
        return running[kind]

    yield get
    for registry in running.values():
        daemons.end(registry.process)
        if registry.tokens:
            registry.tokens.close()


@pytest.fixture
def registry(_registries: Callable[[str], Registry]) -> Registry:
    """http, no authentication."""
    return _registries("plain")


@pytest.fixture
def tls_registry(_registries: Callable[[str], Registry]) -> Registry:
    return _registries("tls")


@pytest.fixture
def token_registry(_registries: Callable[[str], Registry]) -> Registry:
    tokens = _registries("token")
    assert tokens.tokens
    tokens.tokens.requests.clear()
    return tokens


@pytest.fixture(params=["plain", "tls", "token", "proxy"])
def any_registry(request: pytest.FixtureRequest, _registries: Callable[[str], Registry]) -> Iterator[Registry]:
    """Each of the four in turn."""
    if request.param != "proxy":
        yield _registries(request.param)
        return
    behind = _registries("plain")
    proxy = FaultProxy(behind.host)
    request.node.stash[_PROXIES] = [proxy]
    yield Registry("proxy", behind.log, behind.process, int(proxy.host.split(":")[1]))
    proxy.close()


@pytest.fixture
def make_proxy(request: pytest.FixtureRequest) -> Iterator[Callable[..., FaultProxy]]:
    """make_proxy("127.0.0.1:PORT"): a proxy in front of that."""
    made: list[FaultProxy] = []
    request.node.stash[_PROXIES] = made

    def make(host: str, **how: object) -> FaultProxy:
        made.append(FaultProxy(host, **how))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for proxy in made:
        proxy.close()


@pytest.fixture
def proxy(make_proxy: Callable[..., FaultProxy], registry: Registry) -> FaultProxy:
    """In front of the plain registry."""
    return make_proxy(registry.host)


@pytest.fixture
def repository(request: pytest.FixtureRequest) -> str:
    """A name in the registry that no other test uses."""
    text = request.node.nodeid.split("::", 1)[1].lower()
    name = "".join(c if c.isalnum() else "-" for c in text).strip("-")
    while "--" in name:
        name = name.replace("--", "-")
    return f"test/{name[:100].strip('-')}"


@pytest.fixture
def another(binary: Path, tmp_path: Path) -> Callable[[], Corten]:
    """A further store, empty."""
    count = 0

    def make() -> Corten:
        nonlocal count
        count += 1
        directory = tmp_path / f"other-{count}"
        directory.mkdir()
        return Corten(binary, directory)

    return make


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failure shows what the registries and the proxies saw."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if not report.failed:
        return
    for proxy in item.stash.get(_PROXIES, []):
        report.sections.append((f"requests to {proxy.host}", proxy.transcript()[-6000:]))
    for registry in _SERVICES:
        text = registry.log.read_text(errors="replace")
        report.sections.append((f"end of {registry.log}", text[-1500:]))
