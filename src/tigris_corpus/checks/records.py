"""L0: the schema of records, which says in JSON Schema what the Table Schemas and vocabularies say."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from tigris_corpus import jsontext
from tigris_corpus.checks.package import OPTIONAL, lacking, references
from tigris_corpus.checks.rule import Check, Stage, by_code, error
from tigris_corpus.descriptor import profile
from tigris_corpus.engine.snapshot import profile_labels
from tigris_corpus.issues import Location
from tigris_corpus.paths import MAX_JSON, PathError
from tigris_corpus.record_schema import of_package

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import ForeignKey
    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        0,
        "pkg.record-schema",
        "Records and tables are two forms of one thing, and have the same columns, labels and limits.",
        "write into the schema of the records what the tables say, or restore it",
        bad="mentions of a record without mention_type",
        good="mentions of a record with every column of mentions.json",
    ),
)
_RECORDS = "document-record"
"""The resource that says what a document and its labels are as a record."""
_ROWS = "$defs"
_PARTS = {"events": ("events", "event_modes")}
"""The tables that the rows of a record come from, where it is not the one of their name."""
_WORDS = frozenset(["$id", "$comment", "title", "description", "examples", "default"])
"""What a JSON Schema says for people only."""
_BY_NAME = ("properties", _ROWS)
"""What has keys that are names, and not words of JSON Schema."""
_WIDEST = 80


class _Difference(NamedTuple):
    """Where a schema says another thing: the keys that lead there, what stands there, and what is wrong."""

    at: tuple[str, ...]
    value: str | None
    message: str


def records(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield where the schema of records says other than the tables: once for each kind of row, and once for the rest.

    It may lack what a package adds to the profile.
    """
    package, installed = snapshot.package, profile()
    resource = next((resource for resource in package.resources if resource.name == _RECORDS), None)
    if resource is None or any(
        name not in package.tables for name in installed.tables if name not in OPTIONAL
    ):
        return
    try:
        data = package.gate.read(resource.path, MAX_JSON)
        described = jsontext.loads(data)
    except (PathError, jsontext.JsonError):
        return  # reported when it was found
    found = described if isinstance(described, dict) else {}
    if any(not reference.startswith("#") for reference in references(found)):
        return  # what is elsewhere is never fetched, and reported as such
    wanted = of_package(package, partial(_labels, snapshot))
    least = of_package(installed, _profile_labels)
    for fault in _differences(found, wanted, least):
        (table, *_) = fault.at[1:] or ("",)
        parts = _PARTS.get(table, (table,)) if fault.at[0] == _ROWS else ("documents", "passes")
        weak = any(
            any(lacking(installed.schema(name), package.schema(name)))
            for name in parts
            if name in installed.tables
        )
        if not weak:  # the tables are at fault, and reported
            yield _issue(resource.path, data, fault)


def _labels(snapshot: Snapshot, key: ForeignKey) -> list[str]:
    """Return the labels of a vocabulary, with those of the profile that it lacks: their loss is reported once."""
    own = snapshot.allowed(key)
    if own is None:
        return _profile_labels(key) if key.resource in profile_labels() else []
    return own


def _profile_labels(key: ForeignKey) -> list[str]:
    return profile_labels()[key.resource][key.reference[0]].to_list()


def _differences(
    found: dict[str, Any], wanted: dict[str, Any], least: dict[str, Any]
) -> Iterator[_Difference]:
    rows = found.get(_ROWS)
    if not isinstance(rows, dict):
        yield _Difference((_ROWS,), None, "the schema does not say what the rows of a record are")
        return
    for name, row in wanted[_ROWS].items():
        fault = _difference(rows.get(name, {}), row, least[_ROWS][name], (_ROWS, name))
        if fault:
            yield fault
    own, tables, profiled = ({**one, _ROWS: {}} for one in (found, wanted, least))
    fault = _difference(own, tables, profiled, ())
    if fault:
        yield fault


def _difference(found: Any, wanted: Any, least: Any, at: tuple[str, ...]) -> _Difference | None:
    """Return the first place where a schema is not as wanted; it may lack what ``least`` has not either, or be that."""
    if found == least:
        return None
    if isinstance(wanted, dict):
        return _other_keys(found, wanted, least if isinstance(least, dict) else {}, at)
    if isinstance(wanted, list):
        return _other_labels(found, wanted, least if isinstance(least, list) else [], at)
    if found == wanted:
        return None
    return _Difference(at, _shown(found), f"{_shown(found)} stands there, and {_shown(wanted)} by the tables")


def _other_keys(
    found: Any, wanted: dict[str, Any], least: dict[str, Any], at: tuple[str, ...]
) -> _Difference | None:
    if not isinstance(found, dict):
        return _Difference(at, _shown(found), f"{_shown(found)} stands there in place of an object")
    words = frozenset() if at and at[-1] in _BY_NAME else _WORDS
    for key in sorted(wanted, key=lambda key: key not in _BY_NAME):
        if key in found and key not in words:
            fault = _difference(found[key], wanted[key], least.get(key), (*at, key))
            if fault:
                return fault
        elif key in least and key not in words:
            return _Difference((*at, key), key, f"{key!r} is missing")
    unknown = next((key for key in found if key not in wanted and key not in words), None)
    if unknown is None:
        return None
    return _Difference((*at, unknown), unknown, f"the tables have no {unknown[:_WIDEST]!r}")


def _other_labels(found: Any, wanted: list[str], least: list[str], at: tuple[str, ...]) -> _Difference | None:
    if not isinstance(found, list):
        return _Difference(at, _shown(found), f"{_shown(found)} stands there in place of a list")
    lost = next((label for label in least if label not in found), None)
    if lost is not None:
        return _Difference(at, lost, f"{lost!r} is missing")
    unknown = next((label for label in found if label not in wanted), None)
    if unknown is None:
        return None
    return _Difference(at, _shown(unknown), f"the tables have no {_shown(unknown)}")


def _shown(value: Any) -> str:
    return repr(value)[:_WIDEST]


def _issue(path: str, data: bytes, fault: _Difference) -> Issue:
    pointer = "".join(f"/{jsontext.escape(key)}" for key in fault.at)
    lines = jsontext.pointer_lines(data.decode("utf-8"), [pointer])
    at = Location(file=path, line=jsontext.nearest_line(lines, pointer), pointer=pointer)
    return RULES["pkg.record-schema"].issue(at, fault.value, f"{'/'.join(fault.at)}: {fault.message}")


CHECKS = (Check(tuple(RULES.values()), records, stages=(Stage.PACKAGE,)),)
