"""What validation found, for people: each issue with its line, the cell underlined, and how to mend it."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

from tigris_corpus.checks.rule import LEVELS
from tigris_corpus.issues import Severity, plural
from tigris_corpus.paths import PathError
from tigris_corpus.report.style import painted, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tigris_corpus.issues import Issue, Location
    from tigris_corpus.report.style import Colour
    from tigris_corpus.validation import Report

_WIDTH = 100
_MANY = 20
_CHECKS_SHOWN = 5
_RELATED_SHOWN = 3


def render(report: Report, issues: Sequence[Issue], *, colour: bool = False) -> str:
    """Return the issues as text, then what was not run, a summary by code where there are many, and the verdict.

    ``issues`` are those of the report to be shown in full; the verdict counts all of the report's.
    """
    lines = _Lines(report)
    parts = [_issue(lines, issue, colour=colour) for issue in issues]
    if len(report.issues) > len(issues):
        parts.append(f"… and {len(report.issues) - len(issues)} more")
    if len(report.issues) > _MANY:
        counts = Counter(issue.code for issue in report.issues)
        parts.append("\n".join(f"{count:6} {code}" for code, count in counts.most_common()))
    if len(report.not_run) > _CHECKS_SHOWN:
        parts.append(
            f"not run: {len(report.not_run)} checks, for what could not be read; --format json names them"
        )
    elif report.not_run:
        parts.append(
            "\n".join(
                f"not run: {name} (L{level} {LEVELS[level]}): {why}" for level, name, why in report.not_run
            )
        )
    parts.append(_verdict(report, colour=colour))
    return "\n\n".join(parts) + "\n"


def _verdict(report: Report, *, colour: bool) -> str:
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    name = visible(f"{report.package.name or report.package.root.name} {report.package.version}".strip())
    counts = f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"
    if report.is_sound:
        return painted(f"{name} is sound: {counts}", "green", on=colour)
    return painted(f"{name} is not sound: {counts}", "red", on=colour)


class _Lines:
    """The lines of the package's files, read when they are shown."""

    def __init__(self, report: Report) -> None:
        self._gate = report.package.gate
        self._files: dict[str, list[str]] = {}

    def line(self, at: Location) -> str | None:
        if at.file is None or at.line is None:
            return None
        if at.file not in self._files:
            try:
                data = self._gate.read(at.file)
            except PathError:
                data = b""
            self._files[at.file] = data.decode("utf-8", errors="replace").split("\n")
        lines = self._files[at.file]
        return lines[at.line - 1] if at.line <= len(lines) else None

    def header(self, file: str) -> list[str]:
        first = self._files.get(file, [""])[0]
        return next(csv.reader([first]), [])


def _issue(lines: _Lines, issue: Issue, *, colour: bool) -> str:
    at = issue.location
    shade: Colour = "red" if issue.severity is Severity.ERROR else "yellow"
    head = f"{visible(str(at))}: {painted(str(issue.severity), shade, on=colour)} {issue.code}: {visible(issue.message)}"
    shown = [head]
    line = lines.line(at)
    if line is not None:
        shown.extend(_source(line, at, lines.header(at.file or ""), colour=colour))
    shown.extend(f"  see {visible(str(other))}" for other in issue.related[:_RELATED_SHOWN])
    if len(issue.related) > _RELATED_SHOWN:
        shown.append(f"  and {len(issue.related) - _RELATED_SHOWN} more places")
    if issue.hint:
        shown.append(f"  {painted('hint:', 'dim', on=colour)} {visible(issue.hint)}")
    return "\n".join(shown)


def _source(line: str, at: Location, header: list[str], *, colour: bool) -> list[str]:
    """Return the line that an issue is on, cut to what fits, with its cell or its column underlined."""
    start, end = _underlined(line, at, header)
    cut = max(0, min(start - 20, end - _WIDTH)) if end > _WIDTH else 0
    shown = line[cut : cut + _WIDTH]
    before = visible(line[cut:start])
    marked = visible(line[start : min(end, cut + _WIDTH)])
    number = str(at.line)
    result = [f"  {number} | {visible(shown)}"]
    if end > start:
        marks = painted("^" * max(1, len(marked)), "red", on=colour)
        result.append(f"  {' ' * len(number)} | {' ' * len(before)}{marks}")
    return result


def _underlined(line: str, at: Location, header: list[str]) -> tuple[int, int]:
    if at.column is not None and at.start is not None and at.end is not None:
        return at.column - 1, min(len(line), at.column - 1 + at.end - at.start)
    if at.column is not None:
        return min(at.column - 1, len(line)), min(at.column, len(line) + 1)
    if at.field is None or at.field not in header:
        return 0, 0
    return _cell_span(line, header.index(at.field))


def _cell_span(line: str, number: int) -> tuple[int, int]:
    """Return where the cell of a number stands in a line of CSV."""
    start, inside, cell = 0, False, 0
    for place, mark in enumerate(line):
        if mark == '"':
            inside = not inside
        elif mark == "," and not inside:
            if cell == number:
                return start, max(place, start + 1)
            cell, start = cell + 1, place + 1
    return (start, max(len(line), start + 1)) if cell == number else (0, 0)
