"""Words of a text with their places, for formats that count in words.

Every character that is no blank is in exactly one word, in the order of the text. A word never ends inside what a
reader sees as one character: combining marks, flags, and emoji joined into one stay whole. French elisions end a word
after the apostrophe (``d’|Irak``, ``qu’|Israël``; ``aujourd’hui`` is whole); English contractions begin one at it
(``Beirut|’s``, ``do|n’t``). ``U.S.``, ``2,500`` and ``mot-clé`` are one word each. Offsets are code points.

The text is first turned into its shape, a letter for the kind of each character; the pattern of a word is matched
against the shape, and tries nothing twice, so that the time grows with the length of the text only.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tigris_corpus.formats.exchange import Document
    from tigris_corpus.formats.jsonl import Record

Span = tuple[int, int]
_SHOWN = 20

_BLANK, _LETTER, _DIGIT, _MARK, _JOINER, _FLAG, _BEFORE, _OTHER = " wdmzrps"
_KINDS = {
    "'": "'",
    "’": "'",
    "-": "-",
    "\u2010": "-",
    "\u2011": "-",
    ".": ".",
    ",": ",",
    "\u200b": _OTHER,  # a blank of no width: it stands for itself, since a span may hold it
    "\u200d": _JOINER,
    "\u0e33": _MARK,  # vowels and marks that Unicode calls letters
    "\u0eb3": _MARK,
    "\uff9e": _MARK,
    "\uff9f": _MARK,
}
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_PREFIXES = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Marks that belong to what follows them."""

