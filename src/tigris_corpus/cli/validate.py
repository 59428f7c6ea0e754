"""``tigris validate``."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tigris_corpus.cli.extras import needs
from tigris_corpus.report import FORMATS, renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


_MANY = 1000
"""How many documents make a progress bar worth its line."""


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    help=f"{'; '.join(f'{name}: {form.purpose}' for name, form in FORMATS.items())}.",
)
@click.option(
    "--severity",
    type=click.Choice(["warning", "error"]),
    default="warning",
    help="The least weight of the issues to show.",
)
@click.option(
    "--max-issues",
    type=click.IntRange(min=0),
    help="Show at most so many issues, in text 20 unless told otherwise; the counts stay whole.",
)
@click.option("--release", is_flag=True, help="Count as errors what a release needs: fresh hashes.")
@click.option(
    "--base", help="Compare with an earlier release: a folder, or a revision of git such as v0.2.0."
)
@click.option("--progress/--no-progress", default=None, help="A progress bar; by default on a terminal only.")
def validate(
    path: Path | None,
    form: str,
    severity: str,
    max_issues: int | None,
    release: bool,
    base: str | None,
    progress: bool | None,
) -> None:
    """Check the package at PATH, or the packaged release.

    Every fault is shown once, with its file, row and field, and how to mend it. Exit code 0: sound, warnings at
    most. 1: errors in the package. 2: there is no package to check. `tigris explain CODE` tells more of a code.
    """
    with needs("validate", "tigris validate", "polars"):
        from tigris_corpus.cli.earlier import earlier
        from tigris_corpus.descriptor import root_of
        from tigris_corpus.issues import Severity
        from tigris_corpus.validation import examine

        render = renderer(form)

    root = root_of(path)
    is_shown = sys.stderr.isatty() if progress is None else progress
    with earlier(base, root) as before, _bar(shown=is_shown) as told:
        report = examine(path, release=release, base=before, progress=told)
    chosen = [issue for issue in report.issues if issue.severity.rank <= Severity(severity).rank]
    given: dict[str, Any] = {}
    if form == "text":
        given = {"colour": sys.stdout.isatty()} | ({} if max_issues is None else {"shown": max_issues})
    else:
        chosen = chosen[:max_issues]
    if form in {"github", "sarif"}:
        given = {"prefix": _prefix(report.package.root)}
    click.echo(render(report, chosen, **given), nl=False)
    sys.exit(0 if report.is_sound else 1)


@contextmanager
def _bar(*, shown: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what is told how far validation is, and draws a bar once it is clear that there is much to read."""
    if not shown:
        yield None
        return
    with ExitStack() as stack:
        bars: list[Any] = []

        def told(done: int, documents: int) -> None:
            if documents < _MANY:
                return
            if not bars:
                bar = click.progressbar(length=documents, label="documents", file=sys.stderr, show_pos=True)
                bars.append(stack.enter_context(bar))
            bars[0].update(done - bars[0].pos)

        yield told


def _prefix(root: Path) -> str:
    """Return the path from here to the root of a package inside, with forward slashes; nothing where it is outside."""
    here, there = Path.cwd().resolve(), root.resolve()
    inside = there.relative_to(here).parts if there.is_relative_to(here) else ()
    return "/".join(inside)
