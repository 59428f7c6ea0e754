"""CoNLL-U Plus: a word a line, one file a document, with mentions and events in columns of their own. Lossless.

The columns are ``ID FORM MISC TIGRIS:MENTION TIGRIS:EVENT``. A mention opens at its first word and closes at its last,
in brackets as in CorefUD, so that mentions may lie in one another:

    1  Iraqi     _  (D000-M002:ORG;mention_type=NOM|(D000-M001:NORP;mention_type=NAM;entity_id=iraq)  _
    2  militias  _  D000-M002)                                                                        _

What opens is ``(id:type`` and then ``;name=value`` for each other column; several are parted by ``|``, and what ends
at the same word closes with ``)`` at once. An event opens and closes in the same way over its trigger, with its modes
as ``modes=a,b``, its source as ``source=id``, and each role as ``role=id,id``. In values, whatever is not a letter, a
digit or one of ``._-~/?`` is written as ``%`` and two hexadecimal digits of its UTF-8. A span that an annotator adds
may have any id.

A sentence has ``# sent_id`` and ``# text``; ``SpaceAfter=No`` and ``SpacesAfter`` (as UDPipe writes it) in MISC tell
the blanks after a word, so that the text can be put together again. Words also end where a span does. A reader finds
each word in the raw text after the last one.
Source of the format: the pages on CoNLL-U Plus and on MISC of Universal Dependencies, and CorefUD 1.0.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from tigris_corpus.formats import EVENT, MENTION
from tigris_corpus.formats.exchange import Answer, Argument, Item, Reading, items_of
from tigris_corpus.formats.rules import RULES
from tigris_corpus.formats.textfiles import decoded, file_name
from tigris_corpus.formats.tokens import Cursor, sentences
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Document, Labels
    from tigris_corpus.formats.tokens import Span, Token
    from tigris_corpus.issues import Issue

_SUFFIX = ".conllup"
_TABLES = {"TIGRIS:MENTION": "mentions", "TIGRIS:EVENT": "events"}
_COLUMNS = ("ID", "FORM", "MISC", *_TABLES)
_TYPES = {"mentions": "entity_type", "events": "event_type"}
_CELLS = {"mentions": MENTION[1:], "events": EVENT[1:]}
_MODES, _SOURCE = "modes", "source"
_SAFE = "/?"
_OPEN = re.compile(r"\(([^:;()|=]++):([^:;()|=]++)((?:;[^:;()|=]++=[^:;()|=]*+)*+)(\)?)")
_CLOSE = re.compile(r"([^:;()|=]++)\)")
_OUR_ID = re.compile("D[0-9]{3,18}-[ME][0-9]{3,18}")
_WORD_ID = re.compile("[0-9]+")
_BLANKS = re.compile(r"\s*+")
_ONE_LINE = {ord("\n"): " ", ord("\r"): " "}
_SPACES = {" ": r"\s", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:  # noqa: ARG001 - the signature of writers
    """Return a file of each document."""
    files = {}
    for document in documents:
        name = file_name(document.document_id)
        files[f"{name}{_SUFFIX}"] = "".join(f"{line}\n" for line in _lines(document)).encode("utf-8")
    return files


def _lines(document: Document) -> Iterator[str]:
    """Yield the lines of a document."""
    items = items_of(document)
    yield f"# global.columns = {' '.join(_COLUMNS)}"
    yield f"# newdoc id = {document.document_id}"
    yield f"# tigris_state = {document.state}"
    for row, found in sentences(document, {(item.start, item.end) for item in items}):
        yield f"# sent_id = {row['sentence_id']}"
        yield f"# text = {document.text[row['start'] : row['end']].translate(_ONE_LINE)}"
        inside = [item for item in items if row["start"] <= item.start < row["end"]]
        columns = [_brackets([item for item in inside if item.table == table], found) for table in _TYPES]
        for number, token in enumerate(found, start=1):
            cells = ["|".join(column.get(token.start, ["_"])) for column in columns]
            yield "\t".join([str(number), token.text, _misc(document.text, token), *cells])
        yield ""


def _misc(text: str, token: Token) -> str:
    """Return what MISC says of a word: the blanks after it, unless it is one space, and those that a text begins with."""
    begin, after = _blanks(text, 0), _blanks(text, token.end)
    parts = [f"SpacesBefore={_spaces(begin)}"] if 0 < token.start == len(begin) else []
    if not after and token.end < len(text):
        parts.append("SpaceAfter=No")
    elif after not in {" ", ""}:
        parts.append(f"SpacesAfter={_spaces(after)}")
    return "|".join(parts) or "_"


def _blanks(text: str, start: int) -> str:
    match = _BLANKS.match(text, start)
    return match[0] if match else ""


def _spaces(blanks: str) -> str:
    return "".join(_SPACES.get(blank, blank) for blank in blanks)


def _brackets(items: Sequence[Item], tokens: Sequence[Token]) -> dict[int, list[str]]:
    """Return the brackets of the spans of a sentence, by where their word begins: first what closes, then what opens."""
    last = {token.end: token.start for token in tokens}
    opened: dict[int, list[str]] = defaultdict(list)
    closed: dict[int, list[str]] = defaultdict(list)
    for item in sorted(items, key=lambda item: (item.start, -item.end)):
        name = quote(item.ref, _SAFE)
        kind = quote(item.cells[_TYPES[item.table]], _SAFE)
        opening = "".join([f"({name}:{kind}", *(f";{key}={value}" for key, value in _said(item))])
        if last[item.end] == item.start:
            opened[item.start].append(f"{opening})")
        else:
            opened[item.start].append(opening)
            closed[last[item.end]].insert(0, f"{name})")
    return {start: closed[start] + opened[start] for start in {*opened, *closed}}


def _said(item: Item) -> Iterator[tuple[str, str]]:
    """Yield what an opening bracket says of a span beside its id and type: names with their values, written out."""
    for column in _CELLS[item.table]:
        if column in item.cells:
            yield column, quote(str(item.cells[column]), _SAFE)
    if item.modes:
        yield _MODES, ",".join(quote(mode, _SAFE) for mode in item.modes)
    if item.source:
        yield _SOURCE, quote(item.source, _SAFE)
    roles: dict[str, list[str]] = {}
    for argument in item.arguments:
        roles.setdefault(argument.role, []).append(quote(argument.ref, _SAFE))
    yield from ((role, ",".join(refs)) for role, refs in roles.items())


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:
    """Return what .conllup files hold: a document after each comment newdoc, or the one that the file is named after."""
    answers: list[Answer] = []
    faults: list[Issue] = []
    for path, data in files.items():
        if PurePosixPath(path).suffix != _SUFFIX:
            continue
        text, broken = decoded(path, data)
        if broken:
            faults.append(broken)
            continue
        file = _File(path, documents)
        file.read(text)
        answers += file.answers
        faults += file.faults
    return Reading(tuple(answers), tuple(faults))


@dataclass
class _Draft:
    """A document on its way: ``cursor`` is None where it is not of the corpus, or its words are not those of the text.

    Then nothing of it can be placed, and none of its spans are returned. ``opened`` are the spans that no word has closed yet, by table and id.
    """

    name: str
    line: int
    cursor: Cursor | None
    state: str | None = None
    items: list[Item] = field(default_factory=list)
    opened: dict[tuple[str, str], Item] = field(default_factory=dict)


class _File:
    """One file: the documents read from it, and what is wrong with it."""

    def __init__(self, path: str, documents: Mapping[str, Document]) -> None:
        self.path = path
        self.answers: list[Answer] = []
        self.faults: list[Issue] = []
        self._documents = documents
        self._draft: _Draft | None = None
        self._columns: tuple[str, ...] = ()
        self._line = 0

    def read(self, text: str) -> None:
        """Read every line, as long as they have the columns."""
        for number, line in enumerate(text.split("\n"), start=1):
            line = line.removesuffix("\r")  # noqa: PLW2901 - other systems end lines so
            if not line:
                self._end_sentence()
                continue
            self._line = number
            if line.startswith("#"):
                self._comment(line)
            lost = [column for column in _COLUMNS if column not in self._columns]
            if lost:
                message = f"the first line is no comment global.columns that names {', '.join(lost)}"
                self._report("imp.format", message, line)
                return
            if not line.startswith("#"):
                self._row(line.split("\t"))
        self._end_document()

    def _report(self, code: str, message: str, value: str, key: str | None = None) -> None:
        name = self._draft.name if self._draft else None
        at = Location(self.path, self._line, key=key, document=name)
        self.faults.append(RULES[code].issue(at, value[:200], message))

    def _comment(self, line: str) -> None:
        name, value = (part.strip() for part in line[1:].partition("=")[::2])
        if name == "global.columns":
            self._columns = tuple(value.split())
        elif name == "newdoc id":
            self._end_document()
            self._begin(value)
        elif name == "tigris_state" and self._draft:
            self._draft.state = value

    def _begin(self, name: str) -> _Draft:
        document = self._documents.get(name)
        self._draft = _Draft(name, self._line, Cursor(document) if document else None)
        return self._draft

    def _end_sentence(self) -> None:
        for (_, name), item in self._draft.opened.items() if self._draft else []:
            message = f"{name} opens here and does not close in its sentence"
            self.faults.append(RULES["imp.format"].issue(item.at, name[:200], message))
        if self._draft:
            self._draft.opened.clear()

    def _end_document(self) -> None:
        """End the document that is being read."""
        self._end_sentence()
        draft = self._draft
        if draft is None:
            return
        left = draft.cursor.left() if draft.cursor else ""
        if left:
            message = f"the words end before the text of {draft.name} does: {left!r} is left over"
            self._report("imp.text-mismatch", message, left)
        at = Location(self.path, draft.line, document=draft.name)
        found = tuple(draft.items) if draft.cursor else ()
        self.answers.append(Answer(draft.name, found, at, state=draft.state))
        self._draft = None

    def _row(self, cells: Sequence[str]) -> None:
        """Read the line of a word."""
        draft = self._draft or self._begin(PurePosixPath(self.path).stem)
        if draft.cursor is None:
            return
        row = dict(zip(self._columns, cells, strict=False))
        span = draft.cursor.take(row.get("FORM", ""))
        if len(cells) != len(self._columns):
            message = f"the line has {len(cells)} columns, and global.columns names {len(self._columns)}"
            self._misplaced(draft, "imp.format", message, "\t".join(cells))
        elif not _WORD_ID.fullmatch(row["ID"]):
            message = "a word of several words, or of none, has no place in the text"
            self._misplaced(draft, "imp.unsupported", message, row["ID"])
        elif span is None:
            message = f"the word is {row['FORM'][:40]!r}, and the text goes on with {draft.cursor.left()!r}"
            self._misplaced(draft, "imp.text-mismatch", message, row["FORM"])
        else:
            for column, table in _TABLES.items():
                self._cell(draft, table, row[column], span)

    def _misplaced(self, draft: _Draft, code: str, message: str, value: str) -> None:
        """Report what ends the placing of words."""
        self._report(code, message, value)
        draft.cursor = None

    def _cell(self, draft: _Draft, table: str, cell: str, span: Span) -> None:
        """Open and close spans at a word, as a cell says."""
        for part in cell.split("|") if cell not in {"_", "*"} else []:
            opening, closing = _OPEN.fullmatch(part), _CLOSE.fullmatch(part)
            name = unquote((opening or closing or [part, part])[1])
            if opening and (table, name) in draft.opened:
                self._report("imp.duplicate-id", f"{name} opens a second time before it closes", part, name)
            elif opening:
                draft.opened[table, name] = self._opened(table, name, opening, span)
            if closing and (table, name) not in draft.opened:
                self._report("imp.format", f"{name} closes and did not open in its sentence", part, name)
            elif closing or (opening and opening[4]):
                item = draft.opened.pop((table, name))
                draft.items.append(replace(item, end=span[1]))
            elif not opening:
                self._report("imp.format", "a cell is made of (id:type;name=value and id)", part)

    def _opened(self, table: str, name: str, match: re.Match[str], span: Span) -> Item:
        """Return the item of an opening bracket; it ends with its first word so far."""
        at = Location(self.path, self._line, key=name, document=self._draft.name if self._draft else None)
        said: dict[str, str] = {}
        for key, _, value in (part.partition("=") for part in match[3].split(";")[1:]):
            if key in said or (table == "mentions" and key not in _CELLS[table]):
                what = "stands twice" if key in said else "has no place in the corpus"
                self._report("imp.unsupported", f"{key[:40]!r} of {name[:40]} {what}", key, name)
            else:
                said[key] = value
        cells = {key: unquote(said.pop(key)) for key in _CELLS[table] if key in said}
        modes, source = _several(said.pop(_MODES, "")), _several(said.pop(_SOURCE, ""))
        if len(source) > 1:
            self._report("imp.unsupported", "an event has one source", ",".join(source), name)
        return Item(
            table=table,
            ref=name,
            start=span[0],
            end=span[1],
            cells={_TYPES[table]: unquote(match[2]), **cells},
            at=at,
            id=name if _OUR_ID.fullmatch(name) else None,
            source=source[0] if source else None,
            modes=modes,
            arguments=tuple(Argument(role, ref, at) for role, refs in said.items() for ref in _several(refs)),
        )


def _several(value: str) -> tuple[str, ...]:
    """Return the values that stand in one, parted by commas."""
    return tuple(unquote(one) for one in value.split(",")) if value else ()
