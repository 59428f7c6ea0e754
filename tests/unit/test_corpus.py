from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

import packages
from tigris_corpus.corpus import load, shortfall
from tigris_corpus.errors import CorpusError, NotAPackageError, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path


def test_frames_are_typed_by_the_schemas(base: Path) -> None:
    corpus = load(base)
    mentions = corpus.mentions
    assert mentions.iloc[[3]].to_dict("records")[0] == {
        "mention_id": "D000-M004",
        "sentence_id": "D000-S002",
        "start": 53,
        "end": 60,
        "text": "Baghdad",
        "entity_type": "GPE",
        "mention_type": "NAM",
        "value": None,
        "entity_id": "baghdad",
    }
    assert str(mentions["start"].dtype) == "Int64"
    assert str(mentions["text"].dtype) == "string"
    assert str(corpus.entities["latitude"].dtype) == "Float64"
    assert str(corpus.zones["mentions_annotated"].dtype) == "boolean"


def test_labels_are_categories_in_the_order_of_their_vocabulary(base: Path) -> None:
    corpus = load(base)
    assert list(corpus.events["realis"].cat.categories) == ["actual", "future", "hypothetical", "generic"]
    assert list(corpus.events["event_type"].cat.categories) == list(corpus.event_types["event_type"])
    assert not corpus.events["event_type"].cat.ordered


@pytest.mark.parametrize("word", ["NA", "None", "null", "nan", "N/A", "#N/A"])
def test_words_that_look_missing_are_text(base: Path, word: str) -> None:
    packages.set_cell(base, "corpus/entities.csv", 2, "name", word)
    assert load(base).entities["name"][0] == word


def test_a_text_is_as_it_was_given(base: Path) -> None:
    corpus = load(base)
    assert corpus.text("D000")[:16] == "Talks 🙂 resume\n\n"
    with pytest.raises(CorpusError, match="there is no document 'D009'; there is D000, D001"):
        corpus.text("D009")


def test_the_corpus_says_what_it_is(base: Path) -> None:
    corpus = load(base)
    assert repr(corpus) == (
        "<Corpus tigris-corpus 0.1.0: 2 documents (1 en, 1 fr); 5 sentences, 10 mentions, 3 entities, 4 events, "
        "10 arguments, 2 incidents>"
    )
    assert (corpus.name, corpus.version) == ("tigris-corpus", "0.1.0")
    assert "mentions" in dir(corpus)
    with pytest.raises(AttributeError, match="has no table 'mention'; it has documents, sentences"):
        _ = corpus.mention


def test_a_corpus_survives_pickling(base: Path) -> None:
    corpus = pickle.loads(pickle.dumps(load(base)))  # noqa: S301 - our own object, as worker processes get it
    assert corpus.text("D001")[:6] == "L’Irak"


@pytest.mark.parametrize(
    ("file", "line", "field", "value", "reason"),
    [
        ("corpus/mentions.csv", 5, "start", "fifty", r"mentions.csv: line 5, start: 'fifty' is no integer"),
        (
            "corpus/entities.csv",
            2,
            "latitude",
            "north",
            r"entities.csv: line 2, latitude: 'north' is no number",
        ),
        (
            "corpus/mentions.csv",
            5,
            "entity_type",
            "GEP",
            r"mentions.csv:5: entity_type 'GEP' is not in entity_types",
        ),
        (
            "schema/vocabulary/zones.csv",
            3,
            "events_annotated",
            "yes",
            r"line 3, events_annotated: 'yes' is no boolean",
        ),
        (
            "corpus/mentions.csv",
            3,
            "start",
            "9" * 30,
            r"line 3, start: '9+' is no integer",
        ),
    ],
)
def test_a_table_that_cannot_be_typed_says_where(
    base: Path, file: str, line: int, field: str, value: str, reason: str
) -> None:
    packages.set_cell(base, file, line, field, value)
    with pytest.raises(UnreadableError, match=reason):
        load(base)


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        (
            [{"op": "remove", "file": "corpus/events.csv"}],
            r"datapackage.json:\d+: 'corpus/events.csv' does not exist",
        ),
        (
            [{"op": "write", "file": "corpus/events.csv", "text": ""}],
            r"events.csv:1: the columns are not those",
        ),
        (
            [{"op": "write", "file": "corpus/events.csv", "text": "a,b\n"}],
            r"events.csv:1: the columns are not those",
        ),
        ([{"op": "write", "file": "datapackage.json", "text": "{"}], r"datapackage.json:1: not JSON"),
        (
            [{"op": "bytes", "file": "corpus/mentions.csv", "before": "É", "hex": "c9", "cut": 2}],
            r"mentions.csv: .*utf-8",
        ),
        (
            [{"op": "replace", "file": "corpus/events.csv", "old": "killed", "new": "kil,led"}],
            r"events.csv:2: a row has more cells",
        ),
    ],
)
def test_a_package_that_cannot_be_read_says_why(
    base: Path, edits: list[dict[str, object]], reason: str
) -> None:
    packages.edit(base, edits)
    with pytest.raises(UnreadableError, match=reason):
        load(base)


