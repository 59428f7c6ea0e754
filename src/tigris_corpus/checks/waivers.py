"""L6: findings that were looked at and are right as they are, by their fingerprint.

Warnings can be waived, and errors about the corpus as a whole, which are judgements that may know an exception. What
loaders and readers rely on (bytes, form, schemas, keys, spans, the rules of the labels) and what a release promises is
mended and never waived.
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
LEVEL = 6
"""The level whose errors can be waived, by their fingerprint; warnings can be at every level."""
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
        "What readers of the package rely on is mended, and not waived: a waiver takes out warnings, and errors of level 6.",
        "mend the fault, and remove the row from waivers.csv",
        bad="a waiver of a span whose text is another",
        good="a waiver of a missing role",
    ),
)
JUDGED = ("rel.split-changed", "rel.rights-changed")
"""What a release counts as an error, and may be meant all the same."""
FACTS = ("pkg.hash", "rel.version-not-bumped", *RULES)
"""What is so or not so, whoever looks at it: these are never waived, whatever their weight."""


def can_be_waived(issue: Issue, level: int) -> bool:
    """Whether an issue is one that a waiver may take out of the report."""
    if issue.code in FACTS:
        return False
    return issue.severity is Severity.WARNING or level == LEVEL or issue.code in JUDGED


def standing(_: Snapshot, issues: list[Issue], level_of: Callable[[str], int]) -> list[Issue]:
    """Return the issues that no waiver can take out: only they put rows in doubt."""
    return [issue for issue in issues if not can_be_waived(issue, level_of(issue.code))]


def waived(
    snapshot: Snapshot,
    issues: Iterable[Issue],
    level_of: Callable[[str], int],
    is_judged: Callable[[str], bool],
) -> tuple[list[Issue], list[Issue]]:
    """Return the issues without those that the table waives, and with what is wrong with the waivers; and the waived.

    A waiver is only known to be unused where its code ``is_judged``: where every check was run that could report it.
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
        elif can_be_waived(issue, level_of(issue.code)):
            taken.append(issue)
            used.add(issue.fingerprint)
        else:
            kept.append(issue)
            if issue.fingerprint not in used:
                message = f"{issue.code} at {issue.location} is waived, and cannot be"
                kept.append(
                    RULES["waiver.refused"].issue(place(table, row, "fingerprint"), issue.code, message)
                )
            used.add(issue.fingerprint)
    for fingerprint, row in rows.items():
        if fingerprint not in used and is_judged(row["code"]):
            message = f"no finding of {row['code']} has the fingerprint {fingerprint}"
            kept.append(RULES["waiver.unused"].issue(place(table, row, "fingerprint"), fingerprint, message))
    return kept, taken
