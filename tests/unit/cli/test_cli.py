from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import polars as pl
import pytest
from click.testing import CliRunner

import packages
from tigris_corpus.cli import main
from tigris_corpus.report import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_sound_package_exits_0(base: Path) -> None:
    result = run("validate", base)
    assert (result.exit_code, result.output) == (0, "tigris-corpus 0.1.0 is sound: 0 errors, 0 warnings\n")


def test_the_packaged_release_is_what_is_meant_without_a_path() -> None:
    assert run("validate").exit_code == 0
    assert run("validate", "--release").exit_code == 0


def test_warnings_exit_0_and_errors_exit_1(base: Path) -> None:
    packages.edit(base, [{"op": "replace-line", "file": "corpus/arguments.csv", "line": 8}])
    packages.refresh(base)
    assert run("validate", base).exit_code == 0
    assert run("validate", base).output.startswith("corpus/events.csv:3: warning event.missing-role")
    assert "missing-role" not in run("validate", base, "--severity", "error").output
    packages.set_cell(base, "corpus/events.csv", 2, "realis", "real")
    assert run("validate", base).exit_code == 1


def test_json_is_one_document(base: Path) -> None:
    packages.set_cell(base, "corpus/events.csv", 2, "realis", "real")
    packages.set_cell(base, "corpus/events.csv", 3, "realis", "reel")
    result = run("validate", base, "--format", "json", "--max-issues", 1)
    report = json.loads(result.output)
    assert result.exit_code == 1
    assert (report["package"], report["sound"], report["errors"], report["warnings"]) == (
        "tigris-corpus",
        False,
        2,
        0,
    )
    assert [issue["value"] for issue in report["issues"]] == ["real"]
    assert report["not_run"][-1]["about"] == "release"


def test_every_format_of_the_mapping_is_offered_and_told_of() -> None:
    text = " ".join(run("validate", "--help").output.split())
    assert "--format [text|json|jsonl|github|sarif]" in text
    for name, form in FORMATS.items():
        assert f"{name}: {form.purpose}" in text


