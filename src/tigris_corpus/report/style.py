"""How text from data is made safe to show, and how it is coloured."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

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


# Characters that Python counts as printable and that show nothing: joiners, fillers, variation selectors, a blank.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")


def visible(text: str) -> str:
    r"""Return text with every character that does not show, or that steers a terminal or a CI runner, written out.

    A runner takes ``##[`` and its like for a command wherever it stands in a line.

    >>> visible("a\x1b[31mb\u202e\n")
    'a\\u001b[31mb\\u202e\\u000a'
    >>> visible("##[error]x")
    '#\\u0023[error]x'
    """
    shown = text if text.isprintable() else "".join(map(_printable, text))
    return _COMMAND.sub(r"#\\u0023", _BLANK.sub(lambda found: _written_out(found[0]), shown))


def short(text: str, longest: int) -> str:
    """Return text, cut where it is longer than ``longest``.

    >>> short("abcdef", 4), short("abcd", 4)
    ('abcd…', 'abcd')
    """
    return text if len(text) <= longest else f"{text[:longest]}…"


def inert(line: str) -> str:
    r"""Return a line of output with a colon written out that would make it a command of a CI runner.

    >>> inert("::error::x"), inert("a::b")
    ('\\u003a:error::x', 'a::b')
    """
    bare = line.lstrip()
    return f"\\u003a{bare[1:]}" if bare.startswith("::") else line


def as_json(value: Any, *, indent: int | None = None) -> str:
    r"""Return a value as JSON in ASCII, in which no CI runner finds a command.

    >>> as_json(["é", "##[error]"])
    '["\\u00e9", "#\\u0023[error]"]'
    """
    return json.dumps(value, ensure_ascii=True, indent=indent).replace("##", "#\\u0023")


def painted(text: str, colour: Colour, *, on: bool) -> str:
    """Return text in a colour, or as it is where colours are off."""
    return f"{CODES[colour]}{text}{RESET}" if on else text


def _printable(character: str) -> str:
    return character if character.isprintable() else _written_out(character)


def _written_out(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - end of the basic plane
