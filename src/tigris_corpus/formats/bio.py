"""Spans as tags of words, and back: IOB2, in which every span begins with ``B-`` (Tjong Kim Sang & Veenstra 1999).

One row of tags holds no span within another, and none that begins or ends inside a word. Which spans are kept is decided
here once, and what is left out is named with its reason. Offsets are code points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus.formats.tokens import outermost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tigris_corpus.formats.tokens import Span

OUTSIDE = "O"
SPLITS_A_WORD = "begins or ends inside a word"
IS_WITHIN_ANOTHER = "lies within another, or crosses it"
SAME_SPAN = "has the span of another"


def names(labels: Iterable[str]) -> tuple[str, ...]:
    """Return every tag of some labels: O first, then B- and I- of each label in its turn.

    >>> names(["PER", "ORG"])
    ('O', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG')
    """
    return OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in "BI")


def chosen(words: Sequence[Span], spans: Mapping[str, Span]) -> tuple[list[str], dict[str, str]]:
    """Return the ids of the spans that tags can hold, in the order of the text, and why each of the others is left out.

    ``spans`` are by id. Of several spans at one place the first id stays; of spans that overlap, the longest.
    """
    starts, ends = {start for start, _ in words}, {end for _, end in words}
    left: dict[str, str] = {}
    first: dict[Span, str] = {}
    for name, (start, end) in spans.items():
        if start not in starts or end not in ends:
            left[name] = SPLITS_A_WORD
        elif (start, end) in first:
            left[name] = SAME_SPAN
        else:
            first[start, end] = name
    kept = outermost(first)
    left |= {first[span]: IS_WITHIN_ANOTHER for span in first.keys() - set(kept)}
    return [first[span] for span in kept], left


def encode(words: Sequence[Span], spans: Mapping[Span, str]) -> list[str]:
    """Return a tag for each word. ``spans``, with their labels, are some that ``chosen`` keeps.

    >>> encode([(0, 3), (4, 9), (10, 12)], {(0, 9): "ORG"})
    ['B-ORG', 'I-ORG', 'O']
    """
    begun = {start: (end, label) for (start, end), label in spans.items()}
    tags, end, label = [], 0, ""
    for start, _ in words:
        if start in begun:
            end, label = begun[start]
            tags.append(f"B-{label}")
        else:
            tags.append(f"I-{label}" if start < end else OUTSIDE)
    return tags


def decode(words: Sequence[Span], tags: Sequence[str]) -> Iterator[tuple[Span, str]]:
    """Yield the spans of a row of tags, each with its label, in their order.

    An ``I-`` that goes on with nothing begins a span, as conlleval and seqeval read it.

    >>> list(decode([(0, 3), (4, 9), (10, 12)], ["B-ORG", "I-ORG", "I-PER"]))
    [((0, 9), 'ORG'), ((10, 12), 'PER')]
    """
    start, end, label = 0, 0, ""
    for (first, last), tag in zip(words, tags, strict=True):
        prefix, _, name = tag.partition("-")
        if label and (prefix != "I" or name != label):
            yield (start, end), label
            label = ""
        if tag != OUTSIDE:
            if not label:
                start, label = first, name
            end = last
    if label:
        yield (start, end), label
