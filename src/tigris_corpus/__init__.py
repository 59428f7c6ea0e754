"""Tigris: an annotated bilingual (English, French) news corpus on the US-led coalition in Iraq.

>>> import tigris_corpus as tigris
>>> corpus = tigris.load()
>>> corpus.text("D000")[:13]
'Iraqi militia'

Importing the package imports nothing heavy; each name is brought in when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tigris_corpus import views
    from tigris_corpus.corpus import Corpus, load
    from tigris_corpus.errors import CorpusError, MissingExtraError, NotAPackageError, UnreadableError
    from tigris_corpus.frames import schema
    from tigris_corpus.issues import Issue, Location, Severity
    from tigris_corpus.loaders.hf import to_datasets
    from tigris_corpus.loaders.polars import to_polars
    from tigris_corpus.validation import validate

__all__ = [
    "Corpus",
    "CorpusError",
    "Issue",
    "Location",
    "MissingExtraError",
    "NotAPackageError",
    "Severity",
    "UnreadableError",
    "load",
    "schema",
    "to_datasets",
    "to_polars",
    "validate",
    "views",
]

_HOME = {
    "Corpus": "corpus",
    "CorpusError": "errors",
    "Issue": "issues",
    "Location": "issues",
    "MissingExtraError": "errors",
    "NotAPackageError": "errors",
    "Severity": "issues",
    "UnreadableError": "errors",
    "load": "corpus",
    "schema": "frames",
    "to_datasets": "loaders.hf",
    "to_polars": "loaders.polars",
    "validate": "validation",
}
_EXTRAS = {"schema": "validate", "to_datasets": "hf", "to_polars": "validate", "validate": "validate"}
_OF_EXTRAS = ("pandera", "polars")


def __getattr__(name: str) -> Any:
    if name == "views":
        return import_module("tigris_corpus.views")
    if name not in _HOME:
        raise AttributeError(f"module 'tigris_corpus' has no attribute {name!r}")
    try:
        return getattr(import_module(f"tigris_corpus.{_HOME[name]}"), name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _OF_EXTRAS or name not in _EXTRAS:
            raise
        from tigris_corpus.errors import MissingExtraError  # noqa: PLC0415 - only where something is missing

        raise MissingExtraError(f"tigris_corpus.{name}", _EXTRAS[name]) from None


def __dir__() -> list[str]:
    return __all__
