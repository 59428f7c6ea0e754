"""L3: keys that tell rows apart, and references that lead somewhere."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks.rule import Check, by_code, document_expr, error, place, rows_at
from tigris_corpus.descriptor import nearest
from tigris_corpus.engine.expressions import full_match, is_supported
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import ForeignKey
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue, Location

RULES = by_code(
    error(
        3,
        "key.duplicate",
        "Two rows of one key cannot be told apart by what refers to them.",
        "give the later row the next free id, or remove it",
        bad="D000-M001 twice",
        good="D000-M001 and D000-M002",
        spreads=True,
    ),
    error(
        3,
        "key.missing-parent",
        "A reference that leads nowhere loses the row in every join.",
        "mend the id, or add the row it names",
        bad="mentions.sentence_id D000-S999",
        good="mentions.sentence_id D000-S009",
    ),
    error(
        3,
        "key.orphans",
        "A row that others refer to is gone, and all of them are lost in every join.",
        "restore the row, or remove those that refer to it and record its id in deprecated.csv",
        bad="the sentence D000-S004 deleted, its mentions left",
        good="the sentence D000-S004 there",
        spreads=True,
    ),
    error(
        3,
        "key.document-prefix",
        "An id begins with its document, and what belongs to one document refers to no other.",
        "use the id of a row in the same document",
        bad="D000-M001 in sentence D002-S001",
        good="D000-M001 in sentence D000-S001",
    ),
)
_GUESSED = 20
_CANDIDATES = 5000
"""How many issues are given the nearest id, and among how many: guessing is slow."""
_OWN = {
    "sentences": ("sentence_id", "document_id"),
    "mentions": ("mention_id", "sentence_id"),
    "events": ("event_id", "sentence_id"),
    "adjudication": ("adjudication_id", "document_id"),
}
"""The id and the reference of each table that must begin with the same document."""


def duplicates(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the rows whose key another row has before them."""
    for table in snapshot.tables.values():
        if not table.readable:
            continue
        keys = [key for key in (table.schema.primary_key, *table.schema.unique_keys) if key]
        keys += [(field.name,) for field in table.schema.fields if field.unique]
        seen: set[int] = set()
        for key in keys:
            for row, first in _repeated(table.texts, key):
                if row[LINE] not in seen:
                    seen.add(row[LINE])
                    value = "+".join(str(row[name]) for name in key)
                    message = f"{', '.join(key)} {value!r} stands already on line {first[LINE]}"
                    at = place(table, row, key[0])
                    yield RULES["key.duplicate"].issue(at, value, message, related=(place(table, first),))


def _repeated(frame: pl.DataFrame, key: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the rows that repeat the key of an earlier row, with that row; an empty key of one column is no key."""
    by = list(key)
    distinct = frame[by[0]].n_unique() if len(by) == 1 else frame.select(by).n_unique()
    if distinct == frame.height:
        return
    filled = frame.filter(pl.col(by[0]) != "") if len(by) == 1 else frame
    repeated = filled.filter(pl.struct(by).is_duplicated()).sort(LINE)
    firsts: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in repeated.iter_rows(named=True):
        values = tuple(row[name] for name in by)
        if values in firsts:
            yield row, firsts[values]
        else:
            firsts[values] = row


def references(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the references that lead nowhere: one issue for each value that is missing, however often it is used."""
    missing: dict[tuple[str, str], list[tuple[Location, ForeignKey]]] = defaultdict(list)
    links = [
        (table, key)
        for table in snapshot.tables.values()
        if table.readable
        for key in table.schema.foreign_keys
        if not _is_enumeration(snapshot, table, key) and snapshot.readable(key.resource or table.name)
    ]
    for table, key in links:
        for row in rows_at(table, _lost(snapshot, table, key)):
            value = "+".join(row[name] for name in key.fields)
            missing[key.resource or table.name, value].append((place(table, row, key.fields[0]), key))
    excused = {name: _unknown_keys(snapshot.tables[name]) for name, _ in missing}
    told = 0
    for (target, value), places in missing.items():
        first, key = places[0]
        if any(value in line for line in snapshot.tables[target].lost):
            continue  # the row is there, and is reported as broken
        if excused[target]:
            excused[target] -= 1
            continue  # a row is there whose key is reported as wrong: most likely this one
        if len(places) > 1:
            message = f"{value!r} is not in {target}, and {len(places)} rows refer to it"
            yield RULES["key.orphans"].issue(first, value, message, related=(at for at, _ in places[1:]))
        else:
            told += 1
            candidates = snapshot.tables[target].rows[key.reference[0]].to_list() if told <= _GUESSED else []
            near = nearest(value, candidates[:_CANDIDATES])
            hint = f'did you mean "{near}"?' if near else None
            yield RULES["key.missing-parent"].issue(first, value, f"{value!r} is not in {target}", hint)


def _unknown_keys(table: Table) -> int:
    """Return how many rows of a table have a key that is in doubt, so that what it was meant to be is not known."""
    if len(table.schema.key) != 1:
        return 0
    key = table.schema.field(table.schema.key[0])
    cell = pl.col(key.name)
    is_wrong = cell == ""
    if key.pattern and is_supported(key.pattern):
        is_wrong |= ~cell.str.contains(full_match(key.pattern))
    repeated = table.rows.height - table.rows[key.name].n_unique()
    return table.doubtful.filter(is_wrong).height + repeated


def _is_enumeration(snapshot: Snapshot, table: Table, key: ForeignKey) -> bool:
    return len(key.fields) == 1 and snapshot.package.vocabulary_of(table.name, key.fields[0]) is not None


def _lost(snapshot: Snapshot, table: Table, key: ForeignKey) -> pl.DataFrame:
    """Return the lines of the rows of a table whose reference by one key leads nowhere."""
    parents = snapshot.tables[key.resource or table.name].rows.select(key.reference)
    filled = pl.all_horizontal(pl.col(name) != "" for name in key.fields)
    children = table.texts.select(LINE, *key.fields).filter(filled)
    return children.join(parents, left_on=key.fields, right_on=key.reference, how="anti").select(LINE)


def prefixes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the rows whose id begins with another document than the row they belong to."""
    for name, (own, parent) in _OWN.items():
        if snapshot.readable(name):
            table = snapshot.tables[name]
            wrong = table.sound.filter(document_expr(own) != document_expr(parent))
            for row in wrong.iter_rows(named=True):
                message = f"{row[own]!r} belongs to another document than {row[parent]!r}"
                yield RULES["key.document-prefix"].issue(place(table, row, parent), row[parent], message)


CHECKS = (
    Check((RULES["key.duplicate"],), duplicates),
    Check((RULES["key.missing-parent"], RULES["key.orphans"]), references),
    Check((RULES["key.document-prefix"],), prefixes),
)
