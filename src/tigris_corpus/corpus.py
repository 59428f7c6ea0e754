"""A package as typed pandas frames, and the texts beside them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pandas as pd

from tigris_corpus.descriptor import TEXT_TABLE, open_package, profile
from tigris_corpus.errors import CorpusError, UnreadableError
from tigris_corpus.extent import PARQUET, excess, parquet_excess
from tigris_corpus.paths import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tigris_corpus.descriptor import Field, Package, Resource, TableSchema

csv.field_size_limit(2**31 - 1)  # a cell may be as long as its line
_MANY_LINES = 200_000
_LARGEST = 2**63
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
                self._texts[document_id] = self._package.gate.read(path, MAX_TEXT).decode("utf-8")
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
    read = {name: _read(package, resource) for name, resource in package.tables.items()}
    for name, frame in read.items():
        for field in package.schema(name).fields:
            key = package.vocabulary_of(name, field.name)
            if key is not None:
                labels = read[key.resource][key.reference[0]].dropna().drop_duplicates()
                where = str(package.root / package.tables[name].path)
                frame[field.name] = _labelled(frame[field.name], labels.astype("string"), where, key.resource)
    return Corpus(package, read)


def _read(package: Package, resource: Resource) -> pd.DataFrame:
    """Return the rows of a table from all its files, with the dtypes of its schema."""
    schema = package.schema(resource.name)
    frames = [
        _from_parquet(package, path, schema) if path.endswith(PARQUET) else _from_csv(package, path, schema)
        for path in resource.paths
    ]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _from_parquet(package: Package, path: str, schema: TableSchema) -> pd.DataFrame:
    file = package.gate.resolve(path)
    fault = parquet_excess(file)
    if fault:
        raise UnreadableError(f"{file}: {fault[1]}; run: tigris validate {package.root}")
    try:
        frame = pd.read_parquet(file, columns=list(schema.names))
        for field in schema.fields:
            if field.type == "string":  # what is empty is missing, as in CSV
                column = frame[field.name].astype("string")
                frame[field.name] = column.mask(column == "")
        return frame.astype({field.name: DTYPES[field.type] for field in schema.fields})
    except (ValueError, TypeError, KeyError, OSError) as error:
        reason = str(error).strip().splitlines() or [""]
        raise UnreadableError(f"{file}: {reason[0][:200]}; run: tigris validate {package.root}") from None


def _from_csv(package: Package, path: str, schema: TableSchema) -> pd.DataFrame:
    data = package.gate.read(path)
    where = package.root / path
    dtypes: dict[str, Any] = {field.name: DTYPES[field.type] for field in schema.fields}
    fault = _fault_at_start(data, schema.names)
    if fault:
        line, message = fault
        at = f":{line}" if line else ""
        raise UnreadableError(f"{where}{at}: {message}; run: tigris validate {package.root}")
    try:
        frame = pd.read_csv(
            io.BytesIO(data), dtype=dtypes, keep_default_na=False, na_values=[""], encoding="utf-8"
        )
    except (ValueError, TypeError, OverflowError, pd.errors.ParserError) as error:
        raise UnreadableError(
            f"{where}: {_reason(data, schema.fields, error)}; run: tigris validate"
        ) from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise UnreadableError(
            f"{where}: a row has more cells than the header; run: tigris validate {package.root}"
        )
    return frame


def _fault_at_start(data: bytes, names: tuple[str, ...]) -> tuple[int | None, str] | None:
    """Return what keeps pandas from reading a table as meant, by its size and first two lines: a line and a message."""
    beyond = excess(data)
    if beyond:
        message, line = beyond
        return line, message
    first, second, *_ = *data.removeprefix(b"\xef\xbb\xbf").split(b"\n", 2), b""
    if _cells(first) != list(names):
        return 1, "the columns are not those of its schema"
    if len(_cells(second)) > len(names):  # pandas would take the first cells of every row for its name
        return 2, "a row has more cells than the header"
    lines = data.count(b"\n")
    if lines > _MANY_LINES and data.count(b",") < lines * (len(names) - 1):
        return (
            None,
            "rows have fewer cells than the header, or are blank",
        )  # each would take as much as a whole one
    return None


def _cells(line: bytes) -> list[str]:
    """Return the cells of a line, as far as they can be told."""
    text = (
        line.decode("utf-8", errors="replace").rstrip("\r").replace("\r", " ")
    )  # which no reader takes inside
    return next(csv.reader([text]), [])


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


def shortfall(corpus: Corpus) -> str | None:
    """Return what a corpus lacks of its profile that what is made from its tables relies on; None if nothing.

    The tables, columns and types of the profile, its keys filled and distinct, its required cells filled, and its
    references leading somewhere: the first thing that is not so.
    """
    for name in profile().tables:
        if name not in corpus.tables:
            return f"there is no table {name!r}"
        own, frame, path = corpus.package.schema(name), corpus.tables[name], corpus.package.tables[name].path
        wanted = profile().schema(name)
        types = {field.name: field.type for field in own.fields}
        for field in wanted.fields:
            if types.get(field.name) != field.type:
                return f"{path}: the column {field.name!r} is not there, or not of the type {field.type}"
            if field.required or field.name in wanted.key:
                empty = frame[field.name].isna() & (field.required or len(wanted.key) == 1)
                if empty.any():
                    return f"{path}:{int(empty.to_numpy().argmax()) + 2}: {field.name} is empty"
        twice = frame.duplicated(list(wanted.key)) if wanted.key else None
        if twice is not None and twice.any():
            return f"{path}:{int(twice.to_numpy().argmax()) + 2}: the key of the row stands twice"
    return _lost_reference(corpus)


def _lost_reference(corpus: Corpus) -> str | None:
    """Return a reference of the profile that leads nowhere, or None."""
    for name in profile().tables:
        for key in profile().schema(name).foreign_keys:
            if len(key.fields) == 1:
                cells = corpus.tables[name][key.fields[0]].astype("string")
                known = corpus.tables[key.resource or name][key.reference[0]].astype("string")
                lost = cells.notna() & ~cells.isin(known)
                if lost.any():
                    row = int(lost.to_numpy().argmax())
                    path = corpus.package.tables[name].path
                    return f"{path}:{row + 2}: {key.fields[0]} {cells.iloc[row]!r} leads nowhere"
    return None


def _is_of_type(cell: str, kind: str) -> bool:
    if kind == "boolean":
        return cell in {"true", "false"}
    try:
        if kind == "number":
            float(cell)
            return True
        return -_LARGEST <= int(cell) < _LARGEST
    except ValueError:
        return False
