"""From the bytes of a table to a frame of text, with every fault of form on the way kept as a value.

A table is one row a line, so a line number is a row number. The quick path parses the whole file and then proves
by counting that the parse is right: as many lines as rows, as many quotes as the cells need, and besides these no
more bytes than the cells and what parts them. Where a count is off, the careful path reads line by line and says
which line.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.descriptor import nearest
from tigris_corpus.extent import excess

if TYPE_CHECKING:
    from tigris_corpus.descriptor import TableSchema

LINE = "_line"
"""The column that holds the physical line of each row, counted from 1."""

BOM = b"\xef\xbb\xbf"
_MARK = BOM.decode()
"""The byte order mark as a character: it stands before a header where a whole file was put behind another."""
CONTROL = bytes([*range(9), 11, 12, *range(14, 32), 127])
_LOW = bytes(range(32))
SMALL_FILE = 2**14
"""Of how many bytes a table is read once where it comes again: vocabularies are the same in most packages."""
_SHORT = 2**13
"""Below how many bytes a table is read with care at once, before the engine would have begun."""
_LARGE, _BLOCK = 2**22, 2**18
"""Of how many bytes a table is worth the import of NumPy, and how many of them are counted at a time."""
PIECE = 2**20
CAREFUL = 16
MANY = 20_000
"""How many bytes of a large table are read at a time where it has faults of form, how many such
pieces with care, and how many faults are looked for."""
csv.field_size_limit(2**31 - 1)  # a cell may be as long as its file
_CONFLICT = re.compile(r"<{7} |={7}$|>{7} |\|{7} ")
_CELL = r'(?:"(?:[^"]|"")*"|[^",]*)'
_QUOTED = re.compile(f"{_CELL}(?:,{_CELL})*")
_WIDE = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00": "UTF-16 or binary"}
_FOLLOWING = 20
_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "vertical bar"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the form of a file: the code of the issue it makes, where, and what was found."""

    code: str
    message: str
    line: int | None = None
    column: int | None = None
    byte: int | None = None
    field: str | None = None
    value: str | None = None
    hint: str | None = None
    path: str | None = None

    def moved(self, base: int, path: str) -> Fault:
        """Return the fault in a table of several files, where the numbers of the file's lines are so much higher."""
        return replace(self, line=self.line + base if self.line else None, path=path)


@dataclass(frozen=True)
class Reading:
    """A table as read: its rows as text with their line numbers, or None where no row could be read.

    ``lost`` holds the lines that were left out: nothing can be concluded from a row that is not in the frame.
    """

    frame: pl.DataFrame | None
    faults: tuple[Fault, ...] = ()
    lost: tuple[str, ...] = ()


_BREAKS_OFF = Fault(
    "pkg.unreadable-file", "the table has many faults of form, and was not read beyond the first of them"
)


@dataclass
class _Lines:
    """The lines of a file that is read with care."""

    texts: list[str]
    faults: list[Fault]
    broken: set[int] = field(default_factory=set)


def read_table(data: bytes, schema: TableSchema, *, has_header: bool = True) -> Reading:
    """Return the rows of a CSV file, every cell as text and an empty cell as an empty string.

    Where the data have no header, they are a stretch of a file whose header is that of the schema, and the first row
    is line 2 all the same.
    """
    read = _remembered if len(data) <= SMALL_FILE else _read_table
    return read(data, schema, has_header=has_header)


def _read_table(data: bytes, schema: TableSchema, *, has_header: bool) -> Reading:
    marks = _marks(data)
    beyond = excess(data, marks.low * len(schema.fields))
    is_short = len(data) < _SHORT
    frame = None if beyond or is_short else _read_quickly(data, marks, schema, has_header=has_header)
    if frame is not None:
        return Reading(frame)
    beyond = beyond or excess(data)
    if beyond:
        message, line = beyond
        return Reading(None, (Fault("pkg.unreadable-file", message, line=line),))
    if not has_header:
        data = _header(schema) + data
    return _read_in_pieces(data, schema) if len(data) > 2 * PIECE else _read_with_care(data, schema)


_remembered = lru_cache(maxsize=64)(_read_table)


