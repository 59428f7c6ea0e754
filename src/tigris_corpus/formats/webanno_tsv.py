"""WebAnno TSV 3.3: ``D000.tsv`` for each document, a row a word, as WebAnno and INCEpTION read and write it. Lossless.

A mention is an annotation of the layer ``webanno.custom.Mention``, an event one of ``webanno.custom.Event`` over its
trigger. The other columns are features of their names, the ids of the corpus ``mention_id`` and ``event_id``;
``arguments`` and ``source`` are slots. The format has no features with several strings, so ``modes`` is a plain one
with blanks between the modes. A span that is no run of whole words has rows of parts of words. What lies between two
sentences is not in the file: it is taken from the corpus, and INCEpTION puts a line break and blanks there.

The layers have to be in the project before files are imported, with the features that the head of a file names.
Rows are held against the text of the corpus, each word at its place. Versions 3.2 and 3.3 are read: older ones escape
text in another way.

Source of the format: the appendix on WebAnno TSV 3.3 of INCEpTION's user guide, and its reader and writer where that
says nothing. Offsets are UTF-16 units.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import KEYS
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats.cas import (
    ARGUMENTS,
    COLUMNS,
    EVENT,
    LAYERS,
    LINKS,
    MAX_BYTES,
    MENTION,
    MODES,
    SOURCE,
    document_id,
    token_spans,
)
from tigris_corpus.formats.exchange import Answer, Argument, Item, Reading, items_of
from tigris_corpus.formats.rules import fault
from tigris_corpus.formats.textfiles import decoded, file_name
from tigris_corpus.issues import Location, plural
from tigris_corpus.offsets import OffsetMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Document, Labels
    from tigris_corpus.issues import Issue

_FORMAT, _SPANS, _RELATIONS, _CHAINS = "#FORMAT=", "#T_SP=", "#T_RL=", "#T_CH="
_TEXT, _SENTENCE = "#Text=", "#Sentence.id="
_ROLE = "ROLE_"
_NOTHING, _EMPTY = "_", "*"
_STACKED, _NEXT = "|", ";"
_FEATURES = {
    MENTION: (*COLUMNS[MENTION], KEYS["mentions"]),
    EVENT: (*COLUMNS[EVENT], KEYS["events"], MODES),
}
_SLOTS = {MENTION: (), EVENT: (ARGUMENTS, SOURCE)}

_VERSION = re.compile(r"#FORMAT=WebAnno TSV ([0-9]{1,3}\.[0-9]{1,3})")
_READ = ("3.2", "3.3")
_UNIT = re.compile(r"([0-9]{1,7}-[0-9]{1,7})(\.[0-9]{1,7})?")
_OFFSETS = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_TARGET = re.compile(r"([0-9.-]{3,24})(?:\[([0-9]{1,9})\])?")
_VALUE = re.compile(r"((?:[^\\\[\]]|\\.)*+)(?:\[([0-9]{1,9})\])?", re.DOTALL)
_VALUE_MARKS = re.compile(r"->|[\\\[\]|_;\t\n*]")
_VALUE_ESCAPES = re.compile(r"\\(->|[\\\[\]|_;tn*])")
_TEXT_ESCAPES = re.compile(r"\\([\x00-\x07\x0e-\x1ftnfrb\\])", re.DOTALL)
_LETTERS = {"\t": "t", "\n": "n", "\f": "f", "\r": "r", "\b": "b"}
_MEANT = {letter: mark for mark, letter in _LETTERS.items()}
_MAX_COLUMNS, _MAX_STACKED = 500, 1000
_SHOWN = 80


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:  # noqa: ARG001 - the signature of writers
    """Return a TSV file a document. Raises CorpusError where a span begins or ends in a blank: no row has those."""
    files = {}
    for document in documents:
        text = "".join(f"{line}\n" for line in _Sheet(document).lines())
        files[f"{file_name(document.document_id)}.tsv"] = text.encode("utf-8")
    return files


def _head() -> Iterator[str]:
    """Yield the lines that name the layers with their features. A slot is two columns: its roles, and its targets."""
    yield f"{_FORMAT}WebAnno TSV 3.3"
    for layer, features in _FEATURES.items():
        slots = (part for slot in _SLOTS[layer] for part in (f"{_ROLE}{layer}:{slot}_{LINKS[slot]}", MENTION))
        yield f"{_SPANS}{'|'.join((layer, *features, *slots))}"


@dataclass(frozen=True, slots=True)
class _Unit:
    """A row of a file: a word, or a part of one. ``start`` and ``end`` are code points; ``word`` its number in the text."""

    name: str
    start: int
    end: int
    word: int


class _Sheet:
    """A document on its way to rows: which annotations each has, and by which numbers they are told apart."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._offsets = OffsetMap(document.text, "utf-16")
        self._sentences = token_spans(document)
        self._tokens = [span for spans in self._sentences for span in spans]
        self._items = items_of(document)
        pieces = {(item.table, item.ref): self._pieces(item) for item in self._items}
        self._rows = list(self._all_rows({piece for found in pieces.values() for piece in found}))
        by_piece = {(unit.word, unit.start, unit.end): unit for rows in self._rows for unit in rows}
        self._units = {key: [by_piece[piece] for piece in found] for key, found in pieces.items()}
        self._held: dict[tuple[_Unit, str], list[Item]] = {}
        for item in self._items:
            for unit in self._units[item.table, item.ref]:
                self._held.setdefault((unit, item.table), []).append(item)
        self._numbers = self._numbered()

    def _pieces(self, item: Item) -> list[tuple[int, int, int]]:
        """Return the words, or parts of words, of a span: the number of each word, and where the piece stands."""
        first = bisect_right(self._tokens, item.start, key=lambda span: span[0]) - 1
        last = bisect_left(self._tokens, item.end, key=lambda span: span[0])
        inside = range(max(first, 0), last)
        if not inside or self._tokens[inside[0]][1] <= item.start or self._tokens[inside[-1]][1] < item.end:
            message = f"{item.ref} begins or ends in a blank, or outside every sentence, where WebAnno TSV has no row"
            raise CorpusError(message)
        return [(n, max(item.start, self._tokens[n][0]), min(item.end, self._tokens[n][1])) for n in inside]

    def _all_rows(self, pieces: Iterable[tuple[int, int, int]]) -> Iterator[list[_Unit]]:
        """Yield the rows of each sentence: each word, and after it its parts that any annotation needs."""
        parts: dict[int, list[tuple[int, int]]] = {}
        for word, start, end in sorted(pieces):
            if (start, end) != self._tokens[word]:
                parts.setdefault(word, []).append((start, end))
        word = 0
        for number, spans in enumerate(self._sentences, start=1):
            rows = []
            for place, (start, end) in enumerate(spans, start=1):
                name = f"{number}-{place}"
                rows.append(_Unit(name, start, end, word))
                inside = enumerate(parts.get(word, ()), start=1)
                rows += [_Unit(f"{name}.{n}", *part, word) for n, part in inside]
                word += 1
            yield rows

    def _numbered(self) -> dict[tuple[str, str], int]:
        """Return the numbers of annotations that are in several rows, beside others of their layer, or in a part of a word."""
        numbers: dict[tuple[str, str], int] = {}
        for unit in (unit for rows in self._rows for unit in rows):
            for table in LAYERS.values():
                held = self._held.get((unit, table), [])
                for item in held:
                    key = (table, item.ref)
                    if len(held) > 1 or len(self._units[key]) > 1 or "." in unit.name:
                        numbers.setdefault(key, len(numbers) + 1)
        return numbers

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        yield from _head()
        yield ""
        for sentence, rows in zip(self._document.sentences, self._rows, strict=True):
            yield ""
            yield f"{_SENTENCE}{_text_escaped(sentence['sentence_id'])}"
            text = self._document.text[sentence["start"] : sentence["end"]]
            yield from (f"{_TEXT}{_text_escaped(line)}" for line in text.split("\n"))
            yield from map(self._row, rows)

    def _row(self, unit: _Unit) -> str:
        """Return a row: its name, its offsets, its text, and a cell a column, each with a tab after it."""
        start, end = (self._offsets.from_code_point(place) for place in (unit.start, unit.end))
        text = self._document.text[unit.start : unit.end]
        if not {"\t", "\n", "\r"}.isdisjoint(text):
            raise CorpusError(
                f"{self._document.document_id}: a sentence begins with a blank that WebAnno TSV cannot hold"
            )
        cells = [cell for layer in LAYERS for cell in self._cells(unit, layer)]
        return "".join(f"{cell}\t" for cell in (unit.name, f"{start}-{end}", text, *cells))

    def _cells(self, unit: _Unit, layer: str) -> list[str]:
        """Return the cells of a layer in a row, a column each: what its annotations hold, one after the other."""
        held = self._held.get((unit, LAYERS[layer]), [])
        columns = zip(*(self._values(item, layer) for item in held), strict=True)
        width = len(_FEATURES[layer]) + 2 * len(_SLOTS[layer])
        return [_STACKED.join(values) for values in columns] if held else [_NOTHING] * width

    def _values(self, item: Item, layer: str) -> Iterator[str]:
        number = self._numbers.get((item.table, item.ref))
        suffix = "" if number is None else f"[{number}]"
        told = {**item.cells, KEYS[item.table]: item.id, MODES: " ".join(item.modes) or None}
        for name in _FEATURES[layer]:
            yield f"{_EMPTY if told.get(name) is None else _value_escaped(str(told[name]))}{suffix}"
        source = [Argument(SOURCE, item.source, item.at)] if item.source else []
        for slot in _SLOTS[layer]:
            links = item.arguments if slot == ARGUMENTS else source
            yield f"{_NEXT.join(_value_escaped(link.role) for link in links) or _NOTHING}{suffix}"
            yield _NEXT.join(self._pointer(link.ref) for link in links) or _EMPTY

    def _pointer(self, mention: str) -> str:
        """Return how a slot names a mention: its first row, and its number where it has one."""
        key = ("mentions", mention)
        suffix = f"[{self._numbers[key]}]" if key in self._numbers else ""
        return f"{self._units[key][0].name}{suffix}"


