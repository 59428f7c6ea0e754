"""JSON read strictly: no duplicate key, no NaN, no bottomless nesting; and the line of any JSON Pointer in it."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from typing import Any

from tigris_corpus.errors import CorpusError

_MARK = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+)', re.DOTALL)


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
    if repeated:
        second = _line_of_repeated(text, repeated[0])
        raise JsonError(
            "pkg.json-duplicate-key", f"the key {repeated[0]!r} stands twice in one object", second
        )
    return value


def pointer_lines(text: str) -> dict[str, int]:
    """Return the line on which each value begins, by JSON Pointer, of text that ``loads`` accepts."""
    lines: dict[str, int] = {}
    path: list[str | int] = []
    expect_key: list[bool] = []
    line, position = 1, 0
    for match in _MARK.finditer(text):
        line += text.count("\n", position, match.start(1))
        position = match.start(1)
        mark = match[1]
        if expect_key and expect_key[-1] and mark[0] == '"':
            path[-1] = json.loads(mark)
            expect_key[-1] = False
            continue
        if mark in {":", "}", "]"}:
            if mark != ":":
                path.pop()
                expect_key.pop()
            continue
        if mark == ",":
            last = path[-1]
            if isinstance(last, int):
                path[-1] = last + 1
            else:
                expect_key[-1] = True
            continue
        lines.setdefault(_pointer(path), line)
        if mark in {"{", "["}:
            path.append("" if mark == "{" else 0)
            expect_key.append(mark == "{")
    return lines


def escape(part: str | int) -> str:
    """Return one part of a JSON Pointer, escaped as RFC 6901 says."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{escape(part)}" for part in path)


def _line_of_repeated(text: str, key: str) -> int | None:
    """Return the line of the second of two equal keys of one object."""
    seen: list[set[str]] = []
    line, position = 1, 0
    marks = list(_MARK.finditer(text))
    for match, following in itertools.pairwise(marks):
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
