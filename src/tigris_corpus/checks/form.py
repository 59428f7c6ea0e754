"""L0 and L1: the bytes of tables and texts, and the form of CSV. The engine finds these; here they are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus.checks.package import RULES as PACKAGE_RULES
from tigris_corpus.checks.rule import Check, by_code, error, warning
from tigris_corpus.descriptor import TEXT_TABLE
from tigris_corpus.issues import Location

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
        "Columns stand in the order of the schema, so that a change of rows shows as a change of rows.",
        "put the columns into the order of the schema; tigris fmt does it",
        bad="sentence_id,mention_id",
        good="mention_id,sentence_id",
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
_ALL = PACKAGE_RULES | BYTES | TEXTS | FORM


def tables(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield what is wrong with the bytes of the tables."""
    yield from _faults(snapshot, 0)


def texts(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the texts that are missing, damaged, or not the ones that were hashed."""
    table = snapshot.tables[TEXT_TABLE]
    for found in snapshot.texts.faults:
        fault = found.fault
        in_row = fault.line is None
        at = Location(
            file=table.resource.path if in_row else found.path,
            line=found.row_line if in_row else fault.line,
            row=found.row_line - 1 if in_row else None,
            column=fault.column,
            byte=fault.byte,
            key=found.document_id if in_row else None,
            field=(fault.field or "text_path") if in_row else None,
            document=found.document_id,
        )
        yield _ALL[fault.code].issue(at, fault.value, f"{found.path}: {fault.message}", fault.hint)


def form(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield what is wrong with the form of the tables."""
    yield from _faults(snapshot, 1)


def _faults(snapshot: Snapshot, level: int) -> Iterator[Issue]:
    for table in snapshot.tables.values():
        for fault in table.faults:
            rule = _ALL[fault.code]
            if rule.level == level:
                row = fault.line - 1 if fault.line and fault.line > 1 else None
                at = Location(
                    file=table.resource.path,
                    line=fault.line,
                    row=row,
                    column=fault.column,
                    byte=fault.byte,
                    field=fault.field,
                )
                yield rule.issue(at, fault.value, fault.message, fault.hint)


CHECKS = (
    Check(tuple(BYTES.values()), tables),
    Check((*TEXTS.values(), *BYTES.values()), texts, needs=(TEXT_TABLE,)),
    Check(tuple(FORM.values()), form),
)
