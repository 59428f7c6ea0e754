"""pandera schemas of the frames that ``load`` gives, built from the same Table Schemas and vocabularies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas as pa

from tigris_corpus.corpus import DTYPES, Corpus, load
from tigris_corpus.edtf import bounds
from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.descriptor import Field


def schema(table: str, corpus: Corpus | Path | str | None = None) -> pa.DataFrameSchema:
    """Return the pandera schema of the frame of a table: the contract that your own pipeline can hold frames to.

    ``corpus`` is a loaded corpus or the path of a package, and None for the packaged release. Foreign keys within
    the corpus, and the rules across tables, are for ``validate``. Raises CorpusError where there is no such table.

    >>> list(schema("events").columns["realis"].dtype.categories)
    ['actual', 'future', 'hypothetical', 'generic']
    """
    loaded = corpus if isinstance(corpus, Corpus) else load(corpus)
    if table not in loaded.tables:
        raise CorpusError(f"there is no table {table!r}; there is {', '.join(loaded.tables)}")
    described = loaded.package.schema(table)
    keys = [list(key) for key in (described.primary_key, *described.unique_keys) if key]
    return pa.DataFrameSchema(
        {field.name: _column(field, loaded.tables[table][field.name].dtype) for field in described.fields},
        unique=keys[0] if keys else None,
        strict=True,
        ordered=True,
        name=table,
        title=described.title,
        description=described.description,
    )


def _column(field: Field, dtype: Any) -> pa.Column:
    checks: list[pa.Check] = []
    if field.pattern and dtype == "string":
        checks.append(pa.Check.str_matches(rf"(?:{field.pattern})\Z"))
    if field.minimum is not None:
        checks.append(pa.Check.ge(field.minimum))
    if field.maximum is not None:
        checks.append(pa.Check.le(field.maximum))
    if field.edtf:
        checks.append(
            pa.Check(lambda date: bounds(date) is not None, element_wise=True, error="not an EDTF date")
        )
    if field.unique:  # pandera's own takes two empty cells for one value
        checks.append(pa.Check(lambda column: ~column.duplicated(keep=False), error="not unique"))
    is_label = isinstance(dtype, pd.CategoricalDtype)
    return pa.Column(
        dtype if is_label else DTYPES[field.type],
        checks,
        nullable=not field.required,
        title=field.title,
        description=field.description,
    )
