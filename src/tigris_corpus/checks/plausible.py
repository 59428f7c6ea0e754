"""L5: values and dates against the words of the texts: what a slip of a digit makes improbable, and never impossible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks import wording
from tigris_corpus.checks.rule import (
    Check,
    Stage,
    Undecidable,
    by_code,
    expect_whole,
    place,
    rows_at,
    warning,
)
from tigris_corpus.descriptor import TEXT_TABLE
from tigris_corpus.edtf import bounds
from tigris_corpus.engine.expressions import document_expr, hashed
from tigris_corpus.engine.links import found_at, rows_at_places
from tigris_corpus.engine.reader import LINE
from tigris_corpus.issues import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        5,
        "incident.event-date",
        "What a text dates otherwise than the incident is most likely another happening, or a slip in a date.",
        "mend the date of the incident or the value of the time, or link the event to another incident",
        bad='an incident of 2012 whose event is told with "in January 2021"',
        good='an incident of 2021-01 whose event is told with "in January 2021"',
    ),
    warning(
        5,
        "incident.after-text",
        "What has happened was told after it happened.",
        "mend the date of the incident or of the document, or the realis of the event",
        bad="an actual event of 2030 in a text of 2024",
        good="an actual event of 2023 in a text of 2024",
    ),
    warning(
        5,
        "incident.unreal",
        "What is only expected is an incident where several events tell of it, and where one does it is none.",
        "empty the incident of the event, and remove the incident; or link what else tells of it",
        bad="a possible withdrawal that one sentence tells of, with an incident of its own",
        good="a planned withdrawal that two sentences tell of, with one incident",
    ),
    warning(
        5,
        "incident.event-place",
        "A happening took place where its events say that it did.",
        "mend the place of the incident, or link the event to another; a town is part_of its province in entity_relations",
        bad='an incident in Anbar whose event is told with "in Babil"',
        good='an incident in Babil whose event is told with "in Babil"',
    ),
    warning(
        5,
        "event.told-twice",
        "One sentence seldom tells of one happening twice by one type of event.",
        "keep the trigger that the guidelines prefer",
        bad='"the attack" and "struck" of one sentence, both ASSAULT and one incident',
        good='"struck"',
    ),
    warning(
        5,
        "incident.date-certainty",
        "A date is as certain as the times that it comes from: the question mark of EDTF goes with it.",
        "add the question mark to the date, or take it from it, or mend the value of the time",
        bad="an incident of 2024-01-28, of which one text tells, on 2024-01-28?",
        good="an incident of 2024-01-28?, of which one text tells, on 2024-01-28?",
    ),
    warning(
        5,
        "mention.value-far",
        "A day that is called by its weekday alone is one of the days around the publication.",
        "mend the value; where all of a text are far from its date, mend the date",
        bad='"Thursday" as 2020-06-11, in a text of 2021-06-12',
        good='"Thursday" as 2020-06-11, in a text of 2020-06-12',
    ),
    warning(
        5,
        "relation.sentence",
        "The sentence that states a relation names at least one of its two sides.",
        "name the sentence that states it, or leave sentence_id empty",
        bad="a relation of two parties, stated in a sentence about the weather",
        good="a relation of two parties, stated where one of them is named",
    ),
    warning(
        5,
        "relation.denied",
        "A sentence that denies a relation does not state it.",
        "name a sentence that states the relation, or remove the row",
        bad='affiliated, by "The brigades are not tied to Hezbollah"',
        good='affiliated, by "The brigades are tied to Hezbollah"',
    ),
)


def dates(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events whose own time, or whose text, does not go with the date of their incident."""
    table = snapshot.tables["events"]
    incidents = snapshot.beside("events", "incident_id", "incidents", "date")
    published = snapshot.sound(TEXT_TABLE).select(told="date_published", text_line=LINE)
    published = rows_at_places(published, snapshot.homes("events"))
    linked = table.sound.select(LINE, "realis", "polarity", "incident_id").with_columns(
        *incidents, *published
    )
    timed = _timed(snapshot, linked)
    apart = _dated(timed, "time").filter((_HIGH < _OTHER_LOW) | (_OTHER_HIGH < _LOW))
    if apart.height:  # a value that is wrong by its words is reported as such
        apart = apart.filter(~pl.col("mention_id").is_in(wording.at_odds(snapshot, apart["mention_id"])))
    happened = linked.filter((pl.col("realis") == "actual") & (pl.col("polarity") == "positive"))
    later = _dated(happened, "told").filter(_LOW > _OTHER_HIGH)
    apart = apart.join(later, on=LINE, how="anti")  # an incident of a day to come is at odds with every time
    for row in rows_at(table, apart.select(LINE, "date", "time").unique(LINE)):
        message = f"{row['trigger_text']!r} is told with {row['time']}, and {row['incident_id']!r} is of {row['date']}"
        yield RULES["incident.event-date"].issue(
            place(table, row, "incident_id"), row["incident_id"], message
        )
    is_early = pl.col("incident_id").n_unique().over("text_line") >= _SEVERAL
    yield from _too_early(snapshot, table, later.filter(is_early))
    for row in rows_at(table, later.filter(~is_early).select(LINE, "date", "told")):
        message = (
            f"{row['incident_id']!r} is of {row['date']}, and the text that tells of it of {row['told']}"
        )
        yield RULES["incident.after-text"].issue(
            place(table, row, "incident_id"), row["incident_id"], message, fault=f"{row['incident_id']}"
        )


