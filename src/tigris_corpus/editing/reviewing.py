"""Where two annotations of a document disagree, place by place, and what becomes of its tables once it is decided.

Rows are paired before they are compared: mentions and triggers by equal span, then by overlap. Of two mentions, one
inside the other, with different types, neither is the other's twin: both may be right, and each is a place of its
own. Two that cross can never both stand.

The ids of entities and incidents are coined freely, so that two passes call one thing by two names. They are compared
as clusters: ``alignment`` says which id of the one is which of the other's.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tigris_corpus.editing import importing
from tigris_corpus.editing.changes import flat, nested
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import FORMATS, jsonl, passes
from tigris_corpus.formats.exchange import KEYS, SPAN_COLUMNS, documents_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.editing.importing import Plan
    from tigris_corpus.formats.exchange import Document
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.issues import Issue

    Pair = tuple[Record | None, Record | None]
    Known = Mapping[str, Collection[str]]

ONLY_FIRST, ONLY_SECOND, BOUNDARY, LABEL = "only first", "only second", "boundary", "label"
KINDS = (ONLY_FIRST, ONLY_SECOND, BOUNDARY, LABEL)
"""How two annotations can disagree at a place."""
FIRST, SECOND, NEITHER = "first", "second", "neither"
"""What can be chosen."""
LABELS: dict[str, tuple[str, ...]] = {
    "mentions": ("entity_type", "mention_type", "value"),
    "entities": ("entity_id",),
    "events": ("event_type", "realis", "polarity", "modes", "source"),
    "arguments": ("arguments",),
    "incidents": ("incident_id",),
}
"""What is compared of rows that are paired, by layer; ``source`` is the span of the mention that says so."""
_LAYERS_OF = {"mentions": ("mentions", "entities"), "events": ("events", "arguments", "incidents")}
TABLE_OF = {layer: table for table, layers in _LAYERS_OF.items() for layer in layers}
"""The table whose rows are compared in each layer."""
_TYPE = {"mentions": "entity_type", "events": "event_type"}
_LINK = {"mentions": "entity_id", "events": "incident_id"}
_REGISTRY = {"entity_id": "entities", "incident_id": "incidents"}
_LETTERS = {"mentions": "M", "events": "E"}
_NAMES = {"entity_id": "Entity", "incident_id": "Incident"}
_NOUNS = {"mentions": "mention", "events": "event"}
_MAY_BE_EMPTY = {"value", "entity_id", "incident_id"}
_FILE = "decisions.jsonl"
_TWO = 2


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


@dataclass(frozen=True)
class Decision:
    """What was decided of a disagreement: ``choice`` is first, second or neither, ``rule`` a section of the guidelines."""

    disagreement: Disagreement
    choice: str
    reason: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Review:
    """Two annotations of a document, with what they are called; the document has the labels of today's tables.

    ``known`` has the ids of the registry, by the column that refers to them; ``layers`` are those that both have.
    """

    document: Document
    first: Record
    second: Record
    names: tuple[str, str]
    known: Known
    layers: tuple[str, ...] = tuple(LABELS)

    @cached_property
    def found(self) -> tuple[Disagreement, ...]:
        """Where the two disagree in the layers that both have, in the order of the text."""
        every = disagreements(self.document, self.first, self.second, self.known)
        return tuple(one for one in every if one.layer in self.layers)


def opened(corpus: Corpus, document_id: str, first: str | None = None, second: str | None = None) -> Review:
    """Return two annotations of a document: annotators whose passes are kept, files of records, or ``gold``.

    Without names, the two of the newest round that two annotators have made, else the one that is kept against
    ``gold``; one name alone is held against ``gold``. Raises CorpusError where there is no such document or
    annotation.
    """
    document = documents_of(corpus, [document_id])[0]
    sources = (first, second or passes.GOLD) if first else _newest(corpus, document_id)
    if sources[0] == sources[1]:
        raise CorpusError(f"{sources[0]} agrees with itself; name another annotator, a file, or gold")
    records = [_record(corpus, document_id, source) for source in sources]
    made = [_made(corpus, record, source) for record, source in zip(records, sources, strict=True)]
    return Review(
        document=document,
        first=records[0],
        second=records[1],
        names=_names(sources, records),
        known=_known(corpus),
        layers=tuple(layer for layer in LABELS if all(layer in layers for layers in made)),
    )


def _known(corpus: Corpus) -> Known:
    return {column: set(corpus.tables[table][column].astype(str)) for column, table in _REGISTRY.items()}


def _newest(corpus: Corpus, document_id: str) -> tuple[str, str]:
    """Return the files of the two passes of the newest round that has two, or that of the only pass, and gold."""
    kept = corpus.passes[corpus.passes["document_id"] == document_id].dropna(subset=["path"])
    rounds: dict[int, dict[str, str]] = {}
    for row in kept[kept["layer"] != "sentences"].itertuples():
        rounds.setdefault(int(str(row.round)), {}).setdefault(str(row.annotator_id), str(row.path))
    made = {number: [paths[name] for name in sorted(paths)] for number, paths in sorted(rounds.items())}
    twos = [paths for paths in made.values() if len(paths) == _TWO]
    ones = [paths for paths in made.values() if len(paths) == 1]
    if not twos and not ones:
        what = "no pass of {} is kept" if not made else "more than two annotators have made each round of {}"
        raise CorpusError(f"{what.format(document_id)}: name two annotators, or files of records")
    gate = corpus.package.gate
    found = [str(gate.resolve(path)) for path in (twos or ones)[-1]]
    return (found[0], found[1]) if twos else (found[0], passes.GOLD)


def _record(corpus: Corpus, document_id: str, source: str) -> Record:
    records = {record["document_id"]: record for record in passes.find(corpus, source)}
    if document_id not in records:
        there = ", ".join(records) or "no document"
        raise CorpusError(f"{source} has no record of {document_id}; it has {there}")
    return records[document_id]


def _made(corpus: Corpus, record: Record, source: str) -> Collection[str]:
    """Return the layers that an annotation has: what the tables say of it, else all."""
    if source == passes.GOLD:
        rows = corpus.layers[corpus.layers["document_id"] == record["document_id"]]
        rows = rows[rows["status"] != "blank"]
    else:
        rows = corpus.passes[corpus.passes["document_id"] == record["document_id"]].dropna(subset=["path"])
        rows = rows[
            (rows["annotator_id"] == record.get("annotator_id")) & (rows["round"] == record.get("round", 0))
        ]
    return set(rows["layer"].astype(str)) or set(LABELS)


def _names(sources: Sequence[str], records: Sequence[Record]) -> tuple[str, str]:
    """Return what two annotations are called: by who made them, else by their files."""
    stems = [source if source == passes.GOLD else Path(source).stem for source in sources]
    makers = [str(record.get("annotator_id", stem)) for record, stem in zip(records, stems, strict=True)]
    first, second = makers if makers[0] != makers[1] else stems
    return (first, second) if first != second else (FIRST, SECOND)


def disagreements(
    document: Document, first: Record, second: Record, known: Known | None = None
) -> list[Disagreement]:
    """Return where two annotations of a document disagree, in the order of the text; nothing where they agree.

    ``known`` has the ids of the registry by the column that refers to them (``entity_id``, ``incident_id``): these
    are known to be different things.
    """
    found: list[Disagreement] = []
    for table in _LAYERS_OF:
        pairs = paired(table, readings(first, table), readings(second, table))
        same = alignment(pairs, _LINK[table], (known or {}).get(_LINK[table], ()))
        for one in pairs:
            found += _between(document, table, one, same)
    layers = list(LABELS)
    return sorted(found, key=lambda one: (one.start, one.end, layers.index(one.layer), KINDS.index(one.kind)))


def _between(document: Document, table: str, pair: Pair, same: Mapping[str, str]) -> Iterator[Disagreement]:
    """Yield where a pair disagrees, one disagreement a layer."""
    first, second = pair
    spans = [_span(table, row) for row in pair if row is not None]
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    sentence = document.sentence_at(start, end) or first or second or {}
    if first is None or second is None:
        kind = ONLY_SECOND if first is None else ONLY_FIRST
        yield Disagreement(table, sentence["sentence_id"], start, end, kind, first, second)
        return
    for layer in _LAYERS_OF[table]:
        is_moved = layer == table and spans[0] != spans[1]
        compared = (*(SPAN_COLUMNS[table] if is_moved else ()), *LABELS[layer])
        columns = tuple(name for name in compared if _value(first, name) != _value(second, name, same))
        if columns:
            kind = BOUNDARY if is_moved else LABEL
            yield Disagreement(layer, sentence["sentence_id"], start, end, kind, first, second, columns)


def _value(reading: Record, column: str, same: Mapping[str, str] | None = None) -> Any:
    """Return what is compared of a column; an id as the other side has it, by ``same``."""
    if column == "arguments":
        return {(one["role"], one["start"], one["end"]) for one in reading["arguments"]}
    if column == "source":
        return (reading["source"]["start"], reading["source"]["end"]) if "source" in reading else None
    value = reading.get(column)
    return (same or {}).get(value, value) if column in _REGISTRY and value is not None else value


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


def _span(table: str, row: Record) -> tuple[int, int]:
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
        places.setdefault(_span(table, row), []).append(row)
    for is_typed in (True, False):
        rest = []
        for row in left:
            there = places.get(_span(table, row), [])
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
    lengths = [
        (-_overlap(table, row, second[j]), *_span(table, row), i, j)
        for i, row in enumerate(first)
        for j in of_sentence.get(row["sentence_id"], ())
        if _may_be_one(table, row, second[j])
    ]
    twins: dict[int, int] = {}
    for *_, i, j in sorted(lengths):
        if i not in twins and j not in twins.values():
            twins[i] = j
    alone: list[Pair] = [(row, None) for i, row in enumerate(first) if i not in twins]
    alone += [(None, row) for j, row in enumerate(second) if j not in twins.values()]
    return [(first[i], second[j]) for i, j in twins.items()], alone


def _overlap(table: str, one: Record, other: Record) -> int:
    (a, b), (c, d) = _span(table, one), _span(table, other)
    return min(b, d) - max(a, c)


def _may_be_one(table: str, one: Record, other: Record) -> bool:
    """Whether two rows that overlap may be two readings of one thing."""
    if _overlap(table, one, other) <= 0:
        return False
    (a, b), (c, d) = _span(table, one), _span(table, other)
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
    return _span("events" if "event_id" in row else "mentions", row)


def told(found: Sequence[Disagreement], names: tuple[str, str]) -> list[str]:
    """Return what each side read at each disagreement, in words; two that read alike say where they are."""
    texts = [_told(one, names) for one in found]
    counted = Counter((one.sentence_id, one.layer, text) for one, text in zip(found, texts, strict=True))
    return [
        f"{text} Characters {one.start} to {one.end}."
        if counted[one.sentence_id, one.layer, text] > 1
        else text
        for one, text in zip(found, texts, strict=True)
    ]


def _told(one: Disagreement, names: tuple[str, str]) -> str:
    first, second = one.first, one.second
    table = TABLE_OF[one.layer]
    if first is None or second is None:
        name, row = (names[0], first) if first else (names[1], second or {})
        return f"Only {name} has the {_NOUNS[table]} {_quoted(table, row)} ({_described(table, row)})."
    if one.layer == "arguments":
        sides = (_value(first, "arguments"), _value(second, "arguments"))
        only = [
            ", ".join(f"{filler['role']} {quoted(filler['text'])}" for filler in extra_arguments(row, other))
            for row, other in ((first, sides[1]), (second, sides[0]))
        ]
        told_of = [f"only {name} {text or 'nothing more'}" for name, text in zip(names, only, strict=True)]
        return f"Arguments of {_quoted(table, first)}: {'; '.join(told_of)}."
    parts = []
    if one.kind == BOUNDARY:
        what = "Trigger" if table == "events" else "Span"
        parts.append(f"{what}: {names[0]} {_quoted(table, first)}, {names[1]} {_quoted(table, second)}.")
    for column in one.columns:
        if column in LABELS[one.layer]:
            cells = [f"{name} {_cell(row, column)}" for name, row in zip(names, (first, second), strict=True)]
            name = _NAMES.get(column, column.capitalize())
            parts.append(f"{name} of {_quoted(table, first)}: {', '.join(cells)}.")
    return " ".join(parts)


def extra_arguments(reading: Record, other: Collection[tuple[str, int, int]]) -> list[Record]:
    """Return the arguments of a reading that are not among others, given by role and span."""
    return [one for one in reading["arguments"] if (one["role"], one["start"], one["end"]) not in other]


def _quoted(table: str, row: Record) -> str:
    return quoted(row[SPAN_COLUMNS[table][2]])


def quoted(text: str) -> str:
    """Return words of a text in quotes, on one line."""
    return f"'{' '.join(text.split())}'"


def _described(table: str, row: Record) -> str:
    """Return the labels of a row in brief."""
    if table == "mentions":
        labels = [f"{row['entity_type']} {row['mention_type']}", row.get("value"), row.get("entity_id")]
    else:
        kind = "/".join([row["event_type"], *row["modes"]])
        labels = [f"{kind} {row['realis']} {row['polarity']}", row.get("incident_id")]
        labels += [f"source {quoted(row['source']['text'])}"] if "source" in row else []
        labels += [f"{one['role']} {quoted(one['text'])}" for one in row["arguments"]]
    return ", ".join(label for label in labels if label)


def _cell(row: Record, column: str) -> str:
    if column == "source":
        return quoted(row["source"]["text"]) if "source" in row else "none"
    value = row.get(column)
    return (", ".join(value) if isinstance(value, list) else str(value or "")) or "none"


def decided_before(
    found: Sequence[Disagreement], names: tuple[str, str], rows: Iterable[Record]
) -> list[Record | None]:
    """Return the row of adjudication.csv that has decided each disagreement, None where none has.

    It is known by its sentence, layer and readings, under the names of the two, or under A and B. A boundary may have
    been decided as two: what only the one has, and what only the other.
    """
    by_place = {(row.get("sentence_id"), row["layer"], row["readings"]): row for row in rows}

    def row_of(one: Disagreement, text: str) -> Record | None:
        return by_place.get((one.sentence_id, one.layer, text))

    decided: list[Record | None] = [None] * len(found)
    for called in (names, ("A", "B")):
        for number, (one, text) in enumerate(zip(found, told(found, called), strict=True)):
            row = row_of(one, text)
            if row is None and one.kind == BOUNDARY:
                halves = [
                    replace(one, kind=ONLY_FIRST, second=None),
                    replace(one, kind=ONLY_SECOND, first=None),
                ]
                both = [row_of(half, _told(half, called)) for half in halves]
                row = both[0] if None not in both else None
            decided[number] = decided[number] or row
    return decided


@dataclass(frozen=True)
class Outcome:
    """The labels of a document after decisions, and the ids that these took out, each with the decision's place."""

    record: Record
    withdrawn: Mapping[tuple[str, str], int]


