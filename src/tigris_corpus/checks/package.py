"""L0: the descriptor, the schemas, and the files on disk."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus import jsontext
from tigris_corpus.checks.rule import Check, Stage, Undecidable, by_code, error, place, warning
from tigris_corpus.descriptor import DESCRIPTOR, TEXT_TABLE, packaged_root
from tigris_corpus.descriptor import profile as installed_profile
from tigris_corpus.engine.expressions import is_supported
from tigris_corpus.engine.snapshot import profile_labels
from tigris_corpus.issues import Location
from tigris_corpus.paths import MAX_JSON, MAX_TEXT, PathError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import Package, TableSchema
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

OPTIONAL = ("waivers",)
"""The tables of the profile that a package may do without."""
FOLDERS = ("corpus", "schema", "seeds")
"""The folders of a package in which every file is accounted for."""

RULES = by_code(
    error(
        0,
        "pkg.json",
        "A descriptor or schema that is not JSON cannot be read by anyone.",
        "mend the JSON at the line given",
        bad='{"name": "tigris-corpus",}',
        good='{"name": "tigris-corpus"}',
    ),
    error(
        0,
        "pkg.json-duplicate-key",
        "Of two equal keys most readers silently keep the last, so that readers disagree on what is said.",
        "keep one of the two",
        bad='{"version": "0.1.0", "version": "0.2.0"}',
        good='{"version": "0.2.0"}',
    ),
    error(
        0,
        "pkg.descriptor",
        "A data package has a name, a version, and resources with distinct names and paths.",
        "write the descriptor as Data Package v2 says",
        bad='{"resources": [{"path": "corpus/events.csv"}]}',
        good='{"resources": [{"name": "events", "path": "corpus/events.csv"}]}',
    ),
    error(
        0,
        "pkg.profile",
        "The profile tells which tables and rules a package is to be judged by.",
        'write "tigris": {"profile": "1"} into the descriptor',
        bad='{"name": "my-corpus"}',
        good='{"name": "my-corpus", "tigris": {"profile": "1"}}',
    ),
    error(
        0,
        "pkg.schema",
        "A Table Schema that cannot be read switches every check of its table off.",
        "write the schema as Table Schema v2 says",
        bad='{"fields": [{"name": "start", "type": "int"}]}',
        good='{"fields": [{"name": "start", "type": "integer"}]}',
    ),
    error(
        0,
        "pkg.unknown-property",
        "A misspelt property has no effect, and so switches a check off without a word.",
        "use a property that this profile reads, or leave it out",
        bad='{"name": "start", "constraint": {"required": true}}',
        good='{"name": "start", "constraints": {"required": true}}',
    ),
    error(
        0,
        "pkg.missing-file",
        "A file that the descriptor or a document names must be there.",
        "add the file, or take its name out",
        bad='{"path": "corpus/event.csv"}',
        good='{"path": "corpus/events.csv"}',
    ),
    error(
        0,
        "pkg.unreadable-file",
        "A file that cannot be read cannot be checked.",
        "give read permission to the file, or restore it",
        bad="-rw------- root corpus/events.csv",
        good="-rw-r--r-- root corpus/events.csv",
    ),
    error(
        0,
        "pkg.undeclared-file",
        "A file that nothing names is neither checked nor hashed, and travels with the package all the same.",
        "declare the file as a resource of the descriptor, or remove it",
        bad="corpus/events (copy).csv",
        good="corpus/events.csv",
    ),
    error(
        0,
        "pkg.missing-table",
        "The profile demands its tables; an empty one keeps its header.",
        "add the table and its schema, as the profile has them",
        bad="resources without events",
        good="resources with events, if only its header",
    ),
    error(
        0,
        "pkg.schema-weakened",
        "A package may add to the profile and never take from it: else it would be its own judge.",
        "restore what the profile has; put what is new beside it",
        bad="events.json without its foreign key to sentences",
        good="events.json as the profile has it, with one more column",
    ),
    error(
        0,
        "pkg.metadata",
        "Whoever gets a copy has to know which version it is, who made it and what may be done with it.",
        "write the property as Data Package v2 says",
        bad='{"version": "0.2", "licenses": []}',
        good='{"version": "0.2.0", "licenses": [{"name": "CC-BY-4.0"}]}',
    ),
    error(
        0,
        "sec.path",
        "A path that leaves the package could read any file of whoever opens it.",
        "name a file inside the package, with forward slashes",
        bad='{"path": "../secrets.csv"}',
        good='{"path": "corpus/events.csv"}',
    ),
    error(
        0,
        "sec.remote",
        "Nothing is ever fetched: an address could reach into the network of whoever opens the package.",
        "put a copy of the file into the package",
        bad='{"path": "https://example.org/events.csv"}',
        good='{"path": "corpus/events.csv"}',
    ),
    error(
        0,
        "sec.link",
        "A link, pipe or device can lead out of the package, or never end.",
        "put the file itself in its place",
        bad="corpus/events.csv -> /etc/passwd",
        good="corpus/events.csv",
    ),
    error(
        0,
        "sec.regex",
        "A pattern that can match a text in two ways can take for ever, and engines differ on anchors, classes and look-around.",
        "write a pattern in which the next character decides what comes next, without anchors, look-around and doubled repeats",
        bad='{"pattern": "(a+)+"}',
        good='{"pattern": "a+"}',
    ),
    warning(
        0,
        "vocab.same-text",
        "Two labels of one name, definition or address cannot be told apart by annotators.",
        "give each label its own, in both languages",
        bad="two zones, both defined as the text of the article",
        good="two zones, each with its definition",
    ),
    warning(
        0,
        "vocab.example",
        "An example shows which words a label is of, by the square brackets around them.",
        "put the words concerned in square brackets",
        bad="Ismail Haniyeh was killed in Tehran.",
        good="Ismail Haniyeh was killed in [Tehran].",
    ),
    error(
        0,
        "pkg.record-schema",
        "Records and tables are two forms of one thing, and have the same columns and labels.",
        "write the columns and labels of the tables into the schema of the records, or restore it",
        bad="mentions of a record without mention_type",
        good="mentions of a record with every column of mentions.json",
    ),
    error(
        0,
        "sec.bomb",
        "A compressed file can hold thousands of times what it seems to, and fill the memory of whoever opens it.",
        "publish the table as plain CSV, or as Parquet of ordinary contents",
        bad="events.csv.gz, 40 kB, which holds 40 MB of zeros",
        good="events.csv",
    ),
    error(
        0,
        "sec.executable",
        "A dataset carries data. Code in it is there to be run by mistake.",
        "remove the file",
        bad="corpus/loader.py",
        good="corpus/events.csv",
    ),
)
_EXECUTABLE = (
    ".py",
    ".pyc",
    ".so",
    ".dll",
    ".exe",
    ".sh",
    ".bat",
    ".ps1",
    ".js",
    ".ipynb",
    ".pkl",
    ".pickle",
    ".pt",
)


def descriptor(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield what reading the descriptor and the schemas came upon."""
    for problem in snapshot.package.problems:
        at = Location(file=problem.file, line=problem.line, column=problem.column, pointer=problem.pointer)
        yield RULES[problem.code].issue(at, problem.value, problem.message, problem.hint)


