"""What Tigris is measured beside: each validator, and the bare read, run alone in a process of its own.

    python scripts/peers.py NAME [--repeat 3] PACKAGE…

prints one line of JSON a package: the seconds of the fastest run, imports excluded; the peak of the process's memory
so far, in bytes; and the first of what the validator finds wrong, or null. Where it breaks off, the problem is why.

frictionless, pandera and Polars come with the extra ``test``. Fairspec, by the author of frictionless, needs Python
3.12 or later and is installed by hand: ``pip install fairspec``. Nothing here may open a connection.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import DESCRIPTOR, open_package
from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.descriptor import Field, ForeignKey, Package, Resource, TableSchema

SHARED_LEVEL = 3
"""The level up to which Tigris has the rules that the other validators have too: that of keys."""
SLOW = 20.0
"""Seconds above which a measurement is not repeated."""
BROKE_OFF = "broke off"
DATASET = "dataset.json"
DIALECT = {"format": "csv", "delimiter": ",", "quoteChar": '"', "lineTerminator": "\n", "headerRows": [1]}
"""How the tables are written, in the words of Fairspec, which otherwise guesses it from the first 10 kB."""
CONNECTING = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"})


@dataclass(frozen=True, slots=True)
class Peer:
    """Something that is measured: its row of the table, the module it needs, and how it is made ready to run.

    ``prepare`` imports and converts, which is not measured, and returns what is: a call that returns what it finds
    wrong with the package. ``validates`` says whether it is meant to find anything.
    """

    title: str
    module: str
    prepare: Callable[[Path, Path], Callable[[], list[str]]]
    validates: bool = True

    @property
    def is_here(self) -> bool:
        """Whether the module it needs is installed."""
        return find_spec(self.module) is not None


def main() -> int:
    """Run one peer over packages and print what each run takes and finds."""
    arguments = _arguments()
    sys.addaudithook(refuse_connections)
    for root in arguments.packages:
        print(json.dumps(outcome(PEERS[arguments.peer], root.resolve(), arguments.repeat)), flush=True)
    return 0


def outcome(peer: Peer, root: Path, repeat: int) -> dict[str, Any]:
    """Return what a peer takes for a package and finds wrong with it, or the exception that it breaks off with."""
    try:
        seconds, problems = timed(peer, root, repeat)
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the table
        return {"problem": f"{type(error).__name__}: {error}", "note": BROKE_OFF}
    return {"seconds": seconds, "peak": peak_memory(), "problem": problems[0] if problems else None}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("peer", choices=PEERS, help="what is run")
    parser.add_argument("packages", type=Path, nargs="+", help="the roots of the packages")
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many runs counts (default: 3)")
    return parser.parse_args()


def refuse_connections(event: str, _: object) -> None:
    """Raise PermissionError where an audit event is the opening of a connection."""
    if event in CONNECTING:
        raise PermissionError(f"a benchmark does without the network: {event}")


def timed(peer: Peer, root: Path, repeat: int) -> tuple[float, list[str]]:
    """Return the seconds of the fastest of so many runs, or of the first alone where it is slow, and its findings."""
    with tempfile.TemporaryDirectory(prefix="tigris-peer-") as scratch:
        run = peer.prepare(root, Path(scratch))
        fastest, problems = _seconds(run)
        for _ in range(repeat - 1):
            if fastest > SLOW:
                break
            fastest = min(fastest, _seconds(run)[0])
    return fastest, problems


def _seconds(run: Callable[[], list[str]]) -> tuple[float, list[str]]:
    start = time.perf_counter()
    problems = run()
    return time.perf_counter() - start, problems


def peak_memory(process: int | None = None) -> int:
    """Return the peak resident memory, in bytes, of a process, or of this one.

    That of getrusage will not do: it can be the peak of the parent that the process was forked from.
    """
    status = Path(f"/proc/{process or 'self'}/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return 1024 * next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
    memory = import_module("psutil").Process(process).memory_info()
    return int(getattr(memory, "peak_wset", memory.rss))


# The bare read, and loading


def _read(root: Path, _: Path) -> Callable[[], list[str]]:
    polars = import_module("polars")
    package = open_package(root)
    paths = [package.root / resource.path for resource in package.tables.values()]

    def run() -> list[str]:
        for path in paths:
            polars.read_csv(path, infer_schema=False)
        return []

    return run


def _load(root: Path, _: Path) -> Callable[[], list[str]]:
    corpus = import_module("tigris_corpus.corpus")

    def run() -> list[str]:
        corpus.load(root)
        return []

    return run


# Tigris


def _tigris(root: Path, _: Path, *, highest: int | None = None) -> Callable[[], list[str]]:
    """Return the validation of a package by all checks, or by those up to a level."""
    validation = import_module("tigris_corpus.validation")
    levels = validation.EVERY_LEVEL if highest is None else range(highest + 1)

    def run() -> list[str]:
        report = validation.examine(root, levels=levels)
        return [issue.message for issue in report.issues] + [reason for _, _, reason in report.not_run]

    return run


# frictionless


def _frictionless(root: Path, _: Path) -> Callable[[], list[str]]:
    frictionless = import_module("frictionless")

    def run() -> list[str]:
        report = frictionless.validate(str(root / DESCRIPTOR))
        return [] if report.valid else [message for (message,) in report.flatten(["message"])]

    return run


# pandera


def _pandera(root: Path, _: Path) -> Callable[[], list[str]]:
    """Return the validation of frames by pandera; that they are loaded first is part of it."""
    frames, pandera = import_module("tigris_corpus.frames"), import_module("pandera.pandas")

    def run() -> list[str]:
        try:
            corpus = frames.load(root)
        except CorpusError as error:  # types, labels and the form of CSV are judged where they are read
            return [str(error)]
        problems = []
        for name, frame in corpus.tables.items():
            for contract in (frames.schema(name, corpus), references(name, corpus)):
                try:
                    contract.validate(frame, lazy=True)
                except pandera.errors.SchemaErrors as error:
                    problems.append(f"{name}: {error.failure_cases['check'].iloc[0]}")
        return problems

    return run


def references(table: str, corpus: Corpus) -> Any:
    """Return the foreign keys of a table as a pandera schema, but for those that are labels, which have a dtype."""
    pandera = import_module("pandera.pandas")
    checks = [
        pandera.Check(
            partial(is_found, key=key, parent=corpus.tables[key.resource or table]),
            error=f"{', '.join(key.fields)} not in {key.resource or table}",
        )
        for key in corpus.package.schema(table).foreign_keys
        if not _is_label(corpus.package, table, key)
    ]
    return pandera.DataFrameSchema(checks=checks, name=table)


def is_found(frame: pd.DataFrame, key: ForeignKey, parent: pd.DataFrame) -> Any:
    """Return which rows of a frame lead to a row of the parent, or nowhere because they are empty."""
    pandas = import_module("pandas")
    fields, targets = list(key.fields), list(key.reference)
    if len(fields) == 1:
        return frame[fields[0]].isin(parent[targets[0]]) | frame[fields[0]].isna()
    known = pandas.MultiIndex.from_frame(parent[targets].astype("string"))
    found = pandas.MultiIndex.from_frame(frame[fields].astype("string")).isin(known)
    return found | frame[fields].isna().any(axis=1)


def _is_label(package: Package, table: str, key: ForeignKey) -> bool:
    return len(key.fields) == 1 and package.vocabulary_of(table, key.fields[0]) == key


# Fairspec


def _fairspec(root: Path, scratch: Path) -> Callable[[], list[str]]:
    fairspec = import_module("fairspec")
    dataset = write_dataset(open_package(root), scratch)

    def run() -> list[str]:
        with contextlib.chdir(scratch):  # Fairspec refuses a dataset that does not lie below where it runs
            report = fairspec.validate_dataset(dataset.name)
        return [] if report.valid else [str(error) for error in report.errors] or ["no dataset"]

    return run


def write_dataset(package: Package, folder: Path) -> Path:
    """Write a package as Fairspec describes one into a folder, with links to its tables, and return its path."""
    resources = []
    for resource in package.tables.values():
        link = folder / resource.path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(package.root / resource.path)
        resources.append(_fairspec_resource(package, resource))
    path = folder / DATASET
    path.write_text(json.dumps({"resources": resources}, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def _fairspec_resource(package: Package, resource: Resource) -> dict[str, Any]:
    kind, _, checksum = (resource.hash or "").partition(":")
    described = {
        "name": resource.name,
        "data": resource.path,
        "textual": True,
        "fileDialect": DIALECT,
        "tableSchema": table_schema(package, resource.name),
    }
    return described | ({"integrity": {"type": kind, "hash": checksum}} if checksum else {})


def table_schema(package: Package, table: str) -> dict[str, Any]:
    """Return the schema of a table in the words of Fairspec.

    A foreign key to a vocabulary is an enumeration. Other foreign keys are left out where a cell of theirs may be
    empty, because Fairspec takes an empty cell for a reference to nowhere. The date of EDTF, which is no constraint
    of Table Schema, stays a pattern.
    """
    schema = package.schema(table)
    unique = [list(key) for key in schema.unique_keys] + [
        [field.name] for field in schema.fields if field.unique
    ]
    described = {
        "required": list(schema.names),
        "properties": {field.name: _property(package, table, field) for field in schema.fields},
        "primaryKey": list(schema.primary_key),
        "uniqueKeys": unique,
        "foreignKeys": [
            {
                "columns": list(key.fields),
                "reference": {"resource": key.resource or table, "columns": list(key.reference)},
            }
            for key in schema.foreign_keys
            if not _is_label(package, table, key) and _is_required(schema, key)
        ],
    }
    return {name: value for name, value in described.items() if value}


def _is_required(schema: TableSchema, key: ForeignKey) -> bool:
    return all(schema.field(name).required for name in key.fields)


def _property(package: Package, table: str, field: Field) -> dict[str, Any]:
    key = package.vocabulary_of(table, field.name)
    constraints = {
        "enum": list(dict.fromkeys(_column(package, key.resource, key.reference[0]))) if key else None,
        "pattern": f"^(?:{field.pattern})$" if field.pattern else None,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "trueValues": ["true"] if field.type == "boolean" else None,
        "falseValues": ["false"] if field.type == "boolean" else None,
    }
    described = {"type": field.type if field.required else [field.type, "null"]}
    return described | {name: value for name, value in constraints.items() if value is not None}


def _column(package: Package, table: str, column: str) -> Iterator[str]:
    path = package.root / package.tables[table].path
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row[column]


PEERS = {
    "read": Peer("Polars `read_csv`, nothing checked", "polars", _read, validates=False),
    "load": Peer("`tigris_corpus.load`", "pandas", _load, validates=False),
    "tigris-shared": Peer(
        f"Tigris, levels 0 to {SHARED_LEVEL}: the rules that frictionless has too",
        "polars",
        partial(_tigris, highest=SHARED_LEVEL),
    ),
    "tigris": Peer("Tigris, every rule", "polars", _tigris),
    "frictionless": Peer("frictionless", "frictionless", _frictionless),
    "fairspec": Peer("Fairspec", "fairspec", _fairspec),
    "pandera": Peer("pandera, frames loaded first", "pandera", _pandera),
}
"""What is measured, by the name that the command line has for it; the first is what the others are held against."""

if __name__ == "__main__":
    sys.exit(main())
