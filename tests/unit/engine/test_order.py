"""Columns that were sorted without the others."""

from __future__ import annotations

import polars as pl
import pytest

from tigris_corpus.descriptor import Field, ForeignKey, TableSchema
from tigris_corpus.engine.order import sorted_alone

ROWS = 40
MIXED = [f"v{(number * 7) % 10}" for number in range(ROWS)]


def judged(cells: list[str], name: str = "kind", keys: list[str] | None = None) -> str | None:
    keys = keys or [f"{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(len(cells))]
    fields = (Field("key", "string"), Field(name, "string"), Field("other", "string"))
    links = (ForeignKey(("sentence_id",), "sentences", ("sentence_id",)),)
    schema = TableSchema("", "", fields, ("key",), (), links)
    rows = pl.DataFrame({"key": keys, name: cells, "other": ["same"] * len(cells)})
    fault = sorted_alone(rows, schema, ("key", name, "other"))
    return fault.field if fault else None


@pytest.mark.parametrize(
    ("cells", "is_found"),
    [
        (MIXED, False),
        (sorted(MIXED), True),
        (sorted(MIXED, reverse=True), True),
        (["", *[""] * 9, *sorted(MIXED)], True),  # empty cells first
        ([*sorted(MIXED), *[""] * 10], True),  # or last
        ([*sorted(MIXED)[:20], "", *sorted(MIXED)[20:]], False),
        ([str(number) for number in range(ROWS)], True),  # as numbers, though not as text
        (sorted(MIXED)[:20], False),  # of so few rows it may be chance
        (["a"] * ROWS, False),
        ([*["a"] * 39, "b"], False),
        ([*["a"] * 20, *["b"] * 20], False),
        ([*["X"] * 14, *["y"] * 14, *["Z"] * 14], True),  # whatever the case
        ([*sorted(MIXED), "v0"], False),
    ],
)
def test_a_column_in_order_is_found_where_it_is_no_chance(cells: list[str], is_found: bool) -> None:
    assert judged(cells) == ("kind" if is_found else None)


def test_columns_that_have_a_reason_to_be_in_order_are_passed() -> None:
    cells = [f"{number:04}" for number in range(ROWS)]
    assert judged(cells, "name") is None
    assert judged(cells, "sentence_id") is None
    assert judged(cells, keys=[f"{cell}-strike" for cell in cells]) is None
    assert judged(cells) == "kind"


def test_columns_that_are_not_asked_for_are_passed() -> None:
    schema = TableSchema("", "", (Field("key", "string"), Field("serial", "string")), ("key",), (), ())
    rows = pl.DataFrame({"key": MIXED, "serial": [str(number) for number in range(ROWS)]})
    assert sorted_alone(rows, schema, ("key",)) is None
