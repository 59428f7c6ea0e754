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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.descriptor import Field

Record = dict[str, Any]

TABLES = ("mentions", "events", "entities", "entity_relations", "incidents")
_TYPES = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}
_OF_PASS = (("annotator_id", "annotator_id"), ("round", "round"), ("guideline_version", "guideline_version"))


def record_schema(corpus: Corpus) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record, made from the Table Schemas and vocabularies of a package."""
    package = corpus.package
    passes = package.schema("passes")
    event = _row_schema(corpus, "events")
    event["properties"]["modes"] = {
        "type": "array",
        "uniqueItems": True,
        "items": _cell_schema(corpus, "event_modes", package.schema("event_modes").field("mode")),
    }
    arguments = _row_schema(corpus, "arguments")
    del arguments["properties"]["event_id"]
    arguments["required"].remove("event_id")
    event["properties"]["arguments"] = {
        "type": "array",
        "uniqueItems": True,
        "items": {"$ref": "#/$defs/arguments"},
    }
    rows = {name: _row_schema(corpus, name) for name in TABLES} | {"events": event, "arguments": arguments}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A document with its annotations",
        "description": "One record of Tigris JSON Lines: the rows of one document, and who made them.",
        "type": "object",
        "required": ["document_id", "mentions", "events"],
        "additionalProperties": False,
        "properties": {
            "document_id": _cell_schema(
                corpus, "documents", package.schema("documents").field("document_id")
            ),
            **{name: _cell_schema(corpus, "passes", passes.field(field)) for name, field in _OF_PASS},
            **{name: {"type": "array", "items": {"$ref": f"#/$defs/{name}"}} for name in TABLES},
        },
        "$defs": rows,
    }


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


def records(corpus: Corpus) -> list[Record]:
    """Return the records of a corpus, a document each: its rows, and the entities and incidents they name."""
    rows = {name: list(_rows(corpus, name)) for name in (*TABLES, "event_modes", "arguments")}
    modes: dict[str, list[str]] = {}
    for row in rows["event_modes"]:
        modes.setdefault(row["event_id"], []).append(row["mode"])
    arguments: dict[str, list[Record]] = {}
    for row in rows["arguments"]:
        arguments.setdefault(row.pop("event_id"), []).append(row)
    found = []
    for document_id in corpus.documents["document_id"]:
        mentions = [row for row in rows["mentions"] if _is_of(row["mention_id"], document_id)]
        events = [row for row in rows["events"] if _is_of(row["event_id"], document_id)]
        for event in events:
            event["modes"] = modes.get(event["event_id"], [])
            event["arguments"] = arguments.get(event["event_id"], [])
        incidents = _with_ancestors(
            {row.get("incident_id") for row in events}, rows["incidents"], "incident_id"
        )
        relations = [
            row for row in rows["entity_relations"] if _is_of(row.get("sentence_id", ""), document_id)
        ]
        named = {row.get("entity_id") for row in mentions} | {row.get("location_id") for row in incidents}
        named |= {row[end] for row in relations for end in ("subject_id", "object_id")}
        found.append(
            {
                "document_id": document_id,
                "mentions": mentions,
                "events": events,
                "entities": [row for row in rows["entities"] if row["entity_id"] in named],
                "entity_relations": relations,
                "incidents": incidents,
            }
        )
    return found


def _with_ancestors(ids: set[Any], rows: list[Record], key: str) -> list[Record]:
    """Return the rows with the given ids, and those they are part of."""
    parents = {row[key]: row.get("part_of") for row in rows}
    wanted = set(ids)
    for name in ids:
        parent = parents.get(name)
        while parent and parent not in wanted:
            wanted.add(parent)
            parent = parents.get(parent)
    return [row for row in rows if row[key] in wanted]


def _is_of(identifier: str, document_id: str) -> bool:
    return identifier.partition("-")[0] == document_id


def _rows(corpus: Corpus, table: str) -> Iterator[Record]:
    """Yield the rows of a table as plain values, without what is unknown."""
    frame = corpus.tables[table]
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        yield {str(name): value for name, value in row.items() if value is not None}


def _row_schema(corpus: Corpus, table: str) -> dict[str, Any]:
    schema = corpus.package.schema(table)
    return {
        "type": "object",
        "description": schema.description,
        "required": [field.name for field in schema.fields if field.required],
        "additionalProperties": False,
        "properties": {field.name: _cell_schema(corpus, table, field) for field in schema.fields},
    }


def _cell_schema(corpus: Corpus, table: str, field: Field) -> dict[str, Any]:
    cell: dict[str, Any] = {"type": _TYPES[field.type], "description": field.description}
    key = corpus.package.vocabulary_of(table, field.name)
    if key is not None:
        cell["enum"] = list(corpus.tables[key.resource][key.reference[0]].drop_duplicates())
    if field.pattern and key is None:
        cell["pattern"] = f"^({field.pattern})$"
    if field.minimum is not None:
        cell["minimum"] = field.minimum
    if field.maximum is not None:
        cell["maximum"] = field.maximum
    return cell
