"""The labels of one side as they are compared: read from a file, a pass or values, and held against the texts.

Predictions are records of documents, the same as those of Tigris JSON Lines (``formats.records``), or rows of tags, one
a sentence. Ids are the predictor's own: those of mentions and events say what an argument refers to, those of entities
and incidents are names of clusters. Offsets are code points into the raw text.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.descriptor import KEYS, SPAN_COLUMNS, nearest
from tigris_corpus.errors import CorpusError
from tigris_corpus.extent import MAX_RECORD, overlong
from tigris_corpus.formats import jsonl, passes
from tigris_corpus.formats.exchange import (
    Answer,
    Argument,
    Item,
    Reading,
    documents_of,
    labels_of,
)
from tigris_corpus.formats.incoming import gathered
from tigris_corpus.formats.judging import judge
from tigris_corpus.formats.rules import RULES, fault
from tigris_corpus.issues import Location, Severity
from tigris_corpus.record_schema import TABLES
from tigris_corpus.scoring.tagged import TAGS, of_tags, shown

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.exchange import Document, Labels
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.issues import Issue

LAYERS = ("mentions", "events", "arguments", "entities", "incidents")
"""The layers that are compared, by their names in ``layers.csv``."""
IN_MEMORY = "predictions"
"""What predictions that are no file are called in messages."""

_ABOUT = ("annotator_id", "round", "guideline_version", "text_sha256", "state")
_NEEDED = {
    "mentions": ("start", "end", "entity_type"),
    "events": ("trigger_start", "trigger_end", "event_type"),
}
_ASPECTS = ("realis", "polarity")
_OFFSETS = "offsets count code points from the start of the raw text of the document"
_HINTS = {
    "imp.span": _OFFSETS,
    "imp.text-mismatch": f"{_OFFSETS}, and not bytes, words or characters of a sentence",
    "imp.text-drift": "predict on the text as the corpus has it",
    "imp.crosses-sentence": "cut the span at the end of its sentence",
    "imp.duplicate-id": "one record a document, and in it one mention or event an id",
    "imp.dangling-ref": "an argument names a mention of its own record",
    "imp.unknown-document": "take the ids of documents from the corpus",
    "imp.unknown-label": "take the label from the vocabulary",
}
"""How to mend what a judge of imports finds, where nothing more is known."""
_SHOWN = 80
_WHAT = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}


@dataclass(frozen=True)
class Labelled:
    """The labels of one side: ``records`` by the id of their document, as ``units`` takes them.

    ``layers`` are those that they hold. ``lacks`` names what no event of theirs says (realis, polarity). ``is_tags``
    says that they were tags of words, ``notes`` what is worth telling of how they were read.
    """

    name: str
    records: Mapping[str, Record]
    layers: tuple[str, ...]
    lacks: frozenset[str] = frozenset()
    is_tags: bool = False
    notes: tuple[str, ...] = field(default=())


def of_corpus(corpus: Corpus) -> Labelled:
    """Return the labels of a corpus itself."""
    return _labelled(passes.GOLD, {record["document_id"]: record for record in jsonl.records(corpus)})


def read(corpus: Corpus, source: Path | str | Iterable[Mapping[str, Any]]) -> Labelled:
    """Return the labels of a source: an annotator whose passes the corpus keeps, ``gold``, a file, or values.

    A file, or each .jsonl file of a folder, holds records of documents or rows of tags, one a line; values are dicts of
    the same form. Raises CorpusError, which says in one line where, what and how to mend it, for the first thing that
    is not of the form, of the texts or of the vocabularies.
    """
    if not isinstance(source, (str, Path)):
        return _read(corpus, IN_MEMORY, [(IN_MEMORY, at, row) for at, row in enumerate(source, start=1)])
    name = str(source)
    if name == passes.GOLD:
        return of_corpus(corpus)
    if name in set(corpus.passes["annotator_id"].dropna()):
        return _labelled(name, {record["document_id"]: record for record in passes.find(corpus, name)})
    try:
        is_there = Path(name).exists()
    except (OSError, ValueError):
        is_there = False
    if not is_there:
        passes.find(corpus, name[:_SHOWN])  # which says what there is instead
    return _read(corpus, name, list(_lines(Path(name))))


def _lines(path: Path) -> Iterator[tuple[str, int, Any]]:
    """Yield the values of a file of JSON Lines, or of those in a folder, each with its file and line."""
    files, faults = gathered([path])
    _refuse(faults)
    for name, data in files.items():
        if path.is_dir() and not name.endswith(".jsonl"):
            continue
        long = overlong(data, MAX_RECORD)
        if long:
            raise CorpusError(f"{name}:{long}: the line is longer than {MAX_RECORD:,} bytes")
        for number, line in enumerate(data.split(b"\n"), start=1):
            if line.strip():
                try:
                    yield name, number, jsontext.loads(line)
                except jsontext.JsonError as error:
                    raise CorpusError(f"{name}:{number}: {error}; every line is one JSON object") from None


def _read(corpus: Corpus, name: str, rows: Sequence[tuple[str, int, Any]]) -> Labelled:
    """Return the labels of rows of one form, each with its file and line."""
    if not rows:
        raise CorpusError(
            f"{name}: there is nothing in it; it takes a record of a document, or a row of tags of a sentence, a line"
        )
    for file, number, row in rows:
        if not isinstance(row, dict):
            raise CorpusError(f"{file}:{number}: this is no JSON object; every line is one")
    first = rows[0][2]
    if TAGS.keys() & first.keys() or ("sentence_id" in first and "document_id" not in first):
        records, layers = of_tags(corpus, rows)
        return Labelled(name, records, layers, lacks=frozenset(_ASPECTS), is_tags=True)
    return _of_records(corpus, name, rows)


def _labelled(
    name: str, records: Mapping[str, Record], tables: Iterable[str] = ("mentions", "events"), **more: Any
) -> Labelled:
    """Return records with the layers that they hold: a layer of which no row says anything is not among them."""
    mentions = [row for record in records.values() for row in record["mentions"]]
    events = [row for record in records.values() for row in record["events"]]
    told = {
        "mentions": True,
        "events": True,
        "arguments": not events or any(row.get("arguments") for row in events),
        "entities": not mentions or any(row.get("entity_id") for row in mentions),
        "incidents": not events or any(row.get("incident_id") for row in events),
    }
    of = {"mentions": "mentions", "entities": "mentions"}
    held = tuple(layer for layer in LAYERS if told[layer] and of.get(layer, "events") in tables)
    if "mentions" not in held:
        held = tuple(layer for layer in held if layer != "arguments")
    lacks = {name for name in _ASPECTS if events and not any(row.get(name) for row in events)}
    return Labelled(name, records, held, lacks=frozenset(lacks), **more)


def _of_records(corpus: Corpus, name: str, rows: Sequence[tuple[str, int, Any]]) -> Labelled:
    columns = {
        table: {one.name: one.type for one in corpus.package.schema(table).fields} for table in SPAN_COLUMNS
    }
    _refuse(
        fault("imp.format", message, hint=hint, file=file, line=number, pointer=pointer)
        for file, number, row in rows
        for pointer, message, hint in _form(row, columns)
    )
    documents = _Documents(corpus, {row["document_id"] for _, _, row in rows})
    _refuse(_drifted(rows, documents))
    answers = tuple(_answer(row, Location(file=file, line=number)) for file, number, row in rows)
    judged = judge(Reading(answers), documents, _without_registry(labels_of(corpus)))
    _refuse(judged.issues)
    found = [_record(answer, documents[answer.document_id]) for answer in judged.answers]
    _refuse(issue for _, issues in found for issue in issues)
    tables = [table for table in SPAN_COLUMNS if any(table in row for _, _, row in rows)]
    notes = tuple(_told(issue, with_hint=False) for issue in judged.issues)
    return _labelled(name, {record["document_id"]: record for record, _ in found}, tables, notes=notes)


def _drifted(rows: Sequence[tuple[str, int, Record]], documents: Mapping[str, Document]) -> Iterator[Issue]:
    """Yield the records that say that they are of another text than the corpus has."""
    for file, number, row in rows:
        document, digest = documents.get(row["document_id"]), row.get("text_sha256")
        if document is not None and digest is not None and digest != document.text_digest:
            message = f"the record is of another text than {document.document_id} has"
            yield fault("imp.text-drift", message, file=file, line=number, pointer="/text_sha256")


class _Documents(dict[str, "Document"]):
    """Some documents of a corpus by their ids, and the ids of all of them, which messages name."""

    def __init__(self, corpus: Corpus, wanted: Container[str]) -> None:
        self._ids = list(corpus.documents["document_id"])
        some = documents_of(corpus, [name for name in self._ids if name in wanted], ())
        super().__init__({one.document_id: one for one in some})

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)


def _form(row: Record, columns: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str | None]]:
    """Yield where a record is not of its form: the pointer, what is wrong, and how to mend it."""
    known = ("document_id", *_ABOUT, *TABLES)
    yield from _unknown(row, known, "")
    if not isinstance(row.get("document_id"), str):
        yield "/document_id", "a record names its document", 'write "document_id": "D000"'
    for table, types in columns.items():
        rows = row.get(table)
        if rows is None:
            continue
        if not isinstance(rows, (list, tuple)):
            yield f"/{table}", f"{shown(rows)} is no list of {table}", None
            continue
        for number, one in enumerate(rows):
            at = f"/{table}/{number}"
            if not isinstance(one, dict):
                yield at, f"{shown(one)} is no object", None
            else:
                yield from _row(one, types, _NEEDED[table], at)
                if table == "events":
                    yield from _inner(one, at)


def _row(
    row: Record, types: Mapping[str, str], needed: Iterable[str], at: str
) -> Iterator[tuple[str, str, str | None]]:
    nested = ("modes", "arguments") if "trigger_start" in types else ()
    yield from _unknown(row, (*types, *nested), at)
    for name in needed:
        if row.get(name) is None:
            yield f"{at}/{name}", "it is missing", None
    for name, kind in types.items():
        value = row.get(name)
        if value is not None and not _is_of(value, kind):
            hint = _OFFSETS if kind == "integer" else None
            yield f"{at}/{name}", f"{shown(value)} is not {_WHAT[kind]}", hint


def _inner(event: Record, at: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield what is wrong with the arguments of an event."""
    arguments = event.get("arguments")
    if arguments is not None and not isinstance(arguments, (list, tuple)):
        yield f"{at}/arguments", f"{shown(arguments)} is no list of arguments", None
        return
    for number, one in enumerate(arguments or ()):
        here = f"{at}/arguments/{number}"
        if not isinstance(one, dict):
            yield here, f"{shown(one)} is no object", 'write {"role": …, "mention_id": …}'
        else:
            yield from _row(one, {"role": "string", "mention_id": "string"}, ("role", "mention_id"), here)


