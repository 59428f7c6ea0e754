from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tigris_corpus.comparing import Disagreement
from tigris_corpus.editing.changes import Change
from tigris_corpus.editing.importing import Plan
from tigris_corpus.editing.reviewing import Review
from tigris_corpus.formats.exchange import Document
from tigris_corpus.issues import Issue, Location, Severity
from tigris_corpus.report import review as report

TEXT = "The U.S. strike killed two fighters near Baghdad, said Iraqi officials who asked not to be named."
SENTENCE = {"sentence_id": "D000-S001", "document_id": "D000", "start": 0, "end": 97, "zone": "body"}


def mention(words: str, kind: str = "GPE", **cells: object) -> dict[str, Any]:
    start = TEXT.index(words)
    row = {"mention_id": "D000-M001", "sentence_id": "D000-S001", "start": start, "end": start + len(words)}
    return row | {"text": words, "entity_type": kind, "mention_type": "NAM", **cells}


def event(words: str, **cells: object) -> dict[str, Any]:
    start = TEXT.index(words)
    row = {"event_id": "D000-E001", "sentence_id": "D000-S001", "trigger_start": start}
    row |= {"trigger_end": start + len(words), "trigger_text": words, "event_type": "ASSAULT"}
    return row | {"realis": "actual", "polarity": "positive", "modes": [], "arguments": [], **cells}


def span(words: str, **cells: object) -> dict[str, Any]:
    start = TEXT.index(words)
    return {**cells, "mention_id": "D000-M009", "start": start, "end": start + len(words), "text": words}


def of(*found: Disagreement, text: str = TEXT, names: tuple[str, str] = ("ann", "bob")) -> Review:
    row = {**SENTENCE, "end": len(text), "text": text}
    document = Document("D000", "en", text, (row,), {"document_id": "D000"})
    made = Review(document, {}, {}, names, {})
    made.__dict__["found"] = found
    return made


def one(
    layer: str, first: dict[str, Any] | None, second: dict[str, Any] | None, kind: str, *columns: str
) -> Disagreement:
    starts = ("start", "end") if layer in {"mentions", "entities"} else ("trigger_start", "trigger_end")
    places = [[row[name] for name in starts] for row in (first, second) if row]
    start, end = min(place[0] for place in places), max(place[1] for place in places)
    return Disagreement(layer, "D000-S001", start, end, kind, first, second, columns)


BOUNDARY = one("mentions", mention("U.S. strike", "ORG"), mention("U.S.", "ORG"), "boundary", "end", "text")
LABEL = one("mentions", mention("U.S.", "ORG", value="1"), mention("U.S."), "label", "entity_type", "value")


def test_a_boundary_is_marked_where_it_differs() -> None:
    assert report.place(of(), BOUNDARY) == (
        "D000-S001 mentions: boundary\n"
        "  The U.S. strike killed two fighters near Baghdad, said Iraqi officials who\n"
        "      ^^^^1111111\n"
        "  asked not to be named.\n"
        "  1 ann                                 | 2 bob\n"
        "  “U.S. strike” 4–15                    | “U.S.” 4–8\n"
    )


def test_only_what_differs_of_a_label_is_shown() -> None:
    assert report.place(of(), LABEL).splitlines()[0] == "D000-S001 mentions of “U.S.”: label"
    assert report.place(of(), LABEL).splitlines()[4:] == [
        "  1 ann                                 | 2 bob",
        "  entity_type: ORG                      | entity_type: GPE",
        "  value: 1                              | value: (empty)",
    ]


def test_all_of_a_row_is_shown_where_the_other_has_none() -> None:
    whole = event(
        "killed",
        modes=["aerial"],
        incident_id="strike",
        source=span("Iraqi officials"),
        arguments=[span("U.S.", role="actor")],
    )
    only = one("events", None, whole, "only second")
    assert report.place(of(), only).splitlines()[1:] == [
        "  The U.S. strike killed two fighters near Baghdad, said Iraqi officials who",
        "                  222222",
        "  asked not to be named.",
        "  1 ann                                 | 2 bob",
        "  no such event                         | “killed” 16–22",
        "                                        | ASSAULT/aerial actual positive",
        "                                        | source: “Iraqi officials”",
        "                                        | actor: “U.S.”",
        "                                        | → strike",
    ]
    named = one("mentions", mention("Baghdad", entity_id="baghdad", value="1"), None, "only first")
    assert report.place(of(), named).splitlines()[4:] == [
        "  1 ann                                 | 2 bob",
        "  “Baghdad” 41–48                       | no such mention",
        "  GPE NAM                               |",
        "  value: 1                              |",
        "  → baghdad                             |",
    ]


