"""``tigris import``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tigris_corpus.formats import FORMATS

if TYPE_CHECKING:
    from tigris_corpus.editing.manifest import Manifest


@click.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--package", "path", type=click.Path(path_type=Path), default=".", help="The package; by default, here."
)
@click.option(
    "--annotator", help="Whose pass this is, by the id in annotators.csv. Without it, labels are corrected."
)
@click.option(
    "--round",
    "number",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="The round of the pass.",
)
@click.option("--guidelines", help="The version of the guidelines of the pass; by default the newest in use.")
@click.option(
    "--base", type=click.Path(path_type=Path), help="The folder of the export, where it is elsewhere."
)
@click.option(
    "--new",
    "given",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="What new rows have that the format cannot say.",
)
@click.option("--accept-removals", is_flag=True, help="Spans that overlap others were meant to go.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people, or for programs.",
)
def import_(  # noqa: PLR0913, PLR0917 - one parameter an option
    form: str,
    paths: tuple[Path, ...],
    path: Path,
    annotator: str | None,
    number: int,
    guidelines: str | None,
    base: Path | None,
    given: tuple[str, ...],
    accept_removals: bool,
    dry_run: bool,
    shape: str,
) -> None:
    """Take labels in FORMAT from PATHS, files or folders, into a package: all of them, or nothing.

    Every fault is shown where it stands in the files. What changes is shown, and is written only if the package is
    sound with it. With --annotator the labels are kept as that annotator's pass; where a document is blank, they
    become its labels too. Exit code 0: imported. 1: refused. 2: misuse.
    """
    from tigris_corpus.cli.extras import needs
    from tigris_corpus.cli.reading import format_module, loaded
    from tigris_corpus.report.style import visible

    with needs("validate", "tigris import", "polars", "jsonschema"):
        from tigris_corpus import store
        from tigris_corpus.descriptor import open_package
        from tigris_corpus.editing import importing
        from tigris_corpus.formats.incoming import gathered
        from tigris_corpus.report import imports

    format_module(form)
    files, faults = gathered(paths)
    found = _manifest(files, paths, base)
    settings = importing.Settings(
        annotator=annotator,
        round=number,
        guidelines=guidelines,
        new=_columns(given),
        accept_removals=accept_removals,
    )
    expected = importing.digests(open_package(path))
    with loaded(path) as corpus:
        plan = importing.plan(corpus, FORMATS[form], files, found, settings, expected, faults)
    writes = plan.is_sound and bool(plan.files) and not dry_run
    if writes:
        store.write(corpus.package.root, plan.files, expected=plan.expected)
    if shape == "json":
        click.echo(imports.as_data(plan, is_written=writes), nl=False)
    else:
        click.echo(imports.render(plan, files, colour=sys.stdout.isatty()), nl=False)
        for name in sorted(plan.files) if plan.is_sound else ():
            click.echo(f"{'wrote' if writes else 'would write'} {visible(name)}")
        if plan.is_sound and not plan.files:
            click.echo("nothing to write: the labels are those of the package")
    sys.exit(0 if plan.is_sound else 1)


def _manifest(files: dict[str, bytes], paths: tuple[Path, ...], base: Path | None) -> Manifest | None:
    """Return the manifest that is named, or is among the files, or lies beside them."""
    from tigris_corpus.editing import manifest
    from tigris_corpus.errors import CorpusError

    if base is not None:
        place = base / manifest.FILE if base.is_dir() else base
        if not place.is_file():
            raise CorpusError(f"{place}: there is no manifest of an export there")
        return manifest.read(str(place), place.read_bytes())
    found = manifest.find(files)
    beside = paths[0].parent / manifest.FILE
    if found is None and not paths[0].is_dir() and beside.is_file():
        return manifest.read(str(beside), beside.read_bytes())
    return found


def _columns(given: tuple[str, ...]) -> dict[str, str]:
    from tigris_corpus.formats import EVENT, MENTION

    columns = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in {*MENTION, *EVENT} or not value:
            allowed = ", ".join((*MENTION, *EVENT))
            raise click.BadParameter(
                f"--new takes COLUMN=VALUE, with a column of {allowed}; this is {text!r}"
            )
        columns[name] = value
    return columns
