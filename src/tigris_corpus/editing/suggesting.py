"""Names that the corpus knows, found in a text: the suggestions of a rule, for an annotator to take or leave.

They are never gold, and have no place in a blind pass: whoever sees them is no longer blind to the other documents.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas as pd

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record

ANNOTATOR = "suggest"
_NAME = "NAM"
_START = re.compile(r"(?<!\w)(?=\S)")
_WORD = re.compile(r"\w")
_LONGEST = 200
_OF_MENTION = re.compile("(D[0-9]{3,})-M([0-9]{3,18})")


class Known(NamedTuple):
    """What a form is a name of."""

    entity_id: str
    entity_type: str


class Place(NamedTuple):
    """A name that stands in a text: its sentence, its span, and what it is a name of."""

    sentence_id: str
    start: int
    end: int
    known: Known


@dataclass(frozen=True)
class Suggestions:
    """The names of a document that the rest of the corpus knows, and how often one stands there that is ambiguous."""

    record: Record
    left_out: int


@dataclass(frozen=True, slots=True)
class Score:
    """How the names that a rule finds in a document compare with those that are annotated there.

    ``right`` are those found with their span, entity and type, ``spans`` those with their span.
    """

    document_id: str
    language: str
    names: int
    suggested: int
    spans: int
    right: int
    left_out: int

    @property
    def precision(self) -> float | None:
        """The share of what was suggested that is right."""
        return self.right / self.suggested if self.suggested else None

    @property
    def recall(self) -> float | None:
        """The share of the names that was found, and rightly."""
        return self.right / self.names if self.names else None


class Lexicon:
    """Which forms are names of what, by which documents: read once, asked for one document at a time."""

    def __init__(self, corpus: Corpus) -> None:
        documents = corpus.documents
        self._languages = {
            str(key): str(language).partition("-")[0]
            for key, language in zip(documents["document_id"], documents["language"], strict=True)
        }
        self._forms: dict[tuple[str, str], dict[Known, list[str]]] = defaultdict(dict)
        self._users: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[Known]] = defaultdict(list)
        mentions = corpus.mentions.dropna(subset=["entity_id"])
        columns = ("mention_id", "text", "entity_type", "mention_type", "entity_id")
        for key, text, kind, way, entity in zip(*(mentions[name] for name in columns), strict=True):
            document = _document(key)
            _remember(self._users[entity], document)
            if way == _NAME:
                users = self._forms[self.language(document), text].setdefault(Known(entity, str(kind)), [])
                _remember(users, document)
        own = (corpus.entities[column] for column in ("entity_id", "name", "entity_type"))
        for entity, name, kind in zip(*own, strict=True):
            self._names[name].append(Known(entity, str(kind)))
        known = {len(form) for _, form in self._forms} | {len(name) for name in self._names}
        self.lengths = tuple(sorted((length for length in known if 0 < length <= _LONGEST), reverse=True))
        """The lengths that forms have, from the longest."""

    def language(self, document_id: str) -> str:
        """Return the language of a document, without its region."""
        return self._languages.get(document_id, "")

    def meanings(self, form: str, document_id: str) -> set[Known]:
        """Return what a form is a name of, by all documents but one: in its language, and as entities are called."""
        used = self._forms.get((self.language(document_id), form), {})
        found = {known for known, users in used.items() if users != [document_id]}
        named = (known for known in self._names.get(form, ()))
        return found | {known for known in named if self._users.get(known.entity_id) != [document_id]}


def _remember(users: list[str], document: str) -> None:
    """Keep a document among those that use something: two of them tell as much as all."""
    if len(users) < 2 and document not in users:  # noqa: PLR2004 - the one that is asked for, and another
        users.append(document)


def suggestions(corpus: Corpus, document_id: str) -> Suggestions:
    """Return the known names in a document, as a record of Tigris JSON Lines, where no mention covers them yet.

    A name is a form by which an entity is named elsewhere in the same language, or the name of an entity that is not
    of this document alone; it counts as a whole word, in the case it is known in, the longest at each place. One that
    stands for several things, or for one as several types, is left out. Raises CorpusError where there is no such
    document.
    """
    text = corpus.text(document_id)
    rows = corpus.sentences[corpus.sentences["document_id"] == document_id]
    places, ambiguous = _places(Lexicon(corpus), document_id, text, _open_spans(corpus, rows))
    taken = _spans_of(corpus, document_id)
    free = [one for one in places if not any(one.start < end and start < one.end for start, end in taken)]
    number = _last_number(corpus, document_id)
    mentions = [
        {
            "mention_id": f"{document_id}-M{number + count:03}",
            "sentence_id": one.sentence_id,
            "start": one.start,
            "end": one.end,
            "text": text[one.start : one.end],
            "entity_type": one.known.entity_type,
            "mention_type": _NAME,
            "entity_id": one.known.entity_id,
        }
        for count, one in enumerate(free, start=1)
    ]
    record = {"document_id": document_id, "annotator_id": ANNOTATOR, "mentions": mentions, "events": []}
    return Suggestions(record, ambiguous)


def scores(corpus: Corpus) -> Iterator[Score]:
    """Yield, for each document with names, how well the rest of the corpus finds them: one is left out at a time."""
    lexicon = Lexicon(corpus)
    names = corpus.mentions[corpus.mentions["mention_type"] == _NAME].dropna(subset=["entity_id"])
    annotated: dict[str, set[tuple[int, int, str, str]]] = defaultdict(set)
    columns = ("mention_id", "start", "end", "entity_id", "entity_type")
    for key, start, end, entity, kind in zip(*(names[column] for column in columns), strict=True):
        annotated[_document(key)].add((int(start), int(end), str(entity), str(kind)))
    for document_id, rows in corpus.sentences.groupby("document_id", sort=False):
        name = str(document_id)
        found = annotated[name]
        if not found:
            continue
        places, ambiguous = _places(lexicon, name, corpus.text(name), _open_spans(corpus, rows))
        suggested = {(one.start, one.end, one.known.entity_id, one.known.entity_type) for one in places}
        yield Score(
            name,
            lexicon.language(name),
            len(found),
            len(suggested),
            len({one[:2] for one in found} & {one[:2] for one in suggested}),
            len(found & suggested),
            ambiguous,
        )


def names_in(text: str, lengths: Sequence[int], is_name: Callable[[str], bool]) -> Iterator[tuple[int, str]]:
    """Yield the names that stand in a text as whole words, with their places: the longest at each, none in another.

    ``lengths`` are those that names have, from the longest.

    >>> list(names_in("Iraq and the Iraqi army", (10, 5, 4), {"Iraq", "Iraqi", "Iraqi army"}.__contains__))
    [(0, 'Iraq'), (13, 'Iraqi army')]
    """
    free = 0
    for match in _START.finditer(text):
        place = match.start()
        if place < free:
            continue
        for length in lengths:
            end = place + length
            if end <= len(text) and not _WORD.match(text, end) and is_name(text[place:end]):
                yield place, text[place:end]
                free = end
                break


def _places(
    lexicon: Lexicon, document_id: str, text: str, spans: Iterable[tuple[str, int, int]]
) -> tuple[list[Place], int]:
    """Return where known names stand in some sentences of a document, and how many more are ambiguous."""
    places: list[Place] = []
    ambiguous = 0
    for key, start, end in spans:
        for place, form in names_in(
            text[start:end], lexicon.lengths, lambda form: bool(lexicon.meanings(form, document_id))
        ):
            meanings = lexicon.meanings(form, document_id)
            if len(meanings) > 1:
                ambiguous += 1
            else:
                first = start + place
                places.append(Place(key, first, first + len(form), next(iter(meanings))))
    return places, ambiguous


def _open_spans(corpus: Corpus, sentences: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Return the ids and spans of the sentences whose zones take mentions."""
    zones = set(corpus.zones.loc[corpus.zones["mentions_annotated"], "zone"])
    columns = ("sentence_id", "start", "end", "zone")
    return [
        (str(key), int(start), int(end))
        for key, start, end, zone in zip(*(sentences[name] for name in columns), strict=True)
        if zone in zones
    ]


