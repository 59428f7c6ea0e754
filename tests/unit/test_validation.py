from __future__ import annotations

import dataclasses
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import packages
import tigris_corpus as tigris
from tigris_corpus import validation
from tigris_corpus.checks.rule import LEVELS, Stage
from tigris_corpus.errors import NotAPackageError
from tigris_corpus.validation import CHECKS, RULES, examine, validate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tigris_corpus.issues import Issue


def test_the_released_corpus_is_sound() -> None:
    assert validate() == []
    assert validate(packages.CLONE, release=True) == []


def test_an_issue_has_everything_one_needs_to_mend_it(base: Path) -> None:
    packages.edit(
        base,
        [
            {"op": "set", "file": "corpus/mentions.csv", "line": 10, "field": "start", "value": "23"},
            {"op": "set", "file": "corpus/mentions.csv", "line": 10, "field": "end", "value": "33"},
        ],
    )
    issue = validate(base)[0]
    assert issue.as_dict() == {
        "code": "span.text-mismatch",
        "severity": "error",
        "location": {
            "file": "corpus/mentions.csv",
            "line": 10,
            "row": 9,
            "key": "D001-M002",
            "field": "text",
            "document": "D001",
            "sentence": "D001-S001",
            "start": 23,
            "end": 33,
        },
        "value": "États-Unis",
        "message": "'États-Unis' is not what stands at 23 to 33: 'tats-Unis '",
        "hint": "the text is at 22 to 32: shift by -1",
        "related": [],
        "count": 1,
    }


@pytest.mark.parametrize(
    ("start", "end", "hint"),
    [
        ("97", "107", "the offsets look like utf-16 and not code points: the text is at 96 to 106"),
        ("99", "109", "the offsets look like byte and not code points: the text is at 96 to 106"),
        ("96", "105", "the text is at 96 to 106: mend the end"),
        ("94", "104", "the text is at 96 to 106: shift by +2"),
    ],
)
def test_a_wrong_span_is_told_where_the_text_is(base: Path, start: str, end: str, hint: str) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 8, "start", start)
    packages.set_cell(base, "corpus/mentions.csv", 8, "end", end)
    assert validate(base)[0].hint == hint


@pytest.mark.parametrize(
    ("file", "line", "field", "value", "hint"),
    [
        ("corpus/events.csv", 2, "event_type", "Assault", 'did you mean "ASSAULT"?'),
        ("corpus/mentions.csv", 5, "sentence_id", "D000-S022", 'did you mean "D000-S002"?'),
        ("corpus/mentions.csv", 8, "sentence_id", "D000-S002", "it is in D000-S003"),
        ("corpus/event_modes.csv", 2, "mode", "targetted", 'did you mean "targeted"?'),
    ],
)
def test_a_wrong_value_is_told_the_right_one(
    base: Path, file: str, line: int, field: str, value: str, hint: str
) -> None:
    packages.set_cell(base, file, line, field, value)
    assert validate(base)[0].hint == hint


def test_stale_hashes_warn_at_work_and_block_a_release(base: Path) -> None:
    packages.set_cell(base, "corpus/annotators.csv", 2, "description", "Someone else.")
    assert [(issue.code, issue.severity) for issue in validate(base)] == [("pkg.hash", "warning")]
    assert [(issue.code, issue.severity) for issue in validate(base, release=True)] == [("pkg.hash", "error")]


def test_what_cannot_be_decided_is_not_run_and_never_passed(base: Path) -> None:
    packages.edit(base, [{"op": "replace", "file": "corpus/events.csv", "old": ",", "new": ";", "all": True}])
    report = examine(base)
    assert [issue.code for issue in report.issues] == ["csv.delimiter"]
    assert not report.is_sound
    assert {(name, reason) for _, name, reason in report.not_run} >= {
        ("spans.triggers", "events could not be read"),
        ("events.arguments", "events could not be read"),
        ("release.hashes", "there are errors below it"),
    }


def test_two_faults_in_two_places_are_both_found(base: Path) -> None:
    packages.set_cell(base, "corpus/events.csv", 2, "event_type", "COERCE")
    packages.set_cell(base, "corpus/mentions.csv", 10, "start", "23")
    packages.edit(base, [{"op": "replace", "file": "corpus/layers.csv", "old": "single", "new": "done"}])
    assert sorted(issue.code for issue in validate(base)) == [
        "event.incident-type",
        "sch.enum",
        "span.text-mismatch",
    ]


