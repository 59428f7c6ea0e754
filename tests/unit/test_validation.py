from __future__ import annotations

import csv
import dataclasses
import json
import os
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
from tigris_corpus.formats import tables
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
            {
                "op": "insert-line",
                "file": "corpus/entities.csv",
                "line": 3,
                "lines": ["dulaim,Dulaim,ORG,TRB,IRQ,,,,"],
            },
            {
                "op": "insert-line",
                "file": "corpus/entity_relations.csv",
                "line": 3,
                "lines": ["dulaim,affiliated_with,iraq,"],
            },
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


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@pytest.mark.parametrize("column", ["document_id", "text_path", "sha256", "split"])
def test_a_column_of_the_documents_that_is_gone_breaks_no_check(base: Path, column: str) -> None:
    schema = base / "schema/tables/documents.json"
    described = json.loads(schema.read_text(encoding="utf-8"))
    place = [field["name"] for field in described["fields"]].index(column)
    del described["fields"][place]
    schema.write_text(json.dumps(described), encoding="utf-8")
    table = base / "corpus/documents.csv"
    rows = [line.split(",") for line in table.read_text(encoding="utf-8").splitlines()]
    lines = [",".join(row[:place] + row[place + 1 :]) for row in rows]
    table.write_text("\n".join([*lines, ""]), encoding="utf-8")
    report = examine(base)
    assert not report.is_sound
    assert [reason for _, _, reason in report.not_run if "bug" in reason] == []


def test_issues_of_one_fault_are_told_with_their_number_though_they_are_many(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "MOST", 2)
    rows = [f"D000-M9{number:02},D000-S999,0,5,Talks,GPE,NAM,,iraq" for number in range(20)]
    packages.edit(base, [{"op": "insert-line", "file": "corpus/mentions.csv", "line": 9, "lines": rows}])
    report = examine(base)
    assert [(issue.code, issue.count) for issue in report.issues] == [("key.orphans", 20)]


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


