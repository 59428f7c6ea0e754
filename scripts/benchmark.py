"""Measure validation against a bare read and against other validators, and loading against bare pandas.

    python scripts/benchmark.py [--documents 10 100 1000] [--root N=PATH …] [--skip NAME …] [--seed 0] [--repeat 3]
    python scripts/benchmark.py --load

The first prints one table of seconds, multiples of the bare read and peaks of memory; the published one is of 1000
10000 100000 documents. Each of what is measured runs alone in a process of its own (``peers.py``), imports excluded,
and is stopped after ten minutes. Fairspec is measured where it is installed: ``pip install fairspec``, on Python 3.12
or later. The other peers come with the extra ``test``. On a small corpus all validators are also asked whether they
find it clean, and one planted fault after another.

The numbers of one run can be compared with each other; those of two runs, hardly.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import io
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import peers
from peers import PEERS
from synthetic import generate
from tigris_corpus.descriptor import DESCRIPTOR, open_package, refreshed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tigris_corpus.descriptor import Package

DISTRIBUTIONS = ("polars", "pandas", "frictionless", "fairspec", "pandera")
READ = next(iter(PEERS))
READ_REPEAT = 5
"""The bare read is short, and everything is held against it."""
LIMIT = 600.0
"""Seconds after which a peer is stopped."""
LOAD_RUNS = 15
PACKAGED_RUNS = 10
TRUTH_DOCUMENTS = 10
MIB = 2**20
TIMES = "\N{MULTIPLICATION SIGN}"
FIRST = "as in the first row"
INVALID_BYTE = "\udcff"

FAULTS = {
    "a reference to nowhere": ("arguments", "mention_id", "D999-M999"),
    "a reference to nowhere in a column that may be empty": ("mentions", "entity_id", "nowhere"),
    "a label outside its vocabulary": ("mentions", "entity_type", "NOBODY"),
    "an empty cell where none may be": ("mentions", "text", ""),
    "a value of another form": ("documents", "language", "English"),
    "a word for a number": ("sentences", "start", "one"),
    "a number below its minimum": ("sentences", "start", "-1"),
    "a number above its maximum": ("entities", "latitude", "91"),
    "a primary key twice": ("adjudication", "adjudication_id", FIRST),
    "a unique value twice": ("entities", "wikidata", FIRST),
    "a byte that is not UTF-8": ("mentions", "text", INVALID_BYTE),
    "a cell too many": ("mentions", None, "more"),
}
"""What is planted: the table, the column, whose last filled cell is changed, and the value; no column is a new cell."""

HOW = """\
Each is a process of its own, imports excluded; the best of several runs, or the first alone where it takes more than
{slow:.0f} s; stopped after {limit:.0f} s. Up to level 3, Tigris has the rules of the others and more: it reads and hashes
the texts too. Fairspec is not asked for references that may be empty, because it takes an empty one for an error."""
ASKED = """\
About a clean package of {documents} documents and {faults} planted faults, validators without a mark tell the truth."""

LOAD = "import sys, tigris_corpus; tigris_corpus.load(sys.argv[1])"
PANDAS = "import sys, pandas; frames = [pandas.read_csv(path) for path in sys.argv[1:]]"
VALIDATE = "from tigris_corpus.cli import run; run()"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one peer took for one package, and the first fault that it found; or a note why it took nothing."""

    seconds: float | None = None
    peak: int = 0
    problem: str | None = None
    note: str = ""

    def cell(self, unit: float | None) -> str:
        """Return the outcome as a cell of the table: seconds, multiples of the bare read, peak memory."""
        memory = f"{self.peak / MIB:,.0f} MiB"
        if self.seconds is None:
            return f"{self.note}, {memory}" if self.peak else self.note
        multiple = f"{self.seconds / unit:,.1f} {TIMES}" if unit else "-"
        return f"{self.seconds:.3g} s, {multiple}, {memory}"


@dataclass(frozen=True, slots=True)
class Column:
    """What was measured on one package: its size, and the outcome of each peer by name.

    ``rows`` and ``size``, in bytes, are those of all tables, vocabularies included. ``reads`` are the seconds of the
    bare read, measured again before each of the others: how far they lie apart is how far the machine wanders.
    """

    documents: int
    rows: int
    size: int
    outcomes: dict[str, Outcome]
    reads: tuple[float, ...] = ()

    @property
    def heading(self) -> str:
        """The size of the package, as the heading of its column."""
        return f"{self.documents:,} documents, {self.rows:,} rows, {self.size / MIB:,.1f} MiB"


