"""A table in Parquet, read so that no file costs far more than its bytes, and none ends the process.

A file of Parquet may say of a text once what it is and a thousand million times where it stands, and of a page that it
is a thousand times as large unpacked. What a file would be as CSV is counted before anything is written out. The bytes
come piece by piece from whoever opened the file.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import itertools
import operator
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tigris_corpus.errors import CorpusError, MissingExtraError
from tigris_corpus.extent import LARGE, MAX_LINE, MIN_CELL, empty_cells
from tigris_corpus.thrift import MOST, ThriftError, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RATIO = 100
"""How many times as large as the file the contents of a Parquet file may be, unpacked or written as CSV."""
CELL_RATIO = 32
"""How many cells a large Parquet file may have for each of its bytes."""
SMALL = 2**20
"""How many bytes of contents are read in any case."""
MAX_HELD = 4 * 1024**3
"""How many bytes of contents are read at the most: as many as of CSV."""
MAX_FOOTER = 2**24
"""How many bytes of a file may say what is in it."""
MAX_PIECES = 2**16
"""How many pieces a file may be in: pages of columns of groups of rows."""
NUMBER = 4
"""How many bytes a number is taken to have as text."""

_BOMB = "sec.bomb"
_UNREADABLE = "pkg.unreadable-file"
_BLANK, _DELETE = 0x20, 0x7F
_MAGIC = b"PAR1"
_TAIL = 8
_HEAD = 2**14
_HEADS = 2**20
"""How many bytes are looked at first for the head of a page, and at the most."""
_VALUES_OF = {0: 5, 3: 8}
"""Which field of the head of a page of data says how many values it has, by the kind of page."""


class ParquetError(CorpusError):
    """A file of Parquet that is not read: the code of the issue that it makes, and the row, from 0, where it is one."""

    def __init__(self, code: str, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.row = row


class Parquet:
    """A file of Parquet that is given piece by piece. No text in it is written out before it is known how long it is.

    A file may say of a text once what it is and a thousand million times where it stands. What the file would be as CSV
    is what counts. Raises ParquetError wherever it cannot be read, and MissingExtraError where pyarrow is not there.
    """

    def __init__(self, part: Callable[[int, int], bytes], size: int) -> None:
        if importlib.util.find_spec("pyarrow") is None:
            raise MissingExtraError("a package with tables in Parquet", "scale")
        self._part = part
        self._size = size
        with _told():
            self.groups: list[int] = _Look(part, size).groups
            """The number of the row at which each group of rows begins, and the number of rows of the file."""
            file = self._open()
            self._footer = file.metadata
            fields = list(file.schema_arrow)
        self.names: list[str] = [field.name for field in fields]
        self._kinds = {field.name: field.type for field in fields}

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.groups[-1]

    def rows(self, names: Sequence[str], start: int = 0, stop: int | None = None) -> Any:
        """Return columns from one row to another as a table of Arrow, of text, numbers and truth values."""
        import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there is Parquet

        stop = self.height if stop is None else min(stop, self.height)
        pieces, extent = [], _Extent(self._size)
        with _told():
            for name in names:
                if not _is_read(self._kinds[name]):
                    message = f"the column {name!r} holds {self._kinds[name]}, and no text or number"
                    raise ParquetError(_UNREADABLE, message)
            file = self._open(list(names), self._footer)
            for number, (first, end) in enumerate(itertools.pairwise(self.groups)):
                if first < stop and end > start:
                    piece = file.read_row_group(number, columns=list(names), use_threads=False)
                    if piece.num_rows != end - first:
                        raise ParquetError(_UNREADABLE, "a group of rows has not as many as it says")
                    before = max(start - first, 0)
                    piece = piece.select(names).slice(before, stop - first - before)
                    _validate(piece)
                    extent.add(piece, first + before)
                    pieces.append(_written_out(piece))
            if pieces:
                return pa.concat_tables(pieces, promote_options="permissive")
            return _written_out(file.schema_arrow.empty_table().select(names))

    def _open(self, texts: Sequence[str] = (), footer: Any = None) -> Any:
        """Return a reader that keeps each text of these columns once."""
        from pyarrow import PythonFile, parquet  # noqa: PLC0415

        source = PythonFile(_Pieces(self._part, self._size), mode="r")
        return parquet.ParquetFile(source, metadata=footer, read_dictionary=list(texts), pre_buffer=False)


class _Look:
    """What a file says of itself, value by value: it raises where that is damaged, or too much."""

    def __init__(self, part: Callable[[int, int], bytes], size: int) -> None:
        self._part = part
        self._size = size
        self._pieces = 0
        self._held = 0
        self.groups: list[int] = [0]
        footer = self._footer()
        columns = 0
        for group in footer[4]:
            self.groups.append(self.groups[-1] + max(0, group[3]))
            columns = max(columns, len(group[1]))
            for chunk in group[1]:
                self._pages(chunk)
        if self.groups[-1] * columns > max(CELL_RATIO * size, LARGE):
            raise _too_much(size)

    def _footer(self) -> dict[int, Any]:
        tail = self._part(max(0, self._size - _TAIL), _TAIL)
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != _MAGIC or length > min(self._size - _TAIL, MAX_FOOTER):
            raise ThriftError("it does not end as Parquet does")
        return Values(self._part(self._size - _TAIL - length, length), MOST).struct()

    def _pages(self, chunk: dict[int, Any]) -> None:
        """Look at the heads of the pages of a column of a group of rows."""
        if 1 in chunk:
            raise ThriftError("a column is in another file")
        facts = chunk[3]
        at = min(place for place in (facts[9], facts.get(11, 0)) if place > 0 or place == facts[9])
        end, values = at + facts[7], 0
        while at < end and values < facts[5]:
            self._pieces += 1
            if self._pieces > MAX_PIECES:
                raise ParquetError(_BOMB, f"the file is in more than {MAX_PIECES:,} pieces")
            page, length = self._page(at, end)
            if page[2] < 0 or page[3] < 0:
                raise ThriftError("a page has less than no bytes")
            self._held += page[2]
            if self._held > max(RATIO * self._size, SMALL) or self._held > MAX_HELD:
                raise _too_much(self._size)
            at += length + page[3]
            values += page.get(_VALUES_OF.get(page[1], 0), {}).get(1, 0)

    def _page(self, at: int, end: int) -> tuple[dict[int, Any], int]:
        """Return the head of a page, and how many bytes it has."""
        looked = _HEAD
        while True:
            found = Values(self._part(at, min(looked, end - at)))
            try:
                return found.struct(), found.at
            except ThriftError:
                if looked >= min(_HEADS, end - at):
                    raise
            looked *= 8


class _Extent:
    """How much the rows of a file are as CSV, counted piece by piece."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._bytes = 0
        self._cells = 0

    def add(self, piece: Any, row: int) -> None:
        """Count a piece of a table that begins with a row; raise ParquetError where it is too long or too much."""
        self._cells += piece.num_rows * piece.num_columns
        if piece.num_rows and piece.num_columns:
            lengths = functools.reduce(operator.add, map(_lengths, piece.columns))
            too_long = (lengths > MAX_LINE).nonzero()[0]
            if len(too_long):
                message = f"the row is longer than {MAX_LINE:,} bytes"
                raise ParquetError(_UNREADABLE, message, row + int(too_long[0]))
            self._bytes += int(lengths.sum())
        if self._bytes > max(RATIO * self._size, SMALL) or self._bytes > MAX_HELD:
            raise _too_much(self._size)
        if self._cells > LARGE and self._cells * MIN_CELL > self._bytes:
            raise ParquetError(_BOMB, empty_cells(self._cells))


