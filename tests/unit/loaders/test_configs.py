"""The frames of the configs, of the small package by hand and of all the rows of the release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import packages
from synthetic import generate
from tigris_corpus import views
from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import bio
from tigris_corpus.loaders import configs
from tigris_corpus.loaders.configs import CONFIGS, columns, dealt, frames, left_out
from tigris_corpus.loaders.features import told
from tigris_corpus.loaders.parts import parts
from tigris_corpus.loaders.polars import series
from tigris_corpus.loaders.records import event_records
from tigris_corpus.loaders.tables import NOT_ANNOTATED, Tables

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus of a dozen invented documents."""
    root = tmp_path_factory.mktemp("made") / "package"
    generate(root, 12)
    return load(root)


def rows(corpus: Corpus, name: str) -> list[dict[str, Any]]:
    """Return the rows of a config, of all documents."""
    return CONFIGS[name].frame(Tables(corpus)).drop("document", strict=False).to_dicts()


def test_a_document_holds_all_that_is_told_of_it(base: Path) -> None:
    document = rows(load(base), "documents")[1]
    lists = {name: value for name, value in document.items() if isinstance(value, list)}
    assert {name: document[name] for name in ("document_id", "language", "split", "fold", "publisher")} == {
        "document_id": "D001",
        "language": "fr",
        "split": "test",
        "fold": 1,
        "publisher": None,
    }
    assert document["text"] == "L’Irak a condamné les États-Unis pour la frappe de Bagdad.\n"
    assert lists["layers"][0] == {"layer": "arguments", "status": "single", "guideline_version": "1.0"}
    assert lists["sentences"] == [
        {
            "sentence_id": "D001-S001",
            "start": 0,
            "end": 58,
            "zone": "body",
            "text": "L’Irak a condamné les États-Unis pour la frappe de Bagdad.",
        }
    ]
    assert lists["mentions"][0] == {
        "mention_id": "D001-M001",
        "sentence_id": "D001-S001",
        "start": 2,
        "end": 6,
        "text": "Irak",
        "entity_type": "GPE",
        "mention_type": "NAM",
        "value": None,
        "entity_id": "iraq",
    }
    assert lists["events"] == [
        {
            "event_id": "D001-E001",
            "sentence_id": "D001-S001",
            "trigger_start": 9,
            "trigger_end": 17,
            "trigger_text": "condamné",
            "event_type": "ACCUSE",
            "realis": "actual",
            "polarity": "positive",
            "source_mention_id": "D001-M001",
            "incident_id": "iraqi-condemnation",
            "modes": [],
            "arguments": [
                {"role": "actor", "mention_id": "D001-M001"},
                {"role": "recipient", "mention_id": "D001-M002"},
            ],
        },
        {
            "event_id": "D001-E002",
            "sentence_id": "D001-S001",
            "trigger_start": 41,
            "trigger_end": 47,
            "trigger_text": "frappe",
            "event_type": "ASSAULT",
            "realis": "actual",
            "polarity": "positive",
            "source_mention_id": None,
            "incident_id": "baghdad-strike",
            "modes": [],
            "arguments": [{"role": "location", "mention_id": "D001-M003"}],
        },
    ]
    assert lists["entity_relations"] == []
    assert lists["entities"] == ["iraq", "united-states", "baghdad"]
    assert lists["incidents"] == ["iraqi-condemnation", "baghdad-strike"]
    assert rows(load(base), "documents")[0]["events"][0]["modes"] == ["aerial"]


def test_sentences_in_which_nobody_looks_for_events_are_no_negatives(base: Path) -> None:
    assert [
        (row["sentence_id"], row["zone"], row["event_types"]) for row in rows(load(base), "sentences")
    ] == [
        ("D000-S001", "heading", []),
        ("D000-S002", "body", ["ASSAULT"]),
        ("D000-S003", "body", ["ACCUSE"]),
        ("D001-S001", "body", ["ACCUSE", "ASSAULT"]),  # the order of the vocabulary
    ]
    first = rows(load(base), "sentences")[1]
    assert (first["document_id"], first["language"], first["fold"]) == ("D000", "en", 0)
    assert (first["start"], first["end"]) == (16, 80)


