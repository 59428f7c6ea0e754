# ruff: noqa: SLF001 - what comes between two steps of a writer has to be put there
from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tigris_corpus import journal, store
from tigris_corpus.corpus import load
from tigris_corpus.descriptor import open_package
from tigris_corpus.errors import ConflictError, CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tigris_corpus.paths import Gate

OLD: dict[str, bytes | None] = {
    "corpus/changed.csv": b"old\n",
    "corpus/removed.csv": b"old\n",
    "corpus/untouched.csv": b"untouched\n",
    "datapackage.json": b'{"name": "old"}\n',
    "new/made.csv": None,
}
WRITTEN: dict[str, bytes | None] = {
    "corpus/changed.csv": b"new\n",
    "corpus/removed.csv": None,
    "datapackage.json": b'{"name": "new"}\n',
    "new/made.csv": b"new\n",
}
NEW = OLD | WRITTEN
IN_ORDER = ("corpus/changed.csv", "corpus/removed.csv", "new/made.csv", "datapackage.json")
MOVED = ("0.new", "removed.csv", "2.new", "3.new")
"""The files that are put in their places, in that order, and what is moved for each."""
CALLS = ("open", "write", "fsync", "rename", "replace", "unlink", "mkdir", "rmdir", "chmod", "ftruncate")
LOOKS = ("read", "stat", "lstat", "scandir", "listdir")


class Killed(BaseException):
    """What a process that is killed seems to raise: nothing is done after it."""


def build(root: Path) -> Path:
    for path, data in OLD.items():
        if data is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
    return root


def raw(root: Path) -> dict[str, bytes | None]:
    """What stands in the files themselves."""
    return {path: (root / path).read_bytes() if (root / path).exists() else None for path in OLD}


def seen(root: Path) -> dict[str, bytes | None]:
    """What a reader gets."""
    gate = open_package(root).gate
    return {path: journal.bytes_at(gate, path) for path in OLD}


def names(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()}


def just_before(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object]) -> None:
    """Do something before a file of that name is put in its place."""
    replace = Path.replace

    def acting(self: Path, target: Path) -> Path:
        if name in {self.name, target.name}:
            monkeypatch.setattr(Path, "replace", replace)
            act()
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", acting)


