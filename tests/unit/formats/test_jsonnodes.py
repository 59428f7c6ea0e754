"""Values that know their place: asked for what they are not, they say so, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tigris_corpus.formats.jsonnodes import Line, MisreadError, Node, parsed

if TYPE_CHECKING:
    from collections.abc import Callable

NODE = Node({"a/b": [{"c": 1}], "text": "x", "none": None, "yes": True, "less": -1})


def test_values_and_their_places() -> None:
    assert NODE.at("a/b").each()[0].at("c") == Node(1, "/a~1b/0/c")
    assert (NODE.word("text"), NODE.word("none"), NODE.word("lost")) == ("x", None, None)
    assert (NODE.every("lost"), NODE.names()) == ([], ("a/b", "text", "none", "yes", "less"))


@pytest.mark.parametrize(
    ("asked", "pointer", "message"),
    [
        (lambda: NODE.at("lost"), "", "there is no 'lost'"),
        (lambda: NODE.at("none"), "", "there is no 'none'"),
        (lambda: NODE.at("text").at("x"), "/text", "a string stands where an object is expected"),
        (lambda: NODE.at("text").names(), "/text", "a string stands where an object is expected"),
        (lambda: NODE.at("text").each(), "/text", "a string stands where an array is expected"),
        (lambda: NODE.at("a/b").text(), "/a~1b", "an array stands where a string is expected"),
        (lambda: NODE.at("yes").whole(), "/yes", "true or false stands where a whole number is expected"),
        (lambda: NODE.at("less").whole(), "/less", "-1 stands where a whole number is expected"),
        (lambda: NODE.word("less"), "/less", "-1 stands where a string is expected"),
    ],
)
def test_what_a_value_is_not(asked: Callable[[], object], pointer: str, message: str) -> None:
    with pytest.raises(MisreadError) as caught:
        asked()
    assert (caught.value.pointer, str(caught.value)) == (pointer, message)


def test_what_is_no_json_is_a_fault_on_its_line() -> None:
    node, broken = parsed("a.json", b"\xef\xbb\xbf{\n5}")
    assert node is None
    assert broken is not None
    assert (broken.code, broken.location.file, broken.location.line) == ("imp.format", "a.json", 2)


def test_a_format_says_how_its_line_is_read() -> None:
    with pytest.raises(NotImplementedError):
        Line("a.jsonl", 1).answer(NODE)
