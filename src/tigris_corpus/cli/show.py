"""``tigris show``."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("document")
@click.option(
    "--package", "path", type=click.Path(path_type=Path), help="Another package than the packaged release."
)
@click.option(
    "--colour/--no-colour", "--color/--no-color", default=None, help="Colours; by default on a terminal only."
)
def show(document: str, path: Path | None, colour: bool | None) -> None:
    """Show a DOCUMENT, such as D000: its text with the mentions marked, and the events under each sentence."""
    from tigris_corpus.cli.reading import loaded
    from tigris_corpus.report import reading

    is_coloured = sys.stdout.isatty() if colour is None else colour
    with loaded(path) as corpus:
        click.echo(reading.render(corpus, document, colour=is_coloured), nl=False, color=is_coloured)
