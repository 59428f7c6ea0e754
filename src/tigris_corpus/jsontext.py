"""JSON read strictly: no duplicate key, no NaN, no bottomless nesting; and the line of any JSON Pointer in it."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tigris_corpus.errors import CorpusError

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')  # nothing is tried twice, as in _MARK
if TYPE_CHECKING:
    from collections.abc import Iterable

    _Tree = dict[str, "_Tree"]

_MARK = re.compile(
    r'[ \t\r\n]*+("[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]++)', re.DOTALL
)  # nothing is tried twice, so that a string of many megabytes takes no memory


class JsonError(CorpusError):
    """Text that is not JSON, or not JSON that says one thing only."""

    def __init__(self, code: str, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.line = line
        self.column = column


def loads(data: bytes) -> Any:
    """Return the value of JSON in UTF-8. Raises JsonError with the line and column where there is one."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise JsonError("pkg.json", f"not UTF-8 at byte {error.start}", line) from None
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            repeated.extend(key for key, count in counts.items() if count > 1)
        return value

    def refuse(name: str) -> None:
        raise JsonError("pkg.json", f"{name} is not JSON")

    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise JsonError("pkg.json", f"not JSON: {error.msg}", error.lineno, error.colno) from None
    except (RecursionError, ValueError) as error:
        raise JsonError("pkg.json", f"not JSON that can be read: {error}") from None
    if _HALF.search(text) and (half := _half_of_a_character(text)):
        raise JsonError("pkg.json", "half a character (a lone surrogate) stands in a string", half)
    if repeated:
        second = _line_of_repeated(text, repeated[0])
        raise JsonError(
            "pkg.json-duplicate-key", f"the key {repeated[0]!r} stands twice in one object", second
        )
    return value


def _half_of_a_character(text: str) -> int | None:
    """Return the line of the first string that no encoding can write, or None."""
    for match in _STRING.finditer(text):
        if not _HALF.search(match[0]):
            continue
        try:
            json.loads(match[0]).encode("utf-8")
        except UnicodeEncodeError:
            return text.count("\n", 0, match.start()) + 1
    return None


@dataclass(slots=True)
class _Open:
    """An object or array that is being read: its pointer (None: nothing in it is wanted), and the place in it."""

    pointer: str | None
    wanted: _Tree | None
    place: str | int
    awaits_key: bool

    def child(self) -> tuple[str | None, _Tree | None]:
        """Return the pointer of the value at the place, None where it is not wanted, and what is wanted below it."""
        if self.pointer is None:
            return None, None
        part = escape(self.place)
        if self.wanted is None:
            return f"{self.pointer}/{part}", None
        below = self.wanted.get(part)
        return (None, None) if below is None else (f"{self.pointer}/{part}", below)


def pointer_lines(text: str, wanted: Iterable[str] | None = None) -> dict[str, int]:
    """Return the line on which each value begins, by JSON Pointer, of text that ``loads`` accepts.

    With ``wanted``, only those of these pointers, and of the pointers above them, that are there. The pointers of all
    values can be far longer than the text: keys may be long, and nest.
    """
    tree = None if wanted is None else _tree(wanted)
    lines: dict[str, int] = {}
    opened: list[_Open] = []
    line, position = 1, 0
    for match in _MARK.finditer(text):
        line += text.count("\n", position, match.start(1))
        position = match.start(1)
        mark = match[1]
        if opened and opened[-1].awaits_key and mark[0] == '"':
            opened[-1].place = json.loads(mark)
            opened[-1].awaits_key = False
        elif mark in {"}", "]"}:
            opened.pop()
        elif mark == ",":
            last = opened[-1]
            if isinstance(last.place, int):
                last.place += 1
            else:
                last.awaits_key = True
        elif mark != ":":
            pointer, below = opened[-1].child() if opened else ("", tree)
            if pointer is not None:
                lines.setdefault(pointer, line)
            if mark in {"{", "["}:
                is_object = mark == "{"
                opened.append(_Open(pointer, below, "" if is_object else 0, is_object))
    return lines


def _tree(pointers: Iterable[str]) -> _Tree:
    """Return JSON Pointers as nested dictionaries of their parts."""
    root: _Tree = {}
    for pointer in pointers:
        node = root
        for part in pointer.split("/")[1:]:
            node = node.setdefault(part, {})
    return root


def nearest_line(lines: dict[str, int], pointer: str) -> int | None:
    """Return the line of a pointer, or of the nearest one above it that is there."""
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer)


def escape(part: str | int) -> str:
    """Return one part of a JSON Pointer, escaped as RFC 6901 says."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _line_of_repeated(text: str, key: str) -> int | None:
    """Return the line of the second of two equal keys of one object."""
    seen: list[set[str]] = []
    line, position = 1, 0
    for match, following in itertools.pairwise(_MARK.finditer(text)):
        line += text.count("\n", position, match.start(1))
        position = match.start(1)
        mark = match[1]
        if mark in {"{", "["}:
            seen.append(set())
        elif mark in {"}", "]"}:
            seen.pop()
        elif following[1] == ":":
            name = json.loads(mark)
            if name == key and name in seen[-1]:
                return line
            seen[-1].add(name)
    return None
