"""The files of a table, CSV or Parquet, and where in them one document ends and the next begins.

A large package is looked at batch by batch. In canonical order the rows of a document stand together and documents
follow one another, so that the rows of some documents are one stretch of each file, and its ends are found by
bisection. Positions are bytes in CSV and rows in Parquet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

import polars as pl

from tigris_corpus.engine.reader import LINE, Fault, Reading, read_table
from tigris_corpus.extent import PARQUET, parquet_excess
from tigris_corpus.paths import PathError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tigris_corpus.descriptor import TableSchema
    from tigris_corpus.paths import Gate

_WEIGHT = 4
"""How many bytes of CSV a byte of Parquet is likely to hold."""
_BLOCK = 2**16
_NUMBER = re.compile(rb'"?D([0-9]{1,18})[-,]')
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where the rows of a frame come from: a file, the number of the row before them, and the lines before them.

    ``base`` is what was added to the numbers that the reader gave; ``skipped`` says how far those are from the lines
    of the file, and is asked only when an issue is there to be placed. A file that is not text has no lines.
    """

    path: str
    base: int
    skipped: Callable[[], int]
    is_text: bool = True


class Source(Protocol):
    """One file of a table."""

    path: str
    weight: int

    @property
    def has_header(self) -> bool:
        """Whether the file can be cut: whether its columns are those of its schema."""

    def cut(self, number: int) -> int:
        """Return the position of the first row of a document with that number or a higher one."""

    def read(self, start: int = 0, stop: int | None = None) -> Reading:
        """Return the rows from one position to another, numbered as lines from 2."""

    def skipped(self, start: int) -> int:
        """Return how many lines of the file are before those of a stretch that begins at a position."""


def open_source(gate: Gate, path: str, schema: TableSchema) -> Source:
    """Return the source of a file. Raises PathError where the gate does not open it."""
    return ParquetSource(gate, path, schema) if path.endswith(PARQUET) else CsvSource(gate, path, schema)


class CsvSource:
    """A file of CSV with its own header."""

    def __init__(self, gate: Gate, path: str, schema: TableSchema) -> None:
        self.path = path
        self.weight = gate.size(path)
        self._gate = gate
        self._schema = schema
        self._header = ",".join(schema.names).encode() + b"\n"

    @property
    def has_header(self) -> bool:
        """Whether the file begins with just the header of its schema: else it is read as a whole."""
        return self._gate.part(self.path, 0, len(self._header)) == self._header

    def cut(self, number: int) -> int:
        """Return the byte at which the rows of a document with that number or a higher one begin."""
        low, high, answer = len(self._header), self.weight, self.weight
        while low < high:
            middle = (low + high) // 2
            at = low if middle == low else self._line_start(middle)
            if at >= high:
                high = middle
            elif self._number(at) < number:
                low = self._line_start(at + 1)
            else:
                answer, high = at, middle
        return answer

    def read(self, start: int = 0, stop: int | None = None) -> Reading:
        """Return the rows of a stretch of the file; all but the first are read under a header that is put there."""
        size = (self.weight if stop is None else stop) - start
        if start and not size:
            return read_table(self._header, self._schema)
        data = (
            self._gate.part(self.path, start, size)
            if start or stop is not None
            else self._gate.read(self.path)
        )
        if not start:
            kind = next((name for mark, name in _COMPRESSED.items() if data.startswith(mark)), None)
            if kind:
                message = f"{self.path!r} is compressed ({kind}), and is not opened"
                return Reading(None, (Fault("sec.bomb", message, value=kind, hint="unpack it"),))
        return read_table(self._header + data if start else data, self._schema)

    def skipped(self, start: int) -> int:
        """Return how many lines more than the number of its row in the stretch the line of a row is."""
        if not start:
            return 0
        blocks = range(0, start, _BLOCK)
        return sum(self._gate.part(self.path, at, min(_BLOCK, start - at)).count(b"\n") for at in blocks) - 1

    def _line_start(self, position: int) -> int:
        """Return where the first line begins that begins at a position or after it."""
        at = position - 1
        while at < self.weight:
            found = self._gate.part(self.path, at, _BLOCK).find(b"\n")
            if found >= 0:
                return at + found + 1
            at += _BLOCK
        return self.weight

    def _number(self, at: int) -> int:
        match = _NUMBER.match(self._gate.part(self.path, at, 32))
        return int(match[1]) if match else -1


