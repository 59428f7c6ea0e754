from __future__ import annotations

import pytest

from tigris_corpus.extent import excess


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", None),
        (b"a,b\n1,2\n", None),
        (b"a\n" + b"x" * 2**20 + b"\n", None),
        (b"a\n" + b"x" * (2**20 + 1) + b"\n", ("the line is longer than 1,048,576 bytes", 2)),
        (b"a\nb\n" * 10**6 + b"x" * 2**21, ("the line is longer than 1,048,576 bytes", 2_000_001)),
        (b"x" * 2**20, None),
        (b"x" * (2**20 + 1), ("the line is longer than 1,048,576 bytes", 1)),
        (b"abc,\n" * 2**22, None),
        (b",,,,,,,\n" * (2**20 + 1), ("most of its 8,388,616 cells are empty: a table of this size has something in them", None)),
    ],
    ids=["empty", "small", "longest", "longer", "longer at the end", "longest at the end", "one line", "many cells", "empty cells"],
)  # fmt: skip
def test_a_table_is_beyond_bounds_by_a_line_or_by_its_empty_cells(
    data: bytes, expected: tuple[str, int | None] | None
) -> None:
    assert excess(data) == expected
