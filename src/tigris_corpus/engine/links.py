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
_DIGITS = 3
_SLOTS = 10**_DIGITS
_SPARSE = 16
"""So many times more numbers than there are ids are not all laid out."""


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
        self,
        link: tuple[str, str],
        children: pl.DataFrame,
        parents: pl.DataFrame,
        find: Callable[[], pl.Series],
    ) -> pl.Series:
        """Return for each row of a table the number, from 0, of the row of ``parents`` that a column of it names.

        It is what was found before for the ``link``, a table and its column, in the same frames, else what is found now.
        """
        known = self._known.get(link)
        if known is None or known[0] is not children or known[1] is not parents:
            known = self._known[link] = children, parents, find()
        return known[2]


def found_at(children: pl.DataFrame, column: str, parents: pl.DataFrame, key: str) -> pl.Series:
    """Return where in ``parents`` the row with the ``key`` is that each row of ``children`` names in a column, else null.

    Of several rows with one key it is the first.
    """
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


def found_by_number(asked: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Return where among the ``known`` ids of labels each of those ``asked`` for first stands, else null: as ``found_at`` does.

    Both are frames of ``name``, the id, and ``home``, the number of the document that its row belongs to, or null. An id
    is first looked for where one of its document with its last digits is, which is twice as fast.
    """
    lowest, highest = known.select(low=pl.col("home").min(), high=pl.col("home").max()).row(0)
    slots = _SLOTS * (highest - lowest + 1) if known.height >= _FEW and lowest is not None else 0
    if not 0 < slots < _SPARSE * known.height or _MANY * int((asked["name"] != "").sum()) < asked.height:
        return found_at(asked, "name", known, "name")
    import numpy as np  # noqa: PLC0415 - for large tables alone; four times as fast here as Polars

    digits = pl.col("name").str.tail(_DIGITS).cast(pl.UInt32, strict=False)
    slot = pl.when(pl.col("home").is_between(lowest, highest)).then(
        (pl.col("home") - lowest) * _SLOTS + digits
    )
    laid = known.select(slot=slot).with_row_index("place").drop_nulls().reverse()
    places = np.zeros(slots, np.uint32)
    places[laid["slot"].to_numpy()] = laid["place"].to_numpy()
    found = pl.Series("place", places[asked.select(slot.fill_null(0)).to_series().to_numpy()])
    is_found = known["name"].gather(found) == asked["name"]
    if is_found.all():
        return found
    rest = found_at(asked.filter(~is_found), "name", known, "name")
    return found.scatter((~is_found).arg_true(), rest)


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
