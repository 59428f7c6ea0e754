"""The only writer. What is written is seen whole or not at all, whenever the process ends and whoever else writes.

All new bytes are staged in ``.tigris``, synced, and committed in one step: their folder becomes the journal (see
``journal``). Then file after file is put in its place, ``datapackage.json`` last, and the journal is taken away. A
writer first finishes what a killed one has left. Where a file is found changed by somebody who does not keep to this,
the write is undone, and what they wrote stays.

Writers wait for one another at a lock. Nothing depends on it but their patience: there is one journal at a time, its
commit fails where there is another, and each file is compared with what it was just before it is replaced. Several
processes may carry out the same journal, as they do where the locks of a file system mean nothing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import re
import shutil
import stat
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tigris_corpus import journal as journals
from tigris_corpus.descriptor import DESCRIPTOR, packaged_root
from tigris_corpus.errors import ConflictError, CorpusError
from tigris_corpus.journal import (
    APPLIED,
    FOLDER,
    GONE,
    JOURNAL,
    MANIFEST,
    NEW,
    NOT,
    OLD,
    OPEN,
    UNDONE,
    VERSION,
    Entry,
    Journal,
    digest,
)
from tigris_corpus.paths import MAX_BYTES, MAX_JSON, Gate, PathError

if sys.platform == "win32":  # pragma: no cover - where there is no flock
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["digest", "recover", "write"]

WAIT = 30.0
"""How many seconds a writer waits for another."""

_PERMISSIONS = 0o644
_LOCK = "lock"
_LOCK_FLAGS = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
_PAUSES = (0.001, 0.05)
"""How many seconds pass before the lock is tried again, at first and at most."""
_AWAY = 3600
"""After how many seconds what a process on another machine staged is taken for lost."""
_MACHINE = hashlib.sha256(platform.node().encode("utf-8", "replace")).hexdigest()[:8]
_UNDER_WAY: set[str] = set()
"""The names of the journals of this process: another one of its number may have ended, and left some."""
_OWNER = re.compile(rf"{_MACHINE}-([0-9]{{1,10}})-[0-9a-f]{{32}}")


class _FinishedError(CorpusError):
    """Another process has finished a journal and taken it away."""


def write(
    root: Path, files: Mapping[str, bytes | None], *, expected: Mapping[str, str | None] | None = None
) -> None:
    """Write files, by their paths relative to ``root``, all or none of them; None removes one.

    ``expected`` holds the digests that files had when they were read, of those that are written and of others: where
    one is no longer so, ConflictError is raised. Folders that are missing are made. Raises CorpusError where a file
    cannot be written. In both cases nothing has changed, unless the message says that the change stands.
    """
    for path in (*files, *(expected or {})):
        journals.check_place(path)
    try:
        with _locked(root):
            _write(_gate(root), files, expected or {})
    except OSError as error:
        raise CorpusError(f"{root}: cannot write: {_reason(error)}; nothing was changed") from None


def recover(root: Path) -> bool:
    """Finish what a killed writer has left, and return whether there was something. Every writer does so first.

    Raises CorpusError where it cannot be finished; then readers see what they saw before.
    """
    try:
        if not _exists(root / FOLDER):
            return False
        with _locked(root):
            return _finish(_gate(root))
    except OSError as error:
        raise CorpusError(
            f"{root}: a write that was cut short cannot be finished: {_reason(error)}"
        ) from None


def _gate(root: Path) -> Gate:
    return Gate(root, shares_files=root.resolve() == packaged_root())


def _write(gate: Gate, files: Mapping[str, bytes | None], expected: Mapping[str, str | None]) -> None:
    _finish(gate)
    changes = _changes(gate, files, expected)
    written = {path for path, _, _ in changes}
    guards = {path: wanted for path, wanted in expected.items() if path not in written}
    _compare(gate, guards)
    if not changes:
        return
    journal = _journal(changes)
    staging = gate.root / FOLDER / f"staging-{journal.name}"
    _UNDER_WAY.add(journal.name)
    try:
        try:
            _stage(staging, journal, changes)
            _commit(gate, staging, journal)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        _complete(gate, journal, guards)
    finally:
        _UNDER_WAY.remove(journal.name)


def _journal(changes: list[tuple[str, bytes | None, bytes | None]]) -> Journal:
    entries = [
        Entry(number, path, digest(old), digest(new)) for number, (path, old, new) in enumerate(changes)
    ]
    return Journal(_name(), tuple(entries))


def _name() -> str:
    return f"{_MACHINE}-{os.getpid()}-{os.urandom(16).hex()}"


def _changes(
    gate: Gate, files: Mapping[str, bytes | None], expected: Mapping[str, str | None]
) -> list[tuple[str, bytes | None, bytes | None]]:
    """Return the files that are to change, in the order in which they are put in place, with old and new bytes.

    The old bytes are those that were expected, else ConflictError is raised: to read a file twice, once to compare it,
    would leave a moment between.
    """
    changes = []
    for path in sorted(files, key=lambda name: (name == DESCRIPTOR, name)):
        old, new = journals.bytes_at(gate, path), files[path]
        if path in expected and digest(old) != expected[path]:
            raise journals.conflict(gate, path)
        if old != new:
            changes.append((path, old, new))
    if any(sum(len(change[place] or b"") for change in changes) > MAX_BYTES for place in (1, 2)):
        raise CorpusError(f"{gate.root}: more than {MAX_BYTES:,} bytes cannot be written at once")
    return changes


def _compare(gate: Gate, expected: Mapping[str, str | None]) -> None:
    for path, wanted in expected.items():
        if digest(journals.bytes_at(gate, path)) != wanted:
            raise journals.conflict(gate, path)


def _stage(staging: Path, journal: Journal, changes: list[tuple[str, bytes | None, bytes | None]]) -> None:
    files = [{"path": entry.path, "old": entry.old, "new": entry.new} for entry in journal.entries]
    manifest = json.dumps({"version": VERSION, "files": files}, ensure_ascii=False).encode("utf-8")
    if len(manifest) > MAX_JSON:
        raise CorpusError(f"{len(files):,} files are more than can be written at once: write them in parts")
    folder = staging / journal.name
    try:
        staging.mkdir()
    except FileNotFoundError:  # a process that no lock has kept away has just cleaned up
        raise _busy(staging.parent.parent) from None
    folder.mkdir()
    _save(folder / MANIFEST, manifest)
    _save(folder / OPEN, b"")
    for number, (_, old, new) in enumerate(changes):
        for kind, data in ((OLD, old), (NEW, new)):
            if data is not None:
                _save(folder / f"{number}.{kind}", data)
    _sync(folder)
    _sync(staging)


def _commit(gate: Gate, staging: Path, journal: Journal) -> None:
    """Make what was staged the journal. Raises ConflictError where there is one, which no lock has kept away."""
    target = gate.root / JOURNAL
    if sys.platform == "win32":  # pragma: no cover - where a folder cannot take the place of an empty one
        with suppress(OSError):
            target.rmdir()
    try:
        staging.rename(target)
    except OSError as error:
        if journals.current(gate) == journal.name:
            return
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
            raise _busy(gate.root) from None
        raise


def _busy(root: Path) -> ConflictError:
    return ConflictError(f"{root}: another process is writing; nothing was changed: run the command again")


def _complete(gate: Gate, journal: Journal, guards: Mapping[str, str | None]) -> None:
    """Carry out a journal of one's own; where that fails, undo it and raise."""
    failure: Exception = ConflictError(
        f"{gate.root}: a file was changed while it was being written; nothing was changed: run the command again"
    )
    try:
        _sync(gate.root / FOLDER)
        _sync(gate.root)
        _compare(gate, guards)
        verdict = _apply(gate, journal)
    except (OSError, CorpusError) as error:
        failure = error
        try:
            verdict = _undo(gate, journal)
        except _FinishedError:
            raise
        except (OSError, CorpusError):
            raise _unfinished(gate, journal, error) from None
    with suppress(OSError):  # the next writer takes it away
        _retire(gate, journal.name, is_own=True)
    if verdict == UNDONE:
        raise failure if isinstance(failure, ConflictError) else _failed(gate, failure, "nothing was changed")