D, B, N, X, V = (
    "mention.determiner",
    "mention.beyond-name",
    "mention.noun-type",
    "mention.never",
    "mention.value-text",
)
WORDS = {
    "en": [
        ("the United States", "GPE", "NAM", "", D),
        ("The Hague", "GPE", "NAM", "", None),
        ("The National", "ORG", "NAM", "", None),
        ("five soldiers", "PER", "NOM", "", D),
        ("47th brigade", "ORG", "NOM", "", D),
        ("other factions", "ORG", "NOM", "", D),
        ("its", "ORG", "PRO", "", None),
        ("next few days", "TIME", "NOM", "", None),
        ("the next few days", "TIME", "NOM", "", D),
        ("In July", "TIME", "NOM", "2024-07", D),
        ("two years ago", "TIME", "NOM", "2022", None),
        ("the following day", "TIME", "NOM", "", None),
        ("some 900", "NUM", "NOM", "900", D),
        ("a dozen", "NUM", "NOM", "12", D),
        ("General McKenzie", "PER", "NAM", "", B),
        ("General Motors", "ORG", "NAM", "", None),
        ("M. Night Shyamalan", "PER", "NAM", "", None),
        ("Lebanon's", "GPE", "NAM", "", B),
        ("McDonald's", "ORG", "NAM", "", None),
        ("Ramadi, Iraq", "GPE", "NAM", "", B),
        ("American soldiers", "ORG", "NOM", "", N),
        ("American forces", "PER", "NOM", "", N),
        ("coalition forces", "ORG", "NOM", "", None),
        ("Popular Mobilization Forces", "ORG", "NAM", "", None),
        ("recently", "TIME", "NOM", "", X),
        ("at 2 a.m.", "TIME", "NOM", "", X),
        ("several", "NUM", "NOM", "", X),
        ("Western", "NORP", "NAM", "", X),
        ("West Bank", "GPE", "NAM", "", None),
        ("who", "PER", "PRO", "", X),
        ("U.S. interests", "ORG", "NOM", "", X),
        ("up to 40", "NUM", "NOM", "../40", None),
        ("more than 2,500", "NUM", "NOM", "2500", V),
        ("between three and five", "NUM", "NOM", "3/5", None),
        ("between three and five", "NUM", "NOM", "3/6", V),
        ("thousands", "NUM", "NOM", "2000/..", None),
        ("several dozen", "NUM", "NOM", "24/..", None),
        ("July 30", "TIME", "NOM", "2024-07-30", None),
        ("July 30", "TIME", "NOM", "2024-07-31", V),
        ("3 May 2023", "TIME", "NOM", "2023-05-04", V),
        ("Aug. 5", "TIME", "NOM", "2024-08-05?", None),
        ("Aug. 5", "TIME", "NOM", "2024-07-05?", V),
        ("8 and 9 January", "TIME", "NOM", "2024-01-08/2024-01-09", None),
        ("1990s", "TIME", "NOM", "1990/1999", None),
        ("2014", "TIME", "NOM", "", V),
        ("2014", "TIME", "NOM", "2014/..", "mention.value-open"),
        ("Thursday", "TIME", "NOM", "2020-06-11?", None),
        ("Thursday", "TIME", "NOM", "2020-06-12?", V),
        ("citizens", "NORP", "NOM", "", "mention.nominal"),
    ],
    "fr": [
        ("d’Israël", "GPE", "NAM", "", D),
        ("qu'Israël", "GPE", "NAM", "", D),
        ("L'Aquila", "GPE", "NAM", "", None),
        ("l'OTAN", "ORG", "NAM", "", None),
        ("la Syrie", "GPE", "NAM", "", D),
        ("Le Caire", "GPE", "NAM", "", None),
        ("premier ministre", "PER", "NOM", "", None),
        ("premier soldat", "PER", "NOM", "", D),
        ("L’armée", "ORG", "NOM", "", D),
        ("2\u202f500 soldats", "PER", "NOM", "", D),
        ("Ce dernier", "PER", "PRO", "", None),
        ("ces dernières semaines", "TIME", "NOM", "2024-01?", None),
        ("le lendemain", "TIME", "NOM", "", None),
        ("depuis 2014", "TIME", "NOM", "2014", D),
        ("l'année dernière", "TIME", "NOM", "2023", D),
        ("nuit de jeudi à vendredi", "TIME", "NOM", "2024-01-26?", None),
        ("des dizaines", "NUM", "NOM", "20/..", D),
        ("près de 2 500", "NUM", "NOM", "2500", D),
        ("plus de 150", "NUM", "NOM", "150/..", None),
        ("plus de 150", "NUM", "NOM", "../150", V),
        ("M. Dupont", "PER", "NAM", "", B),
        ("forces américaines", "PER", "NOM", "", N),
        ("hauts responsables militaires", "PER", "NOM", "", None),
        ("cibles américaines", "FAC", "NOM", "", X),
        ("qui", "PER", "PRO", "", X),
        ("18 octobre", "TIME", "NOM", "2023-10-18?", None),
        ("18 octobre", "TIME", "NOM", "2023-10-17?", V),
        ("1er mai 2023", "TIME", "NOM", "2023-05-01", None),
        ("mi-octobre", "TIME", "NOM", "2023-11?", V),
        ("samedi dernier", "TIME", "NOM", "2024-01-26?", V),
    ],
}
"""Mentions by the language of their text: words, type, mention type, value, and the code of what is wrong."""


