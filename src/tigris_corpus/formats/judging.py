"""Whether what came back from a tool fits the texts and the vocabularies: judged once, for every format."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from tigris_corpus.descriptor import nearest
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats.rules import RULES
from tigris_corpus.issues import Severity
from tigris_corpus.offsets import UNITS, OffsetMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tigris_corpus.formats.exchange import Answer, Document, Item, Labels, Reading
    from tigris_corpus.issues import Issue, Location

_SHOWN = 80
_LINKS = (("entity_id", "entities"), ("incident_id", "incidents"))


@dataclass(frozen=True)
class Judged:
    """The answers whose offsets are code points by now, and what is wrong with them."""

    answers: tuple[Answer, ...]
    issues: tuple[Issue, ...]

    @property
    def is_sound(self) -> bool:
        """Whether there is no error."""
        return all(issue.severity is not Severity.ERROR for issue in self.issues)


def judge(reading: Reading, documents: Mapping[str, Document], labels: Labels) -> Judged:
    """Return the answers with their offsets in code points, and every fault of them, in the order they were read.

    ``documents`` are those of the corpus, by id.
    """
    issues = list(reading.faults)
    answers: list[Answer] = []
    seen: set[str] = set()
    for answer in reading.answers:
        document = documents.get(answer.document_id)
        if document is None:
            issues.append(_unknown_document(answer, documents))
        elif answer.document_id in seen:
            message = f"{answer.document_id} is there a second time"
            issues.append(RULES["imp.duplicate-id"].issue(answer.at, answer.document_id, message))
        else:
            seen.add(answer.document_id)
            kept, found = _judged(answer, document, labels)
            issues += found
            answers.append(kept)
    return Judged(tuple(answers), tuple(issues))


def _unknown_document(answer: Answer, documents: Mapping[str, Document]) -> Issue:
    near = nearest(answer.document_id[:_SHOWN], list(documents))
    hint = f'is "{near}" meant? else add the text first, with tigris add' if near else None
    message = f"the corpus has no document {answer.document_id[:_SHOWN]!r}"
    return RULES["imp.unknown-document"].issue(answer.at, answer.document_id, message, hint)


def _judged(answer: Answer, document: Document, labels: Labels) -> tuple[Answer, list[Issue]]:
    if answer.text is not None and answer.text != document.text:
        return answer, [_drift(answer, document)]
    kept, noted = _in_code_points(answer, document)
    issues = [*noted]
    if any(issue.severity is Severity.ERROR for issue in noted):
        return answer, issues
    issues += _ids(kept)
    mentions = {item.ref for item in kept.items if item.table == "mentions"} | answer.refused
    events = {item.ref for item in kept.items if item.table == "events"}
    for item in kept.items:
        issues += _span(item, document)
        issues += _labels(item, labels, kept)
        issues += _references(item, mentions, events, labels)
    return kept, issues


def _drift(answer: Answer, document: Document) -> Issue:
    ours, theirs = document.text, answer.text or ""
    at = next((n for n, (a, b) in enumerate(zip_longest(ours, theirs)) if a != b), 0)
    message = (
        f"the text is not that of {document.document_id}: they part at character {at}, "
        f"where the corpus has {ours[at : at + 12]!r} and the file {theirs[at : at + 12]!r}"
    )
    where = replace(answer.at, document=document.document_id, start=at, end=min(at + 1, len(ours)))
    return RULES["imp.text-drift"].issue(where, theirs[at : at + 12], message)


def _fits(items: Iterable[Item], text: str) -> bool:
    return all(item.text is None or text[item.start : item.end] == item.text for item in items)


def _in_code_points(answer: Answer, document: Document) -> tuple[Answer, list[Issue]]:
    """Return the answer in code points: where all its spans fit only in another unit, it is the tool's."""
    told = [item for item in answer.items if item.text is not None]
    if _fits(told, document.text):
        return answer, []
    units = {}
    for unit in UNITS:
        moved = _converted(answer.items, OffsetMap(document.text, unit))
        if moved is not None and _fits(moved, document.text):
            units[unit] = moved
    if not units:
        return answer, []  # each span that does not fit is shown where it is
    count = sum(document.text[item.start : item.end] != item.text for item in told)
    names = " or ".join(units)
    if len({tuple((item.start, item.end) for item in moved) for moved in units.values()}) > 1:
        message = f"the offsets fit as {names}, and these differ"
        issue = RULES["imp.offset-unit"].issue(answer.at, names, message)
        return answer, [replace(issue, severity=Severity.ERROR)]
    unit, moved = next(iter(units.items()))
    message = f"the offsets count {unit} units: {count} of {len(told)} spans were off, and all are converted"
    issue = RULES["imp.offset-unit"].issue(replace(answer.at, document=document.document_id), unit, message)
    return replace(answer, items=tuple(moved)), [replace(issue, count=count)]


