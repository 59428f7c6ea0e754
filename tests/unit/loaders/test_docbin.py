"""spaCy, for training: what a Doc holds, what it does not, and that `spacy train` takes it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

import packages
from tigris_corpus.corpus import Corpus, load
from tigris_corpus.errors import CorpusError
from tigris_corpus.loaders import docbin

spacy: Any = pytest.importorskip("spacy")

from spacy.cli.train import train  # noqa: E402 - comes with spaCy
from spacy.tokens import DocBin  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spacy.tokens import Doc

SPLITS = "neither in doc.ents nor in doc.spans: it begins or ends inside a word"


@pytest.fixture(scope="module")
def written(released: Corpus) -> dict[str, bytes]:
    return docbin.files(released)


def docs(files: Mapping[str, bytes], path: str) -> list[Doc]:
    return [*DocBin().from_bytes(files[path]).get_docs(spacy.blank("xx").vocab)]


def left_out(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Return the id and the reason of what is left out."""
    return [(row["id"], row["reason"]) for row in csv.DictReader(io.StringIO(files["left-out.csv"].decode()))]


def test_a_sentence(base: Path) -> None:
    files = docbin.files(load(base))
    assert [*files] == [
        "en/train.spacy",
        "fr/test.spacy",
        "en/config.cfg",
        "fr/config.cfg",
        "left-out.csv",
        "README.md",
    ]
    heading, strike, _ = docs(files, "en/train.spacy")
    assert (heading.text, heading.ents, [*heading.spans["sc"]]) == ("Talks 🙂 resume", (), [])
    assert [token.ent_iob_ for token in heading] == ["O", "O", "O"]
    assert [(one.text, one.label_, one.kb_id_, one.id_) for one in strike.ents] == [
        ("U.S.", "NORP", "united-states", "D000-M001"),
        ("two", "NUM", "", "D000-M002"),
        ("fighters", "PER", "", "D000-M003"),
        ("Baghdad", "GPE", "baghdad", "D000-M004"),
        ("January 3, 2020", "TIME", "", "D000-M005"),
    ]
    spans = [(one.text, one.label_, one.kb_id_, one.id_) for one in strike.spans["sc"]]
    assert spans[-1] == ("killed", "ASSAULT", "baghdad-strike", "D000-E001")
    assert spans[:-1] == [(one.text, one.label_, one.kb_id_, one.id_) for one in strike.ents]
    assert {name for name, value in strike.cats.items() if value} == {"ASSAULT"}
    assert len(strike.cats) == 16
    assert strike.user_data == {"document_id": "D000", "sentence_id": "D000-S002", "start": 16}


def test_words_are_those_of_the_pipeline(written: dict[str, bytes]) -> None:
    for path in ("en/test.spacy", "fr/dev.spacy"):
        pipeline = spacy.blank(path[:2])
        for doc in docs(written, path):
            assert [token.text for token in doc] == [token.text for token in pipeline.make_doc(doc.text)]


def test_a_line_without_annotation_is_no_example_and_one_without_events_has_no_classes(
    released: Corpus, written: dict[str, bytes]
) -> None:
    found = {doc.user_data["sentence_id"]: doc for doc in docs(written, "en/test.spacy")}
    zones = dict(zip(released.sentences["sentence_id"], released.sentences["zone"].astype(str), strict=True))
    assert {zones[name] for name in found} == {"body", "heading", "byline", "link"}
    assert all(bool(doc.cats) == (zones[name] in {"body", "heading"}) for name, doc in found.items())


def test_parts_and_languages(released: Corpus, written: dict[str, bytes]) -> None:
    there = {
        path: {doc.user_data["document_id"] for doc in docs(written, path)}
        for path in written
        if path.endswith(".spacy")
    }
    assert there == {
        "en/test.spacy": {"D004"},
        "en/train.spacy": {"D000"},
        "fr/dev.spacy": {"D002"},
        "fr/test.spacy": {"D001"},
        "fr/train.spacy": {"D003"},
    }
    page = written["README.md"].decode()
    assert "No document of this language is in dev." in page
    assert "--paths.train fr/train.spacy --paths.dev fr/dev.spacy -o model-fr" in page
    assert "--paths.train en/train.spacy --paths.dev en/train.spacy -o model-en" in page
    assert docbin.files(released) == written


