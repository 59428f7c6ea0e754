"""The part of EDTF (ISO 8601-2, Library of Congress) that Tigris uses: dates of level 0, ``?`` and ``~``, intervals.

A date is a year, a month or a day. ``?`` marks it uncertain, ``~`` approximate. An interval is two dates around a
slash, of which one may be ``..``, open.
"""

from __future__ import annotations

import calendar
import re
from functools import lru_cache

_DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?[?~]?")
OPEN = ".."
_LONGEST = 23
"""How many characters the longest interval has."""
_KEPT = 2**14


def bounds(value: str) -> tuple[str | None, str | None] | None:
    """Return the first and the last day of an EDTF date or interval as ISO 8601 days, None for an open end.

    Returns None where the value is no such date: not of the form, not in the calendar, or ending before it begins.

    >>> bounds("2024-02"), bounds("2020-01-03?/.."), bounds("2023-02-30")
    (('2024-02-01', '2024-02-29'), ('2020-01-03', None), None)
    """
    return _bounds(value) if len(value) <= _LONGEST else None


@lru_cache(_KEPT)
def _bounds(value: str) -> tuple[str | None, str | None] | None:
    first, slash, last = value.partition("/")
    if not slash:
        return _day_bounds(first)
    start = (None, None) if first == OPEN else _day_bounds(first)
    end = (None, None) if last == OPEN else _day_bounds(last)
    if start is None or end is None or (first == OPEN and last == OPEN):
        return None
    if start[0] and end[1] and start[0] > end[1]:
        return None
    return start[0], end[1]


def _day_bounds(value: str) -> tuple[str, str] | None:
    match = _DATE.fullmatch(value)
    if not match:
        return None
    year, month, day = match.groups()
    if int(year) == 0:
        return None
    if month is None:
        return f"{year}-01-01", f"{year}-12-31"
    last = calendar.monthrange(int(year), int(month))[1]
    if day is None:
        return f"{year}-{month}-01", f"{year}-{month}-{last:02d}"
    if int(day) > last:
        return None
    return f"{year}-{month}-{day}", f"{year}-{month}-{day}"
