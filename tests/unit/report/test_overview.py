from __future__ import annotations

import json
from typing import TYPE_CHECKING

import packages
from tigris_corpus.corpus import load
from tigris_corpus.report import overview

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_in_a_package_steers_a_terminal_or_ci(base: Path) -> None:
    marks = {"name": "::error::n", "version": "##vso[a]v", "title": "  ::stop-commands::t\n\x1b"}
    for key, value in marks.items():
        packages.edit(
            base, [{"op": "json", "file": "datapackage.json", "pointer": f"/{key}", "value": value}]
        )
    for path in (base / "corpus").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace("D001", "::error::D001"), encoding="utf-8")
    corpus = load(base)
    lines = overview.render(corpus).splitlines()
    assert lines[:3] == [
        "\\u003a:error::n #\\u0023vso[a]v (profile 1)",
        "\\u003a:stop-commands::t\\u000a\\u001b",
        "",
    ]
    assert [line.split()[0] for line in lines[-5:-2]] == ["sentences", "\\u003a:error::D001", "D000"]
    data = overview.as_data(corpus)
    assert "##" not in data
    assert "\x1b" not in data
    assert json.loads(data)["version"] == "##vso[a]v"


def test_the_rights_are_those_that_the_package_gives(base: Path) -> None:
    texts = "The rights in each text are told in documents.rights."
    for licences, told in (
        ([{"name": "CC0-1.0", "title": "Public domain"}, {"name": "ODbL-1.0"}], "Public domain; ODbL-1.0"),
        ([], "none is given"),
        ("CC0", "none is given"),
        ([7, {"path": "https://example.org/terms"}], "https://example.org/terms"),
    ):
        edit = {"op": "json", "file": "datapackage.json", "pointer": "/licenses", "value": licences}
        packages.edit(base, [edit])
        assert overview.summary(load(base))["rights"] == f"Licence: {told}. {texts}"
        assert overview.render(load(base)).splitlines()[-1] == f"Licence: {told}. {texts}"
