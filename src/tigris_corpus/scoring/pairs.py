"""Agreement of two annotators, by layer, type, language and document, with intervals.

The intervals come from resampling the paragraphs of these texts, and say how far a figure hangs on which paragraphs
there are. They are conditional on the documents: from five of them nothing follows for others.
"""

from __future__ import annotations

import math
import random
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from tigris_corpus.scoring import measures
from tigris_corpus.scoring.units import Unit, units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.scoring.measures import Figure

    Measure = Callable[[Sequence[Unit]], Figure]

RARE = 10
"""A type with fewer cases than this on either side gets no figure of its own."""

GUIDELINE_DOCUMENTS = ("D000", "D002")
"""The documents from which the guidelines take their examples, so that agreement on them is easier."""

MEASURES: tuple[tuple[str, str, Measure], ...] = (
    ("mentions", "names: span and type F1", partial(measures.mentions_strict, kind="NAM", typed=True)),
    ("mentions", "span F1", measures.mentions_strict),
    ("mentions", "overlapping span F1", measures.mentions_overlapping),
    ("mentions", "span and type F1", partial(measures.mentions_strict, typed=True)),
    ("mentions", "type κ on equal spans", measures.mention_types),
    ("mentions", "type α over words", partial(measures.token_alpha, what="mentions")),
    ("events", "trigger F1", measures.triggers_strict),
    ("events", "overlapping trigger F1", measures.triggers_overlapping),
    ("events", "trigger and type F1", partial(measures.triggers_strict, typed=True)),
    ("events", "type κ on equal triggers", partial(measures.event_attribute, name="event_type")),
    ("events", "type α over words", partial(measures.token_alpha, what="events")),
    ("events", "realis κ on equal triggers", partial(measures.event_attribute, name="realis")),
    ("events", "polarity κ on equal triggers", partial(measures.event_attribute, name="polarity")),
    ("events", "negation F1 on equal triggers", measures.negations),
    ("arguments", "role and span F1 on equal triggers", measures.arguments),
    ("entities", "B³ F1", partial(measures.clusters, what="entities", measure="b_cubed", singletons=True)),
    (
        "entities",
        "B³ F1 without singletons",
        partial(measures.clusters, what="entities", measure="b_cubed", singletons=False),
    ),
    ("entities", "CoNLL F1", partial(measures.clusters, what="entities", measure="conll", singletons=True)),
    (
        "entities",
        "CoNLL F1 without singletons",
        partial(measures.clusters, what="entities", measure="conll", singletons=False),
    ),
    ("incidents", "B³ F1", partial(measures.clusters, what="incidents", measure="b_cubed", singletons=True)),
    (
        "incidents",
        "B³ F1 without singletons",
        partial(measures.clusters, what="incidents", measure="b_cubed", singletons=False),
    ),
    ("incidents", "CoNLL F1", partial(measures.clusters, what="incidents", measure="conll", singletons=True)),
    (
        "incidents",
        "CoNLL F1 without singletons",
        partial(measures.clusters, what="incidents", measure="conll", singletons=False),
    ),
)
"""The layer, the name and the function of each measure, in the order in which they are shown."""


def agreement(
    corpus: Corpus,
    first: Iterable[Record],
    second: Iterable[Record],
    *,
    draws: int = 200,
    seed: int = 0,
    track: Callable[[list[tuple[str, str, Measure]]], Iterable[tuple[str, str, Measure]]] | None = None,
) -> pd.DataFrame:
    """Return how far two annotations of the corpus's texts agree, one row a measure and group.

    Columns: layer, measure, group (``all``; ``blind documents``, those from which the guidelines take no example;
    ``guideline documents``; a language; a document; or a type), a, b and matched (counts of the first, the second,
    and both), value (nan where undefined), low and high (the middle 95 % of ``draws`` resamples of paragraphs,
    missing for documents and types). ``track`` is given the list of measures and yields them, so that it can show how
    far the work is: half a minute, for 200 draws of five documents. Needs the extra ``score``. Raises CorpusError where the two share no document.
    """
    every = units(corpus, first, second)
    rows: list[tuple[str, str, str, Figure, tuple[float, float]]] = []
    groups = _groups(every)
    aligned = measures.aligned_entities(every)
    by_entity: Measure = partial(measures.arguments, entities=aligned)
    every_measure = [*MEASURES, ("arguments", "role and entity F1 on equal triggers", by_entity)]
    for layer, name, measure in track(every_measure) if track else every_measure:
        for group, members in groups.items():
            has_interval = group not in {unit.document for unit in every}
            interval = _interval(measure, members, draws, seed) if has_interval else (math.nan, math.nan)
            rows.append((layer, name, group, measure(members), interval))
    rows += _by_type(every)
    frame = pd.DataFrame(
        [
            (layer, name, group, figure.a, figure.b, figure.matched, figure.value, low, high)
            for layer, name, group, figure, (low, high) in rows
        ],
        columns=["layer", "measure", "group", "a", "b", "matched", "value", "low", "high"],
    )
    order = {
        layer: number
        for number, layer in enumerate(("mentions", "events", "arguments", "entities", "incidents"))
    }
    return frame.sort_values("layer", key=lambda column: column.map(order), kind="stable", ignore_index=True)


def _groups(every: list[Unit]) -> dict[str, list[Unit]]:
    """Return the groups of paragraphs that figures are given for, without those that are empty."""
    groups = {
        "all": every,
        "blind documents": [unit for unit in every if unit.document not in GUIDELINE_DOCUMENTS],
        "guideline documents": [unit for unit in every if unit.document in GUIDELINE_DOCUMENTS],
    }
    for language in sorted({unit.language for unit in every}):
        groups[language] = [unit for unit in every if unit.language == language]
    for document in dict.fromkeys(unit.document for unit in every):
        groups[document] = [unit for unit in every if unit.document == document]
    return {name: members for name, members in groups.items() if members}


def _by_type(every: list[Unit]) -> list[tuple[str, str, str, Figure, tuple[float, float]]]:
    """Return the span F1 of each type that is not rare."""
    mention_types = sorted(
        {m.entity_type for unit in every for side in (unit.a, unit.b) for m in side.mentions}
    )
    event_types = sorted({e.event_type for unit in every for side in (unit.a, unit.b) for e in side.events})
    found = [
        ("mentions", "span F1 by type", name, measures.mentions_of_type(every, name))
        for name in mention_types
    ]
    found += [
        ("events", "trigger F1 by type", name, measures.triggers_of_type(every, name)) for name in event_types
    ]
    nothing = (math.nan, math.nan)
    return [(*row, nothing) for row in found if min(row[3].a, row[3].b) >= RARE]


def _interval(measure: Measure, members: list[Unit], draws: int, seed: int) -> tuple[float, float]:
    """Return the middle 95 % of the measure over resamples of paragraphs, drawn with replacement (percentile bootstrap)."""
    generator = random.Random(seed)  # noqa: S311 - resampling
    values = [measure(generator.choices(members, k=len(members))).value for _ in range(draws)]
    known = sorted(value for value in values if not math.isnan(value))
    if not known:
        return (math.nan, math.nan)
    return (known[int(0.025 * (len(known) - 1))], known[math.ceil(0.975 * (len(known) - 1))])
