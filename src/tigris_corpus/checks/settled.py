"""L5: adjudicated labels against the passes that they were settled from: what differs has been decided, with its reason.

Ids of entities and incidents are coined freely, so that those of a pass are held against those of the tables as
clusters, over all documents of its file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks import decisions
from tigris_corpus.checks.rule import by_code, place, rows_at, warning
from tigris_corpus.comparing import (
    LABEL,
    LINKS,
    REGISTRY,
    TABLE_OF,
    alignment,
    between,
    extra_arguments,
    pairs_of,
    span_of,
    value_of,
)
from tigris_corpus.descriptor import KEYS, SPAN_COLUMNS
from tigris_corpus.engine.expressions import document_expr
from tigris_corpus.engine.reader import LINE
from tigris_corpus.issues import KEPT, Location

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tigris_corpus.comparing import Disagreement, Pair
    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

    Row = dict[str, Any]
    Span = tuple[int, int]
    Place = tuple[str, str | Span, str]
    Cut = tuple[int, int, str]

RULES = by_code(
    warning(
        5,
        "pass.unsettled",
        "Where the layer is adjudicated, each difference from a pass has been settled with its reason.",
        "record the decision in adjudication.csv, or restore the label, or mend the cut, or the status of the layer",
        bad="an event that is actual in the tables and future in both passes, and no row of adjudication.csv",
        good="the same, and a row of adjudication.csv that says why",
        gives_way=True,
    ),
    warning(
        5,
        "adjudication.readings",
        "A decision tells what the passes have, and they are kept as they were made: agreement is measured on them.",
        "restore the pass as it was made, or mend the readings",
        bad="\"Event_type of 'agreed': A AGREE, B CONCEDE.\", and AGREE in both passes",
        good="the same, and AGREE in the one pass, CONCEDE in the other",
    ),
)
_RULE = RULES["pass.unsettled"]
_NEEDED = (
    "layers",
    "adjudication",
    "deprecated",
    "sentences",
    "mentions",
    "events",
    "event_modes",
    "arguments",
)
_CELLS = {"source": "source_mention_id"}
_SHOWN = 100
_NOTHING: Row = {"mentions": [], "events": []}
_TWO = 2
_QUOTED = re.compile("'[^']+'")
_SEVERAL = 10
"""So many labels of one layer of a document, or more, were most likely changed in one go."""
_UNEXPLAINED = "and adjudication.csv does not say why"


@dataclass(frozen=True)
class Read:
    """What is kept of a record of a pass in which nothing is wrong: its file and line, and the layers that it is a pass of.

    ``pairs`` are the rows of the tables beside its own, those that are alike without all but their places; ``numbers``
    where its rows stand, by their ids; ``record`` itself is kept where something was decided about its document.
    """

    path: str
    line: int
    layers: frozenset[str]
    document: str
    pairs: Mapping[str, list[Pair]]
    numbers: Mapping[str, int]
    record: Row | None


def read(known: Settlement, path: str, line: int, layers: frozenset[str], record: Row) -> Read:
    """Return what is kept of a record to hold the labels against it, once those of all documents have been read."""
    document = str(record["document_id"])
    is_asked = known.is_whole and any((document, layer) in known.adjudicated for layer in layers)
    pairs = pairs_of(known.records.get(document, _NOTHING), record) if is_asked else {}
    return Read(
        path=path,
        line=line,
        layers=layers,
        document=document,
        pairs={table: [_slim(table, pair) for pair in own] for table, own in pairs.items()},
        numbers={row[key]: number for table, key in KEYS.items() for number, row in enumerate(record[table])},
        record=record if is_asked and any((document, layer) in known.decided for layer in layers) else None,
    )


def _slim(table: str, pair: Pair) -> Pair:
    """Return a pair of two rows that are alike by what they are aligned and found by, another as it is."""
    first, second = pair
    if first is None or first != second:
        return pair
    start, end, _ = SPAN_COLUMNS[table]
    kept = {name: first[name] for name in (start, end, KEYS[table], LINKS[table]) if name in first}
    return kept, kept


class Settlement:
    """What the tables have of the documents that passes are of, looked up once and not for each record."""

    def __init__(self, snapshot: Snapshot, documents: Collection[str]) -> None:
        self._snapshot = snapshot
        self._documents = pl.Series(sorted(documents), dtype=pl.String).implode()

    def _own(self, table: str, column: str) -> Iterator[Row]:
        """Yield the rows of a table that belong to the documents, by a column that begins with their ids."""
        rows = self._snapshot.sound(table).select(pl.exclude(LINE))
        yield from rows.filter(document_expr(column).is_in(self._documents)).iter_rows(named=True)

    @cached_property
    def is_whole(self) -> bool:
        """Whether nothing is lost or in doubt of the labels, so that those that are not there are gone."""
        snapshot = self._snapshot
        return snapshot.readable(*_NEEDED) and snapshot.whole(*LINKS) and not snapshot.may_lack_rows

    @cached_property
    def sentences(self) -> dict[str, set[str]]:
        """The sentences of each document."""
        found: dict[str, set[str]] = {}
        if self._snapshot.readable("sentences"):
            rows = self._snapshot.tables["sentences"].rows.select("document_id", "sentence_id")
            for document, sentence in rows.filter(pl.col("document_id").is_in(self._documents)).iter_rows():
                found.setdefault(document, set()).add(sentence)
        return found

    @cached_property
    def cuts(self) -> dict[str, set[Cut]]:
        """The sentences of each document as they are cut: start, end and zone."""
        found: dict[str, set[Cut]] = {}
        for row in self._own("sentences", "document_id"):
            found.setdefault(row["document_id"], set()).add((row["start"], row["end"], row["zone"]))
        return found

    @cached_property
    def adjudicated(self) -> frozenset[tuple[str, str]]:
        """The documents and layers that are adjudicated."""
        rows = self._snapshot.sound("layers").filter(pl.col("status") == "adjudicated")
        of_passes = rows.filter(pl.col("document_id").is_in(self._documents))
        return frozenset(of_passes.select("document_id", "layer").iter_rows())

    @cached_property
    def decided(self) -> dict[tuple[str, str], dict[str, list[str]]]:
        """The readings that were decided on, by document and layer, and by sentence."""
        found: dict[tuple[str, str], dict[str, list[str]]] = {}
        rows = self._snapshot.sound("adjudication").select("document_id", "layer", "sentence_id", "readings")
        for document, layer, sentence, readings in rows.iter_rows():
            found.setdefault((document, layer), {}).setdefault(sentence, []).append(readings)
        return found

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The ids that were withdrawn."""
        return frozenset(self._snapshot.sound("deprecated")["id"])

    @cached_property
    def registry(self) -> dict[str, frozenset[str]]:
        """The ids of the registry, by the columns that refer to them; none where its table cannot be read."""
        names = {column: table for column, table in REGISTRY.items() if self._snapshot.readable(table)}
        return {
            column: frozenset(self._snapshot.tables[table].rows[column]) for column, table in names.items()
        }

    @cached_property
    def records(self) -> dict[str, Row]:
        """The labels of each document as a record."""
        found: dict[str, Row] = {}
        events: dict[str, Row] = {}
        for table, column in (("mentions", "mention_id"), ("events", "event_id")):
            for row in self._own(table, column):
                document = row[column].partition("-")[0]
                filled = {name: cell for name, cell in row.items() if cell != ""}
                record = found.setdefault(document, {"document_id": document, "mentions": [], "events": []})
                record[table].append(filled)
        for record in found.values():
            events |= {row["event_id"]: row | {"modes": [], "arguments": []} for row in record["events"]}
            record["events"] = [events[row["event_id"]] for row in record["events"]]
        for row in self._own("event_modes", "event_id"):
            if row["event_id"] in events:
                events[row["event_id"]]["modes"].append(row["mode"])
        for row in self._own("arguments", "event_id"):
            if row["event_id"] in events:
                filler = {"role": row["role"], "mention_id": row["mention_id"]}
                events[row["event_id"]]["arguments"].append(filler)
        return found


