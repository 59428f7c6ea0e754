"""Predictions as rows of tags, one a sentence: the tags of its words, as ``formats.bio`` has them.

A row has ``sentence_id``, and ``ner_tags`` (of mentions, by entity type), ``trigger_tags`` (of events, by event type) or
both, as long as the words of the sentence are many. A tag is its name, or its place in the list of all tags
(``bio.names`` of the vocabulary). Words are those of ``tokens.words`` for the text of the sentence and the language of its
document; where a row has ``words`` or ``tokens``, they are held against these. What else is in a row is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import KEYS, SPAN_COLUMNS, nearest
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import bio, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record

TAGS = {"ner_tags": "mentions", "trigger_tags": "events"}
"""The columns of tags, and the layer that each holds."""
_WORDS = "words are those of tigris_corpus.formats.tokens.words"
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with the language of its document, and the layers that are annotated in its zone."""

    document: str
    language: str
    start: int
    text: str
    layers: tuple[str, ...]


def of_tags(
    corpus: Corpus, rows: Sequence[tuple[str, int, Mapping[str, Any]]]
) -> tuple[dict[str, Record], tuple[str, ...]]:
    """Return rows of tags, each with its file and line, as records by document, and the layers that the tags hold.

    These are the columns of the first row. Raises CorpusError for the first row that is not of the form, the sentences
    or the vocabularies. A row may have null where the zone of its sentence is not annotated.
    """
    columns = [column for column in TAGS if column in rows[0][2]]
    if not columns:
        file, number, _ = rows[0]
        raise CorpusError(f"{file}:{number}: there are no tags; a row of tags has {' or '.join(TAGS)}")
    names = {
        column: bio.names(corpus.tables[table][label].astype(str))
        for column, (table, label) in {
            "ner_tags": ("entity_types", "entity_type"),
            "trigger_tags": ("event_types", "event_type"),
        }.items()
    }
    sentences = _sentences(corpus)
    records: dict[str, Record] = {}
    seen: set[str] = set()
    for file, number, row in rows:
        at, sentence_id = f"{file}:{number}: ", row.get("sentence_id")
        sentence = sentences.get(sentence_id) if isinstance(sentence_id, str) else None
        if sentence is None:
            near = nearest(sentence_id[:_SHOWN], list(sentences)) if isinstance(sentence_id, str) else None
            hint = f'did you mean "{near}"?' if near else "take the ids of sentences from the corpus"
            raise CorpusError(f"{at}/sentence_id: the corpus has no sentence {shown(sentence_id)}; {hint}")
        if sentence_id in seen:
            raise CorpusError(f"{at}/sentence_id: {sentence_id} is there a second time; one row a sentence")
        seen.add(str(sentence_id))
        words = tokens.words(sentence.text, sentence.language)
        for column in ("words", "tokens"):
            if row.get(column) is not None:
                _check_words(row[column], [word.text for word in words], f"{at}/{column}")
        blank: Record = {"document_id": sentence.document, "mentions": [], "events": []}
        record = records.setdefault(sentence.document, blank)
        spans = [(sentence.start + word.start, sentence.start + word.end) for word in words]
        for column in columns:
            layer = TAGS[column]
            if row.get(column) is not None or layer in sentence.layers:
                tags = _tags(row.get(column), names[column], len(words), f"{at}/{column}")
                record[layer] += [
                    _row(layer, str(sentence_id), span, label) for span, label in bio.decode(spans, tags)
                ]
    return records, tuple(TAGS[column] for column in columns)


def shown(value: Any) -> str:
    """Return a value as it is shown in a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _sentences(corpus: Corpus) -> dict[str, _Sentence]:
    """Return the sentences of a corpus by their ids."""
    zones = corpus.zones
    flags = zip(
        zones["zone"].astype(str), zones["mentions_annotated"], zones["events_annotated"], strict=True
    )
    layers = {
        zone: tuple(layer for layer, is_annotated in zip(TAGS.values(), both, strict=True) if is_annotated)
        for zone, *both in flags
    }
    documents = corpus.documents
    languages = dict(zip(documents["document_id"], documents["language"].astype(str), strict=True))
    columns = (corpus.sentences[name] for name in ("sentence_id", "document_id", "start", "text", "zone"))
    return {
        name: _Sentence(document, languages[document], int(start), text, layers.get(zone, ()))
        for name, document, start, text, zone in zip(*columns, strict=True)
    }


def _check_words(given: Any, words: Sequence[str], at: str) -> None:
    """Refuse words that are not those of the sentence."""
    if not isinstance(given, (list, tuple)):
        raise CorpusError(f"{at}: {shown(given)} is no list of words")
    pairs = enumerate(zip([*given, ""], [*words, ""], strict=False))
    place = next((number for number, (theirs, ours) in pairs if theirs != ours), None)
    if place is not None:
        theirs, ours = ([*side, "nothing"][place] for side in (given, words))
        raise CorpusError(
            f"{at}/{place}: the word is {shown(theirs)}, and the sentence has {ours!r}; {_WORDS}"
        )


def _tags(given: Any, names: Sequence[str], count: int, at: str) -> list[str]:
    """Return the tags of a row by their names."""
    if not isinstance(given, (list, tuple)):
        raise CorpusError(
            f"{at}: {shown(given)} is no list of tags; every word has one, O where it is in no span"
        )
    if len(given) != count:
        raise CorpusError(f"{at}: {len(given)} tags of {count} words; {_WORDS}")
    found = []
    for place, tag in enumerate(given):
        is_number = isinstance(tag, Integral) and not isinstance(tag, bool)
        if is_number and 0 <= tag < len(names):
            found.append(names[int(tag)])
        elif isinstance(tag, str) and tag in names:
            found.append(tag)
        elif is_number:
            raise CorpusError(
                f"{at}/{place}: there is no tag {shown(tag)}; they go from 0 to {len(names) - 1}"
            )
        else:
            near = nearest(str(tag)[:_SHOWN], list(names))
            hint = f'did you mean "{near}"?' if near else f"one of {', '.join(names[:3])}, …"
            raise CorpusError(f"{at}/{place}: {shown(tag)} is no tag; {hint}")
    return found


def _row(layer: str, sentence_id: str, span: tokens.Span, label: str) -> Record:
    """Return a span as a row of its table. What tags do not say is empty."""
    start, end, _ = SPAN_COLUMNS[layer]
    row = {KEYS[layer]: f"{sentence_id}:{span[0]}", "sentence_id": sentence_id, start: span[0], end: span[1]}
    if layer == "mentions":
        return {**row, "entity_type": label, "mention_type": ""}
    return {**row, "event_type": label, "realis": "", "polarity": ""}
