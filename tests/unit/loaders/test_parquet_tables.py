"""Parquet: the frames come back from it, whoever reads it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from tigris_corpus.corpus import load
from tigris_corpus.loaders import parquet_tables
from tigris_corpus.loaders.polars import to_polars

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus


@pytest.fixture(scope="module")
def written(released: Corpus) -> dict[str, bytes]:
    return parquet_tables.files(released)


def schema(data: bytes) -> Any:
    return parquet.read_schema(io.BytesIO(data))


def test_there_is_a_file_of_each_table_and_of_the_texts(released: Corpus, written: dict[str, bytes]) -> None:
    assert list(written) == [*(f"{name}.parquet" for name in released.tables), "texts.parquet", "README.md"]
    assert written == parquet_tables.files(released)
    texts = pd.read_parquet(io.BytesIO(written["texts.parquet"]))
    assert [*texts["document_id"]] == ["D000", "D001", "D002", "D003", "D004"]
    assert texts["text"].iloc[0] == released.text("D000")


def test_pandas_reads_the_frames_of_the_corpus(released: Corpus, written: dict[str, bytes]) -> None:
    for name, frame in released.tables.items():
        read = pd.read_parquet(io.BytesIO(written[f"{name}.parquet"]))
        pd.testing.assert_frame_equal(read, frame, check_categorical=False)
        for column, kind in frame.dtypes.items():
            if isinstance(kind, pd.CategoricalDtype):
                assert [*read[column].cat.categories] == [*kind.categories], (name, column)
            else:
                assert read[column].dtype == kind


def test_polars_reads_the_same_rows(released: Corpus, written: dict[str, bytes]) -> None:
    for name, frame in to_polars(released).items():
        read = pl.read_parquet(io.BytesIO(written[f"{name}.parquet"]))
        assert read.rows() == frame.rows(), name


def test_types_are_those_of_the_schemas(written: dict[str, bytes]) -> None:
    mentions, entities = schema(written["mentions.parquet"]), schema(written["entities.parquet"])
    label = pa.dictionary(pa.int8(), pa.string())
    assert [mentions.field(name).type for name in ("mention_id", "start", "entity_type")] == [
        pa.large_string(),
        pa.int64(),
        label,
    ]
    assert entities.field("latitude").type == pa.float64()
    assert schema(written["entity_types.parquet"]).field("linkable").type == pa.bool_()


def test_a_file_says_what_it_is(base: Path) -> None:
    found = schema(parquet_tables.files(load(base))["mentions.parquet"])
    told = {key.decode(): value.decode() for key, value in found.metadata.items() if key != b"pandas"}
    assert (told["version"], told["table"], told["table_title"]) == ("0.1.0", "mentions", "Mentions")
    assert told["licence"] == "CC-BY-4.0 https://creativecommons.org/licenses/by/4.0/"
    assert told["rights"].startswith("In copyright (2 documents): ")
    assert found.field("entity_type").metadata == {
        b"description": b"The type of thing that the mention stands for in its sentence."
    }


def test_an_empty_table_keeps_its_columns(base: Path) -> None:
    read = pd.read_parquet(io.BytesIO(parquet_tables.files(load(base))["waivers.parquet"]))
    assert (len(read), [*read.columns]) == (0, [*load(base).waivers.columns])


def test_the_page_says_what_each_file_holds(base: Path) -> None:
    page = parquet_tables.files(load(base))["README.md"].decode()
    assert (
        "| `events.parquet` | One row a mention of an event, anchored on the word or words that express it. |"
        in page
    )
    assert (
        "| `documents.parquet` | One row a text of the corpus, with what is known of where it comes from and how it is known. |"
        in page
    )
    assert "Rights in the texts: In copyright (2 documents)" in page