def test_sentences_stand_in_the_order_of_the_text(base: Path) -> None:
    path = base / "corpus/sentences.csv"
    first, *others = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([first, *reversed(others)]) + "\n", encoding="utf-8")
    corpus = load(base)
    expected = ["D000-S001", "D000-S002", "D000-S003", "D001-S001"]
    for name in ("sentences", "tokens"):
        assert [row["sentence_id"] for row in rows(corpus, name)] == expected
    inside = rows(corpus, "documents")[0]["sentences"]
    assert [row["start"] for row in inside] == [0, 16, 81, 108]
    assert rows(corpus, "tokens")[2]["ner_tags"] == ["B-GPE", "O", "B-GPE", "O"]


def test_a_type_stands_once_however_many_events_have_it(base: Path) -> None:
    packages.set_cell(base, "corpus/events.csv", 5, "event_type", "ACCUSE")
    assert rows(load(base), "sentences")[3]["event_types"] == ["ACCUSE"]
    packages.set_cell(base, "corpus/events.csv", 4, "event_type", "ASSAULT")  # before the other in the text
    assert rows(load(base), "sentences")[3]["event_types"] == ["ACCUSE", "ASSAULT"]


def test_a_sentence_is_words_with_tags(base: Path) -> None:
    found = {row["sentence_id"]: row for row in rows(load(base), "tokens")}
    assert list(found) == ["D000-S001", "D000-S002", "D000-S003", "D001-S001"]
    row = found["D000-S002"]
    assert list(zip(row["words"], row["ner_tags"], row["trigger_tags"], strict=True)) == [
        ("A", "O", "O"),
        ("U.S.", "B-NORP", "O"),
        ("strike", "O", "O"),
        ("killed", "O", "B-ASSAULT"),
        ("two", "B-NUM", "O"),
        ("fighters", "B-PER", "O"),
        ("in", "O", "O"),
        ("Baghdad", "B-GPE", "O"),
        ("on", "O", "O"),
        ("January", "B-TIME", "O"),
        ("3", "I-TIME", "O"),
        (",", "I-TIME", "O"),
        ("2020", "I-TIME", "O"),
        (".", "O", "O"),
    ]
    assert (row["starts"][:2], row["ends"][:2]) == ([16, 18], [17, 22])
    assert (row["starts_in_sentence"][:2], row["ends_in_sentence"][:2]) == ([0, 2], [1, 6])
    heading = found["D000-S001"]
    assert (heading["words"], heading["starts"], heading["zone"]) == (
        ["Talks", "🙂", "resume"],
        [0, 6, 8],
        "heading",
    )
    assert (heading["ner_tags"], heading["trigger_tags"]) == (["O"] * 3, ["O"] * 3)


def test_tags_of_a_layer_that_is_not_annotated_are_null(base: Path) -> None:
    packages.set_cell(base, "corpus/sentences.csv", 4, "zone", "byline")  # D000-S003: mentions, no events
    found = {row["sentence_id"]: row for row in rows(load(base), "tokens")}
    assert found["D000-S003"]["ner_tags"] == ["B-GPE", "O", "B-GPE", "O"]
    assert found["D000-S003"]["trigger_tags"] is None
    assert [row["sentence_id"] for row in rows(load(base), "sentences")] == [
        "D000-S001",
        "D000-S002",
        "D001-S001",
    ]


def test_a_document_whose_layer_is_blank_teaches_nothing_of_it(base: Path) -> None:
    packages.set_cell(base, "corpus/layers.csv", 10, "status", "blank")  # the events of D001
    corpus = load(base)
    assert [row["document_id"] for row in rows(corpus, "sentences")] == ["D000", "D000", "D000"]
    assert [row["trigger_tags"] is None for row in rows(corpus, "tokens")] == [False, False, False, True]
    packages.set_cell(base, "corpus/layers.csv", 12, "status", "blank")  # and its mentions
    corpus = load(base)
    assert [row["document_id"] for row in rows(corpus, "tokens")] == ["D000", "D000", "D000"]
    assert set(left_out(corpus)["reason"]) == {NOT_ANNOTATED}
    assert list(left_out(corpus)["id"]) == [
        "D001-M001",
        "D001-M002",
        "D001-M003",
        "D001-E001",
        "D001-E002",
    ]


