"""``tigris info``."""

from __future__ import annotations

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
def info(path: Path | None, form: str) -> None:
    """Say what is in the corpus: counts by language, how far each layer is, version, rights."""
    from tigris_corpus.cli.reading import loaded
    from tigris_corpus.report import overview

    with loaded(path) as corpus:
        click.echo(overview.as_data(corpus) if form == "json" else overview.render(corpus), nl=False)
