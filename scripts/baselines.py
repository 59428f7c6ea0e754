"""Train a baseline without the documents that it is tested on, and write what it predicts of them.

    python scripts/baselines.py majority|gazetteer|linear|encoder|gold [--task entities|triggers|sentences] -o PREDICTIONS

By default each fold is left out in its turn, and the predictions of all of them are written into one file, for
``tigris score``: rows of tags, one a sentence, for entities and triggers; for sentences, records of documents, in which
every event type of a sentence is an event on the sentence as a whole. ``gold`` writes the gold itself in the same form:
the gold of the task ``sentences``, and the most that tags can hold of the others. docs/benchmarks.md says what each
baseline is. Needs the extra ``train``; ``encoder`` the extra ``encoder``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tigris_corpus as tigris
from tigris_corpus.cli.extras import needs
from tigris_corpus.editing import exporting
from tigris_corpus.formats import bio
from tigris_corpus.loaders.parts import TEST, TRAIN, VIEWS, folds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tigris_corpus import Corpus

    Answer = tuple[str, ...]
    Baseline = Callable[[Sequence["Example"], Sequence["Example"], "Settings"], list[Answer]]
    Phrases = dict[tuple[str, ...], str]

ROOT = Path(__file__).resolve().parent.parent
ENTITIES, TRIGGERS, SENTENCES = "entities", "triggers", "sentences"
TASKS = (ENTITIES, TRIGGERS, SENTENCES)
COLUMNS = {ENTITIES: "ner_tags", TRIGGERS: "trigger_tags"}
"""The column of the config ``tokens`` that holds the answers of a task."""
NEEDED = ("datasets", "polars", "pycrfsuite", "torch", "transformers")
"""What the extras ``train`` and ``encoder`` bring."""
LEAST = 0.5
"""The share of its occurrences in training in which a phrase has to be a mention or trigger, to be looked up."""
CRF = {"c1": 0.1, "c2": 0.1, "max_iterations": 100, "feature.possible_transitions": True}
"""The settings of the CRF: those of the tutorial of sklearn-crfsuite, chosen before any score was seen."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence and its answer: of entities and triggers, a tag for each word; of sentences, its event types.

    ``start`` and ``end`` are code points into the raw text. ``triggers`` has the tags of the triggers, whatever the task.
    """

    sentence_id: str
    document_id: str
    language: str
    start: int
    end: int
    words: tuple[str, ...]
    triggers: tuple[str, ...]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Settings:
    """How a baseline is trained. What it does not use, it does not look at.

    ``model`` is the name or the folder of an encoder, ``epochs`` how often it sees the training documents, ``threads`` how
    many it computes with.
    """

    task: str = ENTITIES
    seed: int = 0
    by_language: bool = False
    model: str | None = None
    epochs: int | None = None
    threads: int = 1


# The data


def examples(
    corpus: Corpus, task: str, fold: int | None = None, view: str | None = None
) -> tuple[list[Example], list[Example]]:
    """Return the sentences to train on and those to test on, of the zones in which what the task asks for is annotated.

    Raises CorpusError where there is no such fold or view.
    """
    tokens = tigris.to_datasets(corpus, "tokens", fold=fold, view=view)
    sentences = tigris.to_datasets(corpus, "sentences", fold=fold, view=view)
    return _examples(tokens[TRAIN], sentences[TRAIN], task), _examples(tokens[TEST], sentences[TEST], task)


def _examples(tokens: Any, sentences: Any, task: str) -> list[Example]:
    names = {column: tokens.features[column].feature.names for column in COLUMNS.values()}
    kinds = sentences.features["event_types"].feature.names
    told = {row["sentence_id"]: tuple(kinds[number] for number in row["event_types"]) for row in sentences}
    found = []
    for row in tokens:
        tags = {
            task: tuple(names[column][number] for number in row[column])
            for task, column in COLUMNS.items()
            if row[column] is not None
        }
        answer = tags.get(task) if task in COLUMNS else told.get(row["sentence_id"])
        if answer is not None:
            found.append(
                Example(
                    row["sentence_id"],
                    row["document_id"],
                    row["language"],
                    row["starts"][0],
                    row["ends"][-1],
                    tuple(row["words"]),
                    tags.get(TRIGGERS, ()),
                    answer,
                )
            )
    return found


def spans(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return the spans of a row of tags: the first word, the one behind the last, and the label.

    >>> spans(["O", "B-PER", "I-PER"])
    [(1, 3, 'PER')]
    """
    places = [(number, number + 1) for number in range(len(tags))]
    return [(start, end, label) for (start, end), label in bio.decode(places, tags)]


