"""Agreement of two annotators, as a table for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NOTE = (
    "Intervals: the middle 95 % of resamples of the paragraphs. They are conditional on these texts, and say nothing "
    "of others."
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


def by_group(frame: pd.DataFrame, measures: list[tuple[str, str]]) -> str:
    """Return chosen measures, a row each, with a column for each group of documents, as a Markdown table."""
    groups = [group for group in frame["group"].unique() if not group.isupper() or group.startswith("D")]
    lines = [f"| layer | measure | {' | '.join(groups)} |", f"|---|---|{'---:|' * len(groups)}"]
    for layer, name in measures:
        rows = frame[(frame["layer"] == layer) & (frame["measure"] == name)].set_index("group")["value"]
        cells = ["–" if math.isnan(rows[group]) else f"{rows[group]:.2f}" for group in groups]
        lines.append(f"| {layer} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
