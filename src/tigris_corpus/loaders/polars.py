"""The tables of a corpus as Polars frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

if TYPE_CHECKING:
    from tigris_corpus.corpus import Corpus


def to_polars(corpus: Corpus) -> dict[str, pl.DataFrame]:
    """Return every table of a corpus as a Polars frame, by name, in the order of the descriptor.

    Rows, columns and values are those of the frames of the corpus. Labels are ``Enum`` in the order of their
    vocabulary, text ``String``, whole numbers ``Int64``, others ``Float64``, truth values ``Boolean``; what is empty is
    null. Needs the extra ``validate``.
    """
    return {name: table(corpus, name) for name in corpus.tables}


def table(corpus: Corpus, name: str) -> pl.DataFrame:
    """Return one table of a corpus as ``to_polars`` does. Raises KeyError where there is none of that name."""
    frame = corpus.tables[name]
    return pl.DataFrame([series(str(column), frame[column]) for column in frame.columns])


def series(name: str, column: pd.Series[Any]) -> pl.Series:
    """Return a column of a pandas frame under a name, with the Polars type that corresponds to its own."""
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        labels = pl.Enum([str(label) for label in kind.categories])
        return _filled(column, column.cat.codes.to_numpy()).cast(pl.UInt32).cat.to(labels).alias(name)
    if isinstance(kind, pd.StringDtype):
        if kind.storage == "pyarrow":
            return pl.Series(name, column.array.__arrow_array__(), dtype=pl.String)
        return pl.Series(name, [cell if isinstance(cell, str) else None for cell in column], dtype=pl.String)
    numpy: Any = {"Int64": "int64", "Float64": "float64", "boolean": "bool"}[str(kind)]
    return _filled(column, column.to_numpy(dtype=numpy, na_value=0)).alias(name)


def _filled(column: pd.Series[Any], values: Any) -> pl.Series:
    """Return values, null where the column is."""
    empty = column.isna().to_numpy()
    found = pl.Series(values)
    return found if not empty.any() else found.scatter(pl.Series(empty).arg_true(), None)
