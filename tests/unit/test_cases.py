"""Each case breaks the base package in one place, and what is expected of it is reported, all of it and no more.

Its twin looks alike and is sound.
"""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

import cases
import packages
from tigris_corpus import jsontext
from tigris_corpus.checks import consistency
from tigris_corpus.validation import RULES, Report, examine

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted((packages.CASES / "invalid").glob("*.json"))
ITEMS = list(cases.items())
INVALID = [pytest.param(item, id=item.name) for item in ITEMS if not item.valid]
FIRST = {item.code: item.name for item in reversed(ITEMS) if item.valid}
VALID = [
    pytest.param(item, id=item.name, marks=() if FIRST[item.code] == item.name else pytest.mark.slow)
    for item in ITEMS
    if item.valid
]
"""One twin a code is looked at each time, and all of them in CI: ``-m slow``."""
WITHOUT_TWIN = 5
PROPERTIES = {"code", "about", "edits", "options", "base", "expected", "twin", "no_twin"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base package, to be copied."""
    return packages.build(tmp_path_factory.mktemp("plain") / "package")


def judged(plain: Path, folder: Path, item: cases.Item) -> tuple[Path, Report]:
    """Return the package of an item, and what the validator says of it."""
    options: dict[str, Any] = dict(item.options)
    root = folder / "package"
    shutil.copytree(plain, root)
    packages.edit(root, item.edits)
    if item.base is not None:
        options["base"] = folder / "earlier"
        shutil.copytree(plain, folder / "earlier")
        packages.edit(folder / "earlier", item.base)
    return root, examine(root, **options)


@pytest.mark.parametrize("item", INVALID)
def test_what_is_wrong_is_found_where_it_is_and_nothing_else(
    item: cases.Item, plain: Path, tmp_path: Path
) -> None:
    root, report = judged(plain, tmp_path, item)
    issues = [issue.as_dict() for issue in report.issues]
    assert cases.counted(issues, item.code) == cases.expected(item)
    assert all(issue["hint"] for issue in issues)
    for issue in issues:
        assert_line_is_that_of_the_pointer(root, issue["location"])


def assert_line_is_that_of_the_pointer(root: Path, at: dict[str, Any]) -> None:
    """A line in JSON is that of what the pointer names, or of the nearest thing around it that is there."""
    pointer = at.get("pointer")
    if pointer is not None and "line" in at and at["file"].endswith(".json"):
        lines = jsontext.pointer_lines((root / at["file"]).read_bytes().decode())
        while pointer not in lines:
            pointer = pointer.rpartition("/")[0]
        assert at["line"] == lines[pointer]


@pytest.mark.parametrize(
    "item",
    [item for item in ITEMS if item.code == "split.near-duplicate"],
    ids=lambda item: f"{item.name}-{item.valid}",
)
def test_near_duplicates_are_found_among_many_as_among_few(
    item: cases.Item, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consistency, "_FEW", 0)
    _, report = judged(plain, tmp_path, item)
    assert cases.counted([issue.as_dict() for issue in report.issues], item.code) == cases.expected(item)


@pytest.mark.parametrize("item", VALID)
def test_what_looks_alike_and_is_sound_is_passed_in_silence(
    item: cases.Item, plain: Path, tmp_path: Path
) -> None:
    _, report = judged(plain, tmp_path, item)
    assert cases.counted([issue.as_dict() for issue in report.issues], item.code) == {}
    assert report.not_run == ()


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_code_is_shown_and_explained(code: str) -> None:
    rule = RULES[code]
    page = (packages.CLONE / "docs/codes.md").read_text(encoding="utf-8")
    assert any(cases.read(path)["code"] == code for path in FILES)
    assert f"### `{code}`\n" in page
    assert all(text.strip() for text in (rule.reason, rule.hint, rule.bad, rule.good))
    assert rule.bad != rule.good


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_case_says_all_that_belongs_to_it(path: Path) -> None:
    case = cases.read(path)
    assert path.stem.startswith(case["code"].replace(".", "-") + "--")
    assert case["code"] in RULES
    assert set(case) <= PROPERTIES
    assert case["about"].endswith(".")
    assert case["edits"]
    assert case["code"] in {entry["code"] for entry in case["expected"]}
    assert ("twin" in case) != ("no_twin" in case)
    assert case.get("no_twin", ".").endswith(".")
    assert case.get("twin") != case["edits"]


def test_nearly_every_case_has_a_twin() -> None:
    assert sum("no_twin" in cases.read(path) for path in FILES) <= WITHOUT_TWIN


def test_what_is_expected_is_written_in_one_way() -> None:
    for path in FILES:
        for entry in cases.read(path)["expected"]:
            location = {name: value for name, value in entry.items() if name not in {"code", "severity"}}
            issue = {"code": entry["code"], "severity": entry["severity"], "location": location}
            assert dict(cases.place(issue)) == entry, path.stem


def test_a_place_is_compared_by_what_fits_its_file() -> None:
    at = {"line": 7, "field": "hash", "pointer": "/resources/0", "start": 1, "end": 2, "column": 4, "row": 6}

    def compared(file: str, *lacking: str) -> list[str]:
        here = {name: value for name, value in at.items() if name not in lacking}
        issue = {"code": "pkg.hash", "severity": "warning", "location": {"file": file, **here}}
        return [name for name, _ in cases.place(issue)]

    assert compared("datapackage.json") == ["code", "severity", "file", "pointer"]
    assert compared("datapackage.json", "pointer") == ["code", "severity", "file", "line"]
    assert compared("corpus/events.csv") == ["code", "severity", "file", "line", "field"]
    assert compared("seeds/000_talks.txt") == ["code", "severity", "file", "line", "start", "end"]


CARRIED = ("base", "csv-final-newline--header-only", "sec-link--table", "pkg-hash--release")


def test_packages_that_are_written_out_are_judged_as_their_manifest_says(tmp_path: Path) -> None:
    out = tmp_path / "suite"
    manifest = cases.materialise(out, [item for item in ITEMS if item.name in CARRIED])
    paths = {(entry["name"], entry["valid"]): entry["path"] for entry in manifest}
    assert paths == {
        ("base", True): "valid/base",
        ("csv-final-newline--header-only", False): "invalid/csv-final-newline--header-only",
        ("csv-final-newline--header-only", True): "valid/csv-final-newline--header-only",
        ("pkg-hash--release", False): "invalid/pkg-hash--release",
        ("pkg-hash--release", True): "valid/pkg-hash--release",
        ("sec-link--table", False): None,
        ("sec-link--table", True): "valid/sec-link--table",
    }
    link = next(entry for entry in manifest if entry["path"] is None)
    assert link["edits"] == [{"op": "link", "file": "corpus/deprecated.csv", "target": "/etc/hostname"}]
    for name in ("csv-final-newline--header-only", "pkg-hash--release"):
        entry = next(entry for entry in manifest if entry["name"] == name and not entry["valid"])
        issues = [issue.as_dict() for issue in examine(out / entry["path"], **entry["options"]).issues]
        found = cases.counted(issues, entry["code"])
        assert [dict(place) for place in found.elements()] == entry["expected"]
    assert examine(out / "valid/base").issues == ()


@pytest.mark.parametrize("name", ["a:b", "aux.csv", "dot.", "é", "a" * 121, "back\\slash"])
def test_a_package_with_a_name_that_some_system_refuses_is_not_carried(name: str, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "events (copy).csv").write_text("")
    assert cases.is_portable(tmp_path)
    (tmp_path / "corpus" / name).write_text("")
    assert not cases.is_portable(tmp_path)


def test_packages_whose_names_differ_by_case_or_that_hold_a_link_are_not_carried(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "Events.csv").write_text("")
    assert cases.is_portable(tmp_path / "one")
    (tmp_path / "one" / "events.csv").write_text("")
    assert not cases.is_portable(tmp_path / "one")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "link.csv").symlink_to("elsewhere.csv")
    assert not cases.is_portable(tmp_path / "two")


def test_a_command_has_the_options_that_a_case_needs_or_is_not_asked(tmp_path: Path) -> None:
    whole = "check {release} {base} -- {path}"
    assert cases.command(whole, tmp_path, {}, None) == ["check", "--", str(tmp_path)]
    assert cases.command(whole, tmp_path, {"release": True}, tmp_path / "old") == [
        "check",
        "--release",
        "--base",
        str(tmp_path / "old"),
        "--",
        str(tmp_path),
    ]
    assert cases.command("check {path}", tmp_path, {"release": True}, None) is None
    assert cases.command("check {release} {path}", tmp_path, {}, tmp_path / "old") is None


def test_issues_are_read_from_one_object_or_from_lines() -> None:
    first, second = {"code": "enc.bom"}, {"code": "enc.newline"}
    assert cases.parsed(json.dumps({"sound": False, "issues": [first, second]}, indent=2)) == [first, second]
    assert cases.parsed(f"{json.dumps(first)}\n{json.dumps(second)}\n") == [first, second]
    assert cases.parsed(f"{json.dumps(first)}\n") == [first]
    assert cases.parsed('{"code": "enc.bom"}\n{"sound": false, "errors": 1}\n') == [first]
    assert cases.parsed("") == []


def test_a_validator_is_told_what_it_missed_and_what_it_made_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "validator.py"
    issue = {"code": "enc.bom", "severity": "error", "location": {"file": "corpus/events.csv", "line": 1}}
    script.write_text(f"print({json.dumps(issue)!r})", encoding="utf-8")
    chosen = [item for item in ITEMS if item.name in {"enc-bom--table", "pkg-hash--release"}]
    assert cases.check(f"{sys.executable} {script} {{path}}", chosen) == 2
    assert capsys.readouterr().out.splitlines() == [
        "invalid/enc-bom--table: missing: code=enc.bom severity=error file=corpus/mentions.csv line=1",
        "invalid/enc-bom--table: too many: code=enc.bom severity=error file=corpus/events.csv line=1",
        "valid/enc-bom--table: too many: code=enc.bom severity=error file=corpus/events.csv line=1",
        "0 of 2 packages judged exactly; 2 not asked, for want of {release} or {base} in the command",
    ]


@pytest.mark.parametrize(
    ("command", "only", "said"),
    [
        ("true {path}", "no-such-case", "no case is called 'no-such-case': nothing was judged"),
        (
            "true {path}",
            "rel-id-reused--document",
            "0 of 0 packages judged exactly; 2 not asked, for want of {release} or {base} in the command",
        ),
        ("true --package={path}", "enc-bom--*", None),
    ],
)
def test_a_check_of_nothing_is_no_success(
    command: str,
    only: str,
    said: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["cases.py", "--check", command, "--only", only])
    assert cases.main() == 1
    if said is not None:
        assert capsys.readouterr().out.splitlines()[-1] == said
