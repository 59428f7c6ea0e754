from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import packages
from tigris_corpus import store, validation
from tigris_corpus.cli import review as module
from tigris_corpus.corpus import load
from tigris_corpus.errors import ConflictError, CorpusError
from tigris_corpus.formats import jsonl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from click.testing import Result

QUESTION = "  [1] ann, [2] bob, [b] neither, [s] skip, [q] stop and keep: "
WHY = "  why, in a line (may be empty):   section of the guidelines (may be empty): "


@pytest.fixture
def files(base: Path) -> tuple[Path, Path]:
    """Two annotations of D000: ann has it as the tables do, bob sees Iraq's people and no Baghdad.

    Bob also has the strike as a trigger of its own, and coins the incident of the condemnation.
    """
    ann = jsonl.records(load(base), ["D000"])[0]
    bob: dict[str, Any] = json.loads(json.dumps(ann))
    bob["mentions"] = [row for row in bob["mentions"] if row["text"] != "Baghdad"]
    iraq = next(row for row in bob["mentions"] if row["text"] == "Iraq")
    iraq["entity_type"] = "NORP"
    killed, condemned = bob["events"]
    killed["arguments"] = [one for one in killed["arguments"] if one["role"] != "location"]
    strike = {**killed, "event_id": "D000-E003", "trigger_start": 23, "trigger_end": 29}
    strike |= {"trigger_text": "strike", "incident_id": "us-strikes", "arguments": []}
    bob["events"] = [strike, killed, condemned]
    incident = {"incident_id": "us-strikes", "name": "Strikes", "event_type": "ASSAULT", "extent": "series"}
    bob["incidents"] = [*bob["incidents"], incident]
    paths = (base.parent / "ann.jsonl", base.parent / "bob.jsonl")
    for path, record in zip(paths, (ann, bob), strict=True):
        path.write_bytes(jsonl.write([record]))
    return paths


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_is_terminal", lambda: True)


def run(*arguments: object, answers: str | None = None) -> Result:
    return CliRunner().invoke(module.review, [str(one) for one in arguments], input=answers)


def table(root: Path, name: str) -> list[list[str]]:
    return list(csv.reader((root / f"corpus/{name}.csv").read_text(encoding="utf-8").splitlines()))


def tables(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "corpus").glob("*.csv")}


def test_disagreements_are_listed(base: Path, files: tuple[Path, Path]) -> None:
    result = run("D000", *files, "--package", base)
    assert result.exit_code == 0
    assert result.output.splitlines()[3:10] == [
        "D000-S002 events: only bob",
        "  A U.S. strike killed two fighters in Baghdad on January 3, 2020.",
        "         222222",
        "  1 ann                                 | 2 bob",
        "  no such event                         | “strike” 23–29",
        "                                        | ASSAULT/aerial actual positive",
        "                                        | → us-strikes",
    ]
    assert result.output.splitlines()[-1] == (
        "4 disagreements: mentions: 1 only ann, 1 label; events: 1 only bob; arguments: 1 label"
    )


def test_layers_can_be_chosen(base: Path, files: tuple[Path, Path]) -> None:
    result = run("D000", *files, "--package", base, "--layer", "arguments", "--layer", "events")
    assert result.output.splitlines()[-1] == "2 disagreements: events: 1 only bob; arguments: 1 label"


def test_json_is_a_list(base: Path, files: tuple[Path, Path]) -> None:
    result = run("D000", *files, "--package", base, "--layer", "mentions", "--format", "json")
    told = json.loads(result.output)
    assert [(one["kind"], one["start"], one["columns"], one["decided"]) for one in told] == [
        ("only first", 53, [], None),
        ("label", 81, ["entity_type"], None),
    ]
    assert told[1]["readings"] == "Entity_type of 'Iraq': ann GPE, bob NORP."


def test_the_packaged_release_is_shown_without_a_path() -> None:
    result = run("D003")
    assert result.exit_code == 0
    assert "\n2 disagreements: incidents: 2 label" in result.output


