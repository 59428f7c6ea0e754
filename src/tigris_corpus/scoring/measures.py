"""Measures of how far two annotations agree, each a function from paragraphs to a figure with its counts.

F1 is the harmonic mean of precision and recall, 2·matched / (a + b), the same whichever side is taken as the truth
(Hripcsak & Rothschild 2005). κ is Cohen's (1960) as scikit-learn computes it; α is Krippendorff's (nominal) as the
package krippendorff computes it; B³ (Bagga & Baldwin 1998) and the CoNLL-2012 score (the mean of MUC, B³ and CEAF-e
F1; Pradhan et al. 2012) are those of ``coreference``.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tigris_corpus.scoring import coreference

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from tigris_corpus.scoring.units import Event, Key, Mention, Side, Unit


@dataclass(frozen=True, slots=True)
class Figure:
    """A value between -1 and 1, or nan where it is undefined, with what was counted on either side and in common."""

    value: float
    a: int
    b: int
    matched: int


def f1(a: int, b: int, matched: int) -> Figure:
    """Return the F1 of two sets of which ``matched`` items are the same; undefined where both are empty.

    >>> f1(4, 6, 4).value
    0.8
    """
    return Figure(2 * matched / (a + b) if a + b else math.nan, a, b, matched)


def mentions_strict(units: Sequence[Unit], kind: str | None = None, *, typed: bool = False) -> Figure:
    """Return the F1 of mentions with the same span, and the same type where ``typed``; ``kind`` is a mention type."""

    def items(mentions: Iterable[Mention]) -> list[Hashable]:
        kept = (mention for mention in mentions if kind in {None, mention.mention_type})
        return [(mention.key, mention.entity_type if typed else None) for mention in kept]

    return _f1_of((items(unit.a.mentions), items(unit.b.mentions)) for unit in units)


def mentions_of_type(units: Sequence[Unit], entity_type: str) -> Figure:
    """Return the F1 of the mentions of one type, by span."""
    return _of_type(units, "mentions", entity_type)


def mentions_overlapping(units: Sequence[Unit]) -> Figure:
    """Return the F1 of mentions whose spans share a character, each matched once, the longest overlap first."""
    return _overlapping(units, "mentions")


def triggers_strict(units: Sequence[Unit], *, typed: bool = False) -> Figure:
    """Return the F1 of triggers with the same span, and the same type where ``typed``."""

    def items(events: Iterable[Event]) -> list[Hashable]:
        return [(event.key, event.event_type if typed else None) for event in events]

    return _f1_of((items(unit.a.events), items(unit.b.events)) for unit in units)


def triggers_of_type(units: Sequence[Unit], event_type: str) -> Figure:
    """Return the F1 of the triggers of one event type, by span."""
    return _of_type(units, "events", event_type)


def triggers_overlapping(units: Sequence[Unit]) -> Figure:
    """Return the F1 of triggers whose spans share a character, each matched once, the longest overlap first."""
    return _overlapping(units, "events")


def mention_types(units: Sequence[Unit]) -> Figure:
    """Return the κ of entity types on the mentions with the same span."""
    pairs = []
    for unit in units:
        theirs = {mention.key: mention.entity_type for mention in unit.b.mentions}
        pairs += [
            (mention.entity_type, theirs[mention.key]) for mention in unit.a.mentions if mention.key in theirs
        ]
    return kappa(pairs)


def event_attribute(units: Sequence[Unit], name: str) -> Figure:
    """Return the κ of an attribute (event_type, realis, polarity) on the triggers with the same span."""
    pairs = matched_events(units)
    return kappa([(getattr(a, name), getattr(b, name)) for a, b in pairs])


def negations(units: Sequence[Unit]) -> Figure:
    """Return the F1 of negative polarity on the triggers with the same span: κ says little where it is rare."""
    pairs = matched_events(units)
    both = sum(a.polarity == b.polarity == "negative" for a, b in pairs)
    return f1(
        sum(a.polarity == "negative" for a, _ in pairs), sum(b.polarity == "negative" for _, b in pairs), both
    )


def arguments(units: Sequence[Unit], entities: dict[str, str] | None = None) -> Figure:
    """Return the F1 of arguments (role and filler) of the events whose triggers have the same span.

    Fillers are compared by span, or, where ``entities`` is given (the first annotator's entity ids, each with the
    second's id for the same thing), by entity: any mention of it will do, and what is linked to nothing counts by span.
    """
    a_items: list[Hashable] = []
    b_items: list[Hashable] = []
    for number, (a, b) in enumerate(matched_events(units)):
        a_items += {
            (number, role, _filler(mention, entities, is_first=True)) for role, mention in a.arguments
        }
        b_items += {
            (number, role, _filler(mention, entities, is_first=False)) for role, mention in b.arguments
        }
    return _f1_of([(a_items, b_items)])


def aligned_entities(units: Sequence[Unit]) -> dict[str, str]:
    """Return, for each entity id of the first annotator, the second's id for it: the one they share most spans with."""
    shared: Counter[tuple[str, str]] = Counter()
    for unit in units:
        theirs = {mention.key: mention.entity_id for mention in unit.b.mentions}
        for mention in unit.a.mentions:
            other = theirs.get(mention.key)
            if mention.entity_id and other:
                shared[mention.entity_id, other] += 1
    aligned: dict[str, str] = {}
    for (a, b), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if a not in aligned and b not in aligned.values():
            aligned[a] = b
    return aligned


def clusters(units: Sequence[Unit], what: str, measure: str, *, singletons: bool) -> Figure:
    """Return B³ or CoNLL F1 (``measure``: b_cubed or conll) of the clusters of ``what``: entities or incidents.

    Only how spans are grouped counts, never the ids, which each annotator coins. Paragraphs that were drawn twice
    count as two.
    """
    sides: list[list[set[Hashable]]] = []
    for side in ("a", "b"):
        groups: dict[tuple[str, int], set[Hashable]] = {}
        copies: Counter[int] = Counter()
        for number, unit in enumerate(units):
            copies[id(unit)] += 1  # a paragraph drawn again is a copy, and clusters with copies of others
            seen: Counter[Key] = Counter()
            for key, name in _links(getattr(unit, side), what):
                seen[key] += 1  # one trigger may tell of two incidents
                groups.setdefault((name, copies[id(unit)]), set()).add((number, key, seen[key]))
        sides.append([group for group in groups.values() if singletons or len(group) > 1])
    a, b = (sum(map(len, side)) for side in sides)
    matched = len(set().union(*sides[0]) & set().union(*sides[1])) if a and b else 0
    return Figure(coreference.scored(sides[0], sides[1], measure)[2], a, b, matched)


def token_alpha(units: Sequence[Unit], what: str) -> Figure:
    """Return α over the words, cut at blanks: each has the type of the outermost mention, or of the event, on it."""
    import krippendorff  # noqa: PLC0415 - only where α is asked for

    a_labels, b_labels = [], []
    for unit in units:
        a_spans, b_spans = (_spans(side, what) for side in (unit.a, unit.b))
        a_labels += [_label(token, a_spans) for token in unit.tokens]
        b_labels += [_label(token, b_spans) for token in unit.tokens]
    names = {label: number for number, label in enumerate(sorted({*a_labels, *b_labels}))}
    a, b = (sum(bool(label) for label in labels) for labels in (a_labels, b_labels))
    same = sum(bool(mine) and mine == theirs for mine, theirs in zip(a_labels, b_labels, strict=True))
    if len(names) < 2:  # noqa: PLR2004 - with one label there is nothing to agree on
        return Figure(math.nan, a, b, same)
    data = [[names[label] for label in labels] for labels in (a_labels, b_labels)]
    value = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    return Figure(float(value), a, b, same)


def matched_events(units: Sequence[Unit]) -> list[tuple[Event, Event]]:
    """Return the events of both whose triggers have the same span, each once; of several, those of one type first."""
    pairs = []
    for unit in units:
        rest = list(unit.b.events)
        waiting = []
        for event in unit.a.events:
            twin = next((b for b in rest if b.key == event.key and b.event_type == event.event_type), None)
            if twin is None:
                waiting.append(event)
            else:
                rest.remove(twin)
                pairs.append((event, twin))
        for event in waiting:
            twin = next((b for b in rest if b.key == event.key), None)
            if twin is not None:
                rest.remove(twin)
                pairs.append((event, twin))
    return pairs


def kappa(pairs: Sequence[tuple[str, str]]) -> Figure:
    """Return Cohen's κ of pairs of labels; undefined where there is none, or where chance alone explains all.

    >>> round(kappa([("x", "x"), ("x", "y"), ("y", "y"), ("y", "y")]).value, 2)
    0.5
    """
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415 - only where κ is asked for

    same = sum(a == b for a, b in pairs)
    if not pairs or len({label for pair in pairs for label in pair}) == 1:
        return Figure(math.nan, len(pairs), len(pairs), same)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs])
    return Figure(float(value), len(pairs), len(pairs), same)


