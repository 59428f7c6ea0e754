"""Table Schemas compiled to Polars expressions.

For each column there is an ordered list of (code, expression) pairs; an expression is true where a cell breaks the
rule. The first that is true wins the cell. Cells are text; numbers are cast once, and a cell is lexically right when
casting it there and back gives the same text.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.descriptor import SPANS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tigris_corpus.descriptor import Field, TableSchema

_SECRET = secrets.randbits(62)
_DECIMAL = "-?(0|[1-9][0-9]*)([.][0-9]+)?"
_SLICES = tuple(text for _, _, text in SPANS)  # the edges of a slice are looked at with its span
_DTYPES = {"integer": pl.Int64, "number": pl.Float64}


def document_expr(column: str | pl.Series) -> pl.Expr:
    """Return the expression for the document that an id begins with."""
    cells = pl.col(column) if isinstance(column, str) else pl.lit(column)
    return cells.str.split_exact("-", 1).struct.field("field_0")


def documents_of(ids: pl.Series) -> pl.Series:
    """Return the documents that ids begin with; quicker than ``document_expr`` where they have one length."""
    heads = _heads(ids)
    if heads is None:
        return pl.select(document_expr(ids)).to_series()
    return heads.str.head(int(heads.str.len_bytes()[0]) - 1)


def documents_in(ids: pl.Series) -> pl.Series:
    """Return the documents that ids begin with, each once."""
    heads = _heads(ids)
    if heads is None:
        return documents_of(ids).unique()
    return heads.filter(_begins(heads)).str.strip_suffix("-").unique()


def same_documents(ids: pl.Series, others: pl.Series) -> pl.Series:
    """Return whether each of some ids begins with the same document as another."""
    length = str(ids[0]).find("-") + 1 if len(ids) else 0
    heads, other_heads = ids.str.head(length), others.str.head(length)
    if length and (heads == other_heads).all() and heads.str.ends_with("-").all():
        return pl.repeat(value=True, n=len(ids), dtype=pl.Boolean, eager=True)
    return documents_of(ids) == documents_of(others)


def _heads(ids: pl.Series) -> pl.Series | None:
    """Return the documents that ids begin with, each with its hyphen, where all are of one length; else None."""
    length = str(ids[0]).find("-") + 1 if len(ids) else 0
    heads = ids.str.head(length)
    if not length or not heads.str.ends_with("-").all():
        return None
    distinct = heads.filter(_begins(heads))
    return None if (distinct.str.find("-", literal=True) != length - 1).any() else heads


def _begins(cells: pl.Series) -> pl.Series:
    """Return where a run of equal cells begins: ids of one document stand together."""
    return cells.ne_missing(cells.shift())


def hashed(columns: Iterable[str]) -> pl.Expr:
    """Return a hash of one or more columns: equal values have equal hashes, and others, but for a chance, have not.

    It is taken with a secret of this process, so that nobody can have written values that collide. Two of 100 million
    keys do so with a chance of one in 3,700.
    """
    first, *others = (pl.col(name).hash(_SECRET + place) for place, name in enumerate(columns))
    for other in others:
        first = first.xor(other)
    return first


def is_one_of(column: str, values: Iterable[str]) -> pl.Expr:
    """Return whether a cell is one of some values: by their hashes, which is eight times as fast as ``is_in`` with text."""
    known = _hashes(values) if isinstance(values, pl.Series) else _hashes_of(tuple(values))
    return hashed([column]).is_in(known)


def _hashes(values: pl.Series) -> pl.Series:
    """Return the hashes of some values, as one list."""
    return values.to_frame("value").select(pl.col("value").hash(_SECRET).implode()).to_series()


@lru_cache
def _hashes_of(values: tuple[str, ...]) -> pl.Series:
    return _hashes(pl.Series(values, dtype=pl.String))


def number_of(column: str) -> pl.Expr:
    """Return the number of the document that an id begins with, null where it begins with none."""
    return document_expr(column).str.strip_prefix("D").cast(pl.Int64, strict=False)


def parsed(schema: TableSchema) -> list[pl.Expr]:
    """Return the expressions that parse the columns of numbers; what is not a number becomes null."""
    return [
        pl.col(field.name).cast(_DTYPES[field.type], strict=False)
        for field in schema.fields
        if field.type in _DTYPES
    ]


def full_match(pattern: str) -> str:
    """Return a pattern that matches as a whole or not at all."""
    return rf"\A(?:{pattern})\z"


@lru_cache
def is_supported(pattern: str) -> bool:
    """Whether the engine takes a pattern; Python may take others."""
    try:
        pl.select(pl.lit("").str.contains(full_match(pattern)))
    except pl.exceptions.PolarsError:
        return False
    return True


def rules(
    field: Field, allowed: Sequence[str] | None = None, *, is_reference: bool = False
) -> list[tuple[str, pl.Expr]]:
    """Return the rules of a column as (code, true where broken).

    ``allowed`` is its vocabulary, if it has one. The form of a reference need not be looked at: it leads nowhere
    unless it is right.
    """
    cell = pl.col(field.name)
    filled = cell != ""
    found: list[tuple[str, pl.Expr]] = []
    if field.required:
        found.append(("sch.required", ~filled))
    if field.type == "integer":
        number = cell.cast(pl.Int64, strict=False)
        found.append(("sch.integer-lexical", filled & (number.cast(pl.String) != cell).fill_null(value=True)))
        found.extend(_bounds(field, number))
    elif field.type == "number":
        found.append(("sch.number-lexical", filled & ~cell.str.contains(full_match(_DECIMAL))))
        found.extend(_bounds(field, cell.cast(pl.Float64, strict=False)))
    elif field.type == "boolean":
        found.append(("sch.boolean", filled & ~cell.is_in(["true", "false"])))
    if allowed is not None:
        found.append(("sch.enum", filled & ~is_one_of(field.name, allowed)))
    if field.pattern and not is_reference and is_supported(field.pattern):
        found.append(("sch.pattern", filled & ~cell.str.contains(full_match(field.pattern))))
    if field.type == "string" and not field.pattern and allowed is None and field.name not in _SLICES:
        found.append(("sch.blank-edge", cell.str.strip_chars() != cell))
    return found


def are_plain_integers(field: Field, cells: pl.Series, numbers: pl.Series) -> bool:
    """Whether it is plain from their lengths that cells have no breach of a column of integers, empty ones apart.

    Besides its digits a cell that can be read as a number has at most a sign and zeros before them, which make it longer.
    """
    count = len(cells) - numbers.null_count()
    if not count:
        return bool((cells == "").all())
    lowest, highest = int(str(numbers.min())), int(str(numbers.max()))
    if lowest < max(0, field.minimum or 0) or (field.maximum is not None and highest > field.maximum):
        return False
    digits = count + sum(int((numbers >= 10**power).sum()) for power in range(1, len(str(highest))))
    return int(cells.str.len_bytes().sum()) == digits and int((cells == "").sum()) == len(cells) - count


def _bounds(field: Field, number: pl.Expr) -> list[tuple[str, pl.Expr]]:
    found = []
    if field.minimum is not None:
        found.append(("sch.minimum", (number < field.minimum).fill_null(value=False)))
    if field.maximum is not None:
        found.append(("sch.maximum", (number > field.maximum).fill_null(value=False)))
    return found
