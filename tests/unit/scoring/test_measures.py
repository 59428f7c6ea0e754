"""Each measure against figures worked out by hand, and each kind of difference against what it must move."""

from __future__ import annotations

import math

import pytest

from tigris_corpus.scoring import measures
from tigris_corpus.scoring.units import Event, Mention, Side, Unit


def mention(start: int, end: int, kind: str = "GPE", entity: str | None = None, how: str = "NAM") -> Mention:
    return Mention(("D000", start, end), kind, how, entity)


def event(start: int, end: int, kind: str = "ASSAULT", **more: object) -> Event:
    given = {"realis": "actual", "polarity": "positive", "incident_id": None, "arguments": ()} | more
    return Event(("D000", start, end), kind, **given)  # type: ignore[arg-type]


def unit(a: tuple[list[Mention], list[Event]], b: tuple[list[Mention], list[Event]]) -> Unit:
    tokens = tuple(("D000", start, start + 9) for start in range(0, 100, 10))
    return Unit("D000", "en", Side(tuple(a[0]), tuple(a[1])), Side(tuple(b[0]), tuple(b[1])), tokens)


def mentions(a: list[Mention], b: list[Mention]) -> list[Unit]:
    return [unit((a, []), (b, []))]


def events(a: list[Event], b: list[Event]) -> list[Unit]:
    return [unit(([], a), ([], b))]


def test_span_f1_counts_equal_spans() -> None:
    found = mentions([mention(0, 5), mention(10, 15), mention(20, 25)], [mention(0, 5), mention(10, 16)])
    figure = measures.mentions_strict(found)
    assert (figure.a, figure.b, figure.matched) == (3, 2, 1)
    assert figure.value == pytest.approx(2 / 5)
    assert measures.mentions_overlapping(found).value == pytest.approx(4 / 5)


def test_a_wrong_type_moves_the_typed_figure_alone() -> None:
    found = mentions([mention(0, 5), mention(10, 15)], [mention(0, 5), mention(10, 15, "ORG")])
    assert measures.mentions_strict(found).value == 1
    assert measures.mentions_strict(found, typed=True).value == pytest.approx(0.5)
    assert math.isnan(measures.mentions_strict(found, kind="NOM").value)


def test_one_long_span_matches_one_of_two_short_ones() -> None:
    found = mentions([mention(0, 20)], [mention(0, 5), mention(10, 20)])
    assert measures.mentions_overlapping(found).matched == 1
    assert measures.mentions_overlapping(mentions([mention(0, 5)], [mention(5, 9)])).matched == 0


def test_kappa_of_types_on_equal_spans() -> None:
    # Three pairs, two equal: observed 2/3; by chance (2/3·1/3 + 1/3·2/3) = 4/9; κ = (2/3 − 4/9) / (1 − 4/9) = 0.4.
    found = mentions(
        [mention(0, 5), mention(10, 15), mention(20, 25, "ORG")],
        [mention(0, 5), mention(10, 15, "ORG"), mention(20, 25, "ORG"), mention(30, 35)],
    )
    figure = measures.mention_types(found)
    assert figure.value == pytest.approx(0.4)
    assert (figure.a, figure.matched) == (3, 2)


def test_kappa_is_undefined_where_there_is_one_label() -> None:
    assert math.isnan(measures.kappa([("x", "x"), ("x", "x")]).value)
    assert math.isnan(measures.kappa([]).value)


def test_triggers_with_one_span_are_matched_by_type_first() -> None:
    a = [event(0, 5, "AID"), event(0, 5, "ASSAULT")]
    b = [event(0, 5, "ASSAULT"), event(0, 5, "AID")]
    pairs = measures.matched_events(events(a, b))
    assert [(x.event_type, y.event_type) for x, y in pairs] == [("AID", "AID"), ("ASSAULT", "ASSAULT")]


def test_attributes_are_compared_on_equal_triggers_alone() -> None:
    a = [event(0, 5), event(10, 15, realis="future"), event(20, 25), event(30, 35, polarity="negative")]
    b = [event(0, 5), event(10, 15, realis="future"), event(21, 25, realis="generic"), event(30, 35)]
    assert measures.event_attribute(events(a, b), "realis").value == 1
    assert measures.event_attribute(events(a, b), "realis").a == 3
    negation = measures.negations(events(a, b))
    assert (negation.value, negation.a, negation.b) == (0, 1, 0)


def test_arguments_are_compared_by_span_and_by_entity() -> None:
    iraq_1, iraq_2 = mention(0, 4, entity="iraq"), mention(50, 54, entity="iraq")
    irak_1, irak_2 = mention(0, 4, entity="irak"), mention(50, 54, entity="irak")
    a = [event(10, 15, arguments=(("actor", iraq_1), ("time", mention(60, 64, "TIME"))))]
    b = [
        event(10, 15, arguments=(("actor", irak_2), ("time", mention(60, 64, "TIME")), ("location", irak_1)))
    ]
    found = [unit(([iraq_1, iraq_2], a), ([irak_1, irak_2], b))]
    assert measures.aligned_entities(found) == {"iraq": "irak"}
    by_span = measures.arguments(found)
    assert (by_span.a, by_span.b, by_span.matched) == (2, 3, 1)
    by_entity = measures.arguments(found, {"iraq": "irak"})
    assert by_entity.matched == 2
    assert by_entity.value == pytest.approx(0.8)


