"""CoNLL-U Plus: what is written, what comes back, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import compared, invented, released, round_trip
from exchanges import given as items
from handmade import BY_ID, SMALL, judged, mangled, told
from tigris_corpus.formats import FORMATS, conllu_plus
from tigris_corpus.formats.exchange import Document
from tigris_corpus.formats.tokens import words

FORMAT = FORMATS["conllu-plus"]
ROWS = [
    "1 👍 _ _ _",
    "2 US _ (D900-M002:ORG;mention_type=NOM|(D900-M001:GPE;mention_type=NAM;entity_id=united-states) _",
    "3 troops _ D900-M002) _",
    "4 left _ _ (D900-E001:RETREAT;realis=actual;polarity=positive;modes=withdraw;source=D900-M005;actor=D900-M002;location=D900-M003)",
    "5 l’ SpaceAfter=No _ _",
    "6 Irak _ (D900-M003:GPE;mention_type=NAM;entity_id=iraq) _",
    "7 in _ _ _",
    "8 2024 SpaceAfter=No (D900-M004:TIME;mention_type=NAM;value=2024) _",
    "9 . SpacesAfter=\\n _ _",
    "1 Baghdad SpaceAfter=No _ _",
    "2 ’s _ _ _",
    "3 UN _ (D900-M005:PER;mention_type=NOM _",
    "4 envoy _ D900-M005) _",
    "5 said _ _ _",
    "6 so SpaceAfter=No _ _",
    "7 . _ _ _",
]
TABBED = [row.replace(" ", "\t") for row in ROWS]
FILE = "\n".join(
    [
        "# global.columns = ID FORM MISC TIGRIS:MENTION TIGRIS:EVENT",
        "# newdoc id = D900",
        f"# tigris_state = {SMALL.state}",
        "# sent_id = D900-S001",
        "# text = 👍 US troops left l’Irak in 2024.",
        *TABBED[:9],
        "",
        "# sent_id = D900-S002",
        "# text = Baghdad’s UN envoy said so.",
        *TABBED[9:],
        "",
        "",
    ]
)


def changed(old: str, new: str) -> dict[str, bytes]:
    """Return the file of the small document with one piece of it changed."""
    assert old in FILE
    return {"D900.conllup": FILE.replace(old, new, 1).encode()}


def test_what_is_written() -> None:
    assert conllu_plus.write([SMALL], released()[1]) == {"D900.conllup": FILE.encode()}


def test_what_comes_back() -> None:
    reading = conllu_plus.read(changed("\n", "\r\n"), BY_ID)
    assert reading.faults == ()
    (answer,) = reading.answers
    assert (answer.document_id, answer.state, answer.at.line) == ("D900", SMALL.state, 2)
    assert [(item.table, item.id, item.start, item.end, item.at.line) for item in answer.items] == [
        ("mentions", "D900-M001", 2, 4, 7),
        ("mentions", "D900-M002", 2, 11, 7),
        ("events", "D900-E001", 12, 16, 9),
        ("mentions", "D900-M003", 19, 23, 11),
        ("mentions", "D900-M004", 27, 31, 13),
        ("mentions", "D900-M005", 43, 51, 20),
    ]
    assert compared(answer.items) == compared(items(SMALL))
    at = answer.items[2].at
    assert (at.file, at.key, at.document) == ("D900.conllup", "D900-E001", "D900")


def test_a_span_of_an_annotator_has_an_id_of_its_own_and_crosses_others() -> None:
    text = FILE.replace("7\tin\t_\t_", "7\tin\t_\t(new:LOC").replace(
        "9\t.\tSpacesAfter=\\n\t_", "9\t.\t_\tnew)"
    )
    reading = conllu_plus.read({"D900.conllup": text.encode()}, BY_ID)
    assert reading.faults == ()
    added = next(item for item in reading.answers[0].items if item.ref == "new")
    assert (added.id, added.start, added.end, added.cells) == (None, 24, 32, {"entity_type": "LOC"})


def test_values_are_written_so_that_they_part_nothing() -> None:
    mention = SMALL.record["mentions"][3] | {"value": "a;b|c=(d):é,%/?"}
    odd = replace(SMALL, record=SMALL.record | {"mentions": [*SMALL.record["mentions"][:3], mention]})
    odd = replace(odd, record=odd.record | {"events": []})
    written = conllu_plus.write([odd], released()[1])
    assert b";value=a%3Bb%7Cc%3D%28d%29%3A%C3%A9%2C%25/?)" in written["D900.conllup"]
    (answer,) = conllu_plus.read(written, BY_ID).answers
    assert answer.items[-1].cells["value"] == "a;b|c=(d):é,%/?"


def test_blanks_are_told_so_that_the_text_can_be_put_together() -> None:
    text = " \u00a0a  b\tc|\n\nd"
    rows = (
        {"sentence_id": "D900-S001", "start": 2, "end": 9},
        {"sentence_id": "D900-S002", "start": 11, "end": 12},
    )
    record: dict[str, Any] = {"mentions": [], "events": []}
    written = conllu_plus.write([Document("D900", "en", text, rows, record)], released()[1])[
        "D900.conllup"
    ].decode()
    found = [line.split("\t")[2] for line in written.splitlines() if line[:1].isdigit()]
    assert found == [
        "SpacesBefore=\\s\u00a0|SpacesAfter=\\s\\s",
        "SpacesAfter=\\t",
        "SpaceAfter=No",
        "SpacesAfter=\\n\\n",
        "_",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("# global.columns = ID FORM MISC TIGRIS:MENTION TIGRIS:EVENT\n", "", [("imp.format", 1)]),
        (" TIGRIS:EVENT", "", [("imp.format", 1)]),
        ("newdoc id = D900", "newdoc id = D999", [("imp.unknown-document", 2)]),
        ("6\tIrak", "6\tIraq", [("imp.text-mismatch", 11)]),
        ("7\tin\t_\t_\t_", "7\tin\t_\t_", [("imp.format", 12)]),
        ("7\tin\t_\t_\t_", "7-8\tin\t_\t_\t_", [("imp.unsupported", 12)]),
        ("7\tin\t_\t_\t_\n", "", [("imp.text-mismatch", 12)]),
        (FILE[FILE.index("5\tsaid") :], "", [("imp.text-mismatch", 21)]),
        ("D900-M002)\t_", "_\t_", [("imp.format", 7), ("imp.dangling-ref", 9)]),
        (
            "4\tenvoy\t_\tD900-M005)",
            "4\tenvoy\t_\tD900-M006)",
            [("imp.format", 21), ("imp.format", 20), ("imp.dangling-ref", 9)],
        ),
        (
            "4\tenvoy\t_\tD900-M005)",
            "4\tenvoy\t_\t)",
            [("imp.format", 21), ("imp.format", 20), ("imp.dangling-ref", 9)],
        ),
        (
            "4\tenvoy\t_\tD900-M005)",
            "4\tenvoy\t_\t(D900-M005:PER",
            [("imp.duplicate-id", 21), ("imp.format", 20), ("imp.dangling-ref", 9)],
        ),
        ("7\tin\t_\t_", "7\tin\t_\t(D900-M003:GPE)", [("imp.duplicate-id", 12)]),
        ("7\tin\t_\t_", "7\tin\t_\tPER", [("imp.format", 12)]),
        ("7\tin\t_\t_", "7\tin\t_\t(x:PER;note=y)", [("imp.unsupported", 12)]),
        (";value=2024", ";value=2024;value=2025", [("imp.unsupported", 13)]),
        ("source=D900-M005", "source=D900-M005,D900-M002", [("imp.unsupported", 9)]),
        ("source=D900-M005", "source=D900-M009", [("imp.dangling-ref", 9)]),
        ("actor=D900-M002", "agent=D900-M002", [("imp.unknown-label", 9)]),
        ("modes=withdraw", "modes=withdraw,fly", [("imp.unknown-label", 9)]),
        ("entity_id=iraq", "entity_id=irak", [("imp.unknown-id", 11)]),
        (":TIME;", ":DATE;", [("imp.unknown-label", 13)]),
    ],
)
def test_a_file_with_a_fault(old: str, new: str, expected: list[tuple[str, int]]) -> None:
    assert told(judged(conllu_plus.read, changed(old, new))) == expected


def test_a_document_without_a_name_is_called_by_its_file() -> None:
    (answer,) = conllu_plus.read(changed("# newdoc id = D900\n", ""), BY_ID).answers
    assert (answer.document_id, len(answer.items)) == ("D900", 6)


def test_files_can_be_put_together() -> None:
    documents = [*released()[0], SMALL]
    written = conllu_plus.write(documents, released()[1])
    by_id = {one.document_id: one for one in documents}
    reading = conllu_plus.read({"all.conllup": b"".join(written.values())}, by_id)
    assert reading.faults == ()
    for answer in reading.answers:
        assert compared(answer.items) == compared(items(by_id[answer.document_id]))
    assert len(reading.answers) == 6


def test_bytes_that_are_no_text_are_a_fault() -> None:
    assert told(judged(conllu_plus.read, {"D900.conllup": b"\xff"})) == [("imp.format", 1)]


def test_a_file_of_another_project_is_refused() -> None:
    foreign = b"# newdoc id = x\n# sent_id = 1\n1\tEU\teu\tPROPN\t_\t_\t0\troot\t_\t_\n\n"
    assert told(judged(conllu_plus.read, {"x.conllup": foreign})) == [("imp.format", 1)]


def test_round_trip_loses_nothing() -> None:
    documents = [*released()[0], *invented(1000)]
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    for document in documents:
        assert compared(got[document.document_id]) == compared(items(document))


def test_the_library_conllu_reads_the_same_words() -> None:
    conllu = pytest.importorskip("conllu")
    for document in [*released()[0], *invented(50)]:
        (text,) = conllu_plus.write([document], released()[1]).values()
        parsed = conllu.parse(text.decode())
        assert [one.metadata["sent_id"] for one in parsed] == [
            row["sentence_id"] for row in document.sentences
        ]
        assert parsed[0].metadata["newdoc id"] == document.document_id
        for one, row in zip(parsed, document.sentences, strict=True):
            sentence = document.text[row["start"] : row["end"]]
            spans = [(item.start - row["start"], item.end - row["start"]) for item in items(document)]
            expected = [token.text for token in words(sentence, document.language, spans)]
            assert one.metadata["text"] == sentence.strip()
            assert [token["form"] for token in one] == expected
            assert [token["id"] for token in one] == list(range(1, len(expected) + 1))
            assert set(one[0]) == {"id", "form", "misc", "tigris:mention", "tigris:event"}
            opened = "".join(token["tigris:mention"] + token["tigris:event"] for token in one).count("(")
            assert opened == sum(row["start"] <= item.start < row["end"] for item in items(document))


@given(st.one_of(st.binary(max_size=300), mangled(FILE.encode())))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    judged(conllu_plus.read, {"D900.conllup": data})
