"""L0: characters that look like others or like nothing, in what people wrote: names, titles, notes, ids.

The slices of the raw texts are left out: a text is published as it was found, and its slices are compared with it. Of a
text itself, only words of two alphabets are told, which no reader can have seen.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks.package import RULES as PACKAGE
from tigris_corpus.checks.rule import EVERYWHERE, Check, by_code, error, place, warning
from tigris_corpus.descriptor import SPANS, TEXT_TABLE
from tigris_corpus.issues import Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.descriptor import Field
    from tigris_corpus.engine.snapshot import Snapshot, Table
    from tigris_corpus.issues import Issue

RULES = by_code(
    error(
        0,
        "enc.not-nfc",
        "Two ways of writing one letter look equal and compare unequal.",
        "write the cell in Unicode normalization form C",
        bad="E, acute accent",
        good="\N{LATIN CAPITAL LETTER E WITH ACUTE}",
    ),
    error(
        0,
        "enc.invisible-char",
        "A character that does not show makes two cells look equal that are not, or text run the other way.",
        "remove the character",
        bad="Bagh[zero width space]dad",
        good="Baghdad",
    ),
    warning(
        0,
        "enc.mixed-script",
        "A letter of another alphabet among those of a word looks right and is never found by a search.",
        "write the word in one alphabet",
        bad="D\N{CYRILLIC SMALL LETTER A}ech, with a Cyrillic letter",
        good="Daech",
    ),
    warning(
        0,
        "enc.mojibake",
        "Text that was read in the wrong encoding and saved again keeps its damage.",
        "restore the cell from before it was damaged, and save it as UTF-8",
        bad="\N{LATIN CAPITAL LETTER A WITH TILDE}\N{COPYRIGHT SIGN}tats-Unis",
        good="\N{LATIN CAPITAL LETTER E WITH ACUTE}tats-Unis",
    ),
    warning(
        0,
        "enc.escaped",
        "A tool that writes text for another format leaves its signs behind: nobody reads them, and no search finds the word.",
        "write the character itself",
        bad="d&eacute;fense, d\\u00e9fense, d%C3%A9fense, b'd\u00e9fense' or <i>d\u00e9fense</i>",
        good="d\u00e9fense",
    ),
    warning(
        0,
        "sch.placeholder",
        "What holds the place of a value is taken for one by whoever reads the table.",
        "write the value, or leave the cell empty where it may be",
        bad="TBD",
        good="Rocket attack on Ain al-Asad",
    ),
    warning(
        0,
        "csv.long-cell",
        "Readers of CSV in many languages give up on a cell of more than 131,072 bytes.",
        "keep long text in a file of its own, and name the file",
        bad="a note of 4 MiB",
        good="a note of a few lines",
    ),
    error(
        0,
        "csv.spreadsheet-error",
        "A spreadsheet has put the name of an error, or a day, in the place of the value.",
        "restore the value from before the spreadsheet",
        bad="#REF!",
        good="Rocket attack on Ain al-Asad",
    ),
    warning(
        0,
        "sec.formula",
        "A cell that begins like a formula is one for whoever opens the table in a spreadsheet.",
        "begin the cell with another character",
        bad='=HYPERLINK("https://example.org")',
        good="see https://example.org",
    ),
)
_INVISIBLE = (
    "\u0080-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
_JOINERS = "\u200c\u200d"
"""They join and part letters and emoji in text that is quite right, and have no place in an id."""
INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_HARD_BLANK = re.compile("[\u00a0\u2007\u202f]")
_BEYOND_LATIN = "[^\\x{00}-\\x{2ff}\\x{2010}-\\x{2027}]"
"""What is no Latin letter, and no dash, quotation mark or dots, of which a text is full."""
LONGEST = 131_072
_FEW = 1_000
"""So few rows make a table small."""
_LATIN, _OTHER = "[A-Za-zÀ-ÖØ-öø-\u024f]", "[\u0386-\u03bb\u03bd-\u03ff\u0400-\u052f]"
_MIXED = re.compile(f"{_LATIN}{_OTHER}|{_OTHER}{_LATIN}")
_LEADS = (b"\xce", b"\xcf", b"\xd0", b"\xd1")
"""The bytes that Greek letters and the usual Cyrillic ones begin with, in UTF-8."""
_WORD = re.compile(r"\w+")
_DAMAGE = re.compile(
    "[ÂÃ][\u0080-\u00bf\u02c6\u02dc\u2018-\u203a\u0152-\u0192€™š]|â[€\u0080]|[\ufffd\ue000-\uf8ff]"
)
_DAMAGED = (
    b"\xc3\x82",
    b"\xc3\x83",
    b"\xc3\xa2\xe2\x82\xac",
    b"\xc3\xa2\xc2\x80",
    b"\xee",
    b"\xef\xbf\xbd",
    b"\xef\xa3",
)
"""The bytes that it begins with, in UTF-8."""
_MOJIBAKE = re.compile(rf"(?<!/)\b[A-Za-zÀ-ɏ]+\?[A-Za-zÀ-ɏ]|{_DAMAGE.pattern}")
"""Two or three bytes of UTF-8 as Windows-1252 or Latin-1 shows them, and what stands where a letter was lost."""
_ESCAPED = re.compile(
    r"&(?:[A-Za-z]{2,30}[0-9]{0,2}|#[0-9]{2,7}|#[xX][0-9A-Fa-f]{2,6});|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[\"'/])"
    r"|%[CDE][0-9A-F]%[89AB][0-9A-F]|</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>"
    r'|""[^"]+""|'
    r"=[CDE][0-9A-F]=[89AB][0-9A-F]|=\?[A-Za-z0-9-]{3,20}\?[BbQq]\?"
    r"|^b(?:'.*'|\".*\")\Z|^\[(?:'.*'|\".*\")\]\Z|^\[object [A-Z][A-Za-z]*\]\Z"
)
"""A character as HTML, JSON, an address or a letter writes it, marks of HTML, and what programs print in the place of a text."""
_ADDRESS = re.compile("https?://")
_ISSUED = r"A[KS]IA[0-9A-Z]{16}|gh[oprsu]_[0-9A-Za-z]{36}|glpat-[0-9A-Za-z_-]{20}|hf_[0-9A-Za-z]{30}|xox[abprs]-[0-9A-Za-z-]{10}|sk-[0-9A-Za-z_-]{32}"
_SECRET = re.compile(rf"\b(?:{_ISSUED})|-----BEGIN [A-Z ]*PRIVATE KEY-----")
"""Keys as those who issue them write them: of Amazon, GitHub, GitLab, Hugging Face, Slack and OpenAI, and private keys."""
_HOLDING = (
    r"tb[acd]|todo|fixme|xxx+|\?+|[-\u2013\u2014]+|\.{2,}|\u2026|placeholder|untitled|unnamed|no name|sans (?:nom|titre)"
    r"|to be (?:added|completed|confirmed|defined|determined|done|filled in)|à (?:compléter|confirmer|définir|faire|remplir|venir)"
)
_PLACEHOLDER = re.compile(rf"^[\[(<]?(?:{_HOLDING}|lorem ipsum.*)[\])>]?[.:]?\Z", re.IGNORECASE)
"""Words and signs that somebody wrote to come back to a cell; NA, None and null are names of things as well."""
_ERRORS = re.compile(
    r"^(?:#(?:REF!|NAME\?|NOM\?|VALUE!|VALEUR!|N/A|DIV/0!|NULL!|NUL!|NUM!|NOMBRE!|SPILL!|CALC!)"
    r"|[0-9]{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|janv|févr|mars|avr|mai|juin|juil|août|sept|déc)\.?)\Z"
)
"""The errors of spreadsheets, in English and in French, and the days that they make of numbers; each fills its cell."""
_FORMULA = re.compile("^(?:[=@][A-Za-z(+'\"]|=[-.0-9]|[-+][A-Za-z][A-Za-z0-9.]*[(|!])")


def labels(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the cells of free text with characters that mislead, by the first rule that each breaks."""
    asked = [
        (table, free)
        for table in snapshot.due_tables
        if table.readable
        and (free := [field for field in table.schema.fields if _is_free(snapshot, table, field)])
    ]
    yield from _in_small([(table, free) for table, free in asked if table.rows.height <= _FEW])
    large = [(table, free) for table, free in asked if table.rows.height > _FEW]
    questions = [
        table.texts.lazy().select(_is_suspect(field.name).any().alias(field.name) for field in free)
        for table, free in large
    ]
    for (table, free), answer in zip(large, pl.collect_all(questions), strict=True):
        for field, is_any in zip(free, answer.row(0), strict=True):
            if is_any:
                yield from _in_column(table, field)


