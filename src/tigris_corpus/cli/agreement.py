"""``tigris agreement``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from tigris_corpus.cli.extras import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


def _tracked(items: list[T]) -> Iterator[T]:
    """Yield items under a progress bar, on a terminal only."""
    with click.progressbar(items, label="measuring", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield from bar


@click.command()
@click.argument("first")
@click.argument("second")
@click.option(
    "--package", "path", type=click.Path(path_type=Path), help="Another package than the packaged release."
)
@click.option(
    "--group", default="all", show_default=True, help="all, a language, a document, or 'blind documents'."
)
@click.option(
    "--draws", type=click.IntRange(min=1), default=200, show_default=True, help="How many resamples."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv"]),
    default="text",
    help="A table of one group, or all rows.",
)
def agreement(first: str, second: str, path: Path | None, group: str, draws: int, form: str) -> None:
    """Say how far two annotations agree, by layer, with intervals from resampling paragraphs.

    FIRST and SECOND are annotators whose passes the package keeps, files of Tigris JSON Lines, or `gold`, the
    released tables themselves.
    """
    with needs("score", "tigris agreement", "jsonschema", "krippendorff", "scorch", "sklearn"):
        import jsonschema
        import krippendorff
        import scorch
        import sklearn

        from tigris_corpus.cli.reading import loaded
        from tigris_corpus.errors import CorpusError
        from tigris_corpus.formats import passes
        from tigris_corpus.report import agreement as report
        from tigris_corpus.report.style import inert, visible
        from tigris_corpus.scoring import agreement as compare
    del jsonschema, krippendorff, scorch, sklearn

    with loaded(path) as corpus:
        table = compare(
            corpus, passes.find(corpus, first), passes.find(corpus, second), draws=draws, track=_tracked
        )
    if form == "csv":
        table["group"] = table["group"].map(visible)
        click.echo(table.to_csv(index=False, float_format="%.4f"), nl=False)
        return
    if group not in set(table["group"]):
        raise CorpusError(f"there is no group {group!r}; there is {', '.join(table['group'].unique())}")
    click.echo(report.markdown(table, group), nl=False)
    click.echo(report.NOTE)
    known = set(corpus.documents["document_id"])
    documents = [name for name in table["group"].unique() if name in known]
    told = (
        f"{corpus.name} {corpus.version}; {first} against {second}; {group}; {draws} draws, seed 0; "
        f"the documents that both have: {', '.join(documents)}"
    )
    click.echo(inert(visible(told)))
