"""scripts/test fails when it should: a failing test, a hanging one, a skip nobody listed, a stage not run."""

import json
import pathlib
import subprocess
import sys
import time

import pytest
from testrunner import environment, reports, skips, stages
from testrunner.stage import Stage

DRIVER = """
import json, pathlib, sys
sys.path.insert(0, sys.argv[1])
from testrunner import skips
from testrunner.runner import Runner
from testrunner.stage import Stage
work = pathlib.Path(sys.argv[2])
table = [Stage(each["name"], "x", tuple(tuple(command) for command in each["commands"]), each.get("limit", 20),
               needs=tuple(each.get("needs", ())), reports=tuple(work / name for name in each.get("reports", ())))
         for each in json.loads(sys.argv[3])]
runner = Runner(work, work / "logs", skips.load(work / "allowed.txt"), {"PATH": "/usr/bin:/bin"})
runner.run(table)
sys.exit(runner.conclude())
"""

PASSING = '<testcase name="a.Good" classname="a.Good" status="run"/>'
FAILING = '<testcase name="a.Bad" classname="a.Bad" status="fail"><failure message=""/></testcase>'
SKIPPED = ('<testcase name="a.Lazy" classname="a.Lazy" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>'
           "<system-out>[ RUN      ] a.Lazy\n/src/a.cpp:4: Skipped\nneeds the moon\n[  SKIPPED ] a.Lazy (0 ms)\n"
           "</system-out></testcase>")


def sh(text):
    return ["sh", "-c", text]


def writes(report, *cases, status=0):
    """A command that leaves a JUnit report, as ctest does."""
    return [sh(f"cat > {report} <<'END'\n<testsuite>{''.join(cases)}</testsuite>\nEND\nexit {status}")]


@pytest.fixture
def run_stages(root, tmp_path):
    def run(*table, allowed=""):
        (tmp_path / "allowed.txt").write_text(allowed)
        return subprocess.run([sys.executable, "-c", DRIVER, str(root / "tools"), str(tmp_path), json.dumps(table)],
                              capture_output=True, text=True, timeout=60, check=False)

    return run


def last_line(done):
    return done.stdout.splitlines()[-1]


def test_all_green(run_stages):
    done = run_stages({"name": "style", "commands": [sh("true")]},
                      {"name": "unit", "commands": writes("r.xml", PASSING, PASSING), "reports": ["r.xml"]})
    assert (done.returncode, last_line(done)) == (0, "3 passed, 0 failed, 0 skipped"), done.stdout


def test_orphans_that_ended_are_gone_while_the_stage_runs(run_stages):
    wait = "for i in $(seq 100); do [ -e /proc/$(cat pid) ] || exit 0; sleep 0.05; done; exit 1"
    done = run_stages({"name": "unit", "commands": [sh(f"(sh -c 'echo $$ >pid; sleep 0.2' &); sleep 0.1; {wait}")]})
    assert done.returncode == 0, done.stdout


def test_a_failing_check_fails_and_its_output_is_shown(run_stages):
    done = run_stages({"name": "style", "commands": [sh("echo the reason; exit 3")]},
                      {"name": "format", "commands": [sh("true")]})
    assert (done.returncode, last_line(done)) == (1, "1 passed, 1 failed, 0 skipped")
    assert "| the reason" in done.stdout


def test_a_failing_test_is_counted_and_named(run_stages):
    done = run_stages({"name": "unit", "commands": writes("r.xml", PASSING, FAILING, status=8), "reports": ["r.xml"]})
    assert (done.returncode, last_line(done)) == (1, "1 passed, 1 failed, 0 skipped")
    assert "failed: a.Bad" in done.stdout


def test_a_failing_test_fails_even_if_its_runner_ends_well(run_stages):
    done = run_stages({"name": "unit", "commands": writes("r.xml", FAILING), "reports": ["r.xml"]})
    assert done.returncode == 1