class _Pieces(io.RawIOBase):
    """A file to be read of which the bytes are given by a function."""

    def __init__(self, part: Callable[[int, int], bytes], size: int) -> None:
        super().__init__()
        self._part = part
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether any part of it can be read."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return the bytes from the place on."""
        left = max(0, self._size - self._at)
        data = self._part(self._at, left if size < 0 else min(size, left))
        self._at += len(data)
        return data


@contextmanager
def _told() -> Iterator[None]:
    """Turn whatever breaks on damaged Parquet into ParquetError."""
    try:
        yield
    except CorpusError:
        raise
    except Exception as error:  # noqa: BLE001 - Arrow raises errors of a dozen kinds, and each says the same
        reason = str(error).strip().splitlines()
        is_told = reason and not isinstance(error, LookupError | TypeError | AttributeError)
        message = (
            f"the file is no Parquet that can be read: {reason[0][:200] if is_told else 'it is damaged'}"
        )
        raise ParquetError(_UNREADABLE, message) from None


def _validate(piece: Any) -> None:
    """Raise where the columns of a piece are not what they say: places beyond the texts, or texts not in UTF-8."""
    for name, column in zip(piece.column_names, piece.columns, strict=True):
        try:
            column.validate(full=True)
        except ValueError as error:
            if "UTF8" not in str(error):
                raise
            raise ParquetError(
                "enc.invalid-utf8", f"the column {name!r} holds text that is not UTF-8"
            ) from None


