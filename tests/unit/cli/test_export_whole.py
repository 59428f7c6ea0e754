"""``tigris export`` of whole corpora: one folder, and none of the options of documents."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tigris_corpus.cli import main
from tigris_corpus.formats import FORMATS
from tigris_corpus.loaders import WHOLE

if TYPE_CHECKING:
    from pathlib import Path


def test_no_name_is_of_both_kinds_of_format() -> None:
    assert not FORMATS.keys() & WHOLE.keys()
    assert [one.name for one in WHOLE.values()] == list(WHOLE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "hf is of the whole corpus, and takes a folder alone: tigris export hf FOLDER"),
        (("D000", "-o", "out"), "hf is of the whole corpus, and takes a folder alone"),
        (("D000", "out"), "hf is of the whole corpus, and takes a folder alone"),
        (("out", "--blind"), "hf is of the whole corpus and its gold: it has no --blind and no --labels"),
        (("out", "--labels", "gold"), "it has no --blind and no --labels"),
    ],
)
def test_what_a_whole_corpus_does_not_take_is_refused(
    base: Path, arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["export", "hf", *arguments, "--package", str(base)])
    assert result.exit_code == 2
    assert said in result.output
    assert result.output.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "D000").exists()


def test_documents_still_need_a_folder(base: Path) -> None:
    result = CliRunner().invoke(main, ["export", "brat", "D000", "--package", str(base)])
    assert result.exit_code == 2
    assert "Missing option '-o' / '--output'" in result.output


def test_without_its_extra_a_format_says_what_installs_it(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    result = CliRunner().invoke(main, ["export", "hf", str(tmp_path / "out"), "--package", str(base)])
    assert result.exit_code == 2
    assert 'the format hf needs more than the base install: pip install "tigris-corpus[hf]"' in result.output


def test_whole_corpora_are_listed_and_not_imported(tmp_path: Path) -> None:
    listed = CliRunner().invoke(main, ["formats"]).output
    for name, one in WHOLE.items():
        assert f"\n{name}\n  is     {one.title}\n  of     the whole corpus; not imported\n" in listed
    refused = CliRunner().invoke(main, ["import", "hf", str(tmp_path)])
    assert refused.exit_code == 2
    assert "'hf' is not one of" in refused.output
