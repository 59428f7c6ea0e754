"""L5: the registry (entities, incidents, withdrawn ids) and what mentions link to it, and the state of the layers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks.rule import (
    Check,
    Undecidable,
    by_code,
    document_expr,
    error,
    place,
    rows_at,
    warning,
)
from tigris_corpus.edtf import bounds
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        5,
        "link.type-conflict",
        "A mention has the type of the thing it stands for, or one that the vocabulary allows beside it.",
        "mend the type of the mention, or link it to another entity",
        bad="a PER mention of an ORG entity",
        good="an ORG mention of an ORG entity",
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
        "give the row a new id, or take its id out of deprecated.csv",
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
        "pass.undeclared",
        "A pass is kept as it was made, in a file that the descriptor names and hashes.",
        "declare the file as a resource of the descriptor, or mend the path",
        bad="corpus/passes/lost.jsonl, which no resource is",
        good="corpus/passes/model-a.jsonl, declared",
    ),
)
_NUMBER = re.compile(r"[0-9]+([.][0-9]+)?|(\.\.|[0-9]+([.][0-9]+)?)/(\.\.|[0-9]+([.][0-9]+)?)")
_PLACES = ("GPE", "LOC", "FAC")
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
    entities = snapshot.sound("entities").select("entity_id", linked_type="entity_type", entity_line=LINE)
    pairs = (
        snapshot.tables["entity_type_links"]
        .rows.unique(["mention_type", "linked_type"])
        .select(entity_type="mention_type", linked_type="linked_type", allowed=pl.lit(value=True))
    )
    linked, linkable = pl.col("entity_id") != "", pl.col("linkable") == "true"
    found = (
        table.sound.select(LINE, "entity_type", "mention_type", "value", "entity_id")
        .join(types, on="entity_type")
        .join(entities, on="entity_id", how="left")
        .join(pairs, on=["entity_type", "linked_type"], how="left")
        .with_columns(
            pl.when(linked & ~linkable)
            .then(pl.lit("link.not-linkable"))
            .when(linkable & (pl.col("value") != ""))
            .then(pl.lit("mention.value-unexpected"))
            .when(linkable & ~linked & (pl.col("mention_type") == "NAM"))
            .then(pl.lit("link.missing"))
            .when((pl.col("linked_type") != pl.col("entity_type")) & pl.col("allowed").is_null())
            .then(pl.lit("link.type-conflict"))
            .alias("code")
        )
        .filter(pl.col("code").is_not_null())
        .select(LINE, "code", "linked_type", "entity_line", "entity_id")
    )
    parent = snapshot.tables["entities"]
    is_conflict = pl.col("code") == "link.type-conflict"
    blamed = snapshot.at_fault(found.filter(is_conflict), "mentions", "entity_id")
    for row in rows_at(parent, parent.sound.filter(pl.col("entity_id").is_in(blamed)).select(LINE)):
        name = row["entity_id"]
        message = f"{name!r} is {row['entity_type']}, and none of its mentions may be that"
        yield RULES["link.type-conflict"].issue(
            place(parent, row, "entity_type"), row["entity_type"], message
        )
    for row in rows_at(
        table, found.filter(~(is_conflict & pl.col("entity_id").is_in(blamed))).drop("entity_id")
    ):
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
        }[row["code"]]
        related = parent.sound.filter(pl.col(LINE).is_in([row["entity_line"] or 0])).iter_rows(named=True)
        places = [place(parent, other) for other in related]
        yield RULES[row["code"]].issue(place(table, row, field), value, message, related=places)


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


def entities(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the entities of a type that does not link, and those with half a position."""
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


