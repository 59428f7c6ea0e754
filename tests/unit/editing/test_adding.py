from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packages
from tigris_corpus.descriptor import open_package
from tigris_corpus.editing.adding import RULE, plan_addition, proposals, zone_of
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import tables
from tigris_corpus.issues import Severity
from tigris_corpus.store import write
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus

TEXT = (
    "Nouvelle attaque à Bagdad\n\nPUBLICITÉ\n"
    " date 2024-01 Le gén. McKenzie a reçu M. Hassan le 3 janv. 2024. « Nous partons », a-t-il dit. "
    "Abu Mahdi al.-Muhandis est mort. « Est-ce fini ? » a dit M. Schenker. à la presse. Washington se tait.\n>> Lire aussi : Qui part ? Et quand ?\nAvec AFP\n"
)
FRENCH = {"language": "fr"}
ZONES = {"body", "heading", "byline", "link", "metadata", "boilerplate"}

_pieces = st.one_of(
    st.text(),
    st.text(alphabet=" \t\n\r\x0b\x1c\x85\xa0\u2028\u2029.!?…«»“”\"'-Aaé", max_size=40),
    st.sampled_from(
        ["M. Hassan. ", "« Non. » ", "3 janv. 2024 ", "date 2024-01 ", ">> x", "With AFP", "e\u0301", "🙂"]
    ),
)


@settings(deadline=None)
@given(st.lists(_pieces, max_size=8).map("".join))
def test_every_character_that_shows_is_in_one_sentence_and_none_crosses_a_line(text: str) -> None:
    seen = [0] * len(text)
    last = 0
    for one in proposals(text):
        assert last <= one.start < one.end
        last = one.end
        piece = text[one.start : one.end]
        assert "\n" not in piece
        assert piece == piece.strip()
        assert one.zone in ZONES
        for place in range(one.start, one.end):
            seen[place] += 1
    assert all(
        count == 1 or (count == 0 and character.isspace())
        for count, character in zip(seen, text, strict=True)
    )


def test_sentences_and_zones_are_proposed_by_rules_that_say_what_they_go_by() -> None:
    found = [(one.zone, TEXT[one.start : one.end], one.why) for one in proposals(TEXT)]
    assert found == [
        ("heading", "Nouvelle attaque à Bagdad", "short, without a final stop"),
        ("boilerplate", "PUBLICITÉ", "has the words of a site"),
        ("metadata", "date 2024-01", "a field at the start of a line"),
        ("body", "Le gén. McKenzie a reçu M. Hassan le 3 janv. 2024.", "running text"),
        ("body", "« Nous partons », a-t-il dit.", "running text"),
        ("body", "Abu Mahdi al.-Muhandis est mort.", "running text"),
        ("body", "« Est-ce fini ? » a dit M. Schenker. à la presse.", "running text"),
        ("body", "Washington se tait.", "running text"),
        ("link", ">> Lire aussi : Qui part ? Et quand ?", "begins as a line that sends the reader on"),
        ("byline", "Avec AFP", "names an author, an agency or where the text comes from"),
    ]


@pytest.mark.parametrize(
    ("line", "zone"),
    [
        ("He said so.", "body"),
        ("“We will stay.”", "body"),
        ("Strikes in the next few days?", "heading"),
        ("one two three four five six seven eight nine ten eleven twelve thirteen", "body"),
        ("interminable " * 8 + "interminable", "body"),
        ("—", "body"),
        ("Share", "boilerplate"),
        ("Subscribe to our newsletter!", "boilerplate"),
        ("The ministry took down its newsletter in a raid that nobody had foreseen.", "body"),
        ("See also: Bases", "link"),
        ("By Anna Lind", "byline"),
        ("By July, strikes had resumed.", "body"),
        ("Cet article a été publié en anglais.", "byline"),
        ("Section: World", "metadata"),
    ],
)
def test_a_line_has_the_zone_of_the_first_rule_that_it_fits(line: str, zone: str) -> None:
    assert zone_of(line)[0] == zone


def test_the_proposals_for_the_released_texts_are_nearly_what_was_read(released: Corpus) -> None:
    right = proposed = cut = 0
    for document_id in released.documents["document_id"]:
        rows = released.sentences[released.sentences["document_id"] == document_id]
        gold = set(zip(rows["start"], rows["end"], rows["zone"].astype(str), strict=True))
        found = {(one.start, one.end, one.zone) for one in proposals(released.text(document_id))}
        right, proposed, cut = right + len(gold & found), proposed + len(found), cut + len(gold)
    assert 2 * right / (proposed + cut) > 0.95


