from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packages
from tigris_corpus.corpus import load
from tigris_corpus.descriptor import open_package
from tigris_corpus.editing.adding import plan_addition
from tigris_corpus.editing.suggesting import names_in, scores, suggestions, total
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import jsonl
from tigris_corpus.store import write

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus

ENGLISH = (
    "U.S. and Iraq\n"
    "Iraqis in Baghdad and iraq said that Washington, the United States and the non-U.S. troops of Irak left.\n"
    "Share\n"
)


def _with(base: Path, text: str, language: str = "en") -> Corpus:
    write(base, plan_addition(open_package(base), text.encode(), {"language": language}).files)
    return load(base)


def _found(corpus: Corpus, document_id: str) -> list[tuple[str, str, str]]:
    mentions = suggestions(corpus, document_id).record["mentions"]
    return [(row["text"], row["entity_type"], row["entity_id"]) for row in mentions]


def test_names_known_in_the_language_and_those_of_entities_are_suggested_as_whole_words(base: Path) -> None:
    corpus = _with(base, ENGLISH)
    assert _found(corpus, "D002") == [
        ("U.S.", "NORP", "united-states"),
        ("Iraq", "GPE", "iraq"),
        ("Baghdad", "GPE", "baghdad"),
        ("Washington", "GPE", "united-states"),
        ("United States", "GPE", "united-states"),
        ("U.S.", "NORP", "united-states"),
    ]
    french = _with(base, "L’Irak et Washington, l’Iraq et Bagdad.", "fr")
    assert _found(french, "D003") == [
        ("Irak", "GPE", "iraq"),
        ("Iraq", "GPE", "iraq"),
        ("Bagdad", "GPE", "baghdad"),
    ]


def test_of_names_that_begin_at_one_place_the_longest_is_suggested(base: Path) -> None:
    row = "baghdad-post,Baghdad Post,ORG,,,,,,"
    packages.edit(base, [{"op": "insert-line", "file": "corpus/entities.csv", "line": 3, "lines": [row]}])
    corpus = _with(base, "The Baghdad Post of Baghdad.")
    assert _found(corpus, "D002") == [
        ("Baghdad Post", "ORG", "baghdad-post"),
        ("Baghdad", "GPE", "baghdad"),
    ]


def test_what_comes_out_is_a_record_with_spans_of_the_text_and_new_ids(base: Path) -> None:
    path = base / "corpus" / "deprecated.csv"
    path.write_text(path.read_text(encoding="utf-8") + "D001-M041,mentions,,Gone.,0.1.0\n", encoding="utf-8")
    corpus = _with(base, "Iraq is not Baghdad.\nBaghdad is.")
    record = suggestions(corpus, "D002").record
    assert record == {
        "document_id": "D002",
        "annotator_id": "suggest",
        "mentions": [
            {
                "mention_id": f"D002-M00{number}",
                "sentence_id": f"D002-S00{sentence}",
                "start": start,
                "end": start + len(text),
                "text": text,
                "entity_type": "GPE",
                "mention_type": "NAM",
                "entity_id": text.lower(),
            }
            for number, sentence, start, text in (
                (1, 1, 0, "Iraq"),
                (2, 1, 12, "Baghdad"),
                (3, 2, 21, "Baghdad"),
            )
        ],
        "events": [],
    }
    assert jsonl.read(jsonl.write([record]), "-", jsonl.record_schema(corpus)) == [record]
    packages.edit(base, [{"op": "replace-line", "file": "corpus/mentions.csv", "line": 10}])
    assert [row["mention_id"] for row in suggestions(load(base), "D001").record["mentions"]] == []
    packages.set_cell(base, "corpus/entities.csv", 4, "name", "États-Unis")
    again = suggestions(load(base), "D001").record["mentions"]
    assert [(row["mention_id"], row["text"]) for row in again] == [("D001-M042", "États-Unis")]


