"""``tigris review``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tigris_corpus.cli.extras import needs
from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tigris_corpus.comparing import Disagreement
    from tigris_corpus.editing.reviewing import Decision, Review

_LAYERS = ("mentions", "entities", "events", "arguments", "incidents")


@click.command()
@click.argument("document")
@click.argument("first", required=False)
@click.argument("second", required=False)
@click.option(
    "--package", "path", type=click.Path(path_type=Path), help="Another package than the packaged release."
)
@click.option(
    "--layer",
    "layers",
    multiple=True,
    type=click.Choice(_LAYERS),
    help="Only this layer; may be given again.",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people, or for programs.",
)
@click.option("--decide", is_flag=True, help="Ask at each place which reading is right, and write it down.")
def review(
    document: str,
    first: str | None,
    second: str | None,
    path: Path | None,
    layers: tuple[str, ...],
    shape: str,
    decide: bool,
) -> None:
    """Show where two annotations of a DOCUMENT disagree, place by place, with both readings.

    FIRST and SECOND are annotators whose passes the package keeps, files of Tigris JSON Lines, or `gold`, the tables
    themselves. Without them, the two of the newest round are compared, or the only pass with `gold`; FIRST alone is
    compared with `gold`.

    With --decide each place that nobody has decided yet is asked about. The decisions are carried out on the tables,
    and each becomes a row of adjudication.csv, all of it at once and only if the package is sound with it. To stop
    early keeps what was decided; to interrupt loses it. A layer of two passes in which nothing is left to decide becomes
    adjudicated. Exit code 0: shown, or written. 1: refused. 2: misuse.
    """
    with needs("validate", "tigris review", "polars", "jsonschema"):
        from tigris_corpus.cli.reading import loaded
        from tigris_corpus.editing import reviewing
        from tigris_corpus.formats import jsonl
        from tigris_corpus.report import review as report

    if decide:
        _check(path, shape)
    colour = sys.stdout.isatty()
    width = shutil.get_terminal_size((report.WIDTH, 24)).columns if colour else report.WIDTH
    with loaded(path) as corpus:
        opened = reviewing.opened(corpus, document, first, second)
        rows = jsonl.rows(corpus, "adjudication")
        done = reviewing.decided_before(opened.found, opened.names, rows)
        texts = reviewing.told(opened.found, opened.names)
    chosen = [number for number, one in enumerate(opened.found) if not layers or one.layer in layers]
    found, decided = [opened.found[number] for number in chosen], [done[number] for number in chosen]
    if shape == "json":
        click.echo(report.as_data(found, [texts[number] for number in chosen], decided), nl=False)
    elif not decide:
        click.echo(report.render(opened, found, decided, width=width, colour=colour), nl=False)
    else:
        click.echo(report.heading(opened, colour=colour))
        left = [one for one, row in zip(found, decided, strict=True) if row is None]
        decisions = list(_asked(opened, left, width=width, colour=colour))
        if decisions:
            _write(path, opened, decisions, colour=colour)
        else:
            click.echo("nothing was decided" if left else report.summary(opened, found, decided))


def _check(path: Path | None, shape: str) -> None:
    """Refuse to ask where nobody can answer, and to edit what is not named."""
    if shape != "text":
        raise click.UsageError("--decide asks at a terminal; leave --format json out")
    if path is None:
        raise CorpusError("the packaged release is not edited: name your package, as in --package .")
    if not _is_terminal():
        raise CorpusError("--decide asks at a terminal, and there is none; without it, the places are listed")


def _is_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def _asked(opened: Review, found: Sequence[Disagreement], *, width: int, colour: bool) -> Iterator[Decision]:
    """Yield what is decided of disagreements, until there are no more, or answers end."""
    from tigris_corpus.comparing import FIRST, SECOND
    from tigris_corpus.editing.reviewing import NEITHER, Decision
    from tigris_corpus.report import review as report
    from tigris_corpus.report.style import visible

    first, second = map(visible, opened.names)
    question = f"  [1] {first}, [2] {second}, [b] neither, [s] skip, [q] stop and keep: "
    choices = {"1": FIRST, "2": SECOND, "b": NEITHER, "s": None, "q": None}
    for number, one in enumerate(found, start=1):
        click.echo(
            f"{number} of {len(found)}: {report.place(opened, one, width=width, colour=colour)}", nl=False
        )
        try:
            answer = ""
            while answer not in choices:
                answer = input(question).strip().lower()
            choice = choices[answer]
            if answer == "q":
                return
            if choice is None:
                click.echo()
                continue
            reason = input("  why, in a line (may be empty): ")
            rule = input("  section of the guidelines (may be empty): ")
        except EOFError:
            click.echo()
            return
        click.echo()
        yield Decision(one, choice, reason, rule)


def _write(path: Path | None, opened: Review, decisions: Sequence[Decision], *, colour: bool) -> None:
    """Write decisions into the tables as they are by now, or show why they cannot be; exit 1 where they cannot."""
    from tigris_corpus import store
    from tigris_corpus.cli.reading import loaded
    from tigris_corpus.descriptor import open_package
    from tigris_corpus.editing import importing, reviewing
    from tigris_corpus.report import review as report

    expected = importing.digests(open_package(path))
    with loaded(path) as corpus:
        rows = reviewing.adjudicated(corpus, opened, decisions)
        try:
            plan = reviewing.plan(corpus, opened, decisions, expected)
            if plan.is_sound:
                store.write(corpus.package.root, plan.files, expected=expected)
        except CorpusError:
            click.echo(f"decided, and not written:\n{report.decisions(rows)}\n")
            raise
    click.echo(report.outcome(plan, rows, colour=colour), nl=False)
    sys.exit(0 if plan.is_sound else 1)
