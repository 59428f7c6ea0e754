from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as hypothetically
from hypothesis import settings
from hypothesis import strategies as st

from exchanges import compared, given, invented, released, round_trip
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import FORMATS, webanno_tsv
from tigris_corpus.formats.exchange import Argument, Document, Item, Reading
from tigris_corpus.formats.judging import judge
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tigris_corpus.issues import Issue

TSV = FORMATS["webanno-tsv"]

MENTION, EVENT = "webanno.custom.Mention", "webanno.custom.Event"
HEAD = """#FORMAT=WebAnno TSV 3.3
#T_SP=webanno.custom.Mention|entity_type|mention_type|value|entity_id|mention_id
#T_SP=webanno.custom.Event|event_type|realis|polarity|incident_id|event_id|modes\
|ROLE_webanno.custom.Event:arguments_webanno.custom.EventArgumentsLink|webanno.custom.Mention\
|ROLE_webanno.custom.Event:source_webanno.custom.EventSourceLink|webanno.custom.Mention


"""
NONE, NO_MENTION, NO_EVENT = "_\t" * 15, "_\t" * 5, "_\t" * 10


def document(
    text: str, mentions: Sequence[dict[str, Any]] = (), events: Sequence[dict[str, Any]] = ()
) -> Document:
    """Return a document whose sentences are its lines, in French."""
    sentences, start = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        row = {
            "sentence_id": f"D000-S{number:03}",
            "document_id": "D000",
            "start": start,
            "end": start + len(line),
        }
        sentences.append(row | {"zone": "body", "text": line})
        start += len(line) + 1
    record = {"document_id": "D000", "mentions": list(mentions), "events": list(events)}
    return Document("D000", "fr", text, tuple(sentences), record)


def mention(text: str, number: int, start: int, end: int, kind: str, **cells: str) -> dict[str, Any]:
    row = {
        "mention_id": f"D000-M{number:03}",
        "start": start,
        "end": end,
        "text": text[start:end],
        "entity_type": kind,
    }
    return row | {"mention_type": "NAM"} | cells


def event(text: str, start: int, end: int, kind: str, **cells: Any) -> dict[str, Any]:
    row = {
        "event_id": "D000-E001",
        "trigger_start": start,
        "trigger_end": end,
        "trigger_text": text[start:end],
    }
    return row | {"event_type": kind, "realis": "actual", "polarity": "positive"} | cells


TEXT = "😀 “Paris” fell, says l’AFP."
FELL = event(
    TEXT,
    10,
    14,
    "RETREAT",
    source_mention_id="D000-M002",
    modes=["release", "ceasefire"],
    arguments=[{"role": "actor", "mention_id": "D000-M001"}],
)
SMALL = document(
    TEXT,
    [mention(TEXT, 1, 3, 8, "GPE", entity_id="paris"), mention(TEXT, 2, 23, 26, "ORG", value="a_b")],
    [FELL],
)
DOCUMENTS = {"D000": SMALL}
WRITTEN = (
    HEAD
    + f"""#Sentence.id=D000-S001
#Text=😀 “Paris” fell, says l’AFP.
1-1\t0-2\t😀\t{NONE}
1-2\t3-4\t“\t{NONE}
1-3\t4-9\tParis\tGPE\tNAM\t*\tparis\tD000-M001\t{NO_EVENT}
1-4\t9-10\t”\t{NONE}
1-5\t11-15\tfell\t{NO_MENTION}RETREAT\tactual\tpositive\t*\tD000-E001\trelease ceasefire\tactor\t1-3\tsource\t1-9\t
1-6\t15-16\t,\t{NONE}
1-7\t17-21\tsays\t{NONE}
1-8\t22-24\tl’\t{NONE}
1-9\t24-27\tAFP\tORG\tNAM\ta\\_b\t*\tD000-M002\t{NO_EVENT}
1-10\t27-28\t.\t{NONE}
"""
)