def _unknown(row: Record, known: Sequence[str], at: str) -> Iterator[tuple[str, str, str | None]]:
    for name in row:
        if name not in known:
            near = nearest(str(name)[:_SHOWN], list(known))
            hint = f'did you mean "{near}"?' if near else f"it takes {', '.join(known)}"
            yield f"{at}/{jsontext.escape(str(name)[:_SHOWN])}", "there is no such field", hint


def _is_of(value: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, Integral) and not isinstance(value, bool)
    return isinstance(value, str)


def _answer(row: Record, at: Location) -> Answer:
    """Return a record of the right form as an answer, to be judged."""
    items = []
    for table in SPAN_COLUMNS:
        for number, one in enumerate(row.get(table) or ()):
            items.append(_item(table, one, Location(at.file, at.line, pointer=f"/{table}/{number}")))
    return Answer(row["document_id"], tuple(items), at)


def _item(table: str, row: Record, at: Location) -> Item:
    """Return a row as an item. Without an id of its own, it is called by its place, and nothing refers to it."""
    start, end, text = SPAN_COLUMNS[table]
    names = (
        "entity_type",
        "mention_type",
        "entity_id",
        "event_type",
        *_ASPECTS,
        "incident_id",
        "sentence_id",
    )
    return Item(
        table=table,
        ref=row[KEYS[table]] if row.get(KEYS[table]) is not None else f"{at.pointer}",
        start=int(row[start]),
        end=int(row[end]),
        text=row.get(text),
        cells={name: row[name] for name in names if row.get(name) is not None},
        at=at,
        arguments=tuple(Argument(one["role"], one["mention_id"], at) for one in row.get("arguments") or ()),
    )