def _unfinished(gate: Gate, journal: Journal, error: Exception) -> CorpusError:
    """Return what is raised where a write could be neither carried out nor undone: readers see one state all the same."""
    end = f"nothing was changed, and the next command that writes takes {JOURNAL} away"
    try:
        if journals.is_there(gate, f"{journal.folder}/{OPEN}"):
            end = f"the change stands, kept in {JOURNAL}, and the next command that writes puts it in place"
    except PathError:
        end = "whoever can read the package sees the whole change, or nothing of it"
    return _failed(gate, error, end)


def _failed(gate: Gate, error: Exception, end: str) -> CorpusError:
    reason = _reason(error) if isinstance(error, OSError) else error
    return CorpusError(f"{gate.root}: cannot write: {reason}; {end}")


def _reason(error: OSError) -> str:
    named = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror}{named}"


def _finish(gate: Gate) -> bool:
    """Carry out the journal that a killed process has left, or undo it; return whether there was one."""
    try:
        journal = journals.find(gate)
        if journal is not None:
            with suppress(_FinishedError):
                _settle(gate, journal)
            _retire(gate, journal.name, is_own=False)
    except PathError as error:
        raise CorpusError(
            f"{gate.root}: {error}; where no other process is writing, remove the folder {JOURNAL}"
        ) from None
    _clear(gate)
    return journal is not None


