"""Suspicions: where labels differ that one would expect to be alike. A suspicion is a place to look, not a fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from tigris_corpus.edtf import bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tigris_corpus.corpus import Corpus

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
        key: list(zip(group["start"], group["end"], strict=True))
        for key, group in of_mention.groupby("sentence_id")
    }
    rows = []
    for tongue, group in names.groupby("language"):
        alternatives = sorted(set(group["text"]), key=len, reverse=True)
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, alternatives))})(?!\w)")
        for sentence in sentences[sentences["language"] == tongue].to_dict("records"):
            for match in pattern.finditer(sentence["text"]):
                start, end = sentence["start"] + match.start(), sentence["start"] + match.end()
                spans = covered.get(sentence["sentence_id"], [])
                if not any(left < end and start < right for left, right in spans):
                    rows.append(
                        ("missed-name", "", sentence["sentence_id"], f"{match[0]!r} at {start} to {end}")
                    )
    return _frame(rows)


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
    """Return the arguments filled by a mention inside another mention of the same sentence and the same entity."""
    own = corpus.mentions[["mention_id", "sentence_id", "start", "end", "text", "entity_id"]]
    pairs = own.merge(own, on=["sentence_id", "entity_id"], suffixes=("", "_outer")).dropna(
        subset=["entity_id"]
    )
    inside = (pairs["start_outer"] <= pairs["start"]) & (pairs["end"] <= pairs["end_outer"])
    nested = pairs[inside & (pairs["mention_id"] != pairs["mention_id_outer"])]
    filled = nested.merge(corpus.arguments, on="mention_id")
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
