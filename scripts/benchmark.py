"""Measure validation against a bare read and against frictionless, and loading against bare pandas.

    python scripts/benchmark.py [--documents 10 100 1000] [--seed 0] [--repeat 3] [--skip frictionless]
    python scripts/benchmark.py --load

The numbers of one run can be compared with each other; those of two runs, hardly. What validation costs is measured
in process, imports excluded; what loading costs, as whole processes that take turns.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from synthetic import generate
from tigris_corpus.descriptor import DESCRIPTOR, open_package
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tigris_corpus.descriptor import Package

DISTRIBUTIONS = ("polars", "pandas", "frictionless")
SLOW = 20.0
"""Seconds above which a measurement is not repeated."""
LOAD_RUNS = 15
MIB = 2**20
TIMES = "\N{MULTIPLICATION SIGN}"

# The peak of the process itself: that of getrusage can be the peak of the parent it was forked from.
PEAK = """
import sys
from pathlib import Path
from tigris_corpus.validation import examine
examine(sys.argv[1])
status = Path("/proc/self/status")
if status.exists():
    lines = status.read_text().splitlines()
    print(1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")))
else:
    import psutil
    memory = psutil.Process().memory_info()
    print(getattr(memory, "peak_wset", memory.rss))
"""
LOAD = "import sys, tigris_corpus; tigris_corpus.load(sys.argv[1])"
READ = "import sys, pandas; frames = [pandas.read_csv(path) for path in sys.argv[1:]]"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What validating one package costs: seconds of each reader or validator, and bytes of memory at the peak.

    ``rows`` and ``size``, in bytes, are those of all tables, vocabularies included.
    """

    documents: int
    rows: int
    size: int
    read: float
    tigris: float
    frictionless: float | None
    peak: int

    def as_row(self) -> str:
        """Return the measurement as a row of the Markdown table."""
        times = f"{self.frictionless / self.read:.1f}" if self.frictionless else "-"
        faster = f"{self.frictionless / self.tigris:.1f} {TIMES}" if self.frictionless else "-"
        cells = (
            f"{self.documents:,}",
            f"{self.rows:,}",
            f"{self.size / MIB:.1f}",
            f"{self.read:.4f}",
            f"{self.tigris / self.read:.1f}",
            times,
            faster,
            f"{self.peak / MIB:.0f}",
        )
        return f"| {' | '.join(cells)} |"


HEADER = (
    f"| documents | rows | MiB of tables | Polars read, s | Tigris, {TIMES} read | frictionless, {TIMES} read "
    "| Tigris faster than frictionless by | peak MiB of a process that validates |\n"
    "|---:|---:|---:|---:|---:|---:|---:|---:|"
)


def main() -> int:
    """Measure what is asked for and print it as Markdown."""
    arguments = _arguments()
    print(environment(), end="\n\n")
    if arguments.load is not None:
        print(compare_loading(open_package(arguments.load or None)))
        return 0
    with_frictionless = "frictionless" not in arguments.skip
    _warm_up(with_frictionless=with_frictionless)
    print(HEADER)
    for documents in arguments.documents:
        with synthetic_package(documents, arguments.seed) as root:
            print(
                measure(root, documents, arguments.repeat, with_frictionless=with_frictionless).as_row(),
                flush=True,
            )
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--documents", type=int, nargs="+", default=[10, 100, 1000], help="the sizes of the corpora"
    )
    parser.add_argument("--seed", type=int, default=0, help="the seed of the corpora")
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many runs counts")
    parser.add_argument(
        "--skip", choices=["frictionless"], nargs="+", default=[], help="what is not measured"
    )
    parser.add_argument(
        "--load",
        nargs="?",
        const="",
        metavar="PATH",
        help="compare loading with bare pandas instead: the packaged corpus, or the package at PATH",
    )
    return parser.parse_args()


