"""Where two annotations disagree, for people and for programs: the sentence, what is at issue in it, both readings."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

from tigris_corpus.comparing import (
    BOUNDARY,
    KINDS,
    LABEL,
    LABELS,
    ONLY_FIRST,
    ONLY_SECOND,
    TABLE_OF,
    extra_arguments,
)
from tigris_corpus.descriptor import SPAN_COLUMNS
from tigris_corpus.issues import Severity, plural
from tigris_corpus.report import changes
from tigris_corpus.report.findings import listed
from tigris_corpus.report.source import Lines
from tigris_corpus.report.style import as_json, inert, painted, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tigris_corpus.comparing import Disagreement
    from tigris_corpus.editing.importing import Plan
    from tigris_corpus.editing.reviewing import Review
    from tigris_corpus.formats.exchange import Document
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.report.style import Colour

WIDTH = 80
_NARROWEST = 40
_INDENT = "  "
_BETWEEN = " | "
_MARKS: dict[str, Colour] = {"1": "cyan", "2": "magenta", "^": "yellow"}
_ABSENT = {"mentions": "no such mention", "events": "no such event"}


def render(
    review: Review,
    found: Sequence[Disagreement],
    decided: Sequence[Record | None],
    *,
    width: int = WIDTH,
    colour: bool = False,
) -> str:
    """Return disagreements as text, and the counts of them; ``decided`` has the row of adjudication.csv of each."""
    blocks = [
        place(review, one, row, width=width, colour=colour) for one, row in zip(found, decided, strict=True)
    ]
    return "\n".join([heading(review, colour=colour), *blocks, f"{inert(summary(review, found, decided))}\n"])


def heading(review: Review, *, colour: bool = False) -> str:
    """Return what is compared, and what the marks under a sentence mean."""
    first, second = map(visible, review.names)
    title = painted(f"{visible(review.document.document_id)}: {first} and {second}", "bold", on=colour)
    return f"{inert(title)}\n1 is under what only {first} has, 2 under what only {second} has, ^ under what both have\n"


def place(
    review: Review,
    one: Disagreement,
    decided: Record | None = None,
    *,
    width: int = WIDTH,
    colour: bool = False,
) -> str:
    """Return one disagreement: the sentence with what is at issue marked, and both readings beside each other."""
    room = max(width, _NARROWEST) - len(_INDENT)
    title = f"{one.sentence_id} {one.layer}{_words(one)}: {_in_words(one.kind, review.names)}"
    lines = [painted(visible(title), "bold", on=colour)]
    lines += [_INDENT + line for line in _sentence(review.document, one, room, colour=colour)]
    lines += [_INDENT + line for line in _beside(one, review.names, room, colour=colour)]
    if decided is not None:
        said = visible(f"decided in {decided['adjudication_id']}: {decided['decision']}")
        lines += [_INDENT + painted(part, "dim", on=colour) for part in _wrapped(said, room)]
    return "".join(f"{inert(line)}\n" for line in lines)


def summary(review: Review, found: Sequence[Disagreement], decided: Sequence[Record | None]) -> str:
    """Return the counts of disagreements, by layer and kind, as one line."""
    if not found:
        return "the two agree"
    counted = Counter((one.layer, one.kind) for one in found)
    parts = []
    for layer in LABELS:
        kinds = [
            f"{counted[layer, kind]} {_in_words(kind, review.names)}"
            for kind in KINDS
            if counted[layer, kind]
        ]
        parts += [f"{layer}: {', '.join(kinds)}"] if kinds else []
    settled = sum(row is not None for row in decided)
    before = f"; {settled} decided before" if settled else ""
    return visible(f"{plural(len(found), 'disagreement')}: {'; '.join(parts)}{before}")


def as_data(found: Iterable[Disagreement], readings: Iterable[str], decided: Iterable[Record | None]) -> str:
    """Return disagreements as JSON, a list of objects, with the readings in words and the id of the decision."""
    told = [
        {**one.as_dict(), "readings": text, "decided": row["adjudication_id"] if row else None}
        for one, text, row in zip(found, readings, decided, strict=True)
    ]
    return f"{as_json(told, indent=2)}\n"


def outcome(plan: Plan, rows: Sequence[Record], *, colour: bool = False) -> str:
    """Return what decisions change, or why they are refused; ``rows`` are those of adjudication.csv for them."""
    ordered = sorted(plan.issues, key=lambda issue: issue.severity.rank)
    parts = listed(Lines(plan.files.__getitem__), ordered, colour=colour, waivable=False)
    if plan.is_sound:
        parts += [changes.render(plan.changes, colour=colour).rstrip("\n"), decisions(rows)]
    else:
        errors = sum(issue.severity is Severity.ERROR for issue in plan.issues)
        parts += [
            f"decided, and not written:\n{decisions(rows)}",
            painted(f"nothing is written: {plural(errors, 'error')}", "red", on=colour),
        ]
    return "".join(f"{inert(line)}\n" for line in "\n\n".join(parts).split("\n"))


def decisions(rows: Sequence[Record]) -> str:
    """Return rows of adjudication.csv in words, a line each."""
    lines = []
    for row in rows:
        rule = f" ({row['rule']})" if row.get("rule") else ""
        place = f"{row['adjudication_id']} {row['sentence_id']} {row['layer']}"
        lines.append(inert(visible(f"{place}: {row['readings']} {row['decision']}{rule}")))
    return "\n".join(lines)


def _words(one: Disagreement) -> str:
    """Return the words whose labels differ, where their span does not."""
    if one.kind != LABEL or one.first is None:
        return ""
    return f" of “{one.first[SPAN_COLUMNS[TABLE_OF[one.layer]][2]]}”"


def _in_words(kind: str, names: tuple[str, str]) -> str:
    return {ONLY_FIRST: f"only {names[0]}", ONLY_SECOND: f"only {names[1]}"}.get(kind, kind)


def _sentence(document: Document, one: Disagreement, room: int, *, colour: bool) -> Iterator[str]:
    """Yield the lines of the sentence that a disagreement is in, each with its marks beneath it."""
    row = next((row for row in document.sentences if row["sentence_id"] == one.sentence_id), None)
    start, end = (int(row["start"]), int(row["end"])) if row else (one.start, one.end)
    marks = _marks(one)
    shown = [visible(character) for character in document.text[start:end]]
    for first, last in _broken(shown, room):
        yield visible("".join(shown[first:last])).rstrip()
        under = [(marks.get(start + at, " "), _columns(shown[at])) for at in range(first, last)]
        if any(mark != " " for mark, _ in under):
            yield _painted_marks("".join(mark * columns for mark, columns in under).rstrip(), colour=colour)


def _painted_marks(marks: str, *, colour: bool) -> str:
    """Return a line of marks, each run of one of them in its colour."""
    parts: list[str] = []
    for mark in marks:
        if parts and parts[-1][0] == mark:
            parts[-1] += mark
        else:
            parts.append(mark)
    return "".join(painted(part, _MARKS[part[0]], on=colour) if part[0] in _MARKS else part for part in parts)


def _marks(one: Disagreement) -> dict[int, str]:
    """Return the mark under each character: 1 or 2 where it is in a span of one side, ^ of both."""
    first, second = (set(_at_issue(one, row, other)) for row, other in _both_ways(one))
    return {at: "^" if at in first and at in second else "1" if at in first else "2" for at in first | second}


def _both_ways(one: Disagreement) -> tuple[tuple[Record | None, Record | None], ...]:
    return (one.first, one.second), (one.second, one.first)


def _at_issue(one: Disagreement, row: Record | None, other: Record | None) -> Iterator[int]:
    """Yield the characters of one reading that a disagreement is about."""
    if row is None:
        return
    start, end, _ = SPAN_COLUMNS[TABLE_OF[one.layer]]
    yield from range(row[start], row[end])
    for span in _fillers(one, row, other):
        yield from range(span["start"], span["end"])


def _fillers(one: Disagreement, row: Record, other: Record | None) -> list[Record]:
    """Return the mentions that only one reading refers to, where these are at issue."""
    if "source" in one.columns and "source" in row:
        return [row["source"]]
    if one.layer != "arguments" or other is None:
        return []
    theirs = {(filler["role"], filler["start"], filler["end"]) for filler in other["arguments"]}
    return extra_arguments(row, theirs)


def _beside(one: Disagreement, names: tuple[str, str], room: int, *, colour: bool) -> Iterator[str]:
    """Yield the lines of both readings, in two columns."""
    width = (room - len(_BETWEEN)) // 2
    columns = []
    for number, (name, (row, other)) in enumerate(zip(names, _both_ways(one), strict=True), start=1):
        told = [f"{number} {name}", *_reading(one, row, other)]
        columns.append([part for line in told for part in _wrapped(visible(line), width)])
    height = max(map(len, columns))
    left, right = ([*column, *[""] * (height - len(column))] for column in columns)
    for number, (ours, theirs) in enumerate(zip(left, right, strict=True)):
        padded = ours + " " * (width - _columns(ours))
        if number:
            yield f"{padded}{_BETWEEN}{theirs}".rstrip()
        else:
            shades: tuple[Colour, Colour] = ("cyan", "magenta")
            told_of = [
                painted(text, shade, on=colour) for text, shade in zip((padded, theirs), shades, strict=True)
            ]
            yield _BETWEEN.join(told_of)


def _reading(one: Disagreement, row: Record | None, other: Record | None) -> list[str]:
    """Return one reading in lines: all of a row where the other has none, else what differs."""
    table = TABLE_OF[one.layer]
    if row is None:
        return [_ABSENT[table]]
    start, end, text = SPAN_COLUMNS[table]
    span = [f"“{row[text]}” {row[start]}–{row[end]}"]
    if one.layer == "arguments":
        return [f"{filler['role']}: “{filler['text']}”" for filler in _fillers(one, row, other)] or [
            "nothing more"
        ]
    if one.kind in {LABEL, BOUNDARY}:
        labels = [column for column in one.columns if column in LABELS[one.layer]]
        return [*(span if one.kind == BOUNDARY else []), *(f"{name}: {_cell(row, name)}" for name in labels)]
    return [*span, *(_of_mention(row) if table == "mentions" else _of_event(row))]


def _of_mention(row: Record) -> list[str]:
    value = [f"value: {row['value']}"] if "value" in row else []
    return [f"{row['entity_type']} {row['mention_type']}", *value, *_link(row.get("entity_id"))]


def _of_event(row: Record) -> list[str]:
    kind = "/".join([row["event_type"], *row["modes"]])
    lines = [f"{kind} {row['realis']} {row['polarity']}"]
    lines += [f"source: “{row['source']['text']}”"] if "source" in row else []
    lines += [f"{filler['role']}: “{filler['text']}”" for filler in row["arguments"]]
    return [*lines, *_link(row.get("incident_id"))]


def _link(name: str | None) -> list[str]:
    return [f"→ {name}"] if name else []


def _cell(row: Record, column: str) -> str:
    value: Any = row.get(column)
    if column == "source":
        return f"“{value['text']}”" if value else "(empty)"
    return (", ".join(value) if isinstance(value, list) else str(value or "")) or "(empty)"


def _wrapped(text: str, width: int) -> list[str]:
    """Return text that shows in lines of a width."""
    return [text[first:last].rstrip() for first, last in _broken(list(text), width)] or [""]


def _broken(shown: Sequence[str], width: int) -> list[tuple[int, int]]:
    """Return where lines begin and end, of characters as they are shown: broken after blanks, else where they are full.

    >>> _broken(list("an end to it"), 7), _broken(list("abcdef"), 4)
    ([(0, 7), (7, 12)], [(0, 4), (4, 6)])
    """
    lines: list[tuple[int, int]] = []
    start = used = 0
    blank = None
    for at, character in enumerate(shown):
        size = _columns(character)
        if used + size > width and character != " " and at > start:
            cut = at if blank is None else blank + 1
            lines.append((start, cut))
            start, blank = cut, None
            used = sum(_columns(one) for one in shown[start:at])
        if character == " ":
            blank = at
        used += size
    return [*lines, (start, len(shown))] if len(shown) > start else lines


def _columns(text: str) -> int:
    """Return how many columns of a terminal text takes.

    >>> _columns("état"), _columns("e\u0301"), _columns("日本")
    (4, 1, 4)
    """
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in {"W", "F"})
        for character in text
    )