class _Any(dict[str, Any]):
    """A registry in which every id is: those of predictions are names of clusters."""

    def __contains__(self, key: object) -> bool:
        return True


def _without_registry(labels: Labels) -> Labels:
    return replace(labels, entities=_Any(), incidents=_Any())


def _record(answer: Answer, document: Document) -> tuple[Record, list[Issue]]:
    """Return an answer that was judged as a record whose rows know their sentences, and what names a wrong one."""
    record: Record = {"document_id": answer.document_id, "mentions": [], "events": []}
    issues = []
    for item in answer.items:
        start, end, _ = SPAN_COLUMNS[item.table]
        sentence = document.sentence_at(item.start, item.end)
        name = "" if sentence is None else sentence["sentence_id"]
        told = item.cells.get("sentence_id", name)
        if told != name:
            message = f"the span from {item.start} to {item.end} stands in {name}, and not in {told[:_SHOWN]}"
            at = Location(item.at.file, item.at.line, pointer=f"{item.at.pointer}/sentence_id")
            issues.append(RULES["imp.format"].issue(at, told, message, _OFFSETS))
        row = {KEYS[item.table]: item.ref, start: item.start, end: item.end}
        row |= {"mention_type": ""} if item.table == "mentions" else dict.fromkeys(_ASPECTS, "")
        row |= {**item.cells, "sentence_id": name}
        if item.table == "events":
            row["arguments"] = [{"role": one.role, "mention_id": one.ref} for one in item.arguments]
        record[item.table].append(row)
    return record, issues


def _refuse(issues: Iterable[Issue]) -> None:
    """Raise the first error, if there is one, and say how many more there are."""
    errors = [issue for issue in issues if issue.severity is Severity.ERROR]
    if errors:
        more = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise CorpusError(f"{_told(errors[0])}{more}")


def _told(issue: Issue, *, with_hint: bool = True) -> str:
    """Return an issue in one line: file, line, the place in the record, what is wrong, how to mend it."""
    at = issue.location
    place = ":".join(str(part) for part in (at.file, at.line) if part is not None)
    pointer = f"{at.pointer}: " if at.pointer else ""
    general = issue.hint == RULES[issue.code].hint
    hint = _HINTS.get(issue.code) if general else issue.hint
    return f"{place}: {pointer}{issue.message}{f'; {hint}' if hint and with_hint else ''}"
