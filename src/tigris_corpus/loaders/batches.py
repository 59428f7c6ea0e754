"""The documents of a corpus some at a time, and files that are put together when they are written.

Nested records take many times as much room as the tables that they are made of. Of a large corpus, they are made for
some documents at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from tigris_corpus.corpus import Corpus
from tigris_corpus.formats.exchange import documents_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from tigris_corpus.formats.exchange import Document

SIZE = 500
"""How many documents are held at a time."""


def documents(corpus: Corpus, ids: Iterable[str], size: int = SIZE) -> Iterator[Document]:
    """Yield documents with their labels, in the order of ``ids``. Raises CorpusError where there is no such document."""
    left = iter(ids)
    while batch := list(islice(left, size)):
        yield from documents_of(some(corpus, batch), batch)


def some(corpus: Corpus, ids: Iterable[str]) -> Corpus:
    """Return a corpus with some of its documents: their rows, and the incidents that these are of and part of.

    The registry of entities, the vocabularies and what is known of the making are whole.
    """
    tables = dict(corpus.tables)
    tables["documents"] = _kept(tables["documents"], "document_id", ids)
    tables["sentences"] = _kept(tables["sentences"], "document_id", tables["documents"]["document_id"])
    for name in ("mentions", "events", "entity_relations"):
        tables[name] = _kept(tables[name], "sentence_id", tables["sentences"]["sentence_id"])
    for name in ("arguments", "event_modes"):
        tables[name] = _kept(tables[name], "event_id", tables["events"]["event_id"])
    tables["incidents"] = _with_wholes(tables["incidents"], tables["events"]["incident_id"])
    return Corpus(corpus.package, tables)


def _with_wholes(incidents: pd.DataFrame, named: Iterable[str]) -> pd.DataFrame:
    """Return the incidents that are named, and those that they are part of."""
    wanted = set(named)
    while True:
        found = _kept(incidents, "incident_id", wanted)
        larger = set(found["part_of"].dropna()) - wanted
        if not larger:
            return found
        wanted |= larger


def _kept(frame: pd.DataFrame, column: str, values: Iterable[str]) -> pd.DataFrame:
    """Return the rows of a frame that have one of some values in a column."""
    return frame[frame[column].isin(list(values))]


class Files(Mapping[str, bytes]):
    """Files by their paths, each put together when it is asked for: no more than one is held."""

    def __init__(self, makers: Mapping[str, Callable[[], bytes]]) -> None:
        self._makers = makers

    def __getitem__(self, path: str) -> bytes:
        return self._makers[path]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
