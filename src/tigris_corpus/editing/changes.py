"""What differs between two states of a document's labels: the rows added, removed, moved, retyped and changed.

A record of Tigris JSON Lines is nested; here it is flat, a row of each table by its key, so that states can be
compared and merged row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import SPAN_COLUMNS
from tigris_corpus.formats import jsonl
from tigris_corpus.record_schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record

Key = tuple[str, ...]
"""A table, and the key of a row in it."""
Rows = dict[Key, "Record"]

SPANS = {**SPAN_COLUMNS, "sentences": ("start", "end", "text")}
KEYS: dict[str, tuple[str, ...]] = {
    "sentences": ("sentence_id",),
    "mentions": ("mention_id",),
    "events": ("event_id",),
    "event_modes": ("event_id", "mode"),
    "arguments": ("event_id", "role", "mention_id"),
    "entities": ("entity_id",),
    "entity_relations": ("subject_id", "relation", "object_id"),
    "incidents": ("incident_id",),
}
"""The tables that labels are in, with the columns of their keys."""
REGISTRY = ("entities", "incidents")
"""The tables whose rows belong to all documents: no document takes a row out of them."""
_TYPES = {"mentions": "entity_type", "events": "event_type", "sentences": "zone"}
_NESTED = ("modes", "arguments")


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs: ``before`` is None where it was added, ``after`` where it was removed."""

    table: str
    key: tuple[str, ...]
    document_id: str
    before: Record | None
    after: Record | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which the row differs, in their order; all of them where it was added or removed."""
        before, after = self.before or {}, self.after or {}
        return tuple(name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name))

    @property
    def kind(self) -> str:
        """``added``, ``removed``, ``retyped`` (another type), ``moved`` (another span), or ``changed``."""
        if self.before is None or self.after is None:
            return "added" if self.before is None else "removed"
        differing = set(self.columns)
        if _TYPES.get(self.table) in differing:
            return "retyped"
        return "moved" if differing.intersection(SPANS.get(self.table, ())) else "changed"

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain values, ready for JSON."""
        return {
            "change": self.kind,
            "document": self.document_id,
            "table": self.table,
            "key": list(self.key),
            "columns": list(self.columns),
            "before": self.before,
            "after": self.after,
        }


def flat(record: Record) -> Rows:
    """Return the rows of a record by table and key."""
    rows: Rows = {}
    for table in TABLES:
        for row in record.get(table, []):
            key = tuple(row[column] for column in KEYS[table])
            rows[(table, *key)] = {name: value for name, value in row.items() if name not in _NESTED}
            for mode in row.get("modes", ()):
                rows["event_modes", *key, mode] = {"event_id": key[0], "mode": mode}
            for filler in row.get("arguments", ()):
                rows["arguments", *key, filler["role"], filler["mention_id"]] = {"event_id": key[0], **filler}
    return rows


def nested(document_id: str, rows: Mapping[Key, Record]) -> Record:
    """Return flat rows as a record; what ``flat`` took apart."""
    record: Record = {"document_id": document_id, **{table: [] for table in TABLES}}
    events = {
        key[1]: {**row, "modes": [], "arguments": []} for key, row in rows.items() if key[0] == "events"
    }
    for key, row in rows.items():
        if key[0] == "event_modes" and key[1] in events:
            events[key[1]]["modes"].append(row["mode"])
        elif key[0] == "arguments" and key[1] in events:
            events[key[1]]["arguments"].append({"role": row["role"], "mention_id": row["mention_id"]})
        elif key[0] in TABLES and key[0] != "events":
            record[key[0]].append(row)
    record["events"] = list(events.values())
    return record


def between(document_id: str, before: Mapping[Key, Record], after: Mapping[Key, Record]) -> list[Change]:
    """Return what differs between two states of a document, in the order of the text."""
    found = [
        Change(key[0], key[1:], document_id, before.get(key), after.get(key))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]
    places = _places(before) | _places(after)
    return sorted(
        found, key=lambda change: (*_place(change, places), list(KEYS).index(change.table), change.key)
    )


def _places(rows: Mapping[Key, Record]) -> dict[str, int]:
    return {key[1]: int(row[SPANS[key[0]][0]]) for key, row in rows.items() if key[0] in SPANS}


def _place(change: Change, places: Mapping[str, int]) -> tuple[bool, int]:
    """Return where a change stands in the text; what stands nowhere comes last."""
    at = places.get(change.key[0])
    return (at is None, at or 0)


def compare(first: Corpus, second: Corpus) -> Iterator[Change]:
    """Yield what differs between two states of a corpus: sentences and labels of each document, then the registry.

    Documents come in the order of the first state; those that it lacks come last.
    """
    ours, theirs = _states(first), _states(second)
    for document_id in dict.fromkeys([*ours, *theirs]):
        yield from between(document_id, ours.get(document_id, {}), theirs.get(document_id, {}))
    yield from between("", _registry(first), _registry(second))


def _states(corpus: Corpus) -> dict[str, Rows]:
    """Return the rows of each document, without those of the registry."""
    states = {
        record["document_id"]: {key: row for key, row in flat(record).items() if key[0] not in REGISTRY}
        for record in jsonl.records(corpus)
    }
    for row in jsonl.rows(corpus, "sentences"):
        key = ("sentences", row["sentence_id"])
        states.setdefault(row["document_id"], {})[key] = row
    return states


def _registry(corpus: Corpus) -> Rows:
    return {(table, row[KEYS[table][0]]): row for table in REGISTRY for row in jsonl.rows(corpus, table)}
