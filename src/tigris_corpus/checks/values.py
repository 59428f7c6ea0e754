"""L2: the cells of each table against the types, constraints and vocabularies of its schema."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks.rule import Check, by_code, error, place
from tigris_corpus.descriptor import nearest
from tigris_corpus.edtf import bounds
from tigris_corpus.engine.expressions import rules
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import Field
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue, Location

RULES = by_code(
    error(
        2,
        "sch.required",
        "A row without this value says nothing that can be used.",
        "fill the cell",
        bad="D000-M001,,0,5",
        good="D000-M001,D000-S001,0,5",
    ),
    error(
        2,
        "sch.enum",
        "A value outside its vocabulary is counted by nobody.",
        "use a label of the vocabulary, or add the new one to it with its definitions",
        bad="ASAULT",
        good="ASSAULT",
        spreads=True,
    ),
    error(
        2,
        "sch.pattern",
        "A value of another form than the column's is not found by whoever looks for it.",
        "write the value in the form of the column",
        bad="d0-m1",
        good="D000-M001",
    ),
    error(
        2,
        "sch.blank-edge",
        "Blanks at the edge of a cell do not show, and make two of what is one.",
        "remove the blanks around the value",
        bad='"Baghdad "',
        good='"Baghdad"',
    ),
    error(
        2,
        "sch.integer-lexical",
        "A whole number is plain digits: what else some readers take, others refuse.",
        "write the number in the digits 0 to 9, without sign, space or leading zero",
        bad="４０",
        good="40",
    ),
    error(
        2,
        "sch.number-lexical",
        "A number is digits with a full stop before its decimals: what else some readers take, others refuse.",
        "write the number with a full stop, without space or exponent",
        bad="33,3",
        good="33.3",
    ),
    error(
        2,
        "sch.boolean",
        "True and false are written one way, or readers disagree.",
        "write true or false",
        bad="TRUE",
        good="true",
    ),
    error(
        2,
        "sch.minimum",
        "The value is below what it can be.",
        "mend the value",
        bad="-3",
        good="3",
    ),
    error(
        2,
        "sch.maximum",
        "The value is above what it can be.",
        "mend the value",
        bad="latitude 330.3",
        good="latitude 33.03",
    ),
    error(
        2,
        "sch.date",
        "A date that is not in the calendar, or an interval that ends before it begins, cannot be placed in time.",
        "mend the date",
        bad="2023-02-29",
        good="2024-02-29",
    ),
    error(
        2,
        "csv.number-mangled",
        "A spreadsheet has rewritten the number; the other numbers it touched may be wrong without showing it.",
        "restore the whole number, and the file from before the spreadsheet if you can",
        bad="40.0",
        good="40",
    ),
)
_LISTED = 20
_MANGLED = re.compile(
    r"[+-]?[0-9]+([.,][0-9]+|[.,]?[0-9]*[eE][+-]?[0-9]+|([ \u00a0\u202f'\u2019,.][0-9]{3})+)"
)


def cells(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the cells that break their column's rules, one issue a cell, by the first rule that each breaks."""
    unknown: dict[tuple[str, str], list[tuple[Location, list[str]]]] = defaultdict(list)
    for table, broken in _broken_tables(snapshot):
        for field in table.schema.fields:
            found = [(code, expression) for name, code, expression in broken if name == field.name]
            for code, row in _broken_rows(table, found):
                value = row[field.name]
                if code == "sch.enum":
                    key = snapshot.package.vocabulary_of(table.name, field.name)
                    target = key.resource if key else ""
                    allowed = _allowed(snapshot, table.name, field.name) or []
                    unknown[target, value].append((place(table, row, field.name), allowed))
                else:
                    yield _issue(code, table, row, field)
    for (vocabulary, value), places in unknown.items():
        yield _unknown_label(vocabulary, value, places)


