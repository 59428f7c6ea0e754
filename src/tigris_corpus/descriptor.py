"""The data package: ``datapackage.json`` and the Table Schemas it names, read through the path gate.

What is wrong with a descriptor is kept as ``Problem`` values beside what could be read, so that validation can
report all of it; loading raises the first of them.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tigris_corpus import edtf, journal, jsontext
from tigris_corpus.errors import CorpusError, NotAPackageError
from tigris_corpus.jsontext import JsonError
from tigris_corpus.paths import MAX_JSON, Gate, PathError
from tigris_corpus.patterns import is_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_T = TypeVar("_T")
_TRIES = 5
DESCRIPTOR = "datapackage.json"
PROFILE = "1"
"""The version of the profile (tables, columns, vocabularies) that this package reads and judges by."""
VOCABULARY_FOLDER = "schema/vocabulary/"
PASSES = "corpus/passes/"
"""Where passes are kept as they were made. Cuts of sentences are of no schema of their own."""
FOLDERS = ("corpus", "schema", "seeds")
"""The folders of a package in which every file is accounted for."""
EXECUTABLE = (
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
"""How the names of files end that could be run, or run code where they are opened."""
TEXT_TABLE = "documents"
EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
KEYS = {"mentions": "mention_id", "events": "event_id"}
"""The column of the id of an annotation, by its table."""
SPAN_COLUMNS = {
    "mentions": ("start", "end", "text"),
    "events": ("trigger_start", "trigger_end", "trigger_text"),
}
"""The columns of the span of an annotation, by its table: its start, its end, and the slice of the raw text between them."""
SPANS = tuple(SPAN_COLUMNS.values())
_STANDARD = re.compile(r"https://datapackage\.org/profiles/2\.[0-9x]+/tableschema\.json")
_WORDS = ("title", "description", "unit")
FIELD_TYPES = ("string", "integer", "number", "boolean")

_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "csv": (("text/csv",), ("table",)),
    "parquet": (
        ("application/vnd.apache.parquet", "application/parquet", "application/x-parquet"),
        ("table",),
    ),
    "jsonl": (("application/jsonl", "application/x-ndjson", "application/x-jsonlines"), ("table",)),
    "json": (("application/json", "text/json"), ("json", "geojson", "topojson")),
}
"""What the properties mediatype and type may say of a file, by how its name ends. Of JSON, anything may be ``+json``."""
_TABULAR = ("csv", "parquet")
_CONSTRAINTS = ("required", "unique", "pattern", "minimum", "maximum")
_FIELD_KEYS = ("name", "type", "title", "description", "example", "rdfType", "unit", "constraints")
_LINK_KEYS = ("fields", "reference")
_REFERENCE_KEYS = ("resource", "fields")
_SCHEMA_KEYS = (
    "$schema",
    "title",
    "description",
    "fields",
    "primaryKey",
    "uniqueKeys",
    "foreignKeys",
)
_RESOURCE_KEYS = (
    "name",
    "type",
    "path",
    "title",
    "description",
    "format",
    "mediatype",
    "encoding",
    "bytes",
    "hash",
    "schema",
    "licenses",
    "sources",
)
_BLOCK = 2**20
_HEADER_LIMIT = 2**16
MAX_RESOURCES = 1000
MAX_FIELDS = 1000
MAX_KEYS = 100
"""How many files a package may name, and how many columns and keys of each kind a table may have."""
_GUESSABLE = 100
_GUESSED = 20
"""How long a misspelt name may be, and how many there may be in a file, for the nearest known one to be looked for."""
_LARGEST = 2**63
_SMALL = 2**14
"""Of how many bytes a schema is read once where it comes again: most packages have those of the profile."""
_JOURNAL_HINT = f"where no other process is writing, remove the folder {journal.JOURNAL}"
_RESERVED = "_line"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a descriptor or a schema: a code, the file, the place in it, and what is wrong."""

    code: str
    message: str
    file: str = DESCRIPTOR
    pointer: str | None = None
    line: int | None = None
    column: int | None = None
    value: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, type (one of FIELD_TYPES), meaning, and constraints."""

    name: str
    type: str
    title: str = ""
    description: str = ""
    unit: str | None = None
    example: str | None = None
    edtf: bool = False
    required: bool = False
    unique: bool = False
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values must stand in the columns of another table, named by ``resource``."""

    fields: tuple[str, ...]
    resource: str
    reference: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A Table Schema: the columns of a table in order, its keys, and what it refers to."""

    title: str
    description: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(field.name for field in self.fields)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell rows apart: the primary key, else the first unique key."""
        return self.primary_key or (self.unique_keys[0] if self.unique_keys else ())

    def field(self, name: str) -> Field:
        """Return the column called ``name``."""
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True, slots=True)
class Resource:
    """What the descriptor names: a file, or several that are one after the other. One with a schema is a table."""

    name: str
    index: int
    paths: tuple[str, ...]
    title: str = ""
    schema: TableSchema | None = None
    bytes: int | None = None
    hash: str | None = None

    @property
    def path(self) -> str:
        """The first of its files, which is nearly always the only one."""
        return self.paths[0]

    @property
    def is_vocabulary(self) -> bool:
        """Whether the table is a closed set of labels with their definitions."""
        return self.path.startswith(VOCABULARY_FOLDER)


