"""L5: the passes as they were made: each record by the schemas of its rows, against its text and its own ids.

A pass is kept as an annotator made it, so that nothing is asked of it that only adjudicated labels owe: it may
disagree with the tables in every label. But it has to be readable, and to be the pass that passes.csv says it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.checks.rule import Check, by_code, error, place
from tigris_corpus.descriptor import SPANS, TEXT_TABLE, nearest, profile
from tigris_corpus.engine.reader import LINE, read_table
from tigris_corpus.engine.snapshot import profile_labels
from tigris_corpus.issues import Location
from tigris_corpus.paths import PathError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import Field, TableSchema
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

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
        "mend the value at the pointer given",
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
        "restore the pass as it was made; offsets are code points",
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
)
_TABLES = ("mentions", "events", "entities", "entity_relations", "incidents")
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
_OF_PASS = ("annotator_id", "round", "guideline_version")
_CUT = ("document_id", "start", "end", "zone", "text")
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_SHOWN = 100
_DOCUMENT = re.compile("(D[0-9]{3,})-")


@dataclass(frozen=True)
class _Pass:
    """A file of passes and what passes.csv says of it: the rows that name the file."""

    path: str
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class _Fault:
    """A fault in a record: its code, where in the record, the value, and what is wrong."""

    code: str
    pointer: str
    value: Any
    message: str
    hint: str | None = None
    start: int | None = None
    end: int | None = None


def records(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield what is wrong in the files of passes, one issue a value."""
    declared = {path for resource in snapshot.package.resources for path in resource.paths}
    table = snapshot.tables["passes"]
    of_file: dict[str, list[dict[str, Any]]] = {}
    for row in table.sound.sort(LINE).iter_rows(named=True):
        if row["path"] in declared:
            of_file.setdefault(row["path"], []).append(row)
    for path, rows in of_file.items():
        found = _Pass(path, [row for row in rows if snapshot.batch.has(row["document_id"])])
        if found.rows:
            yield from _in_cut(snapshot, found) if path.endswith(".csv") else _in_file(snapshot, found)


def _schema(snapshot: Snapshot, table: str) -> TableSchema:
    """Return the schema of a table, the profile's where the package has none that can be relied on."""
    return snapshot.package.schema(table) if snapshot.readable(table) else profile().schema(table)


def _in_file(snapshot: Snapshot, kept: _Pass) -> Iterator[Issue]:
    """Yield what is wrong in a file of records."""
    try:
        data = snapshot.package.gate.read(kept.path)
    except PathError:
        return  # reported when it was found
    wanted = {row["document_id"] for row in kept.rows}
    seen: dict[str, int] = {}
    is_torn = False
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = jsontext.loads(line)
        except jsontext.JsonError as problem:
            at = Location(file=kept.path, line=number, column=problem.column)
            yield RULES["pass.json"].issue(at, None, str(problem), fault=kept.path)
            wanted.clear()  # it may be the record that is missed
            is_torn = True
            continue
        if is_torn and not isinstance(record, dict):
            continue  # a piece of a record that is spread over lines
        named = record.get("document_id") if isinstance(record, dict) else None
        document = named if isinstance(named, str) else None
        twice = None
        if document is None:
            wanted.clear()  # as above
        else:
            yield from _in_rows_of(snapshot, kept, record, document)
            wanted.discard(document)
            twice = f"line {seen[document]} is a record of {document} already" if document in seen else None
            seen.setdefault(document, number)
        again = [_Fault("pass.provenance", "/document_id", document, twice)] if twice else None
        for fault in again or _in_record(snapshot, kept, record):
            yield _as_issue(kept.path, number, document, fault)
    for document in sorted(wanted):
        if snapshot.may_lack_rows:
            break
        at = Location(file=kept.path, document=document)
        message = f"passes.csv has a pass of {document} in this file, and the file has no record of it"
        yield RULES["pass.provenance"].issue(at, document, message)


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
    return RULES[fault.code].issue(at, value, fault.message, fault.hint)


