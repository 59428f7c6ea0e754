"""Hostile packages, as data: each is the small base package and what a stranger has done to it.

An attack gets the root of a package in a folder of its own. Beside the root lies ``secret.csv``, which nothing may
open. What an attack plants to be run makes the file ``PWNED`` beside the root.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import pickle
import stat
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

import packages
from tigris_corpus.formats import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

MIB = 2**20
DESCRIPTOR = "datapackage.json"
EVENTS = "corpus/events.csv"
MENTIONS = "corpus/mentions.csv"
SENTENCES = "corpus/sentences.csv"
LAYERS = "schema/tables/layers.json"
TEXT = "seeds/000_talks.txt"
ESCAPES = "\x1b[2J\x1b]0;title\x07\u202e"
WORKFLOW = "::error file=a,line=1::b"
AGENT = "##vso[task.setvariable variable=a]b"


@dataclass(frozen=True, slots=True)
class Attack:
    """A hostile package: what it is, what makes it, and a code that validation must report (None: it may pass).

    ``quick`` ones are tried in every run of the tests. ``seconds`` and ``mib`` are what the package may cost above what
    any package may, where it is large.
    """

    name: str
    make: Callable[[Path], None]
    code: str | None = None
    quick: bool = False
    seconds: float = 0
    mib: float = 0


def _edit(pointer: str, value: object, file: str = DESCRIPTOR) -> Callable[[Path], None]:
    """Return what sets one place in a JSON file."""

    def make(root: Path) -> None:
        whole = json.loads((root / file).read_text(encoding="utf-8"))
        *parents, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
        target = whole
        for part in parents:
            target = target[part]
        target[last] = value
        (root / file).write_text(json.dumps(whole), encoding="utf-8")  # escapes what UTF-8 has no bytes for

    return make


def _cell(file: str, line: int, field: str, value: str) -> Callable[[Path], None]:
    """Return what sets one cell of a table."""
    return lambda root: packages.set_cell(root, file, line, field, value)


def _constraint(pattern: str) -> Callable[[Path], None]:
    """Return what gives a column of free text a pattern, and cells that are made to be slow under it."""

    def make(root: Path) -> None:
        _edit("/fields/4/constraints/pattern", pattern, "schema/tables/mentions.json")(root)
        packages.set_cell(root, MENTIONS, 2, "text", "a" * 5000 + "!")

    return make


def _write(file: str, data: bytes) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return make


def _all(*steps: Callable[[Path], None]) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        for step in steps:
            step(root)

    return make


def _repeated(file: str, start: bytes, piece: bytes, count: int, end: bytes = b"") -> Callable[[Path], None]:
    """Return what writes a large file without holding it."""

    def make(root: Path) -> None:
        with (root / file).open("wb") as handle:
            handle.write(start)
            block = piece * max(1, MIB // len(piece))
            whole, rest = divmod(len(piece) * count, len(block))
            for _ in range(whole):
                handle.write(block)
            handle.write(block[:rest])
            handle.write(end)

    return make


def _header(root: Path, file: str) -> bytes:
    return (root / file).read_bytes().partition(b"\n")[0] + b"\n"


def _after_header(file: str, piece: bytes, count: int, end: bytes = b"\n") -> Callable[[Path], None]:
    """Return what keeps the header of a table and puts one piece after it many times."""

    def make(root: Path) -> None:
        _repeated(file, _header(root, file), piece, count, end)(root)

    return make


def _appended(file: str, rows: Iterable[list[str]]) -> Callable[[Path], None]:
    data = tables.write(list(rows))  # a package is made for each way in

    def make(root: Path) -> None:
        with (root / file).open("ab") as handle:
            handle.write(data)

    return make


def _link(file: str, target: str) -> Callable[[Path], None]:
    """Return what puts a link in the place of a file or folder, which goes aside."""

    def make(root: Path) -> None:
        path = root / file
        if path.exists():
            path.rename(root.parent / "aside")
        path.symlink_to(target.format(root=root, aside=root.parent / "aside"))

    return make


def _place(file: str, special: Callable[[Path], None]) -> Callable[[Path], None]:
    """Return what puts something that is no plain file in the place of a file."""

    def make(root: Path) -> None:
        (root / file).unlink()
        special(root / file)

    return make


def _socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)  # to bind one asks for a short path


def _hard_link(root: Path) -> None:
    (root / EVENTS).rename(root.parent / "aside.csv")
    (root / EVENTS).hardlink_to(root.parent / "aside.csv")


def _unreadable(root: Path) -> None:
    (root / EVENTS).chmod(0)
    (root / LAYERS).chmod(0)


def _many_resources(root: Path) -> None:
    described = json.loads((root / DESCRIPTOR).read_text(encoding="utf-8"))
    described["resources"] += [{"name": f"n{number}", "path": f"p{number}.csv"} for number in range(100_000)]
    (root / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")


def _many_true_resources(root: Path) -> None:
    """20,000 resources that are there, so that none is dropped on the way."""
    described = json.loads((root / DESCRIPTOR).read_text(encoding="utf-8"))
    for number in range(20_000):
        (root / "corpus" / f"n{number}.csv").write_bytes(b"")
        described["resources"].append({"name": f"n{number}", "path": f"corpus/n{number}.csv"})
    (root / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")


def _many_tables(root: Path) -> None:
    """900 tables of one schema."""
    described = json.loads((root / DESCRIPTOR).read_text(encoding="utf-8"))
    for number in range(900):
        (root / "corpus" / f"n{number}.csv").write_bytes(b"document_id,layer,status,guideline_version\n")
        entry = {"name": f"n{number}", "path": f"corpus/n{number}.csv", "schema": LAYERS}
        described["resources"].append(entry)
    (root / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")


def _json_value(text: str) -> Callable[[Path], None]:
    """Return what puts raw JSON into the descriptor under a key of its own."""

    def make(root: Path) -> None:
        whole = (root / DESCRIPTOR).read_text(encoding="utf-8")
        (root / DESCRIPTOR).write_text(whole.replace("{", f'{{"x": {text},', 1), encoding="utf-8")

    return make


def _long_key(root: Path) -> None:
    """One key of a megabyte that every level of a schema passes through."""
    value: dict[str, Any] = json.loads((root / LAYERS).read_text(encoding="utf-8"))
    value["k" * MIB] = [{str(number): number} for number in range(5_000)]
    (root / LAYERS).write_text(json.dumps(value), encoding="utf-8")


def _many_unknown_keys(root: Path) -> None:
    value: dict[str, Any] = json.loads((root / LAYERS).read_text(encoding="utf-8"))
    value |= {f"{'k' * 50}{number}": number for number in range(20_000)}
    (root / LAYERS).write_text(json.dumps(value), encoding="utf-8")


def _deep_pointers(root: Path) -> None:
    """Nesting that the parser takes, with a long key on each level, beside a fault that asks for its line."""
    value: dict[str, Any] = json.loads((root / LAYERS).read_text(encoding="utf-8"))
    inner: Any = list(range(2_000))
    for number in range(400):
        inner = {f"{'k' * 1000}{number}": inner}
    value["misspelt"] = inner
    (root / LAYERS).write_text(json.dumps(value), encoding="utf-8")


def _wide(count: int) -> Callable[[Path], None]:
    """Return what gives a table many columns."""

    def make(root: Path) -> None:
        schema = json.loads((root / "schema/tables/deprecated.json").read_text(encoding="utf-8"))
        schema["fields"] += [{"name": f"c{number}", "type": "string"} for number in range(count)]
        (root / "schema/tables/deprecated.json").write_text(json.dumps(schema), encoding="utf-8")
        header, *rows = (root / "corpus/deprecated.csv").read_bytes().splitlines()
        names = "".join(f",c{number}" for number in range(count)).encode()
        lines = [header + names, *(row + b"," * count for row in rows), b""]
        (root / "corpus/deprecated.csv").write_bytes(b"\n".join(lines))

    return make


def _foreign_keys(keys: list[dict[str, Any]], table: str = "deprecated") -> Callable[[Path], None]:
    file = f"schema/tables/{table}.json"

    def make(root: Path) -> None:
        schema = json.loads((root / file).read_text(encoding="utf-8"))
        schema["foreignKeys"] = [*schema.get("foreignKeys", []), *keys]
        (root / file).write_text(json.dumps(schema), encoding="utf-8")

    return make


def _to(resource: str, column: str, field: str = "id") -> dict[str, Any]:
    return {"fields": [field], "reference": {"resource": resource, "fields": [column]}}


def _long_text(size: int) -> Callable[[Path], None]:
    """Return what makes a text one long line, with the hash that goes with it."""

    def make(root: Path) -> None:
        _repeated(TEXT, b"Talks ", b"a", size, b"\n")(root)
        checksum = hashlib.sha256((root / TEXT).read_bytes()).hexdigest()
        packages.set_cell(root, "corpus/documents.csv", 2, "sha256", checksum)

    return make


def _one_sentence(mentions: list[list[str]]) -> Callable[[Path], None]:
    """Return what makes D001 one sentence of 20,000 letters with many mentions."""

    def make(root: Path) -> None:
        raw = "a" * 20_000
        (root / "seeds/001_frappe.txt").write_text(f"{raw}\n", encoding="utf-8")
        checksum = hashlib.sha256(f"{raw}\n".encode()).hexdigest()
        packages.set_cell(root, "corpus/documents.csv", 3, "sha256", checksum)
        rows = [
            row for row in (root / SENTENCES).read_text(encoding="utf-8").splitlines() if "D001" not in row
        ]
        (root / SENTENCES).write_text(
            "\n".join([*rows, f"D001-S001,D001,0,20000,body,{raw}", ""]), encoding="utf-8"
        )
        kept = [
            row for row in (root / MENTIONS).read_text(encoding="utf-8").splitlines() if "D001" not in row
        ]
        (root / MENTIONS).write_text("\n".join([*kept, ""]), encoding="utf-8")
        _appended(MENTIONS, mentions)(root)

    return make


def _mention(number: int, start: int, end: int, kind: str = "GPE", entity: str = "") -> list[str]:
    text = "a" * (end - start)
    return [f"D001-M{number + 1000}", "D001-S001", str(start), str(end), text, kind, "NAM", "", entity]


def _planted(root: Path) -> None:
    """Code under every name by which Python, pytest or datasets would run it, in the root and in its folders."""
    line = f"open({str(root.parent / 'PWNED')!r}, 'w').close()\n".encode()
    names = (
        "conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
        "corpus/corpus.py",
        "corpus.py",
        "package.py",
        "json.py",
        "csv.py",
        "polars.py",
        "pandas.py",
        "click.py",
        "jsonschema.py",
        "krippendorff.py",
        "tigris_corpus/__init__.py",
        "tigris_corpus/cli.py",
        "schema/schema.py",
        "seeds/__init__.py",
        "__init__.py",
        "__main__.py",
        "setup.py",
        "noxfile.py",
    )
    for name in names:
        _write(name, line)(root)
    _write("corpus/a.pth", b"import os; " + line)(root)
    _write("corpus/native.so", b"\x7fELF" + bytes(64))(root)
    _write("corpus/model.pkl", pickle.dumps(_Bomb(str(root.parent / "PWNED"))))(root)


class _Bomb:
    """What opens a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self.path, "w")


