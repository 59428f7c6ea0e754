"""Every hostile package against every way in, each in a process of its own that is watched.

What is proved: an exit code of 0, 1 or 2 and no traceback; no file opened but the package's, Python's and those that
a sound package needs too; no socket, no command, nothing of the package run; nothing printed that steers a terminal or
CI; processor time and memory within bounds.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import packages
from attacks import ATTACKS, Attack
from tigris_corpus.descriptor import packaged_root
from watch import ENTRIES

WATCH = packages.CLONE / "tests" / "watch.py"
SECONDS = 2.0
"""Of processor time, above what the same entry point takes on the base package."""
MIB = 256.0
MIB_OF = {"tigris agreement": 384.0}
"""At the peak; scikit-learn and SciPy alone take 200."""
KILLED_AFTER = 12
STEERING = re.compile(r"[\x1b\x07\u202e]|^\s*::[a-z-]+|##[A-Za-z]*\[", re.MULTILINE)
"""What a terminal or a CI runner takes for a command."""
LAST_RESORT = "is a bug of Tigris"
"""What is said where a package brings down what should have seen it coming."""
PROFILE = packaged_root()
QUICK = ("tigris validate", "tigris info", "tigris fmt --check")


@dataclass(frozen=True, slots=True)
class Run:
    """What one watched run did."""

    code: int
    failure: str
    touched: frozenset[str]
    doors: frozenset[str]
    ran: tuple[str, ...]
    seconds: float
    mib: float
    said: str


def watched(entry: str, root: Path, work: Path, *before: str) -> Run:
    """Run an entry point on a package in a fresh process, with the package as its working folder."""
    work.mkdir(parents=True)
    report = work / "report.json"
    limit = ("prlimit", f"--cpu={KILLED_AFTER}") if shutil.which("prlimit") else ()
    command = [*before, *limit, sys.executable, "-P", str(WATCH), str(report), entry, str(root)]
    with (work / "said").open("wb") as said:
        ended = subprocess.run(
            command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd=root, check=False, timeout=600
        )
    with (work / "said").open("rb") as file:
        text = file.read(2**20).decode("utf-8", errors="backslashreplace")
    if not report.exists():
        failure = f"killed, {ended.returncode}: {text[-500:]}"
        return Run(ended.returncode, failure, frozenset(), frozenset(), (), KILLED_AFTER, 0, text)
    facts = json.loads(report.read_text(encoding="utf-8"))
    return Run(
        code=facts["code"],
        failure=facts["failure"],
        touched=frozenset(facts["touched"]),
        doors=frozenset(facts["doors"]),
        ran=tuple(facts["ran"]),
        seconds=facts["seconds"],
        mib=facts["mib"],
        said=text,
    )


@cache
def bare(entry: str) -> Run:
    """What an entry point does on the base package: the least time of three, and everything it touches."""
    with TemporaryDirectory() as folder:
        root = packages.build(Path(folder) / "package")
        runs = [watched(entry, root, Path(folder) / str(number)) for number in range(3)]
    assert all(run.code == 0 for run in runs), runs
    return min(runs, key=lambda run: run.seconds)


def faults(attack: Attack, entry: str, run: Run, root: Path) -> list[str]:
    """Return what a run did that no package may bring about."""
    usual = bare(entry)
    found = []
    if run.failure or run.code not in {0, 1, 2}:
        found.append(f"exit {run.code}: {run.failure[-1500:]}")
    if LAST_RESORT in run.said or "Traceback" in run.said:
        found.append(f"a bug shows: {run.said[-1500:]}")
    homes = (
        sys.prefix,
        sys.base_prefix,
        *map(str, (packages.CLONE / "src", PROFILE, WATCH, root)),
        "/usr/share/zoneinfo",  # where Arrow looks for time zones
        *usual.touched,
    )
    elsewhere = sorted(path for path in run.touched if not path.startswith(homes))
    found.extend(f"opened {path}" for path in elsewhere)
    found.extend(f"used {door}" for door in sorted(run.doors - usual.doors))
    found.extend(f"ran {file}" for file in run.ran)
    if (root.parent / "PWNED").exists():
        found.append("ran what was planted")
    steering = STEERING.search(run.said)
    if steering:
        around = run.said[max(0, steering.start() - 100) : steering.end() + 100]
        found.append(f"printed what steers a terminal or CI: {around!r}")
    if run.seconds > usual.seconds + SECONDS + attack.seconds:
        found.append(f"took {run.seconds:.1f} s, where the base package takes {usual.seconds:.1f} s")
    if run.mib > MIB_OF.get(entry, MIB) + attack.mib:
        found.append(f"took {run.mib:.0f} MiB")
    if attack.code and entry == "tigris validate --format json" and f'"{attack.code}"' not in run.said:
        found.append(f"did not report {attack.code}: {run.said[:1000]}")
    return found


def hostile(attack: Attack, folder: Path) -> Path:
    """Make the package of an attack, with the secret beside it."""
    folder.mkdir(parents=True)
    (folder / "secret.csv").write_bytes(b"secret\n")
    root = packages.build(folder / "package")
    attack.make(root)
    return root


def tried(attack: Attack, entry: str, folder: Path) -> list[str]:
    """Return the faults of one entry point on a package of its own: ``tigris fmt`` writes."""
    before = (
        ("unshare", "--user") if attack.name == "files that may not be read" and os.geteuid() == 0 else ()
    )
    with TemporaryDirectory(dir=folder) as own:
        root = hostile(attack, Path(own) / "in")
        run = watched(entry, root, Path(own) / "work", *before)
        return [f"{entry}: {fault}" for fault in faults(attack, entry, run, root)]


@pytest.mark.parametrize(
    "attack", [attack for attack in ATTACKS if attack.quick], ids=lambda attack: attack.name
)
def test_a_hostile_package_gains_nothing(attack: Attack, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda entry: tried(attack, entry, tmp_path), QUICK)
    assert [fault for each in found for fault in each] == []


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_no_hostile_package_gains_anything_by_any_way_in(attack: Attack, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda entry: tried(attack, entry, tmp_path), ENTRIES)
    assert [fault for each in found for fault in each] == []


def test_the_console_script_runs_nothing_of_the_folder_that_it_is_started_in(tmp_path: Path) -> None:
    script = Path(sysconfig.get_path("scripts")) / "tigris"
    if not script.exists():
        pytest.skip("the console script is not installed")
    root = hostile(
        next(attack for attack in ATTACKS if attack.name == "code to be run by mistake"), tmp_path / "in"
    )
    for command in ("validate", "info", "audit"):
        ended = subprocess.run([script, command, "."], cwd=root, capture_output=True, check=False)
        assert ended.returncode in {0, 1}, ended.stderr
    assert not (root.parent / "PWNED").exists()


@pytest.mark.parametrize("entry", QUICK)
def test_a_package_is_judged_without_a_network(entry: str, base: Path, tmp_path: Path) -> None:
    apart = ("unshare", "--net", "--map-root-user")
    if (
        not shutil.which("unshare")
        or subprocess.run([*apart, "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("no network namespace can be made here")
    assert watched(entry, base, tmp_path / "work", *apart).code == 0


@pytest.mark.parametrize("name", ["resource path '../secret.csv'", "an address in $schema of a schema"])
def test_no_library_opens_what_python_does_not_see(name: str, tmp_path: Path) -> None:
    root = hostile(next(attack for attack in ATTACKS if attack.name == name), tmp_path / "in")
    log = tmp_path / "calls"
    if (
        not shutil.which("strace")
        or subprocess.run(["strace", "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("strace cannot be used here")
    watch = ("strace", "-f", "-e", "trace=open,openat,socket,connect,execve", "-o", str(log))
    assert watched("tigris validate", root, tmp_path / "work", *watch).code in {0, 1}
    calls = log.read_text(encoding="utf-8", errors="replace")
    assert "secret.csv" not in calls
    assert "/etc/passwd" not in calls
    assert "socket(" not in calls
    assert "connect(" not in calls