def test_a_hanging_stage_is_ended_whole_and_what_hung_is_named(run_stages, tmp_path):
    done = run_stages({"name": "unit", "limit": 1, "reports": ["r.xml"],
                       "commands": [sh("setsid sleep 731 & echo $! > pid; sleep 732")]})
    assert (done.returncode, last_line(done)) == (1, "0 passed, 1 failed, 0 skipped")
    assert "ended after 1 s, its limit" in done.stdout
    assert ": sleep 732" in done.stdout
    child = int((tmp_path / "pid").read_text())
    assert not is_alive(child), "a process in a session of its own survived"


def test_what_ignores_the_polite_signal_is_killed(run_stages):
    started = time.monotonic()
    done = run_stages({"name": "stubborn", "limit": 1, "commands": [sh("trap '' TERM; sleep 733 & wait; sleep 733")]})
    assert done.returncode == 1
    assert time.monotonic() - started < 30


def test_processes_left_behind_are_ended_and_named(run_stages, tmp_path):
    done = run_stages({"name": "unit", "commands": [sh("setsid sleep 734 & echo $! > pid")]})
    assert done.returncode == 0
    assert "left a process running, now ended" in done.stdout
    assert not is_alive(int((tmp_path / "pid").read_text()))


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_unlisted_skip_fails_and_prints_its_reason(run_stages):
    done = run_stages({"name": "unit", "commands": writes("r.xml", PASSING, SKIPPED), "reports": ["r.xml"]})
    assert (done.returncode, last_line(done)) == (1, "1 passed, 0 failed, 1 skipped")
    assert "not allowed to skip: a.Lazy: needs the moon" in done.stdout


def test_a_listed_skip_passes_and_prints_its_reason(run_stages):
    done = run_stages({"name": "unit", "commands": writes("r.xml", PASSING, SKIPPED), "reports": ["r.xml"]},
                      allowed="# comment\n\na.La* only where there is a moon\n")
    assert (done.returncode, last_line(done)) == (0, "1 passed, 0 failed, 1 skipped")
    assert "skipped: a.Lazy: needs the moon" in done.stdout


def test_a_skip_without_a_reason_fails_even_if_listed(run_stages):
    silent = '<testcase name="a.Lazy" classname="t"><skipped message=""/></testcase>'
    done = run_stages({"name": "unit", "commands": writes("r.xml", PASSING, silent), "reports": ["r.xml"]},
                      allowed="* anything\n")
    assert done.returncode == 1
    assert "not allowed to skip: t.a.Lazy: no reason given" in done.stdout


def test_the_allow_list_wants_reasons(tmp_path):
    path = tmp_path / "allowed.txt"
    path.write_text("a.*\n")
    with pytest.raises(ValueError, match=":1: 'a.\\*' gives no reason"):
        skips.load(path)


def test_a_run_without_tests_is_a_failure(run_stages):
    done = run_stages({"name": "unit", "commands": writes("r.xml"), "reports": ["r.xml"]})
    assert (done.returncode, last_line(done)) == (1, "0 passed, 1 failed, 0 skipped")
    assert "it ran no test" in done.stdout


@pytest.mark.parametrize("command, said", [
    (sh("true"), "it wrote no report r.xml"),
    (sh("echo '<testsuite><testcase' > r.xml"), "r.xml is not well-formed"),
    (["no-such-program"], "'no-such-program' ended with status 127"),
])
def test_a_missing_or_broken_report_is_a_failure(run_stages, command, said):
    done = run_stages({"name": "unit", "commands": [command], "reports": ["r.xml"]})
    assert (done.returncode, last_line(done)) == (1, "0 passed, 1 failed, 0 skipped")
    assert said in done.stdout


def test_an_old_report_is_not_read_again(run_stages, tmp_path):
    (tmp_path / "r.xml").write_text(f"<testsuite>{PASSING}</testsuite>")
    done = run_stages({"name": "unit", "commands": [sh("true")], "reports": ["r.xml"]})
    assert done.returncode == 1


