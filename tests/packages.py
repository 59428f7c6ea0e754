"""Packages for the tests: the small base package, and the edits that break it."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from tigris_corpus import descriptor
from tigris_corpus.formats import tables

CLONE = Path(__file__).parent.parent
VERSION, DESCRIPTION = "0.1.0", "Invented texts in English and in French."
"""The version and the description of the base package, whatever the clone's are."""
CASES = Path(__file__).parent / "cases"


def build(root: Path) -> Path:
    """Write the base package into ``root``: its own rows and texts, with the clone's schemas and vocabularies."""
    shutil.copytree(CASES / "base", root, dirs_exist_ok=True)
    shutil.copytree(CLONE / "schema", root / "schema")
    described = json.loads((CLONE / descriptor.DESCRIPTOR).read_text(encoding="utf-8"))
    described |= {"version": VERSION, "description": DESCRIPTION}
    described["resources"] = [entry for entry in described["resources"] if (root / entry["path"]).exists()]
    text = json.dumps(described, ensure_ascii=False, indent=2)
    (root / descriptor.DESCRIPTOR).write_text(f"{text}\n", encoding="utf-8")
    refresh(root)
    return root


def refresh(root: Path) -> None:
    """Write the hashes of the resources as the files now are."""
    fresh = descriptor.refreshed(descriptor.open_package(root))
    (root / descriptor.DESCRIPTOR).write_bytes(fresh)


def edit(root: Path, edits: list[dict[str, Any]]) -> None:
    """Carry edits out, one after the other; the README of the cases says what each does."""
    for step in edits:
        OPERATIONS[step["op"]](root, step)


def set_cell(root: Path, file: str, line: int, field: str, value: str) -> None:
    """Set one cell of a table, by its line (the header is line 1) and its column."""
    path = root / file
    rows = list(csv.reader(path.read_bytes().decode().removesuffix("\n").split("\n")))
    rows[line - 1][rows[0].index(field)] = value
    path.write_bytes(tables.write(rows))


def _set(root: Path, step: dict[str, Any]) -> None:
    set_cell(root, step["file"], step["line"], step["field"], step["value"])


def _replace(root: Path, step: dict[str, Any]) -> None:
    path = root / step["file"]
    data = path.read_bytes()
    old = step["old"].encode()
    assert old in data, step
    path.write_bytes(data.replace(old, step["new"].encode(), -1 if step.get("all") else 1))


def _bytes(root: Path, step: dict[str, Any]) -> None:
    path = root / step["file"]
    data = path.read_bytes()
    at = data.index(step["before"].encode()) if step["before"] else 0
    path.write_bytes(data[:at] + bytes.fromhex(step["hex"]) + data[at + step.get("cut", 0) :])


def _lines(root: Path, step: dict[str, Any]) -> None:
    path = root / step["file"]
    lines = path.read_text(encoding="utf-8").split("\n")
    place = step["line"] - 1
    lines[place : place + (0 if step["op"] == "insert-line" else 1)] = step.get("lines", [])
    path.write_bytes("\n".join(lines).encode())


def _write(root: Path, step: dict[str, Any]) -> None:
    path = root / step["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(step["text"].encode())


def _remove(root: Path, step: dict[str, Any]) -> None:
    (root / step["file"]).unlink()


def _link(root: Path, step: dict[str, Any]) -> None:
    path = root / step["file"]
    path.unlink(missing_ok=True)
    path.symlink_to(step["target"])


def _json(root: Path, step: dict[str, Any]) -> None:
    path = root / step["file"]
    value = json.loads(path.read_text(encoding="utf-8"))
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in step["pointer"].split("/")[1:]]
    target = value
    for part in parents:
        target = target[int(part) if isinstance(target, list) else part]
    if isinstance(target, list) and last == "-":
        target.append(step["value"])
    elif "value" in step:
        target[int(last) if isinstance(target, list) else last] = step["value"]
    else:
        del target[int(last) if isinstance(target, list) else last]
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _rehash(root: Path, _: dict[str, Any]) -> None:
    path = root / "corpus/documents.csv"
    rows = list(csv.reader(path.read_bytes().decode().removesuffix("\n").split("\n")))
    text, digest = rows[0].index("text_path"), rows[0].index("sha256")
    for row in rows[1:]:
        row[digest] = hashlib.sha256((root / row[text]).read_bytes()).hexdigest()
    path.write_bytes(tables.write(rows))


def _refresh(root: Path, _: dict[str, Any]) -> None:
    refresh(root)


OPERATIONS = {
    "set": _set,
    "replace": _replace,
    "bytes": _bytes,
    "insert-line": _lines,
    "replace-line": _lines,
    "write": _write,
    "remove": _remove,
    "link": _link,
    "json": _json,
    "rehash": _rehash,
    "refresh": _refresh,
}
