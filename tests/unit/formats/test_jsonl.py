from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import packages
from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError, UnreadableError
from tigris_corpus.formats import jsonl, passes

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus


@pytest.fixture(scope="module")
def schema(released: Corpus) -> dict[str, Any]:
    return jsonl.record_schema(released)


def test_the_schema_is_a_json_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$defs"]["mentions"]["properties"]["mention_type"]["enum"] == ["NAM", "NOM", "PRO"]
    assert schema["$defs"]["mentions"]["properties"]["start"]["minimum"] == 0


def test_a_record_nests_the_rows_of_a_document(base: Path) -> None:
    records = jsonl.records(load(base))
    assert [record["document_id"] for record in records] == ["D000", "D001"]
    assert records[0]["events"][0] == {
        "event_id": "D000-E001",
        "sentence_id": "D000-S002",
        "trigger_start": 30,
        "trigger_end": 36,
        "trigger_text": "killed",
        "event_type": "ASSAULT",
        "realis": "actual",
        "polarity": "positive",
        "incident_id": "baghdad-strike",
        "modes": ["aerial"],
        "arguments": [
            {"role": "actor", "mention_id": "D000-M001"},
            {"role": "killed", "mention_id": "D000-M002"},
            {"role": "location", "mention_id": "D000-M004"},
            {"role": "recipient", "mention_id": "D000-M003"},
            {"role": "time", "mention_id": "D000-M005"},
        ],
    }
    assert [row["entity_id"] for row in records[0]["entities"]] == ["baghdad", "iraq", "united-states"]
    assert [row["incident_id"] for row in records[1]["incidents"]] == ["baghdad-strike", "iraqi-condemnation"]


def test_what_is_written_is_read(released: Corpus, schema: dict[str, Any]) -> None:
    records = jsonl.records(released)
    assert jsonl.read(jsonl.write(records), "memory", schema) == records


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda record: record.pop("mentions"), r"f.jsonl:1: the record: 'mentions' is a required property"),
        (
            lambda record: record["mentions"][0].update(start=-1),
            r"f.jsonl:1: /mentions/0/start: -1 is less than",
        ),
        (
            lambda record: record["mentions"][0].update(start="1"),
            r"f.jsonl:1: /mentions/0/start: '1' is not of type",
        ),
        (
            lambda record: record["events"][0].update(event_type="WAR"),
            r"/events/0/event_type: 'WAR' is not one of",
        ),
        (
            lambda record: record["events"][0]["arguments"][0].update(x=1),
            r"/events/0/arguments/0: Additional",
        ),
        (lambda record: record.update(document_id="d0"), r"f.jsonl:1: /document_id: 'd0' does not match"),
    ],
)
def test_a_record_that_is_none_says_where(
    base: Path, schema: dict[str, Any], change: Any, reason: str
) -> None:
    record = copy.deepcopy(jsonl.records(load(base))[0])
    change(record)
    with pytest.raises(UnreadableError, match=reason):
        jsonl.read(jsonl.write([record]), "f.jsonl", schema)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\n{", r"f.jsonl:2: not JSON"),
        (b'{"a": 1, "a": 2}', r"f.jsonl:1: the key 'a' stands twice"),
        (b"\xff", r"f.jsonl:1: not UTF-8"),
        (b"3", r"f.jsonl:1: the record: 3 is not of type"),
    ],
)
def test_a_file_that_is_none_says_where(schema: dict[str, Any], data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        jsonl.read(data, "f.jsonl", schema)


def test_a_document_stands_once_in_a_file(base: Path, schema: dict[str, Any]) -> None:
    record = jsonl.records(load(base))[0]
    with pytest.raises(UnreadableError, match=r"f.jsonl:2: a second record of D000"):
        jsonl.read(jsonl.write([record, record]), "f.jsonl", schema)


def test_an_annotation_is_found_by_name_or_by_file(base: Path, tmp_path: Path) -> None:
    corpus = load(base)
    assert passes.find(corpus, "gold") == jsonl.records(corpus)
    path = tmp_path / "mine.jsonl"
    path.write_bytes(jsonl.write(jsonl.records(corpus)))
    assert passes.find(corpus, str(path)) == jsonl.records(corpus)
    (base / "corpus" / "passes").mkdir()
    (base / "corpus" / "passes" / "tester.jsonl").write_bytes(path.read_bytes())
    packages.set_cell(base, "corpus/passes.csv", 2, "path", "corpus/passes/tester.jsonl")
    assert passes.find(load(base), "tester") == jsonl.records(corpus)
    with pytest.raises(
        CorpusError, match="'nobody' is no file, and no annotator whose passes are kept: tester"
    ):
        passes.find(load(base), "nobody")


def test_the_published_schema_is_the_one_that_is_used(schema: dict[str, Any]) -> None:
    path = packages.CLONE / "schema" / "records" / "document.json"
    assert json.loads(path.read_text(encoding="utf-8")) == schema


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda record: record["mentions"][0].update(start=19),
            r"D000: /mentions/0: 'U.S.' is not what stands at 19 to 22",
        ),
        (
            lambda record: record["events"][0].update(trigger_end=999999),
            r"/events/0: 'killed' is not what stands at",
        ),
        (
            lambda record: record["mentions"].append(record["mentions"][0]),
            r"the mention D000-M001 stands twice",
        ),
        (lambda record: record["events"].append(record["events"][0]), r"the event D000-E001 stands twice"),
        (
            lambda record: record["events"][0]["arguments"][0].update(mention_id="D000-M555"),
            r"/events/0: the record has no mention D000-M555",
        ),
        (lambda record: record.update(document_id="D777"), r"D777: the corpus has no such document"),
    ],
)
def test_a_prediction_that_does_not_fit_the_texts_is_refused(
    base: Path, tmp_path: Path, change: Any, reason: str
) -> None:
    corpus = load(base)
    record = copy.deepcopy(jsonl.records(corpus)[0])
    change(record)
    path = tmp_path / "pred.jsonl"
    path.write_bytes(jsonl.write([record]))
    with pytest.raises(UnreadableError, match=reason):
        passes.find(corpus, str(path))
