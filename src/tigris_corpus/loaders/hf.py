"""Datasets of Hugging Face, made in memory: no file is read or written but those of the corpus."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tigris_corpus.errors import MissingExtraError
from tigris_corpus.loaders import configs, describing
from tigris_corpus.loaders.features import arrow, features
from tigris_corpus.loaders.parts import parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.loaders.tables import Tables

PURPOSE = "tigris_corpus.to_datasets"
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
"""The only form of a version that `datasets` takes."""


def to_datasets(corpus: Corpus, config: str, fold: int | None = None, view: str | None = None) -> Any:
    """Return a ``datasets.DatasetDict``: one dataset for each part.

    ``config`` is one of

    - ``documents``: a document, with all that the corpus has of it, nested;
    - ``sentences``: a sentence with the types of its events, in the zones (body, headings) where events are annotated;
    - ``tokens``: the words of a sentence with tags of mentions and of triggers, in the zones where either is annotated;
    - ``events``: an event in its sentence, with its arguments;
    - ``event_records``: an event as a flat record, as in ``views.event_records``;
    - ``pairs``: two mentions or two events, and whether they are of one entity or one incident.

    ``docs/datasets.md`` says what each column is. Labels are ``ClassLabel`` in the order of their vocabulary. Offsets
    are code points. The parts are those of ``documents.split``; with ``fold``, that story is the test and the others are
    training; with ``view`` (``temporal``, ``en-fr``, ``fr-en``) they are those of the view: see ``docs/splits.md``.

    Nothing is cached: the datasets live in memory. Raises CorpusError where there is no such config, fold or view, and
    MissingExtraError without the extra ``hf``.
    """
    return made(configs.dealt(corpus, parts(corpus, fold, view)), config)


def made(tables: Mapping[str, Tables], config: str) -> Any:
    """Return what ``to_datasets`` returns, of the tables of each part."""
    try:
        import datasets  # noqa: PLC0415 - takes a second
    except ModuleNotFoundError:
        raise MissingExtraError(PURPOSE, "hf") from None
    rows = configs.frames(tables, config)
    return datasets.DatasetDict(
        {part: _dataset(datasets, tables[part].corpus, config, part, frame) for part, frame in rows.items()}
    )


def _dataset(datasets: Any, corpus: Corpus, config: str, part: str, rows: Any) -> Any:
    """Return one dataset in memory, of rows in Polars."""
    kinds = features(rows.schema)
    table = arrow(rows, kinds.arrow_schema)
    info = datasets.DatasetInfo(features=kinds, **about(corpus, config))
    return datasets.Dataset(
        table, info=info, split=datasets.NamedSplit(part), fingerprint=_fingerprint(table, config, part)
    )


def about(corpus: Corpus, config: str) -> dict[str, Any]:
    """Return what a dataset says of itself: description, citation, license, homepage, version, names."""
    package = corpus.package
    return {
        "description": f"{describing.word(package, 'description')}\n\nA row is {configs.CONFIGS[config].row}.".strip(),
        "citation": citation(corpus),
        "license": f"Annotations: {describing.licence(corpus)}. Texts: {describing.rights(corpus)}",
        "homepage": describing.word(package, "homepage"),
        "version": package.version if _VERSION.fullmatch(package.version) else None,
        "dataset_name": package.name,
        "config_name": config,
    }


def citation(corpus: Corpus) -> str:
    """Return how to cite the package, in BibTeX."""
    package = corpus.package
    people = package.descriptor.get("contributors") or ()
    makers = [person["title"] for person in people if "creator" in person.get("roles", ())]
    fields = {
        "author": " and ".join(f"{{{name}}}" for name in makers),
        "title": f"{{{describing.title(corpus)}}}",
        "year": describing.word(package, "created")[:4],
        "version": corpus.version,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return "@misc{" + ",\n".join([corpus.name, *lines]) + "\n}"


def _fingerprint(table: Any, config: str, part: str) -> str:
    """Return what a dataset is known by: a hash of its cells, which takes a hundredth of hashing the object."""
    from xxhash import xxh3_64  # noqa: PLC0415 - comes with datasets

    digest = xxh3_64(f"{config}/{part}/{table.num_rows}".encode())
    for column in table.columns:
        for chunk in column.chunks:
            for buffer in chunk.buffers():
                if buffer is not None:
                    digest.update(buffer)
    return str(digest.hexdigest())
