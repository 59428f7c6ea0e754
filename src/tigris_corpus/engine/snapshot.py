"""A package as the checks see it: its tables, its texts, and which rows and documents earlier findings put in doubt.

The tables of the world and of the documents (entities, incidents, documents, layers) are read whole. Those of the
labels are read batch by batch, each batch the rows of some documents: a small package is one batch.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from itertools import pairwise
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from tigris_corpus.descriptor import TEXT_TABLE, packaged_root, profile
from tigris_corpus.engine.expressions import documents_in, documents_of, hashed, number_of, parsed
from tigris_corpus.engine.links import Links, found_at, found_by_number, rows_at_places
from tigris_corpus.engine.order import sorted_alone
from tigris_corpus.engine.reader import LINE, Fault, Reading, empty, read_table
from tigris_corpus.engine.sources import open_source, read_stretches
from tigris_corpus.engine.texts import Texts, read_texts
from tigris_corpus.issues import Severity
from tigris_corpus.paths import PathError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping

    from tigris_corpus.descriptor import ForeignKey, Package, Resource, TableSchema
    from tigris_corpus.engine.sources import Source, Stretch
    from tigris_corpus.issues import Issue, Location
    from tigris_corpus.paths import Gate

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")
_Frames = tuple[pl.DataFrame, ...]

WORKERS = 2
"""How many threads read tables: reading and Polars let the others run."""
_DIGITS = 19
_BLOCK = 2**20
_CELLS = re.compile(r"""[^\s,;|"]+""")
LABEL_TABLES = ("sentences", "mentions", "events", "event_modes", "arguments")
"""The tables whose rows belong to one document each, by the first id of their key; they grow with the texts."""
_UNORDERED = (*LABEL_TABLES, "entities", "incidents")
"""The tables of which no column is in order but by what its rows are named after or part of."""
_PARENTS = {
    "sentences": ("document_id", TEXT_TABLE),
    "mentions": ("sentence_id", "sentences"),
    "events": ("sentence_id", "sentences"),
    "event_modes": ("event_id", "events"),
    "arguments": ("event_id", "events"),
}
"""What each row of these tables is a part of: the column that names it, and the table it is in."""
REGISTRY_LINKS = (("mentions", "entity_id"), ("events", "incident_id"))
"""The columns by which labels refer to the registry: who refers to what is counted over all batches."""
BATCH_BYTES = 48 * 2**20
"""How many bytes of these tables a batch holds, more or less. Reading and checking them takes about five times as many."""
BATCHES = 3
"""How many batches are looked at at a time: one more than there are cores at the least, since each waits now and then."""


@dataclass(frozen=True, eq=False)
class Table:
    """One table: all its rows as text, the rows not in doubt, and what was wrong with its form.

    ``rows`` has every row that could be read; ``sound`` those without an error so far, with integers and numbers
    parsed; ``lost`` the lines that could not be read; ``stretches`` the parts of files that the rows come from.
    """

    resource: Resource
    schema: TableSchema
    rows: pl.DataFrame
    sound: pl.DataFrame
    faults: tuple[Fault, ...] = ()
    readable: bool = True
    lost: tuple[str, ...] = ()
    stretches: tuple[Stretch, ...] = ()

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
        return (
            self.rows.clear() if self.whole else self.rows.join(self.sound.select(LINE), on=LINE, how="anti")
        )

    @cached_property
    def _lost_cells(self) -> frozenset[str]:
        return frozenset(cell for line in self.lost for cell in _CELLS.findall(line))

    @cached_property
    def _lost_text(self) -> str:
        return "\n".join(self.lost)

    def may_hold(self, value: str) -> bool:
        """Whether a line that could not be read, and is reported as broken, holds a value."""
        if not self.lost:
            return False
        return value in self._lost_cells if _CELLS.fullmatch(value) else value in self._lost_text

    def by_number(self, numbers: pl.Series) -> dict[int, dict[str, Any]]:
        """Return those of the rows with some numbers that are not in doubt, by their numbers."""
        if numbers.null_count() == len(numbers):
            return {}
        wanted = numbers.drop_nulls().unique().cast(pl.UInt32)
        rows = self.sound.filter(pl.col(LINE).is_in(wanted.implode()))
        return {row[LINE]: row for row in rows.iter_rows(named=True)}

    def locate(self, number: int) -> tuple[str, int | None, int]:
        """Return the file, the line (None where the file is not text) and the row of the row with a number."""
        stretch = next((one for one in reversed(self.stretches) if one.base < number), self.stretches[0])
        row = number - stretch.base - 1 + stretch.skipped()
        return stretch.path, row + 1 if stretch.is_text else None, row

    def number_at(self, at: Location) -> int | None:
        """Return the number of the row at a location, or None where the table has none there."""
        for stretch in self.stretches:
            if stretch.path == at.file and at.row is not None:
                return at.row + 1 + stretch.base - stretch.skipped()
        return None

    def without(self, numbers: set[int]) -> Table:
        """Return the table with the rows of these numbers in doubt."""
        if not numbers:
            return self
        wrong = pl.Series(sorted(number for number in numbers if 0 <= number < 2**32), dtype=pl.UInt32)
        return replace(self, sound=self.sound.filter(~pl.col(LINE).is_in(wrong.implode())))

    def only(self, batch: Batch) -> Table:
        """Return the table with the rows of a batch; what is wrong with its form belongs to the first one."""
        rows = batch.owns(id_column(self.schema))
        faults = self.faults if batch.low is None else ()
        return replace(self, rows=self.rows.filter(rows), sound=self.sound.filter(rows), faults=faults)


