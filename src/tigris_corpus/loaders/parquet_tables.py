"""Parquet: every table and vocabulary as a file, and ``texts.parquet``, with the raw text of each document.

Types are those of the frames: text is a string, a whole number ``int64``, another number ``double``, a truth value
``bool``, a label dictionary-encoded with all labels of its vocabulary in their order; what is empty is null. The file
says of the corpus what it is (``describing.about``), of the table its title and description, and of each column its
description; Arrow reads these as metadata of the schema and of the fields. pandas gives the frames of ``load`` back.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import parquet

from tigris_corpus.loaders import describing
from tigris_corpus.loaders.describing import TEXTS, TEXTS_TITLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from tigris_corpus.corpus import Corpus

SUFFIX = ".parquet"


def files(corpus: Corpus) -> dict[str, bytes]:
    """Return the tables, the texts and a page about them. Needs the extra ``scale``."""
    body = "\n".join(
        [
            "| file | holds |\n|---|---|",
            *(
                f"| `{name}{SUFFIX}` | {describing.first_sentence(corpus.package.schema(name).description)} |"
                for name in corpus.tables
            ),
            f"| `{TEXTS}{SUFFIX}` | {TEXTS_TITLE} |",
        ]
    )
    page = describing.readme(corpus, "as Parquet, a file a table", body)
    return {**tables(corpus), describing.README: page}


def tables(corpus: Corpus) -> dict[str, bytes]:
    """Return the tables and the texts, by the names of their files. Raises CorpusError where a text cannot be read."""
    about = describing.about(corpus)
    found = {}
    for name, frame in corpus.tables.items():
        schema = corpus.package.schema(name)
        told = about | {"table": name, "table_title": schema.title, "table_description": schema.description}
        columns = {field.name: field.description for field in schema.fields}
        found[f"{name}{SUFFIX}"] = written(frame, told, columns)
    return found | {
        f"{TEXTS}{SUFFIX}": written(describing.texts(corpus), about | {"table": TEXTS}, {"text": TEXTS_TITLE})
    }


def written(frame: pd.DataFrame, about: Mapping[str, str], columns: Mapping[str, str]) -> bytes:
    """Return a frame as a file of Parquet. ``about`` is its metadata, ``columns`` the descriptions of columns by name."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [
        field.with_metadata({"description": columns[field.name]}) if columns.get(field.name) else field
        for field in table.schema
    ]
    table = table.cast(pa.schema(fields, metadata={**(table.schema.metadata or {}), **about}))
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
