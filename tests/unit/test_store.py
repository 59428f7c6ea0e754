from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tigris_corpus import store
from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from pathlib import Path


def test_files_are_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    store.write(tmp_path, {"corpus/a.csv": b"a\n", "datapackage.json": b"{}\n"})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.csv", "corpus", "datapackage.json"]
    assert (tmp_path / "corpus" / "a.csv").read_bytes() == b"a\n"
    assert (tmp_path / "corpus" / "a.csv").stat().st_mode & 0o777 == 0o644


def test_the_descriptor_is_put_in_place_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    replace = type(tmp_path).replace

    def recording(self: Path, target: Path) -> Path:
        order.append(target.name)
        return replace(self, target)

    monkeypatch.setattr(type(tmp_path), "replace", recording)
    store.write(tmp_path, {"datapackage.json": b"{}", "zzz.csv": b"z", "aaa.csv": b"a"})
    assert order == ["aaa.csv", "zzz.csv", "datapackage.json"]


def test_a_failure_while_staging_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    synced = 0

    def failing(_: int) -> None:
        nonlocal synced
        synced += 1
        if synced == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(CorpusError, match="No space left on device"):
        store.write(tmp_path, {"a.csv": b"new", "b.csv": b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"old"
