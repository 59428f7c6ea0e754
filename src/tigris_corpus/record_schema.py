"""The JSON Schema of a record of Tigris JSON Lines, made from the Table Schemas and vocabularies, so that neither can differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tigris_corpus.descriptor import Field, ForeignKey, Package

    Labels = Callable[[ForeignKey], Sequence[str]]

TABLES = ("mentions", "events", "entities", "entity_relations", "incidents")
"""The tables whose rows a record has."""
_OF_TEXT = {
    "text_sha256": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "The SHA-256 of the text that the offsets are counted in.",
    },
    "state": {
        "type": "string",
        "pattern": "^[0-9a-f]{16}$",
        "description": "What the labels were known by when they were exported.",
    },
}
"""What an exported record says of what it was exported from."""
OF_PASS = ("annotator_id", "round", "guideline_version")
"""What it says of the pass that it is, as the table of passes does."""


def of_package(package: Package, labels: Labels) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record; ``labels`` gives those that a foreign key to a vocabulary allows."""
    passes = package.schema("passes")
    event = _row_schema(package, "events", labels)
    event["properties"]["modes"] = {
        "type": "array",
        "uniqueItems": True,
        "items": _cell_schema(package, "event_modes", package.schema("event_modes").field("mode"), labels),
    }
    arguments = _row_schema(package, "arguments", labels)
    del arguments["properties"]["event_id"]
    arguments["required"].remove("event_id")
    event["properties"]["arguments"] = {
        "type": "array",
        "uniqueItems": True,
        "items": {"$ref": "#/$defs/arguments"},
    }
    rows = {name: _row_schema(package, name, labels) for name in TABLES}
    document = package.schema("documents").field("document_id")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A document with its annotations",
        "description": "One record of Tigris JSON Lines: the rows of one document, and who made them.",
        "type": "object",
        "required": ["document_id", "mentions", "events"],
        "additionalProperties": False,
        "properties": {
            "document_id": _cell_schema(package, "documents", document, labels),
            **{name: _cell_schema(package, "passes", passes.field(name), labels) for name in OF_PASS},
            **_OF_TEXT,
            **{name: {"type": "array", "items": {"$ref": f"#/$defs/{name}"}} for name in TABLES},
        },
        "$defs": rows | {"events": event, "arguments": arguments},
    }


def _row_schema(package: Package, table: str, labels: Labels) -> dict[str, Any]:
    schema = package.schema(table)
    return {
        "type": "object",
        "description": schema.description,
        "required": [field.name for field in schema.fields if field.required],
        "additionalProperties": False,
        "properties": {field.name: _cell_schema(package, table, field, labels) for field in schema.fields},
    }


def _cell_schema(package: Package, table: str, field: Field, labels: Labels) -> dict[str, Any]:
    cell: dict[str, Any] = {"type": field.type, "description": field.description}
    key = package.vocabulary_of(table, field.name)
    if key is not None:
        cell["enum"] = list(labels(key))
    if field.pattern and key is None:
        cell["pattern"] = f"^({field.pattern})$"
    if field.minimum is not None:
        cell["minimum"] = field.minimum
    if field.maximum is not None:
        cell["maximum"] = field.maximum
    return cell
