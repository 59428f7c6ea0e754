"""Tables in Markdown, for the pages and the cards that tell of datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def table_of(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    r"""Return a table in Markdown. A vertical bar in a cell is escaped.

    >>> print(table_of(("a", "b"), [("1", "2|3")]))
    | a | b |
    | --- | --- |
    | 1 | 2\|3 |
    """
    lines = [header, ("---",) * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
