"""Writers that are killed, and writers at the same time: what is read is one state or another, and no edit is lost.

The tests start this file as a script, which forks: a process with threads, as one of pytest, should not. What a forked
process does is the same function each time, with the calls to the operating system counted, slowed or made to lie.
"""

# ruff: noqa: BLE001, T201 - the steps of a writer are what is killed, and a script prints and draws

from __future__ import annotations

import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tigris_corpus import journal, store
from tigris_corpus.descriptor import open_package
from tigris_corpus.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    State = dict[str, bytes | None]

DESCRIPTOR = "datapackage.json"
OLD: State = {
    "corpus/changed.csv": b"old\n",
    "corpus/removed.csv": b"old\n",
    "corpus/untouched.csv": b"untouched\n",
    DESCRIPTOR: b'{"name": "old"}\n',
    "new/made.csv": None,
}
WRITTEN: State = {
    "corpus/changed.csv": b"new\n",
    "corpus/removed.csv": None,
    DESCRIPTOR: b'{"name": "new"}\n',
    "new/made.csv": b"new\n",
}
NEW = OLD | WRITTEN
BY_HAND: State = {DESCRIPTOR: b'{"name": "by hand"}\n'}
CALLS = ("open", "write", "fsync", "rename", "replace", "unlink", "mkdir", "rmdir", "chmod", "ftruncate")
"""Who is killed at a call that only looks leaves what he leaves at the next one of these."""
TABLE, COUNT = "corpus/rows.csv", "corpus/count.csv"


def build(root: Path, files: Mapping[str, bytes | None]) -> Path:
    for path, data in files.items():
        if data is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
    return root


def raw(root: Path, paths: Mapping[str, object]) -> State:
    return {path: (root / path).read_bytes() if (root / path).exists() else None for path in paths}


def seen(root: Path, paths: Mapping[str, object]) -> State:
    gate = open_package(root).gate
    return {path: journal.bytes_at(gate, path) for path in paths}


