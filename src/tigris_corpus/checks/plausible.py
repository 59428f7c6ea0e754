"""L5: values and dates against the words of the texts: what a slip of a digit makes improbable, and never impossible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks.rule import Check, by_code, place, rows_at, warning
from tigris_corpus.descriptor import TEXT_TABLE
from tigris_corpus.edtf import bounds
from tigris_corpus.engine.expressions import document_expr, hashed
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        5,
        "mention.value-text",
        "A year or a number that stands in the words is that of the value.",
        "mend the value, or waive the warning with the reason",
        bad='"September 2024" with the value 2042-09',
        good='"September 2024" with the value 2024-09',
    ),
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
        "event.told-twice",
        "One sentence seldom tells of one happening twice by one type of event.",
        "keep the trigger that the guidelines prefer",
        bad='"the attack" and "struck" of one sentence, both ASSAULT and one incident',
        good='"struck"',
    ),
    warning(
        5,
        "relation.sentence",
        "The sentence that states a relation names at least one of its two sides.",
        "name the sentence that states it, or leave sentence_id empty",
        bad="a relation of two parties, stated in a sentence about the weather",
        good="a relation of two parties, stated where one of them is named",
    ),
)
_YEAR = re.compile(r"(?<![0-9])(1[89][0-9]{2}|20[0-9]{2})(?![0-9])")
_DIGITS = re.compile(r"[0-9]{1,3}(?:[ ,.\u00a0\u202f][0-9]{3})+|[0-9]+")
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
}  # fmt: skip


def values(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the times and numbers whose value is not what their words say, where they say it in figures or one word."""
    table = snapshot.tables["mentions"]
    filled = table.sound.filter((pl.col("value") != "") & pl.col("entity_type").is_in(["TIME", "NUM"]))
    pairs = filled.select("entity_type", "text", "value").unique()
    wrong = [pair for pair in pairs.iter_rows() if not _agrees(*pair)]
    if not wrong:
        return
    odd = pl.DataFrame(wrong, schema=["entity_type", "text", "value"], orient="row")
    for row in rows_at(table, filled.join(odd, on=["entity_type", "text", "value"]).select(LINE)):
        message = f"the words are {row['text']!r}, and the value is {row['value']!r}"
        yield RULES["mention.value-text"].issue(place(table, row, "value"), row["value"], message)


def _agrees(kind: str, text: str, value: str) -> bool:
    """Whether a value has the year or the number that its words have, where these have just one."""
    if kind == "TIME":
        years = set(_YEAR.findall(text))
        return len(years) != 1 or bool(years & set(_YEAR.findall(value)))
    if not value.isdecimal():
        return True
    word = _WORDS.get(text.casefold())
    if word is not None:
        return int(value) == word
    found = _DIGITS.fullmatch(text)
    return found is None or re.sub("[^0-9]", "", text) == value


def dates(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events whose own time, or whose text, does not go with the date of their incident."""
    table = snapshot.tables["events"]
    dated = snapshot.sound("incidents").filter(pl.col("date") != "").select("incident_id", date="date")
    linked = table.sound.filter(pl.col("incident_id") != "").select(
        LINE, "event_id", "incident_id", "realis", "polarity"
    )
    linked = linked.join(dated, on="incident_id")
    times = snapshot.sound("arguments").filter(pl.col("role") == "time").select("event_id", "mention_id")
    told = snapshot.sound("mentions").filter(pl.col("value") != "").select("mention_id", time="value")
    timed = linked.join(times, on="event_id").join(told, on="mention_id")
    apart = _pairs(timed, "time", _are_apart)
    for row in rows_at(
        table, timed.join(apart, on=["date", "time"]).select(LINE, "date", "time").unique(LINE)
    ):
        message = f"{row['trigger_text']!r} is told with {row['time']}, and {row['incident_id']!r} is of {row['date']}"
        yield RULES["incident.event-date"].issue(
            place(table, row, "incident_id"), row["incident_id"], message
        )
    published = snapshot.documents.filter(pl.col("date_published") != "").select(
        "document_id", told="date_published"
    )
    happened = linked.filter((pl.col("realis") == "actual") & (pl.col("polarity") == "positive"))
    happened = happened.with_columns(document_id=document_expr("event_id")).join(published, on="document_id")
    later = _pairs(happened, "told", _is_after)
    for row in rows_at(table, happened.join(later, on=["date", "told"]).select(LINE, "date", "told")):
        message = (
            f"{row['incident_id']!r} is of {row['date']}, and the text that tells of it of {row['told']}"
        )
        yield RULES["incident.after-text"].issue(
            place(table, row, "incident_id"), row["incident_id"], message, fault=f"{row['incident_id']}"
        )


def _pairs(frame: pl.DataFrame, other: str, is_odd: Callable[[str, str], bool]) -> pl.DataFrame:
    """Return the pairs of an incident's date and another that do not go together."""
    odd = [pair for pair in frame.select("date", other).unique().iter_rows() if is_odd(*pair)]
    return pl.DataFrame(odd, schema={"date": pl.String, other: pl.String}, orient="row")


def _are_apart(one: str, other: str) -> bool:
    first, second = bounds(one), bounds(other)
    if first is None or second is None:
        return False
    return (first[1] or "9999") < (second[0] or "") or (second[1] or "9999") < (first[0] or "")


def _is_after(date: str, told: str) -> bool:
    happened, published = bounds(date), bounds(told)
    return bool(happened and published and (happened[0] or "") > (published[1] or "9999"))


def told_twice(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events that tell of one happening again in one sentence."""
    table = snapshot.tables["events"]
    by = ["sentence_id", "incident_id", "event_type", "realis", "polarity"]
    filled = table.sound.filter(pl.col("incident_id") != "")
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
    stated = table.sound.filter((pl.col("sentence_id") != "") & snapshot.batch.owns("sentence_id"))
    if not stated.height or len(snapshot.blank("entities")):
        return
    named = snapshot.sound("mentions").filter(pl.col("entity_id") != "").select("sentence_id", "entity_id")
    sides = stated.unpivot(
        on=["subject_id", "object_id"], index=[LINE, "sentence_id"], value_name="entity_id"
    )
    found = sides.join(named, on=["sentence_id", "entity_id"], how="semi")
    for row in rows_at(table, stated.select(LINE).join(found, on=LINE, how="anti")):
        message = f"{row['sentence_id']} names neither {row['subject_id']!r} nor {row['object_id']!r}"
        yield RULES["relation.sentence"].issue(place(table, row, "sentence_id"), row["sentence_id"], message)


CHECKS = (
    Check((RULES["mention.value-text"],), values, needs=("mentions",)),
    Check(
        (RULES["incident.event-date"], RULES["incident.after-text"]),
        dates,
        needs=("events", "incidents", "arguments", "mentions", TEXT_TABLE),
    ),
    Check((RULES["event.told-twice"],), told_twice, needs=("events",)),
    Check((RULES["relation.sentence"],), relations, needs=("entity_relations", "mentions")),
)
