# ruff: noqa: SLF001 - what comes between two looks of a reader has to be put there
from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tigris_corpus import journal, store
from tigris_corpus.corpus import load
from tigris_corpus.descriptor import open_package, packaged_root
from tigris_corpus.errors import CorpusError, NotAPackageError
from tigris_corpus.paths import Gate, PathError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = f"{'0' * 8}-1-{'a' * 32}"
OLD = b'{"name": "old"}\n'
NEW = b'{"name": "new"}\n'
FILES: dict[str, tuple[bytes | None, bytes | None]] = {
    "corpus/a.csv": (b"old\n", b"new\n"),
    "corpus/removed.csv": (b"old\n", None),
    "corpus/made.csv": (None, b"new\n"),
    "datapackage.json": (OLD, NEW),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A package with a committed journal, of which nothing is in its place."""
    root = tmp_path / "root"
    folder = root / journal.JOURNAL / NAME
    folder.mkdir(parents=True)
    (root / "corpus").mkdir()
    files = []
    for number, (path, (old, new)) in enumerate(FILES.items()):
        files.append({"path": path, "old": journal.digest(old), "new": journal.digest(new)})
        for kind, data in (("old", old), ("new", new)):
            if data is not None:
                (folder / f"{number}.{kind}").write_bytes(data)
        if old is not None:
            (root / path).write_bytes(old)
    manifest = {"version": journal.VERSION, "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "open").write_bytes(b"")
    return root


def state(number: int) -> dict[str, bytes | None]:
    """The old state of the files, or the new one."""
    return {path: both[number] for path, both in FILES.items()}


def seen(root: Path) -> dict[str, bytes | None]:
    gate = open_package(root).gate
    return {path: journal.bytes_at(gate, path) for path in FILES}


def place(root: Path, path: str) -> None:
    """Put one file in its place, as a writer does."""
    folder = root / journal.JOURNAL / NAME
    number = list(FILES).index(path)
    if FILES[path][1] is None:
        (root / path).rename(folder / f"{number}.gone")
    else:
        (folder / f"{number}.new").rename(root / path)


def names(root: Path) -> dict[str, int]:
    return {path.relative_to(root).as_posix(): path.lstat().st_mtime_ns for path in root.rglob("*")}


def test_a_committed_write_is_seen_whole_and_nothing_is_touched(root: Path) -> None:
    before = names(root)
    package = open_package(root)
    assert (package.name, package.journal) == ("new", NAME)
    assert seen(root) == state(1)
    assert names(root) == before


@pytest.mark.parametrize("path", FILES)
def test_what_is_in_its_place_is_read_there(root: Path, path: str) -> None:
    place(root, path)
    assert seen(root) == state(1)
    assert path not in open_package(root).gate.instead


def test_a_write_that_is_being_undone_is_not_seen(root: Path) -> None:
    for path in FILES:
        place(root, path)
    folder = root / journal.JOURNAL / NAME
    (folder / "open").rename(folder / "undone")
    assert seen(root) == state(0)
    (folder / "0.old").rename(root / "corpus/a.csv")
    assert seen(root) == state(0)


def test_of_a_write_that_is_being_undone_a_file_that_was_not_put_in_place_stays(root: Path) -> None:
    """It is as it is to be all the same: somebody else has written it so."""
    (root / "corpus/a.csv").write_bytes(b"new\n")
    folder = root / journal.JOURNAL / NAME
    (folder / "open").rename(folder / "undone")
    (folder / "0.new").rename(folder / "0.not")
    assert seen(root) == state(0) | {"corpus/a.csv": b"new\n"}


def test_a_write_that_is_done_is_read_from_the_files(root: Path) -> None:
    folder = root / journal.JOURNAL / NAME
    (folder / "open").rename(folder / "applied")
    assert seen(root) == state(0)
    assert open_package(root).journal == NAME


@pytest.mark.parametrize("placed", [(), ("corpus/a.csv",), ("corpus/made.csv", "corpus/removed.csv")])
@pytest.mark.parametrize("data", [b'{"name": "by hand"}\n', None, OLD + b"\n"])
def test_a_file_that_was_edited_by_hand_is_seen_and_the_write_is_not(
    root: Path, data: bytes | None, placed: tuple[str, ...]
) -> None:
    for path in placed:
        place(root, path)
    (root / "datapackage.json").unlink()
    if data is not None:
        (root / "datapackage.json").write_bytes(data)
        assert seen(root) == state(0) | {"datapackage.json": data}
    else:
        with pytest.raises(NotAPackageError):
            open_package(root)


def test_what_was_edited_after_it_was_put_in_place_is_seen_with_the_write(root: Path) -> None:
    place(root, "corpus/a.csv")
    (root / "corpus/a.csv").write_bytes(b"newer\n")
    assert seen(root) == state(1) | {"corpus/a.csv": b"newer\n"}


def test_an_edit_by_hand_stays_where_the_write_that_it_follows_is_undone(root: Path) -> None:
    place(root, "corpus/a.csv")
    by_hand: dict[str, bytes | None] = {
        "corpus/a.csv": b"newer\n",
        "datapackage.json": b'{"name": "by hand"}\n',
    }
    for path, data in by_hand.items():
        (root / path).write_bytes(data or b"")
    assert seen(root) == state(0) | by_hand
    assert store.recover(root)
    assert seen(root) == state(0) | by_hand


def test_files_may_be_read_from_elsewhere_over_the_journal(root: Path) -> None:
    gate = open_package(root, instead={"corpus/a.csv": b"mine\n", "corpus/other.csv": None}).gate
    assert gate.read("corpus/a.csv") == b"mine\n"
    assert gate.read("corpus/made.csv") == b"new\n"


def test_a_journal_that_ends_while_it_is_read_is_read_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = journal._kept

    def ending(*arguments: Any) -> bytes | None:
        monkeypatch.setattr(journal, "_kept", kept)
        for path in FILES:
            place(root, path)
        shutil.rmtree(root / ".tigris")
        return kept(*arguments)

    monkeypatch.setattr(journal, "_kept", ending)
    assert journal.view(Gate(root)) == (None, {})


def test_a_journal_that_is_undone_while_it_is_read_is_read_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = journal._kept
    folder = root / journal.JOURNAL / NAME

    def turning(*arguments: Any) -> bytes | None:
        monkeypatch.setattr(journal, "_kept", kept)
        (folder / "open").rename(folder / "undone")
        for number in (0, 2, 3):
            (folder / f"{number}.new").rename(folder / f"{number}.not")
        return kept(*arguments)

    monkeypatch.setattr(journal, "_kept", turning)
    assert journal.view(Gate(root)) == (NAME, {})


@pytest.mark.parametrize("step", ["_entries", "_kept"])
def test_journals_that_follow_one_another_without_end_are_given_up(
    root: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    number = 0
    look = getattr(journal, step)

    def moving(*arguments: Any) -> Any:
        nonlocal number
        number += 1
        assert number < 1000
        found = look(*arguments)
        (here,) = (root / journal.JOURNAL).iterdir()
        here.rename(here.with_name(f"{'0' * 8}-1-{number:032x}"))
        return found

    monkeypatch.setattr(journal, step, moving)
    assert [problem.code for problem in open_package(root).problems] == ["pkg.unreadable-file"]


def _manifest(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    file = root / journal.JOURNAL / NAME / "manifest.json"
    manifest = json.loads(file.read_bytes())
    change(manifest)
    file.write_text(json.dumps(manifest), encoding="utf-8")


def _set(key: str, value: Any) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        _manifest(root, lambda manifest: manifest["files"][0].update({key: value}))

    return make


def _bytes(name: str, data: bytes) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / journal.JOURNAL / NAME / name).write_bytes(data)

    return make


def _linked(name: str) -> Callable[[Path], None]:
    """Put a link to a file or folder outside in the place of one that is inside, with the same in it."""

    def make(root: Path) -> None:
        path = root / name.replace("NAME", NAME)
        outside = root.parent / "outside"
        path.rename(outside)
        path.symlink_to(outside)

    return make


def _replaced(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def making(root: Path) -> None:
        path = root / name.replace("NAME", NAME)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        make(path)

    return making


def _hard(root: Path) -> None:
    os.link(root / journal.JOURNAL / NAME / "0.new", root.parent / "other")


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 5 * 1024**3)


HOSTILE: dict[str, Callable[[Path], None]] = {
    "a journal that is a link": _linked(".tigris/journal"),
    "a folder that is a link": _linked(".tigris"),
    "a folder that is a link to nothing of the kind": _replaced(
        ".tigris", lambda path: path.symlink_to("corpus")
    ),
    "a folder of the journal that is a link": _linked(".tigris/journal/NAME"),
    "a manifest that is a link": _linked(".tigris/journal/NAME/manifest.json"),
    "bytes that are a link": _linked(".tigris/journal/NAME/0.new"),
    "bytes with another name": _hard,
    "bytes that are a pipe": _replaced(".tigris/journal/NAME/0.new", os.mkfifo),
    "bytes that are a folder": _replaced(".tigris/journal/NAME/0.new", os.mkdir),
    "bytes without end": _replaced(".tigris/journal/NAME/0.new", _sparse),
    "a folder that is a file": _replaced(".tigris", lambda path: path.touch()),
    "a journal that is a file": _replaced(".tigris/journal", lambda path: path.touch()),
    "a journal that is a pipe": _replaced(".tigris/journal", os.mkfifo),
    "a journal of another name": lambda root: _renamed(root, "journal"),
    "a name that leads out": lambda root: _renamed(root, f"{'0' * 8}-1-{'A' * 32}"),
    "two journals": lambda root: _copied(root, NAME.replace("a", "b")),
    "no manifest": lambda root: (root / journal.JOURNAL / NAME / "manifest.json").unlink(),
    "no verdict": lambda root: (root / journal.JOURNAL / NAME / "open").unlink(),
    "a manifest that is no JSON": _bytes("manifest.json", b"{"),
    "a manifest with a key twice": _bytes("manifest.json", b'{"version": "1", "version": "1", "files": []}'),
    "a manifest of many levels": _bytes("manifest.json", b"[" * 100_000),
    "a manifest that is a list": _bytes("manifest.json", b"[]"),
    "a manifest without files": _bytes("manifest.json", b'{"version": "1"}'),
    "a manifest with files of another kind": _bytes("manifest.json", b'{"version": "1", "files": [1]}'),
    "a manifest of many megabytes": _bytes("manifest.json", b" " * (2**21 + 1)),
    "another version": lambda root: _manifest(root, lambda manifest: manifest.update(version="2")),
    "more in the manifest": lambda root: _manifest(root, lambda manifest: manifest.update(more=1)),
    "a file twice": lambda root: _manifest(
        root, lambda manifest: manifest["files"].append(manifest["files"][0])
    ),
    "more in a file": _set("more", 1),
    "a path that is a number": _set("path", 1),
    "a path that leads out": _set("path", "../outside.csv"),
    "a path from the root": _set("path", "/etc/passwd"),
    "a hook": _set("path", ".git/hooks/post-checkout"),
    "a hook by its short name": _set("path", "GIT~1/hooks/post-checkout"),
    "a hook that some file systems see": _set("path", "\u200c.git/hooks/post-checkout"),
    "a path into the journal": _set("path", ".tigris/lock"),
    "half a character": _set("path", "corpus/\udc80.csv"),
    "a path that steers terminals": _set("path", "corpus/\x1b[2J.csv"),
    "a hash that is none": _set("old", "0"),
    "a hash that is a list": _set("old", []),
    "a hash twice": _set("old", journal.digest(b"new\n")),
    "bytes of another hash": _bytes("0.new", b"other\n"),
}


def _copied(root: Path, name: str) -> None:
    shutil.copytree(root / journal.JOURNAL / NAME, root / journal.JOURNAL / name)


def _renamed(root: Path, name: str) -> None:
    (root / journal.JOURNAL / NAME).rename(root / journal.JOURNAL / name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_journal_is_a_problem_of_the_package(root: Path, name: str) -> None:
    HOSTILE[name](root)
    before = names(root)
    (problem,) = open_package(root).problems
    assert (problem.code, problem.file) == ("pkg.unreadable-file", ".tigris/journal")
    assert "\x1b" not in problem.message
    with pytest.raises(CorpusError, match=r"\.tigris"):
        load(root)
    assert names(root) == before


def test_a_hostile_journal_that_is_being_undone_is_a_problem(root: Path) -> None:
    folder = root / journal.JOURNAL / NAME
    place(root, "corpus/a.csv")
    (folder / "open").rename(folder / "undone")
    (folder / "0.old").write_bytes(b"other\n")
    assert [problem.code for problem in open_package(root).problems] == ["pkg.unreadable-file"]


def test_a_link_in_the_place_of_a_file_is_left_to_the_gate(root: Path) -> None:
    """It is not as it was, so that the write is not seen."""
    (root / "corpus/a.csv").unlink()
    (root / "corpus/a.csv").symlink_to(root / "corpus/removed.csv")
    gate = open_package(root).gate
    assert gate.read("datapackage.json") == OLD
    with pytest.raises(PathError, match="is not a plain file"):
        gate.read("corpus/a.csv")


def test_a_folder_that_is_no_package_is_none_whatever_its_journal(root: Path) -> None:
    (root / "datapackage.json").unlink()
    _bytes("manifest.json", b"{")(root)
    with pytest.raises(NotAPackageError):
        open_package(root)


def test_an_empty_journal_is_none(root: Path) -> None:
    shutil.rmtree(root / journal.JOURNAL / NAME)
    package = open_package(root)
    assert (package.name, package.journal, package.gate.instead) == ("old", None, {})


def test_the_gate_reads_from_elsewhere_what_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"on disk\n")
    (tmp_path / "gone.csv").write_bytes(b"on disk\n")
    gate = Gate(tmp_path, instead={"a.csv": b"elsewhere\n", "gone.csv": None, "made/b.csv": b"made\n"})
    assert gate.read("a.csv") == b"elsewhere\n"
    assert gate.part("a.csv", 4, 3) == b"whe"
    assert gate.part("a.csv", 8, 100) == b"e\n"
    assert (gate.size("a.csv"), gate.size("made/b.csv")) == (10, 5)
    with pytest.raises(PathError, match="is larger than 9 bytes"):
        gate.read("a.csv", 9)
    for look in (gate.read, gate.size, gate.resolve):
        with pytest.raises(PathError, match="does not exist") as caught:
            look("gone.csv")
        assert caught.value.code == "pkg.missing-file"
    with pytest.raises(PathError, match="not yet in its place"):
        gate.resolve("a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"on disk\n"


def test_the_gate_says_which_file_is_no_longer_the_one_that_was_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a")
    gate = Gate(tmp_path, instead={"b.csv": b"b"})
    gate.read("a.csv")
    gate.read("b.csv")
    with pytest.raises(PathError):
        gate.read("c.csv")
    assert gate.changed() is None
    (tmp_path / "c.csv").write_bytes(b"c")
    assert gate.changed() == "c.csv"
    (tmp_path / "c.csv").unlink()
    (tmp_path / "new.csv").write_bytes(b"a")
    (tmp_path / "new.csv").replace(tmp_path / "a.csv")
    gate.read("a.csv")
    assert gate.changed() == "a.csv"
    (tmp_path / "a.csv").unlink()
    assert gate.changed() == "a.csv"


def test_what_cannot_be_looked_at_is_not_taken_for_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of a journal that is missing was put in its place; one that cannot be seen may be there."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.csv").write_bytes(b"a")

    def failing(_: str) -> os.stat_result:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "lstat", failing)
    with pytest.raises(PathError) as caught:
        Gate(tmp_path.parent).read(f"{tmp_path.name}/corpus/a.csv")
    assert caught.value.code == "pkg.unreadable-file"
    with pytest.raises(PathError, match="cannot be read: Input/output error"):
        journal.is_there(Gate(tmp_path.parent), "a.csv")


def test_the_package_that_is_installed_has_no_journal() -> None:
    assert journal.view(Gate(packaged_root())) == (None, {})
