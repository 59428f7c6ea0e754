from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import packages
from tigris_corpus import views
from tigris_corpus.corpus import load

if TYPE_CHECKING:
    from pathlib import Path


def rows(frame: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    """Return the rows by key, without what is missing."""
    return {
        str(row[key]): {str(name): value for name, value in row.items() if pd.notna(value)}
        for row in frame.to_dict("records")
    }


def test_an_event_is_a_record_that_stands_alone(base: Path) -> None:
    records = rows(views.event_records(load(base)), "event_id")
    assert records["D000-E001"] == {
        "event_id": "D000-E001",
        "document_id": "D000",
        "language": "en",
        "date_published": "2020-01-05",
        "date": "2020-01-03",
        "date_start": "2020-01-03",
        "date_end": "2020-01-03",
        "event_type": "ASSAULT",
        "mode": "aerial",
        "quad_class": "4",
        "realis": "actual",
        "polarity": "positive",
        "trigger_text": "killed",
        "actor": "United States",
        "actor_id": "united-states",
        "actor_country": "USA",
        "recipient": "fighters",
        "place": "Baghdad",
        "place_country": "IRQ",
        "latitude": 33.34058,
        "longitude": 44.40088,
        "killed": "2",
        "sentence_id": "D000-S002",
        "sentence": "A U.S. strike killed two fighters in Baghdad on January 3, 2020.",
        "incident_id": "baghdad-strike",
        "incident": "Strike in Baghdad",
    }
    assert records["D001-E001"]["reported_by"] == "Iraq"
    assert list(records) == ["D000-E001", "D000-E002", "D001-E001", "D001-E002"]


def test_the_date_of_an_event_is_its_incidents_else_its_time(base: Path) -> None:
    packages.set_cell(base, "corpus/incidents.csv", 2, "date", "")
    records = rows(views.event_records(load(base)), "event_id")
    assert records["D000-E001"]["date"] == "2020-01-03"
    assert "date" not in records["D001-E002"]
    assert (records["D000-E002"]["date_start"], records["D000-E002"]["date_end"]) == (
        "2020-01-04",
        "2020-01-05",
    )


def test_several_actors_stand_in_one_cell(base: Path) -> None:
    packages.set_cell(base, "corpus/arguments.csv", 8, "role", "actor")
    records = rows(views.event_records(load(base)), "event_id")
    assert records["D000-E002"]["actor"] == "Iraq; United States"
    assert records["D000-E002"]["actor_id"] == "iraq; united-states"
    assert records["D000-E002"]["actor_country"] == "IRQ; USA"


def test_an_incident_is_one_record_however_often_it_is_told(base: Path) -> None:
    records = rows(views.incident_records(load(base)), "incident_id")
    strike = records["baghdad-strike"]
    assert (strike["mentions"], strike["documents"], strike["languages"]) == (2, "D000; D001", "en; fr")
    assert (strike["actor"], strike["killed"], strike["place"], strike["happened"]) == (
        "United States",
        "2",
        "Baghdad",
        True,
    )
    assert list(records) == ["baghdad-strike", "iraqi-condemnation"]


def test_what_is_only_planned_or_denied_has_not_happened(base: Path) -> None:
    packages.set_cell(base, "corpus/events.csv", 3, "polarity", "negative")
    packages.set_cell(base, "corpus/events.csv", 4, "realis", "future")
    records = rows(views.incident_records(load(base)), "incident_id")
    assert records["iraqi-condemnation"]["happened"] is False


def test_arguments_know_their_event_and_their_entity(base: Path) -> None:
    arguments = views.event_arguments(load(base)).to_dict("records")
    assert len(arguments) == 10
    assert arguments[2] == {
        "event_id": "D000-E001",
        "document_id": "D000",
        "sentence_id": "D000-S002",
        "event_type": "ASSAULT",
        "trigger_text": "killed",
        "role": "location",
        "mention_id": "D000-M004",
        "text": "Baghdad",
        "entity_type": "GPE",
        "mention_type": "NAM",
        "value": None,
        "entity_id": "baghdad",
        "entity": "Baghdad",
        "sector": None,
        "country": "IRQ",
    }


def test_mentions_stand_in_their_context(base: Path) -> None:
    context = rows(views.mentions_in_context(load(base), width=10), "mention_id")
    baghdad = context["D000-M004"]
    assert (baghdad["left"], baghdad["text"], baghdad["right"]) == ("ghters in ", "Baghdad", " on Januar")
    assert (context["D000-M006"]["left"], context["D000-M006"]["right"]) == ("", " condemned")


def test_no_row_is_lost_or_doubled_on_the_released_corpus(released: Any) -> None:
    assert len(views.event_records(released)) == len(released.events)
    assert len(views.event_arguments(released)) == len(released.arguments)
    assert len(views.incident_records(released)) == len(released.incidents)
    assert len(views.mentions_in_context(released)) == len(released.mentions)
    joined = views.mentions_in_context(released, width=10_000)
    sentences = released.sentences.set_index("sentence_id")["text"]
    assert (joined["left"] + joined["text"] + joined["right"] == joined["sentence_id"].map(sentences)).all()


def test_an_empty_corpus_has_empty_views(base: Path) -> None:
    for path in (base / "corpus").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")
    corpus = load(base)
    for view in (
        views.event_records,
        views.incident_records,
        views.event_arguments,
        views.mentions_in_context,
    ):
        assert view(corpus).empty