@dataclass(frozen=True)
class Package:
    """A data package as it was read: the descriptor, its resources, and what is wrong with either."""

    root: Path
    descriptor: dict[str, Any]
    resources: tuple[Resource, ...] = ()
    problems: tuple[Problem, ...] = ()
    gate: Gate = field(kw_only=True, compare=False)
    journal: str | None = field(default=None, kw_only=True, compare=False)
    """The name of the journal that stood in the package when it was opened: a write under way or cut short."""

    @property
    def name(self) -> str:
        """The name of the package, as the descriptor gives it."""
        return str(self.descriptor.get("name", ""))

    @property
    def version(self) -> str:
        """The version of the package, which is the version of its data."""
        return str(self.descriptor.get("version", ""))

    @cached_property
    def tables(self) -> dict[str, Resource]:
        """The resources that are tables, by name, in the descriptor's order."""
        return {resource.name: resource for resource in self.resources if resource.schema}

    def schema(self, name: str) -> TableSchema:
        """Return the schema of the table called ``name``; KeyError where there is none."""
        schema = self.tables[name].schema
        if schema is None:  # pragma: no cover - tables have schemas by construction
            raise KeyError(name)
        return schema

    @cached_property
    def table_at(self) -> dict[str, str]:
        """The name of the table that each file of a table belongs to."""
        return {path: name for name, resource in self.tables.items() for path in resource.paths}

    def measure(self, resource: Resource) -> tuple[int, str]:
        """Return the bytes and the hash of a resource as its files are. Raises PathError where one cannot be read.

        Files of CSV after the first give their rows without their header, as frictionless counts them.
        """
        return _measure(self.gate, resource.paths)

    def changed(self) -> bool:
        """Whether somebody has written since the package was opened: what was read may then be of two states.

        Ask when all has been read, and open the package anew where it is so.
        """
        try:
            is_other = journal.current(self.gate) != self.journal
        except PathError:
            is_other = True
        return is_other or self.gate.changed() is not None

    def vocabulary_of(self, table: str, column: str) -> ForeignKey | None:
        """Return the foreign key that makes a column an enumeration, or None where it is none."""
        for key in self.schema(table).foreign_keys:
            target = self.tables.get(key.resource)
            if key.fields == (column,) and target is not None and target.is_vocabulary:
                return key
        return None


