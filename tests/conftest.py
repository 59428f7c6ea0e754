from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import packages
from tigris_corpus.corpus import Corpus, load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The small base package, in a folder of its own."""
    return packages.build(tmp_path / "package")


@pytest.fixture(scope="session")
def released() -> Corpus:
    """The corpus of the clone."""
    return load(packages.CLONE)
