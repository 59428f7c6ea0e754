"""doccano: JSON Lines for sequence labelling with relations, one document a line.

A mention is an entity with its entity type as the label, an event one with its event type: the two sets of labels have
nothing in common. A role is a relation from the trigger to the mention, and so is ``source``. doccano has no
attributes, so that the kind, value and entity of a mention and the realis, polarity, modes and incident of an event
stay out. It numbers spans anew, and keeps every key of a line that it does not know as metadata: there stand the
document (``document_id``), its state, which labels are events, and the ids of the corpus (``tigris_ids``, a list of
``id start end label``), by which a span is known again as long as its place or its label stays.

The project has to be made with relations and overlapping spans allowed, and without counting grapheme clusters as one
character. Without overlapping spans, doccano 1.8.4 leaves out the later of two that overlap, and then fails at the
first relation to it, so that no relation is imported; with grapheme clusters, its offsets are no code points. The file
is written in ASCII, since doccano guesses the encoding of what it imports, and takes some UTF-8 for another.
Source of the format: the import pipeline and the exporter of doccano (``RelationExtractionDataset``,
``ExportedExample``, ``ExportedSpan``, ``ExportedRelation``).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from tigris_corpus.formats.exchange import Answer, Argument, Item, items_of
from tigris_corpus.formats.jsonnodes import Line, MisreadError, read_lines
from tigris_corpus.formats.textfiles import file_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Document, Labels, Reading
    from tigris_corpus.formats.jsonnodes import Node

FILE = "doccano.jsonl"
SOURCE = "source"
_DOCUMENT, _STATE, _EVENTS, _IDS = "document_id", "tigris_state", "tigris_events", "tigris_ids"
_COMMENTS = "Comments"
_KEPT = re.compile(r"(\S+) ([0-9]{1,18}) ([0-9]{1,18}) (\S+)")
_TYPES = {"mentions": "entity_type", "events": "event_type"}


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:
    """Return one file for doccano's import (JSONL, relations): ids of spans and relations count through all of it."""
    spans, relations = count(1), count(1)
    lines = [json.dumps(_line(document, labels, spans, relations)) for document in documents]
    return {FILE: "".join(f"{line}\n" for line in lines).encode("ascii")}


def _line(
    document: Document, labels: Labels, spans: Iterator[int], relations: Iterator[int]
) -> dict[str, Any]:
    """Return a document as doccano imports it."""
    items = items_of(document)
    numbers = {item.ref: next(spans) for item in items}
    kinds = {item.ref: item.cells[_TYPES[item.table]] for item in items}
    return {
        "text": document.text,
        "entities": [
            {
                "id": numbers[item.ref],
                "label": kinds[item.ref],
                "start_offset": item.start,
                "end_offset": item.end,
            }
            for item in items
        ],
        "relations": [
            {"id": next(relations), "from_id": numbers[item.ref], "to_id": numbers[ref], "type": role}
            for item in items
            for role, ref in _roles(item)
        ],
        _DOCUMENT: file_name(document.document_id),
        _STATE: document.state,
        _EVENTS: " ".join(labels.event_types),
        _IDS: ";".join(f"{item.id} {item.start} {item.end} {kinds[item.ref]}" for item in items),
    }


def _roles(item: Item) -> Iterator[tuple[str, str]]:
    """Yield the roles of an event with the refs of the mentions that fill them, the source last."""
    yield from ((argument.role, argument.ref) for argument in item.arguments)
    if item.source:
        yield SOURCE, item.source


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:  # noqa: ARG001 - the signature of readers
    """Return what the lines of .jsonl files hold, a document each."""
    return read_lines(files, _Line)


@dataclass(frozen=True, slots=True)
class _Span:
    """A span with what it is called: by doccano, or by the corpus before doccano had it."""

    name: str
    start: int
    end: int
    label: str
    table: str
    pointer: str = ""

    def by_label(self) -> tuple[int, int, str]:
        return self.start, self.end, self.label

    def by_table(self) -> tuple[int, int, str]:
        return self.start, self.end, self.table


