"""What a package costs to judge is in proportion to it, whatever is wrong with it: seconds of the processor, and memory."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import packages
from tigris_corpus import descriptor, validation
from tigris_corpus.checks import passes
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tigris_corpus.validation import Report

SECONDS = 6.0  # what is guarded against took tens of them
MEBIBYTES = 256
STATUS = Path("/proc/self/status")


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What many faults cost is measured with all of them told."""
    monkeypatch.setattr(validation, "MOST", validation.MOST_OF_ALL)


GROWN = f"""
import sys
from pathlib import Path
from tigris_corpus.validation import examine
def most():
    lines = Path("{STATUS}").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024
examine(Path(sys.argv[1]))
before = most()
examine(Path(sys.argv[2]))
print(most() - before)
"""


def judged(root: Path) -> Report:
    """Return the report on a package, which may take no longer than it may."""
    started = time.process_time()
    report = examine(root)
    assert time.process_time() - started < SECONDS
    assert not any("bug of Tigris" in reason for _, _, reason in report.not_run)
    return report


def add(root: Path, table: str, rows: Iterable[list[Any]]) -> None:
    with (root / "corpus" / f"{table}.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def counts(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    for issue in report.issues:
        found[issue.code] = found.get(issue.code, 0) + 1
    return found


def retell(root: Path, raw: str) -> None:
    """Put another text in the place of that of D001, without its labels."""
    (root / "seeds" / "001_frappe.txt").write_text(f"{raw}\n", encoding="utf-8")
    for name in ("sentences", "mentions", "events", "arguments", "event_modes"):
        path = root / "corpus" / f"{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith("D001")), encoding="utf-8")
    packages.edit(root, [{"op": "rehash"}])


def test_a_sentence_is_cut_into_characters_once(base: Path) -> None:
    raw = "e\u0301" * 10_000
    retell(base, raw)
    add(base, "sentences", [["D001-S001", "D001", 0, len(raw), "body", raw]])
    rows = (
        [f"D001-M{n:03}", "D001-S001", 2 * n, 2 * n + 1, "e", "GPE", "NAM", "", "iraq"] for n in range(10_000)
    )
    add(base, "mentions", rows)
    assert counts(judged(base))["span.splits-grapheme"] == 10_000


@pytest.mark.parametrize("each", [1, 10])
def test_a_long_text_is_counted_once(base: Path, each: int) -> None:
    line, count = "wörd " * 19 + "wörd", 20_000
    retell(base, "\n".join([line] * count))
    size = len(line) + 1
    rows = (
        [f"D001-S{n:03}", "D001", size * n, size * (n + 1) - 1, "body", line] for n in range(0, count, each)
    )
    add(base, "sentences", rows)
    assert counts(judged(base)).get("sent.gap", 0) == (count // each if each > 1 else 0)


def test_references_to_nowhere_are_held_against_broken_rows_once(base: Path) -> None:
    add(base, "mentions", ([f"D000-M{10_000 + n}", "D000-S002", "1"] for n in range(8_000)))
    add(base, "arguments", (["D000-E001", "actor", f"D000-M{50_000 + n}"] for n in range(9_000)))
    found = counts(judged(base))
    assert (found["csv.missing-cell"], found["key.missing-parent"]) == (8_000, 9_000)


def test_successors_are_looked_up_once(base: Path) -> None:
    add(base, "entities", ([f"e{n}", f"Name {n}", "ORG", "", "", "", "", "", ""] for n in range(5_000)))
    rows = ([f"old{n}", "entities", f"e{n % 5_000}", "Merged.", "0.1.0"] for n in range(18_000))
    add(base, "deprecated", rows)
    assert "reg.tombstone" not in counts(judged(base))


def test_a_ring_of_many_is_one_issue(base: Path) -> None:
    for one, other in ((0, 1), (1, 0)):
        rows = ([f"a{n + one}", "entities", f"a{n + other}", "Merged.", "0.1.0"] for n in range(20_000))
        add(base, "deprecated", rows)
    (issue,) = [issue for issue in judged(base).issues if issue.code == "reg.merge-cycle"]
    assert issue.message.endswith(" and 19981 more replace each other")


def test_texts_that_are_nearly_one_are_compared_once_and_told_once(base: Path) -> None:
    generator = random.Random(1)
    words = [f"w{generator.randrange(10**6)}" for _ in range(4_000)]
    rows = []
    for number in range(40):
        words[50 * number + 7] = f"x{number}"
        path, raw = base / "seeds" / f"{100 + number}_nearly.txt", " ".join(words) + "\n"
        path.write_text(raw, encoding="utf-8")
        split = "train" if number < 20 else "test"
        sha256 = hashlib.sha256(raw.encode()).hexdigest()
        known = ["unknown", "", "", "unknown", "", "unknown", "", "in-copyright"]
        facts = [f"D{100 + number}", "en", "", *known, f"seeds/{path.name}"]
        rows.append([*facts, sha256, split, 10 + number])
        layers = ["arguments", "entities", "events", "incidents", "mentions", "sentences"]
        add(base, "layers", ([facts[0], layer, "blank", ""] for layer in layers))
    add(base, "documents", rows)
    found = [issue for issue in judged(base).issues if issue.code == "split.near-duplicate"]
    assert [issue.location.key for issue in found] == [f"D{120 + number}" for number in range(20)]
    assert [place.key for place in found[0].related] == [f"D{100 + number}" for number in range(20)]
    assert "and 19 other documents" in found[0].message


def declare(root: Path, lines: Iterable[str]) -> None:
    """Put a file of passes into a package, with the pass of D000."""
    (root / "corpus" / "reading.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
    described = json.loads((root / descriptor.DESCRIPTOR).read_text(encoding="utf-8"))
    described["resources"].append({"name": "reading", "path": "corpus/reading.jsonl"})
    (root / descriptor.DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")
    packages.set_cell(root, "corpus/passes.csv", 6, "path", "corpus/reading.jsonl")


def test_a_line_of_a_pass_is_no_longer_than_a_record_is(base: Path) -> None:
    whole = '{"document_id": "D000", "mentions": [], "events": []}'
    declare(base, [whole, "[" + "[]," * 1_000_000 + "1]"])
    found = [(issue.code, issue.location.line) for issue in judged(base).issues if issue.code != "pkg.hash"]
    assert found == [("pass.json", 2)]


def test_a_file_of_passes_has_a_largest_size(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "MAX_FILE", 10)
    declare(base, ['{"document_id": "D000", "mentions": [], "events": []}'])
    found = [(issue.code, issue.location.file) for issue in judged(base).issues if issue.code != "pkg.hash"]
    assert found == [("pkg.unreadable-file", "corpus/reading.jsonl")]


def test_hints_are_given_for_the_first_of_many_unknown_labels(base: Path) -> None:
    row = {"mention_id": "D000-M001", "sentence_id": "D000-S002", "start": 18, "end": 22, "text": "U.S."}
    rows = [row | {"entity_type": f"NOR{number}", "mention_type": "NAM"} for number in range(5_000)]
    declare(base, [json.dumps({"document_id": "D000", "mentions": rows, "events": []})])
    found = [issue for issue in judged(base).issues if issue.value and issue.value.startswith("NOR")]
    assert len(found) == 5_000
    assert [issue.hint for issue in found].count('did you mean "NORP"?') == 20


@pytest.mark.skipif(not STATUS.exists(), reason="the system does not tell a process its peak")
def test_one_issue_in_a_long_text_takes_no_more_memory_than_the_text(base: Path, tmp_path: Path) -> None:
    small = packages.build(tmp_path / "small")
    path = base / "seeds" / "000_talks.txt"
    path.write_text(path.read_text(encoding="utf-8") + " " * 4_000_000 + "\n", encoding="utf-8")
    packages.edit(base, [{"op": "rehash"}])
    packages.set_cell(base, "corpus/mentions.csv", 5, "start", "54")
    packages.set_cell(base, "corpus/mentions.csv", 5, "end", "61")
    assert [issue.code for issue in judged(base).issues if issue.code != "pkg.hash"] == ["span.text-mismatch"]
    command = [sys.executable, "-c", GROWN, str(small), str(base)]
    grown = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert grown < MEBIBYTES
