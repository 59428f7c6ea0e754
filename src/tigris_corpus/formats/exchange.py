"""What goes out to an annotation tool and what comes back: the model that every format reads into and writes from.

A ``Document`` is what a tool is given. An ``Answer`` is what comes back for one document: ``Item`` rows of mentions
and events, each with the place in the file that it was read from, so that whatever is wrong with it can be shown
there. Offsets are code points into the raw text; a format converts them at its edge. A reader only parses: whether
spans fit the text and labels are of the vocabularies is judged once, for all formats, in ``judge``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import KEYS, SPAN_COLUMNS
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import jsonl
from tigris_corpus.issues import Location
from tigris_corpus.record_schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.issues import Issue


@dataclass(frozen=True)
class Document:
    """A document as a tool is given it.

    ``text`` is the raw text, ``sentences`` the rows of its sentences in the order of the text (sentence_id, start,
    end, zone, text), ``record`` its labels as a record of Tigris JSON Lines.
    """

    document_id: str
    language: str
    text: str
    sentences: tuple[Record, ...]
    record: Record

    @cached_property
    def text_digest(self) -> str:
        """The SHA-256 of the raw text, hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @cached_property
    def state(self) -> str:
        """What the labels are known by: 16 hexadecimal digits that change when any label does."""
        return state_of(self.record)

    def sentence_at(self, start: int, end: int) -> Record | None:
        """Return the sentence that holds a span whole, or None."""
        return next((row for row in self.sentences if row["start"] <= start and end <= row["end"]), None)


