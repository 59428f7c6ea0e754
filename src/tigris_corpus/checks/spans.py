"""L4: spans against the raw texts. All offsets are code points, half-open, into the raw text of a document."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import polars as pl

from tigris_corpus.checks.characters import RULES as CHARACTERS
from tigris_corpus.checks.rule import Check, Undecidable, by_code, error, place, rows_at, warning
from tigris_corpus.checks.spelling import without_accents
from tigris_corpus.engine.expressions import documents_of, hashed, is_one_of
from tigris_corpus.engine.links import found_at, rows_at_places
from tigris_corpus.engine.reader import LINE
from tigris_corpus.engine.slices import Counted, Kept, clusters, line_ends, with_slices
from tigris_corpus.issues import Location, plural
from tigris_corpus.offsets import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tigris_corpus.engine.slices import Cut, Marked
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue
    from tigris_corpus.offsets import Unit

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
        "set the offsets again from the raw text, or the text where the offsets are right",
        bad='start 1, end 6, text "Paris" where 0 to 5 is "Paris"',
        good='start 0, end 5, text "Paris"',
    ),
    error(
        4,
        "event.trigger-mismatch",
        "The text of a trigger is the slice of the raw text between its offsets.",
        "set the offsets again from the raw text, or the text where the offsets are right",
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
    warning(
        4,
        "span.mark-edge",
        "A comma, a quotation mark or a bracket at the edge of a span belongs to the sentence, and is part of no name.",
        "leave the mark out of the span",
        bad='"July,"',
        good='"July"',
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
    warning(
        4,
        "sent.line-shared",
        "Outside the body a row is a whole line, and only a field of metadata stands on one with others.",
        "cut the row at the end of the line, or mend its zone",
        bad="a heading and the first sentence of the body on one line, as two rows",
        good="a heading on a line of its own",
    ),
    warning(
        4,
        "mention.inside-name",
        "A name is one thing: what would be a name by itself is none inside a longer one.",
        "remove the inner mention, or shorten the outer one",
        bad="[Islamic Resistance in [Iraq]]",
        good="[Islamic Resistance in Iraq]",
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
_SIDES = {"left_edge": pl.col("around").str.head(2), "right_edge": pl.col("around").str.tail(2)}
"""The two characters around each edge of a span, by what it is with the character before it and the one behind."""
_DOCUMENT = re.compile("D[0-9]{3,}")
_NEARBY = 40
_REACH = 200
_APART = 2**40
_DEPTH = 8
_KEPT = 100
_FLOOD = 50
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_JOINING = "\u200d\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_LETTERS = re.compile("[A-Za-zÀ-ÖØ-öø-\u024f]{2}")
_MARKS = ',;:…"\u201c\u201d\u201e«»()[]{}-\u2013\u2014/'
"""Marks that no name begins or ends with; full stops, apostrophes and the marks of some trade names are not among them."""
_PARTNERS = {
    "(": ")",
    ")": "(",
    "[": "]",
    "]": "[",
    '"': '"',
    "\u201c": "\u201d",
    "\u201d": "\u201c\u201e",
    "«": "»",
    "»": "«",
}


def sentences(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the sentences whose span is wrong in itself or against the text."""
    table = snapshot.tables["sentences"]
    laid = _laid(snapshot)
    if laid.height == table.sound.height and laid["is_right"].all():
        return
    start, end, text = pl.col("start"), pl.col("end"), pl.col("text")
    places = found_at(table.sound, "document_id", snapshot.raw_texts, "document_id")
    frame = table.sound.select(LINE, "document_id", "start", "end", "text").with_columns(
        *rows_at_places(snapshot.raw_texts, places, "raw", "length")
    )
    frame = frame.filter(pl.col("raw").is_not_null()) if places.null_count() else frame
    frame = with_slices(frame, "raw", "document_id", {"found": (start, (end - start).clip(0))})
    found = frame.select(
        LINE,
        "length",
        pl.when(start > end)
        .then(pl.lit("span.reversed"))
        .when(start == end)
        .then(pl.lit("span.empty"))
        .when(end > pl.col("length"))
        .then(pl.lit("span.out-of-range"))
        .when(pl.col("found") != text)
        .then(pl.lit("span.text-mismatch"))
        .when(text.str.strip_chars() != text)
        .then(pl.lit("span.whitespace-edge"))
        .alias("code"),
    )
    rows = list(rows_at(table, found.filter(pl.col("code").is_not_null())))
    several = Counter((row["document_id"], row["code"]) for row in rows)
    seen = _Seen(snapshot)
    for row in rows:
        code, raw = row["code"], seen.raws.of(row["document_id"])
        if code == "span.text-mismatch" and raw[row["start"] : row["end"]].replace("\n", " ") == row["text"]:
            code = "span.crosses-line"
        issue = _span_issue(table, row, ("start", "end", "text"), code, seen)
        is_of_text = (
            several[row["document_id"], row["code"]] > 1
            and issue.fault != f"sentences cut at {len(row['text'])}"
        )
        if is_of_text and code in {"span.text-mismatch", "span.out-of-range"}:
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
    if not table.whole:  # of a row with a wrong id, the document is the one that it names
        doubtful |= set(table.doubtful["document_id"])
    for line in table.lost:
        named = known.intersection(_DOCUMENT.findall(line))
        doubtful |= named or known  # a row of which nothing is known may belong to any document
    texts = every.filter(~pl.col("document_id").is_in(sorted(doubtful)))
    ordered = _laid(snapshot) if texts.height == every.height else _in_order(table.sound, texts)
    before, start, gap = pl.col("before"), pl.col("start"), pl.col("gap")
    found = ordered.with_columns(
        overlaps=start < before,
        has_gap=gap.str.strip_chars() != "",
        shares=_is_apart("zone", "zone_before") & ~gap.str.contains("\n", literal=True),
    ).filter(pl.col("overlaps") | pl.col("has_gap") | pl.col("shares"))
    last = ordered.filter(pl.col("tail") < pl.col("length"))
    after = with_slices(last, "raw", "document_id", {"after": (pl.col("tail"), pl.lit(None, pl.Int64))})
    overlaps = found.filter("overlaps").select(LINE, "before")
    shared = found.filter(pl.col("shares") & ~pl.col("overlaps") & ~pl.col("has_gap"))
    bare = texts.join(table.sound.select("document_id"), on="document_id", how="anti")
    uncovered = pl.concat(
        [
            found.filter("has_gap").select("document_id", "before", "start"),
            after.filter(pl.col("after").str.strip_chars() != "").select(
                "document_id", before="tail", start="length"
            ),
            bare.filter(pl.col("raw").str.strip_chars() != "").select(
                "document_id", before=pl.lit(0, pl.Int64), start="length"
            ),
        ]
    )
    for row in rows_at(table, overlaps):
        message = f"the sentence starts at {row['start']}, and the one before it ends at {row['before']}"
        yield RULES["sent.overlap"].issue(place(table, row, "start"), row["start"], message)
    yield from _on_one_line(snapshot, table, shared)
    paths = snapshot.documents.select("document_id", "text_path")
    seen = _Seen(snapshot)
    for document, begin, end, path in uncovered.join(
        paths, on="document_id", maintain_order="left"
    ).iter_rows():
        yield _gap(document, begin, end, path, seen)
    if texts.height < every.height:
        raise Undecidable(
            f"rows of {plural(every.height - texts.height, 'document')} are missing or in doubt"
        )


