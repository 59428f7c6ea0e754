from __future__ import annotations

import math
from statistics import quantiles
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tigris_corpus.scoring import confidence

if TYPE_CHECKING:
    from numpy.typing import NDArray


def naive(counts: NDArray[np.int64], draws: int, seed: int) -> list[list[int]]:
    """Return the sums of each draw, drawn one by one."""
    generator = np.random.PCG64(seed)
    found = []
    for _ in range(draws):
        places = [int(generator.random_raw()) % len(counts) for _ in counts]
        found.append(counts[places].sum(axis=0).tolist())
    return found


@pytest.mark.parametrize("cells", [1, 50, 2**22])
def test_weighing_is_drawing_one_by_one_however_many_are_held(
    monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    monkeypatch.setattr(confidence, "_CELLS", cells)
    counts = np.arange(7 * 4).reshape(7, 4)
    assert confidence.resampled(counts, 40, 3).tolist() == naive(counts, 40, 3)


def test_the_draws_of_a_seed_are_the_same_for_ever() -> None:
    # The first five numbers of PCG64 by the seed 0 are 1, 2, 4, 3 and 1 modulo 5.
    counts = np.eye(5, dtype=np.int64)
    assert confidence.resampled(counts, 1, 0).tolist() == [[0, 2, 1, 1, 1]]


def test_an_interval_holds_the_middle_of_the_values_that_are_known() -> None:
    values = np.array([math.nan, *range(1, 1001), math.nan], dtype=np.float64)
    assert confidence.interval(values) == (25, 976)
    cuts = quantiles(range(1, 1001), n=40, method="inclusive")
    assert confidence.interval(values) == (math.floor(cuts[0]), math.ceil(cuts[-1]))
    assert all(map(math.isnan, confidence.interval(np.array([math.nan]))))


def test_a_first_that_is_never_better_is_not_better_in_every_draw() -> None:
    assert confidence.not_better(np.array([0.0, -0.1, 0.2, math.nan])) == pytest.approx(2 / 3)
    assert math.isnan(confidence.not_better(np.array([math.nan])))


def test_no_draws_and_no_paragraphs_give_none() -> None:
    assert confidence.resampled(np.zeros((3, 2), dtype=np.int64), 0, 0).shape == (0, 2)
    assert confidence.resampled(np.zeros((0, 2), dtype=np.int64), 9, 0).shape == (0, 2)
