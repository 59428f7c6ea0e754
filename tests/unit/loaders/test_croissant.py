"""Croissant: what is said of the corpus, and that the reader of MLCommons finds it sound and reads our rows."""

from __future__ import annotations

import hashlib
import json
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tigris_corpus.corpus import Corpus, load
from tigris_corpus.errors import CorpusError
from tigris_corpus.loaders import croissant

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def described(corpus: Corpus) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(croissant.files(corpus)[croissant.FILE])
    return found


def restated(root: Path, **changed: Any) -> Corpus:
    """Return a package with some properties of its descriptor set, or (None) taken out."""
    path = root / "datapackage.json"
    told = json.loads(path.read_text(encoding="utf-8")) | changed
    path.write_text(
        json.dumps({key: value for key, value in told.items() if value is not None}), encoding="utf-8"
    )
    return load(root)


def record_set(told: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in told["recordSet"] if one["@id"] == name)
    return found


@pytest.fixture(scope="module")
def dataset(released: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The corpus of the clone as mlcroissant reads it."""
    with warnings.catch_warnings():  # not ours to mend
        warnings.simplefilter("ignore")
        mlcroissant = pytest.importorskip("mlcroissant")
    folder = tmp_path_factory.mktemp("croissant")
    for name, data in croissant.files(released).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mlcroissant.Dataset(str(folder / croissant.FILE))


def records(dataset: Any, name: str) -> list[dict[str, Any]]:
    """Return the records of a record set by their plain names, with text as text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            {
                key.partition("/")[2]: value.decode() if isinstance(value, bytes) else value
                for key, value in one.items()
            }
            for one in dataset.records(name)
        ]


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")  # type: ignore[assignment]
    return rows


def test_the_description_is_sound(dataset: Any) -> None:
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    assert dataset.metadata.data_biases[0].startswith("One family of models wrote the guidelines")


def test_mlcroissant_reads_the_rows_of_every_table(released: Corpus, dataset: Any) -> None:
    for name, frame in released.tables.items():
        rows = plain(frame)
        for row in rows:
            if row.get("geonames"):
                row["geonames"] = int(row["geonames"])
        assert records(dataset, name) == rows, name


def test_mlcroissant_reads_the_texts(released: Corpus, dataset: Any) -> None:
    paths = dict(zip(released.documents["text_path"], released.documents["document_id"], strict=True))
    found = {paths[row["text_path"]]: row["text"] for row in records(dataset, "texts")}
    assert found == {name: released.text(name) for name in paths.values()}


def test_what_is_said_of_the_corpus(base: Path) -> None:
    told = described(load(base))
    assert told["conformsTo"] == [
        "http://mlcommons.org/croissant/1.0",
        "http://mlcommons.org/croissant/RAI/1.0",
    ]
    assert (told["version"], told["inLanguage"], told["isLiveDataset"]) == ("0.1.0", ["en", "fr"], False)
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert told["creator"] == [{"@type": "sc:Organization", "name": "The Tigris maintainers"}]
    assert (
        "whose rights remain their publishers'. Rights in the texts: In copyright (2 documents)"
        in told["usageInfo"]
    )
    assert told["citeAs"] == (
        "@misc{tigris-corpus, author = {{The Tigris maintainers}}, title = {{Tigris: an annotated bilingual news corpus on "
        "the US-led coalition in Iraq}}, version = {0.1.0}, year = {2026}}"
    )


def test_files_have_their_digests(base: Path) -> None:
    files = croissant.files(load(base))
    objects = [
        one for one in json.loads(files[croissant.FILE])["distribution"] if one["@type"] == "cr:FileObject"
    ]
    assert len(objects) == len(load(base).tables)
    for one in objects:
        data = files[one["contentUrl"]]
        assert (one["sha256"], one["contentSize"]) == (hashlib.sha256(data).hexdigest(), f"{len(data)} B")
        assert data == (base / one["contentUrl"]).read_bytes()
    assert files["seeds/000_talks.txt"] == (base / "seeds/000_talks.txt").read_bytes()
    assert files == croissant.files(load(base))