def test_a_path_in_github_and_sarif_is_from_where_the_command_runs(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages.set_cell(base, "corpus/events.csv", 2, "realis", "real")
    monkeypatch.chdir(base.parent)
    result = run("validate", "package", "--format", "github")
    assert result.exit_code == 1
    assert result.output.startswith("::error file=package/corpus/events.csv,line=2,")
    monkeypatch.chdir(base)
    assert run("validate", ".", "--format", "github").output.startswith("::error file=corpus/events.csv,")
    monkeypatch.chdir(base / "corpus")
    log = json.loads(run("validate", "..", "--format", "sarif").output)
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "corpus/events.csv"


def test_text_shows_20_issues_unless_told_otherwise_and_the_other_formats_all(base: Path) -> None:
    path = base / "corpus" / "mentions.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(f"{row},x" for row in rows * 3), ""]), encoding="utf-8")
    assert run("validate", base).output.count(" error csv.extra-cell: ") == 20
    assert run("validate", base, "--max-issues", 25).output.count(" error csv.extra-cell: ") == 25
    assert run("validate", base, "--max-issues", 0).output.startswith("    30 csv.extra-cell\n\nnot run: ")
    assert run("validate", base, "--format", "jsonl").output.count("\n") == 30
    assert run("validate", base, "--format", "jsonl", "--max-issues", 2).output.count("\n") == 2


@pytest.mark.parametrize("command", ["validate", "info", "fmt"])
@pytest.mark.parametrize("kind", ["missing", "empty", "a file"])
def test_where_there_is_no_package_one_line_says_so_and_2_is_the_exit(
    tmp_path: Path, command: str, kind: str
) -> None:
    path = tmp_path / "place"
    if kind == "empty":
        path.mkdir()
    elif kind == "a file":
        path.write_bytes(bytes(range(256)))
    result = run(command, path)
    assert result.exit_code == 2
    assert result.output.startswith(f"tigris: {path} ")
    assert result.output.count("\n") == 1


@pytest.mark.parametrize(
    "junk", [b"", b"\x00\x01\xff" * 1000, b"[]", b"{", b"[" * 100_000, b'{"resources": []}']
)
def test_a_descriptor_that_cannot_be_read_is_an_error_in_the_package(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "datapackage.json").write_bytes(junk)
    result = run("validate", tmp_path)
    assert result.exit_code == 1
    assert " error pkg." in result.output
    assert "Traceback" not in result.output


def test_a_package_full_of_binary_is_an_error_in_the_package(base: Path) -> None:
    for path in (base / "corpus").iterdir():
        path.write_bytes(bytes(range(256)) * 10)
    result = run("validate", base)
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_package_that_may_not_be_read_is_an_error_in_the_package(base: Path) -> None:
    (base / "datapackage.json").chmod(0)
    result = run("validate", base)
    assert result.exit_code == 1
    assert "pkg.unreadable-file" in result.output


def test_a_code_is_explained() -> None:
    assert run("explain", "sch.enum").output == (
        "sch.enum (error, level 2: schema)\n\n"
        "A value outside its vocabulary is counted by nobody.\n\n"
        "  bad:  ASAULT\n"
        "  good: ASSAULT\n\n"
        "To mend it: use a label of the vocabulary, or add the new one to it with its definitions.\n"
    )
    assert "sent.gap" in run("explain").output
    result = run("explain", "sch.enumm")
    assert result.exit_code == 2
    assert 'Did you mean "sch.enum"?' in result.output


def test_info_counts_by_language(base: Path) -> None:
    lines = run("info", base).output.splitlines()
    assert lines[0] == "tigris-corpus 0.1.0 (profile 1)"
    assert lines[3].split() == ["en", "fr", "total"]
    assert [line.split() for line in lines[4:11]] == [
        ["documents", "1", "1", "2"],
        ["sentences", "4", "1", "5"],
        ["mentions", "7", "3", "10"],
        ["events", "2", "2", "4"],
        ["arguments", "7", "3", "10"],
        ["entities", "3", "3", "3"],
        ["incidents", "2", "2", "2"],
    ]
    facts = json.loads(run("info", base, "--format", "json").output)
    assert facts["counts"]["mentions"] == {"en": 7, "fr": 3, "total": 10}
    assert facts["layers"]["D001"]["events"] == "single"


def test_show_shows_a_document(base: Path) -> None:
    assert run("show", "D001", "--package", base).output.splitlines()[2] == (
        "S001 body  L’[Irak|GPE] a condamné les [États-Unis|GPE] pour la frappe de [Bagdad|GPE]."
    )
    assert "\x1b[36mIrak\x1b[0m" in run("show", "D001", "--package", base, "--colour").output
    result = run("show", "D007", "--package", base)
    assert (result.exit_code, result.output) == (
        2,
        "tigris: there is no document 'D007'; there is D000, D001\n",
    )


def test_fmt_writes_the_canonical_form_and_check_only_says_so(base: Path) -> None:
    path = base / "corpus" / "mentions.csv"
    canonical = path.read_bytes()
    header, *rows = canonical.decode().splitlines()
    path.write_bytes(("\ufeff" + "\r\n".join([header, *reversed(rows)])).encode())
    messy = path.read_bytes()
    result = run("fmt", base, "--check")
    assert (result.exit_code, result.output) == (1, "would rewrite corpus/mentions.csv\n")
    assert path.read_bytes() == messy
    result = run("fmt", base)
    assert result.exit_code == 0
    assert result.output.startswith("rewrote corpus/mentions.csv\n")
    assert path.read_bytes() == canonical
    assert run("fmt", base, "--check").output == "37 tables are in canonical form\n"


def test_fmt_refuses_what_it_cannot_read(base: Path) -> None:
    packages.edit(base, [{"op": "replace", "file": "corpus/events.csv", "old": "killed", "new": "kil,led"}])
    result = run("fmt", base)
    assert (result.exit_code, result.output) == (
        2,
        "tigris: corpus/events.csv:2: 11 cells where the header has 10\n",
    )


def test_every_command_has_help_and_stands_in_the_readme() -> None:
    readme = (packages.CLONE / "README.md").read_text(encoding="utf-8")
    context = click.Context(main)
    names = main.list_commands(context)
    assert len(names) == len(set(names)) == 20
    for name in names:
        command = main.get_command(context, name)
        assert command is not None
        assert command.help, name
        assert f"tigris {name}" in readme, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (name, parameter.name)


@pytest.mark.parametrize("command", ["validate", "explain"])
def test_without_the_extra_the_line_that_installs_it_is_shown(command: str) -> None:
    code = (
        f"import sys; sys.modules['polars'] = None; from tigris_corpus.cli import main; main(['{command}'])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == (
        f'tigris: tigris {command} needs more than the base install: pip install "tigris-corpus[validate]"\n'
    )


def test_the_other_commands_need_no_extra(base: Path) -> None:
    for arguments in (
        ["info", str(base)],
        ["show", "D000", "--package", str(base)],
        ["fmt", "--check", str(base)],
    ):
        code = (
            "import sys\n"
            "for name in ('polars', 'pandera', 'pyarrow'): sys.modules[name] = None\n"
            f"from tigris_corpus.cli import main; main({arguments!r})"
        )
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (0, ""), arguments


def test_agreement_is_shown_with_its_settings(base: Path) -> None:
    result = run("agreement", "gold", "gold", "--package", base, "--draws", 2, "--group", "fr")
    assert result.exit_code == 0
    assert "| mentions | span F1 | 1.000 | 1.00–1.00 | 3 | 3 | 3 |\n" in result.output
    assert result.output.endswith(
        "tigris-corpus 0.1.0; gold against gold; fr; 2 draws, seed 0; the documents that both have: D000, D001\n"
    )
    rows = run(
        "agreement", "gold", "gold", "--package", base, "--draws", 2, "--format", "csv"
    ).output.splitlines()
    assert rows[0] == "layer,measure,group,a,b,matched,value,low,high"
    assert "mentions,span F1,D001,3,3,3,1.0000,," in rows
    wrong = run("agreement", "gold", "gold", "--package", base, "--draws", 1, "--group", "de")
    assert (wrong.exit_code, wrong.output.partition(";")[0]) == (2, "tigris: there is no group 'de'")
    nobody = run("agreement", "gold", "nobody", "--package", base)
    assert nobody.exit_code == 2
    assert nobody.output.startswith("tigris: 'nobody' is no file, and no annotator")


def test_audit_lists_suspicions(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 6, "value", "2020-02")
    assert run("audit", base).output.splitlines() == [
        "contradicting-date D000-S002  2020-02 is not within 2020-01-03 of baghdad-strike  D000-E001 D000-M005",
        "1 suspicion",
    ]
    assert run("audit", base, "--format", "csv").output.startswith(
        "suspicion,ids,document_id,sentence_id,what\n"
    )


def test_base_is_a_folder_or_a_revision_of_git(base: Path, tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], cwd=base, check=True)
    shutil.copytree(base, tmp_path / "earlier", ignore=shutil.ignore_patterns(".git"))
    packages.set_cell(base, "corpus/documents.csv", 2, "fold", "7")
    packages.refresh(base)
    for earlier in ("HEAD", tmp_path / "earlier"):
        output = run("validate", base, "--base", earlier).output
        assert (
            "corpus/documents.csv:2:fold: warning rel.split-changed: D000 was in fold 0, and is in 7"
            in output
        )
    refused = run("validate", base, "--base", "no-such-revision")
    assert refused.exit_code == 2
    assert "'no-such-revision' is neither a folder nor a revision with a package" in refused.output
    assert run("validate", base, "--base=-x").exit_code == 2


