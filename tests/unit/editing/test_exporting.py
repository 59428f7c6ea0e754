from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import tigris_corpus as tigris
from tigris_corpus.editing import exporting, manifest
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import FORMATS
from tigris_corpus.formats.exchange import documents_of, state_of
from tigris_corpus.formats.textfiles import file_name

if TYPE_CHECKING:
    from pathlib import Path


def test_the_manifest_says_what_was_given_out(base: Path) -> None:
    files = exporting.files(tigris.load(base), FORMATS["brat"], ["D001"])
    told = manifest.find(files)
    assert told is not None
    assert (told.form, told.package, told.version, list(told.records)) == (
        "brat",
        "tigris-corpus",
        "0.1.0",
        ["D001"],
    )
    assert told.state("D001") == documents_of(tigris.load(base), ["D001"])[0].state
    assert told.state("D000") is None
    assert list(files)[-1] == manifest.FILE  # an export that was cut short has none


def test_all_documents_are_exported_where_none_is_named(base: Path) -> None:
    files = exporting.files(tigris.load(base), FORMATS["brat"], [])
    assert {"D000.ann", "D001.ann"} <= set(files)


def test_a_blind_export_has_no_label(base: Path) -> None:
    files = exporting.files(tigris.load(base), FORMATS["brat"], ["D001"], blind=True)
    assert files["D001.ann"] == b""
    assert "Bagdad" not in json.dumps(json.loads(files[manifest.FILE])["records"])


def test_the_state_changes_with_any_label_and_with_nothing_else(base: Path) -> None:
    (document,) = documents_of(tigris.load(base), ["D001"])
    mention = document.record["mentions"][0]
    other = {
        **document.record,
        "mentions": [{**mention, "mention_type": "PRO"}, *document.record["mentions"][1:]],
    }
    assert state_of(other) != document.state
    assert state_of({**document.record, "annotator_id": "anna"}) == document.state
    assert replace(document, language="xx").state == document.state


def test_a_document_that_is_not_there_is_named(base: Path) -> None:
    with pytest.raises(CorpusError, match="there is no document 'D077'; there is D000, D001"):
        exporting.files(tigris.load(base), FORMATS["brat"], ["D077"])


def test_nothing_is_written_over_unless_it_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_bytes(b"mine")
    with pytest.raises(CorpusError, match="is there already"):
        exporting.put(tmp_path, {"a.ann": b"1", "b.ann": b"2"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.ann"]
    exporting.put(tmp_path, {"a.ann": b"1"}, force=True)
    assert (tmp_path / "a.ann").read_bytes() == b"1"


@pytest.mark.parametrize("name", ["../D000", "CON", "D000\0", "D" + "0" * 300, "d000", "D00", "D000/x", ""])
def test_an_id_that_is_no_safe_name_of_a_file_is_refused(name: str) -> None:
    with pytest.raises(CorpusError, match=r"sec\.export-name"):
        file_name(name)


def test_the_id_of_a_document_is_the_name_of_its_files() -> None:
    assert file_name("D000") == "D000"
