"""spaCy: one DocBin a language (``en.spacy``, ``fr.spacy``), for ``spacy train`` and for reading with ``DocBin``. Lossless.

Mentions and events are the span groups ``doc.spans["mentions"]`` and ``doc.spans["events"]``, where spans may overlap:
the label is the entity type or event type, ``kb_id`` the entity or incident, ``span_id`` the id of the corpus.
``doc.ents`` has the mentions that lie in no other, the longest first; it is written, and not read. All else is in the attributes of the groups, which
spaCy keeps with them: ``document_id``, ``state``, and ``rows``, the other columns by id, of an event with its modes,
source and arguments (pairs of role and mention). A span that was added in spaCy has a label, and what it has beside.

The pipelines are blank: words are those of this package, which also end wherever a span does, and blanks beyond a
single space are words of their own, so that ``doc.text`` is the raw text. Sentences are marked. No user data is
stored, and no reader of this module runs spaCy on what it reads: spaCy trusts the numbers of a DocBin, and this
module takes the bytes apart itself, checks every number, and unpacks no more than 64 MiB. Neither unpickles.
Source of the format: ``spacy/tokens/_serialize.py`` and ``span_group.pyx``, version 0.1 of DocBin. Offsets are code
points.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tigris_corpus.formats import EVENT, MENTION
from tigris_corpus.formats.exchange import Answer, Argument, Item, Reading, items_of
from tigris_corpus.formats.jsonnodes import MisreadError, Node
from tigris_corpus.formats.rules import fault
from tigris_corpus.formats.textfiles import file_name
from tigris_corpus.formats.tokens import outermost, pieces
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    from tigris_corpus.formats.exchange import Document, Labels
    from tigris_corpus.issues import Issue

_SUFFIX = ".spacy"
_MOST = 1 << 26
"""The most bytes that a DocBin is unpacked to."""
_LONGEST = 1 << 20
"""The most members of an array in it."""
_ATTRIBUTES = ("ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID", "SENT_START")
_ORTH = 65
"""The number of spaCy's attribute ORTH, the word itself."""
_TYPES = {"mentions": "entity_type", "events": "event_type"}
_LINKS = {"mentions": "entity_id", "events": "incident_id"}
_CELLS = {
    table: tuple(column for column in columns if column not in {_TYPES[table], _LINKS[table]})
    for table, columns in (("mentions", MENTION), ("events", EVENT))
}
_OF_EVENTS = ("modes", "source", "arguments")
_SPAN = struct.Struct(">QQQllll")


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:  # noqa: ARG001 - the signature of writers
    """Return a DocBin of each language."""
    from spacy.tokens import DocBin  # noqa: PLC0415 - takes a second to import
    from spacy.vocab import Vocab  # noqa: PLC0415

    languages: dict[str, list[Document]] = {}
    for document in documents:
        languages.setdefault(document.language, []).append(document)
    vocab = Vocab()
    return {
        f"{language}{_SUFFIX}": DocBin(_ATTRIBUTES, docs=[_doc(one, vocab) for one in found]).to_bytes()
        for language, found in languages.items()
    }


def _doc(document: Document, vocab: Vocab) -> Doc:
    """Return a document of spaCy."""
    from spacy.tokens import Doc, Span, SpanGroup  # noqa: PLC0415 - takes a second to import

    items = items_of(document)
    tokens = pieces(document.text, document.language, [(item.start, item.end) for item in items])
    begins = {int(row["start"]) for row in document.sentences[1:]}
    doc = Doc(
        vocab,
        words=[token.text for token in tokens],
        spaces=[token.space for token in tokens],
        sent_starts=[number == 0 or token.start in begins for number, token in enumerate(tokens)],
    )
    first = {token.start: number for number, token in enumerate(tokens)}
    last = {token.end: number + 1 for number, token in enumerate(tokens)}
    spans = {
        item.ref: Span(
            doc,
            first[item.start],
            last[item.end],
            label=item.cells[_TYPES[item.table]],
            kb_id=item.cells.get(_LINKS[item.table], ""),
            span_id=item.id or "",
        )
        for item in items
    }
    for table in _TYPES:
        inside = [item for item in items if item.table == table]
        attributes = {
            "document_id": file_name(document.document_id),
            "state": document.state,
            "rows": {item.id: row for item in inside if (row := _row(item))},
        }
        doc.spans[table] = SpanGroup(
            doc, name=table, attrs=attributes, spans=[spans[one.ref] for one in inside]
        )
    mentions = {
        (item.start, item.end): spans[item.ref] for item in reversed(items) if item.table == "mentions"
    }
    doc.ents = [mentions[span] for span in outermost(mentions)]
    return doc


