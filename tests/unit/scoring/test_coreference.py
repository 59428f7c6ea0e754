"""Scores of clusterings a group at a time, against scorch on the whole of them and figures worked out by hand."""

from __future__ import annotations

import math
import random
import sys
from typing import TYPE_CHECKING

import pytest
from scorch import scores

from tigris_corpus.errors import MissingExtraError
from tigris_corpus.scoring import coreference

if TYPE_CHECKING:
    from collections.abc import Hashable

    Clusters = list[set[Hashable]]


def drawn(dice: random.Random, elements: int) -> Clusters:
    """Return clusters of some of the elements."""
    found: dict[int, set[Hashable]] = {}
    for element in range(elements):
        if dice.random() < 0.85:
            found.setdefault(dice.randrange(elements), set()).add(element)
    return list(found.values())


def test_groups_add_up_to_what_scorch_says_of_the_whole() -> None:
    dice, compared = random.Random(0), 0
    for _ in range(600):
        elements = dice.randint(2, 14)
        gold, predicted = drawn(dice, elements), drawn(dice, elements)
        if not set().union(*gold) & set().union(*predicted):
            continue  # scorch divides by 0
        recall, precision, f1 = scores.b_cubed(gold, predicted)
        assert coreference.scored(gold, predicted, "b_cubed") == pytest.approx((precision, recall, f1))
        has_links = any(len(cluster) > 1 for cluster in gold + predicted)
        parts = [scores.muc] if has_links else []
        values = [measure(gold, predicted)[2] for measure in (*parts, scores.b_cubed, scores.ceaf_e)]
        found = coreference.scored(gold, predicted, "conll")
        assert found[2] == pytest.approx(sum(values) / len(values))
        assert all(math.isnan(value) for value in found[:2])
        compared += 1
    assert compared > 500


def test_two_that_were_merged() -> None:
    # Gold {1, 2}, {3}; predicted {1, 2, 3}. Every gold cluster is found whole: recall 1. Precision: two of three have
    # 2/3 of their cluster right, one 1/3: 5/9. F1 = 2 · 5/9 / (14/9) = 5/7.
    assert coreference.scored([{1, 2}, {3}], [{1, 2, 3}], "b_cubed") == pytest.approx((5 / 9, 1, 5 / 7))
    # MUC: recall 1/1, precision 1/2, F1 2/3. CEAF-e: 2·2/5 = 4/5; recall (4/5)/2, precision 4/5, F1 8/15.
    assert coreference.scored([{1, 2}, {3}], [{1, 2, 3}], "conll")[2] == pytest.approx(
        (2 / 3 + 5 / 7 + 8 / 15) / 3
    )


@pytest.mark.parametrize("measure", ["b_cubed", "conll"])
def test_equal_clusterings_are_exactly_one_and_strange_ones_zero(measure: str) -> None:
    clusters: Clusters = [{1, 2}, {3}, {4, 5, 6}]
    assert coreference.scored(clusters, clusters[::-1], measure)[2] == 1
    assert coreference.scored([{1}, {2}], [{2}, {1}], measure)[2] == 1
    assert coreference.scored(clusters, [{7, 8}], measure)[2] == 0
    assert coreference.scored(clusters, [], measure) == (0, 0, 0)
    assert coreference.scored([], clusters, measure) == (0, 0, 0)
    assert all(math.isnan(value) for value in coreference.scored([], [], measure))


def test_many_small_clusters_take_no_more_than_their_number() -> None:
    gold: Clusters = [{2 * number, 2 * number + 1} for number in range(20_000)]
    predicted: Clusters = [{number} for number in range(40_000)]
    precision, recall, f1 = coreference.scored(gold, predicted, "b_cubed")
    assert (precision, recall) == (1, 0.5)
    assert f1 == pytest.approx(2 / 3)


def test_without_scorch_the_line_that_installs_it_is_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scorch", None)
    with pytest.raises(MissingExtraError, match=r'pip install "tigris-corpus\[score\]"'):
        coreference.scored([{1}], [{1}], "b_cubed")