def state_of(record: Record) -> str:
    """Return what the labels of a record are known by: 16 hexadecimal digits that change when any label does."""
    labels = {name: record.get(name, []) for name in TABLES}
    text = json.dumps(labels, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


@dataclass(frozen=True)
class Labels:
    """The closed sets of labels of a package, in the order of their vocabularies, for configuring tools and judging answers.

    ``roles`` has the roles of each event type, ``modes`` its modes, ``fillers`` the entity types that may fill a role
    of an event type. ``entities`` has name and type by id, ``incidents`` the name by id. ``names`` has what a label
    is called and ``definitions`` what it means, in English, by vocabulary and label.
    """

    entity_types: tuple[str, ...]
    mention_types: tuple[str, ...]
    event_types: tuple[str, ...]
    realis: tuple[str, ...]
    polarities: tuple[str, ...]
    role_types: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    modes: Mapping[str, tuple[str, ...]]
    fillers: Mapping[tuple[str, str], tuple[str, ...]]
    repeatable: frozenset[tuple[str, str]]
    entities: Mapping[str, tuple[str, str]]
    incidents: Mapping[str, str]
    definitions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def all_modes(self) -> tuple[str, ...]:
        """Every mode once, in the order of the vocabulary."""
        return tuple(dict.fromkeys(mode for modes in self.modes.values() for mode in modes))

    def of(self, column: str) -> tuple[str, ...] | None:
        """Return the labels that a column of mentions or events may hold, or None where it is free."""
        sets = {
            "entity_type": self.entity_types,
            "mention_type": self.mention_types,
            "event_type": self.event_types,
            "realis": self.realis,
            "polarity": self.polarities,
        }
        return sets.get(column)


@dataclass(frozen=True, slots=True)
class Argument:
    """A filler of a role as a tool gave it: ``ref`` is what the tool calls the mention."""

    role: str
    ref: str
    at: Location


@dataclass(frozen=True, slots=True)
class Item:
    """A mention or an event as a tool gave it.

    ``ref`` is what the tool calls it, by which others of the same answer refer to it; ``id`` the id of the corpus,
    where the tool kept one. ``start`` and ``end`` are code points into the raw text; ``text`` is the slice as the tool
    stored it, None where it stores none. ``cells`` are the other columns of its table that the format carries and
    that are filled; ``source`` is the ref of the mention that says so. ``at`` is the place in the file, with the tool's
    own id as its key.
    """

    table: str
    ref: str
    start: int
    end: int
    cells: Mapping[str, Any]
    at: Location
    id: str | None = None
    text: str | None = None
    source: str | None = None
    modes: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What came back for one document. ``text`` is the text that the tool worked on, None where it stores none.

    ``state`` is the state of the labels that the tool was given, where the format carries it. ``registry`` holds rows
    of entities, entity_relations and incidents, for formats that carry them. ``maker`` says who made it
    (annotator_id, round, guideline_version), as far as the format tells. ``refused`` are refs of what was there and
    could not be read, which a fault tells of: what refers to them is not told of again.
    """

    document_id: str
    items: tuple[Item, ...]
    at: Location
    text: str | None = None
    state: str | None = None
    registry: Mapping[str, list[Record]] = field(default_factory=dict)
    maker: Mapping[str, Any] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    """What was read from some files: the answers, and what is wrong with the files."""

    answers: tuple[Answer, ...]
    faults: tuple[Issue, ...] = ()


def labels_of(corpus: Corpus) -> Labels:
    """Return the labels of a corpus."""

    def column(table: str, name: str) -> tuple[str, ...]:
        return tuple(corpus.tables[table][name].astype(str))

    def grouped(table: str, by: str, name: str) -> dict[str, tuple[str, ...]]:
        pairs = list(zip(column(table, by), column(table, name), strict=True))
        return {
            kind: tuple(value for key, value in pairs if key == kind)
            for kind in column("event_types", "event_type")
        }

    roles = corpus.tables["roles"]
    fillers: dict[tuple[str, str], tuple[str, ...]] = {}
    for event_type, role, entity_type in zip(
        column("role_fillers", "event_type"),
        column("role_fillers", "role"),
        column("role_fillers", "entity_type"),
        strict=True,
    ):
        fillers[event_type, role] = (*fillers.get((event_type, role), ()), entity_type)
    often = roles[roles["repeatable"]]
    return Labels(
        entity_types=column("entity_types", "entity_type"),
        mention_types=column("mention_types", "mention_type"),
        event_types=column("event_types", "event_type"),
        realis=column("realis", "realis"),
        polarities=column("polarities", "polarity"),
        role_types=column("role_types", "role"),
        roles=grouped("roles", "event_type", "role"),
        modes=grouped("modes", "event_type", "mode"),
        fillers=fillers,
        repeatable=frozenset(zip(often["event_type"].astype(str), often["role"].astype(str), strict=True)),
        entities=dict(
            zip(
                column("entities", "entity_id"),
                zip(column("entities", "name"), column("entities", "entity_type"), strict=True),
                strict=True,
            )
        ),
        incidents=dict(zip(column("incidents", "incident_id"), column("incidents", "name"), strict=True)),
        definitions={
            name: dict(zip(column(name, key), column(name, "definition_en"), strict=True))
            for name, key in (
                ("entity_types", "entity_type"),
                ("mention_types", "mention_type"),
                ("event_types", "event_type"),
                ("role_types", "role"),
                ("realis", "realis"),
                ("polarities", "polarity"),
            )
        },
    )


def documents_of(
    corpus: Corpus, ids: Iterable[str], records: Iterable[Record] | None = None
) -> list[Document]:
    """Return documents as a tool is given them, in the order of ``ids``; with other labels where ``records`` has them.

    Raises CorpusError where there is no such document.
    """
    wanted = list(ids)
    known = dict(zip(corpus.documents["document_id"], corpus.documents["language"].astype(str), strict=True))
    lost = next((name for name in wanted if name not in known), None)
    if lost is not None:
        raise CorpusError(f"there is no document {lost!r}; there is {', '.join(list(known)[:10])}")
    own = jsonl.records(corpus) if records is None else records
    by_id = {record["document_id"]: record for record in own}
    sentences: dict[str, list[Record]] = {}
    for row in (
        corpus.sentences[corpus.sentences["document_id"].isin(wanted)].astype(object).to_dict("records")
    ):
        sentences.setdefault(row["document_id"], []).append({str(name): value for name, value in row.items()})
    return [
        Document(
            document_id=name,
            language=known[name],
            text=corpus.text(name),
            sentences=tuple(sorted(sentences.get(name, []), key=lambda row: int(row["start"]))),
            record=by_id.get(name) or {"document_id": name, **{table: [] for table in TABLES}},
        )
        for name in wanted
    ]


def items_of(document: Document) -> list[Item]:
    """Return the labels of a document as items, each called by its own id: what every writer writes from."""
    at = Location(document=document.document_id)
    return [_item(table, row, at) for table in KEYS for row in document.record.get(table, [])]


def _item(table: str, row: Record, at: Location) -> Item:
    start, end, text = SPAN_COLUMNS[table]
    left_out = {KEYS[table], "sentence_id", "source_mention_id", "modes", "arguments", start, end, text}
    return Item(
        table=table,
        ref=row[KEYS[table]],
        id=row[KEYS[table]],
        start=row[start],
        end=row[end],
        text=row[text],
        cells={name: value for name, value in row.items() if name not in left_out},
        at=at,
        source=row.get("source_mention_id"),
        modes=tuple(row.get("modes", ())),
        arguments=tuple(
            Argument(filler["role"], filler["mention_id"], at) for filler in row.get("arguments", ())
        ),
    )
