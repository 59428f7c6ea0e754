"""Documents for the tests of formats: those of the corpus, and invented ones with everything that offsets trip over."""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING, Any

import tigris_corpus as tigris
from tigris_corpus.formats.exchange import Document, Item, Labels, documents_of, items_of, labels_of
from tigris_corpus.formats.judging import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tigris_corpus.formats import Format
    from tigris_corpus.issues import Issue

WORDS = (
    "Bagdad",
    "l’Irak",
    "🇮🇶",
    "👩‍🚒",
    "e\u0301tat",
    "été",
    "«",
    "»",
    "“quoted”",
    "d’",
    "—",
    "x\ty",
    "a|b",
    "[1]",
    "*",
    "_",
    "\\n",
    "->",
    "50\u202f%",
    "𝔘niverse",
    "AT&T",
    "<b>",
    "‘80s",
    "mot-clé",
    "U.S.",
    "2,500",
    "\u200b",
)
"""Words that trip offsets and separators: emoji, combining marks, French quotes, blanks of other widths, marks that formats give a meaning."""


@cache
def released() -> tuple[tuple[Document, ...], Labels]:
    """Return the documents of the corpus, and its labels."""
    corpus = tigris.load()
    return tuple(documents_of(corpus, corpus.documents["document_id"])), labels_of(corpus)


@cache
def invented(count: int, seed: int = 0) -> tuple[Document, ...]:
    """Return so many invented documents, the same ones each time.

    Mentions are nested, adjacent and share their spans with triggers; some repeat a span with another type.
    """
    _, labels = released()
    return tuple(
        _document(number, random.Random(seed * 1_000_003 + number), labels) for number in range(count)
    )


def _document(number: int, dice: random.Random, labels: Labels) -> Document:
    name = f"D{number + 100:03}"
    sentences: list[dict[str, Any]] = []
    text = ""
    words: list[list[tuple[int, int]]] = []
    for index in range(dice.randint(1, 4)):
        if index:
            text += dice.choice(["\n", " ", "\n\n", "  "])
        start, spans = len(text), []
        for place in range(dice.randint(3, 12)):
            if place:
                text += dice.choice([" ", " ", " ", "\u00a0"])
            word = dice.choice(WORDS)
            spans.append((len(text), len(text) + len(word)))
            text += word
        row = {
            "sentence_id": f"{name}-S{index + 1:03}",
            "document_id": name,
            "start": start,
            "end": len(text),
        }
        sentences.append(row | {"zone": "body", "text": text[start:]})
        words.append(spans)
    record = _record(name, text, sentences, words, dice, labels)
    return Document(name, dice.choice(["en", "fr"]), text, tuple(sentences), record)


def _record(
    name: str,
    text: str,
    sentences: Sequence[dict[str, Any]],
    words: Sequence[list[tuple[int, int]]],
    dice: random.Random,
    labels: Labels,
) -> dict[str, Any]:
    mentions: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for row, spans in zip(sentences, words, strict=True):
        here: list[dict[str, Any]] = []
        taken: set[tuple[int, int]] = set()
        for _ in range(dice.randint(0, 5)):
            first = dice.randrange(len(spans))
            last = min(first + dice.choice([0, 0, 1, 2]), len(spans) - 1)
            start, end = spans[first][0], spans[last][1]
            if (start, end) in taken or any(a < start < b < end or start < a < end < b for a, b in taken):
                continue  # the same span twice, or crossing
            taken.add((start, end))
            kind = dice.choice(labels.entity_types)
            mention = {
                "mention_id": f"{name}-M{len(mentions) + len(here) + 1:03}",
                "sentence_id": row["sentence_id"],
            }
            mention |= {"start": start, "end": end, "text": text[start:end], "entity_type": kind}
            mention["mention_type"] = dice.choice(labels.mention_types)
            if kind in {"TIME", "NUM"}:
                mention["value"] = dice.choice(["2024-01?", "150/..", "5"])
            elif dice.random() < 0.7:
                mention["entity_id"] = dice.choice(list(labels.entities))
            here.append(mention)
        mentions += here
        triggers: set[tuple[int, int]] = set()
        for _ in range(dice.randint(0, 2)):
            start, end = dice.choice(spans)
            if (start, end) in triggers:
                continue
            triggers.add((start, end))
            kind = dice.choice(labels.event_types)
            event = {"event_id": f"{name}-E{len(events) + 1:03}", "sentence_id": row["sentence_id"]}
            event |= {
                "trigger_start": start,
                "trigger_end": end,
                "trigger_text": text[start:end],
                "event_type": kind,
            }
            event |= {"realis": dice.choice(labels.realis), "polarity": dice.choice(labels.polarities)}
            if mentions and dice.random() < 0.3:
                event["source_mention_id"] = dice.choice(mentions)["mention_id"]
            if dice.random() < 0.5:
                event["incident_id"] = dice.choice(list(labels.incidents))
            modes = labels.modes[kind]
            event["modes"] = sorted(dice.sample(modes, min(len(modes), dice.randint(0, 2))))
            fillers = dice.sample(here, min(len(here), dice.randint(0, 3)))
            event["arguments"] = [
                {"role": dice.choice(labels.roles[kind]), "mention_id": filler["mention_id"]}
                for filler in fillers
            ]
            events.append(event)
    return {
        "document_id": name,
        "mentions": sorted(mentions, key=lambda one: (one["start"], one["end"], one["mention_id"])),
        "events": events,
        "entities": [],
        "entity_relations": [],
        "incidents": [],
    }


def compared(items: Iterable[Item], format_: Format | None = None) -> list[tuple[Any, ...]]:
    """Return what a format has to keep of items, in an order of its own: all, or what ``format_`` says it carries."""
    found = list(items)
    names = {(item.table, item.ref): (item.start, item.end, item.cells.get("entity_type")) for item in found}
    rows = []
    for item in found:
        columns = (
            None if format_ is None else format_.mentions if item.table == "mentions" else format_.events
        )
        if format_ is not None and columns is None:
            continue
        cells = {name: value for name, value in item.cells.items() if columns is None or name in columns}
        keeps_id = format_ is None or format_.ids
        rows.append(
            (
                item.table,
                item.start,
                item.end,
                sorted(cells.items()),
                item.id if keeps_id else None,
                sorted(item.modes) if format_ is None or format_.modes else [],
                sorted((one.role, str(names["mentions", one.ref])) for one in item.arguments)
                if format_ is None or format_.arguments
                else [],
                names["mentions", item.source]
                if item.source and (format_ is None or format_.sources)
                else None,
            )
        )
    return sorted(rows, key=str)


def round_trip(
    format_: Format, documents: Sequence[Document]
) -> tuple[dict[str, list[Item]], tuple[Issue, ...]]:
    """Write documents and read them back through the format: the items of each by its id, and the issues."""
    _, labels = released()
    module = format_.load()
    by_id = {document.document_id: document for document in documents}
    judged = judge(module.read(module.write(documents, labels), by_id), by_id, labels)
    return {answer.document_id: list(answer.items) for answer in judged.answers}, judged.issues


def given(document: Document) -> list[Item]:
    """Return the labels of a document as its tool is given them."""
    return items_of(document)
