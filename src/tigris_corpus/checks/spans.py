"""L4: spans against the raw texts. All offsets are code points, half-open, into the raw text of a document."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from tigris_corpus.checks.characters import RULES as CHARACTERS
from tigris_corpus.checks.rule import Check, Undecidable, by_code, error, place, rows_at, warning
from tigris_corpus.engine.expressions import documents_of
from tigris_corpus.engine.reader import LINE
from tigris_corpus.issues import Location, plural
from tigris_corpus.offsets import UNITS, OffsetMap, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        4,
        "span.reversed",
        "A span starts before it ends.",
        "exchange start and end",
        bad="start 20, end 12",
        good="start 12, end 20",
    ),
    error(
        4,
        "span.empty",
        "A span has at least one character.",
        "set the end after the last character",
        bad="start 12, end 12",
        good="start 12, end 20",
    ),
    error(
        4,
        "span.out-of-range",
        "A span lies within its document's text.",
        "set the offsets again from the raw text",
        bad="end 9000 in a text of 4014 characters",
        good="end 4014 in a text of 4014 characters",
    ),
    error(
        4,
        "span.text-mismatch",
        "The text of a row is the slice of the raw text between its offsets, so that neither can be wrong alone.",
        "set the offsets again from the raw text",
        bad='start 1, end 6, text "Paris" where 0 to 5 is "Paris"',
        good='start 0, end 5, text "Paris"',
    ),
    error(
        4,
        "event.trigger-mismatch",
        "The text of a trigger is the slice of the raw text between its offsets.",
        "set the offsets again from the raw text",
        bad='trigger_start 11, trigger_text "attack" where 10 to 16 is "attack"',
        good='trigger_start 10, trigger_end 16, trigger_text "attack"',
    ),
    error(
        4,
        "span.splits-grapheme",
        "What a reader sees as one character is in a span or out of it, with its accents and joiners.",
        "move the edge of the span to the edge of the character",
        bad="the letter e without the combining accent that follows it",
        good="the letter e with its accent",
    ),
    warning(
        4,
        "span.splits-word",
        "A span that ends inside a word is most likely a slip of the mouse.",
        "move the edge of the span to the edge of the word",
        bad='"Iraq" in "Iraqi"',
        good='"Iraqi"',
    ),
    error(
        4,
        "span.whitespace-edge",
        "A span begins and ends with a character that shows.",
        "leave the blanks at its edges out",
        bad='"Baghdad "',
        good='"Baghdad"',
    ),
    error(
        4,
        "span.crosses-line",
        "Neither a sentence nor a span crosses the end of a line.",
        "cut the sentence at the end of the line",
        bad="one sentence for the last words of a line and the first of the next",
        good="two sentences",
    ),
    error(
        4,
        "span.crosses-sentence",
        "A mention or trigger lies inside one sentence.",
        "shorten the span, or cut the sentence elsewhere",
        bad="a mention from one sentence into the next",
        good="a mention inside one sentence",
    ),
    error(
        4,
        "span.wrong-sentence",
        "A mention or trigger names the sentence that contains it.",
        "name the sentence that contains the span",
        bad="a span at 30 to 40 in the sentence from 50 to 90",
        good="a span at 60 to 70 in the sentence from 50 to 90",
    ),
    error(
        4,
        "span.crossing",
        "Two mentions nest or are apart; those that cross cannot be shown as a tree or as tags.",
        "shorten one of the two",
        bad="[Iraqi (army] base)",
        good="[(Iraqi) army base]",
    ),
    error(
        4,
        "span.type-conflict",
        "One span stands for one thing.",
        "keep one of the two mentions",
        bad="Baghdad as GPE and as ORG",
        good="Baghdad as GPE",
    ),
    error(
        4,
        "key.duplicate-content",
        "The same mention under two ids is counted twice.",
        "remove one of the two, and mend what refers to it",
        bad="D000-M001 and D000-M009 with one span and one type",
        good="one of the two",
    ),
    error(
        4,
        "sent.overlap",
        "Every character belongs to one sentence at most.",
        "cut the two sentences where one ends",
        bad="0 to 20 and 15 to 40",
        good="0 to 20 and 20 to 40",
    ),
    error(
        4,
        "sent.gap",
        "Every character that shows belongs to a sentence, so that nothing of a text is lost.",
        "add a sentence for the characters, or move the edge of a neighbour",
        bad="0 to 20 and 30 to 40, with words between",
        good="0 to 29 and 30 to 40",
    ),
    error(
        4,
        "mention.zone",
        "Mentions are annotated where the vocabulary of zones says so.",
        "remove the mention, or mend the zone of its sentence",
        bad="a mention in a line of boilerplate",
        good="a mention in the body",
    ),
    error(
        4,
        "event.zone",
        "Events are annotated where the vocabulary of zones says so.",
        "remove the event, or mend the zone of its sentence",
        bad="an event in a pull-out link",
        good="an event in the body",
    ),
)


class _Spans(NamedTuple):
    """A table of spans inside sentences: its columns of start, end and text, and the code for a wrong text."""

    table: str
    start: str
    end: str
    text: str
    mismatch: str


_MENTIONS = _Spans("mentions", "start", "end", "text", "span.text-mismatch")
_EVENTS = _Spans("events", "trigger_start", "trigger_end", "trigger_text", "event.trigger-mismatch")
_DOCUMENT = re.compile("D[0-9]{3,}")
_NEARBY = 40
_REACH = 200
_APART = 2**40
_MAPS = 100
_FLOOD = 50
_JOINING = "\u200d\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_LETTERS = re.compile("[A-Za-zÀ-ÖØ-öø-\u024f]{2}")


def sentences(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the sentences whose span is wrong in itself or against the text."""
    table = snapshot.tables["sentences"]
    frame = table.sound.lazy().join(snapshot.raw_texts.lazy(), on="document_id", how="inner")
    start, end, text = pl.col("start"), pl.col("end"), pl.col("text")
    found = frame.with_columns(
        pl.when(start > end)
        .then(pl.lit("span.reversed"))
        .when(start == end)
        .then(pl.lit("span.empty"))
        .when(end > pl.col("length"))
        .then(pl.lit("span.out-of-range"))
        .when(pl.col("raw").str.slice(start, (end - start).clip(0)) != text)
        .then(pl.lit("span.text-mismatch"))
        .when(text.str.strip_chars() != text)
        .then(pl.lit("span.whitespace-edge"))
        .alias("code"),
    )
    broken = found.filter(pl.col("code").is_not_null()).select(LINE, "code", "raw", "length").collect()
    rows = list(rows_at(table, broken))
    several = Counter((row["document_id"], row["code"]) for row in rows)
    seen = _Seen()
    for row in rows:
        code = row["code"]
        if (
            code == "span.text-mismatch"
            and row["raw"][row["start"] : row["end"]].replace("\n", " ") == row["text"]
        ):
            code = "span.crosses-line"
        issue = _span_issue(table, row, ("start", "end", "text"), code, seen)
        if several[row["document_id"], row["code"]] > 1 and code in {
            "span.text-mismatch",
            "span.out-of-range",
        }:
            issue = replace(
                issue, fault=row["document_id"]
            )  # most likely the text has changed, or all was counted in bytes
        yield issue


