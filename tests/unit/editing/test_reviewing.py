from __future__ import annotations

import copy
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import exchanges
from tigris_corpus.comparing import Disagreement, disagreements
from tigris_corpus.corpus import load
from tigris_corpus.editing import reviewing
from tigris_corpus.editing.reviewing import Decision, told
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import jsonl
from tigris_corpus.formats.exchange import Document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tigris_corpus.corpus import Corpus

TEXT = "Talks 🙂 resume\n\nA U.S. strike killed two fighters in Baghdad on January 3, 2020. Iraq condemned Washington."
SENTENCES = (
    {"sentence_id": "D000-S001", "start": 0, "end": 14},
    {"sentence_id": "D000-S002", "start": 16, "end": 80},
    {"sentence_id": "D000-S003", "start": 81, "end": 107},
)
DOCUMENT = Document("D000", "en", TEXT, SENTENCES, {"document_id": "D000"})
KNOWN = {"entity_id": {"united-states", "iraq", "baghdad"}, "incident_id": {"baghdad-strike"}}
NAMES = ("ann", "bob")


def mention(number: int, words: str, kind: str = "GPE", **cells: object) -> dict[str, Any]:
    start = TEXT.index(words)
    row = {"mention_id": f"D000-M{number:03}", "sentence_id": sentence(start), "start": start}
    return row | {
        "end": start + len(words),
        "text": words,
        "entity_type": kind,
        "mention_type": "NAM",
        **cells,
    }


def event(number: int, words: str, kind: str = "ASSAULT", **cells: Any) -> dict[str, Any]:
    start = TEXT.index(words)
    row = {"event_id": f"D000-E{number:03}", "sentence_id": sentence(start), "trigger_start": start}
    row |= {"trigger_end": start + len(words), "trigger_text": words, "event_type": kind}
    return row | {"realis": "actual", "polarity": "positive", "modes": [], "arguments": [], **cells}


def sentence(start: int) -> str:
    return "D000-S002" if start < 81 else "D000-S003"


def filler(role: str, number: int) -> dict[str, str]:
    return {"role": role, "mention_id": f"D000-M{number:03}"}


