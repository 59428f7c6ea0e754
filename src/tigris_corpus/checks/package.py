"""L0: the descriptor, the schemas, and the files on disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tigris_corpus.checks.rule import Check, Undecidable, by_code, error
from tigris_corpus.descriptor import DESCRIPTOR, TEXT_TABLE, packaged_root
from tigris_corpus.descriptor import profile as installed_profile
from tigris_corpus.engine.expressions import is_supported
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import Package, TableSchema
    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

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
        "use a property of the specification, or leave it out",
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
        "A pattern with back references or look-around can take for ever, and engines differ on anchors.",
        "write the pattern without anchors, look-around, back references and doubled repeats",
        bad=r'{"pattern": "^(a|aa)+\\1$"}',
        good='{"pattern": "a+"}',
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
    for name, table in snapshot.tables.items():
        at = Location(file=_schema_path(snapshot.package, name), pointer="")
        for field in table.schema.fields:
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
    declared = {str(entry.get("name")) for entry in entries if isinstance(entry, dict) and "schema" in entry}
    for name in installed.tables:
        if name not in declared:
            at = Location(file=DESCRIPTOR, pointer="/resources")
            yield RULES["pkg.missing-table"].issue(at, name, f"the package has no table {name!r}")
        elif name in package.tables and _schema_path(package, name) not in suspect:
            for lacking in _lacking(installed.schema(name), package.schema(name)):
                at = Location(file=_schema_path(package, name), pointer="")
                yield RULES["pkg.schema-weakened"].issue(at, name, f"table {name!r}: {lacking}")


def _schema_path(package: Package, table: str) -> str:
    return str(package.descriptor["resources"][package.tables[table].index]["schema"])


def _lacking(wanted: TableSchema, found: TableSchema) -> Iterator[str]:
    """Yield what a schema takes from the one that the profile has."""
    for column in wanted.fields:
        if column.name not in found.names:
            yield f"the column {column.name!r} of the profile is gone"
            continue
        own = found.field(column.name)
        for aspect in ("type", "required", "unique", "pattern", "minimum", "maximum", "edtf"):
            if getattr(own, aspect) != getattr(column, aspect):
                yield f"{aspect} of the column {column.name!r} is not the profile's"
    if found.primary_key != wanted.primary_key:
        yield "the primary key is not the profile's"
    for key in wanted.unique_keys:
        if key not in found.unique_keys:
            yield f"the unique key {', '.join(key)} is gone"
    for link in wanted.foreign_keys:
        if link not in found.foreign_keys:
            yield f"the foreign key {', '.join(link.fields)} to {link.resource or 'itself'} is gone"


def files(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the files in the package's folders that nothing names, and those that could be run."""
    package = snapshot.package
    if any(not (problem.pointer or "").endswith("/schema") for problem in package.problems):
        raise Undecidable("the descriptor does not say for certain which files belong to the package")
    entries = package.descriptor["resources"]
    declared = {str(entry.get(key)) for entry in entries for key in ("path", "schema")}
    documents = snapshot.tables.get(TEXT_TABLE)
    if documents and documents.readable:
        declared |= set(documents.rows["text_path"])
    unknown: list[str] = []
    for path, is_plain in (found for folder in FOLDERS for found in _walk(str(package.root), folder)):
        at = Location(file=path)
        if path.lower().endswith(_EXECUTABLE):
            yield RULES["sec.executable"].issue(at, path, f"{path!r} could be run")
        elif path in declared:
            continue  # the gate has looked at it
        elif is_plain:
            unknown.append(path)
        else:
            yield RULES["sec.link"].issue(at, path, f"{path!r} is not a plain file")
    all_known = (
        documents is not None
        and documents.whole
        and snapshot.doubtful("documents") <= set(documents.rows["document_id"])
    )
    for path in unknown:
        if all_known or not path.startswith("seeds/"):
            yield RULES["pkg.undeclared-file"].issue(
                Location(file=path), path, f"nothing names the file {path!r}"
            )
    if not all_known:
        raise Undecidable("rows of the table of documents are missing or in doubt")


def _walk(root: str, folder: str) -> Iterator[tuple[str, bool]]:
    """Yield the files under a folder, with whether each is a plain file; links are not followed."""
    pending = [folder]
    while pending:
        here = pending.pop()
        try:
            with os.scandir(f"{root}/{here}") as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in found:
            path = f"{here}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                pending.append(path)
            else:
                yield path, entry.is_file(follow_symlinks=False)


CHECKS = (
    Check(tuple(RULES.values()), descriptor),
    Check((RULES["sec.regex"],), patterns),
    Check((RULES["pkg.missing-table"], RULES["pkg.schema-weakened"]), profile),
)
FILE_CHECKS = (Check((RULES["pkg.undeclared-file"], RULES["sec.executable"], RULES["sec.link"]), files),)