NESTED_TEXT = "l’Irakien est là\nfini"
NESTED = document(
    NESTED_TEXT,
    [
        mention(NESTED_TEXT, 1, 0, 9, "PER"),
        mention(NESTED_TEXT, 2, 2, 6, "GPE"),
        mention(NESTED_TEXT, 3, 2, 9, "NORP"),
        mention(NESTED_TEXT, 4, 17, 20, "LOC"),
    ],
    [
        event(
            NESTED_TEXT,
            10,
            16,
            "AGREE",
            arguments=[
                {"role": "actor", "mention_id": "D000-M002"},
                {"role": "recipient", "mention_id": "D000-M001"},
            ],
        )
    ],
)
FULL = "AGREE[4]\tactual[4]\tpositive[4]\t*[4]\tD000-E001[4]\t*[4]\tactor;recipient[4]\t1-2.1[3];1-1[1]\t_[4]\t*\t"
NESTED_WRITTEN = (
    HEAD
    + f"""#Sentence.id=D000-S001
#Text=l’Irakien est là
1-1\t0-2\tl’\tPER[1]\tNAM[1]\t*[1]\t*[1]\tD000-M001[1]\t{NO_EVENT}
1-2\t2-9\tIrakien\tPER[1]|NORP[2]\tNAM[1]|NAM[2]\t*[1]|*[2]\t*[1]|*[2]\tD000-M001[1]|D000-M003[2]\t{NO_EVENT}
1-2.1\t2-6\tIrak\tGPE[3]\tNAM[3]\t*[3]\t*[3]\tD000-M002[3]\t{NO_EVENT}
1-3\t10-13\test\t{NO_MENTION}{FULL}
1-4\t14-16\tlà\t{NO_MENTION}{FULL}

#Sentence.id=D000-S002
#Text=fini
2-1\t17-21\tfini\t{NONE}
2-1.1\t17-20\tfin\tLOC[5]\tNAM[5]\t*[5]\t*[5]\tD000-M004[5]\t{NO_EVENT}
"""
)


def write(one: Document) -> str:
    return webanno_tsv.write([one], released()[1])["D000.tsv"].decode()


def read(text: str, one: Document = SMALL, path: str = "D000.tsv") -> Reading:
    return webanno_tsv.read({path: text.encode()}, {"D000": one})


def shown(faults: Sequence[Issue]) -> list[tuple[str, int | None, str]]:
    return [(one.code, one.location.line, one.message) for one in faults]


def judged(text: str, one: Document = SMALL) -> list[tuple[str, int | None, str]]:
    return shown(judge(read(text, one), {"D000": one}, released()[1]).issues)


def test_a_document_is_written_a_row_a_word() -> None:
    assert write(SMALL) == WRITTEN


def test_spans_that_are_nested_share_words_or_cut_them_are_written_with_numbers() -> None:
    assert write(NESTED) == NESTED_WRITTEN


def test_rows_are_read_with_their_lines() -> None:
    reading = read(WRITTEN)
    assert reading.faults == ()
    (answer,) = reading.answers
    assert (answer.document_id, answer.text) == ("D000", TEXT)
    paris, afp, fell = (
        Location("D000.tsv", line, key=key, document="D000")
        for line, key in ((10, "1-3"), (16, "1-9"), (12, "1-5"))
    )
    assert answer.items == (
        Item(
            "mentions",
            "mentions 1-3",
            3,
            8,
            {"entity_type": "GPE", "mention_type": "NAM", "entity_id": "paris"},
            paris,
            "D000-M001",
        ),
        Item(
            "mentions",
            "mentions 1-9",
            23,
            26,
            {"entity_type": "ORG", "mention_type": "NAM", "value": "a_b"},
            afp,
            "D000-M002",
        ),
        Item(
            table="events",
            ref="events 1-5",
            start=10,
            end=14,
            cells={"event_type": "RETREAT", "realis": "actual", "polarity": "positive"},
            at=fell,
            id="D000-E001",
            source="mentions 1-9",
            modes=("release", "ceasefire"),
            arguments=(Argument("actor", "mentions 1-3", fell),),
        ),
    )


def test_spans_of_several_rows_are_put_together_by_their_numbers() -> None:
    reading = read(NESTED_WRITTEN, NESTED)
    assert reading.faults == ()
    items = reading.answers[0].items
    assert [(item.ref, item.start, item.end, item.cells["entity_type"]) for item in items[:-1]] == [
        ("mentions 1-1[1]", 0, 9, "PER"),
        ("mentions 1-2[2]", 2, 9, "NORP"),
        ("mentions 1-2.1[3]", 2, 6, "GPE"),
        ("mentions 2-1.1[5]", 17, 20, "LOC"),
    ]
    assert (items[-1].ref, items[-1].start, items[-1].end) == ("events 1-3[4]", 10, 16)
    assert [(one.role, one.ref) for one in items[-1].arguments] == [
        ("actor", "mentions 1-2.1[3]"),
        ("recipient", "mentions 1-1[1]"),
    ]