def main() -> int:
    """Measure what is asked for and print it as Markdown."""
    arguments = _arguments()
    print(environment(), end="\n\n")
    if arguments.load is not None:
        print(compare_loading(open_package(arguments.load or None)))
        return 0
    names = [name for name in PEERS if name not in arguments.skip]
    whole_process = packaged()  # before the disk is busy with large packages
    verdicts = truth(names)
    columns: list[Column] = []
    for documents in sorted(arguments.documents):
        with package_of(documents, arguments.seed, arguments.root.get(documents)) as root:
            stopped = {name for column in columns for name in names if _is_stopped(column.outcomes[name])}
            columns.append(column_of(root, documents, names, arguments.repeat, stopped))
    print(table(names, columns, verdicts), end="\n\n")
    print(footnotes(names, columns, verdicts), end="\n\n")
    print(whole_process)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--documents", type=int, nargs="+", default=[10, 100, 1000], help="the sizes of the corpora"
    )
    parser.add_argument(
        "--root",
        type=_sized,
        nargs="+",
        default=[],
        metavar="N=PATH",
        help="the package at PATH, which has N documents, takes the place of one that would be generated",
    )
    parser.add_argument("--seed", type=int, default=0, help="the seed of the corpora")
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many runs counts")
    parser.add_argument(
        "--skip",
        choices=[name for name in PEERS if name != READ],
        nargs="+",
        default=[],
        metavar="NAME",
        help="what is not measured: %(choices)s",
    )
    parser.add_argument(
        "--load",
        nargs="?",
        const="",
        metavar="PATH",
        help="compare loading with bare pandas instead: the packaged corpus, or the package at PATH",
    )
    arguments = parser.parse_args()
    arguments.root = dict(arguments.root)
    unknown = arguments.root.keys() - set(arguments.documents)
    if unknown:
        parser.error(f"--root is given for {sorted(unknown)}, which --documents does not ask for")
    return arguments


def _sized(argument: str) -> tuple[int, Path]:
    documents, _, path = argument.partition("=")
    return int(documents), Path(path)


def environment() -> str:
    """Return the versions and the machine that the numbers hold for."""
    versions = ", ".join(f"{name} {_version(name)}" for name in DISTRIBUTIONS)
    return f"Python {platform.python_version()}, {versions}; {os.cpu_count()} cores, {platform.system()} {platform.machine()}."


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not here"


# Measuring


def column_of(
    root: Path, documents: int, names: Sequence[str], repeat: int, stopped: set[str] | None = None
) -> Column:
    """Return what each peer takes for the package at ``root``; those stopped on a smaller one are not run again."""
    outcomes: dict[str, Outcome] = {}
    reads: list[Outcome] = []
    for name in names:
        if name in (stopped or ()):
            outcomes[name] = Outcome(note=_over(LIMIT))
            continue
        _say(f"{documents:,} documents: {name} …")
        reads += measure(READ, [root], READ_REPEAT)
        outcomes[READ] = min(reads, key=lambda read: read.seconds or LIMIT)
        if name != READ:
            (outcomes[name],) = measure(name, [root], repeat)
        _say(f"{documents:,} documents: {name}: {outcomes[name].cell(outcomes[READ].seconds)}")
    paths = _paths(open_package(root))
    return Column(
        documents=documents,
        rows=sum(map(_rows, paths)),
        size=sum(path.stat().st_size for path in paths),
        outcomes=outcomes,
        reads=tuple(read.seconds for read in reads if read.seconds is not None),
    )


