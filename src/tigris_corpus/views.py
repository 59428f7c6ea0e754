"""Joined tables that people want at once. Each is made from a corpus and stored nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tigris_corpus.edtf import bounds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tigris_corpus.corpus import Corpus

SEPARATOR = "; "
"""What stands between several values of one cell, as in POLECAT."""

PARTIES = ("actor", "recipient")
NUMBERS = ("killed", "injured", "count")
"""The roles of whoever takes part in an event, and of what is counted in it."""


def event_arguments(corpus: Corpus) -> pd.DataFrame:
    """Return one row an argument, in the order of the table of arguments.

    Columns: event_id, document_id, sentence_id, event_type, trigger_text, role, mention_id, text, entity_type,
    mention_type, value, entity_id, entity, sector, country.
    """
    events = corpus.events[["event_id", "sentence_id", "event_type", "trigger_text"]]
    mentions = corpus.mentions[["mention_id", "text", "entity_type", "mention_type", "value", "entity_id"]]
    entities = corpus.entities[["entity_id", "name", "sector", "country"]].rename(columns={"name": "entity"})
    joined = (
        corpus.arguments.merge(events, on="event_id", how="left")
        .merge(corpus.sentences[["sentence_id", "document_id"]], on="sentence_id", how="left")
        .merge(mentions, on="mention_id", how="left")
        .merge(entities, on="entity_id", how="left")
    )
    return joined[
        [
            "event_id",
            "document_id",
            "sentence_id",
            "event_type",
            "trigger_text",
            "role",
            "mention_id",
            "text",
            "entity_type",
            "mention_type",
            "value",
            "entity_id",
            "entity",
            "sector",
            "country",
        ]
    ]


def mentions_in_context(corpus: Corpus, width: int = 60) -> pd.DataFrame:
    """Return one row a mention with the text around it in its sentence, at most ``width`` code points a side.

    Columns: mention_id, document_id, language, sentence_id, left, text, right, start, end (code points into the
    document), entity_type, mention_type, value, entity_id, entity.
    """
    entities = corpus.entities[["entity_id", "name"]].rename(columns={"name": "entity"})
    sentences = corpus.sentences[["sentence_id", "document_id", "start", "text"]]
    sentences = sentences.rename(columns={"start": "sentence_start", "text": "sentence"})
    joined = (
        corpus.mentions.merge(sentences, on="sentence_id", how="left")
        .merge(corpus.documents[["document_id", "language"]], on="document_id", how="left")
        .merge(entities, on="entity_id", how="left")
    )
    spans = zip(joined["sentence"], joined["start"], joined["end"], joined["sentence_start"], strict=True)
    sides = [(str(text)[: start - origin], str(text)[end - origin :]) for text, start, end, origin in spans]
    joined["left"] = pd.array([left[-width:] if width else "" for left, _ in sides], dtype="string")
    joined["right"] = pd.array([right[:width] for _, right in sides], dtype="string")
    return joined[
        [
            "mention_id",
            "document_id",
            "language",
            "sentence_id",
            "left",
            "text",
            "right",
            "start",
            "end",
            "entity_type",
            "mention_type",
            "value",
            "entity_id",
            "entity",
        ]
    ]


def event_records(corpus: Corpus) -> pd.DataFrame:
    """Return one row an event mention, in the shape that users of POLECAT, ICEWS and ACLED know.

    Columns: event_id, document_id, language, date_published, date (the incident's, else that of the time argument,
    as EDTF), date_start and date_end (its first and last day, ISO 8601), event_type, mode, quad_class, realis,
    polarity, trigger_text; for actor and recipient: the names of the entities, or the text where nothing is linked
    (actor), their ids (actor_id), countries (actor_country) and sectors (actor_sector); reported_by (who says so),
    place, place_country, latitude and longitude (degrees); killed, injured, count (values, or the names of victims);
    sentence_id, sentence, incident_id, incident. Several values of one cell stand in the order of the text with
    ``SEPARATOR`` between them.
    """
    arguments = event_arguments(corpus)
    events = corpus.events.merge(
        corpus.sentences[["sentence_id", "document_id", "text"]].rename(columns={"text": "sentence"}),
        on="sentence_id",
        how="left",
    )
    events = events.merge(
        corpus.documents[["document_id", "language", "date_published"]], on="document_id", how="left"
    ).merge(_quad_classes(corpus), on="event_type", how="left")
    incidents = corpus.incidents[["incident_id", "name", "date", "location_id"]].rename(
        columns={"name": "incident"}
    )
    events = events.merge(incidents, on="incident_id", how="left").set_index("event_id", drop=False)
    events["mode"] = _listed(corpus.event_modes, "event_id", "mode").reindex(events.index)
    for role in PARTIES:
        _add_party(events, arguments, role)
    _add_numbers(events, arguments)
    events["date"] = events["date"].fillna(
        _listed(_of_role(arguments, "time"), "event_id", "value", first=True)
    )
    _add_days(events)
    _add_place(corpus, events, arguments)
    events["reported_by"] = events["source_mention_id"].map(_who(corpus)).astype("string")
    return events[list(RECORD)].reset_index(drop=True)


_PARTY_COLUMNS = [f"{role}{suffix}" for role in PARTIES for suffix in ("", "_id", "_country", "_sector")]
_PLACE = ["place", "place_country", "latitude", "longitude"]
RECORD = (
    "event_id",
    "document_id",
    "language",
    "date_published",
    "date",
    "date_start",
    "date_end",
    "event_type",
    "mode",
    "quad_class",
    "realis",
    "polarity",
    "trigger_text",
    *_PARTY_COLUMNS,
    "reported_by",
    *_PLACE,
    *NUMBERS,
    "sentence_id",
    "sentence",
    "incident_id",
    "incident",
)
"""The columns of ``event_records``, in their order."""


def incident_records(corpus: Corpus) -> pd.DataFrame:
    """Return one row an incident, with the arguments of all its mentions merged, so that nothing is counted twice.

    Columns: incident_id, incident, event_type, quad_class, extent, part_of, date (EDTF), date_start and date_end (ISO
    8601 days), mode, the columns of actor and recipient as in ``event_records``, place, place_country, latitude,
    longitude, killed, injured, count (every distinct value that is told, which may contradict each other), happened
    (whether any mention is actual and positive: what is only planned, feared or denied has not), mentions (how many
    event mentions tell of it), documents and languages (those that do). A part and the series it is part of are rows
    of their own: count one or the other.
    """
    told = corpus.events[["event_id", "incident_id", "sentence_id", "realis", "polarity"]]
    told = told.dropna(subset=["incident_id"])
    told = told.merge(corpus.sentences[["sentence_id", "document_id"]], on="sentence_id", how="left")
    told = told.merge(corpus.documents[["document_id", "language"]], on="document_id", how="left")
    arguments = event_arguments(corpus).merge(told[["event_id", "incident_id"]], on="event_id")
    records = corpus.incidents.rename(columns={"name": "incident"}).merge(
        _quad_classes(corpus), on="event_type", how="left"
    )
    records = records.set_index("incident_id", drop=False)
    modes = corpus.event_modes.merge(told[["event_id", "incident_id"]], on="event_id")
    records["mode"] = _listed(modes, "incident_id", "mode").reindex(records.index)
    for role in PARTIES:
        _add_party(records, arguments, role, by="incident_id")
    _add_numbers(records, arguments, by="incident_id")
    _add_days(records)
    _add_place(corpus, records, arguments, by="incident_id")
    actual = told[(told["realis"] == "actual") & (told["polarity"] == "positive")]
    records["happened"] = records["incident_id"].isin(actual["incident_id"]).astype("boolean")
    records["mentions"] = (
        told.groupby("incident_id").size().reindex(records.index, fill_value=0).astype("Int64")
    )
    records["documents"] = _listed(told, "incident_id", "document_id").reindex(records.index)
    records["languages"] = _listed(told, "incident_id", "language").reindex(records.index)
    columns = ["incident_id", "incident", "event_type", "quad_class", "extent", "part_of"]
    columns += ["date", "date_start", "date_end", "mode", *_PARTY_COLUMNS, *_PLACE, *NUMBERS]
    return records[[*columns, "happened", "mentions", "documents", "languages"]].reset_index(drop=True)


def _quad_classes(corpus: Corpus) -> pd.DataFrame:
    """Return event_type and quad_class, with event types as the categories that events have."""
    types = corpus.event_types[["event_type", "quad_class"]]
    return types.assign(event_type=types["event_type"].astype(corpus.events["event_type"].dtype))


def _of_role(arguments: pd.DataFrame, role: str) -> pd.DataFrame:
    return arguments[arguments["role"] == role]


def _listed(frame: pd.DataFrame, key: str, column: str, *, first: bool = False) -> pd.Series[str]:
    """Return the distinct values of a column by key, in order of appearance, as one text each."""
    filled = frame[[key, column]].dropna().astype("string").drop_duplicates()
    grouped = filled.groupby(key, sort=False)[column]
    return grouped.first() if first else grouped.agg(_joined).astype("string")


def _joined(values: Iterable[str]) -> str:
    return SEPARATOR.join(values)


def _add_party(records: pd.DataFrame, arguments: pd.DataFrame, role: str, by: str = "event_id") -> None:
    party = _of_role(arguments, role)
    party = party.assign(named=party["entity"].fillna(party["text"]))
    for suffix, column in (
        ("", "named"),
        ("_id", "entity_id"),
        ("_country", "country"),
        ("_sector", "sector"),
    ):
        records[role + suffix] = _listed(party, by, column).reindex(records.index)


def _add_numbers(records: pd.DataFrame, arguments: pd.DataFrame, by: str = "event_id") -> None:
    """Add killed, injured and count: the value of a number, or the name of a victim."""
    for role in NUMBERS:
        filled = _of_role(arguments, role)
        values = filled.assign(value=filled["value"].fillna(filled["entity"]).fillna(filled["text"]))
        records[role] = _listed(values, by, "value").reindex(records.index)


def _add_days(records: pd.DataFrame) -> None:
    """Add the first and the last day of the column ``date``; an open or an unknown end is missing."""
    days = [(bounds(date) if isinstance(date, str) else None) or (None, None) for date in records["date"]]
    records["date_start"] = pd.array([start for start, _ in days], dtype="string")
    records["date_end"] = pd.array([end for _, end in days], dtype="string")


def _add_place(corpus: Corpus, records: pd.DataFrame, arguments: pd.DataFrame, by: str = "event_id") -> None:
    """Add the place of the incident, else the first place that the arguments name."""
    told = _listed(_of_role(arguments, "location"), by, "entity_id", first=True).reindex(records.index)
    place = records["location_id"].fillna(told)
    entities = corpus.entities.set_index("entity_id")
    for column, source in zip(_PLACE, ("name", "country", "latitude", "longitude"), strict=True):
        records[column] = place.map(entities[source]).astype(entities[source].dtype)


def _who(corpus: Corpus) -> pd.Series[str]:
    """Return the name of the entity of each mention, or its text where it is linked to none, by mention id."""
    mentions = corpus.mentions.set_index("mention_id")
    names = corpus.entities.set_index("entity_id")["name"]
    return mentions["entity_id"].map(names).astype("string").fillna(mentions["text"])
