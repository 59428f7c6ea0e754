"""An export: documents in a format, with the manifest of what was given out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tigris_corpus.editing import manifest
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import passes
from tigris_corpus.formats.exchange import documents_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats import Format


def files(
    corpus: Corpus, form: Format, ids: Iterable[str], *, blind: bool = False, source: str | None = None
) -> dict[str, bytes]:
    """Return the files of an export by their names, the manifest last.

    Of the documents named, or of all; without labels where it is ``blind``, with those of ``source`` (an annotator,
    or a file of records) where there is one. Raises CorpusError for a document or a source that is not there.
    """
    wanted = list(dict.fromkeys(ids)) or list(corpus.documents["document_id"])
    records = None if source is None else passes.find(corpus, source)
    documents = documents_of(corpus, wanted, records)
    if blind:
        documents = [replace(one, record={"document_id": one.document_id}) for one in documents]
    written: dict[str, bytes] = form.load().write(documents, labels_of(corpus))
    return {**written, manifest.FILE: manifest.write(form.name, corpus.name, corpus.version, documents)}


def put(folder: Path, written: Mapping[str, bytes], *, force: bool = False) -> list[str]:
    """Write the files of an export into a folder, and return their names. Raises CorpusError where one is there."""
    there = [name for name in written if (folder / name).exists()]
    if there and not force:
        raise CorpusError(
            f"{folder / there[0]} is there already: name another folder, or write over it with --force"
        )
    try:
        for name, data in written.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except OSError as error:
        raise CorpusError(f"{folder}: cannot write: {error.strerror}") from None
    return list(written)