@cache
def packaged_root() -> Path:
    """Return the root of the package that comes with the code: the clone's, else the copy in the wheel.

    An editable install leaves a copy of the data behind that grows stale, so a clone comes first.
    """
    module = Path(__file__).resolve().parent
    clone = module.parent.parent
    if module.parent.name == "src" and (clone / DESCRIPTOR).is_file():
        return clone
    return module / "data"


def open_package(
    path: Path | str | None = None, *, instead: Mapping[str, bytes | None] | None = None
) -> Package:
    """Read the package at ``path``: a folder, its ``datapackage.json``, or None for the packaged release.

    ``instead`` holds files that are read in place of those of the package, by path, None for one that is not there:
    the package as it would be. Where a write is under way or was cut short, the package is read as it is to be.
    Raises NotAPackageError where there is no package. Whatever is wrong with one that is there stands in its
    ``problems``.
    """
    root = root_of(path)
    is_packaged = root.resolve() == packaged_root()
    gate = Gate(root, shares_files=is_packaged)
    has_descriptor = os.path.lexists(root / DESCRIPTOR)
    try:
        name, written = journal.view(gate)
    except PathError as error:
        if not has_descriptor:
            raise _not_a_package(root) from None
        problem = Problem(journal.UNREADABLE, str(error), file=journal.JOURNAL, hint=_JOURNAL_HINT)
        return Package(root, {}, problems=(problem,), gate=gate)
    if written or instead:
        gate = Gate(root, instead={**written, **(instead or {})}, shares_files=is_packaged)
    if not has_descriptor and gate.instead.get(DESCRIPTOR) is None:
        raise _not_a_package(root)
    return replace(_read(root, gate), journal=name)


def read_steadily(
    read: Callable[[Package], _T],
    path: Path | str | None = None,
    *,
    instead: Mapping[str, bytes | None] | None = None,
) -> _T:
    """Return what ``read`` makes of the package at ``path``, of one state of it: anew where somebody wrote meanwhile.

    After some tries it is taken as it comes: somebody writes without a pause.
    """
    for _ in range(_TRIES):
        package = open_package(path, instead=instead)
        try:
            result = read(package)
        except CorpusError:
            if not package.changed():
                raise
        else:
            if not package.changed():
                return result
    return read(open_package(path, instead=instead))


def _read(root: Path, gate: Gate) -> Package:
    try:
        descriptor = jsontext.loads(gate.read(DESCRIPTOR, MAX_JSON))
    except PathError as error:
        return Package(root, {}, problems=(Problem(error.code, str(error)),), gate=gate)
    except JsonError as error:
        problem = Problem(error.code, str(error), line=error.line, column=error.column)
        return Package(root, {}, problems=(problem,), gate=gate)
    reader = _Reader(gate)
    resources = reader.package(descriptor)
    if not isinstance(descriptor, dict):
        descriptor = {}
    return Package(root, descriptor, resources, _with_lines(gate, reader.problems), gate=gate)


@cache
def profile() -> Package:
    """Return the installed profile: the package that comes with the code, by whose schemas others are judged."""
    return open_package(packaged_root())


