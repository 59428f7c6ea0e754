"""``tigris score``, and what it shares with ``tigris errors``: gold, predictions, and the part that is scored."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tigris_corpus.cli.extras import needs
from tigris_corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tigris_corpus.corpus import Corpus

F = TypeVar("F", bound="Callable[..., Any]")

LAYERS = ("mentions", "events", "arguments", "entities", "incidents")


def compares(layers: tuple[str, ...]) -> Callable[[F], F]:
    """Return what gives a command its gold, its predictions and the part that is scored."""
    decorators = (
        click.argument("gold"),
        click.argument("predicted", metavar="PRED"),
        click.option(
            "--layer",
            "layers",
            multiple=True,
            type=click.Choice(layers),
            help="Only this layer; may be given again.",
        ),
        click.option("--split", help="Only the documents of this split: every one of them counts."),
        click.option("--fold", type=int, help="Only the documents of this fold."),
        click.option("--documents", help="Only these documents, with commas between them."),
        click.option(
            "--package",
            "path",
            type=click.Path(path_type=Path),
            help="The texts, where GOLD is no package; by default those of the packaged release.",
        ),
    )

    def decorated(command: F) -> F:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorated


@contextmanager
def opened(gold: str, path: Path | None) -> Iterator[tuple[Corpus | str, Corpus]]:
    """Give the gold, which is the corpus itself where it is a package, and the corpus whose texts are meant."""
    from tigris_corpus.cli.reading import loaded
    from tigris_corpus.scoring.evaluated import is_package

    is_corpus = is_package(gold)
    if is_corpus and path is not None:
        raise CorpusError(f"{gold}: a package is gold with its own texts; leave --package out")
    with loaded(Path(gold) if is_corpus else path) as corpus:
        yield (corpus if is_corpus else gold), corpus


def part(
    layers: tuple[str, ...], split: str | None, fold: int | None, documents: str | None
) -> dict[str, Any]:
    """Return the options that name what is scored, as the functions of ``scoring`` take them."""
    named = [name.strip() for name in documents.split(",") if name.strip()] if documents is not None else None
    return {"layer": layers or None, "split": split, "fold": fold, "documents": named}


@click.command()
@compares(LAYERS)
@click.option("--against", help="Other predictions: how far PRED is from them, on the same resamples.")
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["type", "language", "document"]),
    help="Also by this; may be given again.",
)
@click.option("--taggable", is_flag=True, help="Only the gold that tags of words can hold counts.")
@click.option(
    "--draws", type=click.IntRange(min=0), default=1000, show_default=True, help="How many resamples."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the resamples.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "markdown"]),
    default="text",
    help="Tables for people, or every figure for programs.",
)
def score(  # noqa: PLR0913, PLR0917 - one parameter an option
    gold: str,
    predicted: str,
    layers: tuple[str, ...],
    split: str | None,
    fold: int | None,
    documents: str | None,
    path: Path | None,
    against: str | None,
    by: tuple[str, ...],
    taggable: bool,
    draws: int,
    seed: int,
    form: str,
) -> None:
    """Score predictions against gold: how much is right, by layer, with intervals from resampling paragraphs.

    GOLD is a package, `gold` for the packaged release (or the one that --package names), a file of Tigris JSON Lines, or
    the id of an annotator whose passes are kept. PRED is a file or a folder of Tigris JSON Lines, a record a document, or
    of rows of tags, one a sentence; or an annotator.

    Without --split, --fold and --documents, the documents that are predicted are scored; a part that is named is scored
    whole, and what is not predicted of it is missed. docs/scoring.md defines every measure.
    """
    with needs("score", "tigris score", "polars", "jsonschema", "scorch", "scipy"):
        from tigris_corpus import scoring
        from tigris_corpus.report import scores as report

        with opened(gold, path) as (truth, corpus):
            asked: dict[str, Any] = part(layers, split, fold, documents)
            asked |= {"taggable": taggable, "draws": draws, "seed": seed}
            asked |= {} if truth is corpus else {"corpus": corpus}
            found: Any
            if against is None:
                found = scoring.score(truth, predicted, **asked)
            else:
                found = scoring.compare(truth, predicted, against, **asked)
            known = list(corpus.documents["document_id"])
    told = (found.table, found.notes, found.signature)
    if form == "csv":
        click.echo(report.as_csv(found.table, found.signature), nl=False)
    elif form == "json":
        click.echo(report.as_data(*told, paired=against is not None), nl=False)
    elif against is not None:
        click.echo(report.compared(*told, by=by, markdown=form == "markdown"), nl=False)
    else:
        shown = report.render(*told, by=by, documents=known, markdown=form == "markdown")
        click.echo(shown, nl=False)
