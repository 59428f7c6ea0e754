"""How far a table may go before it is read: what no table needs, and what would cost far more than its bytes."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from tigris_corpus.errors import MissingExtraError

if TYPE_CHECKING:
    from pathlib import Path

PARQUET = ".parquet"
"""How the path of a table in Parquet ends."""
RATIO = 100
"""How many times as large as the file the contents of a Parquet file may be, in bytes or in cells."""

MAX_LINE = 1024**2
"""The longest line of a table, in bytes: a row is one line."""
MIN_CELL = 2
"""How many bytes the cells of a large table have on average, commas included: a cell costs 16 bytes, if it is empty."""
LARGE = 2**23
"""How many cells make a table large."""


def excess(data: bytes) -> tuple[str, int | None] | None:
    r"""Return what is beyond bounds in the bytes of a table, with the line where it is one, or None.

    >>> excess(b"a,b\n1,2\n"), excess(b"a\n" + b"," * 2**20 + b",\n")
    (None, ('the line is longer than 1,048,576 bytes', 2))
    """
    line = _overlong(data)
    if line:
        return f"the line is longer than {MAX_LINE:,} bytes", line
    cells = data.count(b",") + data.count(b"\n")
    if cells > LARGE and cells * MIN_CELL > len(data):
        return f"most of its {cells:,} cells are empty: a table of this size has something in them", None
    return None


def parquet_excess(path: Path) -> tuple[str, str] | None:
    """Return why a Parquet file is not opened, as a code and a message, or None: its footer says what it would become.

    Raises MissingExtraError where what reads Parquet is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingExtraError("a package with tables in Parquet", "scale")
    from pyarrow import ArrowException, parquet  # noqa: PLC0415 - heavy, and only where there is Parquet

    try:
        footer = parquet.read_metadata(path)
    except (ArrowException, OSError, ValueError) as error:
        reason = str(error).strip().splitlines() or [""]
        return "pkg.unreadable-file", f"the file is no Parquet that can be read: {reason[0][:200]}"
    groups = [footer.row_group(index) for index in range(footer.num_row_groups)]
    bytes_held = sum(
        group.column(index).total_uncompressed_size for group in groups for index in range(group.num_columns)
    )
    held, size = max(bytes_held, footer.num_rows * footer.num_columns), path.stat().st_size
    if held <= RATIO * size:
        return None
    return (
        "sec.bomb",
        f"the file holds {held // max(1, size)} times what it seems to: at most {RATIO} times is read",
    )


def _overlong(data: bytes) -> int | None:
    """Return the number of the first line that is too long. Whole blocks of short lines are passed over at once."""
    start = 0
    while len(data) - start > MAX_LINE:
        end = data.rfind(b"\n", start, start + MAX_LINE + 1)
        if end < 0:
            return data.count(b"\n", 0, start) + 1
        start = end + 1
    return None
