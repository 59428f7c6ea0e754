"""The formats of exchange, told: for the terminal and for the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tigris_corpus.formats import Format


class Whole(Protocol):
    """A format of whole corpora: its name, what it is and loses, and the extra that it needs."""

    @property
    def name(self) -> str:
        """The name, as `tigris export` takes it."""

    @property
    def title(self) -> str:
        """What is written."""

    @property
    def loses(self) -> str:
        """What of the corpus it has no place for."""

    @property
    def extra(self) -> str:
        """The extra of the distribution that has to be installed."""


def listing(formats: Iterable[Format], wholes: Iterable[Whole]) -> str:
    """Return the formats with what each is, loses and needs, some lines each; then those of whole corpora."""
    parts = []
    for one in formats:
        extra = f"\n  needs  tigris-corpus[{one.extra}]" if one.extra else ""
        parts.append(
            f"{one.name}\n  is     {one.title}\n  keeps  {keeps(one)}\n  loses  {one.loses}{extra}\n"
        )
    parts += [
        f"{one.name}\n  is     {one.title}\n  of     the whole corpus; not imported\n  loses  {one.loses}\n"
        f"  needs  tigris-corpus[{one.extra}]\n"
        for one in wholes
    ]
    return "\n".join(parts)


_HEAD = """# Formats

<!-- made by scripts/pages.py from the list in src/tigris_corpus/formats; edit that -->

`tigris export FORMAT DOCUMENT… -o FOLDER` writes these, and `tigris import FORMAT PATH…` reads them;
[annotating](annotating.md) tells how. What a format loses is not lost to the corpus: an import changes what its format
carries, and keeps the rest of each row. Inside the corpus all offsets count Unicode code points; a tool that counts
otherwise gets its own, and they are converted back. How each thing is represented stands at the head of each module in
`src/tigris_corpus/formats/`.
"""


_WHOLE_HEAD = """## Whole corpora

`tigris export FORMAT FOLDER` writes these of all documents with all their labels, for models and databases; nothing is
imported from them. [Exports](exports.md) shows how each is used, [datasets](datasets.md) and [splits](splits.md) how models
are trained; how each thing is represented stands at the head of each module in `src/tigris_corpus/loaders/`. They are
listed in its `__init__.py`.
"""


def page(formats: Iterable[Format], wholes: Iterable[Whole]) -> str:
    """Return the documentation page of all formats, in Markdown."""
    parts = [_HEAD]
    for one in formats:
        extra = f'- needs: `pip install "tigris-corpus[{one.extra}]"`\n' if one.extra else ""
        lossless = "Lossless. " if one.lossless else ""
        parts.append(
            f"## `{one.name}`\n\n{lossless}{one.title}.\n\n- keeps: {keeps(one)}\n- loses: {one.loses}\n{extra}"
        )
    parts.append(_WHOLE_HEAD)
    parts += [
        f"### `{one.name}`\n\n{one.title[:1].upper()}{one.title[1:]}.\n\n- loses: {one.loses}\n"
        f'- needs: `pip install "tigris-corpus[{one.extra}]"`\n'
        for one in wholes
    ]
    return "\n".join(parts)


def keeps(one: Format) -> str:
    """Return what a format keeps, in words."""
    parts = [] if one.mentions is None else [_with("mentions", one.mentions)]
    if one.events is not None:
        inside = [name for name in ("modes", "arguments", "sources") if getattr(one, name)]
        parts.append(_with("events", (*one.events, *inside)))
    return "; ".join([*parts, "the ids of the corpus"] if one.ids else parts)


def _with(rows: str, columns: Iterable[str]) -> str:
    named = ", ".join(columns)
    return f"{rows} ({named})" if named else rows