def forked(act: Callable[[], object]) -> int:
    """Start a process that does something and ends with 0, or shows what it raised and ends with 1."""
    process = os.fork()
    if process:
        return process
    try:
        act()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def ended(process: int) -> int:
    """Wait for a process; return its exit code, or the number of the signal that ended it with a minus."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def killed_at(number: int, act: Callable[[], object]) -> bool:
    """Let a process do something, and kill it as it makes one of its calls, by number. Return whether it was."""

    def counted() -> None:
        left = number

        def wrapped(name: str, call: Any) -> Any:
            def calling(*arguments: Any, **named: Any) -> Any:
                nonlocal left
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)
                return None if name == "fsync" else call(*arguments, **named)

            return calling

        for name in CALLS:
            setattr(os, name, wrapped(name, getattr(os, name)))
        act()

    code = ended(forked(counted))
    assert code in {0, -signal.SIGKILL}, code
    return code != 0


def edited_at(name: str, act: Callable[[], object]) -> Callable[[], None]:
    """Return what does something, with an edit by hand just before a file of that name is moved."""
    replace = os.replace

    def editing() -> None:
        root = Path.cwd()

        def replacing(source: Path, target: Path) -> None:
            if Path(source).name == name:
                build(root, BY_HAND)
            replace(source, target)

        os.replace = replacing  # type: ignore[assignment]
        act()

    return editing


def write() -> None:
    store.write(Path.cwd(), WRITTEN)


def write_in_vain() -> None:
    try:
        write()
    except ConflictError:
        return
    raise AssertionError("the edit by hand went unseen")


def recover() -> None:
    store.recover(Path.cwd())


def check_kills(folder: Path, stride: int) -> dict[str, int]:
    """Kill a writer at each of its calls, and the one that recovers at each of its own, every ``stride``th of them."""
    return {
        "of a write": _kills(folder / "write", write, OLD, [NEW], stride),
        "of a write that is undone": _kills(
            folder / "undone", edited_at("0.new", write_in_vain), OLD, [NEW, OLD | BY_HAND], stride
        ),
    }


def _kills(folder: Path, act: Callable[[], object], before: State, after: list[State], stride: int) -> int:
    kills = 0
    state = before
    for number in range(1, 1000):
        root = build(folder / str(number), OLD)
        os.chdir(root)
        was_killed = killed_at(number, act)
        kills += was_killed
        state = _check(root, (number,), [state, *after])
        again = number % stride == 0 and (root / journal.JOURNAL).exists()
        for second in range(1, 1000) if again else ():
            twice = folder / f"{number}-{second}"
            shutil.copytree(root, twice)
            os.chdir(twice)
            was_killed_twice = killed_at(second, recover)
            kills += was_killed_twice
            assert _check(twice, (number, second), [state]) == state
            _check_recovered(twice, (number, second), state)
            shutil.rmtree(twice)
            if not was_killed_twice:
                break
        _check_recovered(root, (number,), state)
        shutil.rmtree(root)
        if not was_killed:
            break
    assert state == after[-1]
    return kills


def _check(root: Path, kill: tuple[int, ...], states: list[State]) -> State:
    """Return what is seen; it is one of these states. None that comes before one that was seen is ever seen again."""
    found = seen(root, OLD)
    assert found in states, (kill, found)
    return found


def _check_recovered(root: Path, kill: tuple[int, ...], state: State) -> None:
    store.recover(root)
    assert raw(root, OLD) == seen(root, OLD) == state, kill
    assert not (root / ".tigris").exists(), (kill, list(root.rglob("*")))


def check_random_kills(folder: Path, kills: int, seed: int) -> dict[str, float]:
    """Kill a process that writes again and again, at a moment of chance; the next one goes on from what it finds."""
    chance = random.Random(seed)
    names = [*(f"corpus/{number}.csv" for number in range(4)), DESCRIPTOR]
    root = build(folder, dict.fromkeys(names, b"0"))
    torn = journals = staged = lost = last = 0
    start = time.perf_counter()
    for number in range(5):
        store.write(root, dict.fromkeys(names, b"0 %d\n" % number * 2500))
    store.write(root, dict.fromkeys(names, b"0\n"))
    seconds = (time.perf_counter() - start) / 5
    for _ in range(kills):
        reader, writer = os.pipe()

        def write_on(start: int = last, to: int = writer) -> None:
            for number in range(start + 1, start + 1000):
                sizes = random.Random(number)
                store.write(root, {name: b"%d\n" % number * sizes.randint(1, 5000) for name in names})
                os.write(to, b"%d\n" % number)

        process = forked(write_on)
        os.close(writer)
        time.sleep(chance.uniform(0, 4 * seconds))
        os.kill(process, signal.SIGKILL)
        assert ended(process) == -signal.SIGKILL
        with os.fdopen(reader, "rb") as pipe:
            done = pipe.read().split(b"\n")[:-1]
        reported = int(done[-1]) if done else last
        journals += bool(list(root.glob(f"{journal.JOURNAL}/*")))
        staged += bool(list(root.glob(".tigris/staging-*")))
        found = seen(root, dict.fromkeys(names))
        numbers = {(data or b"").split(b"\n")[0] for data in found.values()}
        torn += len(numbers) > 1
        last = int(next(iter(numbers)))
        lost += last < reported
        if chance.random() < 0.5:  # else the next writer finds it so
            store.recover(root)
            torn += raw(root, found) != found
    store.recover(root)
    torn += raw(root, found) != found
    return {
        "kills": kills,
        "torn": torn,
        "lost": lost,
        "writes": last,
        "with a journal": journals,
        "with something staged": staged,
        "left": len(list(root.glob(".tigris/*"))),
        "ms a write": round(seconds * 1000, 1),
    }


def check_writers(folder: Path, processes: int, edits: int, *, lies: bool) -> dict[str, int]:
    """Let processes add rows to one table, each after reading it, and say in another how many it has."""
    root = build(folder, {TABLE: b"row\n", COUNT: b"0\n", DESCRIPTOR: b"{}\n"})

    def add(writer: int) -> None:
        _forget_the_disk()
        chance = random.Random(writer)
        if lies:
            _lie(chance)
        conflicts = 0
        for number in range(edits):
            while True:
                files = seen(root, {TABLE: None, COUNT: None})
                rows = (files[TABLE] or b"") + b"%d-%d\n" % (writer, number)
                changed = {TABLE: rows, COUNT: b"%d\n" % (rows.count(b"\n") - 1)}
                try:
                    expected = {path: store.digest(data) for path, data in files.items()}
                    store.write(root, changed, expected=expected)
                    break
                except ConflictError:
                    conflicts += 1
                    time.sleep(chance.uniform(0, 0.002 * processes))
        (folder / f"conflicts-{writer}").write_text(str(conflicts), encoding="utf-8")

    started = [forked(lambda writer=writer: add(writer)) for writer in range(processes)]  # type: ignore[misc]
    assert [ended(process) for process in started] == [0] * processes
    rows = (root / TABLE).read_bytes().split(b"\n")[1:-1]
    assert int((root / COUNT).read_bytes()) == len(rows)
    assert len(set(rows)) == len(rows)
    store.recover(root)
    return {
        "rows": len(rows),
        "conflicts": sum(int(path.read_text(encoding="utf-8")) for path in root.glob("conflicts-*")),
        "left": len(list(root.glob(".tigris/*"))),
    }


def _forget_the_disk() -> None:
    """What is kept when the power fails is no matter here."""
    os.fsync = lambda fd: None  # noqa: ARG005 - the name is the type's


def _lie(chance: random.Random) -> None:
    """Let locks hold nobody, and processes be held up for a while before they move something."""

    def held_up(call: Any) -> Any:
        def calling(*arguments: Any, **named: Any) -> Any:
            if chance.random() < 0.1:
                time.sleep(chance.uniform(0, 0.01))
            return call(*arguments, **named)

        return calling

    fcntl.flock = lambda *_: None
    for name in ("rename", "replace"):
        setattr(os, name, held_up(getattr(os, name)))


def check_readers(folder: Path, seconds: float) -> dict[str, int]:
    """Read while another process writes without a pause."""
    names = [*(f"corpus/{number}.csv" for number in range(4)), DESCRIPTOR]
    root = build(folder, dict.fromkeys(names, b"0\n"))

    def write_on() -> None:
        _forget_the_disk()
        for number in range(1, 10**6):
            store.write(root, dict.fromkeys(names, b"%d\n" % number))

    process = forked(write_on)
    until = time.monotonic() + seconds
    reads = again = torn = apart = over = 0
    while time.monotonic() < until:
        package = open_package(root)
        found = {package.gate.read(name) for name in names}
        reads += 1
        over += bool(package.gate.instead)
        apart += len(found) > 1
        if package.changed():
            again += 1
        else:
            torn += len(found) > 1
    os.kill(process, signal.SIGKILL)
    ended(process)
    return {"reads": reads, "from the journal": over, "of two states": apart, "again": again, "torn": torn}


def check_validation(folder: Path, stride: int) -> dict[str, int]:
    """Kill a writer that renames an entity everywhere: the package is sound before and after, and not in between."""
    import packages  # noqa: PLC0415 - only here, as it reads the clone
    from tigris_corpus.corpus import load  # noqa: PLC0415 - slow to import
    from tigris_corpus.descriptor import refreshed  # noqa: PLC0415
    from tigris_corpus.validation import examine  # noqa: PLC0415

    base = packages.build(folder / "base")
    renamed = {
        path.relative_to(base).as_posix(): path.read_bytes().replace(b"baghdad", b"basra")
        for path in (base / "corpus").glob("*.csv")
        if b"baghdad" in path.read_bytes()
    }
    assert len(renamed) > 1
    wanted = build(
        folder / "wanted",
        raw(base, {path.relative_to(base).as_posix(): None for path in base.rglob("*.*")}) | renamed,
    )
    fresh = refreshed(open_package(wanted))
    sizes = {path: len(data) for path, data in renamed.items()}
    kills, counts = 0, {"old": 0, "new": 0}
    for number in range(1, 1000, stride):
        root = folder / str(number)
        shutil.copytree(base, root)
        was_killed = killed_at(number, lambda: store.write(root, {**renamed, DESCRIPTOR: fresh}))  # noqa: B023
        report = examine(root, release=True)
        assert not report.issues, (number, report.issues[0])
        ids = set(load(root).mentions["entity_id"].dropna())
        counts["new" if "basra" in ids else "old"] += 1
        kills += was_killed
        shutil.rmtree(root)
        if not was_killed:
            break
    return {"kills": kills, "files": len(sizes), **counts}


CHECKS: dict[str, Callable[..., Mapping[str, float]]] = {
    "kills": check_kills,
    "random": check_random_kills,
    "writers": check_writers,
    "readers": check_readers,
    "validation": check_validation,
}


def checked(folder: Path, name: str, **options: float) -> dict[str, float]:
    """Run a check in a process of its own, and return what it counts."""
    memory = Path("/dev/shm")  # noqa: S108 - where nothing waits for a disk
    if name in {"kills", "writers"} and os.access(memory, os.W_OK):
        folder = memory
    command = [sys.executable, __file__, str(folder), name, json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3600)
    assert done.returncode == 0, done.stderr[-3000:]
    counts: dict[str, float] = json.loads(done.stdout)
    print(name, options, counts)
    return counts


def test_a_writer_that_is_killed_at_any_call_leaves_one_state_or_the_other(tmp_path: Path) -> None:
    counts = checked(tmp_path, "kills", stride=20)
    assert min(counts.values()) > 150, counts


def test_a_writer_that_is_killed_at_any_moment_leaves_one_state_or_the_other(tmp_path: Path) -> None:
    counts = checked(tmp_path, "random", kills=20, seed=1)
    assert (counts["torn"], counts["lost"], counts["left"]) == (0, 0, 0), counts


@pytest.mark.parametrize("lies", [False, True])
def test_of_many_writers_none_loses_the_edit_of_another(tmp_path: Path, *, lies: bool) -> None:
    counts = checked(tmp_path, "writers", processes=8, edits=10 if lies else 100, lies=lies)
    assert (counts["rows"], counts["left"]) == (80 if lies else 800, 0), counts


def test_a_reader_can_tell_that_it_has_read_two_states(tmp_path: Path) -> None:
    counts = checked(tmp_path, "readers", seconds=1)
    assert counts["torn"] == 0, counts
    assert counts["reads"] > counts["again"] > 0, counts


@pytest.mark.slow
def test_a_writer_that_is_killed_and_recovered_at_any_two_calls(tmp_path: Path) -> None:
    counts = checked(tmp_path, "kills", stride=1)
    assert min(counts.values()) > 1000, counts


@pytest.mark.slow
def test_of_a_thousand_kills_at_any_moment_none_tears(tmp_path: Path) -> None:
    counts = checked(tmp_path, "random", kills=1000, seed=2)
    assert (counts["torn"], counts["lost"], counts["left"]) == (0, 0, 0), counts
    assert counts["with a journal"] > 100, counts


@pytest.mark.slow
def test_of_many_writers_without_locks_none_loses_the_edit_of_another(tmp_path: Path) -> None:
    counts = checked(tmp_path, "writers", processes=8, edits=100, lies=True)
    assert (counts["rows"], counts["left"]) == (800, 0), counts


@pytest.mark.slow
def test_a_package_is_sound_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    counts = checked(tmp_path, "validation", stride=1)
    assert min(counts["old"], counts["new"]) > 20, counts


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parent.parent))
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as own:
        print(json.dumps(CHECKS[sys.argv[2]](Path(own), **json.loads(sys.argv[3]))))
        os.chdir("/")