def _spans_of(corpus: Corpus, document_id: str) -> list[tuple[int, int]]:
    """Return the spans of the mentions of a document."""
    keys = corpus.mentions["mention_id"]
    own = corpus.mentions[keys.str.partition("-")[0] == document_id] if len(keys) else corpus.mentions
    return [(int(start), int(end)) for start, end in zip(own["start"], own["end"], strict=True)]


def _last_number(corpus: Corpus, document_id: str) -> int:
    """Return the highest number that a mention of a document has or had."""
    ids = [*corpus.mentions["mention_id"]]
    if "deprecated" in corpus.tables:
        ids += [*corpus.deprecated["id"], *corpus.deprecated["replaced_by"].dropna()]
    found = (_OF_MENTION.fullmatch(name) for name in ids)
    return max((int(match[2]) for match in found if match and match[1] == document_id), default=0)


def _document(identifier: str) -> str:
    return identifier.partition("-")[0]


def total(found: Iterable[Score]) -> Score:
    """Return scores added up."""
    counts: Counter[str] = Counter()
    for one in found:
        for name in ("names", "suggested", "spans", "right", "left_out"):
            counts[name] += getattr(one, name)
    return Score(
        "total", "", *(counts[name] for name in ("names", "suggested", "spans", "right", "left_out"))
    )
