"""Draw the figures of the datasheet from the corpus, as SVG that is the same bytes for the same data.

    python scripts/plots.py [PATH] [--out docs/figures]

PATH is a package, the clone unless told otherwise. Another version of matplotlib may draw other bytes.
"""

from __future__ import annotations

import argparse
import io
import re
import statistics
import sys
import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

import tigris_corpus as tigris
from tigris_corpus import store, views
from tigris_corpus.edtf import OPEN, bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from tigris_corpus import Corpus

ROOT = Path(__file__).resolve().parent.parent
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "tigris",
    "svg.fonttype": "none",  # text stays text: small, searchable, read aloud
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
LANGUAGES = {"en": ("English", "#0072b2"), "fr": ("French", "#d55e00")}
CLASS_COLOURS = ("#56b4e9", "#0072b2", "#e69f00", "#a02c2c")
GREY = "#666666"
BIN = 5
WORD = re.compile(r"\S*\w\S*")

Month = tuple[int, int]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DATED, NEAR, YEARLY, BARE = 1.0, 0.12, 0.08, 0.02
"""Widths of a month: of one that dates something; one of the same year; one of a year that dates something; any other."""
DAYS = 31.0
AHEAD, MARGIN = 0.03, 0.12
"""How far the arrow of an open end reaches, and what is left at the right for the dates, in lengths of the axis."""
LABEL = 84
"""How many characters stand in a line of a label."""


@dataclass(frozen=True)
class Span:
    """What the timeline draws of one incident; first and last are the days that bound the known part of its date."""

    name: str
    date: str
    first: str
    last: str
    quad_class: int
    happened: bool

    @property
    def is_open_before(self) -> bool:
        """Whether the incident began at some time before."""
        return self.date.startswith(OPEN)

    @property
    def is_open_after(self) -> bool:
        """Whether the incident went on."""
        return self.date.endswith(OPEN)

    @property
    def label(self) -> str:
        """The words of the row."""
        return textwrap.fill(self.name if self.happened else f"{self.name} (not actual)", LABEL)

    @property
    def is_certain(self) -> bool:
        """Whether no part of the date rests on an inference or an approximation."""
        return not re.search("[?~]", self.date)


# --- pure functions -----------------------------------------------------------------------------------------------


def words(sentence: str) -> int:
    """Return the number of words: runs without a blank that have a letter or a digit.

    >>> words("« L'[Iraq] », dit-il : 2 500 soldats.")
    5
    """
    return len(WORD.findall(sentence))


