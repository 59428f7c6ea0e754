"""Tables in Parquet: what is in them, and what is not read of those that are damaged or made to cost far too much."""

from __future__ import annotations

import importlib.util
import io
import json
import random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet as written

from tigris_corpus import parquet
from tigris_corpus.corpus import load
from tigris_corpus.descriptor import DESCRIPTOR, Field, TableSchema, open_package
from tigris_corpus.engine.sources import ParquetSource
from tigris_corpus.errors import MissingExtraError, UnreadableError
from tigris_corpus.parquet import Parquet, ParquetError
from tigris_corpus.paths import Gate
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus.engine.reader import Reading

MIB = 2**20


def stored(columns: dict[str, Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    written.write_table(pa.table(columns), buffer, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Parquet:
    return Parquet(lambda start, size: data[start : start + size], len(data))


def refused(data: bytes, *names: str) -> ParquetError:
    """What keeps a file from being read, and proof that little memory was taken to find it."""
    before = pa.default_memory_pool().max_memory()
    with pytest.raises(ParquetError) as caught:
        opened(data).rows(names or ("a",))
    assert pa.default_memory_pool().max_memory() <= max(before, 32 * MIB)
    return caught.value


def reading(columns: dict[str, Any], root: Path, *names: str) -> Reading:
    """What the engine reads of a table of columns of text, from the gate alone: there is no such file."""
    schema = TableSchema("", "", tuple(Field(name, "string") for name in names), (), (), ())
    return ParquetSource(Gate(root, instead={"a.parquet": stored(columns)}), "a.parquet", schema).read()


def put(root: Path, table: str, columns: dict[str, Any] | bytes) -> None:
    """Put a file of Parquet in the place of a table of a package."""
    (root / f"corpus/{table}.csv").unlink()
    data = columns if isinstance(columns, bytes) else stored(columns)
    (root / f"corpus/{table}.parquet").write_bytes(data)
    described = json.loads((root / DESCRIPTOR).read_text(encoding="utf-8"))
    entry = next(entry for entry in described["resources"] if entry["name"] == table)
    entry |= {"path": f"corpus/{table}.parquet", "format": "parquet"}
    entry.pop("mediatype", None)
    (root / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")


def cells(root: Path, table: str) -> dict[str, list[str | None]]:
    """The cells of a table of a package as text."""
    frame = pd.read_csv(root / f"corpus/{table}.csv", dtype=str, keep_default_na=False)
    return {str(name): frame[name].tolist() for name in frame.columns}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array(["é", "", None]), ["é", "", ""]),
        (pa.array(["a"], pa.large_string()), ["a"]),
        (pa.array(["a", "a"]).dictionary_encode(), ["a", "a"]),
        (pa.array([1, None, -(2**63)]), ["1", "", "-9223372036854775808"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([33.34058, 54.0, None]), ["33.34058", "54.0", ""]),
        (pa.array([True, None, False]), ["true", "", "false"]),
        (pa.array([None, None]), ["", ""]),
        (pa.array([18264], pa.date32()), ["2020-01-03"]),
        (pa.array([], pa.string()), []),
    ],
)
def test_what_a_column_holds_is_read_as_text(tmp_path: Path, column: Any, expected: list[str]) -> None:
    found = reading({"b": [f"{place}" for place in range(len(column))], "a": column}, tmp_path, "a", "b")
    assert found.faults == ()
    assert found.frame is not None
    assert found.frame.columns == ["a", "b", "_line"]
    assert found.frame["a"].to_list() == expected


@pytest.mark.parametrize(
    ("columns", "code", "message"),
    [
        (
            {"a": [[1]]},
            "pkg.unreadable-file",
            "the column 'a' holds list<element: int64>, and no text or number",
        ),
        ({"a": [b"x"]}, "pkg.unreadable-file", "the column 'a' holds binary, and no text or number"),
        (
            {"a": pa.array([b"\xff"], pa.binary()).view(pa.string())},
            "enc.invalid-utf8",
            "the column 'a' holds text that is not UTF-8",
        ),
        ({"b": ["x"]}, "csv.missing-column", "the column 'a' is missing"),
        ({"a": ["x"], "b": ["y"]}, "csv.extra-column", "the column 'b' is not declared in the schema"),
    ],
)
def test_what_a_table_may_not_hold_is_a_fault(
    tmp_path: Path, columns: dict[str, Any], code: str, message: str
) -> None:
    (fault,) = reading(columns, tmp_path, "a").faults
    assert (fault.code, fault.message) == (code, message)


def test_a_column_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    written.write_table(pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["a", "a"]), buffer)
    schema = TableSchema("", "", (Field("a", "string"),), (), (), ())
    gate = Gate(tmp_path, instead={"a.parquet": buffer.getvalue()})
    (fault,) = ParquetSource(gate, "a.parquet", schema).read().faults
    assert (fault.code, fault.field) == ("csv.duplicate-column", "a")


def test_cells_that_csv_would_not_have_are_faults_and_their_rows_are_lost(tmp_path: Path) -> None:
    odd = ["x", "a\x00b", "a\x1b[2J", "two\nlines", "a\rb", "tab\t", "del\x7f", "", "y\n"]
    rest = ["1", "2", "3", "4", "5", "6", "7", "", "\x07"]
    found = reading({"a": odd, "b": rest}, tmp_path, "a", "b")
    assert [(fault.code, fault.line, fault.field, fault.value) for fault in found.faults] == [
        ("enc.control-char", 3, "a", "\x00"),
        ("enc.control-char", 4, "a", "\x1b"),
        ("csv.line-break", 5, "a", "two\nlines"),
        ("enc.newline", 6, "a", "\r"),
        ("enc.control-char", 8, "a", "\x7f"),
        ("csv.blank-line", 9, None, None),
        ("csv.line-break", 10, "a", "y\n"),
    ]
    assert found.frame is not None
    assert found.frame.rows() == [("x", "1", 2), ("tab\t", "6", 7)]
    assert "a\x00b,2" in found.lost
    assert len(found.lost) == 7


@pytest.mark.parametrize("options", [{}, {"use_dictionary": False, "compression": "zstd"}])
def test_a_text_that_stands_in_many_rows_is_a_bomb_before_it_is_written_out(options: dict[str, Any]) -> None:
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 5_000, pa.int32()), pa.array(["ab" * 2**18]))
    column = once if not options else pa.array(["ab" * 2**16] * 500)
    error = refused(stored({"a": column}, store_schema=False, **options))
    assert (error.code, error.row) == ("sec.bomb", None)
    assert str(error).endswith("bytes holds far more than it seems to: at most 100 times is read")


