"""Words and tags of many sentences at once are those of one sentence at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import WORDS
from tigris_corpus.formats import bio
from tigris_corpus.formats.tokens import words as words_of
from tigris_corpus.loaders import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

KIND = pl.Enum(["PER", "ORG"])
Row = tuple[int, int, int, str]
"""A span: the number of its sentence, its start, its end, its label."""


def frame(texts: Sequence[tuple[int, int, str, str]]) -> pl.DataFrame:
    """Return sentences: document, start, language, text of each."""
    rows = [
        {"document": document, "language": language, "start": start, "end": start + len(text), "text": text}
        for document, start, language, text in texts
    ]
    return pl.DataFrame(rows, schema_overrides={"document": pl.UInt32})


def spans_of(sentences: pl.DataFrame, rows: Sequence[Row]) -> pl.DataFrame:
    places = sentences.with_row_index("sentence").rename({"start": "first_offset", "end": "last_offset"})
    found = pl.DataFrame(
        rows,
        schema={"sentence": pl.UInt32, "start": pl.Int64, "end": pl.Int64, "label": KIND},
        orient="row",
    )
    return found.join(places.drop("text", "language"), on="sentence", how="left", maintain_order="left")


def test_words_have_their_places_in_sentence_and_text() -> None:
    found = words.cut(frame([(0, 5, "fr", "L’Irak dort."), (1, 0, "en", "Don’t"), (1, 9, "en-GB", "🙂 go")]))
    assert found.select("sentence", "word", "start", "end", "in_sentence").rows() == [
        (0, "L’", 5, 7, 0),
        (0, "Irak", 7, 11, 2),
        (0, "dort", 12, 16, 7),
        (0, ".", 16, 17, 11),
        (1, "Do", 0, 2, 0),
        (1, "n’t", 2, 5, 2),
        (2, "🙂", 9, 10, 0),
        (2, "go", 11, 13, 2),
    ]
    assert found["from"].to_list() == [5, 7, 12, 16, *(words.ROOM + start for start in (0, 2, 9, 11))]
    assert found["from"].is_sorted()


def test_no_sentence_has_no_word() -> None:
    empty = frame([(0, 0, "en", "a")]).head(0)
    assert words.cut(empty).is_empty()
    spans = spans_of(frame([(0, 0, "en", "a")]), [(0, 0, 1, "PER")]).with_columns(sentence=None)
    assert words.judged(words.cut(empty), spans)["reason"].to_list() == [bio.SPLITS_A_WORD]


def test_each_span_is_judged_in_its_own_sentence() -> None:
    sentences = frame([(0, 0, "en", "Kofi Annan met"), (0, 15, "en", "the U.N. men")])
    rows: list[Row] = [
        (0, 0, 10, "PER"),
        (0, 5, 10, "PER"),  # within
        (0, 0, 10, "ORG"),  # the same
        (0, 0, 3, "PER"),  # splits Kofi
        (1, 0, 4, "PER"),  # of another sentence
        (0, 11, 18, "PER"),  # ends with a word of another
        (1, 19, 23, "ORG"),
    ]
    cells = words.cut(sentences)
    judged = words.judged(cells, spans_of(sentences, rows))
    assert judged["reason"].to_list() == [
        None,
        bio.IS_WITHIN_ANOTHER,
        bio.SAME_SPAN,
        bio.SPLITS_A_WORD,
        bio.SPLITS_A_WORD,
        bio.SPLITS_A_WORD,
        None,
    ]
    tags = words.tags(cells, judged.filter(pl.col("reason").is_null()))
    assert tags.to_list() == ["B-PER", "I-PER", "O", "O", "B-ORG", "O"]
    assert tags.dtype == pl.Enum(["O", "B-PER", "I-PER", "B-ORG", "I-ORG"])


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[tuple[int, int, str, str]], list[Row]]:
    """Sentences of some documents, and spans at borders of words or beside them, nested, crossing and equal."""
    texts, rows, position, document = [], [], 0, 0
    for number in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            document, position = document + 1, 0
        text = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)))
        language = draw(st.sampled_from(["en", "fr"]))
        texts.append((document, position, language, text))
        found = words_of(text, language)
        borders = sorted({place for token in found for place in (token.start, token.end)} | {1})
        for _ in range(draw(st.integers(0, 6))):
            start, end = sorted((draw(st.sampled_from(borders)), draw(st.sampled_from(borders))))
            if start < end:
                label = draw(st.sampled_from(["PER", "ORG"]))
                rows.append((number, position + start, position + end, label))
        position += len(text) + draw(st.integers(0, 2))
    return texts, rows


@settings(deadline=None)
@given(corpora())
def test_all_at_once_is_as_one_at_a_time(case: tuple[list[tuple[int, int, str, str]], list[Row]]) -> None:
    texts, rows = case
    sentences = frame(texts)
    cells = words.cut(sentences)
    judged = words.judged(cells, spans_of(sentences, rows))
    tags: list[Any] = words.tags(cells, judged.filter(pl.col("reason").is_null())).to_list()
    reasons: dict[int, str | None] = {}
    expected: list[str] = []
    for number, (_, origin, language, text) in enumerate(texts):
        tokens = [(origin + token.start, origin + token.end) for token in words_of(text, language)]
        here = {str(row): rows[row] for row in range(len(rows)) if rows[row][0] == number}
        kept, left = bio.chosen(tokens, {name: (start, end) for name, (_, start, end, _) in here.items()})
        reasons |= {int(name): left.get(name) for name in here}
        expected += bio.encode(tokens, {here[name][1:3]: here[name][3] for name in kept})
    assert judged["reason"].to_list() == [reasons[row] for row in range(len(rows))]
    assert tags == expected


def test_sentences_are_cut_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = frame([(0, 10 * place, "en", f"word {place}") for place in range(7)])
    whole = words.cut(sentences)
    monkeypatch.setattr(words, "_PIECE", 3)
    assert words.cut(sentences).equals(whole)
    assert whole.height == 14