def record(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    mentions = [row for row in rows if "mention_id" in row]
    events = [row for row in rows if "event_id" in row]
    tables: dict[str, Any] = {
        "mentions": mentions,
        "events": events,
        "entities": [],
        "entity_relations": [],
        "incidents": [],
    }
    return {"document_id": "D000", **tables, **more}


def found(first: dict[str, Any], second: dict[str, Any]) -> list[Disagreement]:
    return disagreements(DOCUMENT.sentence_at, first, second, KNOWN)


def brief(every: Sequence[Disagreement]) -> list[tuple[str, str, int, int, str, tuple[str, ...]]]:
    return [(one.layer, one.sentence_id, one.start, one.end, one.kind, one.columns) for one in every]


def test_nothing_is_reported_where_two_agree_under_other_ids() -> None:
    first = record(
        mention(1, "U.S.", entity_id="united-states"), event(1, "killed", arguments=[filler("actor", 1)])
    )
    second = record(
        mention(7, "U.S.", entity_id="united-states"), event(4, "killed", arguments=[filler("actor", 7)])
    )
    assert found(first, second) == []


def test_what_only_one_has_is_told_in_the_order_of_the_text() -> None:
    first = record(mention(1, "Washington"), event(1, "condemned", "ACCUSE"), mention(2, "Iraq"))
    second = record(mention(1, "Iraq"), mention(2, "U.S."))
    every = found(first, second)
    assert brief(every) == [
        ("mentions", "D000-S002", 18, 22, "only second", ()),
        ("events", "D000-S003", 86, 95, "only first", ()),
        ("mentions", "D000-S003", 96, 106, "only first", ()),
    ]
    assert (every[0].first, every[0].second) == (None, mention(2, "U.S."))


def test_a_mention_of_the_same_type_that_overlaps_is_the_same_with_another_boundary() -> None:
    every = found(record(mention(1, "U.S. strike", "ORG")), record(mention(1, "U.S.", "ORG", value="1")))
    assert brief(every) == [("mentions", "D000-S002", 18, 29, "boundary", ("end", "text", "value"))]


def test_a_mention_inside_one_of_another_type_is_another_thing() -> None:
    every = found(record(mention(1, "U.S. strike", "ORG")), record(mention(1, "U.S.", "NORP")))
    assert [(one.kind, one.start, one.end) for one in every] == [
        ("only second", 18, 22),
        ("only first", 18, 29),
    ]


def test_two_mentions_that_cross_cannot_both_stand() -> None:
    every = found(record(mention(1, "A U.S.", "GPE")), record(mention(1, "U.S. strike", "ORG")))
    assert brief(every) == [
        ("mentions", "D000-S002", 16, 29, "boundary", ("start", "end", "text", "entity_type"))
    ]


def test_the_longest_overlap_is_the_twin() -> None:
    first = record(mention(1, "U.S. strike", "ORG"))
    second = record(mention(1, "U.S.", "ORG"), mention(2, "strike", "ORG"))
    assert [(one.kind, one.start, one.end) for one in found(first, second)] == [
        ("only second", 18, 22),
        ("boundary", 18, 29),
    ]


def test_of_two_mentions_with_one_span_those_of_one_type_are_twins() -> None:
    first = record(mention(1, "U.S.", "NORP"), mention(2, "U.S.", "GPE"))
    second = record(mention(1, "U.S.", "GPE"), mention(2, "U.S.", "ORG"))
    assert [(one.kind, one.columns, one.first, one.second) for one in found(first, second)] == [
        ("label", ("entity_type",), mention(1, "U.S.", "NORP"), mention(2, "U.S.", "ORG"))
    ]


def test_labels_and_links_of_a_mention_are_two_layers() -> None:
    first = record(mention(1, "Iraq", entity_id="iraq"))
    second = record(mention(1, "Iraq", "NORP", mention_type="NOM", value="1"))
    assert brief(found(first, second)) == [
        ("mentions", "D000-S003", 81, 85, "label", ("entity_type", "mention_type", "value")),
        ("entities", "D000-S003", 81, 85, "label", ("entity_id",)),
    ]


def test_every_label_of_an_event_is_compared() -> None:
    people = (mention(1, "U.S."), mention(2, "Baghdad"))
    first = record(*people, event(1, "killed", modes=["aerial"], source_mention_id="D000-M001"))
    changed = {"realis": "future", "polarity": "negative", "source_mention_id": "D000-M002"}
    second = record(*people, event(1, "killed", "THREATEN", **changed))
    assert brief(found(first, second)) == [
        (
            "events",
            "D000-S002",
            30,
            36,
            "label",
            ("event_type", "realis", "polarity", "modes", "source"),
        )
    ]


def test_modes_have_no_order() -> None:
    first = record(event(1, "killed", modes=["aerial", "targeted"]))
    assert found(first, record(event(1, "killed", modes=["targeted", "aerial"]))) == []


def test_a_trigger_that_overlaps_is_the_same_whatever_its_type() -> None:
    first, second = record(event(1, "strike killed")), record(event(1, "killed", "ACCUSE"))
    assert brief(found(first, second)) == [
        ("events", "D000-S002", 23, 36, "boundary", ("trigger_start", "trigger_text", "event_type"))
    ]


def test_arguments_are_compared_by_role_and_span() -> None:
    people = (mention(1, "U.S."), mention(2, "two fighters", "PER"), mention(3, "Baghdad"))
    first = record(*people, event(1, "killed", arguments=[filler("actor", 1), filler("recipient", 2)]))
    second = record(*people, event(1, "killed", arguments=[filler("actor", 1), filler("location", 3)]))
    every = found(first, second)
    assert brief(every) == [("arguments", "D000-S002", 30, 36, "label", ("arguments",))]
    assert every[0].second is not None
    assert every[0].second["arguments"][1] == {
        "role": "location",
        "mention_id": "D000-M003",
        "start": 53,
        "end": 60,
        "text": "Baghdad",
    }


def links(*names: str | None) -> dict[str, Any]:
    words = ("U.S.", "Iraq", "Washington", "Baghdad")
    rows = [
        mention(number, word, **({"entity_id": name} if name else {}))
        for number, (word, name) in enumerate(zip(words, names, strict=False), start=1)
    ]
    return record(*rows)


@pytest.mark.parametrize(
    ("first", "second", "places"),
    [
        (("a", "b", "a"), ("x", "y", "x"), []),  # coined alike under other names
        (("a", "a", "a"), ("x", "y", "x"), [81]),  # cut in two: the smaller part is at issue
        (("a", "b"), ("x", "x"), [81]),  # two made one, each of one mention: the first in the text is it
        (("a", "b"), ("b", "a"), []),  # the same words, coined for each other's things
        (("a", "a"), ("x", "a"), [18]),  # both call one mention so: it is that
        (("iraq", "a"), ("baghdad", "a"), [18]),  # two things of the registry
        (("iraq", "iraq"), ("x", "x"), []),  # the one coined what the other found in the registry
        (("iraq", "united-states"), ("x", "iraq"), [18, 81]),  # it used the registry elsewhere
        (("a",), (None,), [18]),
        ((None, "a"), (None, "x"), []),
    ],
)
def test_coined_ids_are_compared_as_clusters(
    first: tuple[str | None, ...], second: tuple[str | None, ...], places: list[int]
) -> None:
    every = found(links(*first), links(*second))
    assert [(one.layer, one.start) for one in every] == [("entities", start) for start in places]


def test_incidents_are_compared_as_clusters() -> None:
    first = record(event(1, "killed", incident_id="a"), event(2, "condemned", incident_id="a"))
    second = record(event(1, "killed", incident_id="x"), event(2, "condemned", incident_id="y"))
    assert brief(found(first, second)) == [("incidents", "D000-S003", 86, 95, "label", ("incident_id",))]


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        (
            record(mention(1, "January 3, 2020", "TIME", value="2020-01-03")),
            record(),
            "Only ann has the mention 'January 3, 2020' (TIME NAM, 2020-01-03).",
        ),
        (
            record(),
            record(mention(1, "Iraq", entity_id="iraq")),
            "Only bob has the mention 'Iraq' (GPE NAM, iraq).",
        ),
        (
            record(mention(1, "U.S. strike", "ORG")),
            record(mention(1, "U.S.", "ORG", value="1")),
            "Span: ann 'U.S. strike', bob 'U.S.'. Value of 'U.S. strike': ann none, bob 1.",
        ),
        (links("a", "a"), links("x", None), "Entity of 'Iraq': ann a, bob none."),
        (
            record(event(1, "killed", modes=["aerial"])),
            record(event(1, "killed", realis="future")),
            "Realis of 'killed': ann actual, bob future. Modes of 'killed': ann aerial, bob none.",
        ),
        (
            record(event(1, "strike killed")),
            record(event(1, "killed")),
            "Trigger: ann 'strike killed', bob 'killed'.",
        ),
    ],
)
def test_readings_are_told_in_words(first: dict[str, Any], second: dict[str, Any], text: str) -> None:
    assert told(found(first, second), NAMES) == [text]