def _in_small(asked: list[tuple[Table, list[Field]]]) -> Iterator[Issue]:
    """Yield the issues of small tables, whose cells are looked at as those of one column."""
    columns = [(table, field) for table, free in asked for field in free]
    if not columns:
        return
    cells = pl.concat([table.texts[field.name].alias("cell") for table, field in columns]).to_frame()
    odd = cells.select(_is_suspect("cell").arg_true()).to_series()
    ends = list(accumulate(table.texts.height for table, _ in columns))
    for number in sorted({bisect_right(ends, at) for at in odd}):
        yield from _in_column(*columns[number])


def _is_free(snapshot: Snapshot, table: Table, field: Field) -> bool:
    slices = {text for _, _, text in SPANS}
    is_label = snapshot.package.vocabulary_of(table.name, field.name) is not None
    return field.type == "string" and not field.pattern and field.name not in slices and not is_label


def _in_column(table: Table, field: Field) -> Iterator[Issue]:
    suspect = table.texts.filter(_is_suspect(field.name))[field.name].unique()
    is_name = field.name == "name"
    broken = {
        value: code for value in suspect if (code := _broken_by(value) or _hard_blank(value, is_name=is_name))
    }
    if not broken:
        return
    for row in table.texts.filter(pl.col(field.name).is_in(list(broken))).sort("_line").iter_rows(named=True):
        value = row[field.name]
        code = broken[value]
        rule, shown = (PACKAGE[code], None) if code in PACKAGE else (RULES[code], value)
        issue = rule.issue(place(table, row, field.name), shown, _message(code, value), _hint(code, value))
        if code in {"enc.mojibake", "enc.escaped"}:  # a file is read in the wrong encoding as a whole
            issue = replace(issue, fault=f"{issue.location.file}")
        is_label = code == "enc.invisible-char" and field.name not in table.schema.key
        yield replace(issue, severity=Severity.WARNING) if is_label else issue