def _is_read(kind: Any) -> bool:
    """Whether what a column holds can be written as the cells of a table."""
    from pyarrow import types  # noqa: PLC0415

    judges = (
        types.is_string,
        types.is_large_string,
        types.is_string_view,
        types.is_integer,
        types.is_floating,
    )
    others = (types.is_boolean, types.is_null, types.is_decimal128, types.is_date, types.is_timestamp)
    if types.is_dictionary(kind):
        return any(judge(kind.value_type) for judge in judges[:3])
    return any(judge(kind) for judge in (*judges, *others))


def _lengths(column: Any) -> Any:
    """Return how many bytes each cell of a column takes, with its comma, as an array of NumPy.

    Arrow itself would load pandas to meet a number of Python's, or to become an array.
    """
    import numpy as np  # noqa: PLC0415 - only where there is Parquet
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    if not pa.types.is_dictionary(column.type):
        chunks = [_filled(chunk) * NUMBER for chunk in column.chunks]
    else:
        chunks = []
        for chunk in column.chunks:
            found = compute.take(compute.binary_length(chunk.dictionary), chunk.indices)
            held = np.frombuffer(found.buffers()[1], dtype=found.type.to_pandas_dtype())
            chunks.append(held[found.offset : found.offset + len(found)] * _filled(found))
    return np.concatenate(chunks) + 1


def _filled(array: Any) -> Any:
    """Return 1 for each cell of an array that is filled, and 0 for the others."""
    import numpy as np  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    valid = compute.is_valid(array)
    bits = np.unpackbits(np.frombuffer(valid.buffers()[1], dtype=np.uint8), bitorder="little")
    return bits[valid.offset : valid.offset + len(valid)].astype(np.int64)


def _written_out(piece: Any) -> Any:
    """Return a piece of a table with its texts written out, and what is neither text nor number as text."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    columns = []
    for column in piece.columns:
        kind = column.type
        if pa.types.is_dictionary(kind):
            chunks = [
                compute.take(chunk.dictionary.cast(pa.large_string()), chunk.indices)
                for chunk in column.chunks
            ]
            columns.append(pa.chunked_array(chunks, pa.large_string()))
        elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
            columns.append(column)
        elif pa.types.is_floating(kind):
            columns.append(column.cast(pa.float64()))
        else:
            columns.append(column.cast(pa.large_string()))
    return pa.table(dict(zip(piece.column_names, columns, strict=True)))


def has_marks(column: Any) -> bool:
    """Whether there may be control characters or ends of lines in a column of text."""
    import numpy as np  # noqa: PLC0415 - only where there is Parquet
    import pyarrow as pa  # noqa: PLC0415

    if not pa.types.is_large_string(column.type):
        return False
    held = (np.frombuffer(chunk.buffers()[2] or b"", dtype=np.uint8) for chunk in column.chunks)
    return any(bool(((data < _BLANK) | (data == _DELETE)).any()) for data in held)


def _too_much(size: int) -> ParquetError:
    return ParquetError(
        _BOMB, f"the file of {size:,} bytes holds far more than it seems to: at most {RATIO} times is read"
    )
