"""Prodigy: what is written, what comes back, and what is refused or left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import compared, invented, released, round_trip
from exchanges import given as items
from handmade import BY_ID, SMALL, TEXT, judged, mangled, told
from tigris_corpus.formats import FORMATS, prodigy
from tigris_corpus.issues import Severity

FORMAT = FORMATS["prodigy"]
TOKENS = (
    ("👍", 0, 1, True),
    ("US", 2, 4, True),
    ("troops", 5, 11, True),
    ("left", 12, 16, True),
    ("l’", 17, 19, False),
    ("Irak", 19, 23, True),
    ("in", 24, 26, True),
    ("2024", 27, 31, False),
    (".", 31, 32, False),
    ("\n", 32, 33, False),
    ("Baghdad", 33, 40, False),
    ("’s", 40, 42, True),
    ("UN", 43, 45, True),
    ("envoy", 46, 51, True),
    ("said", 52, 56, True),
    ("so", 57, 59, False),
    (".", 59, 60, False),
)


def placed(start: int, end: int, first: int, last: int, label: str) -> dict[str, Any]:
    return {"start": start, "end": end, "token_start": first, "token_end": last, "label": label}


US, TROOPS, IRAK = placed(2, 4, 1, 1, "GPE"), placed(2, 11, 1, 2, "ORG"), placed(19, 23, 5, 5, "GPE")
YEAR, ENVOY, LEFT = (
    placed(27, 31, 7, 7, "TIME"),
    placed(43, 51, 12, 13, "PER"),
    placed(12, 16, 3, 3, "RETREAT"),
)


def relation(label: str, child: dict[str, Any], child_id: str) -> dict[str, Any]:
    return {
        "head": 3,
        "child": child["token_end"],
        "label": label,
        "head_span": LEFT,
        "child_span": child,
        "head_id": "D900-E001",
        "child_id": child_id,
    }


LINE: dict[str, Any] = {
    "text": TEXT,
    "tokens": [
        {"text": text, "start": start, "end": end, "id": number, "ws": blank}
        for number, (text, start, end, blank) in enumerate(TOKENS)
    ],
    "spans": [
        US | {"text": "US", "id": "D900-M001", "mention_type": "NAM", "entity_id": "united-states"},
        TROOPS | {"text": "US troops", "id": "D900-M002", "mention_type": "NOM"},
        IRAK | {"text": "Irak", "id": "D900-M003", "mention_type": "NAM", "entity_id": "iraq"},
        YEAR | {"text": "2024", "id": "D900-M004", "mention_type": "NAM", "value": "2024"},
        ENVOY | {"text": "UN envoy", "id": "D900-M005", "mention_type": "NOM"},
        LEFT
        | {
            "text": "left",
            "id": "D900-E001",
            "realis": "actual",
            "polarity": "positive",
            "modes": ["withdraw"],
        },
    ],
    "relations": [
        relation("actor", TROOPS, "D900-M002"),
        relation("location", IRAK, "D900-M003"),
        relation("source", ENVOY, "D900-M005"),
    ],
    "meta": {"document_id": "D900"},
    "answer": "accept",
    "tigris": {
        "document_id": "D900",
        "state": SMALL.state,
        "event_types": list(released()[1].event_types),
    },
}


def files(**changed: Any) -> dict[str, bytes]:
    """Return a file of the line of the small document, with some of its keys changed."""
    return {"out.jsonl": (json.dumps(LINE | changed, ensure_ascii=False) + "\n").encode()}


def test_what_is_written() -> None:
    written = prodigy.write([SMALL], released()[1])
    assert list(written) == ["prodigy.jsonl"]
    assert json.loads(written["prodigy.jsonl"]) == LINE
    assert written["prodigy.jsonl"].count(b"\n") == 1


def test_tokens_make_up_the_text() -> None:
    for line in prodigy.write([*released()[0], *invented(50)], released()[1])["prodigy.jsonl"].splitlines():
        task = json.loads(line)
        assert "".join(one["text"] + " " * one["ws"] for one in task["tokens"]) == task["text"]
        for span in task["spans"]:
            assert task["tokens"][span["token_start"]]["start"] == span["start"]
            assert task["tokens"][span["token_end"]]["end"] == span["end"]


def test_what_comes_back() -> None:
    reading = prodigy.read(files(_input_hash=1, _task_hash=2, _annotator_id="a", _view_id="relations"), BY_ID)
    assert reading.faults == ()
    (answer,) = reading.answers
    assert (answer.document_id, answer.text, answer.state) == ("D900", TEXT, SMALL.state)
    assert compared(answer.items) != []
    mention, *_, event = answer.items
    assert (mention.table, mention.ref, mention.id, mention.start, mention.end) == (
        "mentions",
        "0",
        "D900-M001",
        2,
        4,
    )
    assert mention.cells == {"entity_type": "GPE", "mention_type": "NAM", "entity_id": "united-states"}
    assert (event.table, event.ref, event.id, event.text) == ("events", "5", "D900-E001", "left")
    assert event.cells == {"event_type": "RETREAT", "realis": "actual", "polarity": "positive"}
    assert (event.modes, event.source) == (("withdraw",), "4")
    assert [(one.role, one.ref, one.at.pointer) for one in event.arguments] == [
        ("actor", "1", "/relations/0"),
        ("location", "2", "/relations/1"),
    ]
    at = event.at
    assert (at.file, at.line, at.pointer, at.key, at.document) == (
        "out.jsonl",
        1,
        "/spans/5",
        "D900-E001",
        "D900",
    )


def test_spans_and_relations_that_are_made_in_prodigy_have_labels_only() -> None:
    made = {"head": 3, "child": 1, "label": "actor", "head_span": LEFT, "child_span": US, "color": "#ccc"}
    (answer,) = prodigy.read(files(spans=[US, LEFT], relations=[made]), BY_ID).answers
    mention, event = answer.items
    assert (mention.id, mention.cells, mention.text) == (None, {"entity_type": "GPE"}, None)
    assert (event.id, event.cells, event.modes) == (None, {"event_type": "RETREAT"}, ())
    assert [(one.role, one.ref) for one in event.arguments] == [("actor", "0")]


def test_of_two_spans_with_one_label_the_id_tells_which_is_meant() -> None:
    first, second = US | {"id": "D900-M001"}, US | {"id": "D900-M009"}
    made = relation("actor", US, "D900-M009")
    (answer,) = prodigy.read(files(spans=[first, second, LEFT], relations=[made]), BY_ID).answers
    assert [one.ref for one in answer.items[2].arguments] == ["1"]
    reading = prodigy.read(files(spans=[US, US, LEFT], relations=[made | {"child_id": None}]), BY_ID)
    assert told(reading.faults) == [("imp.dangling-ref", 1)]


@pytest.mark.parametrize("verdict", ["reject", "ignore"])
def test_a_line_that_was_not_accepted_is_left_out_with_a_warning(verdict: str) -> None:
    reading = prodigy.read(files(answer=verdict, spans=[]), BY_ID)
    assert reading.answers == ()
    (issue,) = reading.faults
    assert (issue.code, issue.severity, issue.location.line) == ("imp.scope", Severity.WARNING, 1)
    assert issue.message == f"the answer is '{verdict}': the line is not imported, and D900 stays"


def test_where_a_span_and_its_tokens_disagree_the_offsets_count() -> None:
    for first, last, found in ((1, 1, "(2, 4)"), (0, 2, "(0, 11)"), (1, 99, "(2, None)")):
        reading = prodigy.read(
            files(spans=[TROOPS | {"token_start": first, "token_end": last}], relations=[]), BY_ID
        )
        (issue,) = reading.faults
        assert (issue.code, issue.severity, issue.value) == ("imp.token-mismatch", Severity.WARNING, found)
        assert (issue.location.line, issue.location.pointer) == (1, "/spans/0")
        assert [(item.start, item.end) for item in reading.answers[0].items] == [(2, 11)]


def test_what_others_keep_in_a_span_is_told_and_what_prodigy_keeps_is_not() -> None:
    span = US | {"type": "span", "source": "en_core_web_sm", "input_hash": 5, "note": "not sure"}
    reading = prodigy.read(files(spans=[span], relations=[]), BY_ID)
    assert [(issue.code, issue.value) for issue in reading.faults] == [("imp.comment", "note")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"tigris": None}, [("imp.format", 1)]),
        ({"tigris": LINE["tigris"] | {"document_id": "D999"}}, [("imp.unknown-document", 1)]),
        ({"tigris": LINE["tigris"] | {"event_types": "RETREAT"}}, [("imp.format", 1)]),
        ({"text": TEXT + " "}, [("imp.text-drift", 1)]),
        ({"text": None}, [("imp.format", 1)]),
        ({"answer": 1}, [("imp.format", 1)]),
        ({"spans": {}}, [("imp.format", 1)]),
        ({"tokens": [{"text": "a"}]}, [("imp.format", 1)]),
        ({"spans": [US | {"label": "PERSON"}], "relations": []}, [("imp.unknown-label", 1)]),
        ({"spans": [US | {"text": "UN"}], "relations": []}, [("imp.text-mismatch", 1)]),
        ({"spans": [US | {"start": "2"}], "relations": []}, [("imp.format", 1)]),
        ({"spans": [US | {"mention_type": ["NAM"]}], "relations": []}, [("imp.format", 1)]),
        ({"spans": [LEFT | {"modes": ["fly"]}], "relations": []}, [("imp.unknown-label", 1)]),
        ({"spans": [US | {"modes": ["withdraw"]}], "relations": []}, [("imp.comment", 1)]),
        ({"relations": [relation("agent", US, "D900-M001")]}, [("imp.unknown-label", 1)]),
        ({"relations": [relation("actor", US | {"label": None}, "x")]}, [("imp.dangling-ref", 1)]),
        ({"relations": [relation("actor", US, "x") | {"head_span": IRAK}]}, [("imp.unsupported", 1)]),
        (
            {"relations": [relation("source", US, "x"), relation("source", IRAK, "x")]},
            [("imp.unsupported", 1)],
        ),
        ({"relations": [{"head": 1, "child": 2, "label": "actor"}]}, [("imp.format", 1)]),
    ],
)
def test_a_line_with_a_fault(changed: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    assert told(judged(prodigy.read, files(**changed))) == expected


def test_what_is_no_line_of_prodigy_is_a_fault() -> None:
    data = b'\n{"text": \n[]\n{"tigris": {"document_id": 5}}\n"a"'
    assert told(judged(prodigy.read, {"out.jsonl": data})) == [("imp.format", line) for line in (2, 3, 4, 5)]


def test_round_trip_loses_nothing() -> None:
    documents = [*released()[0], *invented(1000)]
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    for document in documents:
        assert compared(got[document.document_id]) == compared(items(document))


@given(st.one_of(st.binary(max_size=300), mangled(files()["out.jsonl"])))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    judged(prodigy.read, {"out.jsonl": data})
