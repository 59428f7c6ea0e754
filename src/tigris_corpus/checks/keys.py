"""L3: keys that tell rows apart, and references that lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks.characters import RULES as CHARACTERS
from tigris_corpus.checks.characters import hidden_in
from tigris_corpus.checks.rule import EVERYWHERE, Check, by_code, error, place, rows_at
from tigris_corpus.descriptor import TEXT_TABLE, nearest
from tigris_corpus.engine.expressions import documents_of, full_match, hashed, is_supported
from tigris_corpus.engine.reader import LINE
from tigris_corpus.engine.snapshot import profile_labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import ForeignKey
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

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
        many="key.orphans",
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
        "event.duplicate-argument",
        "One mention fills one role of one event once.",
        "remove one of the two rows",
        bad="D000-E001, actor, D000-M001 twice",
        good="D000-E001, actor, D000-M001 once",
    ),
    error(
        3,
        "reg.duplicate-qid",
        "Two entities with one Wikidata id are one thing under two names, and are counted as two.",
        "merge the two: link the mentions of one to the other, and record it in deprecated.csv",
        bad="iraq and republic-of-iraq, both Q796",
        good="iraq, Q796",
    ),
    error(
        3,
        "split.duplicate",
        "A text that is learned from and tested on makes every score too good.",
        "keep one of the two documents",
        bad="one text as D000 in train and as D009 in test",
        good="one text as D000 in train",
    ),
    error(
        3,
        "prov.annotator",
        "Whoever annotated is described, so that readers know what made the labels.",
        "add the annotator to annotators.csv, or mend the id",
        bad="a pass by model-z, whom annotators.csv does not have",
        good="a pass by model-a",
    ),
    error(
        3,
        "link.stale",
        "What was withdrawn or merged into another is no longer referred to.",
        "use the id that deprecated.csv gives in its place; tigris fmt --fix does it",
        bad="a mention of an entity that was merged into iraq",
        good="a mention of iraq",
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
_OWN = (
    ("sentences", "sentence_id", "document_id"),
    ("mentions", "mention_id", "sentence_id"),
    ("events", "event_id", "sentence_id"),
    ("adjudication", "adjudication_id", "document_id"),
    ("adjudication", "document_id", "sentence_id"),
)
"""The columns of one row that must begin with the same document, where both are filled."""


def duplicates(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the rows whose key another row has before them."""
    for table in snapshot.due_tables:
        if not table.readable:
            continue
        keys = [key for key in (table.schema.primary_key, *table.schema.unique_keys) if key]
        keys += [(field.name,) for field in table.schema.fields if field.unique]
        seen: set[int] = set()
        for key in keys:
            run, last = 0, (0, 0)
            for row, first in _repeated(table.texts, key):
                if row[LINE] not in seen:
                    seen.add(row[LINE])
                    if (row[LINE] - 1, first[LINE] - 1) != last:
                        run += 1
                    last = (row[LINE], first[LINE])
                    fault = f"{table.name} {key} {run}"  # rows pasted again in one go
                    value = "+".join(str(row[name]) for name in key)
                    before = place(table, first)
                    message = f"{', '.join(key)} {value!r} stands already on line {before.line or before.row}"
                    at = place(table, row, key[0])
                    code = _duplicate_code(table, key, row, first)
                    yield RULES[code].issue(at, value, message, related=(before,), fault=fault)


def _duplicate_code(table: Table, key: tuple[str, ...], row: dict[str, Any], first: dict[str, Any]) -> str:
    """Return the code of a repeated key: its own, where the fault has a name of its own."""
    if (table.name, key) == ("entities", ("wikidata",)):
        return "reg.duplicate-qid"
    if table.name == "arguments" and key == table.schema.primary_key:
        return "event.duplicate-argument"
    if (table.name, key) == (TEXT_TABLE, ("sha256",)) and row["split"] != first["split"]:
        return "split.duplicate"
    return "key.duplicate"


