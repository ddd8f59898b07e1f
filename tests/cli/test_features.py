import json

from support import Corten


def test_features_are_a_table(corten: Corten) -> None:
    outcome = corten("system", "features")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["FEATURE", "STATE", "DETAIL"]
    assert lines[1].startswith("kernel ")


def test_features_as_json_lines(corten: Corten) -> None:
    rows = [json.loads(line) for line in corten("system", "features", "--format", "json").out.splitlines()]
    assert {row["State"] for row in rows} <= {"yes", "no", "unknown"}
    assert all(row["Name"] and row["Purpose"] for row in rows)


def test_features_by_template(corten: Corten) -> None:
    outcome = corten("system", "features", "--format", r'table {{.Name}}\t{{upper .State}}')
    assert outcome.out.splitlines()[0].split() == ["FEATURE", "STATE"]
    assert outcome.out.splitlines()[1].split()[0] == "kernel"


def test_a_field_that_is_not_there(corten: Corten) -> None:
    outcome = corten("system", "features", "--format", "{{.Nmae}}")
    assert outcome.code != 0
    assert outcome.out == ""
    assert "Name" in outcome.err


def test_the_caret_of_a_template_error_stands_below_the_field(corten: Corten) -> None:
    lines = corten("system", "features", "--format", "{{.Nme}}").err.splitlines()
    source = next(number for number, line in enumerate(lines) if "{{.Nme}}" in line and " | " in line)
    assert lines[source + 1].index("^") - lines[source].index("{{.Nme}}") in (2, 3)
    assert not any("\\n" in line for line in lines)


def test_features_is_hidden(corten: Corten) -> None:
    assert "features" not in corten("system", "--help").out