def cut_short(root: Path, monkeypatch: pytest.MonkeyPatch, placed: int = 0) -> None:
    """Leave the write as a killed process does, when so many of its files are in their places."""

    left = placed
    put = store._put

    def putting(*arguments: Any) -> None:
        nonlocal left
        if not left:
            raise Killed
        left -= 1
        put(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(store, "_put", putting)
        with pytest.raises(Killed):
            store.write(root, WRITTEN)


def test_files_are_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    store.write(tmp_path, {"corpus/a.csv": b"a\n", "datapackage.json": b"{}\n"})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.csv", "corpus", "datapackage.json"]
    assert (tmp_path / "corpus" / "a.csv").read_bytes() == b"a\n"
    assert (tmp_path / "corpus" / "a.csv").stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    store.write(tmp_path / "a" / "b", {"c.txt": b"c"})
    assert names(tmp_path) == {"a/b/c.txt"}


def test_files_are_changed_made_and_removed_in_one_write(tmp_path: Path) -> None:
    store.write(build(tmp_path), WRITTEN)
    assert raw(tmp_path) == seen(tmp_path) == NEW
    assert names(tmp_path) == {path for path, data in NEW.items() if data is not None}


def test_what_stays_as_it_is_is_not_replaced(tmp_path: Path) -> None:
    build(tmp_path)
    before = (tmp_path / "corpus/changed.csv").stat().st_ino
    store.write(tmp_path, {"corpus/changed.csv": b"old\n", "new/made.csv": None})
    assert (tmp_path / "corpus/changed.csv").stat().st_ino == before
    assert raw(tmp_path) == OLD


def test_the_descriptor_is_put_in_place_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    replace = Path.replace

    def recording(self: Path, target: Path) -> Path:
        order.append(target.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", recording)
    store.write(tmp_path, {"datapackage.json": b"{}", "zzz.csv": b"z", "aaa.csv": b"a"})
    assert order == ["aaa.csv", "zzz.csv", "datapackage.json"]


def test_all_is_synced_before_the_commit_and_before_the_journal_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def syncing(handle: int) -> None:
        events.append(Path(f"/proc/self/fd/{handle}").readlink().relative_to(tmp_path).as_posix())
        fsync(handle)

    def renaming(self: Path, target: Path) -> Path:
        events.append("COMMIT" if target.name == "journal" else "RETIRE" if "done-" in target.name else "")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Path, "rename", renaming)
    store.write(build(tmp_path), WRITTEN)
    commit, retire = events.index("COMMIT"), events.index("RETIRE")
    staged = [Path(path).name for path in events[:commit]]
    kept = ["0.old", "0.new", "1.old", "2.new", "3.old", "3.new"]
    assert staged[:-2] == ["manifest.json", *kept]
    assert staged[-1] == f"staging-{staged[-2]}"
    assert events[commit + 1 : commit + 3] == [".tigris", "."]
    assert set(events[commit + 3 : retire]) == {"corpus", "new", ".", ""}


@pytest.mark.parametrize("mode", ["fails", "is done and fails", "and all after it fail"])
def test_whatever_call_fails_the_old_or_the_new_is_seen_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    ends = set()
    for number in range(1, 1000):
        root = build(tmp_path / str(number))
        with monkeypatch.context() as patch:
            made = _failing(patch, number, mode)
            try:
                store.write(root, WRITTEN)
                end, wanted = "written", NEW
            except CorpusError as error:
                end = "stands" if "the change stands" in str(error) else "failed"
                wanted = NEW if end == "stands" else OLD
        ends.add(end)
        assert seen(root) == wanted, (number, made[-1])
        store.recover(root)
        assert raw(root) == wanted, (number, made[-1])
        assert names(root) == {path for path, data in wanted.items() if data is not None}, (number, made[-1])
        if len(made) < number:
            break
    assert number > (120 if mode == "fails" else 50)
    assert ends == {"written", "failed", *(["stands"] if mode.startswith("and") else [])}


def _failing(patch: pytest.MonkeyPatch, number: int, mode: str) -> list[str]:
    """Let a call of the operating system fail, by its number; return the list in which the calls are written down."""
    made: list[str] = []

    def wrapped(name: str, call: Any) -> Any:
        def calling(*arguments: Any, **named: Any) -> Any:
            made.append(f"{name} {arguments[0]}")
            if len(made) == number or (len(made) > number and mode.startswith("and")):
                if mode.startswith("is"):
                    call(*arguments, **named)
                raise OSError(errno.EIO, "Input/output error")
            return None if name == "fsync" else call(*arguments, **named)

        return calling

    for name in (*CALLS, *LOOKS) if mode == "fails" else CALLS:
        patch.setattr(os, name, wrapped(name, getattr(os, name)))
    return made


def test_a_failure_while_staging_says_what_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    synced = 0

    def failing(_: int) -> None:
        nonlocal synced
        synced += 1
        if synced == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(CorpusError, match="cannot write: No space left on device; nothing was changed"):
        store.write(tmp_path, WRITTEN)
    assert names(tmp_path) == {path for path, data in OLD.items() if data is not None}
    assert raw(tmp_path) == OLD


def test_a_folder_that_cannot_be_synced_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def failing(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().is_dir():
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", failing)
    store.write(build(tmp_path), WRITTEN)
    assert raw(tmp_path) == NEW


@pytest.mark.parametrize("placed", range(5))
def test_a_write_that_was_cut_short_is_seen_whole_and_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, placed: int
) -> None:
    if placed == len(WRITTEN):
        monkeypatch.setattr(store, "_claim", _raise)
        with pytest.raises(Killed):
            store.write(build(tmp_path), WRITTEN)
        monkeypatch.undo()
    else:
        cut_short(build(tmp_path), monkeypatch, placed)
        assert raw(tmp_path) != NEW
    assert seen(tmp_path) == NEW
    store.write(tmp_path, {"corpus/untouched.csv": b"touched\n"})
    assert raw(tmp_path) == NEW | {"corpus/untouched.csv": b"touched\n"}
    assert not (tmp_path / ".tigris").exists()


def _raise(*_: object) -> None:
    raise Killed


def test_a_package_whose_first_write_was_cut_short_is_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(tmp_path, monkeypatch)
    assert open_package(tmp_path).name == "new"
    assert store.recover(tmp_path)
    assert (tmp_path / "datapackage.json").read_bytes() == NEW["datapackage.json"]


def test_recovery_says_whether_there_was_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not store.recover(build(tmp_path))
    assert names(tmp_path) == {path for path, data in OLD.items() if data is not None}
    cut_short(tmp_path, monkeypatch)
    assert store.recover(tmp_path)
    assert not store.recover(tmp_path)
    assert raw(tmp_path) == NEW


def test_a_package_that_was_cut_short_is_loaded_as_it_is_to_be(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = base / "corpus" / "mentions.csv"
    changed = path.read_bytes().replace(b"GPE,NAM", b"LOC,NAM", 1)
    monkeypatch.setattr(store, "_put", _raise)
    with pytest.raises(Killed):
        store.write(base, {"corpus/mentions.csv": changed})
    assert "LOC" in set(load(base).mentions["entity_type"])
    assert path.read_bytes() != changed


def test_what_was_changed_since_it_was_read_is_not_written_over(tmp_path: Path) -> None:
    build(tmp_path)
    read = {path: store.digest(data) for path, data in OLD.items()}
    store.write(tmp_path, {"corpus/untouched.csv": b"touched\n"}, expected=read)
    before = raw(tmp_path)
    with pytest.raises(ConflictError, match=r"untouched\.csv: somebody else has changed .* again"):
        store.write(tmp_path, WRITTEN, expected=read)
    (tmp_path / "corpus/untouched.csv").unlink()
    with pytest.raises(ConflictError, match=r"untouched\.csv"):
        store.write(tmp_path, WRITTEN, expected=read)
    assert raw(tmp_path) == before | {"corpus/untouched.csv": None}
    with pytest.raises(ConflictError, match=r"changed\.csv"):
        store.write(tmp_path, WRITTEN, expected={"corpus/changed.csv": None})
    with pytest.raises(ConflictError, match=r"changed\.csv"):
        store.write(tmp_path, {}, expected={"corpus/changed.csv": None})


def test_a_file_that_is_only_read_may_not_change_before_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    stage = store._stage

    def staging(*arguments: Any) -> None:
        stage(*arguments)
        (tmp_path / "corpus/untouched.csv").write_bytes(b"by hand\n")

    monkeypatch.setattr(store, "_stage", staging)
    with pytest.raises(ConflictError, match=r"untouched\.csv"):
        store.write(tmp_path, WRITTEN, expected={"corpus/untouched.csv": store.digest(b"untouched\n")})
    assert raw(tmp_path) == seen(tmp_path) == OLD | {"corpus/untouched.csv": b"by hand\n"}


@pytest.mark.parametrize(
    ("edited", "when"),
    [
        (edited, when)
        for place, edited in enumerate(IN_ORDER)
        for turn, when in enumerate(MOVED)
        if place != turn  # between the last look at a file and its replacement nothing can be seen
    ],
)
def test_an_edit_by_hand_is_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: str, when: str
) -> None:
    """Whether it comes before a file is put in its place or after that: then it is an edit of what is new."""
    build(tmp_path)

    def edit() -> None:
        (tmp_path / edited).parent.mkdir(exist_ok=True)
        (tmp_path / edited).write_bytes(b'{"name": "by hand"}\n')

    just_before(monkeypatch, when, edit)
    by_hand = {edited: b'{"name": "by hand"}\n'}
    if IN_ORDER.index(edited) > MOVED.index(when):
        with pytest.raises(ConflictError, match=Path(edited).name):
            store.write(tmp_path, WRITTEN)
        assert raw(tmp_path) == seen(tmp_path) == OLD | by_hand
    else:
        store.write(tmp_path, WRITTEN)
        assert raw(tmp_path) == seen(tmp_path) == NEW | by_hand
    assert not (tmp_path / ".tigris").exists()


def test_an_edit_between_the_commit_and_the_first_replacement_survives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    commit = store._commit

    def committing(*arguments: Any) -> None:
        commit(*arguments)
        (tmp_path / "datapackage.json").write_bytes(b'{"name": "by hand"}\n')

    monkeypatch.setattr(store, "_commit", committing)
    monkeypatch.setattr(store, "_put", _raise)  # nothing is put in its place, not even to be put back
    with pytest.raises(ConflictError, match=r"datapackage\.json: somebody else"):
        store.write(tmp_path, WRITTEN)
    assert raw(tmp_path) == OLD | {"datapackage.json": b'{"name": "by hand"}\n'}


@pytest.mark.parametrize("placed", range(4))
@pytest.mark.parametrize("edited", WRITTEN)
def test_an_edit_by_hand_after_a_kill_survives_the_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: str, placed: int
) -> None:
    cut_short(build(tmp_path), monkeypatch, placed)
    (tmp_path / edited).parent.mkdir(exist_ok=True)
    (tmp_path / edited).write_bytes(b'{"name": "by hand"}\n')
    wanted = (NEW if IN_ORDER.index(edited) < placed else OLD) | {edited: b'{"name": "by hand"}\n'}
    assert seen(tmp_path) == wanted
    assert store.recover(tmp_path)
    assert raw(tmp_path) == seen(tmp_path) == wanted


