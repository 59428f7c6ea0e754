"""Where the rows are that others refer to: each reference is looked up once, and what is asked by it is then at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.engine.expressions import hashed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MANY = 4
"""So many times more keys than are asked for are not all put in order; what asks for one so often in a row asks once."""
_SMALL = 2_000
"""So few rows, of both tables together, are looked up in Python: to ask Polars takes longer."""
_FEW = 10_000
"""So few are looked up as they are."""


class Links:
    """The places of the rows that columns of references name; those of frames that are no more are looked up again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[pl.DataFrame, pl.DataFrame, pl.Series]] = {}
        self._found: dict[str, tuple[Sequence[pl.DataFrame], pl.DataFrame]] = {}

    def once(
        self, what: str, frames: Sequence[pl.DataFrame], find: Callable[[], pl.DataFrame]
    ) -> pl.DataFrame:
        """Return what was found in some frames before, by its name, else what is found in them, which is kept."""
        known = self._found.get(what)
        if known is None or any(one is not other for one, other in zip(known[0], frames, strict=True)):
            known = self._found[what] = frames, find()
        return known[1]

    def places(
        self, name: str, children: pl.DataFrame, column: str, parents: pl.DataFrame, key: str
    ) -> pl.Series:
        """Return for each row of a table the number, from 0, of the row of ``parents`` with the ``key`` that it names.

        It is null where there is none. Of several rows with one key it is the first.
        """
        known = self._known.get((name, column))
        if known is None or known[0] is not children or known[1] is not parents:
            known = children, parents, found_at(children, column, parents, key)
            self._known[name, column] = known
        return known[2]


def found_at(children: pl.DataFrame, column: str, parents: pl.DataFrame, key: str) -> pl.Series:
    """Return where in ``parents`` the row with the ``key`` is that each row of ``children`` names in a column, else null."""
    if children.height + parents.height < _SMALL:
        first: dict[str | None, int] = {}
        for place, name in enumerate(parents[key].to_list()):
            first.setdefault(name, place)
        first.pop(None, None)
        return pl.Series("place", map(first.get, children[column].to_list()), dtype=pl.UInt32)
    asked = children.select(hashed([column])).to_series()
    known = parents.select(hashed([key])).to_series()
    if len(asked) < _FEW:
        return _found_at(asked, known)
    is_another = asked.ne_missing(asked.shift())
    if _MANY * int(is_another.sum()) > len(asked):
        return _found_at(asked, known)
    return _found_at(asked.filter(is_another), known).gather(is_another.cum_sum() - 1)


def _found_at(asked: pl.Series, known: pl.Series) -> pl.Series:
    """Return where each of some values first stands among others."""
    keys = known.alias("mark").to_frame().with_row_index("place")
    if _MANY * len(asked) < len(known) and len(known) >= _FEW:
        keys = keys.filter(pl.col("mark").is_in(asked.unique().implode()))
    marks = asked.alias("mark").to_frame()
    found = marks.join(keys, on="mark", how="left", maintain_order="left")
    if found.height > len(asked):
        keys = keys.unique("mark", keep="first")
        found = marks.join(keys, on="mark", how="left", maintain_order="left")
    return found["place"]


def rows_at_places(
    parents: pl.DataFrame, places: pl.Series, *columns: str | pl.Expr, **named: str | pl.Expr
) -> pl.DataFrame:
    """Return some columns of the rows at some places, or all, one row for each place; nulls where a place is null."""
    wanted = columns if columns or named else (pl.all(),)
    return parents.select(
        *(_expression(column).gather(places) for column in wanted),
        **{name: _expression(column).gather(places) for name, column in named.items()},
    )


def _expression(column: str | pl.Expr) -> pl.Expr:
    return pl.col(column) if isinstance(column, str) else column