_TAIL = "[mz]*+(?:(?<=z)(?:s[mz]*+|w[wdmz]*+))*+"
_ACRONYM = r"(?:w[mz]*+\.[mz]*+){2,}+(?:w[mz]*+(?![wdmz]))?+"
_PLAIN = "(?:d[dmz]*+[.,](?=d))*+[wd][wdmz]*+(?:(?<=z)s[mz]*+)*+"
_UNIT = f"(?:{_ACRONYM}|{_PLAIN})"
_WORD = re.compile(
    f"[pmz]*+(?:{_UNIT}(?:['-]{_UNIT})*+(?:'[mz]*+)?+|rr?+{_TAIL}|[s.,'-]{_TAIL})|[pmz]++",
)
_ELISION = re.compile(
    r"(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)['’](?=[^\W\u0e33\u0eb3\uff9e\uff9f]|$)", re.IGNORECASE
)
_NO_PREFIX = f"(?<![{''.join(sorted(_PREFIXES))}])"
_CONTRACTION = re.compile(f"{_NO_PREFIX}(?:n['’]t|['’](?:s|m|d|re|ve|ll))$", re.IGNORECASE)
_LAST_APOSTROPHE = re.compile(f"{_NO_PREFIX}['’]$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a run of blanks: where it stands (code points), its text, and whether one space follows it.

    The space is that of formats which keep it beside the word: it belongs to no token.
    """

    start: int
    end: int
    text: str
    space: bool = False


def words(text: str, language: str, spans: Iterable[Span] = ()) -> list[Token]:
    """Return the words of a text in their order. A word also ends wherever one of ``spans`` begins or ends.

    ``language`` is that of the text: ``fr`` has elisions, ``en`` contractions.
    """
    borders = sorted({border for span in spans for border in span})
    found: list[Token] = []
    for match in _WORD.finditer("".join(map(_kind, text))):
        for start, end in _split(text, match.start(), match.end(), language):
            inside = borders[bisect_right(borders, start) : bisect_left(borders, end)]
            found += _cut(text, [start, *inside, end])
    return found


def pieces(text: str, language: str, spans: Sequence[Span] = ()) -> list[Token]:
    """Return the words and the blanks of a text, which make it up whole.

    A single space after a token is noted there and is no token, unless one of ``spans`` begins or ends with it.
    """
    kept = {start for start, _ in spans} | {end - 1 for _, end in spans}
    borders = sorted({border for span in spans for border in span})
    found: list[Token] = []
    position = 0
    for word in [*words(text, language, spans), Token(len(text), len(text), "")]:
        if found and position < word.start and text[position] == " " and position not in kept:
            last = found[-1]
            found[-1] = Token(last.start, last.end, last.text, space=True)
            position += 1
        if position < word.start:
            inside = borders[bisect_right(borders, position) : bisect_left(borders, word.start)]
            found += _cut(text, [position, *inside, word.start])
        found.append(word)
        position = word.end
    return found[:-1]


def sentences(document: Document, spans: Iterable[Span]) -> Iterator[tuple[Record, list[Token]]]:
    """Yield the sentences of a document, each with its words, which have their places in the raw text.

    Raises CorpusError where one of ``spans`` does not begin and end with words of one sentence.
    """
    left = set(spans)
    for row in document.sentences:
        first, last = int(row["start"]), int(row["end"])
        inside = {(start, end) for start, end in left if first <= start and end <= last}
        found = [
            Token(first + token.start, first + token.end, token.text)
            for token in words(
                document.text[first:last],
                document.language,
                [(start - first, end - first) for start, end in inside],
            )
        ]
        starts, ends = {token.start for token in found}, {token.end for token in found}
        left -= {(start, end) for start, end in inside if start in starts and end in ends}
        yield row, found
    if left:
        start, end = min(left)
        raise CorpusError(
            f"{document.document_id}: the span from {start} to {end} does not begin and end with words of one sentence"
        )


def outermost(spans: Iterable[Span]) -> list[Span]:
    """Return the spans that lie in no other and cross no other, in the order of the text: the longest are taken first."""
    taken: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        place = bisect_left(taken, (start, end))
        free_before = place == 0 or taken[place - 1][1] <= start
        if free_before and (place == len(taken) or end <= taken[place][0]):
            taken.insert(place, (start, end))
    return taken


class Cursor:
    """Finds the words of a file in the raw text of a document, one after another: formats of words have no offsets.

    Between two words may be blanks, and whatever is in no sentence.
    """

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._sentences = [(int(row["start"]), int(row["end"])) for row in document.sentences]
        self._next = 0
        self._position = 0

    def take(self, word: str) -> Span | None:
        """Return the place of the next word, or None where another text stands there."""
        start = self._skip()
        if not word or not self._text.startswith(word, start):
            return None
        self._position = start + len(word)
        return start, self._position

    def left(self) -> str:
        """Return the beginning of what no word was found for yet; nothing at the end of the text."""
        start = self._skip()
        return self._text[start : start + _SHOWN]

    def _skip(self) -> int:
        """Return where the next word has to stand."""
        position = self._position
        while position < len(self._text):
            while self._next < len(self._sentences) and self._sentences[self._next][1] <= position:
                self._next += 1
            if self._text[position].isspace():
                position += 1
            elif self._sentences and self._next == len(self._sentences):
                position = len(self._text)
            elif self._sentences and position < self._sentences[self._next][0]:
                position = self._sentences[self._next][0]
            else:
                break
        self._position = position
        return position


@cache
def _kind(character: str) -> str:
    """Return the letter of the kind of a character."""
    if character in _KINDS:
        return _KINDS[character]
    if character.isspace():
        return _BLANK
    if character in _PREFIXES:
        return _BEFORE
    category = unicodedata.category(character)
    if category[0] == "M" or category == "Cf" or ord(character) in _SKIN:
        return _MARK
    if ord(character) in _FLAGS:
        return _FLAG
    return {"L": _LETTER, "N": _DIGIT if category == "Nd" else _LETTER}.get(category[0], _OTHER)


def _cut(text: str, borders: Sequence[int]) -> Iterator[Token]:
    for start, end in pairwise(borders):
        yield Token(start, end, text[start:end])


def _split(text: str, start: int, end: int, language: str) -> Iterator[Span]:
    """Yield the words of what is written together, as the language has them."""
    while language == "fr" and (match := _ELISION.match(text, start, end)):
        yield start, match.end()
        start = match.end()
    if start == end:
        return
    pattern = _CONTRACTION if language == "en" else None
    match = (pattern and pattern.search(text, start, end)) or _LAST_APOSTROPHE.search(text, start, end)
    if match and match.start() > start:
        yield start, match.start()
        start = match.start()
    yield start, end