def decode(data: bytes) -> tuple[str, list[Fault]]:
    """Return the text of a file, and the faults of its bytes; what is not UTF-8 becomes U+FFFD."""
    faults: list[Fault] = []
    if data.startswith(BOM):
        faults.append(Fault("enc.bom", "the file begins with a byte order mark", line=1, column=1, byte=0))
        data = data[len(BOM) :]
    skipped = len(BOM) if faults else 0
    if b"\r" in data:
        at = data.index(b"\r")
        count = data.count(b"\r")
        faults.append(
            Fault(
                "enc.newline",
                f"{count} carriage return(s): lines end with a line feed alone",
                line=_line_at(data, at),
                byte=at + skipped,
                value="\r",
            ),
        )
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for number, line in _suspect_lines(data):
        faults.extend(_byte_faults(number, line))
    return data.decode("utf-8", errors="replace"), faults


def _suspect_lines(data: bytes) -> list[tuple[int, bytes]]:
    """Return the lines, by number, that are not clean UTF-8 without control characters."""
    if len(data.translate(None, CONTROL)) == len(data):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return []
    return list(enumerate(data.split(b"\n"), start=1))


def _byte_faults(number: int, line: bytes) -> list[Fault]:
    faults = []
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        column = len(line[: error.start].decode("utf-8")) + 1
        found = line[error.start]
        faults.append(
            Fault(
                "enc.invalid-utf8",
                f"the byte 0x{found:02X} is not UTF-8 here",
                line=number,
                column=column,
                byte=error.start,
                value=f"0x{found:02X}",
                hint=_meant_by(line, error.start),
            ),
        )
    else:
        control = next((byte for byte in line if byte in CONTROL), None)
        if control is not None:
            column = len(line[: line.index(control)].decode("utf-8")) + 1
            message = f"the control character U+{control:04X} has no place in a table or a text"
            faults.append(Fault("enc.control-char", message, line=number, column=column, value=chr(control)))
    return faults


def _meant_by(line: bytes, at: int) -> str | None:
    try:
        meant = line[at : at + 1].decode("cp1252")
    except UnicodeDecodeError:
        return None
    return f'in Windows-1252 the byte is "{meant}": save the file as UTF-8'