def test_what_needs_a_failed_stage_is_not_run_and_the_rest_is(run_stages, tmp_path):
    done = run_stages({"name": "build", "commands": [sh("exit 1")]},
                      {"name": "unit", "needs": ["build"], "commands": [sh("touch ran")]},
                      {"name": "after", "needs": ["unit"], "commands": [sh("touch ran")]},
                      {"name": "other", "commands": [sh("true")]})
    assert (done.returncode, last_line(done)) == (1, "1 passed, 1 failed, 0 skipped")
    assert "not run: unit: 'build' did not pass" in done.stdout
    assert not (tmp_path / "ran").exists()


def test_the_second_command_is_not_run_after_the_first_fails(run_stages, tmp_path):
    run_stages({"name": "build", "commands": [sh("exit 1"), sh("touch ran")]})
    assert not (tmp_path / "ran").exists()


def test_stages_have_no_standard_input(run_stages):
    done = run_stages({"name": "ask", "commands": [sh("if read -r line; then exit 1; fi")]})
    assert done.returncode == 0, done.stdout


def test_reports_of_ctest_and_pytest_are_read(tmp_path):
    path = tmp_path / "r.xml"
    path.write_text(f"""<testsuites><testsuite>{PASSING}{FAILING}{SKIPPED}
        <testcase name="m.A.X" classname="m.A.X" status="disabled"><system-out>Disabled</system-out></testcase>
        <testcase name="test_a" classname="tests.test_x"/>
        <testcase name="test_b" classname="tests.test_x"><error message="fixture"/></testcase>
        <testcase name="test_c[1]" classname="tests.test_x"><skipped type="pytest.skip" message="no zsh">x</skipped></testcase>
        </testsuite></testsuites>""")
    assert [(case.name, case.status, case.reason) for case in reports.read(path)] == [
        ("a.Good", "passed", ""), ("a.Bad", "failed", ""), ("a.Lazy", "skipped", "needs the moon"),
        ("m.A.X", "skipped", "DISABLED_ in its name"), ("tests.test_x.test_a", "passed", ""),
        ("tests.test_x.test_b", "failed", ""), ("tests.test_x.test_c[1]", "skipped", "no zsh")]


def test_only_takes_what_the_stage_needs():
    table = [Stage(name, "", (), 1, needs=needs, quick=name != "c")
             for name, needs in (("a", ()), ("b", ("a",)), ("c", ("b",)), ("d", ()))]
    assert [stage.name for stage in stages.select(table, ["c"], False)] == ["a", "b", "c"]
    assert [stage.name for stage in stages.select(table, [], True)] == ["a", "b", "d"]
    with pytest.raises(KeyError):
        stages.select(table, ["nothing"], False)


def test_a_stage_on_request_runs_only_when_it_is_named():
    table = [Stage("a", "", (), 1), Stage("slow", "", (), 1, needs=("a",), on_request=True)]
    assert [stage.name for stage in stages.select(table, [], False)] == ["a"]
    assert [stage.name for stage in stages.select(table, ["slow"], False)] == ["a", "slow"]


def test_every_stage_needs_only_stages_before_it(root):
    seen = set()
    for stage in stages.table(root, 2):
        assert set(stage.needs) <= seen, stage.name
        seen.add(stage.name)


def test_the_environment_does_not_depend_on_the_caller(root, tmp_path):
    made = environment.clean(root, {"HOME": str(tmp_path), "CXXFLAGS": "-O9", "PATH": "/opt/odd", "LANG": "de_DE",
                                    "DOCKER_HOST": "x", "CCACHE_SIZE": "1G", "CI": "true"}, tmp_path)
    assert not {"CXXFLAGS", "LANG", "DOCKER_HOST"} & made.keys()
    assert "/opt/odd" not in made["PATH"]
    assert (made["CCACHE_SIZE"], made["CI"], made["LC_ALL"]) == ("1G", "true", "C.UTF-8")
    assert made["CCACHE_DIR"] == str(root / "build/ccache")
    (tmp_path / ".cache/ccache").mkdir(parents=True)
    assert "CCACHE_DIR" not in environment.clean(root, {"HOME": str(tmp_path)}, tmp_path)
