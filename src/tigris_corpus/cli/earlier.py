"""An earlier release to compare with: a folder, or what a revision of git holds of the package.

The repository may have come with the package, from strangers. It is asked for the bytes of plain files and for
nothing else: no filter, attribute, hook or alias of its configuration has a say, and nothing is fetched.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import IO, TYPE_CHECKING

from tigris_corpus import jsontext
from tigris_corpus.descriptor import DESCRIPTOR, FOLDERS
from tigris_corpus.errors import CorpusError
from tigris_corpus.paths import MAX_BYTES, MAX_JSON, PathError, check_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_FILES = 200_000
"""How many files of a revision are looked at."""
PATIENCE = 300.0
"""After how many seconds git is taken to hang."""

_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # a repository that lacks objects would fetch them, by a command that it names
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "LC_ALL": "C",
}
_SETTINGS = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "core.askPass=", "credential.helper=")
_PLAIN = (b"100644", b"100755")
"""The modes of plain files; links and other repositories have their own."""
_AT_ONCE = 50
"""How many paths one command is given: a command line has an end."""
_BLOCK = 2**20


class _GitError(CorpusError):
    """Git does not give what it is asked for."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"{revision!r} is not here whole: git lacks files of it, and nothing is fetched")


@contextmanager
def earlier(named: str | None, root: Path) -> Iterator[Path | None]:
    """Yield the path of an earlier release of the package at ``root``: a folder, or a revision in a folder made for it.

    Nothing of the revision is run or checked out. Raises CorpusError where there is neither; what is raised about the
    folder that was made names the revision.
    """
    if named is None or _exists(named):
        yield None if named is None else Path(named)
        return
    if not named or named.startswith("-") or not named.isprintable():
        raise CorpusError(f"{named!r} is neither a folder nor a revision of git")
    with TemporaryDirectory(prefix="tigris-base-") as made:
        folder = Path(made).resolve()
        try:
            _unpack(named, root, folder)
        except OSError as error:
            raise CorpusError(f"{named!r} cannot be unpacked: {error.strerror}") from None
        try:
            yield folder
        except CorpusError as error:
            if str(folder) not in str(error):
                raise
            told = str(error).replace(f"; run: tigris validate {folder}", "")
            told = told.replace(f"{folder}{os.sep}", f"{named}:").replace(str(folder), named)
            raise CorpusError(told) from None


def _exists(named: str) -> bool:
    try:
        return bool(named) and Path(named).exists()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise CorpusError(f"{named!r} cannot be looked at: {error.strerror}") from None


def _unpack(revision: str, root: Path, folder: Path) -> None:
    """Write the files of a revision that belong to a package: those that its descriptor names, and its folders."""
    git = _git(revision)
    try:
        first = dict(_listed(git, root, revision, (DESCRIPTOR,)))
    except _GitError:
        first = {}
    if DESCRIPTOR not in first:
        raise CorpusError(f"{revision!r} is neither a folder nor a revision with a package")
    left = MAX_BYTES - _write(git, root, revision, first, folder, MAX_JSON)
    named = _named(folder / DESCRIPTOR)
    files: dict[str, str] = {}
    for start in range(0, len(named), _AT_ONCE):
        for path, blob in _listed(git, root, revision, named[start : start + _AT_ONCE]):
            files[path] = blob
            if len(files) > MOST_FILES:
                raise CorpusError(f"{revision!r} holds more than {MOST_FILES:,} files")
    _write(git, root, revision, files, folder, left)


def _git(revision: str) -> str:
    """Return the path of git. It is never one that lies in the folder that the command is started in."""
    places = [
        place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(place).is_absolute()
    ]
    found = shutil.which("git", path=os.pathsep.join(places))
    if found is None or not Path(found).is_absolute():
        raise CorpusError(f"{revision!r} is no folder, and git is not installed")
    return found


def _named(descriptor: Path) -> list[str]:
    """Return the folders of a package, and the files outside them that its descriptor names."""
    try:
        described = jsontext.loads(descriptor.read_bytes())
    except jsontext.JsonError:
        return [*FOLDERS]  # which is reported by whoever opens the package
    entries = described.get("resources") if isinstance(described, dict) else None
    paths: dict[str, None] = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            path = entry.get("path")
            found = [*(path if isinstance(path, list) else [path]), entry.get("schema")]
            paths |= dict.fromkeys(one for one in found if isinstance(one, str) and _is_ours(one))
    return [*FOLDERS, *(path for path in paths if path.partition("/")[0] not in {*FOLDERS, DESCRIPTOR})]


def _is_ours(path: str) -> bool:
    """Whether a path is one that the gate opens."""
    try:
        check_form(path)
    except PathError:
        return False
    return True


def _listed(git: str, root: Path, revision: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the plain files of a revision at or below paths, and the name of the bytes of each. Links are left out."""
    command = ["ls-tree", "-r", "-z", revision, "--", *paths]
    with _running(git, root, revision, command) as (_, output):
        for number, entry in enumerate(_entries(output)):
            if number >= MOST_FILES:
                raise CorpusError(f"{revision!r} holds more than {MOST_FILES:,} files")
            facts, _, name = entry.partition(b"\t")
            mode, _, blob = facts.split(b" ")
            path = os.fsdecode(name)
            if mode in _PLAIN and _is_ours(path):
                yield path, blob.decode("ascii")


def _entries(output: IO[bytes]) -> Iterator[bytes]:
    """Yield what is ended by zero bytes."""
    held = b""
    while block := output.read(_BLOCK):
        *whole, held = (held + block).split(b"\0")
        yield from whole
        if len(held) > _BLOCK:
            return


def _write(git: str, root: Path, revision: str, files: dict[str, str], folder: Path, most: int) -> int:
    """Write the bytes of files into a folder; return how many they are, which is at most ``most``."""
    written = 0
    with _running(git, root, revision, ["cat-file", "--batch"]) as (asked, output):
        for path, blob in files.items():
            asked.write(f"{blob}\n".encode())
            asked.flush()
            answer = output.readline(_BLOCK).split()
            if len(answer) != 3 or answer[1] != b"blob":  # noqa: PLR2004 - its name, its kind, its size
                raise _GitError(revision)
            size = int(answer[2])
            written += size
            if written > most:
                raise CorpusError(
                    f"{revision!r} holds more than is read: {path!r} goes beyond {most:,} bytes"
                )
            _copy(output, size, folder / path)
            output.read(1)
        asked.close()
    return written


def _copy(output: IO[bytes], size: int, path: Path) -> None:
    """Write the next bytes of an answer into a new file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        while size > 0 and (block := output.read(min(size, _BLOCK))):
            size -= file.write(block)


@contextmanager
def _running(
    git: str, root: Path, revision: str, command: list[str]
) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Run a command of git that only reads; yield what it is asked through and what it answers with.

    It is ended when it is no longer needed. Raises CorpusError where it fails.
    """
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    with subprocess.Popen(  # noqa: S603 - git, with a revision checked
        [git, "--no-pager", *settings, *command],
        cwd=root,
        env=environment | _ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        watch = Timer(PATIENCE, process.kill)
        watch.start()
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        try:
            yield process.stdin, process.stdout
            process.stdout.close()
            code = process.wait()
        except BrokenPipeError:
            code = 1
        finally:
            process.kill()
            watch.cancel()
            with suppress(OSError):
                process.stdin.close()
    if code:
        raise _GitError(revision)