def _value_escaped(text: str) -> str:
    return _VALUE_MARKS.sub(lambda match: f"\\{_LETTERS.get(match[0], match[0])}", text)


def _value_meant(text: str) -> str:
    return _VALUE_ESCAPES.sub(lambda match: _MEANT.get(match[1], match[1]), text)


def _text_escaped(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0c-\x1f\t\\]", lambda match: f"\\{_LETTERS.get(match[0], match[0])}", text)


def _text_meant(text: str) -> str:
    return _TEXT_ESCAPES.sub(lambda match: _MEANT.get(match[1], match[1]), text)


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:
    """Return what .tsv files hold, a document each."""
    answers: list[Answer] = []
    faults: list[Issue] = []
    for path, data in files.items():
        if PurePosixPath(path).suffix.lower() != ".tsv":
            continue
        name = document_id([], path, documents)
        found = _File(path, name, documents.get(name))
        answers += found.answers(data)
        faults += found.faults
    return Reading(tuple(answers), tuple(faults))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a file, as its head names it. ``feature`` is empty for a layer without any."""

    layer: str
    feature: str
    kind: str
    line: int


_PLAIN, _ROLES, _TARGETS = "feature", "roles", "targets"


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as it stands in a file: offsets in UTF-16 units, cells as they are escaped."""

    line: int
    name: str
    word: int
    begin: int
    end: int
    text: str
    cells: Sequence[str]
    opens: bool = True
    closes: bool = True