def test_no_row_is_longer_than_a_line(tmp_path: Path) -> None:
    columns = {"a": ["x", "y", "z"], "b": ["1", "2" * 600_000, "3"], "c": ["", "4" * 600_000, ""]}
    error = refused(stored(columns), "a", "b", "c")
    assert (error.code, str(error), error.row) == (
        "pkg.unreadable-file",
        "the row is longer than 1,048,576 bytes",
        1,
    )
    (fault,) = reading(columns, tmp_path, "a", "b", "c").faults
    assert (fault.code, fault.line) == ("pkg.unreadable-file", 3)


@pytest.mark.parametrize("rows", [2_000_000, 9_000_000])
@pytest.mark.parametrize("cell", ["", None])
def test_a_table_of_empty_cells_is_a_bomb(rows: int, cell: str | None) -> None:
    column = pa.array([cell], pa.string()).take(pa.array([0] * rows))
    assert refused(stored({"a": column}, store_schema=False)).code == "sec.bomb"


def test_a_page_that_is_far_larger_unpacked_is_a_bomb_whatever_the_footer_says() -> None:
    data = stored({"a": ["a" * 50 * MIB]}, use_dictionary=False, compression="zstd", write_statistics=False)
    said = written.read_metadata(io.BytesIO(data)).row_group(0).column(0).total_uncompressed_size
    number, twice = b"", 2 * said
    while twice:
        number, twice = number + bytes([twice & 127 | (128 if twice > 127 else 0)]), twice >> 7
    lie = b"\x80" * (len(number) - 1) + b"\x00"
    head, _, foot = data.rpartition(number)
    assert refused(head + lie + foot).code == "sec.bomb"
    assert refused(data).code == "sec.bomb"


def test_a_file_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    data = stored({"a": [str(number) for number in range(100)]}, row_group_size=1)
    assert opened(data).rows(["a"]).num_rows == 100
    monkeypatch.setattr(parquet, "MAX_PIECES", 150)
    assert str(refused(data)) == "the file is in more than 150 pieces"
    monkeypatch.setattr(parquet, "MOST", 1000)
    assert str(refused(data)).endswith("it says too much of itself")