def _in_rows_of(snapshot: Snapshot, kept: _Pass, record: dict[str, Any], document: str) -> Iterator[Issue]:
    """Yield the rows of passes.csv that say of a record what the others and the record do not."""
    table = snapshot.tables["passes"]
    own = [row for row in kept.rows if row["document_id"] == document]
    for name in _OF_PASS:
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
    own = [row for row in kept.rows if row["document_id"] == document]
    if not own and snapshot.may_lack_rows:
        return  # its document, or its row of passes, is reported as lost
    if not own:
        message = f"passes.csv has no pass of {document!r} in this file"
        yield _Fault("pass.provenance", "/document_id", document, message)
        return
    yield from _maker(record, own)
    for name in record:
        if name not in {"document_id", *_OF_PASS, *_TABLES}:
            yield _Fault(
                "pass.record", f"/{jsontext.escape(name)}", name, f"a record has no {name[:_SHOWN]!r}"
            )
    for name in _TABLES:
        rows = record.get(name, [] if name not in {"mentions", "events"} else None)
        if not isinstance(rows, list):
            yield _Fault("pass.record", f"/{name}", None, f"a record has a list of {name}")
            continue
        for number, row in enumerate(rows):
            yield from _in_row(snapshot, name, row, f"/{name}/{number}")
    yield from _references(snapshot, record)
    yield from _spans(snapshot, record)


def _maker(record: dict[str, Any], own: list[dict[str, Any]]) -> Iterator[_Fault]:
    """Yield what a record says of who made it that no row of passes.csv does."""
    for name in _OF_PASS:
        values = {row[name] for row in own}
        if name in record and record[name] not in values and len(values) == 1:
            said = " or ".join(sorted(map(str, values)))
            message = f"{name} is {str(record[name])[:_SHOWN]!r}, and {said} in passes.csv"
            yield _Fault("pass.provenance", f"/{name}", record[name], message)


def _in_row(snapshot: Snapshot, table: str, row: Any, pointer: str) -> Iterator[_Fault]:
    """Yield what is wrong with a row by the schema of its table."""
    if not isinstance(row, dict):
        yield _Fault("pass.record", pointer, None, f"a row of {table} is an object")
        return
    schema = _schema(snapshot, table)
    nested = set(_INSIDE) if table == "events" else set()
    left_out = {"event_id"} if table == "arguments" else set()
    for name in row:
        if name not in schema.names and name not in nested:
            near = nearest(name[:_SHOWN], list(schema.names))
            hint = f'did you mean "{near}"?' if near else None
            message = f"{table} has no column {name[:_SHOWN]!r}"
            yield _Fault("pass.record", f"{pointer}/{jsontext.escape(name)}", name, message, hint)
    for field in schema.fields:
        if field.name in row:
            fault = _in_cell(snapshot, table, field, row[field.name])
            if fault:
                yield _Fault("pass.record", f"{pointer}/{field.name}", row[field.name], *fault)
        elif field.required and field.name not in left_out:
            yield _Fault("pass.record", pointer, None, f"the row has no {field.name}")
    if table == "events":
        for name in _INSIDE:
            yield from _in_list(snapshot, row, name, f"{pointer}/{name}")


def _in_list(snapshot: Snapshot, event: dict[str, Any], name: str, pointer: str) -> Iterator[_Fault]:
    """Yield what is wrong with the modes or the arguments of an event."""
    items = event.get(name, [])
    if not isinstance(items, list):
        yield _Fault("pass.record", pointer, None, f"{name} is a list")
        return
    if len({str(item) for item in items}) < len(items):
        yield _Fault("pass.record", pointer, None, f"{name} has one item twice")
    for number, item in enumerate(items):
        cells = {"event_id": event.get("event_id", ""), "mode": item} if name == "modes" else item
        yield from _in_row(snapshot, _INSIDE[name], cells, f"{pointer}/{number}")


