"""Two annotations of a document side by side, and what becomes of its tables once their disagreements are decided."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tigris_corpus.comparing import (
    BOUNDARY,
    FIRST,
    LABEL,
    LABELS,
    LAYERS_OF,
    LINKS,
    ONLY_FIRST,
    ONLY_SECOND,
    REGISTRY,
    SECOND,
    TABLE_OF,
    alignment,
    disagreements,
    extra_arguments,
    paired,
    readings,
    span_of,
    value_of,
)
from tigris_corpus.descriptor import KEYS, SPAN_COLUMNS
from tigris_corpus.editing import importing
from tigris_corpus.editing.changes import flat, nested
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import FORMATS, jsonl, passes
from tigris_corpus.formats.exchange import documents_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tigris_corpus.comparing import Disagreement, Known
    from tigris_corpus.corpus import Corpus
    from tigris_corpus.editing.importing import Plan
    from tigris_corpus.formats.exchange import Document
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.issues import Issue


NEITHER = "neither"
"""What can be chosen beside the two sides."""
_LETTERS = {"mentions": "M", "events": "E"}
_NAMES = {"entity_id": "Entity", "incident_id": "Incident"}
_NOUNS = {"mentions": "mention", "events": "event"}
_MAY_BE_EMPTY = {"value", "entity_id", "incident_id"}
_FILE = "decisions.jsonl"
_TWO = 2


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
        every = disagreements(self.document.sentence_at, self.first, self.second, self.known)
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
    return {column: set(corpus.tables[table][column].astype(str)) for column, table in REGISTRY.items()}


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
        sides = (value_of(first, "arguments"), value_of(second, "arguments"))
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
            for table in LINKS
        }
        self._same = {
            (side, LINKS[table]): alignment(
                paired(table, readings(tables, table), rows), LINKS[table], known.get(LINKS[table], ())
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
        columns: tuple[str, ...] = tuple(label for layer in LAYERS_OF[table] for label in LABELS[layer])
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
            for filler in extra_arguments(reading, value_of(other, "arguments")):
                self.rows.pop(("arguments", name, filler["role"], self._mention(side, filler) or ""), None)
        elif column == "modes":
            for mode in set(reading["modes"]).difference(other["modes"]):
                self.rows.pop(("event_modes", name, mode), None)
        elif column == "source":
            if "source" in reading and row.get("source_mention_id") == self._mention(side, reading["source"]):
                self.rows[table, name] = _without(row, "source_mention_id")
        elif column in row and row[column] == value_of(reading, column, self._same.get((side, column))):
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
            elif column in REGISTRY and value is not None:
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
        return span_of(table, self.rows[table, name]) == span_of(table, reading)

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
        table = REGISTRY[column]
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
            if key[0] == table and key not in self.rows and span_of(table, row) == span_of(table, reading):
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
