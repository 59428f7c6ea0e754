"""L7: the descriptor against the files, as a release needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus import jsontext
from tigris_corpus.checks.rule import Check, Stage, by_code, warning
from tigris_corpus.descriptor import DESCRIPTOR
from tigris_corpus.issues import Location
from tigris_corpus.paths import MAX_JSON, PathError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        7,
        "pkg.hash",
        "The hash of a resource tells whoever has a copy that it is the one that was published.",
        "`tigris refresh` writes the hashes; a release needs them, a pull request does not",
        bad="the hash of an earlier events.csv",
        good="the hash of events.csv as it is",
    ),
)


def hashes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the resources whose bytes or hash are not those of the descriptor."""
    stale = []
    for resource in snapshot.package.resources:
        try:
            size, actual = snapshot.package.measure(resource)
        except PathError:
            continue  # reported when it was found
        if (resource.bytes, resource.hash) != (size, actual):
            stale.append(resource)
    if not stale:
        return
    text = snapshot.package.gate.read(DESCRIPTOR, MAX_JSON).decode("utf-8")
    lines = jsontext.pointer_lines(text, [f"/resources/{resource.index}/hash" for resource in stale])
    for resource in stale:
        pointer = f"/resources/{resource.index}/hash"
        at = Location(file=DESCRIPTOR, line=jsontext.nearest_line(lines, pointer), pointer=pointer)
        message = f"{resource.path} is not as it was when its hash was taken"
        yield RULES["pkg.hash"].issue(at, resource.hash, message)


CHECKS = (Check((RULES["pkg.hash"],), hashes, stages=(Stage.PACKAGE,)),)
