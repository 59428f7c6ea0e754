from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

import packages
from tigris_corpus import descriptor, store
from tigris_corpus.errors import NotAPackageError, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_package_is_opened_by_its_folder_or_its_descriptor(base: Path) -> None:
    for path in (base, base / "datapackage.json", str(base)):
        package = descriptor.open_package(path)
        assert package.root == base
        assert (package.name, package.version, package.problems) == ("tigris-corpus", "0.1.0", ())


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("absent", "does not exist"),
        ("empty", "has no datapackage.json"),
        ("file.txt", "neither a folder nor a"),
    ],
)
def test_where_there_is_no_package_it_says_so(tmp_path: Path, path: str, reason: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_bytes(b"")
    with pytest.raises(NotAPackageError, match=reason):
        descriptor.open_package(tmp_path / path)


def test_the_clone_comes_before_the_copy_in_the_wheel() -> None:
    assert descriptor.packaged_root() == packages.CLONE


def test_a_vocabulary_is_the_enumeration_of_what_refers_to_it(base: Path) -> None:
    package = descriptor.open_package(base)
    key = package.vocabulary_of("mentions", "entity_type")
    assert key == descriptor.ForeignKey(("entity_type",), "entity_types", ("entity_type",))
    assert package.vocabulary_of("mentions", "sentence_id") is None
    assert package.vocabulary_of("mentions", "text") is None


def test_refreshing_changes_bytes_and_hashes_and_nothing_else(base: Path) -> None:
    before = json.loads((base / "datapackage.json").read_text(encoding="utf-8"))
    (base / "corpus" / "deprecated.csv").write_bytes(b"id,table,replaced_by,reason,version\n")
    after = json.loads(descriptor.refreshed(descriptor.open_package(base)))
    changed = after["resources"][13]
    assert changed["bytes"] == 36
    assert (
        changed["hash"]
        == f"sha256:{hashlib.sha256(b'id,table,replaced_by,reason,version' + bytes([10])).hexdigest()}"
    )
    before["resources"][13] |= {"bytes": changed["bytes"], "hash": changed["hash"]}
    assert after == before


@pytest.mark.parametrize(
    ("value", "allowed", "expected"),
    [
        ("assault", ["ASSAULT", "AID"], "ASSAULT"),
        ("ASAULT", ["ASSAULT", "AID"], "ASSAULT"),
        ("zzz", ["ASSAULT", "AID"], None),
        ("x", [], None),
    ],
)
def test_the_nearest_value_is_the_one_that_was_meant(
    value: str, allowed: list[str], expected: str | None
) -> None:
    assert descriptor.nearest(value, allowed) == expected


@pytest.mark.parametrize("pattern", ["^a$", "(?=a)b", r"(a)\1", r"\d", "a++", "(", "a" * 1001])
def test_a_pattern_outside_the_safe_subset_is_a_problem(base: Path, pattern: str) -> None:
    packages.edit(
        base,
        [
            {
                "op": "json",
                "file": "schema/tables/layers.json",
                "pointer": "/fields/0/constraints/pattern",
                "value": pattern,
            }
        ],
    )
    assert [problem.code for problem in descriptor.open_package(base).problems] == ["sec.regex"]


@pytest.mark.parametrize(
    "junk", ["[]", "1", "null", '{"resources": 3}', '{"resources": [3, {"name": 1}]}', '{"resources": []}']
)
def test_json_that_is_no_descriptor_is_a_problem(base: Path, junk: str) -> None:
    (base / "datapackage.json").write_text(junk, encoding="utf-8")
    assert descriptor.open_package(base).problems


@pytest.mark.parametrize(
    "junk",
    [
        "[]",
        '{"fields": []}',
        '{"fields": [3]}',
        '{"fields": [{"name": "a", "constraints": []}]}',
        '{"fields": [{"name": "a"}], "primaryKey": ["b"]}',
        '{"fields": [{"name": "a"}], "primaryKey": "a"}',
        '{"fields": [{"name": "a"}], "primaryKey": 3}',
        '{"fields": [{"name": "a"}], "uniqueKeys": 3}',
        '{"fields": [{"name": "a"}], "foreignKeys": [{"fields": ["a"]}]}',
        '{"fields": [{"name": "a"}], "foreignKeys": 3}',
        '{"fields": [{"name": "a"}], "foreignKeys": [{"fields": ["a"], "reference": {"resource": 3, "fields": [[]]}}]}',
        '{"fields": [{"name": "a", "type": ["string"]}]}',
        '{"fields": [{"name": "a", "constraints": {"minimum": "x"}}]}',
        '{"fields": [{"name": "a"}, {"name": "a"}]}',
        "\x00",
    ],
)
def test_json_that_is_no_table_schema_is_a_problem(base: Path, junk: str) -> None:
    (base / "schema" / "tables" / "layers.json").write_text(junk, encoding="utf-8")
    assert {problem.file for problem in descriptor.open_package(base).problems} == {
        "schema/tables/layers.json"
    }


@pytest.mark.parametrize(("pointer", "value"), [("resource", "sentence"), ("fields", ["sentence"])])
def test_a_foreign_key_to_what_is_not_there_is_a_problem(base: Path, pointer: str, value: object) -> None:
    path = f"/foreignKeys/0/reference/{pointer}"
    packages.edit(
        base, [{"op": "json", "file": "schema/tables/mentions.json", "pointer": path, "value": value}]
    )
    problems = descriptor.open_package(base).problems
    assert [(problem.code, problem.pointer) for problem in problems] == [
        ("pkg.schema", "/resources/2/schema")
    ]


@pytest.mark.parametrize(
    ("pointer", "value", "message"),
    [
        ("/fields", [{"name": f"c{number}"} for number in range(1001)], "a table has at most 1000 fields"),
        ("/uniqueKeys", [["layer"]] * 101, "a table has at most 100 uniqueKeys"),
        ("/foreignKeys", [{}] * 101, "a table has at most 100 foreignKeys"),
    ],
)
def test_a_schema_has_bounds(base: Path, pointer: str, value: object, message: str) -> None:
    edit = {"op": "json", "file": "schema/tables/layers.json", "pointer": pointer, "value": value}
    packages.edit(base, [edit])
    problems = descriptor.open_package(base).problems
    assert [(problem.code, problem.message, problem.pointer) for problem in problems] == [
        ("pkg.schema", message, pointer)
    ]


def test_a_package_has_a_thousand_resources_at_most(base: Path) -> None:
    packages.edit(
        base, [{"op": "json", "file": "datapackage.json", "pointer": "/resources", "value": [{}] * 1001}]
    )
    problems = descriptor.open_package(base).problems
    assert [(problem.code, problem.message) for problem in problems] == [
        ("pkg.descriptor", "a data package has at most 1000 resources")
    ]


def test_a_descriptor_is_two_megabytes_at_most(base: Path) -> None:
    (base / "datapackage.json").write_bytes(b" " * (2 * 1024**2 + 1))
    (problem,) = descriptor.open_package(base).problems
    assert problem.code == "pkg.unreadable-file"


def test_no_more_than_twenty_misspelt_properties_are_guessed_at(base: Path) -> None:
    for number in range(21):
        edit = {"op": "json", "file": "schema/tables/layers.json", "pointer": f"/titel{number}", "value": 1}
        packages.edit(base, [edit])
    hints = [problem.hint for problem in descriptor.open_package(base).problems]
    assert hints == ['did you mean "title"?'] * 20 + [None]


def test_a_long_value_is_not_guessed_at() -> None:
    assert descriptor.nearest("A" * 101, ["A" * 101]) is None


def test_what_is_read_is_of_one_state_also_where_somebody_writes_meanwhile(base: Path) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def read(package: descriptor.Package) -> bytes:
        data = package.gate.read("corpus/events.csv")
        if not seen:
            store.write(base, {"corpus/events.csv": b"new\n", "corpus/arguments.csv": b"new\n"})
        seen.append((data, package.gate.read("corpus/arguments.csv")))
        return data

    assert descriptor.read_steadily(read, base) == b"new\n"
    assert len(seen) == 2
    assert seen[1] == (b"new\n", b"new\n")


def test_what_cannot_be_read_is_raised_and_not_tried_again(base: Path) -> None:
    tried = []

    def read(_: descriptor.Package) -> None:
        tried.append(1)
        raise UnreadableError("no")

    with pytest.raises(UnreadableError):
        descriptor.read_steadily(read, base)
    assert tried == [1]