VALUE = "\\ [a] b|c_d -> e;f\tg\nh*"


def test_what_means_something_in_the_format_is_escaped() -> None:
    one = document("Paris a\\b\x01", [mention("Paris", 1, 0, 5, "GPE", value=VALUE)])
    text = write(one)
    assert "\n#Text=Paris a\\\\b\\\x01\n" in text
    assert "\t\\\\ \\[a\\] b\\|c\\_d \\-> e\\;f\\tg\\nh\\*\t" in text
    reading = read(text, one)
    assert reading.faults == ()
    assert reading.answers[0].text == one.text
    assert compared(reading.answers[0].items) == compared(given(one))


def test_values_beside_one_another_may_hold_the_marks_between_them() -> None:
    rows = [mention("Paris", 1, 0, 5, "GPE", value="a|b\\"), mention("Paris", 2, 0, 5, "ORG", value="|")]
    one = document("Paris", rows)
    assert "\ta\\|b\\\\[1]|\\|[2]\t" in write(one)
    assert compared(read(write(one), one).answers[0].items) == compared(given(one))


def test_a_sentence_with_a_line_break_has_two_lines_of_text() -> None:
    text = "Paris\nfell"
    row = {
        "sentence_id": "D000-S001",
        "document_id": "D000",
        "start": 0,
        "end": 10,
        "zone": "body",
        "text": text,
    }
    one = Document("D000", "en", text, (row,), {"document_id": "D000"})
    assert write(one) == (
        f"{HEAD}#Sentence.id=D000-S001\n#Text=Paris\n#Text=fell\n1-1\t0-5\tParis\t{NONE}\n1-2\t6-10\tfell\t{NONE}\n"
    )
    assert read(write(one), one).answers[0].text == text


def test_the_first_word_begins_where_its_sentence_does() -> None:
    one = document(" Paris\n  ", [mention(" Paris", 1, 1, 6, "GPE")])
    assert write(one).splitlines()[5:] == [
        "#Sentence.id=D000-S001",
        "#Text= Paris",
        f"1-1\t0-6\t Paris\t{NONE}",
        f"1-1.1\t1-6\tParis\tGPE[1]\tNAM[1]\t*[1]\t*[1]\tD000-M001[1]\t{NO_EVENT}",
        "",
        "#Sentence.id=D000-S002",
        "#Text=  ",
        f"2-1\t7-9\t  \t{NONE}",
    ]
    assert compared(read(write(one), one).answers[0].items) == compared(given(one))


@pytest.mark.parametrize(("start", "end"), [(5, 8), (0, 6), (5, 6)])
def test_a_span_that_begins_or_ends_in_a_blank_is_not_written(start: int, end: int) -> None:
    with pytest.raises(CorpusError, match="D000-M001 begins or ends in a blank, or outside every sentence"):
        write(document("Paris fell", [mention("Paris fell", 1, start, end, "GPE")]))


def test_a_sentence_that_begins_with_a_tab_is_not_written() -> None:
    with pytest.raises(
        CorpusError, match="D000: a sentence begins with a blank that WebAnno TSV cannot hold"
    ):
        write(document("\tParis"))


def test_the_name_of_a_file_is_safe() -> None:
    with pytest.raises(CorpusError, match=r"sec\.export-name"):
        webanno_tsv.write([Document("../D000", "en", "", (), {"document_id": "../D000"})], released()[1])


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN.replace("TSV 3.3", "TSV 3.2").replace("#Sentence.id=D000-S001\n", ""),
        WRITTEN.replace("\n", "\r\n"),
        WRITTEN.replace("\t\n", "\n"),
        "\ufeff" + WRITTEN,
        WRITTEN + "\n\n",
        WRITTEN.replace(
            "Paris\tGPE\tNAM\t*\tparis\tD000-M001", "Paris\tGPE[7]\tNAM[7]\t*[7]\tparis[7]\tD000-M001[7]"
        ).replace("\t1-3\t", "\t1-3[7]\t"),
        WRITTEN.replace("\t1-3\t", "\t1-3[0]\t"),
    ],
    ids=["3.2", "crlf", "no last tab", "byte order mark", "blank lines", "numbers", "number 0"],
)
def test_what_other_versions_and_systems_write_is_read_the_same(text: str) -> None:
    reading = read(text)
    assert reading.faults == ()
    assert compared(reading.answers[0].items) == compared(given(SMALL))