def _gzip_bomb() -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
        for _ in range(256):
            file.write(bytes(MIB))
    return buffer.getvalue()


def _zip_bomb(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, bytes(256 * MIB))
    return buffer.getvalue()


def _compressed(root: Path) -> None:
    """A table that pandas would unpack by its name."""
    _write("corpus/events.csv.gz", _gzip_bomb())(root)
    number = [
        r["name"] for r in json.loads((root / DESCRIPTOR).read_text(encoding="utf-8"))["resources"]
    ].index("events")
    _edit(f"/resources/{number}/path", "corpus/events.csv.gz")(root)


def _hostile_marks(root: Path) -> None:
    """Escapes of terminals and commands of CI wherever text may be."""
    mark = f"{ESCAPES}\n{WORKFLOW}\n"
    _edit("/title", mark)(root)
    _edit("/name", mark)(root)
    _edit("/version", mark)(root)
    for file, field in (
        (EVENTS, "trigger_text"),
        ("corpus/entities.csv", "name"),
        ("corpus/incidents.csv", "name"),
        ("corpus/documents.csv", "publisher"),
    ):
        packages.set_cell(root, file, 2, field, ESCAPES + WORKFLOW)
    (root / "corpus" / f"{ESCAPES}{WORKFLOW.replace('/', '')}.csv").write_bytes(b"a\n")


