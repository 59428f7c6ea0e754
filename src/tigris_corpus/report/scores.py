"""Scores of predictions, for people and for programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tigris_corpus.report.agreement import NOTE
from tigris_corpus.report.style import as_json, inert, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

CHIEF = (
    ("mentions", "strict"),
    ("events", "Tri-C"),
    ("arguments", "Arg-C+"),
    ("entities", "linking"),
    ("entities", "CoNLL"),
    ("incidents", "CoNLL"),
)
"""The measures that tables of languages and documents give."""
BY = ("type", "language", "document")
"""What the figures of all may be broken down by."""
PAIRED = (
    "Intervals: the middle 95 % of the difference over resamples of the paragraphs, the same for both; “not better” is the "
    "share of them in which the first is not better. They are conditional on these texts, and say nothing of others."
)
_ALL = "all"
_LEFT = {"layer", "measure", "type", "group", "average", "kind", "label"}


def render(
    table: pd.DataFrame,
    notes: Sequence[str],
    signature: str,
    *,
    by: Sequence[str] = (),
    documents: Sequence[str] = (),
    markdown: bool = False,
) -> str:
    """Return scores as tables: all together, and broken down ``by`` type, language or document (``documents``)."""
    whole = table[table["group"] == _ALL]
    parts = [
        _table(["layer", "measure", *_FIGURES, "macro F1", *_COUNTS], _overall(whole), markdown=markdown)
    ]
    if "type" in by:
        rows = whole[whole["average"] == "type"]
        chosen = [_typed(row) for row in rows.to_dict("records") if row["measure"] not in _UNSHOWN]
        parts.append(_table(["layer", "measure", "type", *_FIGURES, *_COUNTS], chosen, markdown=markdown))
    known = set(documents)
    for what in ("language", "document"):
        if what in by:
            groups = [
                name
                for name in table["group"].unique()
                if name != _ALL and (name in known) == (what == "document")
            ]
            parts.append(_groups(table, groups, markdown=markdown))
    told = [NOTE] if table["low"].notna().any() else []
    return _page(parts, [*told, *notes], signature, markdown=markdown)


def compared(
    table: pd.DataFrame,
    notes: Sequence[str],
    signature: str,
    *,
    by: Sequence[str] = (),
    markdown: bool = False,
) -> str:
    """Return the differences of two predictions as a table: of all together, and ``by`` language."""
    kept = table if "language" in by else table[table["group"] == _ALL]
    rows = [
        [
            *(row[name] for name in ("layer", "measure", "group", "average")),
            *(_figure(row[name]) for name in ("first", "second")),
            _signed(row["difference"]),
            _interval(row["low"], row["high"], signed=True),
            _figure(row["not_better"]),
        ]
        for row in kept.to_dict("records")
    ]
    head = ["layer", "measure", "group", "average", "first", "second", "difference", "95 %", "not better"]
    return _page([_table(head, rows, markdown=markdown)], [PAIRED, *notes], signature, markdown=markdown)


def as_data(table: pd.DataFrame, notes: Sequence[str], signature: str, *, paired: bool = False) -> str:
    """Return scores, or differences where ``paired``, as one JSON object.

    It has the signature, the notes, what the intervals are, and the rows of the table as ``scores``.
    """
    intervals = PAIRED if paired else NOTE
    told = {"signature": signature, "notes": list(notes), "intervals": intervals, "scores": plain(table)}
    return f"{as_json(told, indent=2)}\n"


def as_csv(table: pd.DataFrame, signature: str) -> str:
    """Return a table as CSV, with the signature on every row."""
    shown = table.assign(signature=signature)
    for name in shown.columns:
        if not shown[name].map(lambda cell: isinstance(cell, (int, float))).all():
            shown[name] = shown[name].map(lambda cell: visible(cell) if isinstance(cell, str) else cell)
    return shown.to_csv(index=False, float_format="%.6f", lineterminator="\n")


def plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values; what is missing or undefined is None."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


_FIGURES = ("P", "R", "F1", "95 %")
_COUNTS = ("gold", "predicted", "matched")
_UNSHOWN = {"overlap", "Tri-C and realis", "Tri-C and polarity", "Arg-C"}
"""Measures that are broken down by type in data only: their types are those of another."""


def _overall(whole: pd.DataFrame) -> list[list[str]]:
    macro = {
        (row["layer"], row["measure"]): row["f1"]
        for row in whole[whole["average"] == "macro"].to_dict("records")
    }
    rows = []
    for row in whole[whole["average"] == "micro"].to_dict("records"):
        key = (row["layer"], row["measure"])
        rows.append([*key, *_figures(row), _figure(macro[key]) if key in macro else "", *_counts(row)])
    return rows


def _typed(row: Mapping[Any, Any]) -> list[str]:
    return [row["layer"], row["measure"], row["type"], *_figures(row), *_counts(row)]


def _groups(table: pd.DataFrame, groups: Sequence[str], *, markdown: bool) -> str:
    """Return the F1 of the chief measures, a row a group."""
    micro = table[table["average"] == "micro"]
    values = {(row["group"], row["layer"], row["measure"]): row["f1"] for row in micro.to_dict("records")}
    there = [pair for pair in CHIEF if any((_ALL, *pair) == key for key in values)]
    head = ["group", *(f"{layer}: {measure}" for layer, measure in there)]
    rows = [[group, *(_figure(values[group, *pair]) for pair in there)] for group in groups]
    return _table(head, rows, markdown=markdown)


def _figures(row: Mapping[Any, Any]) -> list[str]:
    figures = [_figure(row[name]) for name in ("precision", "recall", "f1")]
    return [*figures, _interval(row["low"], row["high"])]


def _counts(row: Mapping[Any, Any]) -> list[str]:
    return [str(row[name]) for name in _COUNTS]


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _signed(value: float) -> str:
    return "–" if math.isnan(value) else f"{round(value, 3) + 0.0:+.3f}"


def _interval(low: float, high: float, *, signed: bool = False) -> str:
    if math.isnan(low):
        return ""
    return f"{_signed(low)} to {_signed(high)}" if signed else f"{low:.2f}–{high:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool) -> str:
    """Return a table in columns, or in Markdown."""
    shown = [[visible(cell) for cell in row] for row in (head, *rows)]
    is_left = [name in _LEFT for name in head]
    if markdown:
        lines = [f"| {' | '.join(map(_escaped, row))} |" for row in shown]
        rule = f"|{'|'.join('---' if left else '---:' for left in is_left)}|"
        return "\n".join([lines[0], rule, *lines[1:]])
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = []
    for row in shown:
        cells = zip(row, widths, is_left, strict=True)
        lines.append(
            "  ".join(cell.ljust(width) if left else cell.rjust(width) for cell, width, left in cells)
        )
    return "\n".join(line.rstrip() for line in lines)


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _page(parts: Sequence[str], notes: Sequence[str], signature: str, *, markdown: bool) -> str:
    """Return tables with what is to be said of them, and the signature as the last line."""
    told = "\n".join(f"- {visible(note)}" if markdown else visible(note) for note in notes)
    last = f"`{visible(signature)}`" if markdown else visible(signature)
    text = "\n\n".join([*parts, *([told] if told else []), last])
    return "".join(f"{inert(line)}\n" for line in text.split("\n"))
