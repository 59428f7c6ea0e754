"""The words of sentences and their tags, a column at a time.

Words are those of ``formats.tokens``, cut without a look at the labels, so that no border of a word betrays one. Which
spans tags can hold is the rule of ``formats.bio``. There it is applied to one sentence; here it is applied to all of
them at once, by joins, and ``chosen`` of ``formats.bio`` decides only in sentences where spans cross.

Offsets are code points into the raw text. Joins are over one line of numbers, on which the texts stand one after
another (``at``): the place of a document in its table times ``ROOM``, and the offset.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from tigris_corpus.formats import bio
from tigris_corpus.formats.tokens import words

ROOM = 2**32
"""How many offsets a document has on the line: more than a text may have bytes."""
_PIECE = 20_000
"""How many sentences are cut into words at a time; what is made of them is kept in columns."""
_WORDS = {"sentence": pl.UInt32, "word": pl.String, "in_sentence": pl.Int64, "length": pl.Int64}


def cut(sentences: pl.DataFrame) -> pl.DataFrame:
    """Return the words of sentences, one row a word, in the order of the sentences and of the text.

    ``sentences`` has the columns document (its place in its table), language, start, end and text. Columns: sentence
    (the row of the sentence, from 0), word, start and end (code points into the raw text), in_sentence (the start, in
    the sentence), from and to (start and end on the line of all texts).
    """
    pieces = [
        _cut(sentences["language"], sentences["text"], first, min(first + _PIECE, sentences.height))
        for first in range(0, sentences.height, _PIECE)
    ]
    found = pl.concat([pl.DataFrame(schema=_WORDS), *pieces])
    origin = sentences["start"].gather(found["sentence"])
    line = _line(sentences["document"]).gather(found["sentence"])
    starts = origin + found["in_sentence"]
    return found.select(
        pl.col("sentence").set_sorted(),
        "word",
        "in_sentence",
        start=starts,
        end=starts + found["length"],
    ).with_columns((pl.col("start") + line).alias("from"), (pl.col("end") + line).alias("to"))


def _cut(languages: pl.Series, texts: pl.Series, first: int, last: int) -> pl.DataFrame:
    """Return the words of the sentences from row ``first`` to ``last``."""
    counts, found, starts, lengths = [], [], [], []
    for language, text in zip(languages[first:last], texts[first:last], strict=True):
        tokens = words(text, language.partition("-")[0])
        counts.append(len(tokens))
        found += [token.text for token in tokens]
        starts += [token.start for token in tokens]
        lengths += [token.end - token.start for token in tokens]
    rows = pl.Series(range(first, last), dtype=pl.UInt32).repeat_by(pl.Series(counts)).explode()
    return pl.DataFrame(dict(zip(_WORDS, (rows, found, starts, lengths), strict=True)), schema=_WORDS)


def judged(cells: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return spans with why tags cannot hold each of them; null where they can.

    ``cells`` is what ``cut`` returns. ``spans`` has the columns sentence (a row of the sentences that were cut, null
    where it is of none), document, start and end, first_offset and last_offset (those of the sentence). Adds the
    columns from, to and reason, and keeps the order.
    """
    line = _line(spans["document"])
    placed = spans.with_columns((pl.col("start") + line).alias("from"), (pl.col("end") + line).alias("to"))
    is_inside = (pl.col("start") >= pl.col("first_offset")) & (pl.col("end") <= pl.col("last_offset"))
    ordered = (
        placed.with_row_index("row")
        .filter(
            is_inside
            & pl.col("sentence").is_not_null()
            & _is_among(placed["from"], cells["from"])
            & _is_among(placed["to"], cells["to"])
        )
        .select("row", "sentence", "from", "to")
        .sort("from", "to", descending=[False, True], maintain_order=True)
    )
    is_same = (pl.col("from") == pl.col("from").shift(1)) & (pl.col("to") == pl.col("to").shift(1))
    same = ordered.select(is_same.fill_null(value=False)).to_series()
    single = ordered.filter(~same)
    reasons = pl.Series("reason", [bio.SPLITS_A_WORD], dtype=pl.String).new_from_index(0, spans.height)
    reasons = reasons.scatter(single["row"], None)
    reasons = reasons.scatter(ordered.filter(same)["row"], bio.SAME_SPAN)
    return placed.with_columns(reasons.scatter(_within(cells, single), bio.IS_WITHIN_ANOTHER))


def _is_among(values: pl.Series, borders: pl.Series) -> pl.Series:
    """Return of each value whether it stands in ``borders``, which ascend; none where there are none."""
    if borders.is_empty():
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(values))
    places = borders.search_sorted(values).clip(0, len(borders) - 1)
    return borders.gather(places) == values


def _within(cells: pl.DataFrame, spans: pl.DataFrame) -> pl.Series:
    """Return the rows of the spans that lie within another, or cross one and are not kept.

    ``spans`` are distinct, in the order of the line, and of those that begin together the longer first. Where none
    cross, one lies within another if it begins before an earlier one has ended.
    """
    ordered = spans.with_columns(reached=pl.col("to").cum_max().shift(1).fill_null(-1))
    begun = pl.col("from") < pl.col("reached")
    crossed = ordered.filter(begun & (pl.col("to") > pl.col("reached")))["sentence"].unique()
    plain = ordered.filter(begun)
    if crossed.is_empty():
        return plain["row"]
    in_crossed = pl.col("sentence").is_in(crossed.implode())
    return pl.concat([plain.filter(~in_crossed)["row"], _crossing(cells, spans, crossed)])


def _crossing(cells: pl.DataFrame, spans: pl.DataFrame, sentences: pl.Series) -> pl.Series:
    """Return the rows of the spans that are left out in sentences where some cross."""
    lost: list[int] = []
    for sentence in sentences.sort():
        borders = cells.filter(pl.col("sentence") == sentence)
        here = spans.filter(pl.col("sentence") == sentence)
        by_row = {str(row): (start, end) for row, start, end in here.select("row", "from", "to").iter_rows()}
        _, left = bio.chosen(list(zip(borders["from"], borders["to"], strict=True)), by_row)
        lost += map(int, left)
    return pl.Series(lost, dtype=pl.UInt32)


def tags(cells: pl.DataFrame, kept: pl.DataFrame) -> pl.Series:
    """Return a tag for each word: IOB2 of the spans that are kept, an ``Enum`` of ``formats.bio.names`` of the labels.

    ``kept`` has the columns from, to and label (an ``Enum``); no two overlap.
    """
    labels: Any = kept.schema["label"]
    tagset = pl.Enum(bio.names(labels.categories))
    spans = kept.select(
        pl.col("from").alias("begin"), "to", code=pl.col("label").to_physical().cast(pl.Int64)
    )
    joined = (
        cells.select(at="from")
        .join_asof(spans.sort("begin"), left_on="at", right_on="begin", strategy="backward")
        .select(
            pl.when(pl.col("at") < pl.col("to"))
            .then(1 + 2 * pl.col("code") + (pl.col("at") != pl.col("begin")).cast(pl.Int64))
            .otherwise(0)
            .fill_null(0)
            .cast(pl.UInt32)
        )
        .to_series()
    )
    return joined.cat.to(tagset)


def _line(documents: pl.Series) -> pl.Series:
    """Return where the text of each document begins on the line of all texts."""
    return documents.cast(pl.Int64) * ROOM
