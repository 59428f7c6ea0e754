"""Prodigy: JSON Lines with tokens, spans and relations, one document a line, for ``spans.manual`` and ``rel.manual``.

A mention is a span with its entity type as the label, an event one with its event type. A role is a relation from the
trigger (head) to the mention (child), and so is ``source``; ``head`` and ``child`` are the last tokens of the two spans,
as Prodigy counts, and ``token_end`` is the last token too. Prodigy keeps keys that it does not know: so the id of the
corpus and all other columns ride along in each span, and the document, its state and which labels are events in the
key ``tigris`` of the line. Nothing is lost of what is given out; a span that is made in Prodigy has a label only.

Tokens are words that also end wherever a span does, with blanks beyond a single space as tokens of their own, so that
they make up the text whole. Where a span and its tokens disagree, the offsets count, and a warning says so. A line that
was rejected or ignored is left out with a warning. Keys of a span that are neither Prodigy's nor ours get a warning.
Prodigy's interface for relations shows no span within another; the one for spans shows all.
Source of the format: Prodigy's documentation of annotation interfaces (spans_manual, relations). Offsets are code
points.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tigris_corpus.formats import EVENT, MENTION
from tigris_corpus.formats.exchange import Answer, Argument, Item, items_of
from tigris_corpus.formats.jsonnodes import Line, read_lines
from tigris_corpus.formats.rules import RULES
from tigris_corpus.formats.textfiles import file_name
from tigris_corpus.formats.tokens import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Document, Labels, Reading
    from tigris_corpus.formats.jsonnodes import Node
    from tigris_corpus.formats.tokens import Token

FILE = "prodigy.jsonl"
SOURCE = "source"
_OURS = "tigris"
_ACCEPTED = "accept"
_TYPES = {"mentions": "entity_type", "events": "event_type"}
_COLUMNS = {"mentions": MENTION[1:], "events": EVENT[1:]}
"""The columns that ride along in a span, by table: all but its label."""
_PLACE = ("start", "end", "token_start", "token_end", "label", "text", "id")
_PRODIGYS = frozenset(
    {"type", "color", "hidden", "source", "input_hash", "pattern", "answer", "score", "rank", "bg"}
)
"""Keys of spans in which Prodigy keeps its own accounts."""
_Where = tuple[int, int, str | None]
"""What a relation of Prodigy means a span by: where it begins and ends, and its label."""


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:
    """Return one file, as Prodigy loads it or ``prodigy db-in`` takes it into a dataset."""
    lines = [json.dumps(_line(document, labels), ensure_ascii=False) for document in documents]
    return {FILE: "".join(f"{line}\n" for line in lines).encode("utf-8")}


def _line(document: Document, labels: Labels) -> dict[str, Any]:
    """Return a document as a task of Prodigy."""
    items = items_of(document)
    tokens = pieces(document.text, document.language, [(item.start, item.end) for item in items])
    places = _Places(tokens)
    spans = {item.ref: _span(item, places) for item in items}
    return {
        "text": document.text,
        "tokens": [
            {"text": token.text, "start": token.start, "end": token.end, "id": number, "ws": token.space}
            for number, token in enumerate(tokens)
        ],
        "spans": list(spans.values()),
        "relations": [
            _relation(role, spans[item.ref], spans[ref]) for item in items for role, ref in _roles(item)
        ],
        "meta": {"document_id": file_name(document.document_id)},
        "answer": "accept",
        _OURS: {
            "document_id": document.document_id,
            "state": document.state,
            "event_types": list(labels.event_types),
        },
    }


class _Places:
    """Which token begins and which ends at an offset."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.first = {token.start: number for number, token in enumerate(tokens)}
        self.last = {token.end: number for number, token in enumerate(tokens)}


def _span(item: Item, places: _Places) -> dict[str, Any]:
    span = {
        "start": item.start,
        "end": item.end,
        "token_start": places.first[item.start],
        "token_end": places.last[item.end],
        "label": item.cells[_TYPES[item.table]],
        "text": item.text,
        "id": item.id,
    }
    span |= {name: item.cells[name] for name in _COLUMNS[item.table] if name in item.cells}
    return span | ({"modes": list(item.modes)} if item.modes else {})


def _roles(item: Item) -> Iterator[tuple[str, str]]:
    """Yield the roles of an event with the refs of the mentions that fill them, the source last."""
    yield from ((argument.role, argument.ref) for argument in item.arguments)
    if item.source:
        yield SOURCE, item.source


