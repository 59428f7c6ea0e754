from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import packages
from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError
from tigris_corpus.loaders.parts import every, folds, left_out, parts

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus


def documents(root: Path, **columns: list[str]) -> Corpus:
    """Return the base corpus with other values in some columns of its two documents."""
    for name, values in columns.items():
        for line, value in enumerate(values, start=2):
            packages.set_cell(root, "corpus/documents.csv", line, name, value)
    return load(root)


def test_the_parts_of_the_release_are_these(released: Corpus) -> None:
    assert parts(released) == {"train": ("D000", "D003"), "validation": ("D002",), "test": ("D001", "D004")}
    assert parts(released, fold=2) == {"train": ("D000", "D001", "D004"), "test": ("D002", "D003")}
    assert parts(released, view="temporal") == {"train": ("D001", "D004"), "test": ("D000", "D002", "D003")}
    assert parts(released, view="en-fr") == {"train": ("D000", "D004"), "test": ("D001", "D002", "D003")}
    assert parts(released, view="fr-en") == {"train": ("D001", "D002", "D003"), "test": ("D000", "D004")}
    assert all(not left_out(released, view=view) for view in ("temporal", "en-fr", "fr-en"))


def test_each_document_is_tested_by_one_fold(released: Corpus) -> None:
    assert folds(released) == (0, 1, 2, 3)
    tested = [name for fold in folds(released) for name in parts(released, fold=fold)["test"]]
    assert sorted(tested) == ["D000", "D001", "D002", "D003", "D004"]
    for fold in folds(released):
        found = parts(released, fold=fold)
        assert sorted(found["train"] + found["test"]) == sorted(tested)


def test_a_part_without_documents_is_left_out(base: Path) -> None:
    assert parts(load(base)) == {"train": ("D000",), "test": ("D001",)}
    assert parts(documents(base, split=["validation", "train"])) == {
        "train": ("D001",),
        "validation": ("D000",),
    }


@pytest.mark.parametrize(
    ("date", "part"),
    [
        ("2022-06-30", "train"),
        ("2022-07-01", "test"),
        ("2022-06", "train"),
        ("2022-07?", "test"),
        ("2021/2022-06", "train"),
        ("../2021", "train"),
        ("2023/..", "test"),
        ("2022", None),
        ("2022-06-30/2022-07-01", None),
        ("2020/..", None),
        ("../2024", None),
        ("", None),
    ],
)
def test_a_date_counts_by_its_first_and_last_day(base: Path, date: str, part: str | None) -> None:
    other = "2020" if part == "test" else "2024"
    corpus = documents(base, date_published=[date, other])
    if part is None:
        packages.set_cell(base, "corpus/documents.csv", 3, "date_published", "2020")
        with pytest.raises(CorpusError, match="the view temporal has no documents to test on"):
            parts(load(base), view="temporal")
        return
    assert parts(corpus, view="temporal")[part] == ("D000",)
    assert left_out(corpus, view="temporal") == {}


def three(root: Path, rows: list[dict[str, str]]) -> Corpus:
    """Return the base corpus with rows of documents after its own, made from the second."""
    path = root / "corpus/documents.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, *[lines[2]] * len(rows)]) + "\n", encoding="utf-8")
    for line, row in enumerate(rows, start=4):
        for name, value in row.items():
            packages.set_cell(root, "corpus/documents.csv", line, name, value)
    return load(root)


def test_a_story_that_is_tested_is_not_trained_on(base: Path) -> None:
    corpus = three(
        base,
        [
            {"document_id": "D002", "language": "en-GB", "fold": "1"},  # the story of D001, which is French
            {"document_id": "D003", "language": "de", "fold": "2"},
        ],
    )
    assert parts(corpus, view="en-fr") == {"train": ("D000",), "test": ("D001",)}
    assert left_out(corpus, view="en-fr") == {
        "D002": "its story (fold 1) is tested on",
        "D003": "its language is de",
    }
    with pytest.raises(CorpusError, match="the view fr-en has no documents to train on"):
        parts(corpus, view="fr-en")  # D001 is the only French one, and D002 tells its story


def test_documents_of_no_part_are_named_with_the_reason(base: Path) -> None:
    corpus = three(
        base,
        [
            {"document_id": "D002", "date_published": "", "fold": "2"},
            {"document_id": "D003", "date_published": "2022", "fold": "3"},
            {"document_id": "D004", "date_published": "2024-05", "fold": "4"},
        ],
    )
    assert parts(corpus, view="temporal") == {"train": ("D000", "D001"), "test": ("D004",)}
    assert left_out(corpus, view="temporal") == {
        "D002": "its date of publication is not known",
        "D003": "its date of publication, 2022, may lie on either side of 2022-07-01",
    }
    assert left_out(corpus) == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"fold": 4}, "there is no fold 4; there is 0, 1, 2, 3"),
        ({"fold": True}, "there is no fold True"),
        ({"view": "later"}, "there is no view 'later'; there is temporal, en-fr, fr-en"),
        ({"fold": 0, "view": "en-fr"}, "choose a fold or a view"),
    ],
)
def test_what_is_not_there_is_told(released: Corpus, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(CorpusError, match=said):
        parts(released, **arguments)  # type: ignore[arg-type]


def test_one_story_cannot_be_left_out(base: Path) -> None:
    corpus = documents(base, fold=["7", "7"])
    with pytest.raises(CorpusError, match="fold 7 has no documents to train on"):
        parts(corpus, fold=7)
    assert [name for name, _ in every(corpus)] == ["split"]


def test_every_way_to_part_the_documents_has_a_name(released: Corpus) -> None:
    names = ["split", "fold 0", "fold 1", "fold 2", "fold 3", "temporal", "en-fr", "fr-en"]
    assert [name for name, _ in every(released)] == names
    assert [name for name, _ in every(released, most=3)] == ["split", "temporal", "en-fr", "fr-en"]


def test_a_corpus_without_documents_has_no_parts(base: Path) -> None:
    corpus = load(base)
    corpus.tables["documents"] = corpus.documents.head(0)
    with pytest.raises(CorpusError, match="the corpus has no documents"):
        parts(corpus)
