"""Whole corpora in the forms in which models are trained and data is queried: one module a format.

A module has ``files(corpus)``, which returns the bytes of files by their paths in the folder that is written. This is
the list of them all, without importing any. Unlike the formats of exchange (``tigris_corpus.formats``), these are made
of all documents with all their labels, and nothing reads them back.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Whole:
    """A format of a whole corpus: its name, what it is, its module here, and what has to be installed for it.

    ``loses`` is what of the corpus it has no place for. ``extra`` is the extra of the distribution that installs it,
    ``needs`` the modules of others that it imports.
    """

    name: str
    title: str
    module: str
    loses: str = "nothing"
    extra: str = "validate"
    needs: tuple[str, ...] = ()

    def load(self) -> Any:
        """Return the module of the format. Raises ModuleNotFoundError where its extra is not installed."""
        return import_module(f"tigris_corpus.loaders.{self.module}")


WHOLE: dict[str, Whole] = {
    one.name: one
    for one in (
        Whole(
            "hf",
            "a folder for the Hugging Face Hub: Parquet for each config and part, and a dataset card",
            "hub",
            loses="entities and incidents but for their ids, keys, passes as they were made, adjudication",
            extra="hf",
            needs=("datasets",),
        ),
        Whole(
            "parquet",
            "every table and vocabulary, and the raw texts, as Parquet",
            "parquet_tables",
            loses="keys and constraints, passes as they were made",
            extra="scale",
            needs=("pyarrow",),
        ),
        Whole(
            "sqlite",
            "one SQLite database with keys, indexes and joined tables, and metadata for Datasette",
            "sqlite",
            loses="patterns of columns, passes as they were made",
        ),
        Whole(
            "duckdb",
            "Parquet, and a script of views for DuckDB with every column described",
            "duckdb",
            loses="keys and constraints but as comments, the order of labels, passes as they were made",
            extra="scale",
            needs=("pyarrow",),
        ),
        Whole(
            "spacy-training",
            "a DocBin a part and language in spaCy's own words, with a configuration for `spacy train`",
            "docbin",
            loses="spans that split a word of spaCy, kind and value of mentions, realis, polarity, modes, arguments and "
            "source of events, relations, sentences where mentions are not annotated",
            extra="spacy",
            needs=("spacy",),
        ),
        Whole(
            "croissant",
            "the tables and texts with their description in Croissant 1.0, responsible AI included",
            "croissant",
            loses="keys of several columns as references, patterns and bounds of columns, passes as they were made",
        ),
        Whole(
            "textee",
            "TextEE JSON Lines, a sentence an instance, for the split and for each fold",
            "textee",
            loses="spans that split a word, sentences where events are not annotated, entities of mentions, realis, polarity, "
            "modes, source and incident of events, relations between sentences",
        ),
        Whole(
            "bigbio",
            "BigBIO JSON Lines in the schema kb, a document an example",
            "bigbio",
            loses="kind and value of mentions, realis, polarity, modes, source and incident of events, sentences and zones, "
            "relations without mentions of both ends",
        ),
    )
}
"""Every format of a whole corpus by its name."""
