"""Pairs for coreference: which are made, and that they are enough and few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import packages
from synthetic import generate
from tigris_corpus.corpus import load
from tigris_corpus.loaders.pairs import DOCUMENTS, NEAR, _paired, pairs
from tigris_corpus.loaders.parts import parts
from tigris_corpus.loaders.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tigris_corpus.corpus import Corpus


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus of sixty invented documents."""
    root = tmp_path_factory.mktemp("made") / "package"
    generate(root, 60)
    return load(root)


def told(corpus: Corpus, ids: Iterable[str] | None = None) -> list[tuple[str, str, str, str, bool]]:
    """Return the pairs as their kind, their two ids, their label and whether they are across."""
    return [
        (row["kind"], row["first"]["id"], row["second"]["id"], row["label"], row["across"])
        for row in pairs(Tables(corpus) if ids is None else Tables(corpus).part(ids)).to_dicts()
    ]


def test_the_pairs_of_the_small_package_are_these(base: Path) -> None:
    assert told(load(base)) == [
        # of one type in a document: Iraq is the first GPE that Baghdad precedes
        ("entity", "D000-M004", "D000-M006", "different", False),
        # of one thing in a document: U.S. and Washington, whatever their types
        ("entity", "D000-M001", "D000-M007", "same", False),
        ("entity", "D000-M004", "D000-M007", "different", False),
        ("entity", "D000-M006", "D000-M007", "different", False),
        # the first GPE of each document, and Irak with the Iraq of D000
        ("entity", "D000-M004", "D001-M001", "different", True),
        ("entity", "D000-M006", "D001-M001", "same", True),
        # États-Unis: with U.S., the first of its thing; with Iraq, the second GPE; with Irak, before it
        ("entity", "D000-M001", "D001-M002", "same", True),
        ("entity", "D000-M006", "D001-M002", "different", True),
        ("entity", "D001-M001", "D001-M002", "different", False),
        ("entity", "D000-M004", "D001-M003", "same", True),
        ("entity", "D001-M001", "D001-M003", "different", False),
        ("entity", "D001-M002", "D001-M003", "different", False),
        ("incident", "D000-E002", "D001-E001", "same", True),
        ("incident", "D000-E001", "D001-E002", "same", True),
    ]


def test_a_pair_holds_both_in_their_sentences(base: Path) -> None:
    found = pairs(Tables(load(base)))
    second = found.filter(pl.col("kind") == "incident")["second"][0]
    assert second == {
        "id": "D001-E001",
        "document_id": "D001",
        "language": "fr",
        "fold": 1,
        "sentence_id": "D001-S001",
        "sentence": "L’Irak a condamné les États-Unis pour la frappe de Bagdad.",
        "text": "condamné",
        "start": 9,
        "end": 17,
        "start_in_sentence": 9,
        "end_in_sentence": 17,
        "entity_type": None,
        "event_type": "ACCUSE",
    }
    mention = found["first"][1]
    assert (mention["id"], mention["text"], mention["entity_type"], mention["event_type"]) == (
        "D000-M001",
        "U.S.",
        "NORP",
        None,
    )
    assert (mention["start"], mention["start_in_sentence"]) == (18, 2)


def test_what_is_linked_to_nothing_is_in_no_pair(base: Path) -> None:
    packages.set_cell(base, "corpus/events.csv", 5, "incident_id", "")
    found = [row for row in told(load(base)) if row[0] == "incident"]
    assert found == [("incident", "D000-E002", "D001-E001", "same", True)]


def test_both_of_a_pair_are_of_the_documents_that_are_asked_for(made: Corpus) -> None:
    for ids in parts(made).values():
        found = pairs(Tables(made).part(ids))
        for side in ("first", "second"):
            assert set(found[side].struct.field("document_id")) <= set(ids)


