"""L5: events against what their types permit, and against the mentions and incidents they refer to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks.rule import (
    Check,
    Undecidable,
    by_code,
    error,
    place,
    rows_at,
    warning,
)
from tigris_corpus.checks.spans import RULES as SPAN_RULES
from tigris_corpus.descriptor import nearest
from tigris_corpus.engine.expressions import document_expr, hashed, is_one_of, same_documents
from tigris_corpus.engine.links import rows_at_places
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        5,
        "event.no-incident",
        "Every actual event belongs to an incident, so that happenings can be counted once: a denied one to what it denies.",
        "name its incident; add one where there is none",
        bad="actual, and no incident_id",
        good="actual, soleimani-killing",
    ),
    error(
        5,
        "event.incident-type",
        "The mentions of one happening are of one type, which is the incident's.",
        "mend the type of the event or of the incident, or give the event another incident",
        bad="an AID event of an ASSAULT incident",
        good="an ASSAULT event of an ASSAULT incident",
        blames=("events", "incident_id"),
    ),
    error(
        5,
        "event.generic-incident",
        "A generic event stands for no happening, and would be counted as one.",
        "empty incident_id, or mend the realis of the event",
        bad="attacks of this kind, generic, in the incident erbil-attack-2021",
        good="attacks of this kind, generic, in no incident",
    ),
    warning(
        5,
        "event.generic-counted",
        "What has happened nine times has happened: it is actual, however regular it is.",
        "set the realis to actual and name its incident, or remove the count",
        bad="nine attacks, generic",
        good="nine attacks, actual",
    ),
    warning(
        5,
        "event.two-roles",
        "Whoever acts is not who is acted on, and what is counted is not the count; victims alone are recipients as well.",
        "keep the role that the words give to the mention",
        bad="strikes on U.S. interests, actor and recipient: U.S.",
        good="strikes on U.S. interests, recipient: U.S.",
    ),
    error(
        5,
        "event.source-type",
        "Who says that something happened is a person or a body.",
        "name the mention of who says so, or empty source_mention_id",
        bad="a date as the source of an event",
        good="a minister as the source of an event",
    ),
    warning(
        5,
        "event.entity-repeated",
        "One thing that fills one role twice is counted twice.",
        "keep the mention that names it best",
        bad="the United States and the U.S., both actor of one event",
        good="the United States as actor",
    ),
    error(
        5,
        "event.cross-document",
        "Whoever reports or takes part in an event is mentioned in the same document.",
        "use a mention of the same document",
        bad="D000-E001, actor, D002-M001",
        good="D000-E001, actor, D000-M001",
    ),
    error(
        5,
        "event.cross-sentence",
        "The arguments of an event are mentioned in its own sentence.",
        "use a mention in the sentence of the event, or leave the argument out",
        bad="an actor named in the sentence before",
        good="the pronoun in the sentence itself",
    ),
    error(
        5,
        "event.role-not-licensed",
        "An event type has the roles that the vocabulary gives it.",
        "use one of the roles of the type, or mend the type",
        bad="CONSULT with killed",
        good="ASSAULT with killed",
    ),
    error(
        5,
        "event.filler-type",
        "A role is filled by the types of things that the vocabulary names.",
        "use a mention of a type that may fill the role, or mend the type of the mention",
        bad="actor filled by a TIME",
        good="actor filled by an ORG",
    ),
    error(
        5,
        "event.role-repeated",
        "Some roles are filled once.",
        "keep the mention that tells most, or cut the event in two",
        bad="two mentions as time",
        good="one mention as time",
    ),
    error(
        5,
        "event.mode-not-licensed",
        "An event type has the modes that the vocabulary gives it.",
        "use one of the modes of the type, or mend the type",
        bad="CONSULT with drone",
        good="ASSAULT with drone",
    ),
    warning(
        5,
        "event.missing-role",
        "An event of this type nearly always says who fills the role.",
        "add the argument, if its sentence has it",
        bad="AID without recipient",
        good="AID with recipient",
    ),
)
_MANY = 20


def sources(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events whose source is mentioned in another document."""
    table = snapshot.tables["events"]
    sourced = table.sound.filter(pl.col("source_mention_id") != "")
    wrong = sourced.filter(document_expr("source_mention_id") != document_expr("event_id"))
    for row in wrong.iter_rows(named=True):
        value = row["source_mention_id"]
        message = f"the source {value!r} is a mention of another document"
        yield RULES["event.cross-document"].issue(place(table, row, "source_mention_id"), value, message)


