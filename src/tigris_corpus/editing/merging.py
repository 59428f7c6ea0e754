"""From what a tool gave back to the rows of a document: who is who, what was changed, and what others changed since.

A format may carry less than the corpus has. So the answer is not taken for the new state: it is held against what the
tool was given, which is the base read through the same format, and only what differs is an edit. The edits are made
on the base, and the base so edited is merged with the state of today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import KEYS, SPAN_COLUMNS
from tigris_corpus.editing.changes import KEYS as TABLE_KEYS
from tigris_corpus.editing.changes import REGISTRY, flat
from tigris_corpus.formats import EVENT, MENTION
from tigris_corpus.formats.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tigris_corpus.editing.changes import Key, Rows
    from tigris_corpus.formats import Format
    from tigris_corpus.formats.exchange import Answer, Document, Item
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.issues import Issue, Location

NEW = "+"
"""What the id of a new row begins with until it gets one of the corpus."""
_LETTERS = {"mentions": "M", "events": "E"}
_TYPE = {"mentions": "entity_type", "events": "event_type"}
_OF_SPAN = {name for columns in SPAN_COLUMNS.values() for name in columns} | {"sentence_id"}


@dataclass(frozen=True)
class Edited:
    """The base with the edits of a tool made on it: its rows, and the place in the tool's file that each comes from."""

    rows: Rows
    places: Mapping[Key, Location]
    issues: tuple[Issue, ...] = ()


def edited(
    answer: Answer, base: Document, seen: Iterable[Item], form: Format, given: Mapping[str, str]
) -> Edited:
    """Return the base with what the answer differs in from what the tool had seen.

    ``seen`` are the items of the base as the format gives them; ``given`` are columns of new rows that the format
    cannot say.
    """
    before = [item for item in seen if _columns(form, item.table) is not None]
    found = [item for item in answer.items if _columns(form, item.table) is not None]
    ids = matched(found, before)
    was = {(item.table, item.id): item for item in before}
    names = {(item.table, item.ref): ids.get((item.table, item.ref)) or f"{NEW}{item.ref}" for item in found}
    rows = flat(base.record)
    places: dict[Key, Location] = {}
    for item in found:
        key = (item.table, names[item.table, item.ref])
        places[key] = item.at
        _put(rows, item, was.get(key), key, base, names, form, given)
    gone = [key for key in was if key not in set(places)]
    for table, name in gone:
        _take_out(rows, table, str(name))
    _register(rows, answer, base)
    issues = _left_behind(rows, gone, answer, base)
    return Edited(rows, places, tuple(issues))


def _columns(form: Format, table: str) -> tuple[str, ...] | None:
    return form.mentions if table == "mentions" else form.events


def matched(found: list[Item], seen: list[Item]) -> dict[tuple[str, str], str]:
    """Return the id of the corpus that each item has, by table and ref: what is not in it is new.

    An id that the tool kept tells. What has none is known by its span and type, then by its span; where the tool
    keeps no ids at all, then by a span that overlaps, with the same type.
    """
    free = {(item.table, item.id): item for item in seen}
    ids: dict[tuple[str, str], str] = {}
    left = []
    for item in found:
        if item.id is not None and (item.table, item.id) in free:
            ids[item.table, item.ref] = item.id
            del free[item.table, item.id]
        else:
            left.append(item)
    tests = [_is_same, _is_at_same_place]
    if not any(item.id for item in found):
        tests.append(_overlaps)
    for test in tests:
        rest = []
        for item in left:
            twin = next((key for key, other in free.items() if test(item, other)), None)
            if twin is None:
                rest.append(item)
            else:
                ids[item.table, item.ref] = str(twin[1])
                del free[twin]
        left = rest
    return ids


def _type(item: Item) -> Any:
    return item.cells.get(_TYPE[item.table])


def _is_at_same_place(one: Item, other: Item) -> bool:
    return one.table == other.table and (one.start, one.end) == (other.start, other.end)


def _is_same(one: Item, other: Item) -> bool:
    return _is_at_same_place(one, other) and _type(one) == _type(other)


def _overlaps(one: Item, other: Item) -> bool:
    is_of_kind = one.table == other.table and _type(one) == _type(other)
    return is_of_kind and one.start < other.end and other.start < one.end