def _row(item: Item) -> dict[str, Any]:
    """Return what a span of spaCy has no place for."""
    row: dict[str, Any] = {name: item.cells[name] for name in _CELLS[item.table] if name in item.cells}
    if item.modes:
        row["modes"] = list(item.modes)
    if item.source:
        row["source"] = item.source
    if item.arguments:
        row["arguments"] = [[argument.role, argument.ref] for argument in item.arguments]
    return row


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:  # noqa: ARG001 - the signature of readers
    """Return what .spacy files hold, a document each."""
    answers: list[Answer] = []
    faults: list[Issue] = []
    for path, data in files.items():
        if PurePosixPath(path).suffix != _SUFFIX:
            continue
        pointer = ""
        try:
            for number, doc in enumerate(_docs(data)):
                pointer = f"/span_groups/{number}"
                answers.append(_answer(doc, Location(path, pointer=pointer)))
                pointer = ""
        except MisreadError as error:
            where = pointer + error.pointer
            faults.append(fault("imp.format", str(error), file=path, pointer=where or None))
    return Reading(tuple(answers), tuple(faults))


@dataclass(frozen=True, slots=True)
class _Read:
    """A document of a DocBin: its text, where its words begin and end (code points), its span groups by name."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    groups: Mapping[str, Node]
    strings: Mapping[int, str]


def _docs(data: bytes) -> Iterator[_Read]:
    """Yield the documents of a DocBin. Raises MisreadError where the bytes are not those of one."""
    from spacy.strings import StringStore  # noqa: PLC0415 - takes a second to import

    root = Node(_unpacked(_inflated(data), ""))
    attributes = [one.whole() for one in root.at("attrs").each()]
    if _ORTH not in attributes:
        raise MisreadError("/attrs", "the words themselves (ORTH) are not in it")
    lengths = _numbers(root.at("lengths"), "i")
    groups = _per_document(root, lengths, len(attributes))
    hashes = StringStore()
    strings = {hashes[one.text()]: one.text() for one in root.at("strings").each()}
    orths = _numbers(root.at("tokens"), "Q")[attributes.index(_ORTH) :: len(attributes)]
    spaces = _numbers(root.at("spaces"), "B")
    begin = 0
    for length, group in zip(lengths, groups, strict=True):
        words = [_string(strings, orth, "/tokens") for orth in orths[begin : begin + length]]
        after = [bool(space) for space in spaces[begin : begin + length]]
        begin += length
        starts = tuple(
            accumulate((len(word) + space for word, space in zip(words, after, strict=True)), initial=0)
        )
        if starts[-1] > _MOST:
            raise MisreadError("/tokens", f"a text of more than {_MOST} characters")
        yield _Read(
            text="".join(word + " " * space for word, space in zip(words, after, strict=True)),
            starts=starts[:-1],
            ends=tuple(start + len(word) for start, word in zip(starts, words, strict=False)),
            groups=_groups(group),
            strings=strings,
        )


def _per_document(root: Node, lengths: Sequence[int], width: int) -> list[Node]:
    """Return the span groups of each document. Raises MisreadError where the parts of a DocBin do not fit together."""
    tokens, spaces = _numbers(root.at("tokens"), "Q"), _numbers(root.at("spaces"), "B")
    if min(lengths, default=0) < 0 or len(tokens) != sum(lengths) * width or len(spaces) != sum(lengths):
        raise MisreadError("/lengths", "there are more words or fewer than it says")
    groups, flags = root.at("span_groups").each(), root.at("flags").each()
    if len(groups) != len(lengths) or len(flags) != len(lengths):
        raise MisreadError("/span_groups", "there are more documents or fewer than it says")
    for flag in flags:
        unknown = flag.get("has_unknown_spaces")
        if unknown and unknown.value is not False:
            raise MisreadError(flag.pointer, "the blanks between the words of a document are unknown")
    return groups


def _groups(node: Node) -> dict[str, Node]:
    """Return the span groups of a document by their names; the pointer of each begins with its name."""
    packed = _unpacked(_bytes(node), node.pointer)
    if not isinstance(packed, dict):
        raise MisreadError(node.pointer, "there are no span groups")
    return {
        name.text(): Node(_unpacked(_bytes(Node(data, node.pointer)), node.pointer), f"/{name.value}")
        for data, names in packed.items()
        for name in Node(names, node.pointer).each()
    }


def _answer(doc: _Read, at: Location) -> Answer:
    """Return the answer that a document of spaCy holds."""
    lost = next((table for table in _TYPES if table not in doc.groups), None)
    if lost:
        raise MisreadError("", f"there is no span group {lost!r}")
    attributes = doc.groups["mentions"].at("attrs")
    at = replace(at, document=attributes.at("document_id").text())
    spans = [(table, span) for table in _TYPES for span in doc.groups[table].at("spans").each()]
    return Answer(
        document_id=attributes.at("document_id").text(),
        items=tuple(_item(doc, span, table, at) for table, span in spans),
        at=at,
        text=doc.text,
        state=attributes.word("state"),
    )


def _item(doc: _Read, node: Node, table: str, at: Location) -> Item:
    """Return the mention or event of a span."""
    own, link, label, start, end = _span(doc, node)
    rows = doc.groups[table].at("attrs").at("rows")
    row = (rows.get(own) if own else None) or Node({}, node.pointer)
    strange = set(row.names()) - {*_CELLS[table], *(_OF_EVENTS if table == "events" else ())}
    if strange:
        raise MisreadError(row.pointer, f"the key {min(strange)[:40]!r} has no place in the corpus")
    cells = {_TYPES[table]: label, _LINKS[table]: link or None}
    cells |= {column: row.word(column) for column in _CELLS[table]}
    at = replace(at, pointer=f"{at.pointer}{node.pointer}", key=own or None)
    return Item(
        table=table,
        ref=own or node.pointer,
        start=start,
        end=end,
        cells={column: value for column, value in cells.items() if value is not None},
        at=at,
        id=own or None,
        text=doc.text[start:end],
        source=row.word("source"),
        modes=tuple(one.text() for one in row.every("modes")),
        arguments=tuple(_argument(one, at) for one in row.every("arguments")),
    )


def _span(doc: _Read, node: Node) -> tuple[str, str, str, int, int]:
    """Return what a span says: its id, its link, its label, and where it begins and ends."""
    data = _bytes(node)
    if len(data) != _SPAN.size:
        raise MisreadError(node.pointer, f"a span of {len(data)} bytes, and not of {_SPAN.size}")
    name, link, label, first, last, start, end = _SPAN.unpack(data)
    if not 0 <= first < last <= len(doc.starts) or (doc.starts[first], doc.ends[last - 1]) != (start, end):
        raise MisreadError(node.pointer, "the words of a span are not at its offsets")
    own, linked, named = (_string(doc.strings, one, node.pointer) for one in (name, link, label))
    return own, linked, named, start, end


def _argument(node: Node, at: Location) -> Argument:
    pair = node.each()
    if len(pair) != 2:  # noqa: PLR2004 - a pair
        raise MisreadError(node.pointer, "an argument is a role and a mention")
    return Argument(pair[0].text(), pair[1].text(), at)


def _inflated(data: bytes) -> bytes:
    """Return what was compressed. Raises MisreadError where it is damaged or too much."""
    inflating = zlib.decompressobj()
    try:
        found = inflating.decompress(data, _MOST)
    except zlib.error as error:
        raise MisreadError("", f"not a DocBin: {error}") from None
    if not inflating.eof or inflating.unused_data:
        too_much = len(found) == _MOST
        raise MisreadError(
            "", f"more than {_MOST} bytes" if too_much else "not a DocBin: it is cut off, or goes on"
        )
    return found


def _unpacked(data: bytes, pointer: str) -> Any:
    """Return what MessagePack holds: no array of numpy, nothing of a class. Raises MisreadError where it is damaged."""
    from srsly import msgpack  # noqa: PLC0415 - comes with spaCy

    try:
        return msgpack.unpackb(
            data, raw=False, object_pairs_hook=dict, max_array_len=_LONGEST, max_map_len=_LONGEST
        )
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise MisreadError(pointer, f"damaged: {str(error)[:80] or type(error).__name__}") from None


def _bytes(node: Node) -> bytes:
    if not isinstance(node.value, bytes):
        raise MisreadError(node.pointer, "bytes are expected")
    return node.value


def _numbers(node: Node, kind: str) -> memoryview:
    """Return the numbers in bytes: ``i`` of 4 bytes, ``Q`` of 8, ``B`` of one. Raises MisreadError where some are cut off."""
    data = _bytes(node)
    if len(data) % struct.calcsize(kind):
        raise MisreadError(node.pointer, "a number is cut off")
    return memoryview(data).cast(kind)  # type: ignore[call-overload, no-any-return]


def _string(strings: Mapping[int, str], number: int, pointer: str) -> str:
    """Return the string that a number stands for. Raises MisreadError where it is none of the DocBin."""
    if number and number not in strings:
        raise MisreadError(pointer, f"the string {number} is not in it")
    return strings[number] if number else ""
