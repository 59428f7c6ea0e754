from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import packages
from tigris_corpus.audit import COLUMNS, audit
from tigris_corpus.corpus import load

if TYPE_CHECKING:
    from pathlib import Path


def found(root: Path) -> list[tuple[str, ...]]:
    frame = audit(load(root)).fillna("")
    assert list(frame.columns) == COLUMNS
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_nothing_is_suspected_of_the_base_package(base: Path) -> None:
    assert found(base) == []


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [{"op": "set", "file": "corpus/mentions.csv", "line": 8, "field": "text", "value": "iraq"}],
            (
                "varying-label",
                "D000-M007",
                "D000",
                "D000-S003",
                "'iraq': GPE iraq (1), GPE united-states (1)",
            ),
        ),
        (
            [
                {"op": "replace-line", "file": "corpus/mentions.csv", "line": 8},
                {
                    "op": "set",
                    "file": "corpus/mentions.csv",
                    "line": 2,
                    "field": "text",
                    "value": "Washington",
                },
            ],
            ("missed-name", "", "D000", "D000-S003", "'Washington' at 96 to 106"),
        ),
        (
            [{"op": "set", "file": "corpus/mentions.csv", "line": 6, "field": "value", "value": "2020-02"}],
            (
                "contradicting-date",
                "D000-E001 D000-M005",
                "D000",
                "D000-S002",
                "2020-02 is not within 2020-01-03 of baghdad-strike",
            ),
        ),
        (
            [
                {
                    "op": "insert-line",
                    "file": "corpus/mentions.csv",
                    "line": 3,
                    "lines": ["D000-M008,D000-S002,18,29,U.S. strike,ORG,NOM,,united-states"],
                }
            ],
            (
                "nested-filler",
                "D000-E001 D000-M001",
                "D000",
                "D000-S002",
                "actor is 'U.S.', inside 'U.S. strike' of the same entity",
            ),
        ),
        (
            [
                {
                    "op": "insert-line",
                    "file": "corpus/incidents.csv",
                    "line": 3,
                    "lines": ["baghdad-raid,Raid,ASSAULT,single,,2020-01-03,baghdad"],
                }
            ],
            ("split-incident", "baghdad-strike baghdad-raid", "", "", "ASSAULT, 2020-01-03, baghdad"),
        ),
    ],
)
def test_a_suspicion_says_where_and_what(
    base: Path, edits: list[dict[str, Any]], expected: tuple[str, ...]
) -> None:
    packages.edit(base, edits)
    assert found(base) == [expected]


def test_a_layer_that_is_blank_misses_nothing(base: Path) -> None:
    packages.edit(base, [{"op": "replace-line", "file": "corpus/mentions.csv", "line": 8}])
    packages.set_cell(base, "corpus/mentions.csv", 2, "text", "Washington")
    path = base / "corpus" / "layers.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("D000,mentions,single,1.0", "D000,mentions,blank,"),
        encoding="utf-8",
    )
    assert found(base) == []
