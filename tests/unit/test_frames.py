from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.errors
import pytest

import tigris_corpus as tigris
from tigris_corpus.errors import CorpusError
from tigris_corpus.frames import schema

if TYPE_CHECKING:
    from tigris_corpus.corpus import Corpus


def test_every_loaded_frame_satisfies_its_schema(released: Corpus) -> None:
    for name, frame in released.tables.items():
        schema(name, released).validate(frame)


def test_the_packaged_schema_needs_no_corpus() -> None:
    assert list(tigris.schema("entity_relations").columns) == [
        "subject_id",
        "relation",
        "object_id",
        "sentence_id",
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("mention_id", "M1"),
        ("mention_id", "D000-M002"),
        ("start", -1),
        ("text", None),
        ("mention_id", "D000-M001\n"),
    ],
)
def test_a_frame_that_breaks_the_contract_is_refused(
    released: Corpus, column: str, value: str | int | None
) -> None:
    frame = released.mentions.copy()
    frame.loc[0, column] = value
    with pytest.raises(pandera.errors.SchemaError):
        schema("mentions", released).validate(frame)


def test_a_date_that_is_none_is_refused(released: Corpus) -> None:
    frame = released.incidents.copy()
    frame.loc[0, "date"] = "2023-02-29"
    with pytest.raises(pandera.errors.SchemaError, match="not an EDTF date"):
        schema("incidents", released).validate(frame)


def test_two_rows_of_one_identifier_are_refused(released: Corpus) -> None:
    frame = released.entities.copy()
    frame.loc[0:1, "wikidata"] = "Q1"
    with pytest.raises(pandera.errors.SchemaError, match="not unique"):
        schema("entities", released).validate(frame)


def test_a_table_that_is_not_there_is_misuse(released: Corpus) -> None:
    with pytest.raises(CorpusError, match="there is no table 'event'; there is documents, sentences"):
        schema("event", released)
