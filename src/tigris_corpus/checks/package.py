"""L0: the descriptor, the schemas, and the files on disk."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.checks.rule import Check, Stage, Undecidable, by_code, error
from tigris_corpus.descriptor import DESCRIPTOR, TEXT_TABLE, packaged_root
from tigris_corpus.descriptor import profile as installed_profile
from tigris_corpus.engine.expressions import is_supported
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
        "sec.credentials",
        "An address with a name, password or key in it hands them out, and one before the host can pass for the host itself.",
        "write the address without them, and have them replaced where they are in use",
        bad="https://reader:secret@example.org/corpus.zip or ?access_token=…, https://creativecommons.org@example.org/",
        good="https://example.org/corpus.zip",
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
        fault = f"{problem.file} {problem.value}" if problem.code == "pkg.unknown-property" else None
        yield RULES[problem.code].issue(at, problem.value, problem.message, problem.hint, fault=fault)


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
        remote = next((found for found in references(value) if not found.startswith("#")), None)
        if remote:
            message = f"{remote[:200]!r} is to be fetched, and nothing is ever fetched"
            yield RULES["sec.remote"].issue(Location(file=path), remote, message)


def references(value: object) -> Iterator[str]:
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
    if any(
        problem.file == DESCRIPTOR and not (problem.pointer or "").endswith("/schema")
        for problem in package.problems
    ):
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
    Check(
        tuple(
            RULES[code]
            for code in ("pkg.undeclared-file", "sec.executable", "sec.link", "pkg.unreadable-file")
        ),
        files,
        stages=_ONCE,
    ),
)
