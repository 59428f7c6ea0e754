"""``tigris refresh``."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 where a hash is stale.")
def refresh(path: Path, check: bool) -> None:
    """Write the bytes and hashes of the resources into datapackage.json, and nothing else.

    A release needs them fresh. While people work on labels they are left alone, so that branches merge.
    """
    from tigris_corpus import store
    from tigris_corpus.descriptor import DESCRIPTOR, open_package, refreshed
    from tigris_corpus.errors import UnreadableError

    package = open_package(path)
    if package.problems:
        problem = package.problems[0]
        raise UnreadableError(
            f"{package.root / problem.file}: {problem.message}; run: tigris validate {package.root}"
        )
    before, fresh = package.gate.read(DESCRIPTOR), refreshed(package)
    is_stale = fresh != before
    if is_stale and not check:
        expected = {DESCRIPTOR: store.digest(before)}
        store.write(package.root, {DESCRIPTOR: fresh}, expected=expected)
    click.echo(f"{DESCRIPTOR} {'is stale' if is_stale and check else 'is fresh'}")
    sys.exit(int(is_stale and check))
