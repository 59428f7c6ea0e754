"""Every format of whole corpora, by the command: what is written, what is said to be lost, and what is refused."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import packages
from tigris_corpus.cli import main
from tigris_corpus.loaders import WHOLE

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

FILES = {
    "parquet": ("documents.parquet", "event_types.parquet", "texts.parquet"),
    "sqlite": ("tigris.sqlite", "metadata.json"),
    "duckdb": ("documents.parquet", "event_records.parquet", "tigris.sql"),
    "spacy-training": ("en/train.spacy", "fr/test.spacy", "en/config.cfg", "left-out.csv"),
    "croissant": (
        "croissant.json",
        "corpus/mentions.csv",
        "schema/vocabulary/realis.csv",
        "seeds/000_talks.txt",
    ),
    "textee": ("split/train.json", "split/dev.json", "split/test.json", "left-out.csv"),
    "bigbio": ("train.jsonl", "test.jsonl", "left-out.csv"),
}
EXTRAS = {"parquet": "pyarrow", "duckdb": "pyarrow", "spacy-training": "spacy"}


def export(form: str, folder: Path, package: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["export", form, str(folder), "--package", str(package), *options])


@pytest.mark.parametrize("form", FILES)
def test_a_format_is_written_whole(base: Path, tmp_path: Path, form: str) -> None:
    folder = tmp_path / "out"
    result = export(form, folder, base)
    assert result.exit_code == 0, result.output
    *written, said = result.output.splitlines()
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {str(folder / name) for name in there} == {*written}
    assert {*FILES[form], "README.md"} <= there
    assert said == f"{form} loses {WHOLE[form].loses}."
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert "Version 0.1.0" in page
    assert "Rights in the texts: In copyright (2 documents)" in page
    again = export(form, folder, base)
    assert (again.exit_code, again.output.count("\n")) == (2, 1)
    assert export(form, folder, base, "--force").exit_code == 0


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize(
    ("file", "line", "field", "value"),
    [
        ("corpus/mentions.csv", 3, "mention_id", "D000-M001"),
        ("corpus/mentions.csv", 3, "sentence_id", "D009-S001"),
        ("corpus/arguments.csv", 3, "mention_id", "D000-M999"),
        ("corpus/documents.csv", 2, "text_path", "seeds/nowhere.txt"),
        ("corpus/documents.csv", 2, "split", ""),
    ],
)
def test_what_is_not_sound_is_told_in_a_line_if_at_all(
    base: Path, tmp_path: Path, form: str, file: str, line: int, field: str, value: str
) -> None:
    packages.set_cell(base, file, line, field, value)
    result = export(form, tmp_path / "out", base)
    assert result.exit_code in {0, 2}, result.output
    if result.exit_code:
        assert result.output.count("\n") == 1
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("form", "module"), EXTRAS.items())
def test_a_missing_extra_is_answered_with_the_line_that_installs_it(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    result = export(form, tmp_path / "out", base)
    extra = WHOLE[form].extra
    assert result.exit_code == 2
    assert (
        f'the format {form} needs more than the base install: pip install "tigris-corpus[{extra}]"'
        in result.output
    )


def test_an_empty_corpus_is_exported_or_said_to_be_empty(tmp_path: Path) -> None:
    root = tmp_path / "empty"
    made = CliRunner().invoke(main, ["init", str(root)])
    assert made.exit_code == 0, made.output
    for form in FILES:
        result = export(form, tmp_path / form, root)
        if form in {"parquet", "sqlite", "duckdb", "croissant"}:
            assert result.exit_code == 0, (form, result.output, result.exception)
        else:
            assert (result.exit_code, result.output) == (2, "tigris: the corpus has no documents\n"), form
