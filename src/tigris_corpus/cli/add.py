"""``tigris add``."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tigris_corpus.cli.extras import needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tigris_corpus.editing.adding import Addition

_BASES = click.Choice(["stated", "inferred", "unknown"])
_SHOWN = 40
"""How many proposals are shown, and how much of each."""
_WIDTH = 80


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--language", required=True, help="The language of the text, as fr or en.")
@click.option("--original-language", help="The language in which it was first written.")
@click.option("--original-language-basis", type=_BASES, help="How that is known.")
@click.option("--title", help="The title, where the text carries one.")
@click.option("--publisher", help="The publisher, in its own spelling.")
@click.option("--publisher-basis", type=_BASES, help="How the publisher is known; by default inferred.")
@click.option(
    "--date",
    "date_published",
    help="The date of publication, as 2024-08-05, 2024-08 or 2024; with a question mark where it is inferred.",
)
@click.option(
    "--date-basis", type=_BASES, help="How the date is known; needed for one without a question mark."
)
@click.option("--url", help="The address at which the text was published.")
@click.option("--rights", help="The rights in the text, a label of the vocabulary; by default unknown.")
@click.option("--split", help="Its part when models are trained and tested; by default train.")
@click.option("--fold", type=click.IntRange(min=0), help="The story it tells; by default a new number.")
@click.option(
    "--package",
    "root",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default="the folder you are in",
    help="The package to add to.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be written.")
def add(file: Path, root: Path, *, dry_run: bool, fold: int | None, **facts: str | None) -> None:
    """Add the text in FILE to a package, byte for byte, with proposals for its sentences and their zones.

    The text gets the next free id, and every layer but the sentences is blank. The proposals are those of a rule:
    read each of them. What is given is inferred unless its basis says otherwise, and what is not is unknown.
    """
    with needs("annotate", "tigris add", "nupunkt", "polars"):
        from tigris_corpus import store
        from tigris_corpus.cli.reading import loaded
        from tigris_corpus.editing import adding
        from tigris_corpus.report.style import visible

    data = _read(file)
    given = {name: value for name, value in facts.items() if value}
    given |= {} if fold is None else {"fold": str(fold)}
    with loaded(root) as corpus:
        package = corpus.package
        addition = adding.plan_addition(package, data, given, where=str(file))
    if not dry_run:
        store.write(package.root, addition.files, expected=addition.expected)
    for line in _told(addition, is_plan=dry_run):
        click.echo(visible(line))
    for warning in (*addition.warnings, *_left_over(package.root, file, addition)):
        click.echo(visible(f"warning: {warning}"))
    if not dry_run:
        for line in _next(addition.document_id, addition.document, str(root)):
            click.echo(visible(line))


def _read(file: Path) -> bytes:
    """Return the bytes of a file, and no more than tell that it is too large."""
    from tigris_corpus.errors import CorpusError
    from tigris_corpus.paths import MAX_TEXT

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_TEXT + 1)
    except OSError as error:
        raise CorpusError(f"{file}: cannot be read: {error.strerror}") from None


def _told(addition: Addition, *, is_plan: bool) -> Iterator[str]:
    """Yield what was done, or would be, and the proposals: in a plan all, else those that are no running text."""
    from tigris_corpus.issues import plural

    counts = Counter(one.zone for one in addition.sentences)
    zones = ", ".join(f"{count} {zone}" for zone, count in counts.most_common())
    does = "would be" if is_plan else "is"
    yield f"{addition.document_id} {does} {addition.document['text_path']}: {plural(len(addition.sentences), 'sentence')} ({zones})"
    yield "; ".join(_facts(addition.document))
    yield f"{'would write' if is_plan else 'wrote'} {', '.join(sorted(addition.files))}"
    shown = [
        (number, one)
        for number, one in enumerate(addition.sentences, start=1)
        if is_plan or one.zone != "body"
    ]
    yield "Proposed by rules, to be checked by eye" + (":" if shown else ": all of it is running text.")
    for number, one in shown[:_SHOWN]:
        text = addition.text[one.start : one.end]
        cut = text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"
        yield f"  S{number:03} {one.zone:11} {cut}" + ("" if one.zone == "body" else f"  ({one.why})")
    if len(shown) > _SHOWN:
        yield f"  and {len(shown) - _SHOWN} more"


def _facts(document: Mapping[str, object]) -> Iterator[str]:
    """Yield what the row of a document says, each fact with how it is known."""
    bases = {"original_language": "original_language_basis"}
    bases |= {"publisher": "publisher_basis", "date_published": "date_basis"}
    for name in ("language", "original_language", "title", "publisher", "date_published", "url", "rights"):
        if document[name]:
            basis = f" ({document[bases[name]]})" if name in bases else ""
            yield f"{name} {document[name]}{basis}"
    unknown = [name for name, basis in bases.items() if document[basis] == "unknown"]
    if unknown:
        yield f"unknown: {', '.join(unknown)}"
    yield f"split {document['split']}, fold {document['fold']}"


def _left_over(root: Path, file: Path, addition: Addition) -> Iterator[str]:
    """Yield that the file itself lies in the package, where nothing names it."""
    inside = [root.resolve() / name for name in ("corpus", "schema", "seeds")]
    own = root.resolve() / str(addition.document["text_path"])
    if file.resolve() != own and any(file.resolve().is_relative_to(folder) for folder in inside):
        yield f"{file} lies in the package, and nothing names it there: remove it, the copy is the text"


def _next(document_id: str, document: Mapping[str, object], root: str) -> Iterator[str]:
    """Yield what is to be done with a new document, in order."""
    from tigris_corpus.editing.adding import RULE

    root = shlex.quote(root)
    yield "Next:"
    yield f"  1. Read every sentence with its zone: tigris show {document_id} --package {root}"
    yield "     Mend corpus/sentences.csv. Then put yourself into corpus/annotators.csv, and your id in the place of"
    yield f"     {RULE} in the row of {document_id} in corpus/passes.csv: until then, only a rule has cut it."
    yield f"  2. Annotate: tigris export brat {document_id} --package {root} -o work/"
    yield f"     Bring the labels back: tigris import brat work/ --package {root} --annotator YOUR-ID"
    yield f"  3. tigris validate {root}"
    yield (
        f"  The split {document['split']} and the fold {document['fold']} are kept for good once they are released: "
        "documents of one story share a fold. Change them now, if at all."
    )
    if "inferred" in document.values():
        yield "  What is inferred needs its evidence in the documentation of the corpus."
    if document["rights"] == "unknown":
        yield "  The rights in the text are unknown: find out before you publish it."
