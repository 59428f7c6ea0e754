"""Damaged input to every reader: the outcome is a result or a CorpusError, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fuzz

if TYPE_CHECKING:
    import random

EXAMPLES = {"validate": 15, "schema": 15, "load": 30, "package": 60}
"""How many inputs are tried, where it takes time; 200 elsewhere."""


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_a_seed_keeps_what_is_promised(target: str) -> None:
    for seed in fuzz.seeds(target)[:10]:
        fuzz.TARGETS[target](seed)


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_damaged_input_gives_a_result_or_a_corpus_error(target: str) -> None:
    @settings(max_examples=EXAMPLES.get(target, 200), deadline=None, database=None)
    @given(st.sampled_from(fuzz.seeds(target)), st.randoms(use_true_random=False))
    def tried(seed: bytes, choice: random.Random) -> None:
        fuzz.kept(target, fuzz.damaged(seed, choice))

    tried()


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_random_bytes_give_a_result_or_a_corpus_error(target: str) -> None:
    @settings(max_examples=EXAMPLES.get(target, 200) // 2, deadline=None, database=None)
    @given(st.binary(max_size=200))
    def tried(data: bytes) -> None:
        fuzz.kept(target, data)

    tried()
