"""L0 and L1: the bytes of tables and texts, and the form of CSV. The engine finds these; here they are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks.package import RULES as PACKAGE_RULES
from tigris_corpus.checks.rule import EVERYWHERE, Check, Stage, by_code, error, place, warning
from tigris_corpus.descriptor import TEXT_TABLE
from tigris_corpus.engine.snapshot import id_column
from tigris_corpus.issues import Location, plural
from tigris_corpus.paths import PathError, check_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

BYTES = by_code(
    error(
        0,
        "enc.bom",
        "A byte order mark becomes part of the first column's name, and shifts every offset of a text by one.",
        "save the file as UTF-8 without a byte order mark; tigris fmt does it for a table",
        bad="EF BB BF at the start of corpus/mentions.csv",
        good="corpus/mentions.csv begins with its header",
    ),
    error(
        0,
        "enc.newline",
        "Carriage returns shift the offsets of a text by one a line, and make every line of a table differ.",
        "end lines with a line feed alone; tigris fmt does it for a table",
        bad="D000,en\\r\\n",
        good="D000,en\\n",
    ),
    error(
        0,
        "enc.invalid-utf8",
        "A byte that is not UTF-8 stops some readers, and others replace it without a word.",
        "save the file as UTF-8",
        bad="Ha\\xefti",
        good="Haïti",
    ),
    error(
        0,
        "enc.control-char",
        "Control characters do not show, and break tools and terminals.",
        "remove the character",
        bad="Kataeb\\0 Hezbollah",
        good="Kataeb Hezbollah",
    ),
)
TEXTS = by_code(
    error(
        0,
        "doc.hash",
        "Every offset counts from the start of the text as it was hashed; in another text they mean nothing.",
        "restore the text, or add the new one as a document of its own",
        bad="a text edited after its sentences were cut",
        good="a text as it was when it was added",
    ),
    error(
        0,
        "doc.hash-changed",
        "A text that was edited after its sentences were cut moves every span behind the edit.",
        "restore the text as it was; a new version of it is a document of its own",
        bad="a word added to seeds/000.txt, and every offset after it one word off",
        good="seeds/000.txt as it was when it was cut",
    ),
)
FORM = by_code(
    error(
        1,
        "csv.extra-cell",
        "A row with a cell too many has its values under the wrong columns.",
        "quote the cell that holds a comma, or remove the extra cell",
        bad="D000-M001,D000-S001,0,5,Paris, France,GPE",
        good='D000-M001,D000-S001,0,13,"Paris, France",GPE',
    ),
    error(
        1,
        "csv.missing-cell",
        "A row with a cell too few has its values under the wrong columns.",
        "add the missing cell; an empty one is two commas with nothing between",
        bad="D000-E001,attack",
        good="D000-E001,attack,",
    ),
    error(
        1,
        "csv.unclosed-quote",
        "A quote that is not closed swallows the rows after it.",
        "close the quote, or double it where it belongs to the text",
        bad='D000,"The "quoted" word',
        good='D000,"The ""quoted"" word"',
    ),
    error(
        1,
        "csv.line-break",
        "A row is one line, so that a line is a row wherever people read, compare and merge.",
        "put the cell on one line; a sentence ends where its line does",
        bad='D000-S001,D000,0,20,body,"two[line feed]lines"',
        good="D000-S001,D000,0,9,body,one line",
    ),
    error(
        1,
        "csv.repeated-header",
        "A header among the rows is what is left of two files put together.",
        "remove the line, and look for rows that stand twice",
        bad="mention_id,sentence_id,start,end on line 300",
        good="mention_id,sentence_id,start,end on line 1",
    ),
    error(
        1,
        "csv.missing-column",
        "Without one of its columns a table cannot be judged.",
        "restore the column's name in the header",
        bad="mention_id,sentence,start,end",
        good="mention_id,sentence_id,start,end",
    ),
    error(
        1,
        "csv.extra-column",
        "A column that the schema does not declare is not checked and not published.",
        "declare the column in the table's schema, or remove it",
        bad="mention_id,sentence_id,todo",
        good="mention_id,sentence_id",
    ),
    error(
        1,
        "csv.duplicate-column",
        "Of two columns of one name, readers keep one or rename both.",
        "remove one of the two",
        bad="mention_id,start,start",
        good="mention_id,start,end",
    ),
    error(
        1,
        "csv.column-order",
        "Columns stand in the order of the schema, so that a change of rows shows as a change of rows, and a header over the "
        "wrong cells is seen.",
        "restore the header if it alone was changed; where the cells were moved with it, tigris fmt moves them back",
        bad="sentence_id,mention_id",
        good="mention_id,sentence_id",
    ),
    error(
        1,
        "csv.sorted-column",
        "A spreadsheet that sorts one column and leaves the others gives every row the cell of another.",
        "restore the table from before it was sorted, and sort whole rows",
        bad="events whose realis goes from actual to hypothetical, from the first row to the last",
        good="events in the order of the text, each with its realis",
    ),
    error(
        1,
        "csv.delimiter",
        "Cells are separated by commas, whatever the spreadsheet's language.",
        "save the table with commas",
        bad="D000-M001;D000-S001",
        good="D000-M001,D000-S001",
    ),
    error(
        1,
        "csv.conflict-marker",
        "A file with conflict markers holds two versions of its rows.",
        "finish the merge: keep the right rows and remove the markers",
        bad="<<<<<<< HEAD",
        good="D000-M001,D000-S001",
    ),
    error(
        1,
        "csv.truncated",
        "A file that breaks off has lost rows.",
        "restore the file from where it was complete",
        bad="D000-M001,D000-",
        good="D000-M001,D000-S001",
    ),
    error(
        1,
        "csv.blank-line",
        "A blank line is no row, and shifts the numbers of those after it.",
        "remove the line; tigris fmt does it",
        bad="(a line with nothing on it)",
        good="(no such line)",
    ),
    warning(
        1,
        "csv.final-newline",
        "A last line without its line feed becomes one with whatever is appended.",
        "end the file with a line feed; tigris fmt does it",
        bad="D000,en",
        good="D000,en\\n",
    ),
)
_PLAIN_PATH = r"\A[A-Za-z0-9_-][A-Za-z0-9_-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\z"
_ALL = PACKAGE_RULES | BYTES | TEXTS | FORM


def tables(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield what is wrong with the bytes of the tables."""
    yield from _faults(snapshot, 0)


