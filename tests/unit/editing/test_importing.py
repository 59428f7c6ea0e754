from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

import tigris_corpus as tigris
from packages import set_cell
from tigris_corpus import store
from tigris_corpus.descriptor import open_package
from tigris_corpus.editing import exporting, manifest
from tigris_corpus.editing.importing import Plan, Settings, digests, layers_of, plan
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import FORMATS
from tigris_corpus.issues import Severity

if TYPE_CHECKING:
    from pathlib import Path

Files = dict[str, bytes]


def given_out(root: Path, form: str = "brat", *documents: str, **how: Any) -> Files:
    return exporting.files(tigris.load(root), FORMATS[form], documents, **how)


def planned(root: Path, files: Files, form: str = "brat", **settings: Any) -> Plan:
    expected = digests(open_package(root))
    told = manifest.find(files)
    return plan(tigris.load(root), FORMATS[form], files, told, Settings(**settings), expected)


def put_in(root: Path, files: Files, form: str = "brat", **settings: Any) -> Plan:
    made = planned(root, files, form, **settings)
    assert made.is_sound, made.issues
    store.write(root, made.files, expected=made.expected)
    return made


def changed(files: Files, name: str, *pairs: tuple[str, str]) -> Files:
    text = files[name].decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return files | {name: text.encode()}


