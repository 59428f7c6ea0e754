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

In each round two annotators labelled all the texts, from the texts, their dates and sentence cuts, the vocabularies and
the [guidelines](guidelines.md). What they made is kept as it was, in `corpus/passes/`. The figures are from before
adjudication, whatever they are.

**What they cannot show.** """
_MODELS = (
    "Both passes of a round are runs of one language model, of the family that also wrote the guidelines. The figures "
    "say how far one model, reading one page, repeats itself: its test-retest consistency. They are no agreement "
    "between two minds, and no estimate of how far people would agree, with each other or with the model; expect that to "
    "be much lower. Each run had a folder of its own and was told to open nothing else, which nothing enforced: the two "
    "ran on one machine. What each coined freely is the only trace that can be checked, and is counted below. "
)
_TAIL = """The guidelines take their examples from D000 and D002, so that agreement on these two is no evidence, and they stand
apart; the headline is the other three. The intervals are the middle 95 % of resamples of the paragraphs (lines) of these
texts: they are conditional on the five documents, and say nothing of others. A type with fewer than ten cases on either
side gets no figure of its own. F1 is symmetric; κ is Cohen's, on what both marked; α is Krippendorff's, over words. The
clusters are compared by their members and never by their ids, which each annotator coins. The CoNLL score is the mean of
three, of which MUC counts links alone: where one side has no cluster of two or more, MUC is 0 and pulls the mean down.
"""


def page(rounds: Sequence[tuple[int, tuple[str, str], pd.DataFrame]], *, by_models: bool) -> str:
    """Return the documentation page of all rounds: number, the two annotators, their agreement."""
    parts = [_HEAD + (_MODELS if by_models else "") + _TAIL]
    for number, (first, second), frame in rounds:
        parts.append(
            f"## Round {number}: {first} and {second}\n\n`tigris agreement {first} {second} --draws 100`\n"
        )
        parts.append(coined(*frame.attrs["coined"]))
        parts.append(f"### The headline: {HEADLINE}\n\n{markdown(frame, HEADLINE)}")
        parts.append(f"### Each group and document\n\n{by_group(frame)}")
        parts.append(f"### Each type, over all documents\n\n{by_type(frame)}")
    return "\n".join(parts)


CHIEF = (
    ("mentions", "names: span and type F1"),
    ("events", "trigger F1"),
    ("events", "type κ on equal triggers"),
    ("arguments", "role and span F1 on equal triggers"),
    ("entities", "CoNLL F1"),
    ("incidents", "CoNLL F1"),
)
"""The measures that a summary gives."""


def summary(frame: pd.DataFrame) -> str:
    """Return the chief measures of the headline group as a Markdown table."""
    wanted = [pair in CHIEF for pair in zip(frame["layer"], frame["measure"], strict=True)]
    return markdown(frame[wanted], HEADLINE)


def coined(entities: tuple[int, int, int], incidents: tuple[int, int, int]) -> str:
    """Return what two annotators' ids have in common, each as (the first's, the second's, the same string)."""
    return (
        f"Of the ids that each coined, {entities[2]} are the same string among {entities[0]} and {entities[1]} for "
        f"entities, which are names written as slugs, and {incidents[2]} among {incidents[0]} and {incidents[1]} for "
        "incidents, which are free.\n"
    )


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