@pytest.mark.parametrize(
    "path", ["D000.tsv", "annotation/D000.txt/alice.tsv", "curation/D000.tsv/CURATION_USER.TSV"]
)
def test_the_document_is_told_by_the_name_of_the_file_or_its_folder(path: str) -> None:
    assert read(WRITTEN, path=path).answers[0].document_id == "D000"


def test_the_columns_may_stand_in_the_order_of_the_tool() -> None:
    """The tool sorts the features of a layer by their names; this one has none for the ids of the corpus."""
    text = (
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Mention|entity_id|entity_type|mention_type|value\n\n\n"
        "#Text=😀 “Paris” fell, says l’AFP.\n1-1\t0-2\t😀\t_\t_\t_\t_\t\n1-2\t4-9\tParis\tparis\tGPE\tNAM\t*\t\n"
    )
    (item,) = read(text).answers[0].items
    assert (item.start, item.end, item.id) == (3, 8, None)
    assert item.cells == {"entity_type": "GPE", "mention_type": "NAM", "entity_id": "paris"}


def test_sentences_may_be_cut_in_another_way() -> None:
    text = WRITTEN.replace("#Text=😀 “Paris” fell, says l’AFP.", "#Text=😀 “Paris” fell,").replace(
        "1-7\t17", "\n#Text=says l’AFP.\n2-1\t17"
    )
    assert shown(read(text).faults) == []
    assert read(text).answers[0].text == TEXT
    assert compared(read(text).answers[0].items) != []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("TSV 3.3", "TSV 3.1", ("imp.format", 1, "this is WebAnno TSV 3.1: only 3.2 and 3.3 are read")),
        ("TSV 3.3", "TSV 2.0", ("imp.format", 1, "this is WebAnno TSV 2.0: only 3.2 and 3.3 are read")),
        (
            "#FORMAT=WebAnno TSV 3.3",
            " # webanno.custom.Mention | entity_type",
            ("imp.format", 1, "the first line is not #FORMAT=WebAnno TSV 3.3: only 3.2 and 3.3 are read"),
        ),
        (
            "#T_SP=webanno.custom.Event",
            "#T_XX=a",
            ("imp.format", 3, "a line of the head names one more layer, and a blank line ends it"),
        ),
        (
            "#T_SP=webanno.custom.Event",
            "#T_SP=webanno.custom.Mention",
            ("imp.format", 3, "a line of the head names one more layer, and a blank line ends it"),
        ),
        ("|realis", "|event_type", ("imp.format", 3, "a feature is there twice")),
        (
            "EventSourceLink|webanno.custom.Mention",
            "EventSourceLink",
            ("imp.format", 3, "the slot source has no column of targets"),
        ),
        (
            "1-5\t11-15",
            "1-5\t11",
            ("imp.format", 12, "a row has its number, its offsets, its text and 15 columns"),
        ),
        (
            "1-5\t11-15",
            "1-5\t11-15\t",
            ("imp.format", 12, "a row has its number, its offsets, its text and 15 columns"),
        ),
        (
            "1-5\t11-15",
            "5\t11-15",
            ("imp.format", 12, "a row has its number, its offsets, its text and 15 columns"),
        ),
        ("1-5\t11-15", "1-5.1\t11-15", ("imp.format", 12, "1-5.1 is no part of the word before it")),
        ("1-5\t11-15", "1-4.1\t11-15", ("imp.format", 12, "1-4.1 is no part of the word before it")),
        ("1-5\t11-15", "\n1-5\t11-15", ("imp.format", 13, "there is no #Text= before the row")),
        ("#Text=", "#Test=", ("imp.format", 7, "the line begins with neither #Text= nor #Sentence.id=")),
        (
            "1-10\t27-28\t.\t" + NONE + "\n",
            "1-10\t27-28\t.\t" + NONE + "\n\n#Text=More",
            ("imp.format", 19, "the last sentence has no rows"),
        ),
        (
            "\tParis\t",
            "\tParts\t",
            ("imp.text-mismatch", 10, "'Parts' is not what stands at 4 to 9 (UTF-16 units)"),
        ),
        (
            "1-3\t4-9",
            "1-3\t1-9",
            ("imp.text-mismatch", 10, "'Paris' is not what stands at 1 to 9 (UTF-16 units)"),
        ),
        (
            "GPE\tNAM",
            "GPE|ORG\tNAM",
            (
                "imp.format",
                10,
                "the columns of webanno.custom.Mention do not hold the same number of annotations",
            ),
        ),
        (
            "GPE\tNAM",
            "GPE\t_",
            (
                "imp.format",
                10,
                "the columns of webanno.custom.Mention do not hold the same number of annotations",
            ),
        ),
        (
            "GPE\tNAM",
            "GPE[1]\tNAM[2]",
            ("imp.format", 10, "the columns give one annotation the numbers 1, 2"),
        ),
        ("GPE\tNAM", "G[P]E\tNAM", ("imp.format", 10, "a bracket in a value has no backslash before it")),
        ("\tactor\t", "\tactor;actor\t", ("imp.format", 12, "the slot arguments has 2 roles and 1 target")),
        ("\tactor\t", "\t_\t", ("imp.format", 12, "the slot arguments has 0 roles and 1 target")),
        (
            "source\t1-9",
            "source;source\t1-9;1-3",
            ("imp.unsupported", 12, "the event has 2 sources, and the corpus has a place for one"),
        ),
        ("source\t1-9", "speaker\t1-9", ("imp.unknown-label", 12, "'speaker' is no role of the slot source")),
        (
            "|modes",
            "|mode",
            ("imp.unsupported", 12, "the feature mode of webanno.custom.Event has no place in the corpus"),
        ),
        (
            "|ROLE_webanno.custom.Event:source_webanno.custom.EventSourceLink|webanno.custom.Mention",
            "|source|target",
            ("imp.unsupported", 12, "the feature source of webanno.custom.Event has no place in the corpus"),
        ),
    ],
)
def test_a_damaged_file_is_refused_where_it_is_damaged(
    before: str, after: str, fault: tuple[str, int | None, str]
) -> None:
    assert shown(read(WRITTEN.replace(before, after, 1)).faults)[0] == fault


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (
            "\tactor\t1-3\t",
            "\tactor\t1-4\t",
            ("imp.dangling-ref", 12, "the actor of events 1-5 is '1-4', which is not there"),
        ),
        (
            "\tactor\t1-3\t",
            "\tactor\t*\t",
            ("imp.dangling-ref", 12, "the actor of events 1-5 is '*', which is not there"),
        ),
        (
            "\tactor\t1-3\t",
            "\tactor\t1-3[5]\t",
            ("imp.dangling-ref", 12, "the actor of events 1-5 is '1-3[5]', which is not there"),
        ),
        ("\tactor\t1-3\t", "\t*\t1-3\t", ("imp.unknown-label", 12, "'' is no role")),
        ("\tactor\t", "\tvictim\t", ("imp.unknown-label", 12, "'victim' is no role")),
        (
            "#Text=😀",
            "#Text=😃",
            (
                "imp.text-drift",
                None,
                "the text is not that of D000: they part at character 0, where the corpus has '😀 “Paris” fe' and the file '😃 “Paris” fe'",
            ),
        ),
        (
            " l’AFP.\n",
            " l’AFP!\n",
            (
                "imp.text-drift",
                None,
                "the text is not that of D000: they part at character 26, where the corpus has '.' and the file '!'",
            ),
        ),
    ],
)
def test_what_is_judged_for_all_formats_is_left_to_that(
    before: str, after: str, fault: tuple[str, int | None, str]
) -> None:
    assert fault in judged(WRITTEN.replace(before, after, 1))


