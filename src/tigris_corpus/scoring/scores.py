"""Scores of predictions against gold, by layer, type, language and document, with intervals; and two of them compared."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tigris_corpus.descriptor import profile
from tigris_corpus.errors import CorpusError
from tigris_corpus.scoring import confidence, counting
from tigris_corpus.scoring.evaluated import Part, laid_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.scoring.counting import Clustering, Counted, Counts, Measure, Rates
    from tigris_corpus.scoring.evaluated import Comparison, Gold, Source
    from tigris_corpus.scoring.units import Unit

DRAWS = 1000
"""How many resamples an interval is made of, where nothing else is asked for."""
ALL = "all"
"""The group of everything that is scored."""
MICRO, MACRO, ONE_TYPE = "micro", "macro", "type"
"""What a row is over: all labels together, the mean over labels, or one label."""
COLUMNS = (
    *("layer", "measure", "group", "average", "type", "precision", "recall", "f1"),
    *("gold", "predicted", "matched", "low", "high"),
)
_COMPARED = (
    *("layer", "measure", "group", "average", "first", "second", "difference"),
    *("low", "high", "not_better"),
)
_NOTHING = (math.nan, math.nan)


@dataclass(frozen=True)
class Scores:
    """How good predictions are.

    ``table`` has a row a measure, group and average: layer; measure; group (``all``, a language, or a document);
    average (``micro``, ``macro``, or ``type`` for one label, of ``all`` only); type (the label, else missing); precision,
    recall and f1 (0 to 1, nan where undefined); gold, predicted and matched (counts: of clusterings, the spans in a
    cluster); low and high (the middle 95 % of the f1 of resamples, missing for documents and clusterings).
    ``signature`` says in one line what was scored and how; ``notes`` what was left out, and why.
    """

    table: pd.DataFrame = field(repr=False)
    signature: str
    notes: tuple[str, ...] = ()

    def f1(self, measure: str, *, layer: str | None = None, average: str = MICRO, group: str = ALL) -> float:
        """Return one F1; ``layer`` is needed where layers share the name of a measure. Raises CorpusError where there is none."""
        rows = self.table
        rows = rows[(rows["measure"] == measure) & (rows["average"] == average) & (rows["group"] == group)]
        rows = rows if layer is None else rows[rows["layer"] == layer]
        if len(rows) != 1:
            measures = ", ".join(f"{one} ({of})" for of, one in _named(self.table))
            raise CorpusError(
                f"there are {len(rows)} figures {measure!r}, {average}, of {group}: name one of {measures}"
            )
        return float(rows["f1"].iloc[0])


@dataclass(frozen=True)
class Differences:
    """How far two predictions differ, the first less the second.

    ``table`` has a row a measure, group and average: layer; measure; group (``all`` or a language); average (``micro`` or
    ``macro``); first and second (F1); difference; low and high (the middle 95 % of the difference over resamples of
    paragraphs, the same ones for both), and not_better (the share of resamples in which the first is not better). The
    last three are missing for clusterings. ``signature`` and ``notes`` are as in ``Scores``.
    """

    table: pd.DataFrame = field(repr=False)
    signature: str
    notes: tuple[str, ...] = ()


def score(  # noqa: PLR0913 - what scoring is told
    gold: Gold,
    predicted: Source,
    layer: str | Sequence[str] | None = None,
    *,
    corpus: Corpus | None = None,
    split: str | None = None,
    fold: int | None = None,
    documents: str | Sequence[str] | None = None,
    taggable: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
) -> Scores:
    """Return how good predictions are, by every measure of the layers that they hold.

    ``gold`` is a corpus, the path of a package, or records: a file of Tigris JSON Lines, the id of an annotator, ``gold``,
    or dicts; their texts are those of ``corpus``, or of the packaged release. ``predicted`` is such records, or rows of
    tags, one a sentence: {"sentence_id", "ner_tags", "trigger_tags"}, by names or numbers. ``layer`` is one or several
    of mentions, events, arguments, entities, incidents; by default those that the predictions hold. ``split``, ``fold``
    and ``documents`` name the part that is scored, of which every document counts; by default it is the documents that
    are predicted. With ``taggable``, only the gold that tags can hold counts. ``draws`` is how many resamples of
    paragraphs the intervals are of, ``seed`` that of their numbers. Needs the extra ``score``.

    Raises CorpusError, in one line, for predictions that are not of the form, the texts or the vocabularies, or of
    documents that the gold has not.
    """
    found = laid_out(gold, [predicted], layer, Part.of(split, fold, documents, taggable=taggable), corpus)
    units = found.units[0]
    measures = [counting.counted(measure, units) for measure in _measures(found)]
    rows: list[tuple[Any, ...]] = []
    for name, members, has_interval in _groups(units):
        sums = _resampled(measures, members, draws if has_interval else 0, seed)
        for one, drawn in zip(measures, sums, strict=True):
            rows += _rows(one, name, one.counts[members].sum(axis=0), drawn)
        here = [units[number] for number in members]
        for clustering, triple, counts in _clustered(_clusterings(found), here):
            key = (clustering.layer, clustering.name, name, MICRO, None)
            rows.append((*key, *_plain(triple, counts), *_NOTHING))
    return Scores(_framed(rows, COLUMNS), _signature(found, draws, seed), found.notes)


def compare(  # noqa: PLR0913 - what scoring is told
    gold: Gold,
    first: Source,
    second: Source,
    layer: str | Sequence[str] | None = None,
    *,
    corpus: Corpus | None = None,
    split: str | None = None,
    fold: int | None = None,
    documents: str | Sequence[str] | None = None,
    taggable: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
) -> Differences:
    """Return how far two predictions differ, with the paired bootstrap: both are scored on the same resamples.

    Everything is as in ``score``; by default, the documents that both predict are scored. From resampling the paragraphs
    of these texts nothing follows for others.
    """
    found = laid_out(gold, [first, second], layer, Part.of(split, fold, documents, taggable=taggable), corpus)
    sides = [[counting.counted(measure, units) for measure in _measures(found)] for units in found.units]
    rows: list[tuple[Any, ...]] = []
    for name, members, has_interval in _groups(found.units[0]):
        if not has_interval:
            continue
        drawn = _resampled([*sides[0], *sides[1]], members, draws, seed)
        number = len(sides[0])
        for one, other, ours, theirs in zip(*sides, drawn[:number], drawn[number:], strict=True):
            pair = (one.counts[members].sum(axis=0), other.counts[members].sum(axis=0))
            rows += _differences(one.measure, name, pair, (ours, theirs))
        here = ([units[number] for number in members] for units in found.units)
        ours, theirs = (_clustered(_clusterings(found), units) for units in here)
        for (clustering, mine, _), (_, others, _) in zip(ours, theirs, strict=True):
            values = (float(mine[2]), float(others[2]), float(mine[2] - others[2]))
            rows.append((clustering.layer, clustering.name, name, MICRO, *values, *_NOTHING, math.nan))
    return Differences(_framed(rows, _COMPARED), f"{_signature(found, draws, seed)}|paired:2", found.notes)


def _measures(found: Comparison) -> list[Measure]:
    """Return the measures that add up of the layers that are scored, without those that the predictions have no place for."""
    frame = found.corpus.entities
    registry = dict(zip(frame["entity_id"], frame["entity_type"].astype(str), strict=True))
    return [
        measure
        for measure in counting.measures(registry)
        if measure.layer in found.layers
        and measure.needs not in found.lacks
        and (measure.by_tags or not found.is_tags)
    ]


def _clusterings(found: Comparison) -> list[Clustering]:
    return [one for one in counting.CLUSTERINGS if one.layer in found.layers]


def _clustered(
    clusterings: Sequence[Clustering], units: Sequence[Unit]
) -> Iterator[tuple[Clustering, Rates, Counts]]:
    """Yield the figures of clusterings; those of one document are the same within documents and across."""
    is_one = len({unit.document for unit in units}) == 1
    done: dict[tuple[str, str], tuple[Rates, Counts]] = {}
    for clustering in clusterings:
        key = (clustering.layer, clustering.measure)
        if key not in done or not is_one:
            done[key] = counting.clustered(clustering, units)
        yield (clustering, *done[key])


def _groups(units: Sequence[Unit]) -> Iterator[tuple[str, NDArray[np.int64], bool]]:
    """Yield the groups that figures are given for: name, the numbers of their paragraphs, whether they get intervals."""
    yield ALL, np.arange(len(units)), True
    for of, has_interval in (("language", True), ("document", False)):
        members: dict[str, list[int]] = {}
        for number, unit in enumerate(units):
            members.setdefault(getattr(unit, of), []).append(number)
        if len(members) > 1 or of == "document":
            for name in sorted(members) if of == "language" else members:
                yield name, np.array(members[name]), has_interval


def _resampled(
    measures: Sequence[Counted], members: NDArray[np.int64], draws: int, seed: int
) -> list[NDArray[np.float64]]:
    """Return the counts of each measure over draws of some paragraphs: draws × labels × 3. All are on the same draws."""
    if not measures:
        return []
    flat = [one.counts[members].reshape(len(members), 3 * len(one.labels)) for one in measures]
    sums = confidence.resampled(np.concatenate(flat, axis=1), draws, seed)
    borders = np.cumsum([part.shape[1] for part in flat])[:-1]
    split = zip(measures, np.split(sums, borders, axis=1), strict=True)
    return [part.reshape(len(part), len(one.labels), 3) for one, part in split]


def _rows(one: Counted, group: str, counts: Counts, drawn: NDArray[np.float64]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a measure in a group: over all labels, their mean, and of all together each of them."""
    key = (one.measure.layer, one.measure.name, group)
    total = counts.sum(axis=0)
    low_high = confidence.interval(counting.rates(drawn.sum(axis=1))[:, 2])
    yield (*key, MICRO, None, *_plain(counting.rates(total), total), *low_high)
    if one.measure.is_labelled:
        low_high = confidence.interval(counting.macro(drawn)[:, 2])
        yield (*key, MACRO, None, *_plain(counting.macro(counts), total), *low_high)
        if group == ALL:
            each = counting.rates(drawn)[..., 2]
            for place, label in enumerate(one.labels):
                plain = _plain(counting.rates(counts[place]), counts[place])
                yield (*key, ONE_TYPE, label, *plain, *confidence.interval(each[:, place]))


