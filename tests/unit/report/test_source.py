from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from tigris_corpus.descriptor import open_package
from tigris_corpus.issues import Location
from tigris_corpus.report.source import Lines, cells

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
    assert list(cells(line)) == expected


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
    assert Lines(open_package(base).gate.read).span(at) == expected


def test_a_header_of_any_length_and_with_any_characters_is_read(base: Path) -> None:
    (base / "a.csv").write_bytes(b'"' + b"a" * 200_000 + b'",\0,b"c\n1,2,3\n')
    assert Lines(open_package(base).gate.read).span(Location("a.csv", line=2, field="\0")) == (2, 3)


def test_any_line_of_a_large_file_is_found(base: Path) -> None:
    lines = [f"{number},{'x' * (number % 100)}" for number in range(1, 20_001)]
    data = "\n".join(lines).encode()
    asked: list[str] = []

    def read(path: str) -> bytes:
        asked.append(path)
        return data

    found = Lines(read)
    for number in (1, 2, 1000, 1300, 1301, 19_999, 20_000):
        assert found.line(Location("a", line=number)) == lines[number - 1]
    assert found.line(Location("a", line=20_001)) is None
    assert found.line(Location("a", line=0)) is None
    assert Lines(lambda _: b"\n").line(Location("a", line=2)) == ""
    assert Lines(lambda _: b"").line(Location("a", line=1)) == ""
    assert Lines(open_package(base).gate.read).line(Location("no.csv", line=1)) is None
    assert asked == ["a"]


@pytest.mark.parametrize(
    "data",
    [b"x,y\n" + b"," * 50_000_000, b"x,y\n" + b"a\n" * 25_000_000 + b",", b"," * 50_000_000 + b"\n1,2"],
    ids=["one line", "many lines", "the header"],
)
def test_one_line_of_a_large_file_takes_little(data: bytes) -> None:
    found, last = Lines(lambda _: data), data.count(b"\n") + 1
    tracemalloc.start()
    try:
        spans = [
            found.span(Location("a", line=line, field=name)) for line in (1, last) for name in ("y", "z")
        ]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000
    assert spans[1] == (0, 0)
    assert len(found.line(Location("a", line=2)) or "") <= 2**20 + 1


def test_few_files_are_held_at_once() -> None:
    asked: list[str] = []

    def read(path: str) -> bytes:
        asked.append(path)
        return b"x" * 30_000_000

    found = Lines(read)
    for path in ("a", "b", "a", "c", "b", "a"):
        found.line(Location(path, line=1))
    assert asked == ["a", "b", "c", "b", "a"]
