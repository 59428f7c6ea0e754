"""L3: keys that tell rows apart, and references that lead somewhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks.characters import RULES as CHARACTERS
from tigris_corpus.checks.characters import hidden_in
from tigris_corpus.checks.rule import EVERYWHERE, Check, Undecidable, by_code, error, place, rows_at
from tigris_corpus.descriptor import TEXT_TABLE, nearest
from tigris_corpus.engine.expressions import (
    document_expr,
    full_match,
    hashed,
    is_supported,
    number_of,
    same_documents,
)
from tigris_corpus.engine.reader import LINE
from tigris_corpus.engine.snapshot import LABEL_TABLES, id_column, profile_labels
from tigris_corpus.issues import Location
from tigris_corpus.paths import MAX_TEXT, PathError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import ForeignKey
    from tigris_corpus.engine.snapshot import Elsewhere, Snapshot, Table
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        3,
        "key.duplicate",
        "Two rows of one key cannot be told apart by what refers to them.",
        "remove the later row, or give it a key of its own",
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
        "use the id that deprecated.csv gives in its place; where it gives none, remove the row",
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
_NO_SUCCESSOR = "deprecated.csv gives no one id in its place: use one that it gives, or remove the row"
_REPEATS = 20_000
"""How many rows of one key are looked at in all batches together."""
_GUESSED = 20
_CANDIDATES = 5000
"""How many issues are given the nearest id, and among how many: guessing is slow."""
_NAMING = {"sentences": "sentence_id", "adjudication": "adjudication_id"}
"""The tables whose rows name their document in a column, and their ids, which begin with it."""
_OWN = (
    ("mentions", "mention_id", "sentence_id"),
    ("events", "event_id", "sentence_id"),
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
        for key in dict.fromkeys(keys):
            is_cut = snapshot.elsewhere is not None and table.name in LABEL_TABLES
            found = _in_all(snapshot, table, key) if is_cut else _in_table(snapshot, table, key)
            for row, before, code, run in found:
                if row[LINE] not in seen:
                    seen.add(row[LINE])
                    fault = f"{table.name} {key} {run}"  # rows pasted again in one go
                    value = "+".join(str(row[name]) for name in key)
                    message = f"{', '.join(key)} {value!r} stands already on line {before.line or before.row}"
                    at, hint = place(table, row, key[0]), _own_id(table, key, code)
                    yield RULES[code].issue(at, value, message, hint, related=(before,), fault=fault)


def _own_id(table: Table, key: tuple[str, ...], code: str) -> str | None:
    """Return how a row gets a key of its own, where its ids are numbered or its key is of several columns."""
    if code != "key.duplicate":
        return None
    if len(key) > 1:
        return f"remove the later row, or mend its {' or '.join(key)}"
    is_numbered = (table.schema.field(key[0]).pattern or "").endswith(_NUMBERED)
    return "give the later row the next free id, or remove it" if is_numbered else None


_NUMBERED = "(0[0-9]{2}|[1-9][0-9]{2,})"
"""The number in an id, written in one way only: three digits, or more where it has more."""
_Repeat = tuple[dict[str, Any], Location, str, Any]
"""A row whose key stands before it: the row, the place of the first with the key, the code, and what tells its run."""


def _in_table(snapshot: Snapshot, table: Table, key: tuple[str, ...]) -> Iterator[_Repeat]:
    """Yield the rows of a table that repeat the key of an earlier one, but those that are in doubt."""
    runs = _Runs()
    told: set[int] | None = None
    for row, first in _repeated(table.rows, key):
        told = _told_otherwise(snapshot, table, key) if told is None else told
        run = runs.of(row[LINE], first[LINE])
        if row[LINE] not in told:
            yield row, place(table, first), _duplicate_code(table, key, row, first), run


def _told_otherwise(snapshot: Snapshot, table: Table, key: tuple[str, ...]) -> set[int]:
    """Return the rows in doubt, and the documents whose hash is not that of their text, or is one that is wrong in another."""
    told = set(table.doubtful[LINE])
    if (table.name, key) == (TEXT_TABLE, ("sha256",)):
        repeated = table.rows.filter(pl.col("sha256").is_duplicated() & (pl.col("sha256") != ""))
        wrong = [row for row in repeated.iter_rows(named=True) if not _has_its_hash(snapshot, row)]
        told |= {row[LINE] for row in wrong}
        counts = repeated.filter(~pl.col(LINE).is_in([row[LINE] for row in wrong]))["sha256"]
        single = counts.filter(~counts.is_duplicated())
        told |= set(repeated.filter(pl.col("sha256").is_in(single.implode()))[LINE])
    return told


def _has_its_hash(snapshot: Snapshot, row: dict[str, Any]) -> bool:
    """Whether the text of a document has the hash that its row gives, as far as it can be read."""
    try:
        text = snapshot.package.gate.read(row["text_path"], MAX_TEXT)
    except PathError:
        return True  # the path is what is wrong
    return bool(hashlib.sha256(text).hexdigest() == row["sha256"])


class _Runs:
    """The runs of rows that stand one after another as those do that they repeat: they were pasted in one go."""

    def __init__(self) -> None:
        self._run: object = None
        self._last = (0, 0)

    def of(self, row: int, first: int, mark: object = None) -> object:
        """Return what tells the run of a row: the mark, or else the number, of the row that it begins with."""
        if (row - 1, first - 1) != self._last:
            self._run = mark or row
        self._last = (row, first)
        return self._run


@dataclass(frozen=True)
class _Repeats:
    """The rows of all batches that repeat a key, by file and row: where the first with the key is, and their run."""

    hashes: pl.Series
    firsts: dict[tuple[str | None, int | None], tuple[Location, Any]]
    is_whole: bool


def _in_all(snapshot: Snapshot, table: Table, key: tuple[str, ...]) -> Iterator[_Repeat]:
    """Yield the rows of a batch that repeat the key of an earlier row, of the same batch or of another."""
    elsewhere, code = snapshot.elsewhere, "key.duplicate"
    if table.name == "arguments" and key == table.schema.primary_key:
        code = "event.duplicate-argument"
    is_within = id_column(table.schema) in key  # such a key is repeated inside a document, if anywhere
    if elsewhere is None or (is_within and _is_unique(table.rows, key)):
        return
    repeats = elsewhere.once((table.name, "repeats", key), lambda: _repeats(elsewhere, table, key))
    rows = _filled(table.texts, key).filter(hashed(key).is_in(repeats.hashes.implode())).sort(LINE)
    for row in rows.iter_rows(named=True):
        file, _, number = table.locate(row[LINE])
        if (file, number) in repeats.firsts:
            before, run = repeats.firsts[file, number]
            yield row, before, code, run
    if not repeats.is_whole:
        raise Undecidable(f"{table.name} has more rows of one key than are looked at")


def _repeats(elsewhere: Elsewhere, table: Table, key: tuple[str, ...]) -> _Repeats:
    """Return the rows of a table, in all batches, that repeat the key of an earlier one."""
    hashes = elsewhere.keys(table.name, key)
    hashes = hashes.filter(hashes.is_duplicated()).unique()
    order = {path: number for number, path in enumerate(table.resource.paths)}
    found: list[tuple[tuple[int, int], tuple[Any, ...], Location]] = []
    for piece in elsewhere.tables(table.name) if len(hashes) else ():
        rows = _filled(piece.rows, key).filter(hashed(key).is_in(hashes.implode()))
        for row in rows.head(_REPEATS + 1 - len(found)).iter_rows(named=True):
            at = place(piece, row)
            found.append(((order.get(at.file or "", 0), at.row or 0), tuple(row[name] for name in key), at))
    firsts: dict[tuple[Any, ...], tuple[tuple[int, int], Location]] = {}
    runs = _Runs()
    repeated: dict[tuple[str | None, int | None], tuple[Location, Any]] = {}
    for number, values, at in sorted(found[:_REPEATS], key=itemgetter(0)):
        first = firsts.setdefault(values, (number, at))
        if first[0] != number:
            run = runs.of(number[1], first[0][1], mark=f"{at.file} {at.row}")
            repeated[at.file, at.row] = (first[1], run)
    return _Repeats(hashes, repeated, is_whole=len(found) <= _REPEATS)


def _duplicate_code(table: Table, key: tuple[str, ...], row: dict[str, Any], first: dict[str, Any]) -> str:
    """Return the code of a repeated key: its own, where the fault has a name of its own."""
    if (table.name, key) == ("entities", ("wikidata",)):
        return "reg.duplicate-qid"
    if table.name == "arguments" and key == table.schema.primary_key:
        return "event.duplicate-argument"
    if (table.name, key) == (TEXT_TABLE, ("sha256",)) and row["split"] != first["split"]:
        return "split.duplicate"
    return "key.duplicate"


_SMALL = 10_000
"""A column of fewer rows is counted as it is, and not by hashes."""


def _is_unique(frame: pl.DataFrame, key: tuple[str, ...]) -> bool:
    if len(key) == 1 and frame.height:  # ids stand in their order, but for some that were added later
        cells = frame[key[0]]
        if (cells[1:] > cells[:-1]).all():
            return True
        if frame.height < _SMALL:
            return cells.n_unique() == frame.height
    return frame.select(hashed(key)).to_series().n_unique() == frame.height


def _filled(frame: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows that have a key: an empty key of one column is none."""
    return frame.filter(pl.col(key[0]) != "") if len(key) == 1 else frame


