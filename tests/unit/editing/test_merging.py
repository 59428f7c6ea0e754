from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tigris_corpus.editing.changes import Rows, flat
from tigris_corpus.editing.merging import (
    dropped_overlaps,
    edited,
    matched,
    merged,
    minted,
    renamed,
    settled,
)
from tigris_corpus.formats import FORMATS, Format
from tigris_corpus.formats.exchange import Answer, Argument, Document, Item, items_of
from tigris_corpus.issues import Location

AT = Location(file="D000.ann")
TEXT = "Iraq left. Iran stayed."
SENTENCES = (
    {
        "sentence_id": "D000-S001",
        "document_id": "D000",
        "start": 0,
        "end": 10,
        "zone": "body",
        "text": TEXT[:10],
    },
    {
        "sentence_id": "D000-S002",
        "document_id": "D000",
        "start": 11,
        "end": 23,
        "zone": "body",
        "text": TEXT[11:],
    },
)
IRAQ: dict[str, Any] = {
    "mention_id": "D000-M001",
    "sentence_id": "D000-S001",
    "start": 0,
    "end": 4,
    "text": "Iraq",
    "entity_type": "GPE",
    "mention_type": "NAM",
    "entity_id": "iraq",
}
LEFT: dict[str, Any] = {
    "event_id": "D000-E001",
    "sentence_id": "D000-S001",
    "trigger_start": 5,
    "trigger_end": 9,
    "trigger_text": "left",
    "event_type": "RETREAT",
    "realis": "actual",
    "polarity": "positive",
    "modes": ["withdraw"],
    "arguments": [{"role": "actor", "mention_id": "D000-M001"}],
}
RECORD = {"document_id": "D000", "mentions": [IRAQ], "events": [LEFT]}
DOCUMENT = Document("D000", "en", TEXT, SENTENCES, RECORD)
BARE = Format("bare", "spans and types", "brat", "much", ("entity_type",), None, ids=False, lossless=False)


def mention(ref: str, start: int, end: int, kind: str, name: str | None = None, **cells: Any) -> Item:
    return Item("mentions", ref, start, end, {"entity_type": kind, **cells}, AT, name, TEXT[start:end])


def answer(*items: Item) -> Answer:
    return Answer("D000", items, AT)


def result(form: Format, *items: Item, seen: list[Item] | None = None, **given: str) -> Any:
    known = seen if seen is not None else items_of(DOCUMENT)
    return edited(answer(*items), DOCUMENT, known, form, given)


def test_what_comes_back_as_it_went_out_changes_nothing() -> None:
    made = result(FORMATS["brat"], *items_of(DOCUMENT))
    assert made.rows == flat(RECORD)
    assert made.issues == ()


def test_a_format_that_carries_less_keeps_what_it_does_not_carry() -> None:
    seen = [mention("T1", 0, 4, "GPE", "D000-M001")]
    made = result(BARE, mention("T1", 0, 4, "ORG"), seen=seen)
    assert made.rows["mentions", "D000-M001"] == IRAQ | {"entity_type": "ORG"}
    assert made.rows["events", "D000-E001"] == {
        key: LEFT[key] for key in LEFT if key not in {"modes", "arguments"}
    }


def test_a_moved_span_has_its_words_and_its_sentence_from_the_text() -> None:
    items = items_of(DOCUMENT)
    made = result(FORMATS["brat"], replace(items[0], start=11, end=15, text="Iran"), items[1])
    assert made.rows["mentions", "D000-M001"] == IRAQ | {
        "sentence_id": "D000-S002",
        "start": 11,
        "end": 15,
        "text": "Iran",
    }


def test_a_cell_that_is_empty_now_is_taken_out_of_its_row() -> None:
    items = items_of(DOCUMENT)
    kept = {name: value for name, value in items[0].cells.items() if name != "entity_id"}
    made = result(FORMATS["brat"], replace(items[0], cells=kept), items[1])
    assert "entity_id" not in made.rows["mentions", "D000-M001"]


