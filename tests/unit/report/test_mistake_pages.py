from __future__ import annotations

import json
from typing import Any

import pandas as pd

from tigris_corpus.report import mistakes
from tigris_corpus.report.style import CODES

SENTENCE = "A U.S. strike killed two fighters in Baghdad."
BLANK: dict[str, Any] = {
    "layer": "mentions",
    "kind": "wrong-type",
    "document_id": "D000",
    "sentence_id": "D000-S002",
    "gold_start": 41,
    "gold_end": 49,
    "gold_text": "fighters",
    "gold_label": "PER",
    "predicted_start": 41,
    "predicted_end": 49,
    "predicted_text": "fighters",
    "predicted_label": "ORG",
    "event": None,
    "because": None,
    "sentence_start": 16,
    "sentence": SENTENCE,
}
NOTHING = {"start": None, "end": None, "text": None, "label": None}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    found = pd.DataFrame([{**BLANK, **row} for row in rows], columns=list(BLANK))
    places = [f"{side}_{end}" for side in ("gold", "predicted") for end in ("start", "end")]
    return found.astype(dict.fromkeys(places, "Int64"))


def without(side: str) -> dict[str, Any]:
    return {f"{side}_{name}": value for name, value in NOTHING.items()}


def test_a_mistake_is_shown_under_its_sentence_with_both_readings() -> None:
    assert mistakes.render(table({}), ["a note"], "x") == (
        "D000-S002 mentions wrong-type\n"
        "  A U.S. strike killed two fighters in Baghdad.\n"
        "                           ^^^^^^^^ gold PER, predicted ORG\n"
        "\n"
        "1 mistake:\n"
        "     1  mentions  wrong-type  PER → ORG\n"
        "\n"
        "a note\n"
        "\n"
        "x\n"
    )


def test_spans_that_differ_are_underlined_apart() -> None:
    row = {"kind": "wrong-boundary", "predicted_start": 37, "predicted_label": "PER"}
    assert mistakes.render(table(row), [], "x").split("\n")[1:4] == [
        "  A U.S. strike killed two fighters in Baghdad.",
        "                           ^^^^^^^^ gold PER",
        "                       ~~~~~~~~~~~~ predicted PER",
    ]


def test_what_is_missed_and_what_is_spurious_say_so() -> None:
    missed = {"kind": "missed", "layer": "arguments", "event": "killed ASSAULT", **without("predicted")}
    missed["because"] = "no event of this trigger and type is predicted"
    spurious = {"kind": "spurious", **without("gold")}
    shown = mistakes.render(table(missed, spurious), [], "x").split("\n")
    heading = "D000-S002 arguments missed of killed ASSAULT (no event of this trigger and type is predicted)"
    assert shown[0] == heading
    assert shown[2].endswith("^^^^^^^^ gold PER, not predicted")
    assert shown[6].endswith("~~~~~~~~ predicted ORG, not in the gold")
    assert shown[8:11] == [
        "2 mistakes:",
        "     1  arguments  missed  PER",
        "     1  mentions  spurious  ORG",
    ]


def test_only_so_many_are_shown_and_all_are_counted() -> None:
    found = table(*[{"gold_label": label} for label in ("PER", "GPE", "GPE")])
    shown = mistakes.render(found, [], "x", shown=1)
    assert shown.count("D000-S002") == 1
    assert "… and 2 more" in shown
    assert (
        "3 mistakes:\n     2  mentions  wrong-type  GPE → ORG\n     1  mentions  wrong-type  PER → ORG"
        in shown
    )
    assert mistakes.render(found, [], "x", shown=0).startswith("3 mistakes:")
    assert mistakes.render(found.head(0), [], "x") == "nothing went wrong\n\nx\n"


def test_a_long_sentence_is_cut_around_the_span() -> None:
    sentence = "word " * 60 + "fighters" + " word" * 60
    row = {"sentence": sentence, "sentence_start": 0, "gold_start": 300, "gold_end": 308}
    shown = mistakes.render(table({**row, "predicted_start": 300, "predicted_end": 308}), [], "x").split("\n")
    assert len(shown[1]) == 102
    at = shown[2].index("^")
    assert shown[1][at : at + 8] == "fighters"
    assert shown[2][at:].startswith("^^^^^^^^ gold")


def test_marks_stand_under_what_is_shown_of_letters_that_do_not_show() -> None:
    row = {"sentence": "a\u202eb fighters", "sentence_start": 0, "gold_start": 4, "gold_end": 12}
    shown = mistakes.render(table({**row, "predicted_start": 4, "predicted_end": 12}), [], "x").split("\n")
    assert shown[1] == "  a\\u202eb fighters"
    assert shown[2] == "           ^^^^^^^^ gold PER, predicted ORG"


def test_colours_are_put_on_where_they_are_asked_for() -> None:
    assert "\x1b" not in mistakes.render(table({}), [], "x")
    assert CODES["green"] in mistakes.render(table({}), [], "x", colour=True)


def test_json_has_the_counts_of_all_and_the_mistakes_that_are_asked_for() -> None:
    found = table({}, {"gold_label": "GPE"}, {})
    told = json.loads(mistakes.as_data(found, ["a note"], "x", shown=1))
    assert told["counts"] == [
        {"layer": "mentions", "kind": "wrong-type", "label": "PER → ORG", "count": 2},
        {"layer": "mentions", "kind": "wrong-type", "label": "GPE → ORG", "count": 1},
    ]
    assert told["errors"] == [BLANK]
    assert (told["signature"], told["notes"]) == ("x", ["a note"])
    assert len(json.loads(mistakes.as_data(found, [], "x"))["errors"]) == 3


def test_what_is_in_the_data_steers_nothing() -> None:
    hostile = "\x1b[31m::error::x\n::add-path::y##[error]z"
    row = dict.fromkeys(("sentence_id", "gold_label", "predicted_label", "event", "because"), hostile)
    found = table({**row, "sentence": hostile, "sentence_start": 41})
    for text in (mistakes.render(found, [hostile], hostile), mistakes.as_data(found, [hostile], hostile)):
        assert "\x1b" not in text
        assert "##[" not in text
        assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