def _repeated(frame: pl.DataFrame, key: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the rows that repeat the key of an earlier row, with that row."""
    by = list(key)
    if _is_unique(frame, key):
        return
    repeated = _filled(frame, key).filter(pl.struct(by).is_duplicated()).sort(LINE)
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
        lost = _lost(snapshot, table, key)
        if not lost.height:
            continue
        found = {line: "+".join(cells) for line, *cells in lost.select(LINE, *key.fields).iter_rows()}
        for row in rows_at(table, lost.select(LINE)):
            wanted = name, found[row[LINE]]
            if wanted not in hints and wanted not in excused:
                if name not in excuses:
                    excuses[name] = _unknown_keys(snapshot.tables[name])
                if _is_there(snapshot, name, wanted[1]):
                    excused.add(wanted)
                elif excuses[name]:
                    excuses[name] -= 1
                    excused.add(wanted)  # a row is there whose key is reported as wrong: most likely this one
                else:
                    hints[wanted] = (
                        _near(snapshot.tables[name], key, wanted[1]) if len(hints) < _GUESSED else None
                    )
            if wanted in hints:
                yield _missing(table, row, key, wanted, hints[wanted], withdrawn.get(wanted))


def _is_there(snapshot: Snapshot, name: str, value: str) -> bool:
    """Whether a row that could not be read, and is reported as broken, holds a key."""
    if snapshot.tables[name].may_hold(value):
        return True
    document = value.partition("-")[0]
    is_own = document[:1] == "D" and document[1:].isdecimal() and snapshot.batch.has(document)
    if snapshot.elsewhere is None or name not in LABEL_TABLES or is_own:
        return False
    return any(piece.may_hold(value) for piece in snapshot.elsewhere.lost(name))


def _missing(
    table: Table,
    row: dict[str, Any],
    key: ForeignKey,
    wanted: tuple[str, str],
    hint: str | None,
    successor: str | None,
) -> Issue:
    """Return the issue of a reference that leads nowhere, by what is known of why."""
    name, value = wanted
    at = place(table, row, key.fields[0])
    code, message = "key.missing-parent", f"{value!r} is not in {name}"
    if hidden := hidden_in(value):
        rule = CHARACTERS["enc.invisible-char"]
        return rule.issue(at, value, f"{value!r} has a character that does not show: {hidden}")
    if successor is not None:
        code, message = "link.stale", f"{value!r} is withdrawn, by deprecated.csv"
        hint = f'use "{successor}" in its place; tigris fmt --fix does it' if successor else _NO_SUCCESSOR
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
    if table.name in _NAMING:
        is_wrong |= document_expr(key.name) != pl.col("document_id")
    return table.doubtful.filter(is_wrong).height + repeated


def _is_enumeration(snapshot: Snapshot, table: Table, key: ForeignKey) -> bool:
    return len(key.fields) == 1 and snapshot.package.vocabulary_of(table.name, key.fields[0]) is not None


def _lost(snapshot: Snapshot, table: Table, key: ForeignKey) -> pl.DataFrame:
    """Return the lines of the rows of a table whose reference by one key leads nowhere, with the reference as text."""
    target = key.resource or table.name
    if _is_looked_up(snapshot, table, key, target):
        (column,) = key.fields
        places = snapshot.places(table.name, column, target)
        if not places.null_count():
            return pl.DataFrame(schema={LINE: pl.UInt32, column: pl.String})
        named = table.sound.select(LINE, column)
        lost = named.filter(places.is_null() & (named[column] != ""))
        return _not_elsewhere(snapshot, lost, key, target) if lost.height else lost
    known = (
        snapshot.tables[target].rows
        if target not in profile_labels()
        else snapshot.labels(target, *key.reference)
    )
    parents = known.select(hashed(key.reference)).to_series()
    filled = pl.all_horizontal(pl.col(name) != "" for name in key.fields)
    if table.name not in snapshot.due:  # labels are looked for in the batch that has their document
        filled &= snapshot.batch.owns(key.fields[0])
    children = table.texts.select(LINE, *key.fields, asked=hashed(key.fields), filled=filled)
    is_another = pl.col("asked").ne_missing(pl.col("asked").shift())  # what refers to one row stands together
    asked = children.filter("filled", is_another)["asked"]
    if len(asked) < len(parents):  # a set of the fewer is soon made
        parents = parents.filter(parents.is_in(asked.implode()))
    unknown = asked.filter(~asked.is_in(parents.implode()))
    lost = children.filter("filled", pl.col("asked").is_in(unknown.implode())).select(LINE, *key.fields)
    return _not_elsewhere(snapshot, lost, key, target) if lost.height else lost


def _is_looked_up(snapshot: Snapshot, table: Table, key: ForeignKey, target: str) -> bool:
    """Whether a reference is one by the key of another table that is all there, as those are that later checks go by."""
    parent = snapshot.tables[target]
    return (
        table.name in snapshot.due
        and target not in profile_labels()
        and parent.whole
        and len(key.fields) == 1
        and key.reference == parent.schema.key
        and table.sound.schema[key.fields[0]] == parent.sound.schema[key.reference[0]] == pl.String
    )


def _not_elsewhere(snapshot: Snapshot, lost: pl.DataFrame, key: ForeignKey, target: str) -> pl.DataFrame:
    """Return the references that lead to no label of another batch either; a row of the batch would be in it."""
    if snapshot.elsewhere is None or target not in LABEL_TABLES:
        return lost
    is_own = snapshot.batch.owns(key.fields[0]) & number_of(key.fields[0]).is_not_null()
    is_id = key.reference == (id_column(snapshot.tables[target].schema),)
    if is_id and lost.select(is_own.all()).item():
        return lost
    asked = lost.select(hashed(key.fields)).to_series()
    known = snapshot.elsewhere.keys(target, key.reference)
    return lost.filter(~hashed(key.fields).is_in(known.filter(known.is_in(asked.implode())).implode()))


def own_prefixes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the rows whose id begins with another document than they name: what refers to the right id is excused."""
    for name, own in _NAMING.items():
        if name in snapshot.due and snapshot.readable(name):
            is_own = pl.col(own).str.starts_with(pl.col("document_id") + "-")
            yield from _other_documents(snapshot.tables[name], is_own, own, "document_id")


def prefixes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the rows whose id begins with another document than the row they belong to."""
    for name, own, parent in _OWN:
        if name in snapshot.due and snapshot.readable(name):
            begins = _documents_of_sentences(snapshot, name) if name in LABEL_TABLES else None
            if begins is None:
                rows = snapshot.sound(name)
                is_own = pl.lit(same_documents(rows[own], rows[parent]))
            else:
                is_own = pl.col(own).str.starts_with(pl.lit(begins))
            yield from _other_documents(snapshot.tables[name], is_own, own, parent)


def _documents_of_sentences(snapshot: Snapshot, name: str) -> pl.Series | None:
    """Return what an id begins with that is of the document of its sentence, or None where sentences are in doubt."""
    if not snapshot.readable("sentences"):
        return None
    documents = snapshot.sound("sentences")["document_id"] + "-"
    begins = documents.gather(snapshot.places(name, "sentence_id", "sentences"))
    return None if begins.null_count() else begins


def _other_documents(table: Table, is_own: pl.Expr, own: str, parent: str) -> Iterator[Issue]:
    wrong = table.sound.select(LINE, own, parent).filter(~is_own)
    for row in rows_at(table, wrong.filter(pl.col(parent) != "").select(LINE)):
        message = f"{row[own]!r} belongs to another document than {row[parent]!r}"
        yield RULES["key.document-prefix"].issue(place(table, row, parent), row[parent], message)


_DUPLICATES = ("key.duplicate", "event.duplicate-argument", "reg.duplicate-qid", "split.duplicate")
_MISSING = ("key.missing-parent", "key.orphans", "prov.annotator", "link.stale")
CHECKS = (
    Check(tuple(RULES[code] for code in _DUPLICATES), duplicates, stages=EVERYWHERE),
    Check((RULES["key.document-prefix"],), own_prefixes, stages=EVERYWHERE),
    Check(tuple(RULES[code] for code in _MISSING), references, stages=EVERYWHERE),
    Check((RULES["key.document-prefix"],), prefixes, stages=EVERYWHERE),
)
