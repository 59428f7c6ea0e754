"""A package as the checks see it: its tables, its texts, and which rows and documents earlier findings put in doubt."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.descriptor import TEXT_TABLE, digest, profile
from tigris_corpus.engine.expressions import parsed
from tigris_corpus.engine.reader import LINE, Fault, Reading, read_table
from tigris_corpus.engine.texts import Texts, read_texts
from tigris_corpus.issues import Severity
from tigris_corpus.paths import PathError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tigris_corpus.descriptor import Package, Resource, TableSchema
    from tigris_corpus.issues import Issue

READERS = 2
"""How many threads read tables: reading, hashing and parsing all let the others run."""


@dataclass(frozen=True)
class Table:
    """One table: all its rows as text, the rows not in doubt, and what was wrong with its form.

    ``rows`` has every row that could be read; ``sound`` those without an error so far, with integers and numbers
    parsed; ``lost`` the lines that could not be read.
    """

    resource: Resource
    schema: TableSchema
    rows: pl.DataFrame
    sound: pl.DataFrame
    faults: tuple[Fault, ...]
    readable: bool
    lost: tuple[str, ...]
    size: int
    hash: str

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.resource.name

    @property
    def whole(self) -> bool:
        """Whether no row is lost or in doubt: only then does anything follow from what is absent."""
        return self.readable and not self.lost and self.sound.height == self.rows.height

    @property
    def texts(self) -> pl.DataFrame:
        """The rows that are not in doubt, as text."""
        return self.rows if self.whole else self.rows.join(self.sound.select(LINE), on=LINE, how="semi")

    @property
    def doubtful(self) -> pl.DataFrame:
        """The rows that are in doubt, as text."""
        return self.rows.join(self.sound.select(LINE), on=LINE, how="anti")

    def without(self, lines: set[int]) -> Table:
        """Return the table with the rows on ``lines`` in doubt."""
        sound = self.sound.filter(~pl.col(LINE).is_in(sorted(lines)))
        return replace(self, sound=sound)


@dataclass(frozen=True)
class Snapshot:
    """The tables by name in the order of the descriptor, and the documents that errors have put in doubt.

    A doubt is a file and a document: something is wrong in the file's rows, or in the text, of the document. Where a
    key is wrong, rows may be missing from any table, and the file is None.
    """

    package: Package
    tables: dict[str, Table]
    doubts: frozenset[tuple[str | None, str]] = frozenset()
    _texts: list[Texts] = field(default_factory=list, repr=False)

    @property
    def raw_texts(self) -> pl.DataFrame:
        """The frame of the texts whose rows are not in doubt."""
        documents = self.sound(TEXT_TABLE).select("document_id")
        return self.texts.frame.join(documents, on="document_id", how="semi", maintain_order="left")

    def readable(self, *names: str) -> bool:
        """Whether all the named tables are there and could be read."""
        return all(name in self.tables and self.tables[name].readable for name in names)

    def whole(self, *names: str) -> bool:
        """Whether the named tables could be read and no row of them is missing or in doubt."""
        return all(name in self.tables and self.tables[name].whole for name in names)

    def sound(self, name: str) -> pl.DataFrame:
        """Return the rows of a table that are not in doubt."""
        return self.tables[name].sound

    @property
    def texts(self) -> Texts:
        """The texts of the documents, read when first asked for and kept."""
        if not self._texts:
            readable = self.readable(TEXT_TABLE)
            self._texts.append(read_texts(self.package.gate, self.sound(TEXT_TABLE)) if readable else Texts())
        return self._texts[0]

    @property
    def may_lack_rows(self) -> bool:
        """Whether a key is wrong, so that rows may be missing from any table."""
        return any(file is None for file, _ in self.doubts)

    def at_fault(self, conflicts: pl.DataFrame, table: str, link: str) -> list[str]:
        """Return the targets of a link that conflict with every one of several rows linked to them.

        ``conflicts`` has the column ``link``, a row for each row of ``table`` in conflict. Where all of them are, it
        is most likely the target that is wrong.
        """
        in_conflict = conflicts.group_by(link).agg(conflicts=pl.len())
        linked = self.sound(table).group_by(link).agg(linked=pl.len())
        both = in_conflict.join(linked, on=link).filter(
            (pl.col("linked") > 1) & (pl.col("linked") == pl.col("conflicts"))
        )
        return sorted(both.filter(pl.col(link) != "")[link])

    def doubtful(self, *tables: str) -> set[str]:
        """Return the documents of which the texts, or the rows of the named tables, are in doubt."""
        others = {table.resource.path for name, table in self.tables.items() if name not in tables}
        return {document for file, document in self.doubts if file not in others}

    def doubting(self, issues: Iterable[Issue], spreading: frozenset[str] = frozenset()) -> Snapshot:
        """Return the snapshot with the rows and documents of the errors among ``issues`` in doubt.

        For the codes in ``spreading`` the related places are in doubt as well.
        """
        lines: dict[str, set[int]] = defaultdict(set)
        doubts = set(self.doubts)
        for issue in issues:
            if issue.severity is not Severity.ERROR:
                continue
            for at in (issue.location, *(issue.related if issue.code in spreading else ())):
                if at.file and at.line:
                    lines[at.file].add(at.line)
                if at.document:
                    doubts.add((None if issue.code.startswith("key.") else at.file, at.document))
        if not lines and len(doubts) == len(self.doubts):
            return self
        tables = {
            name: table.without(lines[table.resource.path]) if table.resource.path in lines else table
            for name, table in self.tables.items()
        }
        return replace(self, tables=tables, doubts=frozenset(doubts))


def take_snapshot(package: Package) -> Snapshot:
    """Read every table of a package. What cannot be read is in the snapshot as a table that is not readable."""
    with ThreadPoolExecutor(READERS) as pool:
        tables = pool.map(lambda resource: _table(package, resource), package.tables.values())
    return Snapshot(package, {table.name: table for table in tables})


def _has_profile(name: str, schema: TableSchema) -> bool:
    """Whether a schema has what the checks rely on: the profile's columns, with their types, and its key."""
    wanted = profile().tables.get(name)
    if wanted is None or wanted.schema is None:
        return True
    types = {field.name: field.type for field in schema.fields}
    has_columns = all(types.get(field.name) == field.type for field in wanted.schema.fields)
    return has_columns and schema.key == wanted.schema.key


def _table(package: Package, resource: Resource) -> Table:
    schema = package.schema(resource.name)
    try:
        data = package.gate.read(resource.path)
    except PathError as error:
        reading = Reading(None, (Fault(error.code, str(error)),))
        data = b""
    else:
        reading = read_table(data, schema) if _has_profile(resource.name, schema) else Reading(None)
    rows = reading.frame
    if rows is None:
        rows = pl.DataFrame(schema={**dict.fromkeys(schema.names, pl.String), LINE: pl.UInt32})
    return Table(
        resource=resource,
        schema=schema,
        rows=rows,
        sound=rows.with_columns(*parsed(schema)),
        faults=reading.faults,
        readable=reading.frame is not None,
        lost=reading.lost,
        size=len(data),
        hash=digest(data),
    )