def environment() -> str:
    """Return the versions and the machine that the numbers hold for."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in DISTRIBUTIONS)
    return f"Python {platform.python_version()}, {versions}; {os.cpu_count()} cores, {platform.system()} {platform.machine()}."


def measure(root: Path, documents: int, repeat: int, *, with_frictionless: bool) -> Measurement:
    """Return what validating the package at ``root`` costs; the read and the validation take turns."""
    package = open_package(root)
    paths = [package.root / resource.path for resource in package.tables.values()]
    reads, examinations = [], []
    for _ in range(repeat):
        reads.append(seconds(lambda: read_all(paths)))
        examinations.append(seconds(lambda: _expect_clean(root)))
    return Measurement(
        documents=documents,
        rows=read_all(paths),
        size=sum(path.stat().st_size for path in paths),
        read=min(reads),
        tigris=min(examinations),
        frictionless=best(lambda: _frictionless(root), repeat) if with_frictionless else None,
        peak=peak_memory(root),
    )


def seconds(action: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def best(action: Callable[[], object], repeat: int) -> float:
    """Return the seconds of the fastest of so many calls, or of the first alone where that is slow."""
    fastest = seconds(action)
    for _ in range(repeat - 1):
        if fastest > SLOW:
            break
        fastest = min(fastest, seconds(action))
    return fastest


def read_all(paths: list[Path]) -> int:
    """Read tables as text, one after another, and return how many rows they have."""
    return sum(pl.read_csv(path, infer_schema=False).height for path in paths)


def peak_memory(root: Path) -> int:
    """Return the peak resident memory, in bytes, of a process that validates the package at ``root``."""
    return int(_run([sys.executable, "-c", PEAK, str(root)]))


@contextmanager
def synthetic_package(documents: int, seed: int) -> Iterator[Path]:
    """Yield the root of a package of so many documents, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="tigris-benchmark-") as folder:
        root = Path(folder) / "package"
        print(f"generating {documents} documents …", file=sys.stderr)
        generate(root, documents, seed)
        print(f"measuring {documents} documents …", file=sys.stderr)
        yield root


def compare_loading(package: Package) -> str:
    """Return, as Markdown, what loading a package costs against bare pandas: whole processes, taking turns."""
    paths = [str(package.root / resource.path) for resource in package.tables.values()]
    commands = {
        "pandas.read_csv": [sys.executable, "-c", READ, *paths],
        "tigris_corpus.load": [sys.executable, "-c", LOAD, str(package.root)],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for name, command in commands.items():
        print(f"warming up {name} …", file=sys.stderr)
        _run(command)
    for _ in range(LOAD_RUNS):
        for name, command in commands.items():
            times[name].append(seconds(lambda command=command: _run(command)))  # type: ignore[misc]
    lines = ["| process | best, s | median, s |", "|---|---:|---:|"]
    lines += [
        f"| {name} | {min(taken):.3f} | {statistics.median(taken):.3f} |" for name, taken in times.items()
    ]
    bare, loading = times.values()
    by_best, by_median = min(loading) / min(bare), statistics.median(loading) / statistics.median(bare)
    lines.append(f"| ratio | {by_best:.2f} {TIMES} | {by_median:.2f} {TIMES} |")
    return "\n".join([f"{len(paths)} tables, {LOAD_RUNS} runs of each.", "", *lines])


def _run(command: list[str]) -> str:
    """Run a command of our own and return what it prints; compiled modules are kept, as an installer keeps them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise SystemExit(f"{command[2].strip()}\n{done.stderr}")
    return done.stdout


def _warm_up(*, with_frictionless: bool) -> None:
    """Import and compile whatever is only imported and compiled when first used."""
    with synthetic_package(2, 0) as root:
        measure(root, 2, 1, with_frictionless=with_frictionless)


def _expect_clean(root: Path) -> None:
    report = examine(root)
    if report.issues or report.not_run:
        raise SystemExit(f"the corpus is not clean: {report.issues[:1] or report.not_run[:1]}")


def _frictionless(root: Path) -> None:
    import frictionless  # noqa: PLC0415 - it may be skipped

    report = frictionless.validate(str(root / DESCRIPTOR))
    if not report.valid:
        raise SystemExit(f"frictionless finds errors: {report.flatten(['type', 'message'])[:1]}")


if __name__ == "__main__":
    sys.exit(main())