def test_arguments_sources_and_events_are_told_by_their_words() -> None:
    people = (mention(1, "U.S."), mention(2, "Baghdad"))
    whole = event(
        1,
        "condemned",
        "ACCUSE",
        modes=["disapprove"],
        incident_id="x",
        arguments=[filler("actor", 1)],
        source_mention_id="D000-M002",
    )
    first = record(*people, event(2, "killed", arguments=[filler("actor", 1), filler("location", 2)]), whole)
    second = record(*people, event(2, "killed", source_mention_id="D000-M001"))
    assert told(found(first, second), NAMES) == [
        "Source of 'killed': ann none, bob 'U.S.'.",
        "Arguments of 'killed': only ann actor 'U.S.', location 'Baghdad'; only bob nothing more.",
        "Only ann has the event 'condemned' (ACCUSE/disapprove actual positive, x, source 'Baghdad', actor 'U.S.').",
    ]


def test_readings_that_are_told_alike_say_where_they_are() -> None:
    one = Disagreement("mentions", "D000-S002", 18, 22, "only first", mention(1, "U.S."), None)
    other = replace(one, start=53, end=57)
    assert told([one, other, replace(one, sentence_id="D000-S003")], NAMES) == [
        "Only ann has the mention 'U.S.' (GPE NAM). Characters 18 to 22.",
        "Only ann has the mention 'U.S.' (GPE NAM). Characters 53 to 57.",
        "Only ann has the mention 'U.S.' (GPE NAM).",
    ]