def dates(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the dates that have the form of EDTF and are no dates."""
    for table in snapshot.tables.values():
        for field in table.schema.fields:
            if field.edtf:
                values = table.sound[field.name].unique()
                wrong = [value for value in values if value and bounds(value) is None]
                if not wrong:
                    continue
                for row in table.sound.filter(pl.col(field.name).is_in(wrong)).iter_rows(named=True):
                    message = f"{row[field.name]!r} is not a date or an interval of dates"
                    yield RULES["sch.date"].issue(place(table, row, field.name), row[field.name], message)


def _broken_tables(snapshot: Snapshot) -> Iterator[tuple[Table, list[tuple[str, str, pl.Expr]]]]:
    """Yield the tables with any broken cell, each with the (column, code, expression) of the rules that are broken.

    All tables are asked in one pass whether anything is wrong at all; only those where it is are looked at closer.
    """
    asked: list[tuple[Table, list[tuple[str, str, pl.Expr]]]] = []
    for table in snapshot.tables.values():
        if table.readable and table.sound.height:
            compiled = [
                (field.name, code, expression)
                for field in table.schema.fields
                for code, expression in rules(
                    field,
                    _allowed(snapshot, table.name, field.name),
                    is_reference=_is_reference(snapshot, table, field),
                )
            ]
            if compiled:
                asked.append((table, compiled))
    questions = [
        table.texts.lazy().select(*(rule[2].any().alias(str(number)) for number, rule in enumerate(compiled)))
        for table, compiled in asked
    ]
    for (table, compiled), answer in zip(asked, pl.collect_all(questions), strict=True):
        broken = [rule for rule, is_broken in zip(compiled, answer.row(0), strict=True) if is_broken]
        if broken:
            yield table, broken


def _broken_rows(table: Table, found: list[tuple[str, pl.Expr]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (code, row) of the rows that break any of the rules of one column, by the first that each breaks."""
    rest = table.texts
    for code, expression in found:
        broken = rest.filter(expression)
        rest = rest.filter(~pl.col(LINE).is_in(broken[LINE].to_list()))
        for row in broken.iter_rows(named=True):
            yield code, row


def _allowed(snapshot: Snapshot, table: str, column: str) -> list[str] | None:
    """Return the labels of a column's vocabulary in their order, or None where it has none that can be read."""
    key = snapshot.package.vocabulary_of(table, column)
    if key is None or not snapshot.readable(key.resource):
        return None
    return snapshot.tables[key.resource].rows[key.reference[0]].unique(maintain_order=True).to_list()


def _is_reference(snapshot: Snapshot, table: Table, field: Field) -> bool:
    """Whether a cell must stand among the keys of another table, whose form is the same."""
    for key in table.schema.foreign_keys:
        if key.fields == (field.name,) and key.resource and snapshot.readable(key.resource):
            return snapshot.tables[key.resource].schema.field(key.reference[0]).pattern == field.pattern
    return False


def _issue(code: str, table: Table, row: dict[str, Any], field: Field) -> Issue:
    value = row[field.name]
    at = place(table, row, field.name)
    if code == "sch.integer-lexical" and _MANGLED.fullmatch(value):
        return RULES["csv.number-mangled"].issue(at, value, f"{value!r} was a whole number once")
    messages = {
        "sch.required": f"{field.name} is empty",
        "sch.pattern": f"{value!r} has not the form of {field.name}: {field.pattern}",
        "sch.blank-edge": f"{value!r} has blanks at its edge",
        "sch.integer-lexical": f"{value!r} is not a whole number",
        "sch.number-lexical": f"{value!r} is not a number",
        "sch.boolean": f"{value!r} is neither true nor false",
        "sch.minimum": f"{value} is below {_plain(field.minimum)}",
        "sch.maximum": f"{value} is above {_plain(field.maximum)}",
    }
    hint = None
    if code == "sch.pattern" and value != value.strip():
        hint = "remove the blanks around the value"
    return RULES[code].issue(at, value, messages[code], hint)


def _plain(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _unknown_label(vocabulary: str, value: str, places: list[tuple[Location, list[str]]]) -> Issue:
    (first, allowed), *rest = places
    near = nearest(value, allowed)
    count = f" ({len(places)} cells)" if rest else ""
    message = f"{value!r} is not in {vocabulary}{count}"
    listed = f"one of {', '.join(allowed)}" if len(allowed) <= _LISTED else None
    hint = f'did you mean "{near}"?' if near else listed
    return RULES["sch.enum"].issue(first, value, message, hint, (at for at, _ in rest))


CHECKS = (
    Check(tuple(RULES.values()), cells),
    Check((RULES["sch.date"],), dates),
)