def test_arguments_are_marked_with_their_trigger() -> None:
    shared = span("two fighters", role="recipient")
    first = event("killed", arguments=[span("U.S.", role="actor"), shared])
    second = event("killed", arguments=[shared])
    assert report.place(of(), one("arguments", first, second, "label", "arguments")).splitlines() == [
        "D000-S001 arguments of “killed”: label",
        "  The U.S. strike killed two fighters near Baghdad, said Iraqi officials who",
        "      1111        ^^^^^^",
        "  asked not to be named.",
        "  1 ann                                 | 2 bob",
        "  actor: “U.S.”                         | nothing more",
    ]


def test_a_source_is_marked_with_its_trigger() -> None:
    first = event("killed", source=span("U.S."), modes=["aerial", "targeted"])
    second = event("killed", source=span("Baghdad"))
    lines = report.place(of(), one("events", first, second, "label", "modes", "source")).splitlines()
    assert lines[2] == "      1111        ^^^^^^                   2222222"
    assert lines[-2:] == [
        "  modes: aerial, targeted               | modes: (empty)",
        "  source: “U.S.”                        | source: “Baghdad”",
    ]


def test_columns_fit_the_width_that_is_asked_for() -> None:
    assert report.place(of(), BOUNDARY, width=40).splitlines() == [
        "D000-S001 mentions: boundary",
        "  The U.S. strike killed two fighters",
        "      ^^^^1111111",
        "  near Baghdad, said Iraqi officials who",
        "  asked not to be named.",
        "  1 ann             | 2 bob",
        "  “U.S. strike”     | “U.S.” 4–8",
        "  4–15              |",
    ]
    assert report.place(of(), BOUNDARY, width=3) == report.place(of(), BOUNDARY, width=40)


def test_words_longer_than_a_line_are_cut() -> None:
    long = "x" * 90
    row = {"mention_id": "D000-M001", "start": 70, "end": 80, "text": "x" * 10, "sentence_id": "D000-S001"}
    cut = Disagreement("entities", "D000-S001", 70, 80, "label", row, row, ("entity_id",))
    assert report.place(of(text=long), cut).splitlines()[1:5] == [
        "  " + "x" * 78,
        "  " + " " * 70 + "^" * 8,
        "  " + "x" * 12,
        "  ^^",
    ]


def test_marks_stand_under_what_takes_more_or_fewer_columns() -> None:
    text = "e\u0301tat 日本 \u200b Iraq"
    row = {"mention_id": "D000-M001", "start": 11, "end": 15, "text": "Iraq", "sentence_id": "D000-S001"}
    row |= {"entity_type": "GPE", "mention_type": "NAM"}
    shown = report.place(
        of(text=text), Disagreement("mentions", "D000-S001", 11, 15, "only first", row, None)
    )
    assert shown.splitlines()[1:3] == ["  e\u0301tat 日本 \\u200b Iraq", "                   1111"]


def test_nothing_of_the_data_steers_a_terminal_or_a_runner() -> None:
    text = "::error::x \x1b[31m ##[error]y \u202e"
    row = {"mention_id": "D000-M001", "start": 0, "end": 33, "text": text, "sentence_id": "D000-S001"}
    row |= {"entity_type": "\x1b[1m", "mention_type": "##[group]", "entity_id": "\u202e"}
    hostile = Disagreement("mentions", "::x\n", 0, 5, "only first", row, None)
    decided = {"adjudication_id": "\x1b", "decision": "::warning::\n\u202e", "sentence_id": "D000-S001"}
    review = of(hostile, text=text, names=("\x1b[0m", "::stop::"))
    plan = Plan(issues=(Issue("x\x1b", Severity.ERROR, Location("::f"), None, "\x1b\u202e"),))
    rows = [decided | {"layer": "\x1b", "readings": "::\n", "rule": "\u202e"}]
    for shown in (
        report.render(review, [hostile], [decided]),
        report.as_data([hostile], ["\x1b##[x]"], [decided]),
        report.outcome(plan, rows),
        report.outcome(replace(plan, issues=()), rows),
    ):
        assert not set("\x1b\u202e") & set(shown)
        assert "##[" not in shown
        assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]


