"""L5: decisions between two passes, held against the labels that they decided.

Readings are told in words, of a fixed form where ``tigris review`` told them. Other words say nothing here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from tigris_corpus.checks.rule import Check, Stage, by_code, place, rows_at, warning
from tigris_corpus.engine.expressions import document_expr, is_one_of
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        5,
        "adjudication.undone",
        "What two passes read otherwise was decided once, and the tables have what was decided.",
        "restore the label that was decided for, or put a new decision in the place of the old",
        bad="the value 2021-12, which pass A has, after a decision for that of B",
        good="the value of B, after a decision for it",
    ),
    warning(
        5,
        "adjudication.rule",
        "A decision is checked against the section of the guidelines that it names.",
        "name a section that the guidelines have, or none",
        bad="10.7, where section 10 ends with 10.2",
        good="10.2",
    ),
)
SECTIONS = {"1.0": {1: 6, 2: 6, 3: 7, 4: 3, 5: 7, 6: 5, 7: 7, 8: 0, 9: 3, 10: 2, 11: 6, 12: 0, 13: 0}}
"""How many parts, or numbered points, each section of the guidelines has, by their version."""
_SECTION = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?(?![0-9.])")

_VERDICT = re.compile(r"As (\S+?)[:.](?: |$)")
_ONE_HAS = re.compile(r"Only (\S+) has the (mention|event) '(.+)' \((\S+) .+\)\.")
_BOTH_HAVE = re.compile(r"([A-Z][a-z_]+) of '(.+)': (\S+) (\S+), (\S+) (\S+)\.")
_SPANS = {
    "mention": ("mentions", "text", "entity_type"),
    "event": ("events", "trigger_text", "event_type"),
}
_COLUMNS = {
    "Entity_type": ("mention", "entity_type"),
    "Mention_type": ("mention", "mention_type"),
    "Value": ("mention", "value"),
    "Event_type": ("event", "event_type"),
    "Realis": ("event", "realis"),
    "Polarity": ("event", "polarity"),
    "Incident": ("event", "incident_id"),
}


class Told(NamedTuple):
    """What a decision tells of two passes in the form that ``tigris review`` gives it: the labels of the words of a sentence.

    ``noun`` is mention or event, and ``column`` None where one pass alone has it; ``cells`` are those of both passes.
    """

    noun: str
    words: str
    column: str | None = None
    cells: tuple[str, ...] = ()


def told(readings: str) -> Told | None:
    """Return what readings tell, or None where they have not that form.

    >>> told("Realis of 'vow': A actual, B future.")
    Told(noun='event', words='vow', column='realis', cells=('actual', 'future'))
    """
    one, both = _ONE_HAS.fullmatch(readings), _BOTH_HAVE.fullmatch(readings)
    if one:
        return Told(one[2], one[3])
    if both and both[1] in _COLUMNS:
        noun, column = _COLUMNS[both[1]]
        return Told(noun, both[2], column, (both[4], both[6]))
    return None


def undone(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the labels that are those of the pass that was decided against, and the decisions whose label is gone."""
    table = snapshot.tables["adjudication"]
    names = ("mentions", "events", "sentences")
    is_told = pl.col("decision").str.starts_with("As ") & (pl.col("sentence_id") != "")
    asked = table.sound.filter(is_told & snapshot.batch.owns("sentence_id"))
    asked = asked.filter(~document_expr("sentence_id").is_in(sorted(snapshot.doubtful(*names))))
    if not asked.height or any(snapshot.tables[name].lost for name in names):
        return
    labels = {
        noun: snapshot.sound(name).filter(is_one_of("sentence_id", asked["sentence_id"]))
        for noun, (name, *_) in _SPANS.items()
    }
    texts = snapshot.sound("sentences").filter(is_one_of("sentence_id", asked["sentence_id"]))
    known = _Known(
        {noun: _by_words(rows, _SPANS[noun][1]) for noun, rows in labels.items()},
        dict(texts.select("sentence_id", "text").iter_rows()),
    )
    for row in rows_at(table, asked.select(LINE)):
        verdict = _VERDICT.match(row["decision"])
        if verdict:
            yield from _of_one(snapshot, known, row, verdict[1])
            yield from _of_both(snapshot, known, row, verdict[1])