def _in_cell(snapshot: Snapshot, table: str, field: Field, value: Any) -> tuple[str, str | None] | None:
    """Return what is wrong with a value and how to mend it, by its column's type and constraints; or None."""
    shown = repr(value)[:_SHOWN]
    if not isinstance(value, _TYPES[field.type]) or (field.type != "boolean" and isinstance(value, bool)):
        return f"{shown} is no {field.type}", None
    key = snapshot.package.vocabulary_of(table, field.name) if snapshot.readable(table) else None
    if key and snapshot.readable(key.resource):
        allowed = _labels(snapshot, key.resource, key.reference[0])
        if value not in allowed:
            near = nearest(str(value)[:_SHOWN], list(allowed))
            return f"{shown} is not in {key.resource}", f'did you mean "{near}"?' if near else None
    elif field.pattern and isinstance(value, str) and not _form(field.pattern).fullmatch(value):
        return f"{shown} has not the form of {field.name}: {field.pattern}", None
    if field.minimum is not None and value < field.minimum:
        return f"{shown} is below {field.minimum:g}", None
    if field.maximum is not None and value > field.maximum:
        return f"{shown} is above {field.maximum:g}", None
    return None


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


def _references(snapshot: Snapshot, record: dict[str, Any]) -> Iterator[_Fault]:
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
                yield _Fault("pass.reference", where, named, f"the record has no mention {named!r}")
        source = event.get("source_mention_id")
        if isinstance(source, str) and source and source not in mentions:
            where = f"/events/{number}/source_mention_id"
            yield _Fault("pass.reference", where, source, f"the record has no mention {source!r}")
    if not snapshot.may_lack_rows:
        yield from _elsewhere(snapshot, record)


def _repeated(snapshot: Snapshot, record: dict[str, Any]) -> Iterator[_Fault]:
    for table in _TABLES:
        key = _schema(snapshot, table).key
        seen: set[str] = set()
        for number, row in _rows(record, table):
            own = "+".join(str(row.get(name)) for name in key)
            if own in seen:
                message = f"{own!r} stands twice in the record"
                yield _Fault("pass.reference", f"/{table}/{number}/{key[0]}", own, message)
            seen.add(own)


def _of_another(snapshot: Snapshot, record: dict[str, Any]) -> Iterator[_Fault]:
    document = record["document_id"]
    for table in ("mentions", "events"):
        for number, row in _rows(record, table):
            for name in (_schema(snapshot, table).key[0], "sentence_id"):
                value = row.get(name)
                if isinstance(value, str) and (own := _DOCUMENT.match(value)) and own[1] != document:
                    message = f"{value!r} is of another document than {document}"
                    yield _Fault("pass.reference", f"/{table}/{number}/{name}", value, message)


def _elsewhere(snapshot: Snapshot, record: dict[str, Any]) -> Iterator[_Fault]:
    """Yield what rows refer to that is neither in the record nor in the tables, nor ever was."""
    document = record["document_id"]
    ids = {
        table: {str(row.get(_schema(snapshot, table).key[0])) for _, row in _rows(record, table)}
        for table in _TABLES
    }
    ids["sentences"] = _sentences(snapshot, document)
    for table, name, target in _LINKS:
        for number, row in _rows(record, table):
            named = row.get(name)
            if not isinstance(named, str) or named in ids[target]:
                continue
            is_of_another = target == "sentences" and not named.startswith(f"{document}-")
            if not is_of_another and not _is_or_was(snapshot, target, named):
                message = f"neither the record nor the table of {target} has {named!r}"
                yield _Fault("pass.reference", f"/{table}/{number}/{name}", named, message)


def _sentences(snapshot: Snapshot, document: str) -> set[str]:
    if not snapshot.readable("sentences"):
        return set()
    rows = snapshot.tables["sentences"].rows
    return set(rows.filter(rows["document_id"] == document)["sentence_id"])


