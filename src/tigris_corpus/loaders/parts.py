"""Which documents are for training and which for testing: the split, a fold left out, or a named view.

All of them are functions of the columns ``split``, ``fold``, ``language`` and ``date_published`` of the documents, and
of nothing else: they stay as they are while those do. What each is for, and what each costs, is in ``docs/splits.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tigris_corpus.edtf import bounds
from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tigris_corpus.corpus import Corpus

TRAIN, TEST = "train", "test"
TEMPORAL = "temporal"
LANGUAGES = {"en-fr": ("en", "fr"), "fr-en": ("fr", "en")}
"""The languages of training and of the test, by the name of the view."""
VIEWS = (TEMPORAL, *LANGUAGES)
CUT = "2022-07-01"
"""The first day that the view ``temporal`` tests on: the middle of the years 2020 to 2024, of which the corpus is."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The ids of documents by part, in the order of their table, and why each of the others is in none."""

    parts: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]


def parts(corpus: Corpus, fold: int | None = None, view: str | None = None) -> dict[str, tuple[str, ...]]:
    """Return the ids of the documents of each part, in the order of their table; parts without documents are left out.

    By ``documents.split`` (train, validation, test), where nothing is said. With ``fold``, that fold is the test and
    the others are training; there is no validation, which would take a story from the few there are: choose settings
    by leaving out one of the others in its turn. With ``view``:

    - ``temporal`` trains on what was published before ``CUT`` and tests on what was published since. A date that is no
      single day counts by its first and last; a document whose date is unknown, or may lie on either side, is in
      neither part.
    - ``en-fr`` trains on English and tests on French, ``fr-en`` the other way round. Documents in further languages are
      in neither part.

    A view never has a story (a fold) on both sides: of a story that is tested on, no document is trained on. Which
    documents a view leaves out, and why, ``left_out`` says.

    Raises CorpusError where both are given, where there is no such fold or view, or where training or test is empty.
    """
    return dict(partition(corpus, fold, view).parts)


def left_out(corpus: Corpus, fold: int | None = None, view: str | None = None) -> dict[str, str]:
    """Return the documents that are in no part, each with the reason. Raises CorpusError as ``parts`` does."""
    return dict(partition(corpus, fold, view).left_out)


def partition(corpus: Corpus, fold: int | None = None, view: str | None = None) -> Partition:
    """Return both what ``parts`` and what ``left_out`` return. Raises CorpusError as they do."""
    if fold is not None and view is not None:
        raise CorpusError("choose a fold or a view: a view has its own training and test")
    if view is not None:
        return _view(corpus, view)
    if fold is not None:
        return _fold(corpus, fold)
    names = _column(corpus, "split")
    kinds = list(corpus.documents["split"].cat.categories)
    found = _gathered(corpus, names, kinds)
    if not found:
        raise CorpusError("the corpus has no documents")
    return Partition(found, {})


def folds(corpus: Corpus) -> tuple[int, ...]:
    """Return the numbers of the folds, in ascending order."""
    return tuple(sorted({int(number) for number in _column(corpus, "fold") if number is not None}))


def every(corpus: Corpus, most: int | None = None) -> Iterator[tuple[str, Partition]]:
    """Yield the split, each fold and each view that the corpus has documents for, with its name.

    Folds are left out where there are more than ``most``.
    """
    yield "split", partition(corpus)
    numbers = folds(corpus)
    if len(numbers) > 1 and (most is None or len(numbers) <= most):
        for number in numbers:
            yield f"fold {number}", partition(corpus, fold=number)
    for view in VIEWS:
        try:
            yield view, partition(corpus, view=view)
        except CorpusError:  # it has no documents to train or to test on
            continue


def _fold(corpus: Corpus, fold: int) -> Partition:
    known = folds(corpus)
    if isinstance(fold, bool) or fold not in known:
        raise CorpusError(f"there is no fold {fold!r}; there is {_listed(known)}")
    found = [TEST if number == fold else TRAIN for number in _column(corpus, "fold")]
    return _whole(corpus, f"fold {fold}", found, {})


def _view(corpus: Corpus, view: str) -> Partition:
    if view == TEMPORAL:
        sides = [_side_of_date(date) for date in _column(corpus, "date_published")]
    elif view in LANGUAGES:
        sides = [_side_of_language(language, *LANGUAGES[view]) for language in _column(corpus, "language")]
    else:
        raise CorpusError(f"there is no view {view!r}; there is {_listed(VIEWS)}")
    numbers = _column(corpus, "fold")
    tested = {number for number, (part, _) in zip(numbers, sides, strict=True) if part == TEST}
    placed: list[str | None] = []
    lost: dict[str, str] = {}
    for name, number, (part, reason) in zip(_column(corpus, "document_id"), numbers, sides, strict=True):
        is_told = part == TRAIN and number in tested
        placed.append(None if is_told else part)
        if placed[-1] is None:
            lost[name] = f"its story (fold {number}) is tested on" if is_told else reason
    return _whole(corpus, f"the view {view}", placed, lost)


def _side_of_date(date: str | None) -> tuple[str | None, str]:
    """Return the part that a date of publication is of, or None and why it is of none."""
    days = bounds(date) if date else None
    if days is None:
        return None, "its date of publication is not known"
    first, last = days
    if last is not None and last < CUT:
        return TRAIN, ""
    if first is not None and first >= CUT:
        return TEST, ""
    return None, f"its date of publication, {date}, may lie on either side of {CUT}"


def _side_of_language(language: str, train: str, test: str) -> tuple[str | None, str]:
    """Return the part that a language (BCP 47) is of, or None and why it is of none."""
    first = language.partition("-")[0]
    part = {train: TRAIN, test: TEST}.get(first)
    return part, "" if part else f"its language is {language}"


def _whole(corpus: Corpus, what: str, placed: list[Any], lost: dict[str, str]) -> Partition:
    """Return a partition that has both training and test; raise CorpusError where one has no documents."""
    found = _gathered(corpus, placed, (TRAIN, TEST))
    for part, use in ((TRAIN, "train"), (TEST, "test")):
        if part not in found:
            raise CorpusError(f"{what} has no documents to {use} on; use the split, or another fold or view")
    return Partition(found, lost)


def _gathered(corpus: Corpus, placed: Iterable[Any], names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the documents by the part that each is placed in, in the order of ``names``."""
    pairs = list(zip(_column(corpus, "document_id"), placed, strict=True))
    found = {part: tuple(name for name, place in pairs if place == part) for part in names}
    return {part: ids for part, ids in found.items() if ids}


def _column(corpus: Corpus, name: str) -> list[Any]:
    """Return a column of the documents as plain values, None where it is empty."""
    column = corpus.documents[name]
    return list(column.astype(object).where(column.notna(), None))


def _listed(names: Iterable[object], most: int = 10) -> str:
    """Return the first of some names, for a message."""
    found = [str(name) for name in names]
    return ", ".join(found[:most]) + (", …" if len(found) > most else "")