def refreshed(package: Package) -> bytes:
    """Return ``datapackage.json`` with the bytes and SHA-256 of every resource as the files now are.

    Nothing else in the descriptor changes. Raises PathError where a resource cannot be read.
    """
    descriptor = jsontext.loads(package.gate.read(DESCRIPTOR, MAX_JSON))
    for entry in descriptor["resources"]:
        paths = [entry["path"]] if isinstance(entry["path"], str) else entry["path"]
        entry["bytes"], entry["hash"] = _measure(package.gate, paths)
    return (json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _measure(gate: Gate, paths: Iterable[str]) -> tuple[int, str]:
    """Return how many bytes files have, and their hash as Data Package v2 writes it: algorithm, colon, hexadecimal."""
    size, digest = 0, hashlib.sha256()
    for number, path in enumerate(paths):
        start, whole = 0, gate.size(path)
        if number and path.endswith(".csv"):
            start = gate.part(path, 0, _HEADER_LIMIT).find(b"\n") + 1
        size += whole - start
        for place in range(start, whole, _BLOCK):
            digest.update(gate.part(path, place, _BLOCK))
    return size, f"sha256:{digest.hexdigest()}"


def nearest(value: str, allowed: tuple[str, ...] | list[str]) -> str | None:
    """Return the allowed value that ``value`` was most likely meant to be, or None where none is near.

    Long values are not compared: guessing takes time in proportion to the square of their length.
    """
    if len(value) > _GUESSABLE:
        return None
    by_case = [candidate for candidate in allowed if candidate.casefold() == value.casefold()]
    close = by_case or difflib.get_close_matches(value, allowed, n=1)
    return close[0] if close else None


def root_of(path: Path | str | None) -> Path:
    """Return the folder that is meant by a folder, a ``datapackage.json`` in it, or None for the packaged release.

    Raises NotAPackageError where it is neither.
    """
    path = packaged_root() if path is None else Path(path)
    try:
        if path.name == DESCRIPTOR and path.is_file():
            path = path.parent
        is_there, is_folder = path.exists(), path.is_dir()
    except OSError as error:
        raise NotAPackageError(f"{path} cannot be looked at: {error.strerror}") from None
    if not is_there:
        raise NotAPackageError(f"{path} does not exist")
    if not is_folder:
        raise NotAPackageError(f"{path} is neither a folder nor a {DESCRIPTOR}")
    return path


def _not_a_package(root: Path) -> NotAPackageError:
    return NotAPackageError(f"{root} is not a data package: it has no {DESCRIPTOR}")


def _with_lines(gate: Gate, problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems with the line of each pointer filled in."""
    wanted: dict[str, set[str]] = {}
    for problem in problems:
        if problem.pointer is not None and problem.line is None:
            wanted.setdefault(problem.file, set()).add(problem.pointer)
    lines = {
        file: jsontext.pointer_lines(gate.read(file, MAX_JSON).decode("utf-8"), pointers)
        for file, pointers in wanted.items()
    }
    return tuple(
        problem
        if problem.pointer is None or problem.line is not None
        else replace(problem, line=jsontext.nearest_line(lines[problem.file], problem.pointer))
        for problem in problems
    )


class _Notes:
    """What is wrong with a file of JSON."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.unknown = 0

    def _known(self, entry: dict[str, Any], allowed: tuple[str, ...], pointer: str) -> None:
        for key in entry:
            if key not in allowed:
                self.unknown += 1
                self._report(
                    "pkg.unknown-property",
                    f"the property {key!r} is none that this profile has a use for, and would have no effect",
                    pointer=f"{pointer}/{jsontext.escape(key)}",
                    value=key,
                    hint=_did_you_mean(key, allowed) if self.unknown <= _GUESSED else None,
                )

    def _report(self, code: str, message: str, **where: Any) -> None:
        self.problems.append(Problem(code, message, self.file, **where))


class _SchemaReader(_Notes):
    """Turns JSON into a Table Schema, and keeps what is wrong on the way."""

    def table_schema(self, entry: Any) -> TableSchema | None:
        fields = entry.get("fields") if isinstance(entry, dict) else None
        if not isinstance(fields, list) or not fields:
            self._report("pkg.schema", "a Table Schema is an object with a list of fields", pointer="")
            return None
        self._known(entry, _SCHEMA_KEYS, "")
        self._introduces(entry)
        if self._has_too_many(entry):
            return None
        columns = [self._field(item, f"/fields/{index}") for index, item in enumerate(fields)]
        if any(column is None for column in columns):
            return None
        known = tuple(column for column in columns if column is not None)
        names = {column.name for column in known}
        primary = _names(entry.get("primaryKey", []))
        unique = [_names(key) for key in _listed(entry.get("uniqueKeys", []))]
        listed = _listed(entry.get("foreignKeys", []))
        links = [_foreign_key(item) for item in listed]
        for index, item in enumerate(listed):
            if links[index]:
                self._known(item, _LINK_KEYS, f"/foreignKeys/{index}")
                self._known(item["reference"], _REFERENCE_KEYS, f"/foreignKeys/{index}/reference")
        keys = [primary, *unique, *(link.fields if link else None for link in links)]
        fault = None
        if _RESERVED in names:
            fault = "/fields", f"a field may not be called {_RESERVED!r}"
        elif len(names) < len(known):
            fault = "/fields", "two fields have one name"
        elif not all(unique) or any(
            key is None or not names.issuperset(key) or len(set(key)) < len(key) for key in keys
        ):
            fault = "", "a key is no list of the table's own columns"
        if fault:
            pointer, message = fault
            self._report("pkg.schema", message, pointer=pointer)
            return None
        return TableSchema(
            title=str(entry.get("title", "")),
            description=str(entry.get("description", "")),
            fields=known,
            primary_key=primary or (),
            unique_keys=tuple(key for key in unique if key),
            foreign_keys=tuple(link for link in links if link),
        )

    def _introduces(self, entry: dict[str, Any]) -> None:
        """Report what a schema says of itself that is not so."""
        self._are_words(entry, "")
        if "$schema" in entry and not _STANDARD.fullmatch(str(entry["$schema"])):
            message = "the address in $schema is not that of Table Schema v2"
            self._report("pkg.schema", message, pointer="/$schema", value=str(entry["$schema"]))

    def _has_too_many(self, entry: dict[str, Any]) -> bool:
        """Report a schema with more fields or keys than a table may have."""
        for kind, most in (("fields", MAX_FIELDS), ("uniqueKeys", MAX_KEYS), ("foreignKeys", MAX_KEYS)):
            if len(_listed(entry.get(kind, []))) > most:
                message = f"a table has at most {most} {kind}"
                self._report("pkg.schema", message, pointer=f"/{kind}")
                return True
        return False

    def _field(self, entry: Any, pointer: str) -> Field | None:
        constraints = entry.get("constraints", {}) if isinstance(entry, dict) else None
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("name"), str)
            or not isinstance(constraints, dict)
        ):
            self._report("pkg.schema", "a field is an object with a name", pointer=pointer)
            return None
        self._known(entry, _FIELD_KEYS, pointer)
        self._known(constraints, _CONSTRAINTS, f"{pointer}/constraints")
        kind = entry.get("type", "string")
        if kind not in FIELD_TYPES:
            self._report(
                "pkg.schema",
                f"the type {kind!r} is none of {', '.join(FIELD_TYPES)}",
                pointer=f"{pointer}/type",
                value=str(kind),
                hint=_did_you_mean(str(kind), FIELD_TYPES),
            )
            return None
        bounds = [constraints.get(bound) for bound in ("minimum", "maximum")]
        if any(
            bound is not None
            and (isinstance(bound, bool) or not isinstance(bound, int | float) or not abs(bound) < _LARGEST)
            for bound in bounds
        ):
            self._report("pkg.schema", "a bound is a number", pointer=f"{pointer}/constraints")
            return None
        least, most = bounds
        if least is not None and most is not None and least > most:
            message = "the minimum is above the maximum, and no cell could be right"
            self._report("pkg.schema", message, pointer=f"{pointer}/constraints")
            return None
        self._has_effect(entry, constraints, kind, pointer)
        pattern = constraints.get("pattern")
        if pattern is not None and not (isinstance(pattern, str) and is_safe(pattern)):
            self._report(
                "sec.regex",
                "the pattern is not of the safe subset: decided by the next character, unanchored, the same in every engine",
                pointer=f"{pointer}/constraints/pattern",
                value=str(pattern),
            )
            return None
        column = Field(
            name=entry["name"],
            type=kind,
            title=str(entry.get("title", "")),
            description=str(entry.get("description", "")),
            unit=_as_text(entry.get("unit")),
            example=_as_text(entry.get("example")),
            edtf=kind == "string" and entry.get("rdfType") == EDTF,
            required=constraints.get("required") is True,
            unique=constraints.get("unique") is True,
            pattern=pattern,
            minimum=bounds[0],
            maximum=bounds[1],
        )
        shown = isinstance(entry.get("example"), str if kind == "string" else str | int | float)
        if shown and not _is_example(column):
            message = f"the example of the column {column.name!r} would not pass in it"
            at = f"{pointer}/example"
            self._report("pkg.schema", message, pointer=at, value=column.example)
        return column

    def _has_effect(
        self, entry: dict[str, Any], constraints: dict[str, Any], kind: str, pointer: str
    ) -> None:
        """Report what a field says of its cells that would have no effect on them."""
        faults = [
            (f"constraints/{key}", f"{key} is true or false", constraints[key])
            for key in ("required", "unique")
            if not isinstance(constraints.get(key, False), bool)
        ]
        faults += [
            (f"constraints/{key}", f"cells of the type {kind!r} have no {key}", constraints[key])
            for key in ("minimum", "maximum")
            if constraints.get(key) is not None and kind not in {"integer", "number"}
        ]
        if entry.get("rdfType") == EDTF and kind != "string":
            faults.append(("rdfType", f"a date is no cell of the type {kind!r}", EDTF))
        for place, message, value in faults:
            self._report("pkg.schema", message, pointer=f"{pointer}/{place}", value=str(value))
        self._are_words(entry, pointer)

    def _are_words(self, entry: dict[str, Any], pointer: str) -> None:
        """Report what a schema says for people and is no text."""
        for key in _WORDS:
            value = entry.get(key, key)
            if not (isinstance(value, str) and value.strip()):
                message = f"the {key} of a table or a column is text"
                self._report("pkg.schema", message, pointer=f"{pointer}/{key}", value=str(value))


