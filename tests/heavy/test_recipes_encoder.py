"""The recipe for an encoder, with two steps of training."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import recipes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.torch


def test_the_recipe_trains_and_what_it_predicts_is_scored(torch_python: str, tmp_path: Path) -> None:
    page = recipes.changed(
        (recipes.FOLDER / "encoder.md").read_text(encoding="utf-8"), {"num_train_epochs=10": "max_steps=2"}
    )
    assert recipes.differences(page, tmp_path, torch_python) == []
    lines = (tmp_path / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["sentence_id"][:4] for line in lines} == {"D004"}
