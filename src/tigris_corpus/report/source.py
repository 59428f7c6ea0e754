"""Where an issue stands in the files of a package: its line, and the characters of the line that are meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tigris_corpus.paths import PathError

if TYPE_CHECKING:
    from tigris_corpus.issues import Location
    from tigris_corpus.validation import Report

_MARK = re.compile('[",]')


class Lines:
    """The lines of the package's files, read when they are asked for."""

    def __init__(self, report: Report) -> None:
        self._gate = report.package.gate
        self._files: dict[str, list[str]] = {}

    def of(self, file: str) -> list[str]:
        """Return the lines of a file; none where it cannot be read."""
        if file not in self._files:
            try:
                self._files[file] = self._gate.read(file).decode("utf-8", errors="replace").split("\n")
            except PathError:
                self._files[file] = []
        return self._files[file]

    def line(self, at: Location) -> str | None:
        """Return the line of a location, or None where it has none."""
        if at.file is None or at.line is None:
            return None
        lines = self.of(at.file)
        return lines[at.line - 1] if at.line <= len(lines) else None

    def span(self, at: Location) -> tuple[int, int]:
        """Return where the cell or the characters of a location start and end in its line, from 0; else (0, 0)."""
        line = self.line(at)
        if line is None:
            return 0, 0
        if at.column is not None:
            start = min(at.column - 1, len(line))
            if at.start is None or at.end is None:
                return start, start + 1
            return start, max(start, min(start + at.end - at.start, len(line)))
        header = [_unquoted(line, cell) for line in self.of(at.file or "")[:1] for cell in cells(line)]
        number = header.index(at.field) if at.field in header else len(header)
        return next(((start, max(end, start + 1)) for start, end in cells(line)[number : number + 1]), (0, 0))


def cells(line: str) -> list[tuple[int, int]]:
    """Return where the cells of a line of CSV start and end, whatever its quotes.

    >>> cells('a,"b,c",')
    [(0, 1), (2, 7), (8, 8)]
    """
    spans, start, inside = [], 0, False
    for mark in _MARK.finditer(line):
        if mark[0] == '"':
            inside = not inside
        elif not inside:
            spans.append((start, mark.start()))
            start = mark.end()
    return [*spans, (start, len(line))]


def _unquoted(line: str, cell: tuple[int, int]) -> str:
    return line[slice(*cell)].strip('"\r\ufeff')