def test_a_file_without_one_of_the_sentences_is_short_of_it() -> None:
    cut = NESTED_WRITTEN[: NESTED_WRITTEN.index("\n#Sentence.id=D000-S002")]
    assert judged(cut, NESTED)[0][:2] == ("imp.text-drift", None)
    first = NESTED_WRITTEN.index("#Sentence.id=D000-S001")
    second = NESTED_WRITTEN.index("#Sentence.id=D000-S002")
    assert judged(NESTED_WRITTEN[:first] + NESTED_WRITTEN[second:], NESTED)[0][:2] == ("imp.text-drift", None)


def test_a_file_that_is_all_head_is_short_of_every_sentence() -> None:
    assert judged(HEAD.rstrip("\n"))[0][:2] == ("imp.text-drift", None)


def test_offsets_in_another_unit_are_refused_once() -> None:
    def moved(match: re.Match[str]) -> str:
        return f"\t{max(int(match[1]) - 1, 0)}-{int(match[2]) - 1}\t"

    text = re.sub(r"\t([0-9]+)-([0-9]+)\t(?!source)", moved, WRITTEN)
    faults = shown(read(text).faults)
    assert faults == [
        (
            "imp.text-mismatch",
            8,
            "'😀' is not what stands at 0 to 1 (UTF-16 units), and 9 rows after it are wrong",
        )
    ]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (
            "1-2\t2-9\tIrakien\tPER[1]|NORP[2]",
            "1-2\t2-9\tIrakien\tORG[1]|NORP[2]",
            ("imp.format", 9, "what has the number 1 is not what has it on line 8"),
        ),
        (
            f"2-1\t17-21\tfini\t{NONE}",
            f"2-1\t17-21\tfini\tPER[1]\tNAM[1]\t*[1]\t*[1]\tD000-M001[1]\t{NO_EVENT}",
            ("imp.discontinuous", 16, "the annotation 1 has a gap between 1-2 and 2-1"),
        ),
        (
            "17-20\tfin\tLOC[5]\tNAM[5]\t*[5]\t*[5]\tD000-M004[5]",
            "17-20\tfin\tGPE[3]\tNAM[3]\t*[3]\t*[3]\tD000-M002[3]",
            ("imp.discontinuous", 17, "the annotation 3 has a gap between 1-2.1 and 2-1.1"),
        ),
        (
            "PER[1]\tNAM[1]\t*[1]\t*[1]\tD000-M001[1]\t_",
            "PER[4]\tNAM[4]\t*[4]\t*[4]\tD000-M001[4]\t_",
            ("imp.format", 11, "what has the number 4 is not what has it on line 8"),
        ),
    ],
)
def test_numbers_that_do_not_hold_together_are_refused(
    before: str, after: str, fault: tuple[str, int, str]
) -> None:
    assert shown(read(NESTED_WRITTEN.replace(before, after, 1), NESTED).faults)[0] == fault


