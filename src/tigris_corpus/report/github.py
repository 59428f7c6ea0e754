"""What validation found, as workflow commands: GitHub Actions shows them beside the lines of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus.checks.rule import LEVELS
from tigris_corpus.descriptor import DESCRIPTOR
from tigris_corpus.issues import Severity, plural
from tigris_corpus.report.findings import verdict
from tigris_corpus.report.source import Lines
from tigris_corpus.report.style import inert, short, visible
from tigris_corpus.validation import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tigris_corpus.issues import Issue
    from tigris_corpus.validation import Report

MOST = 10
"""How many annotations of each kind GitHub shows for a step."""

_LONGEST = 1200


def render(report: Report, issues: Sequence[Issue], *, prefix: str = "") -> str:
    """Return the issues as commands, a line each: errors, then checks not run, then warnings, low levels first.

    ``prefix`` is the path from the root of the repository to that of the package. Where GitHub will not show all,
    a notice counts the rest. The last line is the verdict, which is no command.
    """
    lines = Lines(report.package.gate.read)
    errors, warnings = (
        [
            _annotation(lines, issue, prefix)
            for issue in sorted(issues, key=_level)
            if issue.severity is severity
        ]
        for severity in Severity
    )
    errors += [
        _command("error", f"{name} (level {level}, {LEVELS[level]}): {why}", title="not run")
        for level, name, why in report.not_run
    ]
    more = {
        "error": report.count(Severity.ERROR) + len(report.not_run) - min(MOST, len(errors)),
        "warning": report.count(Severity.WARNING) - min(MOST, len(warnings)),
    }
    rest = " and ".join(plural(count, kind) for kind, count in more.items() if count)
    note = f"{rest} more than GitHub shows here; tigris validate shows all"
    notices = [_command("notice", note, title="tigris")] if rest else []
    return "".join(f"{line}\n" for line in (*errors, *warnings, *notices, inert(verdict(report))))


def _level(issue: Issue) -> int:
    rule = RULES.get(issue.code)
    return rule.level if rule else len(LEVELS)


def _annotation(lines: Lines, issue: Issue, prefix: str) -> str:
    at = issue.location
    start, end = lines.span(at)
    file = at.file or DESCRIPTOR
    return _command(
        str(issue.severity),
        *([issue.message, f"hint: {issue.hint}"] if issue.hint else [issue.message]),
        file=f"{prefix}/{file}" if prefix else file,
        line=at.line,
        col=start + 1 if end > start else None,
        title=issue.code,
    )


def _command(kind: str, *message: str, **properties: str | int | None) -> str:
    """Return a workflow command with the lines of its message; properties that are None are left out."""
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value is not None)
    return f"::{kind} {given}::{'%0A'.join(map(_data, message))}"


def _data(text: str) -> str:
    r"""Return text as the message of a command has it.

    >>> _data("100 %\n::error::x")
    '100 %25\\u000a::error::x'
    """
    return visible(short(text, _LONGEST)).replace("%", "%25")


def _property(value: str | int) -> str:
    """Return a value as a property of a command has it.

    >>> _property("a:b,c")
    'a%3Ab%2Cc'
    """
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
