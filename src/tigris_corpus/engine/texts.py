"""The raw texts of the documents: read through the gate, hashed, decoded, and laid beside their rows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.engine.reader import BOM, CONTROL, LINE, Fault, decode
from tigris_corpus.paths import MAX_TEXT, PathError

if TYPE_CHECKING:
    from tigris_corpus.paths import Gate

_SHA256 = re.compile("[0-9a-f]{64}")
SCHEMA = {"document_id": pl.String, "document": pl.UInt32, "raw": pl.String, "length": pl.Int64}
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
    numbers: list[int] = []
    found: list[bytes] = []
    faults: list[TextFault] = []
    rows = documents.select("document_id", "text_path", "sha256", LINE)
    for number, (document_id, path, sha256, row_number) in enumerate(rows.iter_rows()):
        if not document_id or not path or not _SHA256.fullmatch(sha256):
            continue  # the cell itself is at fault, and the schema says so
        try:
            data = gate.read(path, MAX_TEXT)
        except PathError as error:
            fault = Fault(error.code, str(error), value=path)
            faults.append(TextFault(document_id, path, row_number, fault))
            continue
        if _is_as_hashed(data, sha256):
            numbers.append(number)
            found.append(data)
        else:
            faults.append(_judged(data, document_id, path, sha256, row_number))
    raws = _as_text(found)
    faults.extend(_judged(found[place], *rows.row(numbers[place])) for place in raws.is_null().arg_true())
    frame = documents.select("document_id")[numbers].with_columns(
        pl.Series("document", numbers, dtype=pl.UInt32), raws, length=raws.str.len_chars().cast(pl.Int64)
    )
    return Texts(frame.drop_nulls("raw"), tuple(faults))


def _as_text(found: list[bytes]) -> pl.Series:
    """Return the texts, all decoded at once; null where one is not UTF-8."""
    try:
        return pl.Series("raw", found, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        texts = [None if decode(data)[1] else data.decode() for data in found]
        return pl.Series("raw", texts, dtype=pl.String)


def _is_as_hashed(data: bytes, sha256: str) -> bool:
    """Whether bytes are those that were hashed, and text as far as can be seen without a look at every character."""
    is_same = hashlib.sha256(data).hexdigest() == sha256
    return is_same and not data.translate(None, _CLEAN) and not data.startswith(BOM)


def _judged(data: bytes, document_id: str, path: str, sha256: str, row_number: int) -> TextFault:
    """Return what keeps the offsets into a text from meaning anything."""
    text, faults = decode(data)
    if faults:
        return TextFault(document_id, path, row_number, faults[0])
    actual = hashlib.sha256(data).hexdigest()
    hint = f"if the text is meant to be as it now is, the hash is {actual}; else restore the text"
    message = "the text is not the one that was hashed"
    fault = Fault("doc.hash", message, field="sha256", value=sha256, hint=hint)
    return TextFault(document_id, path, row_number, fault, text, actual)
