"""The manifest of an export: what was given to a tool, so that what comes back can be held against it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.errors import UnreadableError
from tigris_corpus.formats.exchange import state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tigris_corpus.formats.exchange import Document
    from tigris_corpus.formats.jsonl import Record

FILE = "tigris-export.json"


@dataclass(frozen=True)
class Manifest:
    """What was exported: the format, the package with its version, and the record of each document as it was."""

    form: str
    package: str
    version: str
    records: Mapping[str, Record]

    def state(self, document_id: str) -> str | None:
        """Return the state of a document's labels as it was exported, or None where it was not."""
        record = self.records.get(document_id)
        return None if record is None else state_of(record)


def write(form: str, package: str, version: str, documents: Iterable[Document]) -> bytes:
    """Return the manifest of documents exported in a format, as the bytes of its file."""
    told = {
        "format": form,
        "package": package,
        "version": version,
        "records": [document.record for document in documents],
    }
    return f"{json.dumps(told, ensure_ascii=False)}\n".encode()


def find(files: Mapping[str, bytes]) -> Manifest | None:
    """Return the manifest among some files, or None. Raises UnreadableError where it is there and is not one."""
    path = next((path for path in files if PurePosixPath(path).name == FILE), None)
    return None if path is None else read(path, files[path])


def read(path: str, data: bytes) -> Manifest:
    """Return the manifest in a file. Raises UnreadableError, which names the line, where it is not one."""
    try:
        told: Any = jsontext.loads(data)
    except jsontext.JsonError as error:
        raise UnreadableError(f"{path}: {error}") from None
    records = told.get("records") if isinstance(told, dict) else None
    if not isinstance(records, list) or not all(_is_record(record) for record in records):
        raise UnreadableError(f"{path}: this is no manifest of an export; export the documents again")
    by_id = {record["document_id"]: record for record in records}
    return Manifest(str(told.get("format")), str(told.get("package")), str(told.get("version")), by_id)


def _is_record(record: Any) -> bool:
    """Whether a value has the form of a record as far as merging relies on it."""
    if not isinstance(record, dict) or not isinstance(record.get("document_id"), str):
        return False
    keys = {
        "mentions": "mention_id",
        "events": "event_id",
        "entities": "entity_id",
        "incidents": "incident_id",
    }
    spans = {"mentions": ("start", "end"), "events": ("trigger_start", "trigger_end")}
    for table, key in keys.items():
        for row in record.get(table, []) if isinstance(record.get(table, []), list) else [None]:
            if not isinstance(row, dict) or not isinstance(row.get(key), str):
                return False
            if not all(isinstance(row.get(name), int) for name in spans.get(table, ())):
                return False
    return _has_lists(record)


def _has_lists(record: Any) -> bool:
    """Whether relations, modes and arguments are lists of what they should be."""
    relations = record.get("entity_relations", [])
    names = ("subject_id", "relation", "object_id")
    if not isinstance(relations, list) or not all(_has_text(row, *names) for row in relations):
        return False
    for event in record.get("events", []):
        modes, arguments = event.get("modes", []), event.get("arguments", [])
        if not isinstance(modes, list) or not all(isinstance(mode, str) for mode in modes):
            return False
        if not isinstance(arguments, list) or not all(
            _has_text(row, "role", "mention_id") for row in arguments
        ):
            return False
    return True


def _has_text(row: Any, *names: str) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(name), str) for name in names)
