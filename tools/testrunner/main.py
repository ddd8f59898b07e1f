"""scripts/test without the installation: chooses the stages and runs them."""

import argparse
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

from . import environment, skips, stages
from .runner import Runner, say

_INTERRUPTED = 130
# The whole run is to stay under 25 minutes; clang-tidy, the last stage, gives way to the others.
_TIDY_ENDS_AFTER_SECONDS = 22 * 60


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="scripts/test", description=(
        "Installs what is needed, builds, runs every check and test, and ends with one line 'N passed, N failed, "
        "N skipped'. The exit status is 0 only if nothing failed and every skip is in tests/allowed_skips.txt. "
        "Logs are in build/logs, one a stage."))
    options.add_argument("--quick", action="store_true", help="checks, the dev build and its tests only")
    options.add_argument("--only", action="append", default=[], metavar="STAGE",
                         help="this stage and what it needs; may be given again")
    options.add_argument("--vm", dest="only", action="append_const", const="vm",
                         help="the tests in a virtual machine, as --only vm")
    options.add_argument("--list", action="store_true", help="list the stages and stop")
    options.add_argument("--no-install", action="store_true", help="do not look at the installed packages")
    options.add_argument("--installed-in", type=float, metavar="SECONDS", help=argparse.SUPPRESS)
    chosen = options.parse_args(arguments)
    root = pathlib.Path(__file__).resolve().parents[2]
    everything = stages.table(root, stages.job_count())
    try:
        selected = stages.select(everything, chosen.only, chosen.quick)
    except KeyError as error:
        options.error(f"there is no stage {error}; --list shows them")
    if chosen.list:
        for stage in selected if chosen.only or chosen.quick else everything:
            say(f"{stage.name:<16}{stage.what}")
        return 0
    return run(root, selected, chosen.installed_in)


def run(root: pathlib.Path, selected: list[stages.Stage], installed_seconds: float | None) -> int:
    signal.signal(signal.SIGTERM, _interrupted)
    (root / "build" / "home").mkdir(parents=True, exist_ok=True)
    (root / "build" / "pytest").mkdir(exist_ok=True)
    # A short path of its own: unix sockets below it stay within their 108 bytes, and what tests forget is seen.
    temporary = pathlib.Path(tempfile.mkdtemp(prefix="corten-test-"))
    temporary.chmod(0o711)  # root of a user namespace, another user, has to reach the files of its tests
    given = environment.clean(root, dict(os.environ), temporary)
    given["CORTEN_TIDY_DEADLINE"] = str(time.time() + _TIDY_ENDS_AFTER_SECONDS - (installed_seconds or 0))
    runner = Runner(root, root / "build" / "logs", skips.load(root / "tests" / "allowed_skips.txt"), given)
    try:
        runner.run(selected)
    except KeyboardInterrupt:
        say("interrupted")
        runner.conclude(installed_seconds)
        return _INTERRUPTED
    finally:
        forgotten = sorted(path.name for path in temporary.iterdir())
        shutil.rmtree(temporary, ignore_errors=True)
    if forgotten:
        say(f"note: left in TMPDIR, now removed: {', '.join(forgotten[:10])}")
    return runner.conclude(installed_seconds)


def _interrupted(_number, _frame) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
