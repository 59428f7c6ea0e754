"""The only writer: files are staged beside their places, synced, and put there in one step each.

``datapackage.json`` comes last, so that a package whose writing was cut short is seen to be stale.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tigris_corpus.descriptor import DESCRIPTOR
from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PERMISSIONS = 0o644


def write(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by their paths relative to ``root``: all staged before the first is put in place.

    Folders that are missing are made. Raises CorpusError where staging fails, and then nothing has changed.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for path in sorted(files, key=lambda name: (name == DESCRIPTOR, name)):
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.append((_stage(target, files[path]), target))
    except OSError as error:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        raise CorpusError(
            f"{root}: cannot write: {error.strerror} ({error.filename}); nothing was changed"
        ) from None
    for temporary, target in staged:
        temporary.replace(target)
    for folder in {target.parent for _, target in staged}:
        _sync_folder(folder)


def _stage(target: Path, data: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".staged")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_PERMISSIONS)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # pragma: no cover - where folders cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
