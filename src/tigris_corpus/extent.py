"""How far a table may go before it is read: what no table needs, and what would cost far more than its bytes."""

from __future__ import annotations

PARQUET = ".parquet"
"""How the path of a table in Parquet ends."""

MAX_LINE = 1024**2
"""The longest line of a table, in bytes: a row is one line."""
MIN_CELL = 2
"""How many bytes the cells of a large table have on average, commas included: a cell costs 16 bytes, if it is empty."""
LARGE = 2**23
"""How many cells make a table large."""

MAX_RECORD = 2 * 1024**2
"""The longest line of a file of records, in bytes: a line is read as JSON, which takes up to forty times its bytes."""


def excess(data: bytes, cells: int | None = None) -> tuple[str, int | None] | None:
    r"""Return what is beyond bounds in the bytes of a table, with the line where it is one, or None.

    ``cells`` is how many commas and line feeds there are, where whoever asks has counted them.

    >>> excess(b"a,b\n1,2\n"), excess(b"a\n" + b"," * 2**20 + b",\n")
    (None, ('the line is longer than 1,048,576 bytes', 2))
    """
    line = overlong(data, MAX_LINE)
    if line:
        return f"the line is longer than {MAX_LINE:,} bytes", line
    if cells is None:
        cells = data.count(b",") + data.count(b"\n")
    if cells > LARGE and cells * MIN_CELL > len(data):
        return empty_cells(cells), None
    return None


def empty_cells(cells: int) -> str:
    """Return what is said of a large table of so many cells with next to nothing in them."""
    return f"most of its {cells:,} cells are empty: a table of this size has something in them"


def overlong(data: bytes, longest: int) -> int | None:
    r"""Return the number of the first line of more than ``longest`` bytes. Blocks of short lines are passed over at once.

    >>> overlong(b"a\nbcd\nef", 2), overlong(b"a\nbcd\nef", 3)
    (2, None)
    """
    start = 0
    while len(data) - start > longest:
        end = data.rfind(b"\n", start, start + longest + 1)
        if end < 0:
            return data.count(b"\n", 0, start) + 1
        start = end + 1
    return None
