"""W3C Web Annotation: an AnnotationPage in JSON-LD of each document (``D000.jsonld``), each label an Annotation. Lossless.

The target of an annotation is the document, with two selectors that say the same: TextPositionSelector and
TextQuoteSelector. Its bodies are a TextualBody for each column, and a SpecificResource for each link: to the entity or
incident, and from an event to the mentions that fill its roles. The purpose ``tagging`` marks an entity type and
``classifying`` an event type; the other bodies say in ``tigris:column`` or ``tigris:role`` what they are. Ids and links
are IRIs, ``urn:tigris:D000-M001`` and ``urn:tigris:entity:iraq``. Terms of our own stand in the context of the page
itself. The context of the W3C is named by its address, and neither writer nor reader fetches anything.

Source of the format: W3C Recommendation "Web Annotation Data Model" (23 February 2017). Offsets are code points, as
its section on the Text Quote Selector says: "The selection of the text MUST be in terms of unicode code points (the
'character number'), not in terms of code units (that number expressed using a selected data type)", and that on the
Text Position Selector: "The text MUST be selected and normalized in the same way as for the Text Quote Selector before
counting the number of characters to determine the start and end positions."
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from tigris_corpus.formats import EVENT, MENTION
from tigris_corpus.formats.exchange import Answer, Argument, Item, Reading, items_of
from tigris_corpus.formats.jsonnodes import MisreadError, Node, parsed
from tigris_corpus.formats.rules import RULES
from tigris_corpus.formats.textfiles import file_name
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Document, Labels
    from tigris_corpus.issues import Issue

_SUFFIX = ".jsonld"
_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_URN = "urn:tigris:"
_DOCUMENT, _STATE, _DIGEST = "tigris:document", "tigris:state", "tigris:textDigest"
_COLUMN, _ROLE = "tigris:column", "tigris:role"
_AROUND = 32
"""How many code points before and after a span are quoted with it."""
_LINKS = {"entity_id": "entity:", "incident_id": "incident:"}
_PURPOSES = {"tagging": "entity_type", "classifying": "event_type"}
_MODE, _SOURCE = "mode", "source_mention_id"
_TEXTS = (set(MENTION) | set(EVENT)) - set(_LINKS)
_COMMENTS = {"commenting", "replying", "questioning"}


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:  # noqa: ARG001 - the signature of writers
    """Return a page of each document."""
    return {
        f"{file_name(document.document_id)}{_SUFFIX}": f"{_json(_page(document))}\n".encode()
        for document in documents
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _page(document: Document) -> dict[str, Any]:
    return {
        "@context": [_CONTEXT, {"tigris": f"{_URN}term:"}],
        "id": f"{_iri(document.document_id)}:annotations",
        "type": "AnnotationPage",
        "partOf": {"id": f"{_URN}annotations", "type": "AnnotationCollection"},
        "startIndex": 0,
        _DOCUMENT: document.document_id,
        _STATE: document.state,
        _DIGEST: document.text_digest,
        "items": [_annotation(item, document) for item in items_of(document)],
    }


def _iri(name: str, kind: str = "") -> str:
    """Return the IRI of something of the corpus."""
    return f"{_URN}{kind}{quote(name, safe='')}"


def _annotation(item: Item, document: Document) -> dict[str, Any]:
    """Return a mention or an event as an annotation."""
    text = document.text
    return {
        "id": _iri(item.ref),
        "type": "Annotation",
        "motivation": "tagging" if item.table == "mentions" else "classifying",
        "body": list(_bodies(item)),
        "target": {
            "source": _iri(document.document_id),
            "selector": [
                {"type": "TextPositionSelector", "start": item.start, "end": item.end},
                {
                    "type": "TextQuoteSelector",
                    "exact": text[item.start : item.end],
                    "prefix": text[max(0, item.start - _AROUND) : item.start],
                    "suffix": text[item.end : item.end + _AROUND],
                },
            ],
        },
    }


def _bodies(item: Item) -> Iterator[dict[str, Any]]:
    """Yield the bodies of an annotation: the type first, then other columns, links, modes, roles and the source."""
    purposes = {column: purpose for purpose, column in _PURPOSES.items()}
    for column in MENTION if item.table == "mentions" else EVENT:
        if column not in item.cells:
            continue
        value = item.cells[column]
        if column in _LINKS:
            yield _resource("identifying", _iri(value, _LINKS[column]), _COLUMN, column)
        else:
            yield _textual(purposes.get(column, "describing"), value, column)
    yield from (_textual("describing", mode, _MODE) for mode in item.modes)
    yield from (_resource("linking", _iri(one.ref), _ROLE, one.role) for one in item.arguments)
    if item.source:
        yield _resource("linking", _iri(item.source), _COLUMN, _SOURCE)


def _textual(purpose: str, value: str, column: str) -> dict[str, Any]:
    return {"type": "TextualBody", "purpose": purpose, _COLUMN: column, "value": value}


def _resource(purpose: str, source: str, term: str, name: str) -> dict[str, Any]:
    return {"type": "SpecificResource", "purpose": purpose, term: name, "source": source}


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:
    """Return what .jsonld files hold: pages, collections with their first page, lists, and single annotations."""
    answers: list[Answer] = []
    faults: list[Issue] = []
    for path, data in files.items():
        if PurePosixPath(path).suffix != _SUFFIX:
            continue
        node, broken = parsed(path, data)
        if node is None:
            faults += [broken] if broken else []
            continue
        file = _File(path)
        file.read(node, documents)
        answers += file.answers()
        faults += file.faults
    return Reading(tuple(answers), tuple(faults))


@dataclass
class _Draft:
    """What the bodies of an annotation say together."""

    cells: dict[str, str] = field(default_factory=dict)
    modes: list[str] = field(default_factory=list)
    arguments: list[Argument] = field(default_factory=list)
    source: str | None = None


class _File:
    """One file: the annotations read from it, by the document that they are about, and what is wrong with it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: list[Issue] = []
        self._states: dict[str, str | None] = {}
        self._found: dict[str, list[Item]] = {}

    def answers(self) -> list[Answer]:
        """Return an answer of each document that an annotation is about, and of the one that the page is of."""
        return [
            Answer(name, tuple(items), Location(self.path, document=name), state=self._states.get(name))
            for name, items in self._found.items()
        ]

    def read(self, node: Node, documents: Mapping[str, Document]) -> None:
        """Read every annotation; one that cannot be read is a fault, and the others are read all the same."""
        try:
            annotations = self._annotations(node, documents)
        except MisreadError as error:
            self._report("imp.format", str(error), Location(self.path, pointer=error.pointer or None))
            return
        for one in annotations:
            try:
                self._annotation(one)
            except MisreadError as error:
                self._report("imp.format", str(error), Location(self.path, pointer=error.pointer))

    def _report(self, code: str, message: str, at: Location, value: str | None = None) -> None:
        self.faults.append(RULES[code].issue(at, None if value is None else value[:200], message))

    def _annotations(self, node: Node, documents: Mapping[str, Document]) -> list[Node]:
        """Return the annotations of a file, whatever they are wrapped in."""
        if isinstance(node.value, list):
            return node.each()
        kinds = _kinds(node)
        if "Annotation" in kinds:
            return [node]
        page = node.at("first") if "AnnotationCollection" in kinds else node
        if "AnnotationPage" not in _kinds(page):
            raise MisreadError(page.pointer, "no AnnotationPage, AnnotationCollection or Annotation")
        if page.get("next"):
            message = "the page goes on in another, which is not fetched"
            self._report("imp.unsupported", message, Location(self.path, pointer=f"{page.pointer}/next"))
        self._about(page, documents)
        return page.at("items").each()

    def _about(self, page: Node, documents: Mapping[str, Document]) -> None:
        """Take note of the document that a page is of, if it says so, and of its text."""
        name, digest = page.word(_DOCUMENT), page.word(_DIGEST)
        if name is None:
            return
        self._found[name] = []
        self._states[name] = page.word(_STATE)
        document = documents.get(name)
        if document and digest and digest != document.text_digest:
            at = Location(self.path, document=name, pointer=f"{page.pointer}/{_DIGEST}")
            self._report(
                "imp.text-drift", f"the page was made of another text than that of {name}", at, digest
            )

    def _annotation(self, node: Node) -> None:
        """Read one annotation."""
        if isinstance(node.value, str):
            message = "only the address of an annotation stands here, and nothing is fetched"
            self._report("imp.unsupported", message, Location(self.path, pointer=node.pointer), node.value)
            return
        ref = _local(node.word("id") or node.pointer)
        at = Location(self.path, key=ref, pointer=node.pointer)
        targets = _listed(node.at("target"))
        if len(targets) != 1:
            message = f"{len(targets)} targets, and a span of the corpus is one piece"
            self._report("imp.discontinuous", message, at)
            return
        target = targets[0]
        source = target.at("source")
        document = _local(source.text() if isinstance(source.value, str) else source.at("id").text())
        at = Location(self.path, key=ref, document=document, pointer=node.pointer)
        span = self._span(target, at)
        draft = _Draft()
        for body in _listed(node.at("body")):
            self._body(body, draft, at)
        table = "events" if "event_type" in draft.cells else "mentions"
        if span is None or not self._fits(table, draft, at):
            return
        item = Item(
            table=table,
            ref=ref,
            start=span[0],
            end=span[1],
            cells=draft.cells,
            at=at,
            id=ref if (node.word("id") or "").startswith(_URN) else None,
            text=span[2],
            source=draft.source,
            modes=tuple(draft.modes),
            arguments=tuple(draft.arguments),
        )
        self._found.setdefault(document, []).append(item)

    def _fits(self, table: str, draft: _Draft, at: Location) -> bool:
        """Report what a mention or an event cannot have."""
        allowed = MENTION if table == "mentions" else EVENT
        strange = [column for column in draft.cells if column not in allowed]
        if table == "mentions" and (draft.modes or draft.arguments or draft.source):
            strange.append("modes, roles or a source")
        if allowed[0] not in draft.cells:
            message = "it is no mention and no event: no body is for tagging or for classifying"
        elif strange:
            message = f"{'a mention' if table == 'mentions' else 'an event'} has no {', '.join(strange)}"
        else:
            return True
        self._report("imp.unsupported", message, at)
        return False

    def _span(self, target: Node, at: Location) -> tuple[int, int, str | None] | None:
        """Return where a target begins and ends, and its words where they are quoted."""
        selectors = {kind: one for one in _listed(target.at("selector")) for kind in _kinds(one)}
        position, quoted = selectors.get("TextPositionSelector"), selectors.get("TextQuoteSelector")
        if position is None:
            self._report("imp.unsupported", "there is no TextPositionSelector", at, ", ".join(selectors))
            return None
        words = quoted.at("exact").text() if quoted else None
        return position.at("start").whole(), position.at("end").whole(), words

    def _body(self, node: Node, draft: _Draft, at: Location) -> None:
        """Add what a body says."""
        kinds = _kinds(node)
        purpose, role = node.word("purpose") or "", node.word(_ROLE)
        column = node.word(_COLUMN) or _PURPOSES.get(purpose)
        if purpose in _COMMENTS:
            self._report("imp.comment", "a comment has no place in the corpus", at, node.word("value"))
        elif role and "SpecificResource" in kinds:
            draft.arguments.append(Argument(role, _local(node.at("source").text()), at))
        elif column == _SOURCE and "SpecificResource" in kinds and draft.source is None:
            draft.source = _local(node.at("source").text())
        elif column in _LINKS and "SpecificResource" in kinds and column not in draft.cells:
            draft.cells[column] = _local(node.at("source").text(), _LINKS[column])
        elif column == _MODE and "TextualBody" in kinds:
            draft.modes.append(node.at("value").text())
        elif column in _TEXTS and "TextualBody" in kinds and column not in draft.cells:
            draft.cells[column] = node.at("value").text()
        else:
            what = f"{column or purpose or 'a body without purpose'} as {' and '.join(kinds) or 'nothing'}"
            self._report(
                "imp.unsupported", f"the corpus has no place for {what[:80]}, or it stands twice", at
            )


def _kinds(node: Node) -> tuple[str, ...]:
    """Return the types of an object of JSON-LD: one, or several in an array."""
    found = node.get("type")
    return tuple(one.text() for one in _listed(found)) if found else ()


def _listed(node: Node) -> list[Node]:
    """Return the values of an array of JSON-LD, which may be left away around a single one."""
    return node.each() if isinstance(node.value, list) else [node]


def _local(iri: str, kind: str = "") -> str:
    """Return the id of something of the corpus; an IRI of others as it is."""
    prefix = f"{_URN}{kind}"
    return unquote(iri.removeprefix(prefix)) if iri.startswith(prefix) else iri