def _repeated(frame: pl.DataFrame, key: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the rows that repeat the key of an earlier row, with that row; an empty key of one column is no key."""
    by = list(key)
    if frame.select(hashed(by)).to_series().n_unique() == frame.height:
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
    """Yield the references that lead nowhere; those that lack the same row are one fault."""
    withdrawn = _withdrawn(snapshot)
    excuses: dict[str, int] = {}
    hints: dict[tuple[str, str], str | None] = {}
    excused: set[tuple[str, str]] = set()
    for table, key in _links(snapshot):
        name = key.resource or table.name
        for row in rows_at(table, _lost(snapshot, table, key)):
            wanted = name, "+".join(row[column] for column in key.fields)
            if wanted not in hints and wanted not in excused:
                if name not in excuses:
                    excuses[name] = _unknown_keys(snapshot.tables[name])
                if _is_there(snapshot.tables[name], wanted[1]):
                    excused.add(wanted)
                elif excuses[name]:
                    excuses[name] -= 1
                    excused.add(wanted)  # a row is there whose key is reported as wrong: most likely this one
                else:
                    hints[wanted] = (
                        _near(snapshot.tables[name], key, wanted[1]) if len(hints) < _GUESSED else None
                    )
            if wanted in hints:
                yield _missing(table, row, key, hints[wanted], withdrawn.get(wanted))


def _is_there(target: Table, value: str) -> bool:
    """Whether a row that could not be read, and is reported as broken, holds a key."""
    return any(value in line for line in target.lost)


def _missing(
    table: Table, row: dict[str, Any], key: ForeignKey, hint: str | None, successor: str | None
) -> Issue:
    """Return the issue of a reference that leads nowhere, by what is known of why."""
    name = key.resource or table.name
    value = "+".join(row[column] for column in key.fields)
    at = place(table, row, key.fields[0])
    code, message = "key.missing-parent", f"{value!r} is not in {name}"
    if hidden := hidden_in(value):
        rule = CHARACTERS["enc.invisible-char"]
        return rule.issue(at, value, f"{value!r} has a character that does not show: {hidden}")
    if successor is not None:
        code, message = "link.stale", f"{value!r} is withdrawn, by deprecated.csv"
        hint = f'use "{successor}" in its place; tigris fmt --fix does it' if successor else None
    elif (table.name, key.fields) == ("passes", ("annotator_id",)):
        code = "prov.annotator"
    return RULES[code].issue(at, value, message, hint, fault=f"{name} {value}")


def _withdrawn(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    """Return what takes the place of each withdrawn id, by table and id: nothing where nothing or several do."""
    if not snapshot.readable("deprecated"):
        return {}
    rows = snapshot.sound("deprecated").select("table", "id", "replaced_by")
    successors: dict[tuple[str, str], str] = {}
    for table, identifier, successor in rows.iter_rows():
        successors[table, identifier] = "" if (table, identifier) in successors else successor
    return successors


def _links(snapshot: Snapshot) -> Iterator[tuple[Table, ForeignKey]]:
    """Yield the foreign keys of which the later of the two tables is due; enumerations were looked at before."""
    for table in snapshot.tables.values():
        for key in table.schema.foreign_keys:
            target = key.resource or table.name
            if (
                table.readable
                and {table.name, target} & snapshot.due
                and not _is_enumeration(snapshot, table, key)
                and snapshot.readable(target)
            ):
                yield table, key


def _near(target: Table, key: ForeignKey, value: str) -> str | None:
    near = nearest(value, target.rows[key.reference[0]].head(_CANDIDATES).to_list())
    return f'did you mean "{near}"?' if near else None


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
    target = key.resource or table.name
    known = (
        snapshot.tables[target].rows
        if target not in profile_labels()
        else snapshot.labels(target, *key.reference)
    )
    parents = known.select(hashed(key.reference)).to_series()
    filled = pl.all_horizontal(pl.col(name) != "" for name in key.fields)
    if table.name not in snapshot.due:  # labels are looked for in the batch that has their document
        filled &= snapshot.batch.owns(key.fields[0])
    children = table.texts.select(LINE, *key.fields).filter(filled)
    return children.filter(~hashed(key.fields).is_in(parents.implode())).select(LINE)


def prefixes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the rows whose id begins with another document than the row they belong to."""
    for name, own, parent in _OWN:
        if name in snapshot.due and snapshot.readable(name):
            table = snapshot.tables[name]
            apart = documents_of(table.sound[own]) != documents_of(table.sound[parent])
            wrong = table.sound.filter(apart & (table.sound[parent] != ""))
            for row in wrong.iter_rows(named=True):
                message = f"{row[own]!r} belongs to another document than {row[parent]!r}"
                yield RULES["key.document-prefix"].issue(place(table, row, parent), row[parent], message)


_DUPLICATES = ("key.duplicate", "event.duplicate-argument", "reg.duplicate-qid", "split.duplicate")
_MISSING = ("key.missing-parent", "key.orphans", "prov.annotator", "link.stale")
CHECKS = (
    Check(tuple(RULES[code] for code in _DUPLICATES), duplicates, stages=EVERYWHERE),
    Check(tuple(RULES[code] for code in _MISSING), references, stages=EVERYWHERE),
    Check((RULES["key.document-prefix"],), prefixes, stages=EVERYWHERE),
)
