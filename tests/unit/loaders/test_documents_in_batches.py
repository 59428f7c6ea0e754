"""Documents some at a time: the same as all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import packages
from tigris_corpus.corpus import Corpus, load
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats.exchange import documents_of
from tigris_corpus.loaders import batches

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("size", [1, 2, 500])
def test_a_batch_has_what_all_documents_have(released: Corpus, size: int) -> None:
    ids = ["D004", "D000", "D002", "D003", "D001"]
    assert [*batches.documents(released, ids, size)] == documents_of(released, ids)


def test_only_what_is_of_the_documents_is_kept(base: Path) -> None:
    corpus = batches.some(load(base), ["D001"])
    assert {
        name: len(corpus.tables[name])
        for name in ("documents", "sentences", "mentions", "events", "arguments", "incidents", "entities")
    } == {
        "documents": 1,
        "sentences": 1,
        "mentions": 3,
        "events": 2,
        "arguments": 3,
        "incidents": 2,
        "entities": 3,
    }


def test_the_whole_of_an_incident_is_kept(base: Path) -> None:
    packages.edit(
        base,
        [
            {
                "op": "insert-line",
                "file": "corpus/incidents.csv",
                "line": 2,
                "lines": ["air-war,Air war,ASSAULT,series,,,"],
            }
        ],
    )
    packages.set_cell(base, "corpus/incidents.csv", 3, "part_of", "air-war")
    corpus = load(base)
    named = corpus.incidents["incident_id"].iloc[1]
    packages.set_cell(base, "corpus/events.csv", 4, "incident_id", named)
    packages.set_cell(base, "corpus/events.csv", 5, "incident_id", named)
    assert list(batches.some(load(base), ["D001"]).incidents["incident_id"]) == ["air-war", named]


def test_a_document_that_is_not_there_is_an_error(released: Corpus) -> None:
    with pytest.raises(CorpusError, match="there is no document 'D077'"):
        next(batches.documents(released, ["D077"]))


def test_files_are_put_together_when_they_are_read() -> None:
    made: list[str] = []
    files = batches.Files({"a": lambda: made.append("a") or b"1", "b": lambda: made.append("b") or b"2"})  # type: ignore[func-returns-value]
    assert (list(files), len(files), made) == (["a", "b"], 2, [])
    assert dict(files) == {"a": b"1", "b": b"2"}
    assert made == ["a", "b"]