def test_a_package_may_add_tables_columns_and_labels(base: Path) -> None:
    packages.edit(
        base,
        [
            {"op": "write", "file": "corpus/notes.csv", "text": "note_id\nn1\n"},
            {
                "op": "write",
                "file": "schema/tables/notes.json",
                "text": '{"fields": [{"name": "note_id", "type": "string"}], "primaryKey": ["note_id"]}',
            },
            {
                "op": "replace",
                "file": "datapackage.json",
                "old": '"resources": [',
                "new": '"resources": [{"name": "notes", "path": "corpus/notes.csv", '
                '"schema": "schema/tables/notes.json"},',
            },
            {
                "op": "replace",
                "file": "corpus/annotators.csv",
                "old": "description\n",
                "new": "description,email\n",
            },
            {
                "op": "replace",
                "file": "corpus/annotators.csv",
                "old": "tests.\n",
                "new": "tests.,a@example.org\n",
            },
            {
                "op": "replace",
                "file": "schema/tables/annotators.json",
                "old": '"fields": [',
                "new": '"fields": [{"name": "email", "type": "string"},',
            },
            {
                "op": "replace",
                "file": "schema/vocabulary/sectors.csv",
                "old": "\nJUD,",
                "new": "\nTRB,Tribe,A,B\nJUD,",
            },
            {"op": "set", "file": "corpus/entities.csv", "line": 3, "field": "sector", "value": "TRB"},
        ],
    )
    # The new column stands first in the schema, and so must it in the table.
    lines = (base / "corpus" / "annotators.csv").read_text(encoding="utf-8").splitlines()
    turned = [",".join([line.rpartition(",")[2], line.rpartition(",")[0]]) for line in lines]
    (base / "corpus" / "annotators.csv").write_text("\n".join(turned) + "\n", encoding="utf-8")
    packages.refresh(base)
    assert validate(base) == []


def test_every_rule_is_documented_and_stands_beside_a_check() -> None:
    for code, rule in RULES.items():
        assert rule.code == code
        assert 0 <= rule.level < len(LEVELS)
        for text in (rule.reason, rule.hint, rule.bad, rule.good):
            assert text.strip() == text != ""
        assert rule.reason.endswith(".")
        assert not rule.hint.endswith(".")
        assert rule.bad != rule.good
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_where_there_is_no_package_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotAPackageError, match="does not exist"):
        tigris.validate(tmp_path / "absent")


FILES = [
    "corpus/mentions.csv",
    "corpus/documents.csv",
    "schema/vocabulary/roles.csv",
    "schema/tables/events.json",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([*FILES, "datapackage.json", "seeds/000_talks.txt"]), st.binary(max_size=40), st.data()
)
def test_no_damage_to_a_file_raises(base: Path, file: str, junk: bytes, data: st.DataObject) -> None:
    path = base / file
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 80))
    try:
        path.write_bytes(whole[:at] + junk + whole[at + cut :])
        first = examine(base)
        assert first.issues == examine(base).issues
    finally:
        path.write_bytes(whole)


def test_a_package_of_empty_tables_is_sound(base: Path) -> None:
    for path in (base / "corpus").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")
    shutil.rmtree(base / "seeds")
    packages.refresh(base)
    assert validate(base) == []


@pytest.mark.parametrize(
    ("file", "pointer", "value"),
    [
        ("schema/tables/mentions.json", "/fields/2/type", "string"),
        ("schema/tables/mentions.json", "/fields/5/type", "integer"),
        ("schema/tables/incidents.json", "/fields/4/type", "integer"),
        ("schema/tables/mentions.json", "/primaryKey", ["text"]),
        ("schema/tables/entities.json", "/fields/7/type", "string"),
        ("schema/tables/layers.json", "/fields/3/name", "version"),
        ("datapackage.json", "/resources/3/name", ["a"]),
        ("datapackage.json", "/resources/3/path", "a/" * 1500 + "x.csv"),
        ("datapackage.json", "/resources/3/path", "corpus/\ud800.csv"),
        ("schema/tables/mentions.json", "/fields/2/constraints/minimum", 10**40),
        ("schema/tables/mentions.json", "/primaryKey", ["mention_id", "mention_id"]),
    ],
)
def test_a_damaged_schema_or_descriptor_is_reported_and_nothing_breaks(
    base: Path, file: str, pointer: str, value: object
) -> None:
    path = base / file
    described = json.loads(path.read_text(encoding="utf-8"))
    *parents, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    target = described
    for part in parents:
        target = target[part]
    target[last] = value
    path.write_text(json.dumps(described), encoding="utf-8")
    report = examine(base)
    assert not report.is_sound
    assert {issue.code.partition(".")[0] for issue in report.issues} & {"pkg", "sec"}
    assert not any("bug of Tigris" in reason for _, _, reason in report.not_run)


def test_a_table_cannot_leave_validation_by_losing_its_schema(base: Path) -> None:
    packages.edit(base, [{"op": "json", "file": "datapackage.json", "pointer": "/resources/12/schema"}])
    packages.edit(base, [{"op": "write", "file": "corpus/adjudication.csv", "text": "junk;;;"}])
    assert "pkg.missing-table" in {issue.code for issue in validate(base)}


