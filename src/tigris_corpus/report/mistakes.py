"""What went wrong in predictions, for people: each mistake under its sentence, and how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tigris_corpus.issues import plural
from tigris_corpus.report.scores import plain
from tigris_corpus.report.style import as_json, inert, painted, short, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from tigris_corpus.report.style import Colour

SHOWN = 20
"""How many mistakes are shown, where nothing else is asked for."""
_WIDTH = 100
_BEFORE = 30
_LONGEST = 200


def render(
    table: pd.DataFrame,
    notes: Sequence[str],
    signature: str,
    *,
    shown: int = SHOWN,
    colour: bool = False,
) -> str:
    """Return mistakes as text: the first ``shown`` each under its sentence, then all of them counted by kind and label."""
    rows = plain(table)
    parts = [_mistake(row, colour=colour) for row in rows[:shown]]
    if len(rows) > shown > 0:
        parts.append(f"… and {len(rows) - shown} more")
    parts.append(_summary(rows) if rows else "nothing went wrong")
    parts += ["\n".join(map(visible, notes))] if notes else []
    parts.append(visible(signature))
    return "".join(f"{inert(line)}\n" for line in "\n\n".join(parts).split("\n"))


def as_data(table: pd.DataFrame, notes: Sequence[str], signature: str, *, shown: int | None = None) -> str:
    """Return mistakes as one JSON object: signature, notes, ``counts`` (layer, kind, label, count), and ``errors``."""
    rows = plain(table)
    counts = [
        {"layer": layer, "kind": kind, "label": label, "count": count}
        for (layer, kind, label), count in counted(rows)
    ]
    told = {"signature": signature, "notes": list(notes), "counts": counts, "errors": rows[:shown]}
    return f"{as_json(told, indent=2)}\n"


def counted(rows: Sequence[Mapping[str, Any]]) -> list[tuple[tuple[str, str, str], int]]:
    """Return how many mistakes there are of each layer, kind and label, the most first."""
    counts = Counter((row["layer"], row["kind"], _label(row)) for row in rows)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _label(row: Mapping[str, Any]) -> str:
    """Return the label of a mistake: both, where they differ."""
    gold, predicted = row["gold_label"], row["predicted_label"]
    if gold is not None and predicted is not None and gold != predicted:
        return f"{gold} → {predicted}"
    return str(predicted if gold is None else gold)


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"{plural(len(rows), 'mistake')}:"]
    for (layer, kind, label), count in counted(rows):
        lines.append(f"{count:6}  {layer}  {kind}  {visible(short(label, _LONGEST))}")
    return "\n".join(lines)


def _mistake(row: Mapping[str, Any], *, colour: bool) -> str:
    event = "" if row["event"] is None else f" of {row['event']}"
    because = "" if row["because"] is None else f" ({row['because']})"
    head = f"{row['sentence_id']} {row['layer']} {row['kind']}{event}{because}"
    return "\n".join(
        [painted(visible(short(head, _LONGEST)), "bold", on=colour), *_source(row, colour=colour)]
    )


def _source(row: Mapping[str, Any], *, colour: bool) -> list[str]:
    """Return the sentence, cut to what fits, and its spans underlined: what the gold has, and what is predicted."""
    spans = {
        side: (row[f"{side}_start"] - row["sentence_start"], row[f"{side}_end"] - row["sentence_start"])
        for side in ("gold", "predicted")
        if row[f"{side}_start"] is not None
    }
    first, last = min(start for start, _ in spans.values()), max(end for _, end in spans.values())
    cut = max(0, min(first - _BEFORE, last - _WIDTH)) if last > _WIDTH else 0
    text = row["sentence"]
    lines = [f"  {visible(text[cut : cut + _WIDTH])}"]
    for span in dict.fromkeys(spans.values()):
        sides = [side for side, own in spans.items() if own == span]
        start, end = span
        before, marked = visible(text[cut:start]), visible(text[start : min(end, cut + _WIDTH)])
        shade: Colour = "green" if "gold" in sides else "red"
        marks = painted(("^" if "gold" in sides else "~") * max(1, len(marked)), shade, on=colour)
        lines.append(f"  {' ' * len(before)}{marks} {_told(row, sides)}")
    return lines


def _told(row: Mapping[str, Any], sides: Sequence[str]) -> str:
    labels = [f"{side} {visible(short(row[f'{side}_label'] or '–', _LONGEST))}" for side in sides]
    if row["predicted_start"] is None:
        labels.append("not predicted")
    if row["gold_start"] is None:
        labels.append("not in the gold")
    return ", ".join(labels)