def _relation(role: str, head: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Return a relation of Prodigy: the ids tell spans apart that have one place and one label."""
    places = ("start", "end", "token_start", "token_end", "label")
    return {
        "head": head["token_end"],
        "child": child["token_end"],
        "label": role,
        "head_span": {name: head[name] for name in places},
        "child_span": {name: child[name] for name in places},
        "head_id": head["id"],
        "child_id": child["id"],
    }


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:  # noqa: ARG001 - the signature of readers
    """Return what the lines of .jsonl files hold, a document each."""
    return read_lines(files, _Line)


class _Line(Line):
    """A task of Prodigy with its answer."""

    def answer(self, node: Node) -> Answer | None:
        """Return the answer that the line holds. Raises MisreadError where it is no task for documents of the corpus."""
        ours = node.at(_OURS)
        self.document = ours.at("document_id").text()
        verdict = node.word("answer") or _ACCEPTED
        if verdict != _ACCEPTED:
            message = f"the answer is {verdict[:20]!r}: the line is not imported, and {self.document} stays"
            self.report("imp.scope", message, self.place("/answer"), verdict)
            return None
        events = frozenset(one.text() for one in ours.at("event_types").each())
        items = [self._item(one, events) for one in node.every("spans")]
        self._tokens(node)
        return Answer(
            document_id=self.document,
            items=tuple(self._related(node, items)),
            at=self.place(),
            text=node.at("text").text(),
            state=ours.word("state"),
        )

    def _item(self, node: Node, events: frozenset[str]) -> Item:
        """Return the mention or event of a span, without its roles."""
        label, name = node.at("label").text(), node.word("id")
        table = "events" if label in events else "mentions"
        ours = {column: node.word(column) for column in _COLUMNS[table]}
        self._others(node, {*_PLACE, *ours, *(["modes"] if table == "events" else [])})
        ref = node.pointer.rpartition("/")[2]
        return Item(
            table=table,
            ref=ref,
            start=node.at("start").whole(),
            end=node.at("end").whole(),
            cells={
                _TYPES[table]: label,
                **{name: value for name, value in ours.items() if value is not None},
            },
            at=self.place(node.pointer, name or ref),
            id=name,
            text=node.word("text"),
            modes=tuple(one.text() for one in node.every("modes")) if table == "events" else (),
        )

    def _others(self, node: Node, known: set[str]) -> None:
        """Warn of what a span says that has no place in the corpus."""
        for name in node.names():
            if name not in known | _PRODIGYS:
                message = f"the key {name[:40]!r} of a span has no place in the corpus"
                self.report("imp.comment", message, self.place(node.pointer), name)

    def _tokens(self, node: Node) -> None:
        """Warn of spans whose tokens are not those at their offsets."""
        tokens = [(one.at("start").whole(), one.at("end").whole()) for one in node.every("tokens")]
        for span in node.every("spans") if tokens else []:
            first, last = (span.get(name) for name in ("token_start", "token_end"))
            if first is None or last is None:
                continue
            given = (span.at("start").whole(), span.at("end").whole())
            found = (
                tokens[first.whole()][0] if first.whole() < len(tokens) else None,
                tokens[last.whole()][1] if last.whole() < len(tokens) else None,
            )
            if found != given:
                message = f"its tokens go from {found[0]} to {found[1]}: the offsets count, {given[0]} to {given[1]}"
                self.faults.append(
                    RULES["imp.token-mismatch"].issue(self.place(span.pointer), str(found), message)
                )

    def _related(self, node: Node, items: Sequence[Item]) -> Iterator[Item]:
        """Yield the items, events with their roles."""
        spans: dict[_Where, list[Item]] = defaultdict(list)
        for item in items:
            spans[item.start, item.end, item.cells[_TYPES[item.table]]].append(item)
        roles: dict[str, list[Argument]] = defaultdict(list)
        for one in node.every("relations"):
            role, at = one.at("label").text(), self.place(one.pointer)
            head, child = (self._at_end(one, side, spans) for side in ("head", "child"))
            if head and child and head.table != "events":
                message = f"the {role} begins at a mention, and roles are of events"
                self.report("imp.unsupported", message, at, role)
            elif head and child:
                roles[head.ref].append(Argument(role, child.ref, at))
        yield from (self._with_roles(item, roles[item.ref]) for item in items)

    def _with_roles(self, item: Item, roles: Sequence[Argument]) -> Item:
        sources = [one for one in roles if one.role == SOURCE]
        for one in sources[1:]:
            self.report("imp.unsupported", "an event has one source", one.at, one.ref)
        arguments = tuple(one for one in roles if one.role != SOURCE)
        return replace(item, arguments=arguments, source=sources[0].ref if sources else None)

    def _at_end(self, node: Node, side: str, spans: Mapping[_Where, Sequence[Item]]) -> Item | None:
        """Return the span at an end of a relation, or None where there is not one such span."""
        span, name = node.at(f"{side}_span"), node.word(f"{side}_id")
        where = (span.at("start").whole(), span.at("end").whole(), span.word("label"))
        found = spans.get(where, [])
        if len(found) > 1 and name:
            found = [item for item in found if item.id == name]
        if len(found) == 1:
            return found[0]
        what = f"may be any of {len(found)} spans" if found else "is no span"
        message = f"the {side} of a relation {what}: {where[0]} to {where[1]}, {where[2]}"
        self.report("imp.dangling-ref", message, self.place(span.pointer), str(where))
        return None