def test_a_check_that_breaks_is_not_run_and_loses_nothing(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(_: object) -> Iterator[Issue]:
        raise ZeroDivisionError("by zero")
        yield

    packages.set_cell(base, "corpus/events.csv", 2, "realis", "real")
    broken = dataclasses.replace(CHECKS[-1], find=breaking, stages=(Stage.BATCH,))
    below = dataclasses.replace(broken, rules=CHECKS[0].rules)
    monkeypatch.setattr("tigris_corpus.validation.CHECKS", (below, *CHECKS[:-1], broken))
    report = examine(base)
    assert [issue.code for issue in report.issues] == ["sch.enum"]
    assert any("ZeroDivisionError: by zero" in reason for _, _, reason in report.not_run)


def test_keys_may_be_whole_numbers(base: Path) -> None:
    for name, text in (("pages", "page\n1\n2\n"), ("notes", "note,page\na,1\nb,\n")):
        (base / "corpus" / f"{name}.csv").write_text(text, encoding="utf-8")
    pages = {"fields": [{"name": "page", "type": "integer"}], "primaryKey": ["page"]}
    notes = {
        "fields": [{"name": "note"}, {"name": "page", "type": "integer", "constraints": {"unique": True}}],
        "foreignKeys": [{"fields": ["page"], "reference": {"resource": "pages", "fields": ["page"]}}],
    }
    described = json.loads((base / "datapackage.json").read_text(encoding="utf-8"))
    for name, schema in (("pages", pages), ("notes", notes)):
        (base / "schema" / "tables" / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
        described["resources"].append(
            {"name": name, "path": f"corpus/{name}.csv", "schema": f"schema/tables/{name}.json"}
        )
    (base / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    packages.refresh(base)
    assert validate(base) == []
    (base / "corpus" / "pages.csv").write_text("page\n1\n1\n", encoding="utf-8")
    packages.refresh(base)
    assert [issue.code for issue in validate(base)] == ["key.duplicate"]


def test_two_values_too_many_are_two_issues_and_no_other(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 7, "value", "2024")
    packages.set_cell(base, "corpus/mentions.csv", 9, "value", "2024")
    found = [(issue.code, issue.location.line) for issue in validate(base)]
    assert found == [("mention.value-unexpected", 7), ("mention.value-unexpected", 9)]


def test_a_sentence_inside_another_overlaps_and_leaves_no_gap(base: Path) -> None:
    row = "D000-S005,D000,18,22,body,U.S."
    packages.edit(base, [{"op": "insert-line", "file": "corpus/sentences.csv", "line": 4, "lines": [row]}])
    assert [issue.code for issue in validate(base)] == ["sent.overlap"]


@pytest.mark.parametrize("layer", ["arguments", "entities", "incidents"])
def test_no_layer_that_holds_something_is_blank(base: Path, layer: str) -> None:
    path = base / "corpus" / "layers.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace(f"D000,{layer},single,1.0", f"D000,{layer},blank,"),
        encoding="utf-8",
    )
    assert [issue.code for issue in validate(base)] == ["layer.blank"]


def test_each_cycle_is_an_issue(base: Path) -> None:
    lines = [
        "loop-a,A,ASSAULT,single,loop-b,,",
        "loop-b,B,ASSAULT,single,loop-a,,",
        "loop-c,C,ASSAULT,single,loop-c,,",
    ]
    packages.edit(base, [{"op": "insert-line", "file": "corpus/incidents.csv", "line": 4, "lines": lines}])
    assert [issue.location.line for issue in validate(base) if issue.code == "incident.cycle"] == [4, 6]


def test_a_declared_script_is_found_too(base: Path) -> None:
    (base / "corpus" / "loader.py").write_text("print()\n", encoding="utf-8")
    described = json.loads((base / "datapackage.json").read_text(encoding="utf-8"))
    described["resources"].append({"name": "loader", "path": "corpus/loader.py"})
    (base / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    assert "sec.executable" in {issue.code for issue in validate(base)}


def test_a_folder_that_is_a_link_is_reported_and_not_walked(base: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "loader.py").write_bytes(b"")
    (base / "seeds").rename(tmp_path / "aside")
    (base / "seeds").symlink_to(tmp_path / "elsewhere")
    found = {(issue.code, issue.location.file) for issue in examine(base).issues}
    assert ("sec.link", "seeds") in found
    assert "sec.executable" not in {code for code, _ in found}


def test_no_more_than_so_many_issues_of_a_check_are_reported(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "MOST", 2)
    for line, value in ((2, "x"), (3, "y"), (4, "z")):
        packages.set_cell(base, "corpus/mentions.csv", line, "start", value)
    report = examine(base)
    assert [issue.code for issue in report.issues].count("sch.integer-lexical") == 2
    assert (
        2,
        "values.cells",
        "there are 2 issues or more, and the rest was not looked for",
    ) in report.not_run
