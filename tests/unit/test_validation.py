from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import packages
import tigris_corpus as tigris
from tigris_corpus.checks.rule import LEVELS
from tigris_corpus.errors import NotAPackageError
from tigris_corpus.validation import CHECKS, RULES, examine, validate

if TYPE_CHECKING:
    from pathlib import Path


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