_SUSPECT = f"{_BEYOND_LATIN}|[\u0080-\u00a0\u00ad]|[ÂÃ]"
_SUSPECT_SIGN = (
    rf"\b(?:{_ISSUED})|PRIVATE KEY|(?i:^[\[(<]?(?:{_HOLDING}|lorem ipsum))|[&\\%<=]|\"\"|^b?\[?['\"]|^\[object |\pL\?\pL|^[#=@+-]"
    r"|^[0-9]{1,2}-[A-Za-z]"
)


def _is_suspect(column: str) -> pl.Expr:
    """Return whether a cell of a column has to be looked at closer: most are of plain characters, which is soon seen."""
    cell = pl.col(column)
    size = cell.str.len_bytes()
    beyond_ascii = pl.when(size != cell.str.len_chars()).then(cell)
    is_odd = beyond_ascii.str.contains(_SUSPECT).fill_null(value=False)
    return is_odd | cell.str.contains(_SUSPECT_SIGN) | (size > LONGEST)


def is_damaged(value: str) -> bool:
    """Whether a cell of free text has characters that mislead, so that it is no use to compare it with anything."""
    return _broken_by(value) is not None


def _hard_blank(value: str, *, is_name: bool) -> str | None:
    """Return the code of a name with a blank that does not break: texts have them before marks, and names none."""
    return "enc.invisible-char" if is_name and _HARD_BLANK.search(value.strip()) else None


def _broken_by(value: str) -> str | None:
    """Return the code of the first rule that a cell breaks."""
    if len(value.encode("utf-8", "replace")) > LONGEST:
        return "csv.long-cell"
    if not unicodedata.is_normalized("NFC", value):
        return "enc.not-nfc"
    signs = _SIGNS if not _ADDRESS.match(value) else _SIGNS_OF_ADDRESSES
    return next((code for code, form in signs if form.search(value)), None)