def of_cut(
    snapshot: Snapshot, known: Settlement, path: str, document: str, cut: Collection[Cut]
) -> Iterator[Issue]:
    """Yield the first sentence that a cut has not as the table has it, where nothing was decided about it."""
    is_known = snapshot.readable("layers", "adjudication", "sentences")
    if not is_known or document in snapshot.doubtful(*snapshot.tables):
        return
    layer = (document, "sentences")
    if layer not in known.adjudicated or layer in known.decided:
        return
    first = min(known.cuts.get(document, set()).difference(cut), default=None)
    if first is None:
        return
    table = snapshot.tables["sentences"]
    is_first = (pl.col("start") == first[0]) & (pl.col("end") == first[1])
    at = table.sound.filter((pl.col("document_id") == document) & is_first).select(LINE)
    zone = next((zone for start, end, zone in cut if (start, end) == first[:2]), None)
    what = f"has this as {zone}" if zone else "cuts this otherwise"
    for row in rows_at(table, at):
        message = f"{path} {what}, and adjudication.csv has no decision on the sentences of {document}"
        found = place(table, row, "zone" if zone else None)
        yield _RULE.issue(found, row["zone" if zone else "sentence_id"], message)


def labels(snapshot: Snapshot, known: Settlement, every: Iterable[Read]) -> Iterator[Issue]:
    """Yield the labels that are not those of a pass, and those of a pass that are gone, where nothing was decided about it."""
    doubtful = snapshot.doubtful(*snapshot.tables)
    of_file: dict[str, list[Read]] = {}
    for one in every:
        if one.pairs and one.document not in doubtful:
            of_file.setdefault(one.path, []).append(one)
    found: dict[Place, list[tuple[Read, Disagreement]]] = {}
    for passes in of_file.values():
        for one, disagreement in _undecided(known, passes):
            found.setdefault(_place_of(disagreement), []).append((one, disagreement))
    together: dict[tuple[str, str], list[list[tuple[Read, Disagreement]]]] = {}
    for several in found.values():
        together.setdefault(_layer_of(several), []).append(several)
    for own, places in together.items():
        if len(places) > _SEVERAL:
            first, *others = (_issue(snapshot, several) for several in places[:KEPT])
            message = f"{first.message} ({len(places):,} labels of {own[1]} in {own[0]})"
            related = (*first.related, *(issue.location for issue in others))
            yield replace(first, message=message, related=related, count=len(places))
        else:
            for several in places:
                yield replace(_issue(snapshot, several), fault=_fault_of(several[0][1]))


