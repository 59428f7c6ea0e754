"""Give damaged input to a reader for as long as you like, led by coverage where atheris is installed.

    python scripts/fuzz.py TARGET [--seconds 60] [--corpus FOLDER]

The seeds are the base package of the tests and its broken cases. A target returns where the outcome is one that is
promised (a result, or a CorpusError), and raises where it is not: the input is then shown, and belongs into the tests.
Needs `pip install atheris` (CPython up to 3.13, Linux); without it, the same mutations are drawn at random.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

sys.path.append(str(Path(__file__).parent.parent / "tests"))
import packages
from tigris_corpus import corpus, descriptor, edtf, jsontext
from tigris_corpus.engine import reader, sources
from tigris_corpus.engine.expressions import full_match, is_supported
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import jsonl, tables
from tigris_corpus.offsets import UNITS, OffsetMap
from tigris_corpus.patterns import is_safe
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from collections.abc import Callable

MENTIONS = "corpus/mentions.csv"
IN_PARQUET = "corpus/mentions.parquet"
SCHEMA = "schema/tables/mentions.json"
MARKS = (
    *(bytes([byte]) for byte in b"\",\n\r\0\t '{}[]:;-+.\\/~?*()|0aD\xff\xc3"),
    *(b"\xef\xbb\xbf", b'""', b'","', b"\r\n", b"\n\n", b"null", b"true", b"1e999", b"NaN", b"-1", b'"":'),
    *(str(2**63).encode(), b"9" * 30, "é🙂\u2028\u0660".encode(), b"<<<<<<< a", b"\\ud800", b"D000-M001"),
)


@cache
def _package() -> Path:
    """Return the base package, in a folder that the process keeps."""
    root = packages.build(Path(tempfile.mkdtemp(prefix="fuzz-")) / "package")
    for file in (MENTIONS, SCHEMA, descriptor.DESCRIPTOR):
        (root / f"{file}.sound").write_bytes((root / file).read_bytes())
    return root


def _with(file: str, data: bytes) -> Path:
    """Put bytes in the place of one file of the base package; the others are as they were."""
    root = _package()
    for other in (MENTIONS, SCHEMA, descriptor.DESCRIPTOR):
        (root / other).write_bytes(data if other == file else (root / f"{other}.sound").read_bytes())
    return root


@cache
def _mentions() -> tuple[descriptor.Resource, descriptor.TableSchema]:
    package = descriptor.profile()
    return package.tables["mentions"], package.schema("mentions")


@cache
def _record_schema() -> dict[str, object]:
    return jsonl.record_schema(corpus.load(_with("", b"")))


def table(data: bytes) -> None:
    """Read a table; where the quick path takes it, the careful one gives the same rows and finds no fault."""
    _, schema = _mentions()
    reader.read_table(data, schema)
    marks = reader._marks(data)  # noqa: SLF001 - what the two paths have in common is the point
    quick = reader._read_quickly(data, marks, schema)  # noqa: SLF001
    if quick is not None:
        careful = reader._read_with_care(data, schema)  # noqa: SLF001
        if any(fault.code == "csv.conflict-marker" for fault in careful.faults):
            return  # a marker with as many cells as a row is an id of another form
        assert careful.faults == ()  # noqa: S101 - a fuzz target says by it what is promised
        assert careful.frame is not None  # noqa: S101
        assert careful.frame.equals(quick)  # noqa: S101
        stretch = reader.read_table(data.partition(b"\n")[2], schema, has_header=False).frame
        assert stretch is not None  # noqa: S101
        assert stretch.equals(quick)  # noqa: S101


def json(data: bytes) -> None:
    """Read JSON, and look its pointers up."""
    jsontext.loads(data)
    text = data.decode("utf-8")
    every = jsontext.pointer_lines(text)
    assert jsontext.pointer_lines(text, every) == every  # noqa: S101


def package(data: bytes) -> None:
    """Open a package with another descriptor."""
    opened = descriptor.open_package(_with(descriptor.DESCRIPTOR, data))
    for name in opened.tables:
        opened.schema(name)
    if not opened.problems:
        descriptor.refreshed(opened)


def schema(data: bytes) -> None:
    """Open and validate a package with another Table Schema."""
    _sound(_with(SCHEMA, data))


def validate(data: bytes) -> None:
    """Validate a package with other mentions: no check breaks."""
    _sound(_with(MENTIONS, data))


def _sound(root: Path) -> None:
    broken = [reason for _, _, reason in examine(root).not_run if "bug of Tigris" in reason]
    assert not broken, broken  # noqa: S101


def load(data: bytes) -> None:
    """Load a package with other mentions."""
    corpus.load(_with(MENTIONS, data))


def parquet(data: bytes) -> None:
    """Read mentions in Parquet, to validate and to load them, whatever is wrong with the file."""
    _, described = _mentions()
    opened = descriptor.open_package(_with("", b""), instead={IN_PARQUET: data})
    source = sources.ParquetSource(opened.gate, IN_PARQUET, described)
    reading = source.read(source.cut(1))
    assert reading.frame is not None or reading.faults  # noqa: S101
    corpus._from_parquet(opened, IN_PARQUET, described)  # noqa: SLF001 - without the rest of the package


def dates(data: bytes) -> None:
    """Read a date: its bounds are in order."""
    found = edtf.bounds(data.decode("utf-8", errors="replace"))
    assert found is None or None in found or found <= found[::-1]  # noqa: S101


def offsets(data: bytes) -> None:
    """Convert offsets there and back."""
    text = data.decode("utf-8", errors="surrogateescape")
    for unit in UNITS:
        units = OffsetMap(text, unit)
        for place in range(len(text) + 1):
            assert units.to_code_point(units.from_code_point(place)) == place  # noqa: S101


def canonical(data: bytes) -> None:
    """Write a table in canonical form, which is then canonical."""
    resource, described = _mentions()
    formatted = tables.canonical(data, resource, described)
    assert tables.canonical(formatted, resource, described) == formatted  # noqa: S101


def records(data: bytes) -> None:
    """Read records."""
    jsonl.read(data, "fuzz", _record_schema())


def patterns(data: bytes) -> None:
    """Judge a pattern: where it is safe, both engines take it and agree."""
    first, _, rest = data.decode("utf-8", errors="replace").partition("\n")
    if is_safe(first):
        assert is_supported(first)  # noqa: S101
        texts = [rest[:50], *rest.split("\n")[:5]]
        rust = pl.Series(texts, dtype=pl.String).str.contains(full_match(first)).to_list()
        assert rust == [re.fullmatch(first, text) is not None for text in texts]  # noqa: S101


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        table,
        json,
        package,
        schema,
        validate,
        load,
        parquet,
        dates,
        offsets,
        canonical,
        records,
        patterns,
    )
}


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """Return what a target is fed with to begin with."""
    root = _with("", b"")
    described = (root / descriptor.DESCRIPTOR).read_bytes()
    schemas = tuple(path.read_bytes() for path in sorted((root / "schema" / "tables").glob("m*.json")))
    rows = (root / MENTIONS).read_bytes()
    made = jsonl.write(jsonl.records(corpus.load(root)))
    cases = tuple(path.read_bytes() for path in sorted((packages.CASES / "invalid").glob("csv-*.json")))
    lines = tuple(rows.splitlines())
    return {
        "json": (described, *schemas, *cases),
        "package": (described,),
        "schema": ((root / SCHEMA).read_bytes(),),
        "dates": (b"2020-01-03?/..", b"2024-02-29~", b"../2020"),
        "parquet": _in_parquet(rows),
        "offsets": ("Talks 🙂 à Bagdad".encode(), *lines[:3]),
        "records": (made,),
        "patterns": (
            b"[a-z]+(-[a-z]+)*\na-b\na--b",
            b"D[0-9]{3,}\nD000",
            b"(a|b){1,3}c?\nabc",
            rb"https?://[!-~]+" + b"\nhttp://a",
        ),
    }.get(target, (rows, *((lines[0] + b"\n" + line + b"\n") for line in lines[1:])))


def _in_parquet(rows: bytes) -> tuple[bytes, ...]:
    """Return a table as files of Parquet of several makes."""
    frame = pl.read_csv(rows, infer_schema=False).with_columns(pl.col("start").cast(pl.Int64))
    made = []
    for compression in ("zstd", "snappy", "uncompressed"):
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression=compression, row_group_size=3)
        made.append(buffer.getvalue())
    return tuple(made)


def damaged(data: bytes, choice: random.Random) -> bytes:
    """Return bytes with up to eight places damaged."""
    for _ in range(choice.randint(1, 8)):
        start = choice.randint(0, len(data))
        end = min(len(data), start + choice.choice((0, 0, 1, 1, 2, 10, 100)))
        piece = data[start:end] * 2 if choice.random() < 0.1 else choice.choice(MARKS)  # noqa: PLR2004 - now and then
        data = data[:start] + piece + data[end:]
    return data


def kept(target: str, data: bytes) -> None:
    """Run a target; what is promised is no failure."""
    try:
        TARGETS[target](data)
    except CorpusError:
        return


def _at_random(target: str, seconds: float, seed: int) -> None:
    choice = random.Random(seed)
    ends, count = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        data = damaged(choice.choice(seeds(target)), choice)
        try:
            kept(target, data)
        except BaseException:
            print(f"{target} fails on {data!r}")
            raise
        count += 1
    print(f"{target}: {count} inputs at random, seed {seed}, none of them against what is promised")


def main() -> None:
    """Run one target."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what coverage has found")
    arguments = parser.parse_args()
    try:
        import atheris  # noqa: PLC0415 - it is a tool, and no dependency
    except ModuleNotFoundError:
        _at_random(arguments.target, arguments.seconds, arguments.seed)
        return
    folder = arguments.corpus or Path(tempfile.mkdtemp(prefix=f"fuzz-{arguments.target}-"))
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(arguments.target)):
        (folder / f"seed-{number}").write_bytes(data)
    words = folder.parent / f"{folder.name}.dict"
    escaped = ("".join(f"\\x{byte:02x}" for byte in mark) for mark in MARKS)
    words.write_text("".join(f'"{mark}"\n' for mark in escaped), encoding="ascii")
    atheris.instrument_all()
    flags = [f"-max_total_time={arguments.seconds}", f"-dict={words}", "-max_len=20000", "-timeout=20"]
    atheris.Setup([sys.argv[0], *flags, str(folder)], lambda data: kept(arguments.target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