_SIGNS = (
    ("sec.credentials", _SECRET),
    ("enc.mojibake", _MOJIBAKE),  # half of what it makes of a letter may not show
    ("enc.invisible-char", INVISIBLE),
    ("enc.mixed-script", _MIXED),
    ("csv.spreadsheet-error", _ERRORS),
    ("enc.escaped", _ESCAPED),
    ("sch.placeholder", _PLACEHOLDER),
    ("sec.formula", _FORMULA),
)
_SIGNS_OF_ADDRESSES = tuple((code, form) for code, form in _SIGNS if form not in (_MOJIBAKE, _ESCAPED))


def hidden_in(value: str) -> str | None:
    """Return the name and place of the first character of an id that does not show, or None where all do."""
    match = re.search(f"[{_INVISIBLE}{_JOINERS}]", value)
    if not match:
        return None
    return f"U+{ord(match[0]):04X} at character {match.start() + 1}"


def _message(code: str, value: str) -> str:
    if code == "enc.not-nfc":
        at = next(place for place, (one, other) in enumerate(_aligned(value)) if one != other)
        points = " ".join(f"U+{ord(character):04X}" for character in value[at : at + 3])
        return f"the cell is not in normalization form C: {points} at character {at + 1}"
    if code == "enc.invisible-char":
        match = INVISIBLE.search(value) or _HARD_BLANK.search(value)
        character, at = (match[0], match.start()) if match else ("", 0)
        name = unicodedata.name(character, "unnamed").lower()
        return f"the character U+{ord(character):04X} ({name}) at character {at + 1} does not show"
    if code == "enc.escaped":
        sign = _ESCAPED.search(value)
        return f"{sign[0] if sign else value!r} is not text, but how another format writes it"
    if code == "sec.credentials":
        return "the cell has a key in it"
    if code == "csv.long-cell":
        return f"the cell has {len(value):,} characters"
    return {
        "enc.mixed-script": f"a word of {value!r} has letters of two alphabets",
        "enc.mojibake": f"{value!r} looks like text read in the wrong encoding",
        "csv.spreadsheet-error": f"{value!r} is what a spreadsheet makes of a value",
        "sch.placeholder": f"{value!r} holds the place of a value",
        "sec.formula": f"{value!r} begins like a formula",
    }[code]


def _aligned(value: str) -> zip[tuple[str, str]]:
    return zip(value, unicodedata.normalize("NFC", value) + "\0" * len(value), strict=False)


def _hint(code: str, value: str) -> str | None:
    if code == "enc.not-nfc":
        return f"write {unicodedata.normalize('NFC', value)!r}, in normalization form C"
    if code == "enc.mojibake":
        try:
            return f"is {value.encode('cp1252').decode('utf-8')!r} meant?"
        except UnicodeError:
            return None
    return None


def texts(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the first word of each text that has letters of two alphabets, or was damaged: what the tables repeat of it is not looked at."""
    stored = pl.col("raw").cast(pl.Binary)
    paths: dict[str, str] = {}
    for code, form, leads in (("enc.mixed-script", _MIXED, _LEADS), ("enc.mojibake", _DAMAGE, _DAMAGED)):
        other = snapshot.raw_texts.filter(pl.any_horizontal(stored.bin.contains(lead) for lead in leads))
        odd = other.filter(pl.col("raw").str.contains(form.pattern))
        paths = paths or (
            dict(snapshot.documents.select("document_id", "text_path").iter_rows()) if odd.height else {}
        )
        for document, text in odd.select("document_id", "raw").iter_rows():
            match = form.search(text)
            if match:
                words = (word.span() for word in _WORD.finditer(text) if word.end() > match.start())
                start, end = next(words) if code == "enc.mixed-script" else match.span()
                line = text.count("\n", 0, start) + 1
                at = Location(file=paths[document], line=line, document=document, start=start, end=end)
                yield RULES[code].issue(at, text[start:end], _message(code, text[start:end]))


CHECKS = (
    Check((*RULES.values(), PACKAGE["sec.credentials"]), labels, stages=EVERYWHERE),
    Check((RULES["enc.mixed-script"], RULES["enc.mojibake"]), texts, needs=(TEXT_TABLE,)),
)
