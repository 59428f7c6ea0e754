from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigris_corpus.errors import CorpusError
from tigris_corpus.offsets import UNITS, OffsetMap, Unit


@pytest.mark.parametrize(
    ("unit", "outside"),
    [("utf-16", [0, 1, 3, 4, 5]), ("byte", [0, 1, 5, 7, 8])],
)
def test_each_code_point_has_its_place(unit: Unit, outside: list[int]) -> None:
    offsets = OffsetMap("a🙂éb", unit)
    assert [offsets.from_code_point(place) for place in range(5)] == outside
    assert [offsets.to_code_point(place) for place in outside] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("unit", "inside"), [("utf-16", 2), ("byte", 3), ("byte", 6)])
def test_a_place_inside_a_character_raises(unit: Unit, inside: int) -> None:
    with pytest.raises(CorpusError, match="falls inside a character"):
        OffsetMap("a🙂éb", unit).to_code_point(inside)


@pytest.mark.parametrize("beyond", [-1, 6])
def test_a_place_outside_the_text_raises(beyond: int) -> None:
    offsets = OffsetMap("a🙂éb", "utf-16")
    with pytest.raises(CorpusError, match="outside the text"):
        offsets.to_code_point(beyond)
    with pytest.raises(CorpusError, match="outside the text"):
        offsets.from_code_point(beyond)


def test_the_nearest_code_point_is_the_next_character() -> None:
    offsets = OffsetMap("a🙂éb", "byte")
    assert [offsets.nearest_code_point(place) for place in (0, 2, 5, 99)] == [0, 2, 2, 4]


@given(st.text(), st.sampled_from(UNITS))
def test_there_and_back_is_where_one_began(text: str, unit: Unit) -> None:
    offsets = OffsetMap(text, unit)
    places = range(len(text) + 1)
    assert [offsets.to_code_point(offsets.from_code_point(place)) for place in places] == list(places)
    encoded = text.encode("utf-16-le" if unit == "utf-16" else "utf-8", "surrogatepass")
    assert offsets.from_code_point(len(text)) == len(encoded) // (2 if unit == "utf-16" else 1)
