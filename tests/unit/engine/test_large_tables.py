"""Large tables whose form is wrong are read with care where it is wrong, and not to the end where that is everywhere."""

from __future__ import annotations

import pytest

from tigris_corpus.descriptor import Field, TableSchema
from tigris_corpus.engine.reader import read_table

SCHEMA = TableSchema("", "", tuple(Field(name, "string") for name in "ab"), ("a",), (), ())
HEADER = b"a,b\n"
ROWS = b"x,y\n" * 1_000_000


@pytest.mark.parametrize(
    ("data", "code", "line", "rows"),
    [
        (HEADER + ROWS + b"x\n" + ROWS, "csv.missing-cell", 1_000_002, 2_000_000),
        (HEADER + ROWS + b"x,y,z\n", "csv.extra-cell", 1_000_002, 1_000_000),
        (HEADER + ROWS + b"x,\xff\n" + ROWS, "enc.invalid-utf8", 1_000_002, 2_000_000),
        (HEADER + ROWS + b"x,\x7f\n" + ROWS, "enc.control-char", 1_000_002, 2_000_000),
        (HEADER + ROWS + b"x,\x00\n" + ROWS, "enc.control-char", 1_000_002, 2_000_000),
    ],
)
def test_the_fault_of_a_large_table_is_located_and_the_other_rows_are_read(
    data: bytes, code: str, line: int, rows: int
) -> None:
    reading = read_table(data, SCHEMA)
    assert [(fault.code, fault.line) for fault in reading.faults] == [(code, line)]
    assert reading.frame is not None
    assert reading.frame.height == rows
    assert reading.frame["_line"][-1] == rows + 1 + (line <= rows)


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"a,c\n" + ROWS, "csv.missing-column", 1),
        (HEADER + b"x\n" * 30_000 + ROWS, "csv.missing-cell", 2),
    ],
)
def test_a_large_table_that_is_wrong_everywhere_is_read_to_its_first_faults(
    data: bytes, code: str, line: int
) -> None:
    reading = read_table(data, SCHEMA)
    assert reading.frame is None
    assert (reading.faults[0].code, reading.faults[0].line) == (code, line)
    assert reading.faults[-1].code == "pkg.unreadable-file"


def test_a_large_table_without_faults_is_read() -> None:
    reading = read_table(HEADER + ROWS + b'x,"y\t,"\n' + ROWS, SCHEMA)
    assert reading.faults == ()
    assert reading.frame is not None
    assert reading.frame.height == 2_000_001
    assert reading.frame["b"][1_000_000] == "y\t,"


def test_a_line_that_is_too_long_is_not_read() -> None:
    (fault,) = read_table(HEADER + b"," * 2**21, SCHEMA).faults
    assert (fault.code, fault.line) == ("pkg.unreadable-file", 2)