def test_a_table_is_a_record_set_with_its_keys(base: Path) -> None:
    told = record_set(described(load(base)), "arguments")
    assert told["key"] == [
        {"@id": "arguments/event_id"},
        {"@id": "arguments/role"},
        {"@id": "arguments/mention_id"},
    ]
    assert told["field"][1] == {
        "@type": "cr:Field",
        "@id": "arguments/role",
        "name": "role",
        "description": "The role that the mention fills, which must be one of those of the event's type.",
        "dataType": "sc:Text",
        "source": {"fileObject": {"@id": "arguments.csv"}, "extract": {"column": "role"}},
        "references": {"fileObject": {"@id": "role_types.csv"}, "extract": {"column": "role"}},
    }


def test_types_and_enumerations(base: Path) -> None:
    told = described(load(base))
    types = {field["@id"]: field["dataType"] for one in told["recordSet"] for field in one["field"]}
    wanted = {
        "mentions/start": "sc:Integer",
        "entities/latitude": "sc:Float",
        "entities/geonames": "sc:Integer",
        "zones/mentions_annotated": "sc:Boolean",
        "documents/date_published": "sc:Text",
    }
    assert {name: types[name] for name in wanted} == wanted
    assert record_set(told, "realis")["dataType"] == "sc:Enumeration"
    assert record_set(told, "splits")["dataType"] == ["cr:Split", "sc:Enumeration"]
    assert "dataType" not in record_set(told, "roles")
    field = next(one for one in record_set(told, "event_modes")["field"] if one["name"] == "mode")
    assert "references" not in field  # a mode alone is no key


def test_codes_with_zeros_are_told_and_not_read(base: Path) -> None:
    told = record_set(described(load(base)), "cameo_codes")
    assert told["data"][0] == {"cameo_codes/event_type": "AGREE", "cameo_codes/cameo_code": "03"}
    assert set(told["field"][1]) == {"@type", "@id", "name", "description", "dataType"}


def test_what_is_said_of_people_comes_from_the_tables(released: Corpus, base: Path) -> None:
    told = described(released)
    assert told["rai:annotationsPerItem"] == (
        "Blind passes over each layer of a document: sentences 1, mentions 2, entities 2, events 2, arguments 2, incidents 2."
    )
    assert told["rai:annotatorDemographics"] == [
        "0 of 5 annotators: human. A person who read the text.",
        "5 of 5 annotators: model. A statistical or neural model that read the text.",
        "0 of 5 annotators: rule. A program that follows fixed rules or lists.",
    ]
    assert len(told["rai:machineAnnotationTools"]) == 5
    assert told["rai:machineAnnotationTools"][1].startswith("model-a: A run of a large language model")
    assert "mentions 1" in described(load(base))["rai:annotationsPerItem"]


def test_only_what_the_descriptor_states_is_said(base: Path) -> None:
    told = described(
        restated(
            base,
            tigris={"profile": "1", "responsible_ai": {"dataLimitations": ["Two texts."]}},
            licenses=None,
        )
    )
    said = {key for key in told if key.startswith("rai:")}
    assert told["rai:dataLimitations"] == ["Two texts."]
    assert said - {"rai:annotationsPerItem", "rai:annotatorDemographics", "rai:machineAnnotationTools"} == {
        "rai:dataLimitations"
    }
    assert "license" not in told
    assert not any(key.startswith("rai:data") for key in described(restated(base, tigris={"profile": "1"})))


@pytest.mark.parametrize("stated", [{"dataBias": "None."}, ["dataBiases"]])
def test_a_statement_without_a_name_is_an_error(base: Path, stated: Any) -> None:
    corpus = restated(base, tigris={"profile": "1", "responsible_ai": stated})
    with pytest.raises(
        CorpusError, match=r"datapackage\.json: tigris\.responsible_ai: 'dataBias|responsible_ai'"
    ):
        croissant.files(corpus)


def test_a_table_in_several_files_is_one(base: Path) -> None:
    path = base / "corpus/mentions.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:4]), encoding="utf-8")
    (base / "corpus/more.csv").write_text("".join([lines[0], *lines[4:]]), encoding="utf-8")
    resources = json.loads((base / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    for one in resources:
        if one["name"] == "mentions":
            one["path"] = ["corpus/mentions.csv", "corpus/more.csv"]
    files = croissant.files(restated(base, resources=resources))
    assert files["corpus/mentions.csv"].decode() == "".join(lines)