def test_where_there_is_no_package_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotAPackageError, match=r"has no datapackage.json"):
        load(tmp_path)


def test_the_base_package_does_not_fall_short(base: Path) -> None:
    assert shortfall(load(base)) is None


@pytest.mark.parametrize(
    ("file", "line", "field", "value", "expected"),
    [
        ("corpus/mentions.csv", 3, "start", "", "corpus/mentions.csv:3: start is empty"),
        (
            "corpus/events.csv",
            2,
            "event_id",
            "D000-E002",
            "corpus/events.csv:3: the key of the row stands twice",
        ),
        (
            "corpus/mentions.csv",
            3,
            "sentence_id",
            "D9",
            "corpus/mentions.csv:3: sentence_id 'D9' leads nowhere",
        ),
    ],
)
def test_a_package_falls_short_where_its_rows_do(
    base: Path, file: str, line: int, field: str, value: str, expected: str
) -> None:
    packages.set_cell(base, file, line, field, value)
    assert shortfall(load(base)) == expected


def test_a_row_is_found_in_the_file_that_it_stands_in(base: Path) -> None:
    path = base / "corpus" / "mentions.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.unlink()
    files = [f"corpus/mentions-{number}.csv" for number in range(3)]
    for number, file in enumerate(files):
        part = rows[number * 3 : number * 3 + 3] if number < 2 else rows[6:]
        (base / file).write_text("\n".join([header, *part, ""]), encoding="utf-8")
    text = (base / "datapackage.json").read_text(encoding="utf-8")
    named = ", ".join(f'"{file}"' for file in files)
    (base / "datapackage.json").write_text(
        text.replace('"corpus/mentions.csv"', f"[{named}]"), encoding="utf-8"
    )
    packages.set_cell(base, files[1], 2, "sentence_id", "D9")
    assert shortfall(load(base)) == "corpus/mentions-1.csv:2: sentence_id 'D9' leads nowhere"
    packages.set_cell(base, files[1], 2, "start", "")
    assert shortfall(load(base)) == "corpus/mentions-1.csv:2: start is empty"
    packages.set_cell(base, files[2], 5, "entity_type", "GEP")
    with pytest.raises(UnreadableError) as caught:
        load(base)
    assert str(caught.value) == (
        f"{base}/corpus/mentions-2.csv:5: entity_type 'GEP' is not in entity_types; run: tigris validate {base}"
    )


def test_a_document_without_a_text_is_said_to_have_none(base: Path) -> None:
    packages.set_cell(base, "corpus/documents.csv", 2, "text_path", "")
    corpus = load(base)
    with pytest.raises(UnreadableError, match=r"^D000 has no text: its text_path is empty$"):
        corpus.text("D000")
    with pytest.raises(CorpusError, match=r"^there is no document '\\udcff'; there is D000, D001$"):
        corpus.text("\udcff")


def test_many_short_rows_are_not_filled_up(base: Path) -> None:
    events = base / "corpus" / "events.csv"
    events.write_bytes(events.read_bytes() + b"a\n" * 200_000)
    with pytest.raises(UnreadableError, match=r"events\.csv: rows have fewer cells than the header"):
        load(base)
