"""What is compared: the documents, the layers, and the paragraphs with both sides."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tigris_corpus.corpus import Corpus, load
from tigris_corpus.descriptor import DESCRIPTOR, KEYS, SPAN_COLUMNS
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import bio, passes, tokens
from tigris_corpus.issues import plural
from tigris_corpus.scoring import predictions
from tigris_corpus.scoring.predictions import LAYERS
from tigris_corpus.scoring.units import annotated_sentences, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.scoring.predictions import Labelled
    from tigris_corpus.scoring.units import Sentence, Unit

    Source = Path | str | Iterable[Mapping[str, Any]]
    Gold = Corpus | Path | str | Iterable[Mapping[str, Any]]

_BLANK = "blank"
_NAMED = 5
"""How many documents are named one by one."""
_LABELS = {"mentions": "entity_type", "events": "event_type"}


@dataclass(frozen=True)
class Part:
    """The part of the gold that is scored.

    ``split``, ``fold`` and ``documents`` name it; what is in all that are given is in it. Where none is, it is the
    documents that are predicted. ``taggable`` says that of the gold only the spans that tags of words can hold count.
    """

    split: str | None = None
    fold: int | None = None
    documents: tuple[str, ...] | None = None
    taggable: bool = False

    @classmethod
    def of(
        cls,
        split: str | None,
        fold: int | None,
        documents: str | Sequence[str] | None,
        *,
        taggable: bool = False,
    ) -> Part:
        """Return a part as it is named in the functions of ``scoring``: ``documents`` is an id, or several."""
        named = (documents,) if isinstance(documents, str) else documents
        return cls(split, fold, None if named is None else tuple(named), taggable)

    @property
    def is_named(self) -> bool:
        """Whether it was said which documents are scored."""
        return (self.split, self.fold, self.documents) != (None, None, None)


@dataclass(frozen=True)
class Comparison:
    """One or more predictions beside one gold: ``units`` has the paragraphs with each of them, in one order.

    ``layers`` are those that are scored, ``documents`` the ids of what is; ``lacks`` names aspects of events that no
    prediction has. ``notes`` say what was left out and why. ``signature`` names all this in short.
    """

    corpus: Corpus
    layers: tuple[str, ...]
    documents: tuple[str, ...]
    units: tuple[list[Unit], ...]
    lacks: frozenset[str]
    is_tags: bool
    notes: tuple[str, ...]
    signature: tuple[str, ...]


def is_package(path: Path | str) -> bool:
    """Whether a path is a package: a folder with a datapackage.json, or that file."""
    path = Path(path)
    try:
        return (path.name == DESCRIPTOR and path.is_file()) or (path / DESCRIPTOR).is_file()
    except (OSError, ValueError):
        return False


def laid_out(
    gold: Gold,
    predicted: Sequence[Source],
    layer: str | Sequence[str] | None,
    part: Part,
    corpus: Corpus | None,
    *,
    known: Sequence[str] = LAYERS,
) -> Comparison:
    """Return gold and predictions side by side, a paragraph at a time.

    ``gold`` is a corpus or the path of a package, else what ``predictions.read`` reads, with its texts in ``corpus`` (the
    packaged release, where none is given). ``known`` are the layers from which those that are predicted are taken, where
    ``layer`` names none. Raises CorpusError for what is misuse, or cannot be read.
    """
    base, truth = _gold(gold, corpus)
    sides = tuple(predictions.read(base, source) for source in predicted)
    layers, notes = _layers(truth, sides, layer, known)
    documents, more = _documents(base, truth, sides, layers, part)
    sentences = annotated_sentences(base, documents)
    wanted, _ = _inside(truth, documents, sentences)
    notes = [note for side in (truth, *sides) for note in side.notes] + notes + more
    is_tags = any(side.is_tags for side in sides)
    if is_tags or part.taggable:
        held, untaggable = _taggable(base, wanted, sentences)
        notes += _told_of_tags(untaggable, layers, part)
        wanted = held if part.taggable else wanted
    laid = []
    for side in sides:
        own, left = _inside(side, documents, sentences)
        notes += _told_of_zones(left)
        laid.append(units(base, wanted, own, with_words=False))
    return Comparison(
        corpus=base,
        layers=layers,
        documents=documents,
        units=tuple(laid),
        lacks=frozenset[str]().union(*(side.lacks for side in sides)),
        is_tags=is_tags,
        notes=tuple(dict.fromkeys(notes)),
        signature=_signature(base, laid[0], layers, documents, part),
    )


def _gold(gold: Gold, corpus: Corpus | None) -> tuple[Corpus, Labelled]:
    if isinstance(gold, Corpus):
        return gold, predictions.of_corpus(gold)
    if isinstance(gold, (str, Path)) and is_package(gold):
        if corpus is not None:
            raise CorpusError(f"{gold}: a package is gold with its own texts: name no other package")
        loaded = load(gold)
        return loaded, predictions.of_corpus(loaded)
    base = load() if corpus is None else corpus
    return base, predictions.read(base, gold)


def _layers(
    gold: Labelled, sides: Sequence[Labelled], layer: str | Sequence[str] | None, known: Sequence[str]
) -> tuple[tuple[str, ...], list[str]]:
    """Return the layers that are scored, in their order, and a note of those that nothing is predicted of."""
    asked = () if layer is None else (layer,) if isinstance(layer, str) else tuple(layer)
    for name in asked:
        if name not in LAYERS:
            raise CorpusError(f"there is no layer {name!r} to score; there is {', '.join(LAYERS)}")
    tagged = next((side for side in sides if side.is_tags), None)
    lost = [name for name in asked if tagged and name not in tagged.layers]
    if tagged and lost:
        raise CorpusError(
            f"{tagged.name}: the tags hold no {lost[0]}; they hold {', '.join(tagged.layers)}: predict records instead"
        )
    held = [name for name in known if all(name in side.layers for side in (gold, *sides))]
    if asked:
        return tuple(name for name in LAYERS if name in asked), []
    missing = [name for name in known if name in gold.layers and name not in held]
    notes = [f"not predicted, and not scored: {', '.join(missing)}"] if missing and not tagged else []
    if not held:
        raise CorpusError(f"{sides[0].name}: it holds nothing of what the gold has: {', '.join(gold.layers)}")
    return tuple(held), notes


def _documents(
    corpus: Corpus, gold: Labelled, sides: Sequence[Labelled], layers: Sequence[str], part: Part
) -> tuple[tuple[str, ...], list[str]]:
    """Return the documents that are scored, in the order of the corpus, and notes of those that are not."""
    every = list(corpus.documents["document_id"])
    known = [name for name in every if name in gold.records]
    for side in sides:
        stray = next((name for name in side.records if name not in gold.records), None)
        if stray is not None:
            raise CorpusError(f"{side.name}: {stray} is predicted, and the gold has no such document")
    shared = [name for name in known if all(name in side.records for side in sides)]
    some = [name for name in known if any(name in side.records for side in sides)]
    notes = []
    if part.is_named:
        wanted = [name for name in _named(corpus, part) if name in known]
        outside = [name for name in some if name not in set(wanted)]
        notes += [f"predicted, and not in the part that is scored: {listed(outside)}"] if outside else []
    else:
        wanted, beside = shared, [name for name in known if name not in set(shared)]
        notes += [_beside(beside)] if beside else []
    blank = _blank(corpus, layers) if gold.name == passes.GOLD else set()
    left = [name for name in wanted if name in blank]
    notes += [f"not annotated, and not scored: {listed(left)}"] if left else []
    wanted = [name for name in wanted if name not in blank]
    if not wanted or not set(wanted) & set(some):
        raise CorpusError(
            f"{sides[0].name}: it predicts {listed(some) if some else 'no document'}, and nothing of the part that is "
            f"scored: {listed(wanted) if wanted else 'no document'}"
        )
    for side in sides:
        missing = [name for name in wanted if name not in side.records]
        notes += [f"not predicted by {side.name}, and missed whole: {listed(missing)}"] if missing else []
    return tuple(wanted), notes


def _beside(names: Sequence[str]) -> str:
    return f"not predicted, and not scored: {listed(names)}; where a part is named, what it has and nobody predicts is missed"


def _named(corpus: Corpus, part: Part) -> list[str]:
    """Return the documents of a part, in the order of the corpus. Raises CorpusError for what is not there."""
    frame = corpus.documents
    splits, folds = ([*frame[name].dropna().unique()] for name in ("split", "fold"))
    if part.split is not None and part.split not in splits:
        raise CorpusError(f"there is no split {part.split!r}; there is {', '.join(map(str, splits))}")
    if part.fold is not None and part.fold not in folds:
        raise CorpusError(f"there is no fold {part.fold}; there is {', '.join(map(str, sorted(folds)))}")
    known = set(frame["document_id"])
    lost = next((name for name in part.documents or () if name not in known), None)
    if lost is not None:
        raise CorpusError(f"there is no document {lost!r}; there is {listed(list(frame['document_id']))}")
    if part.split is not None:
        frame = frame[frame["split"] == part.split]
    if part.fold is not None:
        frame = frame[frame["fold"] == part.fold]
    names = list(frame["document_id"])
    return names if part.documents is None else [name for name in names if name in part.documents]


def _blank(corpus: Corpus, layers: Sequence[str]) -> set[str]:
    """Return the documents of which nobody has annotated one of some layers."""
    rows = corpus.layers[corpus.layers["layer"].isin(layers) & (corpus.layers["status"] != _BLANK)]
    done = Counter(rows["document_id"])
    return {name for name in corpus.documents["document_id"] if done[name] < len(layers)}


def _inside(
    side: Labelled, documents: Sequence[str], sentences: Mapping[str, Sequence[Sentence]]
) -> tuple[list[Record], Counter[str]]:
    """Return records of some documents with what stands in zones that are annotated, and how many rows are left out."""
    kept, left = [], Counter[str]()
    for name in documents:
        zones = {sentence.name: sentence.has_events for sentence in sentences[name]}
        record = side.records.get(name, {"mentions": [], "events": []})
        mentions = [row for row in record["mentions"] if row["sentence_id"] in zones]
        events = [row for row in record["events"] if zones.get(row["sentence_id"])]
        left["mentions"] += len(record["mentions"]) - len(mentions)
        left["events"] += len(record["events"]) - len(events)
        kept.append({"document_id": name, "mentions": mentions, "events": events})
    return kept, left


def _told_of_zones(left: Mapping[str, int]) -> list[str]:
    counted = [plural(count, f"predicted {table[:-1]}") for table, count in left.items() if count]
    if not counted:
        return []
    return [f"in zones that are not annotated, and left out: {' and '.join(counted)}"]


def _taggable(
    corpus: Corpus, records: Sequence[Record], sentences: Mapping[str, Sequence[Sentence]]
) -> tuple[list[Record], dict[str, Counter[str]]]:
    """Return records with the spans that tags of words can hold, and why how many of the others are left out.

    What has the span and the type of another that is held is not counted: it is held with it.
    """
    frame = corpus.documents
    languages = dict(zip(frame["document_id"], frame["language"].astype(str), strict=True))
    reasons: dict[str, Counter[str]] = {table: Counter() for table in _LABELS}
    kept = []
    for record in records:
        name = record["document_id"]
        words = {
            sentence.name: [
                (sentence.start + word.start, sentence.start + word.end)
                for word in tokens.words(sentence.text, languages[name])
            ]
            for sentence in sentences[name]
        }
        held: Record = {"document_id": name}
        for table in _LABELS:
            held[table], found = _held(record[table], table, words)
            reasons[table].update(found)
        kept.append(held)
    return kept, reasons


def _held(
    rows: Sequence[Record], table: str, words: Mapping[str, Sequence[tokens.Span]]
) -> tuple[list[Record], list[str]]:
    """Return the rows of a table that tags can hold, and why each of the others is left out."""
    start, end, _ = SPAN_COLUMNS[table]
    spans: dict[str, dict[str, tokens.Span]] = {}
    for row in rows:
        spans.setdefault(row["sentence_id"], {})[row[KEYS[table]]] = (row[start], row[end])
    left: dict[str, str] = {}
    for sentence, own in spans.items():
        left |= bio.chosen(words[sentence], own)[1]
    held = {(row[start], row[end], row[_LABELS[table]]) for row in rows if row[KEYS[table]] not in left}
    kept = [row for row in rows if (row[start], row[end], row[_LABELS[table]]) in held]
    inside = {row[KEYS[table]] for row in kept}
    return kept, [reason for name, reason in left.items() if name not in inside]


def _told_of_tags(reasons: Mapping[str, Mapping[str, int]], layers: Sequence[str], part: Part) -> list[str]:
    what = "are left out" if part.taggable else "count as missed"
    notes = []
    for table, counted in reasons.items():
        total = sum(counted.values())
        if total and table in layers:
            why = "; ".join(f"{reason} ({count})" for reason, count in sorted(counted.items()))
            notes.append(f"{plural(total, f'gold {table[:-1]}')} that tags cannot hold {what}: {why}")
    return notes


def listed(names: Sequence[str]) -> str:
    """Return the first names of a list, and how many more there are.

    >>> listed(["D0", "D1"]), listed([f"D{n}" for n in range(7)])
    ('D0, D1', 'D0, D1, D2, D3, D4 and 2 more')
    """
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _signature(
    corpus: Corpus, gold: Sequence[Unit], layers: Sequence[str], documents: Sequence[str], part: Part
) -> tuple[str, ...]:
    """Return what was compared, as parts of a signature: where two are the same, so are the labels of the gold."""
    named = [f"split:{part.split}"] if part.split is not None else []
    named += [f"fold:{part.fold}"] if part.fold is not None else []
    if len(documents) <= _NAMED:
        names = ",".join(documents)
    else:
        names = f"{len(documents)}@{_digest(map(str, documents))}"
    return (
        f"corpus:{corpus.name}@{corpus.version}",
        f"gold:{_digest(_labels(gold))}",
        *(named or ["split:none"]),
        f"docs:{names}",
        f"layer:{','.join(layers)}",
        *(["spans:taggable"] if part.taggable else []),
    )


def _labels(gold: Iterable[Unit]) -> Iterator[str]:
    """Yield a line a label that is compared, in an order of its own, whatever order the rows were in."""
    for unit in gold:
        events = []
        for event in unit.a.events:
            fillers = sorted((role, filler.key) for role, filler in event.arguments)
            aspects = (event.event_type, event.realis, event.polarity, event.incident_id)
            events.append(repr((event.key, *aspects, fillers)))
        mentions = [repr((one.key, one.entity_type, one.entity_id)) for one in unit.a.mentions]
        yield from (*sorted(mentions), *sorted(events))


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:8]
