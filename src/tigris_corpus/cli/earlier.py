"""An earlier release to compare with: a folder, or what a revision of git holds of the package."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tigris_corpus.descriptor import DESCRIPTOR
from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDERS = ("corpus", "schema", "seeds")


@contextmanager
def earlier(named: str | None, root: Path) -> Iterator[Path | None]:
    """Yield the path of an earlier release of the package at ``root``: a folder, or a revision in a folder made for it.

    Nothing of the revision is run or checked out. Raises CorpusError where there is neither.
    """
    if named is None or Path(named).exists():
        yield None if named is None else Path(named)
        return
    with tempfile.TemporaryDirectory(prefix="tigris-base-") as folder:
        yield _unpacked(named, root, Path(folder))


def _unpacked(revision: str, root: Path, folder: Path) -> Path:
    if revision.startswith("-"):
        raise CorpusError(f"{revision!r} is neither a folder nor a revision of git")
    command = ["git", "-C", str(root), "archive", "--format=tar", revision, "--", DESCRIPTOR, *_FOLDERS]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - git, with a revision checked
    except FileNotFoundError:
        raise CorpusError(f"{revision!r} is no folder, and git is not installed") from None
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CorpusError(
            f"{revision!r} is neither a folder nor a revision with a package: {reason[-1] if reason else 'git failed'}"
        )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder
