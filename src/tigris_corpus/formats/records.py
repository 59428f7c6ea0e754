"""Tigris JSON Lines as a format of exchange: a record a document, with everything in it. Lossless.

The form of a record, and how files of them are kept, is in ``jsonl``; its JSON Schema is
``schema/records/document.json``. Offsets are code points.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.descriptor import SPAN_COLUMNS, profile
from tigris_corpus.formats import jsonl
from tigris_corpus.formats.exchange import Answer, Document, Reading, items_of
from tigris_corpus.formats.rules import fault
from tigris_corpus.issues import Location
from tigris_corpus.record_schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Item, Labels
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.issues import Issue

FILE = "documents.jsonl"
SCHEMA = "schema/records/document.json"
_MAKER = ("annotator_id", "round", "guideline_version")
_REGISTRY = ("entities", "entity_relations", "incidents")
_SHOWN = 200


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:  # noqa: ARG001 - the signature of writers
    """Return one file of records, which say what text and which state of the labels they are of."""
    records = [
        {
            "document_id": document.document_id,
            "text_sha256": document.text_digest,
            "state": document.state,
            **{name: rows for name, rows in document.record.items() if name in TABLES},
        }
        for document in documents
    ]
    return {FILE: jsonl.write(records)}


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:
    """Return what files of records hold, by the schema of a record; every record that is not of it is a fault."""
    answers: list[Answer] = []
    faults: list[Issue] = []
    for path, data in files.items():
        if not path.endswith(".jsonl"):
            continue
        for number, line in enumerate(data.split(b"\n"), start=1):
            if line.strip():
                answer, found = _answer(path, number, line, documents)
                faults += found
                answers += [answer] if answer else []
    return Reading(tuple(answers), tuple(faults))


def _answer(
    path: str, number: int, line: bytes, documents: Mapping[str, Document]
) -> tuple[Answer | None, list[Issue]]:
    """Return the answer of one line, or what keeps it from being one."""
    try:
        record = jsontext.loads(line)
    except jsontext.JsonError as error:
        return None, [fault("imp.format", str(error), file=path, line=number)]
    found = list(_faults(path, number, record))
    if found:
        return None, found
    at = Location(file=path, line=number, document=record["document_id"])
    document = documents.get(record["document_id"])
    digest = record.get("text_sha256")
    if document is not None and digest is not None and digest != document.text_digest:
        message = f"the record is of another text than {record['document_id']} has: its SHA-256 is {digest}"
        where: dict[str, Any] = {"file": path, "line": number, "document": record["document_id"]}
        return None, [fault("imp.text-drift", message, value=digest, pointer="/text_sha256", **where)]
    answer = Answer(
        document_id=record["document_id"],
        items=tuple(_items(record, at)),
        at=at,
        state=record.get("state"),
        registry={name: record[name] for name in _REGISTRY if name in record},
        maker={name: record[name] for name in _MAKER if name in record},
    )
    return answer, []


def _items(record: Record, at: Location) -> Iterator[Item]:
    """Yield the rows of a record as items, each with its place in it."""
    document = Document(record["document_id"], "", "", (), record)
    counted = dict.fromkeys(SPAN_COLUMNS, 0)
    for item in items_of(document):
        pointer = f"/{item.table}/{counted[item.table]}"
        counted[item.table] += 1
        yield replace(item, at=replace(at, pointer=pointer, key=item.ref))


def _faults(path: str, number: int, record: Any) -> Iterator[Issue]:
    """Yield where a record is not of its schema, in the order of the record."""
    errors = sorted(_validator().iter_errors(record), key=lambda error: list(map(str, error.absolute_path)))
    for error in errors:
        pointer = "".join(f"/{jsontext.escape(str(part))}" for part in error.absolute_path)
        document = record.get("document_id") if isinstance(record, dict) else None
        named = document if isinstance(document, str) else None
        message = error.message[:_SHOWN]
        yield fault("imp.format", message, file=path, line=number, pointer=pointer, document=named)


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only where records are read
    from referencing import Registry  # noqa: PLC0415 - an empty one, so that no address is ever fetched

    schema = jsontext.loads(profile().gate.read(SCHEMA))
    return Draft202012Validator(_without_labels(schema), registry=Registry())


def _without_labels(schema: Any) -> Any:
    """Return a schema that leaves the labels open: they are judged by the vocabularies of the package."""
    if isinstance(schema, dict):
        return {name: _without_labels(value) for name, value in schema.items() if name != "enum"}
    return [_without_labels(value) for value in schema] if isinstance(schema, list) else schema