def test_what_the_tags_leave_out_is_listed(base: Path) -> None:
    packages.set_cell(
        base, "corpus/mentions.csv", 2, "start", "16"
    )  # D000-M001: "A U.S.", which holds nothing
    packages.set_cell(base, "corpus/mentions.csv", 5, "end", "59")  # D000-M004: "Baghda"
    found = left_out(load(base))
    assert found.to_dict("records") == [
        {
            "table": "mentions",
            "id": "D000-M004",
            "document_id": "D000",
            "sentence_id": "D000-S002",
            "start": 53,
            "end": 59,
            "text": "Baghdad",
            "label": "GPE",
            "reason": "begins or ends inside a word",
        }
    ]
    assert list(left_out(load(packages.CLONE)).columns) == list(found.columns)


def test_an_event_stands_in_its_sentence(base: Path) -> None:
    event = rows(load(base), "events")[0]
    assert {name: value for name, value in event.items() if name != "arguments"} == {
        "event_id": "D000-E001",
        "document_id": "D000",
        "language": "en",
        "fold": 0,
        "sentence_id": "D000-S002",
        "zone": "body",
        "sentence": "A U.S. strike killed two fighters in Baghdad on January 3, 2020.",
        "trigger_text": "killed",
        "trigger_start": 30,
        "trigger_end": 36,
        "trigger_start_in_sentence": 14,
        "trigger_end_in_sentence": 20,
        "event_type": "ASSAULT",
        "realis": "actual",
        "polarity": "positive",
        "modes": ["aerial"],
        "source_mention_id": None,
        "incident_id": "baghdad-strike",
    }
    assert event["arguments"][0] == {
        "role": "actor",
        "mention_id": "D000-M001",
        "text": "U.S.",
        "start": 18,
        "end": 22,
        "start_in_sentence": 2,
        "end_in_sentence": 6,
        "entity_type": "NORP",
        "mention_type": "NAM",
        "value": None,
        "entity_id": "united-states",
    }
    assert [argument["role"] for argument in event["arguments"]] == [
        "actor",
        "killed",
        "location",
        "recipient",
        "time",
    ]


@pytest.mark.parametrize("which", ["released", "made"])
def test_there_are_as_many_rows_as_in_the_tables(which: str, request: pytest.FixtureRequest) -> None:
    corpus: Corpus = request.getfixturevalue(which)
    documents = rows(corpus, "documents")
    assert len(documents) == len(corpus.documents)
    for name in ("sentences", "mentions", "events"):
        assert sum(len(row[name]) for row in documents) == len(corpus.tables[name])
    assert sum(len(event["arguments"]) for row in documents for event in row["events"]) == len(
        corpus.arguments
    )
    assert sum(len(event["modes"]) for row in documents for event in row["events"]) == len(corpus.event_modes)
    assert sum(len(row["layers"]) for row in documents) == len(corpus.layers)
    stated = corpus.entity_relations["sentence_id"].notna().sum()
    assert sum(len(row["entity_relations"]) for row in documents) == stated
    zones = corpus.sentences["zone"]
    assert len(rows(corpus, "sentences")) == zones.isin(["body", "heading"]).sum()
    assert len(rows(corpus, "tokens")) == zones.isin(["body", "heading", "byline", "link"]).sum()
    assert len(rows(corpus, "events")) == len(rows(corpus, "event_records")) == len(corpus.events)


@pytest.mark.parametrize("which", ["released", "made"])
def test_all_offsets_are_those_of_what_they_stand_for(which: str, request: pytest.FixtureRequest) -> None:
    corpus: Corpus = request.getfixturevalue(which)
    for row in rows(corpus, "tokens"):
        text = corpus.text(row["document_id"])
        spans = zip(row["words"], row["starts"], row["ends"], strict=True)
        assert all(text[start:end] == word for word, start, end in spans)
        inside = zip(row["words"], row["starts_in_sentence"], row["ends_in_sentence"], strict=True)
        assert all(row["text"][start:end] == word for word, start, end in inside)
    for row in rows(corpus, "events"):
        text, sentence = corpus.text(row["document_id"]), row["sentence"]
        assert text[row["trigger_start"] : row["trigger_end"]] == row["trigger_text"]
        span = slice(row["trigger_start_in_sentence"], row["trigger_end_in_sentence"])
        assert sentence[span] == row["trigger_text"]
        for one in row["arguments"]:
            assert text[one["start"] : one["end"]] == one["text"]
            assert sentence[one["start_in_sentence"] : one["end_in_sentence"]] == one["text"]