def patterns(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the schemas with a pattern that the engine does not take."""
    package = snapshot.package
    for name in package.tables:
        at = Location(file=schema_path(package, name), pointer="")
        for field in package.schema(name).fields:
            if field.pattern and not is_supported(field.pattern):
                message = f"the pattern of {field.name!r} is not the same in every engine"
                yield RULES["sec.regex"].issue(at, field.pattern, message)


def profile(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield where the package falls short of the installed profile."""
    package = snapshot.package
    if package.root == packaged_root() or not package.descriptor:
        return
    installed = installed_profile()
    suspect = {problem.file for problem in package.problems}
    entries = package.descriptor.get("resources", [])
    if not isinstance(entries, list):
        return  # reported when the descriptor was read
    declared = {str(entry.get("name")) for entry in entries if isinstance(entry, dict) and "schema" in entry}
    for name in installed.tables:
        if name not in declared and name not in OPTIONAL:
            at = Location(file=DESCRIPTOR, pointer="/resources")
            message = f"the package has no table {name!r}"
            yield RULES["pkg.missing-table"].issue(at, name, message, fault="tables")
        elif name in package.tables and _is_of_another(package, installed, name):
            at = Location(file=DESCRIPTOR, pointer=f"/resources/{package.tables[name].index}/schema")
            message = f"the table {name!r} has the schema of another: {schema_path(package, name)}"
            yield RULES["pkg.schema-weakened"].issue(at, schema_path(package, name), message)
        elif name in package.tables and schema_path(package, name) not in suspect:
            for what, lack in lacking(installed.schema(name), package.schema(name)):
                at = Location(file=schema_path(package, name), pointer="")
                yield RULES["pkg.schema-weakened"].issue(at, what, f"table {name!r}: {lack}")


_ASPECTS = ("type", "required", "unique", "pattern", "minimum", "maximum", "edtf")


def _holds(aspect: str, wanted: Any, own: Any) -> bool:
    """Whether a column still asks for what the profile's does; it may ask for more."""
    if wanted in (None, "") or wanted is False:
        return True
    if aspect in {"minimum", "maximum"}:
        return own is not None and (own >= wanted if aspect == "minimum" else own <= wanted)
    return bool(own == wanted)


def _is_of_another(package: Package, installed: Package, name: str) -> bool:
    """Whether a table shares its schema with one that has its own in the profile."""
    sharing = [other for other in package.tables if schema_path(package, other) == schema_path(package, name)]
    return any(
        package.schema(name).names == installed.schema(other).names != installed.schema(name).names
        for other in sharing
        if other in installed.tables and other != name
    )


def vocabularies(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the labels of the profile that the package has changed or taken away; what is in words is its own."""
    package = snapshot.package
    if package.root == packaged_root():
        return
    for at, value, message in weakened_labels(snapshot, profile_labels(), installed_profile()):
        yield RULES["pkg.schema-weakened"].issue(at, value, message)


def weakened_labels(
    snapshot: Snapshot, labels: dict[str, pl.DataFrame], profile: Package
) -> Iterator[tuple[Location, str, str]]:
    """Yield where a package has changed or taken away labels of a profile or a base: place, value, what is wrong."""
    for name, wanted in labels.items():
        if not snapshot.readable(name):
            continue
        schema, table = profile.schema(name), snapshot.tables[name]
        if wanted is table.rows:
            continue  # the very same
        licensing = [column for column in schema.names if not _IN_WORDS.fullmatch(column)]
        key = list(schema.key)
        gone = wanted.join(table.rows, on=licensing, how="anti").select(licensing)
        doubtful = {tuple(row[column] for column in key) for row in table.doubtful.iter_rows(named=True)}
        there = {tuple(row[column] for column in key): row for row in table.rows.iter_rows(named=True)}
        for row in gone.iter_rows(named=True):
            label = tuple(row[column] for column in key)
            shown = " and ".join(label)
            if label in doubtful:
                continue  # reported when it was found
            if label not in there and not table.lost and not doubtful:
                at = Location(file=table.resource.path, key="+".join(label))
                yield at, shown, f"{name}: {shown!r} of the profile is gone"
            elif label in there:
                field = next(column for column in licensing if there[label][column] != row[column])
                message = f"{name}: {field} of {shown!r} is {there[label][field]!r}, and {row[field]!r} in the profile"
                yield place(table, there[label], field), there[label][field], message


_IN_WORDS = re.compile("name|url|reason|(name|definition|example)s?(_[a-z]+)?")


def definitions(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the labels of a vocabulary that share what tells them apart, and definitions that were not translated."""
    for name, table in snapshot.tables.items():
        if not (table.resource.is_vocabulary and table.readable):
            continue
        for column in [column for column in _DISTINCT if column in table.schema.names]:
            seen: dict[str, dict[str, Any]] = {}
            for row in table.sound.iter_rows(named=True):
                first = seen.setdefault(row[column], row)
                if row[column] and first is not row and "mode" not in table.schema.key:
                    at, related = place(table, row, column), (place(table, first, column),)
                    message = f"{name}: {row[column][:80]!r} is the {column} of another label as well"
                    yield RULES["vocab.same-text"].issue(at, row[column], message, related=related)
        if {"definition_en", "definition_fr"} <= set(table.schema.names):
            for row in table.sound.iter_rows(named=True):
                if row["definition_en"] and row["definition_en"] == row["definition_fr"]:
                    at = place(table, row, "definition_fr")
                    message = f"{name}: the definition in French is the English one"
                    yield RULES["vocab.same-text"].issue(at, row["definition_fr"], message)


def examples(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the examples of a vocabulary that do not show the words concerned."""
    for table in snapshot.tables.values():
        if not (table.resource.is_vocabulary and table.readable):
            continue
        for field in (name for name in table.schema.names if name.startswith("example_")):
            for row in table.sound.filter(pl.col(field) != "").iter_rows(named=True):
                if not _EXAMPLE.fullmatch(row[field]):
                    message = f"no words of {row[field]!r} are in square brackets, or a bracket is alone"
                    yield RULES["vocab.example"].issue(place(table, row, field), row[field], message)


_EXAMPLE = re.compile(r"[^\[\]]*(\[[^\[\]]+\][^\[\]]*)+")

_DISTINCT = ("name", "url", "definition_en", "definition_fr", "cameo_code")


def metadata(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the properties of the descriptor that say nothing, or nothing that holds."""
    described = snapshot.package.descriptor
    if not described:
        return
    for key, form, meaning in _FORMS:
        value = described.get(key)
        if isinstance(value, str) and not (
            form.fullmatch(value) and (key != "created" or _is_day(value[:10]))
        ):
            yield _metadata(snapshot, key, value, f"{key} {value!r} is not {meaning}")
    licences = described.get("licenses")
    is_named = (
        isinstance(licences, list)
        and licences
        and all(
            isinstance(licence, dict) and ("name" in licence or "path" in licence) for licence in licences
        )
    )
    if not is_named:
        yield _metadata(snapshot, "licenses", None, "the package names no licence")
    resources = described.get("resources")
    for index, resource in enumerate(resources if isinstance(resources, list) else ()):
        if isinstance(resource, dict) and not _has_its_format(resource):
            message = f"the format is {str(resource['format'])!r}, and the file is {str(resource.get('path'))[:80]!r}"
            yield _metadata(snapshot, f"resources/{index}/format", str(resource["format"]), message)
        encoding = resource.get("encoding", "utf-8") if isinstance(resource, dict) else "utf-8"
        if str(encoding).lower() not in {"utf-8", "utf8"}:
            message = f"the encoding is {str(encoding)!r}, and tables are UTF-8"
            yield _metadata(snapshot, f"resources/{index}/encoding", str(encoding), message)


def _has_its_format(resource: dict[str, Any]) -> bool:
    """Whether the format of a resource, where it says one, is how its file ends."""
    path = resource.get("path")
    paths = [path] if isinstance(path, str) else path if isinstance(path, list) else []
    ends = {str(one).rpartition(".")[2].lower() for one in paths}
    return "format" not in resource or not ends or ends == {str(resource["format"]).lower()}


_FORMS = (
    (
        "name",
        re.compile("[a-z0-9]+([._-][a-z0-9]+)*"),
        "lower-case letters, digits, dots, dashes and underscores",
    ),
    (
        "version",
        re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}(-[0-9A-Za-z.-]+)?"),
        "three numbers with dots between",
    ),
    ("created", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?"), "a date"),
)


def _is_day(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def _metadata(snapshot: Snapshot, key: str, value: str | None, message: str) -> Issue:
    pointer = f"/{key}"
    lines = jsontext.pointer_lines(
        snapshot.package.gate.read(DESCRIPTOR, MAX_JSON).decode("utf-8"), [pointer]
    )
    at = Location(file=DESCRIPTOR, line=lines.get(pointer, 1), pointer=pointer)
    return RULES["pkg.metadata"].issue(at, value, message)


def json_files(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the JSON resources that are none, or that name what is elsewhere to be fetched."""
    named = [
        path for resource in snapshot.package.resources if not resource.schema for path in resource.paths
    ]
    for path in (path for path in named if path.endswith(".json")):
        try:
            value = jsontext.loads(snapshot.package.gate.read(path, MAX_JSON))
        except PathError as error:
            yield RULES[error.code].issue(Location(file=path), path, str(error))
            continue
        except jsontext.JsonError as error:
            at = Location(file=path, line=error.line, column=error.column)
            yield RULES[error.code].issue(at, None, str(error))
            continue
        remote = next((found for found in _references(value) if not found.startswith("#")), None)
        if remote:
            message = f"{remote[:200]!r} is to be fetched, and nothing is ever fetched"
            yield RULES["sec.remote"].issue(Location(file=path), remote, message)


def _references(value: object) -> Iterator[str]:
    """Yield what the ``$ref`` of a JSON Schema refer to."""
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


_RECORDS = "document-record"
"""The resource that says what a document and its labels are as a record."""
_IN_RECORD: dict[str, tuple[str, ...]] = {
    "mentions": (),
    "events": ("modes", "arguments"),
    "arguments": (),
    "entities": (),
    "entity_relations": (),
    "incidents": (),
}
"""The tables whose rows a record has, and what of other tables stands in their rows."""
_OF_PARENT = {"arguments": {"event_id"}}


def records(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the tables of which the schema of records has other columns than theirs; it may lack what a package adds."""
    package = snapshot.package
    resource = next((resource for resource in package.resources if resource.name == _RECORDS), None)
    if resource is None:
        return
    try:
        data = package.gate.read(resource.path, MAX_JSON)
        described = jsontext.loads(data)
    except (PathError, jsontext.JsonError):
        return  # reported when it was found
    lines = jsontext.pointer_lines(data.decode("utf-8"), [f"/$defs/{name}" for name in _IN_RECORD])
    if not isinstance(described, dict) or not isinstance(described.get("$defs"), dict):
        at = Location(file=resource.path, line=1, pointer="/$defs")
        message = "the schema of records does not say what their rows are"
        yield RULES["pkg.record-schema"].issue(at, None, message)
        return
    for name, nested in _IN_RECORD.items():
        is_there = name in package.tables and name in installed_profile().tables
        if is_there and not any(lacking(installed_profile().schema(name), package.schema(name))):
            fault = _other_columns(package, name, nested, _definition(described, name))
            if fault:
                pointer = f"/$defs/{name}"
                at = Location(file=resource.path, line=lines.get(pointer, 1), pointer=pointer)
                column, message = fault
                yield RULES["pkg.record-schema"].issue(at, column, f"{name} of a record: {message}")


def _definition(described: Any, name: str) -> dict[str, Any]:
    found = described["$defs"].get(name)
    return found if isinstance(found, dict) else {}


def _other_columns(
    package: Package, name: str, nested: tuple[str, ...], found: dict[str, Any]
) -> tuple[str, str] | None:
    """Return the first column that a record has otherwise than a table, and what is wrong with it; None where none is."""
    own = found.get("properties"), found.get("required")
    properties = list(own[0]) if isinstance(own[0], dict) else []
    required = list(own[1]) if isinstance(own[1], list) else []
    left_out = _OF_PARENT.get(name, set())
    fields = {field.name: field for field in package.schema(name).fields if field.name not in left_out}
    wanted = [column for column in installed_profile().schema(name).names if column in fields]
    for column in (*wanted, *nested):
        if column not in properties:
            return column, f"the column {column!r} is missing"
    for column in properties:
        if column not in fields and column not in nested:
            return column, f"the table has no column {column!r}"
        if column in fields and fields[column].required != (column in required):
            return column, f"{column!r} is {'' if fields[column].required else 'not '}required in the table"
    return _lost_labels(package, name, found["properties"])


def _lost_labels(package: Package, name: str, properties: dict[str, Any]) -> tuple[str, str] | None:
    """Return the first column that a record may fill with fewer labels than the profile has; None where none is."""
    for column, described in properties.items():
        items = described.get("items", described) if isinstance(described, dict) else {}
        inner = ("event_modes", "mode") if column == "modes" else (name, column)
        key = package.vocabulary_of(*inner) if inner[0] in package.tables else None
        listed = items.get("enum") if isinstance(items, dict) else None
        if key and key.resource in profile_labels() and isinstance(listed, list):
            labels = profile_labels()[key.resource][key.reference[0]]
            lost = next((label for label in labels if label not in listed), None)
            if lost:
                return column, f"{column!r} may not be {lost!r}"
    return None


def schema_path(package: Package, table: str) -> str:
    """Return the path of the schema of a table."""
    return str(package.descriptor["resources"][package.tables[table].index]["schema"])


def lacking(wanted: TableSchema, found: TableSchema) -> Iterator[tuple[str, str]]:
    """Yield what a schema takes from the one that the profile has: its name, and what is wrong."""
    yield from _lacking_columns(wanted, found)
    if found.primary_key != wanted.primary_key:
        yield "primaryKey", "the primary key is not the profile's"
    for key in wanted.unique_keys:
        if key not in found.unique_keys:
            yield f"uniqueKeys {','.join(key)}", f"the unique key {', '.join(key)} is gone"
    links = [link for link in wanted.foreign_keys if link not in found.foreign_keys]
    if len(links) > 1 and not found.foreign_keys:
        yield "foreignKeys", f"all {len(links)} foreign keys are gone"
        return
    for link in links:
        message = f"the foreign key {', '.join(link.fields)} to {link.resource or 'itself'} is gone"
        yield f"foreignKeys {','.join(link.fields)}", message


def _lacking_columns(wanted: TableSchema, found: TableSchema) -> Iterator[tuple[str, str]]:
    for column in wanted.fields:
        if column.name not in found.names:
            yield column.name, f"the column {column.name!r} of the profile is gone"
            continue
        own = found.field(column.name)
        if column.description and not own.description:
            yield f"{column.name} description", f"the description of the column {column.name!r} is gone"
        lost = [name for name in _ASPECTS if not _holds(name, getattr(column, name), getattr(own, name))]
        if lost:
            are = "is" if len(lost) == 1 else "are"
            message = f"{' and '.join(lost)} of the column {column.name!r} {are} not the profile's"
            yield f"{column.name} {' '.join(lost)}", message


def files(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the files in the package's folders that nothing names, and those that could be run."""
    package = snapshot.package
    if any(not (problem.pointer or "").endswith("/schema") for problem in package.problems):
        raise Undecidable("the descriptor does not say for certain which files belong to the package")
    if any(name not in package.tables for name in installed_profile().tables if name not in OPTIONAL):
        raise Undecidable("tables of the profile are missing")
    documents = snapshot.tables[TEXT_TABLE] if snapshot.readable(TEXT_TABLE) else None
    declared = _declared(package, documents) | _exchanged(package)
    unknown: list[str] = []
    there: set[str] = set()
    for path, is_plain in (found for folder in FOLDERS for found in _walk(str(package.root), folder)):
        fault = _fault_of(path, is_plain=is_plain, is_declared=path in declared)
        if fault:
            code, message = fault
            yield RULES[code].issue(Location(file=path), path, message)
        elif path in declared:
            there.add(path)
        else:
            unknown.append(path)
    all_known = (
        documents is not None
        and documents.whole
        and snapshot.doubtful("documents") <= set(documents.rows["document_id"])
    )
    for path in _unmeant(package, documents, unknown, there) if documents is not None else unknown:
        if all_known or not path.startswith("seeds/"):
            yield RULES["pkg.undeclared-file"].issue(
                Location(file=path), path, f"nothing names the file {path!r}"
            )
    if not all_known:
        raise Undecidable("rows of the table of documents are missing or in doubt")


def _declared(package: Package, documents: Table | None) -> set[str]:
    """Return the files that the descriptor or a document names."""
    entries = package.descriptor["resources"]
    declared = {str(entry.get("schema")) for entry in entries}
    declared |= {path for resource in package.resources for path in resource.paths}
    if documents:
        declared |= set(documents.rows["text_path"])
    return declared


def _fault_of(path: str, *, is_plain: bool | None, is_declared: bool) -> tuple[str, str] | None:
    """Return what is wrong with what stands in a folder, whether anything names it or not: code and message."""
    if is_plain is None:
        return "pkg.unreadable-file", f"the folder {path!r} cannot be read"
    if path.lower().endswith(_EXECUTABLE):
        return "sec.executable", f"{path!r} could be run"
    if is_plain or is_declared:  # the gate has looked at what is declared
        return None
    return "sec.link", f"{path!r} is not a plain file"


def _unmeant(package: Package, documents: Table, unknown: list[str], there: set[str]) -> Iterator[str]:
    """Yield the unknown files, but those with the text of a document whose path leads nowhere, which is reported."""
    texts = documents.rows.select("text_path", "sha256").iter_rows()
    lost = {sha256 for path, sha256 in texts if path not in there} if unknown else set()
    for path in unknown:
        try:
            is_meant = bool(lost) and hashlib.sha256(package.gate.read(path, MAX_TEXT)).hexdigest() in lost
        except PathError:
            is_meant = False
        if not is_meant:
            yield path


def _exchanged(package: Package) -> set[str]:
    """Return the schemas of the profile whose table names another one: that is the fault, and reported as such."""
    own = installed_profile()
    paths = {schema_path(own, name) for name in own.tables if name in package.tables}
    return paths - {schema_path(package, name) for name in package.tables}


def _walk(root: str, folder: str) -> Iterator[tuple[str, bool | None]]:
    """Yield the files under a folder, with whether each is a plain file; links are not followed.

    A folder that cannot be read is yielded itself, with None.
    """
    if os.path.islink(f"{root}/{folder}"):  # noqa: PTH114 - beside os.scandir, which would follow it
        yield folder, False
        return
    pending = [folder]
    while pending:
        here = pending.pop()
        try:
            with os.scandir(f"{root}/{here}") as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                yield here, True if isinstance(error, NotADirectoryError) else None
            continue
        for entry in found:
            path = f"{here}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                pending.append(path)
            else:
                yield path, entry.is_file(follow_symlinks=False)


_ONCE = (Stage.PACKAGE,)
CHECKS = (
    Check(tuple(RULES.values()), descriptor, stages=_ONCE),
    Check((RULES["pkg.metadata"],), metadata, stages=_ONCE),
    Check(
        tuple(
            RULES[code]
            for code in ("pkg.json", "pkg.json-duplicate-key", "sec.remote", "pkg.unreadable-file")
        ),
        json_files,
        stages=_ONCE,
    ),
    Check((RULES["sec.regex"],), patterns, stages=_ONCE),
    Check((RULES["pkg.missing-table"], RULES["pkg.schema-weakened"]), profile, stages=_ONCE),
)
FILE_CHECKS = (
    Check((RULES["vocab.same-text"],), definitions, stages=_ONCE),
    Check((RULES["vocab.example"],), examples, stages=_ONCE),
    Check((RULES["pkg.record-schema"],), records, stages=_ONCE),
    Check((RULES["pkg.schema-weakened"],), vocabularies, stages=_ONCE),
    Check(
        tuple(
            RULES[code]
            for code in ("pkg.undeclared-file", "sec.executable", "sec.link", "pkg.unreadable-file")
        ),
        files,
        stages=_ONCE,
    ),
)
