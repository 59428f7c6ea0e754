from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import packages
from tigris_corpus.issues import Issue, Location, Severity
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
        '  6 | D000-M005,D000-S002,64,79,"January 3, 2020",TIEM,NOM,2020-01-03,\n'
        "    |                                             ^^^^\n"
        '  hint: did you mean "TIME"?\n'
        "  why: A value outside its vocabulary is counted by nobody.\n"
        "\n"
        "not run: registry.unused (L5 events and registry): rows that may refer to entities are missing or in doubt\n"
        "not run: plausible.event_places (L5 events and registry): rows of events, arguments or mentions are missing or in doubt\n"
        "not run: plausible.certain (L5 events and registry): rows of events, arguments or mentions are missing or in doubt\n"
        "not run: release.hashes (L7 release): there are errors below it\n"
        "\n"
        "`tigris explain CODE` tells more of a code\n"
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
        "  why: Every character that shows belongs to a sentence, so that nothing of a text is lost.\n"
        "\n"
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


def many(count: int) -> tuple[Issue, ...]:
    """``count`` errors, of which the last is of another code."""
    at = Location("corpus/events.csv")
    first = Issue("sch.enum", Severity.ERROR, at, None, "m")
    return (*[first] * (count - 1), replace(first, code="sch.date"))


def test_many_issues_are_summed_up_by_code(base: Path) -> None:
    report = replace(examine(base), issues=many(23))
    text = findings.render(report, report.issues)
    assert text.count("corpus/events.csv: error sch.enum: m\n") == 20
    assert text.endswith(
        "\n"
        "… and 3 more\n"
        "\n"
        "    22 sch.enum\n"
        "     1 sch.date\n"
        "\n"
        "`tigris explain CODE` tells more of a code\n"
        "\n"
        "tigris-corpus 0.1.0 is not sound: 23 errors, 0 warnings\n"
    )
    assert "sch.date: m" in findings.render(report, report.issues, shown=23)


def test_few_issues_are_not_summed_up(base: Path) -> None:
    report = replace(examine(base), issues=many(20))
    text = findings.render(report, report.issues)
    assert "sch.date: m" in text
    assert "    19 sch.enum" not in text
    assert "    19 sch.enum" in findings.render(report, report.issues, shown=1)


def test_the_summary_alone_is_what_is_shown_of_none(base: Path) -> None:
    report = replace(examine(base), issues=many(3))
    assert findings.render(report, report.issues, shown=0) == (
        "     2 sch.enum\n"
        "     1 sch.date\n"
        "\n"
        "`tigris explain CODE` tells more of a code\n"
        "\n"
        "tigris-corpus 0.1.0 is not sound: 3 errors, 0 warnings\n"
    )


def test_the_reason_of_a_code_is_given_once(base: Path) -> None:
    report = replace(examine(base), issues=many(3))
    text = findings.render(report, report.issues)
    assert text.count("  why: A value outside its vocabulary is counted by nobody.\n") == 1
    assert text.count("  why: ") == 2


@pytest.mark.parametrize(
    ("code", "severity", "has_one"),
    [
        ("csv.final-newline", Severity.WARNING, True),
        ("split.near-duplicate", Severity.ERROR, True),
        ("span.empty", Severity.ERROR, False),
        ("event.cross-sentence", Severity.ERROR, False),
        ("key.duplicate", Severity.ERROR, False),
        ("pkg.hash", Severity.ERROR, False),
    ],
)
def test_what_can_be_waived_has_its_fingerprint(
    base: Path, code: str, severity: Severity, has_one: bool
) -> None:
    issue = Issue(code, severity, Location(), None, "m")
    text = findings.render(examine(base), [issue])
    assert (f"\n  fingerprint: {issue.fingerprint}\n" in text) is has_one


def test_what_is_hostile_in_names_and_pointers_is_written_out(base: Path) -> None:
    at = Location("::error::\x1b.csv", pointer="/\u202e")
    issue = Issue("##[x]", Severity.ERROR, at, None, "m\n::x", "\u2066", (replace(at, pointer="\r"),))
    report = replace(examine(base), not_run=((0, "a.b", "\n::error::\ufe0f"),))
    assert findings.render(report, [issue]).splitlines()[:5] == [
        "\\u003a:error::\\u001b.csv:/\\u202e: error #\\u0023[x]: m\\u000a::x",
        "  see ::error::\\u001b.csv:\\u000d",
        "  hint: \\u2066",
        "",
        "not run: a.b (L0 bytes and package): \\u000a::error::\\ufe0f",
    ]


def test_long_names_and_messages_are_cut(base: Path) -> None:
    issue = Issue("sch.enum", Severity.ERROR, Location("a", pointer="b" * 9999), None, "c" * 9999, "d" * 9999)
    assert max(map(len, findings.render(examine(base), [issue]).splitlines())) < 2500


def test_colours_are_there_only_when_asked_for(base: Path) -> None:
    report = examine(base)
    assert (
        findings.render(report, [], colour=True)
        == "\x1b[32mtigris-corpus 0.1.0 is sound: 0 errors, 0 warnings\x1b[0m\n"
    )
    assert findings.render(report, []) == "tigris-corpus 0.1.0 is sound: 0 errors, 0 warnings\n"
    issue = Issue("csv.final-newline", Severity.WARNING, Location("a.csv"), None, "m", "h")
    assert findings.render(report, [issue], colour=True).startswith(
        "a.csv: \x1b[33mwarning\x1b[0m csv.final-newline: m\n"
        "  \x1b[2mhint:\x1b[0m h\n"
        "  \x1b[2mwhy: A last line without its line feed becomes one with whatever is appended.\x1b[0m\n"
        "  \x1b[2mfingerprint: d57ecc6ed67f5c11\x1b[0m\n"
    )