def _timed(snapshot: Snapshot, events: pl.DataFrame) -> pl.DataFrame:
    """Return for each time of an event the row of ``events``, which are as those of the batch, with mention_id and time."""
    is_time = snapshot.sound("arguments")["role"] == "time"
    places, mentions = (
        snapshot.places("arguments", column, target).filter(is_time)
        for column, target in (("event_id", "events"), ("mention_id", "mentions"))
    )
    values = rows_at_places(snapshot.sound("mentions"), mentions, "mention_id", time="value")
    return rows_at_places(events, places).with_columns(*values)


_SEVERAL = 3


def _too_early(snapshot: Snapshot, table: Table, later: pl.DataFrame) -> Iterator[Issue]:
    """Yield the documents that tell of several incidents of a later day: it is their own date that is wrong."""
    texts = snapshot.tables[TEXT_TABLE]
    rows = texts.by_number(later["text_line"])
    for number, row in sorted(rows.items()):
        events = rows_at(table, later.filter(pl.col("text_line") == number).select(LINE))
        related = [place(table, event, "incident_id") for event in events]
        at, date = place(texts, row, "date_published"), row["date_published"]
        message = f"the text is of {date}, and {len(related)} of its events are of incidents of a later day"
        yield RULES["incident.after-text"].issue(at, date, message, related=related[:KEPT])


_LOW, _HIGH, _OTHER_LOW, _OTHER_HIGH = map(pl.col, ("low", "high", "other_low", "other_high"))


def _dated(frame: pl.DataFrame, other: str) -> pl.DataFrame:
    """Return the rows with both dates, and the first and the last day of each: low and high, other_low and other_high."""
    both = frame.filter((pl.col("date") != "") & (pl.col(other) != ""))
    return both.with_columns(*_days(both["date"]), *_days(both[other]).select(pl.all().name.prefix("other_")))


def _days(dates: pl.Series) -> pl.DataFrame:
    """Return the first and the last day of dates, each looked at once; what is open has no end, and no date has neither."""
    distinct = dates.unique()
    found = [bounds(date) for date in distinct]
    days = {
        "low": [days and (days[0] or "") for days in found],
        "high": [days and (days[1] or "9999") for days in found],
    }
    known = pl.DataFrame(days, schema=dict.fromkeys(days, pl.String))
    places = found_at(dates.alias("date").to_frame(), "date", distinct.alias("date").to_frame(), "date")
    return rows_at_places(known, places)


_FAR = 100
"""In days."""