def test_a_link_in_the_place_of_a_file_is_not_followed_and_not_replaced(tmp_path: Path) -> None:
    root = build(tmp_path / "root")
    (tmp_path / "outside.csv").write_bytes(b"outside\n")
    (root / "corpus/changed.csv").unlink()
    (root / "corpus/changed.csv").symlink_to(tmp_path / "outside.csv")
    (root / "new").symlink_to(tmp_path)
    for path in ("corpus/changed.csv", "new/made.csv", "corpus"):
        with pytest.raises(CorpusError, match=path.rpartition("/")[2]):
            store.write(root, {path: b"new\n", "corpus/removed.csv": None})
    assert (tmp_path / "outside.csv").read_bytes() == b"outside\n"
    assert (root / "corpus/removed.csv").exists()
    assert not (tmp_path / "made.csv").exists()


@pytest.mark.parametrize(
    "path",
    ["../a.csv", "/a.csv", "", ".git/hooks/post-checkout", "corpus/.a", ".tigris/lock", "GIT~1/config"],
)
def test_what_is_outside_or_hidden_is_not_written(tmp_path: Path, path: str) -> None:
    with pytest.raises(CorpusError):
        store.write(tmp_path / "root", {path: b"a"})
    assert not (tmp_path / "root").exists()


def test_more_than_a_journal_can_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_JSON", 100)
    with pytest.raises(CorpusError, match="write them in parts"):
        store.write(build(tmp_path), WRITTEN)
    monkeypatch.setattr(store, "MAX_BYTES", 20)
    with pytest.raises(CorpusError, match="more than 20 bytes"):
        store.write(tmp_path, WRITTEN)
    assert raw(tmp_path) == OLD


