"""Out to a tool and back in, by the commands."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import packages
from tigris_corpus.cli import main
from tigris_corpus.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: object, **how: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **how)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def work(base: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    result = run("export", "brat", "D000", "-o", folder, "--package", base)
    assert result.exit_code == 0, result.output
    return folder


def test_an_export_names_its_files_and_says_what_is_lost(base: Path, tmp_path: Path) -> None:
    result = run("export", "brat", "D001", "-o", tmp_path / "out", "--package", base)
    assert result.output.splitlines()[-1] == "brat loses nothing."
    assert f"{tmp_path / 'out' / 'D001.ann'}" in result.output.splitlines()
    again = run("export", "brat", "D001", "-o", tmp_path / "out", "--package", base)
    assert (again.exit_code, again.output.count("\n")) == (2, 1)
    assert run("export", "brat", "D001", "-o", tmp_path / "out", "--package", base, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "brat", "D077", "-o", "x"), "there is no document 'D077'"),
        (("export", "brat", "D000", "-o", "x", "--blind", "--labels", "gold"), "choose one"),
        (
            ("export", "brat", "D000", "-o", "x", "--labels", "nobody"),
            "'nobody' is no file, and no annotator",
        ),
        (("import", "brat", "nowhere"), "nowhere: cannot be read"),
    ],
)
def test_misuse_is_one_line_and_exit_2(
    base: Path, arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments, "--package", base)
    assert result.exit_code == 2
    assert said in result.output
    assert result.output.count("\n") == 1


def test_an_import_shows_what_changes_and_writes_it(base: Path, work: Path) -> None:
    replace(work / "D000.ann", "MentionType T3 NOM", "MentionType T3 PRO")
    tried = run("import", "brat", work, "--package", base, "--dry-run")
    assert tried.exit_code == 0
    assert "  ~ D000-M003 'fighters' changed: mention_type NOM → PRO" in tried.output.splitlines()
    assert "would write corpus/mentions.csv" in tried.output
    assert "fighters,PER,NOM" in (base / "corpus/mentions.csv").read_text(encoding="utf-8")
    done = run("import", "brat", work, "--package", base)
    assert "wrote corpus/mentions.csv" in done.output
    assert "fighters,PER,PRO" in (base / "corpus/mentions.csv").read_text(encoding="utf-8")
    again = run("import", "brat", work, "--package", base)
    assert (again.exit_code, again.output.splitlines()[-1]) == (
        0,
        "nothing to write: the labels are those of the package",
    )


def test_an_import_works_on_the_package_here(base: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(work / "D000.ann", "MentionType T3 NOM", "MentionType T3 PRO")
    monkeypatch.chdir(base)
    assert run("import", "brat", work).exit_code == 0
    assert "fighters,PER,PRO" in (base / "corpus/mentions.csv").read_text(encoding="utf-8")


def test_a_refused_import_shows_the_line_and_leaves_every_byte(base: Path, work: Path) -> None:
    before = {path: path.read_bytes() for path in base.rglob("*") if path.is_file()}
    replace(work / "D000.ann", "T4\tGPE", "T4\tGEP")
    result = run("import", "brat", work, "--package", base)
    assert result.exit_code == 1
    assert result.output.startswith(
        f"{work / 'D000.ann'}:4: error imp.unknown-label: 'GEP' is no entity_type"
    )
    assert '  hint: did you mean "GPE"?' in result.output.splitlines()
    assert result.output.splitlines()[-1] == "nothing is imported: 1 error, 0 warnings"
    assert {path: path.read_bytes() for path in base.rglob("*") if path.is_file()} == before


def test_json_tells_programs_all_of_it(base: Path, work: Path) -> None:
    replace(work / "D000.ann", "MentionType T3 NOM", "MentionType T3 PRO")
    told = json.loads(run("import", "brat", work, "--package", base, "--format", "json", "--dry-run").output)
    assert (told["sound"], told["written"], told["documents"]) == (True, False, ["D000"])
    assert told["files"] == ["corpus/mentions.csv"]
    assert [change["key"] for change in told["changes"]] == [["D000-M003"]]


def test_the_manifest_is_found_beside_a_file_or_where_it_is_said_to_be(
    base: Path, work: Path, tmp_path: Path
) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 3, "mention_type", "NOM")
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "D000.ann").write_bytes((work / "D000.ann").read_bytes())
    beside = run("import", "brat", work / "D000.ann", "--package", base, "--dry-run")
    assert "nothing to write" in beside.output
    named = run("import", "brat", alone, "--base", work, "--package", base, "--dry-run")
    assert "nothing to write" in named.output
    lost = run("import", "brat", alone, "--base", tmp_path, "--package", base)
    assert (lost.exit_code, lost.output.count("\n")) == (2, 1)


def test_what_the_format_cannot_say_of_new_rows_is_given(base: Path) -> None:
    result = run("import", "brat", base, "--package", base, "--new", "colour=red")
    assert result.exit_code == 2
    assert "--new takes COLUMN=VALUE" in result.output


def test_the_formats_are_told_with_what_each_loses() -> None:
    result = run("formats")
    assert result.exit_code == 0
    for name, form in FORMATS.items():
        assert f"{name}\n  is     {form.title}\n" in result.output
        assert f"  loses  {form.loses}\n" in result.output


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", "-C", str(root), *who, *arguments], check=True, capture_output=True)


def test_labels_are_compared_with_a_revision_of_git(base: Path) -> None:
    git(base, "init", "-q")
    git(base, "add", "-A")
    git(base, "commit", "-qm", "a")
    packages.set_cell(base, "corpus/mentions.csv", 4, "mention_type", "PRO")
    result = run("diff", "HEAD", base, "--package", base)
    assert result.output.splitlines() == [
        "D000",
        "  ~ D000-M003 'fighters' changed: mention_type NOM → PRO",
        "mentions: 1 changed",
    ]
    assert run("diff", "HEAD", base, "--package", base, "--exit-code").exit_code == 1
    assert run("diff", base, base, "--exit-code").exit_code == 0
    assert run("diff", "HEAD", base, "--package", base, "--document", "D001").output == "no label differs\n"
    lost = run("diff", "nowhere", base, "--package", base)
    assert (lost.exit_code, lost.output.count("\n")) == (2, 1)
    assert run("diff", base, base, "--document", "D077").exit_code == 2
    told = json.loads(run("diff", "HEAD", base, "--package", base, "--format", "json").output)
    assert told[0]["columns"] == ["mention_type"]


def test_a_summary_counts_the_labels_of_a_pull_request(base: Path, tmp_path: Path) -> None:
    pytest.importorskip("scorch")
    before = tmp_path / "before"
    packages.build(before)
    packages.set_cell(base, "corpus/mentions.csv", 4, "mention_type", "PRO")
    lines = run("summary", before, base).output.splitlines()
    assert "| D000 | mentions |  |  |  |  | 1 |" in lines
    assert "- D000 D000\\-M003 'fighters' changed\\: mention\\_type NOM → PRO" in lines
    assert "No label differs." in run("summary", base, base).output


def test_a_summary_gives_the_agreement_of_passes_that_are_new(tmp_path: Path, base: Path) -> None:
    pytest.importorskip("scorch")
    before = tmp_path / "before"
    packages.build(before)
    annotators = base / "corpus/annotators.csv"
    annotators.write_text(
        f"{annotators.read_text(encoding='utf-8')}anna,human,A.\nbob,human,B.\n", encoding="utf-8"
    )
    for name in ("anna", "bob"):
        folder = tmp_path / name
        run("export", "brat", "D001", "-o", folder, "--package", base)
        assert run("import", "brat", folder, "--package", base, "--annotator", name).exit_code == 0
    shown = run("summary", before, base, "--draws", 5).output
    assert "### Agreement on D001: anna and bob" in shown
    assert "| mentions | names: span and type F1 | 1.000 |" in shown


@pytest.mark.parametrize(
    ("arguments", "purpose"),
    [
        (["export", "brat", "D000", "-o", "x"], "the format brat"),
        (["import", "brat", "x"], "tigris import"),
        (["review", "D000"], "tigris review"),
        (["validate"], "tigris validate"),
    ],
)
def test_what_needs_an_extra_says_so_in_a_line(arguments: list[str], purpose: str) -> None:
    code = (
        f"import sys; sys.modules['polars'] = None\nfrom tigris_corpus.cli import main\nmain({arguments!r})"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == (
        f'tigris: {purpose} needs more than the base install: pip install "tigris-corpus[validate]"\n'
    )
