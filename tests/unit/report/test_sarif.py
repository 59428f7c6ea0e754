from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import packages
from tigris_corpus.issues import Issue, Location, Severity
from tigris_corpus.report import sarif
from tigris_corpus.validation import RULES, Report, examine

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = json.loads((packages.CLONE / "tests/data/sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
CASES = sorted((packages.CASES / "invalid").glob("*.json"))


def run_of(report: Report, prefix: str = "") -> dict[str, Any]:
    """The one run of the log of a report, which the official schema accepts."""
    log = json.loads(sarif.render(report, report.issues, prefix=prefix))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


ALONE = [path for path in CASES if '"base"' not in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", ALONE[::20], ids=lambda path: path.stem)
def test_logs_of_broken_packages_follow_the_official_schema(base: Path, path: Path) -> None:
    packages.edit(base, json.loads(path.read_text(encoding="utf-8"))["edits"])
    report = examine(base)
    assert len(run_of(report)["results"]) == len(report.issues) > 0


def test_an_issue_is_a_result_with_its_rule_and_its_columns(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 6, "entity_type", "TIEM")
    run = run_of(examine(base), prefix="my data")
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"] == [
        {
            "ruleId": "sch.enum",
            "ruleIndex": list(RULES).index("sch.enum"),
            "level": "error",
            "message": {"text": "'TIEM' is not in entity_types; did you mean \"TIME\"?"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {
                            "uri": "my%20data/corpus/mentions.csv",
                            "uriBaseId": "%SRCROOT%",
                        },
                        "region": {"startLine": 6, "startColumn": 45, "endColumn": 49},
                    }
                }
            ],
            "partialFingerprints": {"tigrisIssue/v1": "f533fd87aa36f34a"},
        }
    ]


def test_all_rules_are_there_with_what_there_is_to_know_of_them(base: Path) -> None:
    driver = run_of(examine(base))["tool"]["driver"]
    released = json.loads((packages.CLONE / "datapackage.json").read_text(encoding="utf-8"))
    assert (driver["name"], driver["version"]) == ("Tigris", released["version"])
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    assert driver["rules"][list(RULES).index("csv.final-newline")] == {
        "id": "csv.final-newline",
        "shortDescription": {
            "text": "A last line without its line feed becomes one with whatever is appended."
        },
        "fullDescription": {
            "text": "A last line without its line feed becomes one with whatever is appended. To mend it: end the "
            "file with a line feed; tigris fmt does it."
        },
        "help": {
            "text": "csv.final-newline (warning, level 1: CSV)\n\n"
            "A last line without its line feed becomes one with whatever is appended.\n\n"
            "  bad:  D000,en\n"
            "  good: D000,en\\n\n\n"
            "To mend it: end the file with a line feed; tigris fmt does it.\n"
        },
        "defaultConfiguration": {"level": "warning"},
        "properties": {"level": 1, "about": "CSV", "tags": ["level 1"]},
    }


def test_checks_not_run_are_notifications_and_the_run_no_success(base: Path) -> None:
    report = replace(examine(base), not_run=((7, "release.hashes", "there are errors below it"),))
    assert run_of(report)["invocations"] == [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {
                    "descriptor": {"id": "release.hashes"},
                    "level": "error",
                    "message": {
                        "text": "release.hashes (level 7, release) was not run: there are errors below it"
                    },
                }
            ],
        }
    ]
    assert run_of(examine(base))["invocations"] == [
        {"executionSuccessful": True, "toolExecutionNotifications": []}
    ]


@pytest.mark.parametrize(
    ("at", "region"),
    [
        (
            Location("seeds/000_talks.txt", line=4, column=1, start=108, end=113),
            {"startLine": 4, "startColumn": 1, "endColumn": 6, "charOffset": 108, "charLength": 5},
        ),
        (
            Location("seeds/000_talks.txt", line=3, column=66, start=81, end=113),
            {
                "startLine": 3,
                "startColumn": 66,
                "endLine": 4,
                "endColumn": 6,
                "charOffset": 81,
                "charLength": 32,
            },
        ),
        (
            Location("corpus/mentions.csv", line=8, row=7, start=96, end=106),
            {"startLine": 8},
        ),
        (
            Location("corpus/mentions.csv", line=8, row=7, field="value"),
            {"startLine": 8, "startColumn": 47, "endColumn": 48},
        ),
        (
            Location("corpus/mentions.csv", line=7, column=99),
            {"startLine": 7, "startColumn": 45, "endColumn": 45},
        ),
        (Location("seeds/000_talks.txt", line=4, column=1, start=113, end=108), {"startLine": 4}),
        (Location("corpus/mentions.csv"), None),
    ],
)
def test_a_region_says_as_much_as_is_known(base: Path, at: Location, region: dict[str, int] | None) -> None:
    issue = Issue("sent.gap", Severity.ERROR, at, None, "m")
    result = run_of(replace(examine(base), issues=(issue,)))["results"][0]
    assert result["locations"][0]["physicalLocation"].get("region") == region


def test_hostile_names_and_messages_are_harmless(base: Path) -> None:
    issue = Issue(
        "no.such-code",
        Severity.WARNING,
        Location("corpus/a:b é%\udcff.csv"),
        None,
        "[x](https://example.org)\u202e##[error]",
        related=(Location(),),
    )
    result = run_of(replace(examine(base), issues=(issue,)))["results"][0]
    assert result["message"]["text"] == "[x]\\u0028https://example.org)\\u202e#\\u0023[error]"
    assert [
        place["physicalLocation"]["artifactLocation"]["uri"]
        for place in (*result["locations"], *result["relatedLocations"])
    ] == ["corpus/a%3Ab%20%C3%A9%25%ED%B3%BF.csv", "datapackage.json"]
    assert "ruleIndex" not in result