def test_fix_mends_edges_and_withdrawn_ids(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 5, "text", "Baghdad ")
    packages.set_cell(base, "corpus/mentions.csv", 5, "end", "61")
    packages.set_cell(base, "corpus/mentions.csv", 7, "entity_id", "irak")
    path = base / "corpus" / "deprecated.csv"
    path.write_text(
        path.read_text(encoding="utf-8") + "irak,entities,iraq,A second spelling.,0.1.0\n", encoding="utf-8"
    )
    assert "link.stale" in run("validate", base).output
    assert run("fmt", "--fix", base).exit_code == 0
    lines = (base / "corpus" / "mentions.csv").read_text(encoding="utf-8").splitlines()
    assert lines[4] == "D000-M004,D000-S002,53,60,Baghdad,GPE,NAM,,baghdad"
    assert lines[6] == "D000-M006,D000-S003,81,85,Iraq,GPE,NAM,,iraq"
    assert run("validate", base).exit_code == 0


def _lacking(path: Path, said: str) -> None:
    """Nothing is changed, and one line says why."""
    before = {file: file.read_bytes() for file in path.rglob("*.csv")}
    result = run("fmt", "--fix", path)
    assert (result.exit_code, result.output) == (2, f"tigris: {said}\n")
    assert {file: file.read_bytes() for file in path.rglob("*.csv")} == before


