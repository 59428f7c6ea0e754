"""The raw texts of the documents: read through the gate, hashed, decoded, and laid beside their rows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.engine.reader import LINE, Fault, decode
from tigris_corpus.paths import PathError

if TYPE_CHECKING:
    from tigris_corpus.paths import Gate

_SHA256 = re.compile("[0-9a-f]{64}")
_READ = {"document_id": pl.String, "document": pl.UInt32, "raw": pl.String}
SCHEMA = {**_READ, "length": pl.Int64}


@dataclass(frozen=True)
class TextFault:
    """What is wrong with the text of one document: the row in the table of documents, and the fault of the file."""

    document_id: str
    path: str
    row_line: int
    fault: Fault


@dataclass(frozen=True)
class Texts:
    """The texts that could be read and have the hash their document gives.

    ``frame`` has the columns document_id, document (the row's number, from 0, in the order of the table), raw
    (the text) and length (its code points).
    """

    frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCHEMA))
    faults: tuple[TextFault, ...] = ()


def read_texts(gate: Gate, documents: pl.DataFrame) -> Texts:
    """Return the texts of the documents, and the faults of those that cannot be relied on."""
    ids: list[str] = []
    raws: list[str] = []
    numbers: list[int] = []
    faults: list[TextFault] = []
    rows = documents.select("document_id", "text_path", "sha256", LINE).iter_rows()
    for number, (document_id, path, sha256, line) in enumerate(rows):
        if not document_id or not path or not _SHA256.fullmatch(sha256):
            continue  # the cell itself is at fault, and the schema says so
        raw, found = _read_text(gate, path, sha256)
        faults.extend(TextFault(document_id, path, line, fault) for fault in found)
        if raw is not None:
            ids.append(document_id)
            numbers.append(number)
            raws.append(raw)
    frame = pl.DataFrame({"document_id": ids, "document": numbers, "raw": raws}, schema=_READ)
    frame = frame.with_columns(pl.col("raw").str.len_chars().cast(pl.Int64).alias("length"))
    return Texts(frame, tuple(faults))


def _read_text(gate: Gate, path: str, sha256: str) -> tuple[str | None, list[Fault]]:
    """Return the text, or None where its offsets mean nothing, and what is wrong with it."""
    try:
        data = gate.read(path)
    except PathError as error:
        return None, [Fault(error.code, str(error), value=path)]
    if hashlib.sha256(data).hexdigest() != sha256:
        return None, _changed(data, sha256)
    text, faults = decode(data)
    return (None if faults else text), faults


def _changed(data: bytes, sha256: str) -> list[Fault]:
    """Return the one fault of a text whose hash is not the one on record: of its bytes, if they show why."""
    _, faults = decode(data)
    if faults:
        return faults[:1]
    actual = hashlib.sha256(data).hexdigest()
    hint = f"if the text is meant to be as it now is, the hash is {actual}; else restore the text"
    return [
        Fault("doc.hash", "the text is not the one that was hashed", field="sha256", value=sha256, hint=hint)
    ]
