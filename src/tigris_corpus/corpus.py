"""A package as typed pandas frames, and the texts beside them."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from tigris_corpus.descriptor import TEXT_TABLE, profile, read_steadily
from tigris_corpus.errors import CorpusError, UnreadableError
from tigris_corpus.extent import PARQUET, excess
from tigris_corpus.parquet import Parquet, ParquetError
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

    def __init__(
        self,
        package: Package,
        tables: Mapping[str, pd.DataFrame],
        heights: Mapping[str, tuple[int, ...]] | None = None,
    ) -> None:
        self._package = package
        self.tables: dict[str, pd.DataFrame] = dict(tables)
        """All tables by name, in the order of the descriptor."""
        self._heights = dict(heights or {})
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
            names = self.documents["document_id"]
            has_bytes = document_id.isascii() or document_id.encode("utf-8", "ignore").decode() == document_id
            found = self.documents.loc[names == document_id, "text_path"] if has_bytes else names.head(0)
            if found.empty:
                known = ", ".join(names.dropna().head(10))
                raise CorpusError(f"there is no document {document_id!r}; there is {known}")
            path = found.iloc[0]
            if not isinstance(path, str):
                raise UnreadableError(f"{document_id} has no text: its text_path is empty")
            try:
                self._texts[document_id] = self._package.gate.read(path, MAX_TEXT).decode("utf-8")
            except UnicodeDecodeError as error:
                raise UnreadableError(
                    f"{path}: not UTF-8 at byte {error.start}; run: tigris validate {self._package.root}"
                ) from None
        return self._texts[document_id]

    def place(self, table: str, row: int) -> str:
        """Return the file and the line of a row of a table, by its number from 0; in Parquet, which has none, its row."""
        paths = self._package.tables[table].paths
        return _place(paths, self._heights.get(table, ()), row)


def _place(paths: tuple[str, ...], heights: tuple[int, ...], row: int) -> str:
    """Return the place of a row in the files of a table, of which each has so many rows.

    >>> _place(("a-0.csv", "a-1.csv"), (5, 3), 6), _place(("a.parquet",), (5,), 0)
    ('a-1.csv:3', 'a.parquet, row 1')
    """
    file = 0
    while file < len(paths) - 1 and file < len(heights) and row >= heights[file]:
        row -= heights[file]
        file += 1
    path = paths[file]
    return f"{path}, row {row + 1}" if path.endswith(PARQUET) else f"{path}:{row + 2}"


def load(path: Path | str | None = None) -> Corpus:
    """Return a corpus: the packaged release, or the package at ``path``, a folder or its ``datapackage.json``.

    Loading reads and types; whether the labels are right is for ``validate`` to say. Raises NotAPackageError where
    there is no package, and UnreadableError, which names the file and the row, where a table cannot be read.

    >>> load().events["event_type"].cat.categories[0]
    'AGREE'
    """
    return read_steadily(_load, path)


def _load(package: Package) -> Corpus:
    if package.problems:
        problem = package.problems[0]
        line = f":{problem.line}" if problem.line else ""
        raise UnreadableError(f"{package.root / problem.file}{line}: {problem.message}")
    if TEXT_TABLE not in package.tables:
        raise UnreadableError(f"{package.root}: the package has no table {TEXT_TABLE!r}")
    read = {name: _read(package, resource) for name, resource in package.tables.items()}
    corpus = Corpus(
        package,
        {
            name: frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
            for name, frames in read.items()
        },
        {name: tuple(map(len, frames)) for name, frames in read.items()},
    )
    labels: dict[tuple[str, str], pd.CategoricalDtype] = {}
    for name, frame in corpus.tables.items():
        for field in package.schema(name).fields:
            key = package.vocabulary_of(name, field.name)
            if key is not None:
                source = key.resource, key.reference[0]
                if source not in labels:
                    labels[source] = _labels(corpus.tables[source[0]][source[1]])
                frame[field.name] = _labelled(corpus, name, field.name, labels[source], key.resource)
    return corpus


def _labels(column: pd.Series[Any]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(column.dropna().drop_duplicates().astype("string"))


def _read(package: Package, resource: Resource) -> list[pd.DataFrame]:
    """Return the rows of a table from each of its files, with the dtypes of its schema."""
    schema = package.schema(resource.name)
    return [
        _from_parquet(package, path, schema) if path.endswith(PARQUET) else _from_csv(package, path, schema)
        for path in resource.paths
    ]


def _from_parquet(package: Package, path: str, schema: TableSchema) -> pd.DataFrame:
    where, again = package.root / path, f"run: tigris validate {package.root}"
    try:
        file = Parquet(partial(package.gate.part, path), package.gate.size(path))
        if any(file.names.count(name) != 1 for name in schema.names):
            raise UnreadableError(f"{where}: the columns are not those of its schema; {again}")
        read = file.rows(schema.names).to_pandas(types_mapper=_mapped)
    except ParquetError as error:
        at = "" if error.row is None else f", row {error.row + 1}"
        raise UnreadableError(f"{where}{at}: {error}; {again}") from None
    frame = pd.DataFrame(index=read.index)
    for field in schema.fields:
        column = read[field.name]
        if not pd.api.types.is_numeric_dtype(column):  # what is empty is missing, as in CSV
            column = column.astype("string")
            column = column.mask(column == "")
        try:
            frame[field.name] = column.astype(DTYPES[field.type])
        except (ValueError, TypeError, OverflowError) as error:
            reason = str(error).strip().splitlines() or [""]
            raise UnreadableError(f"{where}: {field.name}: {reason[0][:200]}; {again}") from None
    return frame


def _mapped(kind: Any) -> Any:
    """Return the pandas dtype of a type of Arrow in which no number is lost; None where it is no number."""
    names = {"bool": "boolean", "double": "Float64"}
    name = names.get(str(kind), str(kind).replace("uint", "UInt").replace("int", "Int"))
    is_number = str(kind) in names or str(kind).lstrip("u").startswith("int")
    return pd.api.types.pandas_dtype(name) if is_number else None


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
            f"{where}: {_reason(data, schema.fields, error)}; run: tigris validate {package.root}"
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


def _labelled(
    corpus: Corpus, table: str, name: str, labels: pd.CategoricalDtype, vocabulary: str
) -> pd.Series[Any]:
    """Return a column as categories in the order of their vocabulary; a value outside it raises."""
    column, root = corpus.tables[table][name], corpus.package.root
    codes = labels.categories.get_indexer(pd.Index(column))
    lost = column[(codes < 0) & column.notna()]
    if not lost.empty:
        at = f"{root / corpus.place(table, int(lost.index[0]))}"
        raise UnreadableError(
            f"{at}: {name} {lost.iloc[0]!r} is not in {vocabulary}; run: tigris validate {root}"
        )
    return pd.Series(pd.Categorical.from_codes(codes, dtype=labels), column.index, name=name)


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
        own, frame = corpus.package.schema(name), corpus.tables[name]
        path = corpus.package.tables[name].path
        wanted = profile().schema(name)
        types = {field.name: field.type for field in own.fields}
        for field in wanted.fields:
            if types.get(field.name) != field.type:
                return f"{path}: the column {field.name!r} is not there, or not of the type {field.type}"
            if field.required or field.name in wanted.key:
                empty = frame[field.name].isna() & (field.required or len(wanted.key) == 1)
                if empty.any():
                    return f"{corpus.place(name, int(empty.to_numpy().argmax()))}: {field.name} is empty"
        twice = frame.duplicated(list(wanted.key)) if wanted.key else None
        if twice is not None and twice.any():
            return f"{corpus.place(name, int(twice.to_numpy().argmax()))}: the key of the row stands twice"
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
                    return f"{corpus.place(name, row)}: {key.fields[0]} {cells.iloc[row]!r} leads nowhere"
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
