"""``tigris suggest``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tigris_corpus.cli.reading import HERE_ELSE_PACKAGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.editing.suggesting import Score

_NOTE = "Suggestions of a rule: never gold, and never shown to whoever makes a blind pass."


@click.command()
@click.argument("document", required=False)
@click.option("--package", "path", type=click.Path(path_type=Path), help=HERE_ELSE_PACKAGED)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="A new file to write to, else the output."
)
@click.option(
    "--check", is_flag=True, help="Say how well the names of each document are found from the others."
)
def suggest(document: str | None, path: Path | None, output: Path | None, *, check: bool) -> None:
    """Suggest the names in a DOCUMENT, such as D000, that the rest of the corpus knows: a record of JSON Lines.

    A known form counts where it stands as a whole word and no mention covers it; one that can stand for several things
    is left out, and counted. To take or leave them in a tool: tigris export FORMAT DOCUMENT --labels FILE.
    """
    from tigris_corpus.cli.reading import here, loaded
    from tigris_corpus.editing import suggesting
    from tigris_corpus.errors import CorpusError
    from tigris_corpus.formats import jsonl
    from tigris_corpus.issues import plural
    from tigris_corpus.report.style import as_json, visible

    if check == bool(document):
        raise CorpusError("name a document, as in tigris suggest D000, or ask for --check; not both")
    if output and output.exists():
        raise CorpusError(f"{output} is there already; name another file")
    with loaded(here(path)) as corpus:
        if check:
            found = list(suggesting.scores(corpus))
            for line in _table([*found, suggesting.total(found)]):
                click.echo(visible(line))
            return
        made = suggesting.suggestions(corpus, str(document))
    if output:
        try:
            output.write_bytes(jsonl.write([made.record]))
        except OSError as error:
            raise CorpusError(f"{output}: cannot write: {error.strerror}") from None
    else:
        click.echo(as_json(made.record))
    counts = f"{plural(len(made.record['mentions']), 'name')} suggested, {made.left_out} ambiguous left out"
    click.echo(visible(f"{document}: {counts}. {_NOTE}"), err=True)


def _table(scores: list[Score]) -> Iterator[str]:
    """Yield a table of scores, a line each."""
    head = ("", "", "names", "suggested", "span", "right", "precision", "recall", "ambiguous")
    rows: list[tuple[str, ...]] = [head]
    for one in scores:
        counts = (one.names, one.suggested, one.spans, one.right)
        shares = ("–" if share is None else f"{share:.2f}" for share in (one.precision, one.recall))
        rows.append((one.document_id, one.language, *map(str, counts), *shares, str(one.left_out)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, second, *rest in rows:
        cells = [f"{first:<{widths[0]}}", f"{second:<{widths[1]}}"]
        cells += [f"{cell:>{width}}" for cell, width in zip(rest, widths[2:], strict=True)]
        yield "  ".join(cells).rstrip()