class ParquetSource:
    """A file of Parquet. It is looked at before it is opened: a small one can hold a great deal."""

    def __init__(self, gate: Gate, path: str, schema: TableSchema) -> None:
        self.path = path
        self.weight = gate.size(path) * _WEIGHT
        self._file = gate.resolve(path)
        self._schema = schema

    @property
    def has_header(self) -> bool:
        """Whether the first column is the one of the schema, by which the file can be cut."""
        return self._fault() is None and self._names()[:1] == list(self._schema.names[:1])

    def cut(self, number: int) -> int:
        """Return the row at which the rows of a document with that number or a higher one begin."""
        low, high = 0, self._height()
        while low < high:
            middle = (low + high) // 2
            if self._number(middle) < number:
                low = middle + 1
            else:
                high = middle
        return low

    def read(self, start: int = 0, stop: int | None = None) -> Reading:
        """Return rows of the file as text, an empty cell for what is null."""
        fault = self._fault()
        if fault:
            return Reading(None, (fault,))
        try:
            missing = [name for name in self._schema.names if name not in self._names()]
            if missing:
                message = f"the column {missing[0]!r} is missing"
                return Reading(None, (Fault("csv.missing-column", message, field=missing[0]),))
            length = None if stop is None else stop - start
            frame = self._scan().select(self._schema.names).slice(start, length).collect()
            frame = frame.select(_as_text(column) for column in frame)
        except (pl.exceptions.PolarsError, OSError, ValueError) as error:
            return Reading(None, (_unreadable(error),))
        extra = [name for name in self._names() if name not in self._schema.names]
        faults = [
            Fault(
                "csv.extra-column",
                f"the column {name!r} is not declared in the schema",
                field=name,
                value=name,
            )
            for name in extra
        ]
        numbered = frame.with_columns(pl.int_range(2, frame.height + 2, dtype=pl.UInt32).alias(LINE))
        return Reading(numbered, () if start else tuple(faults))

    def skipped(self, start: int) -> int:
        """Return how many rows of the file are before a stretch."""
        return start

    def _scan(self) -> pl.LazyFrame:
        return pl.scan_parquet(self._file, glob=False, hive_partitioning=False)

    def _names(self) -> list[str]:
        return self._scan().collect_schema().names()

    def _height(self) -> int:
        return int(self._scan().select(pl.len()).collect().item())

    def _number(self, row: int) -> int:
        cell = str(self._scan().select(self._schema.names[0]).slice(row, 1).collect().item())
        match = _NUMBER.match(f"{cell},".encode())
        return int(match[1]) if match else -1

    def _fault(self) -> Fault | None:
        found = parquet_excess(self._file)
        return Fault(*found) if found else None


def _as_text(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.List | pl.Struct | pl.Array | pl.Binary | pl.Object):
        raise ValueError(f"the column {column.name!r} holds {column.dtype}, and no text or number")  # noqa: TRY004 - of data
    return column.cast(pl.String).fill_null("")


def _unreadable(error: Exception) -> Fault:
    reason = str(error).strip().splitlines()
    return Fault(
        "pkg.unreadable-file", f"the file is no Parquet that can be read: {reason[0][:200] if reason else ''}"
    )


def read_stretches(
    sources: list[Source], cuts: list[tuple[int, int | None]]
) -> tuple[Reading, tuple[Stretch, ...]]:
    """Return the rows of stretches of files, one after another, and where each comes from."""
    frames: list[pl.DataFrame] = []
    faults: list[Fault] = []
    lost: list[str] = []
    stretches: list[Stretch] = []
    base, is_readable = 0, True
    for source, (start, stop) in zip(sources, cuts, strict=True):
        try:
            reading = source.read(start, stop)
        except PathError as error:
            reading = Reading(None, (Fault(error.code, str(error)),))
        is_text = not source.path.endswith(PARQUET)
        stretches.append(Stretch(source.path, base, partial(source.skipped, start), is_text))
        faults.extend(fault.moved(base, source.path) for fault in reading.faults)
        lost.extend(reading.lost)
        height = max((fault.line or 1 for fault in reading.faults), default=1)
        if reading.frame is None:
            is_readable = False
        else:
            frames.append(
                reading.frame.with_columns((pl.col(LINE) + base).cast(pl.UInt32)) if base else reading.frame
            )
            height = max(height, int(reading.frame[LINE].max() or 1))  # type: ignore[arg-type]
        base += height
    frame = pl.concat(frames) if is_readable and frames else None
    return Reading(frame, tuple(faults), tuple(lost)), tuple(stretches)
