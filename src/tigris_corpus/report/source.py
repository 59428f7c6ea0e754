"""Where an issue stands in the files of a package: its line, and the characters of the line that are meant."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from tigris_corpus.extent import MAX_LINE
from tigris_corpus.paths import MAX_TEXT, PathError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tigris_corpus.issues import Location

_MARK = re.compile('[",]')
_BLOCK = 2**16
_HELD = 2**26
"""How many bytes of files are held, but for the one that is looked at."""


class _File:
    """The bytes of a file, and how many lines have ended before each of its blocks; None is one that cannot be read."""

    def __init__(self, found: bytes | None) -> None:
        self.data = data = found or b""
        self._is_there = found is not None
        starts = range(0, len(data), _BLOCK)
        self._ended = [*accumulate((data.count(b"\n", at, at + _BLOCK) for at in starts), initial=0)]

    def line(self, number: int) -> bytes | None:
        """Return a line, counted from 1, or None where there is none. What is longer than a line may be is cut off."""
        at = self._start(number)
        if at is None:
            return None
        end = self.data.find(b"\n", at, at + MAX_LINE + 1)
        return self.data[at : at + MAX_LINE + 1 if end < 0 else end]

    def _start(self, number: int) -> int | None:
        wanted = number - 1
        if not self._is_there or not 0 <= wanted <= self._ended[-1]:
            return None
        block = bisect_left(self._ended, wanted) - 1
        at = max(block, 0) * _BLOCK
        for _ in range(wanted - self._ended[block] if wanted else 0):
            at = self.data.index(b"\n", at) + 1
        return at


class Lines:
    """The lines of files, read when they are asked for by a function from their paths to their bytes."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._files: dict[str, _File] = {}
        self._places: dict[tuple[str, str | None], int] = {}

    def of(self, file: str) -> list[str]:
        """Return the lines of a file; none where it cannot be read, or is larger than a text."""
        data = self._file(file).data
        return data.decode("utf-8", errors="replace").split("\n") if 0 < len(data) <= MAX_TEXT else []

    def line(self, at: Location) -> str | None:
        """Return the line of a location, or None where it has none. A line that is too long is cut off."""
        if at.file is None or at.line is None:
            return None
        line = self._file(at.file).line(at.line)
        return None if line is None else line.decode("utf-8", errors="replace")

    def span(self, at: Location) -> tuple[int, int]:
        """Return where the cell or the characters of a location start and end in its line, from 0; else (0, 0).

        A line that is too long has no cells.
        """
        line = self.line(at)
        if line is None:
            return 0, 0
        if at.column is not None:
            start = min(at.column - 1, len(line))
            if at.start is None or at.end is None:
                return start, start + 1
            return start, max(start, min(start + at.end - at.start, len(line)))
        number = self._place(at.file or "", at.field) if len(line) <= MAX_LINE else None
        found = None if number is None else next(islice(cells(line), number, None), None)
        return (0, 0) if found is None else (found[0], max(found[1], found[0] + 1))

    def _file(self, path: str) -> _File:
        found = self._files.pop(path, None)
        if found is None:
            try:
                found = _File(self._read(path))
            except (PathError, KeyError):
                found = _File(None)
        self._files[path] = found  # the last that was asked for is the last to go
        while len(self._files) > 1 and sum(len(file.data) for file in self._files.values()) > _HELD:
            del self._files[next(iter(self._files))]
        return found

    def _place(self, file: str, field: str | None) -> int | None:
        """Return the number of a column of a file, or None where its header has none of that name."""
        key = (file, field)
        if key not in self._places:
            header = (self._file(file).line(1) or b"").decode("utf-8", errors="replace")
            found = enumerate(cells(header)) if field is not None and len(header) <= MAX_LINE else ()
            self._places[key] = next((n for n, cell in found if _unquoted(header, cell) == field), -1)
        place = self._places[key]
        return None if place < 0 else place


def cells(line: str) -> Iterator[tuple[int, int]]:
    """Yield where the cells of a line of CSV start and end, whatever its quotes.

    >>> list(cells('a,"b,c",'))
    [(0, 1), (2, 7), (8, 8)]
    """
    start, inside = 0, False
    for mark in _MARK.finditer(line):
        if mark[0] == '"':
            inside = not inside
        elif not inside:
            yield start, mark.start()
            start = mark.end()
    yield start, len(line)


def _unquoted(line: str, cell: tuple[int, int]) -> str:
    return line[slice(*cell)].strip('"\r\ufeff')
