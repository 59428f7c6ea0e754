from __future__ import annotations

from typing import TYPE_CHECKING

import packages
from tigris_corpus.corpus import load
from tigris_corpus.report import reading

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = """\
D000 · en · Example Daily · 2020-01-05

S001 heading  Talks 🙂 resume
S002 body  A [U.S.|NORP] strike killed [two|NUM] [fighters|PER] in [Baghdad|GPE] on [January 3, 2020|TIME].
    E001 ASSAULT/aerial “killed” actor: U.S.; killed: two; location: Baghdad; recipient: fighters; \
time: January 3, 2020 → baghdad-strike
S003 body  [Iraq|GPE] condemned [Washington|GPE].
    E002 ACCUSE/disapprove “condemned” actor: Iraq; recipient: Washington → iraqi-condemnation
S004 boilerplate  Share
"""


def test_a_document_is_shown_with_its_mentions_and_events(base: Path) -> None:
    assert reading.render(load(base), "D000") == PLAIN


def test_mentions_nest(base: Path) -> None:
    row = "D000-M008,D000-S002,18,29,U.S. strike,ORG,NOM,,"
    packages.edit(base, [{"op": "insert-line", "file": "corpus/mentions.csv", "line": 2, "lines": [row]}])
    corpus = load(base)
    assert "A [[U.S.|NORP] strike|ORG] killed" in reading.render(corpus, "D000")
    blue, magenta, reset = "\x1b[34m", "\x1b[35m", "\x1b[0m"
    shown = reading.render(corpus, "D000", colour=True)
    assert f"A {blue}{magenta}U.S.{reset}{blue} strike{reset} killed" in shown


def test_what_is_not_actual_or_not_so_says_it(base: Path) -> None:
    packages.set_cell(base, "corpus/events.csv", 3, "realis", "future")
    packages.set_cell(base, "corpus/events.csv", 3, "polarity", "negative")
    assert "“condemned” future; negative; actor: Iraq" in reading.render(load(base), "D000")


def test_nothing_in_a_document_steers_a_terminal_or_ci(base: Path) -> None:
    for file in ("sentences", "mentions", "events", "arguments", "event_modes"):
        path = base / f"corpus/{file}.csv"
        path.write_text(
            path.read_text(encoding="utf-8").replace("D000-S002", "D000-::error::x"), encoding="utf-8"
        )
    text = base / "seeds/000_talks.txt"
    told = text.read_text(encoding="utf-8").replace("A U.S. strike", "##[error]\x1b\u202eab")
    text.write_text(told, encoding="utf-8")
    packages.set_cell(base, "corpus/documents.csv", 2, "publisher", "##vso[a]")
    packages.set_cell(base, "corpus/mentions.csv", 2, "start", "25")
    packages.set_cell(base, "corpus/mentions.csv", 2, "end", "27")
    lines = reading.render(load(base), "D000").splitlines()
    assert lines[0] == r"D000 · en · #\u0023vso[a] · 2020-01-05"
    assert lines[3].startswith(
        r"\u003a:error::x body  #\u0023[error][\u001b\u202e|NORP]ab killed [two|NUM] [fighters|PER]"
    )
    coloured = reading.render(load(base), "D000", colour=True).splitlines()
    assert coloured[3].startswith(
        "\x1b[2m\\u003a:error::x body\x1b[0m  #\\u0023[error]\x1b[35m\\u001b\\u202e\x1b[0mab killed "
    )


def test_a_mark_of_ours_makes_no_command_of_a_text(base: Path) -> None:
    text = base / "seeds/000_talks.txt"
    told = text.read_text(encoding="utf-8").replace("A U.S. strike", "##error strik")
    text.write_text(told, encoding="utf-8")
    assert "S002 body  #\\u0023[erro|NORP]r strik killed" in reading.render(load(base), "D000")