def rows(root: Path, table: str) -> list[dict[str, str]]:
    with (root / f"corpus/{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tree(root: Path) -> dict[str, str]:
    paths = [path for path in root.rglob("*") if path.is_file() and ".tigris" not in path.parts]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def codes(made: Plan) -> list[tuple[str, str | None, int | None]]:
    return [(one.code, one.location.file, one.location.line) for one in made.issues]


@pytest.mark.parametrize("form", ["jsonl", "brat"])
def test_what_comes_back_as_it_went_out_writes_nothing(base: Path, form: str) -> None:
    made = planned(base, given_out(base, form), form)
    assert (made.changes, made.issues, made.files, made.documents) == ((), (), {}, ("D000", "D001"))


def test_an_edit_is_written_and_is_what_the_table_then_has(base: Path) -> None:
    files = changed(given_out(base), "D000.ann", ("MentionType T3 NOM", "MentionType T3 PRO"))
    made = put_in(base, files)
    assert [(one.kind, one.key, one.columns) for one in made.changes] == [
        ("changed", ("D000-M003",), ("mention_type",))
    ]
    assert list(made.files) == ["corpus/mentions.csv"]
    assert rows(base, "mentions")[2]["mention_type"] == "PRO"
    assert tigris.validate(base)[0].code == "pkg.hash"  # as after any edit, and nothing else
    assert len(tigris.validate(base)) == 1


def test_a_new_mention_gets_the_next_id_and_one_taken_out_is_remembered(base: Path) -> None:
    files = given_out(base)
    lines = files["D000.ann"].decode().splitlines()
    kept = [
        line for line in lines if "\tT5" not in line and not line.startswith("T5\t") and " T5" not in line
    ]
    kept = [line.replace(" time:T5", "") for line in lines if line in kept or line.startswith("E1\t")]
    fresh = ["T90\tPER 0 5\tTalks", "A90\tMentionType T90 NOM"]
    made = put_in(base, files | {"D000.ann": "\n".join([*kept, *fresh, ""]).encode()})
    assert {(one.kind, one.key) for one in made.changes} == {
        ("added", ("D000-M100",)),  # D000-M099 was withdrawn once
        ("removed", ("D000-M005",)),
        ("removed", ("D000-E001", "time", "D000-M005")),
    }
    assert [row for row in rows(base, "deprecated") if row["id"] == "D000-M005"] == [
        {
            "id": "D000-M005",
            "table": "mentions",
            "replaced_by": "",
            "reason": "Taken out by an import from brat.",
            "version": "0.1.0",
        }
    ]
    assert [one for one in tigris.validate(base) if one.severity is Severity.ERROR] == []


def test_a_fault_of_the_package_is_shown_where_the_row_was_read(base: Path) -> None:
    before = tree(base)
    made = planned(base, changed(given_out(base), "D000.ann", ("T4\tGPE", "T4\tLOC")))
    assert not made.is_sound
    assert codes(made) == [("link.type-conflict", "D000.ann", 4)]
    assert made.issues[0].location.key == "T4"
    assert tree(base) == before


def test_nothing_is_planned_of_a_file_with_a_fault(base: Path) -> None:
    files = changed(given_out(base), "D000.ann", ("T4\tGPE", "T4\tGEP"))
    made = planned(base, changed(files, "D001.ann", ("MentionType T1 NAM", "MentionType T1 NOM")))
    assert codes(made) == [("imp.unknown-label", "D000.ann", 4)]
    assert made.issues[0].hint == 'did you mean "GPE"?'
    assert (made.changes, made.files) == ((), {})


def test_a_file_that_holds_nothing_of_the_format_is_an_error(base: Path) -> None:
    assert codes(planned(base, {"notes.txt": b"x"})) == [("imp.format", None, None)]


def test_documents_that_are_not_in_the_files_are_named_and_stay(base: Path) -> None:
    files = given_out(base)
    del files["D001.ann"], files["D001.txt"]
    made = planned(base, files)
    assert (codes(made), made.untouched) == ([("imp.scope", None, None)], ("D001",))
    assert made.issues[0].severity is Severity.WARNING


# Three ways


def test_changes_that_do_not_touch_are_merged(base: Path) -> None:
    files = changed(given_out(base), "D000.ann", ("MentionType T3 NOM", "MentionType T3 PRO"))
    set_cell(base, "corpus/events.csv", 3, "polarity", "negative")
    put_in(base, files)
    assert [row["mention_type"] for row in rows(base, "mentions")[:4]] == ["NAM", "NOM", "PRO", "NAM"]
    assert rows(base, "events")[1]["polarity"] == "negative"


def test_changes_that_touch_stop_with_both_versions_shown(base: Path) -> None:
    files = changed(given_out(base), "D000.ann", ("MentionType T3 NOM", "MentionType T3 PRO"))
    set_cell(base, "corpus/mentions.csv", 4, "mention_type", "NAM")
    made = planned(base, files)
    assert codes(made) == [("imp.conflict", "D000.ann", 3)]
    assert (
        made.issues[0].message
        == "D000-M003 of mentions: the table has mention_type 'NAM'; the file has mention_type 'PRO'"
    )


def test_an_older_state_without_its_base_is_refused(base: Path) -> None:
    files = given_out(base, "jsonl")
    del files[manifest.FILE]
    assert planned(base, files, "jsonl").is_sound
    set_cell(base, "corpus/mentions.csv", 4, "mention_type", "PRO")
    made = planned(base, files, "jsonl")
    assert [(one.code, one.location.document) for one in made.issues] == [("imp.stale-base", "D000")]
    assert made.files == {}


def test_a_row_that_others_took_out_is_not_brought_back_by_an_old_file(base: Path) -> None:
    files = given_out(base, "jsonl", "D001")
    for table, keep in (("arguments", "D001-E002,location"), ("events", None)):
        path = base / f"corpus/{table}.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text(
            "".join(line for line in lines if not (keep and line.startswith(keep))), encoding="utf-8"
        )
    made = planned(base, files, "jsonl")
    assert (made.changes, made.issues) == ((), ())


# Passes


def blank(root: Path, document: str) -> None:
    """Make a document one that nobody has annotated."""
    for table in ("mentions", "events", "arguments", "event_modes"):
        path = root / f"corpus/{table}.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(document)), encoding="utf-8")
    path = root / "corpus/layers.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [
        f"{line.rsplit(',', 2)[0]},blank,\n"
        if line.startswith(document) and ",sentences," not in line
        else line
        for line in lines
    ]
    path.write_text("".join(kept), encoding="utf-8")
    path = root / "corpus/passes.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = [line for line in lines if line.startswith(document) and ",sentences," not in line]
    path.write_text("".join(line for line in lines if line not in gone), encoding="utf-8")


def enrol(root: Path, *names: str, kind: str = "human") -> None:
    path = root / "corpus/annotators.csv"
    more = "".join(f"{name},{kind},Somebody.\n" for name in names)
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")


