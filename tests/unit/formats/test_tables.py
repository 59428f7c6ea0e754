from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import packages
from tigris_corpus.descriptor import Field, Resource, TableSchema, open_package
from tigris_corpus.errors import UnreadableError
from tigris_corpus.formats.tables import canonical, changes, write

if TYPE_CHECKING:
    from pathlib import Path

IDS = TableSchema(
    "",
    "",
    (Field("mention_id", "string"), Field("start", "integer"), Field("end", "integer")),
    ("mention_id",),
    (),
    (),
)
PAIRS = TableSchema(
    "", "", (Field("event_id", "string"), Field("role", "string")), ("event_id", "role"), (), ()
)


def formatted(text: str, schema: TableSchema, path: str = "corpus/t.csv") -> str:
    return canonical(text.encode(), Resource("t", 0, (path,)), schema).decode()


def test_rows_stand_in_the_order_of_the_text() -> None:
    assert formatted(
        "mention_id,start,end\nD1000-M001,0,5\nD999-M1000,7,9\nD999-M999,7,9\nD999-M001,10,12\nD999-M002,7,30\n",
        IDS,
    ) == (
        "mention_id,start,end\nD999-M999,7,9\nD999-M1000,7,9\nD999-M002,7,30\nD999-M001,10,12\nD1000-M001,0,5\n"
    )


def test_rows_without_a_span_stand_in_the_order_of_their_key() -> None:
    rows = "event_id,role\nD000-E010,actor\nD000-E002,time\nD000-E002,actor\n"
    assert formatted(rows, PAIRS) == "event_id,role\nD000-E002,actor\nD000-E002,time\nD000-E010,actor\n"


def test_a_vocabulary_keeps_its_authored_order() -> None:
    rows = "event_id,role\nb,x\na,x\n"
    assert formatted(rows, PAIRS, "schema/vocabulary/t.csv") == rows


def test_columns_quotes_and_line_ends_are_put_right() -> None:
    assert (
        formatted('\ufeffrole,event_id\r\n"a","x,y"\r\n\r\n"q""q",b', PAIRS)
        == 'event_id,role\nb,"q""q"\n"x,y",a\n'
    )


def test_cells_that_are_no_numbers_are_sorted_too() -> None:
    assert formatted("mention_id,start,end\nb,²,1\na,,2\n", IDS) == "mention_id,start,end\na,,2\nb,²,1\n"


def test_zero_comes_first_and_numbers_may_be_of_any_length() -> None:
    long = "9" * 5000  # more digits than Python turns into a number
    rows = [f"a,{start},1\n" for start in ("0", "00", "1", "2", "10", long)]
    assert formatted("mention_id,start,end\n" + "".join(reversed(rows)), IDS) == (
        "mention_id,start,end\n" + "".join(["a,00,1\n", "a,0,1\n", *rows[2:]])
    )


def test_a_table_without_a_key_is_sorted_by_its_cells() -> None:
    schema = TableSchema("", "", IDS.fields, (), (), ())
    assert formatted("mention_id,start,end\nb,1,2\na,3,4\n", schema) == "mention_id,start,end\na,3,4\nb,1,2\n"


def test_a_table_beyond_bounds_is_not_written() -> None:
    with pytest.raises(UnreadableError, match=r"t\.csv:2: the line is longer"):
        formatted("event_id,role\n" + "x" * 2**21, PAIRS)


@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0")), st.integers()),
        max_size=6,
    )
)
def test_the_canonical_form_is_its_own(rows: list[tuple[str, int]]) -> None:
    data = write([("event_id", "role"), *((name or "x", str(number)) for name, number in rows)])
    once = canonical(data, Resource("t", 0, ("corpus/t.csv",)), PAIRS)
    assert canonical(once, Resource("t", 0, ("corpus/t.csv",)), PAIRS) == once
    assert sorted(once.split(b"\n")) == sorted(data.split(b"\n"))


def test_ids_are_replaced_through_chains_of_any_length_and_never_in_a_ring(base: Path) -> None:
    chain = [f"a{number},entities,a{number + 1},x,0.1.0" for number in range(20_000)]
    ring = ["r1,entities,r2,x,0.1.0", "r2,entities,r1,x,0.1.0", "r0,entities,r1,x,0.1.0"]
    path = base / "corpus/deprecated.csv"
    header = path.read_text(encoding="utf-8").partition("\n")[0]
    path.write_text("\n".join([header, *chain, *ring, ""]), encoding="utf-8")
    for line, name in ((2, "a0"), (3, "a19999"), (4, "r0"), (5, "r1")):
        packages.set_cell(base, "corpus/mentions.csv", line, "entity_id", name)
    rows = changes(open_package(base), mend=True)["corpus/mentions.csv"].decode().splitlines()
    assert [row.rpartition(",")[2] for row in rows[1:5]] == ["a20000", "a20000", "r0", "r1"]