def id_column(schema: TableSchema) -> str:
    """Return the column of a table of labels whose ids begin with their document: the first of its key."""
    return (schema.key or schema.names)[0]


@dataclass(frozen=True, slots=True)
class Batch:
    """The documents whose number is at least ``low`` and below ``high``; None is no limit."""

    low: int | None = None
    high: int | None = None

    def owns(self, column: str) -> pl.Expr:
        """Return whether an id begins with a document of the batch; what begins with none is the first one's."""
        if self.low is None and self.high is None:
            return pl.lit(value=True)
        number = number_of(column).fill_null(-1)
        low = pl.lit(value=True) if self.low is None else number >= self.low
        return low if self.high is None else low & (number < self.high)

    def has(self, document: str) -> bool:
        """Return whether a document is of the batch."""
        digits = document.removeprefix("D")
        number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < _DIGITS else -1
        return (self.low is None or number >= self.low) and (self.high is None or number < self.high)


class OutOfOrderError(Exception):
    """A table whose documents do not follow one another, and so has to be read whole. Never leaves validation."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


@dataclass(frozen=True)
class Census:
    """What is remembered of the batches: which label tables were whole, and how often each key was referred to.

    ``uses`` has, by (table, column), frames of value and count; ``kept`` frames that checks of the corpus work on.
    """

    torn: frozenset[str] = frozenset()
    uses: dict[tuple[str, str], _Frames] = field(default_factory=dict)
    kept: dict[str, _Frames] = field(default_factory=dict)

    def used(self, table: str, column: str) -> pl.DataFrame:
        """Return the values of a column of references (value) and how many rows have each (count)."""
        frames = self.uses.get((table, column), ())
        if not frames:
            return pl.DataFrame(schema={"value": pl.String, "count": pl.UInt32})
        return pl.concat(frames).group_by("value").agg(pl.col("count").sum())

    def remembered(self, check: str, schema: Mapping[str, Any]) -> pl.DataFrame:
        """Return what a check has kept of all batches."""
        frames = self.kept.get(check, ())
        return pl.concat(frames) if frames else pl.DataFrame(schema=schema)

    def __add__(self, other: Census) -> Census:
        return Census(self.torn | other.torn, _joined(self.uses, other.uses), _joined(self.kept, other.kept))


class LineCounts:
    """How many lines of each file are before a position; no part of a file is counted twice."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._known: dict[str, list[tuple[int, int]]] = {}
        self._lock = Lock()

    def skipped(self, path: str, start: int) -> int:
        """Return how many lines more than the number of its row in a stretch from ``start`` the line of a row is."""
        with self._lock:
            known = self._known.setdefault(path, [(0, 0)])
            place = bisect_right(known, start, key=lambda mark: mark[0])
            at, count = known[place - 1]
            if at < start:
                for here in range(at, start, _BLOCK):
                    count += self._gate.part(path, here, min(_BLOCK, start - here)).count(b"\n")
                known.insert(place, (start, count))
        return max(0, count - 1)