def _fault_of(one: Disagreement) -> str | None:
    """Return what one thing that is called another is known by in several places."""
    if one.first is None or one.second is None or one.columns[0] not in REGISTRY:
        return None
    return f"{one.first.get(one.columns[0])} {one.second.get(one.columns[0])}"


def _layer_of(several: list[tuple[Read, Disagreement]]) -> tuple[str, str]:
    one, disagreement = several[0]
    return one.document, disagreement.layer


def _place_of(one: Disagreement) -> Place:
    """Return the row of the tables at which a disagreement is, or else where in the text it is, and its layer."""
    table = TABLE_OF[one.layer]
    return (table, one.first[KEYS[table]] if one.first else span_of(table, one.second or {}), one.layer)


def _undecided(known: Settlement, passes: list[Read]) -> Iterator[tuple[Read, Disagreement]]:
    """Yield where the tables, first, and the passes of a file, second, disagree, and nothing was decided about it."""
    same = {
        table: alignment(
            chain.from_iterable(one.pairs[table] for one in passes), column, known.registry.get(column, ())
        )
        for table, column in LINKS.items()
    }
    for one in passes:
        twins = {
            span_of("mentions", second): span_of("mentions", first)
            for first, second in one.pairs["mentions"]
            if first is not None and second is not None
        }
        for disagreement in between(one.pairs, same):
            layer = (one.document, disagreement.layer)
            is_asked = disagreement.layer in one.layers and layer in known.adjudicated
            is_decided = _is_decided(disagreement, known.decided.get(layer, {}))
            if is_asked and not is_decided and not _is_explained(known, disagreement, twins):
                yield one, disagreement