def _marks_at_starts(root: Path) -> None:
    """Commands of CI where a line may begin with them, or where a line is put together: names, ids, a text."""
    for key, mark in (("title", WORKFLOW), ("name", WORKFLOW), ("version", AGENT)):
        _edit(f"/{key}", mark)(root)
    for path in (root / "corpus").glob("*.csv"):
        data = path.read_bytes().replace(b"D001", b"::error::D001").replace(b"D000-S002", b"D000-::error::x")
        path.write_bytes(data)


def _marks_in_texts(root: Path) -> None:
    """Commands of runners in a text, in part made by the marks of mentions, under the hash that goes with it."""
    path = root / TEXT
    path.write_bytes(
        path.read_bytes().replace(b"A U.S. strike", b"##error strik").replace(b"Share", b"##[error]Share")
    )
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    packages.set_cell(root, "corpus/documents.csv", 2, "sha256", checksum)
    packages.set_cell(root, SENTENCES, 5, "text", "##[error]Share")
    packages.set_cell(root, SENTENCES, 5, "end", "122")


def _marks_in_keys(root: Path) -> None:
    for file, line, field in (
        (MENTIONS, 2, "mention_id"),
        (MENTIONS, 3, "sentence_id"),
        (EVENTS, 2, "event_id"),
    ):
        packages.set_cell(root, file, line, field, f"{ESCAPES}{WORKFLOW}")


def _marks_in_labels(root: Path) -> None:
    packages.set_cell(root, MENTIONS, 2, "entity_type", f"{ESCAPES}{WORKFLOW}")


