"""What formats of JSON share: values that know their place, read one by one and never taken on trust."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats.exchange import Reading
from tigris_corpus.formats.rules import RULES, fault
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tigris_corpus.formats.exchange import Answer
    from tigris_corpus.issues import Issue

_BOM = b"\xef\xbb\xbf"
_SHOWN = 200


class MisreadError(CorpusError):
    """A value that is not what its place asks for: ``pointer`` is the JSON Pointer to it."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Node:
    """A value of JSON with the JSON Pointer to it. Whatever is asked of it that it is not raises MisreadError."""

    value: Any
    pointer: str = ""

    def at(self, key: str) -> Node:
        """Return the value of a key that has to be there."""
        found = self.get(key)
        if found is None:
            raise MisreadError(self.pointer, f"there is no {key!r}")
        return found

    def get(self, key: str) -> Node | None:
        """Return the value of a key of an object, or None where it is not there or is null."""
        if not isinstance(self.value, dict):
            raise MisreadError(self.pointer, f"{_name(self.value)} stands where an object is expected")
        value = self.value.get(key)
        return None if value is None else Node(value, f"{self.pointer}/{jsontext.escape(key)}")

    def names(self) -> tuple[str, ...]:
        """Return the keys of an object."""
        if not isinstance(self.value, dict):
            raise MisreadError(self.pointer, f"{_name(self.value)} stands where an object is expected")
        return tuple(self.value)

    def each(self) -> list[Node]:
        """Return the values of an array."""
        if not isinstance(self.value, list):
            raise MisreadError(self.pointer, f"{_name(self.value)} stands where an array is expected")
        return [Node(value, f"{self.pointer}/{number}") for number, value in enumerate(self.value)]

    def every(self, key: str) -> list[Node]:
        """Return the values of an array of an object; none where the key is not there or is null."""
        found = self.get(key)
        return found.each() if found else []

    def word(self, key: str) -> str | None:
        """Return a string of an object, or None where the key is not there or is null."""
        found = self.get(key)
        return found.text() if found else None

    def text(self) -> str:
        """Return a string."""
        if not isinstance(self.value, str):
            raise MisreadError(self.pointer, f"{_name(self.value)} stands where a string is expected")
        return self.value

    def whole(self) -> int:
        """Return a whole number of 0 or more."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise MisreadError(self.pointer, f"{_name(self.value)} stands where a whole number is expected")
        return self.value


def _name(value: object) -> str:
    """Return what a value is, for a message."""
    names = {dict: "an object", list: "an array", str: "a string", type(None): "null", bool: "true or false"}
    return names.get(type(value)) or f"{str(value)[:20]}"


def parsed(path: str, data: bytes, line: int | None = None) -> tuple[Node | None, Issue | None]:
    """Return the value of a file of JSON, or of its line ``line``, and what keeps it from being read, if anything."""
    try:
        return Node(jsontext.loads(data.removeprefix(_BOM))), None
    except jsontext.JsonError as error:
        place = line or error.line
        return None, fault("imp.format", str(error), file=path, line=place)


@dataclass
class Line:
    """One line of JSON Lines: what is read from it, and what is wrong with it. A format says how its line is read."""

    path: str
    number: int
    document: str | None = None
    faults: list[Issue] = field(default_factory=list)

    def answer(self, node: Node) -> Answer | None:
        """Return what the line holds, or None. Raises MisreadError where it is not of the format."""
        raise NotImplementedError

    def place(self, pointer: str = "", key: str | None = None) -> Location:
        """Return a place in the line."""
        return Location(self.path, self.number, key=key, document=self.document, pointer=pointer or None)

    def report(self, code: str, message: str, at: Location, value: str | None = None) -> None:
        """Add a fault."""
        self.faults.append(RULES[code].issue(at, None if value is None else value[:_SHOWN], message))


def read_lines(files: Mapping[str, bytes], kind: type[Line]) -> Reading:
    """Return what the lines of .jsonl files hold, a document each. A line that cannot be read is a fault."""
    answers: list[Answer] = []
    faults: list[Issue] = []
    for path, data in files.items():
        lines = data.split(b"\n") if PurePosixPath(path).suffix == ".jsonl" else []
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            node, broken = parsed(path, text, number)
            if node is None:
                faults += [broken] if broken else []
                continue
            line = kind(path, number)
            try:
                found = line.answer(node)
                answers += [found] if found else []
            except MisreadError as error:
                line.report("imp.format", str(error), line.place(error.pointer))
            faults += line.faults
    return Reading(tuple(answers), tuple(faults))