def _is_decided(one: Disagreement, decided: Mapping[str, list[str]]) -> bool:
    """Whether something was decided about the words at issue, or about a sentence in readings that quote no words."""
    text = SPAN_COLUMNS[TABLE_OF[one.layer]][2]
    words = {f"'{' '.join(row[text].split())}'" for row in (one.first, one.second) if row}
    return any(
        not _QUOTED.search(readings) or any(each in readings for each in words)
        for readings in decided.get(one.sentence_id, ())
    )


def told(snapshot: Snapshot, every: Iterable[Read]) -> Iterator[Issue]:
    """Yield the decisions whose readings are not those of the passes, which have both, or all, or none of what they tell."""
    if not snapshot.readable("adjudication") or snapshot.may_lack_rows:
        return
    of_document: dict[str, list[tuple[Read, Row]]] = {}
    for one in every:
        if one.record is not None:
            of_document.setdefault(one.document, []).append((one, one.record))
    several = [document for document, passes in of_document.items() if len(passes) > 1]
    table = snapshot.tables["adjudication"]
    for row in rows_at(table, table.sound.filter(pl.col("document_id").is_in(several)).select(LINE)):
        asked = decisions.told(row["readings"])
        passes = [record for one, record in of_document[row["document_id"]] if row["layer"] in one.layers]
        if asked is None or len(passes) < _TWO:
            continue
        found = [_labels_at(record, row["sentence_id"], asked) for record in passes]
        cells = {cell for labels in found for cell in labels}
        if asked.column is None:
            is_so = len({len(labels) for labels in found}) > 1
        elif asked.column in REGISTRY:  # ids are told as the other pass has them
            is_so = len(cells) > 1
        else:
            is_so = cells.issuperset(asked.cells)
        if any(len(labels) > 1 for labels in found):
            continue  # words that stand twice in their sentence
        if not is_so:
            have = " and ".join(", ".join(cells) or "nothing" for cells in found)
            message = f"the passes have {_short(have)} of {_short(asked.words)!r}"
            yield RULES["adjudication.readings"].issue(
                place(table, row, "readings"), row["readings"], message
            )


def _labels_at(record: Row, sentence: str, asked: decisions.Told) -> list[str]:
    """Return what a pass has of the words of a sentence."""
    table = f"{asked.noun}s"
    text = SPAN_COLUMNS[table][2]
    rows = [
        row
        for row in record[table]
        if row["sentence_id"] == sentence and " ".join(row[text].split()) == asked.words
    ]
    return [str(row.get(asked.column) or "none") if asked.column else asked.noun for row in rows]


def _is_explained(known: Settlement, one: Disagreement, twins: Mapping[Span, Span]) -> bool:
    """Whether a disagreement is that of another: a row was withdrawn, or a mention has another span, or is on one side alone."""
    first, second = one.first, one.second
    if first is None or second is None:
        return second is not None and second[KEYS[TABLE_OF[one.layer]]] in known.withdrawn
    kept = set(twins.values())
    if one.layer == "arguments":
        ours = {
            (role, start, end) for role, start, end in value_of(first, "arguments") if (start, end) in kept
        }
        theirs = value_of(second, "arguments")
        return ours == {(role, *twins[start, end]) for role, start, end in theirs if (start, end) in twins}
    if one.columns == ("source",):
        span, other = value_of(first, "source"), value_of(second, "source")
        is_alone = (span and span not in kept) or (other and other not in twins)
        return bool(is_alone) or (other is not None and twins[other] == span)
    return False