def test_mentions_are_held_against_their_own_words(base: Path) -> None:
    rows: dict[str, list[list[str]]] = {
        name: [] for name in ("documents", "sentences", "mentions", "entities", "layers", "passes")
    }
    wanted: dict[str, str] = {}
    for number, (language, items) in enumerate(WORDS.items(), start=2):
        document, text = f"D{number:03d}", ""
        for place, (words, kind, mention_type, value, code) in enumerate(items, start=1):
            line, sentence, mention = f"– {words} …", f"{document}-S{place:03d}", f"{document}-M{place:03d}"
            start, end = len(text), len(text) + len(line)
            rows["sentences"].append([sentence, document, str(start), str(end), "byline", line])
            entity = f"thing-{number}-{place}" if mention_type == "NAM" else ""
            span = [str(start + 2), str(start + 2 + len(words)), words]
            rows["mentions"].append([mention, sentence, *span, kind, mention_type, value, entity])
            if entity:
                rows["entities"].append([entity, entity, kind, *[""] * 6])
            if code:
                wanted[mention] = code
            text += f"{line}\n"
        path = f"seeds/{number:03d}.txt"
        (base / path).write_text(text, encoding="utf-8")
        known = [language, "", "unknown", "", "", "unknown", "", "unknown", "", "unknown", path]
        rows["documents"].append([document, *known, f"{number:064d}", "train", str(number)])
        for layer in ("arguments", "entities", "events", "incidents", "mentions", "sentences"):
            is_done = layer in {"entities", "mentions", "sentences"}
            rows["layers"].append([document, layer, *(("single", "1.0") if is_done else ("blank", ""))])
            if is_done:
                rows["passes"].append([document, layer, "1", "tester", "1.0", ""])
    for name, more in rows.items():
        table = base / "corpus" / f"{name}.csv"
        kept = list(csv.reader(table.read_text(encoding="utf-8").splitlines()))
        table.write_bytes(tables.write([*kept, *more]))
    packages.edit(base, [{"op": "rehash"}, {"op": "refresh"}])
    report = examine(base)
    assert {str(issue.location.key): issue.code for issue in report.issues} == wanted
    assert len(report.issues) == len(wanted)
    assert report.not_run == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("killed", None),
        ("calling for", None),
        ("mise en garde", None),
        ("se rencontreront", None),
        ("handed over", None),
        ("s'est retirée", "event.trigger-words"),
        ("l’attaque", "event.trigger-words"),
        ("put an end", "event.trigger-words"),
        ("withdraw from", "event.trigger-words"),
        ("announced an end to", "event.trigger-words"),
        ("said", "event.never"),
        ("took place", "event.never"),
        ("bilateral relations", None),
        ("Relations", "event.never"),
    ],
)
def test_a_trigger_is_one_word_that_names_an_event(base: Path, text: str, code: str | None) -> None:
    was = "A U.S. strike killed two fighters in Baghdad on January 3, 2020."
    line = f"{text} fighters in Baghdad on January 3, 2020."
    shift = len(line) - len(was)
    seed = base / "seeds" / "000_talks.txt"
    seed.write_text(seed.read_text(encoding="utf-8").replace(was, line), encoding="utf-8")
    for name, shown in (("sentences", ("start", "end")), ("mentions", ("start", "end")), ("events", TRIGGER)):
        path = base / "corpus" / f"{name}.csv"
        header, *found = csv.reader(path.read_text(encoding="utf-8").splitlines())
        kept = [row for row in found if row[0] not in {"D000-M001", "D000-M002"}]
        for row in kept:
            for column in (header.index(column) for column in shown):
                row[column] = str(int(row[column]) + shift * (row[0][:4] == "D000" and int(row[column]) > 36))
            if row[0] == "D000-S002":
                row[header.index("text")] = line
            if row[0] == "D000-E001":
                row[2:5] = ["16", str(16 + len(text)), text]
        path.write_bytes(tables.write([header, *kept]))
    arguments = base / "corpus" / "arguments.csv"
    lines = arguments.read_text(encoding="utf-8").splitlines()
    gone = ("D000-M001", "D000-M002")
    arguments.write_text("".join(f"{line}\n" for line in lines if not line.endswith(gone)), encoding="utf-8")
    with (base / "corpus" / "deprecated.csv").open("a", encoding="utf-8") as deprecated:
        deprecated.writelines(f"{name},mentions,,It was no mention.,0.1.0\n" for name in gone)
    packages.edit(base, [{"op": "rehash"}, {"op": "refresh"}])
    assert [issue.code for issue in validate(base)] == ([code] if code else [])


TRIGGER = ("trigger_start", "trigger_end")


@pytest.mark.parametrize("name", ["sentences", "documents", "mentions", "events", "arguments", "incidents"])
def test_a_table_that_is_gone_is_one_issue_and_breaks_no_check(base: Path, name: str) -> None:
    (base / "corpus" / f"{name}.csv").unlink()
    report = examine(base)
    assert [(issue.code, issue.location.file) for issue in report.issues] == [
        ("pkg.missing-file", "datapackage.json")
    ]
    assert not [reason for _, _, reason in report.not_run if "bug of Tigris" in reason]


@pytest.mark.parametrize("example", ["D000-M001", ["D000-M001"], {"id": "D000-M001"}, 1])
def test_the_example_of_a_column_may_be_any_json(base: Path, example: object) -> None:
    path = base / "schema" / "tables" / "mentions.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["fields"][0]["example"] = example
    path.write_text(json.dumps(schema), encoding="utf-8")
    assert examine(base).not_run == ()


