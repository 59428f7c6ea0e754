"""L6: what only many texts together show: leakage between the parts, and one string labelled in two ways."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from tigris_corpus.checks.rule import Check, Stage, by_code, error, place, rows_at, warning
from tigris_corpus.descriptor import TEXT_TABLE
from tigris_corpus.engine.expressions import hashed, is_one_of
from tigris_corpus.engine.links import rows_at_places
from tigris_corpus.engine.reader import LINE
from tigris_corpus.issues import plural
from tigris_corpus.paths import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    warning(
        6,
        "cons.link-variation",
        "The word of a nationality or religion stands for one country or community wherever it stands.",
        "link the odd one as the others are, or waive the warning with the reason",
        bad='"American" linked to the United States 30 times, and once to Iraq',
        good='"American" linked to the United States each time',
    ),
)
SHINGLE = 5
"""How many words a shingle has."""
SIMILAR = 0.8
"""The share of the shingles of two texts that both have (Jaccard), from which they are near duplicates."""
_FEW = 16
"""Of so few short texts all are compared with each other in full."""
_KEPT = 8
"""Of each of many texts so many windows are compared first, those of the lowest hashes (Broder 1997)."""
_WINDOW = 24
"""How many bytes a window has."""
_WORD_BYTES = 6
_LOW = 4 * _KEPT
"""About how many windows of a text are looked at to find these."""
_HIGHEST = 2**64 - 2**12  # as a float it is below 2**64
_FACTOR = 0x9E3779B97F4A7C15
_LOWER = 0x2020202020202020
"""The bits that make lower case of eight letters of ASCII."""
_SHARED = 3
"""Texts that share so many of them are compared in full; pairs that are nearly equal hardly ever do not."""
_COMMON = 50
"""A shingle that so many texts have is a formula of the trade, and says nothing of any two."""
_SEED = 20
_WORD = re.compile(r"\w+")
_SKETCHED = {"document_id": pl.String, "shingle": pl.UInt64}
_PIECE = 2**20
"""How many bytes are looked at at a time."""
_SHORT = 2**15
"""How many bytes a text has at most whose shingles are compared as they are, and not as hashes."""
_SETS, _HASHES = 2**18, 2**22
"""How many shingles are kept while texts are compared, as they are and as hashes, unless one text has more."""
_Sized = TypeVar("_Sized", set[tuple[str, ...]], pl.Series)
_LOWEST = pl.col("shingle").unique().bottom_k(_KEPT)


def sketches(snapshot: Snapshot) -> pl.DataFrame:
    """Return the lowest hashes of the windows of each text of a batch: columns document_id and shingle.

    Of a few short texts each pair is compared in full: all of them are given the same.
    """
    texts = snapshot.raw_texts.select("document_id", "raw")
    sizes = texts["raw"].str.len_bytes()
    if snapshot.elsewhere is None and texts.height <= _FEW and sizes.sum() <= _SHORT * _FEW:
        same = pl.DataFrame({"shingle": range(_SHARED)}, schema_overrides=_SKETCHED)
        return texts.select("document_id").join(same, how="cross")
    low = _low_windows(texts["raw"].cast(pl.Binary), sizes)
    lowest = low.group_by("text").agg(_LOWEST).explode("shingle", empty_as_null=True)
    return lowest.select(texts["document_id"].gather(lowest["text"]), "shingle")


def _low_windows(raws: pl.Series, sizes: pl.Series) -> pl.DataFrame:
    """Return hashes of windows that begin with a word, of those whose first letters have a low hash: columns text and shingle.

    A window has about as many words as a shingle. How low a hash is depends on the size of its text: of each text
    about as many are looked at.
    """
    import numpy as np  # noqa: PLC0415 - three times as fast as lists of words, and lets others run meanwhile

    between = b"\n" * _WINDOW  # no window reaches from one text into the next
    data = b"\n" + between.join(raws) + between
    ends = np.cumsum(sizes.to_numpy() + _WINDOW, dtype=np.int64) + 1
    limits = (_HIGHEST / np.maximum(sizes.to_numpy() / (_WORD_BYTES * _LOW), 1)).astype(np.uint64)
    every = np.frombuffer(data, np.uint8)
    pieces = np.ndarray(len(data) - 7, "<u8", data, strides=(1,))
    found, where = [], []
    for begin in range(0, len(data) - _WINDOW, _PIECE):
        is_blank = every[begin : begin + _PIECE + 1] <= ord(" ")
        starts = np.flatnonzero(is_blank[:-1] > is_blank[1:]) + (begin + 1)
        first, last = np.searchsorted(ends, (begin, begin + _PIECE), "right")
        edges = np.searchsorted(starts, ends[first:last])
        counts = np.diff(edges, prepend=0, append=len(starts))[: len(ends) - first]
        hashes = pieces[starts] | _LOWER
        hashes *= _FACTOR
        is_low = hashes <= np.repeat(limits[first : last + 1], counts)
        starts, hashes = starts[is_low], hashes[is_low]
        for step in range(8, _WINDOW, 8):
            hashes ^= hashes >> 29
            hashes += pieces[starts + step] | _LOWER
            hashes *= _FACTOR
        hashes ^= hashes >> 29
        hashes *= _FACTOR
        found.append(hashes)
        where.append(np.searchsorted(ends, starts, "right"))
    return pl.DataFrame({"text": np.concatenate(where), "shingle": np.concatenate(found)})


def _shingle() -> pl.Expr:
    """Return the hash of each word with those that follow it, from a column of hashes of words."""
    shingle = pl.col("word")
    for step in range(1, SHINGLE):
        shingle = shingle.hash(_SEED + step).xor(pl.col("word").shift(-step))
    return shingle.hash(_SEED)


def near_duplicates(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the documents that are nearly the text of documents before them in another part: one issue a document."""
    table = snapshot.tables[TEXT_TABLE]
    sampled = snapshot.census.remembered("consistency.near_duplicates", _SKETCHED)
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
        .sort("document_id_other", "document_id")
    )
    told = pl.concat([pairs["document_id"], pairs["document_id_other"]])
    documents = table.sound.filter(pl.col("document_id").is_in(told.implode()))
    rows = {row["document_id"]: row for row in documents.iter_rows(named=True)}
    compared = _Compared(snapshot)
    found: dict[str, list[tuple[str, float]]] = {}
    for one, other, _ in pairs.iter_rows():
        if rows[one]["sha256"] != rows[other]["sha256"]:
            alike = compared.likeness(rows[one]["text_path"], rows[other]["text_path"])
            if alike >= SIMILAR:
                found.setdefault(other, []).append((one, alike))
    for other, ones in found.items():
        one, alike = ones[0]
        more = f", and {plural(len(ones) - 1, 'other document')}" if len(ones) > 1 else ""
        message = f"{other} ({rows[other]['split']}) is nearly {one} ({rows[one]['split']}){more}: {alike:.0%} of their shingles are common"
        related = [place(table, rows[name], "split") for name, _ in ones]
        at, split = place(table, rows[other], "split"), rows[other]["split"]
        yield RULES["split.near-duplicate"].issue(at, split, message, related=related)