def _settle(gate: Gate, journal: Journal) -> None:
    try:
        verdict = _apply(gate, journal)
    except ConflictError:
        verdict = UNDONE
    if verdict == UNDONE:
        _undo(gate, journal)


def _apply(gate: Gate, journal: Journal) -> str:
    """Put the files of a journal in their places, and return what became of it: it may be undone already.

    Raises ConflictError where a file is neither as it was nor as it is to be.
    """
    if journal.verdict == OPEN:
        wanted = journals.ahead(gate, journal)
        for entry in journal.entries:
            if entry.path in wanted:
                _put(gate, journal, entry)
        _sync_places(gate, journal)
    return _claim(gate, journal, APPLIED)


def _put(gate: Gate, journal: Journal, entry: Entry) -> None:
    """Put one file in its place, or out of it, unless another process has just done so."""
    target = gate.root / entry.path
    before = _mark(target)
    now = journals.digest_at(gate, entry.path)
    if now not in {entry.old, entry.new} or _mark(target) != before:
        if journals.was_put(gate, journal, entry):
            return
        raise journals.conflict(gate, entry.path)
    if entry.new is None:
        _move(target, gate.root / journal.kept(entry, GONE), gate.root / journal.folder)
    else:
        _move(gate.root / journal.kept(entry, NEW), target)


def _move(source: Path, target: Path, needed: Path | None = None) -> None:
    """Move a file into its place, or out of it to a folder that is needed for that.

    It is well where it is no longer there: another process has moved it, finished the journal, or barred the way.
    """
    if needed is None:
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.replace(target)
    except FileNotFoundError:
        if _exists(source) and (needed is None or _exists(needed)):
            raise
    except IsADirectoryError:
        if needed is None:
            raise


def _undo(gate: Gate, journal: Journal) -> str:
    """Put back what a journal has changed, and return what became of it: it may be applied already."""
    verdict = _claim(gate, journal, UNDONE)
    folder = gate.root / journal.folder
    if verdict == UNDONE:
        try:
            _sync(folder)
            for entry in journal.entries:
                _bar(gate, journal, entry)
            wanted = journals.back(gate, journal)
            for entry in reversed(journal.entries):
                if entry.path in wanted:
                    _put_back(gate, journal, entry)
            _sync_places(gate, journal)
        except FileNotFoundError:
            if _exists(folder):
                raise
    return verdict


def _bar(gate: Gate, journal: Journal, entry: Entry) -> None:
    """See to it that no process that is late puts a file in its place any more, or out of it."""
    gone, new = gate.root / journal.kept(entry, GONE), gate.root / journal.kept(entry, NEW)
    if entry.new is None:
        with suppress(FileExistsError):
            gone.mkdir()
    else:
        with suppress(FileNotFoundError):
            new.rename(gate.root / journal.kept(entry, NOT))


def _put_back(gate: Gate, journal: Journal, entry: Entry) -> None:
    target = gate.root / entry.path
    if entry.old is None:
        _move(target, gate.root / journal.kept(entry, GONE), gate.root / journal.folder)
    else:
        _move(gate.root / journal.kept(entry, OLD), target)


def _claim(gate: Gate, journal: Journal, verdict: str) -> str:
    """Say what becomes of a journal, unless another process has said it; return what was said."""
    folder = gate.root / journal.folder
    try:
        (folder / OPEN).rename(folder / verdict)
    except OSError as error:
        for place in (folder, _done(gate, journal.name)):
            for said in (APPLIED, UNDONE):
                if _exists(place / said):
                    return said
        if not isinstance(error, FileNotFoundError):
            raise
        raise _FinishedError(
            f"{gate.root}: another process has finished this write, and left no word of how; "
            "it is there whole or not at all: see which"
        ) from None
    return verdict


def _done(gate: Gate, name: str) -> Path:
    return gate.root / FOLDER / f"done-{name}"


def _retire(gate: Gate, name: str, *, is_own: bool) -> None:
    """Take a finished journal away. Of one of another process, what became of it is left for that process to see."""
    done = _done(gate, name)
    with suppress(FileNotFoundError):
        (gate.root / JOURNAL / name).rename(done)
    if is_own or _is_stale(done):
        shutil.rmtree(done, ignore_errors=True)
    else:
        with suppress(FileNotFoundError):
            for path in list(done.iterdir()):
                if path.name not in {APPLIED, UNDONE}:
                    path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
    with suppress(OSError):
        (gate.root / JOURNAL).rmdir()


