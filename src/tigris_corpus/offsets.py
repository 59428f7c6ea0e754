"""Conversions between the units in which tools count text. Inside Tigris everything is code points.

A code point is one item of a Python string. UTF-16 code units are what JavaScript, Java and UIMA count;
bytes are those of the UTF-8 encoding. A position inside a character has no counterpart, and raises.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, get_args

from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable

Unit = Literal["utf-16", "byte"]
UNITS: tuple[Unit, ...] = get_args(Unit)
"""The units other than code points in which tools count."""

_WIDTH: dict[Unit, Callable[[str], int]] = {
    "utf-16": lambda character: 2 if ord(character) > 0xFFFF else 1,  # noqa: PLR2004 - end of the basic plane
    "byte": lambda character: len(character.encode("utf-8", "surrogatepass")),
}


class OffsetMap:
    """The positions of one text in one unit, against its code points.

    >>> emoji = OffsetMap("a🙂b", "utf-16")
    >>> emoji.to_code_point(3), emoji.from_code_point(2)
    (2, 3)
    >>> emoji.to_code_point(2)
    Traceback (most recent call last):
    tigris_corpus.errors.CorpusError: utf-16 offset 2 falls inside a character of the text
    """

    def __init__(self, text: str, unit: Unit) -> None:
        self.unit = unit
        self._starts = [0, *accumulate(_WIDTH[unit](character) for character in text)]

    def to_code_point(self, offset: int) -> int:
        """Return the code point offset of ``offset``. Raises CorpusError outside the text or in a character."""
        if not 0 <= offset <= self._starts[-1]:
            raise CorpusError(f"{self.unit} offset {offset} is outside the text (0 to {self._starts[-1]})")
        index = self.nearest_code_point(offset)
        if self._starts[index] != offset:
            raise CorpusError(f"{self.unit} offset {offset} falls inside a character of the text")
        return index

    def nearest_code_point(self, offset: int) -> int:
        """Return the code point offset of the first character that begins at ``offset`` or after it."""
        return min(bisect_left(self._starts, offset), len(self._starts) - 1)

    def from_code_point(self, offset: int) -> int:
        """Return the offset in this unit of a code point offset. Raises CorpusError outside the text."""
        if not 0 <= offset < len(self._starts):
            raise CorpusError(
                f"code point offset {offset} is outside the text (0 to {len(self._starts) - 1})"
            )
        return self._starts[offset]