def test_arguments_of_unmatched_triggers_do_not_count() -> None:
    filler = mention(0, 4)
    a = [event(10, 15, arguments=(("actor", filler),))]
    b = [event(11, 15, arguments=(("actor", filler),))]
    assert math.isnan(measures.arguments(events(a, b)).value)


def test_clusters_are_compared_whatever_their_names() -> None:
    # Two against one: {1,2},{3} against {1,2,3}. B³ precision of the second (1·(2/3)·… see below):
    # recall (key a): every mention's cluster is found whole: 1; precision: (2/3 + 2/3 + 1/3) / 3 = 5/9; F1 = 5/7.
    a = [mention(0, 4, entity="x"), mention(10, 14, entity="x"), mention(20, 24, entity="y")]
    b = [mention(0, 4, entity="q"), mention(10, 14, entity="q"), mention(20, 24, entity="q")]
    figure = measures.clusters(mentions(a, b), "entities", "b_cubed", singletons=True)
    assert figure.value == pytest.approx(2 * 1 * (5 / 9) / (1 + 5 / 9))
    renamed = [mention(0, 4, entity="one"), mention(10, 14, entity="one"), mention(20, 24, entity="two")]
    for measure in ("b_cubed", "conll"):
        assert measures.clusters(mentions(a, renamed), "entities", measure, singletons=True).value == 1
    assert measures.clusters(mentions(a, renamed), "entities", "b_cubed", singletons=False).a == 2


def test_the_conll_score_is_the_mean_of_three() -> None:
    # The same clusters: MUC recall 1/1, precision 1/2, F1 2/3; B³ F1 5/7; CEAF-e: φ4({1,2},{1,2,3}) = 4/5,
    # recall (4/5)/2, precision (4/5)/1, F1 = 8/15.
    a = [mention(0, 4, entity="x"), mention(10, 14, entity="x"), mention(20, 24, entity="y")]
    b = [mention(0, 4, entity="q"), mention(10, 14, entity="q"), mention(20, 24, entity="q")]
    figure = measures.clusters(mentions(a, b), "entities", "conll", singletons=True)
    assert figure.value == pytest.approx((2 / 3 + 5 / 7 + 8 / 15) / 3)


def test_clusters_with_nothing_in_common_score_nothing() -> None:
    a = [mention(0, 4, entity="x"), mention(10, 14, entity="x")]
    b = [mention(50, 54, entity="x"), mention(60, 64, entity="x")]
    for measure in ("b_cubed", "conll"):
        assert measures.clusters(mentions(a, b), "entities", measure, singletons=True).value == 0
    assert measures.clusters(mentions(a, []), "entities", "conll", singletons=True).value == 0
    assert math.isnan(measures.clusters(mentions([], []), "entities", "conll", singletons=True).value)


def test_equal_clusters_of_one_agree() -> None:
    a = [mention(0, 4, entity="x"), mention(10, 14, entity="y")]
    for measure in ("b_cubed", "conll"):
        assert measures.clusters(mentions(a, a), "entities", measure, singletons=True).value == 1


def test_a_paragraph_drawn_twice_makes_no_cluster_of_two() -> None:
    found = mentions([mention(0, 4, entity="x")], [mention(0, 4, entity="x")])
    assert math.isnan(measures.clusters(found * 2, "entities", "b_cubed", singletons=False).value)


def test_one_trigger_may_tell_of_two_incidents() -> None:
    a = [event(0, 5, incident_id="x"), event(0, 5, incident_id="y")]
    figure = measures.clusters(events(a, a), "incidents", "b_cubed", singletons=True)
    assert (figure.value, figure.a) == (1, 2)


def test_alpha_is_over_words() -> None:
    # Ten words; a labels words 0 and 1, b word 0: nominal α of 10 pairs, one of them different.
    # Coincidences: n = 20, values: G 3, none 17. D_o = 2/20 = 0.1; D_e = 2·3·17 / (20·19) = 102/380; α = 1 − 0.1·380/102.
    found = mentions([mention(0, 19)], [mention(0, 9)])
    figure = measures.token_alpha(found, "mentions")
    assert figure.value == pytest.approx(1 - 0.1 * 380 / 102)
    assert (figure.a, figure.b, figure.matched) == (2, 1, 1)
    assert math.isnan(measures.token_alpha(mentions([], []), "mentions").value)


def test_a_word_has_the_type_of_the_longest_mention_on_it() -> None:
    nested = mentions([mention(0, 19, "ORG"), mention(0, 9, "GPE")], [mention(0, 19, "ORG")])
    assert measures.token_alpha(nested, "mentions").value == 1


@pytest.mark.parametrize("same", [True, False])
def test_perfect_agreement_is_one_and_none_is_zero(same: bool) -> None:
    a = unit(([mention(0, 5)], [event(10, 15)]), ([mention(0, 5)], [event(10, 15)]))
    b = unit(([mention(0, 5)], [event(10, 15)]), ([mention(50, 55)], [event(60, 65)]))
    units = [a if same else b]
    for measure in (
        measures.mentions_strict,
        measures.mentions_overlapping,
        measures.triggers_strict,
        measures.triggers_overlapping,
    ):
        assert measure(units).value == (1 if same else 0)
