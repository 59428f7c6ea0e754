"""Changes of labels, for people and for programs: what was added, removed, moved and retyped, by document."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tigris_corpus.editing.changes import KEYS, SPANS
from tigris_corpus.report.style import as_json, inert, painted, short, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tigris_corpus.editing.changes import Change
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.report.style import Colour

_SIGNS: dict[str, tuple[str, Colour]] = {
    "added": ("+", "green"),
    "removed": ("-", "red"),
    "moved": ("~", "yellow"),
    "retyped": ("~", "yellow"),
    "changed": ("~", "yellow"),
}
_LONGEST = 60
_SAID_ELSEWHERE = {"sentence_id", "mention_id", "event_id"}


def render(changes: Iterable[Change], *, colour: bool = False) -> str:
    """Return changes as text: a heading a document, a line a row, and the counts at the end."""
    found = list(changes)
    lines: list[str] = []
    document = None
    for change in found:
        if change.document_id != document:
            document = change.document_id
            lines.append(painted(visible(document) or "the registry", "bold", on=colour))
        sign, shade = _SIGNS[change.kind]
        lines.append(f"  {painted(sign, shade, on=colour)} {line(change)}")
    lines.append(summary(found))
    return "".join(f"{inert(line)}\n" for line in lines)


def summary(changes: Sequence[Change]) -> str:
    """Return the counts of changes, as one line."""
    if not changes:
        return "no label differs"
    counted = Counter((change.table, change.kind) for change in changes)
    tables = dict.fromkeys(table for table, _ in counted)
    return "; ".join(
        f"{table}: {', '.join(f'{counted[table, kind]} {kind}' for kind in _SIGNS if counted[table, kind])}"
        for table in tables
    )


def as_data(changes: Iterable[Change]) -> str:
    """Return changes as JSON, a list of objects, in an order that is the same each time."""
    return f"{as_json([change.as_dict() for change in changes], indent=2)}\n"


def line(change: Change) -> str:
    """Return a change in brief, without its sign."""
    row = change.after or change.before or {}
    name = visible(" ".join(change.key))
    if change.kind in {"added", "removed"}:
        return f"{name} {_told(change, row)}".rstrip()
    before, after = change.before or {}, change.after or {}
    spans = SPANS.get(change.table, ())
    parts = []
    if change.kind == "moved" or set(spans[:2]) & set(change.columns):
        parts.append(f"{_span(change.table, before)} → {_span(change.table, after)}")
    others = [column for column in change.columns if column not in {*spans, *_SAID_ELSEWHERE}]
    parts += [f"{column} {_value(before.get(column))} → {_value(after.get(column))}" for column in others]
    text = "" if change.kind == "moved" or not spans else f" {_text(change.table, after)}"
    return f"{name}{text} {change.kind}: {'; '.join(parts)}"


def _told(change: Change, row: Record) -> str:
    """Return a row in brief: its span, and the cells that its key does not say."""
    spans = SPANS.get(change.table, ())
    left_out = {*spans, *_SAID_ELSEWHERE, *KEYS[change.table]}
    cells = [_value(value) for column, value in row.items() if column not in left_out]
    return " ".join([_span(change.table, row), *cells] if spans else cells)


def _span(table: str, row: Record) -> str:
    start, end, _ = SPANS[table]
    return f"[{row.get(start)}–{row.get(end)}] {_text(table, row)}"


def _text(table: str, row: Record) -> str:
    return visible(repr(short(str(row.get(SPANS[table][2], "")), _LONGEST)))


def _value(value: object) -> str:
    return "(empty)" if value is None else visible(short(str(value), _LONGEST))
