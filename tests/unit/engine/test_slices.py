"""Slices of long texts are what Python's are, and what is counted in other units what an offset map counts."""

from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigris_corpus.engine import slices
from tigris_corpus.engine.slices import Counted, Kept, clusters, line_ends, with_slices
from tigris_corpus.offsets import UNITS, OffsetMap

TEXT = "L’été 🙂\nde Bagdad"


@pytest.mark.parametrize("long", [2, 2**15])
def test_slices_of_long_texts_are_those_of_short_ones(long: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "LONG", long)
    rows = {
        "name": ["a", "b", "a", "c", "a"],
        "text": [TEXT, "x", TEXT, None, TEXT],
        "at": [2, 0, 8, 0, None],
        "size": [3, 5, None, 1, 2],
    }
    cut = {"found": (pl.col("at"), pl.col("size")), "first": (pl.lit(0), pl.lit(1))}
    frame = with_slices(pl.DataFrame(rows), "text", "name", cut)
    assert frame["found"].to_list() == ["été", "x", "de Bagdad", None, None]
    assert frame["first"].to_list() == ["L", "x", "L", None, "L"]
    assert frame["at"].to_list() == rows["at"]


@given(st.text(max_size=600), st.integers(0, 2000))
def test_offsets_are_counted_as_an_offset_map_counts_them(text: str, offset: int) -> None:
    for unit in UNITS:
        assert Counted(text, unit).nearest_code_point(offset) == OffsetMap(text, unit).nearest_code_point(
            offset
        )


def test_where_lines_and_characters_begin() -> None:
    assert line_ends("a\nb\n").before(0) == (0, -1)
    assert line_ends("a\nb\n").before(4) == (2, 3)
    begins = clusters("e\u0301a")
    assert [place in begins for place in range(4)] == [True, False, True, False]


def test_texts_are_kept_as_long_as_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MAX_TEXT", 5)
    kept = Kept(pl.DataFrame({"name": ["a", "b"], "text": ["aaaa", "bb"]}), "name", "text")
    assert [kept.of(name) for name in ("a", "b", "a", "b")] == ["aaaa", "bb", "aaaa", "bb"]
    assert "a" in kept
    assert "c" not in kept


def test_the_slices_of_a_long_text_take_time_in_proportion_to_it() -> None:
    size = 20_000
    starts = list(range(0, size * 20, 20))
    frame = pl.DataFrame({"at": starts, "name": "a", "text": "wörd " * (4 * size)})
    started = time.process_time()
    found = with_slices(frame, "text", "name", {"found": (pl.col("at"), pl.lit(4))})["found"]
    assert time.process_time() - started < 1
    assert found.unique().to_list() == ["wörd"]