def _read_schema(data: bytes, file: str) -> tuple[TableSchema | None, tuple[Problem, ...]]:
    """Return a Table Schema, or None where it is of no use, and what is wrong with it."""
    try:
        entry = jsontext.loads(data)
    except JsonError as error:
        return None, (Problem(error.code, str(error), file, line=error.line, column=error.column),)
    reader = _SchemaReader(file)
    return reader.table_schema(entry), tuple(reader.problems)


_remembered = lru_cache(maxsize=64)(_read_schema)


class _Reader(_Notes):
    """Turns the JSON of a descriptor into resources, and keeps what is wrong on the way."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(DESCRIPTOR)
        self.gate = gate
        self.schemas: dict[str, TableSchema | None] = {}

    def package(self, descriptor: Any) -> tuple[Resource, ...]:
        if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
            self._report("pkg.descriptor", "a data package is an object with a list of resources", pointer="")
            return ()
        profile = descriptor.get("tigris")
        version = profile.get("profile") if isinstance(profile, dict) else None
        if version != PROFILE:
            self._report(
                "pkg.profile",
                f'the package does not say that it follows profile "{PROFILE}" of Tigris',
                pointer="/tigris/profile",
                value=None if version is None else str(version),
            )
        for key in ("name", "version"):
            if not isinstance(descriptor.get(key), str):
                self._report("pkg.descriptor", f"the package has no {key}", pointer="")
        if len(descriptor["resources"]) > MAX_RESOURCES:
            message = f"a data package has at most {MAX_RESOURCES} resources"
            self._report("pkg.descriptor", message, pointer="/resources")
            return ()
        resources: dict[str, Resource] = {}
        taken_by: dict[str, int] = {}
        for index, entry in enumerate(descriptor["resources"]):
            resource = self._resource(index, entry)
            if resource is None:
                continue
            taken = next(
                (taken_by[mark] for mark in (resource.name, *resource.paths) if mark in taken_by), None
            )
            taken_by |= dict.fromkeys((resource.name, *resource.paths), index)
            if taken is not None:
                self._report(
                    "pkg.descriptor",
                    f"resource {index} has the name or the path of resource {taken}",
                    pointer=f"/resources/{index}",
                    value=resource.name,
                )
            else:
                resources[resource.name] = resource
        declared = {
            entry["name"]
            for entry in descriptor["resources"]
            if isinstance(entry, dict) and isinstance(entry.get("name"), str) and "schema" in entry
        }
        return tuple(self._with_true_links(resource, resources, declared) for resource in resources.values())

    def _with_true_links(
        self, resource: Resource, resources: dict[str, Resource], declared: set[Any]
    ) -> Resource:
        """Return a resource without the foreign keys that lead to no table or to columns it lacks; these are reported."""
        if resource.schema is None:
            return resource
        true = []
        for index, link in enumerate(resource.schema.foreign_keys):
            name = link.resource or resource.name
            target = resources.get(name)
            is_unread = name in declared and (target is None or target.schema is None)
            columns = target.schema.names if target and target.schema else ()
            if is_unread or set(link.reference) <= set(columns) or self._is_lacking(name, declared):
                true.append(link)  # a table that is not there, or could not be read, is reported as such
            else:
                message = f"a foreign key leads to {name!r} ({', '.join(link.reference)}), which is not there"
                self._report(
                    "pkg.schema", message, pointer=f"/resources/{resource.index}/schema", value=f"{index}"
                )
        return replace(resource, schema=replace(resource.schema, foreign_keys=tuple(true)))

    def _is_lacking(self, name: str, declared: set[Any]) -> bool:
        """Whether a package lacks a table that the installed profile has."""
        return name not in declared and self.gate.root != packaged_root() and name in profile().tables

    def _resource(self, index: int, entry: Any) -> Resource | None:
        pointer = f"/resources/{index}"
        if not isinstance(entry, dict):
            self._report("pkg.descriptor", "a resource is an object", pointer=pointer)
            return None
        self._known(entry, _RESOURCE_KEYS, pointer)
        name = entry.get("name")
        paths = _paths(entry.get("path"))
        if not isinstance(name, str) or not paths:
            self._report("pkg.descriptor", "a resource has a name and a path, both text", pointer=pointer)
            return None
        for path in paths:
            try:
                self.gate.size(path)
            except PathError as error:
                self._report(error.code, str(error), pointer=f"{pointer}/path", value=path)
                return None
        self._look_at_kind(entry, paths, pointer)
        schema = self._schema(entry["schema"], f"{pointer}/schema") if "schema" in entry else None
        endings = {path.rpartition(".")[2].lower() for path in paths}
        if schema is not None and not endings.issubset(_TABULAR):
            self._report("pkg.descriptor", "a table is a file of CSV or Parquet", pointer=f"{pointer}/path")
            return None
        size, checksum = entry.get("bytes"), entry.get("hash")
        return Resource(
            name=name,
            index=index,
            paths=paths,
            title=str(entry.get("title", "")),
            schema=schema,
            bytes=size if isinstance(size, int) else None,
            hash=checksum if isinstance(checksum, str) else None,
        )

    def _look_at_kind(self, entry: dict[str, Any], paths: tuple[str, ...], pointer: str) -> None:
        """Report what a resource says of its files that is not so, and what nothing is ever checked of."""
        for key, kind, meaning in (("bytes", int, "a whole number"), ("hash", str, "text")):
            if key in entry and (not isinstance(entry[key], kind) or isinstance(entry[key], bool)):
                self._report("pkg.descriptor", f"{key} is {meaning}", pointer=f"{pointer}/{key}")
        endings = {path.rpartition(".")[2].lower() for path in paths}
        for ending in sorted(endings & _KINDS.keys()):
            self._said(entry, ending, pointer)
        code = next((path for path in paths if path.lower().endswith(EXECUTABLE)), None)
        if code is not None and code.partition("/")[0] not in FOLDERS:
            self._report("sec.executable", f"{code!r} could be run", pointer=f"{pointer}/path", value=code)
        is_of_no_schema = "schema" not in entry and not all(path.startswith(PASSES) for path in paths)
        if (
            is_of_no_schema
            and entry.get("type") == "table"
            and not endings.isdisjoint(_TABULAR)
            and not self._is_lacking(entry["name"], set())  # a table that the profile has is reported as such
        ):
            message = "a table has a schema: nothing else says what is in it"
            self._report("pkg.schema", message, pointer=pointer)
        if "json" in endings and len(paths) > 1:
            self._report("pkg.descriptor", "a resource of JSON is one file", pointer=f"{pointer}/path")

    def _said(self, entry: dict[str, Any], ending: str, pointer: str) -> None:
        """Report a mediatype or type of a resource that is not that of its files."""
        mediatypes, types = _KINDS[ending]
        mediatype, kind = entry.get("mediatype", mediatypes[0]), entry.get("type", types[0])
        bare = str(mediatype).partition(";")[0].strip().lower()
        if bare not in mediatypes and not (ending == "json" and bare.endswith("+json")):
            message = f"the mediatype is {str(mediatype)!r}, and the file ends in {ending!r}"
            self._report("pkg.metadata", message, pointer=f"{pointer}/mediatype", value=str(mediatype))
        if kind not in types:
            message = f"the type is {str(kind)!r}, and the file ends in {ending!r}"
            self._report("pkg.metadata", message, pointer=f"{pointer}/type", value=str(kind))

    def _schema(self, path: Any, pointer: str) -> TableSchema | None:
        if not isinstance(path, str):
            self._report(
                "pkg.schema", "the schema of a resource is the path of a Table Schema", pointer=pointer
            )
            return None
        if path not in self.schemas:
            try:
                data = self.gate.read(path, MAX_JSON)
            except PathError as error:
                self._report(error.code, str(error), pointer=pointer, value=path)
                self.schemas[path] = None
            else:
                read = _remembered if len(data) <= _SMALL else _read_schema
                self.schemas[path], problems = read(data, path)
                self.problems += problems
        return self.schemas[path]


def _is_example(field: Field) -> bool:
    """Whether the example of a column has the form of the column; whether it is a label is known to its vocabulary."""
    cell = field.example or ""
    if field.type == "boolean":
        return cell.lower() in {"true", "false"}
    if field.type in {"integer", "number"}:
        try:
            value = int(cell) if field.type == "integer" else float(cell)
        except ValueError:
            return False
        least, most = field.minimum, field.maximum
        return (least is None or value >= least) and (most is None or value <= most)
    has_form = field.pattern is None or bool(re.fullmatch(field.pattern, cell))
    return has_form and (not field.edtf or edtf.bounds(cell) is not None)


def _paths(value: Any) -> tuple[str, ...] | None:
    """Return the paths of a resource, one or a list, or None where it has none or one twice."""
    paths = [value] if isinstance(value, str) else value
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        return None
    return tuple(paths) if len(set(paths)) == len(paths) else None


def _listed(value: Any) -> list[Any]:
    """Return a list as it is, and what is no list as a list that no key can be read from."""
    return value if isinstance(value, list) else [None]


def _names(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return None
    return tuple(value)


def _foreign_key(entry: Any) -> ForeignKey | None:
    reference = entry.get("reference") if isinstance(entry, dict) else None
    if not isinstance(reference, dict):
        return None
    resource = reference.get("resource", "")
    fields, targets = _names(entry.get("fields")), _names(reference.get("fields"))
    if not fields or not targets or len(fields) != len(targets) or not isinstance(resource, str):
        return None
    return ForeignKey(fields, resource, targets)


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)


def _did_you_mean(value: str, allowed: tuple[str, ...]) -> str | None:
    near = nearest(value, allowed)
    return f'did you mean "{near}"?' if near else None
