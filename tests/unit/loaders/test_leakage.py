from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import packages
from tigris_corpus.corpus import load
from tigris_corpus.loaders.leakage import NEAR, grams, leakage, near, page, resemblance

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus


def row(corpus: Corpus, name: str = "split") -> dict[str, Any]:
    frame = leakage(corpus)
    return {str(column): value for column, value in frame[frame["partition"] == name].iloc[0].items()}


def test_what_passes_in_the_small_package_is_counted(base: Path) -> None:
    assert (
        row(load(base))
        == {
            "partition": "split",
            "train_documents": 1,
            "test_documents": 1,
            "left_out": 0,
            "test_sentences": 1,
            "same_sentences": 0,
            "near_sentences": 0,
            "test_entities": 3,
            "shared_entities": 3,
            "test_mentions": 3,
            "mentions_of_shared": 3,
            "mentions_of_seen_form": 0,  # Irak, États-Unis, Bagdad: other words than Iraq, U.S., Washington, Baghdad
            "test_incidents": 2,
            "shared_incidents": 2,
            "test_events": 2,
            "events_of_shared": 2,
        }
    )


def test_the_names_of_the_rows_are_those_of_the_parts(released: Corpus) -> None:
    names = ["split", "fold 0", "fold 1", "fold 2", "fold 3", "temporal", "en-fr", "fr-en"]
    assert list(leakage(released)["partition"]) == names


def test_a_form_is_seen_with_its_type_and_without_case(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 9, "text", "IRAQ")
    assert row(load(base))["mentions_of_seen_form"] == 1
    packages.set_cell(base, "corpus/mentions.csv", 9, "entity_type", "ORG")
    assert row(load(base))["mentions_of_seen_form"] == 0


def test_what_training_lacks_does_not_pass(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 9, "entity_id", "")
    packages.set_cell(base, "corpus/mentions.csv", 5, "entity_id", "")  # Baghdad in D000
    packages.set_cell(base, "corpus/events.csv", 2, "incident_id", "")  # the strike in D000
    found = row(load(base))
    assert (found["test_entities"], found["shared_entities"]) == (2, 1)
    assert (found["test_mentions"], found["mentions_of_shared"]) == (2, 1)
    assert (found["test_incidents"], found["shared_incidents"], found["events_of_shared"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("text", "same", "close"),
    [
        ("A U.S. strike killed two fighters in Baghdad on January 3, 2020.", 1, 0),
        ("A U.S. STRIKE killed two fighters in Baghdad, on January 3, 2020", 0, 1),
        ("A U.S. strike killed ten fighters in Baghdad on January 3, 2020.", 0, 1),  # 7 of 13 runs
        ("A U.S. strike killed ten fighters in Najaf on January 3, 2020.", 0, 0),  # 4 of 16
        ("Baghdad strike", 0, 0),
    ],
)
def test_a_sentence_of_the_test_may_be_one_of_training(base: Path, text: str, same: int, close: int) -> None:
    packages.set_cell(base, "corpus/sentences.csv", 6, "text", text)
    found = row(load(base))
    assert (found["same_sentences"], found["near_sentences"]) == (same, close)
    packages.set_cell(base, "corpus/sentences.csv", 6, "zone", "boilerplate")
    assert row(load(base))["test_sentences"] == 0


def test_a_short_sentence_is_one_run() -> None:
    assert grams("Talks resume!", "en") == {("talks", "resume")}
    assert grams("« … »", "fr") == frozenset()
    assert grams("L’Irak a dit non", "fr") == {
        ("l’", "irak", "a"),
        ("irak", "a", "dit"),
        ("a", "dit", "non"),
    }
    assert near([frozenset()], [frozenset()]) == [False]


SETS = st.frozensets(st.tuples(st.sampled_from("abcdefgh")), max_size=8)


@given(st.lists(SETS, max_size=6), st.lists(SETS, max_size=6))
def test_looking_at_few_finds_what_looking_at_all_finds(
    tested: list[frozenset[tuple[str, ...]]], trained: list[frozenset[tuple[str, ...]]]
) -> None:
    every = [any(resemblance(one, other) >= NEAR for other in trained) for one in tested]
    assert near(tested, trained) == every


def test_the_page_tells_counts_and_shares(base: Path) -> None:
    told = page(load(base))
    assert "| split | D000 | – | D001 | – |" in told
    shared = "3 of 3 (100 %) | 3 of 3 (100 %) | 0 of 3 (0 %) | 2 of 2 (100 %) | 2 of 2 (100 %)"
    assert f"| split | 0 + 0 of 1 | {shared} |" in told