def test_the_released_corpus_is_sound_with_a_new_text() -> None:
    package = open_package(packages.CLONE)
    facts = {**FRENCH, "publisher": "Le Quotidien", "date_published": "2024-01-04?"}
    addition = plan_addition(package, TEXT.encode(), facts)
    report = examine(packages.CLONE, instead=addition.files)
    assert [issue for issue in report.issues if issue.code not in {"pkg.hash", "pkg.count"}] == []
    assert report.not_run == ()
    assert addition.warnings == ()
    documents = tables.rows(package, "documents")
    highest = max(int(row["document_id"][1:]) for row in documents)
    assert addition.document_id == f"D{highest + 1:03}"
    assert addition.document["split"] == "train"
    assert addition.document["fold"] not in {row["fold"] for row in documents}


def test_what_is_written_are_the_rows_and_the_text_byte_for_byte(base: Path) -> None:
    data = TEXT.encode()
    addition = plan_addition(open_package(base), data, {**FRENCH, "publisher": "Le Quotidien"})
    digest = hashlib.sha256(data).hexdigest()
    path = f"seeds/002_{digest[:16]}.txt"
    assert sorted(addition.files) == [
        "corpus/annotators.csv",
        "corpus/documents.csv",
        "corpus/layers.csv",
        "corpus/passes.csv",
        "corpus/sentences.csv",
        path,
    ]
    before = {name: (base / name).read_bytes() for name in addition.files if (base / name).exists()}
    write(base, addition.files, expected=addition.expected)
    assert (base / path).read_bytes() == data
    added = {
        name: (base / name).read_bytes().decode().removeprefix(old.decode()).splitlines()
        for name, old in before.items()
        if name != "corpus/annotators.csv"
    }
    assert added["corpus/documents.csv"] == [
        f"D002,fr,,unknown,,Le Quotidien,inferred,,unknown,,unknown,{path},{digest},train,2"
    ]
    assert added["corpus/layers.csv"] == [
        "D002,arguments,blank,",
        "D002,entities,blank,",
        "D002,events,blank,",
        "D002,incidents,blank,",
        "D002,mentions,blank,",
        "D002,sentences,single,1.0",
    ]
    assert added["corpus/passes.csv"] == [f"D002,sentences,0,{RULE},1.0,"]
    assert added["corpus/sentences.csv"][:2] == [
        "D002-S001,D002,0,25,heading,Nouvelle attaque à Bagdad",
        "D002-S002,D002,27,36,boilerplate,PUBLICITÉ",
    ]
    assert f"\n{RULE},rule," in (base / "corpus/annotators.csv").read_text(encoding="utf-8")


def test_a_second_text_takes_the_next_id_and_the_rule_that_is_there(base: Path) -> None:
    first = plan_addition(open_package(base), TEXT.encode(), FRENCH)
    write(base, first.files)
    other = plan_addition(open_package(base), b"Quite another text.\n", {"language": "en"})
    assert (other.document_id, other.document["fold"]) == ("D003", "3")
    assert "corpus/annotators.csv" not in other.files
    path = base / "corpus" / "annotators.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace(f"{RULE},rule", f"{RULE},human"), encoding="utf-8"
    )
    with pytest.raises(CorpusError, match=f"'{RULE}' is a human there"):
        plan_addition(open_package(base), b"Quite another text.\n", {"language": "en"})


