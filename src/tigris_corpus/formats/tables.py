"""The canonical form of the tables: what people read, diff and merge.

UTF-8 without byte order mark, lines ended by a line feed, minimal quotes (RFC 4180), columns in the order of the
schema, and rows in the order of the text: document, start, end, id. Numbers in ids are compared as numbers, so that
D999 comes before D1000. Vocabularies keep their authored order, which is the order of the labels.
"""

from __future__ import annotations

import csv
import io
import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from tigris_corpus.descriptor import SPANS
from tigris_corpus.errors import UnreadableError
from tigris_corpus.extent import excess

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tigris_corpus.descriptor import Package, Resource, TableSchema

csv.field_size_limit(2**31 - 1)  # a cell may be as long as its file
_NUMBERS = re.compile("([0-9]+)")
_OFFSET = re.compile("[0-9]{1,18}")


def canonical(data: bytes, resource: Resource, schema: TableSchema) -> bytes:
    """Return a table in canonical form. Raises UnreadableError, which names the line, where it is no such table."""
    header, lines = _read(data, resource.path)
    if sorted(header) != sorted(schema.names):
        missing = ", ".join(sorted(set(schema.names) - set(header))) or "none"
        extra = ", ".join(sorted(set(header) - set(schema.names))) or "none"
        raise UnreadableError(f"{resource.path}:1: columns missing: {missing}; columns too many: {extra}")
    places = [header.index(name) for name in schema.names]
    if not resource.is_vocabulary:
        lines = _in_order(lines, places, schema)
    return write(_rows(schema.names, lines, places))


def _in_order(lines: list[str], places: list[int], schema: TableSchema) -> list[str]:
    """Return the lines of a table in the order of their rows. A line takes far less than its cells."""
    keys = [_order(row, schema) for row in islice(_rows((), lines, places), 1, None)]
    return [lines[number] for number in sorted(range(len(lines)), key=keys.__getitem__)]


def _rows(header: Sequence[str], lines: Iterable[str], places: list[int]) -> Iterator[Sequence[str]]:
    """Yield the header, and the cells of each line from the places of the columns."""
    yield header
    for line in lines:
        cells = next(csv.reader([line]))
        yield [cells[place] for place in places]


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows, the header first, as the bytes of a CSV file with minimal quotes."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8")


def rows(package: Package, name: str) -> list[dict[str, str]]:
    """Return the rows of a table as text, by column, in the order of its file.

    Raises UnreadableError where the table is not one file of CSV, or cannot be read.
    """
    resource = _of_one_file(package, name)
    header, lines = _read(package.gate.read(resource.path), resource.path)
    return [dict(zip(header, row, strict=True)) for row in csv.reader(lines)]


def _of_one_file(package: Package, name: str) -> Resource:
    resource = package.tables[name]
    if len(resource.paths) > 1 or not resource.path.endswith(".csv"):
        raise UnreadableError(f"{resource.path}: only a table that is one file of CSV can be edited")
    return resource


def edited(
    package: Package, name: str, edits: Mapping[tuple[str, ...], Mapping[str, object] | None]
) -> bytes:
    """Return a table in canonical form with some of its rows put in, replaced, or (None) taken out, by their keys.

    Rows are columns and plain values: what is None or not there is empty. Raises UnreadableError as ``rows`` does.
    """
    resource, schema = package.tables[name], package.schema(name)
    kept = {tuple(row[column] for column in schema.key): row for row in rows(package, name)}
    for key, row in edits.items():
        if row is None:
            kept.pop(key, None)
        else:
            kept[key] = {column: cell(row.get(column)) for column in schema.names}
    lines = [[row[column] for column in schema.names] for row in kept.values()]
    return canonical(write([schema.names, *lines]), resource, schema)


def cell(value: object) -> str:
    """Return a plain value as it is written in a cell.

    >>> cell(None), cell(True), cell(33.0), cell("a")
    ('', 'true', '33.0', 'a')
    """
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def changes(package: Package, *, mend: bool = False) -> dict[str, bytes]:
    """Return the canonical bytes of the tables that are not in canonical form, by path.

    With ``mend``, what can only be meant in one way is mended as well: blanks at the edges of spans are left out, and
    ids that deprecated.csv gives one successor are replaced by it. A table in several files, or in Parquet, is left
    as it is.
    """
    changed = {}
    successors = _successors(package) if mend else {}
    for resource in package.tables.values():
        if len(resource.paths) > 1 or not resource.path.endswith(".csv"):
            continue
        data = package.gate.read(resource.path)
        schema = package.schema(resource.name)
        formatted = canonical(data, resource, schema)
        if mend:
            formatted = _with_mended_rows(formatted, resource, schema, successors)
        if formatted != data:
            changed[resource.path] = formatted
    return changed


