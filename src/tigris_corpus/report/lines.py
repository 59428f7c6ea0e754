"""What validation found, for programs that read line by line: one issue a line, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tigris_corpus.report.rules import RULES
from tigris_corpus.report.style import as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tigris_corpus.issues import Issue
    from tigris_corpus.validation import Report


def render(_: Report, issues: Sequence[Issue]) -> str:
    """Return the issues as JSON Lines: those of ``format json``, each with its level; nothing where there are none."""
    return "".join(f"{as_json(_line(issue))}\n" for issue in issues)


def _line(issue: Issue) -> dict[str, Any]:
    rule = RULES.get(issue.code)
    return issue.as_dict() | {"fingerprint": issue.fingerprint, "level": rule.level if rule else None}
