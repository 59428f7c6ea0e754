"""Datasets in memory: their features, their rows, and what they say of themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import datasets
import pytest

import packages
import tigris_corpus as tigris
from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError, MissingExtraError
from tigris_corpus.loaders.configs import CONFIGS
from tigris_corpus.loaders.hf import citation

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus

TEXT, NUMBER = datasets.Value("string"), datasets.Value("int64")


def test_labels_are_named_in_the_order_of_their_vocabulary(released: Corpus) -> None:
    found = tigris.to_datasets(released, "events")
    assert isinstance(found, datasets.DatasetDict)
    assert {part: len(rows) for part, rows in found.items()} == {"train": 68, "validation": 19, "test": 53}
    features = found["train"].features
    for column, table in (("event_type", "event_types"), ("realis", "realis"), ("zone", "zones")):
        assert features[column].names == list(released.tables[table].iloc[:, 0])
    assert features["arguments"].feature["role"].names == list(released.role_types["role"])
    assert features["modes"].feature.names == list(released.modes["mode"].unique())
    first, row = released.events.iloc[0], found["train"][0]
    assert features["event_type"].int2str(row["event_type"]) == first["event_type"]
    assert row["trigger_text"] == first["trigger_text"]


def test_the_features_of_tokens_are_complete(base: Path) -> None:
    features = tigris.to_datasets(load(base), "tokens")["train"].features
    tags = features.pop("ner_tags").feature.names
    assert tags[:5] == ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"]
    assert len(tags) == 1 + 2 * 10
    assert features.pop("trigger_tags").feature.names[-1] == "I-ASSAULT"
    assert features.pop("zone").names == ["body", "heading", "byline", "link", "metadata", "boilerplate"]
    assert features == {
        "sentence_id": TEXT,
        "document_id": TEXT,
        "language": TEXT,
        "fold": NUMBER,
        "text": TEXT,
        "words": datasets.List(TEXT),
        "starts": datasets.List(NUMBER),
        "ends": datasets.List(NUMBER),
        "starts_in_sentence": datasets.List(NUMBER),
        "ends_in_sentence": datasets.List(NUMBER),
    }


@pytest.mark.parametrize("config", CONFIGS)
def test_a_dataset_is_what_its_rows_would_make(released: Corpus, config: str) -> None:
    for part, rows in tigris.to_datasets(released, config).items():
        again = datasets.Dataset.from_list(rows.to_list(), features=rows.features)
        assert again.features == rows.features
        assert again.data.table.equals(rows.data.table)
        assert (str(rows.split), rows.cache_files, rows.info.config_name) == (part, [], config)


def test_na_is_text_and_what_is_empty_is_none(base: Path) -> None:
    packages.set_cell(base, "corpus/documents.csv", 2, "title", "NA")
    corpus = load(base)
    assert tigris.to_datasets(corpus, "documents")["train"]["title"][0] == "NA"
    assert tigris.to_datasets(corpus, "documents")["test"]["title"][0] is None
    record = tigris.to_datasets(corpus, "event_records")["train"][0]
    assert (record["killed"], record["injured"], record["latitude"]) == ("2", None, 33.34058)


def test_a_part_may_have_no_rows(base: Path) -> None:
    packages.set_cell(base, "corpus/layers.csv", 10, "status", "blank")  # the events of D001
    found = tigris.to_datasets(load(base), "sentences")
    assert {part: len(rows) for part, rows in found.items()} == {"train": 3, "test": 0}
    assert found["test"].features == found["train"].features


def test_folds_and_views_deal_the_same_rows_out(released: Corpus) -> None:
    whole = tigris.to_datasets(released, "sentences")
    rows = {row["sentence_id"]: row for part in whole.values() for row in part}
    for how in ({"fold": 3}, {"view": "temporal"}, {"view": "en-fr"}):
        found = tigris.to_datasets(released, "sentences", **how)
        assert list(found) == ["train", "test"]
        assert {row["sentence_id"]: row for part in found.values() for row in part} == rows
    assert set(tigris.to_datasets(released, "sentences", view="en-fr")["train"]["language"]) == {"en"}


def test_a_dataset_says_what_it_is(released: Corpus) -> None:
    info = tigris.to_datasets(released, "events")["test"].info
    assert info.description.startswith(released.package.descriptor["description"])
    assert info.description.endswith("A row is an event.")
    assert (str(info.version), info.dataset_name, info.config_name) == (
        released.version,
        "tigris-corpus",
        "events",
    )
    assert info.license.startswith(
        "Annotations: CC-BY-4.0 https://creativecommons.org/licenses/by/4.0/. Texts: "
    )
    assert "In copyright (5 documents)" in info.license
    assert info.citation == citation(released)
    assert citation(released).splitlines() == [
        "@misc{tigris-corpus,",
        "  author = {{The Tigris maintainers}},",
        "  title = {{Tigris: an annotated bilingual news corpus on the US-led coalition in Iraq}},",
        f"  year = {{{released.package.descriptor['created'][:4]}}},",
        f"  version = {{{released.version}}}",
        "}",
    ]


def test_a_version_that_datasets_does_not_take_is_left_out(base: Path) -> None:
    corpus = load(base)
    corpus.package.descriptor["version"] = "1.0.0-rc.1"
    assert tigris.to_datasets(corpus, "events")["train"].info.version is None


def test_equal_rows_have_equal_fingerprints(base: Path) -> None:
    def fingerprint() -> str:
        return str(vars(tigris.to_datasets(load(base), "events")["train"])["_fingerprint"])

    first = fingerprint()
    assert fingerprint() == first
    packages.set_cell(base, "corpus/events.csv", 2, "realis", "generic")
    assert fingerprint() != first


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("token",), "there is no config 'token'"),
        (("tokens", 9), "there is no fold 9"),
        (("tokens", None, "de-en"), "there is no view 'de-en'"),
        (("tokens", 1, "en-fr"), "choose a fold or a view"),
    ],
)
def test_what_is_not_there_is_told(released: Corpus, arguments: tuple[Any, ...], said: str) -> None:
    with pytest.raises(CorpusError, match=said):
        tigris.to_datasets(released, *arguments)


def test_without_its_extra_the_line_that_installs_it_is_the_error(
    released: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r'to_datasets needs .* "tigris-corpus\[hf\]"'):
        tigris.to_datasets(released, "tokens")


FRESH = """
import socket, sys
def refuse(*_, **__):
    raise OSError("no network")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
import tigris_corpus as tigris
corpus = tigris.load()
assert "datasets" not in sys.modules
tigris.to_datasets
assert "datasets" not in sys.modules
print({part: len(rows) for part, rows in tigris.to_datasets(corpus, "tokens").items()})
"""


def test_nothing_is_cached_and_no_network_is_asked(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", FRESH],
        env={**os.environ, "HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.stdout, told.stderr) == ("{'train': 41, 'validation': 18, 'test': 57}\n", "")
    assert list(tmp_path.iterdir()) == []
