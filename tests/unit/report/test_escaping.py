"""Whatever the texts of issues are, no format lets them steer a terminal or a CI runner."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packages
from tigris_corpus.issues import Issue, Location, Severity
from tigris_corpus.report import FORMATS, findings, github, lines, renderer, sarif
from tigris_corpus.report.style import short, visible
from tigris_corpus.validation import RULES, Report, examine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Hostile = Callable[[Sequence[Issue], Sequence[Any], str], Report]

OFFICIAL = json.loads((packages.CLONE / "tests/data/sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
OWN_COLOURS = re.compile(r"\x1b\[(?:0|1|2|31|32|33)m")
IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
COMMANDS = ("error", "warning", "notice", "debug", "stop-commands", "set-output", "add-path", "group")
NASTY = st.sampled_from(
    [
        *(f"::{name}::" for name in COMMANDS),
        *(f"##[{name}]" for name in COMMANDS),
        "\n::stop-commands::x",
        "\r\n",
        "%0A::error::x",
        "##vso[task.setvariable variable=x]y",
        "##",
        "[",
        "\x1b[31m",
        "\x9b31m",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufe0f",
        "\u2028",
        "\udcff",
        '"',
        '""',
        ",",
        "\0",
        "](",
        "x" * 500,
    ]
)
TEXT = st.lists(NASTY | st.text(st.characters(exclude_categories=[]), max_size=8), max_size=5).map("".join)
NUMBER = st.none() | st.integers(1, 300)
LOCATION = st.builds(
    Location,
    file=st.none()
    | TEXT
    | st.sampled_from(["corpus/mentions.csv", "corpus/hostile.csv", "seeds/000_talks.txt"]),
    line=NUMBER,
    column=NUMBER,
    row=NUMBER,
    key=st.none() | TEXT,
    field=st.none() | TEXT | st.sampled_from(["text", "\0", '"']),
    document=st.none() | TEXT,
    sentence=st.none() | TEXT,
    start=NUMBER,
    end=NUMBER,
    pointer=st.none() | TEXT,
)
ISSUE = st.builds(
    Issue,
    code=TEXT | st.sampled_from(list(RULES)),
    severity=st.sampled_from(Severity),
    location=LOCATION,
    value=st.none() | TEXT,
    message=TEXT,
    hint=st.none() | TEXT,
    related=st.lists(LOCATION, max_size=4).map(tuple),
)
NOT_RUN = st.lists(st.tuples(st.integers(0, 7), TEXT, TEXT), max_size=3)
HOSTILE_TABLE = (
    b'text,\0,"""",::error::\xe2\x80\xae\n'
    b'"' + b"a" * 200_000 + b'",##[error]x,"\n'
    b"\x1b[31m,\xe2\x80\xae,\xff\xfe,\r\n"
    b"::stop-commands::x\n"
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """What makes a report of issues, checks not run and a name, on a package with a hostile file in it."""
    root = packages.build(tmp_path_factory.mktemp("hostile") / "package")
    sound = examine(root)
    (root / "corpus/hostile.csv").write_bytes(HOSTILE_TABLE)

    def report(issues: Sequence[Issue], not_run: Sequence[Any], name: str) -> Report:
        package = replace(sound.package, descriptor={"name": name, "version": name})
        return replace(sound, package=package, issues=tuple(issues), not_run=tuple(not_run))

    return report


def command_of(line: str) -> tuple[str, dict[str, str], str] | None:
    """The command that a runner of GitHub takes a line for: its name, properties and data; None where it is none."""
    new = re.match(r"\s*::(?P<name>[a-z-]+)(?: (?P<given>.*?))?::(?P<data>.*)", line, re.DOTALL)
    old = re.search(r"##\[(?P<name>[a-z-]+)(?: (?P<given>[^]]*))?\](?P<data>.*)", line, re.DOTALL)
    found = next((match for match in (new, old) if match and match["name"] in COMMANDS), None)
    if found is None:
        return None
    given = dict(pair.split("=", 1) for pair in (found["given"] or "").split(",") if "=" in pair)
    unescaped = {
        name: value.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
        for name, value in given.items()
    }
    return found["name"], unescaped, found["data"].replace("%0A", "\n").replace("%25", "%")


