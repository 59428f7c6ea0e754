from __future__ import annotations

import json
from typing import TYPE_CHECKING

import packages
from tigris_corpus.report import lines, machine
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path


def test_each_line_is_an_issue_with_its_fingerprint_and_level(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 5, "entity_type", "GÉP")
    packages.set_cell(base, "corpus/events.csv", 2, "realis", "real")
    report = examine(base)
    text = lines.render(report, report.issues)
    assert text.isascii()
    first, second = text.splitlines()
    assert json.loads(first)["value"] == "real"
    assert json.loads(second) == {
        "code": "sch.enum",
        "severity": "error",
        "location": {
            "file": "corpus/mentions.csv",
            "line": 5,
            "row": 4,
            "key": "D000-M004",
            "field": "entity_type",
            "document": "D000",
            "sentence": "D000-S002",
        },
        "value": "GÉP",
        "message": "'GÉP' is not in entity_types",
        "hint": 'did you mean "GPE"?',
        "related": [],
        "count": 1,
        "fingerprint": "7265481ed58c1f3e",
        "level": 2,
    }


def test_a_sound_package_is_no_line(base: Path) -> None:
    report = examine(base)
    assert lines.render(report, report.issues) == ""


def test_the_one_document_has_the_fingerprints_too(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 5, "entity_type", "GÉP")
    report = examine(base)
    assert json.loads(machine.render(report, report.issues))["issues"][0]["fingerprint"] == "7265481ed58c1f3e"