def texts(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the texts that are missing, damaged, or not the ones that were hashed."""
    table = snapshot.tables[TEXT_TABLE]
    others = dict(table.rows.select("sha256", "document_id").iter_rows())
    for found in snapshot.texts.faults:
        fault = found.fault
        if fault.code == "doc.hash" and found.raw is not None and found.actual not in others:
            changed = _changed(snapshot, found.document_id, found.path, found.raw)
            if changed:
                yield changed
                continue
        in_row = fault.line is None
        hint = fault.hint
        if fault.code == "doc.hash" and found.actual in others and others[found.actual] != found.document_id:
            hint = f"it is the text of {others[found.actual]}: are two paths exchanged?"
        file, line, row = table.locate(found.number)
        at = Location(
            file=file if in_row else found.path,
            line=line if in_row else fault.line,
            row=row if in_row else None,
            column=fault.column,
            byte=fault.byte,
            key=found.document_id if in_row else None,
            field=(fault.field or "text_path") if in_row else None,
            document=found.document_id,
        )
        yield _ALL[fault.code].issue(at, fault.value, f"{found.path}: {fault.message}", hint)


def _changed(snapshot: Snapshot, document: str, path: str, raw: str) -> Issue | None:
    """Return where a text is no longer what its sentences say, with how much lies behind; None where it is all theirs."""
    if not snapshot.readable("sentences"):
        return None
    rows = snapshot.sound("sentences").filter(pl.col("document_id") == document).drop_nulls(["start", "end"])
    for start, end, text in rows.sort("start").select("start", "end", "text").iter_rows():
        found = raw[start:end]
        if found == text:
            continue
        at = start + next(
            (n for n, (a, b) in enumerate(zip(found, text, strict=False)) if a != b), len(found)
        )
        at = min(at, len(raw))  # the text may break off before the sentence begins
        behind = [_behind(snapshot, name, end_of, document, at) for name, end_of in _SPANNED]
        counts = f"{plural(behind[0], 'sentence')}, {plural(behind[1], 'mention')} and {plural(behind[2], 'event')}"
        near = [
            place for place in range(max(0, start - _REACH), start + _REACH) if raw.startswith(text, place)
        ]
        shift = min((place - start for place in near if place != start), key=abs, default=0)
        hint = f"restore the text; what follows is shifted by {shift:+d}" if shift else None
        before = raw[:at]
        place_ = Location(
            file=path,
            line=before.count("\n") + 1,
            column=at - before.rfind("\n"),
            document=document,
            start=at,
            end=min(at + 1, len(raw)),
        )
        message = f"{path} is not as it was when it was cut, from code point {at} on: {counts} lie behind"
        shown = raw[at : at + _SHOWN]
        return _ALL["doc.hash-changed"].issue(place_, shown, message, hint)
    return None


def _behind(snapshot: Snapshot, name: str, end_of: str, document: str, at: int) -> int:
    """Return how many rows of a table have spans of a document that end behind a place."""
    if not snapshot.readable(name):
        return 0
    rows = snapshot.sound(name)
    first = id_column(snapshot.tables[name].schema)
    return rows.filter(pl.col(first).str.starts_with(f"{document}-") & (pl.col(end_of) > at)).height


_SPANNED = (("sentences", "end"), ("mentions", "end"), ("events", "trigger_end"))
_REACH = 200
_SHOWN = 40


def text_paths(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the paths of texts that lead out of the package, or nowhere that a path may lead."""
    table = snapshot.tables[TEXT_TABLE]
    odd = table.rows.filter((pl.col("text_path") != "") & ~pl.col("text_path").str.contains(_PLAIN_PATH))
    for row in odd.iter_rows(named=True):
        try:
            check_form(row["text_path"])
        except PathError as error:
            at = place(table, row, "text_path")
            yield _ALL[error.code].issue(at, row["text_path"], str(error))


def form(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield what is wrong with the form of the tables."""
    yield from _faults(snapshot, 1)


_ONE_CAUSE = ("enc.invalid-utf8", "enc.newline", "csv.blank-line", "csv.sorted-column")
"""Faults of form that, where one file has several, a tool most likely made in one go."""


def _faults(snapshot: Snapshot, level: int) -> Iterator[Issue]:
    for table in snapshot.due_tables:
        for fault in table.faults:
            rule = _ALL[fault.code]
            if rule.level == level:
                file, line, row = fault.path or table.resource.path, None, None
                if fault.line:
                    file, line, row = table.locate(fault.line)
                at = Location(
                    file=file,
                    line=line,
                    row=row or None,
                    column=fault.column,
                    byte=fault.byte,
                    field=fault.field,
                )
                is_escaped = fault.code == "csv.unclosed-quote" and '\\"' in str(fault.value)
                gathers = f"{file}" if fault.code in _ONE_CAUSE or is_escaped else None
                yield rule.issue(at, fault.value, fault.message, fault.hint, fault=gathers)


CHECKS = (
    Check(tuple(BYTES.values()), tables, stages=EVERYWHERE),
    Check((*TEXTS.values(), *BYTES.values()), texts, needs=(TEXT_TABLE,)),
    Check((_ALL["sec.path"], _ALL["sec.remote"]), text_paths, needs=(TEXT_TABLE,), stages=(Stage.PACKAGE,)),
    Check(tuple(FORM.values()), form, stages=EVERYWHERE),
)
