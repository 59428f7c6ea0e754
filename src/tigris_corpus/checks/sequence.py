"""L3: the numbers of ids: each of a document is in use, or was withdrawn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks.rule import EVERYWHERE, Check, by_code, place, rows_at, warning
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        3,
        "key.gap",
        "An id that is gone without a word may have been lost with its row.",
        "restore the row, or record its id in deprecated.csv",
        bad="D002-M046 and D002-M048, and D002-M047 neither there nor in deprecated.csv",
        good="D002-M046 and D002-M048, and D002-M047 in deprecated.csv",
    ),
)
_NUMBERED = ("mentions", "events", "adjudication")
"""The tables whose rows have numbers; a sentence that is gone is missed in its text."""
_WIDEST = 1_000
"""Of a wider gap not every id is looked up: they were never given."""


def gaps(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the first id of each document that is missing in a table, by the row behind it."""
    if not snapshot.readable("deprecated", "documents") or snapshot.may_lack_rows:
        return
    if snapshot.tables["deprecated"].lost:
        return
    withdrawn: set[str] | None = None
    doubtful = snapshot.doubtful()
    for name in _NUMBERED:
        if name not in snapshot.due or not snapshot.whole(name):
            continue
        table = snapshot.tables[name]
        key = table.schema.key[0]
        odd = _odd(table.sound.select(LINE, id=key), _homes(snapshot, name))
        if odd.height and withdrawn is None:
            withdrawn = set(snapshot.tables["deprecated"].rows["id"])
        for (head,), rows in odd.group_by("head", maintain_order=True):
            missing = list(_missing(str(head), rows, withdrawn or set()))
            if not missing or str(head).partition("-")[0] in doubtful:
                continue
            line, first, _ = missing[0]
            others = sum(each[2] for each in missing) - 1
            for row in rows_at(table, pl.DataFrame({LINE: [line]}, schema={LINE: pl.UInt32})):
                more = f" (and {others:,} more)" if others else ""
                message = (
                    f"{first!r} is in no row{more}, and deprecated.csv does not say that it was withdrawn"
                )
                yield RULES["key.gap"].issue(place(table, row, key), row[key], message)


def _homes(snapshot: Snapshot, name: str) -> pl.Series:
    """Return what tells the documents of the rows of a table apart."""
    return snapshot.sound(name)["document_id"] if name == "adjudication" else snapshot.homes(name)


def _odd(ids: pl.DataFrame, homes: pl.Series) -> pl.DataFrame:
    """Return the ids, as head and number, of the documents whose last number is not that of their rows."""
    none = pl.DataFrame(schema={LINE: pl.UInt32, "head": pl.String, "number": pl.Int64})
    if ids.is_empty():
        return none
    home, row = pl.col("home"), pl.col("row").cast(pl.Int64)
    last = pl.col("id").str.extract("([0-9]{1,9})$").cast(pl.Int64)
    named = ids.with_columns(home=homes).lazy()
    of_odd = (
        named.with_row_index("row")
        .filter(home.ne_missing(home.shift(-1)) | (row == ids.height - 1))
        .filter((last != row - row.shift(1, fill_value=-1)).fill_null(value=True))
        .collect()["home"]
    )
    if of_odd.is_empty():
        return none
    parts = pl.col("id").str.extract_groups("^(.*-[A-Z])([0-9]{1,9})$")
    return (
        named.filter(home.is_in(of_odd.unique().implode()))
        .select(LINE, head=parts.struct.field("1"), number=parts.struct.field("2").cast(pl.Int64))
        .drop_nulls()
        .collect()
    )


def _missing(head: str, rows: pl.DataFrame, withdrawn: set[str]) -> Iterator[tuple[int, str, int]]:
    """Yield the gaps between the numbers of a document: the row behind, the first id that is missing, and how many are."""
    ordered = [(0, 0), *rows.sort("number").select("number", LINE).iter_rows()]
    for (before, _), (number, line) in pairwise(ordered):
        between = range(before + 1, number)
        if len(between) > _WIDEST:
            yield line, f"{head}{before + 1:03}", len(between)
            continue
        lost = [name for each in between if (name := f"{head}{each:03}") not in withdrawn]
        if lost:
            yield line, lost[0], len(lost)


CHECKS = (Check((RULES["key.gap"],), gaps, stages=EVERYWHERE),)
