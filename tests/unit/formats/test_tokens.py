"""Words with their places: French and English, whole characters, every place counted."""

from __future__ import annotations

import time

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import invented
from handmade import SMALL
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats.exchange import Document
from tigris_corpus.formats.tokens import Cursor, Token, outermost, pieces, sentences, words

NASTY = st.text(
    st.sampled_from(
        "abcnt' ’-.,19é\u0301\u200d\u200c\ufe0f\u20e3🇮🇶👩🚒❤🏽\u0600\uff9e각ᄀ\u1161กำ©ℹ#\u200b\n\t\u00a0«"
    ),
    max_size=14,
)


def texts(text: str, language: str, spans: tuple[tuple[int, int], ...] = ()) -> list[str]:
    return [token.text for token in words(text, language, spans)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’Irak d’Irak qu’Israël l'Irak", ["L’", "Irak", "d’", "Irak", "qu’", "Israël", "l'", "Irak"]),
        ("aujourd’hui, d’aujourd’hui", ["aujourd’hui", ",", "d’", "aujourd’hui"]),
        ("jusqu’à lorsqu’il quelqu’un", ["jusqu’", "à", "lorsqu’", "il", "quelqu’un"]),
        ("c’est-à-dire n’a-t-il", ["c’", "est-à-dire", "n’", "a-t-il"]),
        ("l’« État » du 1er mot-clé", ["l’", "«", "État", "»", "du", "1er", "mot-clé"]),
        ("1\u202f000 morts, 50\u00a0%", ["1", "000", "morts", ",", "50", "%"]),
    ],
)
def test_french(text: str, expected: list[str]) -> None:
    assert texts(text, "fr") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("U.S. forces, U.S.-led", ["U.S.", "forces", ",", "U.S.-led"]),
        ("2,500 troops; 3.5%", ["2,500", "troops", ";", "3.5", "%"]),
        ("Beirut’s don't I'm they’ve", ["Beirut", "’s", "do", "n't", "I", "'m", "they", "’ve"]),
        ("militias' 'Irak' ‘80s", ["militias", "'", "'", "Irak", "'", "‘", "80s"]),
        ("O’Brien F-16s AT&T Iraq,2003", ["O’Brien", "F-16s", "AT", "&", "T", "Iraq", ",", "2003"]),
    ],
)
def test_english(text: str, expected: list[str]) -> None:
    assert texts(text, "en") == expected


def test_characters_stay_whole() -> None:
    text = "👩‍🚒 🇮🇶🇫🇷 e\u0301tat 1️⃣ ❤️‍🔥x 👍🏽"
    assert texts(text, "fr") == ["👩‍🚒", "🇮🇶", "🇫🇷", "e\u0301tat", "1️⃣", "❤️‍🔥", "x", "👍🏽"]


def test_places_are_code_points() -> None:
    assert words("👩‍🚒 à", "fr") == [Token(0, 3, "👩‍🚒"), Token(4, 5, "à")]


def test_a_word_ends_where_a_span_does() -> None:
    assert texts("l’Irak", "en", ((2, 6),)) == ["l’", "Irak"]
    assert texts("ex-président", "fr", ((3, 12), (0, 12))) == ["ex-", "président"]


def test_pieces_are_the_whole_text() -> None:
    assert pieces("  a b\n\nc  d ", "en") == [
        Token(0, 2, "  "),
        Token(2, 3, "a", space=True),
        Token(4, 5, "b"),
        Token(5, 7, "\n\n"),
        Token(7, 8, "c", space=True),
        Token(9, 10, " "),
        Token(10, 11, "d", space=True),
    ]


def test_a_blank_that_a_span_begins_with_is_a_token() -> None:
    assert pieces("a b", "en", [(1, 3)]) == [Token(0, 1, "a"), Token(1, 2, " "), Token(2, 3, "b")]


@given(NASTY, st.sampled_from(["en", "fr"]))
@settings(max_examples=150, deadline=None)
def test_every_character_is_in_one_word(text: str, language: str) -> None:
    found = words(text, language)
    assert "".join(token.text for token in found) == "".join(text.split())
    assert all(text[token.start : token.end] == token.text for token in found)
    assert not any(character.isspace() for token in found for character in token.text)
    assert "".join(token.text + " " * token.space for token in pieces(text, language)) == text


@given(NASTY, st.sampled_from(["en", "fr"]))
@settings(max_examples=150, deadline=None)
def test_no_word_ends_inside_a_character(text: str, language: str) -> None:
    borders = {border for token in words(text, language) for border in (token.start, token.end)}
    for match in regex.finditer(r"\X", text):
        inside = range(match.start() + 1, match.end())
        blanks = {place for place in inside if text[place - 1].isspace() or text[place].isspace()}
        assert not borders & (set(inside) - blanks)


@pytest.mark.parametrize("part", ["a.b.", "1,", "w'", "w-", "'", "\u200d", "❤\u200d", "l’", "\u0600"])
def test_nothing_is_tried_twice(part: str) -> None:
    start = time.perf_counter()
    words(part * 100_000, "fr")
    assert time.perf_counter() - start < 10  # what grows with the square of the length would take minutes


def test_outermost_takes_the_longest_first() -> None:
    assert outermost([(0, 2), (0, 9), (3, 5), (9, 12), (11, 20), (11, 13)]) == [(0, 9), (11, 20)]
    assert outermost([(5, 7), (5, 7)]) == [(5, 7)]


def test_sentences_have_places_in_the_raw_text() -> None:
    (first, found), (_, others) = sentences(SMALL, [(19, 23)])
    assert first["sentence_id"] == "D900-S001"
    assert [token.text for token in found] == ["👍", "US", "troops", "left", "l’", "Irak", "in", "2024", "."]
    assert found[5] == Token(19, 23, "Irak")
    assert [token.text for token in others] == ["Baghdad", "’s", "UN", "envoy", "said", "so", "."]
    assert others[0] == Token(33, 40, "Baghdad")


@pytest.mark.parametrize("span", [(11, 16), (12, 17), (27, 40), (32, 33)])
def test_a_span_that_is_not_made_of_words_of_a_sentence_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(
        CorpusError, match=f"D900: the span from {span[0]} to {span[1]} does not begin and end"
    ):
        list(sentences(SMALL, [(2, 4), span]))


def test_a_cursor_finds_words_after_blanks_and_what_is_in_no_sentence() -> None:
    rows = ({"start": 3, "end": 8}, {"start": 12, "end": 15})
    cursor = Cursor(Document("D900", "en", "## a  bb -- cc.", rows, {}))
    assert cursor.take("a") == (3, 4)
    assert cursor.take("b") == (6, 7)
    assert cursor.take("c") is None
    assert cursor.left() == "b -- cc."
    assert cursor.take("b") == (7, 8)
    assert cursor.take("cc") == (12, 14)
    assert cursor.left() == "."
    assert cursor.take(".") == (14, 15)
    assert cursor.left() == ""
    assert cursor.take("") is None


def test_a_cursor_finds_all_words_of_a_text() -> None:
    for document in invented(50):
        cursor = Cursor(document)
        for token in words(document.text, document.language):
            assert cursor.take(token.text) == (token.start, token.end)
        assert cursor.left() == ""
