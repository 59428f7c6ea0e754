"""Where two annotations of a document disagree, place by place.

Rows are paired before they are compared: mentions and triggers by equal span, then by overlap. Of two mentions, one
inside the other, with different types, neither is the other's twin: both may be right, and each is a place of its
own. Two that cross can never both stand.

The ids of entities and incidents are coined freely, so that two passes call one thing by two names. They are compared
as clusters: ``alignment`` says which id of the one is which of the other's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import SPAN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    Record = dict[str, Any]
    Pair = tuple[Record | None, Record | None]
    Known = Mapping[str, Collection[str]]
    SentenceAt = Callable[[int, int], Record | None]

ONLY_FIRST, ONLY_SECOND, BOUNDARY, LABEL = "only first", "only second", "boundary", "label"
KINDS = (ONLY_FIRST, ONLY_SECOND, BOUNDARY, LABEL)
"""How two annotations can disagree at a place."""
FIRST, SECOND = "first", "second"
"""The two sides."""
LABELS: dict[str, tuple[str, ...]] = {
    "mentions": ("entity_type", "mention_type", "value"),
    "entities": ("entity_id",),
    "events": ("event_type", "realis", "polarity", "modes", "source"),
    "arguments": ("arguments",),
    "incidents": ("incident_id",),
}
"""What is compared of rows that are paired, by layer; ``source`` is the span of the mention that says so."""
LAYERS_OF = {"mentions": ("mentions", "entities"), "events": ("events", "arguments", "incidents")}
TABLE_OF = {layer: table for table, layers in LAYERS_OF.items() for layer in layers}
"""The table whose rows are compared in each layer."""
LINKS = {"mentions": "entity_id", "events": "incident_id"}
"""The column of each of these tables whose ids are coined freely."""
REGISTRY = {"entity_id": "entities", "incident_id": "incidents"}
_TYPE = {"mentions": "entity_type", "events": "event_type"}
_CROWDED = 10_000
"""So many pairs of rows of one sentence, none of equal span, are not looked through for those that overlap."""


@dataclass(frozen=True)
class Disagreement:
    """One place at which two annotations disagree in one layer.

    ``start`` and ``end`` hold what both have there. ``kind`` is one of ``KINDS``. ``first`` and ``second`` are the
    readings, None where that side has nothing: the row of a mention, or of an event with its source and its arguments
    as spans. ``columns`` are those that differ, where both have a row.
    """

    layer: str
    sentence_id: str
    start: int
    end: int
    kind: str
    first: Record | None
    second: Record | None
    columns: tuple[str, ...] = ()

    @property
    def sides(self) -> dict[str, Record | None]:
        """The readings by their side."""
        return {FIRST: self.first, SECOND: self.second}

    def as_dict(self) -> dict[str, Any]:
        """Return the disagreement as plain values, ready for JSON."""
        return {
            "layer": self.layer,
            "sentence_id": self.sentence_id,
            "start": self.start,
            "end": self.end,
            "kind": self.kind,
            "columns": list(self.columns),
            "first": self.first,
            "second": self.second,
        }


def disagreements(
    sentence_at: SentenceAt, first: Record, second: Record, known: Known | None = None
) -> list[Disagreement]:
    """Return where two annotations of a document disagree, in the order of the text; nothing where they agree.

    ``sentence_at`` gives the sentence that holds a span whole, or None. ``known`` has the ids of the registry by the
    column that refers to them (``entity_id``, ``incident_id``): these are known to be different things.
    """
    pairs = pairs_of(first, second)
    same = {
        table: alignment(pairs[table], column, (known or {}).get(column, ()))
        for table, column in LINKS.items()
    }
    return between(pairs, same, sentence_at)


def pairs_of(first: Record, second: Record) -> dict[str, list[Pair]]:
    """Return the rows of mentions and of events of two annotations of a document as pairs."""
    return {table: paired(table, readings(first, table), readings(second, table)) for table in LAYERS_OF}


def between(
    pairs: Mapping[str, Iterable[Pair]],
    same: Mapping[str, Mapping[str, str]],
    sentence_at: SentenceAt | None = None,
) -> list[Disagreement]:
    """Return where pairs disagree, in the order of the text; ``same`` is the alignment of each table's ids.

    Without ``sentence_at``, a disagreement is in the sentence that the first of the two has, or else the second.
    """
    found = [
        one
        for table in pairs
        for pair in pairs[table]
        for one in _between(sentence_at, table, pair, same[table])
    ]
    layers = list(LABELS)
    return sorted(found, key=lambda one: (one.start, one.end, layers.index(one.layer), KINDS.index(one.kind)))


def _between(
    sentence_at: SentenceAt | None, table: str, pair: Pair, same: Mapping[str, str]
) -> Iterator[Disagreement]:
    """Yield where a pair disagrees, one disagreement a layer."""
    first, second = pair
    if first is None or second is None:
        kind = ONLY_SECOND if first is None else ONLY_FIRST
        yield _at(sentence_at, table, table, kind, pair)
        return
    if first == second:
        return
    is_moved = span_of(table, first) != span_of(table, second)
    for layer in LAYERS_OF[table]:
        is_at_issue = is_moved and layer == table
        compared = (*(SPAN_COLUMNS[table] if is_at_issue else ()), *LABELS[layer])
        columns = tuple(name for name in compared if value_of(first, name) != value_of(second, name, same))
        if columns:
            yield _at(sentence_at, table, layer, BOUNDARY if is_at_issue else LABEL, pair, columns)


def _at(
    sentence_at: SentenceAt | None,
    table: str,
    layer: str,
    kind: str,
    pair: Pair,
    columns: tuple[str, ...] = (),
) -> Disagreement:
    spans = [span_of(table, row) for row in pair if row is not None]
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    sentence = (sentence_at and sentence_at(start, end)) or pair[0] or pair[1] or {}
    return Disagreement(layer, sentence["sentence_id"], start, end, kind, *pair, columns)


def value_of(reading: Record, column: str, same: Mapping[str, str] | None = None) -> Any:
    """Return what is compared of a column; an id as the other side has it, by ``same``."""
    if column == "arguments":
        return {(one["role"], one["start"], one["end"]) for one in reading["arguments"]}
    if column == "source":
        return (reading["source"]["start"], reading["source"]["end"]) if "source" in reading else None
    value = reading.get(column)
    return (same or {}).get(value, value) if column in REGISTRY and value is not None else value


def extra_arguments(reading: Record, other: Collection[tuple[str, int, int]]) -> list[Record]:
    """Return the arguments of a reading that are not among others, given by role and span."""
    return [one for one in reading["arguments"] if (one["role"], one["start"], one["end"]) not in other]


def readings(record: Record, table: str) -> list[Record]:
    """Return the rows of mentions or events of a record, those of events with their source and arguments as spans."""
    mentions = {row["mention_id"]: row for row in record.get("mentions", [])}
    if table == "mentions":
        return list(mentions.values())
    return [_event(row, mentions) for row in record.get("events", [])]


def _event(row: Record, mentions: Mapping[str, Record]) -> Record:
    fillers = [
        {**filler, **_place(mentions[filler["mention_id"]])}
        for filler in row.get("arguments", [])
        if filler["mention_id"] in mentions
    ]
    source = row.get("source_mention_id")
    told_by = {"mention_id": source, **_place(mentions[source])} if source and source in mentions else None
    return {
        **{name: value for name, value in row.items() if name not in {"modes", "arguments"}},
        **({"source": told_by} if told_by else {}),
        "modes": sorted(row.get("modes", [])),
        "arguments": sorted(fillers, key=lambda one: (one["role"], one["start"], one["end"])),
    }


def _place(mention: Record) -> Record:
    return {name: mention[name] for name in SPAN_COLUMNS["mentions"]}


def span_of(table: str, row: Record) -> tuple[int, int]:
    """Return the span of a row of mentions or events, in code points."""
    start, end, _ = SPAN_COLUMNS[table]
    return row[start], row[end]


def paired(table: str, first: Sequence[Record], second: Sequence[Record]) -> list[Pair]:
    """Return the rows of both as pairs, each row once; what has no twin stands alone.

    Rows of equal span are twins, first those of one type; then those of a sentence that overlap, the longest overlap
    first. A mention inside another is its twin only where both are of one type; two that cross are.
    """
    pairs: list[Pair] = []
    left = list(first)
    places: dict[tuple[int, int], list[Record]] = {}
    for row in second:
        places.setdefault(span_of(table, row), []).append(row)
    for is_typed in (True, False):
        rest = []
        for row in left:
            there = places.get(span_of(table, row), [])
            alike = (one for one in there if not is_typed or one[_TYPE[table]] == row[_TYPE[table]])
            twin = next(alike, None)
            if twin is None:
                rest.append(row)
            else:
                there.remove(twin)
                pairs.append((row, twin))
        left = rest
    overlapping, alone = _overlapping(table, left, [row for rows in places.values() for row in rows])
    return [*pairs, *overlapping, *alone]


def _overlapping(
    table: str, first: Sequence[Record], second: Sequence[Record]
) -> tuple[list[Pair], list[Pair]]:
    """Return the twins by overlap of rows that have none of equal span, and the rows that stand alone."""
    of_sentence: dict[str, list[int]] = {}
    for place, row in enumerate(second):
        of_sentence.setdefault(row["sentence_id"], []).append(place)
    several = Counter(row["sentence_id"] for row in first)
    lengths = [
        (-_overlap(table, row, second[j]), *span_of(table, row), i, j)
        for i, row in enumerate(first)
        for j in of_sentence.get(row["sentence_id"], ())
        if several[row["sentence_id"]] * len(of_sentence[row["sentence_id"]]) <= _CROWDED
        and _may_be_one(table, row, second[j])
    ]
    twins: dict[int, int] = {}
    taken: set[int] = set()
    for *_, i, j in sorted(lengths):
        if i not in twins and j not in taken:
            twins[i] = j
            taken.add(j)
    alone: list[Pair] = [(row, None) for i, row in enumerate(first) if i not in twins]
    alone += [(None, row) for j, row in enumerate(second) if j not in taken]
    return [(first[i], second[j]) for i, j in twins.items()], alone


def _overlap(table: str, one: Record, other: Record) -> int:
    (a, b), (c, d) = span_of(table, one), span_of(table, other)
    return min(b, d) - max(a, c)


def _may_be_one(table: str, one: Record, other: Record) -> bool:
    """Whether two rows that overlap may be two readings of one thing."""
    if _overlap(table, one, other) <= 0:
        return False
    (a, b), (c, d) = span_of(table, one), span_of(table, other)
    is_inside = (a <= c and d <= b) or (c <= a and b <= d)
    return table == "events" or not is_inside or one["entity_type"] == other["entity_type"]


def alignment(pairs: Iterable[Pair], column: str, known: Collection[str]) -> dict[str, str]:
    """Return, for ids that the second side uses, the first's id for the same thing.

    An id that both use means itself, where both have it on one mention or the registry has it. Any other is the id
    that shares the most mentions with it, each taken once: the greatest share first, then the first in the text.
    Two ids of the registry, ``known``, are two things.
    """
    found = list(pairs)
    shared: Counter[tuple[str, str]] = Counter()
    for first, second in sorted(
        ((a, b) for a, b in found if a is not None and b is not None), key=lambda pair: _first_place(pair[0])
    ):
        if first.get(column) is not None and second.get(column) is not None:
            shared[first[column], second[column]] += 1
    ours = {row[column] for row, _ in found if row is not None and column in row}
    theirs = {row[column] for _, row in found if row is not None and column in row}
    same = {name: name for name in ours & theirs if name in known or shared[name, name]}
    taken = set(same.values())
    greatest = sorted(shared, key=lambda pair: -shared[pair])  # stable: then in the order of the text
    for one, other in greatest:
        if one not in taken and other not in same and not (one in known and other in known):
            same[other] = one
            taken.add(one)
    return same


def _first_place(row: Record) -> tuple[int, int]:
    return span_of("events" if "event_id" in row else "mentions", row)
