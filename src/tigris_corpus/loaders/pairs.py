"""Pairs of mentions, and of events, for coreference: whether both stand for one thing, or tell of one happening.

A corpus has too many pairs to write all: these are chosen by a rule, whose size grows with the corpus and not with its
square. It is sorted neighbourhood (Hernández & Stolfo 1995, *The Merge/Purge Problem for Large Databases*), within
documents and across, and the links that hold each chain together:

1. Members are the mentions that are linked to an entity and the events that are linked to an incident, of each thing
   those in the first ``DOCUMENTS`` documents that have any.
2. A member is paired with the ``NEAR`` members before it of the same type in its document.
3. The first member of a thing in a document is paired with the ``NEAR`` in documents before it that are of the same
   type and as far on in their document, counted in firsts of that type.
4. A member is paired with the one before it of its own thing in its document; the first in a document with the first
   in the nearest document before it, of each language, that has the thing.

By 2 and 3 pairs are chosen without a look at whether they are the same; 4 adds the links, so that whoever joins all that
is the same gets the clusters back. How many pairs are the same is therefore the rule's doing, and no rate of the texts.
Both members are always of the documents that were given: pairs are made of each part by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.loaders.tables import DOCUMENT

if TYPE_CHECKING:
    from tigris_corpus.loaders.tables import Tables

NEAR = 2
"""How many neighbours each member is paired with, within its document and across."""
DOCUMENTS = 20
"""How many documents each thing gives members from, so that the most common do not drown the others."""
KINDS = pl.Enum(["entity", "incident"])
LABELS = pl.Enum(["different", "same"])
_SIDES = ("first", "second")
_PAIR = {"first": pl.UInt32, "second": pl.UInt32}


def pairs(tables: Tables) -> pl.DataFrame:
    """Return one row a pair, entities before incidents, in the order of the second member.

    Columns: kind (entity, incident), label (different, same), across (whether the two are of different documents), first
    and second, each with id (of the mention or the event), document_id, language, fold, sentence_id, sentence (its
    text), text, start, end (code points into the raw text), start_in_sentence, end_in_sentence, entity_type and
    event_type (of which one is null). ``first`` comes before ``second``, in the order of the documents and of the text.
    """
    return pl.concat([_of_kind(tables, kind) for kind in KINDS.categories])


def _of_kind(tables: Tables, kind: str) -> pl.DataFrame:
    """Return the pairs of mentions, or those of events."""
    members = _members(tables, kind)
    found = _paired(members.select("member", "thing", "type", DOCUMENT, "language", "start"))
    sides = {side: found[side] for side in _SIDES}
    inside = members.select(inside=_inside(tables, kind))["inside"]
    things, documents = members["thing"], members[DOCUMENT]
    first, second = sides.values()
    same = (things.gather(first) == things.gather(second)).cast(pl.UInt32)
    return pl.DataFrame(
        [
            pl.Series("kind", [kind], dtype=KINDS).new_from_index(0, found.height),
            same.cat.to(LABELS).alias("label"),
            (documents.gather(first) != documents.gather(second)).alias("across"),
            *(inside.gather(rows).alias(side) for side, rows in sides.items()),
        ]
    )


def _members(tables: Tables, kind: str) -> pl.DataFrame:
    """Return the members of a kind in the order of the documents and of the text, with their number (member)."""
    if kind == "entity":
        columns = {"id": "mention_id", "thing": "entity_id", "type": "entity_type"}
        rows = tables.mentions.select(
            DOCUMENT, "sentence_id", "text", "start", "end", **{k: pl.col(v) for k, v in columns.items()}
        )
    else:
        columns = {"id": "event_id", "thing": "incident_id", "type": "event_type"}
        spans = {"text": "trigger_text", "start": "trigger_start", "end": "trigger_end"}
        rows = tables.events.select(
            DOCUMENT, "sentence_id", **{k: pl.col(v) for k, v in (spans | columns).items()}
        )
    places = tables.sentences.select(
        "sentence_id", "document_id", "language", "fold", sentence="text", origin="start"
    )
    linked = rows.filter(pl.col("thing").is_not_null())
    told = linked.select("thing", DOCUMENT).unique().sort("thing", DOCUMENT)
    few = told.filter(pl.int_range(pl.len()).over("thing") < DOCUMENTS)
    return (
        linked.join(few, on=["thing", DOCUMENT], how="semi", maintain_order="left")
        .join(places, on="sentence_id", how="left", maintain_order="left")
        .sort(DOCUMENT, "start", "end", "id")
        .with_row_index("member")
    )


def _inside(tables: Tables, kind: str) -> pl.Expr:
    """Return what a pair holds of a member."""
    types = {
        "entity": ("entity_type", tables.mentions.schema["entity_type"]),
        "incident": ("event_type", tables.events.schema["event_type"]),
    }
    return pl.struct(
        "id",
        "document_id",
        "language",
        "fold",
        "sentence_id",
        "sentence",
        "text",
        "start",
        "end",
        (pl.col("start") - pl.col("origin")).alias("start_in_sentence"),
        (pl.col("end") - pl.col("origin")).alias("end_in_sentence"),
        *(
            (pl.col("type") if of == kind else pl.lit(None, dtype=labels)).alias(name)
            for of, (name, labels) in types.items()
        ),
    )


def _paired(members: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers of the members of each pair, first and second; each pair once, in the order of the second."""
    firsts = members.unique(["thing", DOCUMENT], keep="first", maintain_order=True)
    firsts = firsts.with_columns(rank=pl.int_range(pl.len()).over(DOCUMENT, "type"))
    found = [
        *(_before(members, [DOCUMENT, "type"], distance) for distance in range(1, NEAR + 1)),
        *(_before(firsts, ["type", "rank"], distance) for distance in range(1, NEAR + 1)),
        _before(members, [DOCUMENT, "thing"], 1),
        *(_in_language(firsts, language) for language in members["language"].unique().sort()),
    ]
    return pl.concat([pl.DataFrame(schema=_PAIR), *found]).unique().sort("second", "first")


def _before(rows: pl.DataFrame, groups: list[str], distance: int) -> pl.DataFrame:
    """Return each member with the one so many places before it in its group."""
    return rows.select(
        pl.col("member").shift(distance).over(groups).alias("first"), pl.col("member").alias("second")
    ).drop_nulls()


def _in_language(firsts: pl.DataFrame, language: Any) -> pl.DataFrame:
    """Return each first of a thing in a document with the first in the nearest document before it of a language."""
    earlier = firsts.filter(pl.col("language") == language).select("thing", DOCUMENT, first="member")
    joined = firsts.sort(DOCUMENT).join_asof(
        earlier.sort(DOCUMENT),
        on=DOCUMENT,
        by="thing",
        strategy="backward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return joined.select("first", second="member").drop_nulls()