@pytest.mark.usefixtures("terminal")
def test_decisions_are_written_together(base: Path, files: tuple[Path, Path]) -> None:
    answers = "s\n2\nthe town is\n2.1\n2\n\n\n2\n\n4\n"
    result = run("D000", *files, "--package", base, "--decide", answers=answers)
    assert (result.exit_code, result.exception and str(result.exception)) == (0, None)
    assert result.output.splitlines()[-9:-3] == [
        "D000",
        "  - D000-E001 location D000-M004",
        "  - D000-M004 [53–60] 'Baghdad' GPE NAM baghdad",
        "  ~ D000-M006 'Iraq' retyped: entity_type GPE → NORP",
        "arguments: 1 removed; mentions: 1 removed, 1 retyped",
        "",
    ]
    assert [line.partition(": ")[0] for line in result.output.splitlines()[-3:]] == [
        "D000-A002 D000-S002 arguments",
        "D000-A003 D000-S002 mentions",
        "D000-A004 D000-S003 mentions",
    ]
    assert table(base, "adjudication")[2:] == [
        [
            "D000-A002",
            "D000",
            "D000-S002",
            "arguments",
            "Arguments of 'killed': only ann location 'Baghdad'; only bob nothing more.",
            "As bob: the town is",
            "2.1",
        ],
        [
            "D000-A003",
            "D000",
            "D000-S002",
            "mentions",
            "Only ann has the mention 'Baghdad' (GPE NAM, baghdad).",
            "As bob.",
            "",
        ],
        [
            "D000-A004",
            "D000",
            "D000-S003",
            "mentions",
            "Entity_type of 'Iraq': ann GPE, bob NORP.",
            "As bob.",
            "4",
        ],
    ]
    assert table(base, "deprecated")[1:] == [
        ["D000-M004", "mentions", "", "Taken out by the decision D000-A003.", "0.1.0"],
        ["D000-M099", "mentions", "D000-M004", "The name was marked twice.", "0.1.0"],
    ]
    assert ["D000-M006", "D000-S003", "81", "85", "Iraq", "NORP", "NAM", "", "iraq"] in table(
        base, "mentions"
    )
    assert "D000-M004" not in {row[0] for row in table(base, "mentions")}
    assert validation.examine(base).is_sound


@pytest.mark.usefixtures("terminal")
def test_a_new_row_gets_the_next_free_number_and_brings_its_incident(
    base: Path, files: tuple[Path, Path]
) -> None:
    result = run("D000", *files, "--package", base, "--decide", answers="2\n\n\nq\n")
    assert result.exit_code == 0
    row = ["D000-E003", "D000-S002", "23", "29", "strike", "ASSAULT", "actual", "positive", "", "us-strikes"]
    assert row in table(base, "events")
    assert ["D000-E003", "aerial"] in table(base, "event_modes")
    assert ["us-strikes", "Strikes", "ASSAULT", "series", "", "", ""] in table(base, "incidents")
    assert [row[0] for row in table(base, "adjudication")[1:]] == ["D000-A001", "D000-A002"]


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("answers", ["s\n1\n\n\nq\n", "s\n1\n\n\n", "s\n1\n\n\n2\nhalf of an answer\n"])
def test_what_was_decided_before_the_end_is_kept(base: Path, files: tuple[Path, Path], answers: str) -> None:
    before = tables(base)
    result = run("D000", *files, "--package", base, "--decide", answers=answers)
    assert result.exit_code == 0
    assert "no label differs" in result.output
    assert {name for name, data in tables(base).items() if data != before[name]} == {"adjudication.csv"}
    assert [row[5] for row in table(base, "adjudication")[2:]] == ["As ann."]


@pytest.mark.usefixtures("terminal")
def test_what_was_decided_is_not_asked_again(base: Path, files: tuple[Path, Path]) -> None:
    run("D000", *files, "--package", base, "--decide", answers="s\n1\n\n\nq\n")
    result = run("D000", *files, "--package", base, "--decide", answers="q\n")
    assert "1 of 3: D000-S002 events: only bob" in result.output
    assert result.output.endswith("nothing was decided\n")
    listed = run("D000", *files, "--package", base)
    assert "  decided in D000-A002: As ann.\n" in listed.output
    assert listed.output.endswith("; 1 decided before\n")
    every = run("D000", *files, "--package", base, "--layer", "arguments", "--decide", answers="")
    assert every.output.endswith("1 disagreement: arguments: 1 label; 1 decided before\n")


@pytest.mark.usefixtures("terminal")
def test_other_answers_are_asked_for_again(base: Path, files: tuple[Path, Path]) -> None:
    result = run("D000", *files, "--package", base, "--decide", answers="\n3\n Q \n")
    assert result.output.count(QUESTION) == 3
    assert result.output.endswith("nothing was decided\n")


