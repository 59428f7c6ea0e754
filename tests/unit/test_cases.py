"""Every invalid case breaks the base package in one place, and is reported once, there; its twin is sound."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import packages
from tigris_corpus.validation import RULES, examine

if TYPE_CHECKING:
    from pathlib import Path

CASES = sorted((packages.CASES / "invalid").glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return case


def found(root: Path) -> list[tuple[str, str | None, int | None, str | None]]:
    issues = examine(root).issues
    # The descriptor's hashes are stale after most edits, which is a warning of its own.
    return [
        (issue.code, issue.location.file, issue.location.line, issue.location.field)
        for issue in issues
        if issue.code != "pkg.hash"
    ]


def test_the_base_package_is_sound(base: Path) -> None:
    report = examine(base)
    assert report.issues == ()
    assert report.not_run == ()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_invalid_case_is_found_once_where_it_is(path: Path, base: Path) -> None:
    case = read(path)
    packages.edit(base, case["edits"])
    expected = [(case["code"], at.get("file"), at.get("line"), at.get("field")) for at in case["at"]]
    if case["code"] == "pkg.hash":
        assert [issue.code for issue in examine(base).issues] == ["pkg.hash"]
    else:
        assert found(base) == expected


@pytest.mark.parametrize("path", [path for path in CASES if "twin" in read(path)], ids=lambda path: path.stem)
def test_the_valid_twin_of_a_case_is_silent(path: Path, base: Path) -> None:
    packages.edit(base, read(path)["twin"])
    assert found(base) == []


def test_every_code_has_a_case() -> None:
    assert {read(path)["code"] for path in CASES} == set(RULES)


def test_a_case_is_named_after_its_code() -> None:
    for path in CASES:
        assert path.stem.startswith(read(path)["code"].replace(".", "-") + "--")
