"""W3C Web Annotation: what is written, what comes back, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import compared, invented, released, round_trip
from exchanges import given as items
from handmade import BY_ID, SMALL, TEXT, judged, mangled, told
from tigris_corpus.formats import FORMATS, webannotation

FORMAT = FORMATS["webannotation"]
SOURCE = "urn:tigris:D900"


def text(purpose: str, column: str, value: str) -> dict[str, Any]:
    return {"type": "TextualBody", "purpose": purpose, "tigris:column": column, "value": value}


def target(start: int, end: int, exact: str, prefix: str, suffix: str) -> dict[str, Any]:
    return {
        "source": SOURCE,
        "selector": [
            {"type": "TextPositionSelector", "start": start, "end": end},
            {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix},
        ],
    }


IRAK: dict[str, Any] = {
    "id": "urn:tigris:D900-M003",
    "type": "Annotation",
    "motivation": "tagging",
    "body": [
        text("tagging", "entity_type", "GPE"),
        text("describing", "mention_type", "NAM"),
        {
            "type": "SpecificResource",
            "purpose": "identifying",
            "tigris:column": "entity_id",
            "source": "urn:tigris:entity:iraq",
        },
    ],
    "target": target(19, 23, "Irak", "👍 US troops left l’", " in 2024.\nBaghdad’s UN envoy sai"),
}
LEFT: dict[str, Any] = {
    "id": "urn:tigris:D900-E001",
    "type": "Annotation",
    "motivation": "classifying",
    "body": [
        text("classifying", "event_type", "RETREAT"),
        text("describing", "realis", "actual"),
        text("describing", "polarity", "positive"),
        text("describing", "mode", "withdraw"),
        {
            "type": "SpecificResource",
            "purpose": "linking",
            "tigris:role": "actor",
            "source": "urn:tigris:D900-M002",
        },
        {
            "type": "SpecificResource",
            "purpose": "linking",
            "tigris:role": "location",
            "source": "urn:tigris:D900-M003",
        },
        {
            "type": "SpecificResource",
            "purpose": "linking",
            "tigris:column": "source_mention_id",
            "source": "urn:tigris:D900-M005",
        },
    ],
    "target": target(12, 16, "left", "👍 US troops ", " l’Irak in 2024.\nBaghdad’s UN en"),
}
WRITTEN = webannotation.write([SMALL], released()[1])
PAGE: dict[str, Any] = json.loads(WRITTEN["D900.jsonld"])


def files(*annotations: object, **changed: Any) -> dict[str, bytes]:
    """Return a page of the small document with these annotations, and some of its keys changed."""
    page = PAGE | ({"items": list(annotations)} if annotations else {}) | changed
    return {"D900.jsonld": json.dumps(page, ensure_ascii=False).encode()}


def test_what_is_written() -> None:
    assert list(WRITTEN) == ["D900.jsonld"]
    assert {name: value for name, value in PAGE.items() if name != "items"} == {
        "@context": ["http://www.w3.org/ns/anno.jsonld", {"tigris": "urn:tigris:term:"}],
        "id": "urn:tigris:D900:annotations",
        "type": "AnnotationPage",
        "partOf": {"id": "urn:tigris:annotations", "type": "AnnotationCollection"},
        "startIndex": 0,
        "tigris:document": "D900",
        "tigris:state": SMALL.state,
        "tigris:textDigest": SMALL.text_digest,
    }
    assert [one["id"] for one in PAGE["items"]] == [
        *(f"urn:tigris:D900-M00{number}" for number in range(1, 6)),
        "urn:tigris:D900-E001",
    ]
    assert (PAGE["items"][2], PAGE["items"][5]) == (IRAK, LEFT)


def test_what_the_selectors_say_is_in_the_text() -> None:
    for document in [*released()[0], *invented(100)]:
        (data,) = webannotation.write([document], released()[1]).values()
        for one in json.loads(data)["items"]:
            position, quoted = one["target"]["selector"]
            start, end = position["start"], position["end"]
            assert quoted["exact"] == document.text[start:end]
            assert (quoted["prefix"] + quoted["exact"] + quoted["suffix"]) in document.text
            assert document.text[:start].endswith(quoted["prefix"])
            assert document.text[end:].startswith(quoted["suffix"])


def test_what_comes_back() -> None:
    reading = webannotation.read(files(), BY_ID)
    assert reading.faults == ()
    (answer,) = reading.answers
    assert (answer.document_id, answer.state) == ("D900", SMALL.state)
    assert compared(answer.items) == compared(items(SMALL))
    mention, event = answer.items[2], answer.items[5]
    assert (mention.ref, mention.id, mention.start, mention.end, mention.text) == (
        "D900-M003",
        "D900-M003",
        19,
        23,
        "Irak",
    )
    assert mention.cells == {"entity_type": "GPE", "mention_type": "NAM", "entity_id": "iraq"}
    assert (event.modes, event.source) == (("withdraw",), "D900-M005")
    assert [(one.role, one.ref) for one in event.arguments] == [
        ("actor", "D900-M002"),
        ("location", "D900-M003"),
    ]
    at = event.at
    assert (at.file, at.pointer, at.key, at.document) == ("D900.jsonld", "/items/5", "D900-E001", "D900")


def test_an_annotation_of_another_tool_has_a_label_and_no_id_of_ours() -> None:
    added = {
        "id": "https://example.org/a/1",
        "type": ["Annotation"],
        "body": {"type": "TextualBody", "purpose": "tagging", "value": "GPE"},
        "target": {
            "source": {"id": SOURCE},
            "selector": {"type": "TextPositionSelector", "start": 33, "end": 40},
        },
    }
    for wrapped in (
        files(added),
        {"x.jsonld": json.dumps([added]).encode()},
        {"x.jsonld": json.dumps(added).encode()},
    ):
        reading = webannotation.read(wrapped, BY_ID)
        assert reading.faults == ()
        (answer,) = reading.answers
        (item,) = answer.items
        assert (item.ref, item.id, item.start, item.end, item.text) == (
            "https://example.org/a/1",
            None,
            33,
            40,
            None,
        )
        assert (answer.document_id, item.cells) == ("D900", {"entity_type": "GPE"})


def test_a_collection_is_read_by_its_first_page() -> None:
    collection = {"type": "AnnotationCollection", "first": PAGE}
    reading = webannotation.read({"x.jsonld": json.dumps(collection).encode()}, BY_ID)
    assert compared(reading.answers[0].items) == compared(items(SMALL))
    assert reading.answers[0].items[0].at.pointer == "/first/items/0"


def test_a_page_without_annotations_is_an_answer() -> None:
    (answer,) = webannotation.read(files(items=[]), BY_ID).answers
    assert (answer.document_id, answer.items, answer.state) == ("D900", (), SMALL.state)


def test_nothing_is_fetched() -> None:
    assert told(judged(webannotation.read, files("https://example.org/a/1"))) == [
        ("imp.unsupported", "/items/0")
    ]
    assert told(judged(webannotation.read, files(IRAK, next="https://example.org/p2"))) == [
        ("imp.unsupported", "/next")
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"type": "Collection"}, [("imp.format", None)]),
        ({"items": {}}, [("imp.format", "/items")]),
        ({"tigris:document": "D999", "items": []}, [("imp.unknown-document", None)]),
        ({"tigris:textDigest": "0" * 64}, [("imp.text-drift", "/tigris:textDigest")]),
    ],
)
def test_a_page_with_a_fault(changed: dict[str, Any], expected: list[tuple[str, str | None]]) -> None:
    assert told(judged(webannotation.read, files(**changed))) == expected


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"target": None}, "imp.format"),
        ({"target": [IRAK["target"], LEFT["target"]]}, "imp.discontinuous"),
        ({"target": []}, "imp.discontinuous"),
        ({"target": SOURCE}, "imp.format"),
        ({"target": IRAK["target"] | {"source": "https://example.org/page"}}, "imp.unknown-document"),
        (
            {"target": IRAK["target"] | {"selector": {"type": "TextQuoteSelector", "exact": "Irak"}}},
            "imp.unsupported",
        ),
        (
            {"target": {"source": SOURCE, "selector": {"type": "TextPositionSelector", "start": 1}}},
            "imp.format",
        ),
        ({"target": target(19, 23, "Iran", "", "")}, "imp.text-mismatch"),
        ({"target": target(19, 70, "Irak", "", "")}, "imp.span"),
        ({"body": None}, "imp.format"),
        ({"body": "GPE"}, "imp.format"),
        ({"body": []}, "imp.unsupported"),
        ({"body": [text("tagging", "entity_type", "COUNTRY")]}, "imp.unknown-label"),
        (
            {"body": [text("tagging", "entity_type", "GPE"), text("describing", "realis", "actual")]},
            "imp.unsupported",
        ),
        ({"body": [text("tagging", "entity_type", "GPE")] * 2}, "imp.unsupported"),
        (
            {"body": [text("tagging", "entity_type", "GPE"), text("describing", "colour", "red")]},
            "imp.unsupported",
        ),
        ({"body": [text("tagging", "entity_type", "GPE"), {"type": "Image", "id": "x"}]}, "imp.unsupported"),
        ({"body": [*IRAK["body"], LEFT["body"][3]]}, "imp.unsupported"),
        ({"body": [*IRAK["body"], LEFT["body"][4]]}, "imp.unsupported"),
        (
            {"body": [*IRAK["body"], {"type": "TextualBody", "purpose": "commenting", "value": "?"}]},
            "imp.comment",
        ),
        (
            {"body": [*IRAK["body"][:2], IRAK["body"][2] | {"source": "urn:tigris:entity:irak"}]},
            "imp.unknown-id",
        ),
    ],
)
def test_an_annotation_with_a_fault(changed: dict[str, Any], code: str) -> None:
    (issue,) = judged(webannotation.read, files(IRAK | changed))
    assert issue.code == code
    assert (issue.location.pointer or "/items/0").startswith("/items/0")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (LEFT["body"][4] | {"source": "urn:tigris:D900-M009"}, "imp.dangling-ref"),
        (LEFT["body"][4] | {"tigris:role": "agent", "source": "urn:tigris:D900-M003"}, "imp.unknown-label"),
        (LEFT["body"][6] | {"source": "urn:tigris:D900-M003"}, None),
        (text("describing", "mode", "fly"), "imp.unknown-label"),
    ],
)
def test_an_event_with_a_fault(body: dict[str, Any], code: str | None) -> None:
    issues = judged(webannotation.read, files(IRAK, LEFT | {"body": [*LEFT["body"][:3], body]}))
    assert [issue.code for issue in issues] == ([code] if code else [])


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": 1, "a": 2}', b"\xff", b"[" * 100_000, b"5", b"{}"])
def test_what_is_no_page_is_a_fault(data: bytes) -> None:
    (issue,) = judged(webannotation.read, {"x.jsonld": data})
    assert (issue.code, issue.location.file) == ("imp.format", "x.jsonld")


def test_other_files_are_left_alone() -> None:
    assert webannotation.read({"tigris-export.json": b"{", "x.json": b"\xff"}, BY_ID).faults == ()


def test_round_trip_loses_nothing() -> None:
    documents = [*released()[0], *invented(1000)]
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    for document in documents:
        assert compared(got[document.document_id]) == compared(items(document))


def test_offsets_of_a_tool_that_counts_code_units_are_converted() -> None:
    issues = judged(webannotation.read, files(IRAK | {"target": target(20, 24, "Irak", "", "")}))
    assert [(issue.code, issue.value) for issue in issues] == [("imp.offset-unit", "utf-16")]
    assert TEXT[19:23] == "Irak"


@given(st.one_of(st.binary(max_size=300), mangled(WRITTEN["D900.jsonld"])))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    judged(webannotation.read, {"D900.jsonld": data})