# Majority: one answer, whatever the question


def majority(train: Sequence[Example], test: Sequence[Example], settings: Settings) -> list[Answer]:
    """Return the one answer that does best on training: a tag for every word, or a set of types for every sentence.

    The most frequent tag is O, and the most frequent set is empty: both have an F1 of 0, since they find nothing. So the
    answer is the one whose micro F1 on training is the highest: a tag B-, which makes every word a span of its own; the
    first of the types in the order of how frequent they are, as many of them as do best.
    """
    if settings.task == SENTENCES:
        answer = _constant_set([one.answer for one in train])
        return [answer for _ in test]
    tag = _constant_tag([one.answer for one in train])
    return [(tag,) * len(one.words) for one in test]


def _constant_tag(rows: Sequence[Answer]) -> str:
    single = Counter(label for row in rows for start, end, label in spans(row) if end - start == 1)
    return f"B-{_first(single)}" if single else bio.OUTSIDE


def _constant_set(rows: Sequence[Answer]) -> Answer:
    counted = Counter(label for row in rows for label in row)
    ranked = sorted(counted, key=lambda label: (-counted[label], label))
    total = sum(counted.values())
    best, highest, matched = 0, 0.0, 0
    for number, label in enumerate(ranked, start=1):
        matched += counted[label]
        value = 2 * matched / (total + number * len(rows))
        if value > highest:
            best, highest = number, value
    return tuple(sorted(ranked[:best]))


def _first(counted: Mapping[str, int]) -> str:
    """Return what was counted most often; of several, the first of the alphabet."""
    return min(counted, key=lambda label: (-counted[label], label))


# Gazetteer: what stood in training, looked up


def gazetteer(train: Sequence[Example], test: Sequence[Example], settings: Settings) -> list[Answer]:
    """Return what is found by looking up the spans of training, and nothing else: the longest first, from the left.

    A phrase is looked up if at least half of its occurrences in training are spans, with the type that it most often has
    there. A name, which has a capital letter, is looked up as it is written and in every language; other words and all
    triggers in small letters, and in the language that they stood in. The types of a sentence are those of its triggers.
    """
    if settings.task == SENTENCES:
        return by_triggers(gazetteer, train, test, settings)
    is_triggers = settings.task == TRIGGERS
    known = _phrases(train, is_triggers=is_triggers)
    return [_looked_up(one, known, is_triggers=is_triggers) for one in test]


def by_triggers(
    tagger: Baseline, train: Sequence[Example], test: Sequence[Example], settings: Settings
) -> list[Answer]:
    """Return the types of the triggers that a baseline tags in each sentence."""
    given, asked = ([replace(one, answer=one.triggers) for one in side] for side in (train, test))
    return [types(tags) for tags in tagger(given, asked, replace(settings, task=TRIGGERS))]


def types(tags: Sequence[str]) -> Answer:
    """Return the labels of the spans of a row of tags, each once, in the order of the alphabet.

    >>> types(["B-CONSULT", "O", "B-AGREE", "B-CONSULT"])
    ('AGREE', 'CONSULT')
    """
    return tuple(sorted({label for _, _, label in spans(tags)}))


def _phrases(train: Sequence[Example], *, is_triggers: bool) -> Phrases:
    """Return the type of each phrase that is looked up, by the phrase as ``_keys`` writes it."""
    labels: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for one in train:
        for start, end, label in spans(one.answer):
            labels[_key(one.language, one.words[start:end], is_triggers=is_triggers)][label] += 1
    occurrences: Counter[tuple[str, ...]] = Counter()
    longest = max(map(len, labels), default=1) - 1
    for one in train:
        for start in range(len(one.words)):
            for end in range(start + 1, min(start + longest, len(one.words)) + 1):
                occurrences[_key(one.language, one.words[start:end], is_triggers=is_triggers)] += 1
    return {
        key: _first(counted) for key, counted in labels.items() if counted.total() >= LEAST * occurrences[key]
    }


def _key(language: str, words: Sequence[str], *, is_triggers: bool) -> tuple[str, ...]:
    """Return a phrase as it is looked up: a language, or none for a name, and its words."""
    if not is_triggers and any(word[:1].isupper() for word in words):
        return "", *words
    return language, *(word.lower() for word in words)