def applied(
    tables: Record, first: Record, second: Record, decisions: Sequence[Decision], known: Known | None = None
) -> Outcome:
    """Return the labels of a document with decisions carried out on them.

    The reading that was chosen takes the place of what stands there, under the id of the row that is there. Where
    that side has nothing, the other's row goes, if it stands; where neither is right, what of the two readings stands:
    optional cells, modes and arguments are emptied, and where the span or a cell that cannot be empty is at issue, the
    row goes. A third reading stays. With a mention its arguments go; a filler that the tables lack comes with its
    argument, and a row of the registry with the first link to it.
    """
    desk = _Desk(tables, first, second, known or {})
    order = sorted(range(len(decisions)), key=lambda n: list(LABELS).index(decisions[n].disagreement.layer))
    for number in order:
        desk.carry_out(decisions[number], number)
    record = nested(tables["document_id"], desk.rows)
    return Outcome(record, {key: number for key, number in desk.gone.items() if key not in desk.rows})


class _Desk:
    """The rows of a document while decisions are carried out on them."""

    def __init__(self, tables: Record, first: Record, second: Record, known: Known) -> None:
        self.rows = flat(tables)
        self.gone: dict[tuple[str, str], int] = {}
        self._was = dict(self.rows)
        self._document_id = tables["document_id"]
        self._records = {FIRST: first, SECOND: second}
        self._known = known
        self._number = 0
        self._readings = {
            (side, table): readings(record, table)
            for side, record in self._records.items()
            for table in _LINK
        }
        self._same = {
            (side, _LINK[table]): alignment(
                paired(table, readings(tables, table), rows), _LINK[table], known.get(_LINK[table], ())
            )
            for (side, table), rows in self._readings.items()
        }
        used = [row[KEYS[table]] for (_, table), rows in self._readings.items() for row in rows]
        self._last = max((_digits(name) for name in (*used, *(key[1] for key in self.rows))), default=0)

    def carry_out(self, decision: Decision, number: int) -> None:
        """Carry out one decision; ``number`` is its place among them."""
        one = decision.disagreement
        self._number = number
        side = None if decision.choice == NEITHER else decision.choice
        chosen = one.sides[side] if side else None
        if side is None or chosen is None:
            self._clear(one)
        else:
            self._put(one, side, chosen)

    def _put(self, one: Disagreement, side: str, chosen: Record) -> None:
        """Put a reading in the place of what stands there."""
        table = TABLE_OF[one.layer]
        other = SECOND if side == FIRST else FIRST
        name, rival = self._standing(table, side, chosen), self._standing(table, other, one.sides[other])
        if rival is not None and (name is None or not self._is_at(table, name, chosen)):
            name = rival
        elif rival is not None and rival != name and self._is_at(table, rival, one.sides[other] or {}):
            self._take_out(table, rival)
        if name is None and one.layer != table:
            return  # a link or an argument of a row that is not in the tables
        columns: tuple[str, ...] = tuple(label for layer in _LAYERS_OF[table] for label in LABELS[layer])
        if name is not None and one.kind in {LABEL, BOUNDARY}:
            columns = one.columns if one.kind == LABEL else LABELS[table]
        if name is None or one.kind != LABEL:
            columns = (*columns, "sentence_id", *SPAN_COLUMNS[table])
        self._write(table, name or self._fresh(table, chosen), side, chosen, columns)

    def _clear(self, one: Disagreement) -> None:
        """Take out what stands there of the readings."""
        table = TABLE_OF[one.layer]
        for side, reading in one.sides.items():
            name = self._standing(table, side, reading)
            if name is None or reading is None:
                continue
            if one.kind != LABEL:
                if self._is_at(table, name, reading):
                    self._take_out(table, name)
                continue
            for column in one.columns:
                if (table, name) in self.rows:
                    self._empty(table, name, side, one, column)

    def _empty(self, table: str, name: str, side: str, one: Disagreement, column: str) -> None:
        """Empty a cell, or what differs of a list, if it is as a side has it."""
        row, reading = self.rows[table, name], one.sides[side] or {}
        other = one.sides[SECOND if side == FIRST else FIRST] or {}
        if column == "arguments":
            for filler in extra_arguments(reading, _value(other, "arguments")):
                self.rows.pop(("arguments", name, filler["role"], self._mention(side, filler) or ""), None)
        elif column == "modes":
            for mode in set(reading["modes"]).difference(other["modes"]):
                self.rows.pop(("event_modes", name, mode), None)
        elif column == "source":
            if "source" in reading and row.get("source_mention_id") == self._mention(side, reading["source"]):
                self.rows[table, name] = _without(row, "source_mention_id")
        elif column in row and row[column] == _value(reading, column, self._same.get((side, column))):
            if column in _MAY_BE_EMPTY:
                self.rows[table, name] = _without(row, column)
            else:
                self._take_out(table, name)

    def _write(self, table: str, name: str, side: str, reading: Record, columns: Collection[str]) -> None:
        """Write columns of a reading into a row."""
        row = dict(self.rows.get((table, name), {KEYS[table]: name}))
        for column in columns:
            if column in {"modes", "arguments"}:
                continue
            value = reading.get(column)
            if column == "source":
                value = None if value is None else self._filler(side, value)
            elif column in _REGISTRY and value is not None:
                value = self._linked(side, column, value)
            cell = "source_mention_id" if column == "source" else column
            row.pop(cell, None)
            row |= {} if value is None else {cell: value}
        self.rows[table, name] = row
        if "modes" in columns:
            self._drop("event_modes", name)
            for mode in reading["modes"]:
                self.rows["event_modes", name, mode] = {"event_id": name, "mode": mode}
        if "arguments" in columns:
            self._drop("arguments", name)
            for one in reading["arguments"]:
                cells = {"event_id": name, "role": one["role"], "mention_id": self._filler(side, one)}
                self.rows["arguments", name, one["role"], cells["mention_id"]] = cells

    def _standing(self, table: str, side: str, reading: Record | None) -> str | None:
        """Return the id of the row that stands in the tables for a reading, or None."""
        if reading is None:
            return None
        identifier = KEYS[table]
        current = [row for key, row in self.rows.items() if key[0] == table]
        for row, twin in paired(table, current, self._readings[side, table]):
            if row is not None and twin is not None and twin[identifier] == reading[identifier]:
                return str(row[identifier])
        return None

    def _is_at(self, table: str, name: str, reading: Record) -> bool:
        return _span(table, self.rows[table, name]) == _span(table, reading)

    def _mention(self, side: str, filler: Record) -> str | None:
        """Return the mention of the tables for a mention that a side's event refers to, or None."""
        return self._standing("mentions", side, filler)

    def _filler(self, side: str, filler: Record) -> str:
        """Return the same; where there is none, the side's mention comes with it."""
        name = self._mention(side, filler)
        if name is not None:
            return name
        own = next(
            row for row in self._readings[side, "mentions"] if row["mention_id"] == filler["mention_id"]
        )
        columns = (*LABELS["mentions"], *LABELS["entities"], "sentence_id", *SPAN_COLUMNS["mentions"])
        name = self._fresh("mentions", own)
        self._write("mentions", name, side, own, columns)
        return name

    def _linked(self, side: str, column: str, value: str) -> str:
        """Return the id of the tables for one of a side; what the registry lacks comes with it."""
        name = self._same[side, column].get(value, value)
        table = _REGISTRY[column]
        if name in self._known.get(column, ()) or (table, name) in self.rows:
            return name
        row = next((one for one in self._records[side].get(table, []) if one[column] == value), None)
        if row is not None:
            self.rows[table, name] = own = {**row, column: name}
            for cell, link in (("location_id", "entity_id"), ("part_of", "incident_id")):
                if cell in own:
                    own[cell] = self._linked(side, link, own[cell])
        return name

    def _fresh(self, table: str, reading: Record) -> str:
        """Return an id for a row that the tables lack: that of one that was taken out there, else a new one."""
        for key, row in self._was.items():
            if key[0] == table and key not in self.rows and _span(table, row) == _span(table, reading):
                return key[1]
        self._last += 1
        return f"{self._document_id}-{_LETTERS[table]}{self._last:03}"

    def _take_out(self, table: str, name: str) -> None:
        """Take out a row, and what refers to it."""
        del self.rows[table, name]
        if (table, name) in self._was:
            self.gone[table, name] = self._number
        for key, row in list(self.rows.items()):
            if key[0] == "arguments" and name in {key[1], key[3]}:
                del self.rows[key]
            elif key[0] == "events" and row.get("source_mention_id") == name:
                self.rows[key] = _without(row, "source_mention_id")

    def _drop(self, table: str, event_id: str) -> None:
        for key in [key for key in self.rows if key[0] == table and key[1] == event_id]:
            del self.rows[key]