def test_the_first_pass_over_a_blank_document_becomes_its_labels(base: Path) -> None:
    full = given_out(base, "brat", "D001")
    blank(base, "D001")
    enrol(base, "anna", "bob")
    files = given_out(base, "brat", "D001", blind=True)
    assert files["D001.ann"] == b""
    files["D001.ann"] = b"".join(
        line + b"\n" for line in full["D001.ann"].splitlines() if b"TigrisId" not in line
    )
    made = put_in(base, files, annotator="anna")
    assert made.passes == ("D001",)
    assert [row["mention_id"] for row in rows(base, "mentions")][-3:] == [
        "D001-M001",
        "D001-M002",
        "D001-M003",
    ]
    status = {row["layer"]: row["status"] for row in rows(base, "layers") if row["document_id"] == "D001"}
    assert status == dict.fromkeys(
        ["arguments", "entities", "events", "incidents", "mentions", "sentences"], "single"
    )
    record = json.loads((base / "corpus/passes/anna.jsonl").read_text(encoding="utf-8"))
    assert (record["annotator_id"], record["round"], record["guideline_version"]) == ("anna", 1, "1.0")
    assert len(record["mentions"]) == 3
    assert [one for one in tigris.validate(base) if one.severity is Severity.ERROR] == []


def test_the_second_pass_is_kept_and_changes_no_label(base: Path) -> None:
    enrol(base, "bob")
    files = changed(given_out(base, "brat", "D001"), "D001.ann", ("MentionType T1 NAM", "MentionType T1 NOM"))
    before = rows(base, "mentions")
    made = put_in(base, files, annotator="bob")
    assert (made.changes, made.passes) == ((), ("D001",))
    assert rows(base, "mentions") == before
    status = {row["layer"]: row["status"] for row in rows(base, "layers") if row["document_id"] == "D001"}
    assert status["mentions"] == "double"
    assert [one for one in tigris.validate(base) if one.severity is Severity.ERROR] == []


def test_a_pass_made_again_takes_the_place_of_the_one_before(base: Path) -> None:
    enrol(base, "bob")
    put_in(base, given_out(base, "brat", "D001"), annotator="bob")
    files = changed(given_out(base, "brat", "D001"), "D001.ann", ("MentionType T1 NAM", "MentionType T1 NOM"))
    put_in(base, files, annotator="bob")
    (record,) = (base / "corpus/passes/bob.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(record)["mentions"][0]["mention_type"] == "NOM"


def test_only_whom_the_roster_has_makes_passes_and_no_rule_does(base: Path) -> None:
    files = given_out(base)
    with pytest.raises(CorpusError, match=r"annotators\.csv has no 'anna'; it has tester"):
        planned(base, files, annotator="anna")
    enrol(base, "list", kind="rule")
    with pytest.raises(CorpusError, match="'list' is a rule"):
        planned(base, files, annotator="list")


def test_suggestions_are_never_gold(base: Path) -> None:
    files = given_out(base, "jsonl", "D001")
    record = json.loads(files["documents.jsonl"]) | {"annotator_id": "suggest"}
    made = planned(base, files | {"documents.jsonl": json.dumps(record).encode()}, "jsonl")
    assert [one.code for one in made.issues] == ["imp.not-gold"]


def test_the_layers_of_a_pass_are_those_that_the_format_carries() -> None:
    assert layers_of(FORMATS["brat"]) == ("mentions", "entities", "events", "arguments", "incidents")


# Conflicts and descriptors


def test_a_table_that_changed_after_it_was_read_is_not_written_over(base: Path) -> None:
    files = changed(given_out(base), "D000.ann", ("MentionType T3 NOM", "MentionType T3 PRO"))
    made = planned(base, files)
    set_cell(base, "corpus/mentions.csv", 8, "mention_type", "NOM")
    before = tree(base)
    with pytest.raises(CorpusError, match=r"corpus/mentions\.csv"):
        store.write(base, made.files, expected=made.expected)
    assert tree(base) == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"records": 1}',
        '{"records": [{"document_id": 1}]}',
        '{"records": [{"document_id": "D000", "mentions": [{"mention_id": "x", "start": "a"}]}]}',
        '{"records": [{"document_id": "D000", "events": [{"event_id": "x", "trigger_start": 1, "trigger_end": 2, "modes": 1}]}]}',
        '{"records": [], "records": []}',
    ],
)
def test_what_is_no_manifest_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(CorpusError, match=r"tigris-export\.json"):
        manifest.read("a/tigris-export.json", text.encode())
