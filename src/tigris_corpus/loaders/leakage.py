"""What passes from training to the test, for the split, each fold and each view: sentences, entities, incidents.

Near-duplicates are those of Broder (1997, *On the resemblance and containment of documents*): a sentence is the set of its
runs of ``GRAM`` words, without case and marks, or is one run where it is shorter; two sentences are near where the
runs that they share are at least ``NEAR`` of all that they have. That is so of two sentences of twenty words of which two
words differ. It is the same for French and English, and finds no translation.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from tigris_corpus.formats.tokens import words
from tigris_corpus.loaders.markdown import table_of
from tigris_corpus.loaders.parts import TEST, TRAIN, every

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tigris_corpus.corpus import Corpus
from tigris_corpus.loaders.parts import Partition

GRAM = 3
NEAR = 0.5
Grams = frozenset[tuple[str, ...]]
COLUMNS = (
    "partition",
    "train_documents",
    "test_documents",
    "left_out",
    "test_sentences",
    "same_sentences",
    "near_sentences",
    "test_entities",
    "shared_entities",
    "test_mentions",
    "mentions_of_shared",
    "mentions_of_seen_form",
    "test_incidents",
    "shared_incidents",
    "test_events",
    "events_of_shared",
)


_HEADER = (
    "",
    "sentences, the same + near",
    "entities",
    "mentions of these",
    "mentions of a known form",
    "incidents",
    "events of these",
)


def leakage(corpus: Corpus, partitions: Iterable[tuple[str, Partition]] | None = None) -> pd.DataFrame:
    """Return what passes from training to the test, one row for each way to part the documents, all of them counts.

    The split, each fold and each view, or ``partitions`` as ``parts.every`` yields them. Columns: partition;
    train_documents, test_documents, left_out (documents in no part); test_sentences (in the zones where mentions are
    annotated), of which same_sentences stand in training word by word, and near_sentences are not the same and near
    one that does; test_entities, those that mentions of the test are linked to, and shared_entities, of them those that
    training has; test_mentions, those that are linked, of which mentions_of_shared are linked to an entity that
    training has, and mentions_of_seen_form have the words of a mention of the same type in training, without case;
    test_incidents and shared_incidents; test_events, those that are linked to an incident, and events_of_shared, of them
    those whose incident training tells of.
    """
    found = _Rows(corpus)
    rows = [found.passed(name, one) for name, one in (every(corpus) if partitions is None else partitions)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({name: "string" if name == "partition" else "Int64" for name in COLUMNS})


class _Rows:
    """The sentences, mentions and events of a corpus by document, each as what is compared."""

    def __init__(self, corpus: Corpus) -> None:
        zones = corpus.tables["zones"]
        is_open = dict(zip(zones["zone"].astype(str), zones["mentions_annotated"], strict=True))
        languages = corpus.documents.set_index("document_id")["language"]
        documents: dict[str, str] = {}
        self.sentences: dict[str, list[tuple[str, Grams]]] = defaultdict(list)
        rows = corpus.sentences[["sentence_id", "document_id", "zone", "text"]]
        for sentence_id, document_id, zone, text in rows.itertuples(index=False):
            documents[sentence_id] = document_id
            if is_open[zone]:
                self.sentences[document_id].append((text, grams(text, languages[document_id])))
        self.mentions: dict[str, list[tuple[str, tuple[str, str]]]] = defaultdict(list)
        linked = corpus.mentions[["sentence_id", "text", "entity_type", "entity_id"]].dropna()
        for sentence_id, text, entity_type, entity_id in linked.itertuples(index=False):
            self.mentions[documents[sentence_id]].append((entity_id, (text.casefold(), entity_type)))
        self.incidents: dict[str, list[str]] = defaultdict(list)
        told = corpus.events[["sentence_id", "incident_id"]].dropna()
        for sentence_id, incident_id in told.itertuples(index=False):
            self.incidents[documents[sentence_id]].append(incident_id)

    def passed(self, name: str, partition: Partition) -> dict[str, Any]:
        """Return one row of ``leakage``."""
        train, test = partition.parts.get(TRAIN, ()), partition.parts.get(TEST, ())
        sentences = _of(self.sentences, test)
        texts = {text for text, _ in _of(self.sentences, train)}
        others = [one for text, one in sentences if text not in texts]
        known, mentions = _of(self.mentions, train), _of(self.mentions, test)
        entities, forms = {entity for entity, _ in known}, {form for _, form in known}
        incidents, events = set(_of(self.incidents, train)), _of(self.incidents, test)
        tested = {entity for entity, _ in mentions}
        return {
            "partition": name,
            "train_documents": len(train),
            "test_documents": len(test),
            "left_out": len(partition.left_out),
            "test_sentences": len(sentences),
            "same_sentences": len(sentences) - len(others),
            "near_sentences": sum(near(others, [one for _, one in _of(self.sentences, train)])),
            "test_entities": len(tested),
            "shared_entities": len(tested & entities),
            "test_mentions": len(mentions),
            "mentions_of_shared": sum(entity in entities for entity, _ in mentions),
            "mentions_of_seen_form": sum(form in forms for _, form in mentions),
            "test_incidents": len(set(events)),
            "shared_incidents": len(set(events) & incidents),
            "test_events": len(events),
            "events_of_shared": sum(incident in incidents for incident in events),
        }


def _of(rows: Mapping[str, list[Any]], documents: Iterable[str]) -> list[Any]:
    """Return the rows of some documents."""
    return [row for name in documents for row in rows.get(name, ())]


def grams(text: str, language: str) -> Grams:
    """Return the runs of ``GRAM`` words of a sentence, or all of its words as one run where it has fewer.

    Words that are marks alone are left out.

    >>> sorted(grams("Two men died. Two men!", "en"))
    [('died', 'two', 'men'), ('men', 'died', 'two'), ('two', 'men', 'died')]
    """
    found = [token.text.casefold() for token in words(text, language.partition("-")[0])]
    found = [word for word in found if any(map(str.isalnum, word))]
    if len(found) < GRAM:
        return frozenset([tuple(found)] if found else [])
    return frozenset(tuple(found[place : place + GRAM]) for place in range(len(found) - GRAM + 1))


def near(tested: Iterable[Grams], trained: Iterable[Grams]) -> list[bool]:
    """Return of each set of runs whether it is near one of others: they share ``NEAR`` of all that both have.

    Two sets that are near share a run among the rarest of each, as many as may be missing and one more (the prefixes of
    Bayardo, Ma & Srikant 2007, *Scaling Up All Pairs Similarity Search*); only such are compared.
    """
    tested, trained = list(tested), list(dict.fromkeys(trained))
    counts = Counter(gram for one in (*tested, *trained) for gram in one)
    by_gram: dict[tuple[str, ...], list[Grams]] = defaultdict(list)
    for one in trained:
        for gram in _prefix(one, counts):
            by_gram[gram].append(one)
    return [
        any(
            resemblance(one, other) >= NEAR
            for gram in _prefix(one, counts)
            for other in by_gram.get(gram, ())
        )
        for one in tested
    ]


def resemblance(first: Grams, second: Grams) -> float:
    """Return the share of what two sets have in all that either has (Jaccard 1912).

    >>> resemblance(frozenset([("a",), ("b",)]), frozenset([("b",), ("c",)]))
    0.3333333333333333
    """
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared) if shared else 0.0


def _prefix(one: Grams, counts: Counter[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the rarest runs of a set: all but so many as a near set has to share, and one more."""
    ordered = sorted(one, key=lambda gram: (counts[gram], gram))
    return ordered[: len(ordered) - math.ceil(NEAR * len(ordered)) + 1]


