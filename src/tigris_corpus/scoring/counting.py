"""What counts as right: the measures of predictions, each with what has to be the same, counted a paragraph at a time.

Of each measure, what is in the gold, what is predicted, and what is in both are sets: of things that are the same in all
that the measure looks at, one counts, as in conlleval, seqeval and TextEE. Precision is what is in both as a share of
what is predicted, recall as a share of the gold, F1 their harmonic mean. Sources:

- mentions by span and type: Tjong Kim Sang & De Meulder (2003); by overlap and type, each matched once: the "type" of
  MUC-7 and SemEval-2013 task 9 (Segura-Bedmar et al. 2013), here with as many pairs as there can be;
- triggers and arguments: TextEE (Huang et al. 2024). An argument is known by the type of its event and the span that
  fills it (Arg-I), and its role (Arg-C), and, attached, by the trigger of its event too (Arg-I+ and Arg-C+);
- realis and polarity: on the triggers that both sides have, and end to end, as in the event nuggets of TAC KBP
  (Mitamura et al. 2015);
- linking: strong annotation match (Cornolti et al. 2013): the span, and the id of the registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tigris_corpus.scoring import coreference
from tigris_corpus.scoring.matching import overlapping

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tigris_corpus.scoring.units import Key, Side, Unit

    Items = set[tuple[Hashable, str]]
    Tally = dict[str, list[int]]
    Counts = NDArray[np.int64]
    Rates = NDArray[np.float64]

GOLD, PREDICTED, MATCHED = range(3)
"""The places of the three counts."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that adds up: ``count`` gives the three counts of a paragraph by label.

    The label is that of the thing itself: its type, its role. Where a measure does not look at labels
    (``is_labelled``), the only one is empty. ``needs`` is the aspect of events without which there is nothing to
    compare.
    """

    layer: str
    name: str
    count: Callable[[Side, Side], Tally]
    is_labelled: bool = True
    needs: str | None = None
    by_tags: bool = False


@dataclass(frozen=True, slots=True)
class Clustering:
    """A measure of clusters, which does not add up: ``measure`` is that of ``coreference``."""

    layer: str
    name: str
    measure: str
    is_within: bool = False


CLUSTERINGS = tuple(
    Clustering(layer, f"{title}{' within documents' if is_within else ''}", measure, is_within)
    for layer in ("entities", "incidents")
    for is_within in (False, True)
    for title, measure in (("B³", "b_cubed"), ("CoNLL", "conll"))
)
"""The measures of clusters; a cluster is all of one id, in all documents or in one."""


def measures(registry: Mapping[str, str]) -> tuple[Measure, ...]:
    """Return the measures that add up, in the order in which they are shown.

    ``registry`` has the entity type of each entity id, by which linking is told: a link may be right where the type of the
    mention is not. An id that is not in it has the type of its mention.
    """
    return (
        Measure("mentions", "strict", _by(_typed_spans), by_tags=True),
        Measure("mentions", "overlap", _overlaps, by_tags=True),
        Measure("mentions", "span", _by(_spans), is_labelled=False, by_tags=True),
        Measure("events", "Tri-I", _by(_triggers), is_labelled=False, by_tags=True),
        Measure("events", "Tri-C", _by(_typed_triggers), by_tags=True),
        Measure("events", "Tri-C and realis", _by(_typed_triggers_with("realis")), needs="realis"),
        Measure("events", "Tri-C and polarity", _by(_typed_triggers_with("polarity")), needs="polarity"),
        Measure("events", "realis on equal triggers", _on_equal_triggers("realis"), needs="realis"),
        Measure("events", "polarity on equal triggers", _on_equal_triggers("polarity"), needs="polarity"),
        Measure("arguments", "Arg-I", _by(_arguments(attached=False, labelled=False)), is_labelled=False),
        Measure("arguments", "Arg-C", _by(_arguments(attached=False, labelled=True))),
        Measure("arguments", "Arg-I+", _by(_arguments(attached=True, labelled=False)), is_labelled=False),
        Measure("arguments", "Arg-C+", _by(_arguments(attached=True, labelled=True))),
        Measure("entities", "linking", _links(registry)),
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """A measure with its counts: paragraphs × labels × (gold, predicted, matched)."""

    measure: Measure
    labels: tuple[str, ...]
    counts: Counts


def counted(measure: Measure, units: Sequence[Unit]) -> Counted:
    """Return the counts of a measure over paragraphs; the labels are those of either side, in their order."""
    tallies = [measure.count(unit.a, unit.b) for unit in units]
    labels = sorted({label for tally in tallies for label in tally})
    places = {label: place for place, label in enumerate(labels)}
    counts = np.zeros((len(units), len(labels), 3), dtype=np.int64)
    for row, tally in zip(counts, tallies, strict=True):
        for label, three in tally.items():
            row[places[label]] = three
    return Counted(measure, tuple(labels), counts)


def rates(counts: NDArray[np.int64] | NDArray[np.float64]) -> Rates:
    """Return precision, recall and F1 in the place of the three counts, whatever stands before them.

    A share of nothing is 0; where nothing is in the gold and nothing is predicted, all three are undefined: nan.
    """
    gold, predicted, matched = (counts[..., place].astype(np.float64) for place in range(3))
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = (np.where(whole > 0, matched / whole, 0.0) for whole in (predicted, gold))
        found = np.stack([precision, recall, 2 * matched / (gold + predicted)], axis=-1)
    found[(gold + predicted) == 0] = np.nan
    return found


def macro(counts: NDArray[np.int64] | NDArray[np.float64]) -> Rates:
    """Return the means of precision, recall and F1 over the labels (… × labels × 3) that are on either side."""
    found = rates(counts)
    is_there = ~np.isnan(found[..., 0])
    total = np.where(is_there[..., None], found, 0.0).sum(axis=-2)
    number = is_there.sum(axis=-1)[..., None].astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.where(number > 0, total / number, np.nan)


def clustered(clustering: Clustering, units: Sequence[Unit]) -> tuple[Rates, Counts]:
    """Return precision, recall and F1 of a clustering, and how many spans are in a cluster: in gold, predicted, both."""
    sides = [_clusters(clustering, (getattr(unit, side) for unit in units)) for side in ("a", "b")]
    gold, predicted = ({span for cluster in side for span in cluster} for side in sides)
    found = np.array(coreference.scored(sides[0], sides[1], clustering.measure))
    return found, np.array([len(gold), len(predicted), len(gold & predicted)])


def _clusters(clustering: Clustering, sides: Iterable[Side]) -> list[set[Hashable]]:
    """Return clusters of spans. A span of two clusters, as of a trigger that tells of two incidents, is then two."""
    found: dict[tuple[str, str], set[Hashable]] = {}
    for side in sides:
        times: dict[Key, int] = {}
        seen: set[tuple[Key, str]] = set()
        for key, _, name in sorted(_named(clustering.layer, side)):
            if (key, name) not in seen:
                seen.add((key, name))
                times[key] = times.get(key, 0) + 1
                scope = key[0] if clustering.is_within else ""
                found.setdefault((scope, name), set()).add((key, times[key]))
    return list(found.values())


def _named(layer: str, side: Side) -> Iterator[tuple[Key, tuple[object, ...], str]]:
    """Yield the spans that are in a cluster, what else is known of each, and the name of its cluster.

    What is known puts spans of two clusters in the same order on both sides, whatever the clusters are called.
    """
    if layer == "entities":
        for mention in side.mentions:
            if mention.entity_id:
                yield mention.key, (mention.entity_type,), mention.entity_id
    else:
        for event in side.events:
            if event.incident_id:
                fillers = tuple(sorted((role, filler.key) for role, filler in event.arguments))
                known = (event.event_type, event.realis, event.polarity, fillers)
                yield event.key, known, event.incident_id


def _by(items: Callable[[Side], Items]) -> Callable[[Side, Side], Tally]:
    """Return the count of what two sides have in common, by a function from a side to its items with their labels."""

    def count(gold: Side, predicted: Side) -> Tally:
        return _tally(items(gold), items(predicted))

    return count


def _tally(gold: Items, predicted: Items) -> Tally:
    found: Tally = {}
    for place, items in enumerate((gold, predicted, gold & predicted)):
        for _, label in items:
            found.setdefault(label, [0, 0, 0])[place] += 1
    return found


def _spans(side: Side) -> Items:
    return {(mention.key, "") for mention in side.mentions}


def _typed_spans(side: Side) -> Items:
    return {(mention.key, mention.entity_type) for mention in side.mentions}


def _triggers(side: Side) -> Items:
    return {(event.key, "") for event in side.events}


def _typed_triggers(side: Side) -> Items:
    return {(event.key, event.event_type) for event in side.events}


def _typed_triggers_with(aspect: str) -> Callable[[Side], Items]:
    def items(side: Side) -> Items:
        told = ((event, getattr(event, aspect)) for event in side.events)
        return {((event.key, value), event.event_type) for event, value in told}

    return items


def _on_equal_triggers(aspect: str) -> Callable[[Side, Side], Tally]:
    def count(gold: Side, predicted: Side) -> Tally:
        shared = {event.key for event in gold.events} & {event.key for event in predicted.events}

        def items(side: Side) -> Items:
            told = ((event.key, getattr(event, aspect)) for event in side.events if event.key in shared)
            return {(key, value) for key, value in told if value}

        return _tally(items(gold), items(predicted))

    return count


def _arguments(*, attached: bool, labelled: bool) -> Callable[[Side], Items]:
    def items(side: Side) -> Items:
        return {
            ((event.event_type, filler.key, event.key if attached else None), role if labelled else "")
            for event in side.events
            for role, filler in event.arguments
        }

    return items


def _links(registry: Mapping[str, str]) -> Callable[[Side, Side], Tally]:
    def count(gold: Side, predicted: Side) -> Tally:
        both = (*gold.mentions, *predicted.mentions)
        types = dict(
            sorted(((one.entity_id, one.entity_type) for one in both if one.entity_id), reverse=True)
        )

        def items(side: Side) -> Items:
            named = ((one.key, one.entity_id) for one in side.mentions)
            return {((key, name), registry.get(name, types[name])) for key, name in named if name}

        return _tally(items(gold), items(predicted))

    return count


def _overlaps(gold: Side, predicted: Side) -> Tally:
    ours, theirs = _spans_by_type(gold), _spans_by_type(predicted)
    found: Tally = {}
    for label in ours.keys() | theirs.keys():
        first, second = ours.get(label, []), theirs.get(label, [])
        found[label] = [len(first), len(second), len(overlapping(first, second))]
    return found


def _spans_by_type(side: Side) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {}
    for key, label in sorted({(mention.key, mention.entity_type) for mention in side.mentions}):
        found.setdefault(label, []).append(key)
    return found
