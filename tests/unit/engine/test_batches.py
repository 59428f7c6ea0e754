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
