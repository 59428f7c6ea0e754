"""Tigris JSON Lines: one nested record a document, as annotators' passes and predictions are kept.

A record holds the rows of one document by table (mentions, events, entities, entity_relations, incidents), with the
modes and the arguments of an event inside it, and says who made it. What is unknown is left out. Offsets are code
points into the raw text. The JSON Schema of a record is made from the Table Schemas, so that neither can differ.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.errors import UnreadableError
from tigris_corpus.record_schema import of_package

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.descriptor import ForeignKey

Record = dict[str, Any]

_LABELS = ("mentions", "events", "entity_relations")


def record_schema(corpus: Corpus) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record, made from the Table Schemas and vocabularies of a package."""

    def labels(key: ForeignKey) -> list[str]:
        return list(corpus.tables[key.resource][key.reference[0]].drop_duplicates())

    return of_package(corpus.package, labels)


def read(data: bytes, where: str, schema: dict[str, Any]) -> list[Record]:
    """Return the records of a file in the order of its lines.

    ``where`` names the file in messages. Raises UnreadableError, which names the line and the place in the record,
    for what is not JSON, not of the schema, or a second record of one document. Needs the extra ``validate``.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only where records are read
    from referencing import Registry  # noqa: PLC0415

    validator = Draft202012Validator(schema, registry=Registry())
    records: dict[str, Record] = {}
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = jsontext.loads(line)
        except jsontext.JsonError as error:
            raise UnreadableError(f"{where}:{number}: {error}") from None
        fault = min(
            validator.iter_errors(record), key=lambda error: list(map(str, error.absolute_path)), default=None
        )
        if fault is not None:
            pointer = "".join(f"/{jsontext.escape(part)}" for part in fault.absolute_path)
            raise UnreadableError(f"{where}:{number}: {pointer or 'the record'}: {fault.message[:200]}")
        if record["document_id"] in records:
            raise UnreadableError(f"{where}:{number}: a second record of {record['document_id']}")
        records[record["document_id"]] = record
    return list(records.values())


def write(records: Iterable[Record]) -> bytes:
    """Return records as the bytes of a file, a line each."""
    lines = (json.dumps(record, ensure_ascii=False, separators=(", ", ": ")) for record in records)
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def records(corpus: Corpus, documents: Container[str] | None = None) -> list[Record]:
    """Return the records of a corpus, a document each: its rows, and the entities and incidents they name.

    With ``documents``, only theirs.
    """
    wanted = [name for name in corpus.documents["document_id"] if documents is None or name in documents]
    mentions, events, relations = (_by_document(corpus, table, wanted) for table in _LABELS)
    modes: dict[str, list[str]] = {}
    for row in rows(corpus, "event_modes"):
        modes.setdefault(row["event_id"], []).append(row["mode"])
    arguments: dict[str, list[Record]] = {}
    for row in rows(corpus, "arguments"):
        arguments.setdefault(row.pop("event_id"), []).append(row)
    entities = {row["entity_id"]: row for row in rows(corpus, "entities")}
    incidents = {row["incident_id"]: row for row in rows(corpus, "incidents")}
    found = []
    for document_id in wanted:
        for event in events.get(document_id, []):
            event["modes"] = modes.get(event["event_id"], [])
            event["arguments"] = arguments.get(event["event_id"], [])
        happenings = _with_ancestors(events.get(document_id, []), incidents)
        stated = relations.get(document_id, [])
        named = {row.get("entity_id") for row in mentions.get(document_id, [])}
        named |= {row.get("location_id") for row in happenings}
        named |= {row[end] for row in stated for end in ("subject_id", "object_id")}
        found.append(
            {
                "document_id": document_id,
                "mentions": mentions.get(document_id, []),
                "events": events.get(document_id, []),
                "entities": [row for name, row in entities.items() if name in named],
                "entity_relations": stated,
                "incidents": happenings,
            }
        )
    return found


def _by_document(corpus: Corpus, table: str, documents: list[str]) -> dict[str, list[Record]]:
    """Return the rows of a table by the document that their sentence is of."""
    wanted = set(documents)
    found: dict[str, list[Record]] = {}
    for row in rows(corpus, table):
        document_id = row.get("sentence_id", "").partition("-")[0]
        if document_id in wanted:
            found.setdefault(document_id, []).append(row)
    return found


def _with_ancestors(events: list[Record], incidents: dict[str, Record]) -> list[Record]:
    """Return the incidents that events are of, and those they are part of, in the order of the registry."""
    wanted: set[str] = set()
    for event in events:
        name = event.get("incident_id")
        while name and name not in wanted and name in incidents:
            wanted.add(name)
            name = incidents[name].get("part_of")
    return [row for name, row in incidents.items() if name in wanted]


def rows(corpus: Corpus, table: str) -> Iterator[Record]:
    """Yield the rows of a table as plain values, without what is unknown."""
    frame = corpus.tables[table]
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        yield {str(name): value for name, value in row.items() if value is not None}
