from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

import packages
from tigris_corpus.cli import main
from tigris_corpus.cli.add import add
from tigris_corpus.cli.init import init
from tigris_corpus.cli.progress import progress
from tigris_corpus.cli.suggest import suggest
from tigris_corpus.corpus import load
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

COMMANDS: list[click.Command] = [add, init, progress, suggest]
GROUP = type(main)("tigris", commands=COMMANDS)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(GROUP, [str(argument) for argument in arguments])


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text("Iraq speaks\n\nIraq met Kabul. Baghdad was quiet.\nAdvertisement\n", encoding="utf-8")
    return path


def test_add_writes_the_text_and_says_what_to_do_next(base: Path, text: Path) -> None:
    result = run("add", text, "--language", "en", "--date", "2024-01?", "--package", base)
    path = load(base).documents["text_path"].iloc[-1]
    assert result.exit_code == 0
    assert result.output == (
        f"D002 is {path}: 4 sentences (2 body, 1 heading, 1 boilerplate)\n"
        "language en; date_published 2024-01? (inferred); rights unknown; unknown: original_language, publisher; "
        "split train, fold 2\n"
        "wrote corpus/annotators.csv, corpus/documents.csv, corpus/layers.csv, corpus/passes.csv, "
        f"corpus/sentences.csv, {path}\n"
        "Proposed by rules, to be checked by eye:\n"
        "  S001 heading     Iraq speaks  (short, without a final stop)\n"
        "  S004 boilerplate Advertisement  (has the words of a site)\n"
        "Next:\n"
        f"  1. Read every sentence with its zone: tigris show D002 --package {base}\n"
        "     Mend corpus/sentences.csv. Then put yourself into corpus/annotators.csv, and your id in the place of\n"
        "     segmenting-rule in the row of D002 in corpus/passes.csv: until then, only a rule has cut it.\n"
        f"  2. Annotate: tigris export brat D002 --package {base} -o work/\n"
        f"     Bring the labels back: tigris import brat work/ --package {base} --annotator YOUR-ID\n"
        f"  3. tigris validate {base}\n"
        "  The split train and the fold 2 are kept for good once they are released: documents of one story share a "
        "fold. Change them now, if at all.\n"
        "  What is inferred needs its evidence in the documentation of the corpus.\n"
        "  The rights in the text are unknown: find out before you publish it.\n"
    )
    assert {issue.code for issue in examine(base).issues} == {"pkg.hash"}
    assert (base / path).read_bytes() == text.read_bytes()