def unseen(text: str) -> list[str]:
    return [
        character
        for character in text
        if unicodedata.category(character) in UNSEEN
        or (unicodedata.category(character) == "Zs" and character != " ")
        or IGNORABLE.match(character)
    ]


@settings(deadline=None)
@given(
    issues=st.lists(ISSUE, max_size=4),
    not_run=NOT_RUN,
    name=TEXT,
    colour=st.booleans(),
    shown=st.integers(0, 5),
)
def test_text_shows_all_that_it_has(
    hostile: Hostile, issues: list[Issue], not_run: list[Any], name: str, colour: bool, shown: int
) -> None:
    report = hostile(issues, not_run, name)
    text = findings.render(report, issues, colour=colour, shown=shown)
    assert unseen(OWN_COLOURS.sub("", text).replace("\n", "")) == []
    assert [line for line in text.split("\n") if command_of(line) or "##vso[" in line] == []
    assert max(map(len, text.split("\n"))) < 30_000


@settings(deadline=None)
@given(issues=st.lists(ISSUE, max_size=4), not_run=NOT_RUN, name=TEXT, prefix=TEXT)
def test_github_runs_our_commands_and_no_others(
    hostile: Hostile, issues: list[Issue], not_run: list[Any], name: str, prefix: str
) -> None:
    report = hostile(issues, not_run, name)
    *commands, verdict = github.render(report, issues, prefix=prefix).split("\n")[:-1]
    assert command_of(verdict) is None
    parsed = [command for command in map(command_of, commands) if command]
    assert len(parsed) == len(commands) == len(issues) + len(not_run)
    assert {name for name, _, _ in parsed} <= {"error", "warning"}
    titles = [visible(short(issue.code, 1200)) for issue in issues] + ["not run"] * len(not_run)
    assert sorted(given["title"] for _, given, _ in parsed) == sorted(titles)
    messages = [visible(short(issue.message, 1200)) for issue in issues]
    assert sorted(data.partition("\n")[0] for _, given, data in parsed if "file" in given) == sorted(messages)
    assert all(set(given) <= {"file", "line", "col", "title"} for _, given, _ in parsed)
    assert unseen("".join([*commands, verdict])) == []


@settings(deadline=None)
@given(issues=st.lists(ISSUE, max_size=4), name=TEXT)
def test_each_line_parses_back(hostile: Hostile, issues: list[Issue], name: str) -> None:
    text = lines.render(hostile(issues, [], name), issues)
    assert text.isascii()
    assert [
        {key: value for key, value in json.loads(line).items() if key not in {"fingerprint", "level"}}
        for line in text.split("\n")[:-1]
    ] == [issue.as_dict() for issue in issues]


@settings(deadline=None, max_examples=30)
@given(issues=st.lists(ISSUE, max_size=2), not_run=NOT_RUN, name=TEXT, prefix=TEXT)
def test_sarif_follows_its_schema(
    hostile: Hostile, issues: list[Issue], not_run: list[Any], name: str, prefix: str
) -> None:
    log = json.loads(sarif.render(hostile(issues, not_run, name), issues, prefix=prefix))
    jsonschema.Draft4Validator(OFFICIAL).validate(log)
    for result in log["runs"][0]["results"]:
        assert unseen(result["message"]["text"]) == []
        for place in result["locations"]:
            assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", place["physicalLocation"]["artifactLocation"]["uri"])


@settings(deadline=None, max_examples=30)
@given(issues=st.lists(ISSUE, max_size=2), not_run=NOT_RUN, name=TEXT)
@pytest.mark.parametrize("form", sorted(FORMATS.keys() - {"github"}))
def test_no_other_format_has_a_command(
    hostile: Hostile, form: str, issues: list[Issue], not_run: list[Any], name: str
) -> None:
    text = renderer(form)(hostile(issues, not_run, name), issues)
    assert [line for line in text.split("\n") if command_of(line)] == []
