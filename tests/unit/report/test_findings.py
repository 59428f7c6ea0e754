from __future__ import annotations

from typing import TYPE_CHECKING

import packages
from tigris_corpus.report import findings, machine
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path


def rendered(root: Path) -> str:
    report = examine(root)
    return findings.render(report, report.issues)


def test_an_issue_shows_its_line_with_the_cell_underlined(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 6, "entity_type", "TIEM")
    assert rendered(base) == (
        "corpus/mentions.csv:6:entity_type: error sch.enum: 'TIEM' is not in entity_types\n"
        '  6 | D000-M005,D000-S002,64,79,"January 3, 2020",TIEM,NAM,2020-01-03,\n'
        "    |                                             ^^^^\n"
        '  hint: did you mean "TIME"?\n'
        "\n"
        "not run: registry.unused (L5 events and registry): rows that may refer to entities are missing or in doubt\n"
        "not run: release.hashes (L7 release): there are errors below it\n"
        "\n"
        "tigris-corpus 0.1.0 is not sound: 1 error, 0 warnings\n"
    )


def test_a_gap_is_shown_in_the_text_itself(base: Path) -> None:
    packages.edit(base, [{"op": "replace-line", "file": "corpus/sentences.csv", "line": 5}])
    assert rendered(base).startswith(
        "seeds/000_talks.txt:4: error sent.gap: no sentence of D000 has 'Share'\n"
        "  4 | Share\n"
        "    | ^^^^^\n"
        "  hint: add a sentence for the characters, or move the edge of a neighbour\n"
    )


def test_a_long_line_is_cut_around_its_fault(base: Path) -> None:
    packages.set_cell(base, "corpus/documents.csv", 2, "split", "training")
    lines = rendered(base).splitlines()
    assert len(lines[1]) <= 106
    at = lines[2].index("^")
    assert lines[1][at : at + 8] == "training"
    assert lines[2].strip(" |") == "^" * 8


def test_what_could_steer_a_terminal_is_written_out(base: Path) -> None:
    evil = "\u202eGPE\u200b::error::x"
    packages.set_cell(base, "corpus/mentions.csv", 5, "entity_type", evil)
    packages.set_cell(base, "corpus/mentions.csv", 7, "text", "\u009b31mIraq")
    text = rendered(base)
    assert "\u202e" not in text
    assert "\u009b" not in text
    assert "\\u202eGPE\\u200b::error::x" in text
    assert "\\u009b31mIraq" in text
    assert not any(line.startswith(("::", "##")) for line in text.splitlines())
    machine_text = machine.render(examine(base), examine(base).issues)
    assert machine_text.isascii()
    assert "\\u202eGPE" in machine_text


def test_many_issues_are_summed_up_by_code(base: Path) -> None:
    path = base / "corpus" / "layers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",1.0", ","), encoding="utf-8")
    packages.edit(
        base, [{"op": "replace", "file": "corpus/passes.csv", "old": "1.0", "new": "x", "all": True}]
    )
    packages.edit(
        base, [{"op": "replace", "file": "corpus/mentions.csv", "old": ",NAM,", "new": ",,", "all": True}]
    )
    report = examine(base)
    text = findings.render(report, report.issues[:1])
    assert "… and 22 more" in text
    assert "    12 layer.guidelines" in text
    assert "     9 sch.required" in text


def test_colours_are_there_only_when_asked_for(base: Path) -> None:
    report = examine(base)
    assert (
        findings.render(report, [], colour=True)
        == "\x1b[32mtigris-corpus 0.1.0 is sound: 0 errors, 0 warnings\x1b[0m\n"
    )
    assert findings.render(report, []) == "tigris-corpus 0.1.0 is sound: 0 errors, 0 warnings\n"