def test_fix_needs_a_table_of_withdrawn_ids_that_it_can_read(base: Path) -> None:
    table, schema = base / "corpus/deprecated.csv", base / "schema/tables/deprecated.json"
    whole, described = table.read_bytes(), schema.read_bytes()
    table.write_bytes(whole.replace(b"id,table,", b"id,tabel,", 1))
    _lacking(base, "corpus/deprecated.csv:1: columns missing: table; columns too many: tabel")
    schema.write_bytes(described.replace(b'"table"', b'"tabel"'))
    _lacking(base, "corpus/deprecated.csv: the table has no column 'table'")
    schema.write_bytes(described)
    table.unlink()
    pl.read_csv(whole, infer_schema=False).write_parquet(base / "corpus/deprecated.parquet")
    described = json.loads((base / "datapackage.json").read_text(encoding="utf-8"))
    resource = next(entry for entry in described["resources"] if entry["name"] == "deprecated")
    resource |= {"path": "corpus/deprecated.parquet", "format": "parquet"}
    resource["mediatype"] = "application/vnd.apache.parquet"
    (base / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    _lacking(base, "corpus/deprecated.parquet: only a table that is one file of CSV can be edited")


@pytest.mark.parametrize("start", ["9" * 5000, "²", "٣", "-1", ""])
def test_fix_leaves_offsets_that_are_none(base: Path, start: str) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 2, "start", start)
    assert run("fmt", "--fix", base).exit_code == 0
    assert f",{start}," in (base / "corpus/mentions.csv").read_text(encoding="utf-8")


LONG = "a" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", LONG),
        ("validate", f"{LONG}/datapackage.json"),
        ("info", LONG),
        ("audit", LONG),
        ("fmt", LONG),
        ("show", "D000", "--package", LONG),
        ("show", "\udcff"),
        ("agreement", "gold", "gold", "--package", LONG),
        ("agreement", LONG, "gold"),
        ("agreement", "\udcff", "gold"),
        ("agreement", "gold", "\udcff"),
        ("agreement", ".", "gold"),
        ("validate", "--base", LONG),
        ("validate", "--base", ""),
    ],
    ids=" ".join,
)
def test_names_that_no_file_has_are_one_line(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
    assert result.output.startswith("tigris: ")


@pytest.mark.parametrize("command", ["validate", "info", "audit", "fmt"])
def test_a_path_that_may_not_be_looked_at_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "stat", refused)
    result = run(command, tmp_path)
    assert (result.exit_code, result.output) == (
        2,
        f"tigris: {tmp_path} cannot be looked at: Permission denied\n",
    )


def test_a_file_of_records_that_may_not_be_read_is_one_line(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "a.jsonl").write_bytes(b"")
    monkeypatch.setattr(type(tmp_path), "read_bytes", refused)
    result = run("agreement", tmp_path / "a.jsonl", "gold", "--package", base)
    assert (result.exit_code, result.output) == (
        2,
        f"tigris: {tmp_path}/a.jsonl: cannot be read: Permission denied\n",
    )


def test_a_record_has_a_longest_line(tmp_path: Path, base: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\n[" + b"[]," * 700_000 + b"1]\n")
    result = run("agreement", tmp_path / "a.jsonl", "gold", "--package", base)
    assert (result.exit_code, result.output) == (
        2,
        f"tigris: {tmp_path}/a.jsonl:2: the line is longer than 2,097,152 bytes\n",
    )


def test_what_agreement_says_steers_no_ci(base: Path) -> None:
    packages.edit(
        base, [{"op": "json", "file": "datapackage.json", "pointer": "/name", "value": "::error::n"}]
    )
    for path in (base / "corpus").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace("D001", "##[error]D001"), encoding="utf-8")
    text = run("agreement", "gold", "gold", "--package", base, "--draws", 1).output
    assert text.splitlines()[-1].startswith("\\u003a:error::n 0.1.0; gold against gold; all; 1 draws")
    rows = run("agreement", "gold", "gold", "--package", base, "--draws", 1, "--format", "csv").output
    assert "mentions,span F1,#\\u0023[error]D001,3,3,3,1.0000,,\n" in rows
    assert "##[" not in text + rows