def test_what_was_decided_before_is_known_by_its_readings() -> None:
    first = record(mention(1, "U.S. strike", "ORG"), mention(2, "Iraq"), mention(3, "Washington"))
    second = record(mention(1, "U.S.", "ORG"))

    def row(number: int, readings: str, place: str = "D000-S002") -> dict[str, str]:
        return {"adjudication_id": f"D000-A{number:03}", "sentence_id": place, "layer": "mentions"} | {
            "readings": readings
        }

    rows = [
        row(1, "Only A has the mention 'U.S. strike' (ORG NAM)."),
        row(2, "Only B has the mention 'U.S.' (ORG NAM)."),
        row(3, "Only ann has the mention 'Iraq' (GPE NAM).", "D000-S003"),
        row(4, "Only ann has the mention 'Washington' (GPE NAM)."),
    ]
    decided = reviewing.decided_before(found(first, second), NAMES, rows)
    assert decided == [rows[0], rows[2], None]
    assert reviewing.decided_before(found(first, second), NAMES, rows[:1]) == [None, None, None]


def decided(
    tables: dict[str, Any], first: dict[str, Any], second: dict[str, Any], *choices: str
) -> dict[str, Any]:
    """Return the labels after decisions of the disagreements in their order; ``-`` decides nothing."""
    every = found(first, second)
    assert len(choices) == len(every)
    taken = [Decision(one, choice) for one, choice in zip(every, choices, strict=True) if choice != "-"]
    return reviewing.applied(tables, first, second, taken, KNOWN).record


@pytest.mark.parametrize(
    ("choice", "rows"),
    [
        ("first", [mention(5, "U.S. strike", "ORG", entity_id="iraq")]),
        ("second", [mention(5, "U.S.", "ORG", entity_id="iraq")]),
        ("neither", []),
    ],
)
def test_a_boundary_moves_the_row_that_stands_there_and_keeps_its_id(
    choice: str, rows: list[dict[str, Any]]
) -> None:
    first = record(mention(1, "U.S. strike", "ORG", entity_id="iraq"))
    second = record(mention(1, "U.S.", "ORG", entity_id="iraq"))
    tables = record(mention(5, "U.S.", "ORG", entity_id="iraq"))
    assert decided(tables, first, second, choice)["mentions"] == rows


def test_where_both_boundaries_stand_one_goes() -> None:
    first, second = record(mention(1, "U.S. strike", "ORG")), record(mention(1, "U.S.", "ORG"))
    tables = record(mention(5, "U.S.", "ORG"), mention(6, "U.S. strike", "ORG"))
    assert decided(tables, first, second, "first")["mentions"] == [mention(6, "U.S. strike", "ORG")]
    taken = [Decision(one, "first") for one in found(first, second)]
    outcome = reviewing.applied(tables, first, second, taken, KNOWN)
    assert outcome.withdrawn == {("mentions", "D000-M005"): 0}


def test_a_third_boundary_gives_way_to_a_reading_and_stays_where_neither_is_right() -> None:
    first, second = record(mention(1, "U.S. strike", "ORG")), record(mention(1, "U.S.", "ORG"))
    tables = record(mention(5, "A U.S. strike", "ORG"))
    assert decided(tables, first, second, "second")["mentions"] == [mention(5, "U.S.", "ORG")]
    assert decided(tables, first, second, "neither")["mentions"] == [mention(5, "A U.S. strike", "ORG")]


def test_the_row_of_the_other_reading_moves_even_where_it_has_a_third_type() -> None:
    first, second = record(mention(1, "U.S. strike", "ORG")), record(mention(1, "U.S.", "ORG"))
    tables = record(mention(5, "U.S.", "NORP", entity_id="united-states"))
    wanted = mention(5, "U.S. strike", "ORG", entity_id="united-states")
    assert decided(tables, first, second, "first")["mentions"] == [wanted]


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        ("first", ["D000-M005", "D000-M006"]),
        ("second", ["D000-M006"]),
        ("neither", ["D000-M006"]),
        ("-", ["D000-M005", "D000-M006"]),
    ],
)
def test_what_only_one_has_stays_or_goes_with_what_refers_to_it(choice: str, ids: list[str]) -> None:
    first, second = record(mention(1, "U.S."), mention(2, "Baghdad")), record(mention(2, "Baghdad"))
    told_of = event(
        1,
        "killed",
        arguments=[filler("actor", 5), filler("location", 6)],
        source_mention_id="D000-M005",
    )
    tables = record(mention(5, "U.S."), mention(6, "Baghdad"), told_of)
    after = decided(tables, first, second, choice)
    assert [row["mention_id"] for row in after["mentions"]] == ids
    kept = after["events"][0]
    if "D000-M005" in ids:
        assert kept == told_of
    else:
        assert kept["arguments"] == [filler("location", 6)]
        assert "source_mention_id" not in kept


