"""The folder for the Hub: what is in it, and that ``datasets`` reads it back as it was, alone and without a network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner
from pyarrow import parquet

import packages
import tigris_corpus as tigris
from tigris_corpus.cli import main
from tigris_corpus.corpus import load
from tigris_corpus.loaders import hub
from tigris_corpus.loaders.configs import CONFIGS

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.corpus import Corpus

PARTS = ("train", "validation", "test")
READ = """
import json, pathlib, socket, sys
def refuse(*_, **__):
    raise OSError("no network")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
import datasets
datasets.disable_progress_bars()
folder, out, *configs = sys.argv[1:]
found = {}
for config in configs:
    parts = datasets.load_dataset(folder, config)
    found[config] = {
        part: {"features": rows.features.to_dict(), "rows": rows.to_list()} for part, rows in parts.items()
    }
pathlib.Path(out).write_text(json.dumps(found))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, released: Corpus) -> Path:
    """The export of the release."""
    root = tmp_path_factory.mktemp("hub") / "folder"
    for path, data in hub.files(released).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def head(data: str) -> dict[str, Any]:
    """Return the head of a card."""
    found: dict[str, Any] = yaml.safe_load(data.split("---\n")[1])
    return found


def read(folder: Path, tmp_path: Path, configs: list[str]) -> dict[str, Any]:
    """Return what a fresh process reads of a folder, without a network and with an empty cache."""
    out = tmp_path / "read.json"
    alone = ["unshare", "-rn"] if shutil.which("unshare") else []
    if alone and subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        alone = []
    told = subprocess.run(
        [*alone, sys.executable, "-c", READ, str(folder), str(out), *configs],
        env={**os.environ, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_a_fresh_process_reads_the_same_datasets_back(folder: Path, released: Corpus, tmp_path: Path) -> None:
    found = read(folder, tmp_path, list(CONFIGS))
    for config in CONFIGS:
        made = tigris.to_datasets(released, config)
        assert list(found[config]) == list(made)
        for part, rows in made.items():
            assert found[config][part]["features"] == json.loads(json.dumps(rows.features.to_dict()))
            assert found[config][part]["rows"] == rows.to_list()


def test_the_folder_has_a_file_for_each_config_and_part_and_a_card(folder: Path) -> None:
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert found == sorted(["README.md", *(f"{name}/{part}.parquet" for name in CONFIGS for part in PARTS)])
    schema = parquet.read_schema(folder / "sentences/train.parquet")
    assert b"huggingface" in schema.metadata


def test_the_head_says_what_the_hub_asks(folder: Path, released: Corpus) -> None:
    found = head((folder / "README.md").read_text(encoding="utf-8"))
    assert {name: found[name] for name in list(found)[:9]} == {
        "pretty_name": released.package.descriptor["title"],
        "language": ["en", "fr"],
        "multilinguality": ["multilingual"],
        "license": "other",
        "license_name": "cc-by-4.0-for-annotations-only",
        "license_link": "https://creativecommons.org/licenses/by/4.0/",
        "annotations_creators": ["machine-generated"],
        "source_datasets": ["original"],
        "task_categories": ["text-classification", "token-classification"],
    }
    assert found["task_ids"] == [
        "multi-label-classification",
        "named-entity-recognition",
        "coreference-resolution",
    ]
    assert found["size_categories"] == ["n<1K"]
    assert [one["config_name"] for one in found["configs"]] == list(CONFIGS)
    assert [one["config_name"] for one in found["configs"] if one.get("default")] == ["documents"]
    info = found["dataset_info"][3]
    assert [(split["name"], split["num_examples"]) for split in info["splits"]] == [
        ("train", 68),
        ("validation", 19),
        ("test", 53),
    ]
    sizes = [(folder / f"events/{part}.parquet").stat().st_size for part in PARTS]
    assert info["download_size"] == sum(sizes)


def test_the_card_says_what_the_descriptor_and_the_datasheet_say(folder: Path, released: Corpus) -> None:
    card = (folder / "README.md").read_text(encoding="utf-8")
    described = released.package.descriptor
    assert described["description"] in card
    assert described["licenses"][0]["title"] in card
    assert "In copyright (5 documents): The text is protected by copyright" in card
    assert "| fold 2 | test | D002, D003 |" in card
    assert "| `events` | an event | 68 | 19 | 53 |" in card
    assert "| `event_type` | `label` | The PLOVER type of the event. |" in card
    assert "### What five documents cannot show" in card
    assert "@misc{tigris-corpus," in card
    assert "](data-statement.md" not in card  # the folder has no such page
    assert "# Figures" not in card


def test_the_code_of_the_card_runs(folder: Path) -> None:
    card = (folder / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^```python\n(.*?)^```", card, re.MULTILINE | re.DOTALL)
    assert shown
    code = (
        shown[1]
        .replace("from datasets import concatenate_datasets, load_dataset", "")
        .replace('load_dataset("PATH_OR_REPOSITORY", "tokens")', "given")
    )
    from datasets import concatenate_datasets  # noqa: PLC0415

    given = tigris.to_datasets(load(packages.CLONE), "tokens")
    names: dict[str, Any] = {"given": given, "concatenate_datasets": concatenate_datasets}
    exec(code, names)  # noqa: S102 - our own page
    fold = tigris.to_datasets(load(packages.CLONE), "tokens", fold=0)
    for part in ("train", "test"):
        assert sorted(names[part]["sentence_id"]) == sorted(fold[part]["sentence_id"])


def test_a_part_without_rows_and_a_package_without_a_datasheet(base: Path, tmp_path: Path) -> None:
    packages.set_cell(base, "corpus/layers.csv", 10, "status", "blank")  # the events of D001
    files = hub.files(load(base))
    assert "sentences/train.parquet" in files
    assert "sentences/test.parquet" not in files
    card = files[hub.CARD].decode()
    assert [split["split"] for split in head(card)["configs"][1]["data_files"]] == ["train"]
    assert "| `sentences` | a sentence in which events are annotated | 3 | – |" in card
    assert "## Datasheet" not in card
    for path, data in files.items():
        (tmp_path / "folder" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / path).write_bytes(data)
    found = read(tmp_path / "folder", tmp_path, ["sentences"])
    assert {part: len(one["rows"]) for part, one in found["sentences"].items()} == {"train": 3}


def test_a_config_without_rows_is_left_out(base: Path) -> None:
    for file in ("events", "event_modes", "arguments", "incidents", "mentions", "entity_relations"):
        path = base / f"corpus/{file}.csv"
        path.write_text(path.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    card = hub.files(load(base))[hub.CARD].decode()
    assert [one["config_name"] for one in head(card)["configs"]] == ["documents", "sentences", "tokens"]


def test_the_command_writes_the_folder(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(main, ["export", "hf", str(out), "--package", str(base)])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[0] == str(out / "README.md")
    assert (out / "tokens/test.parquet").is_file()
    again = CliRunner().invoke(main, ["export", "hf", str(out), "--package", str(base)])
    assert (again.exit_code, again.output.count("\n")) == (2, 1)
    assert "is there already" in again.output
    forced = CliRunner().invoke(main, ["export", "hf", "-o", str(out), "--package", str(base), "--force"])
    assert forced.exit_code == 0
