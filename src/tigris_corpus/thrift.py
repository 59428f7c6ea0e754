"""What a file of Parquet says of itself, in the compact protocol of Thrift: its footer, and the heads of its pages.

It is read here, value by value, because the libraries that read Parquet take it at its word, and some of them end the
process where it is damaged. Values are numbers, bytes, lists, and dictionaries by the numbers of fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 200_000
"""How many values are read of one file."""

_DEPTH = 16
_SHIFT = 70
_TRUE, _FALSE, _BYTE, _SHORT, _INT, _LONG, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT, _UUID = range(1, 14)
_MANY = 15


class ThriftError(Exception):
    """Bytes that are no such values, or too many. Never leaves those who read Parquet."""


class Values:
    """Bytes to be read value by value; ``at`` is the place that is next."""

    def __init__(self, data: bytes, most: int = MOST) -> None:
        self.at = 0
        self.left = most
        """How many values may still be read."""
        self._data = data

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Return the fields of a structure by their numbers. Raises ThriftError."""
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            kind = head & _MANY
            number = number + (head >> 4) if head >> 4 else self._number()
            fields[number] = kind == _TRUE if kind in {_TRUE, _FALSE} else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        self.left -= 1
        if self.left < 0 or depth > _DEPTH:
            raise ThriftError("it says too much of itself")
        readers: dict[int, Callable[[], Any]] = {
            **dict.fromkeys(
                (_TRUE, _FALSE, _BYTE), self._byte
            ),  # truth values are bytes where they are in a list
            **dict.fromkeys((_SHORT, _INT, _LONG), self._number),
            _DOUBLE: lambda: self._bytes(8),
            _BINARY: lambda: self._bytes(self._length()),
            **dict.fromkeys((_LIST, _SET), lambda: self._list(depth + 1)),
            _MAP: lambda: self._map(depth + 1),
            _STRUCT: lambda: self.struct(depth + 1),
            _UUID: lambda: self._bytes(16),
        }
        if kind not in readers:
            raise ThriftError(f"there is no kind {kind} of value")
        return readers[kind]()

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        size = self._length() if head >> 4 == _MANY else head >> 4
        return [self._value(head & _MANY, depth) for _ in range(size)]

    def _map(self, depth: int) -> list[Any]:
        size = self._length()
        kinds = self._byte() if size else 0
        return [(self._value(kinds >> 4, depth), self._value(kinds & _MANY, depth)) for _ in range(size)]

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, size: int) -> bytes:
        found = self._data[self.at : self.at + size]
        if len(found) < size:
            raise ThriftError("it breaks off")
        self.at += size
        return found

    def _length(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
                return value
            shift += 7
            if shift >= _SHIFT:
                raise ThriftError("a number has no end")

    def _number(self) -> int:
        value = self._length()
        return (value >> 1) ^ -(value & 1)
