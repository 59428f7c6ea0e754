"""The journal: what stands in the folder ``.tigris`` of a package while files of it are being replaced.

A write is staged whole, and committed by one step, the renaming of a folder to ``.tigris/journal``. From then on every
reader sees the new state: what is not yet in its place is read from the journal. Readers look and never touch;
``store`` carries a journal out, or undoes it, and takes it away. Both see a journal with the functions here, so that
what is read before a journal is carried out is what stands in the files afterwards.

The one folder in ``.tigris/journal`` has a name that no other journal ever has. A process that was held up for long
and then goes on with a journal that others have finished finds nothing under that name, and so does no harm. In it are

- ``manifest.json``: the files in order, each with its path and the SHA-256 that it had and is to have, null for none;
- ``0.new``: the bytes of the first file; it is moved into its place, and being gone says that this was done;
- ``0.old``: the bytes that it had, moved back where the write is undone;
- ``0.gone``: what was taken out of its place, to be removed;
- ``0.not``: what was ``0.new``, and will not be put in place any more;
- ``open``, ``applied`` or ``undone``: ``open`` is renamed to one of the others, by whoever is first.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tigris_corpus import jsontext
from tigris_corpus.errors import ConflictError
from tigris_corpus.paths import MAX_BYTES, MAX_JSON, PathError, check_form

if TYPE_CHECKING:
    from tigris_corpus.paths import Gate

FOLDER = ".tigris"
JOURNAL = f"{FOLDER}/journal"
MANIFEST = "manifest.json"
VERSION = "1"
NEW, OLD, GONE, NOT = "new", "old", "gone", "not"
OPEN, APPLIED, UNDONE = "open", "applied", "undone"
UNREADABLE = "pkg.unreadable-file"

_NAME = re.compile(r"[0-9a-f]{8}-[0-9]{1,10}-[0-9a-f]{32}")
"""The machine and the process that wrote a journal, and what makes its name the only one."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHORT = re.compile(r"~[0-9]")
"""The mark of a short name of Windows: ``GIT~1`` is ``.git``."""
_TRIES = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a journal: its number, its path, and the SHA-256 that it had and is to have. None: it is not there."""

    number: int
    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Journal:
    """A committed write: its name, its files in the order in which they are put in place, and what became of it."""

    name: str
    entries: tuple[Entry, ...]
    verdict: str = OPEN

    @property
    def folder(self) -> str:
        """The path of its folder in the package."""
        return f"{JOURNAL}/{self.name}"

    def kept(self, entry: Entry, kind: str) -> str:
        """Return the path of what is kept of a file: NEW, OLD, GONE or NOT."""
        return f"{self.folder}/{entry.number}.{kind}"


def digest(data: bytes | None) -> str | None:
    """Return the SHA-256 of the bytes of a file in hexadecimal, and None for a file that is not there."""
    return None if data is None else hashlib.sha256(data).hexdigest()


def digest_at(gate: Gate, path: str) -> str | None:
    """Return the digest of a file as it now is, None where it is not there, and "" where it cannot be read."""
    return _Looks(gate).digest_at(path)


def bytes_at(gate: Gate, path: str, most: int = MAX_BYTES) -> bytes | None:
    """Return the bytes of a file, and None where it is not there.

    Raises PathError where it is no plain file, or has more than ``most`` bytes, of which none is read then.
    """
    try:
        is_larger = gate.size(path) > most
        data = None if is_larger else gate.read(path, most)
    except PathError as error:
        if error.code == "pkg.missing-file":
            return None
        raise
    if is_larger:
        raise PathError(UNREADABLE, path, f"is larger than {most:,} bytes")
    return data


def check_place(path: str) -> None:
    """Raise PathError where a file is not one that is ever written: outside the package, or hidden.

    A journal may come with a package from strangers. It must not reach the hooks of git or the settings of editors.
    """
    check_form(path)
    for part in path.split("/"):
        if part.startswith(".") or not part.isprintable() or _SHORT.search(part):
            raise PathError("sec.path", path, f"is not written to: {part!r} is hidden, or may be")


def current(gate: Gate) -> str | None:
    """Return the name of the journal that is there, or None. Raises PathError where something else is there."""
    try:
        for folder in (FOLDER, JOURNAL):
            if not stat.S_ISDIR(os.lstat(f"{gate.root}/{folder}").st_mode):
                raise PathError(UNREADABLE, folder, "is no folder")
        with os.scandir(f"{gate.root}/{JOURNAL}") as entries:
            names = [entry.name for entry in itertools.islice(entries, 2)]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PathError(UNREADABLE, JOURNAL, f"cannot be read: {error.strerror}") from None
    if not names:
        return None
    if len(names) > 1 or not _NAME.fullmatch(names[0]):
        raise PathError(UNREADABLE, JOURNAL, "holds something that is no journal")
    return names[0]


def find(gate: Gate) -> Journal | None:
    """Return the journal that is there, or None. Raises PathError where something else is there, or an odd one."""
    for _ in range(_TRIES):
        name = current(gate)
        if name is None:
            return None
        journal = Journal(name, ())
        try:
            entries = _entries(gate, f"{journal.folder}/{MANIFEST}")
            return Journal(name, entries, _verdict(gate, journal))
        except PathError:
            if current(gate) == name:
                raise
    raise _restless()


def view(gate: Gate) -> tuple[str | None, dict[str, bytes | None]]:
    """Return the name of the journal that is there, and what is to be read in the place of files while it is.

    None stands for a file that is not there. Raises PathError where the journal is odd.
    """
    for _ in range(_TRIES):
        journal = find(gate)
        if journal is None:
            return None, {}
        try:
            found = _instead(gate, journal)
        except PathError:
            if find(gate) == journal:
                raise
        else:
            if find(gate) == journal:
                return journal.name, found
    raise _restless()


def ahead(gate: Gate, journal: Journal) -> dict[str, bytes | None]:
    """Return what is still to be put in place, by path; None stands for a file that is to be removed.

    Raises ConflictError where a file is neither as it was nor as it is to be: then the journal is to be undone. Raises
    PathError where the journal does not hold what its manifest says.
    """
    found: dict[str, bytes | None] = {}
    room = MAX_BYTES
    looks = _Looks(gate)
    for entry in journal.entries:
        data = None
        if entry.new is None:
            if is_there(gate, journal.kept(entry, GONE)):
                continue
        else:
            data = _kept(gate, journal, entry, NEW, room)
            if data is None:
                continue
            room -= len(data)
        now = looks.digest_at(entry.path)
        if now not in {entry.old, entry.new}:
            raise conflict(gate, entry.path)
        if now != entry.new:
            found[entry.path] = data
    return found


def back(gate: Gate, journal: Journal) -> dict[str, bytes | None]:
    """Return what is to be put back where a journal is undone, by path; None stands for a file that is to be removed.

    A file that somebody has edited since it was put in place stays. Raises PathError where the journal does not hold
    what its manifest says.
    """
    found: dict[str, bytes | None] = {}
    room = MAX_BYTES
    looks = _Looks(gate)
    for entry in journal.entries:
        if not was_put(gate, journal, entry):
            continue
        data = _kept(gate, journal, entry, OLD, room)
        room -= len(data or b"")
        if (data is None) == (entry.old is None) and looks.digest_at(entry.path) == entry.new:
            found[entry.path] = data
    return found


def was_put(gate: Gate, journal: Journal, entry: Entry) -> bool:
    """Whether a file of a journal was put in its place, or out of it."""
    if entry.new is None:
        return is_there(gate, journal.kept(entry, GONE))
    return not any(is_there(gate, journal.kept(entry, kind)) for kind in (NEW, NOT))


def is_there(gate: Gate, path: str) -> bool:
    """Whether there is a file (not a folder) of that path, in a folder that the gate has looked at.

    Raises PathError where that cannot be told.
    """
    try:
        return not stat.S_ISDIR(os.lstat(f"{gate.root}/{path}").st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise PathError(UNREADABLE, path, f"cannot be read: {error.strerror}") from None


def conflict(gate: Gate, path: str) -> ConflictError:
    """Return what is raised where a file is not as it was when it was read."""
    return ConflictError(
        f"{gate.root / path}: somebody else has changed it since it was read; "
        "nothing was changed: run the command again"
    )


class _Looks:
    """Looks at the files that a journal names: of a hostile one, at no more bytes than a writer could have changed."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._room = 2 * MAX_BYTES

    def digest_at(self, path: str) -> str | None:
        """Return the digest of a file as it now is, None where it is not there, and "" where it cannot be read."""
        try:
            data = bytes_at(self._gate, path, min(self._room, MAX_BYTES))
        except PathError:
            return ""
        self._room -= len(data or b"")
        return digest(data)


