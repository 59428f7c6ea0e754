"""Scores of clusterings, whatever the clusters are called: B³, and the CoNLL-2012 score.

B³ is that of Bagga & Baldwin (1998); the CoNLL score is the mean of the F1 of MUC, B³ and CEAF-e (Pradhan et al. 2012,
2014). The package scorch computes them. Each of them adds up over groups of clusters that share no element with
clusters outside, so they are computed a group at a time: the time grows with the number of clusters, not its square.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tigris_corpus.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    Clusters = Sequence[AbstractSet[Hashable]]
    Triple = tuple[float, float, float]

_LINKS, _MEMBERS, _CLUSTERS = "muc", "b_cubed", "ceaf_e"
_OVER: dict[str, Callable[[Clusters], int]] = {
    _LINKS: lambda clusters: sum(len(cluster) - 1 for cluster in clusters),
    _MEMBERS: lambda clusters: sum(map(len, clusters)),
    _CLUSTERS: len,
}
"""What precision and recall are shares of, by the name of the measure in scorch."""


def scored(gold: Clusters, predicted: Clusters, measure: str) -> Triple:
    """Return precision, recall and F1 of a clustering; ``measure`` is ``b_cubed`` or ``conll``.

    The CoNLL score has no precision and recall of its own: they are nan. It is without MUC, which counts links, where
    neither side has a cluster of two. Where one side has no cluster at all, all are 0; where both have none, they are
    undefined: nan. Clusters of one side share no element. Needs the extra ``score``.
    """
    if not gold or not predicted:
        value = 0.0 if gold or predicted else math.nan
        return value, value, value
    groups = list(_groups(gold, predicted))
    if measure == _MEMBERS:
        return _triple(groups, gold, predicted, _MEMBERS)
    has_links = any(len(cluster) > 1 for side in (gold, predicted) for cluster in side)
    names = (_LINKS, _MEMBERS, _CLUSTERS) if has_links else (_MEMBERS, _CLUSTERS)
    values = [_triple(groups, gold, predicted, name)[2] for name in names]
    return math.nan, math.nan, sum(values) / len(values)


def _triple(
    groups: Sequence[tuple[Clusters, Clusters]], gold: Clusters, predicted: Clusters, name: str
) -> Triple:
    """Return precision, recall and F1 by one of scorch's measures, which are 0 where there is nothing to count."""
    measure, size = getattr(_scorch(), name), _OVER[name]
    found = wanted = 0.0
    for ours, theirs in groups:
        if len(ours) == len(theirs) == 1 and ours[0] == theirs[0]:
            found, wanted = found + size(theirs), wanted + size(ours)
            continue
        recall, precision, _ = measure(ours, theirs)
        found, wanted = found + precision * size(theirs), wanted + recall * size(ours)
    precision, recall = (
        part / whole if whole else 0.0 for part, whole in ((found, size(predicted)), (wanted, size(gold)))
    )
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _groups(gold: Clusters, predicted: Clusters) -> Iterator[tuple[Clusters, Clusters]]:
    """Yield the clusters of both sides in groups that share no element; those that share none with the other side count nothing."""
    ours = {element: number for number, cluster in enumerate(gold) for element in cluster}
    theirs = {element: number for number, cluster in enumerate(predicted) for element in cluster}
    seen: set[int] = set()
    for first in range(len(gold)):
        if first in seen:
            continue
        left, right, waiting = {first}, set[int](), [first]
        while waiting:
            reached = {theirs[element] for element in gold[waiting.pop()] if element in theirs} - right
            right |= reached
            back = {ours[element] for number in reached for element in predicted[number] if element in ours}
            waiting += back - left
            left |= back
        seen |= left
        if right:
            yield [gold[number] for number in sorted(left)], [predicted[number] for number in sorted(right)]


def _scorch() -> Any:
    try:
        from scorch import scores  # noqa: PLC0415 - only where clusters are scored
    except ModuleNotFoundError:
        raise MissingExtraError("the scores of clusters", "score") from None
    return scores
