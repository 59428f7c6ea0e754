"""Slices of texts, and where things are in them: a long text is counted once, and not from its start for every row."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.offsets import OffsetMap
from tigris_corpus.paths import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tigris_corpus.offsets import Unit

LONG = 2**15
"""How many bytes make a text long."""
_STEP = 256
_ROW = "_row"
_LINE_END = re.compile("\n")
Cut = tuple[pl.Expr, pl.Expr]
"""Where a slice begins, and how many code points it has; null is all that is left."""


def with_slices(frame: pl.DataFrame, text: str, key: str, wanted: Mapping[str, Cut]) -> pl.DataFrame:
    """Return a frame with a column for each of the slices of its column of texts that are wanted.

    Polars finds a slice by counting from the start of the text. Long texts are cut in Python instead, one after
    another: all rows of one ``key`` have one text.
    """
    is_long = (frame[text].str.len_bytes() > LONG).fill_null(value=False)
    if not is_long.any():
        return frame.with_columns(
            pl.col(text).str.slice(start, size).alias(name) for name, (start, size) in wanted.items()
        )
    numbered = frame.with_row_index(_ROW)
    parts = [with_slices(numbered.filter(~is_long), text, key, wanted)]
    for _, rows in numbered.filter(is_long).group_by(key):
        whole: str = rows[text][0]
        cuts = {
            name: rows.with_columns(_at=start, _size=size).select("_at", "_size")
            for name, (start, size) in wanted.items()
        }
        parts.append(
            rows.with_columns(
                pl.Series(name, [_slice(whole, *cut) for cut in cells.iter_rows()], dtype=pl.String)
                for name, cells in cuts.items()
            )
        )
    return pl.concat(parts).sort(_ROW).drop(_ROW)


def _slice(whole: str, start: int | None, size: int | None) -> str | None:
    if start is None:
        return None
    return whole[start:] if size is None else whole[start : start + size]


class Kept:
    """The texts of a frame by a key, a few of them at a time as strings: a row that carried its own would be a copy."""

    def __init__(self, frame: pl.DataFrame, key: str, text: str) -> None:
        self._texts = frame[text]
        self._places = {name: place for place, name in enumerate(frame[key])}
        self._kept: dict[str, str] = {}
        self._size = 0

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def of(self, name: str) -> str:
        """Return a text."""
        if name not in self._kept:
            text: str = self._texts[self._places[name]]
            while self._kept and self._size + len(text) > MAX_TEXT:
                self._size -= len(self._kept.pop(next(iter(self._kept))))
            self._kept[name] = text
            self._size += len(text)
        return self._kept[name]


class Counted:
    """A text as it is counted in a unit other than code points, by the beginnings of blocks."""

    def __init__(self, text: str, unit: Unit) -> None:
        self._text = text
        self._unit = unit
        encoding, width = ("utf-8", 1) if unit == "byte" else ("utf-16-le", 2)
        sizes = (
            len(text[at : at + _STEP].encode(encoding, "surrogatepass")) // width
            for at in range(0, 0 if text.isascii() else len(text), _STEP)
        )
        self._begins = array("Q", accumulate(sizes, initial=0))

    def nearest_code_point(self, offset: int) -> int:
        """Return the code point offset of the first character that begins at ``offset`` or after it."""
        if self._text.isascii():
            return min(offset, len(self._text))
        block = max(0, bisect_right(self._begins, offset) - 1)
        piece = self._text[block * _STEP : (block + 1) * _STEP]
        within = OffsetMap(piece, self._unit).nearest_code_point(offset - self._begins[block])
        return min(block * _STEP + within, len(self._text))


class Marked:
    """Places in a text, in their order."""

    def __init__(self, places: Iterable[int]) -> None:
        self._places = array("I", places)

    def __contains__(self, place: int) -> bool:
        at = bisect_left(self._places, place)
        return at < len(self._places) and self._places[at] == place

    def before(self, place: int) -> tuple[int, int]:
        """Return how many of the places are before one, and the last of them, or -1 where there is none."""
        count = bisect_left(self._places, place)
        return count, self._places[count - 1] if count else -1


def line_ends(text: str) -> Marked:
    """Return where the lines of a text end."""
    return Marked(found.start() for found in _LINE_END.finditer(text))


def clusters(text: str) -> Marked:
    """Return where the extended grapheme clusters of a text begin (Unicode Standard Annex 29)."""
    import regex  # noqa: PLC0415 - only where a mark or a joiner is at an edge

    return Marked(found.start() for found in regex.finditer(r"\X", text))
