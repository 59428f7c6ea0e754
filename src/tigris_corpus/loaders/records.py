"""``views.event_records``, a column at a time: the same rows and values, made for corpora of thousands of documents.

What the columns mean is said there; a test holds both to be equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tigris_corpus.edtf import bounds
from tigris_corpus.loaders.tables import DOCUMENT, PLACE, rows_of
from tigris_corpus.views import NUMBERS, PARTIES, RECORD, SEPARATOR

if TYPE_CHECKING:
    from tigris_corpus.loaders.tables import Tables

_DAYS = {"date": pl.String, "date_start": pl.String, "date_end": pl.String}


def event_records(tables: Tables) -> pl.DataFrame:
    """Return one row an event, with the columns and the values of ``views.event_records``, and document."""
    events = tables.events
    places = tables.at(events[PLACE], tables.sentences)
    sentences = tables.sentences.select("document_id", "language", sentence="text")
    documents = tables.documents.select(DOCUMENT, "date_published")
    types = tables.of("event_types", "event_type", "quad_class")
    incidents = tables.of("incidents", "incident_id", "date", "location_id", "name").rename(
        {"name": "incident"}
    )
    found = events.hstack(
        [
            *sentences.select(pl.all().gather(places)),
            *_found(events[DOCUMENT], documents),
            *_found(events["event_type"].cast(pl.String), types),
            *_found(events["incident_id"], incidents),
            *_told(tables),
        ]
    ).with_columns(
        pl.coalesce("date", "told").alias("date"), pl.coalesce("location_id", "spot").alias("spot")
    )
    spots = tables.of("entities").select(
        "entity_id", "latitude", "longitude", place="name", place_country="country"
    )
    return found.hstack([*_found(found["date"], _days(found["date"])), *_found(found["spot"], spots)]).select(
        DOCUMENT, *RECORD
    )


def _told(tables: Tables) -> list[pl.Series]:
    """Return what the modes, the arguments and the sources of events say: a column each, as long as the events."""
    events, entities = tables.events, tables.of("entities")
    arguments = tables.arguments.select("event", "role", "mention_id")
    mentions = _of_mentions(
        pl.concat([arguments["mention_id"], events["source_mention_id"]]), tables, entities
    )
    fillers = arguments.hstack(mentions.head(arguments.height))
    columns = [_listed(events.height, tables.modes["event"], tables.modes["mode"].cast(pl.String), "mode")]
    for role in PARTIES:
        party = fillers.filter(pl.col("role") == role)
        for suffix, values in (
            ("", _named(party, entities)),
            ("_id", party["entity_id"]),
            ("_country", entities["country"].gather(party["entity"])),
            ("_sector", entities["sector"].cast(pl.String).gather(party["entity"])),
        ):
            columns.append(_listed(events.height, party["event"], values, f"{role}{suffix}"))
    for role in NUMBERS:
        party = fillers.filter(pl.col("role") == role)
        values = party["value"].zip_with(party["value"].is_not_null(), _named(party, entities))
        columns.append(_listed(events.height, party["event"], values, role))
    for role, column, name in (("time", "value", "told"), ("location", "entity_id", "spot")):
        party = fillers.filter(pl.col("role") == role)
        columns.append(_first(events.height, party["event"], party[column], name))
    return [*columns, _named(mentions.tail(events.height), entities).alias("reported_by")]


def _of_mentions(ids: pl.Series, tables: Tables, entities: pl.DataFrame) -> pl.DataFrame:
    """Return the text, value, entity_id and entity (its row) of mentions by their ids; null where there is none."""
    columns = _found(ids, tables.of("mentions", "mention_id", "text", "value", "entity_id"))
    return pl.DataFrame([*columns, rows_of(columns[-1], entities["entity_id"]).alias("entity")])


def _named(rows: pl.DataFrame, entities: pl.DataFrame) -> pl.Series:
    """Return the name of the entity of each mention, else its text."""
    names = entities["name"].gather(rows["entity"])
    return names.zip_with(names.is_not_null(), rows["text"])


def _found(keys: pl.Series, rows: pl.DataFrame) -> list[pl.Series]:
    """Return the columns of the row of each key, which is the first column of ``rows``; null where there is none."""
    first, *others = rows.get_columns()
    places = rows_of(keys, first)
    return [column.gather(places) for column in others]


def _listed(height: int, events: pl.Series, values: pl.Series, name: str) -> pl.Series:
    """Return a column for all events: the distinct values of each, in their order, as one text; null where it has none."""
    is_filled = values.is_not_null()
    events, values = events.filter(is_filled), values.filter(is_filled)
    column = pl.Series(name, [None], dtype=pl.String).new_from_index(0, height).scatter(events, values)
    is_one_of_many = pl.Series(np.bincount(events, minlength=1) > 1).gather(events)
    if not is_one_of_many.any():
        return column
    many = pl.DataFrame({"event": events, "value": values}).filter(is_one_of_many).unique(maintain_order=True)
    joined = many.group_by("event").agg(pl.col("value").str.join(SEPARATOR))
    return column.scatter(joined["event"], joined["value"])


def _first(height: int, events: pl.Series, values: pl.Series, name: str) -> pl.Series:
    """Return a column for all events: the first value of each; null where it has none."""
    filled = pl.DataFrame({"event": events, "value": values}).drop_nulls()
    first = filled.group_by("event").agg(pl.col("value").first())
    empty = pl.Series(name, [None], dtype=pl.String).new_from_index(0, height)
    return empty.scatter(first["event"], first["value"])


def _days(dates: pl.Series) -> pl.DataFrame:
    """Return the first and the last day of each date; an open or an unknown end is missing."""
    rows = [(date, *(bounds(date) or (None, None))) for date in dates.unique().drop_nulls()]
    return pl.DataFrame(rows, schema=_DAYS, orient="row")
