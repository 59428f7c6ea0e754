from __future__ import annotations

import json

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
