from __future__ import annotations

from dataclasses import replace

import pytest

from tigris_corpus.issues import Issue, Location, Severity

ROW = Location("a.csv", line=5, row=4, key="x1", document="D000")


def issue(code: str, at: Location, value: str | None) -> Issue:
    return Issue(code, Severity.ERROR, at, value, "a message")


@pytest.mark.parametrize(
    ("code", "at", "value", "expected"),
    [
        ("sch.enum", ROW, "GEP", "469d29899165c445"),
        ("sent.gap", Location("seeds/a.txt", document="D000"), None, "3a6e90b9498250cd"),
        ("pkg.descriptor", Location("datapackage.json", pointer="/name"), "\ud800", "d4dc022232faff0e"),
        ("pkg.hash", Location(), None, "8a1567ced3a83077"),
    ],
)
def test_a_fingerprint_is_of_the_code_the_place_and_the_value(
    code: str, at: Location, value: str | None, expected: str
) -> None:
    assert issue(code, at, value).fingerprint == expected


def test_a_fingerprint_stays_when_rows_are_put_in_before_it_or_words_are_changed() -> None:
    before = issue("sch.enum", ROW, "GEP")
    after = replace(
        before, location=replace(ROW, line=9, row=8), severity=Severity.WARNING, message="m", hint="h"
    )
    assert after.fingerprint == before.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        issue("sch.required", ROW, "GEP"),
        issue("sch.enum", replace(ROW, file="b.csv"), "GEP"),
        issue("sch.enum", replace(ROW, key="x2"), "GEP"),
        issue("sch.enum", replace(ROW, field="kind"), "GEP"),
        issue("sch.enum", ROW, "GPF"),
    ],
)
def test_another_place_or_value_has_another_fingerprint(other: Issue) -> None:
    assert other.fingerprint != issue("sch.enum", ROW, "GEP").fingerprint
