"""L6: what only many texts together show: leakage between the parts, and one string labelled in two ways."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks.rule import Check, Stage, by_code, error, place, warning
from tigris_corpus.descriptor import TEXT_TABLE
from tigris_corpus.engine.reader import LINE
from tigris_corpus.paths import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        6,
        "split.near-duplicate",
        "A text that is learned from and tested on makes every score too good, even where a few words differ.",
        "keep one of the two documents, or put both into one part",
        bad="one agency report as two papers printed it, in train and in test",
        good="the two printings in train",
    ),
    warning(
        6,
        "cons.label-variation",
        "One string between the same two words is most likely one kind of thing.",
        "compare the mentions and mend the odd one, or waive the warning with the reason",
        bad='"Washington" in "from Washington to" once as GPE and twice as ORG',
        good='"Washington" in "from Washington to" as GPE each time',
    ),
)
SHINGLE = 5
"""How many words a shingle has."""
SIMILAR = 0.8
"""The share of the shingles of two texts that both have (Jaccard), from which they are near duplicates."""
_KEPT = 8
"""Of each text so many shingles are compared first, those of the lowest hashes (Broder 1997)."""
_SHARED = 3
"""Texts that share so many of them are compared in full; of two that are nearly equal, all but one pair in 800 are."""
_COMMON = 50
"""A shingle that so many texts have is a formula of the trade, and says nothing of any two."""
_SEED = 20
_WORD = re.compile(r"\w+")
_SKETCHED = {"document_id": pl.String, "shingle": pl.UInt64}


def sketches(snapshot: Snapshot) -> pl.DataFrame:
    """Return the lowest hashes of the shingles of each text of a batch: columns document_id and shingle."""
    words = (
        snapshot.raw_texts.lazy()
        .select(
            "document_id",
            word=pl.col("raw").str.to_lowercase().str.replace_all("\n", " ", literal=True).str.split(" "),
        )
        .explode("word", empty_as_null=True)
        .select("document_id", word=pl.col("word").hash(_SEED))
    )
    shingle = pl.col("word")
    for step in range(1, SHINGLE):
        shingle = shingle.hash(_SEED + step).xor(pl.col("word").shift(-step))
    same = pl.col("document_id") == pl.col("document_id").shift(1 - SHINGLE)
    return (
        words.select("document_id", shingle=shingle.hash(_SEED), is_whole=same.fill_null(value=False))
        .filter("is_whole")
        .group_by("document_id")
        .agg(pl.col("shingle").unique().bottom_k(_KEPT))
        .explode("shingle", empty_as_null=True)
        .collect()
    )


def near_duplicates(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents that are nearly the text of a document in another part, one of the two in the test."""
    table = snapshot.tables[TEXT_TABLE]
    frames = snapshot.census.kept.get("consistency.near_duplicates", ())
    sampled = pl.concat(frames) if frames else pl.DataFrame(schema=_SKETCHED)
    parted = sampled.join(table.sound.select("document_id", "split"), on="document_id")
    spread = parted.group_by("shingle").agg(parts=pl.col("split").n_unique(), texts=pl.len())
    shared = parted.join(spread.filter((pl.col("parts") > 1) & (pl.col("texts") < _COMMON)), on="shingle")
    pairs = (
        shared.join(shared, on="shingle", suffix="_other")
        .filter(
            (pl.col("document_id") < pl.col("document_id_other")) & (pl.col("split") != pl.col("split_other"))
        )
        .group_by("document_id", "document_id_other")
        .len()
        .filter(pl.col("len") >= _SHARED)
        .sort("document_id", "document_id_other")
    )
    rows = {row["document_id"]: row for row in table.sound.iter_rows(named=True)} if pairs.height else {}
    for one, other, _ in pairs.iter_rows():
        if rows[one]["sha256"] == rows[other]["sha256"]:
            continue
        likeness = _likeness(*(_shingles(snapshot, rows[name]["text_path"]) for name in (one, other)))
        if likeness >= SIMILAR:
            message = f"{other} ({rows[other]['split']}) is nearly {one} ({rows[one]['split']}): {likeness:.0%} of their shingles are common"
            at, related = place(table, rows[other], "split"), (place(table, rows[one], "split"),)
            yield RULES["split.near-duplicate"].issue(at, rows[other]["split"], message, related=related)


def _shingles(snapshot: Snapshot, path: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(snapshot.package.gate.read(path, MAX_TEXT).decode("utf-8", "replace").lower())
    return set(zip(*(words[start:] for start in range(SHINGLE)), strict=False))


def _likeness(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """Return the Jaccard index of two sets: the share of what either has that both have."""
    return len(one & other) / max(1, len(one | other))


def label_variation(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions typed otherwise than most of the same string between the same two words (Dickinson and Meurers 2003).

    A package in several batches is judged batch by batch.
    """
    table = snapshot.tables["mentions"]
    varying = (
        table.sound.lazy()
        .group_by("text", "entity_type")
        .agg()
        .group_by("text")
        .len()
        .filter(pl.col("len") > 1)
        .select("text")
    )
    parents = snapshot.sound("sentences").lazy().select("sentence_id", s_start="start", s_text="text")
    placed = (
        table.sound.lazy()
        .select(LINE, "sentence_id", "start", "end", "text", "entity_type", "mention_type")
        .join(varying, on="text", how="semi")
        .join(parents, on="sentence_id")
        .select(
            LINE,
            "text",
            "entity_type",
            "mention_type",
            before=pl.col("s_text")
            .str.slice(0, pl.col("start") - pl.col("s_start"))
            .str.extract(r"(\S+)\s*$"),
            after=pl.col("s_text").str.slice(pl.col("end") - pl.col("s_start")).str.extract(r"^(\s*\S+)"),
        )
        .drop_nulls()
        .collect()
    )
    context = ["text", "mention_type", "before", "after"]
    several = placed.filter(pl.col("entity_type").n_unique().over(context) > 1)
    grouped: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    numbers = several.select(LINE, "before", "after")
    for row in table.sound.join(numbers, on=LINE).sort(LINE).iter_rows(named=True):
        grouped[tuple(row[name] for name in context)].append(row)
    for rows in grouped.values():
        counts = Counter(row["entity_type"] for row in rows)
        (most, count), *_ = counts.most_common()
        agreeing = [row for row in rows if row["entity_type"] == most]
        for row in rows:
            if row["entity_type"] != most:
                message = f"{row['text']!r} is {row['entity_type']} here, and {most} in {count} like places"
                at = place(table, row, "entity_type")
                related = [place(table, other, "entity_type") for other in agreeing[:3]]
                yield RULES["cons.label-variation"].issue(at, row["entity_type"], message, related=related)


CHECKS = (
    Check((RULES["cons.label-variation"],), label_variation, needs=("mentions", "sentences")),
    Check(
        (RULES["split.near-duplicate"],),
        near_duplicates,
        needs=(TEXT_TABLE,),
        stages=(Stage.CORPUS,),
        remember=sketches,
    ),
)