class _Line(Line):
    """A document as doccano exports it."""

    def answer(self, node: Node) -> Answer:
        """Return the answer that the line holds. Raises MisreadError where it is no document of doccano."""
        self.document = node.at(_DOCUMENT).text()
        text = node.at("text").text()
        events = frozenset(node.at(_EVENTS).text().split())
        spans = [self._span(one, events) for one in self._entities(node)]
        ids = _assigned(spans, _kept(node.at(_IDS), events))
        roles = self._relations(node, {span.name: span.table for span in spans})
        self._comments(node)
        return Answer(
            document_id=self.document,
            items=tuple(self._item(span, ids, roles) for span in spans),
            at=self.place(),
            text=text,
            state=node.word(_STATE),
        )

    def _entities(self, node: Node) -> list[Node]:
        """Return the spans, of a project that has relations; the others hold triples, and have lost all roles."""
        if node.get("label") is not None and node.get("entities") is None:
            raise MisreadError("/label", "the project was made without relations, so that all roles are lost")
        return node.at("entities").each()

    def _span(self, node: Node, events: frozenset[str]) -> _Span:
        label = node.at("label").text()
        return _Span(
            name=str(node.at("id").whole()),
            start=node.at("start_offset").whole(),
            end=node.at("end_offset").whole(),
            label=label,
            table="events" if label in events else "mentions",
            pointer=node.pointer,
        )

    def _relations(self, node: Node, tables: Mapping[str, str]) -> dict[str, list[Argument]]:
        """Return the roles by the trigger that they belong to; the source is among them."""
        found: dict[str, list[Argument]] = defaultdict(list)
        for one in node.at("relations").each():
            head, tail = (str(one.at(key).whole()) for key in ("from_id", "to_id"))
            role, number = one.at("type").text(), one.get("id")
            at = self.place(one.pointer, None if number is None else str(number.whole()))
            if tables.get(head) == "events":
                found[head].append(Argument(role, tail, at))
            elif head in tables:
                self.report(
                    "imp.unsupported", f"the {role} begins at a mention, and roles are of events", at, role
                )
            else:
                self.report("imp.dangling-ref", f"the {role} begins at {head}, which is not there", at, head)
        return found

    def _comments(self, node: Node) -> None:
        """Warn of the comments of a document."""
        for one in node.every(_COMMENTS):
            text = one.text() if isinstance(one.value, str) else one.at("comment").text()
            self.report("imp.comment", "a comment has no place in the corpus", self.place(one.pointer), text)

    def _item(self, span: _Span, ids: Mapping[str, str], roles: Mapping[str, list[Argument]]) -> Item:
        at = self.place(span.pointer, span.name)
        given = roles.get(span.name, [])
        sources = [one for one in given if one.role == SOURCE]
        for one in sources[1:]:
            self.report("imp.unsupported", "an event has one source", one.at, one.ref)
        return Item(
            table=span.table,
            ref=span.name,
            start=span.start,
            end=span.end,
            cells={_TYPES[span.table]: span.label},
            at=at,
            id=ids.get(span.name),
            source=sources[0].ref if sources else None,
            arguments=tuple(one for one in given if one.role != SOURCE),
        )


def _kept(node: Node, events: frozenset[str]) -> list[_Span]:
    """Return the spans of the corpus that a line was exported with."""
    found = []
    for part in filter(None, node.text().split(";")):
        match = _KEPT.fullmatch(part)
        if match is None:
            raise MisreadError(node.pointer, f"{part[:40]!r} is not an id, two offsets and a label")
        table = "events" if match[4] in events else "mentions"
        found.append(_Span(match[1], int(match[2]), int(match[3]), match[4], table))
    return found


def _assigned(spans: Sequence[_Span], kept: Sequence[_Span]) -> dict[str, str]:
    """Return the ids of the corpus by those of doccano: of spans with their label, then of those whose label is another."""
    given: dict[str, str] = {}
    used: set[str] = set()
    for key in (_Span.by_label, _Span.by_table):
        free: dict[tuple[int, int, str], deque[str]] = defaultdict(deque)
        for one in kept:
            if one.name not in used:
                free[key(one)].append(one.name)
        for span in spans:
            if span.name not in given and free[key(span)]:
                given[span.name] = free[key(span)].popleft()
                used.add(given[span.name])
    return given