def _without(row: Record, column: str) -> Record:
    return {name: cell for name, cell in row.items() if name != column}


def _digits(name: str) -> int:
    """Return the number at the end of an id.

    >>> _digits("D000-M012"), _digits("iraq")
    (12, 0)
    """
    found = re.search("-[A-Z]([0-9]{1,18})$", name)
    return int(found[1]) if found else 0


def adjudicated(corpus: Corpus, review: Review, decisions: Sequence[Decision]) -> list[Record]:
    """Return the rows of adjudication.csv for decisions, under the next free ids of the document."""
    names = review.names
    texts = {id(one): text for one, text in zip(review.found, told(review.found, names), strict=True)}
    called = {FIRST: names[0], SECOND: names[1], NEITHER: NEITHER}
    rows = []
    last: dict[str, int] = {}
    for name in corpus.adjudication["adjudication_id"]:
        document_id = str(name).partition("-")[0]
        last[document_id] = max(last.get(document_id, 0), _digits(str(name)))
    for decision in decisions:
        one = decision.disagreement
        document_id = one.sentence_id.partition("-")[0]
        last[document_id] = last.get(document_id, 0) + 1
        reason = " ".join(decision.reason.split())
        verdict = f"As {called[decision.choice]}"
        row = {
            "adjudication_id": f"{document_id}-A{last[document_id]:03}",
            "document_id": document_id,
            "sentence_id": one.sentence_id,
            "layer": one.layer,
            "readings": texts.get(id(one)) or _told(one, names),
            "decision": f"{verdict}: {reason}" if reason else f"{verdict}.",
        }
        rule = " ".join(decision.rule.split())
        rows.append({**row, "rule": rule} if rule else row)
    return rows