def _line_at(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


@dataclass(frozen=True, slots=True)
class _Marks:
    """How many quotes there are in a table, and how many bytes that are line feeds, tabs, or control characters."""

    quotes: int
    low: int


def _marks(data: bytes) -> _Marks:
    if len(data) < _LARGE:
        return _Marks(data.count(b'"'), len(data) - len(data.translate(None, _LOW)))
    import numpy as np  # noqa: PLC0415 - twice as fast, and lets others run meanwhile

    quotes = low = 0
    every = np.frombuffer(data, np.uint8)
    for start in range(0, len(data), _BLOCK):
        block = every[start : start + _BLOCK]
        quotes += int(np.count_nonzero(block == ord('"')))
        low += int(np.count_nonzero(block < ord(" ")))
    return _Marks(quotes, low)


def _header(schema: TableSchema) -> bytes:
    return ",".join(schema.names).encode() + b"\n"


def _read_quickly(
    data: bytes, marks: _Marks, schema: TableSchema, *, has_header: bool = True
) -> pl.DataFrame | None:
    """Return the frame, or None unless the form of the file is proven right, by the ``marks`` in it."""
    header = _header(schema) if has_header else b""
    if not data.startswith(header) or not data.endswith(b"\n"):
        return None
    is_blank = len(schema.fields) == 1 and b"\n\n" in data  # in one column, a blank line lacks no comma
    if is_blank or b"\x7f" in data:
        return None
    try:
        frame = (
            pl.read_csv(
                data,
                has_header=has_header,
                new_columns=list(schema.names),
                infer_schema=False,
                empty_string_is_null=False,
            )
            if len(data) > len(header)
            else None
        )
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        return None
    if frame is None:
        return empty(schema)
    size, rows = len(data) - len(header), frame.height + has_header
    # A row takes a line at the least: where there are no more low bytes than rows, each is the end of one.
    is_a_row_a_line = rows == marks.low or rows == marks.low - data.count(b"\t")
    if not (is_a_row_a_line and _sizes_agree(size, marks.quotes, frame, schema)) or _has_no_row(frame):
        return None
    frame = frame.rechunk() if frame.n_chunks() > 1 else frame
    return frame.with_columns(pl.int_range(2, frame.height + 2, dtype=pl.UInt32).alias(LINE))


def _has_no_row(frame: pl.DataFrame) -> bool:
    """Whether a line is no row: the header once more, or cells that are all empty."""
    first = frame.columns[0]
    cell = pl.col(first)
    if not frame.select(((cell == "") | (cell == first) | (cell == _MARK + first)).any()).item():
        return False
    return bool((_is_header(frame) | _is_empty(frame)).any())


def _is_empty(frame: pl.DataFrame) -> pl.Series:
    if frame.width == 1:  # a quoted empty cell is a row
        return frame.select(pl.lit(value=False)).to_series()
    return frame.select(pl.all_horizontal(pl.all() == "")).to_series()


def _is_header(frame: pl.DataFrame) -> pl.Series:
    return frame.select(
        pl.all_horizontal(pl.col(name).str.strip_prefix(_MARK) == name for name in frame.columns)
    ).to_series()


def _sizes_agree(size: int, quotes: int, frame: pl.DataFrame, schema: TableSchema) -> bool:
    """Whether rows of so many bytes, and quotes among them, have just what minimal quoting gives the cells of the frame.

    A row is its cells, a byte behind each, and the quotes that are no part of a cell. Quotes are looked for in columns
    of free text alone: where one stands elsewhere, their number does not agree. A short row lacks bytes, a blank line
    all of them, and a long one does not parse.
    """
    cells = _total(frame, pl.all().str.len_bytes())
    around = size - cells - frame.height * len(schema.fields)
    if not quotes:
        return around == 0
    bound = {name for key in schema.foreign_keys for name in key.fields}
    free = [field.name for field in schema.fields if field.type == "string" and not field.pattern]
    texts = [pl.col(name).str for name in free if name not in bound]
    if not texts:
        return False
    quoted = _total(frame, *(text.contains('[",]') for text in texts))
    if quotes == 2 * quoted:  # then it is plain from the sizes that there is none inside a cell
        return quotes == around
    own = _total(frame, *(text.count_matches('"', literal=True) for text in texts))
    return quotes == 2 * (quoted + own) and quotes - own == around


def _total(frame: pl.DataFrame, *numbers: pl.Expr) -> int:
    return int(frame.select(pl.sum_horizontal(number.sum() for number in numbers)).item())


def _read_in_pieces(data: bytes, schema: TableSchema) -> Reading:
    """Return the rows of a large table, of which only the pieces with faults are read with care, and not too many."""
    header = _header(schema)
    if not data.startswith(header):
        return _Pieces(_read_with_care(data[: data.find(b"\n", PIECE) + 1 or None], schema), 0).broken_off()
    start, before, careful = len(header), 0, 0
    pieces: list[_Pieces] = []
    while start < len(data):
        end = data.rfind(b"\n", start, start + PIECE) + 1 or data.find(b"\n", start) + 1 or len(data)
        piece = header + data[start:end]
        frame = _read_quickly(piece, _marks(piece), schema)
        careful += frame is None
        pieces.append(_Pieces(_read_with_care(piece, schema) if frame is None else Reading(frame), before))
        if careful > CAREFUL or pieces[-1].reading.frame is None:
            return _joined(pieces, schema, is_whole=False)
        start, before = end, before + data.count(b"\n", start, end)
    return _joined(pieces, schema, is_whole=True)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A piece of a table as it was read, and how many lines of the table are before its own."""

    reading: Reading
    before: int

    def faults(self) -> list[Fault]:
        return [
            replace(fault, line=fault.line + self.before) if fault.line and fault.line > 1 else fault
            for fault in self.reading.faults
        ]

    def broken_off(self) -> Reading:
        return Reading(None, (*self.faults(), _BREAKS_OFF))


def _joined(pieces: list[_Pieces], schema: TableSchema, *, is_whole: bool) -> Reading:
    faults = tuple(fault for piece in pieces for fault in piece.faults())
    lost = tuple(line for piece in pieces for line in piece.reading.lost)
    if not is_whole:
        return Reading(None, (*faults, _BREAKS_OFF), lost)
    frames = [
        piece.reading.frame.with_columns((pl.col(LINE) + piece.before).cast(pl.UInt32))
        for piece in pieces
        if piece.reading.frame is not None
    ]
    return Reading(pl.concat([empty(schema), *frames]), faults, lost)


def empty(schema: TableSchema) -> pl.DataFrame:
    """Return no rows of a table, as it is read."""
    return pl.DataFrame(schema=_dtypes(schema))


def _dtypes(schema: TableSchema) -> dict[str, type[pl.DataType]]:
    return {**dict.fromkeys(schema.names, pl.String), LINE: pl.UInt32}


def _read_with_care(data: bytes, schema: TableSchema) -> Reading:
    wide = next((name for mark, name in _WIDE.items() if data.startswith(mark)), None)
    if wide:
        message = f"the file is {wide}, and not UTF-8"
        return Reading(None, (Fault("enc.invalid-utf8", message, line=1, column=1, byte=0, value=wide),))
    text, faults = decode(data)
    lines = _Lines(text.split("\n"), faults, {fault.line for fault in faults if fault.column and fault.line})
    if lines.texts[-1]:
        cells = _cells(lines.texts[-1])
        if cells is not None and len(cells) == len(schema.fields):
            message = "the last line has no line feed at its end"
            lines.faults.append(Fault("csv.final-newline", message, line=len(lines.texts)))
    else:
        lines.texts.pop()
    conflict = _conflict(lines.texts)
    if conflict:
        return Reading(None, (*lines.faults, conflict))
    header = _cells(lines.texts[0]) if lines.texts else None
    header_faults, fatal = _check_header(header, lines.texts[:1], schema)
    lines.faults.extend(header_faults)
    if fatal or header is None:
        return Reading(None, tuple(lines.faults))
    return _rows(lines, header, schema, ends_whole=data.endswith(b"\n"))


def _rows(lines: _Lines, header: list[str], schema: TableSchema, *, ends_whole: bool) -> Reading:
    """Return the rows that are whole, and what is wrong with the others."""
    broken_over = _cells_over_lines(lines.texts, len(header))
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number, line in enumerate(lines.texts[1:], start=2):
        if number in broken_over:
            if broken_over[number]:
                message = f"a cell goes on for {broken_over[number]} line(s) more: a row is one line"
                lines.faults.append(Fault("csv.line-break", message, line=number, value=line[:200]))
            continue
        cells = _cells(line)
        fault = _row_fault(line, cells, header, is_last=number == len(lines.texts) and not ends_whole)
        is_end_of_file = number in lines.broken and line == "\x1a"  # of DOS, and reported as what it is
        if fault and not is_end_of_file:
            lines.faults.append(replace(fault, line=number))
        if len(lines.faults) > MANY:
            return Reading(None, (*_name_fields(lines.faults, lines.texts, header), _BREAKS_OFF))
        if fault is None and cells is not None and number not in lines.broken:
            rows.append(cells)
            numbers.append(number)
    named = _name_fields(lines.faults, lines.texts, header)
    columns = {name: [row[header.index(name)] for row in rows] for name in schema.names}
    frame = pl.DataFrame({**columns, LINE: numbers}, schema=_dtypes(schema))
    read = set(numbers)
    lost = [line for number, line in enumerate(lines.texts[1:], start=2) if number not in read and line]
    return Reading(frame, tuple(named), tuple(lost))


def _cells(line: str) -> list[str] | None:
    """Return the cells of a line, or None where its quotes are wrong."""
    if '"' not in line:
        return line.split(",") if line else []
    if not _QUOTED.fullmatch(line):
        return None
    try:
        rows = list(csv.reader(io.StringIO(line, newline=""), strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else [] if not rows else None


def _conflict(lines: list[str]) -> Fault | None:
    marks = [number for number, line in enumerate(lines, start=1) if _CONFLICT.match(line)]
    if not marks:
        return None
    where = ", ".join(str(number) for number in marks[:5])
    message = f"a merge was left unfinished: conflict markers on line(s) {where}"
    return Fault("csv.conflict-marker", message, line=marks[0], value=lines[marks[0] - 1])


def _no_header(header: list[str], first: list[str], expected: list[str]) -> Fault | None:
    """Return what is wrong with a first line that is not the header of the table at all."""
    if not header:
        return Fault("csv.missing-column", "the file has no header", line=1, field=expected[0])
    delimiter = next((mark for mark in _DELIMITERS if mark in first[0]), None)
    if len(header) == 1 and len(expected) > 1 and delimiter:
        message = f"cells are separated by a {_DELIMITERS[delimiter]} and not by a comma"
        return Fault("csv.delimiter", message, line=1, value=delimiter)
    if len(set(expected) & set(header)) * 2 < len(expected):
        message = f"the first line is not the header of the table: {','.join(expected)}"
        return Fault("csv.missing-column", message, line=1, field=expected[0], value=first[0][:200])
    return None


def _check_header(
    header: list[str] | None, first: list[str], schema: TableSchema
) -> tuple[list[Fault], bool]:
    """Return what is wrong with the header, and whether the table cannot be read for it."""
    expected = list(schema.names)
    other = _no_header(header or [], first, expected)
    if other or header is None:
        return [other] if other else [], True
    faults = []
    unknown = [name for name in header if name not in expected]
    for name in expected:
        if name not in header:
            near = nearest(name, unknown)
            hint = f'is the column "{near}" meant?' if near else None
            if near:
                unknown.remove(near)
            message = f"the column {name!r} is missing"
            faults.append(Fault("csv.missing-column", message, line=1, field=name, value=near, hint=hint))
    fatal = bool(faults)
    for name in unknown:
        message = f"the column {name!r} is not declared in the schema"
        faults.append(Fault("csv.extra-column", message, line=1, field=name, value=name))
    for name in sorted({name for name in header if header.count(name) > 1}):
        faults.append(
            Fault("csv.duplicate-column", f"the column {name!r} stands twice", line=1, field=name, value=name)
        )
        fatal = True
    if not faults and header != expected:
        message = f"the columns stand in another order than in the schema: {', '.join(expected)}"
        faults.append(Fault("csv.column-order", message, line=1, value=",".join(header)))
    return faults, fatal


def _cells_over_lines(lines: list[str], width: int) -> dict[int, int]:
    """Return the rows with a quoted cell that goes on over line breaks: the lines that follow by the first, and each of these as 0."""
    found: dict[int, int] = {}
    number = 1
    while number < len(lines):
        number += 1
        if lines[number - 1].count('"') % 2 == 0:
            continue
        for more in range(1, min(_FOLLOWING, len(lines) - number) + 1):
            if lines[number + more - 1].count('"') % 2:
                cells = _cells("\n".join(lines[number - 1 : number + more]))
                if cells is not None and len(cells) == width:
                    found[number] = more
                    found |= dict.fromkeys(range(number + 1, number + more + 1), 0)
                    number += more
                break
    return found


def _no_row(line: str, cells: list[str], header: list[str]) -> Fault | None:
    """Return why a line with as many cells as the header is no row, or None where it is one."""
    if [cells[0].removeprefix(_MARK), *cells[1:]] == header:
        return Fault("csv.repeated-header", "the header stands among the rows", value=line[:200])
    if len(cells) > 1 and not any(cells):  # a quoted empty cell alone is a row
        return Fault("csv.blank-line", "every cell of the row is empty")
    return None


def _row_fault(line: str, cells: list[str] | None, header: list[str], *, is_last: bool) -> Fault | None:
    if not line:
        return Fault("csv.blank-line", "the line is blank")
    if cells is not None and len(cells) == len(header):
        return _no_row(line, cells, header)
    if is_last and (cells is None or len(cells) < len(header)):
        return Fault("csv.truncated", "the file breaks off in the middle of its last row", value=line)
    if cells is None:
        field, message = _quote_fault(line, header)
        return Fault("csv.unclosed-quote", message, field=field, value=line)
    message = f"the row has {len(cells)} cells where the header has {len(header)}"
    if len(cells) > len(header):
        return Fault("csv.extra-cell", message, value=cells[len(header)])
    return Fault("csv.missing-cell", message, field=header[len(cells)], value=line)


def _quote_fault(line: str, header: list[str]) -> tuple[str | None, str]:
    """Return the column of the cell whose quotes are wrong, and what is wrong with them."""
    cell, inside, opened = 0, False, 0
    for mark in line:
        if mark == '"':
            inside = not inside
            opened = cell
        elif mark == "," and not inside:
            cell += 1
    name = header[min(opened, len(header) - 1)]
    if inside:
        return name, "a quote is opened and not closed on its line: a row is one line"
    return name, "a quote stands in the middle of a cell, undoubled"


def _name_fields(faults: list[Fault], lines: list[str], header: list[str]) -> list[Fault]:
    """Return the faults with the column of those that are known by their place in a line."""
    named = []
    for fault in faults:
        name = fault.field
        if (
            name is None
            and fault.code in {"enc.invalid-utf8", "enc.control-char"}
            and fault.line
            and fault.column
        ):
            before = lines[fault.line - 1][: fault.column - 1] + "x"
            cells = next(csv.reader([before])) if fault.line > 1 else None
            name = header[min(len(cells), len(header)) - 1] if cells else None
        named.append(replace(fault, field=name))
    return named
