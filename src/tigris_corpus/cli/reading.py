"""How the commands read a package that may be anything."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tigris_corpus.cli.extras import needs
from tigris_corpus.descriptor import DESCRIPTOR
from tigris_corpus.errors import CorpusError, UnreadableError
from tigris_corpus.formats import FORMATS
from tigris_corpus.loaders import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.corpus import Corpus


HERE_ELSE_PACKAGED = "The package; by default the one here, else the packaged release."


def here(path: Path | None) -> Path | None:
    """Return the path that was given, else that of the package in the working folder, else None: the packaged release."""
    if path is None and Path(DESCRIPTOR).is_file():
        return Path()
    return path


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


def format_module(name: str) -> Any:
    """Return the module of a format; where its extra is not installed, the line that installs it is the error."""
    form = FORMATS.get(name) or WHOLE[name]
    with needs(form.extra or "validate", f"the format {name}", "polars", *form.needs):
        for module in form.needs:
            import_module(module)
        return form.load()