def test_a_table_with_its_columns_in_another_order_is_judged_no_further(base: Path) -> None:
    path = base / "corpus" / "arguments.csv"
    text = path.read_text(encoding="utf-8").replace("event_id,role,mention_id", "event_id,mention_id,role")
    path.write_text(text, encoding="utf-8")
    report = examine(base)
    assert [issue.code for issue in report.issues] == ["csv.column-order"]
    assert "restore the header if it alone was changed" in (report.issues[0].hint or "")
    assert (5, "events.arguments", "arguments could not be read") in report.not_run


def test_a_waived_issue_counts_for_nothing_and_leaves_nothing_undone(base: Path) -> None:
    lines = ["part-a,A,ASSAULT,single,baghdad-strike,,", "part-b,B,ASSAULT,single,baghdad-strike,,"]
    packages.edit(base, [{"op": "insert-line", "file": "corpus/incidents.csv", "line": 4, "lines": lines}])
    found = validate(base)
    assert {issue.code for issue in found} == {"incident.whole-extent", "incident.unused", "pkg.hash"}
    waived = [
        f"{issue.fingerprint},{issue.code},Invented.,tester" for issue in found if issue.code != "pkg.hash"
    ]
    packages.edit(
        base,
        [
            {"op": "insert-line", "file": "corpus/waivers.csv", "line": 2, "lines": waived},
            {"op": "refresh"},
        ],
    )
    report = examine(base, release=True)
    assert report.issues == ()
    assert report.not_run == ()
    assert report.is_sound
    assert len(report.waived) == len(waived)


def test_a_stale_hash_is_never_waived(base: Path) -> None:
    packages.set_cell(base, "corpus/annotators.csv", 2, "description", "Someone else.")
    issue = validate(base, release=True)[0]
    line = f"{issue.fingerprint},{issue.code},It is right as it is.,tester"
    packages.edit(base, [{"op": "insert-line", "file": "corpus/waivers.csv", "line": 2, "lines": [line]}])
    codes = [found.code for found in validate(base, release=True)]
    assert codes.count("waiver.refused") == 1
    assert "pkg.hash" in codes


def test_an_issue_that_blames_what_is_referred_to_has_the_value_of_its_field(base: Path) -> None:
    packages.set_cell(base, "corpus/incidents.csv", 2, "event_type", "CONSULT")
    issue = validate(base)[0]
    assert (issue.code, issue.location.field, issue.value) == ("event.incident-type", "event_type", "CONSULT")


def test_what_a_schema_lacks_tells_its_issues_apart(base: Path) -> None:
    path = base / "schema" / "tables" / "mentions.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    del described["primaryKey"]
    del described["fields"][2]["constraints"]["minimum"]
    path.write_text(json.dumps(described), encoding="utf-8")
    found = [issue for issue in validate(base) if issue.code == "pkg.schema-weakened"]
    assert {issue.value for issue in found} == {"primaryKey", "start minimum"}
    assert len({issue.fingerprint for issue in found}) == len(found)


@pytest.mark.parametrize(
    ("file", "line", "field", "value", "said"),
    [
        ("corpus/incidents.csv", 2, "date", "Jul-24", "a date as in 2024, 2024-07 or 2024-07-30"),
        ("corpus/documents.csv", 2, "sha256", "X", "64 digits of 0 to 9 and a to f"),
        ("corpus/entities.csv", 2, "geonames", "98182.0", "as in 98182"),
    ],
)
def test_the_form_of_a_column_is_told_in_words(
    base: Path, file: str, line: int, field: str, value: str, said: str
) -> None:
    packages.set_cell(base, file, line, field, value)
    assert said in validate(base)[0].message


def test_a_text_that_may_be_wrong_is_told_both_ways(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 5, "text", "Bagdad")
    assert validate(base)[0].hint == "if the offsets are right, the text is 'Baghdad'"


