"""``tigris errors``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tigris_corpus.cli.extras import needs
from tigris_corpus.cli.score import compares, opened, part

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = ("mentions", "events", "arguments", "entities")
KINDS = (
    *("missed", "spurious", "wrong-type", "wrong-boundary", "wrong-type-and-boundary"),
    *("wrong-realis", "wrong-polarity", "wrong-role", "wrong-link"),
)


@click.command()
@compares(LAYERS)
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind; may be given again."
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help="Show so many; by default 20 as text, and all in other formats.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    help="For people, or for programs.",
)
def errors(  # noqa: PLR0913, PLR0917 - one parameter an option
    gold: str,
    predicted: str,
    layers: tuple[str, ...],
    split: str | None,
    fold: int | None,
    documents: str | None,
    path: Path | None,
    kinds: tuple[str, ...],
    limit: int | None,
    form: str,
) -> None:
    """Show what went wrong in predictions, place by place, with the sentence, and count it by kind and type.

    GOLD, PRED and the part that is looked at are as in `tigris score`. By default mentions, events and arguments are;
    wrong links to the registry are shown with --layer entities.
    """
    with needs("score", "tigris errors", "polars", "jsonschema"):
        from tigris_corpus import scoring
        from tigris_corpus.report import mistakes as report
        from tigris_corpus.report.scores import as_csv

        with opened(gold, path) as (truth, corpus):
            asked: dict[str, Any] = part(layers, split, fold, documents)
            asked |= {} if truth is corpus else {"corpus": corpus}
            found = scoring.errors(truth, predicted, **asked)
    table = found.table
    table = table[table["kind"].isin(kinds)] if kinds else table
    if form == "csv":
        click.echo(as_csv(table.head(len(table) if limit is None else limit), found.signature), nl=False)
    elif form == "json":
        click.echo(report.as_data(table, found.notes, found.signature, shown=limit), nl=False)
    else:
        shown = report.SHOWN if limit is None else limit
        colour = sys.stdout.isatty()
        click.echo(report.render(table, found.notes, found.signature, shown=shown, colour=colour), nl=False)