def test_a_span_that_leaves_out_a_part_of_a_word_has_a_gap() -> None:
    row = f"1-3\t10-13\test\t{NO_MENTION}{FULL}\n"
    part = f"1-3.1\t11-13\tst\tPER[1]\tNAM[1]\t*[1]\t*[1]\tD000-M001[1]\t{NO_EVENT}\n"
    assert shown(read(NESTED_WRITTEN.replace(row, row + part), NESTED).faults) == [
        ("imp.discontinuous", 12, "the annotation 1 has a gap between 1-2 and 1-3.1")
    ]
    longer = row.replace(NO_MENTION, "GPE[3]\tNAM[3]\t*[3]\t*[3]\tD000-M002[3]\t")
    assert shown(read(NESTED_WRITTEN.replace(row, longer), NESTED).faults) == [
        ("imp.discontinuous", 11, "the annotation 3 has a gap between 1-2.1 and 1-3")
    ]


def test_a_span_may_go_from_a_part_of_a_word_to_a_part_of_another() -> None:
    text = "l’Irakien est là"
    one = document(text, [mention(text, 1, 6, 12, "PER")])
    assert [line.split("\t")[0] for line in write(one).split("\n") if "PER[1]" in line] == ["1-2.1", "1-3.1"]
    assert compared(read(write(one), one).answers[0].items) == compared(given(one))


def test_a_slot_that_does_not_say_which_mention_of_a_row_it_means_is_refused() -> None:
    text = NESTED_WRITTEN.replace("1-2.1[3];1-1[1]", "1-2;1-1[1]")
    assert ("imp.dangling-ref", 11, "the actor of events 1-3[4] is '1-2', which is not there") in judged(
        text, NESTED
    )
    assert shown(read(NESTED_WRITTEN.replace("1-2.1[3];1-1[1]", "1-2.1;1-1"), NESTED).faults) == []


def test_rows_of_another_text_are_not_held_against_this_one() -> None:
    text = WRITTEN.replace("Paris", "Basra")
    assert read(text).faults == ()
    assert [code for code, _, _ in judged(text)] == ["imp.text-drift"]


def test_a_span_over_two_sentences_is_read_and_judged() -> None:
    text = NESTED_WRITTEN.replace(f"2-1\t17-21\tfini\t{NONE}", f"2-1\t17-21\tfini\t{NO_MENTION}{FULL}")
    assert ("imp.crosses-sentence", 11, "'est là\\nfini' is not inside one sentence") in judged(text, NESTED)


