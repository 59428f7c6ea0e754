"""TextEE (Huang et al. 2024): JSON Lines, an instance a sentence in which events are annotated, in the splits that its models take.

Fields, from the benchmark's ``data/README.md``: doc_id, wnd_id (the sentence), text, lang, tokens, entity_mentions (id,
entity_type, text, start, end), event_mentions (id, event_type, trigger, arguments with entity_id, role, text, start,
end) and relation_mentions (id, relation_type, two arguments). ``start`` and ``end`` count tokens, ``end`` exclusive.
Tokens are the words of this package, cut without a look at the labels. As its conversion of ACE does, entity mentions
also have their mention_type, and value where they have one.

``split/`` is ``documents.split``: ``train.json``, ``dev.json``, ``test.json``. With three folds or more, ``split1/`` and so on
leave one out each: it is the test, the fold after it (after the last, the first) is dev, and the others are training. With
more folds than five, they are dealt out to five groups in turn, and a group is left out: the benchmark has five splits.
What a file of words has no place for is in ``left-out.csv``: a span that begins or ends inside a word, an argument whose
mention is one, whatever stands where events are not annotated, and a relation without a mention of both ends in its
sentence.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from tigris_corpus.formats import bio
from tigris_corpus.formats.tokens import words
from tigris_corpus.loaders import describing
from tigris_corpus.loaders.batches import Files, documents
from tigris_corpus.loaders.parts import folds, partition
from tigris_corpus.loaders.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.exchange import Document
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.loaders.describing import Lost

NAMES = {"train": "train", "validation": "dev", "test": "test"}
"""What TextEE calls the parts."""
MOST_SPLITS = 5
"""How many splits the benchmark has of each of its data sets."""
FEWEST_FOLDS = 3
"""With fewer, none is left to train on once one is the test and another dev."""
NO_MENTION = "has no mention of both ends in its sentence"
NO_FILLER = "is filled by a mention that is left out or stands in another sentence"
NO_TRIGGER = "is of an event that is left out"
NO_EVENTS = "stands where events are not annotated: by its zone, or in a document whose layer is blank"
_PAGE = """\
`split/` is the split of the corpus, {others}. In each, `train.json`, `dev.json` and `test.json` have an instance a line, a
sentence in which events are annotated. {lost}"""


def files(corpus: Corpus) -> Mapping[str, bytes]:
    """Return the files of each split, what is left out, and a page about them; a file is put together when it is read."""
    lost = describing.unstated(corpus)
    lines: dict[str, bytes] = {}
    annotated = _annotated(corpus)
    for document in documents(corpus, corpus.documents["document_id"]):
        found, missing = instances(document, annotated)
        lost += missing
        told = (f"{json.dumps(one, ensure_ascii=False)}\n" for one in found)
        lines[document.document_id] = "".join(told).encode()
    makers = {
        f"{folder}/{name}.json": partial(_joined, lines, dealt.get(name, ()))
        for folder, dealt in _splits(corpus)
        for name in NAMES.values()
    }
    count = len({path.partition("/")[0] for path in makers}) - 1
    others = f"`split1/` to `split{count}/` leave stories out" if count else "and the only one here"
    page = _PAGE.format(others=others, lost=describing.counted(lost))
    return Files(
        {
            **makers,
            describing.LEFT_OUT: partial(describing.left_out, lost),
            describing.README: partial(describing.readme, corpus, "in the form of TextEE", page),
        }
    )


def _joined(lines: Mapping[str, bytes], ids: Iterable[str]) -> bytes:
    """Return the instances of some documents as the bytes of a file."""
    return b"".join(lines[name] for name in ids)


def _splits(corpus: Corpus) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
    """Yield the folder of each split with the documents of its parts."""
    yield "split", {NAMES.get(part, part): ids for part, ids in partition(corpus).parts.items()}
    numbers = folds(corpus)
    count = min(len(numbers), MOST_SPLITS)
    if count < FEWEST_FOLDS:
        return
    group = {number: place % count for place, number in enumerate(numbers)}
    dealt = [
        (name, group[int(number)])
        for name, number in zip(corpus.documents["document_id"], corpus.documents["fold"], strict=True)
    ]
    for test in range(count):
        roles = {test: "test", (test + 1) % count: "dev"}
        yield (
            f"split{test + 1}",
            {
                part: tuple(name for name, place in dealt if roles.get(place, "train") == part)
                for part in NAMES.values()
            },
        )


def _annotated(corpus: Corpus) -> set[str]:
    """Return the ids of the sentences in which events are annotated."""
    rows = Tables(corpus).labelled
    return set(rows.filter(rows["events"])["sentence_id"])


def instances(document: Document, annotated: set[str]) -> tuple[list[dict[str, Any]], list[Lost]]:
    """Return the instances of a document, and what they do not hold."""
    found: list[dict[str, Any]] = []
    lost: list[Lost] = []
    tables = ("mentions", "events", "entity_relations")
    inside = {table: _by_sentence(document.record.get(table, [])) for table in tables}
    by_id = {row["mention_id"]: row for row in document.record.get("mentions", [])}
    for sentence in document.sentences:
        name = sentence["sentence_id"]
        mentions, events, relations = (inside[table].get(name, []) for table in tables)
        if name in annotated:
            instance = _Instance(document, sentence, by_id)
            instance.add_mentions(mentions)
            instance.add_events(events)
            instance.add_relations(relations)
            found.append(instance.told)
            lost += instance.lost
        else:
            lost += [describing.lost_mention(document, row, NO_EVENTS) for row in mentions]
            lost += [describing.lost_event(document, row, NO_EVENTS) for row in events]
            lost += [describing.lost_relation(row, NO_EVENTS, document.document_id) for row in relations]
    return found, lost


def _by_sentence(rows: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row["sentence_id"], []).append(row)
    return found


class _Instance:
    """An instance as it is made: what is ``told``, and what is ``lost``."""

    def __init__(self, document: Document, sentence: Record, by_id: Mapping[str, Record]) -> None:
        self._document = document
        self._by_id = by_id
        origin = int(sentence["start"])
        language = document.language.partition("-")[0]
        tokens = words(sentence["text"], language)
        self._first = {origin + token.start: place for place, token in enumerate(tokens)}
        self._last = {origin + token.end: place + 1 for place, token in enumerate(tokens)}
        self._entities: dict[str, dict[str, Any]] = {}
        self.lost: list[Lost] = []
        self.told: dict[str, Any] = {
            "doc_id": document.document_id,
            "wnd_id": sentence["sentence_id"],
            "text": sentence["text"],
            "lang": language,
            "tokens": [token.text for token in tokens],
            "entity_mentions": [],
            "event_mentions": [],
            "relation_mentions": [],
        }

    def add_mentions(self, rows: Iterable[Record]) -> None:
        for row in rows:
            span = self._span(row["start"], row["end"], row["text"])
            if span is None:
                self.lost.append(describing.lost_mention(self._document, row, bio.SPLITS_A_WORD))
                continue
            told = {"id": row["mention_id"], "entity_type": row["entity_type"], **span}
            told |= {key: row[key] for key in ("mention_type", "value") if key in row}
            self._entities[row["mention_id"]] = told
            self.told["entity_mentions"].append(told)

    def add_events(self, rows: Iterable[Record]) -> None:
        for row in rows:
            trigger = self._span(row["trigger_start"], row["trigger_end"], row["trigger_text"])
            if trigger is None:
                self.lost.append(describing.lost_event(self._document, row, bio.SPLITS_A_WORD))
            arguments = [
                one for one in row["arguments"] if self._holds(row, one, has_trigger=trigger is not None)
            ]
            if trigger is not None:
                told = {"id": row["event_id"], "event_type": row["event_type"], "trigger": trigger}
                told["arguments"] = [self._argument(one["mention_id"], one["role"]) for one in arguments]
                self.told["event_mentions"].append(told)

    def add_relations(self, rows: Iterable[Record]) -> None:
        for row in rows:
            ends = [self._mention_of(row[end]) for end in ("subject_id", "object_id")]
            if None in ends:
                self.lost.append(describing.lost_relation(row, NO_MENTION, self._document.document_id))
                continue
            number = len(self.told["relation_mentions"]) + 1
            arguments = [
                self._argument(name, f"Arg-{place}") for place, name in enumerate(ends, start=1) if name
            ]
            told = {"id": f"{self.told['wnd_id']}-R{number}", "relation_type": row["relation"]}
            self.told["relation_mentions"].append({**told, "arguments": arguments})

    def _span(self, start: int, end: int, text: str) -> dict[str, Any] | None:
        """Return a span in tokens, or None where it begins or ends inside a word."""
        first, last = self._first.get(start), self._last.get(end)
        return None if first is None or last is None else {"text": text, "start": first, "end": last}

    def _holds(self, event: Record, argument: Record, *, has_trigger: bool) -> bool:
        """Whether an argument can be told; where it cannot, it is lost."""
        is_told = argument["mention_id"] in self._entities
        if is_told and has_trigger:
            return True
        mention = self._by_id.get(argument["mention_id"])
        reason = NO_FILLER if has_trigger else NO_TRIGGER
        self.lost.append(describing.lost_argument(self._document, event, argument, mention, reason))
        return False

    def _argument(self, mention_id: str, role: str) -> dict[str, Any]:
        entity = self._entities[mention_id]
        span = {key: entity[key] for key in ("text", "start", "end")}
        return {"entity_id": mention_id, "role": role, **span}

    def _mention_of(self, entity_id: str) -> str | None:
        """Return the first mention of an entity that the instance has."""
        for name in self._entities:
            if self._by_id[name].get("entity_id") == entity_id:
                return name
        return None