def _differences(
    measure: Measure,
    group: str,
    counts: tuple[Counts, Counts],
    drawn: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Iterator[tuple[Any, ...]]:
    """Yield how far two predictions differ by a measure, over all labels and by their mean."""
    micro = [[counting.rates(side.sum(axis=-2))[..., 2] for side in sides] for sides in (counts, drawn)]
    averages = {MICRO: micro}
    if measure.is_labelled:
        averages[MACRO] = [[counting.macro(side)[..., 2] for side in sides] for sides in (counts, drawn)]
    for average, ((first, second), (ours, theirs)) in averages.items():
        spread = ours - theirs
        row = (
            measure.layer,
            measure.name,
            group,
            average,
            float(first),
            float(second),
            float(first - second),
        )
        yield (*row, *confidence.interval(spread), confidence.not_better(spread))


def _plain(triple: Rates, counts: Counts) -> tuple[Any, ...]:
    return (*map(float, triple), *map(int, counts))


def _named(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(dict.fromkeys(zip(table["layer"], table["measure"], strict=True)))


def _framed(rows: list[tuple[Any, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a frame, the measures in the order of their layers."""
    known = [(one.layer, one.name) for one in counting.measures({})]
    known += [(one.layer, one.name) for one in counting.CLUSTERINGS]
    order = {key: number for number, key in enumerate(known)}
    ranked = sorted(rows, key=lambda row: order[row[0], row[1]])
    return pd.DataFrame(ranked, columns=list(columns))


def _signature(found: Comparison, draws: int, seed: int) -> str:
    """Return what was scored and how in one line, in the manner of sacreBLEU (Post 2018)."""
    names = [one.name for one in _measures(found)] + [one.name for one in _clusterings(found)]
    match = ",".join(dict.fromkeys(name.replace(" ", "-") for name in names))
    return "|".join(
        (
            f"tigris:{profile().version}",
            *found.signature,
            f"match:{match}",
            f"avg:{MICRO},{MACRO}",
            "unit:paragraph",
            f"boot:{draws}",
            f"seed:{seed}",
        )
    )
