"""A package is judged alike whole or in batches, in one file or several, as CSV or as Parquet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import polars as pl
import pytest

import packages
from synthetic import generate
from tigris_corpus import descriptor
from tigris_corpus.corpus import load
from tigris_corpus.engine import snapshot
from tigris_corpus.engine.snapshot import LABEL_TABLES
from tigris_corpus.errors import UnreadableError
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = 40
SMALL = 60_000


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    generate(tmp_path / "package", DOCUMENTS, 3)
    return tmp_path / "package"


def cut(root: Path, kind: str, parts: int) -> Path:
    """Write the tables of the labels anew, in so many files of a kind, each with the rows of some documents."""
    described = json.loads((root / descriptor.DESCRIPTOR).read_text(encoding="utf-8"))
    for resource in described["resources"]:
        if resource["name"] not in LABEL_TABLES:
            continue
        frame = pl.read_csv(root / resource["path"], infer_schema=False)
        spans = [name for name in frame.columns if name.endswith(("start", "end"))]
        if kind == "parquet":
            frame = frame.with_columns(pl.col(name).cast(pl.Int64) for name in spans)
        number = frame[frame.columns[0]].str.extract("^D([0-9]+)").cast(pl.Int64)
        (root / resource["path"]).unlink()
        paths = [f"corpus/{resource['name']}-{part}.{kind}" for part in range(parts)]
        for part, path in enumerate(paths):
            rows = frame.filter(
                (number >= part * DOCUMENTS // parts) & (number < (part + 1) * DOCUMENTS // parts)
            )
            if kind == "parquet":
                rows.write_parquet(root / path)
            else:
                rows.write_csv(root / path)
        resource["path"] = paths if parts > 1 else paths[0]
        resource["format"] = kind
        resource.pop("mediatype", None)
        if kind == "parquet":
            resource["mediatype"] = "application/vnd.apache.parquet"
    (root / descriptor.DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")
    packages.refresh(root)
    return root


@pytest.mark.parametrize(("kind", "parts"), [("csv", 1), ("csv", 3), ("parquet", 1), ("parquet", 3)])
@pytest.mark.parametrize("size", [SMALL, 2**30])
def test_a_sound_package_is_sound_however_it_is_cut(
    corpus: Path, kind: str, parts: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "BATCH_BYTES", size)
    report = examine(cut(corpus, kind, parts))
    assert (report.issues, report.not_run) == ((), ())


@pytest.mark.parametrize(("kind", "parts"), [("csv", 3), ("parquet", 1), ("parquet", 3)])
def test_frames_are_the_same_however_a_package_is_cut(corpus: Path, kind: str, parts: int) -> None:
    before = load(corpus)
    after = load(cut(corpus, kind, parts))
    for name, frame in before.tables.items():
        pd.testing.assert_frame_equal(after.tables[name], frame)


def spoil(root: Path, edits: dict[str, list[tuple[int, str, str]]]) -> None:
    for file, cells in edits.items():
        for line, field, value in cells:
            packages.set_cell(root, file, line, field, value)


def test_batches_find_what_the_whole_package_shows(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = len((corpus / "corpus" / "mentions.csv").read_text(encoding="utf-8").splitlines())
    spoil(
        corpus,
        {
            "corpus/mentions.csv": [
                (2, "entity_type", "GEP"),
                (last, "entity_type", "GEP"),
                (last - 1, "start", "x"),
            ],
            "corpus/arguments.csv": [(2, "mention_id", "D000-M999"), (9, "mention_id", "D000-M999")],
        },
    )
    whole = [issue.as_dict() for issue in examine(corpus).issues]
    monkeypatch.setattr(snapshot, "BATCH_BYTES", SMALL)
    documents: list[tuple[int, int]] = []
    cut_up = examine(corpus, progress=lambda done, of: documents.append((done, of)))
    assert [issue.as_dict() for issue in cut_up.issues] == whole
    assert [(issue.code, issue.location.line, issue.count) for issue in cut_up.issues] == [
        ("key.orphans", 2, 2),
        ("sch.enum", 2, 2),
        ("sch.integer-lexical", last - 1, 1),
    ]
    assert documents[0] == (0, DOCUMENTS)
    assert documents[-1] == (DOCUMENTS, DOCUMENTS)
    assert len(documents) > 10


def test_a_row_in_the_wrong_place_is_found_all_the_same(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = corpus / "corpus" / "mentions.csv"
    header, first, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *rows, first, ""]), encoding="utf-8")
    monkeypatch.setattr(snapshot, "BATCH_BYTES", SMALL)
    assert [issue.code for issue in examine(corpus).issues] == ["pkg.hash"]


def test_an_issue_in_a_later_file_is_placed_there(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut(corpus, "csv", 3)
    packages.set_cell(corpus, "corpus/mentions-2.csv", 7, "start", "x")
    for size in (2**30, SMALL):
        monkeypatch.setattr(snapshot, "BATCH_BYTES", size)
        (issue,) = examine(corpus).issues
        at = issue.location
        assert (issue.code, at.file, at.line, at.row) == (
            "sch.integer-lexical",
            "corpus/mentions-2.csv",
            7,
            6,
        )


def test_an_issue_in_parquet_has_a_row_and_no_line(corpus: Path) -> None:
    path = cut(corpus, "parquet", 1) / "corpus" / "mentions-0.parquet"
    frame = pl.read_parquet(path)
    types = frame["entity_type"].to_list()
    types[5] = "GEP"
    frame.with_columns(entity_type=pl.Series(types)).write_parquet(path)
    (issue,) = examine(corpus).issues
    assert (issue.code, issue.location.line, issue.location.row) == ("sch.enum", None, 6)


def test_a_parquet_file_that_holds_far_more_than_it_seems_is_not_opened(corpus: Path) -> None:
    path = cut(corpus, "parquet", 1) / "corpus" / "event_modes-0.parquet"
    rows = 1_000_000
    pl.DataFrame({"event_id": ["D000-E001"] * rows, "mode": ["drone"] * rows}).write_parquet(path)
    assert "sec.bomb" in {issue.code for issue in examine(corpus).issues}


def test_what_is_no_parquet_is_one_issue(corpus: Path) -> None:
    path = cut(corpus, "parquet", 1) / "corpus" / "event_modes-0.parquet"
    path.write_bytes(b"event_id,mode\n")
    assert [issue.code for issue in examine(corpus).issues] == ["pkg.unreadable-file"]


def judged(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """Return the issues of a package, which must be the same in one batch and in several; hints are not compared."""
    found = []
    for size in (2**30, SMALL):
        monkeypatch.setattr(snapshot, "BATCH_BYTES", size)
        issues = [issue for issue in examine(root).issues if issue.code != "pkg.hash"]
        found.append([issue.as_dict() | {"hint": None} for issue in issues])
    assert found[0] == found[1]
    return found[0]


def places(issues: list[dict[str, object]]) -> list[tuple[object, object, object, object]]:
    located = [(issue, dict(issue["location"])) for issue in issues]  # type: ignore[call-overload]
    return [(issue["code"], at["file"], at.get("line"), issue["count"]) for issue, at in located]


def add_column(
    root: Path, name: str, field: dict[str, object], cells: list[str], at: int | None = None
) -> None:
    """Put a column into a table and into its schema, as the last or at a place."""
    path, schema = root / "corpus" / f"{name}.csv", root / "schema" / "tables" / f"{name}.json"
    described = json.loads(schema.read_text(encoding="utf-8"))
    place = len(described["fields"]) if at is None else at
    described["fields"].insert(place, {"type": "string", "description": "Of the test."} | field)
    schema.write_text(json.dumps(described), encoding="utf-8")
    frame = pl.read_csv(path, infer_schema=False, empty_string_is_null=False)
    column = pl.Series(str(field["name"]), cells)
    frame.insert_column(place, column).write_csv(path)


def rows_of(root: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(root / "corpus" / f"{name}.csv", infer_schema=False, empty_string_is_null=False)


def test_an_added_unique_column_is_unique_over_all_batches(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = rows_of(corpus, "mentions").height
    cells = [f"c{number}" for number in range(count - 1)] + ["c0"]
    add_column(corpus, "mentions", {"name": "code", "constraints": {"unique": True}}, cells)
    (issue,) = judged(corpus, monkeypatch)
    assert places([issue]) == [("key.duplicate", "corpus/mentions.csv", count + 1, 1)]
    assert issue["message"] == "code 'c0' stands already on line 2"


def test_a_reference_leads_to_rows_of_other_batches(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mentions = rows_of(corpus, "mentions")
    cells = [""] * (mentions.height - 2) + [mentions["mention_id"][0], "D000-M999"]
    add_column(corpus, "mentions", {"name": "same_as"}, cells)
    path = corpus / "schema" / "tables" / "mentions.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    link = {"fields": ["same_as"], "reference": {"resource": "", "fields": ["mention_id"]}}
    path.write_text(
        json.dumps(described | {"foreignKeys": [*described["foreignKeys"], link]}), encoding="utf-8"
    )
    found = places(judged(corpus, monkeypatch))
    assert found == [("key.missing-parent", "corpus/mentions.csv", mentions.height + 1, 1)]


def test_a_table_of_its_own_refers_to_any_column_of_the_labels(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = rows_of(corpus, "mentions")["text"].to_list()
    text = next(text for text in texts[-1000:] if text not in texts[:-1000])
    (corpus / "corpus" / "forms.csv").write_text(f'form\n"{text}"\nnowhere\n', encoding="utf-8")
    link = {"fields": ["form"], "reference": {"resource": "mentions", "fields": ["text"]}}
    schema = {"fields": [{"name": "form", "description": "Of the test."}], "foreignKeys": [link]}
    (corpus / "schema" / "tables" / "forms.json").write_text(json.dumps(schema), encoding="utf-8")
    described = json.loads((corpus / descriptor.DESCRIPTOR).read_text(encoding="utf-8"))
    described["resources"].append(
        {"name": "forms", "type": "table", "path": "corpus/forms.csv", "schema": "schema/tables/forms.json"}
    )
    (corpus / descriptor.DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")
    found = [issue for issue in judged(corpus, monkeypatch) if issue["code"] == "key.missing-parent"]
    assert places(found) == [("key.missing-parent", "corpus/forms.csv", 3, 1)]


def test_the_ids_of_the_labels_may_stand_in_any_column(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_column(corpus, "mentions", {"name": "note"}, [""] * rows_of(corpus, "mentions").height, at=0)
    assert judged(corpus, monkeypatch) == []


def test_an_argument_of_another_batch_is_one_of_another_document(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, last = rows_of(corpus, "arguments"), rows_of(corpus, "mentions")["mention_id"][-1]
    packages.set_cell(corpus, "corpus/arguments.csv", 2, "mention_id", last)
    found = judged(corpus, monkeypatch)
    assert rows.height > 2
    assert places(found)[0] == ("event.cross-document", "corpus/arguments.csv", 2, 1)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        (b"\n", b"\r\n", "enc.newline", 1),
        (b"\nD000-M001,", b"\n\nD000-M001,", "csv.blank-line", 2),
        (b"mention_id,sentence_id", b"sentence_id,mention_id", "csv.column-order", 1),
    ],
)
def test_the_form_of_a_table_that_cannot_be_cut_is_judged(
    corpus: Path, old: bytes, new: bytes, code: str, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = corpus / "corpus" / "mentions.csv"
    path.write_bytes(path.read_bytes().replace(old, new))
    assert (code, "corpus/mentions.csv", line, 1) in places(judged(corpus, monkeypatch))


def test_a_broken_row_of_a_table_out_of_order_is_found(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus / "corpus" / "event_modes.csv"
    header, first, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *rows, first, "D000-E001", ""]), encoding="utf-8")
    found = places(judged(corpus, monkeypatch))
    assert found == [("csv.missing-cell", "corpus/event_modes.csv", len(rows) + 3, 1)]


def test_a_file_of_passes_is_judged_record_by_record(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = rows_of(corpus, "documents")["document_id"].to_list()
    records = [json.dumps({"document_id": name, "mentions": [], "events": []}) for name in documents]
    path, passes = corpus / "corpus" / "reading.jsonl", rows_of(corpus, "passes")
    named = (pl.col("layer") == "mentions") & (pl.col("annotator_id") == passes["annotator_id"][0])
    passes = passes.with_columns(path=pl.when(named).then(pl.lit("corpus/reading.jsonl")).otherwise("path"))
    passes.write_csv(corpus / "corpus" / "passes.csv")
    layers = rows_of(corpus, "layers").with_columns(
        status=pl.when((pl.col("layer") == "mentions") & (pl.col("status") == "adjudicated"))
        .then(pl.lit("double"))
        .otherwise("status")
    )
    layers.write_csv(corpus / "corpus" / "layers.csv")
    described = json.loads((corpus / descriptor.DESCRIPTOR).read_text(encoding="utf-8"))
    described["resources"].append({"name": "reading", "path": "corpus/reading.jsonl"})
    (corpus / descriptor.DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")

    def codes(lines: list[str]) -> list[tuple[object, object, object]]:
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        found = places(judged(corpus, monkeypatch))
        return [(code, line, count) for code, _, line, count in found]

    assert codes(records) == []
    assert codes(records[:-1]) == [("pass.provenance", None, 1)]
    assert codes([*records[:5], "{", *records[6:]]) == [("pass.json", 6, 1)]
    assert codes([*records, '{"document_id": "D999"}']) == [("pass.provenance", DOCUMENTS + 1, 1)]
    assert codes([*records, "[]"]) == [("pass.record", DOCUMENTS + 1, 1)]


def test_an_earlier_release_is_read_whole_in_every_batch(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path / "earlier", DOCUMENTS, 3)
    path = tmp_path / "earlier" / "corpus" / "mentions.csv"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + ",more\n", encoding="utf-8")
    line = len(path.read_text(encoding="utf-8").splitlines())
    for size in (2**30, SMALL):
        monkeypatch.setattr(snapshot, "BATCH_BYTES", size)
        with pytest.raises(UnreadableError, match=rf"earlier: the base .*: corpus/mentions.csv:{line}: "):
            examine(corpus, base=tmp_path / "earlier")
