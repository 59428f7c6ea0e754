from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

import benchmark
import packages
import peers
from benchmark import Column, Outcome
from synthetic import generate
from tigris_corpus.descriptor import open_package

if TYPE_CHECKING:
    from pathlib import Path

VALIDATORS = ("tigris-shared", "tigris", "frictionless", "pandera")
"""Those that the extra ``test`` installs."""
CLEAN = Outcome(0.5, 2**20)
FAULT = Outcome(0.5, 2**20, "no row D999-M999")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of two documents."""
    root = tmp_path_factory.mktemp("tiny") / "package"
    generate(root, 2)
    return root


@pytest.fixture
def broken(tiny: Path, tmp_path: Path) -> Path:
    """A package of two documents with a reference to nowhere, its hashes in order."""
    root = tmp_path / "broken"
    shutil.copytree(tiny, root)
    benchmark.plant(root, *benchmark.FAULTS["a reference to nowhere"])
    return root


@pytest.mark.parametrize("name", ["read", "load", *VALIDATORS])
def test_every_peer_runs_over_a_clean_package_and_finds_nothing(name: str, tiny: Path) -> None:
    seconds, problems = peers.timed(peers.PEERS[name], tiny, 1)

    assert seconds > 0
    assert problems == []


@pytest.mark.parametrize("name", VALIDATORS)
def test_every_validator_finds_a_reference_to_nowhere(name: str, broken: Path) -> None:
    _, problems = peers.timed(peers.PEERS[name], broken, 1)

    assert problems


def test_the_shared_levels_of_tigris_leave_out_what_the_others_do_not_have(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 2, "text", "other words")
    packages.refresh(base)

    assert peers.timed(peers.PEERS["tigris-shared"], base, 1)[1] == []
    assert peers.timed(peers.PEERS["tigris"], base, 1)[1] != []


def test_an_empty_reference_leads_nowhere_and_is_no_fault_in_pandera(base: Path) -> None:
    benchmark.plant(base, "mentions", "entity_id", "")

    assert peers.timed(peers.PEERS["pandera"], base, 1)[1] == []


def test_a_peer_in_a_process_of_its_own_gives_seconds_memory_and_its_finding(
    tiny: Path, broken: Path
) -> None:
    clean, faulty = benchmark.measure("tigris-shared", [tiny, broken], 1)

    assert clean.seconds is not None
    assert clean.seconds > 0
    assert clean.peak > 10 * 2**20
    assert (clean.problem, clean.note) == (None, "")
    assert faulty.problem == "'D999-M999' is not in mentions"


def test_a_peer_that_takes_too_long_is_stopped(tiny: Path) -> None:
    (outcome,) = benchmark.measure("tigris", [tiny], 1, limit=0.01)

    assert (outcome.seconds, outcome.problem, outcome.note) == (None, None, "> 0.01 s")


def test_a_peer_that_breaks_off_says_why(tmp_path: Path) -> None:
    (outcome,) = benchmark.measure("load", [tmp_path], 1)

    assert outcome.note == "broke off"
    assert outcome.problem == (
        f"NotAPackageError: {tmp_path} is not a data package: it has no datapackage.json"
    )


def test_a_peer_that_is_not_installed_is_not_run(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = peers.Peer("Absent", "no_such_module", peers.PEERS["read"].prepare)
    monkeypatch.setitem(peers.PEERS, "absent", absent)

    assert benchmark.measure("absent", [tiny], 1) == [Outcome(note="not here")]


def test_nothing_connects() -> None:
    peers.refuse_connections("open", ())
    with pytest.raises(PermissionError, match="without the network"):
        peers.refuse_connections("socket.connect", ())


def test_a_column_has_the_size_of_the_package_and_an_outcome_of_each_peer(tiny: Path) -> None:
    column = benchmark.column_of(tiny, 2, ["read", "load", "tigris"], 1, stopped={"load"})

    files = [*tiny.glob("corpus/*.csv"), *tiny.glob("schema/vocabulary/*.csv")]
    assert column.documents == 2
    assert column.rows == sum(path.read_bytes().count(b"\n") - 1 for path in files)
    assert column.size == sum(path.stat().st_size for path in files)
    assert list(column.outcomes) == ["read", "load", "tigris"]
    assert column.outcomes["load"] == Outcome(note="> 600 s")
    assert len(column.reads) == 2
    assert column.outcomes["read"].seconds == min(column.reads)


def test_the_table_has_a_row_a_peer_and_a_column_a_size() -> None:
    columns = [
        Column(10, 3486, 2**18, {"read": CLEAN, "tigris": Outcome(1.2345, 3 * 2**20)}),
        Column(1000, 288000, 2**24, {"read": CLEAN, "tigris": Outcome(peak=2**30, note="> 600 s")}),
    ]

    heading, *rows = benchmark.table(["read", "tigris"], columns, {}).splitlines()

    assert heading.split(" | ") == [
        "| seconds, multiple of the bare read, peak memory",
        "10 documents, 3,486 rows, 0.2 MiB",
        "1,000 documents, 288,000 rows, 16.0 MiB |",
    ]
    assert rows == [
        "| --- | ---: | ---: |",
        "| Polars `read_csv`, nothing checked | 0.5 s, 1.0 ×, 1 MiB | 0.5 s, 1.0 ×, 1 MiB |",
        "| Tigris, every rule | 1.23 s, 2.5 ×, 3 MiB | > 600 s, 1,024 MiB |",
    ]


def test_how_far_the_machine_wanders_is_told() -> None:
    column = Column(10, 3486, 2**18, {"read": CLEAN}, reads=(0.5, 0.625, 0.51))

    assert benchmark.footnotes(["read"], [column], {}).split("\n\n")[2:] == [
        "The bare read of 10 documents, measured again before each of the others, took 0.5 to 0.625 s; the best counts."
    ]


def test_who_does_not_tell_the_truth_has_a_mark_and_a_footnote() -> None:
    columns = [Column(10, 3486, 2**18, {"read": CLEAN, "tigris": CLEAN, "fairspec": FAULT, "pandera": CLEAN})]
    found = [FAULT] * len(benchmark.FAULTS)
    verdicts = {
        "tigris": [CLEAN, *found],
        "fairspec": [FAULT, Outcome(problem="KeyError: 0", note="broke off"), *found[1:]],
        "pandera": [CLEAN, CLEAN, *found[1:]],
    }
    names = list(columns[0].outcomes)

    assert [line[:13] for line in benchmark.table(names, columns, verdicts).splitlines()[2:]] == [
        "| Polars `rea",
        "| Tigris, eve",
        r"| Fairspec \*",
        "| pandera, fr",
    ]
    assert r"frames loaded first \* |" in benchmark.table(names, columns, verdicts)
    assert benchmark.footnotes(names, columns, verdicts).split("\n\n")[2:] == [
        r"\* Fairspec: finds a fault in a clean package: no row D999-M999; breaks off at a reference to nowhere.",
        r"\* pandera, frames loaded first: does not find a reference to nowhere.",
    ]


def test_a_fault_is_planted_in_one_table_and_the_hashes_agree_with_it(tiny: Path, broken: Path) -> None:
    before = {path.name: path.read_bytes() for path in tiny.glob("corpus/*.csv")}
    changed = [path for path in broken.glob("corpus/*.csv") if path.read_bytes() != before[path.name]]

    assert [path.name for path in changed] == ["arguments.csv"]
    assert changed[0].read_bytes().endswith(b",D999-M999\n")
    package = open_package(broken)
    assert package.tables["arguments"].bytes == changed[0].stat().st_size


def test_fairspec_is_told_types_constraints_and_keys(base: Path, tmp_path: Path) -> None:
    path = peers.write_dataset(open_package(base), tmp_path)

    described = {entry["name"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))["resources"]}
    mentions = described["mentions"]
    assert (tmp_path / mentions["data"]).read_bytes() == (base / "corpus/mentions.csv").read_bytes()
    assert mentions["integrity"]["type"] == "sha256"
    assert len(mentions["integrity"]["hash"]) == 64
    schema = mentions["tableSchema"]
    assert schema["primaryKey"] == ["mention_id"]
    assert schema["properties"]["mention_id"] == {
        "type": "string",
        "pattern": "^(?:D(0[0-9]{2}|[1-9][0-9]{2,})-M(0[0-9]{2}|[1-9][0-9]{2,}))$",
    }
    assert schema["properties"]["start"] == {"type": "integer", "minimum": 0}
    assert schema["properties"]["mention_type"] == {"type": "string", "enum": ["NAM", "NOM", "PRO"]}
    assert schema["properties"]["entity_id"]["type"] == ["string", "null"]
    assert schema["foreignKeys"] == [  # that of entity_id, which may be empty, is left out
        {"columns": ["sentence_id"], "reference": {"resource": "sentences", "columns": ["sentence_id"]}}
    ]
    assert described["documents"]["tableSchema"]["uniqueKeys"] == [["text_path"], ["sha256"]]
    assert described["zones"]["tableSchema"]["properties"]["mentions_annotated"] == {
        "type": "boolean",
        "trueValues": ["true"],
        "falseValues": ["false"],
    }


def test_the_peak_of_this_process_and_of_one_by_its_number_agree() -> None:
    assert peers.peak_memory() == pytest.approx(peers.peak_memory(os.getpid()), rel=0.1)
