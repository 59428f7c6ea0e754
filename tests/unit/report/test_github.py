from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import packages
from tigris_corpus.issues import Issue, Location, Severity
from tigris_corpus.report import github
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path


def issue(code: str, severity: Severity, message: str = "m", file: str | None = None) -> Issue:
    return Issue(code, severity, Location(file), None, message)


def test_an_issue_is_a_command_with_its_place(base: Path) -> None:
    packages.set_cell(base, "corpus/mentions.csv", 6, "entity_type", "TIEM")
    report = examine(base)
    assert github.render(report, report.issues, prefix="a/b") == (
        "::error file=a/b/corpus/mentions.csv,line=6,col=45,title=sch.enum::"
        "'TIEM' is not in entity_types%0Ahint: did you mean \"TIME\"?\n"
        "::error title=not run::registry.unused (level 5, events and registry): "
        "rows that may refer to entities are missing or in doubt\n"
        "::error title=not run::plausible.event_places (level 5, events and registry): "
        "rows of events, arguments or mentions are missing or in doubt\n"
        "::error title=not run::plausible.certain (level 5, events and registry): "
        "rows of events, arguments or mentions are missing or in doubt\n"
        "::error title=not run::release.hashes (level 7, release): there are errors below it\n"
        "tigris-corpus 0.1.0 is not sound: 1 error, 0 warnings\n"
    )


def test_a_sound_package_is_no_command(base: Path) -> None:
    assert github.render(examine(base), []) == "tigris-corpus 0.1.0 is sound: 0 errors, 0 warnings\n"


def test_what_has_a_meaning_in_a_command_is_written_out(base: Path) -> None:
    evil = issue("a,b:c", Severity.WARNING, "100%\r\n::error::x%0A##[error]y\u202e", "a:b,c%.csv")
    report = replace(examine(base), issues=(evil,))
    assert github.render(report, [evil]).splitlines()[0] == (
        "::warning file=a%3Ab%2Cc%25.csv,title=a%2Cb%3Ac::"
        "100%25\\u000d\\u000a::error::x%250A#\\u0023[error]y\\u202e"
    )


def test_a_name_that_looks_like_a_command_is_none(base: Path) -> None:
    report = examine(base)
    package = replace(report.package, descriptor={"name": " ::stop-commands::x", "version": "##[error]"})
    assert github.render(replace(report, package=package), []) == (
        "\\u003a:stop-commands::x #\\u0023[error] is sound: 0 errors, 0 warnings\n"
    )


def test_the_weightiest_come_first_and_a_notice_counts_the_rest(base: Path) -> None:
    warnings = [issue("event.missing-role", Severity.WARNING)] * 11
    errors = [issue("key.duplicate", Severity.ERROR)] * 11 + [issue("pkg.json", Severity.ERROR)]
    report = replace(
        examine(base), issues=(*warnings, *errors), not_run=((7, "release.hashes", "there are errors"),)
    )
    lines = github.render(report, report.issues).splitlines()
    assert [line.partition("::m")[0] for line in lines] == [
        "::error file=datapackage.json,title=pkg.json",
        *["::error file=datapackage.json,title=key.duplicate"] * 11,
        "::error title=not run::release.hashes (level 7, release): there are errors",
        *["::warning file=datapackage.json,title=event.missing-role"] * 11,
        "::notice title=tigris::3 errors and 1 warning more than GitHub shows here; tigris validate shows all",
        "tigris-corpus 0.1.0 is not sound: 12 errors, 11 warnings",
    ]


def test_issues_that_were_not_given_are_counted_in_the_notice(base: Path) -> None:
    report = replace(examine(base), issues=tuple([issue("pkg.json", Severity.ERROR)] * 3))
    assert github.render(report, report.issues[:2]).splitlines()[2] == (
        "::notice title=tigris::1 error more than GitHub shows here; tigris validate shows all"
    )
