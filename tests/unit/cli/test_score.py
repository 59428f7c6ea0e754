"""``tigris score`` and ``tigris errors``, as they are typed."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import packages
from tigris_corpus.cli import errors as errors_command
from tigris_corpus.cli import main
from tigris_corpus.cli import score as score_command
from tigris_corpus.corpus import load
from tigris_corpus.formats import jsonl
from tigris_corpus.scoring import mistakes, predictions

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

PAGE = (packages.CLONE / "docs/scoring.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"^```console\n(tigris \w+ [^\n]+)\n```\n\n<!-- example: (\w+) -->\n```text\n(.*?)^```",
    PAGE,
    re.MULTILINE | re.DOTALL,
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def own(base: Path, tmp_path: Path) -> Path:
    """The labels of the small package as a file of predictions, with one mistake: a wrong type."""
    records = jsonl.records(load(base))
    records[0]["mentions"][2]["entity_type"] = "ORG"
    path = tmp_path / "predicted.jsonl"
    path.write_bytes(jsonl.write(records))
    return path


def test_the_labels_of_a_corpus_come_back_as_right_as_they_went_out(base: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert run("export", "jsonl", "--package", base, "-o", work).exit_code == 0
    result = run("score", base, work, "--format", "csv")
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.output)))
    assert {row["f1"] for row in rows} == {"1.000000"}
    assert {row["measure"] for row in rows} >= {"strict", "Tri-C", "Arg-C+", "linking", "CoNLL"}
    assert run("errors", base, work).output.startswith("nothing went wrong\n")


def test_a_pass_is_scored_against_the_gold_by_its_name() -> None:
    command = [sys.executable, "-c", "from tigris_corpus.cli import main; main()"]
    command += ["score", "gold", "model-a", "--format", "json", "--draws", "10"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    strict = told["scores"][0]
    assert (strict["measure"], strict["average"], strict["group"]) == ("strict", "micro", "all")
    assert 0.9 < strict["f1"] < 1
    assert strict["low"] <= strict["f1"] <= strict["high"]
    assert told["signature"].startswith("tigris:")


def test_text_has_a_row_a_measure_and_the_signature_at_its_end(base: Path, own: Path) -> None:
    result = run("score", base, own, "--layer", "mentions", "--draws", 100)
    lines = result.output.split("\n")
    assert [line.split()[:5] for line in lines[1:4]] == [
        ["mentions", "strict", "0.900", "0.900", "0.900"],
        ["mentions", "overlap", "0.900", "0.900", "0.900"],
        ["mentions", "span", "1.000", "1.000", "1.000"],
    ]
    assert "conditional on these texts" in lines[5]
    assert lines[-2].endswith(
        "|layer:mentions|match:strict,overlap,span|avg:micro,macro|unit:paragraph|boot:100|seed:0"
    )


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
@pytest.mark.parametrize("against", [True, False])
def test_every_output_has_the_signature_and_says_what_intervals_are_of(
    base: Path, own: Path, form: str, against: bool
) -> None:
    more = ["--against", own, "--by", "language"] if against else ["--by", "type", "--by", "document"]
    result = run("score", base, own, "--format", form, "--draws", 10, *more)
    assert result.exit_code == 0
    assert "tigris:" in result.output
    assert "|boot:10|seed:0" in result.output
    assert ("paired:2" in result.output) == against
    assert form == "csv" or "conditional on these texts" in result.output


def test_parts_are_named_on_the_command_line(base: Path, own: Path) -> None:
    assert "|split:test|docs:D001|" in run("score", base, own, "--split", "test").output
    assert "|fold:0|docs:D000|" in run("score", base, own, "--fold", 0).output
    assert "|split:none|docs:D000,D001|" in run("score", base, own, "--documents", "D001, D000,").output


def test_gold_may_be_a_file_whose_texts_are_of_a_package(base: Path, own: Path) -> None:
    result = run("score", own, own, "--package", base, "--format", "json")
    assert {row["f1"] for row in json.loads(result.output)["scores"]} == {1}
    assert "D000-S002 mentions wrong-type" in run("errors", base / "datapackage.json", own).output


def test_tags_are_scored_and_what_they_cannot_hold_is_told(base: Path, tmp_path: Path) -> None:
    path = tmp_path / "tags.jsonl"
    row = {"sentence_id": "D001-S001", "ner_tags": ["O", "B-GPE", *["O"] * 10]}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    result = run("score", base, path, "--draws", 0)
    assert result.output.split("\n")[1].split()[:5] == ["mentions", "strict", "1.000", "0.333", "0.500"]
    assert "not predicted, and not scored: D000" in result.output
    assert "|spans:taggable|" in run("score", base, path, "--taggable").output


def test_errors_choose_kinds_and_layers_and_how_many(base: Path, own: Path) -> None:
    text = run("errors", base, own).output
    assert "1 mistake:\n     1  mentions  wrong-type  PER → ORG\n" in text
    assert "gold PER, predicted ORG" in text
    assert run("errors", base, own, "--kind", "missed").output.startswith("nothing went wrong\n")
    assert run("errors", base, own, "--layer", "events").output.startswith("nothing went wrong\n")
    assert run("errors", base, own, "--limit", 0).output.startswith("1 mistake:\n")
    rows = list(csv.DictReader(io.StringIO(run("errors", base, own, "--format", "csv").output)))
    assert [(row["kind"], row["gold_start"], row["predicted_label"]) for row in rows] == [
        ("wrong-type", "41", "ORG")
    ]
    assert (
        len(list(csv.reader(io.StringIO(run("errors", base, own, "--format", "csv", "--limit", 0).output))))
        == 1
    )
    told = json.loads(run("errors", base, own, "--format", "json").output)
    assert [row["kind"] for row in told["errors"]] == ["wrong-type"]
    assert told["counts"][0]["count"] == 1


@pytest.mark.parametrize("command", ["score", "errors"])
def test_misuse_is_one_line_and_2_is_the_exit(base: Path, own: Path, tmp_path: Path, command: str) -> None:
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"document_id": "D000", "mentions": [{"start": 0}]}\n', encoding="utf-8")
    steering = tmp_path / "steering.jsonl"
    steering.write_text('{"document_id": "\\u001b[31m\\n::error::x"}\n', encoding="utf-8")
    for arguments, message in (
        ((base, wrong), f"tigris: {wrong}:1: /mentions/0/end: it is missing; and 1 more\n"),
        (
            (base, own, "--package", base),
            f"tigris: {base}: a package is gold with its own texts; leave --package out\n",
        ),
        ((base, tmp_path / "nothing"), "is no file, and no annotator whose passes are kept: none\n"),
        ((base, own, "--split", "dev"), "tigris: there is no split 'dev'; there is train, test\n"),
        ((base, steering), "the corpus has no document '\\\\x1b[31m\\\\n::error::x';"),
    ):
        result = run(command, *arguments)
        assert result.exit_code == 2
        assert result.output.count("\n") == 1
        assert message.replace("\\\\", "\\") in result.output
        assert "\x1b" not in result.output


def test_what_is_offered_is_what_there_is() -> None:
    assert score_command.LAYERS == predictions.LAYERS
    assert errors_command.LAYERS == mistakes.LAYERS
    assert errors_command.KINDS == mistakes.KINDS


@pytest.mark.parametrize("missing", ["polars", "scorch"])
def test_without_its_extra_a_line_says_what_installs_it(base: Path, own: Path, missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from tigris_corpus.cli import main; main()"
    command = [sys.executable, "-c", code, "score", str(base), str(own)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert 'pip install "tigris-corpus[score]"' in result.stderr


def test_the_page_has_its_examples() -> None:
    assert [name for _, name, _ in EXAMPLES] == ["score", "against", "errors"]


@pytest.mark.parametrize(("command", "shown"), [(command, shown) for command, _, shown in EXAMPLES])
def test_the_examples_of_the_page_are_what_is_printed(command: str, shown: str) -> None:
    def without_versions(text: str) -> str:
        return re.sub(r"^tigris:[^|]*\|corpus:([^@]*)@[^|]*", r"tigris|corpus:\1", text, flags=re.MULTILINE)

    result = run(*command.split()[1:])
    assert without_versions(result.output) == without_versions(shown)


def test_the_forms_that_the_page_shows_are_read() -> None:
    corpus = load(packages.CLONE)
    shown = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    read = [predictions.read(corpus, [json.loads(block)]) for block in shown]
    assert [one.is_tags for one in read] == [False, True]
    assert read[0].layers == predictions.LAYERS
    assert [(row["start"], row["end"]) for row in read[1].records["D000"]["mentions"]] == [(1858, 1871)]
