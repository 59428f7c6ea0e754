"""L7: the descriptor against the files, as a release needs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tigris_corpus import jsontext
from tigris_corpus.checks.rule import Check, Stage, by_code, warning
from tigris_corpus.descriptor import DESCRIPTOR, TEXT_TABLE
from tigris_corpus.issues import Location, plural
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
    warning(
        7,
        "pkg.count",
        "What the package says of its size is what a catalogue shows, and nobody counts again.",
        "mend the number in the description",
        bad='"Seven news texts", of five documents',
        good='"Five news texts", of five documents',
    ),
)
_WORDS = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
_NUMBERS = {word: number for number, word in enumerate(_WORDS.split(), start=2)}
_COUNTED = re.compile(
    rf"\b({'|'.join(_NUMBERS)}|[0-9]{{1,3}}(?:,?[0-9]{{3}})*)\s+(?:[a-z]+\s+)?(?:texts|documents|articles)\b",
    re.IGNORECASE,
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


def counts(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the number of texts that the description begins with, where it is not that of the documents."""
    if not snapshot.whole(TEXT_TABLE):
        return
    found = _COUNTED.search(str(snapshot.package.descriptor.get("description", "")))
    if not found:
        return
    said = _NUMBERS.get(found[1].lower()) or int(found[1].replace(",", ""))
    documents = snapshot.tables[TEXT_TABLE].rows.height
    if said != documents:
        text = snapshot.package.gate.read(DESCRIPTOR, MAX_JSON).decode("utf-8")
        line = jsontext.pointer_lines(text, ["/description"])["/description"]
        message = f"the description says {found[0]!r}, and there are {plural(documents, 'document')}"
        at = Location(file=DESCRIPTOR, line=line, pointer="/description")
        yield RULES["pkg.count"].issue(at, found[0], message)


CHECKS = (
    Check((RULES["pkg.hash"],), hashes, stages=(Stage.PACKAGE,)),
    Check((RULES["pkg.count"],), counts, needs=(TEXT_TABLE,), stages=(Stage.PACKAGE,)),
)