@pytest.mark.parametrize("which", ["released", "made"])
@pytest.mark.parametrize(
    ("tags", "table", "columns"),
    [
        ("ner_tags", "mentions", ("mention_id", "start", "end", "entity_type")),
        ("trigger_tags", "events", ("event_id", "trigger_start", "trigger_end", "event_type")),
    ],
)
def test_tags_give_back_every_span_that_is_not_listed_as_left_out(
    which: str, tags: str, table: str, columns: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    corpus: Corpus = request.getfixturevalue(which)
    decoded = [
        (row["sentence_id"], *span, label)
        for row in rows(corpus, "tokens")
        if row[tags] is not None
        for span, label in bio.decode(list(zip(row["starts"], row["ends"], strict=True)), row[tags])
    ]
    lost = set(left_out(corpus)["id"])
    key, *span = columns
    kept = corpus.tables[table][~corpus.tables[table][key].isin(lost)]
    assert decoded
    assert sorted(decoded) == sorted(kept[["sentence_id", *span]].itertuples(index=False, name=None))


@pytest.mark.parametrize("which", ["released", "made", "base"])
def test_event_records_are_those_of_the_views(which: str, request: pytest.FixtureRequest) -> None:
    given = request.getfixturevalue(which)
    corpus: Corpus = load(given) if which == "base" else given
    expected = views.event_records(corpus)
    found = event_records(Tables(corpus)).drop("document")
    assert found.equals(pl.DataFrame([series(name, expected[name]) for name in expected.columns]))
    assert found.schema["event_type"] == Tables(corpus).events.schema["event_type"]


def test_several_values_stand_in_one_cell_of_a_record(base: Path) -> None:
    packages.set_cell(base, "corpus/arguments.csv", 8, "role", "actor")
    record = rows(load(base), "event_records")[1]
    assert (record["actor"], record["actor_id"]) == ("Iraq; United States", "iraq; united-states")
    assert (record["date"], record["date_start"]) == ("2020-01-04?/2020-01-05?", "2020-01-04")


@pytest.mark.parametrize("name", CONFIGS)
def test_the_rows_are_dealt_out_by_document(released: Corpus, name: str) -> None:
    found = frames(dealt(released, parts(released, fold=2)), name)

    def of(row: dict[str, Any]) -> str:
        return str((row["second"] if name == "pairs" else row)["document_id"])

    for part, ids in {"train": {"D000", "D001", "D004"}, "test": {"D002", "D003"}}.items():
        assert {of(row) for row in found[part].to_dicts()} == ids
    if name != "pairs":
        every = CONFIGS[name].frame(Tables(released))
        assert sum(frame.height for frame in found.values()) == every.height
        order = [of(row) for row in found["train"].to_dicts()]
        assert order == sorted(order)


def test_a_config_that_is_not_there_is_told(released: Corpus) -> None:
    with pytest.raises(
        CorpusError, match="there is no config 'token'; there is documents, sentences, tokens"
    ):
        frames(dealt(released, parts(released)), "token")


@pytest.mark.parametrize("name", CONFIGS)
def test_every_column_has_a_type_and_a_meaning(released: Corpus, name: str) -> None:
    found = {column: (kind, meaning) for column, kind, meaning in columns(released, name)}
    schema = CONFIGS[name].frame(Tables(released)).drop("document", strict=False).schema
    assert list(found) == list(schema)
    for column, (kind, meaning) in found.items():
        assert kind == told(schema[column])
        assert meaning.endswith(".")


def test_the_page_counts_what_the_tags_leave_out(released: Corpus) -> None:
    page = configs.page(released)
    lost = left_out(released)
    within = int((lost["reason"] == bio.IS_WITHIN_ANOTHER).sum())
    assert f"| mentions | {bio.IS_WITHIN_ANOTHER} | {within} of 513 |" in page
    assert "| `ner_tags` | `list of label` |" in page


def test_a_text_that_cannot_be_read_is_told(base: Path) -> None:
    (base / "seeds/001_frappe.txt").write_bytes(b"\xff")
    with pytest.raises(CorpusError, match=r"seeds/001_frappe\.txt: not UTF-8 at byte 0"):
        rows(load(base), "documents")
    packages.set_cell(base, "corpus/documents.csv", 3, "text_path", "")
    with pytest.raises(CorpusError, match="D001 has no text"):
        rows(load(base), "documents")