class Elsewhere:
    """The labels of all batches, for the few questions that one batch does not answer; each is answered once.

    What is asked for is read again, batch by batch: whoever asks keeps hashes of it, and no rows but a few.
    """

    def __init__(
        self, read: Callable[[str, Batch], Table], batches: tuple[Batch, ...], whole: dict[str, Table]
    ) -> None:
        self._read = read
        self._batches = batches
        self._whole = whole
        self._answers: dict[Hashable, Any] = {}
        self._lock = RLock()

    def tables(self, name: str) -> Iterator[Table]:
        """Yield a table of labels in pieces, which are the batches, or the whole where it is read whole."""
        if name in self._whole:
            yield self._whole[name]
        else:
            yield from (self._read(name, batch) for batch in self._batches)

    def once(self, question: Hashable, answer: Callable[[], _Answer]) -> _Answer:
        """Return what was answered before to a question, else the answer, which is kept."""
        with self._lock:
            if question not in self._answers:
                self._answers[question] = answer()
            found: _Answer = self._answers[question]
        return found

    def keys(self, name: str, columns: tuple[str, ...]) -> pl.Series:
        """Return the hashes of some columns of every row of a table."""
        return self.once(
            (name, columns),
            lambda: pl.concat(
                [table.rows.select(hashed(columns)).to_series() for table in self.tables(name)]
            ),
        )

    def lost(self, name: str) -> tuple[Table, ...]:
        """Return the pieces of a table with lines that could not be read, without their rows."""
        return self.once(
            (name, "lost"),
            lambda: tuple(
                replace(table, rows=table.rows.clear(), sound=table.sound.clear())
                for table in self.tables(name)
                if table.lost
            ),
        )


def _joined(one: dict[_Key, _Frames], other: dict[_Key, _Frames]) -> dict[_Key, _Frames]:
    return {key: one.get(key, ()) + other.get(key, ()) for key in dict.fromkeys([*one, *other])}


