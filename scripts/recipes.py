"""Run the recipes of docs/recipes as they stand, and write what they print into their pages.

    python scripts/recipes.py [PAGE…] [--check]

PAGE is a page or the notebook; all of them unless told otherwise. With ``--check`` nothing is written, and what is not as
it stands there is named. What each recipe needs, its page says; the notebook needs the extra ``notebook``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tigris_corpus import store

if TYPE_CHECKING:
    from collections.abc import Mapping

    Cell = dict[str, Any]
    Notebook = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/recipes"
INDEX = "README.md"
VARIES = "varies"
"""What a block is called, behind ``text``, whose numbers are not the same on every machine."""
_BLOCK = re.compile(r"^```(?P<kind>\w+)(?: (?P<name>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"\d+(?:\.\d+)?|(?<=\s)–(?=\s)")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_COMMANDS = {"python": [], "console": ["bash", "-euo", "pipefail"], "r": ["Rscript"]}
_FILES = {"python": "recipe.py", "console": "recipe.sh", "r": "recipe.R"}
_MARK = "\x1e\n"
_BETWEEN = {
    "python": 'print("\\x1e", flush=True)\n',
    "console": "printf '\\036\\n'\n",
    "r": 'cat("\\036\\n")\n',
}
"""What stands between the blocks of a program, so that what each of them prints is known."""
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
"""What the environment of a recipe has beside that of the caller: no model is asked for from outside, text is UTF-8."""
_ENDS_WITHIN = 3600
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code of a page, and what it prints by the page.

    ``kind`` is ``python``, ``console`` or ``r``. ``shown`` is None where the page shows nothing; ``varies`` says that its
    numbers are not the same on every machine.
    """

    kind: str
    code: str
    shown: str | None = None
    varies: bool = False


def blocks(page: str) -> list[Block]:
    r"""Return the code of a page in its order, each block with the text that follows it.

    >>> blocks("```python\nprint(1)\n```\n\nIt prints:\n\n```text\n1\n```\n")
    [Block(kind='python', code='print(1)\n', shown='1\n', varies=False)]
    """
    found: list[Block] = []
    for match in _BLOCK.finditer(page):
        if match["kind"] in _COMMANDS:
            found.append(Block(match["kind"], match["body"]))
        elif match["kind"] == "text" and found:
            found[-1] = replace(found[-1], shown=match["body"], varies=match["name"] == VARIES)
    return found


def write_files(page: str, folder: Path) -> None:
    """Write the blocks of a page that have the name of a file behind their kind into a folder."""
    for match in _BLOCK.finditer(page):
        if match["name"] and match["kind"] != "text":
            (folder / match["name"]).write_text(match["body"], encoding="utf-8")


def run(page: str, folder: Path, python: str = sys.executable) -> list[tuple[Block, str]]:
    """Run a page in a folder, and return each block with what it prints.

    Blocks of one kind are one program until another kind comes between. The files of the page are there from the start.
    Raises RuntimeError, with the end of what a program complained of, if it fails.
    """
    write_files(page, folder)
    found: list[tuple[Block, str]] = []
    for kind, group in groupby(blocks(page), key=lambda block: block.kind):
        members = list(group)
        printed = _run(kind, _BETWEEN[kind].join(block.code for block in members), folder, python)
        found += zip(members, printed.split(_MARK), strict=True)
    return found


