from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigris_corpus.jsontext import JsonError, loads, pointer_lines

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b'{"a": 1,\n "a": 2}', "pkg.json-duplicate-key", 2),
        (b'{"a": {"b": 1},\n "c": {"d": 1,\n"d": 2}}', "pkg.json-duplicate-key", 3),
        (b'{"a": 1,\n b}', "pkg.json", 2),
        (b'{"a": NaN}', "pkg.json", None),
        (b'{"a":\n "\xe9"}', "pkg.json", 2),
        (b"\xff\xfe", "pkg.json", 1),
        (b"", "pkg.json", 1),
        (b"[" * 100_000, "pkg.json", None),
    ],
)
def test_what_is_not_json_says_where(data: bytes, code: str, line: int | None) -> None:
    with pytest.raises(JsonError) as caught:
        loads(data)
    assert (caught.value.code, caught.value.line) == (code, line)


def test_a_key_may_stand_in_two_objects() -> None:
    assert loads(b'[{"a": 1}, {"a": {"a": 2}}]') == [{"a": 1}, {"a": {"a": 2}}]


def test_each_value_has_its_line() -> None:
    text = '{\n "a": [1,\n  {"b/c": "x,]"}],\n "d": {}\n}'
    assert pointer_lines(text) == {"": 1, "/a": 2, "/a/0": 2, "/a/1": 3, "/a/1/b~1c": 3, "/d": 4}


@given(JSON)
def test_every_value_of_json_is_read_and_located(value: object) -> None:
    text = json.dumps(value, indent=1)
    assert loads(text.encode()) == value
    assert pointer_lines(text)[""] == 1


def test_only_wanted_pointers_are_located_with_those_above_them() -> None:
    text = '{\n "a": [1,\n  {"b/c": "x,]"}],\n "d": {}\n}'
    assert pointer_lines(text, ["/a/1/b~1c", "/e", "/d/f"]) == {
        "": 1,
        "/a": 2,
        "/a/1": 3,
        "/a/1/b~1c": 3,
        "/d": 4,
    }
    assert pointer_lines(text, []) == {"": 1}


def test_a_pointer_is_found_below_long_keys_without_making_those_of_all_values() -> None:
    key = "k" * 100_000
    text = f'{{"{key}": {list(range(10_000))},\n "a": 1}}'
    assert pointer_lines(text, ["/a"]) == {
        "": 1,
        "/a": 2,
    }  # all pointers together have a thousand million characters


@pytest.mark.parametrize("inside", ["a", r"\n", r"\u0041"])
def test_a_string_of_megabytes_is_passed_over(inside: str) -> None:
    assert pointer_lines(f'["{inside * 10**6}",\n1]', ["/1"]) == {"": 1, "/1": 2}


@pytest.mark.parametrize("inside", [b"a", rb"\n", rb"\u00e9", rb"\ud83d\ude00"])
def test_half_a_character_in_a_string_of_megabytes_is_found_in_little_memory(inside: bytes) -> None:
    data = b'[\n"' + inside * 1_000_000 + rb'\ud800"]'
    tracemalloc.start()
    try:
        with pytest.raises(JsonError) as caught:
            loads(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (caught.value.code, caught.value.line) == ("pkg.json", 2)
    assert peak < 8 * len(data) + 1_000_000


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (rb'["\\ud800", "\\\ud800"]', 1),
        (b'["a",\n "\\"",\n "b\\udfff"]', 3),
        (rb'{"\ud83dx": 1}', 1),
    ],
)
def test_half_a_character_has_a_line(data: bytes, line: int) -> None:
    with pytest.raises(JsonError, match="half a character") as caught:
        loads(data)
    assert caught.value.line == line


def test_whole_characters_in_halves_are_read() -> None:
    assert loads(rb'["\ud83d\ude42", "\\ud800"]') == ["🙂", r"\ud800"]
