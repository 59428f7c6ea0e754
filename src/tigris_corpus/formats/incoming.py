"""Files from outside: a folder, some files, or an archive that a tool exported, as bytes by name and never unpacked.

All of it is input from strangers. Links, pipes and devices are left alone; an archive whose names lead outside, or
mean one file twice, is refused whole.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from typing import TYPE_CHECKING

from tigris_corpus.errors import CorpusError
from tigris_corpus.formats.rules import fault
from tigris_corpus.paths import PathError, check_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tigris_corpus.issues import Issue

MOST_BYTES = 256 * 2**20
"""How many bytes are read in all, archives as they are when unpacked."""
MOST_FILES = 10_000
RATIO = 100
"""How many times its size an archive may hold: more is a bomb."""
_ZIP = b"PK\x03\x04"
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def gathered(paths: Iterable[Path]) -> tuple[dict[str, bytes], list[Issue]]:
    """Return the files at some paths by their names, and what is wrong with archives among them.

    A folder gives the files in it, three levels deep; an archive (zip) its members, named behind it. Raises
    CorpusError where a path is not there, or there is more than is ever read.
    """
    files: dict[str, bytes] = {}
    faults: list[Issue] = []
    for path in paths:
        for file in _files(path):
            data = _read(file, MOST_BYTES - sum(map(len, files.values())))
            if data.startswith(_ZIP):
                members, found = _members(str(file), data)
                files |= members
                faults += found
            else:
                files[str(file)] = data
            if len(files) > MOST_FILES:
                raise CorpusError(f"{path}: more than {MOST_FILES:,} files; name those that are meant")
    return files, faults


def _files(path: Path, depth: int = 3) -> Iterator[Path]:
    """Yield the plain files at a path: itself, or those in the folder, hidden ones and links left out."""
    if not path.is_dir():
        yield path
        return
    for below in sorted(path.iterdir()):
        if below.name.startswith(".") or below.is_symlink():
            continue
        if below.is_file() or (below.is_dir() and depth):
            yield from _files(below, depth - 1)


def _read(path: Path, most: int) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise CorpusError(f"{path}: is not a plain file")
        data = file.read(most + 1)
    if len(data) > most:
        raise CorpusError(f"{path}: more than {MOST_BYTES // 2**20} MiB in all; import it in parts")
    return data


def _members(archive: str, data: bytes) -> tuple[dict[str, bytes], list[Issue]]:
    """Return the files in an archive, or what is wrong with it: then none of them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            wrong = _wrong_names(archive, [entry.orig_filename for entry in entries])
            if wrong:
                return {}, [wrong]
            size = sum(entry.file_size for entry in entries)
            if size > min(MOST_BYTES, RATIO * len(data)) or len(entries) > MOST_FILES:
                message = f"the archive of {len(data):,} bytes holds {size:,}, in {len(entries):,} files"
                return {}, [fault("sec.archive-bomb", message, file=archive)]
            return {f"{archive}/{entry.filename}": _unpacked(opened, entry) for entry in entries}, []
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ) as error:
        return {}, [fault("imp.format", f"the archive cannot be read: {str(error)[:200]}", file=archive)]


def _unpacked(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return a member of an archive; one that holds more than it says is refused."""
    with opened.open(entry) as member:
        data = member.read(entry.file_size + 1)
    if len(data) > entry.file_size:
        raise zipfile.BadZipFile(f"{entry.filename!r} holds more than it says")
    return data


def _wrong_names(archive: str, names: Iterable[str]) -> Issue | None:
    """Return what is wrong with the first name in an archive that is no plain relative path, or means two files."""
    seen: dict[str, str] = {}
    for name in names:
        reason = None
        try:
            check_form(name)
        except PathError as error:
            reason = error.reason
        if any(_RESERVED.fullmatch(part) or part != part.rstrip(" .") for part in name.split("/")):
            reason = reason or "is no name of a file on every system"
        twin = seen.get(name.casefold())
        if twin is not None:
            reason = reason or f"is the same as {twin!r} on some systems"
        if reason:
            return fault("sec.archive-name", f"{name[:200]!r} {reason}", value=name[:200], file=archive)
        seen[name.casefold()] = name
    return None
