"""The stages of scripts/test, in the order in which they fail soonest."""

import os
import pathlib

from .stage import Stage

PYTHON = "/usr/bin/python3"  # Debian's, which has python3-pytest; another python3 may come first in PATH

_SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
}


def table(root: pathlib.Path, jobs: int) -> list[Stage]:
    reports = root / "build" / "reports"
    home = {"HOME": str(root / "build" / "home")}  # a test never sees the user's own settings
    stages = [_check(name, what) for name, what in (
        ("layers", "arrows between modules only go down"),
        ("style", "TRY, banned calls, CLOEXEC, white space, sizes"),
        ("format", "clang-format 19"),
        ("shell", "shellcheck"),
        ("docs", "links, dependency and module tables"),
    )]
    stages.append(_pytest(root, "tools", "the tests of tools/ and scripts/", "tests/tools", home, 300))
    stages.append(_build("dev", "everything, GCC, warnings are errors", 1800, quick=True))
    stages.append(_ctest("unit", "dev", "unit tests", 300, reports, jobs, home, quick=True))
    if has_program_tests(root):
        stages.append(_pytest(root, "program", "whole-program tests", "tests",
                              home | {"CORTEN_BINARY": str(program(root, "dev"))}, 1500, needs=("build-dev",)))
    stages.append(_build("release", "the program and the benchmarks, optimised", 1500))
    stages.append(Stage("demo", "scripts/demo", (("scripts/demo", "--no-install"),), 600, needs=("build-release",)))
    # One build for both: replaying seeds needs no instrumentation of its own.
    stages.append(_build("asan", "everything and the fuzz targets, clang 19 with sanitizers", 2100))
    stages.append(_ctest("unit-asan", "asan", "unit tests with sanitizers", 600, reports, jobs, home | _SANITIZERS,
                         choice=("--label-exclude", "fuzz")))
    stages.append(_ctest("fuzz", "asan", "every seed once through its fuzz target", 300, reports, jobs,
                         home | _SANITIZERS, choice=("--label-regex", "fuzz")))
    stages.append(Stage("vm", "cgroup v2 and Linux 6.1: runtime tests in an emulated machine (on request: --vm)",
                        (("scripts/test-vm",), ("scripts/test-vm", "--systemd")), 2700, needs=("build-dev",),
                        reports=tuple(reports / f"{name}.xml" for name in ("vm", "vm-unit", "vm-systemd")),
                        on_request=True))
    stages.append(Stage("tidy", "clang-tidy 19 over what changed", (("tools/check_tidy",),), 900,
                        needs=("build-asan",)))
    return stages


def program(root: pathlib.Path, preset: str) -> pathlib.Path:
    """The corten of a preset."""
    return root / "build" / preset / "bin/corten"


def has_program_tests(root: pathlib.Path) -> bool:
    tests = root / "tests"
    return any(path.relative_to(tests).parts[0] != "tools" for path in tests.rglob("test_*.py"))


def select(stages: list[Stage], only: list[str], quick: bool) -> list[Stage]:
    """The stages asked for and what they need, in their order. Raises KeyError for an unknown name."""
    by_name = {stage.name: stage for stage in stages}
    wanted = list(only) or [stage.name for stage in stages if not stage.on_request and (stage.quick or not quick)]
    chosen: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in chosen:
            chosen.add(name)
            wanted += by_name[name].needs
    return [stage for stage in stages if stage.name in chosen]


def _check(name: str, what: str) -> Stage:
    return Stage(name, what, ((f"tools/check_{name}",),), 120, quick=True)


def _build(preset: str, what: str, limit: float, *, quick: bool = False) -> Stage:
    return Stage(f"build-{preset}", what,
                 (("cmake", "--preset", preset), ("cmake", "--build", "--preset", preset)), limit, quick=quick)


def _ctest(name: str, preset: str, what: str, limit: float, reports: pathlib.Path, jobs: int,
           environment: dict[str, str], *, choice: tuple[str, ...] = (), quick: bool = False) -> Stage:
    report = reports / f"{name}.xml"
    command = ("ctest", "--test-dir", f"build/{preset}", "--parallel", str(jobs), "--timeout", "60",
               "--no-tests=error", "--output-on-failure", "--output-junit", str(report), *choice)
    return Stage(name, what, (command,), limit, needs=(f"build-{preset}",), reports=(report,),
                 environment=environment, quick=quick)


def _pytest(root: pathlib.Path, name: str, what: str, folder: str, environment: dict[str, str], limit: float,
            needs: tuple[str, ...] = ()) -> Stage:
    report = root / "build" / "reports" / f"{name}.xml"
    others = ("--ignore=tests/tools",) if folder == "tests" else (f"--confcutdir={folder}",)
    # --timeout: pytest-timeout fails a test that waits too long, and the others still run.
    command = (PYTHON, "-m", "pytest", "-v", "-rs", "--timeout=60", "-o", "cache_dir=" + str(root / "build/pytest-cache"),
               f"--junitxml={report}", f"--basetemp=build/pytest/{name}", *others, folder)
    return Stage(name, what, (command,), limit, needs=needs, reports=(report,), environment=environment, quick=True)


def job_count() -> int:
    return len(os.sched_getaffinity(0))