def _marks_in_paths(root: Path) -> None:
    """A table whose path is not made for terminals, out of canonical form, so that fmt names it."""
    path = f"corpus/{ESCAPES}.csv"
    (root / "corpus/layers.csv").rename(root / path)
    (root / path).write_bytes((root / path).read_bytes().replace(b"\n", b"\r\n"))
    number = [
        r["name"] for r in json.loads((root / DESCRIPTOR).read_text(encoding="utf-8"))["resources"]
    ].index("layers")
    _edit(f"/resources/{number}/path", path)(root)


def _marks_in_schema(root: Path) -> None:
    _edit(f"/{ESCAPES}", 1, LAYERS)(root)
    _edit("/fields/0/name", f"{ESCAPES}\n{WORKFLOW}", LAYERS)(root)


def _parquet(table: str, columns: Callable[[], dict[str, Any]], **options: Any) -> Callable[[Path], None]:
    """Return what puts a table in Parquet in the place of one in CSV; the columns that are not given are empty."""

    def make(root: Path) -> None:
        given = columns()
        rows = len(next(iter(given.values())))
        names = _header(root, f"corpus/{table}.csv").decode().strip().split(",")
        whole = {name: given.get(name, pa.array([""] * rows)) for name in names}
        (root / f"corpus/{table}.csv").unlink()
        parquet.write_table(pa.table(whole), root / f"corpus/{table}.parquet", store_schema=False, **options)
        described = json.loads((root / DESCRIPTOR).read_text(encoding="utf-8"))
        entry = next(entry for entry in described["resources"] if entry["name"] == table)
        entry |= {"path": f"corpus/{table}.parquet", "format": "parquet"}
        entry["mediatype"] = "application/vnd.apache.parquet"
        (root / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")

    return make


def _once(text: str, rows: int) -> Callable[[], dict[str, Any]]:
    """Return what makes a column of one text that stands in many rows, and in the file once."""
    return lambda: {
        "adjudication_id": [f"D000-A{row:05d}" for row in range(rows)],
        "readings": pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text])),
    }


def _damaged(start: int, stop: int, data: bytes) -> Callable[[Path], None]:
    """Return what damages a table in Parquet from one of its bytes to another; from the end where they are negative."""

    def make(root: Path) -> None:
        frame = pd.read_csv(root / MENTIONS, dtype=str, keep_default_na=False)
        _parquet("mentions", lambda: {str(name): frame[name].tolist() for name in frame})(root)
        path = root / MENTIONS.replace(".csv", ".parquet")
        whole = bytearray(path.read_bytes())
        whole[start:stop] = data
        path.write_bytes(whole)

    return make


def _formulas(root: Path) -> None:
    for line, formula in (
        (2, "=cmd|' /C calc'!A0"),
        (3, "@SUM(1+1)*cmd"),
        (4, '=HYPERLINK("http://example.org")'),
    ):
        packages.set_cell(root, MENTIONS, line, "value", formula)