def _f1_of(
    pairs: Iterable[tuple[list[Hashable], list[Hashable]]] | Iterable[tuple[list[Key], list[Key]]],
) -> Figure:
    a_count = b_count = matched = 0
    for a, b in pairs:
        a_count, b_count = a_count + len(a), b_count + len(b)
        matched += sum((Counter(a) & Counter(b)).values())
    return f1(a_count, b_count, matched)


def _of_type(units: Sequence[Unit], what: str, label: str) -> Figure:
    def items(side: Side) -> list[Hashable]:
        return [key for key, own in _labelled(side, what) if own == label]

    return _f1_of((items(unit.a), items(unit.b)) for unit in units)


def _overlapping(units: Sequence[Unit], what: str) -> Figure:
    a_count = b_count = matched = 0
    for unit in units:
        a, b = ([key for key, _ in _labelled(side, what)] for side in (unit.a, unit.b))
        a_count, b_count = a_count + len(a), b_count + len(b)
        overlaps = sorted(
            ((min(x[2], y[2]) - max(x[1], y[1]), -i, -j) for i, x in enumerate(a) for j, y in enumerate(b)),
            reverse=True,
        )
        used_a: set[int] = set()
        used_b: set[int] = set()
        for length, i, j in overlaps:
            if length > 0 and i not in used_a and j not in used_b:
                used_a.add(i)
                used_b.add(j)
        matched += len(used_a)
    return f1(a_count, b_count, matched)