def test_what_a_mention_covers_is_left_alone(base: Path) -> None:
    assert _found(load(base), "D000") == []
    packages.edit(base, [{"op": "replace-line", "file": "corpus/arguments.csv", "line": 7}])
    packages.edit(base, [{"op": "replace-line", "file": "corpus/mentions.csv", "line": 7}])
    assert _found(load(base), "D000") == [("Iraq", "GPE", "iraq")]


def test_zones_without_mentions_are_left_alone(base: Path) -> None:
    corpus = _with(base, "Iraq and Baghdad\n")
    assert len(_found(corpus, "D002")) == 2
    packages.set_cell(base, "corpus/sentences.csv", 7, "zone", "boilerplate")
    assert _found(load(base), "D002") == []


@pytest.mark.parametrize(("column", "value"), [("entity_id", "baghdad"), ("entity_type", "ORG")])
def test_a_form_of_several_things_or_types_is_left_out_and_counted(
    base: Path, column: str, value: str
) -> None:
    corpus = _with(base, "Washington met Iraq. Washington left.")
    assert (_found(corpus, "D002")[0][0], suggestions(corpus, "D002").left_out) == ("Washington", 0)
    row = {"entity_type": "GPE", "entity_id": "united-states"} | {column: value}
    line = f"D000-M008,D000-S001,0,5,Washington,{row['entity_type']},NAM,,{row['entity_id']}"
    packages.edit(base, [{"op": "insert-line", "file": "corpus/mentions.csv", "line": 2, "lines": [line]}])
    corpus = load(base)
    assert (_found(corpus, "D002"), suggestions(corpus, "D002").left_out) == ([("Iraq", "GPE", "iraq")], 2)


def test_each_document_is_scored_by_the_others_alone(base: Path) -> None:
    _with(base, "Iraq and Baghdad and Kabul.")
    lines = [
        "D002-M001,D002-S001,0,4,Iraq,GPE,NAM,,iraq",
        "D002-M002,D002-S001,9,16,Baghdad,ORG,NAM,,baghdad",
        "D002-M003,D002-S001,21,26,Kabul,GPE,NAM,,kabul",
    ]
    packages.edit(base, [{"op": "insert-line", "file": "corpus/mentions.csv", "line": 12, "lines": lines}])
    row = "kabul,Kabul,GPE,,,,,,"
    packages.edit(base, [{"op": "insert-line", "file": "corpus/entities.csv", "line": 2, "lines": [row]}])
    found = {one.document_id: one for one in scores(load(base))}
    last = found["D002"]
    assert (last.language, last.names, last.suggested, last.spans, last.right) == ("en", 3, 2, 2, 1)
    assert (last.precision, last.recall) == (1 / 2, 1 / 3)
    assert (found["D000"].names, found["D000"].suggested, found["D000"].right) == (4, 1, 1)
    assert (found["D001"].suggested, found["D001"].precision) == (0, None)
    assert (total(found.values()).names, total(found.values()).right) == (10, 2)


def test_the_released_names_are_found_with_few_mistakes(released: Corpus) -> None:
    everything = total(scores(released))
    assert everything.precision is not None
    assert everything.precision > 0.9


def test_a_document_that_is_not_there_is_refused(base: Path) -> None:
    with pytest.raises(CorpusError, match="there is no document 'D009'; there is D000, D001"):
        suggestions(load(base), "D009")


@settings(deadline=None)
@given(st.text(alphabet="ab -.", max_size=40), st.sets(st.text(alphabet="ab -.", min_size=1, max_size=4)))
def test_names_are_whole_words_apart_and_the_longest(text: str, names: set[str]) -> None:
    lengths = sorted({len(name) for name in names}, reverse=True)
    free = 0
    for place, name in names_in(text, lengths, names.__contains__):
        end = place + len(name)
        assert place >= free
        assert text[place:end] == name
        assert not text[place - 1 : place].isalnum()
        assert not text[end : end + 1].isalnum()
        longer = [other for other in names if len(other) > len(name) and text.startswith(other, place)]
        assert all(text[place + len(other) : place + len(other) + 1].isalnum() for other in longer)
        free = end
