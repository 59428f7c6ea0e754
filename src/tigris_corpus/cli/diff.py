"""``tigris diff``."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("first")
@click.argument("second", default=".")
@click.option("--document", "only", multiple=True, help="Only this document; may be given several times.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people, or for programs.",
)
@click.option("--exit-code", is_flag=True, help="Exit 1 where a label differs.")
@click.option(
    "--package",
    "path",
    type=click.Path(path_type=Path),
    default=".",
    help="Whose revisions; by default, the package here.",
)
def diff(first: str, second: str, only: tuple[str, ...], shape: str, exit_code: bool, path: Path) -> None:
    """Say which labels differ between FIRST and SECOND: added, removed, moved, retyped, by document.

    Each is a package or a revision of git, such as v0.2.0 or main; SECOND is the package here, where it is not named.
    """
    from tigris_corpus.cli.earlier import earlier
    from tigris_corpus.cli.reading import loaded
    from tigris_corpus.editing.changes import compare
    from tigris_corpus.errors import CorpusError
    from tigris_corpus.report import changes as report

    with (
        earlier(first, path) as one,
        earlier(second, path) as other,
        loaded(one) as before,
        loaded(other) as after,
    ):
        known = {*before.documents["document_id"], *after.documents["document_id"]}
        lost = next((name for name in only if name not in known), None)
        if lost is not None:
            raise CorpusError(f"neither of the two has a document {lost!r}")
        found = [change for change in compare(before, after) if not only or change.document_id in only]
    told = report.as_data(found) if shape == "json" else report.render(found, colour=sys.stdout.isatty())
    click.echo(told, nl=False)
    sys.exit(1 if found and exit_code else 0)
