"""The benchmark of datasets runs, and its table is what was measured."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import benchmark_datasets
from benchmark_datasets import Outcome, table

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_ratio_is_how_many_times_as_long_rows_take() -> None:
    outcomes = [Outcome("sentences", 1200, 0.5, 4.0), Outcome("tokens", 10, 1.0, 2.5, 12.0)]
    assert table(outcomes).splitlines() == [
        "config     rows   by columns  from_list  ratio  apart",
        "sentences  1,200  0.50 s      4.00 s     8.0 ×",
        "tokens     10     1.00 s      2.50 s     2.5 ×  12.00 s cutting into words",
    ]


def test_every_config_is_measured(
    base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmark_datasets.py", "--root", str(base), "--repeat", "1"])
    assert benchmark_datasets.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 documents, 10 mentions"
    assert [line.split()[:2] for line in lines[2:]] == [
        ["documents", "2"],
        ["sentences", "4"],
        ["tokens", "4"],
        ["events", "4"],
        ["event_records", "4"],
        ["pairs", "7"],
    ]
    assert "cutting into words" in lines[4]
