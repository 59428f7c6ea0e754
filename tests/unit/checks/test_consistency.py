"""The windows of texts by which near duplicates are sought among many."""

from __future__ import annotations

import polars as pl
import pytest

from tigris_corpus.checks import consistency

REPORT = (
    "The ministry said on Monday that the last soldiers of the coalition had left the base north of the capital. "
    "Lorries carried tents, beds and kitchens to the border through the night, while guards of the army took over "
    "the gates one by one. The governor thanked the officers and promised the farmers around the base their land.\n"
)
OTHER = (
    "Un bateau de pêche a sombré dimanche au large du port, et ses cinq marins ont nagé jusqu’à la plage. "
    "Le maire a salué leur courage ; la gendarmerie cherche encore l’épave, que la marée emporte vers le nord.\n"
)


def windows(*texts: str) -> list[set[int]]:
    raws = pl.Series("raw", texts)
    low = consistency._low_windows(raws.cast(pl.Binary), raws.str.len_bytes())  # noqa: SLF001
    found = dict(low.group_by("text").agg("shingle").iter_rows())
    return [set(found.get(number, [])) for number in range(len(texts))]


def test_a_window_is_a_stretch_of_bytes_from_the_beginning_of_a_word() -> None:
    one, again, capitals, later = windows(
        "a soldier of the coalition left",
        "a soldier of the coalition left",
        "A Soldier of the COALITION left",
        "b left",
    )
    assert len(one) == 6
    assert one == again == capitals
    assert len(later) == 2
    assert one & later == windows("left")[0]


def test_texts_of_which_a_word_differs_share_most_windows_and_others_none() -> None:
    first, printed, other = windows(REPORT, REPORT.replace("Monday", "Tuesday"), OTHER)
    assert len(first & printed) > 0.8 * len(first)
    assert not first & other


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_windows_are_the_same_however_large_the_pieces_are(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = (REPORT, "", OTHER, " \n ", "word", REPORT * 3)
    whole = windows(*texts)
    assert [len(found) > 0 for found in whole] == [True, False, True, False, True, True]
    monkeypatch.setattr(consistency, "_PIECE", size)
    assert windows(*texts) == whole


def test_of_a_long_text_about_as_many_windows_are_looked_at_as_of_a_short_one() -> None:
    words = pl.Series(range(20_000)).hash(1).cast(pl.String).str.head(5).to_list()
    short, long = windows(" ".join(words[:200]), " ".join(words))
    assert 15 < len(short) < 200
    assert 15 < len(long) < 200
