"""Suspicions: where labels differ that one would expect to be alike. A suspicion is a place to look, not a fault."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

import pandas as pd

from tigris_corpus.edtf import bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tigris_corpus.corpus import Corpus

_WORD = re.compile(r"\w")
_WORD_START = re.compile(r"(?<!\w)(?=\S)")
_LONGEST_NAME = 200
COLUMNS = ["suspicion", "ids", "document_id", "sentence_id", "what"]


def audit(corpus: Corpus) -> pd.DataFrame:
    """Return every suspicion, one row each.

    Columns: suspicion (its kind), ids (of the rows concerned, blanks between), document_id and sentence_id (of the
    first), what (in words).
    """
    return pd.concat([find(corpus) for find in FINDERS.values()], ignore_index=True)


def varying_labels(corpus: Corpus) -> pd.DataFrame:
    """Return the names that have several types or stand for several things, by their lower-cased text."""
    names = corpus.mentions[corpus.mentions["mention_type"] == "NAM"]
    names = names.assign(label=names["entity_type"].astype("string") + " " + names["entity_id"].fillna("-"))
    rows = []
    for text, group in names.groupby(names["text"].str.casefold()):
        if group["label"].nunique() > 1:
            counts = group["label"].value_counts()
            told = ", ".join(f"{label} ({count})" for label, count in counts.items())
            rare = group[group["label"] == counts.index[-1]]
            rows.append(
                (
                    "varying-label",
                    " ".join(rare["mention_id"]),
                    rare["sentence_id"].iloc[0],
                    f"{text!r}: {told}",
                )
            )
    return _frame(rows)


def missed_names(corpus: Corpus) -> pd.DataFrame:
    """Return the places where a word stands that is a name elsewhere in the same language, and that no mention covers."""
    language = corpus.documents.set_index("document_id")["language"]
    sentences = corpus.sentences.assign(language=corpus.sentences["document_id"].map(language))
    zones = corpus.zones.loc[corpus.zones["mentions_annotated"], "zone"]
    done = corpus.layers[(corpus.layers["layer"] == "mentions") & (corpus.layers["status"] != "blank")]
    sentences = sentences[sentences["zone"].isin(zones) & sentences["document_id"].isin(done["document_id"])]
    of_mention = corpus.mentions.merge(sentences[["sentence_id", "language"]], on="sentence_id")
    names = of_mention[of_mention["mention_type"] == "NAM"]
    covered = {
        key: _merged(zip(group["start"], group["end"], strict=True))
        for key, group in of_mention.groupby("sentence_id")
    }
    rows = []
    for tongue, group in names.groupby("language"):
        alternatives = {name for name in group["text"] if len(name) <= _LONGEST_NAME}
        for sentence in sentences[sentences["language"] == tongue].to_dict("records"):
            spans = covered.get(sentence["sentence_id"], [])
            for place, name in _names_in(sentence["text"], alternatives):
                start, end = sentence["start"] + place, sentence["start"] + place + len(name)
                if not _touches(spans, start, end):
                    rows.append(("missed-name", "", sentence["sentence_id"], f"{name!r} at {start} to {end}"))
    return _frame(rows)


def _names_in(text: str, names: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the names that stand in a text as whole words, with their places: the longest at each, none in another."""
    lengths = sorted({len(name) for name in names}, reverse=True)
    free = 0
    for match in _WORD_START.finditer(text):
        place = match.start()
        if place < free:
            continue
        for length in lengths:
            end = place + length
            if text[place:end] in names and not _WORD.match(text, end):
                yield place, text[place:end]
                free = end
                break


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _touches(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether any of some spans, in order and apart, has a character between ``start`` and ``end``."""
    before = bisect_left(spans, end, key=lambda span: span[0])
    return before > 0 and spans[before - 1][1] > start


def contradicting_dates(corpus: Corpus) -> pd.DataFrame:
    """Return the events whose time argument lies wholly outside the date of their incident."""
    times = corpus.arguments[corpus.arguments["role"] == "time"].merge(
        corpus.mentions[["mention_id", "value"]], on="mention_id"
    )
    told = corpus.events.merge(times, on="event_id").merge(
        corpus.incidents[["incident_id", "date"]], on="incident_id"
    )
    rows = []
    for row in told.dropna(subset=["value", "date"]).to_dict("records"):
        ours, theirs = bounds(row["value"]), bounds(row["date"])
        if ours and theirs and _apart(ours, theirs):
            what = f"{row['value']} is not within {row['date']} of {row['incident_id']}"
            rows.append(
                ("contradicting-date", f"{row['event_id']} {row['mention_id']}", row["sentence_id"], what)
            )
    return _frame(rows)


def nested_fillers(corpus: Corpus) -> pd.DataFrame:
    """Return the arguments filled by a mention inside another mention of the same sentence and the same entity.

    Where it is inside several, the widest is named.
    """
    own = corpus.mentions[["mention_id", "sentence_id", "start", "end", "text", "entity_id"]]
    outer = _widest(own.dropna(subset=["entity_id"]))
    filled = outer.merge(corpus.arguments, on="mention_id")
    rows = [
        (
            "nested-filler",
            f"{row['event_id']} {row['mention_id']}",
            row["sentence_id"],
            f"{row['role']} is {row['text']!r}, inside {row['text_outer']!r} of the same entity",
        )
        for row in filled.to_dict("records")
    ]
    return _frame(rows)


def _widest(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return the mentions inside another of the same sentence and entity, with the text of the widest: text_outer."""
    ordered = mentions.sort_values(
        ["sentence_id", "entity_id", "start", "end"], ascending=[True, True, True, False]
    )
    inside: dict[str, str] = {}
    last, reach, text = None, 0, ""
    for row in ordered.to_dict("records"):
        group = (row["sentence_id"], row["entity_id"])
        if group == last and row["end"] <= reach:
            inside[row["mention_id"]] = text
        elif group != last or row["end"] > reach:
            last, reach, text = group, row["end"], row["text"]
    found = mentions[mentions["mention_id"].isin(inside)]
    return found.assign(text_outer=found["mention_id"].map(inside))


def split_incidents(corpus: Corpus) -> pd.DataFrame:
    """Return the pairs of incidents of one type, day and place, which may be one."""
    known = corpus.incidents.dropna(subset=["date", "location_id"])
    rows = []
    for (kind, date, place), group in known.groupby(["event_type", "date", "location_id"], observed=True):
        if len(group) > 1:
            rows.append(("split-incident", " ".join(group["incident_id"]), pd.NA, f"{kind}, {date}, {place}"))
    return _frame(rows)


FINDERS: dict[str, Callable[[Corpus], pd.DataFrame]] = {
    "varying-label": varying_labels,
    "missed-name": missed_names,
    "contradicting-date": contradicting_dates,
    "nested-filler": nested_fillers,
    "split-incident": split_incidents,
}
"""The kinds of suspicion, and what finds them."""


def _apart(ours: tuple[str | None, str | None], theirs: tuple[str | None, str | None]) -> bool:
    ends_before = ours[1] is not None and theirs[0] is not None and ours[1] < theirs[0]
    begins_after = ours[0] is not None and theirs[1] is not None and ours[0] > theirs[1]
    return ends_before or begins_after


def _frame(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["suspicion", "ids", "sentence_id", "what"]).astype("string")
    frame["document_id"] = frame["sentence_id"].str.partition("-")[0] if len(frame) else frame["sentence_id"]
    return frame[COLUMNS]