def test_other_layers_are_refused_with_their_count() -> None:
    text = WRITTEN.replace(
        "\n\n\n", "\n#T_SP=ner.NamedEntity|value\n#T_RL=dep.Relation|kind|BT_ner.NamedEntity\n\n\n"
    )
    rows = re.sub(r"(?m)^(1-.*\t)$", r"\g<1>_\t_\t_\t", text)
    assert shown(read(rows).faults) == []
    rows = re.sub(r"(?m)^(1-[39]\t.*)_\t_\t_\t$", r"\g<1>PER\t_\t_\t", rows)
    rows = re.sub(r"(?m)^(1-5\t.*)_\t_\t_\t$", r"\g<1>_\tsubject\t1-3\t", rows)
    assert shown(read(rows).faults) == [
        ("imp.unsupported", 4, "2 rows with annotations of ner.NamedEntity: the corpus has no such layer"),
        ("imp.unsupported", 5, "1 row with annotations of dep.Relation: the corpus has no such layer"),
    ]


def test_a_layer_without_a_feature_is_refused_since_its_values_are_lost() -> None:
    """The tool leaves features with several strings out of its export."""
    text = WRITTEN.replace("|modes", "").replace("release ceasefire\t", "")
    rows = re.sub(r"(?m)^(1-.*?)_\t$", r"\g<1>", text)
    assert shown(read(rows.replace("1-9\t_", "1-9\t")).faults) == [
        ("imp.format", 3, "the layer webanno.custom.Event has no modes: what was there is lost")
    ]


def test_an_unknown_document_is_left_to_be_judged() -> None:
    reading = webanno_tsv.read({"D999.tsv": WRITTEN.encode()}, DOCUMENTS)
    assert (reading.faults, reading.answers[0].document_id, reading.answers[0].text) == ((), "D999", None)
    assert (reading.answers[0].items[0].start, reading.answers[0].items[0].end) == (4, 9)


def test_what_is_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = "|".join(["GPE"] * 1001)
    row = f"Paris\tGPE\tNAM\t*\tparis\tD000-M001\t{NO_EVENT}"
    text = WRITTEN.replace(row, f"Paris\t{many}\t{many}\t{many}\t{many}\t{many}\t{NO_EVENT}")
    assert shown(read(text).faults) == [
        ("imp.format", 10, "there are 1001 annotations of webanno.custom.Mention in one row")
    ]
    wide = WRITTEN.replace("|value", "".join(f"|f{n}" for n in range(600)))
    assert shown(read(wide).faults)[0][:2] == ("imp.format", 3)
    monkeypatch.setattr(webanno_tsv, "MAX_BYTES", 100)
    assert shown(read(WRITTEN).faults) == [("imp.format", None, "the file has more than 100 bytes")]


def test_bytes_that_are_no_text_are_refused() -> None:
    reading = webanno_tsv.read({"D000.tsv": b"#FORMAT=WebAnno TSV 3.3\n\xff", "D000.txt": b"\xff"}, DOCUMENTS)
    assert shown(reading.faults) == [("imp.format", 2, "the byte 0xFF is not UTF-8 here")]


@pytest.mark.parametrize("documents", [released()[0], invented(1000)], ids=["released", "invented"])
def test_documents_come_back_as_they_went_out(documents: Sequence[Document]) -> None:
    got, issues = round_trip(TSV, documents)
    assert issues == ()
    for one in documents:
        assert compared(got[one.document_id]) == compared(given(one))