def test_a_stretch_of_rows_is_read_across_groups() -> None:
    file = opened(stored({"a": [str(number) for number in range(10)], "n": range(10)}, row_group_size=3))
    assert file.groups == [0, 3, 6, 9, 10]
    assert file.rows(["a"], 2, 7)["a"].to_pylist() == ["2", "3", "4", "5", "6"]
    assert file.rows(["n"], 9)["n"].to_pylist() == [9]
    assert file.rows(["a"], 4, 4)["a"].to_pylist() == []
    assert file.rows(["a"], 20)["a"].to_pylist() == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PAR1",
        b"PAR1" * 3,
        b"PAR1\x00\x01\x00\x00\x00PAR1",
        b"PAR1\x19\x01\x00\x00\x00PAR1",
        b"PAR1" + b"\x1c" * 60_000 + b"\x60\xea\x00\x00PAR1",
        b"PAR1" + b"\xff" * 4 + b"PAR1",
        b"PAR1\x00\x01\x00\x00\x00PARE",
        b"a,b\n1,2\n",
    ],
)
def test_what_is_no_parquet_is_said_so(data: bytes) -> None:
    error = refused(data)
    assert error.code == "pkg.unreadable-file"
    assert str(error).startswith("the file is no Parquet that can be read: ")


def test_damage_never_ends_the_process_nor_raises_anything_else() -> None:
    choice = random.Random(0)
    texts = {"a": ["x", "y", None, "z"] * 5, "b": ["1", "2", "3", "4"] * 5, "n": [1, 2, None, 4] * 5}
    kinds: tuple[dict[str, Any], ...] = (
        {},
        {"compression": "zstd", "row_group_size": 3},
        {"use_dictionary": False, "data_page_version": "2.0"},
    )
    sound = [stored(texts, **kind) for kind in kinds]
    ended = {"read": 0, "refused": 0}
    for _ in range(1500):
        data = bytearray(choice.choice(sound))
        for _ in range(choice.choice((1, 1, 2, 4))):
            data[choice.randrange(len(data))] = choice.randrange(256)
        try:
            opened(bytes(data)).rows(["a", "n"])
            ended["read"] += 1
        except ParquetError:
            ended["refused"] += 1
    assert min(ended.values()) > 100


def test_without_what_reads_parquet_the_line_that_installs_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"tigris-corpus\[scale\]"):
        reading({"a": ["x"]}, tmp_path, "a")


def test_a_table_is_loaded_as_it_would_be_from_csv(base: Path) -> None:
    before = load(base).tables
    for table in ("mentions", "entities"):
        columns = cells(base, table)
        put(base, table, {name: columns[name] for name in reversed(columns)})
    after = load(base).tables
    for table in ("mentions", "entities"):
        pd.testing.assert_frame_equal(after[table], before[table])
    assert after["entities"]["latitude"].isna().tolist() == before["entities"]["latitude"].isna().tolist()
    assert [issue.code for issue in examine(base).issues] == ["pkg.hash", "pkg.hash"]


def test_whole_numbers_beyond_what_floats_hold_are_kept(base: Path) -> None:
    columns: dict[str, Any] = cells(base, "mentions")
    columns["start"] = pa.array([2**53 + 1, None, *range(8)], pa.int64())
    put(base, "mentions", columns)
    assert load(base).mentions["start"].tolist()[:3] == [9007199254740993, pd.NA, 0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"start": ["x"] * 10}, "start: "),
        (
            {"text": pa.array([b"\xff"] * 10, pa.binary()).view(pa.string())},
            "the column 'text' holds text that is not UTF-8",
        ),
        ({"text": [["x"]] * 10}, "the column 'text' holds list<element: string>, and no text or number"),
        ({"text": ["x" * 2**20] * 10}, "the row is longer than 1,048,576 bytes"),
    ],
)
def test_a_table_that_cannot_be_loaded_says_why(base: Path, change: dict[str, Any], reason: str) -> None:
    put(base, "mentions", {**cells(base, "mentions"), **change})
    with pytest.raises(UnreadableError) as caught:
        load(base)
    message = str(caught.value)
    row = ", row 1" if "longer" in reason else ""
    assert message.startswith(f"{base}/corpus/mentions.parquet{row}: {reason}")
    assert message.endswith(f"; run: tigris validate {base}")


def test_a_damaged_table_is_an_issue(base: Path) -> None:
    whole = stored(cells(base, "mentions"))
    put(base, "mentions", whole[:100] + b"\xff" * 100 + whole[200:])
    assert "pkg.unreadable-file" in [issue.code for issue in examine(base).issues]
    with pytest.raises(UnreadableError, match=r"mentions\.parquet: the file is no Parquet that can be read"):
        load(base)
    assert open_package(base).problems == ()