def coverage(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the sentences that overlap, and the characters of a text that no sentence has."""
    table = snapshot.tables["sentences"]
    every = snapshot.raw_texts
    known = set(every["document_id"])
    doubtful = snapshot.doubtful("documents", "sentences")
    for line in table.lost:
        named = known.intersection(_DOCUMENT.findall(line))
        doubtful |= named or known  # a row of which nothing is known may belong to any document
    texts = every.filter(~pl.col("document_id").is_in(sorted(doubtful)))
    own = table.sound.select("document_id", "start", "end", LINE)
    is_first = (pl.col("document_id") != pl.col("document_id").shift(1)).fill_null(value=True)
    is_last = (pl.col("document_id") != pl.col("document_id").shift(-1)).fill_null(value=True)
    ordered = (
        own.join(texts, on="document_id")
        .sort("document", "start", "end")
        .with_columns(
            before=pl.when(is_first).then(0).otherwise(pl.col("end").cum_max().over("document").shift(1)),
            tail=pl.when(is_last).then(pl.col("end").cum_max().over("document")),
        )
    )
    gap = pl.col("raw").str.slice(pl.col("before"), (pl.col("start") - pl.col("before")).clip(0))
    tail = pl.col("raw").str.slice(pl.col("tail"))
    found = ordered.with_columns(
        overlaps=pl.col("start") < pl.col("before"),
        has_gap=gap.str.strip_chars() != "",
        has_tail=(tail.str.strip_chars() != "").fill_null(value=False),
    ).filter(pl.col("overlaps") | pl.col("has_gap") | pl.col("has_tail"))
    overlaps = found.filter("overlaps").select(LINE, "before")
    facts = ["document_id", "before", "start", "raw"]
    bare = texts.join(table.sound.select("document_id"), on="document_id", how="anti")
    gaps = pl.concat(
        [
            found.filter("has_gap").select(facts),
            found.filter("has_tail").select("document_id", before="tail", start="length", raw="raw"),
            bare.filter(pl.col("raw").str.strip_chars() != "").select(
                "document_id", before=pl.lit(0, pl.Int64), start="length", raw="raw"
            ),
        ]
    )
    for row in rows_at(table, overlaps):
        message = f"the sentence starts at {row['start']}, and the one before it ends at {row['before']}"
        yield RULES["sent.overlap"].issue(place(table, row, "start"), row["start"], message)
    paths = dict(snapshot.tables["documents"].rows.select("document_id", "text_path").iter_rows())
    for row in gaps.iter_rows(named=True):
        yield _gap(row, paths[row["document_id"]])
    if texts.height < every.height:
        raise Undecidable(
            f"rows of {plural(every.height - texts.height, 'document')} are missing or in doubt"
        )


def _gap(row: dict[str, Any], path: str) -> Issue:
    raw, start, end = row["raw"], row["before"], row["start"]
    lost = raw[start:end]
    start += len(lost) - len(lost.lstrip())
    lost = lost.strip()
    before = raw[:start]
    at = Location(
        file=path,
        line=before.count("\n") + 1,
        column=start - (before.rfind("\n") + 1) + 1,
        document=row["document_id"],
        start=start,
        end=start + len(lost),
    )
    shown = lost if len(lost) <= _NEARBY else f"{lost[:_NEARBY]}…"
    return RULES["sent.gap"].issue(at, lost, f"no sentence of {row['document_id']} has {shown!r}")


def mentions(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions whose span is wrong in itself, against the text or against their sentence."""
    yield from _inside(snapshot, _MENTIONS)


def triggers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events whose trigger is wrong in itself, against the text or against its sentence."""
    yield from _inside(snapshot, _EVENTS)


def _inside(snapshot: Snapshot, spans: _Spans) -> Iterator[Issue]:
    """Compare spans with their sentences, which are known to be right; only where that fails, with the whole text."""
    table = snapshot.tables[spans.table]
    columns = (spans.start, spans.end, spans.text)
    own = table.sound.lazy().select(LINE, "sentence_id", *columns)
    parents = (
        snapshot.sound("sentences")
        .lazy()
        .filter(pl.col("document_id").is_in(snapshot.raw_texts["document_id"].implode()))
        .select("sentence_id", "document_id", s_start="start", s_end="end", s_text="text")
    )
    start, end, text = (pl.col(name) for name in columns)
    inside = (start >= pl.col("s_start")) & (end <= pl.col("s_end")) & (start < end)
    slice_ = pl.col("s_text").str.slice((start - pl.col("s_start")).clip(0), (end - start).clip(0))
    right = inside & (slice_ == text) & (text.str.strip_chars() == text)
    before, last = start - pl.col("s_start") - 1, end - pl.col("s_start") - 1
    joined = (
        own.join(parents, on="sentence_id", how="inner")
        .select(
            LINE,
            "document_id",
            "s_start",
            "s_end",
            right=right,
            left_edge=pl.when(before >= 0).then(pl.col("s_text").str.slice(before.clip(0), 2)),
            right_edge=pl.when(last >= 0).then(pl.col("s_text").str.slice(last.clip(0), 2)),
        )
        .collect()
    )
    broken = joined.filter(~pl.col("right")).select(LINE, "document_id", "s_start", "s_end")
    if broken.height:
        broken = broken.join(snapshot.raw_texts.select("document_id", "raw", "length"), on="document_id")
        seen = _Seen()
        if broken.height > _FLOOD and 2 * broken.height > joined.height:
            broken = broken.with_columns(fault=pl.lit("most rows"))  # a column sorted by itself, most likely
        for row in rows_at(table, broken):
            found = _code_of(row, columns, spans.mismatch)
            if found in {"span.wrong-sentence", "span.crosses-sentence"}:
                yield _sentence_issue(snapshot, table, row, columns, found)
            else:
                yield _span_issue(table, row, columns, found, seen)
    yield from _edges(snapshot, table, joined.filter("right"), columns)


def _edges(
    snapshot: Snapshot, table: Table, placed: pl.DataFrame, columns: tuple[str, str, str]
) -> Iterator[Issue]:
    """Yield the spans with an edge inside a word or inside what a reader sees as one character.

    The two characters around each edge are looked at once each; few pairs are ever in doubt.
    """
    for edge, field in (("left_edge", columns[0]), ("right_edge", columns[1])):
        pairs = placed[edge].unique().drop_nulls()
        codes = {pair: code for pair in pairs if len(pair) == 2 and (code := _code_of_edge(pair))}  # noqa: PLR2004
        if not codes:
            continue
        suspect = placed.filter(pl.col(edge).is_in(list(codes))).select(LINE, edge)
        parents = snapshot.sound("sentences").select("sentence_id", s_start="start", s_text="text")
        suspect = suspect.join(table.sound.select(LINE, "sentence_id"), on=LINE).join(
            parents, on="sentence_id"
        )
        for row in rows_at(table, suspect.drop("sentence_id")):
            code = codes[row[edge]]
            if code == "span.splits-grapheme" and not _splits(row["s_text"], row[field] - row["s_start"]):
                continue
            what = "the word" if code == "span.splits-word" else "the character"
            message = f"the span {row[columns[2]]!r} has an edge inside {what} around {row[edge]!r}, at {row[field]}"
            yield RULES[code].issue(place(table, row, field), row[field], message)


def _code_of_edge(pair: str) -> str | None:
    """Return what an edge between two characters may split."""
    first, second = pair[0], pair[1]
    if second in _JOINING or first == "\u200d" or unicodedata.category(second).startswith("M"):
        return "span.splits-grapheme"
    if _FLAG.fullmatch(pair):
        return "span.splits-grapheme"
    return "span.splits-word" if _LETTERS.fullmatch(pair) else None


def _splits(text: str, at: int) -> bool:
    """Whether a place is inside an extended grapheme cluster of a text (Unicode Standard Annex 29)."""
    import regex  # noqa: PLC0415 - only where a mark or a joiner is at an edge

    return all(cluster.start() != at for cluster in regex.finditer(r"\X", text)) and at < len(text)


def _code_of(row: dict[str, Any], columns: tuple[str, str, str], mismatch: str) -> str:
    start, end, text = (row[name] for name in columns)
    found = row["raw"][start:end]
    if start >= end:
        return "span.reversed" if start > end else "span.empty"
    if end > row["length"]:
        return "span.out-of-range"
    if "\n" in found and found.replace("\n", " ") == text:
        return "span.crosses-line"
    if found != text:
        return mismatch
    if found.strip() != found:
        return "span.whitespace-edge"
    return (
        "span.wrong-sentence" if end <= row["s_start"] or start >= row["s_end"] else "span.crosses-sentence"
    )


class _Seen:
    """What was found out of the texts while explaining one row, for the next one."""

    def __init__(self) -> None:
        self._maps: dict[tuple[str, Unit], OffsetMap] = {}

    def offsets(self, document: str, raw: str, unit: Unit) -> OffsetMap:
        if (document, unit) not in self._maps:
            if len(self._maps) > _MAPS:
                self._maps.clear()
            self._maps[document, unit] = OffsetMap(raw, unit)
        return self._maps[document, unit]


def _span_issue(
    table: Table, row: dict[str, Any], columns: tuple[str, str, str], code: str, seen: _Seen
) -> Issue:
    start_name, end_name, text_name = columns
    start, end, text = (row[name] for name in columns)
    found = row["raw"][start:end]
    if code.endswith("mismatch") and unicodedata.normalize("NFC", text) == found:
        message = f"{text!r} is not in normalization form C, in which the text has it"
        return CHARACTERS["enc.not-nfc"].issue(place(table, row, text_name), text, message)
    messages = {
        "span.reversed": (start_name, f"the span starts at {start} and ends before, at {end}"),
        "span.empty": (end_name, f"the span starts and ends at {start}"),
        "span.out-of-range": (end_name, f"the span ends at {end}, and the text at {row['length']}"),
        "span.whitespace-edge": (text_name, f"the span {text!r} has blanks at its edge"),
        "span.crosses-line": (end_name, "the span crosses the end of a line"),
    }
    field, message = messages.get(
        code, (text_name, f"{text!r} is not what stands at {start} to {end}: {found!r}")
    )
    hint, reason = (
        _where_is(row["raw"], text, start, row["document_id"], seen)
        if code.endswith("mismatch")
        else (None, None)
    )
    fault = f"{row['document_id']} {reason}" if reason else row.get("fault")
    return RULES[code].issue(place(table, row, field), row[field], message, hint, fault=fault)


def _where_is(raw: str, text: str, start: int, document: str, seen: _Seen) -> tuple[str | None, str | None]:
    """Return where a text is that is not at ``start``, and what rows that are wrong for the same reason share.

    It is looked for by the unit it may have been counted in, by another normalization form, and near by.
    """
    for unit in UNITS:
        meant = seen.offsets(document, raw, unit).nearest_code_point(start)
        if meant != start and raw.startswith(text, meant):
            where = f"the text is at {meant} to {meant + len(text)}"
            return f"the offsets look like {unit} and not code points: {where}", unit
    forms = {unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text)} - {text}
    if any(raw.startswith(form, start) for form in forms):
        return "the raw text is in another normalization form than the row: restore the text", "form"
    around = range(max(0, start - _REACH), start + _REACH)
    places = [place for place in around if raw.startswith(text, place)]
    if not places or not text:
        return None, None
    nearest = min(places, key=lambda place: abs(place - start))
    if nearest == start:
        return f"the text is at {start} to {start + len(text)}: mend the end", None
    shift = f"shift by {nearest - start:+d}"
    return f"the text is at {nearest} to {nearest + len(text)}: {shift}", shift


def _sentence_issue(
    snapshot: Snapshot, table: Table, row: dict[str, Any], columns: tuple[str, str, str], code: str
) -> Issue:
    start, end, text = (row[name] for name in columns)
    if code == "span.crosses-sentence":
        message = (
            f"{text!r} at {start} to {end} leaves its sentence, which is {row['s_start']} to {row['s_end']}"
        )
        return RULES[code].issue(place(table, row, columns[1]), text, message)
    around = snapshot.sound("sentences").filter(
        (pl.col("document_id") == row["document_id"]) & (pl.col("start") <= start) & (pl.col("end") >= end)
    )
    right = around["sentence_id"][0] if around.height else None
    message = f"{text!r} at {start} to {end} is not in sentence {row['sentence_id']}"
    hint = f"it is in {right}" if right else None
    return RULES[code].issue(place(table, row, "sentence_id"), row["sentence_id"], message, hint)


def overlaps(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions that cross another, or that have the span of another."""
    table = snapshot.tables["mentions"]
    placed = (
        table.sound.select(LINE, "start", "end", document=documents_of(table.sound["mention_id"]))
        .sort("document", "start", maintain_order=True)
        .with_columns(offset=pl.col("document").rle_id().cast(pl.Int64) * _APART)
        .select(LINE, start=pl.col("offset") + pl.col("start"), end=pl.col("offset") + pl.col("end"))
    )
    reach = pl.col("end").cum_max().shift(1).fill_null(-1)
    touching = placed.with_columns(touches=pl.col("start") < reach).filter(
        pl.col("touches") | pl.col("touches").shift(-1).fill_null(value=False)
    )
    conflicts = dict(
        _conflicts(touching.sort("start", pl.col("end").neg(), LINE).select(LINE, "start", "end"))
    )
    if not conflicts:
        return
    rows = {
        row[LINE]: row
        for row in table.sound.filter(pl.col(LINE).is_in([*conflicts, *conflicts.values()])).iter_rows(
            named=True
        )
    }
    for number, other in sorted(conflicts.items()):
        yield _overlap(table, rows[number], rows[other])


def _conflicts(spans: pl.DataFrame) -> Iterator[tuple[int, int]]:
    """Yield the later row and the earlier of spans that cross or are equal, from rows sorted by start and length.

    The spans that are open form a stack in which each lies in the one before; one that does not fit crosses the first
    that ends inside it. Each span is put in conflict once.
    """
    stack: list[tuple[int, int, int]] = []
    for number, start, end in spans.iter_rows():
        while stack and stack[-1][2] <= start:
            stack.pop()
        if not stack:
            stack.append((number, start, end))
            continue
        top, top_start, top_end = stack[-1]
        if (start, end) == (top_start, top_end) or end > top_end:
            yield max(number, top), min(number, top)
        else:
            stack.append((number, start, end))


def _overlap(table: Table, row: dict[str, Any], other: dict[str, Any]) -> Issue:
    related = (place(table, other),)
    first = other["mention_id"]
    if (row["start"], row["end"]) != (other["start"], other["end"]):
        message = f"{row['text']!r} crosses {first}, {other['text']!r}"
        return RULES["span.crossing"].issue(place(table, row, "start"), row["text"], message, related=related)
    if row["entity_type"] != other["entity_type"]:
        message = f"{row['text']!r} is {row['entity_type']} here and {other['entity_type']} as {first}"
        at = place(table, row, "entity_type")
        return RULES["span.type-conflict"].issue(at, row["entity_type"], message, related=related)
    message = f"{row['text']!r} stands already as {first}"
    return RULES["key.duplicate-content"].issue(
        place(table, row), row["mention_id"], message, related=related
    )


def zones(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions and events in zones that are not annotated for them.

    Where a sentence has several, it is most likely its zone that is wrong, and that is one issue.
    """
    found = pl.concat([_in_closed_zone(snapshot, *kind) for kind in _ZONED])
    sentences = snapshot.tables["sentences"]
    several = found.group_by("sentence_id").agg(pl.len(), pl.col("code").first()).filter(pl.col("len") > 1)
    lines = sentences.sound.select("sentence_id", LINE).join(several, on="sentence_id").drop("sentence_id")
    for row in rows_at(sentences, lines):
        message = f"the zone is {row['zone']!r}, and the sentence has {plural(row['len'], 'label')} that it may not have"
        yield RULES[row["code"]].issue(place(sentences, row, "zone"), row["zone"], message)
    single = found.filter(~pl.col("sentence_id").is_in(several["sentence_id"].implode()))
    for name, _, code in _ZONED:
        for row in rows_at(snapshot.tables[name], single.filter(pl.col("code") == code).select(LINE, "zone")):
            message = f"nothing of this kind is annotated in a sentence whose zone is {row['zone']!r}"
            at = place(snapshot.tables[name], row, "sentence_id")
            yield RULES[code].issue(at, row["sentence_id"], message)


def _in_closed_zone(snapshot: Snapshot, name: str, column: str, code: str) -> pl.DataFrame:
    """Return the rows of a table in sentences whose zone is not annotated for it."""
    permitted = snapshot.sound("zones")
    closed = permitted.filter(pl.col(column) == "false")["zone"]
    parents = (
        snapshot.sound("sentences")
        .filter(pl.col("zone").is_in(closed.implode()))
        .select("sentence_id", "zone")
    )
    rows = snapshot.sound(name).select(LINE, "sentence_id").join(parents, on="sentence_id")
    return rows.with_columns(code=pl.lit(code))


_ZONED = (("mentions", "mentions_annotated", "mention.zone"), ("events", "events_annotated", "event.zone"))

_SPAN = ("span.reversed", "span.empty", "span.out-of-range", "span.whitespace-edge")
_EDGES = ("span.splits-grapheme", "span.splits-word")
_PLACED = ("span.crosses-sentence", "span.wrong-sentence")
_TEXTS = ("documents", "sentences")
CHECKS = (
    Check(
        tuple(RULES[code] for code in (*_SPAN, "span.text-mismatch", "span.crosses-line")),
        sentences,
        needs=_TEXTS,
    ),
    Check((RULES["sent.overlap"], RULES["sent.gap"]), coverage, needs=_TEXTS),
    Check(
        tuple(RULES[code] for code in (*_SPAN, "span.text-mismatch", *_PLACED, *_EDGES, "span.crosses-line")),
        mentions,
        needs=(*_TEXTS, "mentions"),
    ),
    Check(
        tuple(
            RULES[code] for code in (*_SPAN, "event.trigger-mismatch", *_PLACED, *_EDGES, "span.crosses-line")
        ),
        triggers,
        needs=(*_TEXTS, "events"),
    ),
    Check(
        (RULES["span.crossing"], RULES["span.type-conflict"], RULES["key.duplicate-content"]),
        overlaps,
        needs=("mentions",),
    ),
    Check(
        (RULES["mention.zone"], RULES["event.zone"]),
        zones,
        needs=("zones", "sentences", "mentions", "events"),
    ),
)
