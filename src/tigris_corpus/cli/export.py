"""``tigris export``."""

from __future__ import annotations

from pathlib import Path

import click

from tigris_corpus.cli.reading import HERE_ELSE_PACKAGED
from tigris_corpus.formats import FORMATS


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@click.argument("documents", nargs=-1)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder to write into; made if need be.",
)
@click.option("--package", "path", type=click.Path(path_type=Path), help=HERE_ELSE_PACKAGED)
@click.option("--blind", is_flag=True, help="Leave the labels out, for a pass that sees nobody else's.")
@click.option("--labels", "source", help="The labels of an annotator, or of a file of Tigris JSON Lines.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
def export(
    form: str,
    documents: tuple[str, ...],
    output: Path,
    path: Path | None,
    blind: bool,
    source: str | None,
    force: bool,
) -> None:
    """Write DOCUMENTS (all of them, where none is named) in FORMAT, for an annotation tool.

    `tigris formats` says what each format keeps. The folder also gets a manifest, tigris-export.json: keep it beside
    what comes back from the tool, so that `tigris import` knows what was given out.
    """
    from tigris_corpus.cli.reading import format_module, here, loaded
    from tigris_corpus.editing import exporting
    from tigris_corpus.errors import CorpusError
    from tigris_corpus.report.style import visible

    if blind and source:
        raise CorpusError("--blind leaves all labels out, and --labels puts some in: choose one")
    format_module(form)
    with loaded(here(path)) as corpus:
        files = exporting.files(corpus, FORMATS[form], documents, blind=blind, source=source)
    written = exporting.put(output, files, force=force)
    for name in written:
        click.echo(visible(str(output / name)))
    loses = FORMATS[form].loses
    click.echo(
        f"{form} loses {loses}.{'' if loses == 'nothing' else ' What it loses is kept when it is imported.'}"
    )
