"""The recipe for spaCy, with few steps of training."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import recipes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_the_recipe_trains_and_what_it_predicts_is_scored(tmp_path: Path) -> None:
    page = (recipes.FOLDER / "spacy.md").read_text(encoding="utf-8")
    few = {
        "--training.max_steps 300": "--training.max_steps 40",
        "--training.eval_frequency 100": "--training.eval_frequency 40",
    }
    assert recipes.differences(recipes.changed(page, few), tmp_path) == []
    lines = (tmp_path / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["document_id"] for line in lines] == ["D001"]
