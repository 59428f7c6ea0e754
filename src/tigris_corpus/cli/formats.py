"""``tigris formats``."""

from __future__ import annotations

import click

from tigris_corpus.formats import FORMATS
from tigris_corpus.loaders import WHOLE


@click.command()
def formats() -> None:
    """List the formats of `tigris export` and `tigris import`: what each is, loses and needs."""
    from tigris_corpus.report import formats as report

    click.echo(report.listing(FORMATS.values(), WHOLE.values()), nl=False)
