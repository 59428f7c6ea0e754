"""From Polars to Arrow and to the features of `datasets`: labels as numbers that know their names.

The type of a column says all: the tables are read with the types of their schemas, and labels are ``Enum`` of their
vocabulary, so that what is made from them by joining, grouping and nesting needs no second description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

VALUES = {pl.String: "string", pl.Int64: "int64", pl.Float64: "float64", pl.Boolean: "bool"}
"""What `datasets` calls the plain types."""


def features(schema: Mapping[str, Any]) -> Any:
    """Return the ``datasets.Features`` of a frame with some schema. Needs the extra ``hf``.

    Labels are ``ClassLabel``, with names in the order of their vocabulary; lists ``List``; structs dictionaries. A
    label that is missing is None.
    """
    import datasets  # noqa: PLC0415 - takes a second

    return datasets.Features({name: _feature(datasets, kind) for name, kind in schema.items()})


def _feature(datasets: Any, kind: Any) -> Any:
    if isinstance(kind, pl.Enum):
        return datasets.ClassLabel(names=kind.categories.to_list())
    if isinstance(kind, pl.List):
        return datasets.List(_feature(datasets, kind.inner))
    if isinstance(kind, pl.Struct):
        return {field.name: _feature(datasets, field.dtype) for field in kind.fields}
    return datasets.Value(VALUES[kind])


def arrow(frame: pl.DataFrame, schema: Any) -> Any:
    """Return a frame as an Arrow table of a schema, which is that of its features: labels are their numbers."""
    physical = frame.select(pl.all().to_physical())
    return physical.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)


def told(kind: Any) -> str:
    """Return the type of a column in words, as the documentation has it.

    >>> told(pl.List(pl.Struct({"role": pl.Enum(["actor"]), "text": pl.String})))
    'list of {role: label, text: string}'
    """
    if isinstance(kind, pl.Enum):
        return "label"
    if isinstance(kind, pl.List):
        return f"list of {told(kind.inner)}"
    if isinstance(kind, pl.Struct):
        return f"{{{', '.join(f'{field.name}: {told(field.dtype)}' for field in kind.fields)}}}"
    return VALUES[kind]
