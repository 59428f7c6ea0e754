"""Predictions as records: what is read, and the one line that each thing that is wrong is told in."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import packages
from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import FORMATS, jsonl
from tigris_corpus.scoring import predictions, score

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return load(packages.build(tmp_path_factory.mktemp("small") / "package"))


def records(corpus: Corpus) -> list[Record]:
    return copy.deepcopy(jsonl.records(corpus))


def written(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def refused(corpus: Corpus, source: Any) -> str:
    with pytest.raises(CorpusError) as raised:
        predictions.read(corpus, source)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_an_export_and_a_pass_are_read_as_they_are(small: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "documents.jsonl"
    path.write_bytes(jsonl.write(records(small)))
    from_file = predictions.read(small, path)
    from_folder = predictions.read(small, str(tmp_path))
    gold = predictions.read(small, "gold")
    assert from_file.layers == from_folder.layers == gold.layers == predictions.LAYERS
    assert from_file.records == from_folder.records
    assert (from_file.lacks, from_file.is_tags, from_file.notes) == (frozenset(), False, ())
    assert score(small, path, draws=0).f1("strict") == 1


def test_an_annotator_is_known_by_the_passes_that_are_kept(released: Corpus) -> None:
    found = predictions.read(released, "model-a")
    assert list(found.records) == ["D000", "D001", "D002", "D003", "D004"]
    assert found.layers == predictions.LAYERS


def test_ids_texts_and_sentences_may_be_left_out_and_null_is_as_good(small: Corpus) -> None:
    row = {
        "document_id": "D000",
        "mentions": [
            {"start": np.int64(18), "end": 22, "entity_type": "NORP", "entity_id": None, "mention_id": None}
        ],
        "events": [{"trigger_start": 30, "trigger_end": 36, "event_type": "ASSAULT", "arguments": None}],
    }
    found = predictions.read(small, [row]).records["D000"]
    assert found["mentions"] == [
        {
            "mention_id": "/mentions/0",
            "start": 18,
            "end": 22,
            "mention_type": "",
            "entity_type": "NORP",
            "sentence_id": "D000-S002",
        }
    ]
    assert found["events"][0]["sentence_id"] == "D000-S002"
    assert found["events"][0]["realis"] == ""


def test_ids_are_the_predictors_own(small: Corpus) -> None:
    row = {
        "document_id": "D000",
        "mentions": [
            {"mention_id": "T1", "start": 18, "end": 22, "entity_type": "NORP", "entity_id": "cluster 7"}
        ],
        "events": [
            {
                "event_id": "E1",
                "trigger_start": 30,
                "trigger_end": 36,
                "event_type": "ASSAULT",
                "incident_id": "story 1",
                "arguments": [{"role": "actor", "mention_id": "T1"}],
            }
        ],
    }
    found = predictions.read(small, [row])
    assert found.layers == predictions.LAYERS
    assert found.lacks == {"realis", "polarity"}
    assert score(small, [row], "arguments", draws=0).table["matched"].max() == 1


def test_offsets_in_another_unit_are_converted_and_told_of(small: Corpus) -> None:
    # The face in the heading is two UTF-16 units, so that all behind it is one too far.
    rows = records(small)
    for one in rows[0]["mentions"]:
        one["start"], one["end"] = one["start"] + 1, one["end"] + 1
    for one in rows[0]["events"]:
        one["trigger_start"], one["trigger_end"] = one["trigger_start"] + 1, one["trigger_end"] + 1
    found = score(small, rows, draws=0)
    assert (found.table["f1"] == 1).all()
    assert found.notes == (
        "predictions:1: the offsets count utf-16 units: 9 of 9 spans were off, and all are converted",
    )


# What is refused


def edited(corpus: Corpus, edit: Callable[[Record], object]) -> list[Record]:
    rows = records(corpus)
    edit(rows[0])
    return rows


OFFSETS = "offsets count code points from the start of the raw text of the document"
WRONG: dict[str, tuple[Callable[[Record], object], str]] = {
    "a field that is missing": (
        lambda row: row["mentions"][2].pop("entity_type"),
        "/mentions/2/entity_type: it is missing",
    ),
    "a field that nobody knows": (
        lambda row: row["mentions"][0].update(entity_typ="ORG"),
        '/mentions/0/entity_typ: there is no such field; did you mean "entity_type"?',
    ),
    "a field of the record that nobody knows": (
        lambda row: row.update(event=[]),
        '/event: there is no such field; did you mean "events"?',
    ),
    "a text for a number": (
        lambda row: row["mentions"][0].update(start="18"),
        f"/mentions/0/start: '18' is not a whole number; {OFFSETS}",
    ),
    "true for a number": (
        lambda row: row["mentions"][0].update(start=True),
        f"/mentions/0/start: True is not a whole number; {OFFSETS}",
    ),
    "a number for a text": (
        lambda row: row["events"][0].update(event_type=7),
        "/events/0/event_type: 7 is not text",
    ),
    "no list": (lambda row: row.update(mentions={}), "/mentions: {} is no list of mentions"),
    "no object": (lambda row: row["mentions"].insert(0, 3), "/mentions/0: 3 is no object"),
    "arguments that are no list": (
        lambda row: row["events"][0].update(arguments={}),
        "/events/0/arguments: {} is no list of arguments",
    ),
    "an argument that is no object": (
        lambda row: row["events"][0].update(arguments=["D000-M001"]),
        '/events/0/arguments/0: \'D000-M001\' is no object; write {"role": …, "mention_id": …}',
    ),
    "an argument without a filler": (
        lambda row: row["events"][0]["arguments"][1].pop("mention_id"),
        "/events/0/arguments/1/mention_id: it is missing",
    ),
    "an argument that leads nowhere": (
        lambda row: row["events"][0]["arguments"][0].update(mention_id="T9"),
        "/events/0: the actor of D000-E001 is 'T9', which is not there; an argument names a mention of its own record",
    ),
    "a type that is none": (
        lambda row: row["mentions"][0].update(entity_type="norp"),
        "/mentions/0: 'norp' is no entity_type; did you mean \"NORP\"?",
    ),
    "an event type that is none": (
        lambda row: row["events"][0].update(event_type="ASAULT"),
        "/events/0: 'ASAULT' is no event_type; did you mean \"ASSAULT\"?",
    ),
    "a realis that is none": (
        lambda row: row["events"][0].update(realis="real"),
        "/events/0: 'real' is no realis; one of actual, future, hypothetical, generic",
    ),
    "a role that is none": (
        lambda row: row["events"][0]["arguments"][0].update(role="actr"),
        "/events/0: 'actr' is no role; did you mean \"actor\"?",
    ),
    "a span that ends before it begins": (
        lambda row: row["mentions"][0].update(start=22, end=18),
        f"/mentions/0: the span goes from 22 to 18, in a text of 114 characters; {OFFSETS}",
    ),
    "a span beyond the text": (
        lambda row: row["mentions"][0].update(end=10**30, text=None),
        f"/mentions/0: the span goes from 18 to {10**30}, in a text of 114 characters; {OFFSETS}",
    ),
    "words that stand elsewhere": (
        lambda row: row["mentions"][0].update(start=19, end=23),
        "/mentions/0: 'U.S.' is not what stands at 19 to 23: '.S. '; the words stand at 18 to 22: shift by -1",
    ),
    "a span of two sentences": (
        lambda row: row["mentions"].append({"start": 64, "end": 85, "entity_type": "TIME"}),
        "/mentions/7: 'January 3, 2020. Iraq' is not inside one sentence; cut the span at the end of its sentence",
    ),
    "another sentence than the span is in": (
        lambda row: row["mentions"][0].update(sentence_id="D000-S001"),
        f"/mentions/0/sentence_id: the span from 18 to 22 stands in D000-S002, and not in D000-S001; {OFFSETS}",
    ),
    "an id twice": (
        lambda row: row["mentions"][1].update(mention_id="D000-M001"),
        "/mentions/1: 'D000-M001' is the id of several mentions; one record a document, and in it one mention or event an id; and 1 more",
    ),
    "another text": (
        lambda row: row.update(text_sha256="0" * 64),
        "/text_sha256: the record is of another text than D000 has; predict on the text as the corpus has it",
    ),
    "a document that is none": (
        lambda row: row.update(document_id="D00O"),
        "the corpus has no document 'D00O'; is \"D001\" meant? else add the text first, with tigris add",
    ),
    "a document without a name": (
        lambda row: row.update(document_id=None),
        '/document_id: a record names its document; write "document_id": "D000"',
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_one_line_with_its_place(small: Corpus, tmp_path: Path, name: str) -> None:
    edit, expected = WRONG[name]
    path = written(tmp_path / "predicted.jsonl", edited(small, edit))
    assert refused(small, path) == f"{path}:1: {expected}"


def test_the_first_of_several_is_told_and_the_others_counted(small: Corpus) -> None:
    def edit(row: Record) -> None:
        for one in row["mentions"][:3]:
            one["entity_type"] = "X"

    assert refused(small, edited(small, edit)).endswith("is no entity_type; one of " + TYPES + "; and 2 more")


TYPES = "PER, ORG, GPE, LOC, FAC, NORP, WEA, VEH, TIME, NUM"


def test_a_document_twice_is_told_at_the_second(small: Corpus) -> None:
    rows = records(small)
    expected = "predictions:3: D000 is there a second time; one record a document, and in it one mention or event an id"
    assert refused(small, [*rows, rows[0]]) == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"",
            ": there is nothing in it; it takes a record of a document, or a row of tags of a sentence, a line",
        ),
        (
            b"\n\n",
            ": there is nothing in it; it takes a record of a document, or a row of tags of a sentence, a line",
        ),
        (b"[]\n", ":1: this is no JSON object; every line is one"),
        (
            b"{\n",
            ":1: not JSON: Expecting property name enclosed in double quotes; every line is one JSON object",
        ),
        (b'{"a": 1, "a": 2}\n', ":1: the key 'a' stands twice in one object; every line is one JSON object"),
        (b'{"a": NaN}\n', ":1: not JSON that can be read: NaN is not JSON; every line is one JSON object"),
        (b"\xff\n", ":1: not UTF-8 at byte 0; every line is one JSON object"),
    ],
)
def test_what_is_no_json_lines_is_told_with_its_line(
    small: Corpus, tmp_path: Path, data: bytes, message: str
) -> None:
    path = tmp_path / "predicted.jsonl"
    path.write_bytes(data)
    found = refused(small, path)
    if data.startswith(b'{"a": NaN'):
        assert found.startswith(f"{path}:1: ")
        assert "NaN is not JSON" in found
    else:
        assert found == f"{path}{message}"


def test_a_row_of_neither_form_is_told_what_a_record_takes(small: Corpus) -> None:
    message = refused(small, [{"words": []}])
    assert message.startswith("predictions:1: /words: there is no such field; it takes document_id, ")


def test_a_name_that_is_no_file_is_told_what_there_is(released: Corpus) -> None:
    message = refused(released, "modle-a")
    assert message == "'modle-a' is no file, and no annotator whose passes are kept: model-a, model-b"
    assert refused(released, "x" * 10_000).startswith("'xxx")
    assert refused(released, "a\0b").endswith("model-a, model-b")


def test_a_folder_without_predictions_is_empty(small: Corpus, tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("x", encoding="utf-8")
    assert ": there is nothing in it;" in refused(small, tmp_path)


def test_a_line_that_is_too_long_is_not_read(
    small: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "MAX_RECORD", 20)
    path = tmp_path / "predicted.jsonl"
    path.write_bytes(b'{}\n{"document_id": "D000"}\n')
    assert refused(small, path) == f"{path}:2: the line is longer than 20 bytes"


def test_a_paragraph_that_is_full_of_mentions_is_refused(small: Corpus) -> None:
    rows = records(small)
    rows[0]["mentions"] = [{"start": 18, "end": 22, "entity_type": "NORP"}] * 501
    rows[0]["events"] = []
    with pytest.raises(CorpusError, match="D000: a paragraph has more than 500 mentions or events"):
        score(small, rows)


def test_records_are_those_of_the_format_jsonl() -> None:
    assert FORMATS["jsonl"].module == "records"
