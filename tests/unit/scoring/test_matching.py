from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tigris_corpus.scoring.matching import overlapping

KEY = st.tuples(st.just("D0"), st.integers(0, 12), st.integers(1, 6)).map(
    lambda key: (key[0], key[1], key[1] + key[2])
)
KEYS = st.lists(KEY, max_size=5)


def overlaps(first: tuple[str, int, int], second: tuple[str, int, int]) -> bool:
    return max(first[1], second[1]) < min(first[2], second[2])


@given(KEYS, KEYS)
def test_no_choice_of_pairs_is_larger(
    first: list[tuple[str, int, int]], second: list[tuple[str, int, int]]
) -> None:
    pairs = overlapping(first, second)
    assert all(overlaps(first[a], second[b]) for a, b in pairs)
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)
    short, long = sorted((first, second), key=len)
    best = max(sum(map(overlaps, short, order)) for order in permutations(long, len(short)))
    assert len(pairs) == best


def test_a_pair_is_exchanged_where_that_makes_two() -> None:
    # The long span takes the first of two at once; the short one has only that.
    assert overlapping([("D0", 0, 9), ("D0", 0, 2)], [("D0", 0, 4), ("D0", 8, 9)]) == [(0, 1), (1, 0)]


def test_the_longest_overlap_is_tried_first() -> None:
    assert overlapping([("D0", 0, 9)], [("D0", 0, 2), ("D0", 2, 8)]) == [(0, 1)]


def test_spans_that_touch_do_not_overlap() -> None:
    assert overlapping([("D0", 0, 4)], [("D0", 4, 9)]) == []