def _put(  # noqa: PLR0913, PLR0917 - what a row is made from
    rows: Rows,
    item: Item,
    was: Item | None,
    key: Key,
    base: Document,
    names: Mapping[tuple[str, str], str],
    form: Format,
    given: Mapping[str, str],
) -> None:
    """Make the edits of one item: a new row, or the cells of its row that differ from what the tool was given."""
    row = dict(rows.get(key, {KEYS[item.table]: key[1]}))
    start, end, text = SPAN_COLUMNS[item.table]
    if was is None or (item.start, item.end) != (was.start, was.end):
        sentence = base.sentence_at(item.start, item.end)
        row |= {"sentence_id": sentence["sentence_id"] if sentence else "", start: item.start, end: item.end}
        row[text] = base.text[item.start : item.end]
    cells = {**({} if was is not None else _defaults(given, item.table)), **item.cells}
    for column in _columns(form, item.table) or () if was is not None else cells:
        value = cells.get(column)
        if was is None or value != was.cells.get(column):
            row.pop(column, None)
            if value is not None:
                row[column] = value
    if form.sources and item.table == "events" and (was is None or _name(item, names) != was.source):
        row.pop("source_mention_id", None)
        if item.source is not None:
            row["source_mention_id"] = _name(item, names)
    rows[key] = row
    if item.table == "events":
        _put_lists(rows, item, was, key[1], names, form)


def _name(item: Item, names: Mapping[tuple[str, str], str]) -> str | None:
    return None if item.source is None else names.get(("mentions", item.source), item.source)


def _defaults(given: Mapping[str, str], table: str) -> dict[str, str]:
    """Return the columns that were given for new rows of a table."""
    columns = MENTION if table == "mentions" else EVENT
    return {name: value for name, value in given.items() if name in columns}


def _put_lists(
    rows: Rows,
    item: Item,
    was: Item | None,
    event_id: str,
    names: Mapping[tuple[str, str], str],
    form: Format,
) -> None:
    """Make the edits of an event's modes and arguments: those it has gained and those it has lost."""
    if form.modes:
        for mode in set(was.modes if was else ()).difference(item.modes):
            rows.pop(("event_modes", event_id, mode), None)
        for mode in item.modes:
            rows["event_modes", event_id, mode] = {"event_id": event_id, "mode": mode}
    if form.arguments:
        now = {(one.role, names.get(("mentions", one.ref), one.ref)) for one in item.arguments}
        before = {(one.role, one.ref) for one in was.arguments} if was else set()
        for role, mention_id in before - now:
            rows.pop(("arguments", event_id, role, mention_id), None)
        for role, mention_id in sorted(now - before):
            cells = {"event_id": event_id, "role": role, "mention_id": mention_id}
            rows["arguments", event_id, role, mention_id] = cells


def _take_out(rows: Rows, table: str, name: str) -> None:
    """Take a row out, and with an event its modes and arguments."""
    rows.pop((table, name), None)
    if table == "events":
        for key in [key for key in rows if key[0] in {"event_modes", "arguments"} and key[1] == name]:
            del rows[key]


def _register(rows: Rows, answer: Answer, base: Document) -> None:
    """Put in the rows of the registry that the answer has and the base has not, or has otherwise."""
    own = flat(
        {"document_id": base.document_id, **{name: list(found) for name, found in answer.registry.items()}}
    )
    if "entity_relations" in answer.registry:
        for key in [key for key in rows if key[0] == "entity_relations" and key not in own]:
            del rows[key]
    rows |= own


def _left_behind(
    rows: Rows, gone: list[tuple[str, str | None]], answer: Answer, base: Document
) -> Iterator[Issue]:
    """Yield the mentions that were taken out, and that rows which the format does not carry still refer to."""
    lost = {name for table, name in gone if table == "mentions"}
    for key, row in rows.items():
        named = row.get("mention_id") if key[0] == "arguments" else row.get("source_mention_id")
        if key[0] in {"arguments", "events"} and named in lost:
            what = row["role"] if key[0] == "arguments" else "source"
            message = f"{named} is gone, and {key[1]} still has it as its {what}"
            hint = "put the mention back, or take it out of the event first, in a format that carries events"
            at = replace(answer.at, document=base.document_id)
            yield RULES["imp.dangling-ref"].issue(at, named, message, hint)


def dropped_overlaps(answer: Answer, seen: Iterable[Item]) -> list[Item]:
    """Return the spans that a tool seems to have dropped because they overlap others: all that did, and nothing else.

    Where the tool was given spans inside others and gives back none that overlaps another, it keeps no such spans.
    """
    before = list(seen)
    overlapping = _overlapping(before)
    if not overlapping or _overlapping(answer.items):
        return []
    kept = {(item.table, item.start, item.end) for item in answer.items}
    return [item for item in overlapping if (item.table, item.start, item.end) not in kept]