def test_a_new_row_has_a_number_that_no_side_has_used() -> None:
    first, second = record(mention(7, "U.S.", entity_id="united-states")), record(mention(3, "Iraq"))
    after = decided(record(mention(4, "Baghdad")), first, second, "first", "first")
    assert after["mentions"] == [
        mention(4, "Baghdad"),
        mention(8, "U.S.", entity_id="united-states"),
    ]


@pytest.mark.parametrize(
    ("choice", "cells"),
    [
        ("first", {"value": "1"}),
        ("second", {"mention_type": "NOM"}),
        ("-", {"value": "1", "mention_type": "PRO"}),
    ],
)
def test_a_label_takes_the_place_of_the_one_that_stands(choice: str, cells: dict[str, str]) -> None:
    first = record(mention(1, "Iraq", value="1"))
    second = record(mention(1, "Iraq", mention_type="NOM"))
    tables = record(mention(5, "Iraq", value="1", mention_type="PRO", entity_id="iraq"))
    wanted = [mention(5, "Iraq", entity_id="iraq", **cells)]
    assert decided(tables, first, second, choice)["mentions"] == wanted


def test_neither_empties_what_may_be_empty_and_leaves_a_third_reading() -> None:
    first, second = record(mention(1, "Iraq", value="1")), record(mention(1, "Iraq", value="2"))
    assert decided(record(mention(5, "Iraq", value="2")), first, second, "neither")["mentions"] == [
        mention(5, "Iraq")
    ]
    third = mention(5, "Iraq", value="3")
    assert decided(record(third), first, second, "neither")["mentions"] == [third]


def test_neither_of_two_types_takes_the_row_out_unless_it_has_a_third() -> None:
    first, second = record(event(1, "killed", "ASSAULT")), record(event(1, "killed", "ACCUSE"))
    people = (mention(5, "U.S."),)
    tables = record(
        *people, event(5, "killed", "ACCUSE", modes=["disapprove"], arguments=[filler("actor", 5)])
    )
    after = decided(tables, first, second, "neither")
    assert (after["events"], after["mentions"]) == ([], [mention(5, "U.S.")])
    third = event(5, "killed", "REJECT")
    assert decided(record(third), first, second, "neither")["events"] == [third]


def test_neither_takes_out_the_modes_the_source_and_the_arguments_at_issue() -> None:
    people = (mention(1, "U.S."), mention(2, "Baghdad"), mention(3, "two fighters", "PER"))
    ours = event(1, "killed", modes=["aerial", "x"], source_mention_id="D000-M001")
    theirs = event(1, "killed", modes=["aerial", "y"], source_mention_id="D000-M002")
    first = record(*people, ours | {"arguments": [filler("actor", 1), filler("recipient", 3)]})
    second = record(*people, theirs | {"arguments": [filler("location", 2), filler("recipient", 3)]})
    standing = [filler("actor", 1), filler("location", 2), filler("recipient", 3), filler("actor", 2)]
    tables = record(*people, ours | {"modes": ["aerial", "x", "y", "z"], "arguments": standing})
    after = decided(tables, first, second, "neither", "neither")["events"][0]
    assert after["modes"] == ["aerial", "z"]
    assert "source_mention_id" not in after
    assert after["arguments"] == [filler("recipient", 3), filler("actor", 2)]


def test_arguments_are_written_anew_with_the_mentions_of_the_tables() -> None:
    first = record(mention(1, "U.S."), mention(2, "Baghdad"), event(1, "killed", modes=["aerial"]))
    second = copy.deepcopy(first)
    first["events"][0]["arguments"] = [filler("actor", 1), filler("location", 2)]
    tables = record(
        mention(8, "U.S."), mention(9, "Baghdad"), event(5, "killed", arguments=[filler("actor", 9)])
    )
    after = decided(tables, first, second, "first")["events"]
    assert after == [event(5, "killed", arguments=[filler("actor", 8), filler("location", 9)])]
    assert decided(tables, first, second, "second")["events"] == [event(5, "killed")]


