"""The canonical form of the tables: what people read, diff and merge.

UTF-8 without byte order mark, lines ended by a line feed, minimal quotes (RFC 4180), columns in the order of the
schema, and rows in the order of the text: document, start, end, id. Numbers in ids are compared as numbers, so that
D999 comes before D1000. Vocabularies keep their authored order, which is the order of the labels.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from tigris_corpus.descriptor import SPANS
from tigris_corpus.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tigris_corpus.descriptor import Package, Resource, TableSchema

csv.field_size_limit(2**31 - 1)  # a cell may be as long as its file
_NUMBERS = re.compile("([0-9]+)")


def canonical(data: bytes, resource: Resource, schema: TableSchema) -> bytes:
    """Return a table in canonical form. Raises UnreadableError, which names the line, where it is no such table."""
    header, rows = _read(data, resource.path)
    if sorted(header) != sorted(schema.names):
        missing = ", ".join(sorted(set(schema.names) - set(header))) or "none"
        extra = ", ".join(sorted(set(header) - set(schema.names))) or "none"
        raise UnreadableError(f"{resource.path}:1: columns missing: {missing}; columns too many: {extra}")
    places = [header.index(name) for name in schema.names]
    ordered = [[row[place] for place in places] for row in rows]
    if not resource.is_vocabulary:
        ordered.sort(key=lambda row: _order(row, schema))
    return write([schema.names, *ordered])


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows, the header first, as the bytes of a CSV file with minimal quotes."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8")


def changes(package: Package) -> dict[str, bytes]:
    """Return the canonical bytes of the tables that are not in canonical form, by path."""
    changed = {}
    for resource in package.tables.values():
        data = package.gate.read(resource.path)
        formatted = canonical(data, resource, package.schema(resource.name))
        if formatted != data:
            changed[resource.path] = formatted
    return changed


def _read(data: bytes, path: str) -> tuple[list[str], list[list[str]]]:
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        broken = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"{path}:{broken}: not UTF-8") from None
    rows: list[list[str]] = []
    width = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        try:
            cells = next(csv.reader([line], strict=True))
        except csv.Error as error:
            raise UnreadableError(f"{path}:{number}: {error}") from None
        width = width or len(cells)
        if len(cells) != width:
            raise UnreadableError(f"{path}:{number}: {len(cells)} cells where the header has {width}")
        rows.append(cells)
    if not rows:
        raise UnreadableError(f"{path}: the file has no header")
    return rows[0], rows[1:]


def _order(row: Sequence[str], schema: TableSchema) -> list[list[tuple[int, int, str]]]:
    """Return what a row is sorted by: its document, start and end where it has a span, and its key."""
    cells = dict(zip(schema.names, row, strict=True))
    by = [cells[name] for name in schema.key]
    for start, end, _ in SPANS:
        if start in cells:
            by = [by[0].partition("-")[0], cells[start], cells[end], *by]
    return [_natural(cell) for cell in by]


def _natural(text: str) -> list[tuple[int, int, str]]:
    parts = _NUMBERS.split(text)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]
