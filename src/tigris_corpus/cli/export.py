"""``tigris export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tigris_corpus.cli.reading import HERE_ELSE_PACKAGED
from tigris_corpus.formats import FORMATS
from tigris_corpus.loaders import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice([*FORMATS, *WHOLE]))
@click.argument("documents", nargs=-1)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The folder to write into; made if need be.",
)
@click.option("--package", "path", type=click.Path(path_type=Path), help=HERE_ELSE_PACKAGED)
@click.option("--blind", is_flag=True, help="Leave the labels out, for a pass that sees nobody else's.")
@click.option("--labels", "source", help="The labels of an annotator, or of a file of Tigris JSON Lines.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
def export(
    form: str,
    documents: tuple[str, ...],
    output: Path | None,
    path: Path | None,
    blind: bool,
    source: str | None,
    force: bool,
) -> None:
    """Write a corpus in FORMAT: DOCUMENTS for an annotation tool, or all of it for models and databases.

    In a format of annotation, DOCUMENTS (all of them, where none is named) are written into the folder of -o, with a
    manifest, tigris-export.json: keep it beside what comes back from the tool, so that `tigris import` knows what was
    given out. A format of whole corpora takes the folder alone: tigris export hf FOLDER. `tigris formats` says what
    each format is.
    """
    from tigris_corpus.editing import exporting
    from tigris_corpus.errors import CorpusError
    from tigris_corpus.report.style import visible

    if blind and source:
        raise CorpusError("--blind leaves all labels out, and --labels puts some in: choose one")
    if form in WHOLE:
        folder = _folder(form, documents, output, chosen=blind or source is not None)
        files = _whole(form, path)
    elif output is None:
        raise click.UsageError("Missing option '-o' / '--output': the folder to write into.")
    else:
        folder, files = output, _documents(form, documents, path, blind=blind, source=source)
    for name in exporting.put(folder, files, force=force):
        click.echo(visible(str(folder / name)))
    loses = (FORMATS.get(form) or WHOLE[form]).loses
    is_kept = form in FORMATS and loses != "nothing"
    click.echo(f"{form} loses {loses}.{' What it loses is kept when it is imported.' if is_kept else ''}")


def _folder(form: str, given: tuple[str, ...], output: Path | None, *, chosen: bool) -> Path:
    """Return the one folder that is named for a format of whole corpora."""
    from tigris_corpus.errors import CorpusError

    if chosen:
        raise CorpusError(f"{form} is of the whole corpus and its gold: it has no --blind and no --labels")
    folders = [*map(Path, given), *([] if output is None else [output])]
    if len(folders) != 1:
        raise CorpusError(
            f"{form} is of the whole corpus, and takes a folder alone: tigris export {form} FOLDER"
        )
    return folders[0]


def _whole(form: str, path: Path | None) -> Mapping[str, bytes]:
    """Return the files of a whole corpus in a format."""
    from tigris_corpus.cli.reading import format_module, here, loaded

    module = format_module(form)
    with loaded(here(path)) as corpus:
        files: Mapping[str, bytes] = module.files(corpus)
    return files


def _documents(
    form: str, ids: tuple[str, ...], path: Path | None, *, blind: bool, source: str | None
) -> dict[str, bytes]:
    """Return the files of documents in a format of annotation."""
    from tigris_corpus.cli.reading import format_module, here, loaded
    from tigris_corpus.editing import exporting

    format_module(form)
    with loaded(here(path)) as corpus:
        return exporting.files(corpus, FORMATS[form], ids, blind=blind, source=source)
