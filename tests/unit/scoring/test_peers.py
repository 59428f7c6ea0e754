"""The counts of mentions against seqeval and nervaluate, on thousands of rows of random tags."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from nervaluate import Evaluator
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as lenient
from seqeval.metrics.v1 import precision_recall_fscore_support as strict
from seqeval.scheme import IOB2

from tigris_corpus.formats import bio
from tigris_corpus.scoring import counting
from tigris_corpus.scoring.units import Mention, Side, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tigris_corpus.scoring.counting import Counted, Rates

TYPES = ("GPE", "ORG", "PER")
MEASURES = {measure.name: measure for measure in counting.measures({}) if measure.layer == "mentions"}


def any_tags(dice: random.Random, words: int) -> list[str]:
    """Return tags of which some go on with nothing."""
    return dice.choices(bio.names(TYPES), weights=[4] + [1] * 6, k=words)


def sound_tags(dice: random.Random, words: int) -> list[str]:
    """Return tags in which every span begins with B-."""
    tags: list[str] = []
    while len(tags) < words:
        label = dice.choice((None, None, *TYPES))
        tags += ["O"] if label is None else [f"B-{label}", *[f"I-{label}"] * dice.randint(0, 2)]
    return tags[:words]


def changed(dice: random.Random, tags: Sequence[str]) -> list[str]:
    """Return tags that are right in most places."""
    return [tag if dice.random() < 0.8 else dice.choice(bio.names(TYPES)) for tag in tags]


def units_of(gold: Iterable[Sequence[str]], predicted: Iterable[Sequence[str]]) -> list[Unit]:
    found = []
    for number, pair in enumerate(zip(gold, predicted, strict=True)):
        sides = []
        for tags in pair:
            words = [(place, place + 1) for place in range(len(tags))]
            spans = [((f"D{number}", *span), label) for span, label in bio.decode(words, tags)]
            sides.append(Side(tuple(Mention(key, label, "", None) for key, label in spans), ()))
        found.append(Unit(f"D{number}", "en", sides[0], sides[1], ()))
    return found


def ours(one: Counted) -> tuple[Rates, Rates, Rates]:
    """Return the rates by type, of all, and their mean, with 0 where seqeval has 0."""
    counts = one.counts.sum(axis=0)
    by_type, micro = counting.rates(counts), counting.rates(counts.sum(axis=0))
    return np.nan_to_num(by_type), np.nan_to_num(micro), np.nan_to_num(counting.macro(counts))


def assert_equal(gold: list[list[str]], predicted: list[list[str]], *, is_strict: bool) -> None:
    one = counting.counted(MEASURES["strict"], units_of(gold, predicted))
    by_type, micro, macro = ours(one)
    for average, found in ((None, by_type), ("micro", micro), ("macro", macro)):
        if average != "micro" and not one.labels:
            continue  # seqeval has no mean of nothing
        more = {"scheme": IOB2} if is_strict else {}
        score = strict if is_strict else lenient
        theirs = score(gold, predicted, average=average, zero_division=0, **more)
        expected = np.array(theirs[:3], dtype=np.float64).T
        assert found == pytest.approx(expected, abs=1e-12), (average, gold, predicted)
        if average is None:
            assert one.counts.sum(axis=0)[:, counting.GOLD].tolist() == theirs[3].tolist()


def rows(seed: int, number: int, *, is_sound: bool) -> tuple[list[list[str]], list[list[str]]]:
    dice = random.Random(seed)
    make = sound_tags if is_sound else any_tags
    gold = [make(dice, dice.randint(1, 12)) for _ in range(number)]
    if is_sound:
        other = [sound_tags(dice, len(tags)) for tags in gold]
        return gold, [tags if dice.random() < 0.5 else new for tags, new in zip(gold, other, strict=True)]
    return gold, [changed(dice, tags) for tags in gold]


@pytest.mark.parametrize("is_sound", [True, False])
def test_ten_thousand_rows_score_as_in_seqeval(is_sound: bool) -> None:
    # seqeval reads tags that go on with nothing in two ways; strictly, they are no span, and ours is the other.
    gold, predicted = rows(1, 10_000, is_sound=is_sound)
    assert_equal(gold, predicted, is_strict=False)
    if is_sound:
        assert_equal(gold, predicted, is_strict=True)


@pytest.mark.parametrize("is_sound", [True, False])
def test_every_small_row_scores_as_in_seqeval(is_sound: bool) -> None:
    for seed in range(300):
        gold, predicted = rows(seed, 1 + seed % 3, is_sound=is_sound)
        assert_equal(gold, predicted, is_strict=False)
        if is_sound:
            assert_equal(gold, predicted, is_strict=True)


def evaluated(gold: list[list[str]], predicted: list[list[str]]) -> dict[str, object]:
    return dict(Evaluator(gold, predicted, tags=list(TYPES), loader="list").evaluate()["overall"])


def totals(name: str, units: list[Unit]) -> list[int]:
    return [int(count) for count in counting.counted(MEASURES[name], units).counts.sum(axis=(0, 1))]


def test_strict_and_span_count_as_strict_and_exact_in_nervaluate() -> None:
    gold, predicted = rows(2, 3_000, is_sound=True)
    theirs = evaluated(gold, predicted)
    units = units_of(gold, predicted)
    for name, strategy in (("strict", "strict"), ("span", "exact")):
        result = theirs[strategy]
        expected = [result.possible, result.actual, result.correct]  # type: ignore[attr-defined]
        assert totals(name, units) == expected


def is_one_to_one(unit: Unit) -> bool:
    """Whether no span overlaps two of the other side, so that it does not matter which is matched first."""
    for first, second in ((unit.a, unit.b), (unit.b, unit.a)):
        for one in first.mentions:
            over = [two for two in second.mentions if two.key[1] < one.key[2] and one.key[1] < two.key[2]]
            if len(over) > 1:
                return False
    return True


def test_overlap_counts_as_the_types_of_nervaluate_where_matching_is_no_choice() -> None:
    gold, predicted = rows(3, 6_000, is_sound=True)
    chosen = [is_one_to_one(unit) for unit in units_of(gold, predicted)]
    gold, predicted = (
        [tags for tags, kept in zip(side, chosen, strict=True) if kept] for side in (gold, predicted)
    )
    assert len(gold) > 3_000
    result = evaluated(gold, predicted)["ent_type"]
    found = totals("overlap", units_of(gold, predicted))
    assert found == [result.possible, result.actual, result.correct]  # type: ignore[attr-defined]
    assert found[2] > totals("strict", units_of(gold, predicted))[2]
