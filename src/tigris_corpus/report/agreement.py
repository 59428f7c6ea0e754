"""Agreement of two annotators, as a table for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

NOTE = (
    "Intervals: the middle 95 % of resamples of the paragraphs. They are conditional on these texts, and say nothing "
    "of others."
)


HEADLINE = "blind documents"
_HEAD = """# Agreement

<!-- made by scripts/pages.py from the passes in corpus/passes; the command is given below -->

Two annotators labelled all the texts without seeing each other's labels, or those of anyone else, from the texts, their
dates and sentence cuts, and the [guidelines](guidelines.md) alone. What they made is kept as it was, in
`corpus/passes/`. The figures are from before adjudication, whatever they are.

**What they cannot show.** """
_MODELS = (
    "Both passes of each round were made by models, of one family, that also had a hand in the guidelines: the figures "
    "measure how consistently such a model reads the guidelines, and not how reliably people would. "
)
_TAIL = """The guidelines take their examples from D000 and D002, so that agreement on these two is no evidence, and they stand
apart; the headline is the other three. The intervals are the middle 95 % of resamples of the paragraphs (lines) of these
texts: they are conditional on the five documents, and say nothing of others. A type with fewer than ten cases on either
side gets no figure of its own. F1 is symmetric; κ is Cohen's, on what both marked; α is Krippendorff's, over words. The
clusters are compared by their members and never by their ids, which each annotator coins.
"""


def page(rounds: Sequence[tuple[int, tuple[str, str], pd.DataFrame]], *, by_models: bool) -> str:
    """Return the documentation page of all rounds: number, the two annotators, their agreement."""
    parts = [_HEAD + (_MODELS if by_models else "") + _TAIL]
    for number, (first, second), frame in rounds:
        parts.append(
            f"## Round {number}: {first} and {second}\n\n`tigris agreement {first} {second} --draws 100`\n"
        )
        parts.append(f"### The headline: {HEADLINE}\n\n{markdown(frame, HEADLINE)}")
        parts.append(f"### Each group and document\n\n{by_group(frame)}")
        parts.append(f"### Each type, over all documents\n\n{by_type(frame)}")
    return "\n".join(parts)


def markdown(frame: pd.DataFrame, group: str) -> str:
    """Return the measures of one group as a Markdown table: value, interval, and the counts of both sides."""
    lines = [
        "| layer | measure | value | 95 % | first | second | both |",
        "|---|---|---:|---|---:|---:|---:|",
    ]
    for row in frame[frame["group"] == group].to_dict("records"):
        interval = "" if math.isnan(row["low"]) else f"{row['low']:.2f}–{row['high']:.2f}"
        value = "–" if math.isnan(row["value"]) else f"{row['value']:.3f}"
        counts = f"{row['a']} | {row['b']} | {row['matched']}"
        lines.append(f"| {row['layer']} | {row['measure']} | {value} | {interval} | {counts} |")
    return "\n".join(lines) + "\n"


def by_group(frame: pd.DataFrame) -> str:
    """Return every measure, a row each, with a column for each group of documents, as a Markdown table."""
    overall = frame[~frame["measure"].str.endswith("by type")]
    groups = list(overall["group"].unique())
    lines = [f"| layer | measure | {' | '.join(groups)} |", f"|---|---|{'---:|' * len(groups)}"]
    for (layer, name), rows in overall.groupby(["layer", "measure"], sort=False):
        values = rows.set_index("group")["value"]
        cells = ["–" if math.isnan(values[group]) else f"{values[group]:.2f}" for group in groups]
        lines.append(f"| {layer} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def by_type(frame: pd.DataFrame) -> str:
    """Return the span F1 of each type that is not rare, as a Markdown table."""
    lines = ["| layer | type | F1 | first | second | both |", "|---|---|---:|---:|---:|---:|"]
    for row in frame[frame["measure"].str.endswith("by type")].to_dict("records"):
        counts = f"{row['a']} | {row['b']} | {row['matched']}"
        lines.append(f"| {row['layer']} | {row['group']} | {row['value']:.2f} | {counts} |")
    return "\n".join(lines) + "\n"
