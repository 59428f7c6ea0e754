"""TextEE: an instance field by field, the splits, and what is left out."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

import packages
from exchanges import invented
from handmade import SMALL
from tigris_corpus.corpus import Corpus, load
from tigris_corpus.formats.tokens import words
from tigris_corpus.loaders import textee

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

US, TROOPS, YEAR = (
    {"id": "D900-M001", "entity_type": "GPE", "text": "US", "start": 1, "end": 2, "mention_type": "NAM"},
    {
        "id": "D900-M002",
        "entity_type": "ORG",
        "text": "US troops",
        "start": 1,
        "end": 3,
        "mention_type": "NOM",
    },
    {
        "id": "D900-M004",
        "entity_type": "TIME",
        "text": "2024",
        "start": 6,
        "end": 7,
        "mention_type": "NAM",
        "value": "2024",
    },
)
INSTANCE = {
    "doc_id": "D001",
    "wnd_id": "D001-S001",
    "text": "L’Irak a condamné les États-Unis pour la frappe de Bagdad.",
    "lang": "fr",
    "tokens": [
        "L’",
        "Irak",
        "a",
        "condamné",
        "les",
        "États-Unis",
        "pour",
        "la",
        "frappe",
        "de",
        "Bagdad",
        ".",
    ],
    "entity_mentions": [
        {
            "id": "D001-M001",
            "entity_type": "GPE",
            "text": "Irak",
            "start": 1,
            "end": 2,
            "mention_type": "NAM",
        },
        {
            "id": "D001-M002",
            "entity_type": "GPE",
            "text": "États-Unis",
            "start": 5,
            "end": 6,
            "mention_type": "NAM",
        },
        {
            "id": "D001-M003",
            "entity_type": "GPE",
            "text": "Bagdad",
            "start": 10,
            "end": 11,
            "mention_type": "NAM",
        },
    ],
    "event_mentions": [
        {
            "id": "D001-E001",
            "event_type": "ACCUSE",
            "trigger": {"text": "condamné", "start": 3, "end": 4},
            "arguments": [
                {"entity_id": "D001-M001", "role": "actor", "text": "Irak", "start": 1, "end": 2},
                {"entity_id": "D001-M002", "role": "recipient", "text": "États-Unis", "start": 5, "end": 6},
            ],
        },
        {
            "id": "D001-E002",
            "event_type": "ASSAULT",
            "trigger": {"text": "frappe", "start": 8, "end": 9},
            "arguments": [
                {"entity_id": "D001-M003", "role": "location", "text": "Bagdad", "start": 10, "end": 11}
            ],
        },
    ],
    "relation_mentions": [],
}


def read(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def documents(files: Mapping[str, bytes], folder: str) -> list[list[str]]:
    """Return the documents of training, dev and test of a split."""
    return [
        [*dict.fromkeys(one["doc_id"] for one in read(files[f"{folder}/{name}.json"]))]
        for name in ("train", "dev", "test")
    ]


def left_out(files: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    """Return the table, id and reason of what is left out."""
    rows = csv.DictReader(io.StringIO(files["left-out.csv"].decode()))
    return [(row["table"], row["id"], row["reason"]) for row in rows]


def test_an_instance(base: Path) -> None:
    files = textee.files(load(base))
    assert [*files] == [
        "split/train.json",
        "split/dev.json",
        "split/test.json",
        "left-out.csv",
        "README.md",
    ]
    assert read(files["split/test.json"]) == [INSTANCE]
    assert files["split/dev.json"] == b""


def test_a_heading_has_events_and_boilerplate_has_none(base: Path) -> None:
    train = read(textee.files(load(base))["split/train.json"])
    assert [one["wnd_id"] for one in train] == ["D000-S001", "D000-S002", "D000-S003"]
    assert (train[0]["tokens"], train[0]["event_mentions"]) == (["Talks", "🙂", "resume"], [])


def test_nested_mentions_values_and_words() -> None:
    (first, second), lost = textee.instances(SMALL, {"D900-S001", "D900-S002"})
    assert [(one.table, one.id, one.label) for one in lost] == [
        ("mentions", "D900-M003", "GPE"),
        ("arguments", "D900-E001", "location"),
    ]
    assert first["tokens"] == ["👍", "US", "troops", "left", "l’Irak", "in", "2024", "."]
    assert first["entity_mentions"] == [US, TROOPS, YEAR]
    assert [one["entity_id"] for one in first["event_mentions"][0]["arguments"]] == ["D900-M002"]
    assert [one["text"] for one in second["entity_mentions"]] == ["UN envoy"]


def test_a_relation_is_between_mentions_of_its_sentence(base: Path) -> None:
    packages.edit(
        base,
        [
            {
                "op": "replace-line",
                "file": "corpus/entity_relations.csv",
                "line": 2,
                "lines": [
                    "baghdad,part_of,iraq,D001-S001",
                    "iraq,affiliated_with,united-states,D000-S003",
                    "united-states,affiliated_with,baghdad,D000-S003",
                ],
            }
        ],
    )
    files = textee.files(load(base))
    (one,) = read(files["split/test.json"])[0]["relation_mentions"]
    assert one == {
        "id": "D001-S001-R1",
        "relation_type": "part_of",
        "arguments": [
            {"entity_id": "D001-M003", "role": "Arg-1", "text": "Bagdad", "start": 10, "end": 11},
            {"entity_id": "D001-M001", "role": "Arg-2", "text": "Irak", "start": 1, "end": 2},
        ],
    }
    assert left_out(files) == [
        ("entity_relations", "united-states", "has no mention of both ends in its sentence")
    ]


def test_what_splits_a_word_is_left_out_with_what_depends_on_it(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 4, "end", "48")
    packages.set_cell(base, "corpus/mentions.csv", 4, "text", "fighter")
    packages.set_cell(base, "corpus/events.csv", 5, "trigger_end", "46")
    packages.set_cell(base, "corpus/events.csv", 5, "trigger_text", "frapp")
    files = textee.files(load(base))
    assert left_out(files) == [
        ("entity_relations", "baghdad", "is stated by no sentence"),
        ("mentions", "D000-M003", "begins or ends inside a word"),
        ("arguments", "D000-E001", "is filled by a mention that is left out or stands in another sentence"),
        ("events", "D001-E002", "begins or ends inside a word"),
        ("arguments", "D001-E002", "is of an event that is left out"),
    ]
    (_, told, _) = read(files["split/train.json"])
    assert [one["role"] for one in told["event_mentions"][0]["arguments"]] == [
        "actor",
        "killed",
        "location",
        "time",
    ]
    assert [one["id"] for one in read(files["split/test.json"])[0]["event_mentions"]] == ["D001-E001"]
    page = files["README.md"].decode()
    assert (
        "Left out: 2 of arguments, 1 of entity_relations, 1 of events, 1 of mentions; `left-out.csv`" in page
    )


def test_a_layer_that_is_blank_has_no_instances(base: Path) -> None:
    layers = base / "corpus/layers.csv"
    text = layers.read_text(encoding="utf-8")
    layers.write_text(text.replace("D001,events,single,1.0", "D001,events,blank,"), encoding="utf-8")
    files = textee.files(load(base))
    assert files["split/test.json"] == b""
    assert {name for _, name, reason in left_out(files) if reason == textee.NO_EVENTS} == {
        "D001-M001",
        "D001-M002",
        "D001-M003",
        "D001-E001",
        "D001-E002",
    }


def test_a_fold_is_the_test_and_the_next_is_dev(released: Corpus) -> None:
    files = textee.files(released)
    assert {path.partition("/")[0] for path in files if "/" in path} == {
        "split",
        *(f"split{n}" for n in (1, 2, 3, 4)),
    }
    assert documents(files, "split") == [["D000", "D003"], ["D002"], ["D001", "D004"]]
    assert documents(files, "split1") == [["D002", "D003", "D004"], ["D001"], ["D000"]]
    assert documents(files, "split3") == [["D000", "D001"], ["D004"], ["D002", "D003"]]
    assert documents(files, "split4") == [["D001", "D002", "D003"], ["D000"], ["D004"]]
    assert "`split1/` to `split4/` leave stories out" in files["README.md"].decode()


def test_many_folds_make_five_splits(released: Corpus) -> None:
    several = released.documents.sample(n=14, replace=True, random_state=0).reset_index(drop=True)
    several["document_id"] = [f"D{number:03}" for number in range(14)]
    several["fold"] = range(7, 21)
    corpus = Corpus(released.package, released.tables | {"documents": several})
    splits = dict(textee._splits(corpus))  # noqa: SLF001 - the documents are not there to be read
    assert [*splits] == ["split", "split1", "split2", "split3", "split4", "split5"]
    assert splits["split5"]["test"] == ("D004", "D009")
    assert splits["split5"]["dev"] == ("D000", "D005", "D010")
    for dealt in [*splits.values()][1:]:
        assert sorted(name for ids in dealt.values() for name in ids) == [*several["document_id"]]


def test_every_label_is_told_or_listed(released: Corpus) -> None:
    files = textee.files(released)
    every = [one for name in ("train", "dev", "test") for one in read(files[f"split/{name}.json"])]
    told = {
        one["id"]
        for instance in every
        for part in ("entity_mentions", "event_mentions")
        for one in instance[part]
    }
    lost = {name for table, name, _ in left_out(files) if table in {"mentions", "events"}}
    assert told & lost == set()
    assert told | lost == {*released.mentions["mention_id"], *released.events["event_id"]}
    arguments = sum(len(one["arguments"]) for instance in every for one in instance["event_mentions"])
    relations = sum(len(instance["relation_mentions"]) for instance in every)
    listed = [table for table, _, _ in left_out(files)]
    assert arguments + listed.count("arguments") == len(released.arguments)
    assert relations + listed.count("entity_relations") == len(released.entity_relations)
    check(every)


def check(instances: list[dict[str, Any]]) -> None:
    """Check what the loaders of the benchmark rely on: ids that are there, and tokens that make up the spans."""
    for one in instances:
        entities = {entity["id"]: entity for entity in one["entity_mentions"]}
        spans = [*one["entity_mentions"], *(event["trigger"] for event in one["event_mentions"])]
        for event in [*one["event_mentions"], *one["relation_mentions"]]:
            for argument in event["arguments"]:
                assert {key: entities[argument["entity_id"]][key] for key in ("text", "start", "end")} == {
                    key: argument[key] for key in ("text", "start", "end")
                }
        for span in spans:
            assert 0 <= span["start"] < span["end"] <= len(one["tokens"])
            tokens = "".join(one["tokens"][span["start"] : span["end"]])
            assert tokens == "".join(span["text"].split()), span


@pytest.mark.parametrize("seed", range(3))
def test_invented_documents(seed: int) -> None:
    for document in invented(60, seed):
        every = {row["sentence_id"] for row in document.sentences}
        instances, lost = textee.instances(document, every)
        check(instances)
        told = {
            one["id"]
            for instance in instances
            for one in (*instance["entity_mentions"], *instance["event_mentions"])
        }
        listed = {one.id for one in lost if one.table in {"mentions", "events"}}
        ids = {row["mention_id"] for row in document.record["mentions"]}
        ids |= {row["event_id"] for row in document.record["events"]}
        assert told | listed == ids
        assert told & listed == set()
        for one, row in zip(instances, document.sentences, strict=True):
            assert one["tokens"] == [token.text for token in words(row["text"], document.language)]
