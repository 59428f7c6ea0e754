"""CoNLL-2003: what is written, what comes back, what is lost, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import compared, invented, released, round_trip
from exchanges import given as items
from handmade import BY_ID, SMALL, judged, mangled, told
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import FORMATS, conll2003
from tigris_corpus.formats.exchange import Document
from tigris_corpus.formats.tokens import outermost

if TYPE_CHECKING:
    from tigris_corpus.formats.exchange import Item

FORMAT = FORMATS["conll2003"]
FILE = """\
-DOCSTART- D900 O O

👍 _ _ O
US _ _ B-ORG
troops _ _ I-ORG
left _ _ O
l’ _ _ O
Irak _ _ B-GPE
in _ _ O
2024 _ _ B-TIME
. _ _ O

Baghdad _ _ O
’s _ _ O
UN _ _ B-PER
envoy _ _ I-PER
said _ _ O
so _ _ O
. _ _ O

"""


def read(text: str, path: str = "D900.conll") -> list[tuple[str, int, int, str, int | None]]:
    """Return what one file holds: documents, spans, labels and lines."""
    reading = conll2003.read({path: text.encode()}, BY_ID)
    assert reading.faults == ()
    return [
        (answer.document_id, item.start, item.end, item.cells["entity_type"], item.at.line)
        for answer in reading.answers
        for item in answer.items
    ]


EXPECTED = [
    ("D900", 2, 11, "ORG", 4),
    ("D900", 19, 23, "GPE", 8),
    ("D900", 27, 31, "TIME", 10),
    ("D900", 43, 51, "PER", 15),
]


def kept(document: Document) -> list[Item]:
    """Return the mentions that lie in no other."""
    mentions = [item for item in items(document) if item.table == "mentions"]
    spans = set(outermost((item.start, item.end) for item in mentions))
    return [item for item in mentions if (item.start, item.end) in spans]


def test_what_is_written() -> None:
    assert conll2003.write([SMALL], released()[1]) == {"D900.conll": FILE.encode()}


def test_what_comes_back() -> None:
    assert read(FILE) == EXPECTED


def test_two_columns_and_tabs_are_read_too() -> None:
    assert read(FILE.replace(" _ _ ", "\t").replace("\n", "\r\n")) == EXPECTED


@pytest.mark.parametrize("head", ["-DOCSTART- -X- O O\n\n", "-DOCSTART-\n\n", ""])
def test_a_document_without_a_name_is_called_by_its_file(head: str) -> None:
    lines = 2 if head else 0
    text = head + FILE.partition("\n\n")[2]
    assert read(text, "some/D900.conll") == [(*one[:4], one[4] - 2 + lines) for one in EXPECTED]


def test_files_can_be_put_together() -> None:
    documents = [*released()[0], SMALL]
    written = conll2003.write(documents, released()[1])
    reading = conll2003.read(
        {"all.conll": b"".join(written.values())}, {one.document_id: one for one in documents}
    )
    assert reading.faults == ()
    assert [answer.document_id for answer in reading.answers] == [
        "D000",
        "D001",
        "D002",
        "D003",
        "D004",
        "D900",
    ]
    assert [len(answer.items) for answer in reading.answers] == [
        len(kept(document)) for document in documents
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("US _ _ B-ORG", "US _ _ I-ORG", [("imp.bio-sequence", 4)]),
        ("troops _ _ I-ORG", "troops _ _ I-PER", [("imp.bio-sequence", 5)]),
        ("Baghdad _ _ O", "Baghdad _ _ I-TIME", [("imp.bio-sequence", 13)]),
        ("2024 _ _ B-TIME", "2024 _ _ S-TIME", [("imp.bio-sequence", 10)]),
        ("2024 _ _ B-TIME", "2024 _ _ TIME", [("imp.bio-sequence", 10)]),
        ("2024 _ _ B-TIME", "2024 _ _ B-", [("imp.bio-sequence", 10)]),
        ("in _ _ O", "in _ _ I-O", [("imp.bio-sequence", 9), ("imp.unknown-label", 9)]),
        ("2024 _ _ B-TIME", "2024 _ _ B-MISC", [("imp.unknown-label", 10)]),
        ("Irak _ _", "Iraq _ _", [("imp.text-mismatch", 8)]),
        ("in _ _ O\n", "", [("imp.text-mismatch", 9)]),
        ("in _ _ O", "in", [("imp.format", 9), ("imp.text-mismatch", 10)]),
        (FILE[FILE.index("said") :], "", [("imp.text-mismatch", 16)]),
        (FILE[FILE.index("Baghdad") :], "", [("imp.text-mismatch", 11)]),
        ("-DOCSTART- D900", "-DOCSTART- D999", [("imp.unknown-document", 1)]),
        ("envoy _ _ I-PER\n", "envoy _ _ I-PER\n\n", []),
    ],
)
def test_a_file_with_a_fault(old: str, new: str, expected: list[tuple[str, int]]) -> None:
    assert old in FILE
    assert told(judged(conll2003.read, {"D900.conll": FILE.replace(old, new).encode()})) == expected


def test_a_message_says_what_stands_in_the_text() -> None:
    files = {"D900.conll": FILE.replace("Irak", "Iraq").encode()}
    (issue,) = judged(conll2003.read, files)
    assert conll2003.read(files, BY_ID).answers[0].items == ()
    assert issue.message == "the word is 'Iraq', and the text goes on with 'Irak in 2024.\\nBaghda'"
    assert issue.value == "Iraq"


def test_a_mention_does_not_go_on_in_the_next_sentence() -> None:
    changed = FILE.replace(". _ _ O\n\nBaghdad _ _ O", ". _ _ B-ORG\n\nBaghdad _ _ I-ORG")
    assert told(judged(conll2003.read, {"D900.conll": changed.encode()})) == [("imp.bio-sequence", 13)]


def test_bytes_that_are_no_text_are_a_fault() -> None:
    assert told(judged(conll2003.read, {"D900.conll": b"a O\n\xff O\n"})) == [("imp.format", 2)]


def test_a_file_of_another_project_is_refused() -> None:
    foreign = b"-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n"
    assert told(judged(conll2003.read, {"eng.train.conll": foreign})) == [("imp.unknown-document", 1)]


def test_other_files_are_left_alone() -> None:
    assert conll2003.read({"tigris-export.json": b"{", "D900.txt": b"\xff"}, BY_ID).answers == ()


def test_a_mention_that_begins_with_a_blank_cannot_be_written() -> None:
    mention = SMALL.record["mentions"][0] | {"start": 1}
    odd = Document("D900", "en", SMALL.text, SMALL.sentences, SMALL.record | {"mentions": [mention]})
    with pytest.raises(CorpusError, match="the span from 1 to 4"):
        conll2003.write([odd], released()[1])


def test_round_trip_keeps_the_outermost_mentions() -> None:
    documents = [*released()[0], *invented(1000)]
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    for document in documents:
        assert compared(got[document.document_id], FORMAT) == compared(kept(document), FORMAT)


def test_spacy_reads_the_same_mentions() -> None:
    pytest.importorskip("spacy")
    from spacy.training.converters.conll_ner_to_docs import conll_ner_to_docs  # noqa: PLC0415 - an extra

    for document in released()[0]:
        text = conll2003.write([document], released()[1])[f"{document.document_id}.conll"].decode()
        docs = list(conll_ner_to_docs(text, no_print=True))  # type: ignore[no-untyped-call, unused-ignore]
        found = [(ent.label_, "".join(ent.text.split())) for doc in docs for ent in doc.ents]
        mentions = sorted(kept(document), key=lambda item: item.start)
        assert found == [(item.cells["entity_type"], "".join((item.text or "").split())) for item in mentions]


@given(st.one_of(st.binary(max_size=300), mangled(FILE.encode())))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    judged(conll2003.read, {"D900.conll": data})
