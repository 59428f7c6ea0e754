from __future__ import annotations

import csv
import io
import json
import math

import pandas as pd
import pytest

from tigris_corpus.report import scores
from tigris_corpus.report.agreement import NOTE

NAN = math.nan
COLUMNS = [
    *("layer", "measure", "group", "average", "type", "precision", "recall", "f1"),
    *("gold", "predicted", "matched", "low", "high"),
]
TABLE = pd.DataFrame(
    [
        ("mentions", "strict", "all", "micro", None, 0.5, 1.0, 2 / 3, 2, 4, 2, 0.5, 0.8),
        ("mentions", "strict", "all", "macro", None, 0.5, 1.0, 0.6, 2, 4, 2, 0.4, 0.8),
        ("mentions", "strict", "all", "type", "GPE", 1.0, 1.0, 1.0, 2, 2, 2, 1.0, 1.0),
        ("mentions", "strict", "en", "micro", None, 1.0, 1.0, 1.0, 1, 1, 1, 1.0, 1.0),
        ("mentions", "strict", "D000", "micro", None, NAN, NAN, NAN, 0, 0, 0, NAN, NAN),
        ("mentions", "overlap", "all", "type", "GPE", 1.0, 1.0, 1.0, 2, 2, 2, 1.0, 1.0),
        ("entities", "CoNLL", "all", "micro", None, NAN, NAN, 0.25, 9, 9, 9, NAN, NAN),
        ("entities", "CoNLL", "en", "micro", None, NAN, NAN, 0.5, 9, 9, 9, NAN, NAN),
        ("entities", "CoNLL", "D000", "micro", None, NAN, NAN, 0.5, 9, 9, 9, NAN, NAN),
    ],
    columns=COLUMNS,
)
COMPARED = pd.DataFrame(
    [
        ("mentions", "strict", "all", "micro", 0.5, 0.75, -0.25, -0.3, -0.00004, 1.0),
        ("mentions", "strict", "all", "macro", 0.5, 0.50004, -0.00004, -0.1, 0.1, 0.5),
        ("entities", "CoNLL", "all", "micro", NAN, 1.0, NAN, NAN, NAN, NAN),
    ],
    columns=[
        *("layer", "measure", "group", "average", "first", "second", "difference"),
        *("low", "high", "not_better"),
    ],
)


def test_a_table_has_micro_figures_with_their_intervals_and_the_macro_f1() -> None:
    assert scores.render(TABLE, ["a note"], "tigris:1|seed:0") == (
        "layer     measure      P      R     F1       95 %  macro F1  gold  predicted  matched\n"
        "mentions  strict   0.500  1.000  0.667  0.50–0.80     0.600     2          4        2\n"
        "entities  CoNLL        –      –  0.250                          9          9        9\n"
        "\n"
        f"{NOTE}\n"
        "a note\n"
        "\n"
        "tigris:1|seed:0\n"
    )


def test_it_is_broken_down_by_type_language_and_document() -> None:
    shown = scores.render(TABLE, [], "x", by=("type", "language", "document"), documents=["D000"])
    _, types, languages, documents, _, _ = shown.split("\n\n")
    assert types == (
        "layer     measure  type      P      R     F1       95 %  gold  predicted  matched\n"
        "mentions  strict   GPE   1.000  1.000  1.000  1.00–1.00     2          2        2"
    )
    assert languages == ("group  mentions: strict  entities: CoNLL\nen                1.000            0.500")
    assert documents == ("group  mentions: strict  entities: CoNLL\nD000                  –            0.500")


def test_markdown_is_a_table_with_its_signature_as_code() -> None:
    shown = scores.render(TABLE, ["a note"], "x|y", markdown=True)
    lines = shown.split("\n")
    assert lines[0] == "| layer | measure | P | R | F1 | 95 % | macro F1 | gold | predicted | matched |"
    assert lines[1] == "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    assert lines[2] == "| mentions | strict | 0.500 | 1.000 | 0.667 | 0.50–0.80 | 0.600 | 2 | 4 | 2 |"
    assert "- a note" in lines
    assert lines[-2] == "`x|y`"


def test_without_intervals_nothing_is_said_of_them() -> None:
    assert NOTE not in scores.render(TABLE.assign(low=NAN, high=NAN), [], "x")


def test_differences_have_a_sign_and_zero_has_no_minus() -> None:
    lines = scores.compared(COMPARED, [], "x").split("\n")
    assert lines[1:4] == [
        "mentions  strict   all    micro    0.500   0.750      -0.250  -0.300 to +0.000       1.000",
        "mentions  strict   all    macro    0.500   0.500      +0.000  -0.100 to +0.100       0.500",
        "entities  CoNLL    all    micro        –   1.000           –                             –",
    ]
    assert lines[5] == scores.PAIRED
    french = COMPARED.assign(group="fr")
    assert "mentions" not in scores.compared(french, [], "x")
    assert "  fr     micro" in scores.compared(french, [], "x", by=["language"])
    assert "conditional on these texts" in scores.PAIRED


def test_json_has_every_row_and_null_where_there_is_nothing() -> None:
    told = json.loads(scores.as_data(TABLE, ["a note"], "x"))
    assert (told["signature"], told["notes"], told["intervals"]) == ("x", ["a note"], NOTE)
    assert len(told["scores"]) == len(TABLE)
    assert told["scores"][4]["f1"] is None
    assert told["scores"][0]["type"] is None
    assert told["scores"][0]["gold"] == 2
    assert json.loads(scores.as_data(COMPARED, [], "x", paired=True))["intervals"] == scores.PAIRED


def test_csv_has_the_signature_on_every_row() -> None:
    rows = list(csv.DictReader(io.StringIO(scores.as_csv(TABLE, "x|y"))))
    assert {row["signature"] for row in rows} == {"x|y"}
    assert (rows[0]["f1"], rows[0]["gold"], rows[4]["f1"], rows[2]["type"]) == ("0.666667", "2", "", "GPE")


@pytest.mark.parametrize("markdown", [True, False])
def test_what_is_in_the_data_steers_nothing(markdown: bool) -> None:
    hostile = "\x1b[31m|::error::x\n::add-path::y##[error]z"
    table = TABLE.assign(type=TABLE["type"].where(TABLE["type"].isna(), hostile))
    table["group"] = table["group"].replace({"D000": hostile})
    arguments = {"by": ("type", "document"), "documents": [hostile], "markdown": markdown}
    shown = [
        scores.render(table, [hostile], hostile, **arguments),  # type: ignore[arg-type]
        scores.compared(
            COMPARED.assign(group=hostile), [hostile], hostile, by=["language"], markdown=markdown
        ),
        scores.as_csv(table, hostile),
        scores.as_data(table, [hostile], hostile),
    ]
    for text in shown:
        assert "\x1b" not in text
        assert "##[" not in text
        assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    if markdown:
        assert all(
            "31m\\|" in line for line in shown[0].split("\n") if "31m" in line and line.startswith("|")
        )