def _converted(items: Iterable[Item], offsets: OffsetMap) -> list[Item] | None:
    """Return items whose offsets counted another unit in code points, or None where one is inside a character."""
    try:
        return [
            replace(item, start=offsets.to_code_point(item.start), end=offsets.to_code_point(item.end))
            for item in items
        ]
    except (CorpusError, IndexError):
        return None


def _ids(answer: Answer) -> Iterator[Issue]:
    """Yield the ids that stand twice: those of the tool, and those of the corpus that the tool kept."""
    for name in ("ref", "id"):
        counted = Counter(
            (item.table, getattr(item, name)) for item in answer.items if getattr(item, name) is not None
        )
        seen: set[tuple[str, str]] = set()
        for item in answer.items:
            key = (item.table, getattr(item, name))
            if counted[key] > 1 and key in seen and (name == "ref" or counted[item.table, item.ref] == 1):
                message = f"{key[1]!r} is the id of several {item.table}"
                yield RULES["imp.duplicate-id"].issue(item.at, key[1], message)
            seen.add(key)


def _span(item: Item, document: Document) -> Iterator[Issue]:
    """Yield what is wrong with a span: one fault at the most."""
    text, at = document.text, replace(item.at, document=document.document_id)
    if not 0 <= item.start < item.end <= len(text):
        message = f"the span goes from {item.start} to {item.end}, in a text of {len(text)} characters"
        yield RULES["imp.span"].issue(at, f"{item.start} {item.end}", message)
        return
    at = replace(at, start=item.start, end=item.end)
    found = text[item.start : item.end]
    if item.text is not None and item.text != found:
        message = (
            f"{item.text[:_SHOWN]!r} is not what stands at {item.start} to {item.end}: {found[:_SHOWN]!r}"
        )
        yield RULES["imp.text-mismatch"].issue(at, item.text[:_SHOWN], message, _shift(item, text))
    elif document.sentence_at(item.start, item.end) is None:
        message = f"{found[:_SHOWN]!r} is not inside one sentence"
        yield RULES["imp.crosses-sentence"].issue(at, found[:_SHOWN], message)


def _shift(item: Item, text: str) -> str | None:
    """Return where the words of a span stand, if they do nearby."""
    places = [match.start() for match in re.finditer(re.escape(item.text or ""), text)] if item.text else []
    if not places:
        return None
    near = min(places, key=lambda place: abs(place - item.start))
    return f"the words stand at {near} to {near + len(item.text or '')}: shift by {near - item.start:+}"


def _labels(item: Item, labels: Labels, answer: Answer) -> Iterator[Issue]:
    for column, value in item.cells.items():
        allowed = labels.of(column)
        if allowed is not None and value not in allowed:
            yield _unknown_label(item.at, str(value), column, allowed)
    known = labels.modes.get(str(item.cells.get("event_type")), ())
    for mode in item.modes:
        if mode not in known:
            yield _unknown_label(item.at, mode, f"mode of {item.cells.get('event_type')}", known)
    for column, table in _LINKS:
        value = item.cells.get(column)
        registry = labels.entities if table == "entities" else labels.incidents
        fresh = {row.get(column) for row in answer.registry.get(table, [])}
        if value is not None and value not in registry and value not in fresh:
            near = nearest(str(value)[:_SHOWN], list(registry))
            hint = f'is "{near}" meant? else add a row to corpus/{table}.csv first' if near else None
            message = f"there is no {value!r} in {table}"
            yield RULES["imp.unknown-id"].issue(item.at, value, message, hint)


def _unknown_label(at: Location, value: str, column: str, allowed: tuple[str, ...]) -> Issue:
    near = nearest(value[:_SHOWN], list(allowed))
    hint = f'did you mean "{near}"?' if near else f"one of {', '.join(allowed)}" if allowed else None
    return RULES["imp.unknown-label"].issue(at, value, f"{value[:_SHOWN]!r} is no {column}", hint)


def _references(item: Item, mentions: set[str], events: set[str], labels: Labels) -> Iterator[Issue]:
    allowed = labels.roles.get(str(item.cells.get("event_type")), labels.role_types)
    for argument in item.arguments:
        if argument.ref not in mentions:
            what = "an event, and a role is filled by a mention" if argument.ref in events else "not there"
            message = f"the {argument.role} of {item.ref} is {argument.ref!r}, which is {what}"
            yield RULES["imp.dangling-ref"].issue(argument.at, argument.ref, message)
        elif argument.role not in labels.role_types:
            yield _unknown_label(argument.at, argument.role, "role", allowed)
    if item.source is not None and item.source not in mentions:
        message = f"the source of {item.ref} is {item.source!r}, which is no mention of the file"
        yield RULES["imp.dangling-ref"].issue(item.at, item.source, message)
