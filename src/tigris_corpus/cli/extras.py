"""What a command does without what it needs: say the line that installs it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tigris_corpus.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def needs(extra: str, purpose: str, *modules: str) -> Iterator[None]:
    """Turn the absence of one of ``modules`` into the line that installs ``extra``."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in modules:
            raise
        raise MissingExtraError(purpose, extra) from None
