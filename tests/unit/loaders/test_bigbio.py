"""BigBIO: the features of its schema, the checks of its own tests, and a document field by field."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

import packages
from exchanges import invented
from handmade import SMALL, TEXT
from tigris_corpus.corpus import Corpus, load
from tigris_corpus.loaders import bigbio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def kb_features(datasets: Any) -> Any:
    """Return the features of the schema, as ``kb_features`` in ``bigbio/hub/bigbiohub.py`` has them."""
    text, number = datasets.Value("string"), datasets.Value("int32")
    texts, offsets = datasets.List(text), datasets.List(datasets.List(number))
    links = datasets.List({"db_name": text, "db_id": text})
    span = {"text": texts, "offsets": offsets}
    return datasets.Features(
        {
            "id": text,
            "document_id": text,
            "passages": datasets.List({"id": text, "type": text, **span}),
            "entities": datasets.List({"id": text, "type": text, **span, "normalized": links}),
            "events": datasets.List(
                {
                    "id": text,
                    "type": text,
                    "trigger": span,
                    "arguments": datasets.List({"role": text, "ref_id": text}),
                }
            ),
            "coreferences": datasets.List({"id": text, "entity_ids": texts}),
            "relations": datasets.List(
                {"id": text, "type": text, "arg1_id": text, "arg2_id": text, "normalized": links}
            ),
        }
    )


def ids(value: Any) -> Iterator[str]:
    """Yield every id of an example, however deep."""
    if isinstance(value, dict):
        yield from (one for key, one in value.items() if key == "id")
        yield from chain.from_iterable(map(ids, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(ids, value))


def check(examples: list[dict[str, Any]]) -> None:
    """Check what the tests of BigBIO check: ids that come once, references that lead somewhere, offsets that fit."""
    every = [*ids(examples)]
    assert len(every) == len({*every})
    for one in examples:
        text = " ".join(part for passage in one["passages"] for part in passage["text"])
        entities = {entity["id"] for entity in one["entities"]}
        spans = [*one["passages"], *one["entities"], *(event["trigger"] for event in one["events"])]
        for span in spans:
            assert [text[start:end] for start, end in span["offsets"]] == span["text"]
            assert len(span["offsets"]) == 1
        assert {argument["ref_id"] for event in one["events"] for argument in event["arguments"]} <= entities
        assert {name for cluster in one["coreferences"] for name in cluster["entity_ids"]} <= entities
        assert {relation[end] for relation in one["relations"] for end in ("arg1_id", "arg2_id")} <= entities


def test_a_document(base: Path) -> None:
    files = bigbio.files(load(base))
    assert [*files] == ["train.jsonl", "test.jsonl", "left-out.csv", "README.md"]
    assert read(files["test.jsonl"]) == [
        {
            "id": "D001",
            "document_id": "D001",
            "passages": [
                {
                    "id": "D001-P1",
                    "type": "article",
                    "text": ["L’Irak a condamné les États-Unis pour la frappe de Bagdad.\n"],
                    "offsets": [[0, 59]],
                }
            ],
            "entities": [
                {
                    "id": "D001-M001",
                    "type": "GPE",
                    "text": ["Irak"],
                    "offsets": [[2, 6]],
                    "normalized": [
                        {"db_name": "Tigris", "db_id": "iraq"},
                        {"db_name": "Wikidata", "db_id": "Q796"},
                    ],
                },
                {
                    "id": "D001-M002",
                    "type": "GPE",
                    "text": ["États-Unis"],
                    "offsets": [[22, 32]],
                    "normalized": [
                        {"db_name": "Tigris", "db_id": "united-states"},
                        {"db_name": "Wikidata", "db_id": "Q30"},
                    ],
                },
                {
                    "id": "D001-M003",
                    "type": "GPE",
                    "text": ["Bagdad"],
                    "offsets": [[51, 57]],
                    "normalized": [
                        {"db_name": "Tigris", "db_id": "baghdad"},
                        {"db_name": "GeoNames", "db_id": "98182"},
                    ],
                },
            ],
            "events": [
                {
                    "id": "D001-E001",
                    "type": "ACCUSE",
                    "trigger": {"text": ["condamné"], "offsets": [[9, 17]]},
                    "arguments": [
                        {"role": "actor", "ref_id": "D001-M001"},
                        {"role": "recipient", "ref_id": "D001-M002"},
                    ],
                },
                {
                    "id": "D001-E002",
                    "type": "ASSAULT",
                    "trigger": {"text": ["frappe"], "offsets": [[41, 47]]},
                    "arguments": [{"role": "location", "ref_id": "D001-M003"}],
                },
            ],
            "coreferences": [],
            "relations": [],
        }
    ]


def test_mentions_of_one_entity_are_a_coreference(base: Path) -> None:
    (one,) = read(bigbio.files(load(base))["train.jsonl"])
    assert one["coreferences"] == [{"id": "D000-C1", "entity_ids": ["D000-M001", "D000-M007"]}]


def test_a_relation_leads_between_the_nearest_mentions(base: Path) -> None:
    packages.edit(
        base,
        [
            {
                "op": "replace-line",
                "file": "corpus/entity_relations.csv",
                "line": 2,
                "lines": [
                    "baghdad,part_of,iraq,D000-S002",
                    "iraq,affiliated_with,united-states,D000-S003",
                    "iraq,part_of,united-nations,D001-S001",
                ],
            },
            {
                "op": "insert-line",
                "file": "corpus/entities.csv",
                "line": 5,
                "lines": ["united-nations,United Nations,ORG,,,,,,"],
            },
        ],
    )
    files = bigbio.files(load(base))
    (one,) = read(files["train.jsonl"])
    assert one["relations"] == [
        {
            "id": "D000-R1",
            "type": "part_of",
            "arg1_id": "D000-M004",
            "arg2_id": "D000-M006",
            "normalized": [],
        },
        {
            "id": "D000-R2",
            "type": "affiliated_with",
            "arg1_id": "D000-M006",
            "arg2_id": "D000-M007",
            "normalized": [],
        },
    ]
    reason = "has no mention of both ends in the document"
    assert files["left-out.csv"].decode().splitlines()[1:] == [
        f"entity_relations,iraq,D001,D001-S001,,,iraq part_of united-nations,part_of,{reason}"
    ]
    assert "Left out: 1 of entity_relations" in files["README.md"].decode()


def test_offsets_are_code_points() -> None:
    told, lost = bigbio.example(SMALL)
    assert lost == []
    assert told["passages"][0]["text"] == [TEXT]
    assert told["entities"][4]["offsets"] == [[43, 51]]
    assert told["events"][0]["arguments"] == [
        {"role": "actor", "ref_id": "D900-M002"},
        {"role": "location", "ref_id": "D900-M003"},
    ]
    check([told])


def test_the_corpus_passes_the_checks_of_bigbio(released: Corpus) -> None:
    files = bigbio.files(released)
    examples = [one for name in ("train", "validation", "test") for one in read(files[f"{name}.jsonl"])]
    assert [one["id"] for one in examples] == ["D000", "D003", "D002", "D001", "D004"]
    check(examples)
    assert sum(len(one["entities"]) for one in examples) == len(released.mentions)
    assert sum(len(event["arguments"]) for one in examples for event in one["events"]) == len(
        released.arguments
    )
    listed = files["left-out.csv"].decode().count("\n") - 1
    assert sum(len(one["relations"]) for one in examples) + listed == len(released.entity_relations)


def test_invented_documents() -> None:
    check([bigbio.example(document)[0] for document in invented(100)])


def test_the_features_are_those_of_the_schema(released: Corpus) -> None:
    datasets: Any = pytest.importorskip("datasets")
    examples = read(bigbio.files(released)["train.jsonl"])
    loaded = datasets.Dataset.from_list(examples, features=kb_features(datasets))
    assert loaded.features == kb_features(datasets)
    assert [loaded[place] for place in range(len(loaded))] == examples
