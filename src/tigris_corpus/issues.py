"""Findings are data: an issue says what is wrong, where, and how to mend it. Rendering is elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_FINGERPRINT_DIGITS = 16


class Severity(StrEnum):
    """How much an issue weighs. Only errors make a package unsound."""

    ERROR = "error"
    WARNING = "warning"

    @property
    def rank(self) -> int:
        """0 for the weightiest, so that issues sort by weight."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Location:
    """Where an issue is. What does not apply is None.

    ``file`` is relative to the package's root, with forward slashes. ``line`` and ``column`` count from 1,
    ``row`` counts data rows from 1 (the header is no row), ``byte`` counts from 0. ``start`` and ``end`` are
    code points into the raw text of ``document``. ``pointer`` is a JSON Pointer (RFC 6901) into ``file``.
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    byte: int | None = None
    row: int | None = None
    key: str | None = None
    field: str | None = None
    document: str | None = None
    sentence: str | None = None
    start: int | None = None
    end: int | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        place = self.file or "package"
        for part in (self.line, self.field if self.line else self.field or self.pointer):
            place += f":{part}" if part is not None else ""
        return place

    def as_dict(self) -> dict[str, Any]:
        """Return what is known, as plain values."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding: a stable code, its weight, where it is, the value found, what is wrong, how to mend it.

    ``related`` holds the other places that the finding is about: the first of two duplicates, the entity of a
    conflicting mention. ``value`` is text from the data, as it was found; escape it for the place it is shown.
    ``count`` says in how many places the fault shows; ``related`` holds the first of them. ``fault`` names what
    several issues have as their one cause, while they are being found.
    """

    code: str
    severity: Severity
    location: Location
    value: str | None
    message: str
    hint: str | None = None
    related: tuple[Location, ...] = field(default=())
    fault: str | None = field(default=None, compare=False, repr=False)
    count: int = 1

    @property
    def fingerprint(self) -> str:
        """What the issue is known by from run to run: 16 hexadecimal digits.

        It is made of the code, the file, the key (else the pointer, else the document), the field and the value.
        The line is left out, so that rows put in before it change nothing.

        >>> Issue("sch.enum", Severity.ERROR, Location("a.csv", line=5, key="x1"), "GEP", "").fingerprint
        '469d29899165c445'
        """
        at = self.location
        parts = (self.code, at.file, at.key or at.pointer or at.document, at.field, self.value)
        text = "\x1f".join(part or "" for part in parts)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_FINGERPRINT_DIGITS]

    def as_dict(self) -> dict[str, Any]:
        """Return the issue as plain values, ready for JSON."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "location": self.location.as_dict(),
            "value": self.value,
            "message": self.message,
            "hint": self.hint,
            "count": self.count,
            "related": [location.as_dict() for location in self.related],
        }


def sort_key(issue: Issue) -> tuple[str, int, str, str, str]:
    """Order issues by file, line, field and code, so that reports are stable between runs."""
    at = issue.location
    return (at.file or "", at.line or 0, at.field or at.pointer or "", issue.code, issue.message)


def plural(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> plural(1, "error"), plural(0, "error")
    ('1 error', '0 errors')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


KEPT = 100
"""How many places of one fault are kept; they are all counted."""


def gathered(issues: Iterable[Issue]) -> list[list[Issue]]:
    """Return issues in groups of one fault each, at most ``KEPT`` in a group: the rest are counted in the last."""
    groups: dict[tuple[str, str], list[Issue]] = {}
    single: list[list[Issue]] = []
    for issue in issues:
        if issue.fault is None:
            single.append([issue])
            continue
        group = groups.setdefault((issue.code, issue.fault), [])
        if len(group) < KEPT:
            group.append(issue)
        else:
            group[-1] = replace(group[-1], count=group[-1].count + issue.count)
    return [*single, *groups.values()]
