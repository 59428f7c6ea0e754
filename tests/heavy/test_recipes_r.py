"""The recipe for R, in R."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import recipes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.r


@pytest.fixture
def page() -> str:
    if shutil.which("Rscript") is None:
        pytest.skip(
            "there is no Rscript: apt-get install --no-install-recommends r-base-core r-cran-jsonlite"
        )
    if subprocess.run(["Rscript", "-e", "library(jsonlite)"], capture_output=True, check=False).returncode:
        pytest.skip("R has no jsonlite: apt-get install --no-install-recommends r-cran-jsonlite")
    return (recipes.FOLDER / "r.md").read_text(encoding="utf-8")


def test_the_recipe_prints_what_its_page_shows(page: str, tmp_path: Path) -> None:
    assert recipes.differences(page, tmp_path) == []


def test_offsets_count_code_points_whatever_the_locale(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(recipes.OFFLINE, "LC_ALL", "C")
    check = r"""
place$text[1] <- "not this"
cat(sum(cut == place$text), nrow(place), "\n")
cat(identical(substring("\U1F680\u0301 \u00e9t\u00e9", 4, 6), "\u00e9t\u00e9"), "\n")
"""
    before, _, _ = page.partition("french <- ")
    printed = recipes.run(f"{before}{check}```\n", tmp_path)
    assert printed[-1][1] == "513 of 513 spans are their text\n512 513 \nTRUE \n"


def test_labels_have_the_order_of_their_vocabulary_and_only_what_is_empty_is_missing(
    page: str, tmp_path: Path
) -> None:
    before, _, _ = page.partition("## Events by actor")
    check = """
cat(levels(tables$mentions$mention_type), is.ordered(tables$mentions$mention_type), "\\n")
cat(class(tables$entities$latitude), class(tables$mentions$value), class(tables$documents$fold), "\\n")
cat(sum(is.na(tables$mentions$entity_id)), sum(is.na(tables$mentions$text)), "\\n")
"""
    printed = recipes.run(f"{before}\n```r{check}```\n", tmp_path)
    assert printed[-1][1] == "NAM NOM PRO FALSE \nnumeric character integer \n103 0 \n"