def test_a_filler_that_the_tables_lack_comes_with_its_argument() -> None:
    people = (mention(1, "U.S.", entity_id="united-states"),)
    first, second = (
        record(*people, event(1, "killed", arguments=[filler("actor", 1)])),
        record(event(1, "killed")),
    )
    tables = record(event(5, "killed"))
    after = decided(tables, first, second, "-", "first")
    assert after["mentions"] == [mention(6, "U.S.", entity_id="united-states")]
    assert after["events"] == [event(5, "killed", arguments=[filler("actor", 6)])]


def test_a_mention_that_goes_and_comes_back_with_an_argument_keeps_its_id() -> None:
    first = record(mention(1, "U.S."), event(1, "killed", arguments=[filler("actor", 1)]))
    second = record(event(1, "killed"))
    tables = record(mention(5, "U.S."), event(5, "killed", arguments=[filler("actor", 5)]))
    every = found(first, second)
    taken = [Decision(every[0], "second"), Decision(every[1], "first")]
    outcome = reviewing.applied(tables, first, second, taken, KNOWN)
    assert outcome.record == tables
    assert outcome.withdrawn == {}


def test_an_argument_follows_the_boundary_that_was_chosen() -> None:
    first = record(mention(1, "U.S. strike", "ORG"), event(1, "killed", arguments=[filler("actor", 1)]))
    second = record(mention(1, "U.S.", "ORG"), event(1, "killed", arguments=[filler("actor", 1)]))
    tables = record(mention(5, "U.S.", "ORG"), event(5, "killed"))
    after = decided(tables, first, second, "first", "second")
    assert after["mentions"] == [mention(5, "U.S. strike", "ORG")]
    assert after["events"] == [event(5, "killed", arguments=[filler("actor", 5)])]


def test_an_event_comes_whole() -> None:
    people = (mention(1, "Iraq"), mention(2, "Washington"))
    whole = event(
        1,
        "condemned",
        "ACCUSE",
        modes=["disapprove"],
        source_mention_id="D000-M002",
        arguments=[filler("actor", 1)],
        incident_id="coined",
    )
    incident = {"incident_id": "coined", "name": "Coined", "event_type": "ACCUSE", "extent": "single"}
    incident |= {"location_id": "coined-place", "part_of": "baghdad-strike"}
    place = {"entity_id": "coined-place", "name": "Coined place", "entity_type": "GPE"}
    first = record(*people, whole, entities=[place], incidents=[incident])
    tables = record(mention(8, "Iraq"), mention(9, "Washington"))
    after = decided(tables, first, record(*people), "first")
    assert after["events"] == [
        whole
        | {
            "event_id": "D000-E010",
            "source_mention_id": "D000-M009",
            "arguments": [filler("actor", 8)],
        }
    ]
    assert (after["incidents"], after["entities"]) == ([incident], [place])


def test_a_coined_id_becomes_that_of_the_tables() -> None:
    first, second = links("x", "x", None), links("x", "y", None)
    tables = links("united-states", "united-states", None)
    names = ["united-states", "united-states", None]
    after = decided(tables, first, second, "first")
    assert [row.get("entity_id") for row in after["mentions"]] == names
    second["entities"] = [{"entity_id": "y", "name": "Y", "entity_type": "GPE"}]
    after = decided(tables, first, second, "second")
    assert [row.get("entity_id") for row in after["mentions"]] == ["united-states", "y", None]
    assert after["entities"] == second["entities"]
    after = decided(tables, first, second, "neither")
    assert [row.get("entity_id") for row in after["mentions"]] == ["united-states", None, None]


def test_a_link_of_what_is_not_in_the_tables_changes_nothing() -> None:
    after = decided(record(), links("iraq"), links("baghdad"), "first")
    assert after["mentions"] == []
    first, second = record(mention(1, "Iraq", "GPE")), record(mention(1, "Iraq", "NORP"))
    assert decided(record(), first, second, "second")["mentions"] == [mention(2, "Iraq", "NORP")]