def measure(name: str, roots: Sequence[Path], repeat: int, limit: float = LIMIT) -> list[Outcome]:
    """Return what a peer takes for packages, one after another in a process that is stopped after so many seconds."""
    if not PEERS[name].is_here:
        return [Outcome(note="not here")] * len(roots)
    command = [sys.executable, peers.__file__, name, "--repeat", str(repeat), *map(str, roots)]
    with subprocess.Popen(  # noqa: S603 - our own
        command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            printed, complaint = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            peak = peers.peak_memory(process.pid)
            process.kill()
            return [Outcome(peak=peak, note=_over(limit))] * len(roots)
    if process.returncode:
        reason = (complaint.strip().splitlines() or [f"exit {process.returncode}"])[-1]
        return [Outcome(problem=reason, note=peers.BROKE_OFF)] * len(roots)
    return [Outcome(**json.loads(line)) for line in printed.splitlines()]


def _over(limit: float) -> str:
    return f"> {limit:g} s"


def _is_stopped(outcome: Outcome) -> bool:
    return outcome.note == _over(LIMIT)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _paths(package: Package) -> list[Path]:
    return [package.root / resource.path for resource in package.tables.values()]


def _rows(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


@contextmanager
def package_of(documents: int, seed: int, ready: Path | None = None) -> Iterator[Path]:
    """Yield the root of a package of so many documents: the one that is ready, or one that is removed afterwards."""
    if ready is not None:
        yield ready
        return
    with tempfile.TemporaryDirectory(prefix="tigris-benchmark-") as folder:
        root = Path(folder) / "package"
        _say(f"{documents:,} documents: generating …")
        generate(root, documents, seed)
        yield root


def packaged() -> str:
    """Return, in a line, what the command takes for the packaged corpus, as a whole process."""
    _say("the packaged corpus …")
    texts = _rows(open_package().root / open_package().tables["documents"].path)
    fastest = min(
        seconds(lambda: _run([sys.executable, "-c", VALIDATE, "validate"])) for _ in range(PACKAGED_RUNS)
    )
    return f"`tigris validate` on the {texts} packaged texts, as a whole process: {fastest:.2f} s, the best of {PACKAGED_RUNS}."


# Whether the validators tell the truth


def truth(names: Sequence[str]) -> dict[str, list[Outcome]]:
    """Return the outcomes of each validator for a clean package and for one package a planted fault."""
    with tempfile.TemporaryDirectory(prefix="tigris-truth-") as folder:
        roots = planted(Path(folder))
        verdicts = {}
        for name in names:
            if PEERS[name].validates:
                _say(f"{name} on {len(FAULTS)} planted faults …")
                verdicts[name] = measure(name, roots, 1)
    return verdicts


def planted(folder: Path) -> list[Path]:
    """Write a clean package into a folder, and one more for each fault, and return their roots."""
    roots = [folder / str(number) for number in range(1 + len(FAULTS))]
    generate(roots[0], TRUTH_DOCUMENTS)
    for root, fault in zip(roots[1:], FAULTS.values(), strict=True):
        shutil.copytree(roots[0], root)
        plant(root, *fault)
    return roots


def plant(root: Path, table: str, column: str | None, value: str) -> None:
    """Put a value into the last filled cell of a column, or behind the last cell of the table, and hash it anew."""
    path = root / open_package(root).tables[table].path
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    if column is None:
        rows[-1].append(value)
    else:
        place = header.index(column)
        row = next(row for row in reversed(rows) if row[place])
        row[place] = rows[0][place] if value is FIRST else value
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode("utf-8", "surrogateescape"))
    (root / DESCRIPTOR).write_bytes(refreshed(open_package(root)))


# The table


def table(names: Sequence[str], columns: Sequence[Column], verdicts: dict[str, list[Outcome]]) -> str:
    """Return the Markdown table: a row a peer, a column a size."""
    lines = [
        ["seconds, multiple of the bare read, peak memory", *(column.heading for column in columns)],
        ["---", *("---:" for _ in columns)],
    ]
    for name in names:
        mark = r" \*" if untruths(name, columns, verdicts) else ""
        cells = (column.outcomes[name].cell(column.outcomes[READ].seconds) for column in columns)
        lines.append([f"{PEERS[name].title}{mark}", *cells])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def footnotes(names: Sequence[str], columns: Sequence[Column], verdicts: dict[str, list[Outcome]]) -> str:
    """Return what the table cannot say: how it was measured, and who does not see what."""
    notes = [
        HOW.format(slow=peers.SLOW, limit=LIMIT),
        ASKED.format(documents=TRUTH_DOCUMENTS, faults=len(FAULTS)),
    ]
    notes += [
        f"The bare read of {column.documents:,} documents, measured again before each of the others, took "
        f"{min(column.reads):.3g} to {max(column.reads):.3g} s; the best counts."
        for column in columns
        if column.reads
    ]
    notes += [
        rf"\* {PEERS[name].title}: {'; '.join(found)}."
        for name in names
        if (found := untruths(name, columns, verdicts))
    ]
    return "\n\n".join(notes)


def untruths(name: str, columns: Sequence[Column], verdicts: dict[str, list[Outcome]]) -> list[str]:
    """Return what a peer says that is not so: an error where there is none, or none where a fault is planted."""
    runs = [column.outcomes[name] for column in columns]
    clean, *faulty = verdicts.get(name) or [Outcome()]
    said = [
        f"broke off: {run.problem}"
        if run.note == peers.BROKE_OFF
        else f"finds a fault in a clean package: {run.problem}"
        for run in [*runs, clean]
        if run.problem
    ]
    asked = list(zip(FAULTS, faulty, strict=False))
    missed = [fault for fault, verdict in asked if not verdict.problem and not verdict.note]
    lost = [fault for fault, verdict in asked if verdict.note == peers.BROKE_OFF]
    said += [f"does not find {', '.join(missed)}"] if missed else []
    said += [f"breaks off at {', '.join(lost)}"] if lost else []
    return list(dict.fromkeys(said))


# Loading, and whole processes


def seconds(action: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def compare_loading(package: Package) -> str:
    """Return, as Markdown, what loading a package costs against bare pandas: whole processes, taking turns."""
    paths = [str(path) for path in _paths(package)]
    commands = {
        "pandas.read_csv": [sys.executable, "-c", PANDAS, *paths],
        "tigris_corpus.load": [sys.executable, "-c", LOAD, str(package.root)],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for name, command in commands.items():
        _say(f"warming up {name} …")
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
    """Run a command of our own and return what it prints."""
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise SystemExit(f"{command[2].strip()}\n{done.stdout}{done.stderr}")
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment of a process that keeps its compiled modules, as an installer keeps them."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    sys.exit(main())
