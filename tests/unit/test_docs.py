"""What the documentation shows is run."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import packages
import tigris_corpus
from tigris_corpus.cli import main
from tigris_corpus.report import FORMATS

MODULES = [
    info.name
    for info in pkgutil.walk_packages(tigris_corpus.__path__, "tigris_corpus.")
    if not info.name.startswith("tigris_corpus.data")
]
PAGES = [packages.CLONE / "README.md", *sorted((packages.CLONE / "docs").glob("*.md"))]
BLOCKS = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    )
]


@pytest.mark.parametrize("name", ["tigris_corpus", *MODULES])
def test_examples_in_docstrings_hold(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, name
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("block", BLOCKS)
def test_examples_in_the_documentation_run(block: str) -> None:
    exec(compile(block, "example", "exec"), {})  # noqa: S102 - our own pages


def test_the_issue_that_the_readme_shows_is_the_one_that_is_printed(base: Path) -> None:
    readme = (packages.CLONE / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^```text\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert shown
    packages.set_cell(base, "corpus/mentions.csv", 5, "entity_type", "GEP")
    command = [sys.executable, "-c", "from tigris_corpus.cli import main; main()", "validate", str(base)]
    printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert printed.startswith(shown[1])


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_example_of_each_format_is_what_is_printed(
    base: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (packages.CLONE / "docs/validation.md").read_text(encoding="utf-8")
    shown = re.search(rf"^### `{form}`\n.*?^```(?:text|json)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert shown
    packages.set_cell(base, "corpus/mentions.csv", 5, "entity_type", "GEP")
    monkeypatch.chdir(base)
    assert shown[1] in CliRunner().invoke(main, ["validate", ".", "--format", form]).output


def test_links_between_pages_lead_somewhere() -> None:
    pages = [
        *PAGES,
        *(packages.CLONE / name for name in ("CONTRIBUTING.md", "LICENSE-DATA.md", "CHANGELOG.md")),
    ]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


@pytest.mark.slow  # CI runs the script itself
def test_what_is_made_by_a_script_is_fresh() -> None:
    command = [sys.executable, str(packages.CLONE / "scripts/pages.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_hashes_are_fresh() -> None:
    result = CliRunner().invoke(main, ["refresh", "--check", str(packages.CLONE)])
    assert result.exit_code == 0, result.output


def test_nothing_in_the_repository_names_a_machine_or_a_registry() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=packages.CLONE, capture_output=True, check=False)
    if tracked.returncode:
        pytest.skip("not a clone")
    home = os.fsencode(Path.home())
    for name in tracked.stdout.split(b"\0")[:-1]:
        path = packages.CLONE / os.fsdecode(name)
        data = path.read_bytes() if path.is_file() else b""
        assert home + b"/" not in data, name
        assert len(data) <= 1024**2, name
