"""Comparing annotations: of two annotators, of a pass with gold, of predictions with gold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tigris_corpus.scoring.pairs import agreement

__all__ = ["agreement"]


def __getattr__(name: str) -> Any:
    if name != "agreement":
        raise AttributeError(f"module 'tigris_corpus.scoring' has no attribute {name!r}")
    from tigris_corpus.scoring.pairs import agreement  # noqa: PLC0415 - pandas comes with it

    return agreement