def strangers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the arguments whose mention is of another document: one issue an event."""
    table = snapshot.tables["arguments"]
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    strange = table.sound.select(LINE).filter(~_are_at_home(snapshot))
    for row in rows_at(table, strange):
        grouped[row["event_id"]].append(row)
    for rows in grouped.values():
        yield _argument_issue(snapshot, table, "event.cross-document", rows)


def _are_at_home(snapshot: Snapshot) -> pl.Series:
    """Return whether the mention of each argument is of the document of its event: by the ids where one is in doubt."""
    if snapshot.readable("events", "mentions", "sentences"):
        places = snapshot.places("arguments", "mention_id", "mentions")
        homes, others = snapshot.homes("arguments"), snapshot.homes("mentions").gather(places)
        if not homes.null_count() + others.null_count():
            return homes == others
    return _is_at_home(snapshot.sound("arguments"))


def _is_at_home(arguments: pl.DataFrame) -> pl.Series:
    """Return whether the mention of each argument is of the document of its event."""
    return same_documents(arguments["event_id"], arguments["mention_id"])


def repeated_events(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events that were entered twice, and those that tell of one happening again in one sentence."""
    table = snapshot.tables["events"]
    span = ["sentence_id", "trigger_start", "trigger_end", "event_type", "incident_id", "realis", "polarity"]
    yield from _again(table, span, "key.duplicate-content", "stands already as")


_TWO_HAPPENINGS = "remove one of the two; where they are two happenings, give each its own incident_id"


def _again(table: Table, by: list[str], code: str, wording: str) -> Iterator[Issue]:
    hashes = table.sound.select(LINE, mark=hashed(by))
    doubled = hashes.filter(pl.col("mark").is_duplicated())
    firsts: dict[int, dict[str, Any]] = {}
    for row in rows_at(table, doubled):
        first = firsts.setdefault(row["mark"], row)
        if first is not row:
            message = f"{row['trigger_text']!r} {wording} {first['event_id']}"
            at, related = place(table, row), (place(table, first),)
            yield SPAN_RULES[code].issue(at, row["event_id"], message, _TWO_HAPPENINGS, related)


def speakers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events whose source is a time, a number or a thing."""
    table = snapshot.tables["events"]
    sources = snapshot.beside("events", "source_mention_id", "mentions", source_type="entity_type")
    typed = table.sound.select(LINE).with_columns(*sources)
    for row in rows_at(table, typed.filter(pl.col("source_type").is_in(_MUTE))):
        value = row["source_mention_id"]
        message = f"the source {value!r} is {row['source_type']}, which says nothing"
        yield RULES["event.source-type"].issue(place(table, row, "source_mention_id"), value, message)


_MUTE = ("TIME", "NUM", "WEA", "VEH")


def same_fillers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the arguments by which one entity fills one role of one event twice."""
    table = snapshot.tables["arguments"]
    mentions = snapshot.places("arguments", "mention_id", "mentions")
    things = snapshot.places("mentions", "entity_id", "entities").gather(mentions)
    events = snapshot.places("arguments", "event_id", "events")
    filled = table.sound.select(LINE, "event_id", "role", "mention_id", event=events, thing=things)
    mark = hashed(["event", "role", "thing"])
    filled = filled.drop_nulls(["event", "thing"])
    filled = filled.filter(mark.is_duplicated())
    filled = filled.filter(_is_at_home(filled))  # one of another document is reported as such
    doubled = filled.filter(mark.is_duplicated())
    named = rows_at_places(snapshot.sound("entities"), doubled["thing"], "entity_id")
    doubled = doubled.select(LINE).with_columns(*named)
    by = ("event_id", "role", "entity_id")
    firsts: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows_at(table, doubled):
        first = firsts.setdefault(tuple(row[name] for name in by), row)
        if first is not row:
            message = f"{row['entity_id']!r} is the {row['role']} of {row['event_id']} already, as {first['mention_id']}"
            at, related = place(table, row, "mention_id"), (place(table, first, "mention_id"),)
            yield RULES["event.entity-repeated"].issue(at, row["mention_id"], message, related=related)


