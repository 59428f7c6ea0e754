"""What went wrong, place by place: each kind by hand, and all of them against the counts of the scores."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packages
from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import jsonl
from tigris_corpus.scoring import errors, score
from tigris_corpus.scoring.mistakes import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record

SENTENCE = "A U.S. strike killed two fighters in Baghdad on January 3, 2020."


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return load(packages.build(tmp_path_factory.mktemp("small") / "package"))


def records(corpus: Corpus) -> list[Record]:
    return copy.deepcopy(jsonl.records(corpus))


def told(corpus: Corpus, edit: Callable[[Record], object], layer: str | None = None) -> list[tuple[Any, ...]]:
    """Return the mistakes of predictions that differ from the gold by an edit of the first document."""
    predicted = records(corpus)
    edit(predicted[0])
    table = errors(corpus, predicted, layer).table
    columns = ["layer", "kind", "sentence_id", "gold_text", "gold_label", "predicted_text", "predicted_label"]
    rows = table[columns].astype(object).where(table[columns].notna(), None)
    return list(rows.itertuples(index=False, name=None))


def test_of_its_own_labels_a_corpus_has_no_mistake(small: Corpus) -> None:
    found = errors(small, records(small))
    assert found.table.empty
    assert list(found.table.columns) == list(COLUMNS)
    assert found.signature.endswith("|layer:mentions,events,arguments")


AT = "D000-S002"
KINDS: dict[str, tuple[Callable[[Record], object], list[tuple[Any, ...]]]] = {
    "a wrong type": (
        lambda row: row["mentions"][2].update(entity_type="ORG"),
        [("mentions", "wrong-type", AT, "fighters", "PER", "fighters", "ORG")],
    ),
    "a wrong boundary": (
        lambda row: row["mentions"][3].update(end=58, text="Baghd"),
        [
            ("mentions", "wrong-boundary", AT, "Baghdad", "GPE", "Baghd", "GPE"),
            ("arguments", "wrong-boundary", AT, "Baghdad", "location", "Baghd", "location"),
        ],
    ),
    "a wrong type and boundary": (
        lambda row: (
            row["mentions"][3].update(end=58, text="Baghd", entity_type="LOC"),
            row["events"].clear(),
        ),
        [
            ("arguments", "missed", AT, "U.S.", "actor", None, None),
            ("events", "missed", AT, "killed", "ASSAULT", None, None),
            ("arguments", "missed", AT, "two", "killed", None, None),
            ("arguments", "missed", AT, "fighters", "recipient", None, None),
            ("mentions", "wrong-type-and-boundary", AT, "Baghdad", "GPE", "Baghd", "LOC"),
            ("arguments", "missed", AT, "Baghdad", "location", None, None),
            ("arguments", "missed", AT, "January 3, 2020", "time", None, None),
            ("arguments", "missed", "D000-S003", "Iraq", "actor", None, None),
            ("events", "missed", "D000-S003", "condemned", "ACCUSE", None, None),
            ("arguments", "missed", "D000-S003", "Washington", "recipient", None, None),
        ],
    ),
    "something spurious": (
        lambda row: row["mentions"].append({"start": 23, "end": 29, "entity_type": "WEA"}),
        [("mentions", "spurious", AT, None, None, "strike", "WEA")],
    ),
    "a wrong type of event, with its arguments": (
        lambda row: row["events"][1].update(event_type="REJECT"),
        [
            ("arguments", "missed", "D000-S003", "Iraq", "actor", None, None),
            ("arguments", "spurious", "D000-S003", None, None, "Iraq", "actor"),
            ("events", "wrong-type", "D000-S003", "condemned", "ACCUSE", "condemned", "REJECT"),
            ("arguments", "missed", "D000-S003", "Washington", "recipient", None, None),
            ("arguments", "spurious", "D000-S003", None, None, "Washington", "recipient"),
        ],
    ),
    "a wrong realis": (
        lambda row: row["events"][0].update(realis="future"),
        [("events", "wrong-realis", AT, "killed", "actual", "killed", "future")],
    ),
    "a wrong polarity": (
        lambda row: row["events"][0].update(polarity="negative"),
        [("events", "wrong-polarity", AT, "killed", "positive", "killed", "negative")],
    ),
    "a wrong role": (
        lambda row: row["events"][0]["arguments"][0].update(role="recipient"),
        [("arguments", "wrong-role", AT, "U.S.", "actor", "U.S.", "recipient")],
    ),
    "an argument that is missed": (
        lambda row: row["events"][0]["arguments"].pop(0),
        [("arguments", "missed", AT, "U.S.", "actor", None, None)],
    ),
    "an argument too many": (
        lambda row: row["events"][0]["arguments"].append({"role": "instrument", "mention_id": "D000-M002"}),
        [("arguments", "spurious", AT, None, None, "two", "instrument")],
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_told_with_what_stands_there(small: Corpus, name: str) -> None:
    edit, expected = KINDS[name]
    assert told(small, edit) == expected


def test_a_wrong_link_is_told_where_it_is_asked_for(small: Corpus) -> None:
    def edit(row: Record) -> None:
        row["mentions"][0]["entity_id"] = "iraq"
        del row["mentions"][3]["entity_id"]

    assert told(small, edit) == []
    assert told(small, edit, "entities") == [
        ("entities", "wrong-link", AT, "U.S.", "united-states", "U.S.", "iraq"),
        ("entities", "wrong-link", AT, "Baghdad", "baghdad", "Baghdad", None),
    ]


def test_a_mistake_knows_its_places_its_sentence_and_its_event(small: Corpus) -> None:
    predicted = records(small)
    predicted[0]["events"][0].update(trigger_start=23, trigger_end=29, trigger_text="strike")
    table = errors(small, predicted, "arguments").table
    first = table.iloc[0]
    assert (first["gold_start"], first["gold_end"], first["sentence_start"]) == (18, 22, 16)
    assert first["sentence"] == SENTENCE
    assert first["sentence"][first["gold_start"] - first["sentence_start"] :].startswith("U.S.")
    assert set(table["event"]) == {"killed ASSAULT", "strike ASSAULT"}
    assert set(table["because"]) == {
        "no event of this trigger and type is predicted",
        "no event of this trigger and type is in the gold",
    }
    assert str(table["gold_start"].dtype) == "Int64"


def test_equal_spans_are_put_together_before_spans_that_overlap(small: Corpus) -> None:
    gold = records(small)
    for one in (gold[0]["mentions"][2], gold[0]["mentions"][1]):
        one["entity_type"] = "PER"  # two: PER, fighters: PER
    predicted = copy.deepcopy(gold)
    predicted[0]["mentions"][1].update(entity_type="NUM")
    predicted[0]["mentions"][2].update(start=37, end=49, text="two fighters")
    predicted[0]["events"] = gold[0]["events"] = []
    table = errors(gold, predicted, "mentions", corpus=small).table
    found = zip(table["kind"], table["gold_text"], table["predicted_text"], strict=True)
    assert list(found) == [("wrong-type", "two", "two"), ("wrong-boundary", "fighters", "two fighters")]


def test_incidents_have_no_place(small: Corpus) -> None:
    with pytest.raises(
        CorpusError, match="'incidents' is no layer whose mistakes have a place; those are mentions"
    ):
        errors(small, records(small), ["mentions", "incidents"])


def test_a_part_is_looked_at_as_it_is_scored(small: Corpus) -> None:
    found = errors(small, records(small)[:1], "mentions", documents=["D000", "D001"])
    assert list(found.table["kind"]) == ["missed"] * 3
    assert found.notes == ("not predicted by predictions, and missed whole: D001",)


WORDS = [(18, 22), (23, 29), (30, 36), (37, 40), (41, 49), (37, 49), (53, 60), (81, 85), (86, 95)]


@st.composite
def sides(draw: st.DrawFn) -> Record:
    mentions = [
        {
            "mention_id": f"m{number}",
            "start": start,
            "end": end,
            "entity_type": draw(st.sampled_from(["GPE", "PER"])),
        }
        for number, (start, end) in enumerate(draw(st.lists(st.sampled_from(WORDS), max_size=7)))
    ]
    events = [
        {
            "event_id": f"e{number}",
            "trigger_start": start,
            "trigger_end": end,
            "event_type": draw(st.sampled_from(["ASSAULT", "ACCUSE"])),
            "realis": draw(st.sampled_from(["actual", "future"])),
            "polarity": "positive",
            "arguments": [
                {"role": draw(st.sampled_from(["actor", "location"])), "mention_id": filler["mention_id"]}
                for filler in (draw(st.lists(st.sampled_from(mentions), max_size=3)) if mentions else ())
            ],
        }
        for number, (start, end) in enumerate(draw(st.lists(st.sampled_from(WORDS), max_size=4)))
    ]
    return {"document_id": "D000", "mentions": mentions, "events": events}


@settings(max_examples=40, deadline=None)
@given(gold=sides(), predicted=sides())
def test_mistakes_and_what_is_right_are_all_of_the_gold_and_all_that_is_predicted(
    small: Corpus, gold: Record, predicted: Record
) -> None:
    layers = ("mentions", "events", "arguments")
    table = errors([gold], [predicted], layers, corpus=small).table
    figures = score([gold], [predicted], layers, corpus=small, draws=0).table
    for layer, measure in (("mentions", "strict"), ("events", "Tri-C"), ("arguments", "Arg-C+")):
        kinds = table[(table["layer"] == layer) & ~table["kind"].isin(["wrong-realis", "wrong-polarity"])][
            "kind"
        ]
        missed, spurious = (int((kinds == kind).sum()) for kind in ("missed", "spurious"))
        wrong = len(kinds) - missed - spurious
        rows = figures[
            (figures["measure"] == measure) & (figures["group"] == "all") & (figures["average"] == "micro")
        ]
        one = rows.iloc[0]
        assert one["gold"] == one["matched"] + wrong + missed
        assert one["predicted"] == one["matched"] + wrong + spurious