def test_the_package_is_the_folder_one_is_in(base: Path, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(base.parent)
    refused = run("add", text, "--language", "en")
    assert (refused.exit_code, refused.output) == (
        2,
        "tigris: . is not a data package: it has no datapackage.json\n",
    )
    monkeypatch.chdir(base)
    result = run("add", text, "--language", "en")
    assert result.exit_code == 0
    assert "tigris show D002 --package .\n" in result.output


def test_a_dry_run_shows_every_proposal_and_writes_nothing(base: Path, text: Path) -> None:
    before = {path: path.read_bytes() for path in base.rglob("*") if path.is_file()}
    lines = run("add", text, "--language", "en", "--package", base, "--dry-run").output.splitlines()
    assert lines[0].startswith("D002 would be seeds/002_")
    assert lines[2].startswith("would write corpus/annotators.csv, ")
    assert lines[3:] == [
        "Proposed by rules, to be checked by eye:",
        "  S001 heading     Iraq speaks  (short, without a final stop)",
        "  S002 body        Iraq met Kabul.",
        "  S003 body        Baghdad was quiet.",
        "  S004 boilerplate Advertisement  (has the words of a site)",
    ]
    assert {path: path.read_bytes() for path in base.rglob("*") if path.is_file()} == before


def test_every_option_of_add_reaches_its_column(base: Path, text: Path) -> None:
    options = {
        "--original-language": "fr",
        "--original-language-basis": "stated",
        "--title": "Iraq speaks",
        "--publisher": "The Daily",
        "--publisher-basis": "stated",
        "--date": "2024-01-04",
        "--date-basis": "stated",
        "--url": "https://example.org/a",
        "--rights": "in-copyright",
        "--split": "test",
        "--fold": "1",
    }
    given = [part for option in options.items() for part in option]
    result = run("add", text, "--language", "en", "--package", base, *given)
    assert result.exit_code == 0, result.output
    assert "warning" not in result.output
    row = load(base).documents.iloc[-1]
    assert [str(value) for value in row.drop(["text_path", "sha256"])] == [
        "D002", "en", "fr", "stated", "Iraq speaks", "The Daily", "stated", "2024-01-04", "stated",
        "https://example.org/a", "in-copyright", "test", "1",
    ]  # fmt: skip


def test_a_text_that_lies_in_the_package_is_told_of(base: Path, text: Path) -> None:
    inside = base / "seeds" / "new.txt"
    inside.write_bytes(text.read_bytes())
    output = run("add", inside, "--language", "en", "--package", base).output
    assert f"warning: {inside} lies in the package, and nothing names it there: remove it" in output


def test_misuse_of_add_is_answered_in_one_line(base: Path, text: Path, tmp_path: Path) -> None:
    for file, reason in ((tmp_path / "none.txt", "No such file or directory"), (tmp_path, "Is a directory")):
        result = run("add", file, "--language", "en", "--package", base)
        assert (result.exit_code, result.output) == (2, f"tigris: {file}: cannot be read: {reason}\n")
    (base / "corpus" / "layers.csv").write_bytes(b"\xff\n")
    result = run("add", text, "--language", "en", "--package", base)
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert result.output.startswith(f"tigris: {base}/corpus/layers.csv")


def test_a_package_that_lacks_a_table_is_told_of_in_one_line(base: Path, text: Path) -> None:
    described = json.loads((base / "datapackage.json").read_text(encoding="utf-8"))
    described["resources"] = [entry for entry in described["resources"] if entry["name"] != "annotators"]
    (base / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    result = run("add", text, "--language", "en", "--package", base)
    assert (result.exit_code, result.output) == (
        2,
        f"tigris: {base}: there is no table 'annotators'; run: tigris validate {base}\n",
    )


def test_without_the_extra_the_line_that_installs_it_is_shown(text: Path) -> None:
    code = (
        "import sys; sys.modules['nupunkt'] = None\n"
        "from tigris_corpus.cli import main\n"
        "from tigris_corpus.cli.add import add\n"
        f"type(main)('tigris', commands=[add])(['add', {str(text)!r}, '--language', 'en'])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (
        2,
        'tigris: tigris add needs more than the base install: pip install "tigris-corpus[annotate]"\n',
    )


def test_the_other_three_need_no_extra(base: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('polars', 'pandera', 'nupunkt', 'jsonschema'): sys.modules[name] = None\n"
        "from tigris_corpus.cli import main\n"
        "from tigris_corpus.cli.init import init\n"
        "from tigris_corpus.cli.progress import progress\n"
        "from tigris_corpus.cli.suggest import suggest\n"
        "group = type(main)('tigris', commands=[init, progress, suggest])\n"
        f"for line in (['init', {str(tmp_path / 'new')!r}], ['progress', {str(base)!r}],\n"
        f"             ['suggest', '--check', '--package', {str(base)!r}]):\n"
        "    group(line, standalone_mode=False)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_init_starts_a_corpus_that_add_works_on(tmp_path: Path, text: Path) -> None:
    root = tmp_path / "Sahel News"
    result = run("init", root)
    assert result.exit_code == 0
    assert result.output.startswith(f"sahel-news 0.1.0 is in {root}: ")
    assert f"  1. tigris validate '{root}'\n" in result.output
    assert examine(root).issues == ()
    assert run("add", text, "--language", "en", "--package", root).output.startswith("D000 is seeds/000_")
    again = run("init", root)
    assert (again.exit_code, again.output) == (
        2,
        f"tigris: {root} is a package already: it has a datapackage.json; name another folder\n",
    )


def test_init_keeps_what_is_there_and_takes_a_name_and_a_title(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    result = run("init", tmp_path, "--name", "sahel", "--title", "News of the Sahel")
    assert "README.md was there, and is as it was\n" in result.output
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"
    described = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert (described["name"], described["title"]) == ("sahel", "News of the Sahel")
    bad = run("init", tmp_path / "new", "--name", "No Name")
    assert (bad.exit_code, bad.output.count("\n")) == (2, 1)
    assert not (tmp_path / "new").exists()


def test_init_where_nothing_can_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path / "file", tmp_path / "file" / "new"):
        result = run("init", path)
        assert (result.exit_code, result.output.count("\n")) == (2, 1)
        assert result.output.startswith("tigris: ")


def test_suggest_gives_a_record_and_says_what_it_is_worth(base: Path, text: Path, tmp_path: Path) -> None:
    run("add", text, "--language", "en", "--package", base)
    result = run("suggest", "D002", "--package", base)
    record = json.loads(result.stdout)
    assert [row["text"] for row in record["mentions"]] == ["Iraq", "Iraq", "Baghdad"]
    assert result.stderr == (
        "D002: 3 names suggested, 0 ambiguous left out. "
        "Suggestions of a rule: never gold, and never shown to whoever makes a blind pass.\n"
    )
    output = tmp_path / "suggestions.jsonl"
    written = run("suggest", "D002", "--package", base, "-o", output)
    assert (written.exit_code, written.stdout) == (0, "")
    assert json.loads(output.read_text(encoding="utf-8")) == record
    again = run("suggest", "D002", "--package", base, "-o", output)
    assert (again.exit_code, again.output) == (
        2,
        f"tigris: {output} is there already; name another file\n",
    )


def test_suggest_shows_no_text_that_steers_a_terminal(base: Path, tmp_path: Path) -> None:
    name = "Ba\u202eghdad\u009b31m"
    packages.set_cell(base, "corpus/entities.csv", 2, "name", name)
    path = tmp_path / "a.txt"
    path.write_text(f"They left {name} ##[error]x today.", encoding="utf-8")
    assert run("add", path, "--language", "en", "--package", base).exit_code == 0
    shown = run("suggest", "D002", "--package", base).stdout
    assert shown.isascii()
    assert json.loads(shown)["mentions"][0]["text"] == name


def test_check_of_suggest_is_a_table_by_document(base: Path) -> None:
    lines = run("suggest", "--check", "--package", base).output.splitlines()
    assert lines == [
        "           names  suggested  span  right  precision  recall  ambiguous",
        "D000   en      4          2     2      2       1.00    0.50          0",
        "D001   fr      3          0     0      0          –    0.00          0",
        "total          7          2     2      2       1.00    0.29          0",
    ]


@pytest.mark.parametrize("arguments", [(), ("D000", "--check")])
def test_suggest_wants_a_document_or_the_check(base: Path, arguments: tuple[str, ...]) -> None:
    result = run("suggest", *arguments, "--package", base)
    assert (result.exit_code, result.output) == (
        2,
        "tigris: name a document, as in tigris suggest D000, or ask for --check; not both\n",
    )


def test_progress_is_for_people_or_for_programs(base: Path, tmp_path: Path) -> None:
    assert run("progress", base).output.startswith("tigris-corpus 0.1.0: 2 documents\n")
    facts = json.loads(run("progress", base, "--format", "json").output)
    assert facts["totals"]["events"] == {"blank": 0, "single": 2, "double": 0, "adjudicated": 0}
    result = run("progress", tmp_path / "none")
    assert (result.exit_code, result.output) == (2, f"tigris: {tmp_path / 'none'} does not exist\n")


def test_every_command_and_option_has_help() -> None:
    for command in COMMANDS:
        assert command.help, command.name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (command.name, parameter.name)