_APART = (("actor", "recipient"), ("count", "killed"), ("count", "injured"))
"""Roles of which no mention fills both in one event."""


def two_roles(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions that are on both sides of one event, and the numbers that count both it and its victims."""
    table = snapshot.tables["arguments"]
    mark = hashed(["event_id", "mention_id"])
    filled = {
        role: table.sound.filter(pl.col("role") == role).select(LINE, mark=mark)
        for role in dict.fromkeys(role for pair in _APART for role in pair)
    }
    for one, other in _APART:
        first, second = filled[one], filled[other]
        both = second.filter(pl.col("mark").is_in(first["mark"].implode()))
        if not both.height:
            continue
        both = both.join(first.select("mark", first=LINE), on="mark").select(LINE, "first")
        before = table.by_number(both["first"])
        for row in rows_at(table, both):
            message = f"{row['mention_id']} is {one} of {row['event_id']} as well"
            at, related = place(table, row, "role"), (place(table, before[row["first"]], "role"),)
            yield RULES["event.two-roles"].issue(at, row["role"], message, related=related)


def counted(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events that are generic and counted: what is counted has happened so many times."""
    table = snapshot.tables["events"]
    generic = table.sound.filter(pl.col("realis") == "generic").select(LINE, "event_id")
    if not generic.height:
        return
    counts = snapshot.sound("arguments").filter(pl.col("role") == "count")["event_id"]
    for row in rows_at(table, generic.filter(is_one_of("event_id", counts)).select(LINE)):
        message = f"{row['trigger_text']!r} is generic, and arguments.csv has how many times it happened"
        yield RULES["event.generic-counted"].issue(place(table, row, "realis"), row["realis"], message)


def incidents(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events that lack their incident, and those of another type than it."""
    table = snapshot.tables["events"]
    for row in table.sound.filter((pl.col("realis") == "generic") & (pl.col("incident_id") != "")).iter_rows(
        named=True
    ):
        message = f"{row['trigger_text']!r} is generic, and is linked to {row['incident_id']!r}"
        yield RULES["event.generic-incident"].issue(
            place(table, row, "incident_id"), row["incident_id"], message
        )
    happened = pl.col("realis") == "actual"
    alone = table.sound.filter(happened & (pl.col("incident_id") == ""))
    blank = document_expr("event_id").is_in(snapshot.blank("incidents").implode())
    for row in alone.filter(~blank).iter_rows(named=True):
        message = f"{row['trigger_text']!r} is actual and has no incident"
        yield RULES["event.no-incident"].issue(place(table, row, "incident_id"), "", message)
    own = snapshot.beside(
        "events", "incident_id", "incidents", incident_type="event_type", incident_line=LINE
    )
    joined = table.sound.with_columns(*own)
    is_linked = pl.col("realis") != "generic"  # such a link goes, whatever the type
    wrong = joined.filter(is_linked & (pl.col("event_type") != pl.col("incident_type")))
    parent = snapshot.tables["incidents"]
    parents = parent.by_number(wrong["incident_line"])
    for row in rows_at(table, wrong.select(LINE, "incident_type", "incident_line")):
        name = row["incident_id"]
        message = f"the event is {row['event_type']} and its incident {name!r} {row['incident_type']}"
        other = parents[row["incident_line"]]
        at, related = place(table, row, "event_type"), (place(parent, other, "event_type"),)
        yield RULES["event.incident-type"].issue(at, row["event_type"], message, related=related, fault=name)


def arguments(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the arguments that their event or their mention does not permit, by the first rule that each breaks."""
    table = snapshot.tables["arguments"]
    role, filler = ["event_type", "role"], ["event_type", "role", "entity_type"]
    roles = snapshot.labels("roles", *role).select(hashed(role)).to_series()
    fillers = snapshot.labels("role_fillers", *filler).select(hashed(filler)).to_series()
    events = snapshot.beside("arguments", "event_id", "events", "event_type", e_sentence="sentence_id")
    mentions = snapshot.beside("arguments", "mention_id", "mentions", "entity_type", m_sentence="sentence_id")
    broken = (
        table.sound.with_columns(*events, *mentions)
        .with_columns(
            pl.when(pl.col("event_type").is_null() | pl.col("entity_type").is_null())
            .then(None)  # the event or the mention is at fault, and is reported
            .when(pl.col("e_sentence") != pl.col("m_sentence"))
            .then(pl.lit("event.cross-sentence"))
            .when(~hashed(role).is_in(roles.implode()))
            .then(pl.lit("event.role-not-licensed"))
            .when(~hashed(filler).is_in(fillers.implode()))
            .then(pl.lit("event.filler-type"))
            .alias("code")
        )
        .filter(pl.col("code").is_not_null())
    )
    broken = broken.filter(_is_at_home(broken)) if broken.height else broken  # as above
    broken = broken.select(LINE, "code", "event_type", "entity_type", "e_sentence", "m_sentence")
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows_at(table, broken):
        grouped[row["event_id"], row["code"]].append(row)
    for (_, code), rows in grouped.items():
        yield _argument_issue(snapshot, table, code, rows)


def _argument_issue(snapshot: Snapshot, table: Table, code: str, rows: list[dict[str, Any]]) -> Issue:
    """Return one issue for all the arguments of an event that break one rule: they most likely have one cause."""
    row, *others = rows
    event, mention, role = row["event_id"], row["mention_id"], row["role"]
    if code == "event.role-not-licensed":
        allowed = _column(snapshot, "roles", "role", event_type=row["event_type"])
        message = f"{row['event_type']} has no role {role!r}"
        field, value, hint = "role", role, f"its roles: {', '.join(allowed)}"
    elif code == "event.filler-type":
        allowed = _column(snapshot, "role_fillers", "entity_type", event_type=row["event_type"], role=role)
        message = f"{mention} is {row['entity_type']}, which may not fill {role!r} of {row['event_type']}"
        field, value, hint = "mention_id", mention, f"what may: {', '.join(allowed)}"
    elif code == "event.cross-document":
        message = f"{mention!r} is a mention of another document than {event!r}"
        field, value, hint = "mention_id", mention, None
    else:
        message = f"{mention!r} is in {row['m_sentence']} and {event!r} in {row['e_sentence']}"
        field, value, hint = "mention_id", mention, None
    if others:
        message += f" (and {len(others)} more argument(s) of {event})"
    related = [place(table, other, field) for other in others[:_MANY]]
    return RULES[code].issue(place(table, row, field), value, message, hint, related)


def _column(snapshot: Snapshot, table: str, column: str, **where: str) -> list[str]:
    rows = snapshot.sound(table).filter(*(pl.col(name) == value for name, value in where.items()))
    return list(rows[column])


def repeated(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the arguments that fill a role again which is filled once."""
    table = snapshot.tables["arguments"]
    role = ["event_type", "role"]
    once = snapshot.sound("roles").filter(pl.col("repeatable") == "false").select(hashed(role)).to_series()
    types = snapshot.beside("arguments", "event_id", "events", "event_type")
    filled = (
        table.sound.select(LINE, "event_id", "role")
        .with_columns(*types)
        .filter(pl.col("event_type").is_not_null() & hashed(role).is_in(once.implode()))
    )
    doubled = filled.filter(hashed(["event_id", "role"]).is_duplicated())
    number = pl.col(LINE).rank("ordinal").over("event_id", "role")
    counted = doubled.filter(number == 2).select(LINE)  # noqa: PLR2004 - the second is the one too many
    for row in rows_at(table, counted):
        message = f"{row['event_id']} has the role {row['role']!r} already"
        yield RULES["event.role-repeated"].issue(place(table, row, "role"), row["role"], message)


def modes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the modes that the type of their event does not have."""
    table = snapshot.tables["event_modes"]
    pair = ["event_type", "mode"]
    licensed = snapshot.labels("modes", *pair).select(hashed(pair)).to_series()
    typed = table.sound.with_columns(*snapshot.beside("event_modes", "event_id", "events", "event_type"))
    is_wrong = pl.col("event_type").is_not_null() & ~hashed(pair).is_in(licensed.implode())
    wrong = typed.filter(is_wrong).select(LINE, "event_type")
    for row in rows_at(table, wrong):
        allowed = _column(snapshot, "modes", "mode", event_type=row["event_type"])
        near = nearest(row["mode"], allowed)
        hint = f'did you mean "{near}"?' if near else f"its modes: {', '.join(allowed) or 'none'}"
        message = f"{row['event_type']} has no mode {row['mode']!r}"
        yield RULES["event.mode-not-licensed"].issue(place(table, row, "mode"), row["mode"], message, hint)


def missing_roles(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events without a role that their type leads one to expect."""
    if not snapshot.whole("arguments"):
        raise Undecidable("rows of arguments are missing or in doubt")
    table = snapshot.tables["events"]
    expected = snapshot.sound("roles").filter(pl.col("expected") == "true").select("event_type", "role")
    wanted = table.sound.select(LINE, "event_id", "event_type").join(expected, on="event_type")
    pair = ["event_id", "role"]
    filled = snapshot.sound("arguments").select(hashed(pair)).to_series()
    missing = wanted.filter(~hashed(pair).is_in(filled.implode()))
    left = [*snapshot.doubtful("events", "arguments"), *snapshot.blank("arguments")]
    missing = missing.filter(~document_expr("event_id").is_in(left)).select(LINE, missing="role")
    for row in rows_at(table, missing):
        message = f"{row['event_type']} {row['trigger_text']!r} has no {row['missing']}"
        yield RULES["event.missing-role"].issue(place(table, row), row["missing"], message)


_LICENCES = ("roles", "role_fillers")
CHECKS = (
    Check((SPAN_RULES["key.duplicate-content"],), repeated_events, needs=("events",)),
    Check((RULES["event.cross-document"],), sources, needs=("events",)),
    Check((RULES["event.cross-document"],), strangers, needs=("arguments",)),
    Check(
        tuple(RULES[f"event.{name}"] for name in ("no-incident", "generic-incident", "incident-type")),
        incidents,
        needs=("events", "incidents"),
    ),
    Check((RULES["event.source-type"],), speakers, needs=("events", "mentions")),
    Check((RULES["event.generic-counted"],), counted, needs=("events", "arguments")),
    Check(
        (RULES["event.entity-repeated"],), same_fillers, needs=("arguments", "mentions", "events", "entities")
    ),
    Check(
        tuple(RULES[f"event.{name}"] for name in ("cross-sentence", "role-not-licensed", "filler-type")),
        arguments,
        needs=("arguments", "events", "mentions", *_LICENCES),
    ),
    Check((RULES["event.role-repeated"],), repeated, needs=("arguments", "events", "roles")),
    Check((RULES["event.mode-not-licensed"],), modes, needs=("event_modes", "events", "modes")),
    Check((RULES["event.two-roles"],), two_roles, needs=("arguments",)),
    Check((RULES["event.missing-role"],), missing_roles, needs=("arguments", "events", "roles")),
)
