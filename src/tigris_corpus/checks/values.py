"""L2: the cells of each table against the types, constraints and vocabularies of its schema."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from tigris_corpus.checks.characters import INVISIBLE, hidden_in
from tigris_corpus.checks.characters import RULES as CHARACTERS
from tigris_corpus.checks.rule import EVERYWHERE, Check, by_code, error, place, rows_at
from tigris_corpus.descriptor import nearest, profile
from tigris_corpus.edtf import bounds
from tigris_corpus.engine.expressions import are_plain_integers, rules
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import Field
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

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
        "meta.rights",
        "The rights in a text decide who may do what with it, so the statement is one that lawyers have written.",
        "name one of the statements in schema/vocabulary/rights.csv",
        bad="rights free",
        good="rights in-copyright",
    ),
    error(
        2,
        "reg.qid",
        "A Wikidata id is Q and a number; anything else leads nowhere.",
        "copy the id from the page of the thing, or leave the cell empty",
        bad="wikidata q796",
        good="wikidata Q796",
    ),
    error(
        2,
        "csv.shifted-cells",
        "Where a cell was deleted or added, those after it stand in columns that are not theirs.",
        "put every cell of the row under its heading again",
        bad="D003,fr,,unknown,inferred,Title,… where a cell before the title is missing",
        good="D003,fr,,,unknown,Title,…",
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
_GUESSED = 20
"""For how many unknown labels the nearest one is looked for: guessing is slow."""
_LONGEST = 200
"""How much of a value a near label is looked for: nobody meant a longer one."""
_MANGLED = re.compile(
    r"[+-]?[0-9]+([.,][0-9]+|[.,]?[0-9]*[eE][+-]?[0-9]+|([ \u00a0\u202f'\u2019,.][0-9]{3})+)"
)


def cells(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the cells that break their column's rules, one issue a cell, by the first rule that each breaks."""
    hinted: dict[tuple[str, str], str | None] = {}
    for table, broken in _broken_tables(snapshot):
        shifted = _shifted(table, broken)
        for row in rows_at(table, shifted.select(LINE, "_broken")):
            name = next(name for name, _, _ in broken)
            message = f"{row['_broken']} cells of the row have not the form of their columns"
            yield RULES["csv.shifted-cells"].issue(place(table, row), row[name], message)
        for field in table.schema.fields:
            found = [(code, expression) for name, code, expression in broken if name == field.name]
            common = _common_shapes(table, field, found)
            for code, row in _broken_rows(table, field.name, found, shifted[LINE]):
                value = row[field.name]
                if code == "sch.enum" and not hidden_in(value):
                    key = snapshot.package.vocabulary_of(table.name, field.name)
                    vocabulary = key.resource if key else ""
                    if (vocabulary, value) not in hinted:
                        allowed = _allowed(snapshot, table.name, field.name) or []
                        hinted[vocabulary, value] = _hint(value, allowed) if len(hinted) < _GUESSED else None
                    message = f"{value!r} is not in {vocabulary}"
                    hint, fault = hinted[vocabulary, value], f"{vocabulary} {value}"
                    own = _own_code("sch.enum", table, field)
                    at = place(table, row, field.name)
                    yield RULES[own].issue(at, value, message, hint, fault=fault)
                else:
                    yield _issue(code, table, row, field, common)


_SHIFTED = 3
"""So many cells of one row that break the rules of their columns most likely belong to the columns beside them."""
_FEW_ROWS = 20
"""In more rows than these it is columns that were changed, and not rows."""


def _shifted(table: Table, broken: list[tuple[str, str, pl.Expr]]) -> pl.DataFrame:
    """Return the rows with so many broken cells that the row itself is wrong, with their number in ``_broken``."""
    columns: dict[str, list[pl.Expr]] = {}
    for name, code, expression in broken:
        if code != "sch.blank-edge":
            columns.setdefault(name, []).append(expression)
    if len(columns) < _SHIFTED:
        return pl.DataFrame(schema={LINE: pl.UInt32, "_broken": pl.UInt32})
    counts = pl.sum_horizontal(pl.any_horizontal(found).cast(pl.UInt32) for found in columns.values())
    found = table.texts.select(LINE, _broken=counts).filter(pl.col("_broken") >= _SHIFTED)
    return found if found.height <= _FEW_ROWS else found.clear()


_SAME_MANNER = 3
"""So many cells of a column that break its form in one manner were most likely broken in one go."""