def add_table(root: Path, name: str, text: str, schema: dict[str, object]) -> None:
    """Put a table of its own into a package."""
    (root / "corpus" / f"{name}.csv").write_text(text, encoding="utf-8")
    (root / "schema" / "tables" / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    described = json.loads((root / "datapackage.json").read_text(encoding="utf-8"))
    described["resources"].append(
        {"name": name, "type": "table", "path": f"corpus/{name}.csv", "schema": f"schema/tables/{name}.json"}
    )
    (root / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")


@pytest.mark.parametrize(
    ("schema", "text", "found"),
    [
        ({"primaryKey": ["a"]}, "a,b\n,1\n,2\n", ("sch.required", 2, "", 2)),
        ({"primaryKey": ["a", "b"]}, "a,b\nx,\nx,\n", ("sch.required", 2, "", 2)),
        ({"uniqueKeys": [["a"]]}, "a,b\n,1\n,2\n", None),
        ({"uniqueKeys": [["a", "b"]]}, "a,b\n,1\n,1\n", ("key.duplicate", 3, "+1", 1)),
    ],
)
def test_the_keys_of_a_table_of_its_own(
    base: Path, schema: dict[str, object], text: str, found: tuple[str, int, str, int] | None
) -> None:
    fields = [{"name": name, "type": "string", "description": "A column."} for name in "ab"]
    add_table(base, "own", text, {"fields": fields} | schema)
    issues = [
        (issue.code, issue.location.line, issue.value, issue.count)
        for issue in validate(base)
        if issue.code != "pkg.hash"
    ]
    assert issues == ([found] if found else [])


def test_a_number_that_leads_nowhere_is_told_as_it_stands(base: Path) -> None:
    link = {"fields": ["at"], "reference": {"resource": "entities", "fields": ["latitude"]}}
    field = {"name": "at", "type": "number", "description": "A latitude."}
    add_table(base, "own", "at\n33.34058\n33.3405800\n", {"fields": [field], "foreignKeys": [link]})
    report = examine(base)
    (issue,) = [issue for issue in report.issues if issue.code != "pkg.hash"]
    assert (issue.code, issue.location.line, issue.value) == ("key.missing-parent", 3, "33.3405800")
    assert not any("bug of Tigris" in reason for _, _, reason in report.not_run)


@pytest.mark.parametrize("fault", [PermissionError, OSError])
def test_a_folder_that_cannot_be_read_is_reported(
    base: Path, fault: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    (base / "corpus" / "hidden").mkdir()
    scandir = os.scandir

    def refusing(path: str) -> object:
        if path.endswith("hidden"):
            raise fault
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = [(issue.code, issue.location.file) for issue in validate(base)]
    assert found == [("pkg.unreadable-file", "corpus/hidden")]


def test_a_file_in_the_place_of_a_folder_is_a_file_that_nothing_names(base: Path) -> None:
    for path in (base / "corpus").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")
    shutil.rmtree(base / "seeds")
    (base / "seeds").write_bytes(b"")
    packages.refresh(base)
    assert [(issue.code, issue.location.file) for issue in validate(base)] == [
        ("pkg.undeclared-file", "seeds")
    ]


def test_json_that_is_too_large_to_be_read_is_reported(base: Path) -> None:
    (base / "corpus" / "notes.json").write_text(f'"{"a" * 2**21}"', encoding="utf-8")
    described = json.loads((base / "datapackage.json").read_text(encoding="utf-8"))
    described["resources"].append({"name": "notes", "path": "corpus/notes.json"})
    (base / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    found = [(issue.code, issue.location.file) for issue in validate(base) if issue.code != "pkg.hash"]
    assert found == [("pkg.unreadable-file", "corpus/notes.json")]


def test_a_change_that_is_meant_is_waived_and_the_waiver_stays_when_nothing_is_compared(
    base: Path, tmp_path: Path
) -> None:
    shutil.copytree(base, tmp_path / "earlier")
    packages.edit(base, [{"op": "json", "file": "datapackage.json", "pointer": "/version", "value": "0.1.1"}])
    packages.set_cell(base, "corpus/documents.csv", 2, "split", "validation")
    packages.refresh(base)
    (issue,) = examine(base, base=tmp_path / "earlier").issues
    assert (issue.code, issue.severity) == ("rel.split-changed", "warning")
    assert [found.severity for found in examine(base, base=tmp_path / "earlier", release=True).issues] == [
        "error"
    ]
    line = f"{issue.fingerprint},{issue.code},It was in the wrong part.,tester"
    packages.edit(base, [{"op": "insert-line", "file": "corpus/waivers.csv", "line": 2, "lines": [line]}])
    packages.refresh(base)
    for release in (False, True):
        report = examine(base, base=tmp_path / "earlier", release=release)
        assert (report.issues, report.not_run) == ((), ())
        assert [found.code for found in report.waived] == ["rel.split-changed"]
        assert examine(base, release=release).issues == ()
    packages.set_cell(base, "corpus/documents.csv", 2, "split", "train")
    packages.refresh(base)
    (unused,) = examine(base, base=tmp_path / "earlier").issues
    assert (unused.code, unused.location.line) == ("waiver.unused", 2)
