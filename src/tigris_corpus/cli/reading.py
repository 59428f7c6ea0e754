"""How the commands read a package that may be anything."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tigris_corpus.errors import CorpusError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tigris_corpus.corpus import Corpus


@contextmanager
def loaded(path: Path | None) -> Iterator[Corpus]:
    """Give the corpus at ``path``. What breaks on a package that falls short of its profile is told as that.

    Commands make what they can of a package that is not sound. What breaks on one that is, is a bug, and shows.
    """
    from tigris_corpus.corpus import load, shortfall

    corpus = load(path)
    try:
        yield corpus
    except CorpusError:
        raise
    except Exception:
        found = shortfall(corpus)
        if found is None:
            raise
        root = corpus.package.root
        raise UnreadableError(f"{root}: {found}; run: tigris validate {root}") from None