def _looked_up(one: Example, known: Phrases, *, is_triggers: bool) -> Answer:
    longest = max(map(len, known), default=1) - 1
    tags, start = [bio.OUTSIDE] * len(one.words), 0
    while start < len(one.words):
        for end in range(min(start + longest, len(one.words)), start, -1):
            label = known.get(_key(one.language, one.words[start:end], is_triggers=is_triggers))
            if label is not None:
                tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
                start = end
                break
        else:
            start += 1
    return tuple(tags)


# Linear: a conditional random field over words, and logistic regression over sentences


def linear(train: Sequence[Example], test: Sequence[Example], settings: Settings) -> list[Answer]:
    """Return what a linear-chain CRF (Lafferty et al. 2001; CRFsuite, L-BFGS) tags, or logistic regression a type.

    One model for all languages, which knows the language of each word; with ``by_language``, one model a language. No
    random numbers are used.
    """
    if not settings.by_language:
        return _linear(train, test, settings.task)
    answers: dict[str, Answer] = {}
    for language in sorted({one.language for one in test}):
        ours = [one for one in train if one.language == language]
        theirs = [one for one in test if one.language == language]
        answers |= {
            one.sentence_id: answer
            for one, answer in zip(theirs, _linear(ours, theirs, settings.task), strict=True)
        }
    return [answers[one.sentence_id] for one in test]


def _linear(train: Sequence[Example], test: Sequence[Example], task: str) -> list[Answer]:
    if not train:
        return [() if task == SENTENCES else (bio.OUTSIDE,) * len(one.words) for one in test]
    if task != SENTENCES:
        found = _crf([features(one) for one in train], [one.answer for one in train], [*map(features, test)])
        return [tuple(row) for row in found]
    given, asked = ([[bag(one)] for one in side] for side in (train, test))
    chosen: list[list[str]] = [[] for _ in test]
    for label in sorted({label for one in train for label in one.answer}):
        # a CRF over a sequence of one is logistic regression
        found = _crf(given, [(str(label in one.answer),) for one in train], asked)
        for types_of_one, (is_there,) in zip(chosen, found, strict=True):
            if is_there == str(True):
                types_of_one.append(label)
    return [tuple(row) for row in chosen]


def _crf(
    given: Sequence[Sequence[list[str]]],
    answers: Sequence[Sequence[str]],
    asked: Sequence[Sequence[list[str]]],
) -> list[list[str]]:
    """Train a CRF on the features and labels of sequences, and return the labels of others."""
    import pycrfsuite  # noqa: PLC0415 - only the linear baseline needs it

    trainer = pycrfsuite.Trainer(verbose=False, params=CRF)
    for row, labels in zip(given, answers, strict=True):
        trainer.append(row, labels)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        try:
            return [tagger.tag(row) for row in asked]
        finally:
            tagger.close()


def features(one: Example) -> list[list[str]]:
    """Return the features of each word of a sentence: word, affixes, shape, language, and the two words on either side."""
    small = [word.lower() for word in one.words]
    shapes = [shape(word) for word in one.words]
    found = []
    for place, word in enumerate(small):
        row = ["bias", f"language={one.language}", f"word={word}", f"{one.language}:word={word}"]
        row += [f"shape={shapes[place]}"]
        row += [f"prefix={word[:size]}" for size in range(1, 5) if size < len(word)]
        row += [f"suffix={word[-size:]}" for size in range(1, 5) if size < len(word)]
        for away in (-2, -1, 1, 2):
            if 0 <= place + away < len(small):
                row += [f"{away}:word={small[place + away]}", f"{away}:shape={shapes[place + away]}"]
            else:
                row += [f"{away}:none"]
        found.append(row)
    return found


def bag(one: Example) -> list[str]:
    """Return the features of a sentence: its words in small letters, each once, its pairs of words, and its language."""
    small = [word.lower() for word in one.words]
    pairs = {f"{first} {second}" for first, second in pairwise(small)}
    return ["bias", f"language={one.language}", *sorted(set(small) | pairs)]


def shape(word: str) -> str:
    """Return the kinds of the characters of a word, runs of one kind as one.

    >>> shape("McKenzie"), shape("F-16"), shape("2,500")
    ('XxXx', 'X-d', 'd,d')
    """
    found = ""
    for letter in word:
        kind = "d" if letter.isdigit() else "X" if letter.isupper() else "x" if letter.isalpha() else letter
        found += kind if not found.endswith(kind) else ""
    return found


