"""What comes back wrong from a tool, as data: each case breaks an export of the base package in one way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tigris_corpus as tigris
from packages import CASES, edit
from tigris_corpus.descriptor import open_package
from tigris_corpus.editing import exporting, manifest
from tigris_corpus.editing.importing import Plan, Settings, digests, plan
from tigris_corpus.formats import FORMATS
from tigris_corpus.formats.incoming import gathered
from tigris_corpus.formats.rules import RULES

FOUND = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((CASES / "imports").glob("*.json"))
}
ELSEWHERE = {
    "imp.unchecked": "needs a check that breaks",
    "imp.not-gold": "test_importing.py: suggestions",
    "sec.archive-name": "test_incoming.py",
    "sec.archive-bomb": "test_incoming.py",
    "sec.export-name": "test_exporting.py",
}
PLACE = ("file", "line", "pointer", "document", "key", "field")


def came_back(root: Path, folder: Path, case: dict[str, Any], edits: list[dict[str, Any]]) -> Plan:
    """Export the documents of a case, edit what came back and the package, and plan the import."""
    form = FORMATS[case["format"]]
    for module in form.needs:
        pytest.importorskip(module)
    edit(root, case.get("before", []))
    files = exporting.files(tigris.load(root), form, case.get("documents", ["D000"]))
    if not case.get("manifest", True):
        del files[manifest.FILE]
    exporting.put(folder, files)
    edit(folder, edits)
    edit(root, case.get("package", []))
    read, faults = gathered([folder])
    named = {str(Path(name).relative_to(folder)): data for name, data in read.items()}
    expected = digests(open_package(root))
    settings = Settings(**case.get("settings", {}))
    return plan(tigris.load(root), form, named, manifest.find(named), settings, expected, faults)


def told(made: Plan) -> list[dict[str, Any]]:
    return [
        {
            "code": issue.code,
            "severity": str(issue.severity),
            **{name: value for name in PLACE if (value := getattr(issue.location, name)) is not None},
        }
        for issue in made.issues
    ]


@pytest.mark.parametrize("name", FOUND)
def test_a_case_gives_just_the_issues_it_says(name: str, base: Path, tmp_path: Path) -> None:
    case = FOUND[name]
    made = came_back(base, tmp_path / "work", case, case["edits"])
    key = json.dumps
    assert sorted(told(made), key=key) == sorted(case["expected"], key=key)
    if any(one["severity"] == "error" for one in case["expected"]):
        assert made.files == {}


@pytest.mark.parametrize("name", [name for name, case in FOUND.items() if "twin" in case])
def test_the_twin_of_a_case_is_imported(name: str, base: Path, tmp_path: Path) -> None:
    case = FOUND[name] | {"package": FOUND[name].get("package", [])}
    made = came_back(base, tmp_path / "work", case | case.get("with_twin", {}), case["twin"])
    assert told(made) == []


def test_each_code_of_imports_has_a_case() -> None:
    assert {case["code"] for case in FOUND.values()} | set(ELSEWHERE) >= set(RULES) - {"sec.xml-dtd"} | (
        {"sec.xml-dtd"} & {case["code"] for case in FOUND.values()}
    )
    for name, case in FOUND.items():
        assert name.partition("--")[0] == case["code"].replace(".", "-")
        assert case["code"] in {one["code"] for one in case["expected"]}
        assert "twin" in case or case.get("no_twin"), name
