"""bench/run without measuring: rows, labels and inputs."""

import os
import pathlib
import subprocess
import sys

import pytest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

from harness import report  # noqa: E402
from harness.inputs import Inputs  # noqa: E402
from harness.measure import measure  # noqa: E402
from harness.model import Contender, Outcome, Row, Sample  # noqa: E402
from rows import FAMILIES  # noqa: E402


@pytest.fixture
def all_rows(tmp_path):
    return [row for family in FAMILIES for row in family(tmp_path / "bin", Inputs(tmp_path / "inputs", 1))]


def test_naming_the_rows_makes_no_input(all_rows, tmp_path):
    assert {"sha256", "tar scan"} <= {row.name for row in all_rows}
    assert not (tmp_path / "inputs").exists()


def test_a_label_says_what_runs_without_the_input(all_rows, tmp_path):
    labels = [contender.name for row in all_rows for contender in row.contenders]
    assert {"corten-bench gzip 1", "igzip -1 -c", "zstd -dc -q", "bsdtar -c --format=pax -f -"} <= set(labels)
    assert not any(str(tmp_path) in label or "sample" in label for label in labels)


def test_an_input_is_made_when_a_command_needs_it(tmp_path):
    made = []

    def make():
        made.append(1)
        (tmp_path / "input").write_text("x" * 1000)
        return tmp_path / "input"

    row = Row(name="r", contenders=[Contender("cat", ["cat", make]), Contender("gone", ["no-such-program", make])], input=make)
    assert not made
    ours, missing = measure(row, 1)
    assert not ours.problem and len(ours.samples) == 1
    assert missing.problem == "missing: no-such-program is not installed"
    assert row.input_bytes() == 1000


def test_a_peak_that_the_harness_hides_is_said_to_be_unknown():
    row = Row(name="r", contenders=[Contender("small", ["true"]), Contender("large", ["true"])])
    small, large = (Outcome(contender) for contender in row.contenders)
    small.samples.append(Sample(1.0, 1.0, peak_kib=20 * 1024, floor_kib=20 * 1024))
    large.samples.append(Sample(1.0, 1.0, peak_kib=90 * 1024, floor_kib=20 * 1024))
    _, first, second = report.table(row, [small, large]).splitlines()
    assert first.endswith("peak below 21 MiB") and second.endswith("peak 90 MiB")


def test_the_list_needs_no_build(tmp_path):
    done = subprocess.run([str(BENCH / "run"), "--list", "--bin-dir", str(tmp_path)], capture_output=True, text=True,
                          timeout=30, check=False, env={"PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert "sha256" in done.stdout.splitlines()
