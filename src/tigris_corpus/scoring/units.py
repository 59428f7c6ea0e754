"""Two annotations laid side by side, cut into the paragraphs that are resampled.

A paragraph is a line of a raw text: the largest piece that is not the document itself, and the smallest that holds
whole stretches of argument. Spans are known by document, start and end, in code points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record

MOST = 500
"""How many mentions, and how many events, a paragraph may have."""

Key = tuple[str, int, int]
"""A span: its document, start and end."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention as far as it is compared."""

    key: Key
    entity_type: str
    mention_type: str
    entity_id: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event mention as far as it is compared; ``arguments`` holds (role, the mention that fills it)."""

    key: Key
    event_type: str
    realis: str
    polarity: str
    incident_id: str | None
    arguments: tuple[tuple[str, Mention], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two annotators has in one paragraph."""

    mentions: tuple[Mention, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph with both annotations: ``tokens`` are the spans of its words."""

    document: str
    language: str
    a: Side
    b: Side
    tokens: tuple[Key, ...] = field(repr=False)


def units(
    corpus: Corpus, first: Iterable[Record], second: Iterable[Record], *, with_words: bool = True
) -> list[Unit]:
    """Return the paragraphs of the documents that both annotations have, in the order of the texts.

    ``with_words`` says whether they hold their words, which only figures over words need. Raises CorpusError where
    the two have no document in common, or name a document or sentence that is not in the corpus.
    """
    records_a = {record["document_id"]: record for record in first}
    records_b = {record["document_id"]: record for record in second}
    languages = dict(zip(corpus.documents["document_id"], corpus.documents["language"], strict=True))
    shared = [document for document in languages if document in records_a and document in records_b]
    if not shared:
        raise CorpusError("the two annotations have no document of the corpus in common")
    sentences = annotated_sentences(corpus, shared)
    found = []
    for document in shared:
        text, rows = corpus.text(document), sentences[document]
        paragraphs = {row.name: text.count("\n", 0, row.start) for row in rows}
        sides_a = _sides(records_a[document], paragraphs)
        sides_b = _sides(records_b[document], paragraphs)
        tokens = _tokens(document, rows, paragraphs) if with_words else {}
        for number in sorted(set(paragraphs.values())):
            a, b = sides_a.get(number, _EMPTY), sides_b.get(number, _EMPTY)
            if max(map(len, (a.mentions, a.events, b.mentions, b.events))) > MOST:
                raise CorpusError(
                    f"{document}: a paragraph has more than {MOST} mentions or events: measures pair each with each"
                )
            found.append(Unit(document, str(languages[document]), a, b, tokens.get(number, ())))
    return found


_EMPTY = Side((), ())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in a zone where mentions are annotated: its id, where it starts (code points), and its text.

    ``has_events`` says whether events are annotated in its zone too.
    """

    name: str
    start: int
    text: str
    has_events: bool


def annotated_sentences(corpus: Corpus, documents: Iterable[str]) -> dict[str, list[Sentence]]:
    """Return the sentences of documents that stand in zones where mentions are annotated, in the order of the table."""
    zones = corpus.zones[corpus.zones["mentions_annotated"]]
    has_events = dict(zip(zones["zone"].astype(str), zones["events_annotated"].astype(bool), strict=True))
    found: dict[str, list[Sentence]] = {document: [] for document in documents}
    rows = corpus.sentences[corpus.sentences["document_id"].isin(list(found))]
    columns = (rows[name] for name in ("document_id", "sentence_id", "start", "text", "zone"))
    for document, name, start, text, zone in zip(*columns, strict=True):
        if zone in has_events:
            found[document].append(Sentence(name, int(start), text, has_events[zone]))
    return found


def _tokens(
    document: str, sentences: Iterable[Sentence], paragraphs: dict[str, int]
) -> dict[int, tuple[Key, ...]]:
    """Return the words of each paragraph, cut at blanks: the units of token-level agreement."""
    found: dict[int, list[Key]] = {}
    for sentence in sentences:
        at = 0
        for word in sentence.text.split():
            at = sentence.text.index(word, at)
            start = sentence.start + at
            found.setdefault(paragraphs[sentence.name], []).append((document, start, start + len(word)))
            at += len(word)
    return {number: tuple(words) for number, words in found.items()}


def _sides(record: Record, paragraphs: dict[str, int]) -> dict[int, Side]:
    document = record["document_id"]
    for row in (*record["mentions"], *record["events"]):
        if row["sentence_id"] not in paragraphs:
            raise CorpusError(f"{document}: {row['sentence_id']} is no annotated sentence of the corpus")
    by_id: dict[str, Mention] = {}
    mentions: dict[int, list[Mention]] = {}
    for row in record["mentions"]:
        key = (document, row["start"], row["end"])
        mention = Mention(key, row["entity_type"], row["mention_type"], row.get("entity_id"))
        by_id[row["mention_id"]] = mention
        mentions.setdefault(paragraphs[row["sentence_id"]], []).append(mention)
    events: dict[int, list[Event]] = {}
    for row in record["events"]:
        fillers = ((filler["role"], by_id.get(filler["mention_id"])) for filler in row.get("arguments", ()))
        event = Event(
            (document, row["trigger_start"], row["trigger_end"]),
            row["event_type"],
            row["realis"],
            row["polarity"],
            row.get("incident_id"),
            tuple((role, mention) for role, mention in fillers if mention is not None),
        )
        events.setdefault(paragraphs[row["sentence_id"]], []).append(event)
    numbers = mentions.keys() | events.keys()
    return {
        number: Side(tuple(mentions.get(number, ())), tuple(events.get(number, ()))) for number in numbers
    }
