"""What a pull request changes, as Markdown for its reviewers: labels by table, by document, and agreement of new passes."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tigris_corpus.report.agreement import CHIEF, NOTE, markdown
from tigris_corpus.report.changes import line
from tigris_corpus.report.style import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tigris_corpus.editing.changes import Change

KINDS = ("added", "removed", "moved", "retyped", "changed")
SHOWN = 200
_STEERS = re.compile(r"([\\`*_{}\[\]()<>#|!~@&:-])")


def render(changes: Sequence[Change], agreements: Sequence[tuple[str, str, str, pd.DataFrame]]) -> str:
    """Return a summary: counts, every change (the first 200) folded away, and the agreement of each new pair of passes.

    ``agreements`` has document, first and second annotator, and the table of their agreement.
    """
    parts = ["### Labels", _counts(changes) if changes else "No label differs.\n"]
    if changes:
        parts.append(_folded(changes))
    for document, first, second, frame in agreements:
        chief = frame[[pair in CHIEF for pair in zip(frame["layer"], frame["measure"], strict=True)]]
        parts.append(f"### Agreement on {escaped(document)}: {escaped(first)} and {escaped(second)}")
        parts.append(f"{markdown(chief, document)}\n{NOTE}\n")
    return "\n\n".join(parts)


def escaped(text: str) -> str:
    r"""Return text that Markdown and HTML show as it is: no link, no mention of a person, no tag.

    >>> print(escaped("<b>@you [x](y)"))
    \<b\>\@you \[x\]\(y\)
    """
    return _STEERS.sub(r"\\\1", visible(text))


def _counts(changes: Sequence[Change]) -> str:
    counted = Counter((change.document_id, change.table, change.kind) for change in changes)
    rows = [f"| document | table | {' | '.join(KINDS)} |", f"|---|---|{'---:|' * len(KINDS)}"]
    for document, table in dict.fromkeys((change.document_id, change.table) for change in changes):
        cells = [str(counted[document, table, kind] or "") for kind in KINDS]
        rows.append(f"| {escaped(document) or 'registry'} | {table} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _folded(changes: Sequence[Change]) -> str:
    lines = [f"- {escaped(_brief(change))}" for change in changes[:SHOWN]]
    rest = [f"- … and {len(changes) - SHOWN} more"] if len(changes) > SHOWN else []
    shown = "\n".join([*lines, *rest])
    return f"<details><summary>Each change</summary>\n\n{shown}\n\n</details>\n"


def _brief(change: Change) -> str:
    sign = f"{change.kind}: " if change.kind in {"added", "removed"} else ""
    return f"{change.document_id} {sign}{line(change)}".strip()