def months_between(first: Month, last: Month) -> list[Month]:
    """Return all months from the first to the last.

    >>> months_between((2020, 12), (2021, 1))
    [(2020, 12), (2021, 1)]
    """
    numbers = range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])
    return [(number // 12, number % 12 + 1) for number in numbers]


def month_of(day: str) -> Month:
    """Return the month of an ISO 8601 day.

    >>> month_of("2020-01-03")
    (2020, 1)
    """
    return int(day[:4]), int(day[5:7])


def finely_dated(date: str) -> list[Month]:
    """Return the months that an EDTF date names, those within a whole year left out.

    >>> finely_dated("2023-10-18?/.."), finely_dated("2014/2017")
    ([(2023, 10)], [])
    """
    return [(int(year), int(month)) for year, month in re.findall(r"([0-9]{4})-([0-9]{2})", date)]


def month_widths(spans: Sequence[Span]) -> dict[Month, float]:
    """Return the width of every month of the axis: wide where something is dated to the month or the day."""
    days = [day for span in spans for day in (span.first, span.last)]
    if not days:
        return {}
    dated = {month for span in spans for month in finely_dated(span.date)}
    near = {year for year, _ in dated}
    yearly = {month_of(day)[0] for day in days}
    widths = {}
    for month in months_between((month_of(min(days))[0], 1), (month_of(max(days))[0], 12)):
        if month in dated:
            widths[month] = DATED
        else:
            widths[month] = NEAR if month[0] in near else YEARLY if month[0] in yearly else BARE
    return widths


def month_starts(widths: dict[Month, float]) -> dict[Month, float]:
    """Return where each month begins on the axis.

    >>> month_starts({(2020, 1): 1.0, (2020, 2): 0.5})
    {(2020, 1): 0.0, (2020, 2): 1.0}
    """
    starts, total = {}, 0.0
    for month, width in widths.items():
        starts[month] = total
        total += width
    return starts


def position(day: str, widths: dict[Month, float], starts: dict[Month, float], *, is_end: bool) -> float:
    """Return where a day begins on the axis, or where it ends."""
    month = month_of(day)
    part = 1.0 if is_end and int(day[8:10]) >= DAYS - 3 else (int(day[8:10]) - (not is_end)) / DAYS
    return starts[month] + widths[month] * part


def known_days(date: str) -> tuple[str, str]:
    """Return the first and the last day of an EDTF date; of an open interval, those of the end that is known.

    >>> known_days("2023-10?/.."), known_days("2023-11/2024-01")
    (('2023-10-01', '2023-10-31'), ('2023-11-01', '2024-01-31'))
    """
    found = bounds(date.replace(OPEN, "").strip("/"))
    if found is None or found[0] is None or found[1] is None:
        raise ValueError(f"{date!r} is no EDTF date of the corpus; run: tigris validate")
    return found[0], found[1]


def dated_spans(records: pd.DataFrame) -> list[Span]:
    """Return the incidents that have a date, by their first known day."""
    spans = [
        Span(
            str(row["incident"]),
            str(row["date"]),
            *known_days(str(row["date"])),
            quad_class=int(str(row["quad_class"])),
            happened=bool(row["happened"]),
        )
        for row in records.dropna(subset=["date"]).to_dict("records")
    ]
    return sorted(spans, key=lambda span: (span.first, span.last, span.name))


def counted_by_language(labels: Iterable[Any], languages: Iterable[Any]) -> Counter[tuple[str, str]]:
    """Return how often each label stands in each language.

    >>> counted_by_language(["GPE", "GPE"], ["en", "fr"])[("GPE", "fr")]
    1
    """
    return Counter((str(label), str(language)) for label, language in zip(labels, languages, strict=True))


# --- figures ------------------------------------------------------------------------------------------------------


def types_by_language(corpus: Corpus) -> Figure:
    """Draw how many mentions and events of each type there are in each language."""
    languages = _language_of_sentence(corpus)
    figure = Figure(figsize=(9.0, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, frame, column, title in (
        (left, corpus.mentions, "entity_type", "Mentions, by entity type"),
        (right, corpus.events, "event_type", "Events, by event type"),
    ):
        counts = counted_by_language(frame[column], frame["sentence_id"].map(languages))
        labels = [str(label) for label in frame[column].cat.categories]
        _grouped_bars(axes, labels, counts)
        axes.set_title(title, loc="left")
    left.legend(frameon=False, loc="lower right")
    return figure


def sentence_lengths(corpus: Corpus) -> Figure:
    """Draw how many words the sentences of the body have, in each language."""
    body = corpus.sentences[corpus.sentences["zone"] == "body"]
    lengths = body["text"].map(words)
    languages = body["sentence_id"].map(_language_of_sentence(corpus))
    edges = list(range(0, int(lengths.max()) // BIN * BIN + BIN + 1, BIN))
    figure = Figure(figsize=(9.0, 3.2), layout="constrained")
    axes = figure.subplots()
    values = [[int(length) for length in lengths[languages == code]] for code in LANGUAGES]
    for (name, colour), these in zip(LANGUAGES.values(), values, strict=True):
        if these:
            median = statistics.median(these)
            axes.axvline(median, color=colour, linestyle="--", linewidth=1, label=f"{name}, median")
    axes.hist(
        values,
        bins=edges,
        color=[colour for _, colour in LANGUAGES.values()],
        label=[name for name, _ in LANGUAGES.values()],
    )
    axes.set_xticks(edges)
    axes.set_xlabel("words in the sentence (between blanks, so that l'Iraq is one)")
    axes.set_ylabel("sentences of the body")
    axes.legend(frameon=False)
    return figure


def timeline(corpus: Corpus) -> Figure:
    """Draw every incident that has a date: a row each, from the first day that is possible to the last."""
    records = views.incident_records(corpus)
    spans = dated_spans(records)
    figure = Figure(figsize=(12.0, 1.6 + 0.2 * len(spans)), layout="constrained")
    axes = figure.subplots()
    widths = month_widths(spans)
    starts = month_starts(widths)
    for row, span in enumerate(spans):
        _span_row(axes, row, span, widths, starts)
    _month_axis(axes, widths, starts, len(spans))
    axes.set_yticks(range(len(spans)), [span.label for span in spans], fontsize=7)
    axes.set_title(
        f"Incidents by date, {len(spans)} of {len(records)}: the others have none. Not actual: planned, feared or denied. "
        "Months in which something is dated are drawn wide.",
        loc="right",
        fontsize=8,
    )
    names = corpus.quad_classes["name"].astype(str)
    handles: list[Patch | Line2D] = [
        Patch(facecolor=colour, edgecolor=colour, label=name)
        for colour, name in zip(CLASS_COLOURS, names, strict=True)
    ]
    handles.append(Patch(facecolor=GREY, edgecolor=GREY, label="date certain"))
    handles.append(Patch(facecolor="white", edgecolor=GREY, label="date uncertain (?)"))
    handles.append(Line2D([], [], color=GREY, marker=">", markersize=4, label="end or start open (..)"))
    figure.legend(handles=handles, loc="outside lower right", ncols=len(handles), frameon=False, fontsize=7)
    return figure


def _language_of_sentence(corpus: Corpus) -> pd.Series[Any]:
    languages = corpus.documents.set_index("document_id")["language"].astype(str)
    return corpus.sentences.set_index("sentence_id")["document_id"].map(languages)


def _grouped_bars(axes: Axes, labels: Sequence[str], counts: Counter[tuple[str, str]]) -> None:
    height = 0.8 / len(LANGUAGES)
    for place, (code, (name, colour)) in enumerate(LANGUAGES.items()):
        rows = [row + (place - (len(LANGUAGES) - 1) / 2) * height for row in range(len(labels))]
        bars = axes.barh(rows, [counts[label, code] for label in labels], height, color=colour, label=name)
        axes.bar_label(
            bars, fmt=lambda count: f"{count:.0f}" if count else "", padding=2, fontsize=6.5, color=GREY
        )
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.set_xlabel("count")


def _span_row(
    axes: Axes, row: int, span: Span, widths: dict[Month, float], starts: dict[Month, float]
) -> None:
    colour = CLASS_COLOURS[span.quad_class - 1]
    face = colour if span.is_certain else "white"
    low = position(span.first, widths, starts, is_end=False)
    high = position(span.last, widths, starts, is_end=True)
    ahead = AHEAD * sum(widths.values())
    if span.is_open_before:
        _arrow(axes, row, low, low - ahead, colour)
    if span.is_open_after:
        _arrow(axes, row, high, high + ahead, colour)
    if span.first == span.last:
        axes.plot((low + high) / 2, row, "D", markersize=5, markerfacecolor=face, markeredgecolor=colour)
    else:
        axes.barh(row, high - low, 0.62, left=low, facecolor=face, edgecolor=colour, linewidth=1.1)
    after = high + (ahead if span.is_open_after else 0)
    axes.annotate(
        span.date,
        (after, row),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=6.5,
        color=GREY,
    )


def _arrow(axes: Axes, row: int, start: float, end: float, colour: str) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=(end, row), xytext=(start, row), arrowprops=style)


def _month_axis(axes: Axes, widths: dict[Month, float], starts: dict[Month, float], rows: int) -> None:
    axes.set_ylim(rows - 0.4, -0.6)
    end = sum(widths.values())
    axes.set_xlim(-0.01 * end, (1 + MARGIN) * end)
    axes.set_xticks([])
    for month, width in widths.items():
        if width >= DATED:
            axes.axvspan(starts[month], starts[month] + width, color="#f2f2f2", linewidth=0, zorder=0)
            _under(axes, starts[month] + width / 2, MONTHS[month[1] - 1], 1)
    for year in sorted({month[0] for month in widths}):
        whole = sum(width for month, width in widths.items() if month[0] == year)
        if whole > 12.5 * BARE:
            for edge in (starts[year, 1], starts[year, 1] + whole):
                axes.axvline(edge, color="#cccccc", linewidth=0.6, zorder=0)
            _under(axes, starts[year, 1] + whole / 2, str(year), 2)


def _under(axes: Axes, x: float, text: str, line: int) -> None:
    axes.annotate(
        text,
        xy=(x, 0),
        xycoords=("data", "axes fraction"),
        xytext=(0, -9 * line),
        textcoords="offset points",
        ha="center",
        fontsize=6.5,
        annotation_clip=False,
    )


FIGURES = {
    "types-by-language.svg": types_by_language,
    "sentence-lengths.svg": sentence_lengths,
    "timeline.svg": timeline,
}


def svg(figure: Figure) -> bytes:
    """Return a figure as SVG without the date or the version of what drew it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def drawn(corpus: Corpus) -> dict[str, bytes]:
    """Return every figure by its file name."""
    with mpl.rc_context(STYLE):
        return {name: svg(draw(corpus)) for name, draw in FIGURES.items()}


def main() -> int:
    """Write the figures, and say which and how large."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "path", nargs="?", type=Path, default=ROOT, help="the package; the clone if not given"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "figures", help="the folder to write to")
    arguments = parser.parse_args()
    figures = drawn(tigris.load(arguments.path))
    store.write(arguments.out, figures)
    for name, data in figures.items():
        print(f"wrote {arguments.out / name} ({len(data)} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