@dataclass(frozen=True)
class Snapshot:
    """The tables by name in the order of the descriptor, and the documents that errors have put in doubt.

    ``due`` names the tables whose rows are to be looked at now, and ``batch`` says of which documents those of the
    labels are; ``elsewhere`` has the labels of the others, where there are several batches; ``census`` is there when
    all batches have been; ``base`` is an earlier release, where there is one. A doubt is a table, or the file of a
    text, and a document: something is wrong in its rows, or in the text, of the document. Where a key is wrong, rows
    may be missing from any table, and the first is None.
    """

    package: Package
    tables: dict[str, Table]
    due: frozenset[str] = frozenset()
    batch: Batch = Batch()
    doubts: frozenset[tuple[str | None, str]] = frozenset()
    census: Census = Census()
    base: Snapshot | None = None
    elsewhere: Elsewhere | None = None
    _texts: list[Texts] = field(default_factory=list, repr=False)
    _links: Links = field(default_factory=Links, repr=False)
    _of_all: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def due_tables(self) -> Iterator[Table]:
        """The tables whose rows are to be looked at now."""
        return (table for name, table in self.tables.items() if name in self.due)

    @cached_property
    def raw_texts(self) -> pl.DataFrame:
        """The frame of the texts of the batch whose rows are not in doubt."""
        documents = self.documents.select("document_id")
        return self.texts.frame.join(documents, on="document_id", how="semi", maintain_order="left")

    @cached_property
    def documents(self) -> pl.DataFrame:
        """The rows of the documents of the batch that are not in doubt."""
        return self.sound(TEXT_TABLE).filter(self.batch.owns("document_id"))

    def blank(self, layer: str) -> pl.Series:
        """Return the documents of which nobody has annotated a layer: nothing is missed in them."""
        blank = self.of_all_batches("blank layers", self._blank_layers)
        return blank.get(layer, pl.Series(dtype=pl.String))

    def _blank_layers(self) -> dict[str, pl.Series]:
        if not self.readable("layers"):
            return {}
        layers = self.tables["layers"].rows.select("layer", "document_id", "status")
        blank = layers.filter(pl.col("status") == "blank")
        return {str(name): rows["document_id"] for (name,), rows in blank.group_by("layer")}

    def of_all_batches(self, what: str, find: Callable[[], _Answer]) -> _Answer:
        """Return what is found once for all batches, by its name."""
        if what not in self._of_all:
            self._of_all[what] = find()
        found: _Answer = self._of_all[what]
        return found

    def readable(self, *names: str) -> bool:
        """Whether all the named tables are there and could be read."""
        return all(name in self.tables and self.tables[name].readable for name in names)

    def whole(self, *names: str) -> bool:
        """Whether the named tables could be read and no row of them is missing or in doubt."""
        return all(
            self.tables[name].whole
            if name in self.tables
            else name in self.package.tables and name not in self.census.torn
            for name in names
        )

    def sound(self, name: str) -> pl.DataFrame:
        """Return the rows of a table that are not in doubt."""
        return self.tables[name].sound

    def places(self, name: str, column: str, target: str) -> pl.Series:
        """Return for each row of ``sound(name)`` where in ``sound(target)`` the row is that it names in a column, else null."""
        children, parents = self.sound(name), self.sound(target)
        key = self.tables[target].schema.key[0]

        def find() -> pl.Series:
            if name not in _PARENTS or target not in _PARENTS or column == _PARENTS[name][0]:
                return found_at(children, column, parents, key)
            return found_by_number(
                children.select(name=column).with_columns(home=self.homes(name)),
                parents.select(name=key).with_columns(home=self.homes(target)),
            )

        return self._links.places((name, column), children, parents, find)

    def beside(
        self, name: str, column: str, target: str, *wanted: str | pl.Expr, **named: str | pl.Expr
    ) -> pl.DataFrame:
        """Return for each row of ``sound(name)`` some columns of the row of ``sound(target)`` that it names, else nulls."""
        return rows_at_places(self.sound(target), self.places(name, column, target), *wanted, **named)

    def homes(self, name: str) -> pl.Series:
        """Return where in ``sound("documents")`` the document is that each row of ``sound(name)``, labels, belongs to, else null."""
        parts = [name]
        while parts[-1] != TEXT_TABLE:
            parts.append(_PARENTS[parts[-1]][1])
        there = [part for part in parts if self.readable(part)]
        return self.once(f"homes of {name}", there, lambda: self._homes(name).to_frame("home"))["home"]

    def _homes(self, name: str) -> pl.Series:
        column, target = _PARENTS[name]
        if self.readable(TEXT_TABLE, target):
            places = self.places(name, column, target)
            homes = places if target == TEXT_TABLE else self.homes(target).gather(places)
            if not homes.null_count():
                return homes
        if not self.readable(TEXT_TABLE):
            return pl.repeat(None, self.sound(name).height, dtype=pl.UInt32, eager=True)
        ids = documents_of(self.sound(name)[id_column(self.tables[name].schema)])
        children = ids.alias("document_id").to_frame()
        return found_at(children, "document_id", self.sound(TEXT_TABLE), "document_id")

    def once(self, what: str, names: Iterable[str], find: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return what is found in the rows of some tables that are not in doubt: once, as long as these are the same."""
        return self._links.once(what, [self.sound(name) for name in names], find)

    def labels(self, name: str, *columns: str) -> pl.DataFrame:
        """Return the labels of a vocabulary, with those of the profile that it lacks: their loss is reported once."""
        own, profiled = self.tables[name].rows, profile_labels().get(name)
        if profiled is None or profiled is own:
            return own.select(columns).unique()
        return pl.concat([own.select(columns), profiled.select(columns)]).unique()

    def allowed(self, key: ForeignKey) -> list[str] | None:
        """Return the labels of one vocabulary in their order, with those of the profile that it lacks, or None if it is unread."""
        if not self.readable(key.resource):
            return None
        labels = self.tables[key.resource].rows[key.reference[0]].to_list()
        if self.package.root != packaged_root() and key.resource in profile_labels():
            labels += profile_labels()[key.resource][key.reference[0]].to_list()
        return list(dict.fromkeys(labels))

    @property
    def texts(self) -> Texts:
        """The texts of the documents, read when first asked for and kept."""
        if not self._texts:
            readable = self.readable(TEXT_TABLE)
            self._texts.append(read_texts(self.package.gate, self.documents) if readable else Texts())
        return self._texts[0]

    @property
    def may_lack_rows(self) -> bool:
        """Whether a key is wrong, so that rows may be missing from any table."""
        return any(owner is None for owner, _ in self.doubts)

    def doubtful(self, *tables: str) -> set[str]:
        """Return the documents of which the texts, or the rows of the named tables, are in doubt."""
        others = set(self.package.tables).difference(tables)
        return {document for owner, document in self.doubts if owner not in others}

    def doubting(self, issues: Iterable[Issue], spreading: frozenset[str] = frozenset()) -> Snapshot:
        """Return the snapshot with the rows and documents of the errors among ``issues`` in doubt.

        For the codes in ``spreading`` the related places are in doubt as well.
        """
        numbers: dict[str, set[int]] = defaultdict(set)
        doubts = set(self.doubts)
        for issue in issues:
            if issue.severity is not Severity.ERROR:
                continue
            for at in (issue.location, *(issue.related if issue.code in spreading else ())):
                name = self.package.table_at.get(at.file or "")
                number = self.tables[name].number_at(at) if name in self.tables else None
                if name and number is not None:
                    numbers[name].add(number)
                if at.document:
                    doubts.add((None if issue.code.startswith("key.") else name or at.file, at.document))
        if not numbers and len(doubts) == len(self.doubts):
            return self
        tables = {name: table.without(numbers[name]) for name, table in self.tables.items()}
        return replace(self, tables=tables, doubts=frozenset(doubts))


@dataclass(frozen=True)
class Plan:
    """How the tables of the labels are read: their files, the batches, and the tables that have to be read whole."""

    sources: dict[str, list[Source]]
    batches: tuple[Batch, ...]
    whole: dict[str, Table]
    lines: LineCounts
    elsewhere: Elsewhere | None = None
    base: Plan | None = None


def take_snapshot(package: Package) -> Snapshot:
    """Read every table but those of the labels. What cannot be read is in the snapshot as not readable."""
    names = [name for name in package.tables if name not in LABEL_TABLES]
    with ThreadPoolExecutor(WORKERS) as pool:
        tables = dict(zip(names, pool.map(lambda name: _whole_table(package, name), names), strict=True))
    return Snapshot(package, tables, frozenset(tables))


def plan(snapshot: Snapshot, out_of_order: Container[str] = (), batches: tuple[Batch, ...] = ()) -> Plan:
    """Return how the tables of the labels are read: in the batches given, or in some of about ``BATCH_BYTES``.

    Where a table's documents are known to be out of order, a header is not that of the schema, or the ids of its
    documents are not in the first column, it is read whole.
    """
    package = snapshot.package
    sources = {name: _sources(package, name) for name in LABEL_TABLES if name in package.tables}
    weight = sum(source.weight for found in sources.values() for source in found)
    numbers: list[int] = []
    if weight > BATCH_BYTES and snapshot.readable(TEXT_TABLE):
        found = snapshot.tables[TEXT_TABLE].rows.select(number_of("document_id")).to_series()
        numbers = sorted(found.drop_nulls().unique())
    count = max(1, min(-(-weight // BATCH_BYTES), len(numbers)))
    limits = [None, *(numbers[len(numbers) * cut // count] for cut in range(1, count)), None]
    batches = batches or tuple(Batch(low, high) for low, high in pairwise(limits))
    uncut = [
        name
        for name, found in sources.items()
        if len(batches) > 1 and (name in out_of_order or not _can_be_cut(package.schema(name), found))
    ]
    whole = {name: _whole_table(package, name) for name in uncut}
    lines = LineCounts(package.gate)
    base = plan(snapshot.base, out_of_order, batches) if snapshot.base else None

    def read(name: str, batch: Batch) -> Table:
        return _table(package, name, sources[name], batch, lines)

    elsewhere = Elsewhere(read, batches, whole) if len(batches) > 1 else None
    return Plan(sources, batches, whole, lines, elsewhere, base)


def _can_be_cut(schema: TableSchema, sources: list[Source]) -> bool:
    """Whether the files of a table can be cut by what their lines begin with, which is the id of a document."""
    return id_column(schema) == schema.names[0] and all(source.has_header for source in sources)


def read_labels(package: Package, plan: Plan, batch: Batch) -> dict[str, Table]:
    """Return the rows of the labels of a batch."""
    return {
        name: plan.whole[name].only(batch)
        if name in plan.whole
        else _table(package, name, sources, batch, plan.lines)
        for name, sources in plan.sources.items()
    }


def texts_of(snapshot: Snapshot, batch: Batch) -> Texts:
    """Return the texts of a batch."""
    return replace(snapshot, batch=batch, _texts=[]).texts


def read_batch(
    snapshot: Snapshot,
    plan: Plan,
    batch: Batch,
    read: dict[str, Table] | None = None,
    texts: Texts | None = None,
) -> Snapshot:
    """Return the snapshot with the labels of a batch, which are due, as they have been read or are now. Raises OutOfOrderError."""
    package = snapshot.package
    read = read_labels(package, plan, batch) if read is None else read
    tables = {name: read.get(name, snapshot.tables.get(name)) for name in package.tables}
    base = read_batch(snapshot.base, plan.base, batch) if snapshot.base and plan.base else snapshot.base
    kept = {name: table for name, table in tables.items() if table is not None}
    found = replace(
        snapshot,
        tables=kept,
        due=frozenset(read),
        batch=batch,
        base=base,
        elsewhere=plan.elsewhere,
        _texts=[texts] if texts else [],
        _links=Links(),
    )
    if len(plan.batches) > 1:
        for name in read.keys() - plan.whole.keys():
            if found.readable(name) and not _is_part_of_others(found, name):
                _expect_in_order(found.tables[name], batch)
    return found


def _is_part_of_others(snapshot: Snapshot, name: str) -> bool:
    """Whether all rows of a table are parts of rows of the batch that are not in doubt, and so are in their place."""
    column, target = _PARENTS[name]
    return (
        target != TEXT_TABLE
        and snapshot.readable(target)
        and not snapshot.places(name, column, target).null_count()
    )


def _expect_in_order(table: Table, batch: Batch) -> None:
    documents = documents_in(table.rows[id_column(table.schema)]).alias("document").to_frame()
    numbers = documents.select(number_of("document")).to_series().drop_nulls()
    below = batch.low is not None and bool((numbers < batch.low).any())
    if below or (batch.high is not None and bool((numbers >= batch.high).any())):
        raise OutOfOrderError(table.name)


@cache
def profile_labels() -> dict[str, pl.DataFrame]:
    """Return the vocabularies of the installed profile as text, by name."""
    installed = profile()
    read = {
        name: read_table(installed.gate.read(resource.path), installed.schema(name)).frame
        for name, resource in installed.tables.items()
        if resource.is_vocabulary
    }
    return {name: frame for name, frame in read.items() if frame is not None}


def _has_profile(name: str, schema: TableSchema) -> bool:
    """Whether a schema has what the checks rely on: the profile's columns, with their types, and its key."""
    wanted = profile().tables.get(name)
    if wanted is None or wanted.schema is None:
        return True
    types = {field.name: field.type for field in schema.fields}
    has_columns = all(types.get(field.name) == field.type for field in wanted.schema.fields)
    return has_columns and schema.key == wanted.schema.key


def _sources(package: Package, name: str) -> list[Source]:
    """Return the files of a table, or none where one of them cannot be opened."""
    try:
        return [open_source(package.gate, path, package.schema(name)) for path in package.tables[name].paths]
    except PathError:
        return []


def _whole_table(package: Package, name: str) -> Table:
    return _table(package, name, _sources(package, name), Batch(), LineCounts(package.gate))


def _table(package: Package, name: str, sources: list[Source], batch: Batch, lines: LineCounts) -> Table:
    """Return the rows of a table that belong to a batch."""
    resource, schema = package.tables[name], package.schema(name)
    reading = Reading(None)
    stretches: tuple[Stretch, ...] = ()
    if not sources:
        reading = Reading(None, _faults_of_opening(package, resource))
    elif _has_profile(name, schema):
        cut = [
            (
                0 if batch.low is None else source.cut(batch.low),
                None if batch.high is None else source.cut(batch.high),
            )
            for source in sources
        ]
        there = [number for number, (start, stop) in enumerate(cut) if not start or start != stop]
        if there:
            reading, stretches = read_stretches([sources[n] for n in there], [cut[n] for n in there])
            stretches = tuple(
                replace(stretch, skipped=partial(lines.skipped, stretch.path, cut[n][0] or 0))
                if stretch.is_text
                else stretch
                for n, stretch in zip(there, stretches, strict=True)
            )
        else:
            reading = Reading(empty(schema))
    rows = reading.frame
    if rows is not None and name in _UNORDERED:
        alone = sorted_alone(rows, schema, profile().schema(name).names)
        reading = replace(reading, faults=(*reading.faults, alone)) if alone else reading
    # Where the columns are in another order, or one is, the cells may stand under or beside the wrong ones.
    is_mixed_up = any(fault.code in {"csv.column-order", "csv.sorted-column"} for fault in reading.faults)
    rows = empty(schema) if rows is None or is_mixed_up else rows
    numbers = parsed(schema)
    return Table(
        resource=resource,
        schema=schema,
        rows=rows,
        sound=rows.with_columns(*numbers) if numbers else rows,
        faults=reading.faults,
        readable=reading.frame is not None and not is_mixed_up,
        lost=reading.lost,
        stretches=stretches,
    )


def _faults_of_opening(package: Package, resource: Resource) -> tuple[Fault, ...]:
    for path in resource.paths:
        try:
            package.gate.resolve(path)
        except PathError as error:
            return (Fault(error.code, str(error), path=path),)
    return ()
