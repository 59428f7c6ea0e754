"""Comparing annotations: of two annotators, of a pass with gold, of predictions with gold."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tigris_corpus.errors import MissingExtraError

if TYPE_CHECKING:
    from tigris_corpus.scoring.mistakes import errors
    from tigris_corpus.scoring.pairs import agreement
    from tigris_corpus.scoring.scores import compare, score

__all__ = ["agreement", "compare", "errors", "score"]

_HOME = {"agreement": "pairs", "compare": "scores", "errors": "mistakes", "score": "scores"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tigris_corpus.scoring' has no attribute {name!r}")
    try:
        return getattr(import_module(f"tigris_corpus.scoring.{_HOME[name]}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "polars":
            raise
        raise MissingExtraError(f"tigris_corpus.scoring.{name}", "score") from None


def __dir__() -> list[str]:
    return __all__
