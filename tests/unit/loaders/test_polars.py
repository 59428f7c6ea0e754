from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest

import packages
import tigris_corpus as tigris
from tigris_corpus.corpus import DTYPES, load
from tigris_corpus.loaders.polars import series

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus

KINDS = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}


def test_every_table_has_the_rows_and_types_of_its_schema(released: Corpus) -> None:
    frames = tigris.to_polars(released)
    assert list(frames) == list(released.package.tables)
    for name, frame in frames.items():
        assert frame.height == len(released.tables[name])
        for field in released.package.schema(name).fields:
            key = released.package.vocabulary_of(name, field.name)
            kind = frame.schema[field.name]
            if key is None:
                assert kind == KINDS[field.type], (name, field.name)
            else:
                labels = frames[key.resource][key.reference[0]].unique(maintain_order=True)
                assert kind == pl.Enum(labels.to_list()), (name, field.name)
        cells = released.tables[name].astype(object)
        assert frame.rows() == list(cells.where(cells.notna(), None).itertuples(index=False, name=None))


def test_what_is_empty_is_null_and_na_is_text(base: Path) -> None:
    packages.set_cell(base, "corpus/entities.csv", 3, "name", "NA")
    packages.set_cell(base, "corpus/documents.csv", 2, "publisher", "None")
    frames = tigris.to_polars(load(base))
    assert frames["entities"]["name"].to_list() == ["Baghdad", "NA", "United States"]
    assert frames["documents"]["publisher"].to_list() == ["None", None]
    assert frames["entities"]["latitude"].to_list() == [33.34058, None, None]
    assert frames["entities"]["sector"].to_list() == [None, None, None]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["a", None, "NA"], "string", pl.String),
        ([1, None, 2**62], DTYPES["integer"], pl.Int64),
        ([0.5, None, -1.0], DTYPES["number"], pl.Float64),
        ([True, None, False], DTYPES["boolean"], pl.Boolean),
    ],
)
def test_a_column_keeps_its_values(values: list[Any], kind: str, expected: Any) -> None:
    found = series("c", pd.Series(values, dtype=kind))
    assert (found.name, found.dtype, found.to_list()) == ("c", expected, values)


def test_text_is_read_without_arrow_too() -> None:
    column = pd.Series(["a", None, "NA"], dtype=pd.StringDtype("python"))
    assert series("c", column).to_list() == ["a", None, "NA"]


def test_labels_have_the_order_of_their_vocabulary() -> None:
    column = pd.Series(["b", None, "a"], dtype=pd.CategoricalDtype(["b", "c", "a"]))
    found = series("c", column)
    assert found.to_list() == ["b", None, "a"]
    assert found.dtype == pl.Enum(["b", "c", "a"])
    assert series("c", column.head(0)).dtype == pl.Enum(["b", "c", "a"])
