"""The files of a table, CSV or Parquet, and where in them one document ends and the next begins.

A large package is looked at batch by batch. In canonical order the rows of a document stand together and documents
follow one another, so that the rows of some documents are one stretch of each file, and its ends are found by
bisection. Positions are bytes in CSV and rows in Parquet.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from tigris_corpus.engine.reader import CONTROL, LINE, Fault, Reading, read_table
from tigris_corpus.extent import MAX_LINE, PARQUET
from tigris_corpus.parquet import Parquet, ParquetError, has_marks
from tigris_corpus.paths import PathError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tigris_corpus.descriptor import TableSchema
    from tigris_corpus.paths import Gate

_WEIGHT = 4
"""How many bytes of CSV a byte of Parquet is likely to hold."""
_BLOCK = 2**16
_NUMBER = re.compile(rb'"?D([0-9]{1,18})[-,]')
_MARKS = "".join(f"\\x{byte:02x}" for byte in sorted({*CONTROL, *b"\r\n"}))
"""What no cell of CSV holds, as a class of characters."""
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
        """Return the rows of a stretch of the file; all but the first have no header."""
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
        return read_table(data, self._schema, has_header=not start)

    def skipped(self, start: int) -> int:
        """Return how many lines more than the number of its row in the stretch the line of a row is."""
        if not start:
            return 0
        blocks = range(0, start, _BLOCK)
        return sum(self._gate.part(self.path, at, min(_BLOCK, start - at)).count(b"\n") for at in blocks) - 1

    def _line_start(self, position: int) -> int:
        """Return where the first line begins that begins at a position or after it; past what is too long, none does."""
        at = position - 1
        while at < min(self.weight, position + MAX_LINE):
            found = self._gate.part(self.path, at, _BLOCK).find(b"\n")
            if found >= 0:
                return at + found + 1
            at += _BLOCK
        return self.weight

    def _number(self, at: int) -> int:
        match = _NUMBER.match(self._gate.part(self.path, at, 32))
        return int(match[1]) if match else -1


class ParquetSource:
    """A file of Parquet. What is wrong with it is a fault wherever it shows."""

    def __init__(self, gate: Gate, path: str, schema: TableSchema) -> None:
        self.path = path
        self._size = gate.size(path)
        self.weight = self._size * _WEIGHT
        self._gate = gate
        self._schema = schema
        self._numbers: tuple[int, list[int]] = (-1, [])

    @property
    def has_header(self) -> bool:
        """Whether there are all columns of the schema: by the first of them the file can be cut."""
        try:
            return not self._columns()
        except ParquetError:
            return False

    def cut(self, number: int) -> int:
        """Return the row at which the rows of a document with that number or a higher one begin."""
        try:
            low, high = 0, self._file.height
            while low < high:
                middle = (low + high) // 2
                if self._number(middle) < number:
                    low = middle + 1
                else:
                    high = middle
        except ParquetError:  # which ``read`` tells
            return 0
        return low

    def read(self, start: int = 0, stop: int | None = None) -> Reading:
        """Return rows of the file as text, an empty cell for what is null, in the order of the schema's columns."""
        names = self._schema.names
        try:
            faults = self._columns()
            if faults:
                return Reading(None, faults)
            table = self._file.rows(names, start, stop)
        except ParquetError as error:
            line = None if error.row is None else error.row - start + 2
            return Reading(None, (Fault(error.code, str(error), line=line),))
        frame = pl.DataFrame(pl.from_arrow(table)).select(pl.all().cast(pl.String).fill_null(""))
        frame = frame.with_columns(pl.int_range(2, frame.height + 2, dtype=pl.UInt32).alias(LINE))
        odd = _odd_rows(frame, [name for name in names if has_marks(table[name])])
        lost = frame.join(odd.select(LINE), on=LINE, how="semi")
        undeclared = () if start else tuple(map(_undeclared, self._undeclared()))
        return Reading(
            frame.join(lost.select(LINE), on=LINE, how="anti", maintain_order="left")
            if lost.height
            else frame,
            (*undeclared, *(_fault_of_cell(row) for row in odd.iter_rows(named=True))),
            tuple(",".join(row[:-1]) for row in lost.iter_rows()),
        )

    def skipped(self, start: int) -> int:
        """Return how many rows of the file are before a stretch."""
        return start

    @cached_property
    def _file(self) -> Parquet:
        return Parquet(partial(self._gate.part, self.path), self._size)

    def _columns(self) -> tuple[Fault, ...]:
        """Return what is wrong with the columns: one of the schema is not there, or there are two of a name."""
        there = self._file.names
        missing = [
            Fault("csv.missing-column", f"the column {name!r} is missing", field=name)
            for name in self._schema.names
            if name not in there
        ]
        twice = [
            Fault("csv.duplicate-column", f"the column {name!r} stands twice", field=name, value=name)
            for name in dict.fromkeys(there)
            if there.count(name) > 1
        ]
        return (*missing, *twice)

    def _undeclared(self) -> list[str]:
        return [name for name in self._file.names if name not in self._schema.names]

    def _number(self, row: int) -> int:
        """Return the number of the document of a row. Those of one group of rows are kept."""
        starts = self._file.groups
        group = bisect_right(starts, row) - 1
        kept, numbers = self._numbers
        if kept != group:
            name = self._schema.names[0]
            cells = self._file.rows([name], starts[group], starts[group + 1])[name].to_pylist()
            numbers = [
                int(match[1]) if (match := _NUMBER.match(f"{cell},".encode())) else -1 for cell in cells
            ]
            self._numbers = group, numbers
        return numbers[row - starts[group]]


def _undeclared(name: str) -> Fault:
    message = f"the column {name!r} is not declared in the schema"
    return Fault("csv.extra-column", message, field=name, value=name)


def _odd_rows(frame: pl.DataFrame, suspects: list[str]) -> pl.DataFrame:
    """Return the rows that CSV would not have: with a control character or the end of a line in a cell, or all empty.

    Columns: the row's number, the code of the fault, the column, and what was found.
    """
    cells = [name for name in frame.columns if name != LINE]
    found = [
        frame.select(
            LINE, field=pl.lit(name), value=pl.col(name).str.extract(f"([{_MARKS}])"), cell=pl.col(name)
        ).drop_nulls("value")
        for name in suspects
    ]
    if len(cells) > 1 and (frame[cells[0]] == "").any():
        blank = frame.filter(pl.all_horizontal(pl.col(cells) == ""))
        found.append(blank.select(LINE, field=pl.lit(None, pl.String), value=pl.lit(""), cell=pl.lit("")))
    if not found:
        return pl.DataFrame(
            schema={LINE: pl.UInt32, "field": pl.String, "value": pl.String, "cell": pl.String}
        )
    return pl.concat(found).sort(LINE, maintain_order=True).unique(LINE, keep="first", maintain_order=True)


def _fault_of_cell(row: dict[str, Any]) -> Fault:
    """Return the fault of a row that CSV would not have."""
    where = {"line": row[LINE], "field": row["field"]}
    mark = row["value"]
    if not mark:
        return Fault("csv.blank-line", "every cell of the row is empty", **where)
    if mark == "\n":
        message = "a cell goes on over the end of a line: a row is one line"
        return Fault("csv.line-break", message, value=row["cell"][:200], **where)
    if mark == "\r":
        message = "a carriage return in a cell: lines end with a line feed alone"
        return Fault("enc.newline", message, value=mark, **where)
    message = f"the control character U+{ord(mark):04X} has no place in a table or a text"
    return Fault("enc.control-char", message, value=mark, **where)


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
