from __future__ import annotations

import json
import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import packages
from tigris_corpus.engine.expressions import full_match, is_supported
from tigris_corpus.patterns import is_safe

PROFILE = sorted(
    {
        field["constraints"]["pattern"]
        for path in (packages.CLONE / "schema" / "tables").glob("*.json")
        for field in json.loads(path.read_text(encoding="utf-8"))["fields"]
        if "pattern" in field.get("constraints", {})
    }
)
PIECES = st.sampled_from(
    ["a", "b", "-", ".", "[ab]", "[a-c]", "[b-]", r"\.", "(", ")", "|", "*", "+", "?", "{2}", "{1,3}", "{2,}"]
)


@pytest.mark.parametrize("pattern", PROFILE)
def test_every_pattern_of_the_profile_is_safe(pattern: str) -> None:
    assert is_safe(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(a*)*",
        "(a|a)*",
        "(a|ab)*c",
        "(a|b+)*",
        "(.*a){20}",
        "a*a*b",
        "((a{0,100}){0,100}){0,100}",
        "(a{500}){500}",
        "a{1000000000}",
        "a{257}",
        "a{3,2}",
        "a{0}",
        "(a?){30}",
        "(a?|b?)c",
        "()*",
        "a?a?a?a?a?a?a?a?a?a?b",
        "[[:alpha:]]",
        "[[a]]",
        "[a&&b]",
        "[a--b]",
        "[a~~b]",
        "[!-~~]",
        "[a||b]",
        "[^a]",
        "[]a]",
        "[a-c-e]",
        "[b-a]",
        "[",
        "[]",
        "(",
        ")",
        "a{2}{3}",
        "a{,3}",
        "a+?",
        "a++",
        "(?i)a",
        "(?=a)",
        "(?P<a>b)",
        r"\d",
        r"\p{L}",
        r"(a)\1",
        r"\<a",
        "\\",
        "^a$",
        "]",
        "}",
        "\ud800",
        "(" * 21 + "a" + ")" * 21,
        "a" * 1001,
    ],
)
def test_what_an_engine_tries_twice_or_reads_otherwise_is_refused(pattern: str) -> None:
    assert not is_safe(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a",
        "a{256}",
        "a{0,200}b",
        "(a|b)*c",
        "[a-]",
        "[-a]",
        r"[\]\^]",
        "a{2,}-b{1,3}",
        "é+",
        "a|",
        "(ab|ac)?d",
    ],
)
def test_what_the_next_character_decides_is_safe(pattern: str) -> None:
    assert is_safe(pattern)


@given(st.lists(PIECES, max_size=8).map("".join), st.lists(st.text("abc-.\n", max_size=8), max_size=8))
def test_two_engines_agree_on_a_safe_pattern(pattern: str, texts: list[str]) -> None:
    if is_safe(pattern):
        assert is_supported(pattern)
        ours = [re.fullmatch(pattern, text) is not None for text in texts]
        assert pl.Series(texts, dtype=pl.String).str.contains(full_match(pattern)).to_list() == ours