def _laid(snapshot: Snapshot) -> pl.DataFrame:
    """Return the sentences of the batch beside their texts, as ``_in_order`` does."""
    return snapshot.once(
        "sentences in order", _TEXTS, lambda: _in_order(snapshot.sound("sentences"), snapshot.raw_texts)
    )


def _in_order(sentences: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Return sentences with their texts beside them, in the order of these, and how far those before them reach.

    Columns besides: ``before``, the end of what is before a sentence; ``gap``, what stands between; ``is_right``,
    whether its span is; ``zone_before`` and ``line_before`` of the row before it; and ``tail``, in the last row of a
    text, how far all of them reach. Gap and sentence are cut out of the text in one piece.
    """
    places = found_at(sentences, "document_id", texts, "document_id")
    beside = rows_at_places(texts, places, "document", "raw", "length")
    placed = sentences.with_columns(*beside).filter(pl.col("document").is_not_null())
    base = pl.col("document").cast(pl.Int64) * _APART  # all texts on one line of numbers
    placed = placed.with_columns(at=base + pl.col("start"))
    if not (placed["at"][1:] > placed["at"][:-1]).all():
        placed = placed.sort("at", "end")
    document, reach = pl.col("document"), (base + pl.col("end")).cum_max()
    is_first = (document != document.shift(1)).fill_null(value=True)
    is_last = (document != document.shift(-1)).fill_null(value=True)
    placed = placed.with_columns(
        before=(reach.shift(1).fill_null(0) - base).clip(0),
        zone_before=pl.when(~is_first).then(pl.col("zone").shift(1)),
        line_before=pl.col(LINE).shift(1),
        tail=pl.when(is_last).then(reach - base),
    )
    start, end, before, text = (pl.col(name) for name in ("start", "end", "before", "text"))
    pieces: dict[str, Cut] = {"piece": (before, (end - before).clip(0))}
    piece, size = pl.col("piece"), (start - before).clip(0)
    is_inside = (before <= start) & (start < end) & (end <= pl.col("length"))
    is_same = (piece.str.slice(size) == text) & (text.str.strip_chars() == text)
    return (
        with_slices(placed, "raw", "document_id", pieces)
        .with_columns(gap=piece.str.head(size), is_right=is_inside & is_same)
        .drop("piece", "text")
    )


def _is_apart(zone: str, other: str) -> pl.Expr:
    """Return whether two rows are of zones that do not share a line: not both body, and neither metadata."""
    one, two = pl.col(zone), pl.col(other)
    return ((one != "body") | (two != "body")) & (one != "metadata") & (two != "metadata")


def _on_one_line(snapshot: Snapshot, table: Table, shared: pl.DataFrame) -> Iterator[Issue]:
    """Yield the rows on one line with the row before them, but those whose zone is reported as wrong for its labels."""
    if not shared.height:
        return
    known = snapshot.readable("zones", "mentions", "events")
    wrong = [_in_closed_zone(snapshot, *kind)["sentence_id"] for kind in _ZONED] if known else []
    labelled = pl.concat(wrong) if wrong else pl.Series(dtype=pl.String)
    told = set(table.sound.filter(pl.col("sentence_id").is_in(labelled.implode()))[LINE])
    is_body = pl.col("zone") == "body"
    odd = shared.select(
        pl.when(is_body).then("line_before").otherwise(LINE).alias(LINE),
        pl.when(is_body).then("zone").otherwise("zone_before").alias("beside"),
        pl.when(is_body).then(LINE).otherwise("line_before").alias("line_beside"),
    ).unique(LINE, keep="first")
    for row in rows_at(table, odd):
        if not told & {row[LINE], row["line_beside"]}:
            message = f"the {row['zone']} {row['text'][:_NEARBY]!r} stands on one line with {row['beside']}"
            yield RULES["sent.line-shared"].issue(place(table, row, "zone"), row["zone"], message)


def _gap(document: str, start: int, end: int, path: str, seen: _Seen) -> Issue:
    lost = seen.raws.of(document)[start:end]
    start += len(lost) - len(lost.lstrip())
    lost = lost.strip()
    lines, last = seen.line_ends(document).before(start)
    at = Location(
        file=path,
        line=lines + 1,
        column=start - last,
        document=document,
        start=start,
        end=start + len(lost),
    )
    shown = lost if len(lost) <= _NEARBY else f"{lost[:_NEARBY]}…"
    return RULES["sent.gap"].issue(at, lost, f"no sentence of {document} has {shown!r}")


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
    joined = _around(_placed(snapshot, spans), *columns)
    distinct = _distinct(joined)
    joined = _without_blanks(joined, distinct)
    broken = joined.filter(~pl.col("right")).select(LINE, "sentence_id", "s_start", "s_end")
    if broken.height:
        documents = snapshot.sound("sentences").select("sentence_id", "document_id")
        broken = broken.join(documents, on="sentence_id").drop("sentence_id")
        broken = broken.join(snapshot.raw_texts.select("document_id", "length"), on="document_id")
        seen = _Seen(snapshot)
        if broken.height > _FLOOD and 2 * broken.height > joined.height:
            broken = broken.with_columns(fault=pl.lit("most rows"))  # a column sorted by itself, most likely
        broken = broken.with_columns(is_common=_is_common(snapshot, table, broken, columns))
        for row in rows_at(table, broken):
            found = _code_of(row, columns, spans.mismatch, seen)
            if found in {"span.wrong-sentence", "span.crosses-sentence"}:
                yield _sentence_issue(table, row, columns, found, seen)
            else:
                yield _span_issue(table, row, columns, found, seen)
        joined = joined.filter("right")
        distinct = _distinct(joined)
    yield from _edges(snapshot, table, joined, columns, distinct)


def _placed(snapshot: Snapshot, spans: _Spans) -> pl.DataFrame:
    """Return the spans of a table whose sentence is known, and the text of its document, with the sentence beside each.

    Its text is set between two ends of lines, so that there are two characters around each edge of a span.
    """
    own = snapshot.sound(spans.table).select(LINE, "sentence_id", spans.start, spans.end, spans.text)
    sentence = {
        "s_start": pl.col("start"),
        "s_end": pl.col("end"),
        "s_text": pl.concat_str(pl.lit("\n"), "text", pl.lit("\n")),
    }
    placed = own.with_columns(*snapshot.beside(spans.table, "sentence_id", "sentences", **sentence))
    places = snapshot.places(spans.table, "sentence_id", "sentences")
    documents = snapshot.sound("sentences").select("document_id")
    is_known = documents.select(is_one_of("document_id", snapshot.raw_texts["document_id"])).to_series()
    if is_known.all() and not places.null_count():
        return placed
    return placed.filter(is_known.gather(places).fill_null(value=False))


def _around(placed: pl.DataFrame, start: str, end: str, text: str) -> pl.DataFrame:
    """Return spans as they stand in their sentences, with the character before and the one behind, and whether all is right."""
    at, size = pl.col(start) - pl.col("s_start"), pl.col(end) - pl.col(start)
    is_inside = (at >= 0) & (size > 0) & (pl.col(end) <= pl.col("s_end"))
    cut: dict[str, Cut] = {"around": (at.clip(0), (size + 2).clip(0))}
    around, own = pl.col("around"), pl.col(text)
    is_same = around.str.slice(1).str.starts_with(own) & (own.str.len_chars() == size)
    return with_slices(placed, "s_text", "sentence_id", cut).select(
        LINE,
        "sentence_id",
        "s_start",
        "s_end",
        "around",
        right=is_inside & is_same,
    )


def _distinct(found: pl.DataFrame) -> pl.DataFrame:
    """Return the words of spans with what is around them, each once, and the pairs of characters around each edge."""
    is_first = hashed(["around"]).is_first_distinct()
    return found.select("around").filter(is_first).with_columns(**_SIDES)


def _without_blanks(found: pl.DataFrame, distinct: pl.DataFrame) -> pl.DataFrame:
    """Return spans of which those are not right that begin or end with a blank."""
    edges = pl.col("left_edge").str.tail(1), pl.col("right_edge").str.head(1)
    blank = distinct.filter(pl.any_horizontal(edge.str.strip_chars() == "" for edge in edges))["around"]
    return found.with_columns(right=pl.col("right") & ~is_one_of("around", blank)) if len(blank) else found


def _is_common(
    snapshot: Snapshot, table: Table, broken: pl.DataFrame, columns: tuple[str, str, str]
) -> pl.Series:
    """Return whether the text of a row stands for the same slice in several rows."""
    start, end, text = columns
    rows = broken.select(LINE, "document_id").join(
        table.sound.select(LINE, *columns), on=LINE, maintain_order="left"
    )
    rows = rows.join(snapshot.raw_texts, on="document_id", how="left", maintain_order="left")
    cut = {"found": (pl.col(start), (pl.col(end) - pl.col(start)).clip(0))}
    found = with_slices(rows, "raw", "document_id", cut)
    return found.select(pl.struct(text, "found").is_duplicated()).to_series()


def _edges(
    snapshot: Snapshot,
    table: Table,
    placed: pl.DataFrame,
    columns: tuple[str, str, str],
    distinct: pl.DataFrame,
) -> Iterator[Issue]:
    """Yield the spans with an edge inside a word or inside what a reader sees as one character, or at a mark.

    The pairs of characters around each edge are looked at once each (at the edge of a sentence one is the end of a line);
    few are ever in doubt.
    """
    told: set[int] = set()
    for (edge, pair_of), field in zip(_SIDES.items(), columns[:2], strict=True):
        is_left = edge == "left_edge"
        pairs = distinct[edge].unique()
        codes = {pair: code for pair in pairs if (code := _code_of_edge(pair, is_left=is_left))}
        if not codes:
            continue
        odd = is_one_of("around", distinct.filter(is_one_of(edge, codes))["around"])
        suspect = placed.filter(odd).select(LINE, "sentence_id", "s_start", **{edge: pair_of})
        marked = suspect.filter(
            is_one_of(edge, [pair for pair, code in codes.items() if code == "span.splits-grapheme"])
        )
        splitting = _splitting(snapshot, table, marked, field) if marked.height else set()
        for row in rows_at(table, suspect.select(LINE, edge)):
            code = codes[row[edge]]
            if code == "span.splits-grapheme" and row[LINE] not in splitting:
                continue
            if code == "span.mark-edge":
                if row[LINE] not in told and not _is_paired(row[columns[2]], is_left=is_left):
                    told.add(row[LINE])
                    mark = row[columns[2]][0 if is_left else -1]
                    message = f"the span {row[columns[2]]!r} has {mark!r} at its edge"
                    yield RULES[code].issue(place(table, row, columns[2]), row[columns[2]], message)
                continue
            what = "the word" if code == "span.splits-word" else "the character"
            message = f"the span {row[columns[2]]!r} has an edge inside {what} around {row[edge]!r}, at {row[field]}"
            yield RULES[code].issue(place(table, row, field), row[field], message)


def _code_of_edge(pair: str, *, is_left: bool) -> str | None:
    """Return what is wrong with an edge between two characters."""
    first, second = pair[0], pair[1]
    if (second if is_left else first) in _MARKS:
        return "span.mark-edge"
    if second in _JOINING or first == "\u200d" or unicodedata.category(second).startswith("M"):
        return "span.splits-grapheme"
    if _FLAG.fullmatch(pair):
        return "span.splits-grapheme"
    return "span.splits-word" if _LETTERS.fullmatch(pair) else None


def _is_paired(text: str, *, is_left: bool) -> bool:
    """Whether the mark at an edge of a span has its partner inside, and so belongs to a word and not to the edge."""
    mark, inside = (text[0], text[1:-1]) if is_left else (text[-1], text[1:-1])
    return any(partner in inside for partner in _PARTNERS.get(mark, ""))


def _splitting(snapshot: Snapshot, table: Table, marked: pl.DataFrame, field: str) -> set[int]:
    """Return the rows with an edge inside an extended grapheme cluster; each sentence is cut into these once."""
    placed = marked.join(table.sound.select(LINE, field), on=LINE)
    own = snapshot.sound("sentences").join(placed, on="sentence_id", how="semi")
    texts = Kept(own, "sentence_id", "text")
    found: set[int] = set()
    for (sentence,), rows in placed.group_by("sentence_id"):
        text = texts.of(str(sentence))
        begins = clusters(text)
        for line, at in rows.select(LINE, pl.col(field) - pl.col("s_start")).iter_rows():
            if at < len(text) and at not in begins:
                found.add(line)
    return found


def _code_of(row: dict[str, Any], columns: tuple[str, str, str], mismatch: str, seen: _Seen) -> str:
    start, end, text = (row[name] for name in columns)
    found = seen.raws.of(row["document_id"])[start:end]
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

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._counted: dict[tuple[str, Unit], Counted] = {}
        self._line_ends: dict[str, Marked] = {}
        self._sentences: dict[str, tuple[list[int], list[int], list[str]]] = {}

    @cached_property
    def raws(self) -> Kept:
        """The texts of the documents."""
        return Kept(self._snapshot.raw_texts, "document_id", "raw")

    def counted(self, document: str, unit: Unit) -> Counted:
        """Return the text of a document as it is counted in a unit."""
        return _remembered(self._counted, (document, unit), lambda: Counted(self.raws.of(document), unit))

    def line_ends(self, document: str) -> Marked:
        """Return where the lines of the text of a document end."""
        return _remembered(self._line_ends, document, lambda: line_ends(self.raws.of(document)))

    def sentence_at(self, document: str, start: int, end: int) -> str | None:
        """Return the sentence of a document that contains a span, if one does."""

        def of_document() -> tuple[list[int], list[int], list[str]]:
            rows = self._snapshot.sound("sentences").filter(pl.col("document_id") == document).sort("start")
            return rows["start"].to_list(), rows["end"].to_list(), rows["sentence_id"].to_list()

        starts, ends, ids = _remembered(self._sentences, document, of_document)
        place = bisect_right(starts, start) - 1
        return ids[place] if place >= 0 and ends[place] >= end else None


def _remembered(known: dict[_Key, _Value], key: _Key, find: Callable[[], _Value]) -> _Value:
    """Return what is known by a key, else what is found, which is kept; not too much is."""
    if key not in known:
        if len(known) > _KEPT:
            known.clear()
        known[key] = find()
    return known[key]


def _span_issue(
    table: Table, row: dict[str, Any], columns: tuple[str, str, str], code: str, seen: _Seen
) -> Issue:
    start_name, end_name, text_name = columns
    start, end, text = (row[name] for name in columns)
    raw = seen.raws.of(row["document_id"])
    found = raw[start:end]
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
    hint, reason = _where_is(raw, text, start, row, seen) if code.endswith("mismatch") else (None, None)
    fault = f"{row['document_id']} {reason}" if reason else row.get("fault")
    if code == "span.out-of-range":  # most likely all were counted in another unit, or the text has been cut
        fault = f"{row['document_id']} {code}"
    if code.endswith("mismatch") and _is_whole(raw, start, end):
        hint = f"if the offsets are right, the text is {found!r}" + (f"; else {hint}" if hint else "")
        fault = f"{text} for {found}" if row.get("is_common") else fault  # replaced in one go, most likely
    if code.endswith("mismatch") and (manner := _manner(text, found)):
        fault = f"{table.name} {manner}"
    return RULES[code].issue(place(table, row, field), row[field], message, hint, fault=fault)


_CUT = 30
"""At so many characters, or more, a column may have been cut off."""


def _manner(text: str, found: str) -> str | None:
    """Return in which manner a whole column was most likely changed, where a text differs from its slice in that alone."""
    if without_accents(found) == text != found:
        return "without accents"
    if text.casefold() == found.casefold():
        return "in another case"
    return f"cut at {len(text)}" if len(text) >= _CUT and found.startswith(text) else None


def _is_whole(raw: str, start: int, end: int) -> bool:
    """Whether a slice of a text begins and ends where a word does, so that its offsets may well be right."""
    found, around = raw[start:end], (raw[max(0, start - 1) : start + 1], raw[end - 1 : end + 1])
    return bool(found) and found.strip() == found and not any(_LETTERS.fullmatch(pair) for pair in around)


def _where_is(
    raw: str, text: str, start: int, row: dict[str, Any], seen: _Seen
) -> tuple[str | None, str | None]:
    """Return where a text is that is not at ``start``, and what rows that are wrong for the same reason share.

    It is looked for by the unit it may have been counted in, by another normalization form, and near by.
    """
    within = start + row.get("s_start", 0)
    if text and within != start and raw.startswith(text, within):
        where = f"the text is at {within} to {within + len(text)}"
        return f"the offsets look as if they were counted from the sentence: {where}", "sentence"
    for unit in UNITS:
        meant = seen.counted(row["document_id"], unit).nearest_code_point(start)
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
    table: Table, row: dict[str, Any], columns: tuple[str, str, str], code: str, seen: _Seen
) -> Issue:
    start, end, text = (row[name] for name in columns)
    if code == "span.crosses-sentence":
        message = (
            f"{text!r} at {start} to {end} leaves its sentence, which is {row['s_start']} to {row['s_end']}"
        )
        return RULES[code].issue(place(table, row, columns[1]), text, message)
    right = seen.sentence_at(row["document_id"], start, end)
    message = f"{text!r} at {start} to {end} is not in sentence {row['sentence_id']}"
    hint = f"it is in {right}" if right else None
    fault = " ".join(sorted((row["sentence_id"], right))) if right else None  # two ids exchanged, most likely
    return RULES[code].issue(place(table, row, "sentence_id"), row["sentence_id"], message, hint, fault=fault)


def overlaps(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions that cross another, that have the span of another, or that stand inside a name."""
    table = snapshot.tables["mentions"]
    is_name = pl.col("mention_type") == "NAM"
    apart = pl.lit(_ordinals(snapshot)) * _APART  # all texts on one line of numbers
    placed = table.sound.select(
        LINE, is_name=is_name, start=apart + pl.col("start"), end=apart + pl.col("end")
    )
    if not placed["start"].is_sorted():
        placed = placed.sort("start", maintain_order=True)
    reach = pl.col("end").cum_max().shift(1).fill_null(-1)
    touching = placed.with_columns(touches=pl.col("start") < reach).filter(
        pl.col("touches") | pl.col("touches").shift(-1).fill_null(value=False)
    )
    nested = touching.sort("start", pl.col("end").neg(), LINE)
    conflicts = {} if _are_nested(nested) else dict(_conflicts(nested.select(LINE, "start", "end")))
    yield from _inside_names(table, nested, conflicts)
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


def _ordinals(snapshot: Snapshot) -> pl.Series:
    """Return a number for the document of each mention, by the documents or, where one is in doubt, by the ids."""
    homes = snapshot.homes("mentions")
    if homes.null_count():
        homes = documents_of(snapshot.sound("mentions")["mention_id"]).rank("dense")
    return homes.cast(pl.Int64)


def _inside_names(table: Table, nested: pl.DataFrame, conflicts: dict[int, int]) -> Iterator[Issue]:
    """Yield the mentions inside a name, from spans sorted by start and length; those in conflict are reported as such."""
    is_name = pl.col("is_name")
    names = nested.filter(is_name).select(reach="end", name=LINE).unique("reach", keep="first")
    reach = pl.when(is_name).then(pl.col("end")).cum_max().forward_fill().shift(1)
    inside = nested.with_columns(reach=reach).filter(pl.col("end") <= pl.col("reach"))
    wrong = inside.filter(~pl.col(LINE).is_in([*conflicts, *conflicts.values()])).join(names, on="reach")
    outers = table.by_number(wrong["name"])
    for row in rows_at(table, wrong.select(LINE, "name")):
        outer = outers[row["name"]]
        message = f"{row['text']!r} stands inside the name {outer['text']!r}"
        related = (place(table, outer),)
        yield RULES["mention.inside-name"].issue(place(table, row), row["text"], message, related=related)


def _are_nested(spans: pl.DataFrame) -> bool:
    """Whether it is plain that spans nest or are apart, and none stands twice, from rows sorted by start and length.

    The outermost are looked at first, then those inside these; what is nested deeper than ``_DEPTH`` is not plain.
    """
    start, end = spans["start"], spans["end"]
    if ((start == start.shift()) & (end == end.shift())).any():
        return False
    for _ in range(_DEPTH):
        reach = end.cum_max().shift().fill_null(-1)
        is_outer = end > reach
        if (is_outer & (start < reach)).any():
            return False
        start, end = start.filter(~is_outer), end.filter(~is_outer)
        if not len(start):
            return True
    return False


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
    is_closed = snapshot.sound("sentences")["zone"].is_in(closed.implode())
    places = snapshot.places(name, "sentence_id", "sentences")
    in_closed = is_closed.gather(places).fill_null(value=False)
    zones = rows_at_places(snapshot.sound("sentences"), places.filter(in_closed), "sentence_id", "zone")
    rows = snapshot.sound(name).select(LINE).filter(in_closed).with_columns(*zones)
    return rows.with_columns(code=pl.lit(code))


_ZONED = (("mentions", "mentions_annotated", "mention.zone"), ("events", "events_annotated", "event.zone"))

_SPAN = ("span.reversed", "span.empty", "span.out-of-range", "span.whitespace-edge")
_EDGES = ("span.splits-grapheme", "span.splits-word", "span.mark-edge")
_PLACED = ("span.crosses-sentence", "span.wrong-sentence")
_TEXTS = ("documents", "sentences")
CHECKS = (
    Check(
        tuple(RULES[code] for code in (*_SPAN, "span.text-mismatch", "span.crosses-line")),
        sentences,
        needs=_TEXTS,
    ),
    Check(tuple(RULES[f"sent.{name}"] for name in ("overlap", "gap", "line-shared")), coverage, needs=_TEXTS),
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
        tuple(
            RULES[code]
            for code in (
                "span.crossing",
                "span.type-conflict",
                "key.duplicate-content",
                "mention.inside-name",
            )
        ),
        overlaps,
        needs=("mentions",),
    ),
    Check(
        (RULES["mention.zone"], RULES["event.zone"]),
        zones,
        needs=("zones", "sentences", "mentions", "events"),
    ),
)