def _without(table: str) -> Callable[[Path], None]:
    """Return what takes a table out of the package."""

    def make(root: Path) -> None:
        described = json.loads((root / DESCRIPTOR).read_text(encoding="utf-8"))
        described["resources"] = [entry for entry in described["resources"] if entry["name"] != table]
        (root / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")

    return make


def _only_documents(root: Path) -> None:
    """A package of one table, of which the one column is called as the profile calls it."""
    _write("d.json", b'{"fields": [{"name": "document_id"}]}')(root)
    _write("d.csv", b"document_id\nD000\n")(root)
    described = {
        "name": "a",
        "version": "1",
        "tigris": {"profile": "1"},
        "resources": [{"name": "documents", "path": "d.csv", "schema": "d.json"}],
    }
    (root / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")


def _dropped_column(table: str, column: str) -> Callable[[Path], None]:
    """Return what takes a column out of a table and its schema, with the keys that it is in."""

    def make(root: Path) -> None:
        file = f"schema/tables/{table}.json"
        schema = json.loads((root / file).read_text(encoding="utf-8"))
        schema["fields"] = [field for field in schema["fields"] if field["name"] != column]
        for kind in ("primaryKey", "uniqueKeys", "foreignKeys"):
            schema.pop(kind, None)
        (root / file).write_text(json.dumps(schema), encoding="utf-8")
        rows = csv.reader((root / f"corpus/{table}.csv").read_text(encoding="utf-8").splitlines())
        header, *body = rows
        place = header.index(column)
        kept = [[cell for number, cell in enumerate(row) if number != place] for row in (header, *body)]
        (root / f"corpus/{table}.csv").write_bytes(tables.write(kept))

    return make


def _retyped(table: str, column: str, kind: str) -> Callable[[Path], None]:
    """Return what types a column anew, and empties its cells."""

    def make(root: Path) -> None:
        file = f"schema/tables/{table}.json"
        schema = json.loads((root / file).read_text(encoding="utf-8"))
        next(field for field in schema["fields"] if field["name"] == column)["type"] = kind
        (root / file).write_text(json.dumps(schema), encoding="utf-8")
        count = (root / f"corpus/{table}.csv").read_bytes().count(b"\n")
        for line in range(2, count + 1):
            packages.set_cell(root, f"corpus/{table}.csv", line, column, "")

    return make


def _emptied(table: str, column: str) -> Callable[[Path], None]:
    """Return what empties the cells of a column."""
    return _cell(f"corpus/{table}.csv", 2, column, "")


def _utf16(file: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / file).write_bytes((root / file).read_text(encoding="utf-8").encode("utf-16"))

    return make


def _returned(root: Path) -> None:
    (root / EVENTS).write_bytes((root / EVENTS).read_bytes().replace(b",", b"\r,", 1))


def _twice(file: str) -> Callable[[Path], None]:
    """Return what puts every row of a table there twice."""

    def make(root: Path) -> None:
        header, rest = (root / file).read_bytes().split(b"\n", 1)
        (root / file).write_bytes(header + b"\n" + rest * 2)

    return make


_PATHS = (
    ("../secret.csv", "sec.path"),
    ("corpus/../../secret.csv", "sec.path"),
    ("/etc/passwd", "sec.path"),
    ("/proc/self/environ", "sec.path"),
    ("C:/Windows/win.ini", "sec.path"),
    ("C:secret.csv", "sec.path"),
    ("\\\\server\\share\\secret.csv", "sec.path"),
    ("//server/share/secret.csv", "sec.path"),
    ("..\\secret.csv", "sec.path"),
    ("file:/etc/passwd", "sec.path"),
    ("file:///etc/passwd", "sec.remote"),
    ("http://127.0.0.1:9/a.csv", "sec.remote"),
    ("data:text/csv,a", "sec.path"),
    ("s3://bucket/a.csv", "sec.remote"),
    ("corpus/\x00events.csv", "sec.path"),
    ("corpus/\ud800.csv", "pkg.json"),
    ("corpus/" + "a/" * 600 + "b.csv", "sec.path"),
    ("corpus/" + "a" * 300 + ".csv", "pkg.unreadable-file"),
    ("a/" * 2**19 + "b.csv", "sec.path"),
    ("~/secret.csv", "pkg.missing-file"),
    ("$HOME/secret.csv", "pkg.missing-file"),
    ("corpus", "sec.link"),
)
_PATTERNS = (
    ("(a+)+b", "sec.regex"),
    ("(a|a)*", "sec.regex"),
    ("(a|ab)*c", "sec.regex"),
    ("(.*a){20}", "sec.regex"),
    ("((a{0,100}){0,100}){0,100}", "sec.regex"),
    ("a{1000000000}", "sec.regex"),
    ("(a{500}){500}", "sec.regex"),
    (r"\p{L}+", "sec.regex"),
    ("[[:alpha:]]", "sec.regex"),
    ("[a&&b]", "sec.regex"),
    ("[a--b]", "sec.regex"),
    ("[a~~b]", "sec.regex"),
    ("(" * 400 + "a" + ")" * 400, "sec.regex"),
    ("a*a*a*a*a*a*a*a*a*a*b", "sec.regex"),
)
_SPECIAL: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("a pipe", os.mkfifo),
    ("a folder", lambda path: path.mkdir()),
    ("a socket", _socket),
    ("a link to /dev/zero", lambda path: path.symlink_to("/dev/zero")),
    ("a link to the secret", lambda path: path.symlink_to("../../secret.csv")),
    ("a link to itself", lambda path: path.symlink_to(path.name)),
)
_TABLES = (
    "documents",
    "sentences",
    "mentions",
    "entities",
    "events",
    "arguments",
    "layers",
    "zones",
    "passes",
)
_COLUMNS = (
    ("documents", "language"),
    ("documents", "text_path"),
    ("sentences", "start"),
    ("sentences", "zone"),
    ("mentions", "text"),
    ("mentions", "entity_id"),
    ("events", "realis"),
    ("events", "incident_id"),
    ("arguments", "role"),
    ("layers", "status"),
    ("entities", "country"),
)

ATTACKS: tuple[Attack, ...] = (
    *(Attack(f"resource path {path[:40]!r}", _edit("/resources/0/path", path), code, quick=path.startswith("../"))
      for path, code in _PATHS),
    *(Attack(f"schema path {path[:40]!r}", _edit("/resources/0/schema", path), code) for path, code in _PATHS[:12]),
    *(Attack(f"text path {path[:40]!r}", _cell("corpus/documents.csv", 2, "text_path", path))
      for path in ("../secret.csv", "/etc/passwd", "file:///etc/passwd", "corpus/../../secret.csv")),
    *(Attack(f"pass path {path!r}", _cell("corpus/passes.csv", 2, "path", path))
      for path in ("../secret.csv", "/etc/passwd")),
    Attack("an address in $schema of the descriptor", _edit("/$schema", "http://127.0.0.1:9/profile.json")),
    Attack("an address in profile", _edit("/profile", "file:///etc/passwd")),
    Attack("an address in profile of a resource", _edit("/resources/0/profile", "http://127.0.0.1:9/p.json"), "pkg.unknown-property"),
    Attack("an address in $schema of a schema", _edit("/$schema", "file:///etc/passwd", LAYERS)),
    Attack("an inline schema with $ref", _edit("/resources/0/schema", {"$ref": "http://127.0.0.1:9/s.json"}), "pkg.schema"),
    Attack("an address in a foreign key", _foreign_keys([_to("http://127.0.0.1:9/a.csv", "id")], "layers"), "pkg.schema"),
    *(Attack(f"{name} as a table", _place(EVENTS, special), "sec.link", quick=name == "a pipe") for name, special in _SPECIAL),
    *(Attack(f"{name} as a schema", _place(LAYERS, special), "sec.link") for name, special in _SPECIAL),
    *(Attack(f"{name} as a text", _place(TEXT, special), "sec.link") for name, special in _SPECIAL),
    *(Attack(f"{name} as the descriptor", _place(DESCRIPTOR, special), "sec.link") for name, special in _SPECIAL),
    Attack("a folder that is a link", _link("corpus", "{aside}"), "sec.link", quick=True),
    Attack("a folder of schemas that is a link", _link("schema", "{aside}"), "sec.link"),
    Attack("a folder of texts that is a link to the root", _link("seeds", "/"), "sec.link"),
    Attack("a loop of links among the folders", _link("seeds/loop", "{root}"), "sec.link"),
    Attack("a hard link", _hard_link),
    Attack("files that may not be read", _unreadable),
    Attack("100,000 resources", _many_resources, "pkg.unreadable-file"),
    Attack("20,000 resources that are there", _many_true_resources, "pkg.descriptor"),
    Attack("900 tables", _many_tables),
    Attack("a descriptor of 64 MB", _repeated(DESCRIPTOR, b'{"x": "', b"a", 64 * MIB, b'"}'), "pkg.unreadable-file", quick=True),
    Attack("a descriptor of 2 MB of brackets", _repeated(DESCRIPTOR, b"[", b"[],", 690_000, b"1]"), "pkg.descriptor"),
    Attack("a descriptor of 2 MB of one key", _repeated(DESCRIPTOR, b'{"a":1,', b'"a":1,', 340_000, b'"a":1}'), "pkg.json-duplicate-key"),
    Attack("100,000 levels", _write(DESCRIPTOR, b"[" * 100_000 + b"]" * 100_000), "pkg.json", quick=True),
    Attack("100,000 levels of a schema", _write(LAYERS, b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "pkg.json"),
    Attack("900 levels", _json_value("[" * 900 + "]" * 900)),
    Attack("1e400", _json_value("1e400")),
    Attack("a bound of 1e400", _write(LAYERS, b'{"fields": [{"name": "a", "type": "number", "constraints": {"maximum": 1e400}}]}'), "pkg.schema"),
    Attack("a bound of many digits", _write(LAYERS, b'{"fields": [{"name": "a", "constraints": {"maximum": ' + b"9" * 4000 + b"}}]}"), "pkg.schema"),
    Attack("an integer of 5,000 digits", _json_value("9" * 5000), "pkg.json"),
    Attack("a bytes of 4,000 digits", _edit("/resources/0/bytes", 10**4000)),
    Attack("NaN", _json_value("NaN"), "pkg.json"),
    Attack("a lone surrogate", _json_value(r'"\ud800"')),
    Attack("a lone surrogate as the name", _edit("/name", "\ud800")),
    Attack("a lone surrogate as the title", _edit("/title", "\ud800")),
    Attack("a lone surrogate as a resource", _edit("/resources/0/name", "\ud800"), "pkg.json"),
    Attack("a lone surrogate as a column", _edit("/fields/1/name", "\ud800", LAYERS), "pkg.json"),
    Attack("a duplicate key", _json_value('1, "x": 2'), "pkg.json-duplicate-key"),
    Attack("a long key", _long_key, "pkg.unknown-property"),
    Attack("20,000 unknown keys", _many_unknown_keys, "pkg.unknown-property"),
    Attack("deep pointers", _deep_pointers, "pkg.unknown-property"),
    Attack("a descriptor in UTF-16", _utf16(DESCRIPTOR), "pkg.json"),
    Attack("an empty descriptor", _write(DESCRIPTOR, b""), "pkg.json"),
    *(Attack(f"the pattern {pattern[:40]}", _constraint(pattern), code, quick=pattern == "(a+)+b") for pattern, code in _PATTERNS),
    Attack("a table of 200 MB of commas", _after_header(EVENTS, b",", 200 * MIB), mib=200),
    Attack("a table of 200 MB of quotes", _after_header(EVENTS, b'"', 200 * MIB), mib=200),
    Attack("a table of 200 MB of line feeds", _after_header(EVENTS, b"\n", 200 * MIB), mib=200),
    Attack("a table of 64 MB of empty rows", _after_header(EVENTS, b",,,,,,,,,\n", 64 * MIB // 10, b""), mib=64),
    Attack("a table of 8 MB of cells of one letter", _after_header(EVENTS, b"a,a,a,a,a,a,a,a,a,a\n", 8 * MIB // 20, b""), seconds=1, mib=150),
    Attack("a table of 64 MB of zero bytes", _after_header(EVENTS, b"\0", 64 * MIB), mib=64),
    Attack("a table of 64 MB of broken rows", _after_header(EVENTS, b'a"\n', 64 * MIB // 3), mib=64),
    Attack("a table of 64 MB of short rows", _after_header(EVENTS, b"a,b\n", 64 * MIB // 4), mib=64),
    Attack("a table of 64 MB without a header", _repeated(EVENTS, b"", b"a,", 32 * MIB), mib=64),
    Attack("a row of 1,000,000 cells", _after_header(EVENTS, b",", 1_000_000), "csv.extra-cell"),
    Attack("a cell of 50 MB", _after_header("corpus/adjudication.csv", b"D000-A001,D000,D000-S002,mentions,a,", 1, b"a" * 50 * MIB + b",\n"), "pkg.unreadable-file"),
    Attack("a cell of 1 MB", _after_header("corpus/adjudication.csv", b"D000-A001,D000,D000-S002,mentions,a,", 1, b"a" * 1_000_000 + b",\n")),
    Attack("50 cells of 1 MB", _after_header("corpus/adjudication.csv", b"D000-A001,D000,D000-S002,mentions,a," + b"a" * 1_000_000 + b",\n", 50, b""), "key.duplicate", mib=150),
    Attack("5,000 columns", _wide(5_000)),
    Attack("10,000 foreign keys", _foreign_keys([_to("mentions", "mention_id")] * 10_000)),
    Attack("10,000 foreign keys to nothing", _foreign_keys([_to("absent", "a")] * 10_000), "pkg.schema"),
    Attack("a key to itself", _foreign_keys([_to("", "id"), _to("deprecated", "id")])),
    Attack("keys in a circle", _all(_foreign_keys([_to("layers", "layer")]), _foreign_keys([_to("deprecated", "id", "layer")], "layers"))),
    Attack("zero bytes in a table", _cell(EVENTS, 2, "trigger_text", "a\0b"), "enc.control-char"),
    Attack("zero bytes in a text", _write(TEXT, b"\0" * 117), "enc.control-char"),
    Attack("a carriage return in a header", _returned, "enc.newline"),
    Attack("a table in UTF-16", _utf16(EVENTS), "enc.invalid-utf8"),
    Attack("a text in UTF-16", _utf16(TEXT)),
    Attack("a text of 100 MB in one line", _long_text(100 * MIB), "pkg.unreadable-file"),
    Attack("a text of 30 MB in one line", _long_text(30 * MIB)),
    Attack("a mention around thousands", _one_sentence([_mention(0, 0, 20_000), *(_mention(n, 2 * n, 2 * n + 1) for n in range(1, 5_000))])),
    Attack("20,000 mentions alike", _one_sentence([_mention(n, 0, 10) for n in range(20_000)]), "key.duplicate-content"),
    Attack("20,000 mentions of one entity", _one_sentence([_mention(n, n % 19_000, n % 19_000 + 1 + n // 19_000, "GPE", "baghdad") for n in range(20_000)])),
    Attack("mentions inside each other", _one_sentence([_mention(n, n, 4_000 - n) for n in range(1_000)])),
    Attack("mentions that cross", _one_sentence([_mention(n, n, n + 1_000) for n in range(1_000)]), "span.crossing"),
    Attack("20,000 faults", _appended(MENTIONS, ([f"D000-M{n}", "D000-S002", "-1", "x", " ", "X", "Y", "", "z"] for n in range(1000, 21_000)))),
    Attack("20,000 references to nothing", _appended("corpus/arguments.csv", (["D000-E001", "actor", f"D000-M{n}"] for n in range(1000, 21_000))), "key.missing-parent"),
    Attack("20,000 unknown labels", _appended(MENTIONS, ([f"D000-M{n}", "D000-S002", "18", "22", "U.S.", f"X{n}", "NAM", "", ""] for n in range(1000, 21_000))), "sch.enum"),
    Attack("a label of 1 MB", _cell(MENTIONS, 2, "entity_type", "X" * 900_000), "sch.enum"),
    Attack("an id of 1 MB", _cell(MENTIONS, 2, "sentence_id", "D" * 900_000), "key.missing-parent"),
    Attack("numbers of many digits", _cell(MENTIONS, 2, "start", "9" * 5000), "sch.integer-lexical"),
    Attack("numbers beyond 64 bits", _cell(MENTIONS, 2, "end", str(2**63)), "sch.integer-lexical"),
    Attack("numbers near 64 bits", _all(_cell(MENTIONS, 2, "start", str(2**63 - 2)), _cell(MENTIONS, 2, "end", str(2**63 - 1))), "span.out-of-range"),
    Attack("a sentence beyond its text", _cell(SENTENCES, 3, "end", str(2**62)), "span.out-of-range"),
    Attack("ids with numbers of many digits", _cell(MENTIONS, 2, "mention_id", "D000-M" + "9" * 5000)),
    Attack("digits that are no digits", _cell(MENTIONS, 2, "mention_id", "D000-M²①௰")),
    Attack("an incident that is part of itself", _all(_twice("corpus/incidents.csv"), _cell("corpus/incidents.csv", 2, "part_of", "baghdad-strike"))),
    *(Attack(f"every row twice in {name}", _twice(f"corpus/{name}.csv"), "key.duplicate") for name in ("documents", "sentences", "entities", "events", "layers")),
    Attack("marks for terminals and CI", _hostile_marks, quick=True),
    Attack("marks at the start of a line", _marks_at_starts, "pkg.metadata", quick=True),
    Attack("marks in a text", _marks_in_texts, quick=True),
    Attack("marks in keys", _marks_in_keys),
    Attack("marks in labels", _marks_in_labels, "enc.control-char"),
    Attack("marks in paths", _marks_in_paths),
    Attack("marks in a schema", _marks_in_schema),
    Attack("formulas", _formulas),
    Attack("a gzip bomb by its name", _compressed),
    Attack("a gzip bomb called .csv", _write(EVENTS, _gzip_bomb())),
    Attack("a zip bomb called .csv", _write(EVENTS, _zip_bomb("events.csv"))),
    Attack("a zip bomb as the descriptor", _write(DESCRIPTOR, _zip_bomb(DESCRIPTOR)), "pkg.json"),
    Attack("a text of 1 MB in 6,000 rows of Parquet", _parquet("adjudication", _once("ab" * 2**19, 6_000)), "pkg.unreadable-file", quick=True),
    Attack("a text of 100 kB in 60,000 rows of Parquet", _parquet("adjudication", _once("ab" * 50_000, 60_000)), "sec.bomb"),
    Attack("3,000,000 empty rows of Parquet", _parquet("adjudication", lambda: {"rule": pa.nulls(3_000_000, pa.string())}), "sec.bomb"),
    Attack("a page of Parquet of 200 MB in 20 kB", _parquet("adjudication", lambda: {"rule": ["a" * 200 * MIB]}, compression="zstd", use_dictionary=False), "sec.bomb"),
    *(Attack(f"Parquet damaged from byte {start}", _damaged(start, start + 16, data), "pkg.unreadable-file")
      for start, data in ((0, b"\0" * 16), (4, b"\xff" * 16), (40, b"\x80" * 16), (-600, b"\xff" * 16), (-100, b"\0" * 16), (-24, b"\xff" * 16))),
    Attack("escapes in Parquet", _parquet("adjudication", lambda: {"rule": [ESCAPES, f"a\n{WORKFLOW}", "a\0b"]}), "enc.control-char"),
    Attack("code to be run by mistake", _planted, "sec.executable", quick=True),
    *(Attack(f"no table {name}", _without(name), quick=name == "mentions") for name in _TABLES),
    Attack("one table of one column", _only_documents, "pkg.missing-table"),
    *(Attack(f"no column {table}.{column}", _dropped_column(table, column), "pkg.schema-weakened", quick=column == "realis") for table, column in _COLUMNS),
    *(Attack(f"{table}.{column} typed anew", _retyped(table, column, kind), code)
      for table, column, kind, code in (("mentions", "text", "integer", "pkg.schema-weakened"), ("sentences", "start", "string", "pkg.schema"),
                                        ("events", "event_id", "boolean", "pkg.schema"), ("documents", "text_path", "number", "pkg.schema"))),
    *(Attack(f"an empty cell in {table}.{column}", _emptied(table, column), None)
      for table, column in (("documents", "document_id"), ("documents", "language"), ("documents", "text_path"), ("sentences", "sentence_id"),
                            ("sentences", "start"), ("sentences", "zone"), ("sentences", "text"), ("mentions", "mention_id"), ("mentions", "sentence_id"),
                            ("mentions", "start"), ("mentions", "text"), ("mentions", "entity_type"), ("events", "event_id"), ("events", "event_type"),
                            ("events", "sentence_id"), ("events", "trigger_text"), ("arguments", "event_id"), ("arguments", "mention_id"), ("arguments", "role"),
                            ("layers", "layer"), ("layers", "document_id"), ("layers", "status"), ("entities", "entity_id"), ("incidents", "incident_id"), ("event_modes", "mode"))),
)  # fmt: skip
