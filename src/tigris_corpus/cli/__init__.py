"""The command line: the only place that prints and exits. One module a command."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import Any

import click

from tigris_corpus.errors import CorpusError
from tigris_corpus.report.style import visible

EXIT_MISUSE = 2
_COMMANDS = (
    "add",
    "agreement",
    "audit",
    "diff",
    "errors",
    "explain",
    "export",
    "fmt",
    "formats",
    "import",
    "info",
    "init",
    "progress",
    "refresh",
    "review",
    "score",
    "show",
    "suggest",
    "summary",
    "validate",
)
"""Each is a module of this package, and the command of that name in it."""
_ALLOCATIONS = 100_000
"""After how many new objects garbage is looked for: a command makes many, and hardly any in rings."""


class _Group(click.Group):
    """A group that imports a command when it is asked for, and whose commands answer misuse with one line and no traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click asks
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click asks
        if cmd_name not in _COMMANDS:
            return None
        name = f"{cmd_name}_" if cmd_name == "import" else cmd_name
        command: click.Command = getattr(import_module(f"tigris_corpus.cli.{name}"), name)
        return command

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


def run() -> None:
    """Run a command as a process of its own: nothing that it leaves is looked through for garbage before the process ends."""
    gc.set_threshold(_ALLOCATIONS)
    try:
        main()
    finally:
        gc.freeze()
