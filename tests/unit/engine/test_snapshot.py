"""What the tables of a package are asked for, beside their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus.descriptor import open_package
from tigris_corpus.engine import snapshot
from tigris_corpus.engine.snapshot import LineCounts, plan, read_batch, take_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_lines_are_counted_once_whatever_is_asked_first(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"a\n" * 100
    (base / "corpus" / "lines.csv").write_bytes(text)
    gate = open_package(base).gate
    read: list[int] = []
    part = gate.part

    def noted(path: str, start: int, size: int) -> bytes:
        read.append(size)
        return part(path, start, size)

    monkeypatch.setattr(gate, "part", noted)
    counts = LineCounts(gate)
    assert [counts.skipped("corpus/lines.csv", start) for start in (0, 100, 40, 100, 200)] == [
        0,
        49,
        19,
        49,
        99,
    ]
    assert sum(read) == 100 + 40 + 100


def test_a_line_that_could_not_be_read_may_hold_what_stands_in_one_of_its_cells(base: Path) -> None:
    path = base / "corpus" / "mentions.csv"
    path.write_text(path.read_text(encoding="utf-8") + 'D001-M009,"two words,1\n', encoding="utf-8")
    opened = take_snapshot(open_package(base))
    table = read_batch(opened, plan(opened), snapshot.Batch()).tables["mentions"]
    assert [table.may_hold(value) for value in ("D001-M009", "D001-M00", "two words", "D001-M001")] == [
        True,
        False,
        True,
        False,
    ]
