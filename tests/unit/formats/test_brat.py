"""brat: what is written, what comes back, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges import compared, invented, released, round_trip
from exchanges import given as items
from handmade import BY_ID, SMALL, TEXT, judged, mangled, told
from tigris_corpus.formats import FORMATS, brat
from tigris_corpus.issues import Severity

FORMAT = FORMATS["brat"]
LINES = [
    "T1\tGPE 2 4\tUS",
    "T2\tORG 2 11\tUS troops",
    "T3\tGPE 19 23\tIrak",
    "T4\tTIME 27 31\t2024",
    "T5\tPER 43 51\tUN envoy",
    "T6\tRETREAT 12 16\tleft",
    "E1\tRETREAT:T6 actor:T2 location:T3 source:T5",
    "A1\tMentionType T1 NAM",
    "A2\tMentionType T2 NOM",
    "A3\tMentionType T3 NAM",
    "A4\tMentionType T4 NAM",
    "A5\tMentionType T5 NOM",
    "A6\tRealis E1 actual",
    "A7\tPolarity E1 positive",
    "A8\tMode_withdraw E1",
    "N1\tReference T1 Tigris:united-states\tunited-states",
    "N2\tReference T3 Tigris:iraq\tiraq",
    "#1\tTigrisId T1\tD900-M001",
    "#2\tTigrisId T2\tD900-M002",
    "#3\tTigrisId T3\tD900-M003",
    "#4\tTigrisId T4\tD900-M004",
    "#5\tAnnotatorNotes T4\tvalue=2024",
    "#6\tTigrisId T5\tD900-M005",
    "#7\tTigrisId E1\tD900-E001",
]


def files(*lines: str) -> dict[str, bytes]:
    return {"D900.ann": "".join(f"{line}\n" for line in lines or LINES).encode()}


def test_a_document_is_its_text_and_its_lines() -> None:
    written = brat.write([SMALL], released()[1])
    assert written["D900.txt"].decode() == TEXT
    assert written["D900.ann"].decode().splitlines() == LINES


def test_the_interface_is_made_from_the_vocabularies() -> None:
    written = brat.write([], released()[1])
    conf = written["annotation.conf"].decode()
    assert conf.startswith("[entities]\nPER\nORG\nGPE\n")
    assert "\nAGREE\tactor*:PER|ORG|GPE|NORP, " in conf
    assert ", time?:TIME, source?:<ENTITY>\n" in conf
    assert "\nMentionType\tArg:<ENTITY>, Value:NAM|NOM|PRO\n" in conf
    assert "\nMode_withdraw\tArg:RETREAT|SANCTION\n" in conf
    assert "GPE | GPE" in written["visual.conf"].decode().splitlines()
    assert "Tigris\tDB:tigris-entities" in written["tools.conf"].decode().splitlines()
    assert "iraq\tname:Name:Iraq\tattr:Type:GPE" in written["tigris-entities.txt"].decode().splitlines()


def test_a_second_filler_of_a_role_is_numbered() -> None:
    event = {**SMALL.record["events"][0], "arguments": []}
    event["arguments"] = [{"role": "actor", "mention_id": f"D900-M00{number}"} for number in (1, 2, 3)]
    document = type(SMALL)("D900", "en", TEXT, SMALL.sentences, {**SMALL.record, "events": [event]})
    lines = brat.write([document], released()[1])["D900.ann"].decode().splitlines()
    assert "E1\tRETREAT:T6 actor:T1 actor2:T2 actor3:T3 source:T5" in lines
    (answer,) = brat.read(files(*lines), BY_ID).answers
    assert [(one.role, one.ref) for one in answer.items[-1].arguments] == [
        ("actor", "T1"),
        ("actor", "T2"),
        ("actor", "T3"),
    ]


def test_what_a_person_added_in_brat_is_read_with_its_lines() -> None:
    (answer,) = brat.read(
        files("T1\tGPE 19 23\tIrak", "N1\tReference T1 Tigris:iraq\tIraq", "#1\tAnnotatorNotes T1\tvalue=5"),
        BY_ID,
    ).answers
    (item,) = answer.items
    assert (item.table, item.ref, item.id, item.start, item.end, item.text) == (
        "mentions",
        "T1",
        None,
        19,
        23,
        "Irak",
    )
    assert item.cells == {"entity_type": "GPE", "entity_id": "iraq", "value": "5"}
    assert (item.at.file, item.at.line, item.at.key, item.at.document) == ("D900.ann", 1, "T1", "D900")


def test_lines_that_another_system_ended_are_read() -> None:
    data = "\r\n".join(LINES).encode()
    assert judged(brat.read, {"D900.ann": data}) == ()


def test_pieces_without_a_gap_are_one_span() -> None:
    (answer,) = brat.read(files("T1\tGPE 19 21;21 23\tIrak"), BY_ID).answers
    assert (answer.items[0].start, answer.items[0].end) == (19, 23)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["T1 GPE 2 4 US"], [("imp.format", 1)]),
        (["T1\tGPE 2\tUS"], [("imp.format", 1)]),
        (["T1\tGPE -2 4\tUS"], [("imp.format", 1)]),
        (["T1\tGPE 2 4"], [("imp.format", 1)]),
        (["T1\tGPE ２ 4\tUS"], [("imp.format", 1)]),
        (["X1\tGPE 2 4\tUS"], [("imp.format", 1)]),
        (["E1\t"], [("imp.format", 1)]),
        (["E1\tRETREAT"], [("imp.format", 1)]),
        (["E1\tRETREAT:T6 actor"], [("imp.format", 1)]),
        (["A1\tMentionType"], [("imp.format", 1)]),
        (["T1\tGPE 2 4;6 9\tUS"], [("imp.discontinuous", 1)]),
        (["T1\tGPE 2 4\tUS", "T1\tGPE 19 23\tIrak"], [("imp.duplicate-id", 2)]),
        (["E1\tRETREAT:T6"], [("imp.dangling-ref", 1)]),
        (["A1\tMentionType T1 NAM", "N1\tReference T1 Tigris:iraq\tx"], [("imp.dangling-ref", 1)]),
        (["T1\tGPE 2 4\tUS", "A1\tNegation T1"], [("imp.unknown-label", 2)]),
        (["T1\tGPE 2 4\tUS", "A1\tMentionType T1"], [("imp.unknown-label", 2)]),
        (["T1\tGPE 2 4\tUS", "N1\tReference T1 Wikipedia:534366\tx"], [("imp.unknown-label", 2)]),
        (["T1\tGPE 2 4\tUS", "T2\tGPE 19 23\tIrak", "R1\tCoref Arg1:T1 Arg2:T2"], [("imp.unsupported", 3)]),
        (["T1\tGPE 2 4\tUS", "T2\tGPE 19 23\tIrak", "*\tEquiv T1 T2"], [("imp.unsupported", 3)]),
        (["T1\tPERSON 2 4\tUS"], [("imp.unknown-label", 1)]),
        (["T1\tGPE 2 4\tUK"], [("imp.text-mismatch", 1)]),
        (["T1\tGPE 2 400\tUS"], [("imp.span", 1)]),
    ],
)
def test_what_cannot_be_taken_as_it_is_is_refused_at_its_line(
    lines: list[str], expected: list[tuple[str, int]]
) -> None:
    assert told(judged(brat.read, files(*lines))) == expected


def test_two_sources_of_an_event_are_refused() -> None:
    lines = [line.replace("source:T5", "source:T5 source2:T1") for line in LINES]
    assert told(judged(brat.read, files(*lines))) == [("imp.unsupported", 7)]


def test_a_remark_is_left_in_the_file_with_a_warning() -> None:
    (issue,) = judged(brat.read, files(*LINES, "#9\tAnnotatorNotes T1\tnot sure"))
    assert (issue.code, issue.severity, issue.location.line) == ("imp.comment", Severity.WARNING, 25)


def test_labels_of_another_project_are_refused_with_a_reason() -> None:
    other = {"litbank/1023_bleak_house.ann": b"T1\tPER 0 8\tJarndyce\n"}
    (issue,) = judged(brat.read, other)
    assert (issue.code, issue.location.file) == ("imp.unknown-document", "litbank/1023_bleak_house.ann")


def test_a_file_that_is_no_text_is_a_fault() -> None:
    assert told(judged(brat.read, {"D900.ann": b"T1\tGPE 2 4\t\xff"})) == [("imp.format", 1)]


def test_other_files_are_left_alone() -> None:
    assert brat.read({"annotation.conf": b"\xff", "D900.txt": b"x"}, BY_ID).answers == ()


def test_round_trip_keeps_everything() -> None:
    documents = [*released()[0], *invented(1000)]
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    for document in documents:
        assert compared(got[document.document_id]) == compared(items(document))


@given(st.one_of(st.binary(max_size=300), mangled(files()["D900.ann"])))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    judged(brat.read, {"D900.ann": data, "D900.txt": TEXT.encode()})
