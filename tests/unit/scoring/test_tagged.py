"""Predictions as rows of tags: read as the words of the sentences have them, and scored against the whole gold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import packages
from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import bio, jsonl, tokens
from tigris_corpus.scoring import compare, errors, predictions, score

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus

# A U.S. strike killed two fighters in Baghdad on January 3 , 2020 .
ROW = {
    "sentence_id": "D000-S002",
    "ner_tags": [
        "O",
        "B-NORP",
        "O",
        "O",
        "B-NUM",
        "B-PER",
        "O",
        "B-GPE",
        "O",
        "B-TIME",
        *["I-TIME"] * 3,
        "O",
    ],
    "trigger_tags": [*["O"] * 3, "B-ASSAULT", *["O"] * 10],
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return load(packages.build(tmp_path_factory.mktemp("small") / "package"))


def tagged(corpus: Corpus, *, as_numbers: bool = False) -> list[dict[str, Any]]:
    """Return the labels of a corpus as rows of tags, as far as tags hold them."""
    found = []
    languages = dict(zip(corpus.documents["document_id"], corpus.documents["language"], strict=True))
    names = {
        "mentions": bio.names(corpus.entity_types["entity_type"]),
        "events": bio.names(corpus.event_types["event_type"]),
    }
    for record in jsonl.records(corpus):
        rows = corpus.sentences[corpus.sentences["document_id"] == record["document_id"]]
        for sentence, start, text in zip(rows["sentence_id"], rows["start"], rows["text"], strict=True):
            words = [
                (start + word.start, start + word.end)
                for word in tokens.words(text, languages[record["document_id"]])
            ]
            row: dict[str, Any] = {"sentence_id": sentence}
            for table, key, at, label in (
                ("mentions", "mention_id", ("start", "end"), "entity_type"),
                ("events", "event_id", ("trigger_start", "trigger_end"), "event_type"),
            ):
                own = {one[key]: one for one in record[table] if one["sentence_id"] == sentence}
                kept, _ = bio.chosen(words, {name: (one[at[0]], one[at[1]]) for name, one in own.items()})
                spans = {(own[name][at[0]], own[name][at[1]]): own[name][label] for name in kept}
                tags: list[Any] = bio.encode(words, spans)
                row["ner_tags" if table == "mentions" else "trigger_tags"] = (
                    [names[table].index(tag) for tag in tags] if as_numbers else tags
                )
            found.append(row)
    return found


def refused(corpus: Corpus, rows: Any) -> str:
    with pytest.raises(CorpusError) as raised:
        predictions.read(corpus, rows)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_tags_become_spans_in_the_document(small: Corpus) -> None:
    found = predictions.read(small, [ROW])
    assert (found.layers, found.is_tags) == (("mentions", "events"), True)
    record = found.records["D000"]
    spans = [(one["start"], one["end"], one["entity_type"]) for one in record["mentions"]]
    expected = [(18, 22, "NORP"), (37, 40, "NUM"), (41, 49, "PER"), (53, 60, "GPE"), (64, 79, "TIME")]
    assert spans == expected
    assert [(one["trigger_start"], one["trigger_end"], one["event_type"]) for one in record["events"]] == [
        (30, 36, "ASSAULT")
    ]


@pytest.mark.parametrize("as_numbers", [True, False])
def test_the_tags_of_the_gold_score_one_but_for_what_tags_cannot_hold(
    released: Corpus, as_numbers: bool
) -> None:
    rows = tagged(released, as_numbers=as_numbers)
    found = score(released, rows, draws=0)
    assert set(found.table["measure"]) == {"strict", "overlap", "span", "Tri-I", "Tri-C"}
    assert found.f1("Tri-C") == 1
    strict = found.table[(found.table["measure"] == "strict") & (found.table["average"] == "micro")].iloc[0]
    assert strict["precision"] == 1
    lost = strict["gold"] - strict["matched"]
    assert lost > 0
    assert found.notes[0].startswith(f"{lost} gold mentions that tags cannot hold count as missed: ")
    assert len(found.notes) == 1  # two triggers are of two events each, and are not missed
    taggable = score(released, rows, draws=0, taggable=True)
    assert (taggable.table["f1"] == 1).all()
    assert taggable.notes[0].startswith(f"{lost} gold mentions that tags cannot hold are left out: ")
    assert "|spans:taggable|" in taggable.signature
    assert "spans:" not in found.signature


def test_why_spans_cannot_be_held_is_told(small: Corpus) -> None:
    gold = jsonl.records(small)
    gold[0]["mentions"] += [
        {
            "mention_id": "D000-M090",
            "sentence_id": "D000-S002",
            "start": 37,
            "end": 49,
            "text": "two fighters",
        }
        | {"entity_type": "PER", "mention_type": "NOM"},
        {"mention_id": "D000-M091", "sentence_id": "D000-S002", "start": 24, "end": 29, "text": "trike"}
        | {"entity_type": "WEA", "mention_type": "NOM"},
    ]
    found = score(gold, [ROW], corpus=small, draws=0, documents=["D000"])
    reasons = "begins or ends inside a word (1); lies within another, or crosses it (2)"
    assert found.notes == (f"3 gold mentions that tags cannot hold count as missed: {reasons}",)


def test_one_column_of_tags_is_one_layer(small: Corpus) -> None:
    row = {name: ROW[name] for name in ("sentence_id", "trigger_tags")}
    found = score(small, [row], draws=0)
    assert set(found.table["layer"]) == {"events"}
    assert found.f1("Tri-C") == pytest.approx(2 / 3)
    with pytest.raises(
        CorpusError, match="predictions: the tags hold no mentions; they hold events: predict records"
    ):
        score(small, [row], "mentions")
    with pytest.raises(CorpusError, match="the tags hold no arguments"):
        score(small, [ROW], ["mentions", "arguments"])


def test_sentences_without_a_row_are_missed(small: Corpus) -> None:
    found = score(small, [ROW], "mentions", draws=0)
    rows = found.table[(found.table["measure"] == "strict") & (found.table["average"] == "micro")].iloc[0]
    assert [rows[name] for name in ("gold", "predicted", "matched")] == [7, 5, 5]


def test_what_tags_do_not_say_is_no_mistake(small: Corpus) -> None:
    found = errors(small, [ROW])
    kinds = zip(found.table["layer"], found.table["kind"], found.table["gold_text"], strict=True)
    assert list(kinds) == [
        ("mentions", "missed", "Iraq"),
        ("events", "missed", "condemned"),
        ("mentions", "missed", "Washington"),
    ]


def test_tags_that_go_on_with_nothing_begin_a_span(small: Corpus) -> None:
    row = {"sentence_id": "D000-S003", "ner_tags": ["I-GPE", "O", "I-GPE", "O"]}
    assert [one["start"] for one in predictions.read(small, [row]).records["D000"]["mentions"]] == [81, 96]


def test_a_row_may_have_null_where_its_zone_is_not_annotated(small: Corpus) -> None:
    blank = {"sentence_id": "D000-S004", "ner_tags": None, "trigger_tags": None}
    assert len(predictions.read(small, [ROW, blank]).records["D000"]["mentions"]) == 5
    missing = {"sentence_id": "D000-S003", "ner_tags": None, "trigger_tags": ["O"] * 4}
    expected = (
        "predictions:2: /ner_tags: None is no list of tags; every word has one, O where it is in no span"
    )
    assert refused(small, [ROW, missing]) == expected


def test_what_else_is_in_a_row_is_not_looked_at(small: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "tags.jsonl"
    row = {
        **ROW,
        "document_id": "D000",
        "scores": [0.5],
        "words": [word.text for word in tokens.words(TEXT, "en")],
    }
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert predictions.read(small, path).layers == ("mentions", "events")


TEXT = "A U.S. strike killed two fighters in Baghdad on January 3, 2020."
WORDS = "words are those of tigris_corpus.formats.tokens.words"
WRONG = {
    "no sentence": (
        {"sentence_id": "D000-S02", "ner_tags": []},
        "/sentence_id: the corpus has no sentence 'D000-S02'; did you mean \"D000-S002\"?",
    ),
    "no sentence at all": (
        {"sentence_id": None, "ner_tags": []},
        "/sentence_id: the corpus has no sentence None; take the ids of sentences from the corpus",
    ),
    "no tags": (
        {"sentence_id": "D000-S002"},
        "there are no tags; a row of tags has ner_tags or trigger_tags",
    ),
    "too few": ({**ROW, "ner_tags": ["O"]}, f"/ner_tags: 1 tags of 14 words; {WORDS}"),
    "no list": (
        {**ROW, "ner_tags": "O O"},
        "/ner_tags: 'O O' is no list of tags; every word has one, O where it is in no span",
    ),
    "a tag that is none": (
        {**ROW, "ner_tags": ["O", "B-NROP", *["O"] * 12]},
        "/ner_tags/1: 'B-NROP' is no tag; did you mean \"B-NORP\"?",
    ),
    "a tag of another scheme": (
        {**ROW, "ner_tags": [{}, *["O"] * 13]},
        "/ner_tags/0: {} is no tag; one of O, B-PER, I-PER, …",
    ),
    "a number beyond": (
        {**ROW, "ner_tags": [21, *[0] * 13]},
        "/ner_tags/0: there is no tag 21; they go from 0 to 20",
    ),
    "a number below": (
        {**ROW, "ner_tags": [-1, *[0] * 13]},
        "/ner_tags/0: there is no tag -1; they go from 0 to 20",
    ),
    "true": (
        {**ROW, "ner_tags": [True, *[0] * 13]},
        "/ner_tags/0: True is no tag; one of O, B-PER, I-PER, …",
    ),
    "other words": (
        {**ROW, "tokens": ["A", "U.S", "."]},
        f"/tokens/1: the word is 'U.S', and the sentence has 'U.S.'; {WORDS}",
    ),
    "words that end early": (
        {**ROW, "words": ["A"]},
        f"/words/1: the word is 'nothing', and the sentence has 'U.S.'; {WORDS}",
    ),
    "words that are no list": ({**ROW, "words": "A U.S."}, "/words: 'A U.S.' is no list of words"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_one_line_with_its_place(small: Corpus, name: str) -> None:
    row, expected = WRONG[name]
    assert refused(small, [row]) == f"predictions:1: {expected}"


def test_a_sentence_twice_is_told_at_the_second(small: Corpus) -> None:
    expected = "predictions:2: /sentence_id: D000-S002 is there a second time; one row a sentence"
    assert refused(small, [ROW, ROW]) == expected


def test_tags_and_records_are_compared_on_what_both_hold(small: Corpus) -> None:
    found = compare(small, jsonl.records(small), [ROW], draws=5)
    assert set(found.table["measure"]) == {"strict", "overlap", "span", "Tri-I", "Tri-C"}
    assert (found.table["difference"] >= 0).all()
