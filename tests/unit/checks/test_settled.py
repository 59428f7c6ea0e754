"""Adjudicated labels against the passes: many of one layer are one issue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import packages
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path

CASE = packages.CASES / "invalid" / "pass-unsettled--realis.json"
SENTENCE = "Iraq condemned Washington"


def test_many_labels_of_one_layer_of_a_document_are_one_issue(base: Path) -> None:
    packages.edit(base, json.loads(CASE.read_text(encoding="utf-8"))["edits"])
    path = base / "corpus" / "passes" / "tester.jsonl"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["events"][0]["realis"] = "actual"
    mention = {"sentence_id": "D000-S003", "start": 81, "entity_type": "PER", "mention_type": "NOM"}
    record["mentions"] += [
        {"mention_id": f"D000-M{100 + size}", "end": 81 + size, "text": SENTENCE[:size], **mention}
        for size in range(5, 17)
    ]
    path.write_text(f"{json.dumps(record, ensure_ascii=False)}\n", encoding="utf-8")
    packages.refresh(base)
    (issue,) = examine(base).issues
    assert (issue.code, issue.count, len(issue.related)) == ("pass.unsettled", 12, 11)
    assert (issue.location.file, issue.location.start, issue.location.end) == (
        "corpus/passes/tester.jsonl",
        81,
        86,
    )
