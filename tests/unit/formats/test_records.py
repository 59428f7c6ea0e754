"""Tigris JSON Lines as a format of exchange: what is written, what comes back, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import compared, invented, released, round_trip
from exchanges import given as items
from handmade import BY_ID, SMALL, judged, mangled
from tigris_corpus.formats import FORMATS, records

FORMAT = FORMATS["jsonl"]


def line(**changed: Any) -> dict[str, Any]:
    (written,) = records.write([SMALL], released()[1]).values()
    told: dict[str, Any] = json.loads(written)
    return told | changed


def files(*lines: Any) -> dict[str, bytes]:
    return {"all.jsonl": "".join(f"{json.dumps(one)}\n" for one in lines).encode()}


def places(files: dict[str, bytes]) -> list[tuple[str, int | None, str | None]]:
    return [(one.code, one.location.line, one.location.pointer) for one in judged(records.read, files)]


def test_a_record_says_what_text_and_what_state_it_is_of() -> None:
    told = line()
    assert told["document_id"] == "D900"
    assert told["text_sha256"] == SMALL.text_digest
    assert told["state"] == SMALL.state
    assert told["events"] == SMALL.record["events"]


def test_a_row_is_read_with_its_pointer() -> None:
    (answer,) = records.read(files(line(annotator_id="anna", round=2)), BY_ID).answers
    assert [item.at.pointer for item in answer.items] == [f"/mentions/{n}" for n in range(5)] + ["/events/0"]
    assert answer.items[5].source == "D900-M005"
    assert answer.maker == {"annotator_id": "anna", "round": 2}
    assert answer.state == SMALL.state


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"mentions": "x"}, [("imp.format", 1, "/mentions")]),
        ({"colour": 1}, [("imp.format", 1, "")]),
        ({"document_id": "x"}, [("imp.format", 1, "/document_id")]),
        ({"document_id": "D901"}, [("imp.unknown-document", 1, None)]),
        ({"text_sha256": "0" * 64}, [("imp.text-drift", 1, "/text_sha256")]),
        ({"events": [{"event_id": 5}]}, [("imp.format", 1, "/events/0/event_id")]),
    ],
)
def test_what_is_no_record_is_refused_at_its_pointer(
    changed: dict[str, Any], expected: list[tuple[str, int, str]]
) -> None:
    found = places(files(line(**changed)))
    assert [one for one in found if one in expected] == expected
    assert {code for code, _, _ in found} == {code for code, _, _ in expected}


def test_a_label_is_judged_by_the_package_and_not_by_the_schema() -> None:
    mentions = [SMALL.record["mentions"][0] | {"entity_type": "GEP"}]
    assert places(files(line(mentions=mentions, events=[]))) == [("imp.unknown-label", 1, "/mentions/0")]


@pytest.mark.parametrize("text", ["{", '{"document_id": "D900", "document_id": "D900"}', "[NaN]", "\xff"])
def test_what_is_no_json_is_refused_at_its_line(text: str) -> None:
    assert places({"all.jsonl": f"\n{text}\n".encode("latin-1")}) == [("imp.format", 2, None)]


def test_a_line_after_a_broken_one_is_read() -> None:
    data = b"{}\n" + files(line())["all.jsonl"]
    assert [one.at.line for one in records.read({"all.jsonl": data}, BY_ID).answers] == [2]


def test_round_trip_keeps_everything() -> None:
    documents = [*released()[0], *invented(300)]
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    for document in documents:
        assert compared(got[document.document_id]) == compared(items(document))


@given(st.one_of(st.binary(max_size=300), mangled(files(line())["all.jsonl"])))
@settings(max_examples=100, deadline=None)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    judged(records.read, {"all.jsonl": data})
