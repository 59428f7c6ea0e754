"""The notebook, run from the first cell to the last in a kernel of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import recipes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.notebook, pytest.mark.filterwarnings("ignore")]


def test_the_notebook_gives_what_it_shows(tmp_path: Path) -> None:
    notebook = json.loads((recipes.FOLDER / "events.ipynb").read_bytes())
    assert recipes.told(recipes.executed(notebook, tmp_path)) == recipes.told(notebook)
