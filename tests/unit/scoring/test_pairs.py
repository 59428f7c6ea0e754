from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import jsonl
from tigris_corpus.scoring import agreement
from tigris_corpus.scoring.units import units

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tigris_corpus.corpus import Corpus


def values(frame: pd.DataFrame, group: str = "all") -> dict[str, float]:
    rows = frame[frame["group"] == group]
    names = rows["layer"] + ": " + rows["measure"]
    return dict(zip(names, rows["value"], strict=True))


def test_a_corpus_agrees_with_itself(base: Path) -> None:
    corpus = load(base)
    table = agreement(corpus, jsonl.records(corpus), jsonl.records(corpus), draws=5)
    found = values(table)
    assert {name for name, value in found.items() if not math.isnan(value)} >= {
        "mentions: names: span and type F1",
        "events: trigger F1",
        "arguments: role and entity F1 on equal triggers",
        "entities: CoNLL F1",
        "incidents: B³ F1",
    }
    assert all(value == pytest.approx(1) or math.isnan(value) for value in found.values())
    assert list(table["group"].unique()) == [
        "all",
        "blind documents",
        "guideline documents",
        "en",
        "fr",
        "D000",
        "D001",
    ]


def test_one_difference_moves_its_own_figures(base: Path) -> None:
    corpus = load(base)
    first, second = jsonl.records(corpus), jsonl.records(corpus)
    second[0]["events"][0]["event_type"] = "COERCE"
    changed = {name for name, value in values(agreement(corpus, first, second, draws=2)).items() if value < 1}
    assert changed == {
        "events: trigger and type F1",
        "events: type κ on equal triggers",
        "events: type α over words",
    }


def test_ids_that_each_coins_do_not_matter(base: Path) -> None:
    corpus = load(base)
    first, second = jsonl.records(corpus), jsonl.records(corpus)
    for record in second:
        for mention in record["mentions"]:
            if "entity_id" in mention:
                mention["entity_id"] = f"other-{mention['entity_id']}"
    found = values(agreement(corpus, first, second, draws=2))
    assert found["entities: CoNLL F1"] == 1
    assert found["arguments: role and entity F1 on equal triggers"] == 1


def test_intervals_hold_the_value_and_are_the_same_twice(base: Path) -> None:
    corpus = load(base)
    first, second = jsonl.records(corpus), jsonl.records(corpus)
    del second[0]["mentions"][3], second[1]["mentions"][1]
    once = agreement(corpus, first, second, draws=50)
    assert once.equals(agreement(corpus, first, second, draws=50))
    row = once[(once["measure"] == "span F1") & (once["group"] == "all")].iloc[0]
    assert (row["a"], row["b"], row["matched"]) == (10, 8, 8)
    assert row["value"] == pytest.approx(16 / 18)
    assert row["low"] <= row["value"] <= row["high"]
    assert once[once["group"] == "D000"]["low"].isna().all()


def test_what_is_rare_gets_no_figure_of_its_own(released: Corpus) -> None:
    corpus = released
    table = agreement(corpus, jsonl.records(corpus), jsonl.records(corpus), draws=1)
    by_type = table[table["measure"].str.endswith("by type")]
    assert (by_type["a"] >= 10).all()
    assert (
        {"GPE", "ASSAULT"}
        <= set(by_type["group"])
        <= set(corpus.entity_types["entity_type"]) | set(corpus.event_types["event_type"])
    )


def test_paragraphs_are_the_lines_of_the_texts(base: Path) -> None:
    corpus = load(base)
    found = units(corpus, jsonl.records(corpus), jsonl.records(corpus))
    assert [(unit.document, len(unit.a.mentions), len(unit.tokens)) for unit in found] == [
        ("D000", 0, 3),
        ("D000", 7, 15),
        ("D001", 3, 10),
    ]


def test_annotations_of_other_texts_are_misuse(base: Path) -> None:
    corpus = load(base)
    with pytest.raises(CorpusError, match="no document of the corpus in common"):
        agreement(corpus, jsonl.records(corpus)[:1], jsonl.records(corpus)[1:])
    record = jsonl.records(corpus)[0]
    record["mentions"][0]["sentence_id"] = "D000-S099"
    with pytest.raises(CorpusError, match="D000-S099 is no annotated sentence"):
        agreement(corpus, [record], [record])