class AsTheTool:
    """The annotations of a file by their layers, read in the steps of the reader of the tool.

    It goes by the place of a value in its cell and by numbers, splits where no backslash stands before a mark, and lets
    an annotation end where the last row with its number does.
    """

    def __init__(self, text: str) -> None:
        head, body = text.split("\n\n\n", 1)
        self.found: dict[str, list[dict[str, Any]]] = {MENTION: [], EVENT: []}
        self._columns = sorted(self._head(head), key=lambda one: (one[0] != MENTION, one[1]))
        self._units: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._numbered: dict[str, dict[str, Any]] = {}
        self._later: list[tuple[dict[str, Any], str, str]] = []
        for line in body.split("\n"):
            if line and not line.startswith("#"):
                self._row(*line.split("\t"))
        for one, feature, value in self._later:
            for link, target in zip(one[feature], value.split(";"), strict=True):
                unit, _, number = target.rstrip("]").partition("[")
                link[1] = self._numbered[number] if number else self._units[unit, MENTION][0]

    def _head(self, head: str) -> Iterator[tuple[str, str, str, int]]:
        index = 0
        for line in head.split("\n")[1:]:
            layer, *names = line.removeprefix("#T_SP=").split("|")
            for before, name in pairwise(["", *names]):
                slot = [
                    one.split("_")[1].partition(":")[2] for one in (before, name) if one.startswith("ROLE_")
                ]
                kind = "role" if name.startswith("ROLE_") else "target" if slot else "plain"
                yield layer, slot[0] if slot else name, kind, index
                index += 1

    def _row(self, name: str, offsets: str, _text: str, *cells: str) -> None:
        begin, end = map(int, offsets.split("-"))
        for layer, feature, kind, index in self._columns:
            values = re.split(r"(?<!\\)\|", cells[index]) if cells[index] != "_" else []
            for place, cell in enumerate(values):
                value, number = cell, ""
                if kind != "target" and cell.endswith("]") and not cell.endswith("\\]"):
                    value, number = cell[: cell.rindex("[")], cell[cell.rindex("[") + 1 : -1]
                held = self._units.setdefault((name, layer), [])
                if place >= len(held):
                    held.append(self._numbered.get(number) or {"begin": begin})
                    self.found[layer] += [held[place]] if "end" not in held[place] else []
                    held[place]["end"] = end
                if number:
                    self._numbered[number] = held[place]
                self._set(held[place], feature, kind, value)

    def _set(self, one: dict[str, Any], feature: str, kind: str, value: str) -> None:
        if kind == "plain" and value != "*":
            one[feature] = re.sub(
                r"\\(->|.)", lambda match: {"t": "\t", "n": "\n"}.get(match[1], match[1]), value
            )
        elif kind == "role":
            one[feature] = [] if value == "_" else [[role, None] for role in value.split(";")]
        elif kind == "target" and value != "*":
            self._later.append((one, feature, value))


@pytest.mark.parametrize("one", [*released()[0], *invented(200)], ids=lambda one: one.document_id)
def test_the_tool_reads_what_was_written(one: Document) -> None:
    text = webanno_tsv.write([one], released()[1])[f"{one.document_id}.tsv"].decode()
    units = one.text.encode("utf-16-le")
    found = AsTheTool(text).found
    items = {item.id: item for item in given(one)}
    mentions = {row["mention_id"]: row for row in found[MENTION]}
    events = {row["event_id"]: row for row in found[EVENT]}
    assert mentions.keys() | events.keys() == items.keys()
    for name, row in (mentions | events).items():
        item = items[name]
        assert units[2 * row["begin"] : 2 * row["end"]].decode("utf-16-le") == item.text
        assert {cell: row[cell] for cell in item.cells} == item.cells
        assert row.get("modes", "").split() == list(item.modes)
        links = [(role, target["mention_id"]) for role, target in row.get("arguments", [])]
        assert links == [(filler.role, filler.ref) for filler in item.arguments]
        assert [target["mention_id"] for _, target in row.get("source", [])] == [item.source] * bool(
            item.source
        )


@settings(max_examples=150, deadline=None)
@hypothetically(st.binary(max_size=300))
def test_any_bytes_make_a_reading(data: bytes) -> None:
    for text in (data, HEAD.encode() + data, HEAD.encode() + b"#Text=a\n1-1\t0-1\ta\t" + data):
        assert isinstance(webanno_tsv.read({"D000.tsv": text}, DOCUMENTS), Reading)


@settings(max_examples=150, deadline=None)
@hypothetically(st.data())
def test_any_change_of_a_file_makes_a_reading(data: st.DataObject) -> None:
    text, one = data.draw(st.sampled_from([(WRITTEN, SMALL), (NESTED_WRITTEN, NESTED)]))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text) - 1))
        length = data.draw(st.integers(0, 12))
        mark = data.draw(
            st.sampled_from(["", "\t", "\n", "|", ";", "[1]", "[9]", "_", "*", "\\", "1-1", "0-99", "#", "é"])
        )
        text = text[:place] + mark + text[place + length :]
    reading = read(text, one)
    assert isinstance(reading, Reading)
    judge(reading, {"D000": one}, released()[1])


@settings(max_examples=150, deadline=None)
@hypothetically(st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=30))
def test_any_value_comes_back(value: str) -> None:
    one = document("Paris", [mention("Paris", 1, 0, 5, "GPE", value=value)])
    (item,) = read(write(one), one).answers[0].items
    assert item.cells["value"] == value