class _Compared:
    """The shingles of texts, kept for the next comparison as long as they are not too many; of long texts as hashes."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._gate = snapshot.package.gate
        self._sets: dict[str, set[tuple[str, ...]]] = {}
        self._hashes: dict[str, pl.Series] = {}

    def likeness(self, one: str, other: str) -> float:
        """Return the Jaccard index of the shingles of two texts."""
        if max(self._gate.size(one), self._gate.size(other)) <= _SHORT:
            return likeness(*(self._kept(self._sets, path, shingles, _SETS) for path in (one, other)))
        first, second = (self._kept(self._hashes, path, _hashes, _HASHES) for path in (one, other))
        common = int(first.is_in(second.implode()).sum())
        return common / max(1, len(first) + len(second) - common)

    def _kept(self, known: dict[str, _Sized], path: str, find: Callable[[str], _Sized], most: int) -> _Sized:
        """Return what is known of a text, else what is found, in the place of others where it would be too much."""
        if path not in known:
            found = find(self._gate.read(path, MAX_TEXT).decode("utf-8", "replace"))
            while known and sum(map(len, known.values())) + len(found) > most:
                del known[next(iter(known))]
            known[path] = found
        return known[path]


def _hashes(text: str) -> pl.Series:
    """Return the hashes of the shingles of a text, once each."""
    words = pl.Series([text]).str.to_lowercase().str.extract_all(_WORD.pattern).explode()
    found = words.hash(_SEED).to_frame("word").select(_shingle()).to_series()
    return found.head(max(0, len(words) - SHINGLE + 1)).unique()


def shingles(text: str) -> set[tuple[str, ...]]:
    """Return every stretch of ``SHINGLE`` words of a text, in lower case."""
    words = _WORD.findall(text.lower())
    return set(zip(*(words[start:] for start in range(SHINGLE)), strict=False))


def likeness(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """Return the Jaccard index of two sets: the share of what either has that both have."""
    return len(one & other) / max(1, len(one | other))


def label_variation(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions typed otherwise than most of the same string between the same two words (Dickinson and Meurers 2003).

    A package in several batches is judged batch by batch.
    """
    table = snapshot.tables["mentions"]
    kinds = table.sound.select("text", mark=hashed(["text", "entity_type"]))
    texts = kinds.filter(pl.col("mark").is_first_distinct())["text"]
    varying = texts.filter(texts.is_duplicated()).unique()
    is_asked = table.sound.select(is_one_of("text", varying)).to_series()
    places = snapshot.places("mentions", "sentence_id", "sentences").filter(is_asked)
    sentences = rows_at_places(snapshot.sound("sentences"), places, s_start="start", s_text="text")
    placed = (
        table.sound.filter(is_asked)
        .with_columns(*sentences)
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


_MOST_TIMES = 3
"""How many times the usual link of a word there is, and for each other one, where the other is taken for a slip."""


def link_variation(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the words of nationality and religion that are linked otherwise than nearly always.

    A package in several batches is judged batch by batch.
    """
    table = snapshot.tables["mentions"]
    is_word = (pl.col("entity_type") == "NORP") & (pl.col("mention_type") == "NAM")
    words = table.sound.select(LINE, "text", "entity_id", is_word=is_word & (pl.col("entity_id") != ""))
    words = words.filter("is_word").drop("is_word")
    counts = words.group_by("text", "entity_id").len().filter(pl.len().over("text") > 1)
    usual = counts.sort("len", "entity_id").group_by("text").last()
    usual = usual.rename({"entity_id": "usual", "len": "most"})
    odd = counts.join(usual, on="text").filter(pl.col("most") >= _MOST_TIMES * pl.col("len"))
    odd = odd.filter(pl.col("entity_id") != pl.col("usual"))
    found = words.join(odd, on=["text", "entity_id"]).select(LINE, "usual", "most")
    for row in rows_at(table, found):
        message = f"{row['text']!r} links to {row['entity_id']!r} here, and to {row['usual']!r} in {row['most']} places"
        at, fault = place(table, row, "entity_id"), f"{row['text']} {row['entity_id']}"
        yield RULES["cons.link-variation"].issue(at, row["entity_id"], message, fault=fault)


CHECKS = (
    Check((RULES["cons.link-variation"],), link_variation, needs=("mentions",)),
    Check((RULES["cons.label-variation"],), label_variation, needs=("mentions", "sentences")),
    Check(
        (RULES["split.near-duplicate"],),
        near_duplicates,
        needs=(TEXT_TABLE,),
        stages=(Stage.CORPUS,),
        remember=sketches,
    ),
)