def altered(labels: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """Return a record with some of it altered, under other ids."""
    made = copy.deepcopy(labels)
    lost = {row["mention_id"] for row in made["mentions"] if dice.random() < 0.15}
    ids = {row["mention_id"]: f"D000-M{500 - n:03}" for n, row in enumerate(made["mentions"])}
    made["mentions"] = [row for row in made["mentions"] if row["mention_id"] not in lost]
    made["events"] = [row for row in made["events"] if dice.random() > 0.15]
    for row in made["mentions"]:
        row.update({"mention_id": ids[row["mention_id"]]} | dice.choice(changes_of(row)))
    for row in made["events"]:
        fillers = [one for one in row["arguments"] if one["mention_id"] not in lost][dice.randint(0, 1) :]
        row["arguments"] = [one | {"mention_id": ids[one["mention_id"]]} for one in fillers]
        source = row.pop("source_mention_id", None)
        if source and source not in lost:
            row["source_mention_id"] = ids[source]
        row.update(dice.choice([{}, {"event_type": "ASSAULT", "modes": []}, {"incident_id": "coined"}]))
    return made


def changes_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    shorter = {"end": row["end"] - 1, "text": row["text"][:-1]} if len(row["text"]) > 1 else {}
    return [{}, {}, shorter, {"entity_type": "ORG"}, {"entity_id": "coined"}]


def test_who_is_right_everywhere_is_what_the_tables_then_have() -> None:
    count = 0
    for document in exchanges.invented(150):
        first = document.record
        second = altered(first, random.Random(document.document_id))
        for tables, choice, wanted in (
            (second, "first", first),
            (first, "second", second),
            (first, "first", first),
        ):
            known = {
                column: {row[column] for row in tables[table] if column in row}
                for table, column in (("mentions", "entity_id"), ("events", "incident_id"))
            }
            every = disagreements(document.sentence_at, first, second, known)
            count += len(every)
            taken = [Decision(one, choice) for one in every]
            outcome = reviewing.applied(tables, first, second, taken, known)
            assert disagreements(document.sentence_at, outcome.record, wanted, known) == [], (
                document.document_id
            )
    assert count > 1000


def test_the_released_passes_disagree_where_they_were_adjudicated(released: Corpus) -> None:
    """Two rows of adjudication.csv are one boundary here, and two name an incident by what it was called later."""
    rows = list(jsonl.rows(released, "adjudication"))
    counts, named = {}, []
    for document_id in released.documents["document_id"]:
        review = reviewing.opened(released, document_id)
        assert review.names == ("model-a", "model-b")
        counts[document_id] = len(review.found)
        named += reviewing.decided_before(review.found, review.names, rows)
    assert counts == {"D000": 0, "D001": 10, "D002": 1, "D003": 2, "D004": 3}
    ids = [row["adjudication_id"] if row else None for row in named]
    assert sorted(filter(None, ids)) == sorted(
        {row["adjudication_id"] for row in rows} - {"D001-A002", "D003-A001", "D003-A002"}
    )
    assert ids.count(None) == 2


def test_decisions_become_rows_under_the_next_free_ids(base: Path) -> None:
    corpus = load(base)
    first, second = record(mention(1, "Iraq")), record(mention(2, "Washington"))
    review = reviewing.Review(DOCUMENT, first, second, NAMES, KNOWN)
    every = review.found
    taken = [Decision(every[1], "second", " because\n of it ", "2.1"), Decision(every[0], "neither")]
    shared = {"document_id": "D000", "sentence_id": "D000-S003", "layer": "mentions"}
    assert reviewing.adjudicated(corpus, review, taken) == [
        {
            "adjudication_id": "D000-A002",
            **shared,
            "readings": "Only bob has the mention 'Washington' (GPE NAM).",
            "decision": "As bob: because of it",
            "rule": "2.1",
        },
        {
            "adjudication_id": "D000-A003",
            **shared,
            "readings": "Only ann has the mention 'Iraq' (GPE NAM).",
            "decision": "As neither.",
        },
    ]


def kept(root: Path, annotator: str, number: int, layers: Sequence[str] = ("mentions", "events")) -> None:
    """Keep the labels of D000 as a pass of somebody."""
    labels = jsonl.records(load(root), ["D000"])[0]
    path = f"corpus/passes/{annotator}-{number}.jsonl"
    (root / "corpus/passes").mkdir(exist_ok=True)
    made = {**labels, "annotator_id": annotator, "round": number, "guideline_version": "1.0"}
    (root / path).write_bytes(jsonl.write([made]))
    with (root / "corpus/passes.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"D000,{layer},{number},{annotator},1.0,{path}\n" for layer in layers)


def test_the_newest_round_of_two_is_compared(base: Path) -> None:
    for annotator, number in (("ann", 1), ("bob", 1), ("cyd", 2), ("ann", 2), ("ann", 3)):
        kept(base, annotator, number)
    review = reviewing.opened(load(base), "D000")
    assert (review.names, review.first["round"], review.second["round"]) == (("ann", "cyd"), 2, 2)
    assert review.found == ()


def test_a_layer_of_two_passes_is_adjudicated_when_nothing_in_it_is_undecided(base: Path) -> None:
    for annotator in ("ann", "bob"):
        kept(base, annotator, 1)
    layers = base / "corpus/layers.csv"
    text = layers.read_text(encoding="utf-8")
    for layer in ("mentions", "arguments"):
        text = text.replace(f"D000,{layer},single", f"D000,{layer},double")
    layers.write_text(text, encoding="utf-8")
    corpus = load(base)
    row = {"document_id": "D000", "layer": "mentions", "guideline_version": "1.0", "status": "adjudicated"}
    agreed = reviewing.opened(corpus, "D000")
    assert reviewing.settled(corpus, agreed) == {("D000", "mentions"): row}  # arguments have one pass
    first, second = record(mention(1, "Iraq")), record(mention(2, "Washington"))
    review = reviewing.Review(DOCUMENT, first, second, NAMES, KNOWN)
    every = [Decision(one, "first") for one in review.found]
    rows = reviewing.adjudicated(corpus, review, every)
    assert len(rows) == 2
    assert reviewing.settled(corpus, review, rows[:1]) == {}
    assert reviewing.settled(corpus, review, rows) == {("D000", "mentions"): row}
    others = reviewing.Review(DOCUMENT, first, second, ("ann", "gold"), KNOWN)
    assert reviewing.settled(corpus, others, reviewing.adjudicated(corpus, others, every)) == {}


def test_an_only_pass_is_compared_with_gold(base: Path) -> None:
    kept(base, "ann", 1)
    assert reviewing.opened(load(base), "D000").names == ("ann", "gold")
    assert reviewing.opened(load(base), "D000", "ann").names == ("ann", "gold")
    assert reviewing.opened(load(base), "D000", "gold", "ann").names == ("gold", "ann")


def test_only_layers_that_both_have_are_compared(base: Path) -> None:
    kept(base, "ann", 1)
    kept(base, "bob", 1, ["mentions"])
    path = base / "corpus/passes/bob-1.jsonl"
    made = jsonl.read(path.read_bytes(), "bob", jsonl.record_schema(load(base)))[0]
    path.write_bytes(jsonl.write([{**made, "events": [], "mentions": made["mentions"][1:]}]))
    review = reviewing.opened(load(base), "D000")
    assert review.layers == ("mentions",)
    assert [(one.layer, one.kind) for one in review.found] == [("mentions", "only first")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("D000",), "no pass of D000 is kept: name two annotators, or files of records"),
        (("D009",), "there is no document 'D009'; there is D000, D001"),
        (("D000", "gold"), "gold agrees with itself; name another annotator, a file, or gold"),
        (("D000", "nobody"), "'nobody' is no file, and no annotator whose passes are kept: none"),
    ],
)
def test_what_cannot_be_compared_is_said(base: Path, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        reviewing.opened(load(base), *arguments)
    assert str(caught.value) == message


def test_more_than_two_annotators_have_to_be_named(base: Path) -> None:
    for annotator in ("ann", "bob", "cyd"):
        kept(base, annotator, 1)
    with pytest.raises(CorpusError, match="more than two annotators have made each round of D000"):
        reviewing.opened(load(base), "D000")
    assert reviewing.opened(load(base), "D000", "cyd", "ann").names == ("cyd", "ann")


def test_a_file_without_the_document_is_said(base: Path) -> None:
    corpus = load(base)
    path = base.parent / "ann.jsonl"
    path.write_bytes(jsonl.write(jsonl.records(corpus, ["D001"])))
    with pytest.raises(CorpusError, match=r"ann\.jsonl has no record of D000; it has D001"):
        reviewing.opened(corpus, "D000", str(path))


def test_two_files_are_called_by_their_names(base: Path) -> None:
    corpus = load(base)
    labels = jsonl.records(corpus, ["D000"])
    for name in ("ann.jsonl", "bob.jsonl"):
        (base.parent / name).write_bytes(jsonl.write(labels))
    files = [str(base.parent / name) for name in ("ann.jsonl", "bob.jsonl")]
    assert reviewing.opened(corpus, "D000", *files).names == ("ann", "bob")
