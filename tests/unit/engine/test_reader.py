from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tigris_corpus.descriptor import Field, TableSchema
from tigris_corpus.engine import reader
from tigris_corpus.engine.reader import LINE, read_table
from tigris_corpus.formats.tables import write

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = TableSchema("", "", tuple(Field(name, "string") for name in "abc"), ("a",), (), ())
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=6)
PRINTABLE = CELLS | st.sampled_from(["", ",", '"', '""', '","', " ", "NA", "é", "🙂"])


@pytest.fixture(scope="module", autouse=True, params=[0, reader._SHORT], ids=["quick", "careful"])  # noqa: SLF001 - of few bytes
def of_both_paths(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read the tables of these tests as large ones are read, and as short ones are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_SHORT", request.param)
        patch.setattr(reader, "_remembered", reader._read_table)  # noqa: SLF001 - which has read them otherwise
        yield


def test_cells_are_text_and_rows_know_their_line() -> None:
    reading = read_table(b'a,b,c\nNA,,"x, ""y"""\nnull,1,\n', SCHEMA)
    assert reading.faults == ()
    assert reading.frame is not None
    assert reading.frame.rows() == [("NA", "", 'x, "y"', 2), ("null", "1", "", 3)]
    assert reading.frame.columns == ["a", "b", "c", LINE]


def test_a_table_with_its_header_alone_is_empty() -> None:
    reading = read_table(b"a,b,c\n", SCHEMA)
    assert reading.frame is not None
    assert (reading.frame.height, reading.faults) == (0, ())


@pytest.mark.parametrize(
    "data",
    [
        b"a,b,c\n1,2\n",
        b"a,b,c\n1,2,3,4\n",
        b"a,b,c\n1,2,3\n\n",
        b'a,b,c\n1,"2\n3",4\n',
        b'a,b,c\n1,"2,\n3",4\n',
        b'a,b,c\n1,"2,3\n',
        b'a,b,c\n1,2"x"2,3\n',
        b'a,b,c\n1,2"x,3\n',
        b'a,b,c\n1,2\n"3",4,5\n',  # a byte too few, and two that are not needed
        b'a,b,c\n1,2\n3"3,4,5\n',
        b"a,b,c\n1,2\x7f,3\n",
        b"a,b,c\n1,2\xe9,3\n",
        b"a,b,c\n1,2\x00,3\n",
        b"a,b,c\r\n1,2,3\r\n",
        b"a,b,c\n1,2,3",
        b"\xef\xbb\xbfa,b,c\n1,2,3\n",
        b"b,a,c\n1,2,3\n",
        b"a;b;c\n1;2;3\n",
        b"a,b\n1,2\n",
        b"",
        b"\n",
        bytes(range(256)),
    ],
)
def test_every_fault_of_form_is_a_value(data: bytes) -> None:
    assert read_table(data, SCHEMA).faults


def test_a_broken_line_does_not_hide_the_others() -> None:
    reading = read_table(b'a,b,c\n1,2\n3,4,5\n6,"7,8\n9,10,11\n', SCHEMA)
    assert [(fault.code, fault.line) for fault in reading.faults] == [
        ("csv.missing-cell", 2),
        ("csv.unclosed-quote", 4),
    ]
    assert reading.frame is not None
    assert reading.frame.rows() == [("3", "4", "5", 3), ("9", "10", "11", 5)]
    assert reading.lost == ("1,2", '6,"7,8')


ROWS = st.tuples(PRINTABLE, PRINTABLE, PRINTABLE).filter(lambda row: any(row) and row != ("a", "b", "c"))


@given(st.lists(ROWS, max_size=8))
def test_what_is_written_is_read(rows: list[tuple[str, str, str]]) -> None:
    reading = read_table(write([("a", "b", "c"), *rows]), SCHEMA)
    assert reading.faults == ()
    assert reading.frame is not None
    assert [row[:3] for row in reading.frame.rows()] == rows


@given(st.lists(ROWS, min_size=1, max_size=8))
def test_the_careful_path_reads_what_the_quick_one_does(rows: list[tuple[str, str, str]]) -> None:
    data = write([("a", "b", "c"), *rows])
    quick = reader._read_quickly(data, reader._marks(data), SCHEMA)  # noqa: SLF001 - the two paths are compared
    careful = reader._read_with_care(data, SCHEMA)  # noqa: SLF001
    assert quick is not None
    assert careful.frame is not None
    assert quick.equals(careful.frame)
    assert careful.faults == ()


PIECES = st.sampled_from(
    ["a,", ",a\n", "a\n", '"', '""', ",", "\n", '"a,a"', '"a"', 'a"a', "a,a,a\n", "\t", "\r", "\x0b", "\x7f"]
)


@settings(max_examples=1000)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_the_quick_path_takes_nothing_in_which_the_careful_one_finds_a_fault(rows: str) -> None:
    data = b"a,b,c\n" + rows.encode()
    quick = reader._read_quickly(data, reader._marks(data), SCHEMA)  # noqa: SLF001 - the two paths are compared
    careful = reader._read_with_care(data, SCHEMA)  # noqa: SLF001
    if quick is not None:
        assert careful.faults == ()
        assert careful.frame is not None
        assert quick.equals(careful.frame)


def test_a_header_or_empty_cells_among_the_rows_are_no_rows() -> None:
    reading = read_table(b"a,b,c\n1,2,3\na,b,c\n,,\n4,5,6\n", SCHEMA)
    assert [(fault.code, fault.line) for fault in reading.faults] == [
        ("csv.repeated-header", 3),
        ("csv.blank-line", 4),
    ]
    assert reading.frame is not None
    assert reading.frame.rows() == [("1", "2", "3", 2), ("4", "5", "6", 5)]


def test_a_cell_that_goes_on_over_a_line_break_is_one_fault() -> None:
    reading = read_table(b'a,b,c\n1,"two\nlines",3\n4,5,6\n', SCHEMA)
    assert [(fault.code, fault.line) for fault in reading.faults] == [("csv.line-break", 2)]
    assert reading.frame is not None
    assert reading.frame.rows() == [("4", "5", "6", 4)]


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    read_table(data, SCHEMA)
    read_table(b"a,b,c\n" + data, SCHEMA)


@pytest.mark.parametrize("rows", [b"", b"1,2,3\n4,,6\n", b'1,"2,x",3\n', b"1,2\n3,4,5\n", b"a,b,c\n1,2,3\n"])
def test_a_stretch_without_a_header_is_read_as_with_one(rows: bytes) -> None:
    whole = read_table(b"a,b,c\n" + rows, SCHEMA)
    stretch = read_table(rows, SCHEMA, has_header=False)
    assert whole.frame is not None
    assert stretch.frame is not None
    assert stretch.frame.equals(whole.frame)
    assert (stretch.faults, stretch.lost) == (whole.faults, whole.lost)