def _shape(cell: pl.Expr) -> pl.Expr:
    """Return the shape of a cell: what is left of it where runs of digits and of letters are one sign each."""
    return cell.str.replace_all("[0-9]+", "0").str.replace_all(r"\p{L}+", "a")


def _common_shapes(table: Table, field: Field, found: list[tuple[str, pl.Expr]]) -> frozenset[str]:
    """Return the shapes of the cells of a column that break its form in the same manner as others do."""
    patterns = [expression for code, expression in found if code == "sch.pattern"]
    if not patterns:
        return frozenset()
    shapes = table.texts.filter(patterns[0]).select(shape=_shape(pl.col(field.name)))
    counts = shapes.group_by("shape").len().filter(pl.col("len") >= _SAME_MANNER)
    return frozenset(counts["shape"])


def dates(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the dates that have the form of EDTF and are no dates."""
    for table in snapshot.due_tables:
        for field in table.schema.fields:
            if field.edtf:
                texts = table.texts  # a column of dates may be one of numbers
                wrong = [value for value in texts[field.name].unique() if value and bounds(value) is None]
                if not wrong:
                    continue
                for row in rows_at(table, texts.filter(pl.col(field.name).is_in(wrong)).select(LINE)):
                    message = f"{str(row[field.name])!r} is not a date or an interval of dates"
                    yield RULES["sch.date"].issue(place(table, row, field.name), row[field.name], message)


def _broken_tables(snapshot: Snapshot) -> Iterator[tuple[Table, list[tuple[str, str, pl.Expr]]]]:
    """Yield the tables with any broken cell, each with the (column, code, expression) of the rules that are broken.

    All tables are asked in one pass whether anything is wrong at all; only those where it is are looked at closer.
    """
    asked: list[tuple[Table, list[tuple[str, str, pl.Expr]]]] = []
    for table in snapshot.due_tables:
        if table.readable and table.sound.height:
            compiled = [
                (field.name, code, expression)
                for field in table.schema.fields
                if not _is_plain(table, field)
                for code, expression in rules(
                    _as_key(field) if field.name in table.schema.primary_key else field,
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


def _as_key(field: Field) -> Field:
    """Return a column of a key, which is filled in every row."""
    return field if field.required else replace(field, required=True)


def _is_plain(table: Table, field: Field) -> bool:
    """Whether a column is one of integers in which nothing is wrong, as a quick look shows."""
    if field.type != "integer" or field.pattern or not table.whole:
        return False
    cells = table.rows[field.name]
    is_filled = not (field.required or field.name in table.schema.primary_key) or bool((cells != "").all())
    return is_filled and are_plain_integers(field, cells, table.sound[field.name])


def _broken_rows(
    table: Table, field: str, found: list[tuple[str, pl.Expr]], told: pl.Series
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (code, row) of the rows that break any of the rules of one column, by the first that each breaks."""
    rest = table.texts.filter(~pl.col(LINE).is_in(told.implode())) if len(told) else table.texts
    for code, expression in found:
        broken = rest.filter(expression)
        rest = rest.filter(~pl.col(LINE).is_in(broken[LINE].to_list()))
        for row in broken.iter_rows(named=True):
            if code != "sch.blank-edge" or _has_blank_edge(row[field]):
                yield code, row


def _has_blank_edge(value: str) -> bool:
    """Whether blanks are at the edge of a text, beside those that do not show, which are reported as such."""
    shown = INVISIBLE.sub("", value)
    return shown.strip() != shown


def _allowed(snapshot: Snapshot, table: str, column: str) -> list[str] | None:
    """Return the labels of a column's vocabulary in their order, or None where it has none that can be read."""
    key = snapshot.package.vocabulary_of(table, column)
    return snapshot.allowed(key) if key else None


def _is_reference(snapshot: Snapshot, table: Table, field: Field) -> bool:
    """Whether a cell must stand among the keys of another table, whose form is the same."""
    for key in table.schema.foreign_keys:
        if key.fields == (field.name,) and key.resource and snapshot.readable(key.resource):
            return snapshot.tables[key.resource].schema.field(key.reference[0]).pattern == field.pattern
    return False


def _issue(
    code: str, table: Table, row: dict[str, Any], field: Field, common: frozenset[str] = frozenset()
) -> Issue:
    value = row[field.name]
    at = place(table, row, field.name)
    hidden = None if code == "sch.blank-edge" else hidden_in(value)  # free text is looked at by itself
    if hidden:
        message = f"{value!r} has a character that does not show: {hidden}"
        return CHARACTERS["enc.invisible-char"].issue(at, value, message)
    if code == "sch.integer-lexical" and _MANGLED.fullmatch(value):
        message = f"{value!r} was a whole number once"
        return RULES["csv.number-mangled"].issue(at, value, message, fault=f"{table.name} {field.name}")
    messages = {
        "sch.required": f"{field.name} is empty",
        "sch.pattern": f"{value!r} has not the form of {field.name}: {form_of(field)}",
        "sch.blank-edge": f"{value!r} has blanks at its edge",
        "sch.integer-lexical": f"{value!r} is not a whole number",
        "sch.number-lexical": f"{value!r} is not a number",
        "sch.boolean": f"{value!r} is neither true nor false",
        "sch.minimum": f"{value} is below {_plain(field.minimum)}",
        "sch.enum": "",
        "sch.maximum": f"{value} is above {_plain(field.maximum)}",
    }
    hint = None
    if code == "sch.pattern" and value != value.strip():
        hint = "remove the blanks around the value"
    fault = f"{table.name} {field.name} {value}"  # one wrong value in many cells has one cause
    shape = re.sub(r"[^\W\d_]+", "a", re.sub("[0-9]+", "0", value))
    if code == "sch.boolean" or (code == "sch.pattern" and shape in common):
        cause = f"{field.name} {shape}" if code == "sch.pattern" else code
        fault = f"{table.name} {cause}"  # whole columns, most likely
    return RULES[_own_code(code, table, field)].issue(at, value, messages[code], hint, fault=fault)


_FORMS = {
    "D(0[0-9]{2}|[1-9][0-9]{2,})-A(0[0-9]{2}|[1-9][0-9]{2,})": "as in D000-A001",
    "[0-9a-f]{64}": "64 digits of 0 to 9 and a to f",
    "[0-9a-f]{16}": "16 digits of 0 to 9 and a to f",
    "https?://[!-~]+": "as in https://example.org/page",
    "[0-9]{2,3}": "two digits or three, as in 03",
    r"[0-9]+\.[0-9]+\.[0-9]+": "as in 0.2.0",
    "[a-z]+[.][a-z0-9-]+": "as in event.missing-role",
    "[A-Z][a-z]+:[A-Z][A-Za-z-]+": "as in Conflict:Attack",
    "[a-z]+(_[a-z]+)*": "lower-case letters, with _ between words",
    "[a-z]+(-[a-z]+)*": "lower-case letters, with - between words",
    "[a-z0-9]+(-[a-z0-9]+)*": "lower-case letters and digits, with - between words",
    "[a-z]{2,3}(-[A-Za-z0-9]{2,8})*": "a language as in fr or en-GB",
    "[A-Z]{3}": "three capitals, as in IRQ",
    "[-0-9./?~]+": "a date as in 2024-07-30, or a number as in 150 or 150/..",
}
"""What some patterns of the profile ask for, in words, where an example says less or there is none."""


def form_of(field: Field) -> str:
    """Return the form that a column asks for in words or by an example; its pattern where nothing better is known."""
    pattern = field.pattern or ""
    if field.edtf:
        return "a date as in 2024, 2024-07 or 2024-07-30, or two with a slash between"
    example = field.example or _examples().get(pattern)
    return _FORMS.get(pattern) or (f"as in {example}" if example else pattern)


@cache
def _examples() -> dict[str, str]:
    """Return an example of each pattern of the profile that has one in some column."""
    fields = [field for name in profile().tables for field in profile().schema(name).fields]
    return {field.pattern: field.example for field in fields if field.pattern and field.example}


_OWN_CODES = {
    ("sch.enum", "documents", "rights"): "meta.rights",
    ("sch.pattern", "entities", "wikidata"): "reg.qid",
}
"""Where a breach of the schema has a code of its own, which says more."""


def _own_code(code: str, table: Table, field: Field) -> str:
    return _OWN_CODES.get((code, table.name, field.name), code)


def _plain(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _hint(value: str, allowed: list[str]) -> str | None:
    composed = unicodedata.normalize("NFC", value)
    near = composed if composed in allowed else nearest(value[:_LONGEST], allowed)
    if near:
        return f'did you mean "{near}"?'
    return f"one of {', '.join(allowed)}" if len(allowed) <= _LISTED else None


CHECKS = (
    Check(tuple(RULES.values()), cells, stages=EVERYWHERE),
    Check((RULES["sch.date"],), dates, stages=EVERYWHERE),
)
