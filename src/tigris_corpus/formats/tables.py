"""The canonical form of the tables: what people read, diff and merge.

UTF-8 without byte order mark, lines ended by a line feed, minimal quotes (RFC 4180), columns in the order of the
schema, and rows in the order of the text: document, start, end, id. Numbers in ids are compared as numbers, so that
D999 comes before D1000. Vocabularies keep their authored order, which is the order of the labels.
"""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from typing import TYPE_CHECKING

from tigris_corpus.descriptor import SPANS
from tigris_corpus.errors import UnreadableError
from tigris_corpus.extent import excess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tigris_corpus.descriptor import Package, Resource, TableSchema

csv.field_size_limit(2**31 - 1)  # a cell may be as long as its file
_NUMBERS = re.compile("([0-9]+)")
_OFFSET = re.compile("[0-9]{1,18}")


def canonical(
    data: bytes,
    resource: Resource,
    schema: TableSchema,
    successors: Mapping[tuple[str, str], str] | None = None,
) -> bytes:
    """Return a table in canonical form. Raises UnreadableError, which names the line, where it is no such table.

    With ``successors``, by table and withdrawn id, its rows are mended as well.
    """
    header, lines = _read(data, resource.path)
    if sorted(header) != sorted(schema.names):
        missing = ", ".join(sorted(set(schema.names) - set(header))) or "none"
        extra = ", ".join(sorted(set(header) - set(schema.names))) or "none"
        raise UnreadableError(f"{resource.path}:1: columns missing: {missing}; columns too many: {extra}")
    if successors is not None:
        _mend(lines, header, _links(resource.name, schema, successors), successors)
    places = [header.index(name) for name in schema.names]
    if not resource.is_vocabulary:
        lines = _in_order(lines, places, schema)
    return write(_rows(schema.names, lines, places))


def _in_order(lines: list[str], places: list[int], schema: TableSchema) -> list[str]:
    """Return the lines of a table in the order of their rows. A line takes far less than its cells."""
    order = _order(schema)
    keys = [order(row) for row in islice(_rows((), lines, places), 1, None)]
    return [lines[number] for number in sorted(range(len(lines)), key=keys.__getitem__)]


def _rows(header: Sequence[str], lines: Iterable[str], places: list[int]) -> Iterator[Sequence[str]]:
    """Yield the header, and the cells of each line from the places of the columns."""
    yield header
    for line in lines:
        cells = _cells(line)
        yield [cells[place] for place in places]


def _cells(line: str) -> list[str]:
    """Return the cells of a line, or raise csv.Error. Most lines have no quotes."""
    return next(csv.reader([line], strict=True)) if '"' in line else line.split(",")


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
    successors = _successors(package) if mend else None
    for resource in package.tables.values():
        if len(resource.paths) > 1 or not resource.path.endswith(".csv"):
            continue
        data = package.gate.read(resource.path)
        schema = package.schema(resource.name)
        formatted = canonical(data, resource, schema, successors)
        if formatted != data:
            changed[resource.path] = formatted
    return changed


def _links(table: str, schema: TableSchema, successors: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Return the columns of a table that may hold withdrawn ids, with the table of those ids."""
    withdrawn = {table for table, _ in successors}
    links = {key.fields[0]: key.resource or table for key in schema.foreign_keys if len(key.fields) == 1}
    return {column: other for column, other in links.items() if other in withdrawn}


def _mend(
    lines: list[str], header: list[str], links: Mapping[str, str], successors: Mapping[tuple[str, str], str]
) -> None:
    """Leave blanks at the edges of spans out of the lines of a table, and put successors in the place of withdrawn ids."""
    spans = [[header.index(name) for name in span] for span in SPANS if {*span} <= {*header}]
    ids = [(header.index(column), table) for column, table in links.items()]
    for number, line in enumerate(lines) if spans or ids else ():
        row = _cells(line)
        mended = row.copy()
        for start, end, text in spans:
            mended[start], mended[end], mended[text] = _trimmed(row[start], row[end], row[text])
        for place, table in ids:
            mended[place] = successors.get((table, row[place]), row[place])
        if mended != row:
            lines[number] = write([mended]).decode().removesuffix("\n")


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


def _trimmed(start: str, end: str, text: str) -> tuple[str, str, str]:
    """Return a span without the blanks at its edges, where its offsets are those of its text.

    >>> _trimmed("3", "8", " Iraq"), _trimmed("3", "9", " Iraq"), _trimmed("3", "4", " ")
    (('4', '8', 'Iraq'), ('3', '9', ' Iraq'), ('3', '4', ' '))
    """
    inner = text.strip()
    is_span = inner and inner != text and _OFFSET.fullmatch(start) and _OFFSET.fullmatch(end)
    if not is_span or len(text) != int(end) - int(start):
        return start, end, text
    before, after = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
    return str(int(start) + before), str(int(end) - after), inner


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
            cells = _cells(line)
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


def _order(schema: TableSchema) -> Callable[[Sequence[str]], str]:
    """Return what gives what a row is sorted by: its document, start and end where it has a span, and its key."""
    names = schema.names
    key = [names.index(name) for name in schema.key or names]
    span = [names.index(name) for start, end, _ in SPANS if {start, end} <= {*names} for name in (start, end)]

    def order(row: Sequence[str]) -> str:
        by = [row[place] for place in (*span, *key)]
        document = [row[key[0]].partition("-")[0]] if span else []
        return "\0".join(map(_natural, (*document, *by)))

    return order


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