def settled(
    corpus: Corpus, review: Review, rows: Iterable[Record] = ()
) -> dict[tuple[str, ...], Record | None]:
    """Return the rows of the layers that are adjudicated once the ``rows`` are written: nothing in them is undecided.

    Only layers of two passes are: where a file or the tables themselves are compared, nothing is settled.
    """
    document_id = review.document.document_id
    known = [*jsonl.rows(corpus, "adjudication"), *rows]
    undecided = {
        one.layer
        for one, row in zip(review.found, decided_before(review.found, review.names, known), strict=True)
        if row is None
    }
    makers: dict[str, set[str]] = {}
    for row in jsonl.rows(corpus, "passes"):
        if row["document_id"] == document_id:
            makers.setdefault(row["layer"], set()).add(row["annotator_id"])
    return {
        (document_id, row["layer"]): {**row, "status": "adjudicated"}
        for row in jsonl.rows(corpus, "layers")
        if row["document_id"] == document_id
        and row["status"] == "double"
        and row["layer"] in review.layers
        and row["layer"] not in undecided
        and makers.get(row["layer"], set()).issuperset(review.names)
    }


def plan(
    corpus: Corpus,
    review: Review,
    decisions: Sequence[Decision],
    expected: Mapping[str, str | None],
) -> Plan:
    """Return what writing decisions down would do: the tables of the document, and a row a decision, as one edit.

    It is planned as an import is, on the tables as they are in ``corpus`` by now: nothing is to be written unless the
    package is sound with it. ``expected`` are the ``importing.digests`` of the package, taken before the corpus was
    loaded.
    """
    document = documents_of(corpus, [review.document.document_id])[0]
    outcome = applied(document.record, review.first, review.second, decisions, _known(corpus))
    rows = adjudicated(corpus, review, decisions)
    key = corpus.package.schema("deprecated").key
    withdrawn = {}
    for (table, name), number in outcome.withdrawn.items():
        row = {
            "id": name,
            "table": table,
            "reason": f"Taken out by the decision {rows[number]['adjudication_id']}.",
            "version": corpus.version,
        }
        withdrawn[tuple(row.get(column, "") for column in key)] = row
    planned = importing.plan(
        corpus,
        FORMATS["jsonl"],
        {_FILE: jsonl.write([outcome.record])},
        None,
        importing.Settings(accept_removals=True),
        expected,
        also={
            "adjudication": {(row["adjudication_id"],): row for row in rows},
            "deprecated": withdrawn,
            "layers": settled(corpus, review, rows),
        },
    )
    return replace(planned, issues=tuple(_in_tables(issue, corpus) for issue in planned.issues))


def _in_tables(issue: Issue, corpus: Corpus) -> Issue:
    """Return an issue of what was decided with the table that it is about: no file was read."""
    at = issue.location
    if at.file != _FILE:
        return issue
    table = (at.pointer or "").split("/")[1:2]
    path = corpus.package.tables[table[0]].path if table and table[0] in corpus.package.tables else None
    return replace(issue, location=replace(at, file=path, line=None, column=None, pointer=None))
