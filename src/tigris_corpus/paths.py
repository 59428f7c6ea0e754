"""The path gate: every file of a package is opened here, and nowhere else.

A package is input from strangers. A path in it is relative, stays inside the root, names a plain file, and no
part of it is a link; an address on the web is no path at all.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import TYPE_CHECKING

from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_BYTES = 4 * 1024**3
"""The largest file that is read, in bytes."""
MAX_JSON = 2 * 1024**2
"""The largest descriptor or schema: read JSON takes up to forty times its bytes. A descriptor has some thousands."""
MAX_TEXT = 16 * 1024**2
"""The largest text of a document: that of ten books."""

_LONGEST = 1024
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer would be waited for
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_NOT_PLAIN = "is not a plain file (a link, folder, pipe or device)"
_PLAIN = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}/){0,4}[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
"""What most paths look like; others are looked at closely."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class PathError(CorpusError):
    """A path that the gate does not open. ``code`` is the code of the issue it makes."""

    def __init__(self, code: str, path: str, reason: str) -> None:
        super().__init__(f"{path!r} {reason}")
        self.code = code
        self.path = path
        self.reason = reason


class Gate:
    """Opens files under one root.

    A folder is checked once and remembered: a package of many texts keeps them in few folders. With ``instead``, the
    files that it names are read from there, whatever stands in their places; None is a file that is not there.
    """

    def __init__(
        self, root: Path, *, instead: Mapping[str, bytes | None] | None = None, shares_files: bool = False
    ) -> None:
        self.root = root.resolve()
        self.instead: Mapping[str, bytes | None] = dict(instead or {})
        """What is read in the place of files, by their paths."""
        self._prefix = f"{self.root}{os.sep}"
        self._shares_files = shares_files  # an installer may keep one copy of a file under several names
        self._folders: set[str] = {""}
        self._seen: dict[str, int | None] = {}
        self._since: dict[str, int | None] | None = None
        """What was opened since ``look``, in place of all, where there is nothing else to be asked for again."""

    def resolve(self, relative: str) -> Path:
        """Return the absolute path of a file of the package, or raise PathError: also where it is read from elsewhere."""
        if relative in self.instead:
            self._held(relative)
            raise PathError("pkg.unreadable-file", relative, "is being written, and not yet in its place")
        os.close(self._open(relative)[0])
        return self.root / relative

    def changed(self) -> str | None:
        """Return a file that is no longer the one that was opened first under its path, or None."""
        return self._other(self._seen if self._since is None else self._since)

    def look(self) -> None:
        """Look at all files that were opened so far: ``changed`` then asks for those only that are opened after it."""
        self._since = {}
        path = self._other(self._seen.copy())
        if path is not None:
            self._since[path] = self._seen[path]

    def _other(self, files: dict[str, int | None]) -> str | None:
        look, prefix = os.lstat, self._prefix
        for path, seen in files.items():
            try:
                mark = _mark_of(look(prefix + path))
            except OSError:
                mark = None
            if mark != seen:
                return path
        return None

    def size(self, relative: str) -> int:
        """Return the number of bytes of a file of the package, or raise PathError."""
        if relative in self.instead:
            return len(self._held(relative))
        handle, size = self._open(relative)
        os.close(handle)
        return size

    def read(self, relative: str, most: int = MAX_BYTES) -> bytes:
        """Return the bytes of a file of the package, ``most`` of them at the most, or raise PathError."""
        data = self.part(relative, 0, most + 1)
        if len(data) > most:
            raise PathError("pkg.unreadable-file", relative, f"is larger than {most:,} bytes")
        return data

    def part(self, relative: str, start: int, size: int) -> bytes:
        """Return ``size`` bytes of a file from ``start``, or as many as there are, or raise PathError."""
        if relative in self.instead:
            return self._held(relative)[start : start + size]
        handle, whole = self._open(relative)
        try:
            wanted = min(size, whole - start)
            if start:
                os.lseek(handle, start, os.SEEK_SET)
            data = os.read(handle, wanted) if wanted > 0 else b""
            while len(data) < wanted:  # one read gives two GiB at most
                more = os.read(handle, wanted - len(data))
                if not more:
                    break
                data += more
        except OSError as error:
            raise PathError("pkg.unreadable-file", relative, f"cannot be read: {error.strerror}") from None
        else:
            return data
        finally:
            os.close(handle)

    def _held(self, relative: str) -> bytes:
        data = self.instead[relative]
        if data is None:
            raise PathError("pkg.missing-file", relative, "does not exist")
        return data

    def _open(self, relative: str) -> tuple[int, int]:
        """Return a descriptor of a plain file, which whoever asks closes, and its size. Nothing but plain files is ever read."""
        if not _PLAIN.fullmatch(relative):
            check_form(relative)
        folder = relative.rpartition("/")[0]
        if folder not in self._folders:
            self._check_folder(folder, relative)
        try:
            handle = os.open(self._prefix + relative, _FLAGS)
        except FileNotFoundError:
            self._remember(relative, None)
            raise PathError("pkg.missing-file", relative, "does not exist") from None
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.ENODEV, errno.EISDIR}:
                raise PathError("sec.link", relative, _NOT_PLAIN) from None
            raise PathError("pkg.unreadable-file", relative, f"cannot be read: {error.strerror}") from None
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            os.close(handle)
            raise PathError("sec.link", relative, _NOT_PLAIN)
        if found.st_nlink > 1 and not self._shares_files:
            os.close(handle)
            raise PathError("sec.link", relative, "has another name somewhere (a hard link)")
        self._remember(relative, _mark_of(found))
        return handle, found.st_size

    def _remember(self, relative: str, mark: int | None) -> None:
        """Keep what a file was when it was opened first."""
        seen = self._seen.setdefault(relative, mark)
        if self._since is not None:
            self._since[relative] = seen

    def _check_folder(self, folder: str, relative: str) -> None:
        if folder in self._folders:
            return
        parent, _, _ = folder.rpartition("/")
        self._check_folder(parent, relative)
        try:
            mode = os.lstat(self._prefix + folder).st_mode
        except (FileNotFoundError, NotADirectoryError):
            raise PathError("pkg.missing-file", relative, "does not exist") from None
        except OSError as error:
            raise PathError("pkg.unreadable-file", relative, f"cannot be read: {error.strerror}") from None
        if stat.S_ISLNK(mode):
            raise PathError("sec.link", relative, f"passes through the link {folder!r}")
        self._folders.add(folder)


def _mark_of(found: os.stat_result) -> int:
    return hash((found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))


def check_form(relative: str) -> None:
    """Raise PathError where a path is not relative, with forward slashes, and inside the package."""
    if not relative:
        raise PathError("sec.path", relative, "is empty")
    if "://" in relative:
        raise PathError("sec.remote", relative, "is an address on the network, and nothing is ever fetched")
    if "\\" in relative or "\0" in relative or _SCHEME.match(relative) or relative.startswith("/"):
        raise PathError("sec.path", relative, "is not a relative path with forward slashes")
    try:
        length = len(os.fsencode(relative))
    except UnicodeEncodeError:
        raise PathError("sec.path", relative, "is no path that a file system has") from None
    if length > _LONGEST:
        raise PathError("sec.path", relative[:80], f"is longer than {_LONGEST} bytes")
    if any(part in {"", ".", ".."} for part in relative.split("/")):
        raise PathError("sec.path", relative, "does not stay inside the package")
