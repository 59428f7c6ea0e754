"""The path gate: every file of a package is opened here, and nowhere else.

A package is input from strangers. A path in it is relative, stays inside the root, names a plain file, and no
part of it is a link; an address on the web is no path at all.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 4 * 1024**3
"""The largest file that is read, in bytes. Larger tables are cut into several files."""

_LONGEST = 1024
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

    A folder is checked once and remembered: a package of many texts keeps them in few folders.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._folders: set[str] = {""}

    def resolve(self, relative: str) -> Path:
        """Return the absolute path of a file of the package, or raise PathError."""
        _check_form(relative)
        folder, _, _ = relative.rpartition("/")
        self._check_folder(folder, relative)
        path = self.root / relative
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            raise PathError("pkg.missing-file", relative, "does not exist") from None
        except OSError as error:
            raise PathError("pkg.unreadable-file", relative, f"cannot be read: {error.strerror}") from None
        if not stat.S_ISREG(mode):
            raise PathError("sec.link", relative, "is not a plain file (a link, folder, pipe or device)")
        return path

    def read(self, relative: str) -> bytes:
        """Return the bytes of a file of the package, or raise PathError."""
        path = self.resolve(relative)
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
            with open(handle, "rb") as file:  # noqa: PTH123 - a descriptor, opened without following links
                if os.fstat(handle).st_size > MAX_BYTES:
                    raise PathError("pkg.unreadable-file", relative, f"is larger than {MAX_BYTES} bytes")
                return file.read()
        except OSError as error:
            raise PathError("pkg.unreadable-file", relative, f"cannot be read: {error.strerror}") from None

    def _check_folder(self, folder: str, relative: str) -> None:
        if folder in self._folders:
            return
        parent, _, _ = folder.rpartition("/")
        self._check_folder(parent, relative)
        try:
            mode = (self.root / folder).lstat().st_mode
        except OSError:
            raise PathError("pkg.missing-file", relative, "does not exist") from None
        if stat.S_ISLNK(mode):
            raise PathError("sec.link", relative, f"passes through the link {folder!r}")
        self._folders.add(folder)


def _check_form(relative: str) -> None:
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
