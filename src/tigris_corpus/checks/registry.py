"""L5: the registry (entities, incidents, withdrawn ids) and what mentions link to it, and the state of the layers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks.rule import (
    EVERYWHERE,
    Check,
    Stage,
    Undecidable,
    by_code,
    error,
    place,
    rows_at,
    warning,
)
from tigris_corpus.checks.spelling import of_others, plain_name
from tigris_corpus.countries import reaches
from tigris_corpus.edtf import bounds
from tigris_corpus.engine.expressions import document_expr, hashed, is_one_of
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        5,
        "link.type-conflict",
        "A mention has the type of the thing it stands for, or one that the vocabulary allows beside it.",
        "mend the type of the mention, or link it to another entity",
        bad="a PER mention of an ORG entity",
        good="an ORG mention of an ORG entity",
        blames=("mentions", "entity_id"),
    ),
    error(
        5,
        "link.not-linkable",
        "Times and numbers carry a value; they are no things that can be met again.",
        "empty the entity_id",
        bad="TIME linked to an entity",
        good="TIME with a value",
    ),
    error(
        5,
        "link.missing",
        "A name stands for something, and is linked to it.",
        "name the entity; add one where there is none",
        bad="NAM without entity_id",
        good="NAM with entity_id",
    ),
    warning(
        5,
        "link.named-person",
        "Whoever has a name is a person of the registry; only unnamed people stand for the body whose people they are.",
        "link the name to the person; add one where there is none",
        bad='"Robert Ford", PER, NAM, linked to an institute',
        good='"Robert Ford", PER, NAM, linked to robert-ford',
    ),
    error(
        5,
        "mention.value",
        "The value of a time is an EDTF date; of a number digits, or two bounds around a slash.",
        "write the value in the format of its type, or empty it where the text does not determine it",
        bad="TIME with 29/02/2024",
        good="TIME with 2024-02-29",
    ),
    error(
        5,
        "mention.value-unexpected",
        "Only times and numbers carry a value.",
        "empty the value",
        bad="GPE with the value 2024",
        good="GPE without a value",
    ),
    error(
        5,
        "entity.type",
        "The type of an entity is one that mentions link to.",
        "use a linkable type",
        bad="an entity of type TIME",
        good="an entity of type ORG",
    ),
    warning(
        5,
        "link.other-name",
        "A name links to the thing that is called so.",
        "link the mention to the entity of that name, or mend the name of the entity",
        bad='"Iran" linked to iraq',
        good='"Iran" linked to iran',
    ),
    error(
        5,
        "entity.coordinates",
        "A place has both coordinates or neither.",
        "fill the other coordinate, or empty both",
        bad="latitude 33.3 alone",
        good="latitude 33.3, longitude 44.4",
    ),
    warning(
        5,
        "entity.position",
        "A town lies in its country, two places are not in one spot, and 0, 0 is where a search that found nothing puts all.",
        "look the position up again, or empty both coordinates",
        bad="Doha at 0, 0, or with latitude and longitude exchanged",
        good="Doha at 25.3, 51.5",
    ),
    warning(
        5,
        "entity.unused",
        "An entity that nothing refers to is most often a leftover.",
        "link what mentions it, or remove it and record its id in deprecated.csv",
        bad="an entity without mention, relation or incident",
        good="an entity with a mention",
    ),
    warning(
        5,
        "incident.unused",
        "An incident that nothing tells of is most often a leftover.",
        "link the events that tell of it, or remove it and record its id in deprecated.csv",
        bad="an incident without event or part",
        good="an incident with an event",
    ),
    error(
        5,
        "incident.cycle",
        "An incident is not a part of itself.",
        "mend part_of",
        bad="a part of b, b part of a",
        good="a part of b",
    ),
    error(
        5,
        "incident.location-type",
        "An incident takes place at a place.",
        "name an entity that is a GPE, LOC or FAC",
        bad="location_id united-states-army",
        good="location_id baghdad",
    ),
    error(
        5,
        "reg.withdrawn-in-use",
        "A withdrawn id is never used again.",
        "give the row the next free id, or remove it; where the withdrawal was the mistake, take it out of deprecated.csv",
        bad="D000-M007 in mentions and in deprecated",
        good="D000-M007 in deprecated alone",
    ),
    error(
        5,
        "layer.missing",
        "Each document says of each layer how far it is.",
        "add a row for the layer; blank where nothing is done",
        bad="D000 without a row for events",
        good="D000, events, blank",
    ),
    error(
        5,
        "layer.blank",
        "A layer that holds something is not blank.",
        "mend the status of the layer",
        bad="events blank, and D000-E001",
        good="events single, and D000-E001",
    ),
    error(
        5,
        "layer.guidelines",
        "A layer that is not blank says by which guidelines it was made, and a blank one by none.",
        "fill or empty guideline_version",
        bad="events single, no version",
        good="events single, 0.1",
    ),
)
RULES |= by_code(
    error(
        5,
        "relation.cycle",
        "Nothing is a part, a member or an affiliate of itself.",
        "mend or remove one of the relations",
        bad="a part of b, and b part of a",
        good="a part of b",
    ),
    warning(
        5,
        "relation.two-wholes",
        "What is part of two things of which neither is part of the other is most likely a relation turned round.",
        "turn the relation round, or write affiliated_with for the looser tie",
        bad="a militia part of an army, and part of one of its own brigades",
        good="a brigade part of a militia, and the militia part of an army",
    ),
    warning(
        5,
        "relation.type",
        "A part is a body in a body or a place in a place, a member is a person in a body, and bodies and persons alone "
        "are affiliated.",
        "mend the relation, or its two ends; who governs a country is a member of its government",
        bad="donald-trump member_of united-states",
        good="donald-trump member_of united-states-government",
    ),
    warning(
        5,
        "relation.doubled",
        "What is part or member of a thing is not besides affiliated with it.",
        "keep the relation that the texts state",
        bad="kataeb-hezbollah part_of the Popular Mobilization Forces, and affiliated_with them",
        good="kataeb-hezbollah part_of the Popular Mobilization Forces",
    ),
    error(
        5,
        "incident.part-date",
        "A part of a happening falls within the dates of the whole.",
        "mend the date of the part or of the whole",
        bad="a part on 2024-08-05 of a series from 2023-10 to 2024-02",
        good="a part on 2024-01-20 of a series from 2023-10 to 2024-02",
    ),
    warning(
        5,
        "incident.endless",
        "What goes on without an end is a series, or a state that is no happening.",
        "set the extent to series, or give the date its end",
        bad="single, 2023-10/..",
        good="series, 2023-10/..",
    ),
    warning(
        5,
        "incident.whole-extent",
        "What has parts is a series.",
        "mend the extent of the whole, or take the part out of it",
        bad="an attack that is part of a single attack",
        good="an attack that is part of a series of attacks",
    ),
    warning(
        5,
        "incident.whole-type",
        "A series is of happenings of one kind: no conflict is part of a cooperation, and no cooperation of a conflict.",
        "mend the type of the part or of the whole, or take the part out of it",
        bad="a strike (ASSAULT) that is part of a series of talks (CONSULT)",
        good="a strike that is part of a series of strikes, or an accusation that is",
    ),
    warning(
        5,
        "reg.duplicate-name",
        "Two entries of one name and one type are most likely one thing, counted twice.",
        "merge the two, or tell them apart by their names",
        bad="iraq and republic-of-iraq, both GPE and named Iraq",
        good="congo and congo-kinshasa, with names that differ",
    ),
    error(
        5,
        "entity.attributes",
        "A position is of a place, and a sector of a person or a body.",
        "empty the cell, or mend the type of the entity",
        bad="a person with a latitude, a city with a sector",
        good="a city with a latitude, a person with a sector",
    ),
    error(
        5,
        "vocab.link",
        "The pairs of types say which unlike types may be linked; times and numbers never are.",
        "remove the row",
        bad="GPE mentions may link to TIME",
        good="NORP mentions may link to GPE",
    ),
    error(
        5,
        "pass.undeclared",
        "A pass is kept as it was made, in a file that the descriptor names and hashes.",
        "declare the file as a resource of the descriptor, or mend the path",
        bad="corpus/passes/lost.jsonl, which no resource is",
        good="corpus/passes/model-a.jsonl, declared",
    ),
)
_NUMBER = re.compile(r"{0}|(\.\.|{0})/(\.\.|{0})".format("(0|[1-9][0-9]{0,14})([.][0-9]{1,6})?"))
_PLACES = ("GPE", "LOC", "FAC")
_BODIES = ("PER", "ORG", "GPE", "NORP")
_LAYER_TABLES = {
    "sentences": ("sentences", "sentence_id", "sentence_id"),
    "mentions": ("mentions", "mention_id", "mention_id"),
    "entities": ("mentions", "mention_id", "entity_id"),
    "events": ("events", "event_id", "event_id"),
    "arguments": ("arguments", "event_id", "mention_id"),
    "incidents": ("events", "event_id", "incident_id"),
}
"""For each layer the table that holds it, the column that begins with the document, and the one that is then filled."""


def links(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions whose link or value does not go with their type."""
    table = snapshot.tables["mentions"]
    types = snapshot.sound("entity_types").select("entity_type", "linkable")
    linking = types.filter(pl.col("linkable") == "true")["entity_type"]
    pair = ["entity_type", "linked_type"]
    entities = snapshot.beside(
        "mentions", "entity_id", "entities", linked_type="entity_type", entity_line=LINE
    )
    pairs = snapshot.labels("entity_type_links", "mention_type", "linked_type")
    allowed = pairs.rename({"mention_type": "entity_type"}).select(hashed(pair)).to_series()
    linked, linkable = pl.col("entity_id") != "", pl.col("linkable")
    blank = snapshot.blank("entities")
    is_done = ~document_expr("mention_id").is_in(blank.implode()) if len(blank) else pl.lit(value=True)
    is_named_person = (pl.col("entity_type") == "PER") & (pl.col("mention_type") == "NAM")
    is_other = (pl.col("linked_type") != pl.col("entity_type")).fill_null(value=False)
    suspects = (
        table.sound.select(LINE, "mention_id", "entity_type", "mention_type", "value", "entity_id")
        .with_columns(*entities, linkable=is_one_of("entity_type", linking))
        .filter(is_other | (linked != linkable) | (linkable & (pl.col("value") != "")))
    )
    found = (
        suspects.filter(is_one_of("entity_type", types["entity_type"]))
        .with_columns(
            pl.when(linked & ~linkable)
            .then(pl.lit("link.not-linkable"))
            .when(linkable & (pl.col("value") != ""))
            .then(pl.lit("mention.value-unexpected"))
            .when(linkable & ~linked & (pl.col("mention_type") == "NAM") & is_done)
            .then(pl.lit("link.missing"))
            .when(is_other & ~hashed(pair).is_in(allowed.implode()))
            .then(pl.lit("link.type-conflict"))
            .when(is_named_person & (pl.col("linked_type") != "PER"))
            .then(pl.lit("link.named-person"))
            .alias("code")
        )
        .filter(pl.col("code").is_not_null())
        .select(LINE, "code", "linked_type", "entity_line", "entity_id")
    )
    parent = snapshot.tables["entities"]
    parents = parent.by_number(found["entity_line"])
    for row in rows_at(table, found.drop("entity_id")):
        kind, name = row["entity_type"], row["entity_id"]
        field, value, message = {
            "link.not-linkable": ("entity_id", name, f"a {kind} mention links to {name!r}"),
            "mention.value-unexpected": (
                "value",
                row["value"],
                f"a {kind} mention has the value {row['value']!r}",
            ),
            "link.missing": ("entity_id", "", f"the name {row['text']!r} links to nothing"),
            "link.type-conflict": (
                "entity_id",
                name,
                f"the mention is {kind} and {name!r} is {row['linked_type']}",
            ),
            "link.named-person": (
                "entity_id",
                name,
                f"{row['text']!r} is the name of a person, and {name!r} is {row['linked_type']}",
            ),
        }[row["code"]]
        other = parents.get(row["entity_line"])
        places = [place(parent, other, "entity_type")] if other else []
        fault = name if row["code"] == "link.type-conflict" else None
        yield RULES[row["code"]].issue(place(table, row, field), value, message, related=places, fault=fault)


