"""``tigris init``."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path

import click


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="The name of the package; by default made of that of the folder.")
@click.option("--title", help="Its title; by default its name.")
def init(folder: Path, name: str | None, title: str | None) -> None:
    """Start an empty corpus of the same tables and vocabularies in DIR, for texts on another subject.

    It is sound from the start, with CI and hooks that keep it so. Files that are there stay as they are; a folder
    that holds a package is refused.
    """
    from tigris_corpus.editing import starting
    from tigris_corpus.report.style import visible

    called = starting.name_from(folder.resolve().name) if name is None else name
    planned = starting.plan_start(called, called if title is None else title, f"{datetime.now(UTC):%Y-%m-%d}")
    files, kept = starting.fitting(folder, planned)
    starting.put(folder, files)
    here = shlex.quote(str(folder))
    click.echo(visible(f"{called} 0.1.0 is in {folder}: {len(files)} files, no text yet"))
    for path in kept:
        click.echo(visible(f"{path} was there, and is as it was"))
    click.echo("Next:")
    click.echo(visible(f"  1. tigris validate {here}"))
    click.echo(visible(f"  2. tigris add article.txt --language en --package {here}"))
    click.echo("  3. Choose a licence: datapackage.json and README.md have a placeholder, and say so.")
    click.echo(
        "  4. Say in README.md what the corpus is of, and put it under git; CI then validates each change."
    )
