"""The tests of an OCI runtime, each run with corten and with Debian's runc and crun.

A test that fails with both references is a wrong test. What one of them is known to do wrong, or does not do yet, is
said by @pytest.mark.known_fault("crun", "why"): the test is then not run with it.

CORTEN_TEST_RUNTIMES       those to run, separated by commas (default corten,runc,crun)
CORTEN_TEST_KNOWN_FAULTS   1: run the tests of known faults too, to see which have gone
CORTEN_TEST_INIT           the helper of init/, built already
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Callable, Iterator

import pytest

import services
import engine
import engines
from bundle import Bundle
from engine import Runtime, name_of
from support import SLOWNESS

_SOURCES = Path(__file__).resolve().parent / "init"
RUNTIMES = os.environ.get("CORTEN_TEST_RUNTIMES", "corten,runc,crun").split(",")

# Each of its tests would be a skip. scripts/test-vm has a machine with nothing but version 2.
collect_ignore = [] if engine.V2 else ["test_oci_cgroups_v2.py", "test_oci_cgroups_delegated.py"]
# The same of its tests without systemd; scripts/test-vm --systemd boots it.
if not engine.V2 or not Path("/run/systemd/system").is_dir():
    collect_ignore.append("test_oci_systemd.py")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "known_fault(runtime, why): not run with this runtime")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes out what is known to fail, and gives slow machines more time."""
    for item in items:
        limit = item.get_closest_marker("timeout")
        if limit is not None:
            item.add_marker(pytest.mark.timeout(limit.args[0] * SLOWNESS), append=False)
    if os.environ.get("CORTEN_TEST_KNOWN_FAULTS") == "1":
        return
    dropped = [item for item in items if _has_fault(item)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in dropped]


def _has_fault(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    runtime = call.params.get("runtime_command") if call else None
    return any(runtime == marker.args[0] for marker in item.iter_markers("known_fault"))


@pytest.fixture(scope="session")
def init(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static helper, built from init/*.c, or $CORTEN_TEST_INIT: a slow machine does not build it itself."""
    if ready := os.environ.get("CORTEN_TEST_INIT"):
        return Path(ready)
    path = tmp_path_factory.mktemp("init") / "init"
    sources = sorted(map(str, _SOURCES.glob("*.c")))
    subprocess.run(["gcc", "-std=gnu17", "-O1", "-static", "-Wall", "-Wextra", "-Werror", "-o", str(path), *sources],
                   check=True, timeout=60 * SLOWNESS)
    return path


@pytest.fixture(scope="session")
def corten_oci(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """`corten oci`, once it is there."""
    command = (str(request.getfixturevalue("binary")), "oci")
    if subprocess.run([*command, "features"], capture_output=True, timeout=20 * SLOWNESS, check=False).returncode != 0:
        pytest.skip("this corten has no verb 'oci' yet")
    return command


@pytest.fixture(scope="session", autouse=True)
def _cgroups() -> Iterator[None]:
    yield
    if os.geteuid() == 0:
        engine.remove_all_cgroups()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name: the path of a unix socket has 108 bytes. Others may look into it."""
    path = Path(tempfile.mkdtemp(prefix="oci-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(params=RUNTIMES)
def runtime_command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    if request.param == "corten":
        return request.getfixturevalue("corten_oci")
    if shutil.which(request.param) is None:
        pytest.fail(f"needs {request.param}, which scripts/install-packages installs")
    return (request.param,)


@pytest.fixture
def runtime(runtime_command: tuple[str, ...], place: Path) -> Iterator[Runtime]:
    if os.geteuid() != 0:
        pytest.skip("needs root, to make containers without a user namespace")
    made = Runtime(name_of(runtime_command), runtime_command, place)
    yield made
    made.close()


@pytest.fixture
def make_bundle(place: Path, init: Path) -> Callable[[], Bundle]:
    """A further bundle."""
    count = 0

    def make() -> Bundle:
        nonlocal count
        count += 1
        return Bundle(place / f"bundle-{count}", init)

    return make


@pytest.fixture
def bundle(make_bundle: Callable[[], Bundle]) -> Bundle:
    return make_bundle()


@pytest.fixture(scope="session")
def engine_place(corten_oci: tuple[str, ...]) -> Iterator[Path]:
    """Where the engines have all their files; what they leave running or mounted there ends with the tests."""
    if os.geteuid() != 0:
        pytest.skip("needs root: the engines are tested with containers of root")
    place = Path(tempfile.mkdtemp(prefix="eng-"))
    place.chmod(0o755)
    engines.named_runtime(Path(corten_oci[0]), place)
    yield place
    services.clear(place)


@pytest.fixture(scope="session")
def image_archive(engine_place: Path, init: Path) -> Path:
    return engines.image_archive(init, engine_place / "image.tar")


@pytest.fixture(scope="session")
def podman(engine_place: Path, image_archive: Path) -> engines.Engine:
    return engines.make_podman(engine_place, engine_place / "corten-oci", image_archive)


@pytest.fixture(scope="session")
def containerd(engine_place: Path) -> Iterator[engines.Containerd]:
    made = engines.Containerd(engine_place)
    yield made
    services.stop(made.process)


@pytest.fixture(scope="session")
def docker(engine_place: Path, image_archive: Path, containerd: engines.Containerd) -> Iterator[engines.Engine]:
    made = engines.Docker(engine_place, engine_place / "corten-oci", containerd, image_archive)
    yield made.engine
    services.stop(made.process)


@pytest.fixture(params=["podman", "docker"])
def container_engine(request: pytest.FixtureRequest) -> Iterator[engines.Engine]:
    made = request.getfixturevalue(request.param)
    yield made
    made.remove_all()
