"""What exports say of their corpus, and what they list as left out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import packages
from tigris_corpus.corpus import Corpus, load
from tigris_corpus.loaders import describing
from tigris_corpus.loaders.describing import Lost

if TYPE_CHECKING:
    from pathlib import Path

LICENCE = "CC-BY-4.0 https://creativecommons.org/licenses/by/4.0/"


def described(root: Path, **changed: Any) -> Corpus:
    """Return a package with some properties of its descriptor set, or (None) taken out."""
    path = root / "datapackage.json"
    told = json.loads(path.read_text(encoding="utf-8")) | changed
    path.write_text(
        json.dumps({key: value for key, value in told.items() if value is not None}), encoding="utf-8"
    )
    return load(root)


def test_what_a_corpus_is(base: Path) -> None:
    told = describing.about(described(base, title="Small", description="Two texts.", created="2020-02-01"))
    assert told == {
        "name": "tigris-corpus",
        "version": packages.VERSION,
        "title": "Small",
        "description": "Two texts.",
        "created": "2020-02-01",
        "licence": LICENCE,
        "licence_covers": "Creative Commons Attribution 4.0, for the annotations, the vocabularies and the metadata; not for the "
        "texts in seeds/, whose rights remain their publishers'",
        "rights": "In copyright (2 documents): The text is protected by copyright, and reuse needs the permission of its holder "
        "or an exception in law.",
    }


def test_a_package_that_says_little(base: Path) -> None:
    corpus = described(base, title=None, description=None, created=None, licenses=None, keywords="no list")
    told = describing.about(corpus)
    assert (told["title"], told["description"], told["licence"]) == ("tigris-corpus", "", "none is stated")
    assert describing.words(corpus.package, "keywords") == []
    assert describing.readme(corpus, "as an example", "\nA file.\n").decode() == (
        "# tigris-corpus\n\nVersion 0.1.0, as an example.\n\nA file.\n\n## Rights\n\nLicence: none is stated.\n\n"
        "Rights in the texts: In copyright (2 documents): The text is protected by copyright, and reuse needs the permission "
        "of its holder or an exception in law.\n"
    )


def test_rights_are_counted_by_statement(base: Path) -> None:
    packages.set_cell(base, "corpus/documents.csv", 3, "rights", "unknown")
    assert describing.rights(load(base)) == (
        "In copyright (1 document): The text is protected by copyright, and reuse needs the permission of its holder or an "
        "exception in law. Copyright undetermined (1 document): Whether the text is protected could not be determined."
    )


def test_what_is_left_out_is_listed_and_counted() -> None:
    lost = [
        Lost("mentions", "D000-M001", "D000", "D000-S001", 3, 9, 'a, "b"', "ORG", "is too long"),
        Lost("entity_relations", "iraq", "", "", None, None, "iraq part_of x", "part_of", "is nowhere"),
    ]
    assert describing.left_out(lost).decode() == (
        "table,id,document_id,sentence_id,start,end,text,label,reason\n"
        'mentions,D000-M001,D000,D000-S001,3,9,"a, ""b""",ORG,is too long\n'
        "entity_relations,iraq,,,,,iraq part_of x,part_of,is nowhere\n"
    )
    assert describing.counted([*lost, lost[0]]) == (
        "Left out: 1 of entity_relations, 2 of mentions; `left-out.csv` lists them, each with the reason."
    )
    assert describing.counted([]) == "Nothing is left out."


def test_a_relation_that_no_sentence_states_is_left_out(base: Path) -> None:
    (lost,) = describing.unstated(load(base))
    assert (lost.id, lost.text, lost.reason) == (
        "baghdad",
        "baghdad part_of iraq",
        "is stated by no sentence",
    )
    packages.set_cell(base, "corpus/entity_relations.csv", 2, "sentence_id", "D000-S002")
    assert describing.unstated(load(base)) == []
