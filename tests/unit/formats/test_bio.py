from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigris_corpus.formats import bio

WORDS = [(0, 3), (4, 9), (10, 12), (12, 13)]
Span = tuple[int, int]


def test_the_tags_of_labels_are_outside_and_two_each() -> None:
    assert bio.names([]) == ("O",)
    assert bio.names(["PER", "ORG"]) == ("O", "B-PER", "I-PER", "B-ORG", "I-ORG")


@pytest.mark.parametrize(
    ("spans", "tags"),
    [
        ({}, ["O", "O", "O", "O"]),
        ({(4, 9): "ORG"}, ["O", "B-ORG", "O", "O"]),
        ({(0, 9): "ORG", (10, 13): "ORG"}, ["B-ORG", "I-ORG", "B-ORG", "I-ORG"]),
        ({(0, 3): "PER", (4, 9): "PER"}, ["B-PER", "B-PER", "O", "O"]),
    ],
)
def test_spans_are_tags_and_tags_spans(spans: dict[Span, str], tags: list[str]) -> None:
    assert bio.encode(WORDS, spans) == tags
    assert dict(bio.decode(WORDS, tags)) == spans


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        (["I-ORG", "I-ORG", "O", "O"], [((0, 9), "ORG")]),  # begun by I-
        (["B-ORG", "I-PER", "O", "O"], [((0, 3), "ORG"), ((4, 9), "PER")]),  # another label goes on
        (["B-ORG", "O", "I-ORG", "B-ORG"], [((0, 3), "ORG"), ((10, 12), "ORG"), ((12, 13), "ORG")]),
    ],
)
def test_tags_that_nobody_would_write_are_read_as_conlleval_does(
    tags: list[str], spans: list[tuple[Span, str]]
) -> None:
    assert list(bio.decode(WORDS, tags)) == spans


def test_a_row_of_tags_is_as_long_as_its_words() -> None:
    with pytest.raises(ValueError, match="zip"):
        list(bio.decode(WORDS, ["O"]))


def test_what_tags_cannot_hold_is_left_out_with_its_reason() -> None:
    spans = {
        "M1": (4, 9),
        "M2": (4, 9),  # at the place of M1
        "M3": (1, 3),  # begins inside a word
        "M4": (10, 11),  # ends inside a word
        "M5": (0, 9),  # holds M1 and M2
        "M6": (10, 13),
        "M7": (12, 13),  # within M6
    }
    kept, left = bio.chosen(WORDS, spans)
    assert kept == ["M5", "M6"]
    assert left == {
        "M1": bio.IS_WITHIN_ANOTHER,
        "M2": bio.SAME_SPAN,
        "M3": bio.SPLITS_A_WORD,
        "M4": bio.SPLITS_A_WORD,
        "M7": bio.IS_WITHIN_ANOTHER,
    }


def test_of_spans_that_cross_the_longest_stays() -> None:
    assert bio.chosen(WORDS, {"M1": (0, 9), "M2": (4, 13)}) == (["M1"], {"M2": bio.IS_WITHIN_ANOTHER})
    assert bio.chosen(WORDS, {"M1": (0, 9), "M2": (4, 12), "M3": (10, 13)})[0] == ["M1", "M3"]


@st.composite
def sentences(draw: st.DrawFn) -> tuple[list[Span], dict[str, Span]]:
    """Words with gaps between some of them, and spans of which some split words."""
    words, position = [], 0
    for _ in range(draw(st.integers(1, 8))):
        position += draw(st.integers(0, 2))
        length = draw(st.integers(1, 4))
        words.append((position, position + length))
        position += length
    borders = st.integers(0, position)
    pairs = draw(st.lists(st.tuples(borders, borders).filter(lambda pair: pair[0] < pair[1]), max_size=8))
    return words, {f"M{number}": span for number, span in enumerate(pairs)}


@given(sentences(), st.sampled_from(["PER", "ORG"]))
def test_tags_give_back_the_chosen_spans_and_the_others_are_told(
    sentence: tuple[list[Span], dict[str, Span]], label: str
) -> None:
    words, spans = sentence
    kept, left = bio.chosen(words, spans)
    assert sorted([*kept, *left]) == sorted(spans)
    labelled = {spans[name]: label for name in kept}
    assert list(bio.decode(words, bio.encode(words, labelled))) == [(spans[name], label) for name in kept]
