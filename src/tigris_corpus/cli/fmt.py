"""``tigris fmt``."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit 1 where a table is not in canonical form.")
@click.option(
    "--fix", is_flag=True, help="Mend what can only be meant in one way: blanks at edges, withdrawn ids."
)
def fmt(path: Path | None, check: bool, fix: bool) -> None:
    """Write the tables of the package at PATH in canonical form: order of rows and columns, quotes, line ends.

    Without --fix no value changes. The form is what people read, diff and merge; CI checks it as formatters do for
    code.
    """
    from tigris_corpus import store
    from tigris_corpus.descriptor import open_package
    from tigris_corpus.errors import UnreadableError
    from tigris_corpus.formats import tables
    from tigris_corpus.report.style import visible

    package = open_package(path)
    if package.problems:
        problem = package.problems[0]
        raise UnreadableError(
            f"{package.root / problem.file}: {problem.message}; run: tigris validate {package.root}"
        )
    changed = tables.changes(package, mend=fix)
    for name in changed:
        click.echo(f"{'would rewrite' if check else 'rewrote'} {visible(name)}")
    if changed and not check:
        expected = {path: store.digest(package.gate.read(path)) for path in changed}
        store.write(package.root, changed, expected=expected)
        click.echo("The hashes in datapackage.json are stale until a release writes them: tigris refresh")
    if not changed:
        click.echo(f"{len(package.tables)} tables are in canonical form")
    sys.exit(int(bool(changed) and check))
