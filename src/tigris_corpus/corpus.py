"""A package as typed pandas frames, and the texts beside them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pandas as pd

from tigris_corpus.descriptor import TEXT_TABLE, open_package
from tigris_corpus.errors import CorpusError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tigris_corpus.descriptor import Field, Package, Resource

DTYPES = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
"""The pandas dtype of each type of field, where no vocabulary makes it a category."""


class Corpus:
    """The tables of one package as pandas frames, each an attribute by its name.

    ``corpus.events`` is the frame of the table ``events``; vocabularies are there too (``corpus.event_types``).
    Text is ``string``, whole numbers ``Int64``, labels ``category`` with the order of their vocabulary; what is
    empty is ``<NA>``, and "NA", "None" and "null" are text like any other. Offsets are code points.
    """

    def __init__(self, package: Package, tables: Mapping[str, pd.DataFrame]) -> None:
        self._package = package
        self.tables: dict[str, pd.DataFrame] = dict(tables)
        """All tables by name, in the order of the descriptor."""
        self._texts: dict[str, str] = {}

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables: dict[str, pd.DataFrame] = self.__dict__.get("tables", {})
        if name not in tables:
            raise AttributeError(f"the corpus has no table {name!r}; it has {', '.join(tables)}")
        return tables[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.tables]

    def __repr__(self) -> str:
        languages = self.documents["language"].value_counts()
        documents = ", ".join(f"{count} {language}" for language, count in sorted(languages.items()))
        counts = ", ".join(
            f"{len(self.tables[name])} {name}"
            for name in ("sentences", "mentions", "entities", "events", "arguments", "incidents")
            if name in self.tables
        )
        return f"<Corpus {self.name} {self.version}: {len(self.documents)} documents ({documents}); {counts}>"

    @property
    def name(self) -> str:
        """The name of the package."""
        return self._package.name

    @property
    def version(self) -> str:
        """The version of the package, which is the version of its data."""
        return self._package.version

    @property
    def package(self) -> Package:
        """The package that the frames were read from: its root, descriptor and schemas."""
        return self._package

    def text(self, document_id: str) -> str:
        """Return the raw text of a document, in which all offsets count code points.

        Raises CorpusError where there is no such document or its text cannot be read.
        """
        if document_id not in self._texts:
            found = self.documents.loc[self.documents["document_id"] == document_id, "text_path"]
            if found.empty:
                known = ", ".join(self.documents["document_id"].head(10))
                raise CorpusError(f"there is no document {document_id!r}; there is {known}")
            path = str(found.iloc[0])
            try:
                self._texts[document_id] = self._package.gate.read(path).decode("utf-8")
            except UnicodeDecodeError as error:
                raise UnreadableError(
                    f"{path}: not UTF-8 at byte {error.start}; run: tigris validate"
                ) from None
        return self._texts[document_id]


def load(path: Path | str | None = None) -> Corpus:
    """Return a corpus: the packaged release, or the package at ``path``, a folder or its ``datapackage.json``.

    Loading reads and types; whether the labels are right is for ``validate`` to say. Raises NotAPackageError where
    there is no package, and UnreadableError, which names the file and the row, where a table cannot be read.

    >>> load().events["event_type"].cat.categories[0]
    'AGREE'
    """
    package = open_package(path)
    if package.problems:
        problem = package.problems[0]
        line = f":{problem.line}" if problem.line else ""
        raise UnreadableError(f"{package.root / problem.file}{line}: {problem.message}")
    if TEXT_TABLE not in package.tables:
        raise UnreadableError(f"{package.root}: the package has no table {TEXT_TABLE!r}")
    by_need = sorted(package.tables.values(), key=lambda resource: not resource.is_vocabulary)
    read: dict[str, pd.DataFrame] = {}
    for resource in by_need:
        read[resource.name] = _read(package, resource, read)
    return Corpus(package, {name: read[name] for name in package.tables})


def _read(package: Package, resource: Resource, vocabularies: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    schema = package.schema(resource.name)
    data = package.gate.read(resource.path)
    where = package.root / resource.path
    dtypes: dict[str, Any] = {field.name: DTYPES[field.type] for field in schema.fields}
    try:
        frame = pd.read_csv(
            io.BytesIO(data), dtype=dtypes, keep_default_na=False, na_values=[""], encoding="utf-8"
        )
    except (ValueError, TypeError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise UnreadableError(
            f"{where}: {_reason(data, schema.fields, error)}; run: tigris validate"
        ) from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise UnreadableError(
            f"{where}: a row has more cells than the header; run: tigris validate {package.root}"
        )
    if tuple(frame.columns) != schema.names:
        raise UnreadableError(
            f"{where}:1: the columns are not those of its schema; run: tigris validate {package.root}"
        )
    for field in schema.fields:
        key = package.vocabulary_of(resource.name, field.name)
        if key is not None and key.resource in vocabularies:
            labels = vocabularies[key.resource][key.reference[0]].dropna().drop_duplicates()
            frame[field.name] = _labelled(frame[field.name], labels, f"{where}", key.resource)
    return frame


def _labelled(column: pd.Series[Any], labels: pd.Series[Any], where: str, vocabulary: str) -> pd.Series[Any]:
    """Return a column as categories in the order of their vocabulary; a value outside it raises."""
    lost = column[column.notna() & ~column.isin(labels)]
    if not lost.empty:
        line = int(lost.index[0]) + 2
        raise UnreadableError(
            f"{where}:{line}: {column.name} {lost.iloc[0]!r} is not in {vocabulary}; run: tigris validate PATH",
        )
    return column.astype(pd.CategoricalDtype(labels))


def _reason(data: bytes, fields: tuple[Field, ...], error: Exception) -> str:
    """Return what is wrong with a table that pandas does not read as its schema types it."""
    try:
        frame = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8")
    except (ValueError, pd.errors.ParserError, UnicodeDecodeError):
        return str(error).strip().replace("\n", " ")
    if not isinstance(frame.index, pd.RangeIndex):
        return "a row has more cells than the header"
    for field in fields:
        if field.type != "string" and field.name in frame.columns:
            filled = frame[field.name][frame[field.name] != ""]
            wrong = filled[~filled.map(lambda cell, kind=field.type: _is_of_type(cell, kind))]
            if not wrong.empty:
                return f"line {int(wrong.index[0]) + 2}, {field.name}: {wrong.iloc[0]!r} is no {field.type}"
    return str(error).strip().replace("\n", " ")


def _is_of_type(cell: str, kind: str) -> bool:
    if kind == "boolean":
        return cell in {"true", "false"}
    try:
        float(cell) if kind == "number" else int(cell)
    except ValueError:
        return False
    return True