def _issue(snapshot: Snapshot, several: list[tuple[Read, Disagreement]]) -> Issue:
    """Return the issue of one label that is not as in some passes."""
    one = several[0][1]
    table = TABLE_OF[one.layer]
    text = SPAN_COLUMNS[table][2]
    made = [_in_pass(read, other) for read, other in several if other.second is not None]
    if one.first is None:
        words = (one.second or {})[text]
        message = f"{table} has no {_short(words)!r} at {one.start} to {one.end}, {_UNEXPLAINED}"
        return _RULE.issue(made[0], words[:_SHOWN], message, related=made[1:])
    paths: dict[str, list[str]] = {}
    for read, other in several:
        paths.setdefault(_told(other, other.second, other.first), []).append(read.path)
    theirs = ", ".join(f"{reading} in {' and '.join(of)}" for reading, of in paths.items())
    what = " and ".join(one.columns) if one.kind == LABEL else "span"
    ours = _told(one, one.first, one.second)
    verb = "are" if what.endswith("s") or " and " in what else "is"
    message = f"the {what} of {_short(one.first[text])!r} {verb} {ours} here, and {theirs}, {_UNEXPLAINED}"
    at, value = _in_tables(snapshot, one)
    row = _row_of(snapshot, table, {KEYS[table]: one.first[KEYS[table]]})
    return _RULE.issue(at, value, message, related=[place(snapshot.tables[table], row), *made])


def _told(one: Disagreement, row: Row | None, other: Row | None) -> str:
    """Return what one side has, in words, of what the two disagree in."""
    if row is None:
        return "nothing"
    if one.kind != LABEL:
        return repr(_short(row[SPAN_COLUMNS[TABLE_OF[one.layer]][2]]))
    return ", ".join(_cell(row, column, other or {}) for column in one.columns)


def _cell(row: Row, column: str, other: Row) -> str:
    if column == "arguments":
        extra = extra_arguments(row, value_of(other, "arguments"))
        return " and ".join(f"{one['role']} {_short(one['text'])!r}" for one in extra) or "nothing more"
    if column == "source":
        return repr(_short(row["source"]["text"])) if "source" in row else "none"
    value = row.get(column)
    return (" and ".join(value) if isinstance(value, list) else _short(str(value or ""))) or "none"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _in_tables(snapshot: Snapshot, one: Disagreement) -> tuple[Location, str]:
    """Return the cell of the tables that is at issue, and what stands in it."""
    first, second = one.first or {}, one.second or {}
    table = TABLE_OF[one.layer]
    own = {KEYS[table]: first[KEYS[table]]}
    column = one.columns[0] if one.kind == LABEL else SPAN_COLUMNS[table][2]
    cells = {
        "modes": ("event_modes", "mode", _extra_modes(first, second)),
        "arguments": ("arguments", "mention_id", _extra_arguments(first, second)),
    }
    name, field, extra = cells.get(column, (table, _CELLS.get(column, column), [{}]))
    if not extra:  # the tables lack what the pass has
        return place(snapshot.tables[table], _row_of(snapshot, table, own)), own[KEYS[table]]
    row = _row_of(snapshot, name, own | extra[0])
    return place(snapshot.tables[name], row, field), str(row[field])


def _extra_modes(first: Row, second: Row) -> list[dict[str, str]]:
    return [
        {"mode": mode} for mode in sorted(set(first.get("modes", ())).difference(second.get("modes", ())))
    ]


def _extra_arguments(first: Row, second: Row) -> list[dict[str, str]]:
    extra = extra_arguments(first, value_of(second, "arguments")) if "arguments" in first and second else []
    return [{"role": one["role"], "mention_id": one["mention_id"]} for one in extra]


def _row_of(snapshot: Snapshot, table: str, cells: Mapping[str, str]) -> Row:
    """Return the row of a table that has some cells."""
    is_it = pl.all_horizontal(pl.col(name) == cell for name, cell in cells.items())
    return snapshot.sound(table).filter(is_it).row(0, named=True)


def _in_pass(read: Read, one: Disagreement) -> Location:
    """Return the row of a pass that is at issue."""
    table = TABLE_OF[one.layer]
    row = one.second or {}
    number = read.numbers[row[KEYS[table]]]
    start, end = span_of(table, row)
    return Location(
        file=read.path,
        line=read.line,
        pointer=f"/{table}/{number}",
        document=read.document,
        start=start,
        end=end,
    )
