from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import packages
from tigris_corpus.corpus import Corpus, load

if TYPE_CHECKING:
    from pathlib import Path


settings.register_profile("suite", derandomize=True)
settings.load_profile("suite")  # the same inputs each time; scripts/fuzz.py looks for others


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The small base package, in a folder of its own."""
    return packages.build(tmp_path / "package")


@pytest.fixture(scope="session")
def released() -> Corpus:
    """The corpus of the clone."""
    return load(packages.CLONE)
