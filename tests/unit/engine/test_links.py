"""Where the rows are that others refer to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tigris_corpus.descriptor import Field, open_package
from tigris_corpus.engine import links
from tigris_corpus.engine.expressions import are_plain_integers
from tigris_corpus.engine.links import Links, found_at, found_by_number, rows_at_places
from tigris_corpus.engine.snapshot import Batch, plan, read_batch, take_snapshot

if TYPE_CHECKING:
    from pathlib import Path

PARENTS = pl.DataFrame({"id": ["a", "b", "c", "b"], "name": ["first", "second", "third", "again"]})


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        (["c", "a", "x", "", "b"], [2, 0, None, None, 1]),
        (["c"] * 9 + ["x"] * 9, [2] * 9 + [None] * 9),  # one after another, asked once
        (["b"], [1]),
        ([], []),
    ],
)
@pytest.mark.parametrize("few", [0, links._FEW])  # noqa: SLF001 - large tables are small ones here
def test_each_row_finds_the_first_row_that_it_names(
    asked: list[str], places: list[int | None], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "_FEW", few)
    children = pl.DataFrame({"parent": asked}, schema={"parent": pl.String})
    assert found_at(children, "parent", PARENTS, "id").to_list() == places


def test_few_rows_find_theirs_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_FEW", 100)
    many = pl.DataFrame({"id": [f"{number}" for number in range(1000)]})
    children = pl.DataFrame({"parent": ["999", "none", "0"]})
    assert found_at(children, "parent", many, "id").to_list() == [999, None, 0]


def test_what_is_beside_a_reference_is_null_where_it_leads_nowhere() -> None:
    beside = rows_at_places(
        PARENTS, pl.Series([1, None], dtype=pl.UInt32), "name", size=pl.col("id").str.len_bytes()
    )
    assert beside.rows() == [("second", 1), (None, None)]
    assert rows_at_places(PARENTS, pl.Series([2], dtype=pl.UInt32)).rows() == [("c", "third")]


def test_rows_that_are_put_in_doubt_are_found_no_more() -> None:
    known, children = Links(), pl.DataFrame({"parent": ["a", "b"]})

    def places(parents: pl.DataFrame) -> list[int | None]:
        find = partial(found_at, children, "parent", parents, "id")
        return known.places(("t", "parent"), children, parents, find).to_list()

    fewer = PARENTS.filter(pl.col("id") != "b")
    assert places(PARENTS) == [0, 1]
    assert places(fewer) == [0, None]


LABELS = pl.DataFrame(
    {
        "name": ["D7-M001", "D7-M003", "D7-M1003", "D8-M002", "D8-M001", "D9-Mabc", "D8-M001", "D9-M005"],
        "home": [7, 7, 7, 8, 8, 9, 8, None],
    },
    schema={"name": pl.String, "home": pl.UInt32},
)
"""With a number that is missing, one of four digits, two in another order, one that is none, one that is twice, one without a home."""


@pytest.mark.parametrize("sparse", [0, 10_000])
@pytest.mark.parametrize(
    ("asked", "home", "places"),
    [
        (["D7-M003", "D7-M1003", "D7-M001"], [7, 7, 7], [1, 2, 0]),
        (["D8-M001", "D8-M002"], [8, 8], [4, 3]),  # the first of two
        (
            ["D7-M001", "D8-M001"],
            [8, None],
            [0, 4],
        ),  # named in another document, and in one that is not known
        (["D9-Mabc", "D9-M005"], [9, 9], [5, 7]),
        (["D7-M002", "D6-M001", "D10-M001", "", "D7-M009"], [7, 6, 10, 7, 7], [None] * 5),
    ],
)
def test_labels_are_found_by_their_numbers_as_by_their_ids(
    asked: list[str],
    home: list[int | None],
    places: list[int | None],
    sparse: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links, "_FEW", 0)
    monkeypatch.setattr(links, "_SPARSE", sparse)
    children = pl.DataFrame({"name": asked, "home": home}, schema=LABELS.schema)
    assert found_by_number(children, LABELS).to_list() == places


def test_a_label_knows_its_document_by_its_id_where_its_sentence_is_in_doubt(base: Path) -> None:
    opened = take_snapshot(open_package(base))
    snapshot = read_batch(opened, plan(opened), Batch())
    whole = snapshot.homes("mentions").to_list()
    sentences = snapshot.tables["sentences"]
    torn = {**snapshot.tables, "sentences": sentences.without({3})}
    changed = read_batch(opened, plan(opened), Batch(), torn)
    assert None in changed.places("mentions", "sentence_id", "sentences").to_list()
    assert changed.homes("mentions").to_list() == whole


@pytest.mark.parametrize(
    ("cells", "is_plain"),
    [
        (["0", "7", "10", "12345"], True),
        (["0", "", "10"], True),
        (["", ""], True),
        ([], True),
        (["+5"], False),
        (["007"], False),
        (["-0"], False),
        (["5 ", "5"], False),
        (["1e3"], False),
        (["٥"], False),
        (["99999999999999999999"], False),
        (["-3"], False),  # below the minimum
        (["1000001"], False),  # above the maximum
    ],
)
def test_integers_are_plain_where_their_cells_are_just_their_digits(cells: list[str], is_plain: bool) -> None:
    field = Field("start", "integer", minimum=0, maximum=1_000_000)
    texts = pl.Series(cells, dtype=pl.String)
    numbers = texts.cast(pl.Int64, strict=False)
    assert are_plain_integers(field, texts, numbers) is is_plain
