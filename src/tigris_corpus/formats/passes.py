"""Annotations by their name: an annotator's passes, a file, or gold. Cuts of sentences are passes of another form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import jsonl

if TYPE_CHECKING:
    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record

GOLD = "gold"


def find(corpus: Corpus, name: str) -> list[Record]:
    """Return the records of an annotator whose passes the corpus keeps, of a file of records, or of ``gold``.

    Raises CorpusError where there is none of that name, and UnreadableError where a file is not of the format.
    """
    if name == GOLD:
        return jsonl.records(corpus)
    passes = corpus.passes[corpus.passes["layer"] != "sentences"].dropna(subset=["path"])
    kept = passes.loc[passes["annotator_id"] == name, "path"].unique()
    schema = jsonl.record_schema(corpus)
    if len(kept):
        return [
            record for path in kept for record in jsonl.read(corpus.package.gate.read(path), path, schema)
        ]
    path = Path(name)
    if path.is_file():
        return jsonl.read(path.read_bytes(), name, schema)
    annotators = sorted(passes["annotator_id"].unique())
    raise CorpusError(
        f"{name!r} is no file, and no annotator whose passes are kept: {', '.join(annotators) or 'none'}"
    )


def rounds(corpus: Corpus) -> dict[int, tuple[str, str]]:
    """Return the two annotators of each blind round whose passes are kept, by the round's number from 1."""
    kept = corpus.passes[corpus.passes["layer"] != "sentences"].dropna(subset=["path"])
    found = {}
    for number, group in kept[kept["round"] > 0].groupby("round"):
        names = sorted(group["annotator_id"].unique())
        if len(names) == 2:  # noqa: PLR2004 - agreement is of two
            found[int(str(number))] = (names[0], names[1])
    return found