def weekdays(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the times called by a weekday alone that are far from the date of their text, or that date if all are."""
    table, documents = snapshot.tables["mentions"], snapshot.tables[TEXT_TABLE]
    value, text = pl.col("value"), pl.col("text")
    is_time = (pl.col("entity_type") == "TIME") & value.str.len_bytes().is_between(10, 11)
    times = table.sound.select(LINE, "text", "value", is_time=is_time, home=snapshot.homes("mentions"))
    is_named = text.str.contains_any([*wording.WEEKDAYS], ascii_case_insensitive=True)
    named = times.filter("is_time").filter(is_named & ~text.str.contains("[0-9]{4}")).drop_nulls("home")
    published = documents.sound["date_published"].gather(named["home"])
    of_month = published.str.head(7) == named["value"].str.head(7)
    if of_month.all():  # as nearly always
        return
    day, low, high = (
        pl.col(name).str.head(10).str.to_date("%Y-%m-%d", strict=False) for name in ("value", "low", "high")
    )
    away = pl.max_horizontal(low - day, day - high).dt.total_days()
    held = named.with_columns(*_days(published)).with_columns(is_far=away > _FAR).drop_nulls("is_far")
    if not held["is_far"].any():
        return
    every = held.group_by("home").agg(pl.col("is_far").all(), count=pl.len())
    wrong = every.filter(pl.col("is_far") & (pl.col("count") > 1))["home"]
    for row in rows_at(documents, documents.sound.select(LINE)[wrong]):
        message = f"the text is of {row['date_published']}, and the days that it calls by their weekdays are not near"
        at = place(documents, row, "date_published")
        yield RULES["mention.value-far"].issue(at, row["date_published"], message)
    for row in rows_at(
        table, held.filter(pl.col("is_far") & ~pl.col("home").is_in(wrong.implode())).select(LINE)
    ):
        message = f"{row['text']!r} is {row['value']}, far from the publication of its text"
        yield RULES["mention.value-far"].issue(place(table, row, "value"), row["value"], message)


_EXPECTED = {"incident_id": pl.String, "realis": pl.String}
_PLACED = {"incident": pl.UInt64, "entity_id": pl.String}


def expected(snapshot: Snapshot) -> pl.DataFrame:
    """Return the events of a batch that are not actual and have an incident: columns incident_id and realis."""
    if not snapshot.readable("events"):
        return pl.DataFrame(schema=_EXPECTED)
    is_expected = (pl.col("realis") != "actual") & (pl.col("incident_id") != "")
    return snapshot.sound("events").filter(is_expected).select("incident_id", "realis")


def unreal(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the incidents that one event alone tells of, which is not actual."""
    told = snapshot.census.remembered("plausible.unreal", _EXPECTED)
    if not told.height:
        return
    once = snapshot.census.used("events", "incident_id").filter(pl.col("count") == 1)
    table = snapshot.tables["incidents"]
    alone = told.join(once, left_on="incident_id", right_on="value")
    for row in rows_at(table, table.sound.join(alone, on="incident_id").select(LINE, "realis")):
        message = f"one event alone tells of {row['incident_id']!r}, and it is {row['realis']}"
        yield RULES["incident.unreal"].issue(place(table, row), row["incident_id"], message)
    if not snapshot.whole("events") or snapshot.may_lack_rows:
        raise Undecidable("rows of events are missing or in doubt")


def places(snapshot: Snapshot) -> pl.DataFrame:
    """Return where the events of a batch take place that have an incident with a place: incident, hashed, and entity_id.

    Of an incident that has one of its events in its own place there is one row, without entity; what is hit is a place
    as well, where it is the incident's.
    """
    if not snapshot.readable("events", "arguments", "mentions"):
        return pl.DataFrame(schema=_PLACED)
    placed = _located(snapshot, "location")
    is_own = pl.col("entity_id") == pl.col("location_id")
    own = placed.filter(is_own)["incident"].unique()
    apart = placed.filter(~pl.col("incident").is_in(own.implode()))
    if apart.height:
        hit = _located(snapshot, "recipient").filter(pl.col("incident").is_in(apart["incident"].implode()))
        own = pl.concat([own, hit.filter(is_own)["incident"].unique()])
        apart = apart.filter(~pl.col("incident").is_in(own.implode()))
    told = own.to_frame().with_columns(entity_id=pl.lit(""))
    return pl.concat([told, apart.select("incident", "entity_id")]).unique()


def _located(snapshot: Snapshot, role: str) -> pl.DataFrame:
    """Return the entities that fill a role, with the incidents of their events that have a place: incident, location_id, entity_id."""
    is_so = snapshot.sound("arguments")["role"] == role
    events = snapshot.places("arguments", "event_id", "events").filter(is_so)
    mentions = snapshot.places("arguments", "mention_id", "mentions").filter(is_so)
    incidents = snapshot.places("events", "incident_id", "incidents").gather(events)
    located = rows_at_places(snapshot.sound("incidents"), incidents, "incident_id", "location_id")
    linked = rows_at_places(snapshot.sound("mentions"), mentions, "entity_id")
    filled = located.select("location_id", incident=hashed(["incident_id"])).with_columns(*linked)
    return filled.filter((pl.col("location_id") != "") & (pl.col("entity_id") != ""))


def event_places(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the incidents whose place is none of those that their events name, nor a part of one or one that is."""
    expect_whole(snapshot, "events", "arguments", "mentions")
    told = snapshot.census.remembered("plausible.event_places", _PLACED)
    table = snapshot.tables["incidents"]
    own = told.filter(pl.col("entity_id") == "")["incident"]
    apart = told.filter(~pl.col("incident").is_in(own.implode()))
    located = table.sound.select("incident_id", "location_id", incident=hashed(["incident_id"]))
    apart = (
        apart.join(located, on="incident")
        if apart.height
        else located.clear().with_columns(entity_id=pl.lit(""))
    )
    wholes: dict[str, set[str]] = {}
    parts = snapshot.sound("entity_relations").filter(pl.col("relation") == "part_of")
    for subject, other in parts.select("subject_id", "object_id").iter_rows() if apart.height else ():
        wholes.setdefault(subject, set()).add(other)
    named: dict[tuple[str, str], list[str]] = {}
    for incident, location, entity in apart.select("incident_id", "location_id", "entity_id").iter_rows():
        named.setdefault((incident, location), []).append(entity)
    wrong = [
        (incident, " and ".join(sorted(entities)[:3]))
        for (incident, location), entities in named.items()
        if not any(_are_nested(location, entity, wholes) for entity in entities)
    ]
    frame = pl.DataFrame(wrong, schema={"incident_id": pl.String, "told": pl.String}, orient="row")
    for row in rows_at(table, table.sound.join(frame, on="incident_id").select(LINE, "told")):
        message = f"{row['incident_id']!r} is in {row['location_id']!r}, and its events are told to be in {row['told']}"
        at = place(table, row, "location_id")
        yield RULES["incident.event-place"].issue(at, row["location_id"], message)


def _are_nested(one: str, other: str, wholes: dict[str, set[str]]) -> bool:
    return _is_within(one, other, wholes) or _is_within(other, one, wholes)


def _is_within(one: str, other: str, wholes: dict[str, set[str]]) -> bool:
    """Whether a place is another, or a part of it by way of any number of relations."""
    pending, seen = [one], {one}
    while pending:
        here = pending.pop()
        if here == other:
            return True
        more = wholes.get(here, set()) - seen
        seen |= more
        pending += more
    return False


_SURE = {"incident_id": pl.String, "date": pl.String, "is_unsure": pl.Boolean}


def times(snapshot: Snapshot) -> pl.DataFrame:
    """Return the events of a batch whose own time is the date of their incident, but for a question mark: what each has."""
    if not snapshot.readable("events", "arguments", "mentions", "incidents", TEXT_TABLE):
        return pl.DataFrame(schema=_SURE)
    dated = snapshot.beside("events", "incident_id", "incidents", "date")
    texts = rows_at_places(snapshot.sound(TEXT_TABLE), snapshot.homes("events"), "date_basis")
    linked = snapshot.sound("events").select("incident_id").with_columns(*dated, *texts)
    timed = _timed(snapshot, linked)
    date, time = (pl.col(name).str.replace_all("[?~]", "") for name in ("date", "time"))
    is_unsure = pl.col("time").str.contains("?", literal=True)
    is_odd = is_unsure & (pl.col("date_basis") == "stated")  # which is reported as such
    same = timed.filter((date == time) & (date != "") & ~is_odd)
    return same.select("incident_id", "date", is_unsure=is_unsure).unique()


_AT_ONCE = 3
"""So many dates of one fault were most likely changed in one go."""


def certain(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the incidents whose date is certain where all times that it comes from are not, or the other way round."""
    expect_whole(snapshot, "events", "arguments", "mentions")
    told = snapshot.census.remembered("plausible.certain", _SURE)
    table = snapshot.tables["incidents"]
    single = told.unique().filter(~pl.col("incident_id").is_duplicated())
    odd = single.filter(pl.col("date").str.contains("?", literal=True) != pl.col("is_unsure"))
    found = table.sound.join(odd, on="incident_id").select(LINE, "is_unsure")
    fault = "?" if found.height >= _AT_ONCE else None
    for row in rows_at(table, found):
        sure = "is uncertain" if row["is_unsure"] else "is certain"
        message = f"the date of {row['incident_id']!r} is {row['date']}, and every time it comes from {sure}"
        at = place(table, row, "date")
        yield RULES["incident.date-certainty"].issue(at, row["date"], message, fault=fault)


def told_twice(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events that tell of one happening again in one sentence."""
    table = snapshot.tables["events"]
    by = ["sentence_id", "incident_id", "event_type", "realis", "polarity"]
    filled = table.sound.select(LINE, *by).filter(pl.col("incident_id") != "")
    filled = filled.filter(hashed(by[:2]).is_duplicated())
    doubled = filled.select(LINE, mark=hashed(by)).filter(pl.col("mark").is_duplicated())
    firsts: dict[int, dict[str, object]] = {}
    for row in rows_at(table, doubled):
        first = firsts.setdefault(row["mark"], row)
        if first is not row:
            message = f"{row['trigger_text']!r} tells of {row['incident_id']!r} as {first['event_id']} does"
            at, related = place(table, row, "incident_id"), (place(table, first),)
            yield RULES["event.told-twice"].issue(at, row["incident_id"], message, related=related)


def relations(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the relations stated in a sentence that names neither side."""
    table = snapshot.tables["entity_relations"]
    every = table.sound.filter((pl.col("sentence_id") != "") & snapshot.batch.owns("sentence_id"))
    document = document_expr("sentence_id")
    blank, doubtful = snapshot.blank("entities"), sorted(snapshot.doubtful("mentions", "sentences"))
    stated = every.filter(~document.is_in(blank.implode()) & ~document.is_in(doubtful))
    if not stated.height or any(snapshot.tables[name].lost for name in ("mentions", "sentences")):
        stated = stated.clear()  # the mention that is missed may be in a line that was lost
    sentences = found_at(stated, "sentence_id", snapshot.sound("sentences"), "sentence_id")
    is_asked = snapshot.places("mentions", "sentence_id", "sentences").is_in(sentences.implode())
    named = snapshot.sound("mentions").filter(is_asked)
    sides = stated.unpivot(
        on=["subject_id", "object_id"], index=[LINE, "sentence_id"], value_name="entity_id"
    )
    found = sides.join(named, on=["sentence_id", "entity_id"], how="semi")
    for row in rows_at(table, stated.select(LINE).join(found, on=LINE, how="anti")):
        message = f"{row['sentence_id']} names neither {row['subject_id']!r} nor {row['object_id']!r}"
        yield RULES["relation.sentence"].issue(place(table, row, "sentence_id"), row["sentence_id"], message)
    texts = snapshot.sound("sentences")[sentences.drop_nulls().unique()]
    yield from _denied(snapshot, found.join(named, on=["sentence_id", "entity_id"]), texts)
    if stated.height < every.filter(~document.is_in(blank.implode())).height:
        raise Undecidable("rows of mentions are missing or in doubt")


_NEAR = 40
_HINTS = [
    "not",
    "n't",
    "n’t",
    "never",
    "no longer",
    "deny",
    "denie",
    " pas",
    " plus",
    "jamais",
    "aucun",
    "nie",
    "nié",
    "dément",
]
_DENIAL = (
    r"(?i)\b(?:not|never|no longer|den(?:y|ies|ied))\b|n['’]t\b"
    r"|\b(?:ne |n['’])\S+ (?:\S+ )?(?:pas|plus|jamais|aucun\w*)\b|\b(?:nie|nient|nié|dément|démenti)\b"
)


def _denied(snapshot: Snapshot, named: pl.DataFrame, texts: pl.DataFrame) -> Iterator[Issue]:
    """Yield the relations of which the words before the later of their sides deny something.

    ``named`` has a row for each mention of a side in the sentence of a relation: its line, start and end. ``texts`` are
    these sentences.
    """
    hinted = texts.filter(pl.col("text").str.contains_any(_HINTS, ascii_case_insensitive=True))
    denials = hinted.filter(pl.col("text").str.contains(_DENIAL))
    if not denials.height:
        return
    spans = named.select(LINE, "sentence_id", "entity_id", "start", "end").sort("start", maintain_order=True)
    spans = spans.join(denials.select("sentence_id", s_start="start", s_text="text"), on="sentence_id")
    last = spans.unique(LINE, keep="last", maintain_order=True).drop("end")
    other = spans.select(LINE, "end", other="entity_id").join(last, on=LINE)
    is_before = (pl.col("other") != pl.col("entity_id")) & (pl.col("end") <= pl.col("start"))
    at, end = pl.col("start") - pl.col("s_start"), pl.col("end") - pl.col("s_start")
    begun = other.filter(is_before).group_by(LINE).agg(pl.col("end").max())
    placed = last.join(begun, on=LINE, how="left").select(
        LINE, "s_text", at=at, begin=pl.max_horizontal(at - _NEAR, end, pl.lit(0))
    )
    between = pl.col("s_text").str.slice("begin", pl.col("at") - pl.col("begin"))
    table = snapshot.tables["entity_relations"]
    for row in rows_at(table, placed.filter(between.str.contains(_DENIAL)).select(LINE)):
        message = (
            f"{row['sentence_id']} denies something between {row['subject_id']!r} and {row['object_id']!r}"
        )
        yield RULES["relation.denied"].issue(place(table, row, "sentence_id"), row["sentence_id"], message)


CHECKS = (
    Check(
        (RULES["incident.event-date"], RULES["incident.after-text"]),
        dates,
        needs=("events", "incidents", "arguments", "mentions", "sentences", TEXT_TABLE),
    ),
    Check(
        (RULES["incident.unreal"],),
        unreal,
        needs=("incidents",),
        stages=(Stage.CORPUS,),
        remember=expected,
    ),
    Check(
        (RULES["incident.event-place"],),
        event_places,
        needs=("incidents", "entity_relations"),
        stages=(Stage.CORPUS,),
        remember=places,
    ),
    Check(
        (RULES["incident.date-certainty"],),
        certain,
        needs=("incidents",),
        stages=(Stage.CORPUS,),
        remember=times,
    ),
    Check((RULES["mention.value-far"],), weekdays, needs=("mentions", TEXT_TABLE)),
    Check((RULES["event.told-twice"],), told_twice, needs=("events",)),
    Check(
        (RULES["relation.sentence"], RULES["relation.denied"]),
        relations,
        needs=("entity_relations", "mentions", "sentences"),
    ),
)