@pytest.mark.parametrize("which", ["released", "made"])
def test_the_pairs_are_few_distinct_and_in_order(which: str, request: pytest.FixtureRequest) -> None:
    corpus: Corpus = request.getfixturevalue(which)
    found = told(corpus)
    assert len({(first, second) for _, first, second, _, _ in found}) == len(found)
    members = int(corpus.mentions["entity_id"].notna().sum() + corpus.events["incident_id"].notna().sum())
    languages = corpus.documents["language"].nunique()
    assert len(found) <= members * (2 * NEAR + 1 + languages)
    frame = pairs(Tables(corpus))
    places = {name: place for place, name in enumerate(corpus.documents["document_id"])}
    for row in frame.to_dicts():
        first, second = row["first"], row["second"]
        assert (places[first["document_id"]], first["start"]) <= (
            places[second["document_id"]],
            second["start"],
        )
        assert row["across"] == (first["document_id"] != second["document_id"])


@pytest.mark.parametrize("which", ["released", "made"])
def test_joining_what_is_the_same_gives_the_clusters_back(which: str, request: pytest.FixtureRequest) -> None:
    corpus: Corpus = request.getfixturevalue(which)
    things = {
        **dict(corpus.mentions[["mention_id", "entity_id"]].dropna().itertuples(index=False, name=None)),
        **dict(corpus.events[["event_id", "incident_id"]].dropna().itertuples(index=False, name=None)),
    }
    members: dict[str, set[str]] = {}
    for _, first, second, label, _ in told(corpus):
        assert (label == "same") == (things[first] == things[second])
        joined = members.setdefault(first, {first})
        members.setdefault(second, {second})
        if label == "same" and members[second] is not joined:
            joined |= members[second]
            members.update(dict.fromkeys(members[second], joined))
    clusters: dict[str, set[int]] = {}
    for name, joined in members.items():
        clusters.setdefault(things[name], set()).add(id(joined))
    assert all(len(joined) == 1 for joined in clusters.values())


def test_a_common_thing_gives_members_from_its_first_documents_alone(made: Corpus) -> None:
    linked = made.mentions.dropna(subset=["entity_id"]).merge(made.sentences[["sentence_id", "document_id"]])
    counts = linked.groupby("entity_id")["document_id"].nunique()
    common = counts[counts > DOCUMENTS].index
    assert len(common)
    things = dict(zip(made.mentions["mention_id"], made.mentions["entity_id"], strict=True))
    seen: dict[Any, set[str]] = {}
    for kind, *ends, _, _ in told(made):
        if kind == "entity":
            for name in ends:
                seen.setdefault(things[name], set()).add(name.partition("-")[0])
    assert all(len(seen[name]) <= DOCUMENTS for name in common)
    first = linked[linked["entity_id"] == common[0]]["document_id"].unique()[:DOCUMENTS]
    assert seen[common[0]] <= set(first)


def test_the_first_of_a_thing_meets_the_nearest_of_each_language_before_it() -> None:
    members = pl.DataFrame(
        [
            (0, "a", "X", 0, "en", 5),
            (1, "a", "Y", 1, "fr", 5),
            (2, "a", "Z", 2, "fr", 5),
            (3, "a", "W", 3, "en", 5),
            (4, "a", "W", 3, "en", 9),
        ],
        schema=["member", "thing", "type", "document", "language", "start"],
        orient="row",
        schema_overrides={"member": pl.UInt32},
    )
    assert _paired(members).rows() == [(0, 1), (0, 2), (1, 2), (0, 3), (2, 3), (3, 4)]


def test_firsts_meet_those_as_far_on_in_the_documents_before() -> None:
    members = pl.DataFrame(
        [
            (number, f"thing-{number}", "GPE" if number != 1 else "ORG", number // 3, "en", number)
            for number in range(9)
        ],
        schema=["member", "thing", "type", "document", "language", "start"],
        orient="row",
        schema_overrides={"member": pl.UInt32},
    )
    within = {(0, 2), (3, 4), (3, 5), (4, 5), (6, 7), (6, 8), (7, 8)}
    across = {
        (0, 3),
        (2, 4),
        (0, 6),
        (3, 6),
        (2, 7),
        (4, 7),
        (5, 8),
    }  # 1 is of another type, so 2 is the second
    assert set(_paired(members).rows()) == within | across
