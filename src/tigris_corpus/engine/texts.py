"""The raw texts of the documents: read through the gate, hashed, decoded, and laid beside their rows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.engine.reader import CONTROL, LINE, Fault, decode
from tigris_corpus.paths import MAX_TEXT, PathError

if TYPE_CHECKING:
    from tigris_corpus.paths import Gate

_SHA256 = re.compile("[0-9a-f]{64}")
_READ = {"document_id": pl.String, "document": pl.UInt32, "raw": pl.String}
SCHEMA = {**_READ, "length": pl.Int64}
_SUSPECT = bytes([*CONTROL, 13])
_CLEAN = bytes(sorted({*range(256)} - {*_SUSPECT}))


@dataclass(frozen=True)
class TextFault:
    """What is wrong with the text of one document: the row in the table of documents, and the fault of the file.

    ``raw`` is the text as it is and ``actual`` its hash, where its bytes can be read as text and only the hash is another.
    """

    document_id: str
    path: str
    number: int
    fault: Fault
    raw: str | None = None
    actual: str | None = None


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
    for number, (document_id, path, sha256, row_number) in enumerate(rows):
        if not document_id or not path or not _SHA256.fullmatch(sha256):
            continue  # the cell itself is at fault, and the schema says so
        raw, found = _read_text(gate, path, sha256)
        if found:
            actual = None if raw is None else hashlib.sha256(raw.encode("utf-8")).hexdigest()
            faults.append(TextFault(document_id, path, row_number, found, raw, actual))
        elif raw is not None:
            ids.append(document_id)
            numbers.append(number)
            raws.append(raw)
    frame = pl.DataFrame({"document_id": ids, "document": numbers, "raw": raws}, schema=_READ)
    frame = frame.with_columns(pl.col("raw").str.len_chars().cast(pl.Int64).alias("length"))
    return Texts(frame, tuple(faults))


def _read_text(gate: Gate, path: str, sha256: str) -> tuple[str | None, Fault | None]:
    """Return the text, where it can be read, and what keeps its offsets from meaning anything."""
    try:
        data = gate.read(path, MAX_TEXT)
    except PathError as error:
        return None, Fault(error.code, str(error), value=path)
    if hashlib.sha256(data).hexdigest() == sha256 and not data.translate(None, _CLEAN):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            if not text.startswith("\ufeff"):
                return text, None
    text, faults = decode(data)
    if faults:
        return None, faults[0]
    actual = hashlib.sha256(data).hexdigest()
    hint = f"if the text is meant to be as it now is, the hash is {actual}; else restore the text"
    message = "the text is not the one that was hashed"
    return text, Fault("doc.hash", message, field="sha256", value=sha256, hint=hint)