@dataclass
class _Draft:
    """An annotation on its way to an item: the rows that it is in, and what its columns hold there."""

    layer: str
    first: _Row
    last: _Row
    number: int | None
    values: dict[tuple[str, str], str]

    @property
    def ref(self) -> str:
        """What slots call it; with its layer, since two layers may have one in the same row."""
        suffix = "" if self.number is None else f"[{self.number}]"
        return f"{LAYERS[self.layer]} {self.first.name}{suffix}"


class _Broken(Exception):  # noqa: N818 - it is no error of ours
    """What keeps a file, or a row of it, from being read."""

    def __init__(self, message: str, line: int, value: str = "", hint: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.value = value
        self.hint = hint


def _split(text: str, mark: str) -> list[str]:
    """Return what stands between marks that are not escaped."""
    if "\\" not in text:
        return text.split(mark)
    parts, begin, place = [], 0, 0
    while place < len(text):
        if text[place] == mark:
            parts.append(text[begin:place])
            begin = place + 1
        place += 2 if text[place] == "\\" else 1
    return [*parts, text[begin:]]


def _columns(lines: Sequence[str]) -> tuple[list[_Column], int]:
    """Return the columns that the head of a file names, and the number of its lines. Raises _Broken."""
    version = _VERSION.fullmatch(lines[0])
    if not version or version[1] not in _READ:
        said = (
            f"this is WebAnno TSV {version[1]}"
            if version
            else f"the first line is not {_FORMAT}WebAnno TSV 3.3"
        )
        hint = "export the document as WebAnno TSV v3.x, or as UIMA CAS XMI"
        raise _Broken(f"{said}: only {' and '.join(_READ)} are read", 1, lines[0], hint)
    columns: list[_Column] = []
    seen: set[str] = set()
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            return columns, number
        name = line.partition("=")[2].partition("|")[0]
        if not line.startswith((_SPANS, _RELATIONS, _CHAINS)) or name in seen or len(columns) > _MAX_COLUMNS:
            raise _Broken("a line of the head names one more layer, and a blank line ends it", number, line)
        found = list(_layer(line, number))
        if len({(column.feature, column.kind) for column in found}) < len(found):
            raise _Broken("a feature is there twice", number, line)
        columns += found
        seen.add(name)
    return columns, len(lines)


def _layer(line: str, number: int) -> Iterator[_Column]:
    """Yield the columns of a layer. Raises _Broken where a slot is short of one."""
    layer, *names = line.partition("=")[2].split("|")
    slot = None
    for name in names or [""]:
        if slot:
            yield _Column(layer, slot, _TARGETS, number)
            slot = None
        elif name.startswith(_ROLE):
            slot = name.removeprefix(_ROLE).rpartition("_")[0].rpartition(":")[2]
            yield _Column(layer, slot, _ROLES, number)
        else:
            yield _Column(layer, name, _PLAIN, number)
    if slot:
        raise _Broken(f"the slot {slot[:_SHOWN]} has no column of targets", number, line)


@dataclass
class _File:
    """One .tsv file: its rows are read first, then the annotations that they make together."""

    path: str
    name: str
    document: Document | None
    faults: list[Issue] = field(default_factory=list)
    _sentences: list[tuple[int, str]] = field(default_factory=list)
    _rows: list[_Row] = field(default_factory=list)
    _drafts: list[_Draft] = field(default_factory=list)
    _by_number: dict[int, _Draft] = field(default_factory=dict)
    _by_row: dict[tuple[str, str], list[_Draft]] = field(default_factory=dict)
    _word: _Row | None = None

    def __post_init__(self) -> None:
        self._text = self.document.text if self.document else ""
        self._offsets = OffsetMap(self._text, "utf-16")

    def answers(self, data: bytes) -> Iterator[Answer]:
        """Yield the answer, unless the file cannot be read at all."""
        text, broken = decoded(self.path, data[: MAX_BYTES + 1])
        if len(data) > MAX_BYTES:
            self._report("imp.format", f"the file has more than {MAX_BYTES} bytes", None)
        elif broken:
            self.faults.append(broken)
        else:
            lines = [line.removesuffix("\r") for line in text.split("\n")]
            try:
                columns, start = _columns(lines)
            except _Broken as error:
                self._say(error)
                return
            self._read(lines, start, len(columns))
            self._draw(columns)
            composed = self._composed()
            self._fit(composed)
            yield Answer(
                self.name, tuple(self._items()), Location(file=self.path, document=self.name), composed
            )

    def _report(
        self, code: str, message: str, line: int | None, value: str = "", hint: str | None = None
    ) -> None:
        where = {"file": self.path, "document": self.name}
        self.faults.append(fault(code, message, value=value[:200], hint=hint, line=line, **where))

    def _say(self, error: _Broken) -> None:
        self._report("imp.format", str(error), error.line, error.value, error.hint)

    def _read(self, lines: Sequence[str], start: int, width: int) -> None:
        """Read the sentences and their rows; a row that cannot be read is a fault, and the others are read all the same."""
        head: list[str] = []
        is_open = False
        for number, line in enumerate(lines[start:], start=start + 1):
            if line.startswith("#"):
                head += self._of_sentence(line, number)
            elif not line:
                is_open = False
            elif not is_open and not head:
                self._report("imp.format", f"there is no {_TEXT} before the row", number, line)
            else:
                row = self._row(line, number, width)
                if row and head:
                    self._sentences.append((row.begin, "\n".join(head)))
                    head = []
                is_open = True
        if head:
            self._report("imp.format", "the last sentence has no rows", len(lines), head[0])

    def _of_sentence(self, line: str, number: int) -> list[str]:
        """Return the text of a line at the head of a sentence, if it has any."""
        if line.startswith(_TEXT):
            return [_text_meant(line.removeprefix(_TEXT))]
        if not line.startswith(_SENTENCE):
            self._report("imp.format", f"the line begins with neither {_TEXT} nor {_SENTENCE}", number, line)
        return []

    def _row(self, line: str, number: int, width: int) -> _Row | None:
        """Return a row, having noted it; or None where the line is none."""
        fields = line.split("\t")
        if len(fields) == width + 4 and not fields[-1]:
            fields.pop()  # the tool writes a tab after each column
        unit, offsets = _UNIT.fullmatch(fields[0]), _OFFSETS.fullmatch(fields[1] if len(fields) > 1 else "")
        if not unit or not offsets or len(fields) != width + 3:
            message = f"a row has its number, its offsets, its text and {plural(width, 'column')}"
            self._report("imp.format", message, number, line)
            return None
        begin, end = int(offsets[1]), int(offsets[2])
        word = self._word
        if not unit[2]:
            row = _Row(number, fields[0], word.word + 1 if word else 0, begin, end, fields[2], fields[3:])
            self._word = row
        elif word and word.name == unit[1] and word.begin <= begin <= end <= word.end:
            ends = {"opens": begin == word.begin, "closes": end == word.end}
            row = _Row(number, fields[0], word.word, begin, end, fields[2], fields[3:], **ends)
        else:
            self._report("imp.format", f"{fields[0]} is no part of the word before it", number, line)
            return None
        self._rows.append(row)
        return row

    def _composed(self) -> str | None:
        """Return the text that the file was made of: its sentences, and what the corpus has between them.

        What a sentence of the corpus has there is not taken: a file that leaves it out is short of it.
        """
        if self.document is None:
            return None
        inside = bytearray(len(self._text))
        for row in self.document.sentences:
            inside[row["start"] : row["end"]] = b"\1" * (row["end"] - row["start"])
        parts: list[str] = []
        place = 0
        for begin, sentence in [*self._sentences, (self._offsets.from_code_point(len(self._text)), "")]:
            start = self._offsets.nearest_code_point(begin)
            gap = self._text[place:start]
            parts += [gap if gap.isspace() or 1 not in inside[place:start] else "", sentence]
            place = start + len(sentence)
        return "".join(parts)

    def _fit(self, composed: str | None) -> None:
        """Report rows that do not stand where their offsets say; where the text is another, all would be."""
        if composed is None or composed != self._text:
            return
        unfit = [row for row in self._rows if self._slice(row) != row.text]
        if unfit:
            row = unfit[0]
            message = f"{row.text[:_SHOWN]!r} is not what stands at {row.begin} to {row.end} (UTF-16 units)"
            message += f", and {plural(len(unfit) - 1, 'row')} after it are wrong" if unfit[1:] else ""
            self._report("imp.text-mismatch", message, row.line, row.text)

    def _slice(self, row: _Row) -> str | None:
        """Return what the text has at the offsets of a row, None where they are none."""
        try:
            return self._text[self._offsets.to_code_point(row.begin) : self._offsets.to_code_point(row.end)]
        except CorpusError:
            return None

    def _draw(self, columns: Sequence[_Column]) -> None:
        """Put the annotations of all rows together, layer by layer; other layers are reported."""
        layers: dict[str, list[tuple[int, _Column]]] = {}
        for index, column in enumerate(columns):
            layers.setdefault(column.layer, []).append((index, column))
        for layer, own in layers.items():
            used = [row for row in self._rows if any(row.cells[index] != _NOTHING for index, _ in own)]
            if used and layer not in LAYERS:
                message = f"{plural(len(used), 'row')} with annotations of {layer[:_SHOWN]}: the corpus has no such layer"
                self._report("imp.unsupported", message, own[0][1].line, layer)
            elif used and self._has_features(used, layer, own):
                for row in used:
                    self._draw_row(row, layer, own)

    def _has_features(self, used: Sequence[_Row], layer: str, own: Sequence[tuple[int, _Column]]) -> bool:
        """Return whether a layer has all features. Those beyond are reported where they hold anything."""
        slots = {(slot, kind) for slot in _SLOTS[layer] for kind in (_ROLES, _TARGETS)}
        expected = {(name, _PLAIN) for name in _FEATURES[layer]} | slots
        for index, column in own:
            holders = [row for row in used if row.cells[index].partition("[")[0] not in {_NOTHING, _EMPTY}]
            if holders and (column.feature, column.kind) not in expected:
                message = f"the feature {column.feature[:_SHOWN]} of {layer} has no place in the corpus"
                self._report("imp.unsupported", message, holders[0].line, column.feature)
        told = {(column.feature, column.kind) for _, column in own}
        optional = {(KEYS[LAYERS[layer]], _PLAIN)}
        missing = ", ".join(sorted({name for name, _ in expected - told - optional}))
        if missing:
            message = f"the layer {layer} has no {missing}: what was there is lost"
            hint = "make them in the layer, modes as a plain string; or export as UIMA CAS XMI"
            self._report("imp.format", message, own[0][1].line, missing, hint)
        return not missing

    def _draw_row(self, row: _Row, layer: str, own: Sequence[tuple[int, _Column]]) -> None:
        """Read the annotations of a layer in a row: each column has a value of each, in one order."""
        columns = [column for _, column in own]
        stacks = [_split(row.cells[index], _STACKED) for index, _ in own]
        count = max(map(len, stacks))
        if count > _MAX_STACKED:
            self._report("imp.format", f"there are {count} annotations of {layer} in one row", row.line)
            return
        for place, column in enumerate(columns):
            if column.kind == _ROLES and stacks[place] == [_NOTHING]:
                stacks[place] = [_NOTHING] * count  # events without arguments, and without numbers
            elif len(stacks[place]) != count or (column.kind != _ROLES and _NOTHING in stacks[place]):
                message = f"the columns of {layer} do not hold the same number of annotations"
                self._report("imp.format", message, row.line, row.cells[own[place][0]])
                return
        for values in zip(*stacks, strict=True):
            self._draw_one(row, layer, list(zip(columns, values, strict=True)))

    def _draw_one(self, row: _Row, layer: str, told: Sequence[tuple[_Column, str]]) -> None:
        """Note an annotation in a row: a new one, or one that is in the row before as well."""
        values, numbers = {}, set()
        for column, text in told:
            match = _VALUE.fullmatch(text) if column.kind != _TARGETS else None
            if match is None and column.kind != _TARGETS:
                self._report("imp.format", "a bracket in a value has no backslash before it", row.line, text)
                return
            values[column.feature, column.kind] = match[1] if match else text
            numbers |= {int(match[2])} if match and match[2] else set()
        if len(numbers) > 1:
            message = f"the columns give one annotation the numbers {', '.join(map(str, sorted(numbers)))}"
            self._report("imp.format", message, row.line)
            return
        number = next(iter(numbers), None)
        draft = _Draft(layer, row, row, number, values)
        known = draft if number is None else self._by_number.setdefault(number, draft)
        if known is draft:
            self._drafts.append(draft)
        else:
            self._extend(known, draft)
        self._by_row.setdefault((row.name, layer), []).append(known)

    def _extend(self, known: _Draft, draft: _Draft) -> None:
        """Let an annotation go on in a row, which has to follow the row that it was in last."""
        row, last = draft.first, known.last
        if (known.layer, known.values) != (draft.layer, draft.values):
            message = f"what has the number {known.number} is not what has it on line {known.first.line}"
            self._report("imp.format", message, row.line, str(known.number))
        elif row.word != last.word + 1 or not (last.closes and row.opens):
            message = f"the annotation {known.number} has a gap between {last.name} and {row.name}"
            self._report("imp.discontinuous", message, row.line, str(known.number))
        else:
            known.last = row

    def _items(self) -> Iterator[Item]:
        """Yield the annotations as items, mentions first."""
        for draft in sorted(self._drafts, key=lambda one: one.layer == EVENT):
            start, end = (
                self._offsets.nearest_code_point(place) for place in (draft.first.begin, draft.last.end)
            )
            told = {feature: self._value(draft, feature) for feature, kind in draft.values if kind == _PLAIN}
            table = LAYERS[draft.layer]
            more = self._slots(draft, told) if draft.layer == EVENT else {}
            yield Item(
                table=table,
                ref=draft.ref,
                start=start if self.document else draft.first.begin,
                end=end if self.document else draft.last.end,
                cells={name: value for name in COLUMNS[draft.layer] if (value := told[name])},
                at=self._at(draft),
                id=told.get(KEYS[table]),
                **more,
            )

    def _at(self, draft: _Draft) -> Location:
        return Location(self.path, draft.first.line, key=draft.ref.partition(" ")[2], document=self.name)

    def _value(self, draft: _Draft, feature: str) -> str | None:
        """Return what a feature holds, None where it holds nothing."""
        text = draft.values[feature, _PLAIN]
        return _value_meant(text) or None if text != _EMPTY else None

    def _slots(self, draft: _Draft, told: Mapping[str, str | None]) -> dict[str, Any]:
        """Return the modes, the arguments and the source of an event."""
        sources = self._links(draft, SOURCE)
        if len(sources) > 1:
            message = f"the event has {len(sources)} sources, and the corpus has a place for one"
            self._report("imp.unsupported", message, draft.first.line, SOURCE)
        for link in sources:
            if link.role not in {"", SOURCE}:
                message = f"{link.role[:_SHOWN]!r} is no role of the slot {SOURCE}"
                self._report("imp.unknown-label", message, draft.first.line, link.role)
        return {
            "modes": tuple(dict.fromkeys((told[MODES] or "").split())),
            "arguments": tuple(self._links(draft, ARGUMENTS)),
            "source": sources[0].ref if sources else None,
        }

    def _links(self, draft: _Draft, slot: str) -> list[Argument]:
        """Return the links of a slot: the first role is that of the first target."""
        roles = _split(draft.values[slot, _ROLES], _NEXT)
        targets = _split(draft.values[slot, _TARGETS], _NEXT)
        if roles == [_NOTHING]:
            roles, targets = [], [] if targets == [_EMPTY] else targets
        if len(roles) != len(targets):
            message = f"the slot {slot} has {plural(len(roles), 'role')} and {plural(len(targets), 'target')}"
            self._report("imp.format", message, draft.first.line, draft.values[slot, _TARGETS])
        return [
            Argument("" if role == _EMPTY else _value_meant(role), self._target(target), self._at(draft))
            for role, target in zip(roles, targets, strict=False)
        ]

    def _target(self, text: str) -> str:
        """Return the ref of what a slot names by its row and, where it has one, its number; else what stands there."""
        match = _TARGET.fullmatch(text)
        if match and match[2] and int(match[2]):
            draft = self._by_number.get(int(match[2]))
            return draft.ref if draft else text
        held = self._by_row.get((match[1], MENTION), []) if match else []
        return held[0].ref if len(held) == 1 else text
