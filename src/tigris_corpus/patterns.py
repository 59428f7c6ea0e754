"""The patterns that a schema may have: a small part of regular expressions, linear in time in every engine.

A pattern meets two engines: Rust's, in the checks, and Python's, which tries one way after the other, where frames and
records are held to their schemas. What both read alike is literals, ``.``, escaped marks, classes of characters and
ranges, groups, alternatives and repeats. Of these a pattern is taken where Python has nothing to try twice:

- the next character always decides what comes next, so that no text is matched in two ways (``a+(-a+)*`` and not
  ``(a+)+`` or ``(a|ab)*``); this is what makes content models of XML deterministic: for each place in the pattern, the
  characters that may follow it are told apart by themselves. Nothing that may be empty is repeated;
- or it has no repeat without an end, and few ways through it (a date, a date and a time).

Written out, with every repeat as often as it may occur, it has at most ``MOST`` characters and classes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

LONGEST = 1000
"""How many characters a pattern may have."""
MOST = 256
"""How many characters and classes a pattern may have when its repeats are written out."""
WAYS = 1000
"""How many ways there may be through a pattern that the next character does not decide."""

_DEEPEST = 20
_ESCAPED = frozenset("\\.+*?()|[]{}^$#&-~")
_REFUSED = frozenset("^$]{}*+?")
_REFUSED_IN_CLASS = frozenset("[]^-")
_OPERATORS = ("&&", "||", "~~")
_COUNT = re.compile(r"\{([0-9]{1,4})(,([0-9]{1,4})?)?\}")
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_Chars = tuple[tuple[int, int], ...]
_ANY: _Chars = ((0, 9), (11, _LAST))  # all but the line feed


class _OutsideError(Exception):
    """The pattern is outside the subset."""


@dataclass(slots=True)
class _Part:
    """A part of a pattern: where it may begin and end (places are numbers), and what is known of it as a whole."""

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    is_empty: bool = True
    """Whether the empty text matches."""
    ways: int = 1
    is_endless: bool = False


@lru_cache(maxsize=512)
def is_safe(pattern: str) -> bool:
    """Whether a pattern is of the subset.

    >>> is_safe("[a-z]+(-[a-z]+)*"), is_safe("(a+)+"), is_safe("[[:alpha:]]")
    (True, False, False)
    """
    if len(pattern) > LONGEST:
        return False
    try:
        return _Parser(pattern).is_safe()
    except _OutsideError:
        return False


class _Parser:
    """Reads a pattern once, from left to right, and notes for each place which places may follow it."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.chars: list[_Chars] = []
        self.follow: list[list[int]] = []

    def is_safe(self) -> bool:
        whole = self._alternatives(0)
        if self.at < len(self.pattern):
            return False
        if not whole.is_endless and whole.ways <= WAYS:
            return True
        return all(map(self._is_decided, {tuple(follow) for follow in (whole.first, *self.follow)}))

    def _is_decided(self, places: tuple[int, ...]) -> bool:
        """Whether no character is in the sets of two of the places."""
        ranges = sorted(one for place in places for one in self.chars[place])
        return all(before[1] < after[0] for before, after in pairwise(ranges))

    def _alternatives(self, depth: int) -> _Part:
        if depth > _DEEPEST:
            raise _OutsideError
        whole = self._sequence(depth)
        while self._take("|"):
            other = self._sequence(depth)
            if whole.is_empty and other.is_empty:
                raise _OutsideError
            whole = _Part(
                whole.first + other.first,
                whole.last + other.last,
                whole.is_empty or other.is_empty,
                whole.ways + other.ways,
                whole.is_endless or other.is_endless,
            )
        return whole

    def _sequence(self, depth: int) -> _Part:
        whole = _Part()
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            whole = self._joined(whole, self._repeated(depth))
        return whole

    def _repeated(self, depth: int) -> _Part:
        """Return an atom with its quantifier, written out: ``a{2,}`` is ``aa+``, ``a{1,3}`` is ``a(a(a)?)?``."""
        start = self.at
        copies = [self._atom(depth)]
        least, most = self._quantifier()
        if (least, most) == (1, 1):
            return copies[0]
        if copies[0].is_empty or most == 0 or (most is not None and most < least):
            raise _OutsideError
        after = self.at
        while len(copies) < (least if most is None else most):
            self.at = start
            copies.append(self._atom(depth))
        self.at = after
        for before, behind in pairwise(copies):
            self._link(before.last, behind.first)
        if most is None:
            self._link(copies[-1].last, copies[-1].first)
        ways = copies[0].ways
        return _Part(
            first=copies[0].first,
            last=[place for copy in copies[max(least, 1) - 1 :] for place in copy.last],
            is_empty=least == 0,
            ways=min(sum(ways**count for count in range(least, len(copies) + 1)), WAYS + 1),
            is_endless=most is None or copies[0].is_endless,
        )

    def _quantifier(self) -> tuple[int, int | None]:
        """Take a quantifier, if there is one, and return the least and the most it stands for."""
        for mark, counts in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(mark):
                found: tuple[int, int | None] = counts
                break
        else:
            match = _COUNT.match(self.pattern, self.at)
            if not match:
                return 1, 1
            self.at = match.end()
            least = int(match[1])
            found = least, least if match[2] is None else int(match[3]) if match[3] else None
        if self.pattern[self.at : self.at + 1] in {"*", "+", "?", "{"}:
            raise _OutsideError  # lazy or possessive, or read otherwise elsewhere
        return found

    def _atom(self, depth: int) -> _Part:
        if self._take("("):
            inner = self._alternatives(depth + 1)
            if not self._take(")"):
                raise _OutsideError
            return inner
        chars = self._class() if self._take("[") else _ANY if self._take(".") else self._literal(_REFUSED)
        if len(self.chars) == MOST:
            raise _OutsideError
        self.chars.append(chars)
        self.follow.append([])
        place = len(self.chars) - 1
        return _Part([place], [place], is_empty=False)

    def _class(self) -> _Chars:
        """Return the characters of a class. A hyphen stands for itself first or last; set operations are refused."""
        ranges: list[tuple[int, int]] = []
        while not self._take("]"):
            if self.pattern.startswith(_OPERATORS, self.at):
                raise _OutsideError
            if self._take("-"):
                if ranges and self.pattern[self.at : self.at + 1] != "]":
                    raise _OutsideError
                low = high = ord("-")
            else:
                low, high = self._range()
            ranges.append((low, high))
        if not ranges:
            raise _OutsideError
        return _merged(ranges)

    def _range(self) -> tuple[int, int]:
        ((low, _),) = self._literal(_REFUSED_IN_CLASS)
        after = self.pattern[self.at : self.at + 2]
        if after[:1] == "-" and after != "-]":
            self.at += 1
            ((high, _),) = self._literal(_REFUSED_IN_CLASS)
            if high < low or self.pattern.startswith(_OPERATORS, self.at - 1):
                raise _OutsideError
            return low, high
        return low, low

    def _literal(self, refused: frozenset[str]) -> _Chars:
        escaped = self._take("\\")
        mark = self.pattern[self.at : self.at + 1]
        if not mark or (escaped and mark not in _ESCAPED) or (not escaped and mark in refused):
            raise _OutsideError
        if ord(mark) in _SURROGATES:
            raise _OutsideError
        self.at += 1
        return ((ord(mark), ord(mark)),)

    def _take(self, mark: str) -> bool:
        if not self.pattern.startswith(mark, self.at):
            return False
        self.at += 1
        return True

    def _joined(self, left: _Part, right: _Part) -> _Part:
        self._link(left.last, right.first)
        return _Part(
            left.first + right.first if left.is_empty else left.first,
            right.last + left.last if right.is_empty else right.last,
            left.is_empty and right.is_empty,
            min(left.ways * right.ways, WAYS + 1),
            left.is_endless or right.is_endless,
        )

    def _link(self, last: list[int], first: list[int]) -> None:
        for place in last:
            self.follow[place] += (
                first  # a place that follows in two ways stands there twice, and is not decided
            )


def _merged(ranges: list[tuple[int, int]]) -> _Chars:
    """Return ranges in order, each character in one of them."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)
