"""L5: the passes as they were made: each record by the schemas of its rows, against its text and its own ids.

A pass is kept as an annotator made it, so that nothing is asked of it that only adjudicated labels owe: it may
disagree with the tables in every label. But it has to be readable, and to be the pass that passes.csv says it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tigris_corpus import jsontext
from tigris_corpus.checks import settled
from tigris_corpus.checks.package import RULES as PACKAGE
from tigris_corpus.checks.rule import Check, by_code, error, place
from tigris_corpus.checks.settled import Read, Settlement
from tigris_corpus.checks.values import form_of
from tigris_corpus.descriptor import SPANS, TEXT_TABLE, nearest, profile
from tigris_corpus.engine.reader import LINE, read_table
from tigris_corpus.engine.slices import Kept
from tigris_corpus.engine.snapshot import profile_labels
from tigris_corpus.issues import Location
from tigris_corpus.paths import MAX_JSON, PathError
from tigris_corpus.record_schema import OF_PASS, TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tigris_corpus.descriptor import Field, TableSchema
    from tigris_corpus.engine.snapshot import Batch, Snapshot, Table
    from tigris_corpus.issues import Issue
    from tigris_corpus.paths import Gate

RULES = by_code(
    error(
        5,
        "pass.json",
        "A record that cannot be read, or says one thing twice, is lost to whoever measures agreement.",
        "mend the JSON at the line given, or restore the file as it was made",
        bad='{"document_id": "D000", "mentions": [',
        good='{"document_id": "D000", "mentions": []}',
    ),
    error(
        5,
        "pass.record",
        "The rows of a record have the columns, types and labels of the tables that they are rows of.",
        "mend the value at the place given",
        bad='{"event_type": "ASSAUT"}',
        good='{"event_type": "ASSAULT"}',
    ),
    error(
        5,
        "pass.provenance",
        "A record says who made it, in which round and by which guidelines, and passes.csv says the same.",
        "mend the record or its row in passes.csv, whichever is wrong",
        bad='"round": 2 in a file that passes.csv has as round 1',
        good='"round": 1 in both',
    ),
    error(
        5,
        "pass.text-mismatch",
        "A span of a pass is a slice of the raw text, as those of the tables are.",
        "restore whichever was changed, the pass as it was made or the text as it was annotated; offsets are code points",
        bad='"start": 1, "end": 6, "text": "Paris" where 0 to 5 is "Paris"',
        good='"start": 0, "end": 5, "text": "Paris"',
    ),
    error(
        5,
        "pass.reference",
        "What a record refers to is in the record or in the tables, once.",
        "restore the pass as it was made",
        bad='an argument with "mention_id": "D000-M099", which the record has not',
        good='an argument with "mention_id": "D000-M001", which the record has',
    ),
    error(
        5,
        "pass.coverage",
        "A pass that cuts a text has every character that shows in one row, as the tables have.",
        "restore the pass as it was made",
        bad="a pass without the second sentence of a text",
        good="a pass with every sentence of a text",
    ),
)
_LINKS = (
    ("mentions", "sentence_id", "sentences"),
    ("mentions", "entity_id", "entities"),
    ("events", "sentence_id", "sentences"),
    ("events", "incident_id", "incidents"),
    ("entity_relations", "subject_id", "entities"),
    ("entity_relations", "object_id", "entities"),
    ("incidents", "location_id", "entities"),
    ("incidents", "part_of", "incidents"),
)
"""The columns of a record that refer to rows of the record or of a table."""
_INSIDE = {"modes": "event_modes", "arguments": "arguments"}
_CUT = ("document_id", "start", "end", "zone", "text")
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_SHOWN = 100
_NEARBY = 40
_GUESSED = 20
"""For how many values of a file the nearest one is looked for: guessing is slow."""
MAX_FILE = 256 * 2**20
"""The largest file of passes, in bytes; a line of one has ``MAX_JSON`` at the most. A pass may be several files."""
_BLOCK = 2**20
_NAMED = re.compile(rb'"(D[0-9]+)"')
_DOCUMENT = re.compile("(D[0-9]{3,})-")


class _Vocabulary(NamedTuple):
    """The name of a vocabulary and its labels."""

    name: str
    labels: frozenset[str]


@dataclass(frozen=True)
class _Pass:
    """A file of passes and what passes.csv says of it: the rows that name the file, and the batch that is looked at.

    ``texts`` are the raw texts of the batch, but for ``doubtful`` ones, and ``read`` takes the records in which nothing
    is wrong. ``guesses`` are the hints that were given, and ``columns`` those of each table that a row was of, with the
    vocabulary of each that has one.
    """

    path: str
    rows: list[dict[str, Any]]
    batch: Batch
    texts: Kept
    doubtful: set[str]
    known: Settlement
    read: list[Read]
    guesses: dict[tuple[str, str], str | None] = field(default_factory=dict)
    columns: dict[str, dict[str, tuple[Field, _Vocabulary | None]]] = field(default_factory=dict)

    @cached_property
    def documents(self) -> dict[str, list[dict[str, Any]]]:
        """The rows by the document that they name."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self.rows:
            found.setdefault(row["document_id"], []).append(row)
        return found

    @cached_property
    def due(self) -> frozenset[str]:
        """Those of them that are of the batch."""
        return frozenset(document for document in self.documents if self.batch.has(document))

    @property
    def is_first(self) -> bool:
        """Whether the batch has the document of the first row: in it, what belongs to no document is looked at."""
        return self.rows[0]["document_id"] in self.due

    def has(self, document: str) -> bool:
        """Return whether what is of a document is looked at now; the file may name one that its rows do not."""
        return document in self.due or (self.is_first and document not in self.documents)

    def raw(self, document: str) -> str | None:
        """Return the text of a document, or None where it is not known for certain."""
        return self.texts.of(document) if document in self.texts and document not in self.doubtful else None

    def near(self, what: str, value: str, allowed: Collection[str]) -> str | None:
        """Return the hint which of the allowed values was meant, for the first of the values that are none of them."""
        if (what, value) not in self.guesses and len(self.guesses) < _GUESSED:
            found = nearest(value, list(allowed))
            self.guesses[what, value] = f'did you mean "{found}"?' if found else None
        return self.guesses.get((what, value))