def test_folds_and_views(released: Corpus) -> None:
    files = docbin.files(released, fold=2)
    assert {doc.user_data["document_id"] for doc in docs(files, "fr/test.spacy")} == {"D002", "D003"}
    assert "fr/dev.spacy" not in files
    assert "is in no part" not in files["README.md"].decode()
    assert "fr/train.spacy" not in docbin.files(released, view="en-fr")
    dates = released.documents["date_published"].mask(released.documents["document_id"] == "D002")
    undated = Corpus(
        released.package, released.tables | {"documents": released.documents.assign(date_published=dates)}
    )
    page = docbin.files(undated, view="temporal")["README.md"].decode()
    assert "D002 is in no part: its date of publication is not known." in page
    with pytest.raises(CorpusError, match="there is no fold 9"):
        docbin.files(released, fold=9)


def test_what_splits_a_word_of_spacy_is_listed(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 4, "end", "48")
    packages.set_cell(base, "corpus/mentions.csv", 4, "text", "fighter")
    packages.set_cell(base, "corpus/events.csv", 2, "trigger_start", "31")
    packages.set_cell(base, "corpus/events.csv", 2, "trigger_text", "illed")
    files = docbin.files(load(base))
    assert left_out(files) == [
        ("D000-M003", SPLITS),
        ("D000-E001", "not in doc.spans: it begins or ends inside a word"),
    ]
    strike = docs(files, "en/train.spacy")[1]
    assert [one.text for one in strike.spans["sc"]] == ["U.S.", "two", "Baghdad", "January 3, 2020"]
    assert strike.cats["ASSAULT"] == 1.0
    assert "Left out are 2 spans, and 0 mentions are in `doc.spans` alone" in files["README.md"].decode()


def test_a_mention_within_another_is_a_span_and_no_entity(base: Path) -> None:
    row = "D000-M008,D000-S002,37,49,two fighters,PER,NOM,,"
    packages.edit(base, [{"op": "insert-line", "file": "corpus/mentions.csv", "line": 7, "lines": [row]}])
    files = docbin.files(load(base))
    reason = "not in doc.ents: it lies within another, or crosses it"
    assert left_out(files) == [("D000-M002", reason), ("D000-M003", reason)]
    assert "Left out are 0 spans, and 2 mentions are in `doc.spans` alone" in files["README.md"].decode()
    strike = docs(files, "en/train.spacy")[1]
    assert [one.text for one in strike.ents] == ["U.S.", "two fighters", "Baghdad", "January 3, 2020"]
    assert {"two", "fighters", "two fighters"} <= {one.text for one in strike.spans["sc"]}


def test_every_label_is_in_the_spans_or_listed(released: Corpus, written: dict[str, bytes]) -> None:
    every = [doc for path in written if path.endswith(".spacy") for doc in docs(written, path)]
    spans = {one.id_: one for doc in every for one in doc.spans["sc"]}
    entities = {one.id_ for doc in every for one in doc.ents}
    lost = dict(left_out(written))
    ids = {*released.mentions["mention_id"], *released.events["event_id"]}
    assert spans.keys() | {name for name, why in lost.items() if not why.startswith("not in doc.ents")} == ids
    assert entities | {name for name in lost if "-M" in name} == {*released.mentions["mention_id"]}
    assert not entities & lost.keys()
    texts = dict(zip(released.mentions["mention_id"], released.mentions["text"], strict=True))
    assert all(spans[name].text == text for name, text in texts.items() if name in spans)


def test_a_layer_that_is_blank_is_no_training(base: Path) -> None:
    layers = base / "corpus/layers.csv"
    text = layers.read_text(encoding="utf-8")
    layers.write_text(text.replace("D001,mentions,single,1.0", "D001,mentions,blank,"), encoding="utf-8")
    files = docbin.files(load(base))
    assert docs(files, "fr/test.spacy") == []
    assert {name for name, _ in left_out(files)} == {
        "D001-M001",
        "D001-M002",
        "D001-M003",
        "D001-E001",
        "D001-E002",
    }


def test_a_language_that_spacy_does_not_know(base: Path) -> None:
    packages.set_cell(base, "corpus/documents.csv", 3, "language", "ckb-Arab")
    files = docbin.files(load(base))
    assert b'lang = "xx"' in files["ckb/config.cfg"]
    assert docs(files, "ckb/test.spacy")[0].text.startswith("L’Irak")


def test_spacy_trains_on_it(written: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in written.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    train(
        tmp_path / "fr/config.cfg",
        tmp_path / "model",
        overrides={
            "paths.train": str(tmp_path / "fr/train.spacy"),
            "paths.dev": str(tmp_path / "fr/dev.spacy"),
            "training.max_steps": 2,
            "training.eval_frequency": 1,
        },
    )
    model = spacy.load(tmp_path / "model/model-last")
    assert {"ORG", "GPE", "PER"} <= {*model.get_pipe("ner").labels}
    assert model("Bagdad a parlé.").text == "Bagdad a parlé."
