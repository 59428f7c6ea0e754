"""What validation found, as SARIF 2.1.0: the form in which code scanning takes findings from any tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tigris_corpus.checks.rule import LEVELS
from tigris_corpus.descriptor import DESCRIPTOR
from tigris_corpus.descriptor import profile as installed_profile
from tigris_corpus.report import rules
from tigris_corpus.report.source import Lines
from tigris_corpus.report.style import as_json, visible
from tigris_corpus.validation import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tigris_corpus.checks.rule import Rule
    from tigris_corpus.issues import Issue, Location
    from tigris_corpus.validation import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"


def render(report: Report, issues: Sequence[Issue], *, prefix: str = "") -> str:
    """Return a SARIF log of one run: all rules, the issues given, and as notifications the checks not run.

    ``prefix`` is the path from the root of the repository to that of the package. The execution counts as
    successful where every check was run: else the results are not all that there are.
    """
    lines = Lines(report.package.gate.read)
    numbers = {code: number for number, code in enumerate(RULES)}
    invocation = {
        "executionSuccessful": not report.not_run,
        "toolExecutionNotifications": [_notification(*entry) for entry in report.not_run],
    }
    driver = {
        "name": "Tigris",
        "version": installed_profile().version,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [invocation],
        "results": [_result(lines, issue, numbers, prefix) for issue in issues],
    }
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.reason},
        "fullDescription": {"text": f"{rule.reason} To mend it: {rule.hint}."},
        "help": {"text": rules.explain(rule)},
        "defaultConfiguration": {"level": str(rule.severity)},
        "properties": {"level": rule.level, "about": LEVELS[rule.level], "tags": [f"level {rule.level}"]},
    }


def _notification(level: int, name: str, why: str) -> dict[str, Any]:
    text = _text(f"{name} (level {level}, {LEVELS[level]}) was not run: {why}")
    return {"descriptor": {"id": name}, "level": "error", "message": {"text": text}}


def _result(lines: Lines, issue: Issue, numbers: dict[str, int], prefix: str) -> dict[str, Any]:
    number = {"ruleIndex": numbers[issue.code]} if issue.code in numbers else {}
    message = f"{issue.message}; {issue.hint}" if issue.hint else issue.message
    related = [
        {"id": place, **_location(lines, at, prefix)} for place, at in enumerate(issue.related, start=1)
    ]
    return {
        "ruleId": issue.code,
        **number,
        "level": str(issue.severity),
        "message": {"text": _text(message)},
        "locations": [_location(lines, issue.location, prefix)],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {"tigrisIssue/v1": issue.fingerprint},
    }


def _text(text: str) -> str:
    r"""Return text as a message has it: with nothing in it that a viewer takes for a link.

    >>> _text("[a](https://example.org)")
    '[a]\\u0028https://example.org)'
    """
    return visible(text).replace("](", "]\\u0028")


def _location(lines: Lines, at: Location, prefix: str) -> dict[str, Any]:
    file = at.file or DESCRIPTOR
    artifact = {"uri": _uri(f"{prefix}/{file}" if prefix else file), "uriBaseId": _ROOT}
    region = _region(lines, at)
    return {"physicalLocation": {"artifactLocation": artifact, **({"region": region} if region else {})}}


def _uri(path: str) -> str:
    """Return a path as a relative reference.

    >>> _uri("corpus/été :1.csv")
    'corpus/%C3%A9t%C3%A9%20%3A1.csv'
    """
    return quote(path.encode("utf-8", "surrogatepass"))


def _region(lines: Lines, at: Location) -> dict[str, int]:
    """Return the line of a location with the columns that are meant, from 1; in a raw text, with its characters."""
    if at.line is None:
        return {}
    start, end = lines.span(at)
    columns = {"startColumn": start + 1, "endColumn": _within(lines, at, end) + 1} if end > start else {}
    if at.file is None or at.row is not None or at.start is None or at.end is None or at.end < at.start:
        return {"startLine": at.line, **columns}
    meant = "\n".join(lines.of(at.file))[at.start : at.end]
    ending = {"endLine": at.line + meant.count("\n"), "endColumn": len(meant.rpartition("\n")[2]) + 1}
    characters = {"charOffset": at.start, "charLength": at.end - at.start}
    return {"startLine": at.line, **columns, **(ending if "\n" in meant else {}), **characters}


def _within(lines: Lines, at: Location, end: int) -> int:
    """Return the end of a span, or of its line where the span is an empty cell or a mark at the end of it."""
    return min(end, len(lines.line(at) or ""))