def incidents(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the incidents that are parts of themselves, and those that take place at no place."""
    table = snapshot.tables["incidents"]
    parts = table.sound.filter(pl.col("part_of") != "").select("incident_id", "part_of")
    nested = parts.filter(pl.col("part_of").is_in(parts["incident_id"].implode()))
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
    kinds = snapshot.sound("entities").select(location_id="entity_id", location_type="entity_type")
    wrong = table.sound.join(kinds, on="location_id").filter(~pl.col("location_type").is_in(_PLACES))
    for row in rows_at(table, wrong.select(LINE, "location_type")):
        message = f"the location {row['location_id']!r} is {row['location_type']}"
        yield RULES["incident.location-type"].issue(
            place(table, row, "location_id"), row["location_id"], message
        )


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
    for name, key, uses in (
        (
            "entities",
            "entity_id",
            (("mentions", "entity_id"), ("incidents", "location_id"), *_RELATED),
        ),
        ("incidents", "incident_id", (("events", "incident_id"), ("incidents", "part_of"))),
    ):
        if not snapshot.readable(name):
            continue
        if not snapshot.whole(*(table for table, _ in uses)) or snapshot.may_lack_rows:
            raise Undecidable(f"rows that may refer to {name} are missing or in doubt")
        used = pl.concat([snapshot.sound(table)[column] for table, column in uses]).unique()
        table = snapshot.tables[name]
        for row in table.sound.filter(~pl.col(key).is_in(used.implode())).iter_rows(named=True):
            rule = RULES[f"{'entity' if name == 'entities' else 'incident'}.unused"]
            yield rule.issue(place(table, row), row[key], f"nothing refers to {row[key]!r}")


_RELATED = (("entity_relations", "subject_id"), ("entity_relations", "object_id"))


def withdrawn(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the ids that are withdrawn and in use."""
    table = snapshot.tables["deprecated"]
    for name, ids in table.sound.group_by("table", maintain_order=True).agg("id").iter_rows():
        if snapshot.readable(name) and len(snapshot.tables[name].schema.key) == 1:
            key = snapshot.tables[name].schema.key[0]
            live = snapshot.sound(name).filter(pl.col(key).is_in(ids))
            for row in live.iter_rows(named=True):
                message = f"{row[key]!r} is withdrawn, by deprecated.csv"
                at = place(snapshot.tables[name], row, key)
                yield RULES["reg.withdrawn-in-use"].issue(at, row[key], message)


def layers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the layers that are missing, those that are blank and hold something, and those without a version."""
    table = snapshot.tables["layers"]
    is_blank = pl.col("status") == "blank"
    has_version = pl.col("guideline_version") != ""
    for row in table.sound.filter(is_blank == has_version).iter_rows(named=True):
        message = f"the layer is {row['status']} and its version {row['guideline_version'] or 'empty'}"
        at = place(table, row, "guideline_version")
        yield RULES["layer.guidelines"].issue(at, row["guideline_version"], message)
    for layer, (name, key, filled) in _LAYER_TABLES.items():
        if snapshot.readable(name):
            rows = snapshot.tables[name].texts
            held = rows.filter(pl.col(filled) != "").select(document_id=document_expr(key)).unique()
            blank = table.sound.filter(is_blank & ~has_version & (pl.col("layer") == layer))
            for row in rows_at(table, blank.join(held, on="document_id").select(LINE)):
                message = f"the layer {layer} of {row['document_id']} is not blank: {name} has rows of it"
                yield RULES["layer.blank"].issue(place(table, row, "status"), row["status"], message)
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


def passes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the passes whose file is no resource of the package: one issue a path."""
    table = snapshot.tables["passes"]
    declared = [resource.path for resource in snapshot.package.resources]
    lost = table.sound.filter((pl.col("path") != "") & ~pl.col("path").is_in(declared))
    for row in lost.unique("path", keep="first", maintain_order=True).iter_rows(named=True):
        message = f"no resource of the package is {row['path']!r}"
        yield RULES["pass.undeclared"].issue(place(table, row, "path"), row["path"], message)


CHECKS = (
    Check((RULES["pass.undeclared"],), passes, needs=("passes",)),
    Check((RULES["entity.type"], RULES["entity.coordinates"]), entities, needs=("entities", "entity_types")),
    Check(
        tuple(
            RULES[code]
            for code in (
                "link.not-linkable",
                "mention.value-unexpected",
                "link.missing",
                "link.type-conflict",
            )
        ),
        links,
        needs=("mentions", "entities", "entity_types", "entity_type_links"),
    ),
    Check((RULES["mention.value"],), values, needs=("mentions", "entity_types")),
    Check(
        (RULES["incident.cycle"], RULES["incident.location-type"]), incidents, needs=("incidents", "entities")
    ),
    Check((RULES["reg.withdrawn-in-use"],), withdrawn, needs=("deprecated",)),
    Check(
        (RULES["layer.missing"], RULES["layer.blank"], RULES["layer.guidelines"]),
        layers,
        needs=("layers", "documents"),
    ),
    Check((RULES["entity.unused"], RULES["incident.unused"]), unused, needs=("entities", "incidents")),
)
