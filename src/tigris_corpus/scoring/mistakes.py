"""What went wrong, place by place: the differences that the scores count, each with its sentence.

What a side has and the other has not, by the strict measure of its layer, is one mistake together with what stands there
instead, if anything does. Of what is left over on both sides, first what has the same span is put together, then what
overlaps and has the same type, then what overlaps. So the gold is what is right, and what is wrong in some way, and what
is missed; and so is what was predicted, with what is spurious.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pandas as pd

from tigris_corpus.descriptor import profile
from tigris_corpus.errors import CorpusError
from tigris_corpus.scoring.evaluated import Part, laid_out
from tigris_corpus.scoring.matching import overlapping
from tigris_corpus.scoring.units import annotated_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.scoring.evaluated import Gold, Source
    from tigris_corpus.scoring.units import Key, Sentence, Unit

T = TypeVar("T")

MISSED, SPURIOUS = "missed", "spurious"
TYPE, BOUNDARY, BOTH = "wrong-type", "wrong-boundary", "wrong-type-and-boundary"
ROLE, LINK = "wrong-role", "wrong-link"
_ASPECTS = {"realis": "wrong-realis", "polarity": "wrong-polarity"}
KINDS = (MISSED, SPURIOUS, TYPE, BOUNDARY, BOTH, *_ASPECTS.values(), ROLE, LINK)
"""Every kind of mistake."""
LAYERS = ("mentions", "events", "arguments", "entities")
"""The layers whose mistakes have a place; incidents are clusters."""
_BY_DEFAULT = LAYERS[:3]
COLUMNS = (
    *("layer", "kind", "document_id", "sentence_id"),
    *("gold_start", "gold_end", "gold_text", "gold_label"),
    *("predicted_start", "predicted_end", "predicted_text", "predicted_label"),
    *("event", "because", "sentence_start", "sentence"),
)


@dataclass(frozen=True)
class Mistakes:
    """What went wrong.

    ``table`` has a row a mistake, in the order of the texts: layer; kind (one of ``KINDS``); document_id; sentence_id; for
    gold and predicted each start and end (code points into the document), text and label (type, role, aspect or entity
    id), missing where the side has nothing there; event (the trigger and its type, of arguments and aspects); because
    (what else has to be right first); sentence_start (code points) and sentence (its text). ``signature`` and ``notes``
    are as those of scores.
    """

    table: pd.DataFrame = field(repr=False)
    signature: str
    notes: tuple[str, ...] = ()


class _Mistake(NamedTuple):
    layer: str
    kind: str
    gold: Key | None
    gold_label: str | None
    predicted: Key | None
    predicted_label: str | None
    event: tuple[Key, str] | None = None
    because: str | None = None

    @property
    def place(self) -> Key:
        return self.gold or self.predicted or ("", 0, 0)


def errors(
    gold: Gold,
    predicted: Source,
    layer: str | Sequence[str] | None = None,
    *,
    corpus: Corpus | None = None,
    split: str | None = None,
    fold: int | None = None,
    documents: str | Sequence[str] | None = None,
) -> Mistakes:
    """Return what went wrong in predictions, place by place.

    Gold, predictions and the part that is looked at are as in ``score``. ``layer`` is one or several of ``LAYERS``; by
    default mentions, events and arguments, as far as the predictions hold them. Raises CorpusError as ``score`` does.
    """
    asked = [layer] if isinstance(layer, str) else layer
    if asked is not None and not set(asked) <= set(LAYERS):
        lost = next(name for name in asked if name not in LAYERS)
        raise CorpusError(f"{lost!r} is no layer whose mistakes have a place; those are {', '.join(LAYERS)}")
    part = Part.of(split, fold, documents)
    found = laid_out(gold, [predicted], asked, part, corpus, known=_BY_DEFAULT)
    sentences = annotated_sentences(found.corpus, found.documents)
    rows = []
    for unit in found.units[0]:
        wrong = [one for name in found.layers for one in _FINDERS[name](unit, found.lacks)]
        text = found.corpus.text(unit.document)
        own = sorted(sentences[unit.document], key=lambda sentence: sentence.start)
        rows += [_row(one, text, own) for one in sorted(wrong, key=lambda one: one.place)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("gold_start", "gold_end", "predicted_start", "predicted_end"):
        table[name] = table[name].astype("Int64")
    signature = "|".join((f"tigris:{profile().version}", *found.signature))
    return Mistakes(table, signature, found.notes)


def _mentions(unit: Unit, _: frozenset[str]) -> Iterator[_Mistake]:
    gold, predicted = ({(one.key, one.entity_type) for one in side.mentions} for side in (unit.a, unit.b))
    return _spans("mentions", gold, predicted)


def _events(unit: Unit, lacks: frozenset[str]) -> Iterator[_Mistake]:
    gold, predicted = ({(one.key, one.event_type) for one in side.events} for side in (unit.a, unit.b))
    yield from _spans("events", gold, predicted)
    types = dict(sorted(gold))
    for aspect, kind in _ASPECTS.items():
        if aspect not in lacks:
            ours, theirs = (
                {(one.key, getattr(one, aspect)) for one in side.events} for side in (unit.a, unit.b)
            )
            for key, first, second in _on_equal_spans(ours, theirs):
                yield _Mistake("events", kind, key, first, key, second, (key, types[key]))


def _links(unit: Unit, _: frozenset[str]) -> Iterator[_Mistake]:
    gold, predicted = ({(one.key, one.entity_id or "") for one in side.mentions} for side in (unit.a, unit.b))
    for key, first, second in _on_equal_spans(gold, predicted):
        yield _Mistake("entities", LINK, key, first or None, key, second or None)


def _arguments(unit: Unit, _: frozenset[str]) -> Iterator[_Mistake]:
    gold, predicted = (
        {
            ((event.key, event.event_type), filler.key, role)
            for event in side.events
            for role, filler in event.arguments
        }
        for side in (unit.a, unit.b)
    )
    ours, theirs = gold - predicted, predicted - gold
    pairs = [(ROLE, pair) for pair in _taken(ours, theirs, lambda one: one[:2])]
    pairs += [
        (BOUNDARY, pair) for pair in _taken(ours, theirs, lambda one: (one[0], one[2]), lambda one: one[1])
    ]
    for kind, (first, second) in pairs:
        yield _Mistake("arguments", kind, *first[1:], *second[1:], first[0])
    events = [{(event.key, event.event_type) for event in side.events} for side in (unit.a, unit.b)]
    for event, filler, role in sorted(ours):
        because = None if event in events[1] else "no event of this trigger and type is predicted"
        yield _Mistake("arguments", MISSED, filler, role, None, None, event, because)
    for event, filler, role in sorted(theirs):
        because = None if event in events[0] else "no event of this trigger and type is in the gold"
        yield _Mistake("arguments", SPURIOUS, None, None, filler, role, event, because)


def _spans(layer: str, gold: set[tuple[Key, str]], predicted: set[tuple[Key, str]]) -> Iterator[_Mistake]:
    """Yield the mistakes of spans that have a label."""
    ours, theirs = gold - predicted, predicted - gold
    pairs = [(TYPE, pair) for pair in _taken(ours, theirs, lambda one: one[0])]
    pairs += [(BOUNDARY, pair) for pair in _taken(ours, theirs, lambda one: one[1], lambda one: one[0])]
    pairs += [(BOTH, pair) for pair in _taken(ours, theirs, lambda _: None, lambda one: one[0])]
    for kind, (first, second) in pairs:
        yield _Mistake(layer, kind, *first, *second)
    yield from (_Mistake(layer, MISSED, *one, None, None) for one in sorted(ours))
    yield from (_Mistake(layer, SPURIOUS, None, None, *one) for one in sorted(theirs))


def _taken(
    ours: set[T],
    theirs: set[T],
    shared: Callable[[T], Hashable],
    span: Callable[[T], Key] | None = None,
) -> list[tuple[T, T]]:
    """Take from both sides, and return, pairs that have something in common and, by their ``span``, overlap."""
    first, second = _grouped(ours, shared), _grouped(theirs, shared)
    found: list[tuple[T, T]] = []
    for key, mine in first.items():
        others = second.get(key, [])
        if span is None:
            found += zip(mine, others, strict=False)
        else:
            places = overlapping([span(one) for one in mine], [span(one) for one in others])
            found += [(mine[a], others[b]) for a, b in places]
    ours.difference_update(one for one, _ in found)
    theirs.difference_update(other for _, other in found)
    return found


def _grouped(items: Iterable[T], key: Callable[[T], Hashable]) -> dict[Hashable, list[T]]:
    found: dict[Hashable, list[T]] = {}
    for item in sorted(items, key=repr):
        found.setdefault(key(item), []).append(item)
    return found


def _on_equal_spans(
    gold: set[tuple[Key, str]], predicted: set[tuple[Key, str]]
) -> Iterator[tuple[Key, str | None, str | None]]:
    """Yield the labels that differ of the spans that both sides have."""
    ours, theirs = (_grouped(side, lambda one: one[0]) for side in (gold - predicted, predicted - gold))
    for key in sorted({key for key, _ in gold} & {key for key, _ in predicted}):
        labels = ([label for _, label in side.get(key, [])] for side in (ours, theirs))
        for first, second in zip_longest(*labels):
            yield key, first, second


_FINDERS = {"mentions": _mentions, "events": _events, "arguments": _arguments, "entities": _links}


def _row(one: _Mistake, text: str, sentences: Sequence[Sentence]) -> tuple[Any, ...]:
    document, start, _ = one.place
    sentence = sentences[bisect_right(sentences, start, key=lambda sentence: sentence.start) - 1]
    sides: list[Any] = []
    for span, label in ((one.gold, one.gold_label), (one.predicted, one.predicted_label)):
        sides += [None, None, None, label] if span is None else [*span[1:], text[span[1] : span[2]], label]
    event = None if one.event is None else f"{text[one.event[0][1] : one.event[0][2]]} {one.event[1]}"
    there = (sentence.start, sentence.text)
    return (one.layer, one.kind, document, sentence.name, *sides, event, one.because, *there)