@dataclass(frozen=True)
class _Fault:
    """A fault in a record: its code, where in the record, the value, and what is wrong.

    Faults of one ``cause`` are one.
    """

    code: str
    pointer: str
    value: Any
    message: str
    hint: str | None = None
    start: int | None = None
    end: int | None = None
    cause: str | None = None


def records(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield what is wrong in the files of passes, one issue a value."""
    declared = {path for resource in snapshot.package.resources for path in resource.paths}
    table = snapshot.tables["passes"]
    of_file: dict[str, list[dict[str, Any]]] = {}
    kept = table.sound.filter(table.sound["path"].is_in(sorted(declared)))
    for row in kept.sort(LINE).iter_rows(named=True):
        of_file.setdefault(row["path"], []).append(row)
    texts = Kept(snapshot.raw_texts, "document_id", "raw")
    doubtful = snapshot.doubtful(TEXT_TABLE, "sentences")
    named = {row["document_id"] for rows in of_file.values() for row in rows}
    known = Settlement(snapshot, {document for document in named if snapshot.batch.has(document)})
    read: list[Read] = []
    for path, rows in of_file.items():
        found = _Pass(path, rows, snapshot.batch, texts, doubtful, known, read)
        if not found.due:
            continue
        try:
            yield from _in_cut(snapshot, found) if path.endswith(".csv") else _in_file(snapshot, found)
        except PathError as error:
            if found.is_first:
                yield PACKAGE[error.code].issue(Location(file=path), path, str(error))
    yield from settled.told(snapshot, read)
    yield from settled.labels(snapshot, known, read)


def _lines(gate: Gate, path: str) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines of a file that are not blank, with their numbers; one that is too long is None."""
    size = gate.size(path)
    if size > MAX_FILE:
        raise PathError("pkg.unreadable-file", path, f"is larger than {MAX_FILE:,} bytes")
    number, rest, is_long = 1, b"", False
    for at in range(0, size, _BLOCK):
        *whole, rest = (rest + gate.part(path, at, _BLOCK)).split(b"\n")
        for line in whole:
            if is_long or len(line) > MAX_JSON:
                yield number, None
            elif line.strip():
                yield number, line
            number, is_long = number + 1, False
        is_long |= len(rest) > MAX_JSON
        rest = b"" if is_long else rest
    if is_long or rest.strip():
        yield number, None if is_long else rest


def _schema(snapshot: Snapshot, table: str) -> TableSchema:
    """Return the schema of a table, the profile's where the package has none that can be relied on."""
    return snapshot.package.schema(table) if snapshot.readable(table) else profile().schema(table)


def _in_file(snapshot: Snapshot, kept: _Pass) -> Iterator[Issue]:
    """Yield what is wrong in a file of records."""
    gate, others = snapshot.package.gate, snapshot.elsewhere
    seen: dict[str, int] = {}
    is_torn = not kept.is_first and (
        others is None or others.once(("torn", kept.path), lambda: _is_torn(gate, kept.path))
    )
    for number, record in _records(gate, kept):
        if isinstance(record, jsontext.JsonError):
            at = Location(file=kept.path, line=number, column=record.column)
            yield RULES["pass.json"].issue(at, None, str(record), fault=kept.path)
            is_torn = True
            continue
        document = _named(record)
        if document is None:
            is_torn = True
        else:
            yield from _in_rows_of(snapshot, kept, record, document)
        twice = f"line {seen[document]} is a record of {document} already" if document in seen else None
        again = [_Fault("pass.provenance", "/document_id", document, twice)] if twice else None
        faults = again or list(_in_record(snapshot, kept, record))
        for fault in faults:
            yield _as_issue(kept.path, number, document, fault)
        if not faults and document in kept.due:
            layers = frozenset(row["layer"] for row in kept.documents[document])
            kept.read.append(settled.read(kept.known, kept.path, number, layers, record))
        if document is not None:
            seen.setdefault(document, number)
    if is_torn or snapshot.may_lack_rows:
        return  # a record that is missed may be the one that cannot be read
    for document in sorted(kept.due - seen.keys()):
        at = Location(file=kept.path, document=document)
        message = f"passes.csv has a pass of {document} in this file, and the file has no record of it"
        yield RULES["pass.provenance"].issue(at, document, message)


def _records(gate: Gate, kept: _Pass) -> Iterator[tuple[int, Any]]:
    """Yield the lines of a file that are looked at now: the number, and the record, or why there is none."""
    is_torn = False
    for number, line in _lines(gate, kept.path):
        if not kept.is_first and not _may_name(line, kept.due):
            continue
        try:
            record = _loaded(line)
        except jsontext.JsonError as problem:
            is_torn = True
            if kept.is_first:
                yield number, problem
            continue
        document = _named(record)
        is_piece = is_torn and not isinstance(record, dict)  # of a record that is spread over lines
        if not is_piece and (kept.is_first if document is None else kept.has(document)):
            yield number, record


def _named(record: Any) -> str | None:
    """Return the document that a record names, or None where it names none."""
    named = record.get("document_id") if isinstance(record, dict) else None
    return named if isinstance(named, str) else None


def _may_name(line: bytes | None, documents: frozenset[str]) -> bool:
    """Whether a line may be the record of one of some documents."""
    if line is None or b"\\" in line:
        return line is not None
    return any(name.decode() in documents for name in _NAMED.findall(line))


def _is_torn(gate: Gate, path: str) -> bool:
    """Whether a file has a line that is no record of any document."""
    for _, line in _lines(gate, path):
        try:
            record = _loaded(line)
        except jsontext.JsonError:
            return True
        if _named(record) is None:
            return True
    return False


def _loaded(line: bytes | None) -> Any:
    """Return the record of a line. Raises JsonError."""
    if line is None:
        raise jsontext.JsonError("pass.json", f"the line is longer than {MAX_JSON:,} bytes")
    return jsontext.loads(line)


def _as_issue(path: str, line: int, document: str | None, fault: _Fault) -> Issue:
    """Return the issue of a fault in a record."""
    at = Location(
        file=path,
        line=line,
        pointer=fault.pointer,
        document=document,
        start=fault.start,
        end=fault.end,
    )
    value = None if fault.value is None else str(fault.value)[:_SHOWN]
    return RULES[fault.code].issue(at, value, fault.message, fault.hint, fault=fault.cause)


def _in_rows_of(snapshot: Snapshot, kept: _Pass, record: dict[str, Any], document: str) -> Iterator[Issue]:
    """Yield the rows of passes.csv that say of a record what the others and the record do not."""
    table = snapshot.tables["passes"]
    own = kept.documents.get(document, [])
    for name in OF_PASS:
        odd = [row for row in own if name in record and row[name] != record[name]]
        for row in odd if len(odd) < len(own) else ():
            message = f"{name} is {row[name]!r} here, and {str(record[name])[:_SHOWN]!r} in the record of {document}"
            yield RULES["pass.provenance"].issue(
                place(table, row, name), row[name], message, fault=f"{document} {name}"
            )


def _in_record(snapshot: Snapshot, kept: _Pass, record: Any) -> Iterator[_Fault]:
    """Yield what is wrong with a record, in the order of its rows; a record of no known document is one fault."""
    if not isinstance(record, dict) or not isinstance(record.get("document_id"), str):
        yield _Fault("pass.record", "", None, "a record is an object with a document_id")
        return
    document = record["document_id"]
    own = kept.documents.get(document, [])
    if not own and snapshot.may_lack_rows:
        return  # its document, or its row of passes, is reported as lost
    if not own:
        message = f"passes.csv has no pass of {document!r} in this file"
        yield _Fault("pass.provenance", "/document_id", document, message)
        return
    yield from _maker(record, own)
    for name in record:
        if name not in {"document_id", *OF_PASS, *TABLES}:
            yield _Fault(
                "pass.record", f"/{jsontext.escape(name)}", name, f"a record has no {name[:_SHOWN]!r}"
            )
    for name in TABLES:
        rows = record.get(name, [] if name not in {"mentions", "events"} else None)
        if not isinstance(rows, list):
            yield _Fault("pass.record", f"/{name}", None, f"a record has a list of {name}")
            continue
        for number, row in enumerate(rows):
            yield from _in_row(snapshot, kept, name, row, f"/{name}/{number}")
    yield from _references(snapshot, kept, record)
    yield from _spans(kept, record)


def _maker(record: dict[str, Any], own: list[dict[str, Any]]) -> Iterator[_Fault]:
    """Yield what a record says of who made it that no row of passes.csv does."""
    for name in OF_PASS:
        values = {row[name] for row in own}
        if name in record and record[name] not in values and len(values) == 1:
            said = " or ".join(sorted(map(str, values)))
            message = f"{name} is {str(record[name])[:_SHOWN]!r}, and {said} in passes.csv"
            yield _Fault("pass.provenance", f"/{name}", record[name], message)


def _in_row(snapshot: Snapshot, kept: _Pass, table: str, row: Any, pointer: str) -> Iterator[_Fault]:
    """Yield what is wrong with a row by the schema of its table."""
    if not isinstance(row, dict):
        yield _Fault("pass.record", pointer, None, f"a row of {table} is an object")
        return
    columns = _columns(snapshot, kept, table)
    for name in row:
        if name not in columns and not (table == "events" and name in _INSIDE):
            hint = kept.near(table, name[:_SHOWN], tuple(columns))
            message = f"{table} has no column {name[:_SHOWN]!r}"
            yield _Fault("pass.record", f"{pointer}/{jsontext.escape(name)}", name, message, hint)
    for name, (column, vocabulary) in columns.items():
        if name in row:
            fault = _in_cell(kept, column, vocabulary, row[name])
            if fault:
                yield _Fault("pass.record", f"{pointer}/{name}", row[name], *fault)
        elif column.required and (table, name) != ("arguments", "event_id"):
            yield _Fault("pass.record", pointer, None, f"the row has no {name}")
    if table == "events":
        for name in _INSIDE:
            yield from _in_list(snapshot, kept, row, name, f"{pointer}/{name}")


def _columns(snapshot: Snapshot, kept: _Pass, table: str) -> dict[str, tuple[Field, _Vocabulary | None]]:
    if table not in kept.columns:
        kept.columns[table] = {
            column.name: (column, _vocabulary(snapshot, table, column.name))
            for column in _schema(snapshot, table).fields
        }
    return kept.columns[table]


def _in_list(
    snapshot: Snapshot, kept: _Pass, event: dict[str, Any], name: str, pointer: str
) -> Iterator[_Fault]:
    """Yield what is wrong with the modes or the arguments of an event."""
    items = event.get(name, [])
    if not isinstance(items, list):
        yield _Fault("pass.record", pointer, None, f"{name} is a list")
        return
    if len({str(item) for item in items}) < len(items):
        yield _Fault("pass.record", pointer, None, f"{name} has one item twice")
    for number, item in enumerate(items):
        cells = {"event_id": event.get("event_id", ""), "mode": item} if name == "modes" else item
        yield from _in_row(snapshot, kept, _INSIDE[name], cells, f"{pointer}/{number}")


def _in_cell(
    kept: _Pass, field: Field, vocabulary: _Vocabulary | None, value: Any
) -> tuple[str, str | None] | None:
    """Return what is wrong with a value and how to mend it, by its column's type and constraints; or None."""
    if not isinstance(value, _TYPES[field.type]) or (field.type != "boolean" and isinstance(value, bool)):
        return f"{_shown(value)} is no {field.type}", None
    if vocabulary:
        if value not in vocabulary.labels:
            hint = kept.near(vocabulary.name, str(value)[:_SHOWN], vocabulary.labels)
            return f"{_shown(value)} is not in {vocabulary.name}", hint
    elif field.pattern and isinstance(value, str) and not _form(field.pattern).fullmatch(value):
        return f"{_shown(value)} has not the form of {field.name}: {form_of(field)}", None
    if field.minimum is not None and value < field.minimum:
        return f"{_shown(value)} is below {field.minimum:g}", None
    if field.maximum is not None and value > field.maximum:
        return f"{_shown(value)} is above {field.maximum:g}", None
    return None


def _shown(value: object) -> str:
    return repr(value)[:_SHOWN]


def _vocabulary(snapshot: Snapshot, table: str, column: str) -> _Vocabulary | None:
    """Return the vocabulary of a column, or None where it has none whose labels can be read."""
    key = snapshot.package.vocabulary_of(table, column) if snapshot.readable(table) else None
    if not key or not snapshot.readable(key.resource):
        return None
    return _Vocabulary(key.resource, _labels(snapshot, key.resource, key.reference[0]))


def _labels(snapshot: Snapshot, vocabulary: str, column: str) -> frozenset[str]:
    return _distinct(snapshot.tables[vocabulary], column)


@lru_cache(maxsize=64)
def _distinct(table: Table, column: str) -> frozenset[str]:
    own = frozenset(table.rows[column])
    if table.name not in profile_labels():
        return own
    return own.union(profile_labels()[table.name][column])  # what is gone is reported where it is gone


@cache
def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _rows(record: dict[str, Any], table: str) -> list[tuple[int, dict[str, Any]]]:
    rows = record.get(table)
    return [(n, row) for n, row in enumerate(rows) if isinstance(row, dict)] if isinstance(rows, list) else []


def _references(snapshot: Snapshot, kept: _Pass, record: dict[str, Any]) -> Iterator[_Fault]:
    """Yield the ids that stand twice in a record, and those that lead nowhere or to another document."""
    twice = list(_repeated(snapshot, record))
    yield from twice
    yield from _of_another(snapshot, record)
    if any(fault.pointer.startswith("/mentions/") for fault in twice):
        return  # what refers to the other one has lost it
    mentions = {str(row.get("mention_id")) for _, row in _rows(record, "mentions")}
    for number, event in _rows(record, "events"):
        for position, filler in _rows(event, "arguments"):
            named = filler.get("mention_id")
            if isinstance(named, str) and named not in mentions:
                where = f"/events/{number}/arguments/{position}/mention_id"
                yield _of_id(where, named, f"the record has no mention {named!r}")
        source = event.get("source_mention_id")
        if isinstance(source, str) and source and source not in mentions:
            where = f"/events/{number}/source_mention_id"
            yield _of_id(where, source, f"the record has no mention {source!r}")
    if not snapshot.may_lack_rows:
        yield from _elsewhere(snapshot, kept, record)


def _of_id(pointer: str, name: str, message: str) -> _Fault:
    """Return the fault of an id that leads nowhere, or stands twice: what shows it in several places has one cause."""
    return _Fault("pass.reference", pointer, name, message, cause=name)


def _repeated(snapshot: Snapshot, record: dict[str, Any]) -> Iterator[_Fault]:
    for table in TABLES:
        key = _schema(snapshot, table).key
        seen: set[str] = set()
        for number, row in _rows(record, table):
            own = "+".join(str(row.get(name)) for name in key)
            if own in seen:
                message = f"{own!r} stands twice in the record"
                yield _of_id(f"/{table}/{number}/{key[0]}", own, message)
            seen.add(own)


def _of_another(snapshot: Snapshot, record: dict[str, Any]) -> Iterator[_Fault]:
    document = record["document_id"]
    for table in ("mentions", "events"):
        names = (_schema(snapshot, table).key[0], "sentence_id")
        for number, row in _rows(record, table):
            for name in names:
                value = row.get(name)
                if isinstance(value, str) and (own := _DOCUMENT.match(value)) and own[1] != document:
                    message = f"{value!r} is of another document than {document}"
                    yield _of_id(f"/{table}/{number}/{name}", value, message)


def _elsewhere(snapshot: Snapshot, kept: _Pass, record: dict[str, Any]) -> Iterator[_Fault]:
    """Yield what rows refer to that is neither in the record nor in the tables, nor ever was."""
    document = record["document_id"]
    keys = {table: _schema(snapshot, table).key[0] for table in TABLES}
    ids = {table: {str(row.get(key)) for _, row in _rows(record, table)} for table, key in keys.items()}
    ids["sentences"] = kept.known.sentences.get(document, set())
    for table, name, target in _LINKS:
        for number, row in _rows(record, table):
            named = row.get(name)
            if not isinstance(named, str) or named in ids[target]:
                continue
            is_of_another = target == "sentences" and not named.startswith(f"{document}-")
            if not is_of_another and not _is_or_was(snapshot, target, named):
                message = f"neither the record nor the table of {target} has {named!r}"
                yield _of_id(f"/{table}/{number}/{name}", named, message)


def _is_or_was(snapshot: Snapshot, table: str, identifier: str) -> bool:
    """Whether a table has an id, or had it and it was withdrawn; or whether that cannot be known."""
    if not snapshot.readable(table, "deprecated"):
        return True
    own, key = snapshot.tables[table], snapshot.tables[table].schema.key[0]
    if own.may_hold(identifier) or (table != "sentences" and identifier in _distinct(own, key)):
        return True
    form = own.schema.field(key).pattern
    is_formed = not form or _form(form).fullmatch(identifier)  # else it is reported as such
    return not is_formed or identifier in _distinct(snapshot.tables["deprecated"], "id")


def _spans(kept: _Pass, record: dict[str, Any]) -> Iterator[_Fault]:
    """Yield the spans of a record that are not those of the text."""
    raw = kept.raw(record["document_id"])
    if raw is None:
        return
    for table, (start_name, end_name, text_name) in zip(("mentions", "events"), SPANS, strict=True):
        for number, row in _rows(record, table):
            start, end, text = (row.get(name) for name in (start_name, end_name, text_name))
            if (
                type(start) is not int
                or type(end) is not int
                or not isinstance(text, str)
                or start < 0
                or end < 1
            ):
                continue  # reported as such
            if start >= end or raw[start:end] != text:
                message = f"{text[:_SHOWN]!r} is not what stands at {start} to {end}: {raw[max(0, start) : max(0, end)][:_SHOWN]!r}"
                yield _Fault(
                    "pass.text-mismatch", f"/{table}/{number}/{text_name}", text, message, None, start, end
                )


def _in_cut(snapshot: Snapshot, kept: _Pass) -> Iterator[Issue]:
    """Yield what is wrong in a file of sentences as an annotator cut them."""
    reading = read_table(snapshot.package.gate.read(kept.path, MAX_FILE), _cut_schema(snapshot))
    for fault in reading.faults if kept.is_first else ():
        at = Location(file=kept.path, line=fault.line, column=fault.column, field=fault.field)
        yield RULES["pass.record"].issue(at, fault.value, fault.message)
    if reading.frame is None:
        return
    cuts: dict[str, list[tuple[int, int, int, str]]] = {document: [] for document in sorted(kept.due)}
    broken: set[str] = set()
    for row in reading.frame.iter_rows(named=True):
        if kept.has(row["document_id"]):
            for code, column, message in _in_sentence(snapshot, kept, row):
                broken.add(row["document_id"])
                at = _in_cut_at(kept.path, row[LINE], row["document_id"], column)
                yield RULES[code].issue(at, row[column][:_SHOWN], message)
            if row["document_id"] in cuts and row["document_id"] not in broken:
                cuts[row["document_id"]].append((int(row["start"]), int(row["end"]), row[LINE], row["zone"]))
    if reading.faults or snapshot.may_lack_rows:
        return
    for document in sorted(kept.due - broken - kept.doubtful):
        faults = list(_uncovered(kept, document, sorted(cuts[document])))
        cut = [(start, end, zone) for start, end, _, zone in cuts[document]]
        yield from faults or settled.of_cut(snapshot, kept.known, kept.path, document, cut)


def _in_cut_at(path: str, line: int | None, document: str, field: str | None = None) -> Location:
    return Location(file=path, line=line, row=line - 1 if line else None, field=field, document=document)


def _uncovered(kept: _Pass, document: str, cut: list[tuple[int, int, int, str]]) -> Iterator[Issue]:
    """Yield the characters of a text that a cut has in no row, or in two; what is missing is at the row behind it."""
    raw, path = kept.raw(document), kept.path
    if raw is None:
        return
    before, last = 0, None
    for start, end, line, _ in [*cut, (len(raw), len(raw), None, "")]:
        lost = raw[before:start].strip()
        if lost:
            message = f"no row of {document} has {lost[:_NEARBY]!r}"
            at = _in_cut_at(path, line or last, document)
            yield RULES["pass.coverage"].issue(at, lost[:_SHOWN], message)
        elif start < before and line:
            message = f"the row starts at {start}, and the one before it ends at {before}"
            yield RULES["pass.coverage"].issue(_in_cut_at(path, line, document, "start"), start, message)
        before, last = max(before, end), line


def _in_sentence(snapshot: Snapshot, kept: _Pass, row: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a sentence of a cut: code, field, message."""
    document = row["document_id"]
    if document not in kept.documents:
        if not snapshot.may_lack_rows:
            yield "pass.provenance", "document_id", f"passes.csv has no pass of {document!r} in this file"
        return
    if snapshot.readable("zones") and row["zone"] not in _labels(snapshot, "zones", "zone"):
        yield "pass.record", "zone", f"{row['zone']!r} is not in zones"
    wrong = next((name for name in ("start", "end") if not _is_offset(row[name])), None)
    if wrong:
        yield "pass.record", wrong, f"{row[wrong][:_SHOWN]!r} is no integer"
        return
    raw = kept.raw(document)
    if raw is not None and raw[int(row["start"]) : int(row["end"])] != row["text"]:
        message = f"{row['text'][:_SHOWN]!r} is not what stands at {row['start']} to {row['end']}"
        yield "pass.text-mismatch", "text", message


def _is_offset(cell: str) -> bool:
    return re.fullmatch("[0-9]{1,15}", cell) is not None


def _cut_schema(snapshot: Snapshot) -> TableSchema:
    sentences = _schema(snapshot, "sentences")
    fields = tuple(sentences.field(name) for name in _CUT)
    return replace(sentences, fields=fields, primary_key=(), unique_keys=(), foreign_keys=())


_REPORTED = (*RULES.values(), *settled.RULES.values(), PACKAGE["pkg.unreadable-file"])
CHECKS = (Check(_REPORTED, records, needs=("passes", TEXT_TABLE)),)
