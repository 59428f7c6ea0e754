"""Whether a column was sorted without the others, so that each of its cells stands in the row of another."""

from __future__ import annotations

from contextlib import suppress
from math import lgamma
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.engine.reader import Fault

if TYPE_CHECKING:
    from collections.abc import Container

    from tigris_corpus.descriptor import TableSchema

_FEWEST = 30
"""In fewer rows a column may well be in order by itself."""
_UNLIKELY = 30.0
"""How unlikely it is that cells are in order by chance: the natural logarithm of how many orders they have."""
_FEW = 30
"""So many rows, of those that stand together and of those far apart, show most often that a column is in no order."""
_PART = 4
_IN_ORDER = frozenset(["name", "document_id", "sentence_id", "event_id"])
"""Columns that are in the order of the rows: ids are often made from names, and labels stand as what they are parts of."""


def sorted_alone(rows: pl.DataFrame, schema: TableSchema, columns: Container[str]) -> Fault | None:
    """Return the fault of the first of some columns that is in order in all rows and has no reason to be.

    The key is in order in every table, and so are what it begins with and what refers to a table in the same order.
    """
    if rows.height < _FEWEST or not schema.key:
        return None
    samples = [rows.head(_FEW), rows.gather_every(rows.height // _FEW), rows.tail(_FEW)]
    for name in schema.names:
        if name not in columns or name == schema.key[0] or name in _IN_ORDER:
            continue
        column = rows[name]
        may_be = all(_may_be_in_order(sample[name].to_list()) for sample in samples)
        is_alone = may_be and _is_in_order(column) and _is_unlikely(column)
        if is_alone and not _is_of_the_key(column, rows[schema.key[0]]):
            message = f"the cells of {name} are in order in all {rows.height:,} rows, and the rows are not"
            return Fault("csv.sorted-column", message, line=1, field=name)
    return None


def _may_be_in_order(cells: list[str]) -> bool:
    """Whether some cells go up or down: a quick look, which takes no cells for being in no order that are in one."""
    filled = [cell for cell in cells if cell]
    orders: list[list[Any]] = [filled, [cell.lower() for cell in filled]]
    with suppress(ValueError):
        orders.append([float(cell) for cell in filled])
    return any(sorted(order) in (order, order[::-1]) for order in orders)


def _is_in_order(cells: pl.Series) -> bool:
    """Whether cells go up or down, as a spreadsheet sorts them: numbers as numbers, and empty ones last or first."""
    filled = cells.filter(cells != "")
    if len(filled) < len(cells):
        empty = (cells == "").cast(pl.Int8)
        if not (empty.is_sorted() or empty.is_sorted(descending=True)):
            return False
    numbers = filled.cast(pl.Float64, strict=False)
    orders = [filled] if numbers.null_count() else [numbers, filled]
    orders.append(filled.str.to_lowercase())
    return any(order.is_sorted(descending=down) for order in orders for down in (False, True))


def _is_unlikely(cells: pl.Series) -> bool:
    """Whether cells have so many orders (the multinomial coefficient of their counts) that theirs is no chance."""
    counts = cells.value_counts()["count"].to_list()
    orders = lgamma(len(cells) + 1) - sum(lgamma(count + 1) for count in counts)
    return orders > _UNLIKELY


def _is_of_the_key(cells: pl.Series, keys: pl.Series) -> bool:
    """Whether the keys are made from the cells, as ids that begin with a date or a type are."""
    is_filled = cells != ""
    heads = cells.filter(is_filled).head(_FEW).str.to_lowercase().str.head(_PART)
    has = pl.select(pl.lit(keys.filter(is_filled).head(_FEW)).str.contains(pl.lit(heads), literal=True))
    return int(has.to_series().sum()) * 2 > len(heads)
