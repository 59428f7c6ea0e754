"""``tigris validate``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tigris_corpus.cli.extras import needs


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people or for programs.",
)
@click.option(
    "--severity",
    type=click.Choice(["warning", "error"]),
    default="warning",
    help="The least weight of the issues to show.",
)
@click.option(
    "--max-issues", type=click.IntRange(min=0), help="Show at most so many issues; the counts stay whole."
)
@click.option("--release", is_flag=True, help="Count as errors what a release needs: fresh hashes.")
def validate(path: Path | None, form: str, severity: str, max_issues: int | None, release: bool) -> None:
    """Check the package at PATH, or the packaged release.

    Every fault is shown once, with its file, row and field, and how to mend it. Exit code 0: sound, warnings at
    most. 1: errors in the package. 2: there is no package to check. `tigris explain CODE` tells more of a code.
    """
    with needs("validate", "tigris validate", "polars"):
        from tigris_corpus.issues import Severity
        from tigris_corpus.report import findings, machine
        from tigris_corpus.validation import examine

    report = examine(path, release=release)
    shown = [issue for issue in report.issues if issue.severity.rank <= Severity(severity).rank][:max_issues]
    if form == "json":
        click.echo(machine.render(report, shown), nl=False)
    else:
        click.echo(findings.render(report, shown, colour=sys.stdout.isatty()), nl=False)
    sys.exit(0 if report.is_sound else 1)
