"""Scores of the small package: what is right, what each kind of mistake moves, and how sure a figure is."""

from __future__ import annotations

import copy
import math
import random
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packages
from tigris_corpus import scoring
from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import jsonl
from tigris_corpus.scoring import compare, evaluated, score
from tigris_corpus.scoring.predictions import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record
    from tigris_corpus.scoring.scores import Scores

    Edit = Callable[[list[Record]], object]

MENTIONS = {"mentions strict", "mentions overlap", "mentions span"}
TYPED = {"events Tri-C", "events Tri-C and realis", "events Tri-C and polarity"}
TRIGGERS = {"events Tri-I", *TYPED}
ATTACHED = {"arguments Arg-I+", "arguments Arg-C+"}
ARGUMENTS = {"arguments Arg-I", "arguments Arg-C", *ATTACHED}
ACROSS = {"entities B³", "entities CoNLL"}
WITHIN = {"entities B³ within documents", "entities CoNLL within documents"}
INCIDENTS_ACROSS = {"incidents B³", "incidents CoNLL"}
INCIDENTS_WITHIN = {"incidents B³ within documents", "incidents CoNLL within documents"}
ON_EQUAL = {"events realis on equal triggers", "events polarity on equal triggers"}
EVERY = {
    *MENTIONS,
    *TRIGGERS,
    *ON_EQUAL,
    *ARGUMENTS,
    "entities linking",
    *ACROSS,
    *WITHIN,
    *INCIDENTS_ACROSS,
    *INCIDENTS_WITHIN,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The small package: two documents, ten mentions, four events with ten arguments."""
    return load(packages.build(tmp_path_factory.mktemp("small") / "package"))


def records(corpus: Corpus) -> list[Record]:
    return copy.deepcopy(jsonl.records(corpus))


def figures(found: Scores, average: str = "micro", group: str = "all") -> dict[str, float]:
    table = found.table
    rows = table[(table["average"] == average) & (table["group"] == group)]
    return dict(zip(rows["layer"] + " " + rows["measure"], rows["f1"], strict=True))


def row(found: Scores, measure: str, average: str = "micro", group: str = "all") -> dict[str, Any]:
    table = found.table
    rows = table[(table["measure"] == measure) & (table["average"] == average) & (table["group"] == group)]
    assert len(rows) == 1
    return dict(rows.iloc[0])


def mention(record: Record, number: int) -> Record:
    return next(one for one in record["mentions"] if one["mention_id"].endswith(f"-M{number:03}"))


def event(record: Record, number: int) -> Record:
    return next(one for one in record["events"] if one["event_id"].endswith(f"-E{number:03}"))


# What is right, and what is not there


def test_a_corpus_scores_one_on_its_own_labels_in_every_row(small: Corpus) -> None:
    found = score(small, records(small))
    assert set(figures(found)) == EVERY
    assert (found.table["f1"] == 1).all()
    assert (found.table["low"].dropna() == 1).all()
    assert found.notes == ()
    assert set(found.table["group"]) == {"all", "en", "fr", "D000", "D001"}


def test_nothing_predicted_scores_zero_and_what_is_only_on_equal_triggers_is_undefined(small: Corpus) -> None:
    blank: list[Record] = [{"document_id": name, "mentions": [], "events": []} for name in ("D000", "D001")]
    found = figures(score(small, blank))
    assert {name for name, value in found.items() if value == 0} == EVERY - ON_EQUAL
    assert {name for name, value in found.items() if math.isnan(value)} == ON_EQUAL


def test_the_counts_are_those_of_the_tables(small: Corpus) -> None:
    found = score(small, records(small))
    for measure, count in (("strict", 10), ("Tri-C", 4), ("Arg-C+", 10), ("linking", 7)):
        assert [row(found, measure)[name] for name in ("gold", "predicted", "matched")] == [count] * 3
    assert row(found, "strict", group="D001")["gold"] == 3


# What each kind of mistake moves


def spurious_mention(one: list[Record]) -> None:
    one[0]["mentions"].append({"start": 23, "end": 29, "entity_type": "WEA"})


def spurious_event(one: list[Record]) -> None:
    one[0]["events"].append(
        {
            "trigger_start": 23,
            "trigger_end": 29,
            "event_type": "ASSAULT",
            "realis": "actual",
            "polarity": "positive",
        }
    )


def renamed(one: list[Record]) -> None:
    for record in one:
        for each in record["mentions"]:
            each.update({"entity_id": "bagdad"} if each.get("entity_id") == "baghdad" else {})


def moved_argument(one: list[Record]) -> None:
    # The recipient of the strike hangs on a second event of its type.
    second = copy.deepcopy(event(one[0], 1)) | {
        "event_id": "D000-E009",
        "trigger_start": 23,
        "trigger_end": 29,
    }
    second.pop("trigger_text")
    second["arguments"] = [{"role": "recipient", "mention_id": "D000-M003"}]
    del second["incident_id"]
    one[0]["events"].append(second)
    event(one[0], 1)["arguments"] = [
        filler for filler in event(one[0], 1)["arguments"] if filler["role"] != "recipient"
    ]


MISTAKES: dict[str, tuple[Edit, set[str]]] = {
    "a spurious mention": (spurious_mention, MENTIONS),
    "a missed mention that fills a role": (
        lambda one: (
            one[0]["mentions"].remove(mention(one[0], 3)),
            event(one[0], 1)["arguments"].remove({"role": "recipient", "mention_id": "D000-M003"}),
        ),
        MENTIONS | ARGUMENTS,
    ),
    "a wrong type of mention": (
        lambda one: mention(one[0], 3).update(entity_type="ORG"),
        {"mentions strict", "mentions overlap"},
    ),
    "a wrong boundary": (
        lambda one: mention(one[0], 3).update(start=37, text="two fighters"),
        {"mentions strict", "mentions span"} | ARGUMENTS,
    ),
    "a wrong boundary and type": (
        lambda one: mention(one[0], 3).update(start=37, text="two fighters", entity_type="ORG"),
        MENTIONS | ARGUMENTS,
    ),
    "a spurious event": (spurious_event, TRIGGERS),
    "a missed event": (
        lambda one: one[1]["events"].remove(event(one[1], 2)),
        TRIGGERS | ARGUMENTS | INCIDENTS_ACROSS | INCIDENTS_WITHIN,
    ),
    "a wrong type of event": (
        lambda one: event(one[0], 1).update(event_type="COERCE"),
        TYPED | ARGUMENTS,
    ),
    "a wrong boundary of a trigger": (
        lambda one: event(one[0], 2).update(trigger_end=94, trigger_text="condemne"),
        TRIGGERS | ATTACHED | INCIDENTS_ACROSS | INCIDENTS_WITHIN,
    ),
    "a wrong realis": (
        lambda one: event(one[0], 1).update(realis="future"),
        {"events Tri-C and realis", "events realis on equal triggers"},
    ),
    "a wrong polarity": (
        lambda one: event(one[0], 1).update(polarity="negative"),
        {"events Tri-C and polarity", "events polarity on equal triggers"},
    ),
    "a wrong role": (
        lambda one: event(one[0], 1)["arguments"][0].update(role="recipient"),
        {"arguments Arg-C", "arguments Arg-C+"},
    ),
    "a missed argument": (lambda one: event(one[0], 1)["arguments"].pop(), ARGUMENTS),
    "an argument of another event": (moved_argument, TRIGGERS | ATTACHED),
    "other names of the same clusters": (renamed, {"entities linking"}),
    "a link to another thing": (
        lambda one: mention(one[0], 1).update(entity_id="iraq"),
        {"entities linking"} | ACROSS | WITHIN,
    ),
    "a cluster cut between documents": (
        lambda one: mention(one[1], 1).update(entity_id="iraq-of-this-document"),
        {"entities linking"} | ACROSS,
    ),
    "an incident cut between documents": (
        lambda one: event(one[1], 2).update(incident_id="other"),
        INCIDENTS_ACROSS,
    ),
    "two incidents made one": (
        lambda one: event(one[1], 2).update(incident_id="iraqi-condemnation"),
        INCIDENTS_ACROSS | INCIDENTS_WITHIN,
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_moves_its_own_figures_and_no_others(small: Corpus, name: str) -> None:
    edit, moved = MISTAKES[name]
    predicted = records(small)
    edit(predicted)
    found = figures(score(small, predicted, LAYERS, draws=0))
    assert {measure for measure, value in found.items() if not math.isclose(value, 1)} == moved
    assert set(found) == EVERY


@pytest.mark.parametrize("name", ["a wrong type of mention", "a wrong role", "two incidents made one"])
def test_a_mistake_moves_the_figures_of_its_document_alone(small: Corpus, name: str) -> None:
    edit, moved = MISTAKES[name]
    predicted = records(small)
    edit(predicted)
    found = score(small, predicted, LAYERS, draws=0)
    changed = [
        {measure for measure, value in figures(found, group=group).items() if not math.isclose(value, 1)}
        for group in ("D000", "D001")
    ]
    assert changed[:: -1 if name == "two incidents made one" else 1] == [moved, set()]


def test_figures_worked_out_by_hand(small: Corpus) -> None:
    predicted = records(small)
    mention(predicted[0], 3).update(entity_type="ORG")  # of 10, one has a wrong type
    mention(predicted[0], 2).update(start=37, end=49, text="two fighters")  # and one a wrong boundary
    spurious_mention(predicted)  # and an eleventh
    found = score(small, predicted, "mentions", draws=0)
    strict = row(found, "strict")
    assert [strict[name] for name in ("gold", "predicted", "matched")] == [10, 11, 8]
    assert (strict["precision"], strict["recall"]) == (8 / 11, 8 / 10)
    assert strict["f1"] == pytest.approx(16 / 21)
    assert row(found, "overlap")["matched"] == 9  # "two fighters" overlaps "two", and NUM is its type
    assert row(found, "span")["matched"] == 9
    # GPE 6 of 6, NORP and TIME 1 of 1, NUM and PER missed, ORG and WEA spurious: seven types, of which three are right.
    macro = row(found, "strict", "macro")
    assert [macro[name] for name in ("precision", "recall", "f1")] == pytest.approx([3 / 7] * 3)
    types = found.table[(found.table["average"] == "type") & (found.table["measure"] == "strict")]
    expected = {"GPE": 1, "NORP": 1, "NUM": 0, "ORG": 0, "PER": 0, "TIME": 1, "WEA": 0}
    assert dict(zip(types["type"], types["f1"], strict=True)) == expected


def test_linking_is_told_by_the_types_of_the_registry(small: Corpus) -> None:
    predicted = records(small)
    mention(predicted[0], 4).update(entity_type="FAC")  # Baghdad, of the wrong type, linked to the right city
    found = score(small, predicted, "entities", draws=0)
    types = found.table[(found.table["average"] == "type") & (found.table["measure"] == "linking")]
    assert dict(zip(types["type"], types["f1"], strict=True)) == {"GPE": 1}


def test_of_two_events_that_are_the_same_to_a_measure_one_counts(small: Corpus) -> None:
    gold = records(small)
    gold[0]["events"].append(event(gold[0], 1) | {"event_id": "D000-E009", "incident_id": "other"})
    found = score(gold, records(small), corpus=small, draws=0)
    assert row(found, "Tri-C")["gold"] == 4
    assert row(found, "Tri-C")["f1"] == 1
    assert figures(found)["incidents B³"] < 1


# Which documents


def test_without_a_part_what_is_predicted_is_scored(small: Corpus) -> None:
    found = score(small, records(small)[1:])
    assert (found.table["f1"] == 1).all()
    assert row(found, "strict")["gold"] == 3
    assert len(found.notes) == 1
    assert found.notes[0].startswith("not predicted, and not scored: D000; where a part is named")
    assert "|split:none|docs:D001|" in found.signature


@pytest.mark.parametrize(
    "part", [{"documents": ["D000", "D001"]}, {"documents": ["D000", "D001"], "draws": 0}]
)
def test_a_part_that_is_named_is_scored_whole(small: Corpus, part: dict[str, Any]) -> None:
    found = score(small, records(small)[1:], **part)
    assert row(found, "strict")["recall"] == pytest.approx(3 / 10)
    assert row(found, "strict")["precision"] == 1
    assert found.notes == ("not predicted by predictions, and missed whole: D000",)


@pytest.mark.parametrize(
    ("part", "gold"),
    [({"split": "test"}, 3), ({"fold": 0}, 7), ({"documents": ["D000"]}, 7), ({"documents": "D001"}, 3)],
)
def test_split_fold_and_documents_name_a_part(small: Corpus, part: dict[str, Any], gold: int) -> None:
    found = score(small, records(small), **part)
    assert row(found, "strict")["gold"] == gold
    outside = "D000" if gold == 3 else "D001"
    assert found.notes == (f"predicted, and not in the part that is scored: {outside}",)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"split": "dev"}, "there is no split 'dev'; there is train, test"),
        ({"fold": 7}, "there is no fold 7; there is 0, 1"),
        ({"documents": ["D009"]}, "there is no document 'D009'; there is D000, D001"),
        (
            {"layer": "words"},
            "there is no layer 'words' to score; there is mentions, events, arguments, entities, incidents",
        ),
        (
            {"split": "train", "documents": ["D001"]},
            "predictions: it predicts D000, D001, and nothing of the part that is scored: no document",
        ),
    ],
)
def test_a_part_that_is_not_there_is_misuse(small: Corpus, part: dict[str, Any], message: str) -> None:
    with pytest.raises(CorpusError) as raised:
        score(small, records(small), **part)
    assert str(raised.value) == message


def test_predictions_of_another_part_are_misuse(small: Corpus) -> None:
    with pytest.raises(CorpusError, match="it predicts D000, and nothing of the part that is scored: D001"):
        score(small, records(small)[:1], split="test")
    with pytest.raises(
        CorpusError, match="predictions: D000 is predicted, and the gold has no such document"
    ):
        score(records(small)[1:], records(small), corpus=small)


def test_documents_that_nobody_has_annotated_are_not_scored(small: Corpus) -> None:
    layers = small.tables["layers"]
    status = layers["status"].copy()
    try:
        layers.loc[(layers["document_id"] == "D001") & (layers["layer"] == "events"), "status"] = "blank"
        found = score(small, records(small))
        assert found.notes == ("not annotated, and not scored: D001",)
        assert row(found, "strict")["gold"] == 7
        assert row(score(small, records(small), "mentions"), "strict")["gold"] == 10
    finally:
        layers["status"] = status


def test_what_stands_in_zones_that_are_not_annotated_is_left_out(small: Corpus) -> None:
    predicted = records(small)
    predicted[0]["mentions"].append({"start": 108, "end": 113, "entity_type": "ORG"})  # "Share", of the site
    predicted[0]["events"].append({"trigger_start": 108, "trigger_end": 113, "event_type": "AID"})
    found = score(small, predicted)
    assert (found.table["f1"] == 1).all()
    assert found.notes == (
        "in zones that are not annotated, and left out: 1 predicted mention and 1 predicted event",
    )


def test_events_do_not_count_in_zones_that_have_mentions_alone(small: Corpus) -> None:
    zones = small.sentences["zone"]
    before = zones.copy()
    try:
        small.sentences.loc[small.sentences["sentence_id"] == "D000-S003", "zone"] = "byline"
        found = score(small, records(small), draws=0)
        assert row(found, "strict")["gold"] == 10
        assert row(found, "Tri-C")["gold"] == 3
        assert found.notes == ("in zones that are not annotated, and left out: 1 predicted event",)
    finally:
        small.sentences["zone"] = before


def test_what_a_file_has_no_place_for_is_not_scored_unless_it_is_asked_for(small: Corpus) -> None:
    predicted = [
        {
            "document_id": record["document_id"],
            "mentions": [
                {name: one[name] for name in ("start", "end", "entity_type")} for one in record["mentions"]
            ],
        }
        for record in records(small)
    ]
    found = score(small, predicted)
    assert set(figures(found)) == MENTIONS
    assert found.notes == ("not predicted, and not scored: events, arguments, entities, incidents",)
    assert figures(score(small, predicted, ["events"]))["events Tri-I"] == 0
    triggers = [
        {
            "document_id": record["document_id"],
            "events": [
                {name: one[name] for name in ("trigger_start", "trigger_end", "event_type")}
                for one in record["events"]
            ],
        }
        for record in records(small)
    ]
    assert set(figures(score(small, triggers))) == {"events Tri-I", "events Tri-C"}


# Intervals


def test_intervals_hold_the_value_and_are_the_same_twice(small: Corpus) -> None:
    predicted = records(small)
    mention(predicted[0], 3).update(entity_type="ORG")
    found = score(small, predicted, draws=200)
    assert found.table.equals(score(small, predicted, draws=200).table)
    one, other = (score(small, predicted, draws=3, seed=seed).table for seed in (0, 1))
    assert not one.equals(other)
    strict = row(found, "strict")
    assert strict["low"] < strict["f1"] < strict["high"] <= 1
    table = found.table
    with_intervals = table[table["low"].notna()]
    assert set(with_intervals["group"]) == {"all", "en", "fr"}
    assert not with_intervals["measure"].str.contains("B³|CoNLL").any()
    assert score(small, predicted, draws=0).table["low"].isna().all()


def test_a_thousand_draws_of_the_corpus_take_little(released: Corpus) -> None:
    started = time.perf_counter()
    score(released, "model-a", draws=0)
    without = time.perf_counter() - started
    started = time.perf_counter()
    score(released, "model-a", draws=1000)
    assert time.perf_counter() - started < without + 1


def test_two_that_are_the_same_differ_by_nothing_and_neither_is_better(small: Corpus) -> None:
    found = compare(small, records(small), records(small), draws=20).table
    assert (found["difference"] == 0).all()
    assert (found["not_better"].dropna() == 1).all()
    assert set(found["group"]) == {"all", "en", "fr"}


def test_a_difference_is_that_of_the_scores_on_the_same_draws(small: Corpus) -> None:
    better, worse = records(small), records(small)
    mention(better[0], 3).update(entity_type="ORG")
    for number in (3, 4, 5):
        mention(worse[0], number).update(entity_type="ORG")
    table = compare(small, better, worse, draws=300).table
    for average in ("micro", "macro"):
        one = table[
            (table["measure"] == "strict") & (table["group"] == "all") & (table["average"] == average)
        ].iloc[0]
        first, second = (score(small, side, draws=0) for side in (better, worse))
        assert one["first"] == first.f1("strict", average=average)
        assert one["second"] == second.f1("strict", average=average)
        assert one["difference"] == pytest.approx(one["first"] - one["second"])
        assert 0 <= one["low"] <= one["difference"] <= one["high"]
        assert 0 < one["not_better"] < 0.5  # some draws have no paragraph with a mistake
    clusters = table[table["measure"] == "CoNLL"]
    assert clusters["low"].isna().all()
    assert clusters["not_better"].isna().all()


def test_a_comparison_is_of_the_documents_that_both_predict(small: Corpus) -> None:
    found = compare(small, records(small), records(small)[:1], draws=0)
    assert "|docs:D000|" in found.signature
    assert found.signature.endswith("|seed:0|paired:2")
    assert found.notes[0].startswith("not predicted, and not scored: D001;")


# How it is told


def test_a_figure_is_named_by_measure_layer_average_and_group(small: Corpus) -> None:
    found = score(small, records(small), draws=0)
    assert found.f1("strict") == found.f1("Arg-C+", average="macro", group="fr") == 1
    assert found.f1("CoNLL", layer="incidents") == 1
    with pytest.raises(CorpusError, match="there are 2 figures 'CoNLL', micro, of all: name one of"):
        found.f1("CoNLL")
    with pytest.raises(CorpusError, match="there are 0 figures 'strickt'"):
        found.f1("strickt")


def test_the_signature_says_what_was_scored_and_how(small: Corpus) -> None:
    found = score(small, records(small), ["events", "mentions"], split="test", seed=4, draws=10)
    tool, *parts = found.signature.split("|")
    assert tool.startswith("tigris:")
    assert parts[0] == "corpus:tigris-corpus@0.1.0"
    assert parts[1].startswith("gold:")
    assert len(parts[1]) == len("gold:") + 8
    triggers = "Tri-I,Tri-C,Tri-C-and-realis,Tri-C-and-polarity"
    assert parts[2:] == [
        "split:test",
        "docs:D001",
        "layer:mentions,events",
        f"match:strict,overlap,span,{triggers},realis-on-equal-triggers,polarity-on-equal-triggers",
        "avg:micro,macro",
        "unit:paragraph",
        "boot:10",
        "seed:4",
    ]


def test_the_signature_changes_with_the_labels_of_the_gold_and_not_with_their_order(small: Corpus) -> None:
    def signature(gold: list[Record]) -> str:
        return score(gold, records(small), corpus=small, draws=0).signature

    gold = records(small)
    turned = records(small)
    for record in turned:
        record["mentions"].reverse()
        record["events"].reverse()
    assert signature(gold) == signature(turned[::-1])
    mention(gold[0], 3).update(entity_type="ORG")
    assert signature(gold) != signature(turned)


def test_many_documents_are_named_by_their_number(small: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "|docs:D000,D001|" in score(small, records(small), draws=0).signature
    monkeypatch.setattr(evaluated, "_NAMED", 1)
    found = score(small, records(small), draws=0, documents=["D000", "D001"])
    assert re.search(r"\|docs:2@[0-9a-f]{8}\|", found.signature)


def test_a_package_is_gold_by_its_path(small: Corpus) -> None:
    root = small.package.root
    for path in (root, str(root / "datapackage.json")):
        assert score(path, records(small), draws=0).f1("strict") == 1
    with pytest.raises(CorpusError, match="a package is gold with its own texts: name no other package"):
        score(root, records(small), corpus=small)
    assert not evaluated.is_package("a\0b")
    assert not evaluated.is_package("x" * 10_000)


def test_records_without_labels_hold_nothing(small: Corpus) -> None:
    with pytest.raises(
        CorpusError, match="predictions: it holds nothing of what the gold has: mentions, events"
    ):
        score(small, [{"document_id": "D000"}])


def test_the_functions_are_there_by_their_names_and_what_they_lack_is_told() -> None:
    assert dir(scoring) == ["agreement", "compare", "errors", "score"]
    with pytest.raises(AttributeError, match="has no attribute 'scores_of'"):
        scoring.scores_of  # noqa: B018
    code = "import sys; sys.modules['polars'] = None; from tigris_corpus import scoring; scoring.score"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'pip install "tigris-corpus[score]"' in result.stderr


# Properties


@st.composite
def documents(draw: st.DrawFn) -> list[Record]:
    """Return records of the small package with labels of their own: spans of words that stand there."""
    words = {
        "D000": [
            (18, 22),
            (23, 29),
            (30, 36),
            (37, 40),
            (41, 49),
            (37, 49),
            (53, 60),
            (81, 85),
            (86, 95),
            (96, 106),
        ],
        "D001": [(2, 6), (9, 17), (22, 32), (41, 47), (51, 57), (41, 57)],
    }
    found = []
    for name, spans in words.items():
        mentions: list[Record] = []
        for number, (start, end) in enumerate(draw(st.lists(st.sampled_from(spans), max_size=6))):
            kind = draw(st.sampled_from(["GPE", "ORG", "PER"]))
            entity = draw(st.sampled_from([None, "iraq", "baghdad", "united-states", "own"]))
            one = {"mention_id": f"m{number}", "start": start, "end": end, "entity_type": kind}
            mentions.append(one | ({"entity_id": entity} if entity else {}))
        events: list[Record] = []
        for number, (start, end) in enumerate(draw(st.lists(st.sampled_from(spans), max_size=4))):
            fillers = draw(st.lists(st.sampled_from(mentions), max_size=3)) if mentions else []
            one = {
                "event_id": f"e{number}",
                "trigger_start": start,
                "trigger_end": end,
                "event_type": draw(st.sampled_from(["ASSAULT", "ACCUSE"])),
                "realis": draw(st.sampled_from(["actual", "future"])),
                "polarity": draw(st.sampled_from(["positive", "negative"])),
                "arguments": [
                    {"role": draw(st.sampled_from(["actor", "location"])), "mention_id": filler["mention_id"]}
                    for filler in fillers
                ],
            }
            incident = draw(st.sampled_from([None, "x", "y"]))
            events.append(one | ({"incident_id": incident} if incident else {}))
        found.append({"document_id": name, "mentions": mentions, "events": events})
    return found


@settings(max_examples=30, deadline=None)
@given(gold=documents(), predicted=documents())
def test_gold_and_predictions_exchanged_exchange_precision_and_recall(
    small: Corpus, gold: list[Record], predicted: list[Record]
) -> None:
    one = score(gold, predicted, LAYERS, corpus=small, draws=0).table
    other = score(predicted, gold, LAYERS, corpus=small, draws=0).table
    turned = other.rename(
        columns={"precision": "recall", "recall": "precision", "gold": "predicted", "predicted": "gold"}
    )[list(one.columns)]
    assert_alike(one, turned)


@settings(max_examples=30, deadline=None)
@given(gold=documents(), predicted=documents(), seed=st.integers(0, 9))
def test_the_order_of_rows_changes_nothing(
    small: Corpus, gold: list[Record], predicted: list[Record], seed: int
) -> None:
    dice = random.Random(seed)
    turned = copy.deepcopy((gold, predicted))
    for side in turned:
        dice.shuffle(side)
        for record in side:
            dice.shuffle(record["mentions"])
            dice.shuffle(record["events"])
    first = score(gold, predicted, LAYERS, corpus=small, draws=5)
    second = score(*turned, LAYERS, corpus=small, draws=5)
    assert_alike(first.table, second.table)
    assert first.signature == second.signature


def test_a_trigger_of_two_incidents_is_two_whatever_they_are_called(small: Corpus) -> None:
    gold = records(small)
    second = copy.deepcopy(event(gold[0], 1)) | {"event_id": "D000-E009", "incident_id": "a-second-strike"}
    second["arguments"] = second["arguments"][:1]
    gold[0]["events"].append(second)
    predicted = copy.deepcopy(gold)
    names = {"a-second-strike": "z", "baghdad-strike": "y", "iraqi-condemnation": "x"}
    for one in (*predicted[0]["events"], *predicted[1]["events"]):
        one["incident_id"] = names[one["incident_id"]]
    found = score(gold, predicted, "incidents", corpus=small, draws=0)
    assert (found.table["f1"] == 1).all()
    assert row(found, "B³")["gold"] == 5


@settings(max_examples=20, deadline=None)
@given(gold=documents(), predicted=documents())
def test_what_is_said_twice_counts_once(small: Corpus, gold: list[Record], predicted: list[Record]) -> None:
    doubled = copy.deepcopy(predicted)
    for record in doubled:
        record["mentions"] += [
            one | {"mention_id": f"{one['mention_id']}-again"} for one in record["mentions"]
        ]
        record["events"] += [one | {"event_id": f"{one['event_id']}-again"} for one in record["events"]]
    first = score(gold, predicted, LAYERS, corpus=small, draws=0)
    assert_alike(first.table, score(gold, doubled, LAYERS, corpus=small, draws=0).table)


def assert_alike(one: pd.DataFrame, other: pd.DataFrame) -> None:
    for name in one.columns:
        if one[name].dtype.kind == "f":
            assert one[name].to_numpy() == pytest.approx(other[name].to_numpy(), nan_ok=True), name
        else:
            assert list(one[name].fillna("-")) == list(other[name].fillna("-")), name