def _with_mended_rows(
    data: bytes, resource: Resource, schema: TableSchema, successors: dict[tuple[str, str], str]
) -> bytes:
    """Return a table in canonical form, with its rows mended."""
    withdrawn = {table for table, _ in successors}
    has_links = any((link.resource or resource.name) in withdrawn for link in schema.foreign_keys)
    if not has_links and not any(text in schema.names for _, _, text in SPANS):
        return data
    header, lines = _read(data, resource.path)
    mended: dict[int, list[str]] = {}
    for number, row in enumerate(csv.reader(lines)):
        found = _mended(dict(zip(header, row, strict=True)), resource.name, schema, successors)
        if [*found.values()] != row:
            mended[number] = [*found.values()]
    if not mended:
        return data
    rows = (mended.get(number, row) for number, row in enumerate(csv.reader(lines)))
    return canonical(write(chain([header], rows)), resource, schema)


def _successors(package: Package) -> dict[tuple[str, str], str]:
    """Return the one id in use that takes the place of each withdrawn one, by table and id, through any chain."""
    if "deprecated" not in package.tables:
        return {}
    resource, schema = _of_one_file(package, "deprecated"), package.schema("deprecated")
    lacking = {"table", "id", "replaced_by"}.difference(schema.names)
    if lacking:
        raise UnreadableError(f"{resource.path}: the table has no column {min(lacking)!r}")
    header, lines = _read(canonical(package.gate.read(resource.path), resource, schema), resource.path)
    found: dict[tuple[str, str], set[str]] = {}
    for row in csv.reader(lines):
        cells = dict(zip(header, row, strict=True))
        found.setdefault((cells["table"], cells["id"]), set()).add(cells["replaced_by"])
    direct = {key: next(iter(names)) for key, names in found.items() if len(names) == 1 and "" not in names}
    return {key: last for key, last in _ends(direct).items() if last is not None}


def _ends(direct: dict[tuple[str, str], str]) -> dict[tuple[str, str], str | None]:
    """Return the end of the chain of successors that begins with each id, or None where it has none."""
    ends: dict[tuple[str, str], str | None] = {}
    for key in direct:
        trail: dict[tuple[str, str], None] = {}
        at = key
        while at in direct and at not in ends and at not in trail:
            trail[at] = None
            at = (at[0], direct[at])
        end = ends[at] if at in ends else None if at in trail else at[1]
        ends |= dict.fromkeys(trail, end)
    return ends


def _mended(
    cells: dict[str, str], table: str, schema: TableSchema, successors: dict[tuple[str, str], str]
) -> dict[str, str]:
    for start, end, text in SPANS:
        if (
            text in cells
            and _OFFSET.fullmatch(cells.get(start, ""))
            and _OFFSET.fullmatch(cells.get(end, ""))
        ):
            slice_ = cells[text]
            before, after = len(slice_) - len(slice_.lstrip()), len(slice_) - len(slice_.rstrip())
            if slice_.strip() and len(slice_) == int(cells[end]) - int(cells[start]):
                cells[start], cells[end] = str(int(cells[start]) + before), str(int(cells[end]) - after)
                cells[text] = slice_.strip()
    for link in schema.foreign_keys:
        if len(link.fields) == 1:
            column = link.fields[0]
            cells[column] = successors.get((link.resource or table, cells[column]), cells[column])
    return cells


def _read(data: bytes, path: str) -> tuple[list[str], list[str]]:
    """Return the cells of the header, and the lines of the rows: those are read one at a time."""
    beyond = excess(data)
    if beyond:
        message, place = beyond
        raise UnreadableError(f"{path}{f':{place}' if place else ''}: {message}")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        broken = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"{path}:{broken}: not UTF-8") from None
    header: list[str] = []
    lines: list[str] = []
    for number, line in enumerate(_lines(text), start=1):
        if not line:
            continue
        try:
            cells = next(csv.reader([line], strict=True))
        except csv.Error as error:
            raise UnreadableError(f"{path}:{number}: {error}") from None
        if not header:
            header = cells
        elif len(cells) != len(header):
            raise UnreadableError(f"{path}:{number}: {len(cells)} cells where the header has {len(header)}")
        else:
            lines.append(line)
    if not header:
        raise UnreadableError(f"{path}: the file has no header")
    return header, lines


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text without cutting all of it at once."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _order(row: Sequence[str], schema: TableSchema) -> str:
    """Return what a row is sorted by: its document, start and end where it has a span, and its key."""
    cells = dict(zip(schema.names, row, strict=True))
    by = [cells[name] for name in schema.key or schema.names]
    for start, end, _ in SPANS:
        if start in cells and end in cells:
            by = [by[0].partition("-")[0], cells[start], cells[end], *by]
    return "\0".join(map(_natural, by))


def _natural(text: str) -> str:
    """Return text that sorts as this one does when the numbers in it are compared as numbers, and come before words."""
    parts: list[str] = []
    for number, part in enumerate(_NUMBERS.split(text)):
        if number % 2:  # the pattern has a group, so that every other part is a number
            digits = part.lstrip("0")
            parts.append(f"0{len(digits):09}{digits}")
        elif part:
            parts.append(f"1{part}")
    return "\1".join(parts)
