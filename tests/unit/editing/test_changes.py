from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import tigris_corpus as tigris
from packages import set_cell
from tigris_corpus.editing.changes import Change, between, compare, flat, nested
from tigris_corpus.record_schema import TABLES
from tigris_corpus.report import changes as report

if TYPE_CHECKING:
    from pathlib import Path

MENTION = {
    "mention_id": "D000-M001",
    "sentence_id": "D000-S001",
    "start": 0,
    "end": 4,
    "text": "Iraq",
    "entity_type": "GPE",
    "mention_type": "NAM",
}
EVENT = {
    "event_id": "D000-E001",
    "sentence_id": "D000-S001",
    "trigger_start": 5,
    "trigger_end": 9,
    "trigger_text": "left",
    "event_type": "RETREAT",
    "modes": ["withdraw"],
    "arguments": [{"role": "actor", "mention_id": "D000-M001"}],
}


def record(**tables: Any) -> dict[str, Any]:
    return {"document_id": "D000", **{name: [] for name in TABLES}, **tables}


def test_a_record_is_flat_by_table_and_key_and_nested_again() -> None:
    whole = record(mentions=[MENTION], events=[EVENT])
    rows = flat(whole)
    assert list(rows) == [
        ("mentions", "D000-M001"),
        ("events", "D000-E001"),
        ("event_modes", "D000-E001", "withdraw"),
        ("arguments", "D000-E001", "actor", "D000-M001"),
    ]
    assert "modes" not in rows["events", "D000-E001"]
    assert rows["event_modes", "D000-E001", "withdraw"] == {"event_id": "D000-E001", "mode": "withdraw"}
    assert nested("D000", rows) == whole


def kinds(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.kind, one.table, one.columns) for one in between("D000", flat(before), flat(after))]


def test_each_kind_of_change_is_told_by_what_differs() -> None:
    old = record(mentions=[MENTION])
    assert kinds(old, old) == []
    moved = record(mentions=[MENTION | {"end": 5, "text": "Iraq "}])
    assert kinds(old, moved) == [("moved", "mentions", ("end", "text"))]
    assert kinds(old, record(mentions=[MENTION | {"entity_type": "ORG", "end": 5}])) == [
        ("retyped", "mentions", ("end", "entity_type"))
    ]
    assert kinds(old, record(mentions=[MENTION | {"entity_id": "iraq"}])) == [
        ("changed", "mentions", ("entity_id",))
    ]
    assert [kind for kind, _, _ in kinds(old, record())] == ["removed"]
    assert [kind for kind, _, _ in kinds(record(), old)] == ["added"]


def test_changes_stand_in_the_order_of_the_text() -> None:
    later = MENTION | {"mention_id": "D000-M002", "start": 20, "end": 24}
    found = between("D000", {}, flat(record(mentions=[later, MENTION], events=[EVENT])))
    assert [one.key[0] for one in found] == ["D000-M001", "D000-E001", "D000-E001", "D000-E001", "D000-M002"]


def test_two_packages_are_compared_with_sentences_and_registry(base: Path) -> None:
    before = tigris.load(base)
    set_cell(base, "corpus/mentions.csv", 5, "entity_type", "LOC")
    set_cell(base, "corpus/sentences.csv", 5, "zone", "body")
    set_cell(base, "corpus/incidents.csv", 2, "name", "Strike")
    assert [
        (one.kind, one.table, one.key, one.document_id) for one in compare(before, tigris.load(base))
    ] == [
        ("retyped", "mentions", ("D000-M004",), "D000"),
        ("retyped", "sentences", ("D000-S004",), "D000"),
        ("changed", "incidents", ("baghdad-strike",), ""),
    ]


def test_the_report_shows_each_change_on_a_line_and_counts_them() -> None:
    after = MENTION | {"start": 1, "text": "raq", "entity_type": "ORG"}
    found = [
        Change("mentions", ("D000-M001",), "D000", MENTION, after),
        Change("arguments", ("D000-E001", "actor", "D000-M001"), "D000", None, {"role": "actor"}),
    ]
    assert report.render(found).splitlines() == [
        "D000",
        "  ~ D000-M001 'raq' retyped: [0–4] 'Iraq' → [1–4] 'raq'; entity_type GPE → ORG",
        "  + D000-E001 actor D000-M001",
        "mentions: 1 retyped; arguments: 1 added",
    ]
    assert report.render([]) == "no label differs\n"
    told = json.loads(report.as_data(found))
    assert told[0]["change"] == "retyped"
    assert told[0]["columns"] == ["start", "text", "entity_type"]
    assert told[1]["before"] is None


def test_what_stands_in_the_data_cannot_steer_a_terminal() -> None:
    row = MENTION | {"text": "a\x1b[31m\n::error::b"}
    shown = report.render([Change("mentions", ("D000-M001",), "D000", None, row)])
    assert "\x1b" not in shown
    assert all(not line.lstrip().startswith("::") for line in shown.splitlines())