@pytest.mark.parametrize("row", ["D007,documents,,Withdrawn.,0.1.0", "D007-M003,mentions,,Withdrawn.,0.1.0"])
def test_an_id_that_was_withdrawn_is_not_taken_again(base: Path, row: str) -> None:
    path = base / "corpus" / "deprecated.csv"
    path.write_text(path.read_text(encoding="utf-8") + f"{row}\n", encoding="utf-8")
    assert plan_addition(open_package(base), TEXT.encode(), FRENCH).document_id == "D008"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"Un mot.\nL\x92Irak.\n",
            'a.txt:2:2: the byte 0x92 is not UTF-8 here; in Windows-1252 the byte is "’": save the file as UTF-8',
        ),
        (
            b"\xef\xbb\xbfUn mot.\n",
            "a.txt:1:1: the file begins with a byte order mark; save the file as UTF-8 without a byte order mark",
        ),
        (b"Un.\r\nDeux.\r\n", "a.txt:1: 2 carriage return(s): lines end with a line feed alone;"),
        (b"Un.\nDe\0ux.\n", "a.txt:2:3: the control character U+0000"),
        (b"", "a.txt: there is nothing in it that shows"),
        (b" \n\xc2\xa0\n", "a.txt: there is nothing in it that shows"),
        (b"a" * (16 * 1024**2 + 1), "a.txt: larger than 16,777,216 bytes"),
        (b"a\n" + b"a " * 2**18 + b"a", "a.txt:2: the line is longer than 524,288 bytes"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_place(base: Path, data: bytes, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        plan_addition(open_package(base), data, FRENCH, where="a.txt")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"language": "français"}, "a.txt: language: 'français' has not the form of language"),
        ({"language": "fra"}, "a.txt: language: 'fra' is not how BCP 47 writes the language; write \"fr\""),
        ({"date_published": "4 janvier"}, "date: '4 janvier' is no date of EDTF; write 2024-08-05"),
        ({"date_published": "2023-02-30"}, "date: '2023-02-30' is no date of EDTF"),
        ({"date_published": "2024-01-04"}, "date: say how 2024-01-04 is known"),
        ({"date_published": "2024-01-04", "date_basis": "inferred"}, "a.txt: date_published: the date"),
        ({"publisher_basis": "stated"}, "a.txt: publisher_basis: publisher_basis is stated, and publisher"),
        ({"publisher": "Le Monde", "publisher_basis": "unknown"}, "a.txt: publisher_basis: "),
        ({"split": "trian"}, "a.txt: split: 'trian' is not in splits; did you mean \"train\"?"),
        ({"rights": "mine"}, "a.txt: rights: 'mine' is not in rights"),
        ({"url": "example.org"}, "a.txt: url: 'example.org' has not the form of url"),
        ({"fold": "1"}, "fold: 1 is that of D001, which is in test"),
        ({"fold": "0", "split": "test"}, "fold: 0 is that of D000, which is in train"),
    ],
)
def test_a_fact_that_is_not_fit_is_refused(base: Path, facts: dict[str, str], message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        plan_addition(open_package(base), TEXT.encode(), FRENCH | facts, where="a.txt")
    assert str(caught.value).startswith(message)


def test_how_a_fact_is_known_is_what_validation_asks_for(base: Path) -> None:
    facts = {**FRENCH, "date_published": "2024-01?", "original_language": "en"}
    row = plan_addition(open_package(base), TEXT.encode(), facts).document
    assert (row["date_basis"], row["original_language_basis"], row["publisher_basis"]) == (
        "inferred",
        "inferred",
        "unknown",
    )
    stated = {**FRENCH, "date_published": "2024-01", "date_basis": "stated"}
    assert plan_addition(open_package(base), TEXT.encode(), stated).document["date_basis"] == "stated"


def test_a_text_that_is_there_is_refused_and_one_that_nearly_is(base: Path) -> None:
    same = (base / "seeds" / "001_frappe.txt").read_bytes()
    with pytest.raises(CorpusError, match=r"the text is D001 \(seeds/001_frappe.txt\), byte for byte"):
        plan_addition(open_package(base), same, FRENCH)
    words = " ".join(f"mot{number}" for number in range(100))
    write(base, plan_addition(open_package(base), f"{words}.\n".encode(), FRENCH).files)
    near = f"{words} et puis encore dix mots de plus que le premier n’a pas.\n".encode()
    with pytest.raises(
        CorpusError, match=r"nearly the text of D002 .*: 88% of their.* --split train --fold 2"
    ):
        plan_addition(open_package(base), near, FRENCH)
    with pytest.raises(CorpusError, match="nearly the text of D002"):
        plan_addition(open_package(base), near, FRENCH | {"split": "train", "fold": "3"})
    beside = plan_addition(open_package(base), near, FRENCH | {"split": "train", "fold": "2"})
    assert beside.document_id == "D003"
    far = " ".join(f"mot{number}" if number % 9 else f"autre{number}" for number in range(100))
    assert plan_addition(open_package(base), far.encode(), FRENCH).document_id == "D003"


@pytest.mark.parametrize(
    ("text", "title", "message"),
    [
        (
            unicodedata.normalize("NFD", "L’été à Bagdad."),
            "",
            "the text is not in Unicode normalization form C",
        ),
        ("Le cha\ufffdne.", "", "'\ufffd' looks like text read in the wrong encoding"),
        ("L’été.".encode().decode("cp1252"), "", "'â€' looks like text read in the wrong encoding"),
        ("Bag\u200bdad.", "", "a character that does not show, U+200B, stands at code point 3"),
        ("Bagdad.", "Un titre", "title: the text has no 'Un titre'"),
    ],
)
def test_what_is_odd_is_told_and_kept_as_it_is(base: Path, text: str, title: str, message: str) -> None:
    addition = plan_addition(open_package(base), text.encode(), FRENCH | {"title": title})
    assert len(addition.warnings) == 1
    assert message in addition.warnings[0]
    assert addition.files[str(addition.document["text_path"])] == text.encode()


def test_faults_that_are_there_already_are_told_of_and_do_not_stand_in_the_way(base: Path) -> None:
    packages.set_cell(base, "corpus/events.csv", 2, "realis", "real")
    addition = plan_addition(open_package(base), TEXT.encode(), FRENCH)
    assert addition.warnings == (
        f"the package is not sound without this text either; run: tigris validate {base}",
    )
    write(base, addition.files)
    assert [issue.code for issue in examine(base).issues if issue.severity is Severity.ERROR] == ["sch.enum"]
