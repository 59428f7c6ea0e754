"""``tigris summary``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tigris_corpus.corpus import Corpus
    from tigris_corpus.formats.jsonl import Record


@click.command()
@click.argument("first")
@click.argument("second", default=".")
@click.option(
    "--package",
    "path",
    type=click.Path(path_type=Path),
    default=".",
    help="Whose revisions; by default, the package here.",
)
@click.option(
    "--draws", type=click.IntRange(min=1), default=100, show_default=True, help="How many resamples."
)
def summary(first: str, second: str, path: Path, draws: int) -> None:
    """Sum up, as Markdown, what SECOND changes in FIRST: the labels by table, and how far new passes agree.

    Each is a package or a revision of git; SECOND is the package here, where it is not named. This is what the
    workflow for pull requests shows to reviewers.
    """
    from tigris_corpus.cli.earlier import earlier
    from tigris_corpus.cli.extras import needs
    from tigris_corpus.cli.reading import loaded
    from tigris_corpus.editing.changes import compare
    from tigris_corpus.report import pullrequest

    with needs("score", "tigris summary", "jsonschema", "krippendorff", "scorch", "sklearn"):
        from tigris_corpus.formats import passes
        from tigris_corpus.scoring import agreement

    with (
        earlier(first, path) as one,
        earlier(second, path) as other,
        loaded(one) as before,
        loaded(other) as after,
    ):
        found = list(compare(before, after))
        known = set(passes.pairs(before))
        agreements = [
            (document, *names, agreement(after, *_records(after, document, names), draws=draws))
            for document, number, names in passes.pairs(after)
            if (document, number, names) not in known
        ]
        told = pullrequest.render(found, agreements)
    click.echo(told, nl=False)


def _records(corpus: Corpus, document: str, names: tuple[str, str]) -> list[list[Record]]:
    """Return the records of one document by two annotators."""
    from tigris_corpus.formats import passes

    return [[one for one in passes.find(corpus, name) if one["document_id"] == document] for name in names]
