"""doccano: what is written, what comes back, what is lost, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import compared, invented, released, round_trip
from exchanges import given as items
from handmade import BY_ID, SMALL, TEXT, judged, mangled, told
from tigris_corpus.formats import FORMATS, doccano

FORMAT = FORMATS["doccano"]
EVENTS = " ".join(released()[1].event_types)
LINE: dict[str, Any] = {
    "text": TEXT,
    "entities": [
        {"id": 1, "label": "GPE", "start_offset": 2, "end_offset": 4},
        {"id": 2, "label": "ORG", "start_offset": 2, "end_offset": 11},
        {"id": 3, "label": "GPE", "start_offset": 19, "end_offset": 23},
        {"id": 4, "label": "TIME", "start_offset": 27, "end_offset": 31},
        {"id": 5, "label": "PER", "start_offset": 43, "end_offset": 51},
        {"id": 6, "label": "RETREAT", "start_offset": 12, "end_offset": 16},
    ],
    "relations": [
        {"id": 1, "from_id": 6, "to_id": 2, "type": "actor"},
        {"id": 2, "from_id": 6, "to_id": 3, "type": "location"},
        {"id": 3, "from_id": 6, "to_id": 5, "type": "source"},
    ],
    "document_id": "D900",
    "tigris_state": SMALL.state,
    "tigris_events": EVENTS,
    "tigris_ids": "D900-M001 2 4 GPE;D900-M002 2 11 ORG;D900-M003 19 23 GPE;D900-M004 27 31 TIME;"
    "D900-M005 43 51 PER;D900-E001 12 16 RETREAT",
}


def files(**changed: Any) -> dict[str, bytes]:
    """Return a file of the line of the small document, with some of its keys changed."""
    return {"all.jsonl": (json.dumps(LINE | changed, ensure_ascii=False) + "\n").encode()}


def exported(**changed: Any) -> dict[str, bytes]:
    """Return the small document as doccano exports it: with ids of its own, and what it adds."""
    spans = [span | {"id": 100 + span["id"]} for span in LINE["entities"]]
    links = [
        one | {"from_id": 100 + one["from_id"], "to_id": 100 + one["to_id"]} for one in LINE["relations"]
    ]
    return files(**{"id": 17, "entities": spans, "relations": links, "Comments": []} | changed)


def test_the_two_sets_of_labels_have_nothing_in_common() -> None:
    labels = released()[1]
    assert not set(labels.entity_types) & set(labels.event_types)
    assert doccano.SOURCE not in labels.role_types


def test_what_is_written() -> None:
    written = doccano.write([SMALL], released()[1])
    assert list(written) == ["doccano.jsonl"]
    assert written["doccano.jsonl"].isascii()
    assert written["doccano.jsonl"].endswith(b"}\n")
    assert json.loads(written["doccano.jsonl"]) == LINE


def test_ids_count_through_the_whole_file() -> None:
    lines = doccano.write(invented(30), released()[1])["doccano.jsonl"].splitlines()
    for key in ("entities", "relations"):
        numbers = [one["id"] for line in lines for one in json.loads(line)[key]]
        assert numbers == list(range(1, len(numbers) + 1))


def test_what_comes_back() -> None:
    reading = doccano.read(exported(), BY_ID)
    assert reading.faults == ()
    (answer,) = reading.answers
    assert (answer.document_id, answer.text, answer.state) == ("D900", TEXT, SMALL.state)
    assert [(item.ref, item.id, item.start, item.end, dict(item.cells)) for item in answer.items] == [
        ("101", "D900-M001", 2, 4, {"entity_type": "GPE"}),
        ("102", "D900-M002", 2, 11, {"entity_type": "ORG"}),
        ("103", "D900-M003", 19, 23, {"entity_type": "GPE"}),
        ("104", "D900-M004", 27, 31, {"entity_type": "TIME"}),
        ("105", "D900-M005", 43, 51, {"entity_type": "PER"}),
        ("106", "D900-E001", 12, 16, {"event_type": "RETREAT"}),
    ]
    event = answer.items[-1]
    assert (event.table, event.source) == ("events", "105")
    assert [(one.role, one.ref, one.at.pointer) for one in event.arguments] == [
        ("actor", "102", "/relations/0"),
        ("location", "103", "/relations/1"),
    ]
    at = event.at
    assert (at.file, at.line, at.pointer, at.key, at.document) == (
        "all.jsonl",
        1,
        "/entities/5",
        "106",
        "D900",
    )


def test_a_span_with_another_label_keeps_its_id_and_a_new_one_has_none() -> None:
    spans = [
        {"id": 1, "label": "LOC", "start_offset": 2, "end_offset": 4},
        {"id": 2, "label": "ORG", "start_offset": 2, "end_offset": 10},
        {"id": 3, "label": "ASSAULT", "start_offset": 12, "end_offset": 16},
        {"id": 4, "label": "PER", "start_offset": 12, "end_offset": 16},
    ]
    (answer,) = doccano.read(files(entities=spans, relations=[]), BY_ID).answers
    assert [item.id for item in answer.items] == ["D900-M001", None, "D900-E001", None]


def test_of_two_spans_at_one_place_each_keeps_its_id() -> None:
    spans = [
        {"id": 1, "label": "ORG", "start_offset": 2, "end_offset": 4},
        {"id": 2, "label": "GPE", "start_offset": 2, "end_offset": 4},
    ]
    kept = "D900-M001 2 4 GPE;D900-M009 2 4 PER"
    (answer,) = doccano.read(files(entities=spans, relations=[], tigris_ids=kept), BY_ID).answers
    assert [item.id for item in answer.items] == ["D900-M009", "D900-M001"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"document_id": None}, [("imp.format", 1)]),
        ({"document_id": "D999"}, [("imp.unknown-document", 1)]),
        ({"tigris_events": None}, [("imp.format", 1)]),
        ({"tigris_ids": "D900-M001 2 GPE"}, [("imp.format", 1)]),
        ({"text": TEXT.replace("’", "'")}, [("imp.text-drift", 1)]),
        ({"entities": None, "label": [[2, 4, "GPE"]]}, [("imp.format", 1)]),
        ({"entities": {}}, [("imp.format", 1)]),
        ({"relations": None}, [("imp.format", 1)]),
        ({"Comments": [{"id": 1, "comment": "not sure"}, "why?"]}, [("imp.comment", 1)] * 2),
    ],
)
def test_a_line_with_a_fault(changed: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    assert told(judged(doccano.read, files(**changed))) == expected


@pytest.mark.parametrize(
    ("span", "pointer", "code"),
    [
        (
            {"id": 7, "label": "PERSON", "start_offset": 2, "end_offset": 4},
            "/entities/0",
            "imp.unknown-label",
        ),
        ({"id": 7, "label": "PER", "start_offset": 2, "end_offset": 61}, "/entities/0", "imp.span"),
        (
            {"id": 7, "label": "PER", "start_offset": 27, "end_offset": 40},
            "/entities/0",
            "imp.crosses-sentence",
        ),
        (
            {"id": 7, "label": "PER", "start_offset": -1, "end_offset": 4},
            "/entities/0/start_offset",
            "imp.format",
        ),
        (
            {"id": 7, "label": "PER", "start_offset": 2.0, "end_offset": 4},
            "/entities/0/start_offset",
            "imp.format",
        ),
        ({"id": True, "label": "PER", "start_offset": 2, "end_offset": 4}, "/entities/0/id", "imp.format"),
        ({"id": 7, "label": 5, "start_offset": 2, "end_offset": 4}, "/entities/0/label", "imp.format"),
        ([2, 4, "PER"], "/entities/0", "imp.format"),
    ],
)
def test_a_span_with_a_fault(span: object, pointer: str, code: str) -> None:
    (issue,) = judged(doccano.read, files(entities=[span], relations=[]))
    assert (issue.code, issue.location.line, issue.location.pointer) == (code, 1, pointer)


@pytest.mark.parametrize(
    ("relation", "code"),
    [
        ({"id": 9, "from_id": 6, "to_id": 99, "type": "actor"}, "imp.dangling-ref"),
        ({"id": 9, "from_id": 6, "to_id": 99, "type": "source"}, "imp.dangling-ref"),
        ({"id": 9, "from_id": 99, "to_id": 1, "type": "actor"}, "imp.dangling-ref"),
        ({"id": 9, "from_id": 1, "to_id": 2, "type": "actor"}, "imp.unsupported"),
        ({"id": 9, "from_id": 6, "to_id": 1, "type": "agent"}, "imp.unknown-label"),
        ({"id": 9, "from_id": "6", "to_id": 1, "type": "actor"}, "imp.format"),
    ],
)
def test_a_relation_with_a_fault(relation: dict[str, Any], code: str) -> None:
    (issue,) = judged(doccano.read, files(relations=[relation]))
    assert (issue.code, issue.location.line) == (code, 1)


def test_a_second_source_is_a_fault() -> None:
    links = [{"from_id": 6, "to_id": to, "type": "source"} for to in (5, 2)]
    (issue,) = judged(doccano.read, files(relations=links))
    assert (issue.code, issue.location.pointer) == ("imp.unsupported", "/relations/1")


def test_two_spans_of_one_id_are_a_fault() -> None:
    span = {"id": 1, "label": "GPE", "start_offset": 2, "end_offset": 4}
    issues = judged(doccano.read, files(entities=[span, span | {"label": "PER"}], relations=[]))
    assert ("imp.duplicate-id", 1) in told(issues)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'{"text": ', 1),
        (b'\n\n{"text": "a"}', 3),
        (b'{"text": "a", "text": "b"}', 1),
        (b'{"text": NaN}', 1),
        (b'{"text": "\xff"}', 1),
        (b'{"text": "\\ud800"}', 1),
        (b"[1]", 1),
        (b"[" * 200_000, 1),
    ],
)
def test_what_is_no_line_of_doccano_is_a_fault(data: bytes, line: int) -> None:
    assert told(judged(doccano.read, {"all.jsonl": data})) == [("imp.format", line)]


def test_a_line_after_a_broken_one_is_read() -> None:
    reading = doccano.read({"all.jsonl": b"{}\r\n" + files()["all.jsonl"]}, BY_ID)
    assert [(answer.document_id, answer.at.line) for answer in reading.answers] == [("D900", 2)]
    assert told(reading.faults) == [("imp.format", 1)]


def test_a_byte_order_mark_is_no_fault() -> None:
    assert judged(doccano.read, {"all.jsonl": b"\xef\xbb\xbf" + files()["all.jsonl"]}) == ()


def test_other_files_are_left_alone() -> None:
    assert doccano.read({"tigris-export.json": b"{", "README.md": b"\xff"}, BY_ID).faults == ()


def test_round_trip_keeps_what_the_format_says() -> None:
    documents = [*released()[0], *invented(1000)]
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    for document in documents:
        assert compared(got[document.document_id], FORMAT) == compared(items(document), FORMAT)


@given(st.one_of(st.binary(max_size=300), mangled(files()["all.jsonl"])))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    judged(doccano.read, {"all.jsonl": data})
