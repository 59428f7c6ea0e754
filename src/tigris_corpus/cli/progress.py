"""``tigris progress``."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people or for programs.",
)
def progress(path: Path | None, form: str) -> None:
    """Say how far the annotation of the package at PATH is: each layer, who made it, and what to do next."""
    from tigris_corpus.cli.reading import loaded
    from tigris_corpus.report import progress as report
    from tigris_corpus.report.style import as_json

    is_coloured = sys.stdout.isatty()
    with loaded(path) as corpus:
        if form == "json":
            click.echo(as_json(report.summary(corpus), indent=2))
        else:
            click.echo(report.render(corpus, colour=is_coloured), nl=False, color=is_coloured)
