"""How far a figure hangs on which paragraphs there are: the percentile bootstrap (Efron 1979), and the paired one.

Paragraphs are drawn with replacement, as many as there are. What adds up over paragraphs is counted once and then only
weighed, so that a draw is a product of matrices. The numbers are those of PCG64 by its seed, whose stream NumPy keeps
the same in all versions. Intervals are conditional on the texts that are drawn from: from five documents nothing follows
for others.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHARE = 0.95
"""The share of the draws that an interval holds."""
_CELLS = 2**22
"""How many weights are held at once."""


def resampled(counts: NDArray[np.int64], draws: int, seed: int) -> Floats:
    """Return the sums of counts (paragraphs × columns) over each draw of paragraphs: draws × columns."""
    if not draws or not len(counts):
        return np.zeros((0, counts.shape[1]))
    values = counts.astype(np.float64)
    return np.concatenate([weights @ values for weights in _weights(len(counts), draws, seed)])


def _weights(number: int, draws: int, seed: int) -> Iterator[Floats]:
    """Yield how often each paragraph is in each draw, some draws at a time."""
    generator = np.random.PCG64(seed)
    block = max(1, _CELLS // number)
    for first in range(0, draws, block):
        rows = min(block, draws - first)
        drawn = generator.random_raw(rows * number).reshape(rows, number) % np.uint64(number)
        places = drawn.astype(np.int64) + np.arange(rows, dtype=np.int64)[:, None] * number
        yield np.bincount(places.ravel(), minlength=rows * number).reshape(rows, number).astype(np.float64)


def interval(values: Floats) -> tuple[float, float]:
    """Return the middle 95 % of some values, nan left out; nan where there is none.

    >>> interval(np.arange(101.0))
    (2.0, 98.0)
    """
    known = np.sort(values[~np.isnan(values)])
    if not known.size:
        return math.nan, math.nan
    rest, last = (1 - SHARE) / 2, known.size - 1
    return float(known[int(rest * last)]), float(known[math.ceil((1 - rest) * last)])


def not_better(differences: Floats) -> float:
    """Return the share of draws in which the first of two is not better than the second; nan where there is none."""
    known = differences[~np.isnan(differences)]
    return float((known <= 0).mean()) if known.size else math.nan