def other_names(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions that have the name of another entity of the type than theirs, but towns that stand for their country."""
    parent = snapshot.tables["entities"]
    known = parent.sound.select(
        text="name", other_id="entity_id", other_type="entity_type", other_country="country"
    ).unique("text", keep="none")
    table = snapshot.tables["mentions"]
    own_name = snapshot.beside("mentions", "entity_id", "entities", own_name=hashed(["name"])).to_series()
    is_other = (pl.col("mention_type") == "NAM") & (hashed(["text"]) != own_name)
    asked = table.sound.select(LINE, "text", "entity_id", "entity_type", is_other=is_other)
    others = asked.filter("is_other")
    yield from _other_spellings(snapshot, others.filter(pl.col("entity_type") == "PER"))
    named = others.filter(is_one_of("text", known["text"]))
    odd = named.select(LINE, "text", "entity_id").join(known, on="text")
    own = parent.sound.select("entity_id", "country", linked_type="entity_type", own_line=LINE)
    odd = odd.join(own, on="entity_id").filter(pl.col("linked_type") == pl.col("other_type"))
    is_apart = (pl.col("country") != pl.col("other_country")) | ~is_one_of("linked_type", _PLACES)
    rows = parent.by_number(odd["own_line"])
    for row in rows_at(table, odd.filter(is_apart).select(LINE, "other_id", "own_line")):
        name = row["entity_id"]
        message = f"{row['text']!r} links to {name!r}, and is the name of {row['other_id']!r}"
        at, related = place(table, row, "entity_id"), (place(parent, rows[row["own_line"]], "name"),)
        fault = " ".join(sorted((name, row["other_id"])))  # two names exchanged, where there are several
        yield RULES["link.other-name"].issue(at, name, message, related=related, fault=fault)


def _other_spellings(snapshot: Snapshot, names: pl.DataFrame) -> Iterator[Issue]:
    """Yield those of some names of persons that are another spelling of the name of another than theirs."""
    parent, table = snapshot.tables["entities"], snapshot.tables["mentions"]
    kinds = names.select("text", "entity_id").filter(pl.col("text").str.contains(" ", literal=True)).unique()
    wrong = {} if kinds.is_empty() else of_others(kinds, parent.sound)
    if not wrong:
        return
    linked = parent.sound.filter(is_one_of("entity_id", [name for _, name in wrong])).iter_rows(named=True)
    rows = {row["entity_id"]: row for row in linked}
    mark = pl.struct("text", "entity_id").is_in([{"text": text, "entity_id": name} for text, name in wrong])
    for row in rows_at(table, names.filter(mark).select(LINE)):
        name, other = row["entity_id"], wrong[row["text"], row["entity_id"]]
        message = f"{row['text']!r} links to {name!r}, and is the name of {other!r} in another spelling"
        at, related = place(table, row, "entity_id"), (place(parent, rows[name], "name"),)
        fault = " ".join(sorted((name, other)))
        yield RULES["link.other-name"].issue(at, name, message, related=related, fault=fault)


def values(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the times and numbers whose value has not the format of its type."""
    table = snapshot.tables["mentions"]
    formats = snapshot.sound("entity_types").lazy().filter(pl.col("value_format") != "")
    filled = (
        table.sound.lazy()
        .filter(pl.col("value") != "")
        .join(formats.select("entity_type", "value_format"), on="entity_type")
        .select(LINE, "value", "value_format")
        .collect()
    )
    wrong = [
        (value, kind)
        for value, kind in filled.select("value", "value_format").unique().iter_rows()
        if (bounds(value) is None if kind == "edtf" else not _is_number(value))
    ]
    if not wrong:
        return
    broken = filled.join(
        pl.DataFrame(wrong, schema=["value", "value_format"], orient="row"), on=["value", "value_format"]
    )
    for row in rows_at(table, broken.select(LINE, "value_format")):
        message = f"{row['value']!r} is not a value of format {row['value_format']}"
        yield RULES["mention.value"].issue(place(table, row, "value"), row["value"], message)


def _is_number(value: str) -> bool:
    if not _NUMBER.fullmatch(value) or value == "../..":
        return False
    low, slash, high = value.partition("/")
    return not slash or ".." in {low, high} or float(low) <= float(high)


def type_links(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the pairs of types that need no permission, or to which nothing ever links."""
    table = snapshot.tables["entity_type_links"]
    fixed = set(snapshot.sound("entity_types").filter(pl.col("linkable") == "false")["entity_type"])
    for row in table.sound.iter_rows(named=True):
        one, other = row["mention_type"], row["linked_type"]
        if one == other or {one, other} & fixed:
            message = f"{one} to {other} is {'always allowed' if one == other else 'never a link'}"
            yield RULES["vocab.link"].issue(place(table, row, "linked_type"), other, message)


def entities(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the entities of a type that does not link, and those with half a position, that of another, or none on land."""
    table = snapshot.tables["entities"]
    fixed = snapshot.sound("entity_types").filter(pl.col("linkable") == "false")["entity_type"].to_list()
    for row in table.sound.filter(pl.col("entity_type").is_in(fixed)).iter_rows(named=True):
        message = f"an entity of type {row['entity_type']}"
        yield RULES["entity.type"].issue(place(table, row, "entity_type"), row["entity_type"], message)
    half = pl.col("latitude").is_null() != pl.col("longitude").is_null()
    for row in table.sound.filter(half).iter_rows(named=True):
        field = "latitude" if row["latitude"] is None else "longitude"
        yield RULES["entity.coordinates"].issue(
            place(table, row, field), None, f"{field} is empty, the other is not"
        )
    located = table.sound.filter(pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null())
    nowhere = (pl.col("latitude") == 0) & (pl.col("longitude") == 0)
    for row in located.filter(nowhere).iter_rows(named=True):
        message = "the position is 0, 0, in the sea off Africa, which is what a failed search gives"
        yield RULES["entity.position"].issue(place(table, row, "latitude"), row["latitude"], message)
    shared = located.filter(~nowhere & pl.struct("latitude", "longitude").is_duplicated())
    firsts: dict[tuple[float, float], dict[str, Any]] = {}
    for row in rows_at(table, shared.select(LINE)):
        first = firsts.setdefault((row["latitude"], row["longitude"]), row)
        if first is not row and first["geonames"] != row["geonames"]:
            message = f"the position is that of {first['entity_id']!r} as well, which is another place"
            at, related = place(table, row, "latitude"), (place(table, first, "latitude"),)
            yield RULES["entity.position"].issue(at, row["latitude"], message, related=related)
    lying = located.filter(~nowhere & is_one_of("entity_type", ("GPE", "LOC")))
    for row in lying.filter(pl.col("country") != "").iter_rows(named=True):
        country, position = row["country"], (row["latitude"], row["longitude"])
        if not reaches(country, *position):
            is_swapped = reaches(country, *reversed(position))
            hint = "exchange latitude and longitude" if is_swapped else None
            message = f"{position[0]}, {position[1]} is far from any town of {country}"
            yield RULES["entity.position"].issue(place(table, row, "latitude"), position[0], message, hint)


def attributes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the entities with a position that are no places, and those with a sector that are no persons or bodies."""
    table = snapshot.tables["entities"]
    for wrong, fields in (
        (~pl.col("entity_type").is_in(_PLACES), ("latitude", "geonames")),
        (~pl.col("entity_type").is_in(["PER", "ORG"]), ("sector",)),
    ):
        for field in fields:
            filled = pl.col(field).is_not_null() & (pl.col(field).cast(pl.String) != "")
            for row in table.sound.filter(wrong & filled).iter_rows(named=True):
                message = f"{row['entity_id']!r} is {row['entity_type']}, and has a {field}"
                at, fault = place(table, row, field), row["entity_id"]
                yield RULES["entity.attributes"].issue(at, row[field], message, fault=fault)


def incidents(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the incidents that are parts of themselves, and those that take place at no place."""
    table = snapshot.tables["incidents"]
    parts = table.sound.filter(pl.col("part_of") != "").select("incident_id", "part_of")
    nested = parts.filter(is_one_of("part_of", parts["incident_id"]))
    parents = dict(nested.iter_rows())
    on_cycle = _on_cycles(parents)
    told: set[str] = set()
    for row in table.sound.filter(pl.col("incident_id").is_in(sorted(on_cycle))).iter_rows(named=True):
        name = row["incident_id"]
        if name in told:
            continue  # another of the same cycle
        while name not in told:
            told.add(name)
            name = row["part_of"] if name == row["incident_id"] else parents[name]
        message = f"{row['incident_id']!r} is a part of itself, by way of {row['part_of']!r}"
        yield RULES["incident.cycle"].issue(place(table, row, "part_of"), row["part_of"], message)
    kinds = snapshot.beside("incidents", "location_id", "entities", location_type="entity_type")
    located = table.sound.select(LINE).with_columns(*kinds).drop_nulls()
    for row in rows_at(table, located.filter(~is_one_of("location_type", _PLACES))):
        message = f"the location {row['location_id']!r} is {row['location_type']}"
        yield RULES["incident.location-type"].issue(
            place(table, row, "location_id"), row["location_id"], message
        )


def extents(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the single happenings whose date has no end."""
    table = snapshot.tables["incidents"]
    endless = table.sound.filter((pl.col("extent") == "single") & pl.col("date").str.ends_with("/.."))
    if endless.height:  # what has parts is no single one, and reported as such
        endless = endless.filter(~is_one_of("incident_id", table.sound["part_of"]))
    for row in endless.iter_rows(named=True):
        message = f"{row['incident_id']!r} is single, and its date, {row['date']}, has no end"
        yield RULES["incident.endless"].issue(place(table, row, "extent"), row["extent"], message)


def wholes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the incidents that are part of what is no series, or fall outside its dates."""
    table = snapshot.tables["incidents"]
    whole = snapshot.beside(
        "incidents",
        "part_of",
        "incidents",
        whole_type="event_type",
        whole_extent="extent",
        whole_date="date",
        whole_line=LINE,
    )
    parts = table.sound.with_columns(*whole).drop_nulls("whole_line")
    single = parts.filter(pl.col("whole_extent") != "series").select(LINE, "whole_line", "whole_extent")
    above = table.by_number(single["whole_line"])
    for row in rows_at(table, single):
        at = place(table, above[row["whole_line"]], "extent")
        message = f"{row['part_of']!r} is {row['whole_extent']}, and {row['incident_id']!r} is part of it"
        related = (place(table, row, "part_of"),)
        yield RULES["incident.whole-extent"].issue(
            at, row["whole_extent"], message, related=related, fault=row["part_of"]
        )
    if snapshot.readable("event_types"):
        yield from _of_other_types(table, parts, snapshot.sound("event_types"))
    dates = (
        parts.filter((pl.col("date") != "") & (pl.col("whole_date") != ""))
        .select("date", "whole_date")
        .unique()
    )
    apart = [pair for pair in dates.iter_rows() if _are_apart(*pair)]
    if apart:
        outside = parts.join(
            pl.DataFrame(apart, schema=["date", "whole_date"], orient="row"), on=["date", "whole_date"]
        )
        yield from _out_of_date(table, parts, outside)


def _out_of_date(table: Table, parts: pl.DataFrame, outside: pl.DataFrame) -> Iterator[Issue]:
    """Yield the parts outside the dates of their whole; where all of several are, the whole."""
    is_dated = (pl.col("date") != "") & (pl.col("whole_date") != "")
    sizes = dict(parts.filter(is_dated).group_by("whole_line").len().iter_rows())
    several = dict(outside.group_by("whole_line").len().iter_rows())
    above = table.by_number(outside["whole_line"])
    told: set[int] = set()
    for row in rows_at(table, outside.select(LINE, "whole_date", "whole_line")):
        whole = row["whole_line"]
        if several[whole] < sizes[whole] or sizes[whole] == 1:
            message = f"{row['date']} is outside {row['whole_date']}, the date of {row['part_of']!r}"
            yield RULES["incident.part-date"].issue(place(table, row, "date"), row["date"], message)
        elif whole not in told:
            told.add(whole)
            message = f"all {sizes[whole]} parts of {row['part_of']!r} are outside {row['whole_date']}"
            at, related = place(table, above[whole], "date"), (place(table, row, "date"),)
            yield RULES["incident.part-date"].issue(at, row["whole_date"], message, related=related)


_COOPERATION = ("1", "2")
"""The quad classes of PLOVER that are no conflict: verbal and material cooperation."""


def _of_other_types(table: Table, parts: pl.DataFrame, types: pl.DataFrame) -> Iterator[Issue]:
    """Yield the parts that are conflicts where their whole is none, and the other way round; where all of several are, the whole."""
    peaceful = types.filter(is_one_of("quad_class", _COOPERATION))["event_type"]
    is_other = is_one_of("event_type", peaceful) != is_one_of("whole_type", peaceful)
    others = parts.filter(is_other)
    sizes = parts.filter(is_one_of("part_of", others["part_of"])).group_by("whole_line").agg(parts=pl.len())
    odd = (
        others.join(sizes, on="whole_line", maintain_order="left")
        .with_columns(
            is_whole=(pl.len().over("whole_line") == pl.col("parts")) & (pl.col("parts") > 1),
            is_first=pl.col("whole_line").is_first_distinct(),
        )
        .filter(~pl.col("is_whole") | pl.col("is_first"))
    )
    above = table.by_number(odd["whole_line"])
    for row in rows_at(table, odd.select(LINE, "whole_line", "whole_type", "is_whole")):
        whole = above[row["whole_line"]]
        message = (
            f"{row['incident_id']!r} is {row['event_type']}, and {row['part_of']!r} is {row['whole_type']}"
        )
        at, other = place(table, row, "part_of"), place(table, whole, "event_type")
        if row["is_whole"]:
            at, other = other, at
        value = row["whole_type"] if row["is_whole"] else row["part_of"]
        yield RULES["incident.whole-type"].issue(at, value, message, related=(other,))


def _are_apart(one: str, other: str) -> bool:
    """Whether two dates have no day in common."""
    first, second = bounds(one), bounds(other)
    if first is None or second is None:
        return False
    return (first[1] or "9999") < (second[0] or "") or (second[1] or "9999") < (first[0] or "")


def names(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the entities, and the incidents, of one name and type."""
    for name, by in (("entities", ("entity_type",)), ("incidents", ("event_type",))):
        if not snapshot.readable(name):
            continue
        table = snapshot.tables[name]
        called = table.sound.select(LINE, *by, called=plain_name())
        repeated = called.filter(hashed(["called", *by]).is_duplicated() & (pl.col("called") != " "))
        firsts: dict[tuple[str, ...], dict[str, Any]] = {}
        for row in rows_at(table, repeated.select(LINE, "called")):
            first = firsts.setdefault((row["called"], *(row[column] for column in by)), row)
            if first is not row:
                message = f"{row['name']!r} is the name of {first[table.schema.key[0]]!r} as well"
                related = (place(table, first, "name"),)
                yield RULES["reg.duplicate-name"].issue(
                    place(table, row, "name"), row["name"], message, related=related
                )


def relations(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the relations of a thing with itself, directly or by way of others, and those of unlike things."""
    table = snapshot.tables["entity_relations"]
    for (relation,), rows in table.sound.sort(LINE).group_by("relation", maintain_order=True):
        told: set[str] = set()
        edges: dict[str, list[str]] = {}
        for subject, other in rows.select("subject_id", "object_id").iter_rows():
            edges.setdefault(subject, []).append(other)
        ring = in_rings(edges)
        own = rows.filter((pl.col("subject_id") == pl.col("object_id")) | is_one_of("subject_id", ring))
        for row in own.iter_rows(named=True):
            subject, other = row["subject_id"], row["object_id"]
            if subject == other or (subject in ring and other in ring and ring[subject] == ring[other]):
                mark = str(ring.get(subject, subject))
                if mark not in told:
                    told.add(mark)
                    message = f"{subject!r} is {relation} itself, by way of {other!r}"
                    yield RULES["relation.cycle"].issue(place(table, row, "object_id"), other, message)
    types = snapshot.sound("entities").select("entity_id", "entity_type")
    typed = table.sound.join(
        types.rename({"entity_id": "subject_id", "entity_type": "s_type"}), on="subject_id"
    )
    typed = typed.join(types.rename({"entity_id": "object_id", "entity_type": "o_type"}), on="object_id")
    place_of = pl.col("s_type").is_in(_PLACES) & pl.col("o_type").is_in(_PLACES)
    body = pl.col("s_type").is_in(_BODIES) & pl.col("o_type").is_in(_BODIES)
    is_like = (
        pl.when(pl.col("relation") == "part_of")
        .then((place_of | body) & (pl.col("s_type") != "PER") & (pl.col("o_type") != "PER"))
        .when(pl.col("relation") == "member_of")
        .then((pl.col("s_type") == "PER") & (pl.col("o_type") == "ORG"))
        .when(pl.col("relation") == "affiliated_with")
        .then(body)
        .otherwise(pl.lit(value=True))
    )
    for row in rows_at(table, typed.filter(~is_like).select(LINE, "s_type", "o_type")):
        message = f"{row['subject_id']!r} ({row['s_type']}) is {row['relation']} {row['object_id']!r} ({row['o_type']})"
        yield RULES["relation.type"].issue(place(table, row, "relation"), row["relation"], message)
    yield from _doubled(table)
    yield from _of_two_wholes(table)


_BELONGING = ("part_of", "member_of")


def _doubled(table: Table) -> Iterator[Issue]:
    """Yield the ties beside which one of belonging stands."""
    pair = ["subject_id", "object_id"]
    belonging = table.sound.filter(pl.col("relation").is_in(_BELONGING))
    belonging = belonging.select(*pair, inner="relation", inner_line=LINE)
    tied = table.sound.filter(pl.col("relation") == "affiliated_with").join(belonging, on=pair)
    others = table.by_number(tied["inner_line"])
    for row in rows_at(table, tied.unique(LINE).select(LINE, "inner", "inner_line")):
        other = others[row["inner_line"]]
        message = f"{row['subject_id']!r} is {row['inner']} {row['object_id']!r} already"
        at, related = place(table, row, "relation"), (place(table, other, "relation"),)
        yield RULES["relation.doubled"].issue(at, row["relation"], message, related=related)


def _of_two_wholes(table: Table) -> Iterator[Issue]:
    """Yield the second whole that a thing is part of, unless the one is, by way of others, part of the other."""
    parts = table.sound.filter(pl.col("relation") == "part_of").sort(LINE)
    wholes: dict[str, list[str]] = {}
    for part, whole in parts.select("subject_id", "object_id").iter_rows():
        wholes.setdefault(part, []).append(whole)
    several = parts.filter(pl.col("subject_id").is_duplicated())
    firsts: dict[str, dict[str, Any]] = {}
    for row in several.iter_rows(named=True):
        part, whole = row["subject_id"], row["object_id"]
        first = firsts.setdefault(part, row)
        other = first["object_id"]
        if first is not row and whole not in _above(other, wholes) and other not in _above(whole, wholes):
            message = f"{part!r} is part of {whole!r}, and of {other!r}"
            at, related = place(table, row, "object_id"), (place(table, first, "object_id"),)
            yield RULES["relation.two-wholes"].issue(at, whole, message, related=related)


def _above(part: str, wholes: dict[str, list[str]]) -> set[str]:
    """Return what a thing is part of, by way of others."""
    found: set[str] = set()
    pending = [part]
    while pending:
        new = set(wholes.get(pending.pop(), ())) - found
        found |= new
        pending.extend(new)
    return found


def in_rings(edges: dict[str, list[str]]) -> dict[str, int]:
    """Return the nodes from which one comes back to oneself, each with the number of its ring (Tarjan's components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    rings: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in edges:
        pending = [(root, iter(edges.get(root, ())))] if root not in index else []
        while pending:
            node, children = pending[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            child = next(children, None)
            if child is None:
                pending.pop()
                if pending:
                    low[pending[-1][0]] = min(low[pending[-1][0]], low[node])
                if low[node] == index[node]:
                    members = _popped(stack, node)
                    on_stack.difference_update(members)
                    if len(members) > 1:
                        rings.update(dict.fromkeys(members, index[node]))
            elif child not in index:
                pending.append((child, iter(edges.get(child, ()))))
            elif child in on_stack:
                low[node] = min(low[node], index[child])
    return rings


def _popped(stack: list[str], last: str) -> list[str]:
    """Return what is on top of a stack, down to a node and with it, and take it away."""
    members = [stack.pop()]
    while members[-1] != last:
        members.append(stack.pop())
    return members


def _on_cycles(parents: dict[str, str]) -> set[str]:
    """Return the keys from which following the parents leads back to the key itself."""
    state: dict[str, int] = {}
    on_cycle: set[str] = set()
    for origin in parents:
        path: list[str] = []
        node = origin
        while node and node in parents and node not in state:
            state[node] = 1
            path.append(node)
            node = parents[node]
        if state.get(node) == 1:
            on_cycle.update(path[path.index(node) :])
        for visited in path:
            state[visited] = 2
    return on_cycle


def unused(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the entities and incidents that nothing refers to."""
    for name, key, labels, others in (
        ("entities", "entity_id", ("mentions", "entity_id"), (("incidents", "location_id"), *_RELATED)),
        ("incidents", "incident_id", ("events", "incident_id"), (("incidents", "part_of"),)),
    ):
        if not snapshot.readable(name):
            continue
        if not snapshot.whole(labels[0], *(table for table, _ in others)) or snapshot.may_lack_rows:
            raise Undecidable(f"rows that may refer to {name} are missing or in doubt")
        used = [snapshot.sound(table)[column] for table, column in others]
        used += [counts["value"] for counts in snapshot.census.uses.get(labels, ())]
        table = snapshot.tables[name]
        for row in table.sound.filter(~is_one_of(key, pl.concat(used))).iter_rows(named=True):
            rule = RULES[f"{'entity' if name == 'entities' else 'incident'}.unused"]
            yield rule.issue(place(table, row), row[key], f"nothing refers to {row[key]!r}")


_RELATED = (("entity_relations", "subject_id"), ("entity_relations", "object_id"))


def withdrawn(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the ids that are withdrawn and in use."""
    table = snapshot.tables["deprecated"]
    for name, ids in table.sound.group_by("table", maintain_order=True).agg("id").iter_rows():
        if name in snapshot.due and snapshot.readable(name) and len(snapshot.tables[name].schema.key) == 1:
            key = snapshot.tables[name].schema.key[0]
            live = snapshot.sound(name).filter(pl.col(key).is_in(ids))
            for row in live.iter_rows(named=True):
                message = f"{row[key]!r} is withdrawn, by deprecated.csv"
                at = place(snapshot.tables[name], row, key)
                yield RULES["reg.withdrawn-in-use"].issue(at, row[key], message)


def layers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the layers that are missing, and those whose version does not go with their status."""
    table = snapshot.tables["layers"]
    for row in table.sound.filter(_IS_BLANK == _HAS_VERSION).iter_rows(named=True):
        message = f"the layer is {row['status']} and its version {row['guideline_version'] or 'empty'}"
        at = place(table, row, "guideline_version")
        yield RULES["layer.guidelines"].issue(at, row["guideline_version"], message)
    if not snapshot.whole("layers"):
        raise Undecidable("rows of layers are missing or in doubt")
    if snapshot.whole("layers", "layer_types"):
        wanted = (
            snapshot.sound("documents")
            .lazy()
            .join(snapshot.sound("layer_types").lazy().select("layer"), how="cross")
        )
        missing = (
            wanted.join(table.sound.lazy(), on=["document_id", "layer"], how="anti")
            .select(LINE, "layer")
            .collect()
        )
        documents = snapshot.tables["documents"]
        for row in rows_at(documents, missing):
            message = f"layers.csv has no row for the layer {row['layer']} of {row['document_id']}"
            yield RULES["layer.missing"].issue(place(documents, row), row["layer"], message)


def blank_layers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the layers that are blank and hold something."""
    table = snapshot.tables["layers"]
    every = table.sound.filter(_IS_BLANK & ~_HAS_VERSION).filter(snapshot.batch.owns("document_id"))
    for layer, (name, key, filled) in _LAYER_TABLES.items():
        blank = every.filter(pl.col("layer") == layer)
        if blank.height and snapshot.readable(name):
            rows = snapshot.tables[name].texts
            held = rows.filter(pl.col(filled) != "").select(document_id=document_expr(key)).unique()
            for row in rows_at(table, blank.join(held, on="document_id").select(LINE)):
                message = f"the layer {layer} of {row['document_id']} is not blank: {name} has rows of it"
                yield RULES["layer.blank"].issue(place(table, row, "status"), row["status"], message)


_IS_BLANK = pl.col("status") == "blank"
_HAS_VERSION = pl.col("guideline_version") != ""


def passes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the passes whose file is no resource of the package: one issue a path."""
    table = snapshot.tables["passes"]
    declared = [path for resource in snapshot.package.resources for path in resource.paths]
    lost = table.sound.filter((pl.col("path") != "") & ~pl.col("path").is_in(declared))
    for row in lost.unique("path", keep="first", maintain_order=True).iter_rows(named=True):
        message = f"no resource of the package is {row['path']!r}"
        yield RULES["pass.undeclared"].issue(place(table, row, "path"), row["path"], message)


_LINKS = (
    "link.not-linkable",
    "mention.value-unexpected",
    "link.missing",
    "link.type-conflict",
    "link.named-person",
)
_ONCE = (Stage.PACKAGE,)
CHECKS = (
    Check((RULES["pass.undeclared"],), passes, needs=("passes",), stages=_ONCE),
    Check(
        tuple(RULES[f"entity.{what}"] for what in ("type", "coordinates", "position")),
        entities,
        needs=("entities", "entity_types"),
        stages=_ONCE,
    ),
    Check((RULES["entity.attributes"],), attributes, needs=("entities",), stages=_ONCE),
    Check((RULES["link.other-name"],), other_names, needs=("mentions", "entities")),
    Check(
        tuple(RULES[code] for code in _LINKS),
        links,
        needs=("mentions", "entities", "entity_types", "entity_type_links"),
    ),
    Check((RULES["mention.value"],), values, needs=("mentions", "entity_types")),
    Check(
        (RULES["incident.cycle"], RULES["incident.location-type"]),
        incidents,
        needs=("incidents", "entities"),
        stages=_ONCE,
    ),
    Check((RULES["vocab.link"],), type_links, needs=("entity_type_links", "entity_types"), stages=_ONCE),
    Check((RULES["incident.endless"],), extents, needs=("incidents",), stages=_ONCE),
    Check(
        tuple(RULES[f"incident.{name}"] for name in ("whole-extent", "whole-type", "part-date")),
        wholes,
        needs=("incidents",),
        stages=_ONCE,
    ),
    Check((RULES["reg.duplicate-name"],), names, stages=_ONCE),
    Check(
        tuple(RULES[f"relation.{what}"] for what in ("cycle", "type", "doubled", "two-wholes")),
        relations,
        needs=("entity_relations", "entities"),
        stages=_ONCE,
    ),
    Check((RULES["reg.withdrawn-in-use"],), withdrawn, needs=("deprecated",), stages=EVERYWHERE),
    Check(
        (RULES["layer.missing"], RULES["layer.guidelines"]),
        layers,
        needs=("layers", "documents"),
        stages=_ONCE,
    ),
    Check((RULES["layer.blank"],), blank_layers, needs=("layers",)),
    Check(
        (RULES["entity.unused"], RULES["incident.unused"]),
        unused,
        needs=("entities", "incidents"),
        stages=(Stage.CORPUS,),
    ),
)