@pytest.mark.usefixtures("terminal")
def test_neither_is_written_as_that(base: Path, files: tuple[Path, Path]) -> None:
    arguments = ("D000", *files, "--package", base, "--layer", "arguments", "--decide")
    result = run(*arguments, answers="b\nit is where the fighters were\n\n")
    assert result.exit_code == 0
    assert f"{QUESTION}{WHY}\n" in result.output
    assert table(base, "adjudication")[2][5] == "As neither: it is where the fighters were"
    assert ["D000-E001", "location", "D000-M004"] not in table(base, "arguments")


@pytest.mark.usefixtures("terminal")
def test_nothing_is_written_where_the_package_would_not_be_sound(
    base: Path, files: tuple[Path, Path]
) -> None:
    labels = json.loads(files[1].read_text(encoding="utf-8"))
    labels["events"][0]["realis"] = "generic"
    files[1].write_bytes(jsonl.write([labels]))
    before = tables(base)
    result = run("D000", *files, "--package", base, "--decide", answers="2\nfor no reason\n\nq\n")
    assert result.exit_code == 1
    assert "corpus/events.csv:incident_id: error event.generic-incident: D000-E003: " in result.output
    assert (
        "decided, and not written:\nD000-A002 D000-S002 events: Only bob has the event 'strike'"
        in result.output
    )
    assert result.output.endswith("\nnothing is written: 1 error\n")
    assert tables(base) == before


@pytest.mark.usefixtures("terminal")
def test_an_id_that_leads_nowhere_is_refused(base: Path, files: tuple[Path, Path]) -> None:
    labels = json.loads(files[1].read_text(encoding="utf-8"))
    labels["incidents"] = []
    files[1].write_bytes(jsonl.write([labels]))
    result = run("D000", *files, "--package", base, "--decide", answers="2\n\n\nq\n")
    assert result.exit_code == 1
    assert "corpus/events.csv: error imp.unknown-id: there is no 'us-strikes' in incidents" in result.output


@pytest.mark.usefixtures("terminal")
def test_what_others_wrote_meanwhile_is_built_upon(
    base: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = vars(module)["_asked"]

    def slowly(*arguments: Any, **named: Any) -> Any:
        yield from asked(*arguments, **named)
        path = base / "corpus/adjudication.csv"
        with path.open("a", encoding="utf-8") as file:
            file.write("D000-A002,D000,D000-S003,mentions,x,y,\n")
        packages.set_cell(base, "corpus/mentions.csv", 4, "entity_type", "ORG")

    monkeypatch.setattr(module, "_asked", slowly)
    result = run("D000", *files, "--package", base, "--decide", answers="s\n1\n\n\nq\n")
    assert result.exit_code == 0
    assert [row[0] for row in table(base, "adjudication")[1:]] == ["D000-A001", "D000-A002", "D000-A003"]
    assert table(base, "mentions")[3][4:6] == ["fighters", "ORG"]


@pytest.mark.usefixtures("terminal")
def test_what_cannot_be_written_is_shown(
    base: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(root: Path, written: Mapping[str, bytes], *, expected: Mapping[str, str | None]) -> None:
        assert set(written) == {"corpus/adjudication.csv"}
        assert expected["corpus/mentions.csv"] is not None
        raise ConflictError(root)

    monkeypatch.setattr(store, "write", busy)
    result = run("D000", *files, "--package", base, "--decide", answers="s\n1\n\n\nq\n")
    assert isinstance(result.exception, ConflictError)
    assert "decided, and not written:\nD000-A002 D000-S002 arguments: " in result.output


def test_without_a_terminal_nothing_is_asked(base: Path, files: tuple[Path, Path]) -> None:
    result = run("D000", *files, "--package", base, "--decide", answers="1\n\n\n")
    assert isinstance(result.exception, CorpusError)
    assert str(result.exception) == (
        "--decide asks at a terminal, and there is none; without it, the places are listed"
    )


@pytest.mark.usefixtures("terminal")
def test_the_packaged_release_is_not_edited() -> None:
    result = run("D001", "--decide")
    assert str(result.exception) == (
        "the packaged release is not edited: name your package, as in --package ."
    )


@pytest.mark.usefixtures("terminal")
def test_deciding_is_not_for_programs(base: Path, files: tuple[Path, Path]) -> None:
    result = run("D000", *files, "--package", base, "--decide", "--format", "json")
    assert result.exit_code == 2
    assert "leave --format json out" in result.output
