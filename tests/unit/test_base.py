"""A package against an earlier release: one that cannot be read whole is refused, for what is not seen of it would pass."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import packages
from tigris_corpus import descriptor
from tigris_corpus.errors import CorpusError, UnreadableError
from tigris_corpus.validation import examine, validate

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.validation import Report

MENTIONS = "corpus/mentions.csv"


@pytest.fixture
def earlier(base: Path, tmp_path: Path) -> Path:
    """A copy of the package as it was, of which ``base`` is a later version."""
    shutil.copytree(base, tmp_path / "earlier")
    described(base, lambda package: package.update(version="0.1.1"))
    return tmp_path / "earlier"


def described(root: Path, change: Any, file: str = descriptor.DESCRIPTOR) -> None:
    content = json.loads((root / file).read_text(encoding="utf-8"))
    change(content)
    (root / file).write_text(json.dumps(content), encoding="utf-8")


def replaced(root: Path, file: str, old: str, new: str) -> None:
    packages.edit(root, [{"op": "replace", "file": file, "old": old, "new": new}])


def without(table: str) -> Any:
    def change(package: dict[str, Any]) -> None:
        package["resources"] = [entry for entry in package["resources"] if entry["name"] != table]

    return change


def codes(report: Report) -> list[tuple[str, str | None, int | None]]:
    found = [issue for issue in report.issues if issue.code != "pkg.hash"]
    return [(issue.code, issue.location.file, issue.location.line) for issue in found]


@pytest.mark.parametrize("file", [MENTIONS, "corpus/documents.csv", "corpus/deprecated.csv"])
def test_a_base_with_a_table_that_is_none_is_refused(base: Path, earlier: Path, file: str) -> None:
    (earlier / file).write_text("garbage\n", encoding="utf-8")
    with pytest.raises(UnreadableError, match=rf"earlier: the base cannot be compared with: {file}:1: "):
        examine(base, base=earlier)


def test_a_base_with_a_broken_row_is_refused(base: Path, earlier: Path) -> None:
    replaced(earlier, MENTIONS, "GPE,NAM,,baghdad\n", "GPE,NAM,,baghdad,more\n")
    with pytest.raises(UnreadableError, match=rf"{MENTIONS}:5: the row has 10 cells"):
        examine(base, base=earlier)


@pytest.mark.parametrize("table", ["mentions", "documents", "zones"])
def test_a_base_without_a_table_of_the_profile_is_refused(base: Path, earlier: Path, table: str) -> None:
    described(earlier, without(table))
    with pytest.raises(UnreadableError, match="the base cannot be compared with"):
        examine(base, base=earlier)


def test_a_base_may_do_without_waivers(base: Path, earlier: Path) -> None:
    described(earlier, without("waivers"))
    assert codes(examine(base, base=earlier)) == []


@pytest.mark.parametrize("version", ["v0.1.0", "1.0", "0.1.0.1", "00.1.0", "0.1.0 ", ""])
def test_a_base_whose_version_cannot_be_compared_is_refused(base: Path, earlier: Path, version: str) -> None:
    described(earlier, lambda package: package.update(version=version))
    with pytest.raises(
        UnreadableError, match=r"the base cannot be compared with: datapackage\.json: the version"
    ):
        examine(base, base=earlier)


def test_a_version_before_a_release_is_one(base: Path, earlier: Path) -> None:
    described(earlier, lambda package: package.update(version="0.1.0-rc.1"))
    assert codes(examine(base, base=earlier)) == []


def test_a_base_whose_schema_has_lost_its_key_is_refused(base: Path, earlier: Path) -> None:
    described(earlier, lambda schema: schema.pop("primaryKey"), "schema/tables/mentions.json")
    with pytest.raises(UnreadableError, match=rf"{MENTIONS}: its schema has not the columns"):
        examine(base, base=earlier)


def test_a_base_that_is_named_is_compared_with_whatever_it_is_called(
    base: Path, earlier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced(
        base, MENTIONS, "D001-M003,D001-S001,51,57,Bagdad,GPE,NAM", "D001-M003,D001-S001,51,57,Bagdad,GPE,NOM"
    )
    monkeypatch.chdir(earlier)
    assert "rel.test-changed" in {issue.code for issue in validate(base, base="")}
    monkeypatch.chdir(earlier / "corpus")
    with pytest.raises(CorpusError):
        validate(base, base="")


@pytest.mark.parametrize("both", [True, False])
def test_labels_of_the_test_are_compared_wherever_their_ids_stand(
    base: Path, earlier: Path, both: bool
) -> None:
    replaced(
        base, MENTIONS, "D001-M003,D001-S001,51,57,Bagdad,GPE,NAM", "D001-M003,D001-S001,51,57,Bagdad,GPE,NOM"
    )
    note = {"name": "note", "type": "string", "description": "A note."}
    for root in (base, earlier) if both else (base,):
        described(root, lambda schema: schema["fields"].insert(0, note), "schema/tables/mentions.json")
        first, *rows = (root / MENTIONS).read_text(encoding="utf-8").splitlines()
        lines = [f"note,{first}", *(f",{row}" for row in rows), ""]
        (root / MENTIONS).write_text("\n".join(lines), encoding="utf-8")
    assert codes(examine(base, base=earlier)) == [("rel.test-changed", MENTIONS, 11)]


def test_ids_stay_wherever_their_table_is_moved(base: Path, earlier: Path) -> None:
    moved = "schema/vocabulary/entities.csv"
    (base / "corpus" / "entities.csv").rename(base / moved)
    replaced(base, descriptor.DESCRIPTOR, "corpus/entities.csv", moved)
    for file in (moved, MENTIONS, "corpus/incidents.csv", "corpus/entity_relations.csv"):
        text = (base / file).read_text(encoding="utf-8")
        for old, new in (("\nbaghdad,", "\nbaghdad-city,"), (",baghdad\n", ",baghdad-city\n")):
            text = text.replace(old, new)
        (base / file).write_text(text, encoding="utf-8")
    packages.refresh(base)
    assert codes(examine(base, base=earlier)) == [
        ("rel.test-changed", MENTIONS, 11),
        ("rel.id-removed", moved, None),
    ]


def test_a_label_of_the_test_that_is_gone_and_one_that_is_changed_are_two_faults(
    base: Path, earlier: Path
) -> None:
    replaced(
        base, MENTIONS, "D001-M003,D001-S001,51,57,Bagdad,GPE,NAM", "D001-M003,D001-S001,51,57,Bagdad,GPE,NOM"
    )
    line = "D001-M004,D001-S001,41,47,frappe,ORG,NAM,,iraq"
    packages.edit(earlier, [{"op": "insert-line", "file": MENTIONS, "line": 12, "lines": [line]}])
    assert codes(examine(base, base=earlier)) == [
        ("rel.id-removed", MENTIONS, None),
        ("rel.test-changed", MENTIONS, 11),
    ]