def test_a_new_row_has_the_cells_of_the_tool_and_what_was_given_for_the_rest() -> None:
    seen = [mention("T1", 0, 4, "GPE", "D000-M001")]
    made = result(
        BARE, mention("T1", 0, 4, "GPE"), mention("T2", 11, 15, "GPE"), seen=seen, mention_type="NAM"
    )
    assert made.rows["mentions", "+T2"] == {
        "mention_id": "+T2",
        "sentence_id": "D000-S002",
        "start": 11,
        "end": 15,
        "text": "Iran",
        "entity_type": "GPE",
        "mention_type": "NAM",
    }
    assert made.places["mentions", "+T2"] == AT


def test_arguments_and_modes_are_gained_and_lost_one_by_one() -> None:
    items = items_of(DOCUMENT)
    iran = mention("T2", 0, 4, "ORG")
    event = replace(items[1], modes=("ceasefire",), arguments=(Argument("recipient", "T2", AT),))
    rows = result(FORMATS["brat"], items[0], iran, event).rows
    assert {key for key in rows if key[0] in {"event_modes", "arguments"}} == {
        ("event_modes", "D000-E001", "ceasefire"),
        ("arguments", "D000-E001", "recipient", "+T2"),
    }


def test_an_event_that_goes_takes_its_modes_and_arguments_with_it() -> None:
    made = result(FORMATS["brat"], items_of(DOCUMENT)[0])
    assert list(made.rows) == [("mentions", "D000-M001")]


def test_a_mention_that_an_event_out_of_sight_needs_cannot_go_in_silence() -> None:
    made = result(BARE, seen=[mention("T1", 0, 4, "GPE", "D000-M001")])
    assert [(one.code, one.value) for one in made.issues] == [("imp.dangling-ref", "D000-M001")]
    assert "actor" in made.issues[0].message


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (mention("x", 11, 15, "ORG", "D000-M002"), "D000-M002"),  # the id tells, whatever else differs
        (mention("x", 0, 4, "GPE"), "D000-M001"),  # span and type
        (mention("x", 0, 4, "ORG"), "D000-M001"),  # span
        (mention("x", 0, 6, "GPE"), "D000-M001"),  # a span that overlaps, of one type
        (mention("x", 0, 6, "ORG"), None),
        (mention("x", 11, 15, "GPE", "D000-M009"), None),  # no id of the base
    ],
)
def test_items_are_known_by_id_then_span_then_overlap(item: Item, expected: str | None) -> None:
    seen = [mention("1", 0, 4, "GPE", "D000-M001"), mention("2", 20, 22, "PER", "D000-M002")]
    assert matched([item], seen).get(("mentions", "x")) == expected


def test_overlap_tells_nothing_where_the_tool_keeps_ids() -> None:
    seen = [mention("1", 0, 4, "GPE", "D000-M001"), mention("2", 11, 15, "GPE", "D000-M002")]
    found = [mention("x", 11, 15, "GPE", "D000-M002"), mention("y", 0, 6, "GPE")]
    assert matched(found, seen) == {("mentions", "x"): "D000-M002"}


def test_two_items_are_never_one_row() -> None:
    seen = [mention("1", 0, 4, "GPE", "D000-M001")]
    found = [mention("x", 0, 4, "GPE"), mention("y", 0, 4, "GPE")]
    assert matched(found, seen) == {("mentions", "x"): "D000-M001"}


def test_spans_that_overlap_and_are_all_gone_are_told() -> None:
    outer, inner = mention("1", 0, 9, "ORG", "D000-M001"), mention("2", 0, 4, "GPE", "D000-M002")
    alone = mention("3", 11, 15, "GPE", "D000-M003")
    assert dropped_overlaps(answer(outer, alone), [outer, inner, alone]) == [inner]
    assert dropped_overlaps(answer(outer, inner), [outer, inner, alone]) == []
    assert dropped_overlaps(answer(outer), [outer, alone]) == []


KEY: tuple[str, ...] = ("mentions", "D000-M001")


