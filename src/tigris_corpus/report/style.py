"""How text from data is made safe to show, and how it is coloured."""

from __future__ import annotations

from typing import Literal

Colour = Literal["red", "yellow", "green", "blue", "magenta", "cyan", "bold", "dim"]

RESET = "\x1b[0m"
CODES: dict[Colour, str] = {
    "red": "\x1b[31m",
    "green": "\x1b[32m",
    "yellow": "\x1b[33m",
    "blue": "\x1b[34m",
    "magenta": "\x1b[35m",
    "cyan": "\x1b[36m",
    "bold": "\x1b[1m",
    "dim": "\x1b[2m",
}


def visible(text: str) -> str:
    r"""Return text with every character that does not show, or that steers a terminal, written out.

    >>> visible("a\x1b[31mb\u202e\n")
    'a\\u001b[31mb\\u202e\\u000a'
    """
    return "".join(character if character.isprintable() else _written_out(character) for character in text)


def painted(text: str, colour: Colour, *, on: bool) -> str:
    """Return text in a colour, or as it is where colours are off."""
    return f"{CODES[colour]}{text}{RESET}" if on else text


def _written_out(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - end of the basic plane