def encoder(train: Sequence[Example], test: Sequence[Example], settings: Settings) -> list[Answer]:
    """Return what a pretrained encoder tags that was trained further (``encoder.py``), or the types of its triggers."""
    if settings.task == SENTENCES:
        return by_triggers(encoder, train, test, settings)
    import encoder as trained  # noqa: PLC0415 - torch takes seconds to import

    return trained.predicted(train, test, settings)


def gold(train: Sequence[Example], test: Sequence[Example], settings: Settings) -> list[Answer]:
    """Return the answers of the gold."""
    del train, settings
    return [one.answer for one in test]


BASELINES: dict[str, Baseline] = {
    "majority": majority,
    "gazetteer": gazetteer,
    "linear": linear,
    "encoder": encoder,
    "gold": gold,
}
"""Every baseline by its name: a function from the sentences of training and of the test, and the settings."""


# The whole


def predictions(
    corpus: Corpus,
    name: str,
    settings: Settings,
    left: Iterable[int] | None = None,
    view: str | None = None,
) -> Iterator[list[dict[str, Any]]]:
    """Yield what a baseline predicts, a list of rows a fold that is left out: every fold, or those in ``left``.

    With ``view``, there is one list: that of the view. Raises CorpusError where there is no such fold or view.
    """
    places: list[tuple[int | None, str | None]] = [(None, view)]
    if view is None:
        places = [(fold, None) for fold in (folds(corpus) if left is None else left)]
    for fold, which in places:
        train, test = examples(corpus, settings.task, fold, which)
        yield rows(test, BASELINES[name](train, test, settings), settings.task)


def rows(test: Sequence[Example], answers: Sequence[Answer], task: str) -> list[dict[str, Any]]:
    """Return answers in the form that ``tigris score`` takes."""
    pairs = list(zip(test, answers, strict=True))
    if task in COLUMNS:
        return [{"sentence_id": one.sentence_id, COLUMNS[task]: list(answer)} for one, answer in pairs]
    records: dict[str, dict[str, Any]] = {}
    for one, answer in pairs:
        record = records.setdefault(one.document_id, {"document_id": one.document_id, "events": []})
        span = {"trigger_start": one.start, "trigger_end": one.end}
        record["events"] += [{**span, "event_type": label} for label in answer]
    return list(records.values())


def lines(found: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as JSON Lines."""
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in found).encode()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("baseline", choices=BASELINES)
    parser.add_argument("--task", choices=TASKS, default=ENTITIES)
    parser.add_argument(
        "--package", type=Path, default=ROOT, help="the corpus; the clone unless told otherwise"
    )
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--folds", type=int, nargs="+", help="the folds to leave out, each in its turn; all of them"
    )
    part.add_argument(
        "--view", choices=VIEWS, help="the training and the test of a view, and not of the folds"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="of the encoder: the others draw no random numbers"
    )
    parser.add_argument("--by-language", action="store_true", help="linear: one model a language")
    parser.add_argument(
        "--model", help="encoder: the name or the folder of a model; the one that is installed"
    )
    parser.add_argument("--epochs", type=int, help="encoder: how often it sees the training documents")
    parser.add_argument(
        "--threads", type=int, default=1, help="encoder: more are faster, and may change the last digits"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="the file to write, of JSON Lines")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    return parser.parse_args()


def _predicted(given: argparse.Namespace, settings: Settings) -> list[dict[str, Any]]:
    """Return all rows, and say on a terminal how many trainings are done."""
    if given.output.exists() and not given.force:  # before what may take minutes
        raise tigris.CorpusError(f"{given.output} is there already: write over it with --force")
    corpus = tigris.load(given.package)
    found: list[dict[str, Any]] = []
    number = 1 if given.view else len(given.folds or folds(corpus))
    trainings = predictions(corpus, given.baseline, settings, given.folds, given.view)
    for done, some in enumerate(trainings, start=1):
        found += some
        if sys.stderr.isatty():
            end = "\n" if done == number else "\r"
            print(f"{given.baseline}, {given.task}: {done} of {number} trained", end=end, file=sys.stderr)
    return found


def main() -> int:
    """Train and predict, and write the predictions."""
    given = _arguments()
    settings = Settings(given.task, given.seed, given.by_language, given.model, given.epochs, given.threads)
    extra = "encoder" if given.baseline == "encoder" else "train"
    try:
        with needs(extra, f"scripts/baselines.py {given.baseline}", *NEEDED):
            found = _predicted(given, settings)
        exporting.put(given.output.parent, {given.output.name: lines(found)}, force=given.force)
    except tigris.CorpusError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"wrote {given.output} ({len(found)} rows)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