class _Known(NamedTuple):
    """The labels of the sentences that were decided on, by kind, sentence and words; and the texts of these sentences."""

    labels: dict[str, dict[tuple[str, str], list[dict[str, Any]]]]
    texts: dict[str, str]


def _by_words(rows: pl.DataFrame, column: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows.sort(LINE).iter_rows(named=True):
        found.setdefault((row["sentence_id"], _plain(row[column])), []).append(row)
    return found


def _plain(text: str) -> str:
    """Return words of a text as readings quote them, on one line."""
    return " ".join(text.split())


def rules(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the decisions by a section that the guidelines of their layer do not have."""
    table = snapshot.tables["adjudication"]
    asked = table.sound.filter(pl.col("rule") != "")
    layers = snapshot.sound("layers").filter(is_one_of("document_id", asked["document_id"]))
    versions = {
        (document, layer): version
        for document, layer, version in layers.select("document_id", "layer", "guideline_version").iter_rows()
    }
    for row in asked.sort(LINE).iter_rows(named=True):
        parts = SECTIONS.get(versions.get((row["document_id"], row["layer"]), ""))
        named = _SECTION.match(row["rule"])
        if parts is None or not named:
            continue
        section, part = int(named[1]), int(named[2] or 1)
        if section not in parts or (named[2] and not 1 <= part <= parts[section]):
            message = f"the guidelines have no section {named[0]}"
            yield RULES["adjudication.rule"].issue(place(table, row, "rule"), row["rule"], message)


def _of_one(snapshot: Snapshot, known: _Known, decision: dict[str, Any], chosen: str) -> Iterator[Issue]:
    """Yield what is wrong after a decision on what one pass alone has: that it is gone, or that it is there."""
    match = _ONE_HAS.fullmatch(decision["readings"])
    if not match:
        return
    maker, noun, words, kind = match.groups()
    name, column, typed = _SPANS[noun]
    there = known.labels[noun].get((decision["sentence_id"], words), [])
    if chosen == maker and not there:
        message = f"{decision['sentence_id']} has no {noun} {words!r} any more, which was decided for"
        at = place(snapshot.tables["adjudication"], decision, "decision")
        yield RULES["adjudication.undone"].issue(at, decision["decision"], message)
    alike = [row for row in there if row[typed] == kind.partition("/")[0]]
    is_once = _plain(known.texts.get(decision["sentence_id"], "")).count(words) == 1
    if chosen != maker and len(there) == 1 and alike and is_once:
        at = place(snapshot.tables[name], alike[0], column)
        yield _again(snapshot, at, words, f"the {noun} {words!r}", decision)


def _of_both(snapshot: Snapshot, known: _Known, decision: dict[str, Any], chosen: str) -> Iterator[Issue]:
    """Yield the label that is that of one pass after a decision for the other."""
    match = _BOTH_HAVE.fullmatch(decision["readings"])
    if not match or match[1] not in _COLUMNS:
        return
    told, words, *sides = match.groups()
    noun, column = _COLUMNS[told]
    readings = dict(zip(sides[::2], ("" if cell == "none" else cell for cell in sides[1::2]), strict=True))
    there = known.labels[noun].get((decision["sentence_id"], words), [])
    if chosen not in readings or len(there) != 1:
        return
    (row,) = there
    rejected = {cell for maker, cell in readings.items() if maker != chosen}
    if row[column] in rejected - {readings[chosen]}:
        at = place(snapshot.tables[_SPANS[noun][0]], row, column)
        yield _again(snapshot, at, row[column], f"the {column} {row[column]!r} of {words!r}", decision)


def _again(snapshot: Snapshot, at: Any, value: str, what: str, decision: dict[str, Any]) -> Issue:
    message = f"{what} is there, and {decision['adjudication_id']} has decided against it"
    related = (place(snapshot.tables["adjudication"], decision, "decision"),)
    return RULES["adjudication.undone"].issue(at, value, message, related=related)


CHECKS = (
    Check((RULES["adjudication.rule"],), rules, needs=("adjudication", "layers"), stages=(Stage.PACKAGE,)),
    Check((RULES["adjudication.undone"],), undone, needs=("adjudication", "mentions", "events", "sentences")),
)
