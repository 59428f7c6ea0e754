"""Measure how datasets are made by columns against ``datasets.Dataset.from_list`` on the same rows.

    python scripts/benchmark_datasets.py [--root PATH] [--documents 10000] [--seed 0] [--repeat 3] [--config NAME …]

Prints a row a config: the rows, the seconds from the loaded tables to the datasets, the seconds that ``from_list`` takes
with the same features, and the ratio of both. ``from_list`` is given the rows ready, as dictionaries with labels as
numbers: what it takes to make these from the tables is not counted. Two things are, and are told apart, since no way of
making a dataset spares them: reading the texts, and cutting sentences into words. The best of some runs is taken on both
sides, of all parts of the split together.

The numbers of one run can be compared with each other; those of two runs, hardly.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic import generate
from tigris_corpus.corpus import load
from tigris_corpus.loaders.configs import CONFIGS, dealt
from tigris_corpus.loaders.hf import made
from tigris_corpus.loaders.parts import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tigris_corpus.corpus import Corpus
    from tigris_corpus.loaders.tables import Tables

APART = {"documents": ("texts", "reading the texts"), "tokens": ("words", "cutting into words")}
"""What is timed apart, by config: the property of the tables that takes it, and what it is."""
HEADER = ("config", "rows", "by columns", "from_list", "ratio", "apart")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one config took, in seconds; ``apart`` is what of it is told apart, None where there is nothing."""

    config: str
    rows: int
    columns: float
    from_list: float
    apart: float | None = None

    @property
    def ratio(self) -> float:
        """How many times as long ``from_list`` takes."""
        return self.from_list / self.columns

    def cells(self) -> tuple[str, ...]:
        """Return the outcome as a row of the table."""
        apart = "" if self.apart is None else f"{self.apart:.2f} s {APART[self.config][1]}"
        return (
            self.config,
            f"{self.rows:,}",
            f"{self.columns:.2f} s",
            f"{self.from_list:.2f} s",
            f"{self.ratio:.1f} ×",
            apart,
        )


def measure(corpus: Corpus, config: str, repeat: int) -> Outcome:
    """Return what a config takes, the best of some runs."""
    from datasets import Dataset, DatasetDict  # noqa: PLC0415 - takes a second

    documents = parts(corpus)
    needed = APART.get(config)
    apart: list[float] = []
    columns: list[float] = []
    found = DatasetDict()
    for _ in range(repeat):
        tables = dealt(corpus, documents)
        if needed:
            primed = dealt(corpus, documents)
            for one in primed.values():
                _ = one.worded
            apart.append(_timed(_prime, primed, needed[0])[0])
            for part, one in tables.items():
                setattr(one, needed[0], getattr(primed[part], needed[0]))
        seconds, found = _timed(made, tables, config)
        columns.append(seconds)
    rows = [(part.to_list(), part.features) for part in found.values()]
    del found
    from_list = [sum(_timed(Dataset.from_list, one, kinds)[0] for one, kinds in rows) for _ in range(repeat)]
    count = sum(len(one) for one, _ in rows)
    return Outcome(config, count, min(columns), min(from_list), min(apart) if apart else None)


def _prime(tables: Mapping[str, Tables], name: str) -> None:
    """Have the property of each part made."""
    for one in tables.values():
        getattr(one, name)


def _timed(make: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Return the seconds that a call takes, and what it returns."""
    gc.collect()
    start = time.perf_counter()
    result = make(*arguments)
    return time.perf_counter() - start, result


def table(outcomes: list[Outcome]) -> str:
    """Return outcomes as a table of text."""
    rows = [HEADER, *(outcome.cells() for outcome in outcomes)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADER))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--root", type=Path, help="a package to measure, in place of one that is made")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--config", nargs="*", choices=list(CONFIGS), default=list(CONFIGS))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = arguments.root or Path(folder) / "package"
        if arguments.root is None:
            generate(root, arguments.documents, arguments.seed)
        corpus = load(root)
        print(f"{len(corpus.documents):,} documents, {len(corpus.mentions):,} mentions", flush=True)
        print(table([measure(corpus, config, arguments.repeat) for config in arguments.config]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