def _overlapping(items: Iterable[Item]) -> list[Item]:
    """Return the items that overlap another one, in the order of the text."""
    ordered = sorted(items, key=lambda item: (item.start, -item.end))
    found: dict[int, Item] = {}
    reach: Item | None = None
    for item in ordered:
        if reach is not None and item.start < reach.end:
            found |= {id(reach): reach, id(item): item}
        if reach is None or item.end > reach.end:
            reach = item
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row, or a column of it, that both sides changed, each in its way; None is a row taken out."""

    key: Key
    base: Record | None
    ours: Record | None
    theirs: Record | None


def merged(base: Rows, ours: Rows, theirs: Rows) -> tuple[Rows, list[Conflict]]:
    """Return three states of a document as one, and the rows that cannot be: changed on both sides, in two ways.

    ``base`` is what both began with. Columns that only one side changed go together; the columns of a span are one.
    """
    rows: Rows = {}
    conflicts: list[Conflict] = []
    for key in dict.fromkeys([*ours, *theirs, *base]):
        was, our, their = base.get(key), ours.get(key), theirs.get(key)
        if key[0] in REGISTRY and their is None:
            their = was  # no document takes a row out of the registry
        if their in (was, our):
            kept = our
        elif our == was:
            kept = their
        else:
            kept = _cellwise(was, our, their)
            if kept is None:
                conflicts.append(Conflict(key, was, our, their))
                kept = our
        if kept is not None:
            rows[key] = kept
    return rows, conflicts


def _cellwise(was: Record | None, our: Record | None, their: Record | None) -> Record | None:
    """Return a row with the cells that either side changed, or None where both changed one, or one took it out."""
    if was is None or our is None or their is None:
        return None
    names = dict.fromkeys([*was, *our, *their])
    ours = {_together(name) for name in names if our.get(name) != was.get(name)}
    theirs = {_together(name) for name in names if their.get(name) != was.get(name)}
    if ours & theirs:
        return None
    cells = {name: (our if _together(name) in ours else their).get(name) for name in names}
    return {name: value for name, value in cells.items() if value is not None}


def _together(name: str) -> str:
    """Return what a column changes with: those of a span are one thing."""
    return "span" if name in _OF_SPAN else name


def settled(base: Rows, ours: Rows, theirs: Rows) -> tuple[Rows, list[Conflict]]:
    """Return their state with what both sides added alike under our ids, and what both added at one place otherwise."""
    added = {
        (key[0], *_span(key[0], row)): (key, row)
        for key, row in ours.items()
        if key[0] in SPAN_COLUMNS and key not in base
    }
    names: dict[tuple[str, str], str] = {}
    conflicts: list[Conflict] = []
    for key, row in theirs.items():
        twin = None
        if key[0] in SPAN_COLUMNS and key not in base and key not in ours:
            twin = added.get((key[0], *_span(key[0], row)))
        if twin is None:
            continue
        own, identifier = twin[1], KEYS[key[0]]
        if {**own, identifier: ""} == {**row, identifier: ""}:
            names[key[0], key[1]] = twin[0][1]
        else:
            conflicts.append(Conflict(key, None, own, row))
    return renamed(theirs, names), conflicts


def _span(table: str, row: Record) -> tuple[int, int]:
    start, end, _ = SPAN_COLUMNS[table]
    return row[start], row[end]


def renamed(rows: Mapping[Key, Record], names: Mapping[tuple[str, str], str]) -> Rows:
    """Return rows with ids of mentions and events replaced, by table and id, wherever they stand."""
    columns = {"mention_id": "mentions", "source_mention_id": "mentions", "event_id": "events"}

    def fresh(column: str, value: Any) -> Any:
        return names.get((columns[column], value), value) if column in columns else value

    found: Rows = {}
    for key, row in rows.items():
        cells = {column: fresh(column, value) for column, value in row.items()}
        found[(key[0], *(cells[column] for column in TABLE_KEYS[key[0]]))] = cells
    return found


def minted(rows: Mapping[Key, Record], document_id: str, used: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return ids for the new rows of a document, in the order of the text: the numbers after the highest one used.

    ``used`` are ids that are in use or were: none is ever given again.
    """
    taken = list(used)
    names: dict[tuple[str, str], str] = {}
    for table, letter in _LETTERS.items():
        start = f"{document_id}-{letter}"
        numbers = [
            int(name.removeprefix(start)) for name in taken if re.fullmatch(f"{start}[0-9]{{1,18}}", name)
        ]
        fresh = sorted(
            (row for key, row in rows.items() if key[0] == table and key[1].startswith(NEW)),
            key=lambda row: _span(table, row),
        )
        for number, row in enumerate(fresh, start=max(numbers, default=0) + 1):
            names[table, row[KEYS[table]]] = f"{start}{number:03}"
    return names