def _run(kind: str, code: str, folder: Path, python: str) -> str:
    """Return what a program prints."""
    path = folder / _FILES[kind]
    path.write_text(code, encoding="utf-8")
    command = [python if kind == "python" else "", *_COMMANDS[kind], path.name]
    search = f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 - our own pages
        [part for part in command if part],
        cwd=folder,
        env={**os.environ, **OFFLINE, "PATH": search},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_ENDS_WITHIN,
        check=False,
    )
    path.unlink()
    if done.returncode:
        raise RuntimeError(f"{path.name} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def changed(page: str, changes: Mapping[str, str]) -> str:
    """Return a page with some words changed, each of which stands in it once. Raises ValueError where one does not."""
    for old, new in changes.items():
        if page.count(old) != 1:
            raise ValueError(f"{old!r} stands {page.count(old)} times in the page, and not once")
        page = page.replace(old, new)
    return page


def differences(page: str, folder: Path, python: str = sys.executable) -> list[tuple[str, str]]:
    """Run a page in a folder, and return what it shows and what is printed, where the two are not alike."""
    return [
        (block.shown or "", printed)
        for block, printed in run(page, folder, python)
        if not alike(block.shown or "", printed, varies=block.varies)
    ]


def alike(shown: str, printed: str, *, varies: bool = False) -> bool:
    """Whether two texts are the same, but for versions and blanks at the end of lines.

    Where they vary, numbers may differ too, be none, or take more room.

    >>> alike("loss 0.5", "loss  10.25", varies=True), alike("loss 0.5", "loss 0.6"), alike("0.2.0", "0.3.0")
    (True, False, True)
    """
    first, second = (_VERSION.sub("0", _trimmed(text)) for text in (shown, printed))
    if not varies:
        return first == second
    return _NUMBER.sub("0", first).split() == _NUMBER.sub("0", second).split()


def _trimmed(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def rewritten(page: str, folder: Path) -> str:
    """Run a page in a folder, and return it with what is printed. Raises ValueError where it has no place for that."""
    texts = []
    for block, printed in run(page, folder):
        if printed and block.shown is None:
            raise ValueError(f"this is printed, and there is no block of text for it: {printed[:200]!r}")
        if block.shown is not None:
            is_alike = alike(block.shown, printed, varies=block.varies)
            texts.append(block.shown if is_alike else _trimmed(printed))
    left = iter(texts)

    def put(match: re.Match[str]) -> str:
        if match["kind"] != "text":
            return match[0]
        head, _, _ = match[0].partition("\n")
        return f"{head}\n{next(left)}```"

    return _BLOCK.sub(put, page)


# --- the notebook -------------------------------------------------------------------------------------------------


def executed(notebook: Notebook, folder: Path) -> Notebook:
    """Return a notebook as it is after all its cells have run in a folder, without what differs from run to run.

    Needs the extra ``notebook``. Raises nbclient.exceptions.CellExecutionError where a cell fails.
    """
    import nbformat  # noqa: PLC0415 - only for the notebook
    from nbclient import NotebookClient  # noqa: PLC0415
    from traitlets.config import Config  # noqa: PLC0415

    read = nbformat.reads(json.dumps(notebook), as_version=4)
    place = {"metadata": {"path": str(folder)}}
    with tempfile.TemporaryDirectory() as sockets:  # no port is opened
        config = Config({"ConnectionFileMixin": {"transport": "ipc", "ip": f"{sockets}/kernel"}})
        client = NotebookClient(
            read, kernel_name="python3", config=config, timeout=_ENDS_WITHIN, resources=place
        )
        done = client.execute()
    return plain(json.loads(nbformat.writes(done)))


def plain(notebook: Notebook) -> Notebook:
    """Return a notebook without what differs from run to run: times, versions, and how the cells were counted."""
    cells = [_plain(cell, number) for number, cell in enumerate(notebook["cells"])]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _plain(cell: Cell, number: int) -> Cell:
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    found = {
        "cell_type": cell["cell_type"],
        "id": f"cell-{number:02}",
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    if cell["cell_type"] == "code":
        found |= {"execution_count": None, "outputs": [_plain_output(one) for one in cell["outputs"]]}
    return dict(sorted(found.items()))


def _plain_output(output: Cell) -> Cell:
    found = {**output, "metadata": {}} if "metadata" in output else dict(output)
    if "execution_count" in found:
        found["execution_count"] = None
    if "data" in found:
        data = {kind: _lines(value) for kind, value in found["data"].items()}
        is_image = any(kind.startswith("image/") for kind in data)
        found["data"] = {
            kind: value for kind, value in data.items() if not (is_image and kind == "text/plain")
        }
    if "text" in found:
        found["text"] = _lines(found["text"])
    return found


def _lines(value: Any) -> Any:
    text = "".join(value) if isinstance(value, list) else value
    return text.splitlines(keepends=True) if isinstance(text, str) else text


def told(notebook: Notebook) -> list[list[tuple[str, str]]]:
    """Return what each cell of code gives: the kind of each output, and its text; of an image the kind alone."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            row = []
            for one in cell["outputs"]:
                data = one.get("data", {f"stream/{one.get('name')}": one.get("text", "")})
                row += [
                    (kind, "" if kind.startswith("image/") else "".join(text)) for kind, text in data.items()
                ]
            found.append(sorted(row))
    return found


def as_file(notebook: Notebook) -> bytes:
    """Return a notebook as the bytes of its file."""
    return f"{json.dumps(notebook, ensure_ascii=False, indent=1)}\n".encode()


# --- the whole ----------------------------------------------------------------------------------------------------


def pages() -> list[Path]:
    """Return the pages of recipes and the notebook, without the index."""
    found = [*FOLDER.glob("*.md"), *FOLDER.glob("*.ipynb")]
    return sorted(path for path in found if path.name != INDEX)


def fresh(path: Path, folder: Path) -> bytes:
    """Return a page or the notebook as it is after it has run in a folder."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return rewritten(text, folder).encode()
    before = json.loads(text)
    after = executed(before, folder)
    return text.encode() if told(plain(before)) == told(after) else as_file(after)


def main() -> int:
    """Run the pages that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="*", type=Path, help="pages of docs/recipes; all of them")
    parser.add_argument("--check", action="store_true", help="only say which are not as they print")
    given = parser.parse_args()
    stale = []
    for path in given.pages or pages():
        with tempfile.TemporaryDirectory() as folder:
            data = fresh(path, Path(folder))
        if data != path.read_bytes():
            stale.append(path)
            print(f"{'stale' if given.check else 'wrote'} {path}")
            if not given.check:
                store.write(path.parent, {path.name: data})
    return int(given.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