def _is_or_was(snapshot: Snapshot, table: str, identifier: str) -> bool:
    """Whether a table has an id, or had it and it was withdrawn; or whether that cannot be known."""
    if not snapshot.readable(table, "deprecated"):
        return True
    own, key = snapshot.tables[table], snapshot.tables[table].schema.key[0]
    if any(identifier in line for line in own.lost) or (
        table != "sentences" and identifier in _distinct(own, key)
    ):
        return True
    form = own.schema.field(key).pattern
    is_formed = not form or _form(form).fullmatch(identifier)  # else it is reported as such
    return not is_formed or identifier in _distinct(snapshot.tables["deprecated"], "id")


def _spans(snapshot: Snapshot, record: dict[str, Any]) -> Iterator[_Fault]:
    """Yield the spans of a record that are not those of the text."""
    raw = _raw(snapshot, record["document_id"])
    if raw is None or record["document_id"] in snapshot.doubtful(TEXT_TABLE, "sentences"):
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


def _raw(snapshot: Snapshot, document: str) -> str | None:
    found = snapshot.raw_texts.filter(snapshot.raw_texts["document_id"] == document)["raw"]
    return str(found[0]) if len(found) else None


def _in_cut(snapshot: Snapshot, kept: _Pass) -> Iterator[Issue]:
    """Yield what is wrong in a file of sentences as an annotator cut them."""
    try:
        data = snapshot.package.gate.read(kept.path)
    except PathError:
        return
    reading = read_table(data, _cut_schema(snapshot))
    for fault in reading.faults:
        at = Location(file=kept.path, line=fault.line, column=fault.column, field=fault.field)
        yield RULES["pass.record"].issue(at, fault.value, fault.message)
    if reading.frame is None:
        return
    documents = {row["document_id"] for row in kept.rows}
    for row in reading.frame.iter_rows(named=True):
        if snapshot.batch.has(row["document_id"]) or not row["document_id"]:
            for code, field, message in _in_sentence(snapshot, row, documents):
                at = Location(
                    file=kept.path,
                    line=row[LINE],
                    row=row[LINE] - 1,
                    field=field,
                    document=row["document_id"],
                )
                yield RULES[code].issue(at, row[field][:_SHOWN], message)


def _in_sentence(
    snapshot: Snapshot, row: dict[str, Any], documents: set[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a sentence of a cut: code, field, message."""
    document = row["document_id"]
    if document not in documents:
        if not snapshot.may_lack_rows:
            yield "pass.provenance", "document_id", f"passes.csv has no pass of {document!r} in this file"
        return
    if snapshot.readable("zones") and row["zone"] not in _labels(snapshot, "zones", "zone"):
        yield "pass.record", "zone", f"{row['zone']!r} is not in zones"
    wrong = next((name for name in ("start", "end") if not _is_offset(row[name])), None)
    if wrong:
        yield "pass.record", wrong, f"{row[wrong][:_SHOWN]!r} is no integer"
        return
    raw = None if document in snapshot.doubtful(TEXT_TABLE, "sentences") else _raw(snapshot, document)
    if raw is not None and raw[int(row["start"]) : int(row["end"])] != row["text"]:
        message = f"{row['text'][:_SHOWN]!r} is not what stands at {row['start']} to {row['end']}"
        yield "pass.text-mismatch", "text", message


def _is_offset(cell: str) -> bool:
    return re.fullmatch("[0-9]{1,15}", cell) is not None


def _cut_schema(snapshot: Snapshot) -> TableSchema:
    sentences = _schema(snapshot, "sentences")
    fields = tuple(sentences.field(name) for name in _CUT)
    return replace(sentences, fields=fields, primary_key=(), unique_keys=(), foreign_keys=())


CHECKS = (Check(tuple(RULES.values()), records, needs=("passes", TEXT_TABLE)),)
