"""What validation found, for people: each issue with its line, the cell underlined, and how to mend it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tigris_corpus.checks.rule import LEVELS
from tigris_corpus.checks.waivers import can_be_waived
from tigris_corpus.issues import Severity, plural
from tigris_corpus.report.rules import RULES
from tigris_corpus.report.source import Lines
from tigris_corpus.report.style import inert, painted, short, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tigris_corpus.issues import Issue
    from tigris_corpus.report.style import Colour
    from tigris_corpus.validation import Report

SHOWN = 20
"""How many issues are shown in full, where nothing else is asked for."""

_WIDTH = 100
_LONGEST = 1200
_CHECKS_SHOWN = 5
_RELATED_SHOWN = 3


def render(report: Report, issues: Sequence[Issue], *, shown: int = SHOWN, colour: bool = False) -> str:
    """Return the issues as text, then a summary by code where there are many, what was not run, and the verdict.

    The first ``shown`` of ``issues`` are shown in full; the summary counts them all, and the verdict counts all of
    the report's.
    """
    lines = Lines(report.package.gate.read)
    parts = listed(lines, issues[:shown], colour=colour)
    if len(issues) > shown > 0:
        parts.append(f"… and {len(issues) - shown} more")
    if len(issues) > min(shown, SHOWN):
        counts = Counter(issue.code for issue in issues)
        parts.append("\n".join(f"{count:6} {visible(code)}" for code, count in counts.most_common()))
    parts.extend(_not_run(report))
    if issues:
        parts.append("`tigris explain CODE` tells more of a code")
    parts.append(verdict(report, colour=colour))
    return "".join(f"{inert(line)}\n" for line in "\n\n".join(parts).split("\n"))


def listed(
    lines: Lines, issues: Sequence[Issue], *, colour: bool = False, waivable: bool = True
) -> list[str]:
    """Return each issue as text, with the reason of its code where that first appears.

    One that could be waived shows its fingerprint, where issues are ``waivable``: those of a package are.
    """
    explained: set[str] = set()
    parts = []
    for issue in issues:
        shown = _issue(lines, issue, with_why=issue.code not in explained, colour=colour)
        rule = RULES.get(issue.code)
        if waivable and rule and can_be_waived(issue, rule.level):
            shown += f"\n  {painted(f'fingerprint: {issue.fingerprint}', 'dim', on=colour)}"
        parts.append(shown)
        explained.add(issue.code)
    return parts


def verdict(report: Report, *, colour: bool = False) -> str:
    """Return whether the package is sound, with the counts of all its issues, as one line."""
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    name = visible(f"{report.package.name or report.package.root.name} {report.package.version}".strip())
    counts = f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"
    counts += f", {len(report.waived)} waived" if report.waived else ""
    if report.is_sound:
        return painted(f"{name} is sound: {counts}", "green", on=colour)
    return painted(f"{name} is not sound: {counts}", "red", on=colour)


def _not_run(report: Report) -> list[str]:
    """Return what is to be said of the checks that were not run, as no part or one."""
    if len(report.not_run) > _CHECKS_SHOWN:
        count = len(report.not_run)
        return [f"not run: {count} checks, for what could not be read; --format json names them"]
    lines = [
        visible(f"not run: {name} (L{level} {LEVELS[level]}): {why}") for level, name, why in report.not_run
    ]
    return ["\n".join(lines)] if lines else []


def _issue(lines: Lines, issue: Issue, *, with_why: bool, colour: bool) -> str:
    shade: Colour = "red" if issue.severity is Severity.ERROR else "yellow"
    place, code, message = (_quoted(text) for text in (str(issue.location), issue.code, issue.message))
    shown = [f"{place}: {painted(str(issue.severity), shade, on=colour)} {code}: {message}"]
    shown.extend(_source(lines, issue, colour=colour))
    shown.extend(f"  see {_quoted(str(other))}" for other in issue.related[:_RELATED_SHOWN])
    if len(issue.related) > _RELATED_SHOWN:
        shown.append(f"  and {len(issue.related) - _RELATED_SHOWN} more places")
    if issue.hint:
        shown.append(f"  {painted('hint:', 'dim', on=colour)} {_quoted(issue.hint)}")
    rule = RULES.get(issue.code)
    if rule and with_why:
        shown.append(f"  {painted(f'why: {rule.reason}', 'dim', on=colour)}")
    return "\n".join(shown)


def _quoted(text: str) -> str:
    return visible(short(text, _LONGEST))


def _source(lines: Lines, issue: Issue, *, colour: bool) -> list[str]:
    """Return the line that an issue is on, cut to what fits, with its cell or its column underlined."""
    line = lines.line(issue.location)
    if line is None:
        return []
    start, end = lines.span(issue.location)
    cut = max(0, min(start - 20, end - _WIDTH)) if end > _WIDTH else 0
    before = visible(line[cut:start])
    marked = visible(line[start : min(end, cut + _WIDTH)])
    number = str(issue.location.line)
    result = [f"  {number} | {visible(line[cut : cut + _WIDTH])}"]
    if end > start:
        marks = painted("^" * max(1, len(marked)), "red", on=colour)
        result.append(f"  {' ' * len(number)} | {' ' * len(before)}{marks}")
    return result