@pytest.mark.parametrize(
    ("ours", "theirs", "expected", "conflicts"),
    [
        (IRAQ, IRAQ | {"entity_type": "ORG"}, IRAQ | {"entity_type": "ORG"}, 0),
        (IRAQ | {"entity_type": "ORG"}, IRAQ, IRAQ | {"entity_type": "ORG"}, 0),
        (
            IRAQ | {"value": "1"},
            IRAQ | {"entity_type": "ORG"},
            IRAQ | {"value": "1", "entity_type": "ORG"},
            0,
        ),
        (IRAQ | {"entity_type": "ORG"}, IRAQ | {"entity_type": "ORG"}, IRAQ | {"entity_type": "ORG"}, 0),
        (IRAQ | {"entity_type": "ORG"}, IRAQ | {"entity_type": "LOC"}, IRAQ | {"entity_type": "ORG"}, 1),
        (IRAQ | {"start": 1}, IRAQ | {"end": 5}, IRAQ | {"start": 1}, 1),  # the ends of a span are one thing
        (None, IRAQ, None, 0),
        (IRAQ, None, None, 0),
        (None, IRAQ | {"end": 5}, None, 1),
        (IRAQ | {"end": 5}, None, IRAQ | {"end": 5}, 1),
    ],
)
def test_three_states_of_a_row_are_one_or_a_conflict(
    ours: dict[str, Any] | None,
    theirs: dict[str, Any] | None,
    expected: dict[str, Any] | None,
    conflicts: int,
) -> None:
    def rows(row: dict[str, Any] | None) -> dict[tuple[str, ...], dict[str, Any]]:
        return {} if row is None else {KEY: row}

    found, told = merged({KEY: IRAQ}, rows(ours), rows(theirs))
    assert found.get(KEY) == expected
    assert len(told) == conflicts
    if told:
        assert (told[0].base, told[0].ours, told[0].theirs) == (IRAQ, ours, theirs)


def test_no_document_takes_a_thing_out_of_the_registry() -> None:
    key = ("entities", "iraq")
    assert merged({key: {"entity_id": "iraq"}}, {key: {"entity_id": "iraq"}}, {}) == (
        {key: {"entity_id": "iraq"}},
        [],
    )


def test_what_both_sides_added_alike_is_one_row() -> None:
    ours: Rows = {KEY: IRAQ}
    fresh = IRAQ | {"mention_id": "+T1"}
    theirs: Rows = {
        ("mentions", "+T1"): fresh,
        ("arguments", "D000-E001", "actor", "+T1"): {
            "event_id": "D000-E001",
            "role": "actor",
            "mention_id": "+T1",
        },
    }
    rows, conflicts = settled({}, ours, theirs)
    assert conflicts == []
    assert set(rows) == {KEY, ("arguments", "D000-E001", "actor", "D000-M001")}


def test_what_both_sides_added_at_one_place_in_two_ways_is_a_conflict() -> None:
    fresh = IRAQ | {"mention_id": "+T1", "entity_type": "ORG"}
    _, conflicts = settled({}, {KEY: IRAQ}, {("mentions", "+T1"): fresh})
    assert [(one.ours, one.theirs) for one in conflicts] == [(IRAQ, fresh)]


def test_new_ids_go_on_from_the_highest_that_ever_was() -> None:
    rows: Rows = {
        ("mentions", "+b"): IRAQ | {"mention_id": "+b", "start": 11, "end": 15},
        ("mentions", "+a"): IRAQ | {"mention_id": "+a"},
        ("events", "+e"): LEFT | {"event_id": "+e"},
    }
    names = minted(rows, "D000", ["D000-M001", "D000-M012", "D001-M500", "D000-E003", "iraq"])
    assert names == {
        ("mentions", "+a"): "D000-M013",
        ("mentions", "+b"): "D000-M014",
        ("events", "+e"): "D000-E004",
    }


def test_an_id_is_renamed_wherever_it_stands() -> None:
    rows: Rows = {
        ("mentions", "+a"): IRAQ | {"mention_id": "+a"},
        ("events", "+e"): {"event_id": "+e", "source_mention_id": "+a"},
        ("event_modes", "+e", "withdraw"): {"event_id": "+e", "mode": "withdraw"},
        ("arguments", "+e", "actor", "+a"): {"event_id": "+e", "role": "actor", "mention_id": "+a"},
    }
    found = renamed(rows, {("mentions", "+a"): "D000-M002", ("events", "+e"): "D000-E002"})
    assert list(found) == [
        ("mentions", "D000-M002"),
        ("events", "D000-E002"),
        ("event_modes", "D000-E002", "withdraw"),
        ("arguments", "D000-E002", "actor", "D000-M002"),
    ]
    assert found["events", "D000-E002"]["source_mention_id"] == "D000-M002"