def _filler(mention: Mention, entities: dict[str, str] | None, *, is_first: bool) -> Hashable:
    if entities is None or not mention.entity_id:
        return mention.key
    if not is_first:
        return mention.entity_id
    return entities.get(mention.entity_id, ("only the first has", mention.entity_id))


def _links(side: Side, what: str) -> list[tuple[Key, str]]:
    if what == "entities":
        found = ((mention.key, mention.entity_id) for mention in side.mentions)
    else:
        found = ((event.key, event.incident_id) for event in side.events)
    return [(key, name) for key, name in found if name]


def _labelled(side: Side, what: str) -> list[tuple[Key, str]]:
    """Return the spans of the mentions or of the events of one side, each with its type."""
    if what == "mentions":
        return [(mention.key, mention.entity_type) for mention in side.mentions]
    return [(event.key, event.event_type) for event in side.events]


def _spans(side: Side, what: str) -> list[tuple[Key, str]]:
    """Return the same, the longest first."""
    return sorted(_labelled(side, what), key=lambda item: item[0][1] - item[0][2])


def _label(token: Key, spans: list[tuple[Key, str]]) -> str:
    """Return the label of the longest span that shares a character with a word, or nothing."""
    return next((label for (_, start, end), label in spans if start < token[2] and token[1] < end), "")
