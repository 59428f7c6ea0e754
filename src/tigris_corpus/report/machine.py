"""What validation found, for programs: one JSON document, the same between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus.checks.rule import LEVELS
from tigris_corpus.issues import Severity
from tigris_corpus.report.style import as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tigris_corpus.issues import Issue
    from tigris_corpus.validation import Report


def render(report: Report, issues: Sequence[Issue]) -> str:
    """Return a JSON object: package, version, sound, errors, warnings, not_run, and the issues given."""
    value = {
        "package": report.package.name,
        "version": report.package.version,
        "sound": report.is_sound,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "waived": len(report.waived),
        "not_run": [
            {"level": level, "about": LEVELS[level], "check": name, "reason": reason}
            for level, name, reason in report.not_run
        ],
        "issues": [issue.as_dict() | {"fingerprint": issue.fingerprint} for issue in issues],
    }
    return as_json(value, indent=2) + "\n"