def _instead(gate: Gate, journal: Journal) -> dict[str, bytes | None]:
    if journal.verdict == APPLIED:
        return {}
    if journal.verdict == UNDONE:
        return back(gate, journal)
    try:
        return ahead(gate, journal)
    except ConflictError:
        return back(gate, journal)


def _kept(gate: Gate, journal: Journal, entry: Entry, kind: str, room: int) -> bytes | None:
    """Return the bytes that a journal keeps of a file, NEW or OLD, and None where it keeps none or no more."""
    path = journal.kept(entry, kind)
    data = bytes_at(gate, path, room)
    if data is not None and digest(data) != (entry.new if kind == NEW else entry.old):
        raise PathError(UNREADABLE, path, "is not what the manifest of the journal says")
    return data


def _verdict(gate: Gate, journal: Journal) -> str:
    for verdict in (OPEN, APPLIED, UNDONE):
        if is_there(gate, f"{journal.folder}/{verdict}"):
            return verdict
    raise PathError(UNREADABLE, journal.folder, "does not say what became of it")


def _entries(gate: Gate, path: str) -> tuple[Entry, ...]:
    """Return the files that a manifest names. Raises PathError where it is not one that ``store`` would write."""
    try:
        manifest = jsontext.loads(gate.read(path, MAX_JSON))
    except jsontext.JsonError as error:
        raise PathError(UNREADABLE, path, f"is no manifest: {error}") from None
    files = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(files, list) or manifest != {"version": VERSION, "files": files}:
        raise PathError(UNREADABLE, path, f"is no manifest of version {VERSION}")
    entries = tuple(_entry(number, file, path) for number, file in enumerate(files))
    if len({entry.path for entry in entries}) < len(entries):
        raise PathError(UNREADABLE, path, "names a file twice")
    return entries


def _entry(number: int, file: Any, manifest: str) -> Entry:
    if (
        not isinstance(file, dict)
        or file.keys() != {"path", "old", "new"}
        or not isinstance(file["path"], str)
    ):
        raise PathError(UNREADABLE, manifest, f"does not describe file {number} as a manifest does")
    check_place(file["path"])
    digests = [file["old"], file["new"]]
    if digests[0] == digests[1] or not all(
        value is None or (isinstance(value, str) and _SHA256.fullmatch(value)) for value in digests
    ):
        raise PathError(UNREADABLE, manifest, f"does not give two hashes of file {number}")
    return Entry(number, file["path"], *digests)


def _restless() -> PathError:
    return PathError(
        UNREADABLE, JOURNAL, "changes each time it is looked at: somebody writes without a pause"
    )
