"""A revision of git is read as data, whatever its repository is set up to do."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import packages
from tigris_corpus.cli import earlier as module
from tigris_corpus.cli import main
from tigris_corpus.cli.earlier import earlier
from tigris_corpus.corpus import load
from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

NEITHER = "'{}' is neither a folder nor a revision"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def git(root: Path, *arguments: str, given: bytes | None = None) -> str:
    command = ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org", *arguments]
    return subprocess.run(command, cwd=root, check=True, input=given, capture_output=True).stdout.decode()


@pytest.fixture
def repository(base: Path) -> Path:
    """The base package in a repository, with one commit."""
    git(base, "init", "-q")
    git(base, "add", "-A")
    git(base, "commit", "-qm", "first")
    return base


def held(revision: str, root: Path) -> dict[str, bytes]:
    """What is unpacked of a revision."""
    with earlier(revision, root) as folder:
        assert folder is not None
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }


def test_nothing_that_a_repository_is_set_up_to_run_is_run(repository: Path, tmp_path: Path) -> None:
    (repository / ".gitattributes").write_text("*.csv filter=x diff=x\n*.txt eol=crlf\nseeds export-ignore\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "attributes")
    run_it = f"touch {tmp_path}/PWNED"
    for name, value in (
        ("filter.x.smudge", f"{run_it}; cat"),
        ("filter.x.process", run_it),
        ("diff.x.textconv", run_it),
        ("core.fsmonitor", run_it),
        ("core.pager", run_it),
        ("pager.ls-tree", run_it),
        ("pager.cat-file", run_it),
        ("alias.ls-tree", f"!{run_it}"),
        ("core.sshCommand", run_it),
        ("credential.helper", f"!{run_it}"),
    ):
        git(repository, "config", name, value)
    texts = {f"seeds/{path.name}": path.read_bytes() for path in (repository / "seeds").iterdir()}
    found = held("HEAD", repository)
    assert {path: data for path, data in found.items() if path.startswith("seeds/")} == texts
    assert run("validate", repository, "--base", "HEAD").exit_code == 0
    assert not (tmp_path / "PWNED").exists()


@pytest.mark.parametrize("settings", [{}, {"url": "ext::sh -c touch% {}"}, {"vcs": "ext"}])
def test_nothing_is_fetched(repository: Path, tmp_path: Path, settings: dict[str, str]) -> None:
    marks = [str(tmp_path / "PWNED")]
    partial = tmp_path / "partial"
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(
        tmp_path,
        "clone",
        "-q",
        "--filter=blob:none",
        "--no-local",
        "--no-checkout",
        repository.as_uri(),
        str(partial),
    )
    shutil.copytree(repository, partial, ignore=shutil.ignore_patterns(".git"), dirs_exist_ok=True)
    git(partial, "config", "remote.origin.uploadpack", f"touch {marks[0]}; git-upload-pack")
    for name in ("protocol.allow", "protocol.file.allow", "protocol.ext.allow"):
        git(partial, "config", name, "always")
    for name, value in settings.items():
        git(partial, "config", f"remote.origin.{name}", value.format(marks[0]))
    result = run("validate", partial, "--base", "HEAD")
    assert (result.exit_code, result.output) == (
        2,
        "tigris: 'HEAD' is not here whole: git lacks files of it, and nothing is fetched\n",
    )
    assert not (tmp_path / "PWNED").exists()


def test_links_and_names_that_lead_out_are_left_out(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(b"secret\n")
    (repository / "corpus/link.csv").symlink_to(tmp_path / "secret.csv")
    (repository / "seeds/link").symlink_to(tmp_path)
    git(repository, "add", "-A")
    blob = git(repository, "hash-object", "-w", "--stdin", given=b"out\n").strip()
    entry = b"100644 ..\0" + bytes.fromhex(blob) + b"100644 a\\b\0" + bytes.fromhex(blob)
    tree = git(repository, "hash-object", "-t", "tree", "--literally", "-w", "--stdin", given=entry).strip()
    top = git(repository, "write-tree").strip()
    with_odd = git(repository, "ls-tree", top).replace(
        git(repository, "rev-parse", f"{top}:seeds").strip(), tree
    )
    odd = git(repository, "mktree", given=with_odd.encode()).strip()
    before = sorted(tmp_path.iterdir())
    assert "corpus/link.csv" not in held(top, repository)
    found = held(odd, repository)
    assert [path for path in found if path.startswith("seeds") or ".." in path] == []
    assert "corpus/mentions.csv" in found
    assert sorted(tmp_path.iterdir()) == before


def test_a_resource_outside_the_usual_folders_is_there(repository: Path) -> None:
    described = repository / "datapackage.json"
    text = described.read_text(encoding="utf-8").replace("corpus/layers.csv", "elsewhere/-layers.csv")
    (repository / "elsewhere").mkdir()
    (repository / "corpus/layers.csv").rename(repository / "elsewhere/-layers.csv")
    described.write_text(text, encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "moved")
    assert "elsewhere/-layers.csv" in held("HEAD", repository)
    with earlier("HEAD", repository) as folder:
        assert len(load(folder).layers) == 12


def test_a_package_may_lie_deep_in_its_repository(tmp_path: Path) -> None:
    root = packages.build(tmp_path / "a" / "package")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    assert held("HEAD", root)["corpus/layers.csv"] == (root / "corpus/layers.csv").read_bytes()


@pytest.mark.parametrize("named", ["", "-x", "--output=x", "no-such-revision", "a" * 300, "\udcff", "a\nb"])
def test_what_is_neither_a_folder_nor_a_revision_is_one_line(repository: Path, named: str) -> None:
    result = run("validate", repository, f"--base={named}")
    assert result.exit_code == 2
    assert result.output.startswith("tigris: ")
    assert "is neither a folder nor a revision" in result.output
    assert result.output.count("\n") == 1


def test_a_folder_that_may_not_be_looked_at_is_one_line(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "exists", refused)
    with pytest.raises(CorpusError, match=r"^'a/b' cannot be looked at: Permission denied$"):
        held("a/b", base)


def test_what_is_wrong_with_a_revision_names_it_and_no_folder(repository: Path) -> None:
    (repository / "corpus/mentions.csv").write_bytes(b"garbage\n")
    git(repository, "commit", "-qam", "broken")
    git(repository, "tag", "v9")
    for command in (("diff", "v9", repository), ("validate", repository, "--base", "v9")):
        result = run(*command, *(("--package", repository) if command[0] == "diff" else ()))
        assert "tigris-base-" not in result.output
        if command[0] == "diff":
            assert (result.exit_code, result.output) == (
                2,
                "tigris: v9:corpus/mentions.csv:1: the columns are not those of its schema\n",
            )


def test_a_revision_has_bounds(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 50)
    with pytest.raises(CorpusError, match=r"^'HEAD' holds more than 50 files$"):
        held("HEAD", repository)
    monkeypatch.setattr(module, "MOST_FILES", 200)
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    with pytest.raises(CorpusError, match=r"^'HEAD' holds more than is read: .* goes beyond"):
        held("HEAD", repository)


def test_a_git_that_hangs_is_ended(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    (repository / ".git/config").unlink()
    os.mkfifo(repository / ".git/config")
    with pytest.raises(CorpusError, match=r"^'HEAD' is neither a folder nor a revision"):
        held("HEAD", repository)


def test_git_is_not_taken_from_the_folder_that_a_command_runs_in(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "git").write_text(f"#!/bin/sh\ntouch {tmp_path}/PWNED\n")
    (repository / "git").chmod(0o755)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", f"{os.pathsep}.{os.pathsep}{os.environ['PATH']}")
    assert "datapackage.json" in held("HEAD", repository)
    monkeypatch.setenv("PATH", f".{os.pathsep}")
    with pytest.raises(CorpusError, match=r"^'HEAD' is no folder, and git is not installed$"):
        held("HEAD", repository)
    assert not (tmp_path / "PWNED").exists()