def page(corpus: Corpus) -> str:
    """Return the documents of each part, and what passes to the test, as two tables in Markdown."""
    partitions = list(every(corpus))
    dealt = [
        (
            name,
            *(", ".join(one.parts.get(part, ())) or "–" for part in (TRAIN, "validation", TEST)),
            _lost(one),
        )
        for name, one in partitions
    ]
    frame = leakage(corpus, partitions)
    shares = [
        (
            row["partition"],
            f"{row['same_sentences']} + {row['near_sentences']} of {row['test_sentences']}",
            _share(row["shared_entities"], row["test_entities"]),
            _share(row["mentions_of_shared"], row["test_mentions"]),
            _share(row["mentions_of_seen_form"], row["test_mentions"]),
            _share(row["shared_incidents"], row["test_incidents"]),
            _share(row["events_of_shared"], row["test_events"]),
        )
        for row in frame.to_dict("records")
    ]
    documents = table_of(("", "train", "validation", "test", "in no part"), dealt)
    return f"{documents}\n\n{table_of(_HEADER, shares)}\n"


def _lost(partition: Partition) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in partition.left_out.items()) or "–"


def _share(part: int, whole: int) -> str:
    """Return a count of a count, with its share in hundredths.

    >>> _share(1, 3), _share(0, 0)
    ('1 of 3 (33 %)', '–')
    """
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "–"