def _clear(gate: Gate) -> None:
    """Take away what processes that are no more have staged and finished.

    It is moved first, in one step, so that one that lives after all can neither commit a part of it nor use it.
    """
    folder = gate.root / FOLDER
    found: list[Path] = []
    with suppress(FileNotFoundError):
        found.extend(folder.iterdir())
    for path in found:
        with suppress(OSError):
            if path.name == "journal":
                path.rmdir()  # empty: a journal was taken out of it
            elif path.name.startswith(("staging-", "done-")) and _is_stale(path):
                away = folder / f"done-{_name()}"
                path.rename(away)
                shutil.rmtree(away, ignore_errors=True)


def _is_stale(path: Path) -> bool:
    """Whether the process that a folder in ``.tigris`` is named after has ended, or is elsewhere and long silent."""
    name = path.name.partition("-")[2]
    match = _OWNER.fullmatch(name)
    if match and name not in _UNDER_WAY and not _is_alive(int(match[1])):
        return True
    try:
        return time.time() - path.lstat().st_mtime > _AWAY
    except OSError:
        return False


def _is_alive(process: int) -> bool:
    """Whether a process of that number runs which is not this one."""
    if process == os.getpid():
        return False
    if sys.platform == "win32":  # pragma: no cover - where asking would end it
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _exists(path: Path) -> bool:
    """Whether something has that path. Unlike what the library offers, a look that fails is no answer."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _mark(path: Path) -> tuple[int, ...] | None:
    """Return what tells a file from what it is after somebody has touched it."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _save(path: Path, data: bytes) -> None:
    handle = os.open(path, _NEW_FLAGS, _PERMISSIONS)
    try:
        path.chmod(_PERMISSIONS)  # whatever the mask of the process is
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        if data:
            os.fsync(handle)
    finally:
        os.close(handle)


def _sync_places(gate: Gate, journal: Journal) -> None:
    """Sync the folders of the files of a journal, the innermost first."""
    folders = {
        parent
        for entry in journal.entries
        for parent in (gate.root / entry.path).relative_to(gate.root).parents
    }
    for folder in sorted(folders, key=lambda folder: -len(folder.parts)):
        with suppress(FileNotFoundError):
            _sync(gate.root / folder)


def _sync(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # pragma: no cover - where folders cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(handle)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Hold the lock. Afterwards nothing is left of the folder, where nothing is in it."""
    handle = _lock(root)
    try:
        yield
    finally:
        with suppress(OSError):
            (root / FOLDER / _LOCK).unlink()
        with suppress(OSError):
            (root / FOLDER).rmdir()
        os.close(handle)


def _lock(root: Path) -> int:
    """Return a descriptor that holds the lock. Raises ConflictError where another process has it for too long."""
    until, pause, holder = time.monotonic() + WAIT, _PAUSES[0], "another process"
    while True:
        with suppress(FileNotFoundError):  # it was taken away by another process just now
            handle = _open_lock(root)
            try:
                if _take(handle) and _is_at(handle, root / FOLDER / _LOCK):
                    os.ftruncate(handle, 0)
                    os.lseek(handle, 0, os.SEEK_SET)
                    os.write(handle, b"%d\n" % os.getpid())
                    return handle
                holder = _holder(handle)
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)
        if time.monotonic() > until:
            raise ConflictError(
                f"{root}: {holder} is writing, and has been for {WAIT:.0f} seconds; nothing was changed: "
                "wait for it or end it, and run the command again"
            )
        time.sleep(pause)
        pause = min(2 * pause, _PAUSES[1])


def _open_lock(root: Path) -> int:
    folder = root / FOLDER
    with suppress(FileExistsError):
        folder.mkdir(parents=True)
    if not stat.S_ISDIR(folder.lstat().st_mode):
        raise CorpusError(f"{folder} is not a folder: nothing was changed; remove it")
    path = folder / _LOCK
    handle = os.open(path, _LOCK_FLAGS, 0o666)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(handle)
        raise CorpusError(f"{path} is not a plain file: nothing was changed; remove it")
    return handle


def _take(handle: int) -> bool:
    """Take the lock, if no other process holds it. A file system that has no locks has only the journal."""
    if sys.platform == "win32":  # pragma: no cover - where there is no flock
        os.lseek(handle, 2**30, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        if error.errno not in _NO_LOCKS:
            raise
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Whether a file is still under its path: whoever held the lock before has taken it away."""
    held, found = os.fstat(handle), path.lstat()
    return (held.st_dev, held.st_ino) == (found.st_dev, found.st_ino)


def _holder(handle: int) -> str:
    os.lseek(handle, 0, os.SEEK_SET)
    number = os.read(handle, 16).strip()
    return f"process {number.decode()}" if number.isdigit() else "another process"
