"""``tigris audit``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "csv"]), default="text", help="For people or for programs."
)
def audit(path: Path | None, form: str) -> None:
    """List suspicions: names with varying labels, names missed, dates that contradict, fillers inside others.

    A suspicion is a place to look and not a fault; many stand with good reason.
    """
    from tigris_corpus.audit import audit as find
    from tigris_corpus.cli.reading import loaded
    from tigris_corpus.issues import plural
    from tigris_corpus.report.style import visible

    with loaded(path) as corpus:
        found = find(corpus)
    if form == "csv":
        click.echo(found.to_csv(index=False), nl=False)
        return
    for row in found.fillna("").to_dict("records"):
        line = f"{row['suspicion']:18} {row['sentence_id']:10} {row['what']}  {row['ids']}"
        click.echo(visible(line.rstrip()))
    click.echo(plural(len(found), "suspicion"))
