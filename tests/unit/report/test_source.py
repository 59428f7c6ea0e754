from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tigris_corpus.issues import Location
from tigris_corpus.report.source import Lines, cells
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", [(0, 0)]),
        ("a,b", [(0, 1), (2, 3)]),
        ('"a,b",c', [(0, 5), (6, 7)]),
        ('"a""b,",c', [(0, 7), (8, 9)]),
        ('a,"b,c', [(0, 1), (2, 6)]),
        ("\0,\r", [(0, 1), (2, 3)]),
    ],
)
def test_cells_are_found_whatever_the_quotes(line: str, expected: list[tuple[int, int]]) -> None:
    assert cells(line) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (Location("a.csv", line=2, field="y"), (2, 5)),
        (Location("a.csv", line=2, field="z"), (6, 7)),
        (Location("a.csv", line=1, field="x"), (0, 2)),
        (Location("a.csv", line=3, field="z"), (0, 0)),
        (Location("a.csv", line=2, field="w"), (0, 0)),
        (Location("a.csv", line=2), (0, 0)),
        (Location("a.csv", line=9, field="x"), (0, 0)),
        (Location("no.csv", line=1, field="x"), (0, 0)),
        (Location("../a.csv", line=1, field="x"), (0, 0)),
        (Location("a.csv", line=2, column=3), (2, 3)),
        (Location("a.csv", line=2, column=99), (6, 7)),
        (Location("a.csv", line=2, column=3, start=50, end=52), (2, 4)),
        (Location("a.csv", line=2, column=3, start=50, end=99), (2, 6)),
        (Location("a.csv", line=2, column=3, start=50, end=40), (2, 2)),
    ],
)
def test_a_location_is_found_in_its_line(base: Path, at: Location, expected: tuple[int, int]) -> None:
    (base / "a.csv").write_bytes('\ufeffx,"y",z\r\n1,"2",\n1,2'.encode())
    assert Lines(examine(base)).span(at) == expected


def test_a_header_of_any_length_and_with_any_characters_is_read(base: Path) -> None:
    (base / "a.csv").write_bytes(b'"' + b"a" * 200_000 + b'",\0,b"c\n1,2,3\n')
    assert Lines(examine(base)).span(Location("a.csv", line=2, field="\0")) == (2, 3)