def test_a_folder_on_another_file_system_is_refused_and_nothing_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    replace = os.replace

    def crossing(source: Path, target: Path) -> None:
        if Path(target).parent.name == "new":
            raise OSError(errno.EXDEV, "Invalid cross-device link", str(source))
        replace(source, target)

    monkeypatch.setattr(os, "replace", crossing)
    with pytest.raises(CorpusError, match=r"cross-device link .*; nothing was changed"):
        store.write(tmp_path, WRITTEN)
    assert raw(tmp_path) == OLD


def test_a_writer_waits_for_another_and_says_for_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    handle = store._lock(tmp_path)
    monkeypatch.setattr(store, "WAIT", 0.05)
    with pytest.raises(ConflictError, match=f"process {os.getpid()} is writing"):
        store.write(tmp_path, WRITTEN)
    assert raw(tmp_path) == OLD
    monkeypatch.setattr(store, "WAIT", 30)
    writer = threading.Thread(target=store.write, args=(tmp_path, WRITTEN))
    writer.start()
    time.sleep(0.05)
    assert raw(tmp_path) == OLD
    os.close(handle)
    writer.join()
    assert raw(tmp_path) == NEW
    assert not (tmp_path / ".tigris").exists()


def test_a_lock_that_was_taken_away_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waited at it gets it when it is no longer under its path, where others may hold another one."""
    take = store._take
    held: list[int] = []

    def late(handle: int) -> bool:
        monkeypatch.setattr(store, "_take", take)
        taken = take(handle)
        (tmp_path / ".tigris/lock").unlink()
        held.append(store._lock(tmp_path))
        return taken

    monkeypatch.setattr(store, "_take", late)
    monkeypatch.setattr(store, "WAIT", 0.05)
    with pytest.raises(ConflictError, match="is writing"):
        store.write(build(tmp_path), WRITTEN)
    os.close(held[0])
    assert raw(tmp_path) == OLD
    store.write(tmp_path, WRITTEN)
    assert raw(tmp_path) == NEW


def test_where_there_are_no_locks_the_journal_keeps_writers_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lockless(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", lockless)
    build(tmp_path)
    commit, stage = store._commit, store._stage

    def staging(*arguments: Any) -> None:
        stage(*arguments)
        monkeypatch.setattr(store, "_stage", stage)
        store.write(tmp_path, {"corpus/changed.csv": b"other\n"})

    monkeypatch.setattr(store, "_stage", staging)
    with pytest.raises(ConflictError, match=r"changed\.csv"):
        store.write(tmp_path, WRITTEN)
    assert raw(tmp_path) == OLD | {"corpus/changed.csv": b"other\n"}

    def committing(gate: Gate, staging: Path, own: journal.Journal) -> None:
        monkeypatch.setattr(store, "_commit", commit)
        cut_short(tmp_path, monkeypatch)
        commit(gate, staging, own)

    monkeypatch.setattr(store, "_commit", committing)
    with pytest.raises(ConflictError, match="another process is writing"):
        store.write(tmp_path, {"corpus/changed.csv": b"third\n"})
    assert store.recover(tmp_path)
    assert raw(tmp_path) == NEW


@pytest.mark.parametrize("when", ["_apply", "_put", "_sync_places", "_claim", "_retire"])
@pytest.mark.parametrize("edited", [None, "corpus/changed.csv", "datapackage.json"])
def test_a_writer_whose_journal_others_finish_is_told_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str, edited: str | None
) -> None:
    """As where a lock holds nobody: it is carried out and taken away, and another write follows, at the worst moment."""
    build(tmp_path)
    step = getattr(store, when)
    late: dict[str, bytes | None] = {}

    def held_up(*arguments: Any, **named: Any) -> Any:
        monkeypatch.undo()
        monkeypatch.setattr(fcntl, "flock", lambda *_: None)
        if edited:
            (tmp_path / edited).write_bytes(b'{"name": "by hand"}\n')
        store.recover(tmp_path)
        assert {path.name for path in tmp_path.glob(".tigris/done-*/*")} <= {"applied", "undone"}
        late.update(raw(tmp_path))
        changed = {"corpus/changed.csv": b"later\n", "corpus/removed.csv": b"later\n"}
        store.write(tmp_path, changed)
        late.update(changed)
        return step(*arguments, **named)

    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    monkeypatch.setattr(store, when, held_up)
    if edited is None or when in {"_sync_places", "_claim", "_retire"}:
        store.write(tmp_path, WRITTEN)
        assert late["new/made.csv"] == b"new\n"
    else:
        with pytest.raises(ConflictError):
            store.write(tmp_path, WRITTEN)
        assert late["new/made.csv"] is None
    assert raw(tmp_path) == seen(tmp_path) == late
    assert store.recover(tmp_path) is False
    assert not (tmp_path / ".tigris").exists()


def test_while_a_write_is_undone_a_process_that_was_held_up_puts_nothing_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(build(tmp_path), monkeypatch)
    by_hand = {"datapackage.json": b'{"name": "by hand"}\n'}
    (tmp_path / "datapackage.json").write_bytes(by_hand["datapackage.json"])
    back = journal.back

    def going_on(gate: Gate, own: journal.Journal) -> dict[str, bytes | None]:
        found = back(gate, own)
        for entry in own.entries[:3]:
            store._put(gate, own, entry)
        return found

    monkeypatch.setattr(journal, "back", going_on)
    store.recover(tmp_path)
    assert raw(tmp_path) == OLD | by_hand


def test_a_folder_that_vanishes_as_a_file_is_put_into_it_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def vanishing(source: Path, target: Path) -> None:
        if Path(target).parent.name == "new":
            Path(target).parent.rmdir()
        replace(source, target)

    monkeypatch.setattr(os, "replace", vanishing)
    with pytest.raises(CorpusError, match=r"No such file .*; nothing was changed"):
        store.write(build(tmp_path), WRITTEN)
    assert raw(tmp_path) == seen(tmp_path) == OLD


def test_a_writer_that_is_not_told_how_its_journal_ended_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = store._apply

    def held_up(*arguments: Any) -> str:
        monkeypatch.undo()
        shutil.rmtree(tmp_path / ".tigris")
        return apply(*arguments)

    monkeypatch.setattr(store, "_apply", held_up)
    with pytest.raises(CorpusError, match=r"whole or not at all: see which$"):
        store.write(build(tmp_path), WRITTEN)


def test_what_dead_processes_staged_is_taken_away_and_what_living_ones_do_is_not(tmp_path: Path) -> None:
    folder = build(tmp_path) / ".tigris"
    alive = f"staging-{store._MACHINE}-{os.getppid()}-{'a' * 32}"
    old = f"staging-{store._MACHINE}-{os.getppid()}-{'b' * 32}"
    dead = f"staging-{store._MACHINE}-{2**32}-{'c' * 32}"
    elsewhere = f"done-{'0' * 8}-1-{'d' * 32}"
    own = f"done-{store._MACHINE}-{os.getpid()}-{'e' * 32}"
    for name in (alive, old, dead, elsewhere, own, "staging-", "others"):
        (folder / name / "inside").mkdir(parents=True)
    (folder / "others" / "a.txt").write_bytes(b"a")
    os.utime(folder / old, (0, 0))
    os.utime(folder / "staging-", (0, 0))
    store.write(tmp_path, WRITTEN)
    assert {path.name for path in folder.iterdir()} == {alive, elsewhere, "others"}


def test_a_lock_or_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    root = build(tmp_path / "root")
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (root / ".tigris").symlink_to(outside)
    with pytest.raises(CorpusError, match="is not a folder"):
        store.write(root, WRITTEN)
    (root / ".tigris").unlink()
    (root / ".tigris").write_bytes(b"")
    with pytest.raises(CorpusError, match="is not a folder"):
        store.write(root, WRITTEN)
    (root / ".tigris").unlink()
    (root / ".tigris").mkdir()
    lock = root / ".tigris/lock"
    lock.symlink_to(secret)
    with pytest.raises(CorpusError, match="cannot write"):
        store.write(root, WRITTEN)
    lock.unlink()
    os.link(secret, lock)
    with pytest.raises(CorpusError, match="is not a plain file"):
        store.write(root, WRITTEN)
    lock.unlink()
    os.mkfifo(lock)
    with pytest.raises(CorpusError, match="is not a plain file"):
        store.write(root, WRITTEN)
    assert secret.read_bytes() == b"secret"
    assert not any(outside.iterdir())
    assert raw(root) == OLD


def test_an_odd_journal_stops_writers_and_says_what_to_do(tmp_path: Path) -> None:
    folder = build(tmp_path) / ".tigris/journal/something"
    folder.mkdir(parents=True)
    with pytest.raises(CorpusError, match=r"remove the folder \.tigris/journal"):
        store.write(tmp_path, WRITTEN)
    assert raw(tmp_path) == OLD
    folder.rmdir()
    store.write(tmp_path, WRITTEN)
    assert raw(tmp_path) == NEW


def test_a_hostile_journal_reaches_no_hidden_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_short(build(tmp_path), monkeypatch)
    (manifest,) = tmp_path.glob(".tigris/journal/*/manifest.json")
    content = json.loads(manifest.read_bytes())
    content["files"][0]["path"] = ".git/hooks/post-checkout"
    manifest.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CorpusError, match="is hidden"):
        store.write(tmp_path, {"corpus/untouched.csv": b"touched\n"})
    assert raw(tmp_path) == OLD
    assert not (tmp_path / ".git").exists()


def test_a_package_says_whether_it_has_changed_since_it_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = open_package(build(tmp_path))
    for path in OLD:
        journal.bytes_at(package.gate, path)
    assert not package.changed()
    store.write(tmp_path, WRITTEN)
    assert package.changed()
    package = open_package(tmp_path)
    cut_short(tmp_path / "other", monkeypatch)
    assert not package.changed()
    store.write(tmp_path, OLD)
    package = open_package(tmp_path)
    cut_short(tmp_path, monkeypatch, 1)  # nothing of what was read has changed yet: the rest may be new
    assert package.changed()
    package = open_package(tmp_path)
    assert not package.changed()
    (tmp_path / ".tigris/journal/odd").mkdir()
    assert package.changed()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
def test_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    build(tmp_path)
    (tmp_path / "corpus").chmod(0o500)
    try:
        with pytest.raises(CorpusError, match="nothing was changed"):
            store.write(tmp_path, WRITTEN)
    finally:
        (tmp_path / "corpus").chmod(0o700)
    assert raw(tmp_path) == OLD