def test_colours_are_those_of_the_sides() -> None:
    cyan, magenta, yellow, bold, dim, reset = (f"\x1b[{code}m" for code in (36, 35, 33, 1, 2, 0))
    decided = {"adjudication_id": "D000-A001", "decision": "As ann."}
    lines = report.place(of(), BOUNDARY, decided, colour=True).splitlines()
    assert lines[0] == f"{bold}D000-S001 mentions: boundary{reset}"
    assert lines[2] == f"      {yellow}^^^^{reset}{cyan}1111111{reset}"
    assert lines[4] == f"  {cyan}1 ann                                {reset} | {magenta}2 bob{reset}"
    assert lines[6] == f"  {dim}decided in D000-A001: As ann.{reset}"


def test_the_whole_has_a_heading_and_counts() -> None:
    decided = {"adjudication_id": "D000-A001", "decision": "As ann."}
    only = one("mentions", None, mention("Baghdad"), "only second")
    linked = one("incidents", event("killed", incident_id="x"), event("killed"), "label", "incident_id")
    found = [BOUNDARY, only, LABEL, linked]
    shown = report.render(of(*found), found, [decided, None, None, None]).splitlines()
    assert shown[:4] == [
        "D000: ann and bob",
        "1 is under what only ann has, 2 under what only bob has, ^ under what both have",
        "",
        "D000-S001 mentions: boundary",
    ]
    assert shown[9] == "  decided in D000-A001: As ann."
    assert shown[-2:] == [
        "",
        "4 disagreements: mentions: 1 only bob, 1 boundary, 1 label; incidents: 1 label; 1 decided before",
    ]


def test_agreement_is_one_line() -> None:
    assert report.render(of(), [], []).endswith("both have\n\nthe two agree\n")


def test_json_has_both_readings_and_the_decision() -> None:
    told = json.loads(report.as_data([LABEL, BOUNDARY], ["x", "y"], [None, {"adjudication_id": "D000-A001"}]))
    assert told[0] == {
        "layer": "mentions",
        "sentence_id": "D000-S001",
        "start": 4,
        "end": 8,
        "kind": "label",
        "columns": ["entity_type", "value"],
        "first": mention("U.S.", "ORG", value="1"),
        "second": mention("U.S."),
        "readings": "x",
        "decided": None,
    }
    assert told[1]["decided"] == "D000-A001"


ROW = {
    "adjudication_id": "D000-A002",
    "document_id": "D000",
    "sentence_id": "D000-S001",
    "layer": "mentions",
    "readings": "Only ann has the mention 'U.S.' (GPE NAM).",
    "decision": "As bob: it is inside a name",
    "rule": "2.1",
}


def test_what_was_written_is_shown_with_its_decisions() -> None:
    gone = Change("mentions", ("D000-M001",), "D000", mention("U.S."), None)
    assert report.outcome(Plan(changes=(gone,)), [ROW]) == (
        "D000\n"
        "  - D000-M001 [4–8] 'U.S.' GPE NAM\n"
        "mentions: 1 removed\n"
        "\n"
        "D000-A002 D000-S001 mentions: Only ann has the mention 'U.S.' (GPE NAM). As bob: it is inside a name (2.1)\n"
    )


def test_what_is_refused_is_shown_with_why_and_nothing_typed_is_lost() -> None:
    wrong = Issue("x.y", Severity.ERROR, Location("corpus/mentions.csv", line=2), "2", "it is wrong")
    plan = Plan(issues=(wrong,), files={"corpus/mentions.csv": b"a,b\n1,2\n"})
    assert report.outcome(plan, [{**ROW, "rule": ""}]) == (
        "corpus/mentions.csv:2: error x.y: it is wrong\n"
        "  2 | 1,2\n"
        "\n"
        "decided, and not written:\n"
        "D000-A002 D000-S001 mentions: Only ann has the mention 'U.S.' (GPE NAM). As bob: it is inside a name\n"
        "\n"
        "nothing is written: 1 error\n"
    )
