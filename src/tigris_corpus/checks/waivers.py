"""L6: findings that were looked at and are right as they are, by their fingerprint.

Warnings can be waived, and errors about labels (levels 4 to 6), which are judgements that may know an exception. What
loaders and readers rely on (bytes, form, schemas, keys) and what a release promises is mended and never waived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus.checks.rule import by_code, error, place
from tigris_corpus.engine.reader import LINE
from tigris_corpus.issues import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

TABLE = "waivers"
LEVELS = (4, 5, 6)
"""The levels whose errors can be waived, by their fingerprint; warnings can be at every level."""
RULES = by_code(
    error(
        6,
        "waiver.unused",
        "A waiver that matches nothing any more would one day hide a new fault.",
        "remove the row from waivers.csv",
        bad="a waiver of a warning that is mended",
        good="no such row",
    ),
    error(
        6,
        "waiver.refused",
        "What readers of the package rely on is mended, and not waived.",
        "mend the fault, and remove the row from waivers.csv",
        bad="a waiver of a missing parent",
        good="a waiver of a missing role",
    ),
)


def can_be_waived(issue: Issue, level: int) -> bool:
    """Whether an issue is one that a waiver may take out of the report."""
    return issue.severity is Severity.WARNING or level in LEVELS


def standing(snapshot: Snapshot, issues: list[Issue], level_of: Callable[[str], int]) -> list[Issue]:
    """Return the issues that no waiver takes out: only they put rows in doubt."""
    table = snapshot.tables.get(TABLE)
    if table is None or not table.readable or not table.sound.height:
        return issues
    rows = set(table.sound.select("fingerprint", "code").iter_rows())
    return [
        issue
        for issue in issues
        if (issue.fingerprint, issue.code) not in rows or not can_be_waived(issue, level_of(issue.code))
    ]


def waived(
    snapshot: Snapshot, issues: Iterable[Issue], level_of: Callable[[str], int], *, is_complete: bool
) -> tuple[list[Issue], list[Issue]]:
    """Return the issues without those that the table waives, and with what is wrong with the waivers; and the waived.

    A waiver is only known to be unused where every check could be run (``is_complete``).
    """
    table = snapshot.tables.get(TABLE)
    if table is None or not table.readable:
        return list(issues), []
    rows = {row["fingerprint"]: row for row in table.sound.sort(LINE).iter_rows(named=True)}
    kept: list[Issue] = []
    taken: list[Issue] = []
    used: set[str] = set()
    for issue in issues:
        row = rows.get(issue.fingerprint)
        if row is None or row["code"] != issue.code:
            kept.append(issue)
            continue
        used.add(issue.fingerprint)
        if can_be_waived(issue, level_of(issue.code)):
            taken.append(issue)
        else:
            message = f"{issue.code} at {issue.location} is waived, and cannot be"
            kept += [
                issue,
                RULES["waiver.refused"].issue(place(table, row, "fingerprint"), issue.code, message),
            ]
    for fingerprint, row in rows.items():
        if fingerprint not in used and is_complete:
            message = f"no finding of {row['code']} has the fingerprint {fingerprint}"
            kept.append(RULES["waiver.unused"].issue(place(table, row, "fingerprint"), fingerprint, message))
    return kept, taken
