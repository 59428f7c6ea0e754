"""Spans that overlap, each matched with one: as many pairs as there can be."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tigris_corpus.scoring.units import Key


def overlapping(first: Sequence[Key], second: Sequence[Key]) -> list[tuple[int, int]]:
    """Return pairs of spans that share a character, by their numbers in each list, in the order of ``first``.

    No span is in two pairs, and no choice of pairs is larger; of several choices, longer overlaps are tried first.
    Spans that only touch share nothing. The spans are of one document.

    >>> overlapping([("D0", 0, 9)], [("D0", 0, 4), ("D0", 4, 9), ("D0", 9, 12)])
    [(0, 1)]
    """
    near = []
    for _, start, end in first:
        shared = [
            (min(end, last) - max(start, begin), -number) for number, (_, begin, last) in enumerate(second)
        ]
        near.append([-number for length, number in sorted(shared, reverse=True) if length > 0])
    return sorted(_largest(near).items())


def _largest(near: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return a largest matching of a graph of two sides: for the left, the neighbours on the right of each.

    Each left side looks for the shortest path to a free right one along which all pairs can be exchanged (Berge 1957).
    """
    left_of: dict[int, int] = {}
    right_of: dict[int, int] = {}
    for start in range(len(near)):
        come_from: dict[int, int] = {}
        waiting, free = deque([start]), None
        while waiting and free is None:
            left = waiting.popleft()
            for right in near[left]:
                if right in come_from:
                    continue
                come_from[right] = left
                if right not in left_of:
                    free = right
                    break
                waiting.append(left_of[right])
        while free is not None:
            left, right = come_from[free], free
            free = right_of.get(left)
            left_of[right], right_of[left] = left, right
    return right_of
