"""The command line: the only place that prints and exits. One module a command."""

from __future__ import annotations

import sys
from typing import Any

import click

from tigris_corpus.cli import (
    add,
    agreement,
    audit,
    diff,
    errors,
    explain,
    export,
    fmt,
    formats,
    import_,
    info,
    init,
    progress,
    refresh,
    review,
    score,
    show,
    suggest,
    summary,
    validate,
)
from tigris_corpus.errors import CorpusError
from tigris_corpus.report.style import visible

EXIT_MISUSE = 2


class _Group(click.Group):
    """A group whose commands answer misuse with one line and no traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CorpusError as error:
            click.echo(f"tigris: {visible(str(error))}", err=True)
            sys.exit(EXIT_MISUSE)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tigris-corpus", prog_name="tigris")
def main() -> None:
    """Tigris: an annotated bilingual news corpus on the US-led coalition in Iraq.

    PATH is a folder with a datapackage.json, or that file; without it, commands work on the packaged release.
    """


for command in (
    add.add,
    agreement.agreement,
    audit.audit,
    diff.diff,
    errors.errors,
    explain.explain,
    export.export,
    fmt.fmt,
    formats.formats,
    import_.import_,
    info.info,
    init.init,
    progress.progress,
    refresh.refresh,
    review.review,
    score.score,
    show.show,
    suggest.suggest,
    summary.summary,
    validate.validate,
):
    main.add_command(command)
